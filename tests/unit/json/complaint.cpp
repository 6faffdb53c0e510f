#include "bedrock/json/complaint.hpp"

#include "support/catch.hpp"

#include <string>

using bedrock::json::complaint;

TEST_CASE("a complaint's path grows from the inside out", "[json]") {
    complaint one;
    CHECK(one.empty());
    CHECK_FALSE(one.say("wrong"));
    CHECK(one.text() == "wrong");
    CHECK_FALSE(one.in_member("text"));
    CHECK(one.text() == "text: wrong");
    CHECK_FALSE(one.in_element(12));
    CHECK(one.text() == "[12].text: wrong");
    CHECK_FALSE(one.in_member("content"));
    one.in_element(0);
    one.in_element(1);
    one.in_member("");
    CHECK(one.text() == "[1][0].content[12].text: wrong");
}

TEST_CASE("long names are cut between characters", "[json]") {
    CHECK(complaint::shortened("name") == "name");
    CHECK(complaint::shortened(std::string(64, 'a')).size() == 64);
    CHECK(complaint::shortened(std::string(1000, 'a')).size() == 64);
    std::string accents = "a";
    for (int i = 0; i < 100; ++i) accents += "\xc3\xa9";
    CHECK(complaint::shortened(accents).size() == 63);
    CHECK(complaint::shortened(std::string(100, '\x80')).empty());
}

TEST_CASE("every kind of value has words", "[json]") {
    using bedrock::json::kind_name;
    using bedrock::json::value_kind;
    CHECK(kind_name(value_kind::none) == "nothing");
    CHECK(kind_name(value_kind::null) == "null");
    CHECK(kind_name(value_kind::boolean) == "a boolean");
    CHECK(kind_name(value_kind::number) == "a number");
    CHECK(kind_name(value_kind::string) == "a string");
    CHECK(kind_name(value_kind::array) == "an array");
    CHECK(kind_name(value_kind::object) == "an object");
}
