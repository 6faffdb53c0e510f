#include "bedrock/json5/edit.hpp"

#include "bedrock/json5/path.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace json5 = bedrock::json5;
using json5::fault;
using json5::status;

namespace {

status try_set(std::string& out, std::string_view text, std::string_view key, std::string_view value) {
    json5::path path;
    REQUIRE(json5::parse_path(key, path).ok());
    json5::document of;
    REQUIRE(of.parse(std::string(text)).ok());
    return json5::append_with_value(out, of, path, value);
}

// The text after the edit, which reads back as it was asked for.
std::string set(std::string_view text, std::string_view key, std::string_view value) {
    std::string out;
    INFO(text << "\n" << key);
    CHECK(try_set(out, text, key, value).ok());
    json5::document again;
    INFO(out);
    REQUIRE(again.parse(out).ok());
    json5::path path;
    REQUIRE(json5::parse_path(key, path).ok());
    CHECK(again.root().find(path).text() == value);
    return out;
}

}  // namespace

TEST_CASE("a value is replaced where it stands, and nothing else changes", "[json5][edit]") {
    CHECK(set("{a: 1}", "a", "2") == "{a: 2}");
    CHECK(set("// c\n{ 'a' /*x*/ : /*y*/ {b:[1,{c:2,}]} , }\n", "a.b[1].c", "'z'") ==
          "// c\n{ 'a' /*x*/ : /*y*/ {b:[1,{c:'z',}]} , }\n");
    CHECK(set("{a: 1, b: 2, a: 3}", "a", "4") == "{a: 1, b: 2, a: 4}");  // the one that counts
    CHECK(set("[1, 2]", "[1]", "{}") == "[1, {}]");
    CHECK(set("{a: {b: 1}}", "a", "null") == "{a: null}");
}

TEST_CASE("a member is added in the manner of the file", "[json5][edit]") {
    // Behind the last member, its comma and its comments.
    CHECK(set("{\n    a: 1, // one\n    b: 2 // two\n    // three\n}\n", "c", "3") ==
          "{\n    a: 1, // one\n    b: 2, // two\n    // three\n    c: 3\n}\n");
    CHECK(set("{\n\ta: 1,\n\tb: 2, // two \xC3\xA0\n}", "c", "3") == "{\n\ta: 1,\n\tb: 2, // two \xC3\xA0\n\tc: 3,\n}");
    CHECK(set("{\r\n  \"a\": 1\r\n}\r\n", "c", "3") == "{\r\n  \"a\": 1,\r\n  \"c\": 3\r\n}\r\n");
    // On one line.
    CHECK(set("{a: 1}", "c", "3") == "{a: 1, c: 3}");
    CHECK(set("{ a: 1 }", "c", "3") == "{ a: 1, c: 3 }");
    CHECK(set("{ a: 1, }", "c", "3") == "{ a: 1, c: 3, }");
    CHECK(set("{ a: 1 /* x */ }", "c", "3") == "{ a: 1, /* x */ c: 3 }");
    CHECK(set(R"({"a":1})", "c.d", "3") == R"({"a":1,"c":{"d":3}})");
    CHECK(set("{'a':1}", "c", "3") == "{'a':1,'c':3}");
    // The bracket behind the last line's member, or members beside each other.
    CHECK(set("{a: 1,\n b: 2}", "c", "3") == "{a: 1,\n b: 2,\n c: 3}");
    CHECK(set("{ a: 1,\n  b: 2, c: 3\n}", "d", "4") == "{ a: 1,\n  b: 2, c: 3,\n  d: 4\n}");
    CHECK(set("{\n  a: 1 }", "c", "3") == "{\n  a: 1,\n  c: 3 }");
    CHECK(set("{\n  a: 1 // x\n}", "c", "3") == "{\n  a: 1, // x\n  c: 3\n}");
    CHECK(set("{ a: 1 // x\n}", "c", "3") == "{ a: 1, // x\n  c: 3\n}");
    // An object on one line inside of others that have several.
    CHECK(set("{\n  a: { b: 1 },\n}", "a.c", "2") == "{\n  a: { b: 1, c: 2 },\n}");
    CHECK(set("{\n  a: { b: 1 },\n}", "a.c.d", "2") == "{\n  a: { b: 1, c: { d: 2 } },\n}");
}

TEST_CASE("objects on the way are made", "[json5][edit]") {
    CHECK(set("{}", "a", "1") == "{\n  a: 1\n}");
    CHECK(set("{}\n", "a.b-c.d", "true") == "{\n  a: {\n    \"b-c\": {\n      d: true\n    }\n  }\n}\n");
    CHECK(set("// only\n{\n}\n", "a", "1") == "// only\n{\n  a: 1\n}\n");
    CHECK(set("{\n  // nothing yet\n}\n", "a", "1") == "{\n  // nothing yet\n  a: 1\n}\n");
    CHECK(set("{ // x\n}", "a", "1") == "{ // x\n  a: 1\n}");
    CHECK(set("{\n    a: {},\n}", "a.b.c", "1") == "{\n    a: {\n        b: {\n            c: 1\n        }\n    },\n}");
    CHECK(set("{\n    a: {\n    },\n}", "a.b", "1") == "{\n    a: {\n        b: 1\n    },\n}");
    CHECK(set("{\n  a: 1,\n}", "b.c.d", "2") == "{\n  a: 1,\n  b: {\n    c: {\n      d: 2,\n    },\n  },\n}");
    CHECK(set("{\n  a: 1\n}", "b.c", "2") == "{\n  a: 1,\n  b: {\n    c: 2\n  }\n}");
    CHECK(set(R"({"a":{}})", "a.b", "1") == R"({"a":{"b":1}})");
    CHECK(set("{a: {}}", "a.b", "1") == "{a: { b: 1 }}");
    CHECK(set("{a: { }}", "a.b", "1") == "{a: { b: 1 }}");
    CHECK(set("{a: { /* x */ }}", "a.b", "1") == "{a: { /* x */ b: 1 }}");
    CHECK(set("{\n  'x': 'y'\n}", "models.a.b", "1") ==
          "{\n  'x': 'y',\n  'models': {\n    'a': {\n      'b': 1\n    }\n  }\n}");
    CHECK(set("{\n  x: 'y'\n}", "p.a-b", "1") == "{\n  x: 'y',\n  p: {\n    'a-b': 1\n  }\n}");
}

TEST_CASE("what stands in the way is left alone", "[json5][edit]") {
    std::string out = "kept";
    CHECK(try_set(out, "{a: 'x'}", "a.b", "1") == status{fault::wrong_type, 4});
    CHECK(try_set(out, "{a: null}", "a.b.c", "1") == status{fault::wrong_type, 4});
    CHECK(try_set(out, "5", "a", "1") == status{fault::wrong_type, 0});
    CHECK(try_set(out, "{a: [1]}", "a[1]", "1") == status{fault::no_such_element, 4});
    CHECK(try_set(out, "{a: [1]}", "a.b", "1") == status{fault::no_such_element, 4});
    json5::document const nothing;
    CHECK(json5::append_with_value(out, nothing, json5::path{"a"}, "1") == status{fault::wrong_type, 0});
    json5::document some;
    REQUIRE(some.parse("{}").ok());
    CHECK(json5::append_with_value(out, some, {}, "1") == status{fault::wrong_type, 0});
    CHECK(out == "kept");
}

TEST_CASE("a text without a value is told from others", "[json5][edit]") {
    for (std::string_view const blank : {"", " \n", "// x", "/* x */ // y\n"}) CHECK(json5::is_blank(blank));
    for (std::string_view const other : {"{}", "/* x", "x", "// x\n1"}) CHECK_FALSE(json5::is_blank(other));
}
