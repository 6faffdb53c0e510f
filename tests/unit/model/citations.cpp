#include "bedrock/model/citations.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of citations survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::citation_location>();
    check_random_round_trips<bedrock::citation>();
    check_random_round_trips<bedrock::citations_content_block>();
    check_random_round_trips<bedrock::search_result_block>();
}
