#include "bedrock/model/count_tokens.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"
#include "support/recorded_bedrock.hpp"

TEST_CASE("every type of count_tokens survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::count_tokens_input>();
    check_random_round_trips<bedrock::count_tokens_request>();
    check_random_round_trips<bedrock::count_tokens_response>();
}

TEST_CASE("recorded counts are read and written again", "[model]") {
    auto const calls = recorded_calls("count-tokens");
    if (!calls) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    CHECK(calls->size() >= 3);
    for (auto const& call : *calls) {
        INFO(call.id);
        CHECK(json_difference(call.request_body, rewritten<bedrock::count_tokens_request>(call.request_body)) == "");
        CHECK(json_difference(call.response_body, rewritten<bedrock::count_tokens_response>(call.response_body)) == "");
    }
}
