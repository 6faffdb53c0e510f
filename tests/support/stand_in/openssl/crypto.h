// Stands in for OpenSSL's hex where a target has no library of it.
#pragma once

#include <cstdlib>
#include <cstring>

// Blocks of malloc; null for what is not hex.
inline unsigned char* OPENSSL_hexstr2buf(char const* text, long* length) {
    auto const size = std::strlen(text) / 2;
    auto* const bytes = static_cast<unsigned char*>(std::malloc(size + 1));
    for (std::size_t i = 0; bytes != nullptr && i != size; ++i) {
        char const pair[] = {text[2 * i], text[2 * i + 1], '\0'};
        char* end = nullptr;
        bytes[i] = static_cast<unsigned char>(std::strtoul(pair, &end, 16));
        if (end != pair + 2) return std::free(bytes), nullptr;
    }
    *length = static_cast<long>(size);
    return bytes;
}

inline void OPENSSL_free(void* block) {
    std::free(block);
}
