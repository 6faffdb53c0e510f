#include "bedrock/invoke.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bedrock;

static_assert(!std::is_copy_constructible_v<chunk_reader>);
static_assert(std::is_nothrow_move_constructible_v<chunk_reader> && std::is_nothrow_move_assignable_v<chunk_reader>);
static_assert(std::input_iterator<chunk_reader::iterator>);

namespace {

std::string const payload = R"({"inputText":"a body that is longer than one chunk"})";

invoke_model_request invocation() {
    return {.model_id = "amazon.titan-text-express-v1", .body = payload};
}

mock::reply chunks(std::vector<std::string> const& base64) {
    std::vector<std::string> frames;
    for (auto const& one : base64) frames.push_back(mock::frame("chunk", R"({"bytes":")" + one + R"("})"));
    return mock::stream_reply(frames);
}

std::string header(mock::received_request const& request, std::string_view name) {
    return mock::has_header(request.head.headers, name) ? mock::header_value(request.head.headers, name) : "-";
}

}  // namespace

TEST_CASE("invoke: any bytes there, any bytes back", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const reply = client.invoke_model(invocation());
    REQUIRE(reply);
    CHECK(reply->body == payload);
    CHECK(reply->content_type == "application/json");
    CHECK(reply->attempts == 1);
    CHECK(reply->request_id == "00000000-0000-4000-8000-000000000001");
    CHECK(http::find_header(reply->headers, "x-amzn-bedrock-input-token-count") != "");
    CHECK_FALSE(reply->service_tier.is_set());
    auto const plain = f.server.requests().at(0);
    CHECK(plain.head.target == "/model/amazon.titan-text-express-v1/invoke");
    CHECK(plain.body == payload);
    CHECK(header(plain, "content-type") == "application/json");
    for (auto const* const absent :
         {"accept", "x-amzn-bedrock-accept", "x-amzn-bedrock-trace", "x-amzn-bedrock-guardrailidentifier",
          "x-amzn-bedrock-guardrailversion", "x-amzn-bedrock-service-tier", "x-amzn-bedrock-request-metadata"})
        CHECK(header(plain, absent) == "-");

    std::string every_byte;
    for (int byte = 0; byte != 256; ++byte) every_byte += static_cast<char>(byte);
    auto const binary = client.invoke_model({.model_id = "m", .body = every_byte, .content_type = "image/png"});
    REQUIRE(binary);
    CHECK(binary->body == every_byte);
    CHECK(binary->content_type == "image/png");
    auto const empty = client.invoke_model({.model_id = "m"});
    REQUIRE_FALSE(empty);  // the mock answers with the body that it got: a response has one
    CHECK(empty.error().code == errc::protocol);
}

TEST_CASE("invoke: every header, signed", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto request = invocation();
    request.accept = "text/x";
    request.trace = invoke_trace::enabled;
    request.guardrail_identifier = "abc";
    request.guardrail_version = "DRAFT";
    request.performance_config_latency = performance_latency::optimized;
    request.service_tier = service_tier_type::flex;
    request.request_metadata = {{"team", "red"}};
    auto const plain = client.invoke_model(request);
    REQUIRE(plain);
    CHECK(plain->content_type == "text/x");
    CHECK(plain->performance_config_latency == performance_latency::optimized);
    CHECK(plain->service_tier == service_tier_type::flex);
    auto const streamed = client.open_invoke_stream(request).finish();
    REQUIRE(streamed);
    CHECK(streamed->content_type == "text/x");
    CHECK(streamed->performance_config_latency == performance_latency::optimized);
    CHECK(streamed->service_tier == service_tier_type::flex);
    auto const requests = f.server.requests();
    for (auto const& one : requests) {
        CHECK(header(one, "x-amzn-bedrock-trace") == "ENABLED");
        CHECK(header(one, "x-amzn-bedrock-guardrailidentifier") == "abc");
        CHECK(header(one, "x-amzn-bedrock-guardrailversion") == "DRAFT");
        CHECK(header(one, "x-amzn-bedrock-performanceconfig-latency") == "optimized");
        CHECK(header(one, "x-amzn-bedrock-service-tier") == "flex");
        CHECK(header(one, "x-amzn-bedrock-request-metadata") == R"({"team":"red"})");
        CHECK(contains(header(one, "authorization"), ";x-amzn-bedrock-trace"));
    }
    CHECK(header(requests.at(0), "accept") == "text/x");
    CHECK(header(requests[0], "x-amzn-bedrock-accept") == "-");
    CHECK(requests.at(1).head.target == "/model/amazon.titan-text-express-v1/invoke-with-response-stream");
    CHECK(header(requests[1], "accept") == "application/vnd.amazon.eventstream");
    CHECK(header(requests[1], "x-amzn-bedrock-accept") == "text/x");
}

TEST_CASE("invoke: a request that cannot be sent", "[client]") {
    client_fixture f;
    auto client = f.client();
    CHECK(client.invoke_model({.body = "{}"}).error().code == errc::invalid_input);
    CHECK(client.open_invoke_stream({.body = "{}"}).finish().error().code == errc::invalid_input);
    auto split = invocation();
    split.content_type = "text/plain\r\nevil: 1";
    CHECK(client.invoke_model(split).error().code == errc::invalid_input);
    CHECK(client.invoke_model(split).error().message ==
          "the header \"Content-Type\" cannot be sent: its value has a line break");
    auto guarded = invocation();
    guarded.guardrail_identifier = "abc\nevil: 1";
    CHECK(client.invoke_model(guarded).error().code == errc::invalid_input);
    auto tagged = invocation();
    tagged.request_metadata = {{"k", "\xff"}};
    CHECK(client.open_invoke_stream(tagged).finish().error().code == errc::invalid_input);
    auto traced = invocation();
    traced.trace = invoke_trace::enabled;
    call_options again;
    again.headers = {{"x-amzn-bedrock-trace", "DISABLED"}};
    CHECK(client.invoke_model(traced, again).error().code == errc::invalid_input);
    CHECK(client.invoke_model(traced, again).error().message ==
          "the header \"x-amzn-bedrock-trace\" is not the caller's to set: the request has its own");
    CHECK(f.server.accepted_connections() == 0);
    REQUIRE(client.invoke_model(invocation(), again));
    CHECK(header(f.server.requests().at(0), "x-amzn-bedrock-trace") == "DISABLED");
}

TEST_CASE("invoke stream: chunk by chunk, then all of them", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto chunks = client.open_invoke_stream(invocation());
    CHECK(f.server.accepted_connections() == 0);
    std::string text;
    std::size_t count = 0;
    for (auto const& chunk : chunks) {
        text += chunk.text();
        ++count;
        CHECK(chunk.type() == "chunk");
        CHECK(contains(chunk.payload(), R"("p":")"));
    }
    CHECK(text == payload);
    CHECK(count == 4);
    auto const whole = std::move(chunks).finish();
    REQUIRE(whole);
    REQUIRE(whole->chunks.size() == 4);
    CHECK(whole->chunks[0] == payload.substr(0, 16));
    CHECK(whole->content_type == "application/json");
    CHECK(http::find_header(whole->headers, "content-type") == "application/vnd.amazon.eventstream");
    CHECK(whole->attempts == 1);
    CHECK(whole->request_id == "00000000-0000-4000-8000-000000000001");
}

TEST_CASE("invoke stream: pushed, and stopped", "[client]") {
    client_fixture f;
    auto client = f.client();
    std::string text;
    auto const all = client.invoke_model_stream(invocation(), [&](invoke_chunk const& chunk) { text += chunk.text(); });
    REQUIRE(all);
    CHECK(text == payload);
    int seen = 0;
    auto const some = client.invoke_model_stream(invocation(), [&](invoke_chunk const&) { return ++seen < 2; });
    REQUIRE_FALSE(some);
    CHECK(seen == 2);
    CHECK(some.error().code == errc::cancelled);
    REQUIRE(some.error().partial_chunks);
    CHECK(some.error().partial_chunks->chunks ==
          std::vector<std::string>{payload.substr(0, 16), payload.substr(16, 16)});
    CHECK(some.error().partial == nullptr);
}

TEST_CASE("invoke stream: only a body that ended by itself after a chunk is a success", "[client]") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const whole = chunks({"AAEC", "AwQ="});
    std::size_t size = 0;
    for (auto const& part : whole.parts) size += part.bytes.size();
    auto const first = whole.parts[0].bytes.size();
    for (std::size_t cut = 0; cut <= size; ++cut) {
        f.server.enqueue(mock::cut_after(whole, cut));
        auto const got = client.open_invoke_stream(invocation()).finish();
        INFO(cut);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::truncated);
        CHECK((got.error().partial_chunks != nullptr) == (cut >= first));
        CHECK(got.error().content_emitted == (cut >= first));
        if (cut < first) continue;
        CHECK(got.error().partial_chunks->chunks.size() == (cut < size ? 1u : 2u));
        CHECK(got.error().partial_chunks->request_id == got.error().request_id);
        CHECK(got.error().partial_chunks->attempts == 1);
    }
    f.server.enqueue(mock::stream_reply({}));
    auto const empty = client.open_invoke_stream(invocation()).finish();
    REQUIRE_FALSE(empty);
    CHECK(empty.error().code == errc::truncated);
    CHECK(empty.error().message == "the stream was cut short before chunk, after 0 events");
    f.server.enqueue(mock::stream_reply({mock::frame("ofTomorrow", "{}")}));
    CHECK(client.open_invoke_stream(invocation()).finish().error().code == errc::truncated);
    f.server.enqueue(whole);
    CHECK(client.open_invoke_stream(invocation()).finish());
}

TEST_CASE("invoke stream: exceptions, damage and unknown events", "[client]") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto failing = chunks({"AAEC"});
    failing.parts.push_back({mock::exception_frame("modelTimeoutException", R"({"message":"too slow"})"), {}});
    f.server.enqueue(failing);
    auto const late = client.open_invoke_stream(invocation()).finish();
    REQUIRE_FALSE(late);
    CHECK(late.error().code == errc::model_timeout);
    CHECK(late.error().message == "too slow");
    CHECK(late.error().partial_chunks->chunks.size() == 1);

    f.server.enqueue(chunks({"AAEC", "no base64"}));
    auto const damaged = client.open_invoke_stream(invocation()).finish();
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().code == errc::protocol);
    CHECK(damaged.error().message.rfind("the event chunk: bytes: ", 0) == 0);

    auto strange = chunks({"AAEC"});
    strange.parts.insert(strange.parts.begin(), {mock::frame("ofTomorrow", R"({"a":1})"), {}});
    f.server.enqueue(strange);
    auto reader = client.open_invoke_stream(invocation());
    auto const* const unknown = reader.next();
    REQUIRE(unknown);
    CHECK(unknown->type() == "ofTomorrow");
    CHECK(unknown->payload() == R"({"a":1})");
    auto const end = std::move(reader).finish();
    REQUIRE(end);
    CHECK(end->chunks.size() == 1);
}

TEST_CASE("invoke stream: cancelled while it waits", "[client]") {
    client_fixture f;
    mock::gate held;
    auto stopped = chunks({"AAEC", "AwQF"});
    stopped.parts[1].hold = held;
    f.server.enqueue(stopped);
    auto reader = f.client().open_invoke_stream(invocation());
    REQUIRE(reader.next());
    auto handle = reader.canceller();
    handle.cancel();
    CHECK(reader.next() == nullptr);
    CHECK(f.server.wait_for_peer_closes(1));
    auto const got = std::move(reader).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    REQUIRE(got.error().partial_chunks);
    CHECK(got.error().partial_chunks->chunks.size() == 1);
}

TEST_CASE("invoke stream: repeated while nothing was delivered, and not afterwards", "[client]") {
    client_fixture f;
    f.server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    f.server.enqueue(mock::cut_after(chunks({"AAEC"}), 5));
    f.server.enqueue(chunks({"AAEC"}));
    auto const third = f.client().open_invoke_stream(invocation()).finish();
    REQUIRE(third);
    CHECK(third->attempts == 3);
    auto whole = chunks({"AAEC", "AwQF"});
    f.server.enqueue(mock::cut_after(whole, whole.parts[0].bytes.size()));
    auto const cut = f.client().open_invoke_stream(invocation()).finish();
    REQUIRE_FALSE(cut);
    CHECK(cut.error().attempts == 1);
}
