#include "bedrock/model/guardrail_checks.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of guardrail_checks survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::guardrail_checks_content_block>();
    check_random_round_trips<bedrock::guardrail_checks_message>();
    check_random_round_trips<bedrock::guardrail_checks_content_filter_config>();
    check_random_round_trips<bedrock::guardrail_checks_prompt_attack_config>();
    check_random_round_trips<bedrock::guardrail_checks_sensitive_information_config>();
    check_random_round_trips<bedrock::guardrail_checks_config>();
    check_random_round_trips<bedrock::invoke_guardrail_checks_request>();
    check_random_round_trips<bedrock::guardrail_checks_content_filter_result>();
    check_random_round_trips<bedrock::guardrail_checks_prompt_attack_result>();
    check_random_round_trips<bedrock::guardrail_checks_sensitive_information_result>();
    check_random_round_trips<bedrock::guardrail_checks_results>();
    check_random_round_trips<bedrock::guardrail_checks_usage_results>();
    check_random_round_trips<bedrock::invoke_guardrail_checks_response>();
}
