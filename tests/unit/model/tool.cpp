#include "bedrock/model/tool.hpp"

#include <catch2/catch.hpp>

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
