#include "bedrock/crc32.hpp"

#include "support/guarded_buffer.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <string>

using bedrock::as_bytes;
using bedrock::byte_view;
using bedrock::crc32;

namespace {

// The definition, bit by bit: what the tables must agree with.
std::uint32_t crc32_by_definition(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (char const one : text) {
        crc ^= static_cast<unsigned char>(one);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
    }
    return ~crc;
}

std::string random_text(std::size_t size) {
    std::mt19937 random(20);
    std::string text(size, '\0');
    for (char& one : text) one = static_cast<char>(random());
    return text;
}

constexpr std::uint32_t crc32_at_compile_time() {
    std::array<std::byte, 39> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + 3);
    return crc32(bytes);
}

}  // namespace

TEST_CASE("crc32 gives zlib's values", "[crc32]") {
    // Expected values: Python's zlib.crc32 of the same bytes.
    CHECK(crc32({}) == 0);
    CHECK(crc32(as_bytes("a")) == 0xe8b7be43);
    CHECK(crc32(as_bytes("123456789")) == 0xcbf43926);
    CHECK(crc32(as_bytes(std::string(1000, '\0'))) == 0x060b1780);
    std::string text(65537, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + 3);
    CHECK(crc32(as_bytes(text)) == 0x3201663c);
}

TEST_CASE("crc32 gives the same value at compile time", "[crc32]") {
    constexpr std::uint32_t value = crc32_at_compile_time();
    static_assert(value != 0);
    CHECK(value == crc32_at_compile_time());
}

TEST_CASE("crc32 agrees with its definition for every size and alignment around its steps", "[crc32]") {
    std::string const text = random_text(160);
    for (std::size_t size = 0; size <= 140; ++size) {
        for (std::size_t from = 0; from < 17; ++from) {
            auto const part = std::string_view(text).substr(from, size);
            guarded_buffer const guarded(part);
            INFO("size " << size << " from " << from);
            REQUIRE(crc32(as_bytes(part)) == crc32_by_definition(part));
            if (from == 0) REQUIRE(crc32(guarded.bytes()) == crc32_by_definition(part));
        }
    }
}

TEST_CASE("crc32 continues from an earlier value", "[crc32]") {
    std::string const text = random_text(100);
    byte_view const bytes = as_bytes(text);
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        REQUIRE(crc32(bytes.subspan(split), crc32(bytes.first(split))) == crc32(bytes));
    }
}
