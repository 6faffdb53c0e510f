#include "bedrock/prompt_cache.hpp"

#include "support/catch.hpp"

#include "bedrock/conversation.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {

constexpr char claude[] = "us.anthropic.claude-opus-4-6-v1";
constexpr char nova[] = "amazon.nova-lite-v1:0";

constexpr char brief[] = R"({"cachePoint":{"type":"default"}})";
constexpr char lasting[] = R"({"cachePoint":{"type":"default","ttl":"1h"}})";

converse_request request_for(std::string id) {
    converse_request request;
    request.model_id = std::move(id);
    request.system = {"s"};
    request.tools.tools = {tool_specification{.name = "f", .input_schema = "{}"}};
    request.messages = {user("a"), assistant("b"), user("c")};
    return request;
}

/// A dot for each block, 5 and 1 for cache points of five minutes and of an hour: tools, system prompt, messages.
template <class Blocks>
std::string signs(Blocks const& blocks) {
    std::string all;
    for (auto const& block : blocks) {
        auto const text = *json::write(block);
        all += text == brief ? "5" : text == lasting ? "1" : ".";
    }
    return all;
}

std::string shape(converse_request const& request) {
    auto all = signs(request.tools.tools) + " " + signs(request.system);
    for (auto const& one : request.messages) all += " " + signs(one.content);
    return all;
}

std::string placed(converse_request request, prompt_cache_options const& options = {}) {
    auto const count = place_cache_points(request, find_traits(request.model_id), options);
    auto all = shape(request) + " " + std::to_string(count);
    CHECK(place_cache_points(request, find_traits(request.model_id), options) == 0);
    CHECK(lint(request).count(conversation_issue::misplaced_cache_point) == 0);
    CHECK(lint(request).count(conversation_issue::too_many_cache_points) == 0);
    CHECK(lint(request).count(conversation_issue::cache_point_order) == 0);
    return all;
}

}  // namespace

TEST_CASE("prompt_cache: behind the system prompt and the last message of the user's", "[agent]") {
    CHECK(placed(request_for(claude)) == ". .5 . . .5 2");
    CHECK(placed(request_for(claude), {.retention = cache_retention::brief}) == ". .5 . . .5 2");
    CHECK(placed(request_for(claude), {.retention = cache_retention::lasting}) == ". .1 . . .1 2");
    CHECK(placed(request_for(claude), {.retention = cache_retention::none}) == ". . . . . 0");
    CHECK(placed(request_for(claude), {.in_tools = true}) == ".5 .5 . . .5 3");
    auto request = request_for(claude);
    request.messages.push_back(assistant("d"));
    CHECK(placed(request) == ". .5 . . . . 1");
    request.messages.clear();
    request.system.clear();
    request.tools = {};
    CHECK(placed(request, {.in_tools = true}) == "  0");
}

TEST_CASE("prompt_cache: Nova when asked only, for five minutes, never in tools", "[agent]") {
    CHECK(placed(request_for(nova)) == ". . . . . 0");
    CHECK(placed(request_for(nova), {.retention = cache_retention::lasting, .in_tools = true}) == ". .5 . . .5 2");
    CHECK(placed(request_for("meta.llama3-3-70b-instruct-v1:0"), {.retention = cache_retention::brief}) ==
          ". . . . . 0");
    CHECK(placed(request_for("anthropic.claude-3-haiku-20240307-v1:0")) == ". . . . . 0");
    CHECK(placed(request_for("arn:aws:bedrock:us-east-1:1:application-inference-profile/x"), {.force = true}) ==
          ". .5 . . .5 2");
}

TEST_CASE("prompt_cache: before what changes with every request", "[agent]") {
    auto request = request_for(claude);
    request.system = {"stable", "dynamic"};
    request.messages.back() = user({"c", "context"});
    CHECK(placed(request, {.changing_system_blocks = 1, .changing_message_blocks = 1}) == ". .5. . . .5. 2");
    CHECK(placed(request, {.changing_system_blocks = 2, .changing_message_blocks = 9}) == ". .. . . .. 0");
}

TEST_CASE("prompt_cache: what is there counts", "[agent]") {
    auto request = request_for(claude);
    request.system.emplace_back(cache_point_block{});
    CHECK(placed(request, {.retention = cache_retention::lasting}) == ". .5 . . .5 1");  // no hour behind five minutes
    request.system.back() = cache_point_block{.ttl = cache_ttl::one_hour};
    CHECK(placed(request, {.retention = cache_retention::lasting}) == ". .1 . . .1 1");
    CHECK(placed(request) == ". .1 . . .5 1");
    request.messages[0].content.emplace_back(cache_point_block{});
    CHECK(placed(request, {.retention = cache_retention::lasting}) == ". .1 .5 . .5 1");
    request.messages.back().content.emplace_back(cache_point_block{});
    CHECK(placed(request) == ". .1 .5 . .5 0");

    auto full = request_for(claude);
    full.messages[0].content = {"a", cache_point_block{}, "b", cache_point_block{}, "c", cache_point_block{}};
    CHECK(placed(full) == ". .5 .5.5.5 . . 1");
    CHECK(placed(full, {.max_cache_points = 3}) == ". . .5.5.5 . . 0");
    CHECK(placed(full, {.max_cache_points = 0}) == ". . .5.5.5 . . 0");

    auto between = request_for(claude);
    between.messages.back().content = {"a", cache_point_block{}, "changes"};
    CHECK(placed(between, {.changing_message_blocks = 2}) == ". .5 . . .5. 1");
}

TEST_CASE("prompt_cache: not behind what Converse allows none after", "[agent]") {
    auto request = request_for(claude);
    document_block text{.format = document_format::txt, .name = "n", .source = text_block{"t"}};
    request.messages.back().content = {"read", text, text};
    CHECK(placed(request) == ". .5 . . .5.. 2");
    request.messages.back().content = {text};
    CHECK(placed(request) == ". .5 . . . 1");
    text.format = document_format::pdf;
    request.messages.back().content = {"read", text};
    CHECK(placed(request) == ". .5 . . ..5 2");
}

TEST_CASE("prompt_cache: retentions by name", "[agent]") {
    CHECK(parse_cache_retention("none") == cache_retention::none);
    CHECK(parse_cache_retention("short") == cache_retention::brief);
    CHECK(parse_cache_retention("long") == cache_retention::lasting);
    CHECK_FALSE(parse_cache_retention(""));
    CHECK_FALSE(parse_cache_retention("Long"));
}

TEST_CASE("prompt_cache: tools in one order", "[agent]") {
    tool_config tools;
    sort_tools(tools);
    CHECK(tools.tools.empty());
    for (auto const* const name : {"c", "a", "", "b"})
        tools.tools.emplace_back(tool_specification{.name = name, .description = "1"});
    tools.tools.emplace_back(cache_point_block{});
    tools.tools.emplace_back(system_tool{.name = "y"});
    tools.tools.emplace_back(tool_specification{.name = "x", .description = "1"});
    tools.tools.emplace_back(tool_specification{.name = "x", .description = "2"});
    sort_tools(tools);
    std::string names;
    for (auto const& one : tools.tools) {
        if (auto const* const own = one.get_if<tool_specification>()) names += own->name + own->description + ",";
        if (auto const* const provided = one.get_if<system_tool>()) names += provided->name + ",";
        if (one.holds<cache_point_block>()) names += "|";
    }
    CHECK(names == "1,a1,b1,c1,|x1,x2,y,");
}
