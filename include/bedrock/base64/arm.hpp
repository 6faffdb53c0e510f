// SPDX-License-Identifier: MIT
// Owns base64 on 64-bit ARM: NEON's loads, stores and look-ups take sixty-four digits a step.
// Never runs elsewhere: whoever calls asks `has_neon` first.
#ifndef BEDROCK_BASE64_ARM_HPP
#define BEDROCK_BASE64_ARM_HPP

#include "bedrock/base64/portable.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__AARCH64EL__) || defined(_M_ARM64)
#include <arm_neon.h>
#endif

namespace bedrock::inline BEDROCK_ABI::base64_detail {

/// Whether this is 64-bit ARM, of whose baseline NEON is part.
constexpr bool has_neon() noexcept;

/// As `encode_portable`.
inline char* encode_neon(alphabet const& to_digit, byte_view bytes, char* to) noexcept;

/// As `decode_portable`.
inline bool decode_neon(std::string_view text, std::size_t padding, std::byte* to) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__AARCH64EL__) || defined(_M_ARM64)

constexpr bool has_neon() noexcept {
    return true;
}

inline char* encode_neon(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    auto const* at = reinterpret_cast<std::uint8_t const*>(bytes.data());
    std::size_t left = bytes.size();
    auto const digits = vld1q_u8_x4(reinterpret_cast<std::uint8_t const*>(to_digit.digits));
    auto const six = vdupq_n_u8(0x3F);
    for (; left >= 48; at += 48, left -= 48, to += 64) {
        auto const group = vld3q_u8(at);
        uint8x16x4_t text;
        text.val[0] = vqtbl4q_u8(digits, vshrq_n_u8(group.val[0], 2));
        text.val[1] = vqtbl4q_u8(digits, vandq_u8(vsliq_n_u8(vshrq_n_u8(group.val[1], 4), group.val[0], 4), six));
        text.val[2] = vqtbl4q_u8(digits, vandq_u8(vsliq_n_u8(vshrq_n_u8(group.val[2], 6), group.val[1], 2), six));
        text.val[3] = vqtbl4q_u8(digits, vandq_u8(group.val[2], six));
        vst4q_u8(reinterpret_cast<std::uint8_t*>(to), text);
    }
    return encode_portable(to_digit, bytes.last(left), to);
}

// The values of the characters from 0 to 127, and the highest bit for what is no digit.
struct ascii_values {
    std::uint8_t at[128];
};

inline constexpr ascii_values values_of_ascii = [] {
    ascii_values made{};
    for (auto& value : made.at) value = 0x80;
    for (unsigned char i = 0; i < 64; ++i) made.at[static_cast<unsigned char>(standard.digits[i])] = i;
    return made;
}();

inline bool decode_neon(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    auto const* at = reinterpret_cast<std::uint8_t const*>(text.data());
    std::size_t left = text.size();
    auto const lower = vld1q_u8_x4(values_of_ascii.at);
    auto const upper = vld1q_u8_x4(values_of_ascii.at + 64);
    auto const none = vdupq_n_u8(0x80);
    auto refused = vdupq_n_u8(0);
    for (; left >= 64 + 4; at += 64, left -= 64, to += 48) {  // the last four may be padded
        auto digit = vld4q_u8(at);
        for (auto& value : digit.val) {
            // A table gives nothing for what lies outside of its sixty-four.
            value = vqtbx4q_u8(vqtbx4q_u8(none, lower, value), upper, veorq_u8(value, vdupq_n_u8(0x40)));
            refused = vorrq_u8(refused, value);
        }
        uint8x16x3_t bytes;
        bytes.val[0] = vsliq_n_u8(vshrq_n_u8(digit.val[1], 4), digit.val[0], 2);
        bytes.val[1] = vsliq_n_u8(vshrq_n_u8(digit.val[2], 2), digit.val[1], 4);
        bytes.val[2] = vsliq_n_u8(digit.val[3], digit.val[2], 6);
        vst3q_u8(reinterpret_cast<std::uint8_t*>(to), bytes);
    }
    return decode_portable(text.substr(text.size() - left), padding, to) && vmaxvq_u8(refused) < 0x80;
}

#else

constexpr bool has_neon() noexcept {
    return false;
}

inline char* encode_neon(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    return encode_portable(to_digit, bytes, to);
}

inline bool decode_neon(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    return decode_portable(text, padding, to);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::base64_detail

#endif
