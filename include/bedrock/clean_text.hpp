// SPDX-License-Identifier: MIT
// Owns how a text from outside becomes part of a message: one line, valid UTF-8, bounded. Never hides a secret: whoever
// puts a text into a message knows whether it may hold one.
#ifndef BEDROCK_CLEAN_TEXT_HPP
#define BEDROCK_CLEAN_TEXT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Appends a text from outside as one line that is fit for a terminal or a log: blanks, line ends and control
/// characters as one space each run, none at either end; U+FFFD for what is not UTF-8; past `limit` bytes an ellipsis
/// (three bytes more). **Allocates:** in `out` only.
void append_clean_line(std::string& out, std::string_view text, std::size_t limit);

/// The text as such a line.
std::string clean_line(std::string_view text, std::size_t limit);

/// How a message goes on that says why a response cannot be used: its first 200 bytes, as such a line, and what to
/// check.
std::string describe_received(std::string_view received);

/// `"text"`, for a message that says what is wrong with it: spaces stay, control characters become `?`, U+FFFD for what
/// is not UTF-8; past 80 bytes "...".
std::string quote(std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

inline void append_clean_line(std::string& out, std::string_view text, std::size_t limit) {
    constexpr std::string_view ellipsis = "\xE2\x80\xA6";
    auto const start = out.size();
    bool space = false;
    while (!text.empty()) {
        auto const step = decode_utf8(text);
        text.remove_prefix(step.length);
        bool const blank = step.code_point <= ' ' || (step.code_point >= 0x7F && step.code_point <= 0xA0) ||
                           step.code_point == 0x2028 || step.code_point == 0x2029;
        if (blank) {
            space = out.size() != start;
            continue;
        }
        auto const cut = out.size();
        if (std::exchange(space, false)) out.push_back(' ');
        append_utf8(out, step.code_point);
        if (out.size() - start > limit) {
            out.resize(cut);
            out.append(ellipsis);
            return;
        }
    }
}

inline std::string clean_line(std::string_view text, std::size_t limit) {
    std::string line;
    append_clean_line(line, text, limit);
    return line;
}

inline std::string describe_received(std::string_view received) {
    std::string text;
    append_clean_line(text, received, 200);
    text = text.empty() ? "; nothing was received" : "; received: " + text;
    return text + "; check that the endpoint is Bedrock's, and what a gateway in between sends";
}

inline std::string quote(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string quoted = "\"";
    append_sanitized_utf8(quoted, text.substr(0, longest));
    for (auto& c : quoted)
        if (ascii::is_control(c)) c = '?';
    return quoted + (text.size() > longest ? "...\"" : "\"");
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
