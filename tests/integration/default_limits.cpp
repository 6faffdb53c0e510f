// The limits and times that ship, each by its number: another one is a decision, and its documentation changes too.
#include "bedrock/agent_view.hpp"
#include "bedrock/async_client.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/bedrock.hpp"
#include "bedrock/catalogue.hpp"
#include "bedrock/client.hpp"
#include "bedrock/conversation.hpp"
#include "bedrock/json5/document.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/prompt_cache.hpp"
#include "bedrock/reasoning.hpp"
#include "bedrock/testing/wire.hpp"
#include "bedrock/toolbox.hpp"

#include "support/catch.hpp"

using namespace bedrock;

TEST_CASE("default limits: of a client and of a call") {
    client_options const client;
    CHECK(client.timeouts.connect_ms == 10'000);
    CHECK(client.timeouts.first_event_ms == 900'000);
    CHECK(client.timeouts.first_byte_ms == 3'600'000);
    CHECK(client.timeouts.idle_ms == 300'000);
    CHECK(client.timeouts.total_ms == 0);
    CHECK_FALSE(client.retry.max_attempts);
    CHECK(client.retry.throttle_patience_ms == 0);
    CHECK_FALSE(client.retry.repeat_after_timeout);
    CHECK(client.max_answer_bytes == 67'108'864);
    CHECK(client.max_blocks == 10'000);
    CHECK(client.frame_limits.frame == 16'777'216);
    CHECK(client.frame_limits.headers == 131'072);
    CHECK(client.allowed_regions.empty());
    CHECK_FALSE(client.allow_plain_http);
    CHECK_FALSE(client.region_of_instance);
    CHECK_FALSE(client.fresh_connection);
    CHECK_FALSE(client.network.http2);
    CHECK_FALSE(call_options().timeouts);
    CHECK_FALSE(call_options().retry);
    CHECK_FALSE(call_options().fresh_connection);

    retry::policy const retries;
    CHECK(retries.max_attempts == 3);
    CHECK(retries.transient_base_ms == 50);
    CHECK(retries.throttling_base_ms == 1'000);
    CHECK(retries.max_backoff_ms == 20'000);
    CHECK(retries.max_extension_ms == 5'000);
    CHECK(retries.patient_pause_ms == 1'000);
    CHECK(retries.transient_cost == 14);
    CHECK(retries.throttling_cost == 5);
}

TEST_CASE("default limits: of connections and bodies") {
    CHECK(http::request().max_body == 67'108'864);
    CHECK(engine::max_header_bytes == 262'144);
    CHECK(engine::high_water_bytes == 262'144);
    CHECK(call_tools::max_connections == 8);
    CHECK(error_limits().max_body == 65'536);
    CHECK(error_limits().max_message == 4'096);
    CHECK(error_limits().max_excerpt == 240);
    CHECK(accumulator_limits().max_bytes == 67'108'864);
    CHECK(accumulator_limits().max_blocks == 10'000);
    CHECK(event_stream::encoder_options().header_value == 32'767);
    CHECK(event_stream::encoder_options().sizes.frame == 16'777'216);
    CHECK(testing::wire_limits().head == 65'536);
    CHECK(testing::wire_limits().body == 67'108'864);
    CHECK(detail::events_a_turn == 64);
}

TEST_CASE("default limits: of files, commands and texts") {
    CHECK(file_ask("").max_bytes == 4'194'304);
    CHECK(process_ask("").timeout_ms == 60'000);
    CHECK(process_ask("").max_output == 1'048'576);
    CHECK(ini::limits().text == 16'777'216);
    CHECK(ini::limits().line == 131'072);
    CHECK(profile_limits().sections == 65'536);
    CHECK(profile_limits().properties == 524'288);
    CHECK(profile_limits().warnings == 64);
    CHECK(json::reader_options().max_depth == 512);
    CHECK(json::depth_capacity == 1'024);
    CHECK(json5::limits().bytes == 4'194'304);
    CHECK(json5::limits().values == 100'000);
    CHECK(json5::limits().depth == 512);
}

TEST_CASE("default limits: of credential sources") {
    CHECK(fetch_limits().connect_ms == 1'000);
    CHECK(fetch_limits().read_ms == 1'000);
    CHECK(fetch_limits().max_body == 65'536);
    CHECK(process_options().timeout_ms == 60'000);
    CHECK(process_options().max_output == 1'048'576);
    CHECK(cache_rules().renew_ahead_ms == 300'000);
    CHECK(cache_rules().jitter_ms == 60'000);
    CHECK(cache_rules().retry_ms == 30'000);
    CHECK(cache_rules().longest_flight_ms == 75'000);
    CHECK(imds_options().attempts == 2);
    CHECK(imds_options().absence_ms == 300'000);
    CHECK(imds_options().token_ttl_seconds == 21'600);
    CHECK(imds_options().limits.connect_ms == 1'000);
    CHECK(container_options().limits.connect_ms == 2'000);
    CHECK(container_options().limits.read_ms == 5'000);
    CHECK(container_options().limits.max_body == 65'536);
    CHECK(container_options().attempts == 3);
    CHECK(container_options().pause_ms == 1'000);
    CHECK(container_options().max_token == 16'384);
}

TEST_CASE("default limits: of tools, conversations and model lists") {
    CHECK(tool_options().rounds == 10);
    CHECK(tool_options().uses_per_round == 32);
    CHECK(tool_options().total_ms == 0);
    CHECK(tool_options().with_error_status);
    CHECK(catalogue_options().refresh_seconds == 3'600);
    CHECK(catalogue_options().cache_file.empty());
    CHECK(list_rules().default_context_window == 32'000);
    CHECK(list_rules().default_max_tokens == 4'096);
    CHECK_FALSE(list_rules().all);
    CHECK(normalize_policy().max_cache_points == 4);
    CHECK(prompt_cache_options().max_cache_points == 4);
    CHECK_FALSE(agent_options().hold_tool_calls);
    CHECK(reasoning_options().model_max_tokens == 0);
    CHECK(reasoning_options().interleaved);
}
