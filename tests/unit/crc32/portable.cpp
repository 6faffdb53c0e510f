#include "bedrock/crc32/portable.hpp"

#include "support/crc32_checks.hpp"

TEST_CASE("tables give the value of the definition", "[crc32]") {
    crc32_test::check_update(bedrock::crc32_detail::update_portable);
}

TEST_CASE("tables serve constant expressions", "[crc32]") {
    constexpr std::byte digits[] = {std::byte{'1'}, std::byte{'2'}, std::byte{'3'}};
    constexpr auto value = ~bedrock::crc32_detail::update_portable(~0u, digits, 3);
    STATIC_REQUIRE(value == 0x884863d2);  // Python's zlib.crc32(b"123")
}
