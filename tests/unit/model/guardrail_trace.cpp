#include "bedrock/model/guardrail_trace.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of guardrail_trace survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::guardrail_usage>();
    check_random_round_trips<bedrock::guardrail_coverage>();
    check_random_round_trips<bedrock::guardrail_topic_policy_assessment>();
    check_random_round_trips<bedrock::guardrail_content_policy_assessment>();
    check_random_round_trips<bedrock::guardrail_word_policy_assessment>();
    check_random_round_trips<bedrock::guardrail_sensitive_information_policy_assessment>();
    check_random_round_trips<bedrock::guardrail_contextual_grounding_policy_assessment>();
    check_random_round_trips<bedrock::guardrail_invocation_metrics>();
    check_random_round_trips<bedrock::applied_guardrail_details>();
    check_random_round_trips<bedrock::guardrail_assessment>();
    check_random_round_trips<bedrock::guardrail_trace_assessment>();
}
