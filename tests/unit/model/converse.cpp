#include "bedrock/model/converse.hpp"

#include <catch2/catch.hpp>

#include "support/random_json.hpp"

TEST_CASE("every type of converse survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::inference_config>();
    check_random_round_trips<bedrock::prompt_variable_value>();
    check_random_round_trips<bedrock::performance_config>();
    check_random_round_trips<bedrock::service_tier>();
    check_random_round_trips<bedrock::output_config>();
    check_random_round_trips<bedrock::converse_request>();
    check_random_round_trips<bedrock::token_usage>();
    check_random_round_trips<bedrock::converse_metrics>();
    check_random_round_trips<bedrock::converse_trace>();
    check_random_round_trips<bedrock::prompt_router_trace>();
    check_random_round_trips<bedrock::converse_response>();
}
