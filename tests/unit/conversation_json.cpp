#include "bedrock/conversation_json.hpp"

#include "support/catch.hpp"

#include <string>

namespace conversation_json = bedrock::conversation_json;

TEST_CASE("conversation JSON: members without a name") {
    auto const dropped = [](std::string text) {
        bool const changed = conversation_json::drop_empty_names(text);
        return (changed ? "! " : "= ") + text;
    };
    CHECK(dropped(R"({"":1})") == "! {}");
    CHECK(dropped(R"({ "a" : [ {"" : {"":2}}, 1.0e2, "\u00e9" ] })") == "! {\"a\":[{},1.0e2,\"\xc3\xa9\"]}");
    CHECK(dropped(R"([{"":1}])") == "! [{}]");
    CHECK(dropped(R"({"a":""})") == R"(= {"a":""})");
    CHECK(dropped(R"({"a\"":""})") == R"(= {"a\"":""})");
    CHECK(dropped(R"({"":1)") == R"(= {"":1)");
    std::string const deep = std::string(600, '[') + R"({"":1})" + std::string(600, ']');
    CHECK(dropped(deep) == "= " + deep);
}

TEST_CASE("conversation JSON: names at any depth") {
    CHECK(conversation_json::has_member(R"({"a":[{"__type":1}]})", "__type"));
    CHECK(conversation_json::has_member(R"({"a":[{"\u005f_type":1}]})", "__type"));
    CHECK_FALSE(conversation_json::has_member(R"({"a":"__type"})", "__type"));
    CHECK(conversation_json::has_member(R"([{"":1}])", ""));
    CHECK_FALSE(conversation_json::has_member(R"({"a":""})", ""));
}

TEST_CASE("conversation JSON: schemas") {
    auto const repaired = [](std::string text, conversation_json::schema_rules rules = {}) {
        auto const made = conversation_json::repair_schema(text, rules);
        return std::string(made.type ? "t" : "") + (made.root_union ? "u" : "") + (made.big_integers ? "i" : "") + " " +
               text;
    };
    CHECK(repaired(R"({ "type" : "object" })") == R"( { "type" : "object" })");
    CHECK(repaired("{}") == R"(t {"type":"object"})");
    CHECK(repaired(R"({"properties":{},"type":"string"})") == R"(t {"properties":{},"type":"object"})");
    CHECK(repaired(R"({"oneOf":[{"type":"object"}]})") == R"(tu {"type":"object"})");
    CHECK(
        repaired(
            R"({"type":"object","allOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{"anyOf":[{}]}},"required":["a","b"]}]})") ==
        R"(u {"type":"object","properties":{"a":{},"b":{"anyOf":[{}]}},"required":["a","b"]})");
    CHECK(
        repaired(
            R"({"type":"object","anyOf":[{"properties":{"a":{}},"required":["a"]}],"oneOf":[{"oneOf":[{"properties":{"c":{}}}]}]})") ==
        R"(u {"type":"object","properties":{"a":{}}})");
    CHECK(
        repaired(
            R"({"type":"object","properties":{"a":{"maximum":2147483648,"minimum":-2147483648,"const":[[9e99,-2147483649]],"x":2147483648.0,"d":{"big":1000000000000000000000}}}})") ==
        R"(i {"type":"object","properties":{"a":{"minimum":-2147483648,"x":2147483648.0,"d":{}}}})");
    CHECK(repaired("[1]") == " [1]");
    CHECK(repaired("{") == " {");
    CHECK(
        repaired(R"({"oneOf":[],"maximum":3000000000})", {.type = false, .root_union = false, .big_integers = false}) ==
        R"( {"oneOf":[],"maximum":3000000000})");
}

TEST_CASE("conversation JSON: strict tools") {
    std::string schema =
        R"({"type":"object","properties":{"minimum":{"minimum":1,"minItems":2},"l":{"minItems":1,"maxItems":4}}})";
    CHECK(conversation_json::drop_strict_bounds(schema));
    CHECK(schema == R"({"type":"object","properties":{"minimum":{},"l":{"minItems":1}}})");
    CHECK_FALSE(conversation_json::drop_strict_bounds(schema));
    CHECK(conversation_json::count_loose_parameters(schema) == 2);
    CHECK(
        conversation_json::count_loose_parameters(
            R"({"properties":{"a":{"type":["string","null"]},"b":{"properties":{"c":{}}},"d":{"anyOf":[]}},"required":["a","b","d"]})") ==
        3);
}
