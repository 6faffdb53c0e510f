// What a server can make a call hold: whatever it sends, and for as long as it likes, no more than the limits say.
#include "bedrock/client.hpp"

#include "support/allocations.hpp"
#include "support/client_fixture.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

// Of libcurl, the engine and the request; what libcurl takes by malloc is not counted, and bounded by itself.
constexpr std::size_t room = 400'000;

struct outcome {
    error why;
    std::size_t peak_bytes = 0;
};

/// Both kinds of call to a server that answers with what `send` sends.
outcome call_against(bool streaming, std::function<void(connection&)> const& send, client_options options = {}) {
    socket_server server([&](connection& peer) {
        peer.read_request();
        send(peer);
    });
    client_fixture f;
    options.endpoint = server.url("");
    options.credentials = example_keys();
    options.surroundings = f.options.surroundings;
    options.retry.max_attempts = 1;
    client client(std::move(options));
    allocations::peak const most;
    outcome made;
    if (streaming) {
        auto got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        made.why = got.error();
    } else {
        auto got = client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        made.why = got.error();
    }
    made.peak_bytes = most.bytes();
    return made;
}

std::string head(std::string_view more, std::string_view status = "200 OK") {
    return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(more) + "\r\n";
}

void send_for_ever(connection& peer, std::string const& piece) {
    while (peer.send(piece)) {
    }
}

}  // namespace

TEST_CASE("bounded memory: headers without end") {
    auto const streaming = GENERATE(false, true);
    auto const many = GENERATE(false, true);
    auto const got = call_against(streaming, [many](connection& peer) {
        peer.send("HTTP/1.1 200 OK\r\nx-one: ");
        send_for_ever(peer, many ? "y\r\nx-next: y" : std::string(1000, 'y'));
    });
    CHECK((got.why.code == errc::protocol || got.why.code == errc::transport));
    // A list of the shortest headers takes several times what they have on the wire.
    CHECK(got.peak_bytes < 16 * engine::max_header_bytes + room);
}

TEST_CASE("bounded memory: interim answers without end") {
    auto const streaming = GENERATE(false, true);
    auto const got =
        call_against(streaming, [](connection& peer) { send_for_ever(peer, "HTTP/1.1 100 Continue\r\n\r\n"); });
    CHECK((got.why.code == errc::protocol || got.why.code == errc::transport));
    CHECK(got.peak_bytes < engine::max_header_bytes + room);
}

TEST_CASE("bounded memory: a plain answer without end") {
    client_options options;
    options.max_answer_bytes = 1'000'000;
    auto const got = call_against(
        false,
        [](connection& peer) {
            peer.send(head("Content-Type: application/json\r\n"));
            send_for_ever(peer, std::string(10'000, ' '));
        },
        options);
    CHECK(got.why.code == errc::protocol);
    CHECK(contains(got.why.message, "more than 1000000 bytes"));
    CHECK(got.peak_bytes < 4 * options.max_answer_bytes + room);  // a buffer that grows has its old bytes too
}

TEST_CASE("bounded memory: an error without end") {
    auto const streaming = GENERATE(false, true);
    client_options options;
    options.max_answer_bytes = 1'000'000;
    auto const got = call_against(
        streaming,
        [](connection& peer) {
            peer.send(head("x-amzn-ErrorType: ValidationException\r\n", "400 Bad Request"));
            send_for_ever(peer, std::string(10'000, 'x'));
        },
        options);
    CHECK(got.why.code == (streaming ? errc::validation : errc::protocol));
    CHECK(got.why.message.size() < 5'000);
    CHECK(got.peak_bytes < std::size_t{6} << 20);
}

TEST_CASE("bounded memory: a frame that promises more than is allowed, and one that is never whole") {
    client_options options;
    options.frame_limits.frame = 1 << 20;
    auto const larger = mock::frame("messageStart", std::string(2 << 20, ' '));
    auto const got = call_against(
        true,
        [&larger](connection& peer) {
            peer.send(head("Content-Type: application/vnd.amazon.eventstream\r\n"));
            send_for_ever(peer, larger);
        },
        options);
    CHECK(got.why.code == errc::protocol);
    CHECK(contains(got.why.message, "damaged event stream at byte 0"));
    CHECK(got.peak_bytes < engine::high_water_bytes + 2 * room);
}

TEST_CASE("bounded memory: an answer that is compressed is refused unread") {
    auto const streaming = GENERATE(false, true);
    auto const* const coding = GENERATE("gzip", "br", "identity, gzip");
    client_fixture f;
    auto reply = streaming ? mock::stream_reply(mock::golden_frames()) : mock::json_reply(200, "{}");
    reply.headers.emplace_back("Content-Encoding", coding);
    f.server.set_handler([&](auto const&) { return std::optional(reply); });
    auto const got =
        streaming ? f.client().open_stream(ask_for("hello")).finish() : f.client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::protocol);
    CHECK(got.error().http_status == 200);
    CHECK_FALSE(got.error().retryable);
    CHECK_FALSE(got.error().request_id.empty());
    CHECK(contains(got.error().message, std::string("Content-Encoding \"") + coding + '"'));
    CHECK(f.server.request_count() == 1);
    CHECK(mock::header_value(f.server.requests()[0].head.headers, "accept-encoding").empty());
}

TEST_CASE("bounded memory: an encoding that is none is no reason") {
    auto const streaming = GENERATE(false, true);
    client_fixture f;
    auto reply = streaming
                     ? mock::stream_reply(mock::golden_frames())
                     : mock::json_reply(
                           200, R"({"output":{"message":{"role":"assistant","content":[]}},"stopReason":"end_turn",)"
                                R"("usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}})");
    reply.headers.emplace_back("Content-Encoding", " Identity ");
    f.server.enqueue(reply);
    CHECK((streaming ? f.client().open_stream(ask_for("hello")).finish() : f.client().converse(ask_for("hello"))));
}
