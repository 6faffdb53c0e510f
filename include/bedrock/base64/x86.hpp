// SPDX-License-Identifier: MIT
// Owns base64 on x86-64 by shuffles of bytes: SSSE3, sixteen digits a step, and AVX2, thirty-two.
// Never runs where the processor lacks them: whoever calls asks `has_ssse3` and `has_avx2` first.
#ifndef BEDROCK_BASE64_X86_HPP
#define BEDROCK_BASE64_X86_HPP

#include "bedrock/base64/portable.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#include <emmintrin.h>
#include <tmmintrin.h>
#endif

// The method: "Faster Base64 Encoding and Decoding using AVX2 Instructions", Mula and Lemire, ACM TWEB 12(3), 2018.
// Multiplications move the groups of six bits; a digit is its value and a distance that a shuffle looks up by its
// range.

namespace bedrock::inline BEDROCK_ABI::base64_detail {

/// What the processor at hand has, and the operating system keeps across its switches.
inline bool has_ssse3() noexcept;
inline bool has_avx2() noexcept;

/// As `encode_portable`.
inline char* encode_ssse3(alphabet const& to_digit, byte_view bytes, char* to) noexcept;
inline char* encode_avx2(alphabet const& to_digit, byte_view bytes, char* to) noexcept;

/// As `decode_portable`.
inline bool decode_ssse3(std::string_view text, std::size_t padding, std::byte* to) noexcept;
inline bool decode_avx2(std::string_view text, std::size_t padding, std::byte* to) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__x86_64__) && defined(__GNUC__)

#define BEDROCK_TARGET __attribute__((target("ssse3")))
#define BEDROCK_WIDE_TARGET __attribute__((target("avx2")))
#define BEDROCK_INLINE __attribute__((always_inline)) inline

inline bool has_ssse3() noexcept {
    return __builtin_cpu_supports("ssse3");
}

inline bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2");
}

BEDROCK_TARGET BEDROCK_INLINE __m128i load(void const* from) noexcept {
    return _mm_loadu_si128(static_cast<__m128i const*>(from));
}

BEDROCK_TARGET BEDROCK_INLINE void store(void* to, __m128i value) noexcept {
    _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

// Bytes b, a, c, b of each group a, b, c: of these two words every digit is cut by one mask and one multiplication.
// The first order is that of groups which begin at the fifth byte.
inline constexpr unsigned char spread_order[2][16] = {
    {5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14},
    {1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10},
};

BEDROCK_TARGET BEDROCK_INLINE __m128i encode_twelve(__m128i bytes, __m128i order, __m128i ranges) noexcept {
    auto const words = _mm_shuffle_epi8(bytes, order);
    auto const even = _mm_mulhi_epu16(_mm_and_si128(words, _mm_set1_epi32(0x0FC0FC00)), _mm_set1_epi32(0x04000040));
    auto const odd = _mm_mullo_epi16(_mm_and_si128(words, _mm_set1_epi32(0x003F03F0)), _mm_set1_epi32(0x01000010));
    auto const values = _mm_or_si128(even, odd);
    auto const above = _mm_subs_epu8(values, _mm_set1_epi8(51));
    auto const capital = _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), values), _mm_set1_epi8(13));
    return _mm_add_epi8(values, _mm_shuffle_epi8(ranges, _mm_or_si128(above, capital)));
}

// What is left behind `at`, twelve bytes at least being encoded already. The last step is taken again from the end of
// whole groups.
BEDROCK_TARGET BEDROCK_INLINE char* encode_by_twelve(alphabet const& to_digit, byte_view bytes, std::size_t at,
                                                     __m128i ranges, char* to) noexcept {
    auto const order = load(spread_order[0]);
    for (; bytes.size() - at >= 12; at += 12, to += 16)
        store(to, encode_twelve(load(bytes.data() + at - 4), order, ranges));
    std::size_t const whole = bytes.size() / 3 * 3;
    if (whole != at && whole >= 16) {
        to += (whole - at) / 3 * 4;
        store(to - 16, encode_twelve(load(bytes.data() + whole - 16), order, ranges));
        at = whole;
    }
    return encode_portable(to_digit, bytes.subspan(at), to);
}

BEDROCK_TARGET inline char* encode_ssse3(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    if (bytes.size() < 16) return encode_portable(to_digit, bytes, to);
    auto const ranges = load(to_digit.distances);
    store(to, encode_twelve(load(bytes.data()), load(spread_order[1]), ranges));
    return encode_by_twelve(to_digit, bytes, 12, ranges, to + 16);
}

// For the two nibbles of a character, the sets of the characters that they may not be in: no digit where they share
// one. The third is the distance to the value, by the upper nibble, '/' apart.
inline constexpr unsigned char refused_low[16] = {0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                                  0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A};
inline constexpr unsigned char refused_high[16] = {0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                                                   0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10};
inline constexpr signed char value_distance[16] = {0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0};
inline constexpr unsigned char gather_order[16] = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0x80, 0x80, 0x80, 0x80};

// Twelve bytes, then four of zero; what is no digit leaves bits in `refused`.
BEDROCK_TARGET BEDROCK_INLINE __m128i decode_sixteen(__m128i text, __m128i& refused) noexcept {
    auto const mask = _mm_set1_epi8(0x2F);  // a shuffle looks at the lowest four bits and the highest
    auto const high = _mm_and_si128(_mm_srli_epi32(text, 4), mask);
    auto const low = _mm_and_si128(text, mask);
    refused = _mm_or_si128(
        refused, _mm_and_si128(_mm_shuffle_epi8(load(refused_high), high), _mm_shuffle_epi8(load(refused_low), low)));
    auto const range = _mm_add_epi8(high, _mm_cmpeq_epi8(text, _mm_set1_epi8('/')));
    auto const values = _mm_add_epi8(text, _mm_shuffle_epi8(load(value_distance), range));
    auto const pairs = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140));
    return _mm_shuffle_epi8(_mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000)), load(gather_order));
}

BEDROCK_TARGET BEDROCK_INLINE void store_twelve(std::byte* to, __m128i value) noexcept {
    std::byte bytes[16];
    store(bytes, value);
    std::memcpy(to, bytes, 12);
}

BEDROCK_TARGET BEDROCK_INLINE bool is_zero(__m128i value) noexcept {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_setzero_si128())) == 0xFFFF;
}

// What is left, `before` characters being decoded already: the last step is taken again from the end of whole groups.
BEDROCK_TARGET BEDROCK_INLINE bool decode_by_sixteen(std::string_view text, std::size_t before, std::size_t padding,
                                                     __m128i refused, std::byte* to) noexcept {
    std::size_t const whole = padding == 0 ? text.size() : text.size() - 4;
    std::size_t at = before;
    // A step writes four bytes more than it decodes: there are two groups behind it whose place they take.
    for (; whole - at >= 24; at += 16, to += 12) store(to, decode_sixteen(load(text.data() + at), refused));
    for (; whole - at >= 16; at += 16, to += 12) store_twelve(to, decode_sixteen(load(text.data() + at), refused));
    if (whole != at && whole >= 16) {
        to += (whole - at) / 4 * 3;
        store_twelve(to - 12, decode_sixteen(load(text.data() + whole - 16), refused));
        at = whole;
    }
    return decode_portable({text.data() + at, text.size() - at}, padding, to) && is_zero(refused);
}

BEDROCK_TARGET inline bool decode_ssse3(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    return decode_by_sixteen(text, 0, padding, _mm_setzero_si128(), to);
}

// <immintrin.h>, which has the intrinsics of these registers, takes longer to compile than all of bedrock's codecs.
// They go by reference: how a function takes them by value depends on the compiler's options.
using wide = signed char __attribute__((vector_size(32)));
using wide_words = std::uint16_t __attribute__((vector_size(32)));
using wide_integers = std::uint32_t __attribute__((vector_size(32)));

// g++ 12 forgets it before some calls, and code in the legacy encoding runs at a fifth of its speed from there on.
BEDROCK_WIDE_TARGET BEDROCK_INLINE void leave_wide() noexcept {
    __builtin_ia32_vzeroupper();
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void load_wide(wide& to, void const* from) noexcept {
    std::memcpy(&to, from, sizeof to);
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void load_twice(wide& to, void const* from) noexcept {
    __asm__("vbroadcasti128 %1, %0" : "=x"(to) : "m"(*static_cast<__m128i_u const*>(from)));
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void look_up(wide& to, wide const& table, wide const& indices) noexcept {
    __asm__("vpshufb %2, %1, %0" : "=x"(to) : "x"(table), "x"(indices));
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void encode_wide(wide& text, wide const& bytes, wide const& order,
                                                    wide const& ranges) noexcept {
    wide words;
    look_up(words, bytes, order);
    auto const integers = reinterpret_cast<wide_integers>(words);
    wide_words even;
    auto const shifts = wide_integers{} + 0x04000040u;
    __asm__("vpmulhuw %2, %1, %0" : "=x"(even) : "x"(integers & 0x0FC0FC00u), "x"(shifts));
    auto const odd = reinterpret_cast<wide_words>(integers & 0x003F03F0u) *
                     reinterpret_cast<wide_words>(wide_integers{} + 0x01000010u);
    auto const values = reinterpret_cast<wide>(even | odd);
    wide above;
    __asm__("vpsubusb %2, %1, %0" : "=x"(above) : "x"(values), "x"(wide{} + 51));
    wide const capital = reinterpret_cast<wide>(values < 26) & 13;
    wide distance;
    look_up(distance, ranges, above | capital);
    text = values + distance;
}

BEDROCK_WIDE_TARGET inline char* encode_avx2(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    if (bytes.size() < 16) return encode_portable(to_digit, bytes, to);
    auto const ranges = load(to_digit.distances);
    store(to, encode_twelve(load(bytes.data()), load(spread_order[1]), ranges));
    to += 16;
    std::size_t at = 12;
    if (bytes.size() - at >= 28) {
        wide order;
        wide twice;
        wide next;
        wide text;
        load_wide(order, spread_order);
        load_twice(twice, to_digit.distances);
        // A register's two halves are filled by one load that begins four bytes early.
        for (; bytes.size() - at >= 28; at += 24, to += 32) {
            load_wide(next, bytes.data() + at - 4);
            encode_wide(text, next, order, twice);
            std::memcpy(to, &text, sizeof text);
        }
        leave_wide();
    }
    return encode_by_twelve(to_digit, bytes, at, ranges, to);
}

struct wide_tables {
    wide low;
    wide high;
    wide distance;
    wide order;
    wide_integers together;
};

BEDROCK_WIDE_TARGET BEDROCK_INLINE void decode_wide(wide& bytes, wide const& text, wide& refused,
                                                    wide_tables const& tables) noexcept {
    auto const high = reinterpret_cast<wide>(reinterpret_cast<wide_integers>(text) >> 4) & 0x2F;
    auto const low = text & 0x2F;
    wide not_high;
    wide not_low;
    look_up(not_high, tables.high, high);
    look_up(not_low, tables.low, low);
    refused |= not_high & not_low;
    wide distance;
    look_up(distance, tables.distance, high + reinterpret_cast<wide>(text == '/'));
    wide const values = text + distance;
    wide pairs;
    wide groups;
    __asm__("vpmaddubsw %2, %1, %0" : "=x"(pairs) : "x"(values), "x"(wide_integers{} + 0x01400140u));
    __asm__("vpmaddwd %2, %1, %0" : "=x"(groups) : "x"(pairs), "x"(wide_integers{} + 0x00011000u));
    look_up(groups, groups, tables.order);
    __asm__("vpermd %2, %1, %0" : "=x"(bytes) : "x"(tables.together), "x"(groups));
}

BEDROCK_WIDE_TARGET inline bool decode_avx2(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    std::size_t const whole = padding == 0 ? text.size() : text.size() - 4;
    std::size_t at = 0;
    auto refused = _mm_setzero_si128();
    if (whole >= 44) {
        wide_tables tables;
        load_twice(tables.low, refused_low);
        load_twice(tables.high, refused_high);
        load_twice(tables.distance, value_distance);
        load_twice(tables.order, gather_order);
        tables.together = wide_integers{0, 1, 2, 4, 5, 6, 3, 7};
        wide wrong{};
        wide next;
        wide bytes;
        // A step writes eight bytes more than it decodes: there are three groups behind it whose place they take.
        for (; whole - at >= 44; at += 32, to += 24) {
            load_wide(next, text.data() + at);
            decode_wide(bytes, next, wrong, tables);
            std::memcpy(to, &bytes, sizeof bytes);
        }
        __m128i halves[2];
        std::memcpy(halves, &wrong, sizeof halves);
        leave_wide();
        refused = _mm_or_si128(halves[0], halves[1]);
    }
    return decode_by_sixteen(text, at, padding, refused, to);
}

#undef BEDROCK_TARGET
#undef BEDROCK_WIDE_TARGET
#undef BEDROCK_INLINE

#else

inline bool has_ssse3() noexcept {
    return false;
}

inline bool has_avx2() noexcept {
    return false;
}

inline char* encode_ssse3(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    return encode_portable(to_digit, bytes, to);
}

inline char* encode_avx2(alphabet const& to_digit, byte_view bytes, char* to) noexcept {
    return encode_portable(to_digit, bytes, to);
}

inline bool decode_ssse3(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    return decode_portable(text, padding, to);
}

inline bool decode_avx2(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    return decode_portable(text, padding, to);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::base64_detail

#endif
