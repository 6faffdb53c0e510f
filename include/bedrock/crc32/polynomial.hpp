// SPDX-License-Identifier: MIT
// Owns the arithmetic behind CRC-32: polynomials over GF(2) modulo the IEEE 802.3 polynomial, and their constants.
// Never touches a message: it serves the paths that fold one, and the combining of two values.
#ifndef BEDROCK_CRC32_POLYNOMIAL_HPP
#define BEDROCK_CRC32_POLYNOMIAL_HPP

#include "bedrock/config.hpp"

#include <cstdint>

namespace bedrock::inline BEDROCK_ABI::crc32_detail {

/// The polynomial without its x^32, reflected like every polynomial here: the highest bit is the coefficient of x^0.
inline constexpr std::uint32_t polynomial = 0xedb88320;

/// The product modulo the polynomial.
constexpr std::uint32_t multiply(std::uint32_t left, std::uint32_t right) noexcept;

/// `base` to the power of `exponent`, modulo the polynomial.
constexpr std::uint32_t power(std::uint32_t base, std::uint64_t exponent) noexcept;

/// x to the power of `exponent`, modulo the polynomial.
constexpr std::uint32_t x_to_the(std::uint64_t exponent) noexcept;

/// The factor that a carry-less multiplication of 64 bits takes to multiply by x^`exponent` modulo the polynomial: such
/// a product of reflected factors is one x short.
constexpr std::uint64_t fold_factor(std::uint64_t exponent) noexcept;

/// The quotient of x^96 and the polynomial without its x^0, for Barrett's reduction of 64 bits.
constexpr std::uint64_t barrett_quotient() noexcept;

/// The whole polynomial, x^32 included, as the second factor of that reduction.
inline constexpr std::uint64_t whole_polynomial = std::uint64_t{polynomial} << 1 | 1;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::uint32_t multiply(std::uint32_t left, std::uint32_t right) noexcept {
    std::uint32_t product = 0;
    for (std::uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
        if ((left & bit) != 0) product ^= right;
        right = right >> 1 ^ ((right & 1) != 0 ? polynomial : 0u);
    }
    return product;
}

constexpr std::uint32_t power(std::uint32_t base, std::uint64_t exponent) noexcept {
    std::uint32_t result = 0x80000000;
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) result = multiply(result, base);
        base = multiply(base, base);
    }
    return result;
}

constexpr std::uint32_t x_to_the(std::uint64_t exponent) noexcept {
    return power(0x40000000, exponent);
}

constexpr std::uint64_t fold_factor(std::uint64_t exponent) noexcept {
    return std::uint64_t{x_to_the(exponent - 1)} << 32;
}

constexpr std::uint64_t barrett_quotient() noexcept {
    std::uint64_t quotient = 1;
    std::uint32_t remainder = polynomial;
    for (int place = 1; place != 64; ++place) {
        bool const divides = (remainder & 1) != 0;
        if (divides) quotient |= std::uint64_t{1} << place;
        remainder = remainder >> 1 ^ (divides ? polynomial : 0u);
    }
    return quotient;
}

}  // namespace bedrock::inline BEDROCK_ABI::crc32_detail

#endif
