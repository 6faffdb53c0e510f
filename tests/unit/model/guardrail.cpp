#include "bedrock/model/guardrail.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of guardrail survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::guardrail_config>();
    check_random_round_trips<bedrock::guardrail_text_block>();
    check_random_round_trips<bedrock::guardrail_image_block>();
    check_random_round_trips<bedrock::guardrail_content_block>();
}
