// SPDX-License-Identifier: MIT
// Owns base16: bytes to lower-case hexadecimal digits and back.
// Never skips a separator or a prefix, and never accepts half a byte.
#ifndef BEDROCK_HEX_HPP
#define BEDROCK_HEX_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// The value of a hexadecimal digit of either case, or -1.
constexpr int hex_value(char digit) noexcept;

/// Appends two lower-case digits a byte. **Allocates:** in `out` only.
void append_hex(std::string& out, byte_view bytes);

/// Two lower-case digits a byte, as SigV4 writes its digests.
std::string encode_hex(byte_view bytes);

/// Replaces `bytes` by what the digits of either case in `text` stand for.
/// **Errors:** false and no bytes where `text` has an odd length or anything but digits.
/// **Allocates:** in `bytes` only, half the length of `text`.
bool decode_hex(std::string_view text, byte_buffer& bytes);

// ---------------------------------------------------------------------------------------------------------------------

constexpr int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

namespace detail {

inline constexpr auto hex_pairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t value = 0; value != pairs.size(); ++value)
        pairs[value] = {digits[value >> 4], digits[value & 0xF]};
    return pairs;
}();

}  // namespace detail

inline void append_hex(std::string& out, byte_view bytes) {
    auto const start = out.size();
    out.resize(start + 2 * bytes.size());
    char* to = out.data() + start;
    for (auto const byte : bytes) {
        std::memcpy(to, detail::hex_pairs[std::to_integer<std::size_t>(byte)].data(), 2);
        to += 2;
    }
}

inline std::string encode_hex(byte_view bytes) {
    std::string out;
    append_hex(out, bytes);
    return out;
}

inline bool decode_hex(std::string_view text, byte_buffer& bytes) {
    bytes.clear();
    if (text.size() % 2 != 0) return false;
    bytes.resize(text.size() / 2);
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        int const high = hex_value(text[2 * i]);
        int const low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            bytes.clear();
            return false;
        }
        bytes[i] = static_cast<std::byte>(high << 4 | low);
    }
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
