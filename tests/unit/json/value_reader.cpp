#include "bedrock/json/value_reader.hpp"

#include "support/catch.hpp"

#include "support/described.hpp"
#include "support/guarded_buffer.hpp"

#include <string>
#include <string_view>

using described::everything;

namespace {

// "" when the text is read, else what is wrong with it.
template <class T>
std::string problem_of(std::string_view text, T* into = nullptr, bedrock::json::reader_options options = {}) {
    T own{};
    bedrock::json::reader in(text, options);
    bedrock::json::value_reader<bedrock::json::reader> values(in, text);
    if (values.read(bedrock::json::type_of<T>, into != nullptr ? into : &own) && in.finish()) return "";
    return values.problem();
}

}  // namespace

TEST_CASE("every shape is read", "[json]") {
    everything value;
    REQUIRE(problem_of(R"({"text":"t","bytes":"AAE=","flag":true,"small":-5,"large":9007199254740993,"single":0.1,)"
                       R"("twice":0.1,"any":[1, 2],"later":{"name":"l"},"colour":"BLUE","maybe":0,"list":["a","b"],)"
                       R"("map":{"z":1,"a":2},"nested":{"name":"n"},"one":{"leaf":{"name":"o"}},)"
                       R"("boxed":{"leaf":{"name":"b"}},"more":{"x":[]}})",
                       &value) == "");
    CHECK(value.text == "t");
    CHECK(value.bytes == bedrock::byte_buffer{std::byte{0}, std::byte{1}});
    CHECK(value.flag);
    CHECK(value.small == -5);
    CHECK(value.large == 9007199254740993);
    CHECK(value.single == 0.1f);
    CHECK(value.twice == 0.1);
    CHECK(value.any.text() == "[1, 2]");
    CHECK(value.later.text() == R"({"name":"l"})");
    CHECK(value.colour == described::colour::blue);
    CHECK(value.maybe == 0);
    CHECK(value.list == std::vector<std::string>{"a", "b"});
    REQUIRE(value.map.size() == 2);
    CHECK(value.map[0].first == "z");
    CHECK(value.map[1].second == 2);
    CHECK(value.nested.name == "n");
    REQUIRE(value.one.holds<described::leaf>());
    CHECK(value.one.get_if<described::leaf>()->name == "o");
    CHECK(value.boxed.name == "b");
    REQUIRE(value.unknown.size() == 1);
    CHECK(value.unknown.find("more")->text() == R"({"x":[]})");
}

TEST_CASE("wrong types name their member", "[json]") {
    CHECK(problem_of<everything>("[]") == "expected an object, found an array");
    CHECK(problem_of<everything>(R"({"text":1})") == "text: expected a string, found a number");
    CHECK(problem_of<everything>(R"({"flag":"a"})") == "flag: expected a boolean, found a string");
    CHECK(problem_of<everything>(R"({"list":["a",[]]})") == "list[1]: expected a string, found an array");
    CHECK(problem_of<everything>(R"({"map":{"k":true}})") == "map.k: expected a number, found a boolean");
    CHECK(problem_of<everything>(R"({"nested":{"name":{}}})") == "nested.name: expected a string, found an object");
    CHECK(problem_of<everything>(R"({"one":{"leaf":{"name":0}}})") ==
          "one.leaf.name: expected a string, found a number");
    CHECK(problem_of<everything>(R"({"boxed":{"leaf":[]}})") == "boxed.leaf: expected an object, found an array");
    CHECK(problem_of<everything>(R"({"maybe":"1"})") == "maybe: expected a number, found a string");
    CHECK(problem_of<everything>(R"({"bytes":"A"})") == "bytes: expected standard base64 with padding");
    CHECK(problem_of<everything>(R"({"colour":1})") == "colour: expected a string, found a number");
}

TEST_CASE("numbers that do not fit name their member", "[json]") {
    for (auto const* const text : {"1.5", "2147483648", "-2147483649", "1e99", "99999999999999999999"})
        CHECK(problem_of<everything>("{\"small\":" + std::string(text) + "}") ==
              "small: expected an integer of 32 bits");
    CHECK(problem_of<everything>(R"({"large":9223372036854775808})") == "large: expected an integer of 64 bits");
    CHECK(problem_of<everything>(R"({"single":1e39})") == "single: expected a smaller number");
    CHECK(problem_of<everything>(R"({"twice":1e400})") == "twice: expected a smaller number");
    CHECK(problem_of<everything>(R"({"small":1e2,"large":-9223372036854775808,"single":3e38,"twice":1e308})") == "");
}

TEST_CASE("invalid JSON is reported with its member and place", "[json]") {
    CHECK(problem_of<everything>("") == "invalid JSON: the text ends too early, at byte 0");
    CHECK(problem_of<everything>(R"({"nested":{"name":"a)").find("nested.name: invalid JSON: ") == 0);
    CHECK(problem_of<everything>(R"({"list":["a" "b"]})").find("list[1]: invalid JSON: ") == 0);
    CHECK(problem_of<everything>(R"({"other":[1,]})").find("other: invalid JSON: ") == 0);
    CHECK(problem_of<everything>("{} x").find("invalid JSON: text behind the value") == 0);
}

TEST_CASE("null is absence, but a value for documents", "[json]") {
    everything value;
    REQUIRE(problem_of(R"({"text":null,"small":null,"maybe":null,"list":null,"map":{"a":null,"b":1},"nested":null,)"
                       R"("one":null,"boxed":null,"later":null,"colour":null,"other":null,"any":null})",
                       &value) == "");
    CHECK(value.any.text() == "null");
    CHECK(value.later.empty());
    CHECK(value.map.size() == 1);
    CHECK(value.unknown.empty());
    everything list;
    REQUIRE(problem_of(R"({"list":[null,"a",null]})", &list) == "");
    CHECK(list.list == std::vector<std::string>{"a"});
}

TEST_CASE("a union takes exactly one member", "[json]") {
    described::either value;
    CHECK(problem_of(R"({"__type":"T","leaf":null,"text":"a"})", &value) == "");
    CHECK(value.holds<described::wrapped>());
    CHECK(problem_of<described::either>("{}") == "expected exactly one member, found none");
    CHECK(problem_of<described::either>(R"({"text":null})") == "expected exactly one member, found none");
    CHECK(problem_of<described::either>(R"({"text":"a","leaf":{}})") ==
          "expected exactly one member, found \"text\" and \"leaf\"");
    CHECK(problem_of<described::either>(R"({"a":1,"b":2})") == "expected exactly one member, found \"a\" and \"b\"");
    described::either unknown;
    CHECK(problem_of(R"({"new":[1]})", &unknown) == "");
    REQUIRE(unknown.holds<bedrock::json::unknown_arm>());
    CHECK(unknown.get_if<bedrock::json::unknown_arm>()->value.text() == "[1]");
    described::either null;
    CHECK(problem_of(R"({"json":null})", &null) == "");
    CHECK(null.get_if<bedrock::json::document>()->text() == "null");
}

TEST_CASE("explicit empty forms are kept beside", "[json]") {
    everything value;
    REQUIRE(problem_of(R"({"text":"","list":[ ],"nested":{},"small":0,"flag":false,"colour":"","map":{},)"
                       R"("boxed":{"other":1},"maybe":0})",
                       &value) == "");
    CHECK(value.unknown.size() == 8);
    CHECK(value.unknown.find("list")->text() == "[ ]");
    CHECK(value.unknown.find("boxed")->text() == R"({"other":1})");
    CHECK(value.unknown.find("maybe") == nullptr);
}

TEST_CASE("a known member may not come twice", "[json]") {
    CHECK(problem_of<everything>(R"({"text":"a","text":"b"})") == "text: given twice");
    CHECK(problem_of<everything>(R"({"text":null,"list":["a"],"list":[]})") == "list: given twice");
}

TEST_CASE("a struct without a place for unknown members drops them, and padding is dropped", "[json]") {
    described::closed value;
    CHECK(problem_of(R"({"p":"abc","on":true,"off":1})", &value) == "");
    CHECK(value.on);
    CHECK(problem_of<described::closed>(R"({"p":{]})").find("p: invalid JSON") == 0);
}

TEST_CASE("recursive types are read as deep as the reader goes", "[json]") {
    std::string const open = R"({"children":[)";
    auto const nested = [&](std::size_t levels) {
        std::string text;
        for (std::size_t i = 1; i < levels; ++i) text += open;
        text += R"({"label":"x"})";
        for (std::size_t i = 1; i < levels; ++i) text += "]}";
        return text;
    };
    CHECK(problem_of<described::tree>(nested(256)) == "");
    CHECK(problem_of<described::tree>(nested(257)).find("too many nested arrays and objects") != std::string::npos);
    CHECK(problem_of<described::tree>(nested(3), static_cast<described::tree*>(nullptr), {4}).find("too many") !=
          std::string::npos);
}

TEST_CASE("many unknown members and long names cost no more than their text", "[json]") {
    std::string text = "{\"" + std::string(100000, 'n') + "\":1";
    for (int i = 0; i < 200000; ++i) text += ",\"k" + std::to_string(i) + "\":0";
    text += "}";
    everything value;
    REQUIRE(problem_of(text, &value) == "");
    CHECK(value.unknown.size() == 200001);
    CHECK(problem_of<everything>("{\"map\":{\"" + std::string(100000, 'n') + "\":[]}}").size() < 200);
}

TEST_CASE("every cut of a text is refused without a look behind its end", "[json]") {
    std::string const whole =
        R"({"text":"t\u00e9","bytes":"AAE=","small":-5,"any":[1,{"a":null}],"one":{"new":[true]},"list":["a"],"x":1})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        guarded_buffer const cut(std::string_view(whole).substr(0, size));
        CHECK(problem_of<everything>(cut.text()) != "");
    }
    CHECK(problem_of<everything>(whole) == "");
}
