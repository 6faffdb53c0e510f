// Owns how the secrets of a call are taken out of a text from outside: AWS repeats the canonical request with its
// session token to whoever signed it wrongly, and proxies repeat whole requests. Never guesses: it knows what was sent.
#ifndef BEDROCK_CREDENTIALS_REDACT_HPP
#define BEDROCK_CREDENTIALS_REDACT_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// Replaces the secret key, session token and bearer token of `sent` by "***". A secret that is cut short, or goes on
/// in another writing, is found by its first 12 characters and hidden up to the next blank, quote or markup.
void redact(std::string& text, credentials const& sent);

/// The same for one secret. One of less than 8 characters is left: it may be a word.
void redact(std::string& text, std::string_view hidden);

// ---------------------------------------------------------------------------------------------------------------------

inline void redact(std::string& text, std::string_view hidden) {
    constexpr std::size_t telling = 12, shortest = 8;
    if (hidden.size() < shortest) return;
    auto const front = hidden.substr(0, telling);
    constexpr std::string_view replacement = "***";
    for (std::size_t at = 0; (at = text.find(front, at)) != std::string::npos; at += replacement.size()) {
        auto end = at + front.size();
        for (auto left = hidden.substr(front.size()); !left.empty() && end != text.size() && text[end] == left.front();
             left.remove_prefix(1))
            ++end;
        if (end - at != hidden.size()) end = (std::min)(text.find_first_of(" \t\r\n\"'<>", end), text.size());
        text.replace(at, end - at, replacement);
    }
}

inline void redact(std::string& text, credentials const& sent) {
    for (auto const* const hidden : {&sent.secret_access_key, &sent.session_token, &sent.bearer_token})
        redact(text, hidden->view());
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
