// SPDX-License-Identifier: MIT
// Owns CRC-32 on 64-bit ARM: the CRC32 instructions, eight bytes a step, and PMULL, which folds sixty-four at once.
// Never runs where the processor lacks them: whoever calls asks `has_arm_crc` and `has_arm_pmull` first.
#ifndef BEDROCK_CRC32_ARM_HPP
#define BEDROCK_CRC32_ARM_HPP

#include "bedrock/config.hpp"
#include "bedrock/crc32/polynomial.hpp"
#include "bedrock/crc32/portable.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AARCH64EL__) && defined(__GNUC__) && (defined(__linux__) || defined(__APPLE__))
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

namespace bedrock::inline BEDROCK_ABI::crc32_detail {

/// What the processor at hand has.
inline bool has_arm_crc() noexcept;
inline bool has_arm_pmull() noexcept;

/// As `update_portable`.
inline std::uint32_t update_arm_crc(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;
inline std::uint32_t update_arm_pmull(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__AARCH64EL__) && defined(__GNUC__) && (defined(__linux__) || defined(__APPLE__))

// The compilers agree on the instructions, not on the names of their intrinsics nor on when those are declared.
#if defined(__clang__)
#define BEDROCK_TARGET __attribute__((target("crc,aes")))
#else
#define BEDROCK_TARGET __attribute__((target("+crc+crypto")))
#endif
#define BEDROCK_INLINE __attribute__((always_inline)) inline

#if defined(__linux__)
inline bool has_arm_crc() noexcept {
    return (getauxval(AT_HWCAP) & 1u << 7) != 0;  // HWCAP_CRC32 of <asm/hwcap.h>
}
inline bool has_arm_pmull() noexcept {
    return has_arm_crc() && (getauxval(AT_HWCAP) & 1u << 4) != 0;  // HWCAP_PMULL
}
#else
inline bool has_arm_crc() noexcept {
    return true;  // every processor that Apple has shipped macOS on
}
inline bool has_arm_pmull() noexcept {
    return true;
}
#endif

BEDROCK_TARGET BEDROCK_INLINE std::uint32_t take_eight(std::uint32_t running, std::uint64_t eight) noexcept {
    __asm__("crc32x %w0, %w0, %x1" : "+r"(running) : "r"(eight));
    return running;
}

BEDROCK_TARGET inline std::uint32_t update_arm_crc(std::uint32_t running, std::byte const* at,
                                                   std::size_t size) noexcept {
    for (; size >= 8; at += 8, size -= 8) {
        std::uint64_t eight;
        std::memcpy(&eight, at, sizeof eight);
        running = take_eight(running, eight);
    }
    if (size >= 4) {
        __asm__("crc32w %w0, %w0, %w1" : "+r"(running) : "r"(load_word(at)));
        at += 4;
        size -= 4;
    }
    for (; size != 0; ++at, --size) {
        __asm__("crc32b %w0, %w0, %w1" : "+r"(running) : "r"(std::to_integer<std::uint32_t>(*at)));
    }
    return running;
}

BEDROCK_TARGET BEDROCK_INLINE uint64x2_t load(std::byte const* from) noexcept {
    return vreinterpretq_u64_u8(vld1q_u8(reinterpret_cast<std::uint8_t const*>(from)));
}

BEDROCK_TARGET BEDROCK_INLINE uint64x2_t factors_over(std::uint64_t bytes) noexcept {
    return vcombine_u64(vcreate_u64(fold_factor(8 * bytes + 64)), vcreate_u64(fold_factor(8 * bytes)));
}

BEDROCK_TARGET BEDROCK_INLINE uint64x2_t fold(uint64x2_t running, uint64x2_t factors, uint64x2_t next) noexcept {
    uint64x2_t high;
    uint64x2_t low;
    __asm__("pmull %0.1q, %1.1d, %2.1d" : "=w"(high) : "w"(running), "w"(factors));
    __asm__("pmull2 %0.1q, %1.2d, %2.2d" : "=w"(low) : "w"(running), "w"(factors));
    return veorq_u64(veorq_u64(high, low), next);
}

// Below this the multiplications do not earn back what the merging of four values costs.
inline constexpr std::size_t least_folded = 256;

BEDROCK_TARGET inline std::uint32_t update_arm_pmull(std::uint32_t running, std::byte const* at,
                                                     std::size_t size) noexcept {
    if (size < least_folded) return update_arm_crc(running, at, size);
    auto first = veorq_u64(load(at), vcombine_u64(vcreate_u64(running), vcreate_u64(0)));
    auto second = load(at + 16);
    auto third = load(at + 32);
    auto fourth = load(at + 48);
    at += 64;
    size -= 64;
    auto const ahead = factors_over(64);
    for (; size >= 64; at += 64, size -= 64) {
        first = fold(first, ahead, load(at));
        second = fold(second, ahead, load(at + 16));
        third = fold(third, ahead, load(at + 32));
        fourth = fold(fourth, ahead, load(at + 48));
    }
    auto const next = factors_over(16);
    first = fold(fold(fold(first, next, second), next, third), next, fourth);
    running = take_eight(take_eight(0, vgetq_lane_u64(first, 0)), vgetq_lane_u64(first, 1));
    return update_arm_crc(running, at, size);
}

#undef BEDROCK_TARGET
#undef BEDROCK_INLINE

#else

inline bool has_arm_crc() noexcept {
    return false;
}

inline bool has_arm_pmull() noexcept {
    return false;
}

inline std::uint32_t update_arm_crc(std::uint32_t running, std::byte const* at, std::size_t size) noexcept {
    return update_portable(running, at, size);
}

inline std::uint32_t update_arm_pmull(std::uint32_t running, std::byte const* at, std::size_t size) noexcept {
    return update_portable(running, at, size);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::crc32_detail

#endif
