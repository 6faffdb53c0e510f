// Owns base64 as RFC 4648 defines it: the standard alphabet with padding both ways, the URL alphabet on writing.
// Never skips white space, never guesses at missing padding, and never accepts two spellings of the same bytes.
#ifndef BEDROCK_BASE64_HPP
#define BEDROCK_BASE64_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// Characters that `size` bytes take in padded base64.
constexpr std::size_t base64_size(std::size_t size) noexcept;

/// Appends the standard alphabet with padding (RFC 4648, 4): blobs in AWS's JSON. **Allocates:** in `out` only.
void append_base64(std::string& out, byte_view bytes);

/// The standard alphabet with padding.
std::string encode_base64(byte_view bytes);

/// Appends the URL alphabet without padding (RFC 4648, 5, as RFC 7515 uses it in a JWT). **Allocates:** in `out` only.
void append_base64url(std::string& out, byte_view bytes);

/// Replaces `bytes` by what `text`, in the standard alphabet with padding, stands for.
/// **Errors:** false and no bytes where `text` is not what `encode_base64` writes for some bytes: a length that is no
/// multiple of four, a character outside of the alphabet (white space too), padding before the end, or bits other than
/// zero behind the last byte (RFC 4648, 3.5: a decoder may refuse them; otherwise a text could change unnoticed).
/// **Allocates:** in `bytes` only, three quarters of the length of `text`.
bool decode_base64(std::string_view text, byte_buffer& bytes);

// ---------------------------------------------------------------------------------------------------------------------

namespace base64_detail {

inline constexpr char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Above every digit, so that one comparison of four digits or-ed together finds a stranger.
inline constexpr unsigned char no_digit = 0x40;

inline constexpr auto digit_values = [] {
    std::array<unsigned char, 256> values{};
    for (auto& value : values) value = no_digit;
    for (unsigned char i = 0; i != 64; ++i) values[static_cast<unsigned char>(standard[i])] = i;
    return values;
}();

inline unsigned digit(char character) noexcept {
    return digit_values[static_cast<unsigned char>(character)];
}

// Whole groups of three, then what is left in two or three digits without padding; returns the end of the text.
inline char* encode(char const (&alphabet)[65], byte_view bytes, char* to) noexcept {
    auto const byte = [&](std::size_t at) noexcept { return std::to_integer<unsigned>(bytes[at]); };
    std::size_t at = 0;
    for (; bytes.size() - at >= 3; at += 3) {
        unsigned const group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 0x3F];
        *to++ = alphabet[group >> 6 & 0x3F];
        *to++ = alphabet[group & 0x3F];
    }
    if (at == bytes.size()) return to;
    bool const two = bytes.size() - at == 2;
    unsigned const group = byte(at) << 16 | (two ? byte(at + 1) << 8 : 0u);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 0x3F];
    if (two) *to++ = alphabet[group >> 6 & 0x3F];
    return to;
}

// `text` has whole groups of four, the last `padding` characters are '=', and `to` has room for what the others hold.
inline bool decode(std::string_view text, std::size_t padding, std::byte* to) noexcept {
    std::size_t const whole = padding == 0 ? text.size() : text.size() - 4;
    for (std::size_t at = 0; at != whole; at += 4) {
        unsigned const a = digit(text[at]);
        unsigned const b = digit(text[at + 1]);
        unsigned const c = digit(text[at + 2]);
        unsigned const d = digit(text[at + 3]);
        if ((a | b | c | d) >= no_digit) return false;
        *to++ = static_cast<std::byte>(a << 2 | b >> 4);
        *to++ = static_cast<std::byte>((b << 4 & 0xFF) | c >> 2);
        *to++ = static_cast<std::byte>((c << 6 & 0xFF) | d);
    }
    if (padding == 0) return true;
    unsigned const a = digit(text[whole]);
    unsigned const b = digit(text[whole + 1]);
    unsigned const c = padding == 1 ? digit(text[whole + 2]) : 0;
    if ((a | b | c) >= no_digit) return false;
    unsigned const unused = padding == 1 ? c & 0x3 : b & 0xF;
    if (unused != 0) return false;
    *to++ = static_cast<std::byte>(a << 2 | b >> 4);
    if (padding == 1) *to = static_cast<std::byte>((b << 4 & 0xFF) | c >> 2);
    return true;
}

}  // namespace base64_detail

constexpr std::size_t base64_size(std::size_t size) noexcept {
    return size / 3 * 4 + (size % 3 == 0 ? 0 : 4);
}

inline void append_base64(std::string& out, byte_view bytes) {
    auto const start = out.size();
    out.resize(start + base64_size(bytes.size()), '=');
    base64_detail::encode(base64_detail::standard, bytes, out.data() + start);
}

inline std::string encode_base64(byte_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

inline void append_base64url(std::string& out, byte_view bytes) {
    auto const start = out.size();
    out.resize(start + base64_size(bytes.size()));
    char const* const end = base64_detail::encode(base64_detail::url_safe, bytes, out.data() + start);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

inline bool decode_base64(std::string_view text, byte_buffer& bytes) {
    bytes.clear();
    if (text.size() % 4 != 0) return false;
    if (text.empty()) return true;
    std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    bytes.resize(text.size() / 4 * 3 - padding);
    if (base64_detail::decode(text, padding, bytes.data())) return true;
    bytes.clear();
    return false;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
