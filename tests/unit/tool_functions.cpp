#include "bedrock/tool_functions.hpp"

#include "support/catch.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#if BEDROCK_EXCEPTIONS
#include <stdexcept>
#endif

namespace tool_functions_test {

struct question {
    std::string city{};
    std::int32_t days = 0;
};

}  // namespace tool_functions_test

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif
template <>
struct bedrock::json::fields_of<tool_functions_test::question> {
    static constexpr bedrock::json::field table[] = {
        BEDROCK_JSON_FIELD(tool_functions_test::question, city, "city", bedrock::json::required_field),
        BEDROCK_JSON_FIELD(tool_functions_test::question, days, "days", bedrock::json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace tool_functions_test {

using namespace bedrock;

constexpr char any_object[] = R"({"type":"object"})";
constexpr char no_output[] = "{\"text\":\"(no output)\"}";

tool_result_block run(toolbox const& tools, tool_use_block const& use) {
    return tools.run({use, 3, cancellation()});
}

std::string text_of(tool_result_block const& result) {
    auto const written = json::write(result);
    return written ? *written : written.error().message;
}

std::string ran(toolbox const& tools, std::string name, std::string input = "{}") {
    return text_of(run(tools, {.tool_use_id = "t1", .name = std::move(name), .input = std::move(input)}));
}

std::string with(std::string const& content, bool failed = false) {
    return R"({"toolUseId":"t1","content":[)" + content + (failed ? R"(],"status":"error"})" : "]}");
}

std::string failed(std::string const& why) {
    return with("{\"text\":\"" + why + "\"}", true);
}

template <class Function>
std::string output(Function function) {
    toolbox tools;
    tools.add("f", "", any_object, std::move(function));
    REQUIRE_FALSE(tools.problem());
    return ran(tools, "f", R"({"a":1})");
}

std::string problem_of(toolbox const& tools) {
    return tools.problem() ? tools.problem()->message : "";
}

TEST_CASE("toolbox: functions take the input as it suits them", "[tools]") {
    CHECK(output([](std::string const& input) { return input; }) == with(R"({"text":"{\"a\":1}"})"));
    CHECK(output([](std::string_view input) { return std::to_string(input.size()); }) == with(R"({"text":"7"})"));
    CHECK(output([](json::document const& input) { return input; }) == with(R"({"json":{"a":1}})"));
    CHECK(output([](tool_call const& call) { return call.use.name + std::to_string(call.round); }) ==
          with(R"({"text":"f3"})"));
    CHECK(output([](auto const& call) { return call.use.tool_use_id; }) == with(R"({"text":"t1"})"));
    CHECK(output([](tool_call const& call) {
              auto in = call.reader();
              std::string_view name;
              std::int64_t value = 0;
              in.begin_object();
              in.next_member(name);
              in.read_int64(value);
              return std::string(name) + std::to_string(value);
          }) == with(R"({"text":"a1"})"));
    CHECK(output([](tool_call const& call) {
              if (call.round < 0) call.cancel.cancel();
              return call.read<question>().transform([](question const& asked) { return asked.city; });
          }) == with(no_output));
}

TEST_CASE("toolbox: a described input is read, or answered", "[tools]") {
    toolbox tools;
    tools.add<question>("weather", "", any_object,
                        [](question const& asked) { return asked.city + "/" + std::to_string(asked.days); });
    CHECK(ran(tools, "weather", R"({"city":"Lisbon","days":2})") == with(R"({"text":"Lisbon/2"})"));
    CHECK(ran(tools, "weather", R"({"city":"Lisbon","days":"two"})") ==
          failed("the input does not fit the tool: days: expected a number, found a string"));
}

TEST_CASE("toolbox: functions return what makes an output", "[tools]") {
    CHECK(output([](std::string_view) { return "text"; }) == with(R"({"text":"text"})"));
    CHECK(output([](std::string_view) {}) == with(no_output));
    CHECK(output([](std::string_view) { return " \n"; }) == with(no_output));
    CHECK(output([](std::string_view) { return std::vector<tool_result_content_block>{}; }) == with(no_output));
    CHECK(output([](std::string_view) { return json_block{"{}"}; }) == with(R"({"json":{}})"));
    CHECK(output([](std::string_view) {
              return image_block{.format = image_format::png, .source = byte_buffer{std::byte{1}}};
          }) == with(R"({"image":{"format":"png","source":{"bytes":"AQ=="}}})"));
    CHECK(output([](std::string_view) {
              return std::vector<tool_result_content_block>{"a", " ", json_block{R"({"b":1})"}};
          }) == with(R"({"text":"a"},{"json":{"b":1}})"));
    CHECK(output([](std::string_view) { return result<std::string>("good"); }) == with(R"({"text":"good"})"));
    CHECK(output([](std::string_view) { return result<void>(); }) == with(no_output));
    CHECK(output([](std::string_view) -> result<json::document> { return fail(errc::timeout, "too late"); }) ==
          failed("too late"));
    CHECK(output([](std::string_view) -> result<void> { return fail(errc::timeout, "too late"); }) ==
          failed("too late"));
    CHECK(output([](std::string_view) { return fail(errc::timeout, "never"); }) == failed("never"));
    CHECK(output([](std::string_view) { return tool_failure("no such city"); }) == failed("no such city"));
    CHECK(output([](std::string_view) { return tool_failure(""); }) == with(no_output, true));
    CHECK(output([](std::string_view) { return "\xff"; }) == with("{\"text\":\"\xEF\xBF\xBD\"}"));
}

TEST_CASE("toolbox: JSON that is no object, which Converse refuses, is sent as a text", "[tools]") {
    CHECK(output([](std::string_view) { return json::document("[1]"); }) == with(R"({"text":"[1]"})"));
    CHECK(output([](std::string_view) { return json_block{" null "}; }) == with(R"({"text":" null "})"));
    CHECK(output([](std::string_view) {
              return std::vector<tool_result_content_block>{json_block{"1"}, json_block{"{}"}, json_block{"\"a\""}};
          }) == with(R"({"text":"1"},{"json":{}},{"text":"\"a\""})"));
}

TEST_CASE("toolbox: an output that cannot be sent is a failure of the tool", "[tools]") {
    CHECK(output([](std::string_view) {
              return json::document("{\"a\":");
          }).starts_with(R"({"toolUseId":"t1","content":[{"text":"the tool's output cannot be sent: content[0])"));
    CHECK(output([](std::string_view) {
              return image_block{};
          }).starts_with(R"({"toolUseId":"t1","content":[{"text":"the tool's output cannot be sent: content[0])"));
}

TEST_CASE("toolbox: uses that no function can be given", "[tools]") {
    toolbox tools;
    CHECK(ran(tools, "f") == failed(R"(there is no tool \"f\")"));
    int runs = 0;
    tools.add("f", "", any_object, [&](std::string_view) { ++runs; });
    tools.add("g", "", any_object, [&](std::string_view) { ++runs; });
    CHECK(ran(tools, "h\n") == failed(R"(there is no tool \"h?\"; there are: f, g)"));
    constexpr char again[] = "; use the tool again with one JSON object that fits its schema";
    CHECK(ran(tools, "f", "") ==
          failed("the input is not JSON: the text ends too early at byte 0" + std::string(again)));
    CHECK(ran(tools, "f", "12") == failed("the input is no JSON object" + std::string(again)));
    CHECK(ran(tools, "f", "{} {}") ==
          failed("the input is not JSON: text behind the value at byte 3" + std::string(again)));
    tool_use_block cut{.tool_use_id = "t1", .name = "f", .incomplete_input = "{\"a\":"};
    CHECK(text_of(run(tools, cut)) ==
          failed("the input is not JSON: the text ends too early at byte 5" + std::string(again)));
    cut.incomplete_input = "{}";
    CHECK(text_of(run(tools, cut)) == failed("the input did not arrive whole; use the tool again"));
    CHECK(runs == 0);
    CHECK(ran(tools, "g") == with(no_output));
    CHECK(runs == 1);
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("toolbox: what a function throws is told to the model, on one line and short", "[tools]") {
    CHECK(output([](std::string_view) -> std::string { throw std::runtime_error("no\n\troute\x1b[31m"); }) ==
          failed("the tool failed: no route [31m"));
    CHECK(output([](std::string_view) -> std::string { throw 42; }) == failed("the tool failed"));
    CHECK(output([](std::string_view) { result<int>(fail(errc::timeout, "late")).value(); }) ==
          failed("the tool failed: late"));
    auto const dump = output([](std::string_view) -> std::string { throw std::runtime_error(std::string(9000, 'x')); });
    CHECK(dump.size() > 1000);
    CHECK(dump.size() < 1200);
}
#endif

TEST_CASE("toolbox: the first tool that cannot be added is kept as a problem", "[tools]") {
    auto const function = [](std::string_view) {};
    toolbox tools;
    CHECK(tools.empty());
    SECTION("names") {
        auto const* const name = GENERATE("", "two words", "weather.get", "caf\xc3\xa9");
        tools.add(name, "", any_object, function);
        CHECK(problem_of(tools) ==
              "the tool " + quote(name) + " has no valid name; a name is 1 to 64 of a-z, A-Z, 0-9, _ and -");
    }
    SECTION("a long name") {
        tools.add(std::string(64, 'x'), "", any_object, function);
        CHECK(problem_of(tools).empty());
        tools.add(std::string(65, 'x'), "", any_object, function);
        CHECK_FALSE(problem_of(tools).empty());
    }
    SECTION("a name that is taken") {
        tools.add("f", "", any_object, function).add("f", "", any_object, function).add("", "", any_object, function);
        CHECK(problem_of(tools) == "the tool \"f\" is there already; give each tool a name of its own");
        CHECK(tools.specifications().size() == 1);
    }
    SECTION("a schema that is none") {
        tools.add("f", "", "{\"type\":", function);
        CHECK(problem_of(tools) ==
              "the tool \"f\" has a schema that is not JSON: the text ends too early at byte 8; "
              "the least is {\"type\":\"object\"}");
    }
    SECTION("a schema that is no object") {
        tools.add("f", "", "true", function);
        CHECK(problem_of(tools) ==
              "the tool \"f\" has a schema that is no JSON object; the least is {\"type\":\"object\"}");
    }
    SECTION("no function") {
        auto const how = GENERATE(0, 1, 2);
        if (how == 0) tools.add("f", "", any_object, std::function<std::string(std::string const&)>());
        if (how == 1) tools.add("f", "", any_object, static_cast<std::string (*)(std::string const&)>(nullptr));
        if (how == 2) tools.add({.name = "f", .input_schema = any_object}, nullptr);
        CHECK(problem_of(tools) == "the tool \"f\" has no function");
    }
    if (tools.problem()) CHECK(tools.problem()->code == errc::invalid_input);
}

TEST_CASE("toolbox: offers its tools in the order in which they were added", "[tools]") {
    auto const function = [](std::string_view) {};
    toolbox tools;
    tools.add("zebra", "Stripes", any_object, function);
    tools.add({.name = "ape", .input_schema = any_object, .strict = true}, function);
    CHECK_FALSE(tools.empty());
    CHECK(tools.has("ape"));
    CHECK_FALSE(tools.has("bee"));
    CHECK(*json::write(tool_config{.tools = tools.specifications()}) ==
          R"({"tools":[{"toolSpec":{"name":"zebra","description":"Stripes","inputSchema":{"json":{"type":"object"}}}},)"
          R"({"toolSpec":{"name":"ape","inputSchema":{"json":{"type":"object"}},"strict":true}}]})");
}

}  // namespace tool_functions_test
