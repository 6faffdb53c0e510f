// SPDX-License-Identifier: MIT
// Owns the tokens of JSON5: where white space, comments, strings, numbers and names end, and what they stand for.
// Never looks at the structure around a token, and never recurses.
#ifndef BEDROCK_JSON5_SCANNER_HPP
#define BEDROCK_JSON5_SCANNER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/number.hpp"
#include "bedrock/json5/identifier.hpp"
#include "bedrock/json5/status.hpp"
#include "bedrock/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json5 {

/// Where a token ends, or the byte that keeps the text from being one.
struct token_end {
    std::size_t at = 0;
    fault code = fault::none;
};

/// Passes over white space (Unicode's too, and U+FEFF) and comments from `at` on.
token_end pass_space(std::string_view text, std::size_t at) noexcept;

/// The string whose quote, `"` or `'`, stands at `at`. Its faults lie at the string's own quote, or in its escapes.
token_end scan_string(std::string_view text, std::size_t at) noexcept;

/// A number: as in JSON, and with `+`, hexadecimal, without digits on one side of the point, Infinity and NaN.
token_end scan_number(std::string_view text, std::size_t at) noexcept;

/// A member's name without quotes, or a word such as `true`; ends at `at` itself where none begins.
token_end scan_name(std::string_view text, std::size_t at) noexcept;

/// True for a text that may stand as a member's name without quotes, and is that name.
bool is_plain_name(std::string_view text) noexcept;

/// Appends what a scanned string, quotes included, or a scanned name stands for: UTF-8, in which U+0000 may occur. A
/// lone surrogate escape reads as U+FFFD.
void append_decoded(std::string& out, std::string_view token);

/// Appends a string in these quotes that reads as `value`; what is not UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view value, char quote = '"');

/// Appends a scanned number as JSON has it, of the same value: `+.5` as 0.5, `0x10` as 16. A hexadecimal number past 64
/// bits becomes the nearest double. **Errors:** `not_finite`, `number_out_of_range` (hexadecimal past every double).
fault append_json_number(std::string& out, std::string_view number);

// ---------------------------------------------------------------------------------------------------------------------

namespace scanner_detail {

// A terminator of ECMAScript's lines, in bytes; 0 where there is none. CR LF counts as one.
inline std::size_t line_end_at(std::string_view text, std::size_t at) noexcept {
    auto const rest = text.substr(at);
    if (rest.starts_with("\r\n")) return 2;
    if (rest.starts_with('\n') || rest.starts_with('\r')) return 1;
    return rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ? 3 : 0;  // U+2028, U+2029
}

// WhiteSpace and LineTerminator of the JSON5 specification, section 8; category Zs for the last six.
constexpr bool is_space(char32_t c) noexcept {
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0xA0 || c == 0xFEFF || c == 0x2028 || c == 0x2029 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The unit of `digits` hexadecimal digits at `at`, or none.
inline bool read_hex(std::string_view text, std::size_t at, std::size_t digits, char32_t& unit) noexcept {
    if (text.size() < at + digits) return false;
    unit = 0;
    for (std::size_t i = at; i != at + digits; ++i) {
        int const value = hex_value(text[i]);
        if (value < 0) return false;
        unit = unit << 4 | static_cast<char32_t>(value);
    }
    return true;
}

// What a backslash and `c` stand for, of the escapes of one letter; '\0' for others.
constexpr char unescape(char c) noexcept {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        default:
            return '\0';
    }
}

// Passes over the escape at `at`, a backslash, of a string.
inline token_end scan_escape(std::string_view text, std::size_t at) noexcept {
    if (at + 1 == text.size()) return {at, fault::unclosed_string};
    char const c = text[at + 1];
    char32_t unit = 0;
    if (auto const end = line_end_at(text, at + 1); end != 0) return {at + 1 + end, fault::none};
    if (c == 'u') return read_hex(text, at + 2, 4, unit) ? token_end{at + 6} : token_end{at, fault::invalid_escape};
    if (c == 'x') return read_hex(text, at + 2, 2, unit) ? token_end{at + 4} : token_end{at, fault::invalid_escape};
    if (c == '0') {
        bool const is_octal = at + 2 < text.size() && ascii::is_digit(text[at + 2]);
        return is_octal ? token_end{at, fault::invalid_escape} : token_end{at + 2};
    }
    if (ascii::is_digit(c)) return {at, fault::invalid_escape};
    return {at + 1 + decode_utf8(text.substr(at + 1)).length, fault::none};
}

// A character of a name at `at`, perhaps escaped, and its length; 0 where none may stand there.
struct name_character {
    char32_t code_point = 0;
    std::size_t length = 0;
};
inline name_character read_name_character(std::string_view text, std::size_t at, bool first) noexcept {
    name_character read;
    if (text.substr(at).starts_with("\\u")) {
        if (!read_hex(text, at + 2, 4, read.code_point)) return {};
        read.length = 6;
    } else {
        auto const step = decode_utf8(text.substr(at));
        if (!step.valid) return {};
        read = {step.code_point, step.length};
    }
    return (first ? begins_name(read.code_point) : continues_name(read.code_point)) ? read : name_character{};
}

inline std::size_t pass_digits(std::string_view text, std::size_t at) noexcept {
    while (at != text.size() && ascii::is_digit(text[at])) ++at;
    return at;
}

// The value of hexadecimal digits, to the nearest double: what lies past 60 bits only rounds, and a set bit among it is
// kept as the lowest.
inline double hex_to_double(std::string_view digits) noexcept {
    std::uint64_t high = 0;
    std::size_t dropped = 0;
    for (char const c : digits) {
        auto const digit = static_cast<std::uint64_t>(hex_value(c));
        if (dropped != 0 || high >> 56 != 0) {
            ++dropped;
            high |= digit != 0 ? 1u : 0u;
        } else {
            high = high << 4 | digit;
        }
    }
    auto value = static_cast<double>(high);
    for (; dropped != 0 && json::number_detail::is_finite(value); --dropped) value *= 16;
    return value;
}

inline fault append_hex_number(std::string& out, std::string_view digits) {
    char text[json::number_capacity];
    std::size_t size = 0;
    digits.remove_prefix((std::min)(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() <= 16) {
        std::uint64_t value = 0;
        for (char const c : digits) value = value << 4 | static_cast<std::uint64_t>(hex_value(c));
        size = json::write_number(text, value);
    } else {
        size = json::write_number(text, hex_to_double(digits));
    }
    if (size == 0) return fault::number_out_of_range;
    out.append(text, size);
    return fault::none;
}

}  // namespace scanner_detail

inline token_end pass_space(std::string_view text, std::size_t at) noexcept {
    while (at != text.size()) {
        auto const step = decode_utf8(text.substr(at));
        if (step.valid && scanner_detail::is_space(step.code_point)) {
            at += step.length;
        } else if (text.substr(at).starts_with("//")) {
            while (at != text.size() && scanner_detail::line_end_at(text, at) == 0) ++at;
        } else if (text.substr(at).starts_with("/*")) {
            auto const end = text.find("*/", at + 2);
            if (end == std::string_view::npos) return {at, fault::unclosed_comment};
            at = end + 2;
        } else {
            break;
        }
    }
    return {at, fault::none};
}

inline token_end scan_string(std::string_view text, std::size_t at) noexcept {
    auto const begin = at;
    char const quote = text[at];
    for (++at; at != text.size();) {
        char const c = text[at];
        if (c == quote) return {at + 1, fault::none};
        if (c == '\n' || c == '\r') break;  // U+2028 and U+2029 may stand in a string as they are
        if (c != '\\') {
            ++at;
            continue;
        }
        auto const escape = scanner_detail::scan_escape(text, at);
        if (escape.code == fault::unclosed_string) break;
        if (escape.code != fault::none) return escape;
        at = escape.at;
    }
    return {begin, fault::unclosed_string};
}

inline token_end scan_name(std::string_view text, std::size_t at) noexcept {
    for (bool first = true; at != text.size(); first = false) {
        auto const one = scanner_detail::read_name_character(text, at, first);
        if (one.length == 0) break;
        at += one.length;
    }
    // A backslash that is no escape of a name character ends no name: it spoils it.
    if (at != text.size() && text[at] == '\\') return {at, fault::invalid_escape};
    return {at, fault::none};
}

inline token_end scan_number(std::string_view text, std::size_t at) noexcept {
    using scanner_detail::pass_digits;
    auto const begin = at;
    if (text[at] == '+' || text[at] == '-') ++at;
    auto const rest = text.substr(at);
    token_end const bad{begin, fault::invalid_number};
    if (rest.starts_with('I') || rest.starts_with('N')) {
        auto const end = scan_name(text, at);
        auto const word = text.substr(at, end.at - at);
        if (end.code != fault::none || (word != "Infinity" && word != "NaN"))
            return {begin, at == begin ? fault::unknown_word : fault::invalid_number};
        return end;
    }
    if (rest.starts_with("0x") || rest.starts_with("0X")) {
        auto const first = at += 2;
        while (at != text.size() && scanner_detail::hex_value(text[at]) >= 0) ++at;
        if (at == first) return bad;
    } else {
        auto const whole = at;
        at = pass_digits(text, at);
        auto digits = at - whole;
        if (digits > 1 && text[whole] == '0') return bad;
        if (at != text.size() && text[at] == '.') {
            auto const fraction = ++at;
            at = pass_digits(text, at);
            digits += at - fraction;
        }
        if (digits == 0) return bad;
        if (at != text.size() && (text[at] == 'e' || text[at] == 'E')) {
            ++at;
            if (at != text.size() && (text[at] == '+' || text[at] == '-')) ++at;
            auto const exponent = at;
            at = pass_digits(text, at);
            if (at == exponent) return bad;
        }
    }
    auto const behind =
        at == text.size() ? scanner_detail::name_character{} : scanner_detail::read_name_character(text, at, false);
    return behind.length == 0 ? token_end{at} : bad;
}

inline bool is_plain_name(std::string_view text) noexcept {
    if (text.find('\\') != std::string_view::npos) return false;
    return !text.empty() && scan_name(text, 0).at == text.size();
}

inline void append_decoded(std::string& out, std::string_view token) {
    bool const is_string = token.starts_with('"') || token.starts_with('\'');
    if (is_string) token = token.substr(1, token.size() - 2);
    for (std::size_t at = 0; at != token.size();) {
        auto const escape = (std::min)(token.find('\\', at), token.size());
        out.append(token.substr(at, escape - at));
        at = escape;
        if (at == token.size()) break;
        char const c = token[at + 1];
        char32_t unit = 0;
        if (auto const end = scanner_detail::line_end_at(token, at + 1); end != 0) {
            at += 1 + end;
        } else if (c == 'x') {
            scanner_detail::read_hex(token, at + 2, 2, unit);
            append_utf8(out, unit);
            at += 4;
        } else if (c == 'u') {
            scanner_detail::read_hex(token, at + 2, 4, unit);
            at += 6;
            char32_t low = 0;
            bool const is_high = unit >= 0xD800 && unit <= 0xDBFF;
            if (is_high && token.substr(at).starts_with("\\u") && scanner_detail::read_hex(token, at + 2, 4, low) &&
                low >= 0xDC00 && low <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                at += 6;
            }
            append_utf8(out, unit);
        } else if (char const letter = scanner_detail::unescape(c); letter != '\0' || c == '0') {
            out.push_back(letter);
            at += 2;
        } else {
            auto const length = decode_utf8(token.substr(at + 1)).length;
            out.append(token.substr(at + 1, length));
            at += 1u + length;
        }
    }
}

inline void append_quoted(std::string& out, std::string_view value, char quote) {
    constexpr char digits[] = "0123456789abcdef";
    out.push_back(quote);
    while (!value.empty()) {
        auto const step = decode_utf8(value);
        auto const c = step.code_point;
        value.remove_prefix(step.length);
        if (c == static_cast<char32_t>(quote) || c == U'\\') {
            out.push_back('\\');
            out.push_back(static_cast<char>(c));
        } else if (c == U'\n') {
            out.append("\\n");
        } else if (c == U'\t') {
            out.append("\\t");
        } else if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029) {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[c >> shift & 15]);
        } else {
            append_utf8(out, c);
        }
    }
    out.push_back(quote);
}

inline fault append_json_number(std::string& out, std::string_view number) {
    auto const before = out.size();
    if (number.front() == '-') out.push_back('-');
    if (number.front() == '-' || number.front() == '+') number.remove_prefix(1);
    auto code = fault::none;
    if (number.front() == 'I' || number.front() == 'N') {
        code = fault::not_finite;
    } else if (number.starts_with("0x") || number.starts_with("0X")) {
        code = scanner_detail::append_hex_number(out, number.substr(2));
    } else {
        auto const whole = scanner_detail::pass_digits(number, 0);
        out.append(whole == 0 ? "0" : number.substr(0, whole));
        number.remove_prefix(whole);
        if (number.starts_with('.')) {
            auto const fraction = scanner_detail::pass_digits(number, 1);
            if (fraction != 1) out.append(number.substr(0, fraction));
            number.remove_prefix(fraction);
        }
        out.append(number);
    }
    if (code != fault::none) out.resize(before);
    return code;
}

}  // namespace bedrock::inline BEDROCK_ABI::json5

#endif
