#include "bedrock/async_client.hpp"

#include "support/async_reading.hpp"
#include "support/client_fixture.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bedrock;
using namespace async_reading;

static_assert(std::is_move_constructible_v<async_client> && !std::is_copy_constructible_v<async_client>);

namespace {

using answer = result<converse_response>;

task ask_once(async_client& client, converse_request const& request, std::optional<answer>& end) {
    auto reply = co_await client.converse(request);
    end.emplace(std::move(reply));
}

}  // namespace

TEST_CASE("async_client: constructing and destroying does nothing", "[async_client]") {
    async_client client;
    CHECK(client.active() == 0);
    CHECK(client.pump(1'000'000) == 0);
    async_client moved = std::move(client);
    CHECK(moved.pump() == 0);
}

TEST_CASE("async_client: a call is what the blocking client gives", "[async_client]") {
    client_fixture f;
    auto const expected = f.client().converse(ask_for("hello there"));
    REQUIRE(expected);
    async_client client(f.options);
    std::optional<answer> end;
    auto const call = client.converse(ask_for("hello there"), {}, [&](answer reply) { end.emplace(std::move(reply)); });
    CHECK_FALSE(end);
    CHECK_FALSE(call.over());
    CHECK(client.active() == 1);
    pump_all(client);
    CHECK(call.over());
    REQUIRE(end);
    REQUIRE(*end);
    CHECK((*end)->text() == expected->text());
    CHECK((*end)->request_id == "00000000-0000-4000-8000-000000000002");
    CHECK((*end)->attempts == 1);
    auto const requests = f.server.requests();
    CHECK(requests.at(1).body == requests.at(0).body);
    CHECK(requests[1].head.target == requests[0].head.target);
}

TEST_CASE("async_client: a stream is pushed as the blocking client pushes it", "[async_client]") {
    client_fixture f;
    auto const expected = drain(f.client().open_stream(ask_for("count to 50")));
    REQUIRE(expected.end);
    async_client client(f.options);
    auto seen = nothing_yet();
    client.converse_stream(
        ask_for("count to 50"), {}, [&](stream_event const& event) { note(seen, event); },
        [&](answer whole) { seen.end = std::move(whole); });
    pump_all(client);
    CHECK(seen.types == expected.types);
    CHECK(seen.text == expected.text);
    REQUIRE(seen.end);
    CHECK(seen.end->text() == expected.end->text());
    CHECK(seen.end->usage.output_tokens == expected.end->usage.output_tokens);
    CHECK(mock::header_value(f.server.requests()[1].head.headers, "accept") == "application/vnd.amazon.eventstream");
}

TEST_CASE("async_client: coroutines await answers and events", "[async_client]") {
    client_fixture f;
    auto const expected = drain(f.client().open_stream(ask_for("count to 300")));
    async_client client(f.options);
    auto const plain = ask_for("hello there");
    auto const counting = ask_for("count to 300");
    std::optional<answer> end;
    auto seen = nothing_yet();
    auto const first = ask_once(client, plain, end);
    auto const second = read(client, counting, seen);
    CHECK_FALSE(first.done());
    pump_all(client);
    CHECK(first.done());
    CHECK(second.done());
    REQUIRE(end);
    CHECK((*end)->text() == f.client().converse(plain)->text());
    CHECK(seen.types == expected.types);
    CHECK(seen.text == expected.text);
    REQUIRE(seen.end);
    CHECK(seen.end->text() == expected.end->text());
}

TEST_CASE("async_client: a coroutine that is destroyed while it waits drops its call", "[async_client]") {
    client_fixture f;
    mock::gate held;
    async_client client(f.options);
    auto const request = ask_for("hello");
    std::optional<answer> end;
    auto seen = nothing_yet();
    SECTION("for an answer") {
        auto silent = mock::json_reply(200, "{}");
        silent.hold_head = held;
        f.server.enqueue(silent);
        auto running = ask_once(client, request, end);
        while (f.server.request_count() == 0) client.pump(1);
        running.destroy();
    }
    SECTION("for an event") {
        f.server.enqueue(held_at(held, 2));
        auto running = read(client, request, seen);
        while (seen.types.size() != 2) client.pump(1);
        running.destroy();
        CHECK(seen.types.size() == 2);
    }
    CHECK(client.active() == 0);
    CHECK(f.server.wait_for_open_connections(0));
    CHECK_FALSE(end);
}

TEST_CASE("async_client: what an awaited stream says when its client is gone", "[async_client]") {
    client_fixture f;
    auto client = std::make_unique<async_client>(f.options);
    auto const request = ask_for("hello");
    auto events = client->open_stream(request);
    auto unasked = client->converse(request);
    client.reset();
    drained_stream seen = nothing_yet();
    std::optional<answer> end;
    struct coroutine {
        static task run(async_event_reader& events, async_answer<converse_response>& unasked, drained_stream& into,
                        std::optional<answer>& end) {
            while (auto const* const event = co_await events.next()) note(into, *event);
            into.end = co_await events.finish();
            auto reply = co_await unasked;
            end.emplace(std::move(reply));
        }
    };
    auto const running = coroutine::run(events, unasked, seen, end);
    CHECK(running.done());
    CHECK(seen.types.empty());
    CHECK(seen.end.error().code == errc::cancelled);
    CHECK(end->error().code == errc::cancelled);
}

TEST_CASE("async_client: a request that cannot be sent is told in the pump", "[async_client]") {
    client_fixture f;
    async_client client(f.options);
    auto request = ask_for("hello", "");
    auto const expected = f.client().converse(request);
    std::optional<answer> plain, streamed;
    client.converse(request, {}, [&](answer reply) { plain.emplace(std::move(reply)); });
    client.converse_stream(
        request, {}, [](stream_event const&) { FAIL("an event"); },
        [&](answer whole) { streamed.emplace(std::move(whole)); });
    CHECK_FALSE(plain);
    auto seen = nothing_yet();
    auto const running = read(client, request, seen);
    CHECK(running.done());  // nothing to wait for
    pump_all(client);
    for (auto const* const end : {&*plain, &*streamed, &seen.end}) {
        REQUIRE_FALSE(*end);
        CHECK(end->error().message == expected.error().message);
    }
    CHECK(f.server.request_count() == 0);
}

TEST_CASE("async_client: cancelled in every phase, once, and silent afterwards", "[async_client]") {
    client_fixture f;
    auto const streaming = GENERATE(false, true);
    auto const phase = GENERATE(0, 1, 2, 3, 4);
    CAPTURE(streaming, phase);
    mock::gate held;
    std::unique_ptr<black_hole> hole;
    auto options = f.options;
    auto silent = mock::json_reply(200, "{}");
    silent.hold_head = held;
    if (phase == 1) {
        hole = std::make_unique<black_hole>();
        options.endpoint = hole->url("");
    }
    if (phase == 2) f.server.enqueue(silent);
    if (phase == 3) {
        auto busy = mock::error_reply(503, "ServiceUnavailableException", "busy");
        busy.headers.emplace_back("Retry-After", "15");
        f.server.enqueue(busy);
    }
    if (phase == 4) f.server.enqueue(streaming ? held_at(held, 2) : silent);
    async_client client(options);
    call_options call_options;
    bool const by_option = phase % 2 == 0;
    if (by_option) call_options.cancel.emplace();
    int events = 0, ends = 0, events_at_cancel = 0;
    std::optional<answer> end;
    auto const done = [&](answer reply) {
        ++ends;
        end.emplace(std::move(reply));
    };
    auto const call = streaming ? client.converse_stream(
                                      ask_for("hello"), call_options, [&](stream_event const&) { ++events; }, done)
                                : client.converse(ask_for("hello"), call_options, done);
    if (phase == 1)
        for (int i = 0; i < 3; ++i) client.pump(1);
    if (phase == 2)
        while (f.server.request_count() == 0) client.pump(1);
    if (phase == 3)
        while (f.server.request_count() == 0 || f.server.open_connections() == 0 || events++ < 20) client.pump(1);
    if (phase == 4)
        while (f.server.request_count() == 0 || (streaming && events != 2)) client.pump(1);
    if (phase == 3) events = 0;
    events_at_cancel = events;
    if (by_option)
        call_options.cancel->cancel();
    else
        call.cancel();
    CHECK(ends == 0);
    pump_all(client);
    CHECK(ends == 1);
    CHECK(events == events_at_cancel);
    REQUIRE(end);
    REQUIRE_FALSE(*end);
    CHECK(end->error().code == errc::cancelled);
    CHECK(end->error().name == "Cancelled");
    CHECK((end->error().partial != nullptr) == (events != 0));
    if (phase != 1) CHECK(f.server.wait_for_open_connections(phase == 3 ? 1 : 0));
    call.cancel();
    CHECK(client.pump(0) == 0);
    CHECK(ends == 1);
}

TEST_CASE("async_client: one of many is cancelled from another thread", "[async_client][threads]") {
    client_fixture f;
    mock::gate held;
    f.server.set_handler([&](auto const&) { return held_at(held, 2); });
    async_client client(f.options);
    int events = 0, whole = 0, cancelled = 0;
    std::vector<async_call> calls;
    for (int i = 0; i < 5; ++i)
        calls.push_back(client.converse_stream(
            ask_for("hello"), {}, [&](stream_event const&) { ++events; },
            [&](answer end) { ++(end ? whole : cancelled); }));
    while (events != 10) client.pump(10);
    std::thread other([call = calls[3]] { call.cancel(); });
    while (cancelled == 0) client.pump(20'000);
    other.join();
    CHECK(client.active() == 4);
    held.open(calls.size());  // the cancelled one's connection may still wait there
    pump_all(client);
    CHECK(whole == 4);
    CHECK(cancelled == 1);
}

TEST_CASE("async_client: a callback that says no ends its stream", "[async_client]") {
    client_fixture f;
    async_client client(f.options);
    int seen = 0;
    std::optional<answer> end;
    client.converse_stream(
        ask_for("count to 300"), {}, [&](stream_event const&) { return ++seen < 5; },
        [&](answer whole) { end.emplace(std::move(whole)); });
    pump_all(client);
    CHECK(seen == 5);
    REQUIRE_FALSE(*end);
    CHECK(end->error().code == errc::cancelled);
    CHECK(end->error().content_emitted);
}

TEST_CASE("async_client: a paused stream gives nothing until it is resumed, from any thread",
          "[async_client][threads]") {
    client_fixture f;
    async_client client(f.options);
    int seen = 0;
    std::optional<answer> end;
    async_call call;
    call = client.converse_stream(
        ask_for("count to 300"), {},
        [&](stream_event const&) {
            if (++seen == 7) call.pause();
        },
        [&](answer whole) { end.emplace(std::move(whole)); });
    while (seen != 7) client.pump(100);
    std::optional<answer> another;
    client.converse(ask_for("another meanwhile"), {}, [&](answer reply) { another.emplace(std::move(reply)); });
    while (!another) client.pump(100);
    for (int i = 0; i < 10; ++i) client.pump(1);
    CHECK(seen == 7);
    std::thread other([call] { call.resume(); });
    pump_all(client);
    other.join();
    CHECK(seen > 300);
    REQUIRE(*end);
}

TEST_CASE("async_client: callbacks start calls, and destroy the client", "[async_client]") {
    client_fixture f;
    auto client = std::make_unique<async_client>(f.options);
    int depth = 0, others = 0;
    auto const held = std::make_shared<int>(0);
    std::function<void(answer)> next = [&](answer reply) {
        CHECK(reply);
        if (++depth < 5)
            client->converse(ask_for("again"), {}, [&](answer more) { next(std::move(more)); });
        else
            client.reset();
    };
    SECTION("in the end of a call") {
        client->converse(ask_for("hello"), {}, [&](answer reply) { next(std::move(reply)); });
        while (client && client->pump(20'000) != 0) {
        }
        CHECK(depth == 5);
    }
    SECTION("in an event, whose views are good to its end") {
        client->converse_stream(
            ask_for("count to 300"), {},
            [&, held](stream_event const& event) {
                if (event.text().empty()) return;
                std::string const before(event.text());
                client.reset();
                CHECK(event.text() == before);
                ++depth;
            },
            [&, held](answer) { ++others; });
        mock::gate never;
        f.server.set_handler([&](mock::received_request const& request) {
            return request.body.find("held") == std::string::npos ? mock::bedrock_reply(request) : held_at(never, 2);
        });
        client->converse_stream(
            ask_for("held"), {}, [](stream_event const&) {}, [&, held](answer) { ++others; });
        while (client && client->pump(20'000) != 0) {
        }
        CHECK(depth == 1);
        CHECK(others == 0);
        CHECK(held.use_count() == 1);
        CHECK(f.server.wait_for_open_connections(0));
    }
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("async_client: what a callback throws comes out of the pump, and ends its stream", "[async_client]") {
    client_fixture f;
    async_client client(f.options);
    int ends = 0, others = 0;
    auto const call = client.converse_stream(
        ask_for("hello"), {}, [](stream_event const&) { throw 7; }, [&](answer) { ++ends; });
    client.converse(ask_for("hello"), {}, [&](answer reply) { others += reply ? 1 : 0; });
    int thrown = 0;
    while (client.active() != 0) try {
            client.pump(20'000);
        } catch (int) {
            ++thrown;
        }
    CHECK(thrown == 1);
    CHECK(ends == 0);
    CHECK(others == 1);
    CHECK(call.over());
}
#endif

TEST_CASE("async_client: destroyed with two hundred streams under way, at once", "[async_client]") {
    client_fixture f;
    mock::gate held;
    f.server.set_handler([&](auto const&) { return held_at(held, 2); });
    int events = 0;
    {
        async_client client(f.options);
        for (int i = 0; i < 200; ++i)
            client.converse_stream(
                ask_for("hello"), {}, [&](stream_event const&) { ++events; }, [](answer) { FAIL("called"); });
        while (events != 400) client.pump(100);
        auto const begun = steady_milliseconds_now();
        { async_client const gone = std::move(client); }
        CHECK(steady_milliseconds_now() - begun < 2'000);
    }
    CHECK(f.server.wait_for_open_connections(0));
}

TEST_CASE("async_client: five hundred streams on one thread", "[async_client]") {
    client_fixture f;
    auto const expected = drain(f.client().open_stream(ask_for("number 7 of many words"))).text;
    async_client client(f.options);
    int right = 0;
    std::vector<std::string> texts(500);
    for (std::size_t i = 0; i < texts.size(); ++i)
        client.converse_stream(
            ask_for("number " + std::to_string(i) + " of many words"), {},
            [&, i](stream_event const& event) { texts[i] += event.text(); },
            [&, i](answer whole) { right += whole && whole->text() == texts[i] ? 1 : 0; });
    CHECK(client.active() == 500);
    pump_all(client);
    CHECK(right == 500);
    CHECK(texts[7] == expected);
    CHECK(texts[499] != texts[498]);
}
