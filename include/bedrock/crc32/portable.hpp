// SPDX-License-Identifier: MIT
// Owns the CRC-32 that every machine and every constant expression can compute: sixteen bytes a step, by tables.
// Never needs an instruction beyond the architecture's baseline, and gives the same value whatever the byte order.
#ifndef BEDROCK_CRC32_PORTABLE_HPP
#define BEDROCK_CRC32_PORTABLE_HPP

#include "bedrock/config.hpp"
#include "bedrock/crc32/polynomial.hpp"

#include <cstddef>
#include <cstdint>

namespace bedrock::inline BEDROCK_ABI::crc32_detail {

/// Takes `size` bytes into a running value: a CRC-32 with every bit turned over.
constexpr std::uint32_t update_portable(std::uint32_t running, std::byte const* at, std::size_t size) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

/// `at[k][b]` is the remainder of byte `b` followed by `k` zero bytes ("slicing", Kounavis and Berry, 2005).
struct slices {
    std::uint32_t at[16][256];
};

constexpr slices make_slices() noexcept {
    slices made{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? polynomial : 0u);
        made.at[0][byte] = value;
    }
    for (std::size_t k = 1; k < 16; ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            std::uint32_t const before = made.at[k - 1][byte];
            made.at[k][byte] = before >> 8 ^ made.at[0][before & 0xff];
        }
    }
    return made;
}

inline constexpr slices tables = make_slices();

constexpr std::uint32_t load_word(std::byte const* from) noexcept {
    return std::to_integer<std::uint32_t>(from[0]) | std::to_integer<std::uint32_t>(from[1]) << 8 |
           std::to_integer<std::uint32_t>(from[2]) << 16 | std::to_integer<std::uint32_t>(from[3]) << 24;
}

/// The remainder of the four bytes of `word`, `Behind` further bytes following them.
template <std::size_t Behind>
constexpr std::uint32_t remainder_of(std::uint32_t word) noexcept {
    return tables.at[Behind + 3][word & 0xff] ^ tables.at[Behind + 2][word >> 8 & 0xff] ^
           tables.at[Behind + 1][word >> 16 & 0xff] ^ tables.at[Behind][word >> 24];
}

constexpr std::uint32_t update_portable(std::uint32_t running, std::byte const* at, std::size_t size) noexcept {
    for (; size >= 16; at += 16, size -= 16) {
        running = remainder_of<12>(running ^ load_word(at)) ^ remainder_of<8>(load_word(at + 4)) ^
                  remainder_of<4>(load_word(at + 8)) ^ remainder_of<0>(load_word(at + 12));
    }
    if (size >= 8) {
        running = remainder_of<4>(running ^ load_word(at)) ^ remainder_of<0>(load_word(at + 4));
        at += 8;
        size -= 8;
    }
    if (size >= 4) {
        running = remainder_of<0>(running ^ load_word(at));
        at += 4;
        size -= 4;
    }
    for (; size != 0; ++at, --size) {
        running = running >> 8 ^ tables.at[0][(running ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
    }
    return running;
}

}  // namespace bedrock::inline BEDROCK_ABI::crc32_detail

#endif
