// CRC-32 by its definition, and the check of a way of computing it against that: every size and alignment.
#pragma once

#include "bedrock/bytes.hpp"
#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace crc32_test {

inline std::uint32_t update_by_definition(std::uint32_t running, std::string_view text) {
    for (char const one : text) {
        running ^= static_cast<unsigned char>(one);
        for (int bit = 0; bit < 8; ++bit) running = running >> 1 ^ ((running & 1) != 0 ? 0xedb88320u : 0u);
    }
    return running;
}

inline std::string random_text(std::size_t size) {
    std::mt19937 random(20);
    std::string text(size, '\0');
    for (char& one : text) one = static_cast<char>(random());
    return text;
}

// `update(running, at, size)` against the definition; the end of the bytes lies at an unreadable page.
template <class Update>
void check_update(Update update) {
    std::mt19937 random(7);
    std::string const text = random_text(640);
    for (std::size_t size = 0; size <= 600; ++size) {
        auto const seed = static_cast<std::uint32_t>(random());
        for (std::size_t from = 0; from < 17; ++from) {
            auto const part = std::string_view(text).substr(from, size);
            auto const bytes = bedrock::as_bytes(part);
            if (update(seed, bytes.data(), size) == update_by_definition(seed, part)) continue;
            FAIL("another value for " << size << " bytes from " << from);
        }
        guarded_buffer const guarded(std::string_view(text).substr(0, size));
        if (update(seed, guarded.bytes().data(), size) !=
            update_by_definition(seed, std::string_view(text).substr(0, size)))
            FAIL("another value for " << size << " bytes before a guard page");
    }
    std::string const large = random_text(1 << 20);
    for (std::size_t const size : {1023u, 1024u, 1087u, 4096u, 65521u, 262144u, 1048575u, 1048576u}) {
        auto const part = std::string_view(large).substr(large.size() - size);
        INFO(size << " bytes");
        CHECK(update(0xffffffff, bedrock::as_bytes(part).data(), size) == update_by_definition(0xffffffff, part));
    }
}

}  // namespace crc32_test
