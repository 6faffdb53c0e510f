// Stands in for OpenSSL's base64 where a target has no library of it, digit by digit.
#pragma once

#include <string_view>

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The length of what is written, a null behind it.
inline int EVP_EncodeBlock(unsigned char* to, unsigned char const* from, int size) {
    int length = 0;
    for (int at = 0; at < size; at += 3) {
        unsigned group = 0;
        for (int i = 0; i != 3; ++i) group = group << 8 | (at + i < size ? from[at + i] : 0u);
        for (int i = 0; i != 4; ++i)
            to[length++] =
                static_cast<unsigned char>(at + i <= size ? base64_digits[group >> (18 - 6 * i) & 63u] : '=');
    }
    to[length] = '\0';
    return length;
}

// Groups of four, '=' as if it were 'A'; trailing bits pass. The number of bytes, or -1.
inline int EVP_DecodeBlock(unsigned char* to, unsigned char const* from, int size) {
    int length = 0;
    for (int at = 0; at < size; at += 4) {
        unsigned group = 0;
        for (int i = 0; i != 4; ++i) {
            auto const digit = base64_digits.find(from[at + i] == '=' ? 'A' : static_cast<char>(from[at + i]));
            if (digit == std::string_view::npos) return -1;
            group = group << 6 | static_cast<unsigned>(digit);
        }
        for (int i = 0; i != 3; ++i) to[length++] = static_cast<unsigned char>(group >> (16 - 8 * i) & 0xFFu);
    }
    return length;
}
