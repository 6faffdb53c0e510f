// Exceptions inside a stream in any state, frames that are none, and answers that are no streams at all; which error
// leads to what, at which place, is in fault_table.cpp.
#include "support/client_fixture.hpp"

#include "support/socket_server.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char said[] = R"({"message":"said the service"})";

}  // namespace

TEST_CASE("stream errors: an exception in the first frame may pass by itself") {
    client_fixture f;
    f.server.enqueue(mock::stream_reply({mock::exception_frame("throttlingException", said)}));
    f.server.enqueue(mock::stream_reply({mock::exception_frame("internalServerException", said)}));
    auto const got = drain(f.client().open_stream(ask_for("hello")));
    REQUIRE(got.end);
    CHECK(got.end->attempts == 3);
    CHECK(got.end->request_id == "00000000-0000-4000-8000-000000000003");
}

TEST_CASE("stream errors: exceptions whose payload is no JSON, or nothing") {
    client_fixture f;
    auto client = f.one_attempt_client();
    for (auto const* payload : {"", "null", "[]", "{\"message\":", "<html>sorry</html>", "\xff\xfe\x80", "{}"}) {
        INFO(payload);
        f.server.enqueue(mock::stream_reply(
            {mock::golden_frames()[0], mock::exception_frame("modelStreamErrorException", payload)}));
        auto const got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::model_stream_error);
        CHECK_FALSE(got.error().message.empty());
        CHECK(valid_utf8(got.error().message));
    }
}

TEST_CASE("stream errors: unknown events are delivered and kept") {
    client_fixture f;
    auto frames = mock::golden_frames();
    frames.insert(frames.begin() + 1, mock::frame("brandNewEvent", R"({"tomorrow":[1,2]})"));
    frames.insert(frames.begin(), mock::frame("hello", "\x01 not JSON"));
    frames.push_back(mock::frame("afterMetadata", "{}"));
    f.server.enqueue(mock::stream_reply(frames));
    auto events = f.client().open_stream(ask_for("hello"));
    std::vector<std::string> unknown;
    for (auto const& event : events)
        if (event.kind() == event_kind::unknown)
            unknown.push_back(std::string(event.type()) + std::string(event.payload()));
    CHECK(unknown ==
          std::vector<std::string>{"hello\x01 not JSON", R"(brandNewEvent{"tomorrow":[1,2]})", "afterMetadata{}"});
    auto const whole = std::move(events).finish();
    REQUIRE(whole);
    CHECK(whole->unmerged_events.size() == 3);
    CHECK(whole->text() == "Hello, world!");
}

TEST_CASE("stream errors: frames that are none") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const frames = mock::golden_frames();
    auto const run = [&](std::string const& bad) {
        f.server.enqueue(mock::stream_reply({frames[0], frames[1], bad}));
        auto const got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::protocol);
        CHECK_FALSE(got.error().retryable);
        REQUIRE(got.error().partial);
        CHECK(got.error().partial->text() == "Hello, ");
        return got.error().message;
    };
    auto const place = " at byte " + std::to_string(frames[0].size() + frames[1].size());
    auto bad = frames[2];
    bad.back() = static_cast<char>(bad.back() ^ 1);
    CHECK(contains(run(bad), place));
    std::string giant{"\x7f\xff\xff\xff\0\0\0\0", 8};
    auto const sum = mock::table_crc32(giant);
    for (int shift = 24; shift >= 0; shift -= 8) giant += static_cast<char>(sum >> shift & 0xff);
    CHECK(contains(run(giant), place));
    CHECK(contains(run("HTTP/1.1 500 Sorry\r\n\r\n"), place));
    run(mock::raw_frame({{":message-type", "event"}, {":event-type", "messageStop"}}, "{"));
    run(mock::raw_frame({}, "{}"));
}

TEST_CASE("stream errors: a frame as large as its limit, and one byte more") {
    client_fixture f;
    f.options.frame_limits.frame = 1 << 20;
    auto client = f.one_attempt_client();
    auto const golden = mock::golden_frames();
    auto const delta = [](std::size_t size) {
        return mock::frame("contentBlockDelta",
                           R"({"contentBlockIndex":0,"delta":{"text":")" + std::string(size, 'x') + R"("}})");
    };
    auto const largest = (1 << 20) - delta(0).size();
    f.server.enqueue(mock::stream_reply({golden[0], delta(largest), golden[3], golden[4]}));
    auto const whole = client.open_stream(ask_for("hello")).finish();
    REQUIRE(whole);
    CHECK(whole->text().size() == largest);
    f.server.enqueue(mock::stream_reply({golden[0], delta(largest + 1), golden[3], golden[4]}));
    CHECK(client.open_stream(ask_for("hello")).finish().error().code == errc::protocol);
}

TEST_CASE("stream errors: a status of 200 that is no stream") {
    client_fixture f;
    auto client = f.client();
    auto const run = [&](mock::reply reply) {
        auto const before = f.server.request_count();
        f.server.enqueue(std::move(reply));
        auto const got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::protocol);
        CHECK(got.error().http_status == 200);
        CHECK(got.error().attempts == 1);
        CHECK(f.server.request_count() == before + 1);
        return got.error().message;
    };
    auto html = mock::json_reply(200, "<html><body>Please log in</body></html>");
    html.headers = {{"Content-Type", "text/html; charset=utf-8"}};
    CHECK(contains(run(html), "text/html"));
    CHECK(contains(run(mock::json_reply(200, "{}")), "application/json"));
    auto untyped = mock::json_reply(200, "");
    untyped.headers = {{"Content-Type", ""}};
    CHECK(contains(run(untyped), "no content type"));
}

TEST_CASE("stream errors: an empty stream is cut short") {
    client_fixture f;
    for (int i = 0; i < 3; ++i) f.server.enqueue(mock::stream_reply({}));
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::truncated);
    CHECK(got.error().attempts == 3);
    CHECK(f.server.request_count() == 3);
}

TEST_CASE("stream errors: a status of 200 that is no Converse response") {
    client_fixture f;
    auto client = f.client();
    for (auto const* body :
         {"", "null", "[]", "\"text\"", "{\"output\":", "<html></html>", "{\"output\":{\"message\":7}}", "\xff",
          "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":{}}}}"}) {
        INFO(body);
        f.server.enqueue(mock::json_reply(200, body));
        auto const got = client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::protocol);
        CHECK(got.error().http_status == 200);
        CHECK(got.error().attempts == 1);
        CHECK_FALSE(got.error().request_id.empty());
        CHECK(contains(got.error().message, "this is not a response of Converse"));
    }
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("stream errors: an answer larger than allowed") {
    client_fixture f;
    f.options.max_answer_bytes = 1000;
    f.server.enqueue(mock::json_reply(200, std::string(1001, ' ')));
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::protocol);
    CHECK(got.error().attempts == 1);
    CHECK(contains(got.error().message, "1000"));
}

TEST_CASE("stream errors: redirects are errors, and the signature stays here") {
    client_fixture f;
    auto client = f.client();
    for (int const status : {301, 302, 307, 308}) {
        mock::server elsewhere;
        auto redirect = mock::json_reply(status, "");
        redirect.headers.emplace_back("Location", elsewhere.url() + "/model/m/converse");
        f.server.enqueue(redirect);
        f.server.enqueue(redirect);
        auto got = client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(got.error().http_status == status);
        CHECK(got.error().attempts == 1);
        got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().http_status == status);
        CHECK(elsewhere.accepted_connections() == 0);
    }
}

TEST_CASE("stream errors: what answers in another language") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("SSH-2.0-OpenSSH_9.2\r\n");
    });
    client_fixture f;
    f.options.endpoint = server.url("");
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::protocol);
    CHECK(got.error().attempts == 1);
}
