// Owns what a text from outside may do to a terminal: nothing. Whatever a terminal would obey is shown as an escape.
// Never sees what goes to a file or a pipe, which is passed on byte by byte.
#pragma once

#include <bedrock/bedrock.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Makes text harmless: control characters but tab and line feed (C0, C1, and with them every escape sequence and OSC)
/// and those that turn the direction of text are written as `\u001b`, what is not UTF-8 as U+FFFD. A character may
/// arrive in pieces.
class terminal_text {
  public:
    std::string take(std::string_view piece);
    /// What is left of a character that never became whole.
    std::string end();

  private:
    std::string begun_{};  // the first bytes of a character
};

/// The same of a whole text.
std::string make_harmless(std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bool is_obeyed(char32_t c) noexcept {
    if (c < 0x20) return c != '\n' && c != '\t';
    if (c >= 0x7f && c < 0xa0) return true;
    // Unicode's Bidi_Control: ALM, LRM, RLM, the embeddings and overrides, the isolates.
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

inline void append_escape(std::string& to, char32_t c) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) to += digits[c >> shift & 0xf];
}

}  // namespace detail

inline std::string terminal_text::take(std::string_view piece) {
    std::string const joined = begun_.empty() ? std::string() : begun_ + std::string(piece);
    std::string_view const text = begun_.empty() ? piece : joined;
    begun_.clear();
    std::string shown;
    for (std::size_t at = 0; at != text.size();) {
        auto const step = bedrock::decode_utf8(text.substr(at));
        if (step.incomplete) {
            begun_ = text.substr(at);
            break;
        }
        if (detail::is_obeyed(step.code_point))
            detail::append_escape(shown, step.code_point);
        else
            bedrock::append_utf8(shown, step.code_point);
        at += step.length;
    }
    return shown;
}

inline std::string terminal_text::end() {
    std::string shown;
    if (!begun_.empty()) bedrock::append_utf8(shown, bedrock::replacement_character);
    begun_.clear();
    return shown;
}

inline std::string make_harmless(std::string_view text) {
    terminal_text whole;
    auto shown = whole.take(text);
    return shown += whole.end();
}

}  // namespace cli
