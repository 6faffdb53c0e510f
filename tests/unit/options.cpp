#include "bedrock/options.hpp"

#include "support/catch.hpp"

using namespace bedrock;

TEST_CASE("options: the defaults are those of the rulings", "[options]") {
    client_options const client;
    CHECK(client.auth == auth_scheme::automatic);
    CHECK(client.timeouts.connect_ms == 10'000);
    CHECK(client.timeouts.first_event_ms == 15 * 60'000);
    CHECK(client.timeouts.first_byte_ms == 60 * 60'000);
    CHECK(client.timeouts.idle_ms == 5 * 60'000);
    CHECK(client.timeouts.total_ms == 0);
    CHECK_FALSE(client.retry.max_attempts);
    CHECK_FALSE(client.retry.repeat_after_timeout);
    CHECK_FALSE(client.fresh_connection);
    CHECK(client.retry.throttle_patience_ms == 0);
    CHECK_FALSE(client.network.proxy);
    CHECK_FALSE(client.network.http2);
    CHECK(client.network.unix_socket.empty());
    CHECK(client.frame_limits.frame == 16u << 20);
    CHECK_FALSE(client.surroundings);
    CHECK(client.max_answer_bytes > 25'000'000 / 3 * 4);
    call_options const call;
    CHECK_FALSE(call.timeouts);
    CHECK_FALSE(call.cancel);
    CHECK(call.headers.empty());
}

TEST_CASE("options: designated initialisers need name nothing else", "[options]") {
    client_options const client{.region = "eu-west-1", .retry = {.max_attempts = 1}};
    CHECK(client.retry.max_attempts == 1);
    call_options const call{.headers = {{"x-amz-one", "1"}}, .timeouts = http::timeouts{.total_ms = 5}};
    CHECK(call.timeouts->total_ms == 5);
    CHECK(call.timeouts->connect_ms == 10'000);
}
