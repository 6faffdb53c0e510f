// SPDX-License-Identifier: MIT
// Owns base64 as RFC 4648 defines it: the standard alphabet with padding both ways, the URL alphabet on writing.
// Never skips white space, never guesses at missing padding, and never accepts two spellings of the same bytes.
#ifndef BEDROCK_BASE64_HPP
#define BEDROCK_BASE64_HPP

#include "bedrock/base64/arm.hpp"
#include "bedrock/base64/portable.hpp"
#include "bedrock/base64/x86.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// Characters that `size` bytes take in padded base64.
constexpr std::size_t base64_size(std::size_t size) noexcept;

/// The ways to do it; each gives the same answers.
enum class base64_path : unsigned char {
    portable,  ///< a look-up for each digit
    ssse3,     ///< x86-64 with SSSE3, sixteen digits a step
    avx2,      ///< x86-64 with AVX2, thirty-two
    neon,      ///< 64-bit ARM, sixty-four
};

/// "portable", "ssse3", "avx2", "neon".
constexpr std::string_view describe(base64_path path) noexcept;

/// Whether the processor at hand can go that way. **Thread safety:** any.
bool has_base64_path(base64_path path) noexcept;

/// The fastest way of the processor at hand. **Thread safety:** any.
base64_path best_base64_path() noexcept;

/// Appends the standard alphabet with padding (RFC 4648, 4): blobs in AWS's JSON. **Allocates:** in `out` only.
/// Here and below, a `path` that `has_base64_path` denies ends the program.
void append_base64(std::string& out, byte_view bytes, base64_path path = best_base64_path());

/// The standard alphabet with padding.
std::string encode_base64(byte_view bytes);

/// Appends the URL alphabet without padding (RFC 4648, 5, as RFC 7515 uses it in a JWT). **Allocates:** in `out` only.
void append_base64url(std::string& out, byte_view bytes, base64_path path = best_base64_path());

/// Replaces `bytes` by what `text`, in the standard alphabet with padding, stands for.
/// **Errors:** false and no bytes where `text` is not what `encode_base64` writes for some bytes: a length that is no
/// multiple of four, a character outside of the alphabet (white space too), padding before the end, or bits other than
/// zero behind the last byte (RFC 4648, 3.5: a decoder may refuse them; otherwise a text could change unnoticed).
/// **Allocates:** in `bytes` only, three quarters of the length of `text`.
bool decode_base64(std::string_view text, byte_buffer& bytes, base64_path path = best_base64_path());

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(base64_path path) noexcept {
    switch (path) {
        case base64_path::portable:
            return "portable";
        case base64_path::ssse3:
            return "ssse3";
        case base64_path::avx2:
            return "avx2";
        case base64_path::neon:
            return "neon";
    }
    return {};
}

inline bool has_base64_path(base64_path path) noexcept {
    switch (path) {
        case base64_path::portable:
            return true;
        case base64_path::ssse3:
            return base64_detail::has_ssse3();
        case base64_path::avx2:
            return base64_detail::has_avx2();
        case base64_path::neon:
            return base64_detail::has_neon();
    }
    return false;
}

inline base64_path best_base64_path() noexcept {
    if (base64_detail::has_avx2()) return base64_path::avx2;
    if (base64_detail::has_ssse3()) return base64_path::ssse3;
    return base64_detail::has_neon() ? base64_path::neon : base64_path::portable;
}

namespace base64_detail {

// Whole groups of three, then what is left in two or three digits without padding; returns the end of the text.
inline char* encode(alphabet const& to_digit, byte_view bytes, char* to, base64_path path) noexcept {
    if (path == base64_path::avx2) return encode_avx2(to_digit, bytes, to);
    if (path == base64_path::ssse3) return encode_ssse3(to_digit, bytes, to);
    if (path == base64_path::neon) return encode_neon(to_digit, bytes, to);
    return encode_portable(to_digit, bytes, to);
}

inline bool decode(std::string_view text, std::size_t padding, std::byte* to, base64_path path) noexcept {
    if (path == base64_path::avx2) return decode_avx2(text, padding, to);
    if (path == base64_path::ssse3) return decode_ssse3(text, padding, to);
    if (path == base64_path::neon) return decode_neon(text, padding, to);
    return decode_portable(text, padding, to);
}

}  // namespace base64_detail

constexpr std::size_t base64_size(std::size_t size) noexcept {
    return size / 3 * 4 + (size % 3 == 0 ? 0 : 4);
}

inline void append_base64(std::string& out, byte_view bytes, base64_path path) {
    auto const start = out.size();
    out.resize(start + base64_size(bytes.size()), '=');
    base64_detail::encode(base64_detail::standard, bytes, out.data() + start, path);
}

inline std::string encode_base64(byte_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

inline void append_base64url(std::string& out, byte_view bytes, base64_path path) {
    auto const start = out.size();
    out.resize(start + base64_size(bytes.size()));
    char const* const end = base64_detail::encode(base64_detail::url_safe, bytes, out.data() + start, path);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

inline bool decode_base64(std::string_view text, byte_buffer& bytes, base64_path path) {
    if (text.size() % 4 == 0) {
        std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
        bytes.resize(text.size() / 4 * 3 - padding);
        if (base64_detail::decode(text, padding, bytes.data(), path)) return true;
    }
    bytes.clear();
    return false;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
