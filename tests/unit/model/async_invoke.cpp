#include "bedrock/model/async_invoke.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of async_invoke survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::async_invoke_s3_output_data_config>();
    check_random_round_trips<bedrock::async_invoke_output_data_config>();
    check_random_round_trips<bedrock::tag>();
    check_random_round_trips<bedrock::start_async_invoke_request>();
    check_random_round_trips<bedrock::start_async_invoke_response>();
    check_random_round_trips<bedrock::get_async_invoke_response>();
    check_random_round_trips<bedrock::async_invoke_summary>();
    check_random_round_trips<bedrock::list_async_invokes_response>();
}
