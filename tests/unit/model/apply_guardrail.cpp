#include "bedrock/model/apply_guardrail.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of apply_guardrail survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::apply_guardrail_request>();
    check_random_round_trips<bedrock::apply_guardrail_response>();
}
