#include "bedrock/model/tool.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of tool survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::cache_point_block>();
    check_random_round_trips<bedrock::tool_use_block>();
    check_random_round_trips<bedrock::tool_result_content_block>();
    check_random_round_trips<bedrock::tool_result_block>();
    check_random_round_trips<bedrock::tool_addition_block>();
    check_random_round_trips<bedrock::tool_removal_block>();
    check_random_round_trips<bedrock::tool_specification>();
    check_random_round_trips<bedrock::tool>();
    check_random_round_trips<bedrock::tool_choice>();
    check_random_round_trips<bedrock::tool_config>();
}

TEST_CASE("a tool use without input sends an empty object", "[model]") {
    CHECK(*bedrock::json::write(bedrock::tool_use_block{.tool_use_id = "t", .name = "f"}) ==
          R"({"toolUseId":"t","name":"f","input":{}})");
}

TEST_CASE("an unfinished input stays out of the body", "[model]") {
    CHECK(*bedrock::json::write(bedrock::tool_use_block{.tool_use_id = "t", .name = "f", .incomplete_input = "{\"a"}) ==
          R"({"toolUseId":"t","name":"f","input":{}})");
}

TEST_CASE("a schema of another kind than json survives", "[model]") {
    CHECK(rewritten<bedrock::tool_specification>(R"({"name":"n","inputSchema":{"yaml":"a: 1"}})") ==
          R"({"name":"n","inputSchema":{"yaml":"a: 1"}})");
    CHECK(rewritten<bedrock::tool_specification>(R"({"name":"n","inputSchema":{"json":{}}})") ==
          R"({"name":"n","inputSchema":{"json":{}}})");
}

TEST_CASE("tools, choices and changes of the tool set have the wire names of the service", "[model]") {
    char const* const text =
        R"({"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}},"strict":false}},)"
        R"({"systemTool":{"name":"s"}},{"cachePoint":{"type":"default"}}],"toolChoice":{"any":{}}})";
    auto const config = bedrock::json::read<bedrock::tool_config>(text);
    REQUIRE(config);
    CHECK(config->tools.at(0).get_if<bedrock::tool_specification>()->strict == false);
    CHECK(config->choice.holds<bedrock::any_tool_choice>());
    CHECK(*bedrock::json::write(*config) == text);
}
