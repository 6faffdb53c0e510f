#include "bedrock/json/writer.hpp"

#include "bedrock/bytes.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/utf8.hpp"
#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace json = bedrock::json;
using json::fault;

namespace {

std::string written_string(std::string_view text) {
    std::string out;
    json::writer writer(out);
    writer.string(text);
    REQUIRE(writer.ok());
    return out;
}

template <class T>
std::string number(T value) {
    std::string out;
    json::writer writer(out);
    writer.number(value);
    REQUIRE(writer.ok());
    return out;
}

// Random text that favours what escapes and what starts another plane.
std::string random_text(std::mt19937_64& random) {
    std::string text;
    for (auto count = random() % 40; count != 0; --count) {
        char32_t c = 0;
        switch (random() % 5) {
            case 0:
                c = static_cast<char32_t>(random() % 0x20);
                break;
            case 1:
                c = static_cast<unsigned char>("\"\\/\x7f"[random() % 4]);
                break;
            case 2:
                c = static_cast<char32_t>(0x20 + random() % 0x5f);
                break;
            case 3:
                c = static_cast<char32_t>(random() % 0x11 << 16 | random() % 0x10000);
                break;
            default:
                c = static_cast<char32_t>(random() % 0x900);
                break;
        }
        if (c >= 0xd800 && c <= 0xdfff) c = 0x2028;
        bedrock::append_utf8(text, c);
    }
    return text;
}

struct ill_formed {
    std::string_view bytes;
    std::string_view repaired;
    std::size_t offset;  // of the first ill-formed subpart
};

#define BAD "\xef\xbf\xbd"

// Unicode 15, chapter 3: tables 3-8 to 3-11; then one subpart each for what the lead byte allows, and the rest.
ill_formed const ill_formed_texts[] = {
    {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A", 0},
    {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A", 0},
    {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", BAD BAD BAD BAD BAD "A" BAD BAD "B", 0},
    {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", BAD BAD BAD BAD "A", 0},
    {"a\xc2", "a" BAD, 1},
    {"a\xe2\x82", "a" BAD, 1},
    {"\xf0\x9f\x98", BAD, 0},
    {"\xf0\x9f\x98\"", BAD "\\\"", 0},
    {"\xf0\x9f\n", BAD "\\n", 0},
    {"\xe2\x82\xac\x80", "\xe2\x82\xac" BAD, 3},
    {"\xc3\xa9\xff\xc3\xa9", "\xc3\xa9" BAD "\xc3\xa9", 2},
    {"sixteen bytes of plain text\xfe and more of it", "sixteen bytes of plain text" BAD " and more of it", 27},
    {"\xf5\x80\x80\x80", BAD BAD BAD BAD, 0},
    {"\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD, 0},
};

#undef BAD

}  // namespace

TEST_CASE("commas and colons come by themselves", "[json][writer]") {
    std::string out = "before:";
    json::writer writer(out);
    writer.begin_object();
    writer.key("a");
    writer.begin_array();
    writer.number(1);
    writer.begin_array();
    writer.end_array();
    writer.begin_object();
    writer.end_object();
    writer.string("s");
    writer.null();
    writer.end_array();
    writer.key("b\n");
    writer.boolean(true);
    writer.key("");
    writer.raw("[ 1.50 ]");
    writer.key("c");
    writer.base64(
        bedrock::as_bytes("\xfb\xff"
                          "Man"));
    writer.key("d");
    writer.begin_object();
    writer.key("e");
    writer.boolean(false);
    writer.end_object();
    writer.end_object();
    CHECK(writer.ok());
    CHECK(writer.state() == json::status{});
    CHECK(out == R"(before:{"a":[1,[],{},"s",null],"b\n":true,"":[ 1.50 ],"c":"+/9NYW4=","d":{"e":false}})");
}

TEST_CASE("a root may be any value", "[json][writer]") {
    CHECK(written_string("") == R"("")");
    CHECK(number(1) == "1");
    std::string out;
    json::writer writer(out);
    writer.base64({});
    CHECK(out == R"("")");
}

TEST_CASE("strings escape what they must, in the shortest form", "[json][writer]") {
    CHECK(written_string("\"\\/\b\f\n\r\t") == R"("\"\\/\b\f\n\r\t")");
    for (unsigned c = 0; c != 0x80; ++c) {
        char const text[] = {'x', static_cast<char>(c), 'y'};
        auto const out = written_string({text, 3});
        CAPTURE(c, out);
        std::string_view const letters = "btnfr";
        std::string_view const controls = "\b\t\n\f\r";
        auto const known = controls.find(static_cast<char>(c));
        if (c == '"' || c == '\\') {
            CHECK(out == std::string("\"x\\") + static_cast<char>(c) + "y\"");
        } else if (known != std::string_view::npos) {
            CHECK(out == std::string("\"x\\") + letters[known] + "y\"");
        } else if (c < 0x20) {
            char expected[16];
            std::snprintf(expected, sizeof expected, "\"x\\u%04xy\"", c);
            CHECK(out == expected);
        } else {
            CHECK(out == "\"" + std::string(text, 3) + "\"");
        }
    }
    CHECK(written_string("\x7f\xe2\x80\xa8\xe2\x80\xa9\xf4\x8f\xbf\xbf\xef\xbb\xbf") ==
          "\"\x7f\xe2\x80\xa8\xe2\x80\xa9\xf4\x8f\xbf\xbf\xef\xbb\xbf\"");
}

TEST_CASE("numbers of every type", "[json][writer]") {
    CHECK(number(std::int64_t{-1}) == "-1");
    CHECK(number((std::numeric_limits<std::int64_t>::min)()) == "-9223372036854775808");
    CHECK(number((std::numeric_limits<std::uint64_t>::max)()) == "18446744073709551615");
    CHECK(number(7) == "7");
    CHECK(number(7u) == "7");
    CHECK(number(-7L) == "-7");
    CHECK(number(7ULL) == "7");
    CHECK(number(static_cast<short>(-7)) == "-7");
    CHECK(number(std::size_t{7}) == "7");
    CHECK(number(0.7f) == "0.7");
    CHECK(number(0.7) == "0.7");
    CHECK(number(-0.0) == "-0");
    CHECK(number(1e21) == "1e+21");
}

TEST_CASE("NaN and infinity are faults that stay", "[json][writer]") {
    auto const check = [](auto value) {
        std::string out;
        json::writer writer(out);
        writer.begin_array();
        writer.number(1);
        writer.number(value);
        json::status const expected{fault::number_out_of_range, 3};
        CHECK(writer.state() == expected);
        CHECK(out == "[1,");
        writer.begin_object();
        writer.key("k");
        writer.string("\xff");
        writer.number(2);
        writer.raw("3");
        writer.null();
        writer.boolean(true);
        writer.base64(bedrock::as_bytes("x"));
        writer.end_object();
        writer.end_array();
        CHECK(writer.state() == expected);
        CHECK(out == "[1,");
    };
    check(std::numeric_limits<double>::quiet_NaN());
    check(std::numeric_limits<double>::infinity());
    check(-std::numeric_limits<double>::infinity());
    check(std::numeric_limits<float>::quiet_NaN());
    check(-std::numeric_limits<float>::infinity());
}

TEST_CASE("ill-formed UTF-8 is repaired, or refused", "[json][writer]") {
    for (auto const& example : ill_formed_texts) {
        CAPTURE(example.bytes);
        guarded_buffer const guarded(example.bytes);
        std::string const expected = "\"" + std::string(example.repaired) + "\"";
        CHECK(written_string(guarded.text()) == expected);
        CHECK(json::valid(expected));

        std::string keyed;
        json::writer key_writer(keyed);
        key_writer.begin_object();
        key_writer.key(guarded.text());
        CHECK(keyed == "{" + expected + ":");

        std::string out;
        json::writer strict(out, {json::invalid_utf8::fail});
        strict.begin_array();
        strict.string("fine: \xc3\xa9");
        strict.string(guarded.text());
        CHECK(out == "[\"fine: \xc3\xa9\",");
        CHECK(strict.state() == json::status{fault::invalid_utf8, out.size()});

        std::string unnamed;
        json::writer strict_key(unnamed, {json::invalid_utf8::fail});
        strict_key.begin_object();
        strict_key.key(guarded.text());
        strict_key.null();
        CHECK(strict_key.state() == json::status{fault::invalid_utf8, 1});
        CHECK(unnamed == "{");

        // The reader refuses the same bytes, at the subpart.
        json::reader reader(expected);
        CHECK(reader.skip());
        std::string const raw = "\"" + std::string(example.bytes) + "\"";
        json::reader refusing(raw);
        CHECK_FALSE(refusing.skip());
        CHECK(refusing.state() == json::status{fault::invalid_utf8, 1 + example.offset});
    }
}

TEST_CASE("what is written reads back equal", "[json][writer]") {
    std::mt19937_64 random(20260105);
    for (int i = 0; i != 5000; ++i) {
        auto const name = random_text(random);
        auto const text = random_text(random);
        auto const integer = static_cast<std::int64_t>(random() >> random() % 64);
        std::string out;
        json::writer writer(out, {json::invalid_utf8::fail});
        writer.begin_object();
        writer.key(name);
        writer.string(text);
        writer.key(text);
        writer.number(integer);
        writer.end_object();
        REQUIRE(writer.ok());

        guarded_buffer const guarded(out);
        json::reader reader(guarded.text());
        CAPTURE(out);
        std::string_view key;
        std::string_view value;
        std::int64_t number_read = 0;
        REQUIRE(reader.begin_object());
        REQUIRE(reader.next_member(key));
        REQUIRE(key == name);
        REQUIRE(reader.read_string(value));
        REQUIRE(value == text);
        REQUIRE(reader.next_member(key));
        REQUIRE(key == text);
        REQUIRE(reader.read_int64(number_read));
        REQUIRE(number_read == integer);
        REQUIRE_FALSE(reader.next_member(key));
        REQUIRE(reader.finish());
    }
}

TEST_CASE("every character of every plane survives", "[json][writer]") {
    std::string text;
    for (char32_t c = 0; c <= 0x10ffff; ++c)
        if (c < 0xd800 || c > 0xdfff) bedrock::append_utf8(text, c);
    auto const out = written_string(text);
    json::reader reader(out);
    std::string back;
    REQUIRE(reader.read_string(back));
    CHECK(reader.finish());
    CHECK((back == text));  // not to be printed
}

TEST_CASE("random bytes become JSON that says what they could say", "[json][writer]") {
    std::mt19937_64 random(20260106);
    for (int i = 0; i != 20000; ++i) {
        std::string bytes;
        for (auto count = random() % 24; count != 0; --count)
            bytes += static_cast<char>(random() % 3 == 0 ? random() : 0x80 | random());
        std::string expected;
        bedrock::append_sanitized_utf8(expected, bytes);
        auto const out = written_string(bytes);
        json::reader reader(out);
        std::string_view value;
        CAPTURE(out);
        REQUIRE(reader.read_string(value));
        REQUIRE(reader.finish());
        REQUIRE(value == expected);
    }
}
