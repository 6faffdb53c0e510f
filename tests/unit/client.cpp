#include "bedrock/client.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bedrock;

static_assert(std::is_copy_constructible_v<client> && std::is_copy_assignable_v<client>);

TEST_CASE("client: converse, from prompt to text", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const reply = client.converse(ask_for("hello there"));
    REQUIRE(reply);
    CHECK(contains(reply->text(), "hello there"));
    CHECK(reply->stop_reason == stop_reason::end_turn);
    CHECK(reply->attempts == 1);
    CHECK(reply->request_id == "00000000-0000-4000-8000-000000000001");
    auto const request = f.server.requests().at(0);
    CHECK(request.head.target == "/model/anthropic.claude-v2%3A1/converse");
    CHECK(request.body == R"({"messages":[{"role":"user","content":[{"text":"hello there"}]}]})");
    CHECK(mock::header_value(request.head.headers, "accept") == "application/json");
}

TEST_CASE("client: a stream is the same answer in pieces", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const whole = client.converse(ask_for("count to 20"));
    REQUIRE(whole);
    std::string text;
    auto const streamed =
        client.converse_stream(ask_for("count to 20"), [&](stream_event const& event) { text += event.text(); });
    REQUIRE(streamed);
    CHECK(streamed->text() == whole->text());
    CHECK(text == whole->text());
    CHECK(streamed->usage.output_tokens == whole->usage.output_tokens);
    auto const requests = f.server.requests();
    CHECK(requests.at(1).head.target == "/model/anthropic.claude-v2%3A1/converse-stream");
    CHECK(mock::header_value(requests[1].head.headers, "accept") == "application/vnd.amazon.eventstream");
    CHECK(requests[1].connection == requests[0].connection);
}

TEST_CASE("client: a callback that says no ends the stream, and no other call", "[client]") {
    client_fixture f;
    mock::gate held;
    auto endless = mock::stream_reply(mock::golden_frames());
    endless.parts[3].hold = held;
    f.server.enqueue(endless);
    auto client = f.client();
    call_options options;
    options.cancel.emplace();
    int seen = 0;
    auto const stopped = client.converse_stream(
        ask_for("hello"), [&](stream_event const&) { return ++seen < 3; }, options);
    REQUIRE_FALSE(stopped);
    CHECK(seen == 3);
    CHECK(stopped.error().code == errc::cancelled);
    CHECK(stopped.error().content_emitted);
    REQUIRE(stopped.error().partial);
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK_FALSE(options.cancel->cancelled());
    CHECK(client.converse(ask_for("again"), options));

    auto const agreed = client.converse_stream(
        ask_for("hello"), [](stream_event const&) { return true; }, options);
    CHECK(agreed);
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("client: a callback that throws closes the stream", "[client]") {
    client_fixture f;
    mock::gate held;
    auto stopped = mock::stream_reply(mock::golden_frames());
    stopped.parts[1].hold = held;
    f.server.enqueue(stopped);
    auto client = f.client();
    CHECK_THROWS_AS(client.converse_stream(ask_for("hello"), [](stream_event const&) { throw 42; }), int);
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK(client.converse(ask_for("again")));
}
#endif

TEST_CASE("client: requests that cannot be sent", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto got = client.converse(ask_for("hello", ""));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(got.error().message == "model_id is empty; name a model, profile or ARN");
    auto warm = ask_for("hello");
    warm.inference.temperature = std::numeric_limits<float>::quiet_NaN();
    got = client.converse(warm);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(got.error().attempts == 0);
    CHECK(f.server.accepted_connections() == 0);
}

TEST_CASE("client: copies share connections", "[client]") {
    client_fixture f;
    auto first = f.client();
    REQUIRE(first.converse(ask_for("one")));
    auto second = first;
    auto const third = std::move(first);
    REQUIRE(second.converse(ask_for("two")));
    second = third;
    REQUIRE(second.converse(ask_for("three")));
    CHECK(f.server.accepted_connections() == 1);
    call_options fresh;
    fresh.fresh_connection = true;
    REQUIRE(second.converse(ask_for("four"), fresh));
    CHECK(f.server.accepted_connections() == 2);
}

TEST_CASE("client: an endpoint without a scheme is refused, naming the option that has it", "[client]") {
    client_fixture f;
    std::string const problem =
        "the endpoint URL \"localhost:4010\" has no scheme: write http://... or https://... (set by ";
    call_options for_this;
    for_this.endpoint = "localhost:4010";
    auto const by_call = f.client().converse(ask_for("x"), for_this);
    REQUIRE_FALSE(by_call);
    CHECK(by_call.error().code == errc::invalid_input);
    CHECK(by_call.error().message == problem + "call option)");
    f.options.endpoint = "localhost:4010";
    auto const by_client = f.client().converse(ask_for("x"));
    REQUIRE_FALSE(by_client);
    CHECK(by_client.error().code == errc::invalid_input);
    CHECK(by_client.error().message == problem + "client option)");
    CHECK(f.server.accepted_connections() == 0);
}

TEST_CASE("client: explains itself without a call", "[client]") {
    client_fixture f;
    f.options.credentials.reset();
    (*f.set)["AWS_ACCESS_KEY_ID"] = example_key_id;
    (*f.set)["AWS_SECRET_ACCESS_KEY"] = example_secret;
    auto client = f.client();
    auto const why = client.explain({}, "arn:aws:bedrock:eu-west-3:123456789012:inference-profile/x");
    CHECK_FALSE(why.problem);
    CHECK(why.region.value == "eu-west-3");
    CHECK(why.endpoint.value == f.server.url());
    CHECK(why.access_key_id == "…MPLE");
    CHECK_FALSE(contains(why.text(), example_secret));
    CHECK(f.server.accepted_connections() == 0);
    call_options options;
    options.cancel.emplace();
    options.cancel->cancel();
    CHECK(client.explain(options).problem->code == errc::cancelled);
}
