#include "bedrock/crc32/polynomial.hpp"

#include "support/catch.hpp"

#include <random>

using namespace bedrock::crc32_detail;

TEST_CASE("the constants of folding are the published ones", "[crc32]") {
    // k1 to k5, mu and P' of Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction",
    // Intel 2009; its table has each remainder in 33 bits.
    STATIC_REQUIRE(x_to_the(0) == 0x80000000);
    STATIC_REQUIRE(x_to_the(31) == 1);
    STATIC_REQUIRE(x_to_the(32) == polynomial);
    STATIC_REQUIRE((std::uint64_t{x_to_the(4 * 128 + 32)} << 1) == 0x154442bd4);
    STATIC_REQUIRE((std::uint64_t{x_to_the(4 * 128 - 32)} << 1) == 0x1c6e41596);
    STATIC_REQUIRE((std::uint64_t{x_to_the(128 + 32)} << 1) == 0x1751997d0);
    STATIC_REQUIRE((std::uint64_t{x_to_the(128 - 32)} << 1) == 0x0ccaa009e);
    STATIC_REQUIRE((std::uint64_t{x_to_the(64)} << 1) == 0x163cd6124);
    STATIC_REQUIRE((barrett_quotient() & 0x1ffffffff) == 0x1f7011641);
    STATIC_REQUIRE(whole_polynomial == 0x1db710641);
    STATIC_REQUIRE(fold_factor(65) == std::uint64_t{x_to_the(64)} << 32);
}

TEST_CASE("multiplication modulo the polynomial keeps the laws of a field", "[crc32]") {
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        auto const a = static_cast<std::uint32_t>(random());
        auto const b = static_cast<std::uint32_t>(random());
        auto const c = static_cast<std::uint32_t>(random());
        std::uint64_t const m = random();
        std::uint64_t const n = random();
        REQUIRE(multiply(a, b) == multiply(b, a));
        REQUIRE(multiply(a, multiply(b, c)) == multiply(multiply(a, b), c));
        REQUIRE(multiply(a, b ^ c) == (multiply(a, b) ^ multiply(a, c)));
        REQUIRE(multiply(a, x_to_the(0)) == a);
        REQUIRE(multiply(x_to_the(m), x_to_the(n)) == x_to_the(m + n));
    }
    // The polynomial is primitive: its powers repeat after 2^32 - 1 and at no divisor of that.
    CHECK(x_to_the(0xffffffff) == x_to_the(0));
    for (std::uint64_t const prime : {3u, 5u, 17u, 257u, 65537u}) CHECK(x_to_the(0xffffffff / prime) != x_to_the(0));
}
