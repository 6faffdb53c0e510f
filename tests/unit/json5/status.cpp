#include "bedrock/json5/status.hpp"

#include "support/catch.hpp"

#include <string_view>

namespace json5 = bedrock::json5;
using json5::position;

TEST_CASE("every fault of JSON5 has words of its own", "[json5][status]") {
    for (unsigned char code = 0; code <= static_cast<unsigned char>(json5::fault::no_such_element); ++code) {
        auto const words = json5::describe(static_cast<json5::fault>(code));
        CHECK_FALSE(words.empty());
        CHECK(words != "unknown fault");
        for (unsigned char other = 0; other < code; ++other)
            CHECK(words != json5::describe(static_cast<json5::fault>(other)));
    }
    CHECK(json5::describe(static_cast<json5::fault>(200)) == "unknown fault");
}

TEST_CASE("a place is counted as editors count it", "[json5][status]") {
    constexpr std::string_view text = "ab\nc\r\n\r\xC3\xA9x";
    CHECK(json5::locate(text, 0) == position{1, 1});
    CHECK(json5::locate(text, 2) == position{1, 3});
    CHECK(json5::locate(text, 3) == position{2, 1});
    CHECK(json5::locate(text, 6) == position{3, 1});
    CHECK(json5::locate(text, 7) == position{4, 1});
    CHECK(json5::locate(text, 9) == position{4, 2});
    CHECK(json5::locate(text, 10) == position{4, 3});
    CHECK(json5::locate(text, 99) == position{4, 3});
    CHECK(json5::locate("", 0) == position{1, 1});
}
