// SPDX-License-Identifier: MIT
// Owns CRC-32 as zlib, PNG and AWS event streams use it (IEEE 802.3, reflected), by the fastest way of the processor.
// Never allocates, and gives the same value by every way, at compile time and at run time, whatever the byte order.
#ifndef BEDROCK_CRC32_HPP
#define BEDROCK_CRC32_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crc32/arm.hpp"
#include "bedrock/crc32/polynomial.hpp"
#include "bedrock/crc32/portable.hpp"
#include "bedrock/crc32/x86.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bedrock::inline BEDROCK_ABI {

/// The ways to compute it; each gives the same values.
enum class crc32_path : unsigned char {
    portable,   ///< tables, sixteen bytes a step
    pclmul,     ///< x86-64 with AVX and PCLMULQDQ
    vpclmul,    ///< x86-64 with AVX-512 and VPCLMULQDQ
    arm_crc,    ///< 64-bit ARM with its CRC32 instructions
    arm_pmull,  ///< the same, and PMULL for what is long
};

/// "portable", "pclmul", "vpclmul", "arm_crc", "arm_pmull".
constexpr std::string_view describe(crc32_path path) noexcept;

/// Whether the processor at hand can go that way. **Thread safety:** any.
bool has_crc32_path(crc32_path path) noexcept;

/// The fastest way of the processor at hand: a few nanoseconds where the system was asked before. **Thread safety:**
/// any.
crc32_path best_crc32_path() noexcept;

/// The CRC-32 of `bytes`, continued from `previous`: `crc32(b, crc32(a))` is the value of `a` followed by `b`.
constexpr std::uint32_t crc32(byte_view bytes, std::uint32_t previous = 0) noexcept;

/// The same by a way of the caller's choice. One that `has_crc32_path` denies ends the program.
std::uint32_t crc32(byte_view bytes, std::uint32_t previous, crc32_path path) noexcept;

/// The CRC-32 of two messages one after the other, from their values and the second one's size in bytes.
constexpr std::uint32_t combine_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(crc32_path path) noexcept {
    switch (path) {
        case crc32_path::portable:
            return "portable";
        case crc32_path::pclmul:
            return "pclmul";
        case crc32_path::vpclmul:
            return "vpclmul";
        case crc32_path::arm_crc:
            return "arm_crc";
        case crc32_path::arm_pmull:
            return "arm_pmull";
    }
    return {};
}

inline bool has_crc32_path(crc32_path path) noexcept {
    switch (path) {
        case crc32_path::portable:
            return true;
        case crc32_path::pclmul:
            return crc32_detail::has_pclmul();
        case crc32_path::vpclmul:
            return crc32_detail::has_vpclmul();
        case crc32_path::arm_crc:
            return crc32_detail::has_arm_crc();
        case crc32_path::arm_pmull:
            return crc32_detail::has_arm_pmull();
    }
    return false;
}

inline crc32_path best_crc32_path() noexcept {
    if (crc32_detail::has_vpclmul()) return crc32_path::vpclmul;
    if (crc32_detail::has_pclmul()) return crc32_path::pclmul;
    if (crc32_detail::has_arm_pmull()) return crc32_path::arm_pmull;
    if (crc32_detail::has_arm_crc()) return crc32_path::arm_crc;
    return crc32_path::portable;
}

namespace crc32_detail {

using update_function = std::uint32_t (*)(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;

// No switch: for short messages its jump would cost as much as the work.
inline update_function find_update(crc32_path path) noexcept {
    if (path == crc32_path::pclmul) return update_pclmul;
    if (path == crc32_path::vpclmul) return update_vpclmul;
    if (path == crc32_path::arm_pmull) return update_arm_pmull;
    if (path == crc32_path::arm_crc) return update_arm_crc;
    return update_portable;
}

}  // namespace crc32_detail

inline std::uint32_t crc32(byte_view bytes, std::uint32_t previous, crc32_path path) noexcept {
    return ~crc32_detail::find_update(path)(~previous, bytes.data(), bytes.size());
}

constexpr std::uint32_t crc32(byte_view bytes, std::uint32_t previous) noexcept {
    if (!std::is_constant_evaluated()) return crc32(bytes, previous, best_crc32_path());
    return ~crc32_detail::update_portable(~previous, bytes.data(), bytes.size());
}

constexpr std::uint32_t combine_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) noexcept {
    return crc32_detail::multiply(first, crc32_detail::power(crc32_detail::x_to_the(8), second_size)) ^ second;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
