#include "bedrock/model/count_tokens.hpp"

#include <catch2/catch.hpp>

#include "support/random_json.hpp"

TEST_CASE("every type of count_tokens survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::count_tokens_input>();
    check_random_round_trips<bedrock::count_tokens_request>();
    check_random_round_trips<bedrock::count_tokens_response>();
}
