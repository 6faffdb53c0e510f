#include "bedrock/model/content.hpp"

#include <catch2/catch.hpp>

#include "support/random_json.hpp"

TEST_CASE("every type of content survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::reasoning_content_block>();
    check_random_round_trips<bedrock::content_block>();
    check_random_round_trips<bedrock::system_content_block>();
    check_random_round_trips<bedrock::message>();
}
