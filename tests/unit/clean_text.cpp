#include "bedrock/clean_text.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>

using namespace bedrock;

TEST_CASE("a text from outside becomes one line of valid UTF-8", "[clean_text]") {
    auto const clean = [](std::string_view text, std::size_t limit = 1000) {
        std::string out = "kept ";
        append_clean_line(out, text, limit);
        REQUIRE(out.starts_with("kept "));
        return out.substr(5);
    };
    CHECK(clean("").empty());
    CHECK(clean(" \t\r\n").empty());
    CHECK(clean(" a \n\n b ") == "a b");
    CHECK(clean(std::string_view("a\0b", 3)) == "a b");
    CHECK(clean("a\xC2\x85\xC2\x9B\x7F\xC2\xA0\xE2\x80\xA8z") == "a z");  // C1 controls, DEL, no-break space, U+2028
    CHECK(clean("\xFF\xC3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(clean("abcd", 4) == "abcd");
    CHECK(clean("abcde", 4) == "abcd\xE2\x80\xA6");
    CHECK(clean("abc\xC3\xA9", 4) == "abc\xE2\x80\xA6");  // no character is cut in two
    CHECK(clean("abc d", 4) == "abc\xE2\x80\xA6");
    CHECK(clean("abcd   ", 4) == "abcd");
    CHECK(clean("a", 0) == "\xE2\x80\xA6");
    CHECK(clean_line(" a\nbcd", 3) == "a b\xE2\x80\xA6");
}

TEST_CASE("a quoted text keeps what a reader must see", "[clean_text]") {
    CHECK(quote("") == "\"\"");
    CHECK(quote(" us-east-1 ") == "\" us-east-1 \"");
    CHECK(quote(std::string_view("a\0b\x1b\x7f\n", 6)) == "\"a?b???\"");
    CHECK(quote("\xFF") == "\"\xEF\xBF\xBD\"");
    CHECK(quote(std::string(80, 'a')) == '"' + std::string(80, 'a') + '"');
    CHECK(quote(std::string(81, 'a')) == '"' + std::string(80, 'a') + "...\"");
}

TEST_CASE("what was received is shown as one line, 200 bytes of it", "[clean_text]") {
    CHECK(bedrock::describe_received("").find("; nothing was received; check") == 0);
    CHECK(bedrock::describe_received("{\n\x1b[31m}").find("; received: { [31m}; check") == 0);
    CHECK(bedrock::describe_received(std::string(1000, 'a')).size() < 320);
}
