// SPDX-License-Identifier: MIT
// Owns CRC-32 by carry-less multiplication on x86-64: PCLMULQDQ, sixteen bytes a step, and VPCLMULQDQ, sixty-four.
// Never runs where the processor lacks them: whoever calls asks `has_pclmul` and `has_vpclmul` first.
#ifndef BEDROCK_CRC32_X86_HPP
#define BEDROCK_CRC32_X86_HPP

#include "bedrock/config.hpp"
#include "bedrock/crc32/polynomial.hpp"
#include "bedrock/crc32/portable.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <emmintrin.h>
#include <smmintrin.h>
#include <tmmintrin.h>
#include <wmmintrin.h>
#endif

// The method: "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Gopal et al., Intel 2009.
// A running value of 128 bits is moved ahead ("folded") over the bytes that follow by two multiplications; at the end
// Barrett's reduction makes 32 bits of it. The constants are computed, in polynomial.hpp.
//
// avx in the targets asks for the VEX encoding: SSE code of the legacy encoding halves its speed where somebody left
// the upper halves of the registers dirty.

namespace bedrock::inline BEDROCK_ABI::crc32_detail {

/// What the processor at hand has, and the operating system keeps across its switches.
inline bool has_pclmul() noexcept;
inline bool has_vpclmul() noexcept;

/// As `update_portable`.
inline std::uint32_t update_pclmul(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;
inline std::uint32_t update_vpclmul(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__x86_64__) && defined(__GNUC__)

#define BEDROCK_TARGET __attribute__((target("avx,pclmul")))
#define BEDROCK_WIDE_TARGET __attribute__((target("avx512f,avx512vl,vpclmulqdq,pclmul")))
#define BEDROCK_INLINE __attribute__((always_inline)) inline

inline bool has_pclmul() noexcept {
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("pclmul");
}

inline bool has_vpclmul() noexcept {
    return __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512vl") && has_pclmul();
}

struct fold_factors {
    std::uint64_t high;  // for the first eight of sixteen bytes
    std::uint64_t low;
};

/// Moves sixteen bytes ahead by so many bytes.
constexpr fold_factors fold_over(std::uint64_t bytes) noexcept {
    return {fold_factor(8 * bytes + 64), fold_factor(8 * bytes)};
}

inline constexpr fold_factors over_16 = fold_over(16);
inline constexpr fold_factors over_64 = fold_over(64);
inline constexpr fold_factors over_256 = fold_over(256);
inline constexpr fold_factors barrett = {barrett_quotient(), whole_polynomial};

// Sixteen bytes from place 16 - n move a register's bytes n to the left, from 16 + n as many to the right; a byte of
// the index with its highest bit gives zero.
inline constexpr unsigned char moves[48] = {
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,  //
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,  //
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

BEDROCK_TARGET BEDROCK_INLINE __m128i load(void const* from) noexcept {
    return _mm_loadu_si128(static_cast<__m128i const*>(from));
}

BEDROCK_TARGET BEDROCK_INLINE __m128i fold(__m128i running, __m128i factors, __m128i next) noexcept {
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(running, factors, 0x00), next),
                         _mm_clmulepi64_si128(running, factors, 0x11));
}

/// The remainder of the 64 bits in the upper half, followed by 32 zero bits.
BEDROCK_TARGET BEDROCK_INLINE std::uint32_t reduce_upper_half(__m128i value) noexcept {
    auto const constants = load(&barrett);
    auto const quotient = _mm_clmulepi64_si128(value, constants, 0x01);
    return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_clmulepi64_si128(quotient, constants, 0x10), 2));
}

/// The remainder of all 128 bits, followed by 32 zero bits.
BEDROCK_TARGET BEDROCK_INLINE std::uint32_t reduce(__m128i value) noexcept {
    auto const factor = _mm_cvtsi64_si128(static_cast<long long>(fold_factor(64)));
    auto const upper = _mm_andnot_si128(_mm_set_epi64x(0, -1), value);
    auto const half = _mm_xor_si128(_mm_clmulepi64_si128(value, factor, 0x00), upper);
    return reduce_upper_half(_mm_xor_si128(_mm_clmulepi64_si128(half, factor, 0x00), half));
}

/// Folds the rest of a message of at least sixteen bytes in all, and reduces.
BEDROCK_TARGET BEDROCK_INLINE std::uint32_t finish(__m128i running, std::byte const* at, std::size_t left) noexcept {
    auto const factors = load(&over_16);
    for (; left >= 16; at += 16, left -= 16) running = fold(running, factors, load(at));
    if (left != 0) {
        // The message ends with the running value's last 16 - left bytes and the rest; what stood before them is
        // folded.
        auto const ahead = load(moves + left);
        auto const back = load(moves + 16 + left);
        auto const last = _mm_blendv_epi8(load(at + left - 16), _mm_shuffle_epi8(running, back),
                                          _mm_cmpgt_epi8(_mm_setzero_si128(), ahead));
        running = fold(_mm_shuffle_epi8(running, ahead), factors, last);
    }
    return reduce(running);
}

BEDROCK_TARGET inline std::uint32_t update_pclmul(std::uint32_t running, std::byte const* at,
                                                  std::size_t size) noexcept {
    if (size < 16) {
        if (size < 8) return update_portable(running, at, size);
        auto const eight = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(at));
        auto const value = _mm_xor_si128(eight, _mm_cvtsi32_si128(static_cast<int>(running)));
        running = reduce_upper_half(_mm_slli_si128(value, 8));
        return size == 8 ? running : update_portable(running, at + 8, size - 8);
    }
    auto first = _mm_xor_si128(load(at), _mm_cvtsi32_si128(static_cast<int>(running)));
    at += 16;
    size -= 16;
    if (size >= 112) {
        auto second = load(at);
        auto third = load(at + 16);
        auto fourth = load(at + 32);
        at += 48;
        size -= 48;
        auto const ahead = load(&over_64);
        for (; size >= 64; at += 64, size -= 64) {
            first = fold(first, ahead, load(at));
            second = fold(second, ahead, load(at + 16));
            third = fold(third, ahead, load(at + 32));
            fourth = fold(fourth, ahead, load(at + 48));
        }
        auto const next = load(&over_16);
        first = fold(fold(fold(first, next, second), next, third), next, fourth);
    }
    return finish(first, at, size);
}

// <immintrin.h>, which has the intrinsics of these registers, takes longer to compile than all of bedrock's codecs.
using wide = std::uint64_t __attribute__((vector_size(64)));

BEDROCK_WIDE_TARGET BEDROCK_INLINE void load_wide(wide& to, std::byte const* from) noexcept {
    std::memcpy(&to, from, sizeof to);
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void spread(wide& to, fold_factors const& factors) noexcept {
    to = wide{factors.high, factors.low, factors.high, factors.low,
              factors.high, factors.low, factors.high, factors.low};
}

BEDROCK_WIDE_TARGET BEDROCK_INLINE void fold_wide(wide& running, wide const& factors, wide const& next) noexcept {
    wide high;
    wide low;
    __asm__("vpclmulqdq $0x00, %2, %1, %0" : "=v"(high) : "v"(running), "v"(factors));
    __asm__("vpclmulqdq $0x11, %2, %1, %0" : "=v"(low) : "v"(running), "v"(factors));
    running = high ^ low ^ next;
}

BEDROCK_WIDE_TARGET inline std::uint32_t update_vpclmul(std::uint32_t running, std::byte const* at,
                                                        std::size_t size) noexcept {
    if (size < 128) return update_pclmul(running, at, size);
    wide first;
    wide next;
    wide factors;
    load_wide(first, at);
    first ^= wide{running, 0, 0, 0, 0, 0, 0, 0};
    at += 64;
    size -= 64;
    if (size >= 448) {
        wide second;
        wide third;
        wide fourth;
        load_wide(second, at);
        load_wide(third, at + 64);
        load_wide(fourth, at + 128);
        at += 192;
        size -= 192;
        spread(factors, over_256);
        for (; size >= 256; at += 256, size -= 256) {
            load_wide(next, at);
            fold_wide(first, factors, next);
            load_wide(next, at + 64);
            fold_wide(second, factors, next);
            load_wide(next, at + 128);
            fold_wide(third, factors, next);
            load_wide(next, at + 192);
            fold_wide(fourth, factors, next);
        }
        spread(factors, over_64);
        fold_wide(first, factors, second);
        fold_wide(first, factors, third);
        fold_wide(first, factors, fourth);
    }
    spread(factors, over_64);
    for (; size >= 64; at += 64, size -= 64) {
        load_wide(next, at);
        fold_wide(first, factors, next);
    }
    __m128i parts[4];
    std::memcpy(parts, &first, sizeof parts);
    auto const ahead = load(&over_16);
    auto const whole = fold(fold(fold(parts[0], ahead, parts[1]), ahead, parts[2]), ahead, parts[3]);
    return finish(whole, at, size);
}

#undef BEDROCK_TARGET
#undef BEDROCK_WIDE_TARGET
#undef BEDROCK_INLINE

#else

inline bool has_pclmul() noexcept {
    return false;
}

inline bool has_vpclmul() noexcept {
    return false;
}

inline std::uint32_t update_pclmul(std::uint32_t running, std::byte const* at, std::size_t size) noexcept {
    return update_portable(running, at, size);
}

inline std::uint32_t update_vpclmul(std::uint32_t running, std::byte const* at, std::size_t size) noexcept {
    return update_portable(running, at, size);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::crc32_detail

#endif
