#include "bedrock/json/edit.hpp"

#include "bedrock/json/reader.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

std::string edited(std::string_view object, std::vector<json::member_change> const& changes) {
    guarded_buffer const buffer(object);
    std::string out = "<";
    if (!json::append_with_members(out, buffer.text(), changes)) {
        CHECK(out == "<");
        return "refused";
    }
    REQUIRE(out.starts_with('<'));
    out.erase(0, 1);
    CHECK(json::valid(out));
    return out;
}

}  // namespace

TEST_CASE("edit: a text as a JSON string", "[json]") {
    CHECK(json::quoted("") == "\"\"");
    CHECK(json::quoted("a\"b\n") == "\"a\\\"b\\n\"");
}

TEST_CASE("edit: a member is set where it stands, all else stays as it is", "[json]") {
    std::string_view const text = " {\n  \"a\" : 1.50e1,\n\t\"b\":\"\\u00e9\", \"c\": {\"a\": [ ] }\r\n} \n";
    CHECK(edited(text, {}) == text);
    CHECK(edited(text, {{"a", "\"x\""}}) == " {\n  \"a\" : \"x\",\n\t\"b\":\"\\u00e9\", \"c\": {\"a\": [ ] }\r\n} \n");
    CHECK(edited(text, {{"c", "null"}, {"a", "{}"}}) == " {\n  \"a\" : {},\n\t\"b\":\"\\u00e9\", \"c\": null\r\n} \n");
}

TEST_CASE("edit: a member that is not there comes last", "[json]") {
    CHECK(edited("{}", {{"a", "1"}}) == "{\"a\":1}");
    CHECK(edited("{ }", {{"a", "1"}, {"b", "2"}}) == "{ \"a\":1,\"b\":2}");
    CHECK(edited("{\"b\":0}", {{"a\"\n", "1"}, {"b", "2"}}) == "{\"b\":2,\"a\\\"\\n\":1}");
    CHECK(edited("{\"b\":0}\n", {{"c", "[1]"}}) == "{\"b\":0,\"c\":[1]}\n");
}

TEST_CASE("edit: names are compared as they read, and set wherever they stand", "[json]") {
    CHECK(edited("{\"\\u0061\":1}", {{"a", "2"}}) == "{\"\\u0061\":2}");
    CHECK(edited("{\"a\":1,\"a\":2}", {{"a", "3"}}) == "{\"a\":3,\"a\":3}");
    CHECK(edited("{\"x\":{\"a\":1},\"y\":\"}\"}", {{"a", "2"}}) == "{\"x\":{\"a\":1},\"y\":\"}\",\"a\":2}");
}

TEST_CASE("edit: what is not one object is refused, cut off anywhere too", "[json]") {
    for (std::string_view const wrong : {"", " ", "[]", "1", "null", "\"{}\"", "{}{}", "{} x", "{\"a\":}", "{a:1}"}) {
        INFO(wrong);
        CHECK(edited(wrong, {{"a", "1"}}) == "refused");
    }
    std::string_view const whole = "{\"a\": \"x\", \"b\": [1, {\"c\": null}]}";
    for (std::size_t size = 0; size != whole.size(); ++size)
        CHECK(edited(whole.substr(0, size), {{"b", "1"}}) == "refused");
}
