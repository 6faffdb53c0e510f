// SPDX-License-Identifier: MIT
// Owns the searches for the first byte of a kind in a text, sixteen bytes a step where the architecture's baseline can.
// Never reads past the end that it is given, never allocates, and never interprets what it finds.
#ifndef BEDROCK_SCAN_HPP
#define BEDROCK_SCAN_HPP

#include "bedrock/config.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) || defined(_M_X64)
#include <emmintrin.h>
#elif defined(__AARCH64EL__) || defined(_M_ARM64)
#include <arm_neon.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// The first byte in [begin, end) that a JSON string cannot carry as it is or that needs a look: `"`, `\`, a control
/// character below 0x20, or a byte of 0x80 and above. `end` where there is none.
char const* find_string_special(char const* begin, char const* end) noexcept;
/// The same where bytes before `begin`, from `readable` on, may be read too, which helps at the end of short texts.
char const* find_string_special(char const* begin, char const* end, char const* readable) noexcept;
/// Whether there is one; faster than to find it.
bool has_string_special(char const* begin, char const* end, char const* readable) noexcept;

/// As `find_string_special`, but bytes of 0x80 and above are passed over: stops at `"`, `\` and controls only.
char const* find_string_special_ascii(char const* begin, char const* end) noexcept;

/// The first byte of 0x80 and above in [begin, end), or `end`.
char const* find_non_ascii(char const* begin, char const* end) noexcept;

/// Whether a byte in [begin, end) is no graphic ASCII character (`!` to `~`).
bool has_non_graphic(char const* begin, char const* end) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace scan_detail {

// A set says which bytes are looked for, once for every width: one byte, eight in a word, sixteen in a register.
// The word test need only be exact about "any hit": the byte loop then finds which.

inline constexpr std::uint64_t low_bits = 0x0101010101010101u;
inline constexpr std::uint64_t high_bits = 0x8080808080808080u;

// High bits of the bytes below `limit` (1..128); bytes above a hit may be reported too, never without one.
constexpr std::uint64_t bytes_below(std::uint64_t word, unsigned char limit) noexcept {
    return (word - low_bits * limit) & ~word & high_bits;
}

constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char value) noexcept {
    return bytes_below(word ^ low_bits * value, 1);
}

struct string_special_ascii {
    static constexpr bool has(unsigned char c) noexcept { return c < 0x20 || c == '"' || c == '\\'; }
    static constexpr bool any(std::uint64_t word) noexcept {
        return (bytes_below(word, 0x20) | bytes_equal(word, '"') | bytes_equal(word, '\\')) != 0;
    }
};

struct string_special {
    static constexpr bool has(unsigned char c) noexcept { return string_special_ascii::has(c) || c >= 0x80; }
    static constexpr bool any(std::uint64_t word) noexcept {
        return string_special_ascii::any(word) || (word & high_bits) != 0;
    }
};

struct non_ascii {
    static constexpr bool has(unsigned char c) noexcept { return c >= 0x80; }
    static constexpr bool any(std::uint64_t word) noexcept { return (word & high_bits) != 0; }
};

struct non_graphic {
    static constexpr bool has(unsigned char c) noexcept { return c <= ' ' || c >= 0x7f; }
    static constexpr bool any(std::uint64_t word) noexcept {
        return (bytes_below(word, 0x21) | bytes_equal(word, 0x7f) | (word & high_bits)) != 0;
    }
};

template <class Set>
char const* find_portable(char const* at, char const* end) noexcept {
    for (std::uint64_t word; end - at >= 8; at += 8) {
        std::memcpy(&word, at, sizeof word);
        if (Set::any(word)) break;
    }
    while (at != end && !Set::has(static_cast<unsigned char>(*at))) ++at;
    return at;
}

// `marks` has the highest bit of each byte that is a hit set; `mask_of` makes a mask of them with the bits of the first
// hit lowest, `bits_per_byte` a byte.

#if defined(__x86_64__) || defined(_M_X64)

inline constexpr bool has_wide = true;
inline constexpr int bits_per_byte = 1;

inline __m128i load_wide(char const* at) noexcept {
    __m128i bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

inline unsigned mask_of(__m128i marks) noexcept {
    return static_cast<unsigned>(_mm_movemask_epi8(marks));
}

inline __m128i either(__m128i left, __m128i right) noexcept {
    return _mm_or_si128(left, right);
}

inline __m128i quote_or_backslash(__m128i bytes) noexcept {
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
}

inline __m128i marks(string_special, char const* at) noexcept {
    auto const bytes = load_wide(at);
    auto const below = _mm_subs_epi8(bytes, _mm_set1_epi8(0x20));  // negative: controls, and 0x80 and above
    return _mm_or_si128(below, quote_or_backslash(bytes));
}

inline __m128i marks(string_special_ascii, char const* at) noexcept {
    auto const bytes = load_wide(at);
    auto const control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(control, quote_or_backslash(bytes));
}

inline __m128i marks(non_ascii, char const* at) noexcept {
    return load_wide(at);
}

inline __m128i marks(non_graphic, char const* at) noexcept {
    auto const bytes = load_wide(at);
    auto const below = _mm_subs_epi8(bytes, _mm_set1_epi8(0x21));  // negative: up to the space, and 0x80 and above
    return _mm_or_si128(below, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
}

#elif defined(__AARCH64EL__) || defined(_M_ARM64)

inline constexpr bool has_wide = true;
inline constexpr int bits_per_byte = 4;

inline uint8x16_t load_wide(char const* at) noexcept {
    return vld1q_u8(reinterpret_cast<std::uint8_t const*>(at));
}

inline std::uint64_t mask_of(uint8x16_t marks) noexcept {
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(marks), 4)), 0);
}

inline uint8x16_t either(uint8x16_t left, uint8x16_t right) noexcept {
    return vorrq_u8(left, right);
}

inline uint8x16_t quote_or_backslash(uint8x16_t bytes) noexcept {
    return vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\')));
}

inline uint8x16_t marks(string_special, char const* at) noexcept {
    auto const bytes = load_wide(at);
    auto const below = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));  // signed: controls, and 0x80 and above
    return vorrq_u8(below, quote_or_backslash(bytes));
}

inline uint8x16_t marks(string_special_ascii, char const* at) noexcept {
    auto const bytes = load_wide(at);
    return vorrq_u8(vcltq_u8(bytes, vdupq_n_u8(0x20)), quote_or_backslash(bytes));
}

inline uint8x16_t marks(non_ascii, char const* at) noexcept {
    return vcgeq_u8(load_wide(at), vdupq_n_u8(0x80));
}

inline uint8x16_t marks(non_graphic, char const* at) noexcept {
    auto const above = vsubq_u8(load_wide(at), vdupq_n_u8(0x21));  // what lies below comes out above
    return vcgeq_u8(above, vdupq_n_u8(0x7f - 0x21));
}

#else

inline constexpr bool has_wide = false;
inline constexpr int bits_per_byte = 1;

#endif

template <class Set>
char const* find_beyond(char const* at, char const* end, char const* readable) noexcept {
    if constexpr (has_wide) {
        for (; end - at >= 16; at += 16)
            if (auto const mask = mask_of(marks(Set{}, at)); mask != 0) return at + std::countr_zero(mask) / bits_per_byte;
        // What is too short for a register is looked at together with bytes before it, which need not belong to it.
        if (end - readable >= 16) {
            if (at == end) return end;
            auto const passed = 16 - (end - at);
            auto const mask = mask_of(marks(Set{}, end - 16)) >> passed * bits_per_byte;
            return mask == 0 ? end : at + std::countr_zero(mask) / bits_per_byte;
        }
    }
    return find_portable<Set>(at, end);
}

// The fastest search of this architecture. The first step is small enough to be inlined: most searches end there.
template <class Set>
char const* find(char const* at, char const* end, char const* readable) noexcept {
    if constexpr (has_wide) {
        if (end - at >= 16) {
            if (auto const mask = mask_of(marks(Set{}, at)); mask != 0) return at + std::countr_zero(mask) / bits_per_byte;
            at += 16;
        }
    }
    return find_beyond<Set>(at, end, readable);
}

template <class Set>
bool has(char const* at, char const* end, char const* readable) noexcept {
    if constexpr (has_wide) {
        if (end - at >= 16) {
            auto const* const last = end - 16;
            auto found = marks(Set{}, last);
            for (; at < last; at += 16) found = either(found, marks(Set{}, at));
            return mask_of(found) != 0;
        }
    }
    return find_beyond<Set>(at, end, readable) != end;
}

}  // namespace scan_detail

inline char const* find_string_special(char const* begin, char const* end) noexcept {
    return scan_detail::find<scan_detail::string_special>(begin, end, begin);
}

inline char const* find_string_special(char const* begin, char const* end, char const* readable) noexcept {
    return scan_detail::find<scan_detail::string_special>(begin, end, readable);
}

inline bool has_string_special(char const* begin, char const* end, char const* readable) noexcept {
    return scan_detail::has<scan_detail::string_special>(begin, end, readable);
}

inline char const* find_string_special_ascii(char const* begin, char const* end) noexcept {
    return scan_detail::find<scan_detail::string_special_ascii>(begin, end, begin);
}

inline char const* find_non_ascii(char const* begin, char const* end) noexcept {
    return scan_detail::find<scan_detail::non_ascii>(begin, end, begin);
}

inline bool has_non_graphic(char const* begin, char const* end) noexcept {
    return scan_detail::has<scan_detail::non_graphic>(begin, end, begin);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
