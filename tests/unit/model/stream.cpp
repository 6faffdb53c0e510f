#include "bedrock/model/stream.hpp"

#include <catch2/catch.hpp>

#include "support/random_json.hpp"

TEST_CASE("every type of stream survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::message_start_event>();
    check_random_round_trips<bedrock::content_block_start>();
    check_random_round_trips<bedrock::content_block_start_event>();
    check_random_round_trips<bedrock::content_block_delta>();
    check_random_round_trips<bedrock::content_block_delta_event>();
    check_random_round_trips<bedrock::content_block_stop_event>();
    check_random_round_trips<bedrock::message_stop_event>();
    check_random_round_trips<bedrock::metadata_event>();
}
