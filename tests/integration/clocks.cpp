// The clocks of a call as a user meets them: which one ran out, and whether the request is sent again.
#include "support/client_fixture.hpp"

#include "support/socket_server.hpp"

#include <cstddef>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

/// A reply that is held for ever from a place on.
mock::reply held_before_head() {
    auto made = mock::stream_reply(mock::golden_frames());
    made.hold_head.emplace();
    return made;
}

mock::reply held_before_part(std::size_t part) {
    auto made = mock::stream_reply(mock::golden_frames());
    made.parts[part].hold.emplace();
    return made;
}

void check_clock(result<converse_response> const& got, std::string const& clock, std::string const& limit,
                 int attempts) {
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timeout);
    CHECK(got.error().name == "Timeout");
    INFO(got.error().message);
    CHECK(contains(got.error().message, "within " + limit + " (the " + clock + " clock)"));
    CHECK(got.error().attempts == attempts);
}

}  // namespace

TEST_CASE("clocks: connect, which may be repeated") {
    client_fixture f;
    black_hole hole;
    f.options.endpoint = hole.url("");
    f.options.timeouts.connect_ms = 60;
    check_clock(f.client().converse(ask_for("hello")), "connect", "0.06 s", 3);
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    check_clock(got, "connect", "0.06 s", 3);
    CHECK(got.error().retryable);
    CHECK(contains(got.error().message, hole.url("")));
}

TEST_CASE("clocks: the first byte of a plain answer, which is not repeated") {
    client_fixture f;
    f.options.timeouts.first_byte_ms = 70;
    f.server.enqueue(held_before_head());
    auto const got = f.client().converse(ask_for("hello"));
    check_clock(got, "first byte", "0.07 s", 1);
    CHECK_FALSE(got.error().retryable);
    CHECK(f.server.wait_for_requests(1));
    CHECK(f.server.request_count() == 1);
    CHECK(f.server.wait_for_peer_closes(1));
}

TEST_CASE("clocks: the first event of a stream, before and behind its head, which is not repeated") {
    client_fixture f;
    f.options.timeouts.first_event_ms = 80;
    f.options.timeouts.idle_ms = 20;  // runs from the first event on
    for (auto const& reply : {held_before_head(), held_before_part(0)}) {
        auto const before = f.server.request_count();
        f.server.enqueue(reply);
        auto const got = f.client().open_stream(ask_for("hello")).finish();
        check_clock(got, "first event", "0.08 s", 1);
        CHECK_FALSE(got.error().retryable);
        CHECK_FALSE(got.error().content_emitted);
        CHECK(f.server.wait_for_requests(before + 1));
        CHECK(f.server.request_count() == before + 1);
    }
    CHECK(f.server.wait_for_peer_closes(2));
}

TEST_CASE("clocks: a time-out behind the request is repeated for those who ask for it") {
    client_fixture f;
    f.options.timeouts.first_event_ms = 200;
    f.options.timeouts.first_byte_ms = 200;
    f.options.retry.repeat_after_timeout = true;
    for (auto const& reply : {held_before_head(), held_before_part(0)}) {
        f.server.enqueue(reply);
        f.server.enqueue(mock::stream_reply(mock::golden_frames()));
        auto const got = f.client().open_stream(ask_for("hello")).finish();
        REQUIRE(got);
        CHECK(got->attempts == 2);
    }
    f.server.enqueue(held_before_head());
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE(got);
    CHECK(got->attempts == 2);
    CHECK(f.server.wait_for_requests(6));
    CHECK(f.server.request_count() == 6);
}

TEST_CASE("clocks: idle, in the middle of a stream, of a plain answer and of an error") {
    client_fixture f;
    f.options.timeouts.idle_ms = 60;
    f.options.retry.repeat_after_timeout = true;  // no matter: content was delivered
    f.server.enqueue(held_before_part(2));
    auto got = f.client().open_stream(ask_for("hello")).finish();
    check_clock(got, "idle", "0.06 s", 1);
    CHECK(got.error().content_emitted);
    REQUIRE(got.error().partial);
    CHECK(got.error().partial->text() == "Hello, ");
    CHECK(f.server.wait_for_requests(1));
    CHECK(f.server.request_count() == 1);

    f.options.retry.repeat_after_timeout = false;
    auto half = mock::json_reply(200, "{\"output\":");
    half.parts.push_back({"never", mock::gate()});
    f.server.enqueue(half);
    check_clock(f.client().converse(ask_for("hello")), "idle", "0.06 s", 1);
    half.status = 403;
    half.headers.emplace_back("x-amzn-ErrorType", "AccessDeniedException");
    f.server.enqueue(half);
    got = f.client().open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::access_denied);  // what is known counts
}

TEST_CASE("clocks: messageStop without the end of the body is not the end") {
    client_fixture f;
    f.options.timeouts.idle_ms = 60;
    f.server.enqueue(held_before_part(5));
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    check_clock(got, "idle", "0.06 s", 1);
    CHECK(got.error().partial->stop_reason == stop_reason::end_turn);
}

TEST_CASE("clocks: the total of a call, its repeats and pauses") {
    client_fixture f;
    f.options.timeouts.total_ms = 90;
    f.server.enqueue(held_before_head());
    check_clock(f.client().converse(ask_for("hello")), "total", "0.09 s", 1);
    f.server.enqueue(held_before_part(0));
    check_clock(f.client().open_stream(ask_for("hello")).finish(), "total", "0.09 s", 1);
    f.server.enqueue(held_before_part(2));
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    check_clock(got, "total", "0.09 s", 1);
    CHECK(got.error().content_emitted);
    auto slow = mock::error_reply(503, "ServiceUnavailableException", "later");
    slow.headers.emplace_back("x-amz-retry-after", "4000");
    f.server.enqueue(slow);
    check_clock(f.client().converse(ask_for("hello")), "total", "0.09 s", 1);
}

TEST_CASE("clocks: a call's own clocks replace the client's, and zero turns one off") {
    client_fixture f;
    f.options.timeouts.first_byte_ms = 1;
    call_options own;
    own.timeouts.emplace();
    own.timeouts->first_byte_ms = 75;
    f.server.enqueue(held_before_head());
    check_clock(f.client().converse(ask_for("hello"), own), "first byte", "0.075 s", 1);
    own.timeouts = http::timeouts{0, 0, 0, 0, 0};
    CHECK(f.client().converse(ask_for("hello"), own));
    CHECK(f.client().open_stream(ask_for("hello"), own).finish());
}

TEST_CASE("clocks: injected time is the only time") {
    client_fixture f;
    f.options.surroundings->steady_milliseconds = [start = steady_milliseconds_now()] {
        return steady_milliseconds_now() - start;
    };
    CHECK(f.client().converse(ask_for("hello")));
    f.options.timeouts.first_event_ms = 65;
    f.server.enqueue(held_before_head());
    check_clock(f.client().open_stream(ask_for("hello")).finish(), "first event", "0.065 s", 1);
    f.options.surroundings->unix_milliseconds = [] { return std::int64_t{1'767'323'045'000}; };
    f.server.set_clock_offset(1'767'323'045 - environment::of_process().unix_milliseconds() / 1000);
    CHECK(f.client().converse(ask_for("hello")));
    CHECK(mock::header_value(f.server.requests().back().head.headers, "x-amz-date") == "20260102T030405Z");
}
