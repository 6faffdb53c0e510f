#include "bedrock/bytes.hpp"

#include <arpa/inet.h>

#include <array>
#include "support/catch.hpp"
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

#include "support/guarded_buffer.hpp"

TEST_CASE("text and bytes are the same storage", "[bytes]") {
    std::string_view const text("a\0\xff", 3);
    auto const bytes = bedrock::as_bytes(text);
    REQUIRE(bytes.size() == 3);
    CHECK(static_cast<void const*>(bytes.data()) == text.data());
    CHECK(bytes[2] == std::byte{0xFF});
    CHECK(bedrock::as_text(bytes) == text);
    CHECK(bedrock::as_bytes({}).empty());
    CHECK(bedrock::as_text({}).empty());
}

TEST_CASE("loads are big-endian at any alignment, up to the last byte", "[bytes]") {
    guarded_buffer const buffer(std::string_view("\xFE\xDC\xBA\x98\x76\x54\x32\x10\x01", 9));
    auto const* const at = buffer.bytes().data();
    CHECK(bedrock::load_big_endian<std::uint8_t>(at) == 0xFE);
    CHECK(bedrock::load_big_endian<std::int8_t>(at) == -2);
    CHECK(bedrock::load_big_endian<std::uint16_t>(at) == 0xFEDC);
    CHECK(bedrock::load_big_endian<std::int16_t>(at) == -0x0124);
    CHECK(bedrock::load_big_endian<std::uint32_t>(at + 5) == 0x54321001);
    CHECK(bedrock::load_big_endian<std::uint64_t>(at + 1) == 0xDCBA987654321001);
    CHECK(bedrock::load_big_endian<std::int64_t>(at) == -0x0123456789ABCDF0);
}

TEST_CASE("stores are what loads read, and touch no other byte", "[bytes]") {
    std::mt19937_64 random(11);
    for (int round = 0; round != 1000; ++round) {
        std::array<std::byte, 12> bytes;
        bytes.fill(std::byte{0x5A});
        auto const value = random();
        auto const offset = round % 3 + 1;
        bedrock::store_big_endian(bytes.data() + offset, value);
        REQUIRE(bedrock::load_big_endian<std::uint64_t>(bytes.data() + offset) == value);
        REQUIRE(bytes[static_cast<std::size_t>(offset - 1)] == std::byte{0x5A});
        REQUIRE(bytes[static_cast<std::size_t>(offset + 8)] == std::byte{0x5A});

        auto const word = static_cast<std::uint32_t>(value);
        bedrock::store_big_endian(bytes.data() + offset, word);
        std::uint32_t network = 0;
        std::memcpy(&network, bytes.data() + offset, sizeof network);
        REQUIRE(ntohl(network) == word);

        auto const negative = static_cast<std::int16_t>(value | 0x8000);
        bedrock::store_big_endian(bytes.data() + offset, negative);
        REQUIRE(bedrock::load_big_endian<std::int16_t>(bytes.data() + offset) == negative);
    }
}

TEST_CASE("loads and stores work at compile time", "[bytes]") {
    static_assert([] {
        std::byte bytes[4]{};
        bedrock::store_big_endian(bytes, std::int32_t{-2});
        return bytes[0] == std::byte{0xFF} && bytes[3] == std::byte{0xFE} &&
               bedrock::load_big_endian<std::int32_t>(bytes) == -2;
    }());
    SUCCEED();
}
