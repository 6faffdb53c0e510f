#include "bedrock/model/media.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

TEST_CASE("every type of media survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::s3_location>();
    check_random_round_trips<bedrock::error_block>();
    check_random_round_trips<bedrock::media_source>();
    check_random_round_trips<bedrock::image_block>();
    check_random_round_trips<bedrock::document_content_block>();
    check_random_round_trips<bedrock::document_source>();
    check_random_round_trips<bedrock::citations_config>();
    check_random_round_trips<bedrock::document_block>();
    check_random_round_trips<bedrock::video_block>();
    check_random_round_trips<bedrock::audio_block>();
}
