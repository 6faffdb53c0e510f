#include "bedrock/model/automated_reasoning.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of automated_reasoning survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::guardrail_automated_reasoning_finding>();
    check_random_round_trips<bedrock::guardrail_automated_reasoning_policy_assessment>();
}
