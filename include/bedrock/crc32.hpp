// Owns CRC-32 as zlib, PNG and AWS event streams use it (IEEE 802.3, reflected polynomial 0xedb88320).
// Never allocates, and gives the same value at compile time and at run time, whatever the byte order.
#ifndef BEDROCK_CRC32_HPP
#define BEDROCK_CRC32_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstdint>

namespace bedrock::inline BEDROCK_ABI {

/// The CRC-32 of `bytes`, continued from `previous`: `crc32(b, crc32(a))` is the value of `a` followed by `b`.
constexpr std::uint32_t crc32(byte_view bytes, std::uint32_t previous = 0) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// `at[k][b]` is the remainder of byte `b` followed by `k` zero bytes ("slicing", Kounavis and Berry, 2005).
struct crc32_tables {
    std::uint32_t at[16][256];
};

constexpr crc32_tables make_crc32_tables() noexcept {
    crc32_tables made{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320u : 0u);
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

inline constexpr crc32_tables crc32_slices = make_crc32_tables();

constexpr std::uint32_t load_crc32_word(std::byte const* from) noexcept {
    return std::to_integer<std::uint32_t>(from[0]) | std::to_integer<std::uint32_t>(from[1]) << 8 |
           std::to_integer<std::uint32_t>(from[2]) << 16 | std::to_integer<std::uint32_t>(from[3]) << 24;
}

/// The remainder of the four bytes of `word`, `Behind` further bytes following them.
template <std::size_t Behind>
constexpr std::uint32_t crc32_of_word(std::uint32_t word) noexcept {
    return crc32_slices.at[Behind + 3][word & 0xff] ^ crc32_slices.at[Behind + 2][word >> 8 & 0xff] ^
           crc32_slices.at[Behind + 1][word >> 16 & 0xff] ^ crc32_slices.at[Behind][word >> 24];
}

}  // namespace detail

constexpr std::uint32_t crc32(byte_view bytes, std::uint32_t previous) noexcept {
    std::uint32_t crc = ~previous;
    std::byte const* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 16; at += 16, left -= 16) {
        crc = detail::crc32_of_word<12>(crc ^ detail::load_crc32_word(at)) ^
              detail::crc32_of_word<8>(detail::load_crc32_word(at + 4)) ^
              detail::crc32_of_word<4>(detail::load_crc32_word(at + 8)) ^
              detail::crc32_of_word<0>(detail::load_crc32_word(at + 12));
    }
    for (; left >= 4; at += 4, left -= 4) crc = detail::crc32_of_word<0>(crc ^ detail::load_crc32_word(at));
    for (; left != 0; ++at, --left) {
        crc = crc >> 8 ^ detail::crc32_slices.at[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
    }
    return ~crc;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
