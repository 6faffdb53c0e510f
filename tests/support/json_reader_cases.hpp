// What every pull reader of JSON promises, as test cases for READER_UNDER_TEST, which the includer names before.
#pragma once

#include "bedrock/json/reader.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define READER_CASE_TEXT(reader) #reader
#define READER_CASE_OF(reader, name) READER_CASE_TEXT(reader) ": " name
#define READER_CASE(name) READER_CASE_OF(READER_UNDER_TEST, name)

namespace {

namespace json = bedrock::json;
using json::fault;
using json::value_kind;
using tested_reader = READER_UNDER_TEST;

std::string decoded(std::string_view text) {
    tested_reader reader(text);
    std::string_view view;
    REQUIRE(reader.read_string(view));
    REQUIRE(reader.finish());
    tested_reader owning(text);
    std::string owned = "what was here before";
    REQUIRE(owning.read_string(owned));
    REQUIRE(owned == view);
    return owned;
}

}  // namespace

TEST_CASE(READER_CASE("a document is pulled value by value"), "[json][reader]") {
    std::string_view const document = R"( {"name":"x\ty","list":[1,2.5,"s",null,true,{"deep":[]}],"n":-7} )";
    tested_reader reader(document);
    std::string_view key;
    std::string_view text;
    std::int64_t integer = 0;
    double number = 0;
    bool truth = false;

    CHECK(reader.peek() == value_kind::object);
    CHECK(reader.peek() == value_kind::object);
    REQUIRE(reader.begin_object());
    REQUIRE(reader.next_member(key));
    CHECK(key == "name");
    CHECK(reader.peek() == value_kind::string);
    REQUIRE(reader.read_string(text));
    CHECK(text == "x\ty");
    REQUIRE(reader.next_member(key));
    CHECK(key == "list");
    REQUIRE(reader.begin_array());
    REQUIRE(reader.next_element());
    CHECK(reader.peek() == value_kind::number);
    REQUIRE(reader.read_int64(integer));
    CHECK(integer == 1);
    REQUIRE(reader.next_element());
    REQUIRE(reader.read_double(number));
    CHECK(number == 2.5);
    REQUIRE(reader.next_element());
    REQUIRE(reader.read_string(text));
    CHECK(text == "s");
    REQUIRE(reader.next_element());
    CHECK(reader.peek() == value_kind::null);
    REQUIRE(reader.read_null());
    REQUIRE(reader.next_element());
    CHECK(reader.peek() == value_kind::boolean);
    REQUIRE(reader.read_bool(truth));
    CHECK(truth);
    REQUIRE(reader.next_element());
    REQUIRE(reader.read_raw(text));
    CHECK(text == R"({"deep":[]})");
    CHECK_FALSE(reader.next_element());
    CHECK(reader.ok());
    REQUIRE(reader.next_member(key));
    CHECK(key == "n");
    REQUIRE(reader.read_number(text));
    CHECK(text == "-7");
    CHECK_FALSE(reader.next_member(key));
    CHECK(reader.peek() == value_kind::none);
    CHECK(reader.finish());
    CHECK(reader.ok());
    CHECK(reader.offset() == document.size());
}

TEST_CASE(READER_CASE("the first fault stays and sets nothing"), "[json][reader]") {
    tested_reader reader("[\"a\", 1]");
    REQUIRE(reader.begin_array());
    REQUIRE(reader.next_element());
    std::int64_t integer = 7;
    REQUIRE_FALSE(reader.read_int64(integer));
    json::status const first{fault::wrong_type, 1};
    std::string_view text = "untouched";
    std::string owned = "untouched";
    double number = 7;
    bool truth = true;
    CHECK_FALSE(reader.read_string(text));
    CHECK_FALSE(reader.read_string(owned));
    CHECK_FALSE(reader.read_int64(integer));
    CHECK_FALSE(reader.read_double(number));
    CHECK_FALSE(reader.read_number(text));
    CHECK_FALSE(reader.read_bool(truth));
    CHECK_FALSE(reader.read_null());
    CHECK_FALSE(reader.read_raw(text));
    CHECK_FALSE(reader.skip());
    CHECK_FALSE(reader.begin_array());
    CHECK_FALSE(reader.begin_object());
    CHECK_FALSE(reader.next_element());
    CHECK_FALSE(reader.next_member(text));
    CHECK_FALSE(reader.finish());
    CHECK(reader.peek() == value_kind::none);
    reader.fail(fault::too_deep, 0);
    CHECK(reader.state() == first);
    CHECK(reader.offset() == 1);
    CHECK(text == "untouched");
    CHECK(owned == "untouched");
    CHECK(integer == 7);
    CHECK(number == 7);
    CHECK(truth);
}

TEST_CASE(READER_CASE("a caller can report its own fault"), "[json][reader]") {
    tested_reader reader("[1,2]");
    reader.fail(fault::none, 3);
    CHECK(reader.ok());
    REQUIRE(reader.begin_array());
    reader.fail(fault::wrong_type, 0);
    CHECK(reader.state() == json::status{fault::wrong_type, 0});
    CHECK_FALSE(reader.next_element());

    tested_reader beyond("[]");
    beyond.fail(fault::wrong_type, 99);
    CHECK(beyond.state() == json::status{fault::wrong_type, 2});
}

TEST_CASE(READER_CASE("each kind is refused where another is asked for"), "[json][reader]") {
    for (std::string_view const text : {"null", "true", "1", "\"s\"", "[]", "{}"}) {
        CAPTURE(text);
        bool truth = false;
        std::int64_t integer = 0;
        double number = 0;
        std::string_view view;
        std::string owned;
        auto const check = [&](bool expected, auto&& call) {
            tested_reader reader(text);
            CHECK(call(reader) == expected);
            CHECK(reader.state() == json::status{expected ? fault::none : fault::wrong_type, 0});
        };
        check(text == "null", [&](tested_reader& r) { return r.read_null(); });
        check(text == "true", [&](tested_reader& r) { return r.read_bool(truth); });
        check(text == "1", [&](tested_reader& r) { return r.read_int64(integer); });
        check(text == "1", [&](tested_reader& r) { return r.read_double(number); });
        check(text == "1", [&](tested_reader& r) { return r.read_number(view); });
        check(text == "\"s\"", [&](tested_reader& r) { return r.read_string(view); });
        check(text == "\"s\"", [&](tested_reader& r) { return r.read_string(owned); });
        check(text == "[]", [&](tested_reader& r) { return r.begin_array(); });
        check(text == "{}", [&](tested_reader& r) { return r.begin_object(); });
        check(true, [&](tested_reader& r) { return r.read_raw(view) && view == text; });
        check(true, [&](tested_reader& r) { return r.skip(); });
    }
}

TEST_CASE(READER_CASE("calls out of order are faults, not accidents"), "[json][reader]") {
    std::string_view key;
    std::int64_t integer = 0;
    SECTION("a second root value") {
        tested_reader reader("1 ");
        REQUIRE(reader.read_int64(integer));
        CHECK_FALSE(reader.read_int64(integer));
        CHECK(reader.state().code == fault::unexpected_character);
    }
    SECTION("an element that is not read") {
        tested_reader reader("[1,2]");
        reader.begin_array();
        REQUIRE(reader.next_element());
        CHECK_FALSE(reader.next_element());
        CHECK(reader.state() == json::status{fault::unexpected_character, 1});
    }
    SECTION("a value before next_element") {
        tested_reader reader("[1,2]");
        reader.begin_array();
        CHECK(reader.peek() == value_kind::none);
        CHECK(reader.ok());
        CHECK_FALSE(reader.skip());
        CHECK(reader.state() == json::status{fault::unexpected_character, 1});
    }
    SECTION("next where nothing was begun") {
        tested_reader reader("[1]");
        CHECK_FALSE(reader.next_element());
        CHECK_FALSE(reader.next_member(key));
        CHECK(reader.state() == json::status{fault::unexpected_character, 0});
    }
    SECTION("next behind the root") {
        tested_reader reader("[] ]");
        reader.skip();
        CHECK_FALSE(reader.next_element());
        CHECK(reader.state() == json::status{fault::unexpected_character, 3});
    }
    SECTION("finish before the end") {
        tested_reader unread("1");
        CHECK_FALSE(unread.finish());
        CHECK(unread.state() == json::status{fault::trailing_text, 0});
        tested_reader open("[");
        open.begin_array();
        CHECK_FALSE(open.finish());
        CHECK(open.state() == json::status{fault::unexpected_end, 1});
    }
    SECTION("an empty view without a pointer") {
        tested_reader reader(std::string_view{});
        CHECK(reader.peek() == value_kind::none);
        CHECK(reader.state() == json::status{fault::unexpected_end, 0});
    }
}

TEST_CASE(READER_CASE("duplicate names are all passed on"), "[json][reader]") {
    tested_reader reader(R"({"a":1,"a":2})");
    std::vector<std::pair<std::string, std::int64_t>> members;
    std::string_view key;
    reader.begin_object();
    while (reader.next_member(key)) {
        std::string const name(key);
        std::int64_t value = 0;
        if (reader.read_int64(value)) members.emplace_back(name, value);
    }
    CHECK(reader.finish());
    CHECK(members == std::vector<std::pair<std::string, std::int64_t>>{{"a", 1}, {"a", 2}});
}

TEST_CASE(READER_CASE("strings are decoded"), "[json][reader]") {
    CHECK(decoded(R"("")").empty());
    CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(decoded(R"("a\u0000b")") == std::string("a\0b", 3));
    CHECK(decoded(R"("\u0041\u00e9\u20AC\uD83D\uDE00")") == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(decoded(R"("\uDBFF\uDFFF\uFFFF")") == "\xf4\x8f\xbf\xbf\xef\xbf\xbf");
    CHECK(decoded("\"\x7f\xe2\x80\xa8\"") == "\x7f\xe2\x80\xa8");

    std::string const bad = "\xef\xbf\xbd";
    CHECK(decoded(R"("\ud800")") == bad);
    CHECK(decoded(R"("\udc00")") == bad);
    CHECK(decoded(R"("\ud800x")") == bad + "x");
    CHECK(decoded(R"("\ud800\n")") == bad + "\n");
    CHECK(decoded(R"("\ud800\u0041")") == bad + "A");
    CHECK(decoded(R"("\udc00\ud800")") == bad + bad);
    CHECK(decoded(R"("\ud800\ud83d\ude00")") == bad + "\xf0\x9f\x98\x80");
}

TEST_CASE(READER_CASE("a view of a string is the text itself unless something was escaped"), "[json][reader]") {
    std::string const text = R"(["plain","esc\n"])";
    tested_reader reader(text);
    std::string_view view;
    reader.begin_array();
    reader.next_element();
    REQUIRE(reader.read_string(view));
    CHECK(view.data() == text.data() + 2);
    reader.next_element();
    REQUIRE(reader.read_string(view));
    CHECK(view == "esc\n");
    CHECK((view.data() < text.data() || view.data() >= text.data() + text.size()));
}

TEST_CASE(READER_CASE("raw text is the value alone, checked as if it were read"), "[json][reader]") {
    std::string_view raw;
    tested_reader reader(" { \"a\" :  [ 1 , {\"b\":\"]}\"} ]  , \"c\" : 1.50 } ");
    std::string_view key;
    reader.begin_object();
    reader.next_member(key);
    REQUIRE(reader.read_raw(raw));
    CHECK(raw == "[ 1 , {\"b\":\"]}\"} ]");
    reader.next_member(key);
    REQUIRE(reader.read_raw(raw));
    CHECK(raw == "1.50");
    CHECK_FALSE(reader.next_member(key));
    CHECK(reader.finish());

    for (std::string_view const text : {"[\"\xff\"]", "{\"\xff\":1}", "{\"a\":[1,]}", "{\"a\":01}", "[\"\\q\"]"}) {
        CAPTURE(text);
        tested_reader refusing(text);
        raw = "untouched";
        CHECK_FALSE(refusing.read_raw(raw));
        CHECK(raw == "untouched");
        CHECK_FALSE(refusing.ok());
    }
}

TEST_CASE(READER_CASE("depth is given back when a value ends"), "[json][reader]") {
    tested_reader reader("[[[]],[[]],[[]]]", {3});
    reader.begin_array();
    std::size_t elements = 0;
    while (reader.next_element()) {
        CHECK(reader.skip());
        ++elements;
    }
    CHECK(elements == 3);
    CHECK(reader.finish());
}
