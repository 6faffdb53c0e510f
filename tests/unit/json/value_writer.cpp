#include "bedrock/json/value_writer.hpp"

#include "support/catch.hpp"

#include "support/described.hpp"

#include <limits>
#include <string>

using described::everything;
using described::strict;

namespace {

template <class T>
std::string written(T const& value, bedrock::json::write_options options = {}) {
    std::string out;
    bedrock::json::value_writer values(out, options);
    return values.write(bedrock::json::type_of<T>, &value) ? out : values.problem();
}

strict complete() {
    return {.colour = described::colour::red, .one = described::wrapped{"w"}, .any = "null"};
}

}  // namespace

TEST_CASE("every shape is written", "[json]") {
    everything value{.text = "t\"",
                     .bytes = {std::byte{0}, std::byte{1}},
                     .flag = true,
                     .small = -5,
                     .large = 9007199254740993,
                     .single = 0.1f,
                     .twice = 0.1,
                     .any = "[1, 2]",
                     .later = bedrock::json::lazy<described::leaf>("{}"),
                     .colour = described::colour::blue,
                     .maybe = 0,
                     .list = {"a", ""},
                     .map = {{"z", 0}, {"a", 2}},
                     .nested = {.name = "n"},
                     .one = described::leaf{.name = "o"},
                     .boxed = {.name = "b"}};
    value.unknown.add("more", "{\"x\":[]}");
    CHECK(written(value) ==
          R"({"text":"t\"","bytes":"AAE=","flag":true,"small":-5,"large":9007199254740993,"single":0.1,"twice":0.1,)"
          R"("any":[1, 2],"later":{},"colour":"BLUE","maybe":0,"list":["a",""],"map":{"z":0,"a":2},)"
          R"("nested":{"name":"n"},"one":{"leaf":{"name":"o"}},"boxed":{"leaf":{"name":"b"}},"more":{"x":[]}})");
    CHECK(written(everything{}) == "{}");
}

TEST_CASE("required members are always written", "[json]") {
    CHECK(written(complete()) == R"({"text":"","list":[],"colour":"red","one":{"text":"w"},"any":null,"number":0})");
    CHECK(written(complete(), {.without = bedrock::json::only_in_stream}) ==
          R"({"text":"","list":[],"colour":"red","one":{"text":"w"},"any":null})");
}

TEST_CASE("required members that say nothing are refused", "[json]") {
    auto value = complete();
    value.colour = {};
    CHECK(written(value) == "colour: required, but not set");
    value.unknown.add("colour", "\"\"");  // as it was read
    CHECK(written(value) == R"({"text":"","list":[],"one":{"text":"w"},"any":null,"number":0,"colour":""})");
    value = complete();
    value.one.reset();
    CHECK(written(value) == "one: required, but not set");
    value = complete();
    value.any.clear();
    CHECK(written(value) == "any: required, but not set");
}

TEST_CASE("a known member that is set wins over the unknown one of its name", "[json]") {
    everything value;
    value.unknown.add("list", "[]");
    value.unknown.add("other", "1");
    CHECK(written(value) == R"({"list":[],"other":1})");
    value.list.push_back("a");
    CHECK(written(value) == R"({"list":["a"],"other":1})");
}

TEST_CASE("what is no JSON is refused by name", "[json]") {
    CHECK(written(everything{.any = "{"}) == "any: not a valid JSON document");
    CHECK(written(everything{.later = bedrock::json::lazy<described::leaf>("nul")}) ==
          "later: not a valid JSON document");
    CHECK(written(everything{.one = bedrock::json::unknown_arm{"x", "1 2"}}) == "one.x: not a valid JSON document");
    everything value;
    value.unknown.add("u", "");
    CHECK(written(value) == "u: not a valid JSON document");
    CHECK(written(everything{.any = "\"\xff\""}) == "any: not a valid JSON document");
}

TEST_CASE("numbers that are not finite are refused by name", "[json]") {
    CHECK(written(everything{.single = std::numeric_limits<float>::infinity()}) == "single: not a finite number");
    CHECK(written(everything{.twice = std::numeric_limits<double>::quiet_NaN()}) == "twice: not a finite number");
}

TEST_CASE("ill-formed UTF-8 is replaced, or refused by name", "[json]") {
    bedrock::json::write_options const strictly{.on_invalid_utf8 = bedrock::json::invalid_utf8::fail};
    everything const value{.list = {"a", "\xc3"}};
    CHECK(written(value) == "{\"list\":[\"a\",\"\xef\xbf\xbd\"]}");
    CHECK(written(value, strictly).find("list[1]: ") == 0);
    CHECK(written(everything{.map = {{"\xff", 1}}}, strictly).find("map.") == 0);
}

TEST_CASE("an empty union in a list is refused by place", "[json]") {
    std::vector<described::either> const list(2);
    CHECK(written(list) == "[0]: a union in which nothing is set");
}
