#include "bedrock/ascii.hpp"

#include "support/catch.hpp"
#include <cctype>
#include <string>
#include <string_view>

using namespace bedrock;

TEST_CASE("each byte is what the C locale says it is", "[ascii]") {
    for (int value = 0; value != 256; ++value) {
        INFO(value);
        auto const c = static_cast<char>(value);
        CHECK(ascii::is_digit(c) == (std::isdigit(value) != 0));
        bool const is_ascii = value < 0x80;
        CHECK(ascii::is_letter(c) == (is_ascii && std::isalpha(value) != 0));
        CHECK(ascii::is_control(c) == (is_ascii && std::iscntrl(value) != 0));
        CHECK(ascii::to_lower(c) == static_cast<char>(is_ascii ? std::tolower(value) : value));
        CHECK(ascii::is_blank(c) == (std::string_view(" \t\r\n").find(c) != std::string_view::npos));
        CHECK(ascii::has_control(std::string("a") + c + "b") == ascii::is_control(c));
    }
}

TEST_CASE("texts are equal whatever the case of their letters, and in nothing else", "[ascii]") {
    STATIC_REQUIRE(ascii::equal_ignoring_case("Content-Type", "cOnTeNt-tYpE"));
    CHECK(ascii::equal_ignoring_case("", ""));
    CHECK_FALSE(ascii::equal_ignoring_case("a", "ab"));
    CHECK_FALSE(ascii::equal_ignoring_case("@", "`"));  // differ by 0x20, and are no letters
    CHECK_FALSE(ascii::equal_ignoring_case("[", "{"));
    CHECK_FALSE(ascii::equal_ignoring_case("\xC4", "\xE4"));
}

TEST_CASE("a part is found in any case of letters", "[ascii]") {
    STATIC_REQUIRE(ascii::find_ignoring_case("a TEXT of text", "text") == 2);
    STATIC_REQUIRE(ascii::find_ignoring_case("a TEXT of text", "Text", 3) == 10);
    CHECK(ascii::find_ignoring_case("text", "texts") == std::string_view::npos);
    CHECK(ascii::find_ignoring_case("text", "t", 4) == std::string_view::npos);
    CHECK(ascii::find_ignoring_case("text", "", 4) == 4);
    CHECK(ascii::find_ignoring_case("text", "", 5) == std::string_view::npos);
    CHECK(ascii::contains_ignoring_case("Too Many", "many"));
    CHECK_FALSE(ascii::contains_ignoring_case("", "many"));
}

TEST_CASE("blanks go from the ends alone", "[ascii]") {
    STATIC_REQUIRE(ascii::trim(" \t\r\na b\n ") == "a b");
    CHECK(ascii::trim(" \n").empty());
    CHECK(ascii::trim("").empty());
    CHECK(ascii::trim("\va") == "\va");
}
