// SPDX-License-Identifier: MIT
// Owns base64 as every machine can do it, a look-up for each digit, and the alphabets.
// Never needs an instruction beyond the architecture's baseline, and never decides what becomes of padding on writing.
#ifndef BEDROCK_BASE64_PORTABLE_HPP
#define BEDROCK_BASE64_PORTABLE_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::base64_detail {

/// An alphabet (RFC 4648, 4 and 5): two of its digits differ between the two.
struct alphabet {
    char digits[64];
    signed char distances[16];  // from a value to its digit: of a to z, the ten digits, the last two, A to Z
};

constexpr alphabet make_alphabet(char digit_62, char digit_63) noexcept {
    alphabet made{};
    for (int i = 0; i < 26; ++i) {
        made.digits[i] = static_cast<char>('A' + i);
        made.digits[26 + i] = static_cast<char>('a' + i);
    }
    for (int i = 0; i < 10; ++i) made.digits[52 + i] = static_cast<char>('0' + i);
    made.digits[62] = digit_62;
    made.digits[63] = digit_63;
    made.distances[0] = 'a' - 26;
    for (int i = 1; i <= 10; ++i) made.distances[i] = '0' - 52;
    made.distances[11] = static_cast<signed char>(digit_62 - 62);
    made.distances[12] = static_cast<signed char>(digit_63 - 63);
    made.distances[13] = 'A';
    return made;
}

inline constexpr alphabet standard = make_alphabet('+', '/');
inline constexpr alphabet url_safe = make_alphabet('-', '_');

/// Writes whole groups of three as four digits, then what is left in two or three digits without padding; returns the
/// end of the text.
inline char* encode_portable(alphabet const& to_digit, byte_view bytes, char* to) noexcept;

/// Decodes the standard alphabet. `text` has whole groups of four, the last `padding` characters are '=', and `to` has
/// room for what the others hold, of which nothing is known where the answer is false.
inline bool decode_portable(std::string_view text, std::size_t padding, std::byte* to) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

// Above all that four digits give, so that one look at many groups or-ed together finds a stranger.
inline constexpr std::uint32_t no_digit = 0x01000000;

/// `at[k][c]` is the digit `c` at its place in the 24 bits of a group, as the `k`th of four.
struct digit_places {
    std::uint32_t at[4][256];
};

inline constexpr digit_places digit_table = [] {
    digit_places made{};
    for (auto& place : made.at)
        for (auto& value : place) value = no_digit;
    for (std::uint32_t i = 0; i < 64; ++i)
        for (unsigned k = 0; k < 4; ++k) made.at[k][static_cast<unsigned char>(standard.digits[i])] = i << (18 - 6 * k);
    return made;
}();

inline char* encode_portable(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    auto const byte = [&](std::size_t at) noexcept { return std::to_integer<unsigned>(bytes[at]); };
    std::size_t at = 0;
    for (; bytes.size() - at >= 3; at += 3) {
        unsigned const group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
        *to++ = to_digit.digits[group >> 18];
        *to++ = to_digit.digits[group >> 12 & 0x3F];
        *to++ = to_digit.digits[group >> 6 & 0x3F];
        *to++ = to_digit.digits[group & 0x3F];
    }
    if (at == bytes.size()) return to;
    bool const two = bytes.size() - at == 2;
    unsigned const group = byte(at) << 8 | (two ? byte(at + 1) : 0u);
    *to++ = to_digit.digits[group >> 10];
    *to++ = to_digit.digits[group >> 4 & 0x3F];
    if (two) *to++ = to_digit.digits[group << 2 & 0x3F];
    return to;
}

inline bool decode_portable(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    auto const digit = [&](std::size_t at, std::size_t place) noexcept {
        return digit_table.at[place][static_cast<unsigned char>(text[at])];
    };
    std::size_t const whole = padding == 0 ? text.size() : text.size() - 4;
    std::uint32_t seen = 0;
    for (std::size_t at = 0; at != whole; at += 4) {
        auto const group = digit(at, 0) | digit(at + 1, 1) | digit(at + 2, 2) | digit(at + 3, 3);
        seen |= group;
        *to++ = static_cast<std::byte>(group >> 16 & 0xFF);
        *to++ = static_cast<std::byte>(group >> 8 & 0xFF);
        *to++ = static_cast<std::byte>(group & 0xFF);
    }
    if (padding != 0) {
        auto const group = digit(whole, 0) | digit(whole + 1, 1) | (padding == 1 ? digit(whole + 2, 2) : 0u);
        std::uint32_t const unused = padding == 1 ? 0xFF : 0xFFFF;
        if ((group & unused) != 0) return false;
        seen |= group;
        *to++ = static_cast<std::byte>(group >> 16 & 0xFF);
        if (padding == 1) *to = static_cast<std::byte>(group >> 8 & 0xFF);
    }
    return (seen & no_digit) == 0;
}

}  // namespace bedrock::inline BEDROCK_ABI::base64_detail

#endif
