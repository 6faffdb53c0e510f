#include "bedrock/async_stream.hpp"

#include "bedrock/async_client.hpp"

#include "support/async_reading.hpp"
#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

using namespace bedrock;
using namespace async_reading;

static_assert(std::is_move_constructible_v<async_event_reader> && !std::is_copy_constructible_v<async_event_reader>);

namespace {

using answer = result<converse_response>;

task count_events(async_event_reader& events, int& seen) {
    while (auto const* const event = co_await events.next()) seen += event != nullptr ? 1 : 0;
}

}  // namespace

TEST_CASE("async_stream: a whole answer by a coroutine that skips the events", "[async_stream]") {
    client_fixture f;
    async_client client(f.options);
    auto const counting = ask_for("count to 300");
    std::optional<answer> end;
    struct coroutine {
        static task run(async_client& client, converse_request const& request, std::optional<answer>& end) {
            auto events = client.open_stream(request);
            co_await events.next();
            auto whole = co_await events.finish();
            end.emplace(std::move(whole));
        }
    };
    auto const running = coroutine::run(client, counting, end);
    pump_all(client);
    REQUIRE(end);
    REQUIRE(*end);
    CHECK((*end)->text() == f.client().converse(counting)->text());
}

TEST_CASE("async_stream: a stream outlives the coroutine that waited for it", "[async_stream]") {
    client_fixture f;
    mock::gate held;
    f.server.enqueue(held_at(held, 2));
    async_client client(f.options);
    auto const request = ask_for("hello");
    auto events = client.open_stream(request);
    int seen = 0;
    auto first = count_events(events, seen);
    while (seen != 2) client.pump(100);
    first.destroy();
    held.open();
    for (int i = 0; i < 20; ++i) client.pump(5);
    CHECK(seen == 2);
    auto const second = count_events(events, seen);
    while (!second.done()) client.pump(100);
    CHECK(seen == 6);
}

TEST_CASE("async_stream: cancelled by the reader itself, between events and while it waits", "[async_stream]") {
    bool const is_waiting = GENERATE(false, true);
    client_fixture f;
    mock::gate held;
    f.server.enqueue(held_at(held, 2));
    async_client client(f.options);
    auto const request = ask_for("hello");
    auto events = client.open_stream(request);
    auto seen = nothing_yet();
    struct coroutine {
        static task run(async_event_reader& events, drained_stream& into, bool is_waiting) {
            for (;;) {
                auto const* const event = co_await events.next();
                if (!event) break;
                note(into, *event);
                if (!is_waiting) events.cancel();
            }
            into.end = co_await events.finish();
        }
    };
    auto const running = coroutine::run(events, seen, is_waiting);
    if (is_waiting) {
        while (seen.types.size() != 2) client.pump(100);
        events.cancel();
    }
    for (int i = 0; i != 100 && !running.done(); ++i) client.pump(100);
    REQUIRE(running.done());
    CHECK(client.pump(0) == 0);  // although the reader is still there
    CHECK(seen.types.size() == (is_waiting ? 2 : 1));
    REQUIRE_FALSE(seen.end);
    CHECK(seen.end.error().code == errc::cancelled);
    CHECK(f.server.wait_for_peer_closes(1));
}

TEST_CASE("async_stream: behind a failure nothing is waited for", "[async_stream]") {
    bool const in_opening = GENERATE(true, false);
    client_fixture f;
    f.options.retry.max_attempts = 1;
    auto const refused = mock::exception_frame("validationException", R"({"message":"no"})");
    f.server.enqueue(in_opening ? mock::error_reply(400, "ValidationException", "no")
                                : mock::stream_reply({mock::golden_frames()[0], refused}));
    async_client client(f.options);
    auto const request = ask_for("hello");
    auto events = client.open_stream(request);
    int seen = 0;
    auto const running = count_events(events, seen);
    for (int i = 0; i != 100 && !running.done(); ++i) client.pump(100);
    REQUIRE(running.done());
    CHECK(client.pump(0) == 0);
    CHECK(seen == (in_opening ? 0 : 1));
    for (int again = 0; again != 2; ++again) {
        auto next = events.next();
        REQUIRE(next.await_ready());
        CHECK(next.await_resume() == nullptr);
    }
    auto whole = events.finish();
    REQUIRE(whole.await_ready());
    auto const end = whole.await_resume();
    REQUIRE_FALSE(end);
    CHECK(end.error().code == errc::validation);
    CHECK(end.error().content_emitted == !in_opening);
}

TEST_CASE("async_stream: behind the end of its client nothing is waited for", "[async_stream]") {
    client_fixture f;
    auto client = std::make_unique<async_client>(f.options);
    auto const request = ask_for("hello");
    auto events = client->open_stream(request);
    client.reset();
    struct coroutine {
        static task run(async_event_reader& events) { co_await events.next(); }
    };
    auto const running = coroutine::run(events);
    CHECK(running.done());
    auto next = events.next();
    CHECK(next.await_ready());
    CHECK(next.await_resume() == nullptr);
    auto whole = events.finish();
    REQUIRE(whole.await_ready());
    CHECK(whole.await_resume().error().code == errc::cancelled);
}
