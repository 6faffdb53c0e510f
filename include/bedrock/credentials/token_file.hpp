// SPDX-License-Identifier: MIT
// Owns the reading and replacing of the files in which the AWS CLI keeps the tokens of its sign-ins.
// Never knows what stands in them, and leaves no copy of it in memory.
#ifndef BEDROCK_CREDENTIALS_TOKEN_FILE_HPP
#define BEDROCK_CREDENTIALS_TOKEN_FILE_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/exchange.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A token's file as it was found.
struct token_file {
    std::string path{};
    /// The path, for messages: one clean line.
    std::string name{};
    file_outcome outcome = file_outcome::missing;
    file_stamp stamp{};
    /// Why it is missing or unreadable, clean.
    std::string reason{};
    secret text{};

    /// Why there is no text, "is not there (no file ~/.aws/...)"; "" where there is.
    std::string describe_problem() const;
};

/// Reads it; an empty path is that of an unknown home directory, and nothing is read. One that is as `known` is
/// `unchanged`, and its text is not read. Above 1 MiB it is unreadable: the AWS CLI writes about 4 KiB.
template <class = void>
exchange<token_file> read_token_file(std::string path, file_stamp known = {});

struct token_replacement {
    bool done = false;
    /// What a person should know of it; mostly empty.
    std::string note{};
};

/// Replaces the text of a file that was read, and makes it its owner's alone. Not done if the file has changed since, if
/// it cannot be written, and for an empty text, which no token has. **Lifetime:** `old` must outlive the exchange.
template <class = void>
exchange<token_replacement> replace_token_file(token_file const& old, std::string text);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string token_file::describe_problem() const {
    if (path.empty()) return "is not known, because no home directory is: HOME is not set";
    if (outcome == file_outcome::missing) return "is not there (no file " + name + ")";
    if (outcome == file_outcome::found) return {};
    return "cannot be read from " + name + " (" + reason + "): make it readable, or renew it";
}

template <class>
exchange<token_file> read_token_file(std::string path, file_stamp known) {
    constexpr std::size_t longest_path = 4096;  // Linux's PATH_MAX
    constexpr std::size_t longest_reason = 1000;
    token_file read;
    if (path.empty()) co_return read;
    file_ask asked(path);
    asked.max_bytes = std::size_t{1} << 20;
    asked.known = known;
    asked.is_cache = true;
    co_await asked;
    read.name = clean_line(path, longest_path);
    read.path = std::move(path);
    read.outcome = asked.outcome;
    read.stamp = asked.stamp;
    read.reason = clean_line(asked.reason, longest_reason);
    read.text = std::move(asked.text);
    co_return read;
}

template <class>
exchange<token_replacement> replace_token_file(token_file const& old, std::string text) {
    token_replacement made;
    if (text.empty()) co_return made;
    replace_ask change(old.path, std::move(text));
    change.known = old.stamp;
    change.owner_only = true;
    co_await change;
    crypto::secure_wipe(text);  // a short text is still there
    made.done = change.done;
    if (change.was_open_to_others) made.note = "the mode of " + old.name + " is now 0600: others had access to the token";
    co_return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
