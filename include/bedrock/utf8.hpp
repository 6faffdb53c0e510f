// SPDX-License-Identifier: MIT
// Owns the check, the coding and the repair of UTF-8 as Unicode 15 (table 3-7) and the WHATWG Encoding standard define
// it. Never normalizes, never reads another encoding, and never passes a surrogate or an overlong form.
#ifndef BEDROCK_UTF8_HPP
#define BEDROCK_UTF8_HPP

#include "bedrock/config.hpp"
#include "bedrock/scan.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// U+FFFD, which stands for what cannot be decoded.
inline constexpr char32_t replacement_character = 0xFFFD;

/// What stands at the front of a text: one character, or one maximal ill-formed subpart.
struct utf8_step {
    /// Bytes to pass over: 1 to 4 of a character, 1 to 3 of an ill-formed subpart, 0 of an empty text.
    unsigned char length = 0;
    bool valid = false;
    /// True when only the end of the text stands between this and a character: more bytes may complete it.
    bool incomplete = false;
    /// The character; U+FFFD where `valid` is false.
    char32_t code_point = replacement_character;
};

/// The text behind the byte order mark that it begins with, or all of it. **Lifetime:** of the text.
std::string_view skip_byte_order_mark(std::string_view text) noexcept;

/// Decodes the first character of `text`.
utf8_step decode_utf8(std::string_view text) noexcept;

/// The offset of the first byte that belongs to no well-formed character, or `std::string_view::npos`.
std::size_t find_invalid_utf8(std::string_view text) noexcept;

/// True when `text` is well-formed from its first byte to its last.
bool valid_utf8(std::string_view text) noexcept;

/// Writes a character as 1 to 4 bytes and returns how many; surrogates and values above U+10FFFF become U+FFFD.
std::size_t encode_utf8(char32_t code_point, char (&bytes)[4]) noexcept;

/// Appends a character; surrogates and values above U+10FFFF become U+FFFD. **Allocates:** in `out` only.
void append_utf8(std::string& out, char32_t code_point);

/// Appends `text` with one U+FFFD for each maximal ill-formed subpart (the WHATWG decoder's answer), all else as it is.
/// `text` must not lie in `out`. **Allocates:** in `out` only.
void append_sanitized_utf8(std::string& out, std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string_view skip_byte_order_mark(std::string_view text) noexcept {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

inline utf8_step decode_utf8(std::string_view text) noexcept {
    if (text.empty()) return {};
    auto const byte = [&](std::size_t at) noexcept { return static_cast<unsigned char>(text[at]); };
    unsigned char const lead = byte(0);
    if (lead < 0x80) return {1, true, false, lead};
    // Table 3-7: the lead byte fixes the length and the range of the second byte; every later one is 80..BF.
    unsigned length;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    char32_t code_point;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
        code_point = lead & 0x1Fu;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        code_point = lead & 0x0Fu;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        code_point = lead & 0x07u;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {1, false, false, replacement_character};
    }
    for (unsigned at = 1; at != length; ++at) {
        if (at == text.size()) return {static_cast<unsigned char>(at), false, true, replacement_character};
        unsigned char const next = byte(at);
        if (next < low || next > high) return {static_cast<unsigned char>(at), false, false, replacement_character};
        code_point = code_point << 6 | (next & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    return {static_cast<unsigned char>(length), true, false, code_point};
}

inline std::size_t find_invalid_utf8(std::string_view text) noexcept {
    char const* const begin = text.data();
    char const* const end = begin + text.size();
    for (char const* at = begin; (at = find_non_ascii(at, end)) != end;) {
        // Non-ASCII comes in runs; a search per character would cost more than the step itself.
        do {
            auto const step = decode_utf8({at, static_cast<std::size_t>(end - at)});
            if (!step.valid) return static_cast<std::size_t>(at - begin);
            at += step.length;
        } while (at != end && static_cast<unsigned char>(*at) >= 0x80);
    }
    return std::string_view::npos;
}

inline bool valid_utf8(std::string_view text) noexcept {
    return find_invalid_utf8(text) == std::string_view::npos;
}

inline std::size_t encode_utf8(char32_t code_point, char (&bytes)[4]) noexcept {
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = replacement_character;
    auto const continuation = [&](unsigned shift) noexcept {
        return static_cast<char>(0x80u | (code_point >> shift & 0x3Fu));
    };
    if (code_point < 0x80) {
        bytes[0] = static_cast<char>(code_point);
        return 1;
    }
    if (code_point < 0x800) {
        bytes[0] = static_cast<char>(0xC0u | code_point >> 6);
        bytes[1] = continuation(0);
        return 2;
    }
    if (code_point < 0x10000) {
        bytes[0] = static_cast<char>(0xE0u | code_point >> 12);
        bytes[1] = continuation(6);
        bytes[2] = continuation(0);
        return 3;
    }
    bytes[0] = static_cast<char>(0xF0u | code_point >> 18);
    bytes[1] = continuation(12);
    bytes[2] = continuation(6);
    bytes[3] = continuation(0);
    return 4;
}

inline void append_utf8(std::string& out, char32_t code_point) {
    char bytes[4];
    out.append(bytes, encode_utf8(code_point, bytes));
}

inline void append_sanitized_utf8(std::string& out, std::string_view text) {
    while (!text.empty()) {
        auto const good = text.substr(0, find_invalid_utf8(text));
        out.append(good);
        text.remove_prefix(good.size());
        if (text.empty()) break;
        append_utf8(out, replacement_character);
        text.remove_prefix(decode_utf8(text).length);
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
