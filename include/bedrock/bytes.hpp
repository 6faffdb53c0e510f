// SPDX-License-Identifier: MIT
// Owns the byte views of the codecs and big-endian loads and stores.
// Never allocates or throws, and never reads past the view that it is given.
#ifndef BEDROCK_BYTES_HPP
#define BEDROCK_BYTES_HPP

#include "bedrock/config.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Borrowed bytes; the caller keeps them alive.
using byte_view = std::span<std::byte const>;
/// Owned bytes: images, documents, opaque reasoning.
using byte_buffer = std::vector<std::byte>;

/// The bytes of a text. **Lifetime:** of the text.
inline byte_view as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<std::byte const*>(text.data()), text.size()};
}

/// Bytes seen as text, unchecked. **Lifetime:** of the bytes.
inline std::string_view as_text(byte_view bytes) noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

namespace detail {

// Halves, not a loop: compilers see the load and the byte swap that this is.
template <std::size_t Size>
constexpr std::uint64_t load_big_endian_bytes(std::byte const* from) noexcept {
    if constexpr (Size == 1)
        return std::to_integer<std::uint64_t>(*from);
    else
        return load_big_endian_bytes<Size / 2>(from) << 4 * Size | load_big_endian_bytes<Size / 2>(from + Size / 2);
}

}  // namespace detail

/// Reads a big-endian integer from `sizeof(Integer)` bytes at `from`. Any alignment.
template <std::integral Integer>
constexpr Integer load_big_endian(std::byte const* from) noexcept {
    return static_cast<Integer>(detail::load_big_endian_bytes<sizeof(Integer)>(from));
}

/// Writes a big-endian integer to `sizeof(Integer)` bytes at `to`. Any alignment.
template <std::integral Integer>
constexpr void store_big_endian(std::byte* to, Integer value) noexcept {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = sizeof(Integer); i-- > 0; rest >>= 8) to[i] = static_cast<std::byte>(rest & 0xff);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
