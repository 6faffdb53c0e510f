#include "bedrock/stream.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bedrock;

static_assert(!std::is_copy_constructible_v<event_reader>);
static_assert(std::is_nothrow_move_constructible_v<event_reader> && std::is_nothrow_move_assignable_v<event_reader>);
static_assert(std::input_iterator<event_reader::iterator>);
static_assert(std::sentinel_for<std::default_sentinel_t, event_reader::iterator>);

TEST_CASE("stream: pulled event by event, then the whole answer", "[stream]") {
    client_fixture f;
    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto events = f.client().open_stream(ask_for("hello"));
    CHECK(f.server.accepted_connections() == 0);
    std::vector<std::string> types;
    std::string text;
    while (auto const* const event = events.next()) {
        types.emplace_back(event->type());
        text += event->text();
    }
    CHECK(types == std::vector<std::string>{"messageStart", "contentBlockDelta", "contentBlockDelta",
                                            "contentBlockStop", "messageStop", "metadata"});
    CHECK(text == "Hello, world!");
    CHECK(events.next() == nullptr);
    auto const whole = std::move(events).finish();
    REQUIRE(whole);
    CHECK(whole->text() == "Hello, world!");
    CHECK(whole->stop_reason == stop_reason::end_turn);
    CHECK(whole->usage.total_tokens == 13);
    CHECK(whole->metrics.latency_ms == 321);
    CHECK(whole->attempts == 1);
    CHECK(whole->request_id == "00000000-0000-4000-8000-000000000001");
    CHECK(whole->incomplete_blocks.empty());
}

TEST_CASE("stream: the input of a tool use can be read while it comes", "[stream]") {
    client_fixture f;
    auto frames = mock::golden_frames();
    frames.resize(4);
    frames.push_back(mock::frame("contentBlockStart",
                                 R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t","name":"f"}}})"));
    for (auto const* const piece : {R"({\"ci)", R"(ty\":\"Lis\\)", R"(u00)", R"(e9\"})"})
        frames.push_back(mock::frame("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"toolUse":{"input":")" +
                                                              std::string(piece) + "\"}}}"));
    frames.push_back(mock::frame("contentBlockStop", R"({"contentBlockIndex":1})"));
    frames.push_back(mock::frame("messageStop", R"({"stopReason":"tool_use"})"));
    f.server.enqueue(mock::stream_reply(frames));
    auto events = f.client().open_stream(ask_for("hello"));
    CHECK(events.partial_tool_input() == nullptr);
    std::vector<std::string> shown;
    while (auto const* const event = events.next()) {
        auto const* const input = events.partial_tool_input();
        CHECK((input != nullptr) == (event->index() == 1));
        if (!event->tool_input().empty()) shown.emplace_back(input->text());
    }
    CHECK(events.partial_tool_input() == nullptr);
    CHECK(shown == std::vector<std::string>{"{}", R"({"city":"Lis"})", R"({"city":"Lis"})", R"({"city":"Lis\u00e9"})"});
    auto const whole = std::move(events).finish();
    REQUIRE(whole);
    CHECK(whole->tool_uses().at(0)->input.text() == shown.back());
}

TEST_CASE("stream: in a range-for loop, in part or not at all", "[stream]") {
    client_fixture f;
    auto const client = std::make_unique<bedrock::client>(f.client());
    auto const open = [&] {
        f.server.enqueue(mock::stream_reply(mock::golden_frames()));
        return client->open_stream(ask_for("hello"));
    };
    SECTION("all of it") {
        auto events = open();
        std::string text;
        for (auto const& event : events) text += event.text();
        CHECK(text == "Hello, world!");
        CHECK(std::move(events).finish()->text() == text);
    }
    SECTION("the beginning") {
        auto events = open();
        for (auto const& event : events)
            if (!event.text().empty()) break;
        CHECK(std::move(events).finish()->text() == "Hello, world!");
    }
    SECTION("nothing") {
        CHECK(open().finish()->text() == "Hello, world!");
        CHECK(f.server.request_count() == 1);
    }
    SECTION("a stream that is never pulled sends nothing") {
        { auto const unused = open(); }
        CHECK(f.server.accepted_connections() == 0);
    }
}

TEST_CASE("stream: an exception that repeats the request's secrets does not carry them into the error", "[stream]") {
    client_fixture f;
    auto frames = mock::golden_frames();
    frames.resize(2);
    frames.push_back(mock::exception_frame(
        "validationException", std::string(R"({"message":"signed with )") + example_secret + " and so on\"}"));
    f.server.enqueue(mock::stream_reply(frames));
    auto const seen = drain(f.one_attempt_client().open_stream(ask_for("hello")));
    CHECK(seen.types.size() == 2);
    REQUIRE_FALSE(seen.end);
    CHECK(seen.end.error().code == bedrock::errc::validation);
    CHECK(seen.end.error().message == "signed with *** and so on");
    CHECK(seen.end.error().partial);
}

TEST_CASE("stream: a request that cannot be sent is reported by the first pull", "[stream]") {
    client_fixture f;
    auto const client = std::make_unique<bedrock::client>(f.client());
    auto unnamed = client->open_stream(ask_for("hello", ""));
    CHECK(unnamed.next() == nullptr);
    auto const got = std::move(unnamed).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(got.error().attempts == 0);
    CHECK_FALSE(got.error().content_emitted);
    CHECK(got.error().partial == nullptr);
    call_options elsewhere;
    elsewhere.region = "no region";
    CHECK(client->open_stream(ask_for("hello"), elsewhere).finish().error().code == errc::invalid_input);
    CHECK(f.server.accepted_connections() == 0);
}

TEST_CASE("stream: moves between any two events, and outlives its client", "[stream]") {
    client_fixture f;
    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto client = std::make_unique<bedrock::client>(f.client());
    std::vector<event_reader> homes;
    homes.push_back(client->open_stream(ask_for("hello")));
    client.reset();
    std::string text;
    for (;;) {
        auto const* const event = homes.back().next();
        if (event == nullptr) break;
        auto moved = std::move(homes.back());
        text += event->text();  // views stay good: the reader's parts did not move
        homes.clear();
        homes.push_back(std::move(moved));
    }
    CHECK(text == "Hello, world!");
    CHECK(std::move(homes.back()).finish());
}

TEST_CASE("stream: assigning over a stream that has not ended closes it", "[stream]") {
    client_fixture f;
    mock::gate held;
    auto stopped = mock::stream_reply(mock::golden_frames());
    stopped.parts[2].hold = held;
    f.server.enqueue(stopped);
    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto const client = std::make_unique<bedrock::client>(f.client());
    auto events = client->open_stream(ask_for("one"));
    REQUIRE(events.next());
    REQUIRE(events.next());
    events = client->open_stream(ask_for("two"));
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK(std::move(events).finish()->text() == "Hello, world!");
}

TEST_CASE("stream: cancelled between two events, by whichever handle", "[stream]") {
    client_fixture f;
    mock::gate held;
    auto stopped = mock::stream_reply(mock::golden_frames());
    stopped.parts[2].hold = held;
    f.server.enqueue(stopped);
    auto const client = std::make_unique<bedrock::client>(f.client());
    call_options options;
    auto const how = GENERATE(0, 1, 2);
    cancellation mine;
    if (how == 2) options.cancel = mine;
    auto events = client->open_stream(ask_for("hello"), options);
    REQUIRE(events.next());
    REQUIRE(events.next());
    auto handle = events.canceller();
    if (how == 0) events.cancel();
    if (how == 1) handle.cancel();
    if (how == 2) mine.cancel();
    CHECK(events.next() == nullptr);
    CHECK(f.server.wait_for_peer_closes(1));
    auto const got = std::move(events).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().content_emitted);
    CHECK_FALSE(got.error().retryable);
    CHECK(got.error().attempts == 1);
    REQUIRE(got.error().partial);
    CHECK(got.error().partial->text() == "Hello, ");
    CHECK(got.error().partial->incomplete_blocks == std::vector<std::size_t>{0});
    CHECK_FALSE(got.error().partial->stop_reason.is_set());
}

TEST_CASE("stream: cancelling one stream leaves the caller's handle to its other calls", "[stream]") {
    client_fixture f;
    auto const client = std::make_unique<bedrock::client>(f.client());
    cancellation all;
    call_options options;
    options.cancel = all;
    auto one = client->open_stream(ask_for("one"), options);
    auto two = client->open_stream(ask_for("two"), options);
    REQUIRE(one.next());
    REQUIRE(two.next());
    one.cancel();
    CHECK_FALSE(all.cancelled());
    CHECK(std::move(one).finish().error().code == errc::cancelled);
    CHECK(two.next());
    CHECK(std::move(two).finish());
    CHECK(client->converse(ask_for("three"), options));

    auto three = client->open_stream(ask_for("four"), options);
    REQUIRE(three.next());
    all.cancel();
    CHECK(std::move(three).finish().error().code == errc::cancelled);
    CHECK(client->open_stream(ask_for("five"), options).finish().error().code == errc::cancelled);
}

TEST_CASE("stream: cancelled before anything was delivered", "[stream]") {
    client_fixture f;
    auto events = f.client().open_stream(ask_for("hello"));
    events.cancel();
    auto const got = std::move(events).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().attempts == 0);
    CHECK_FALSE(got.error().content_emitted);
    CHECK(got.error().partial == nullptr);
    CHECK(f.server.accepted_connections() == 0);
}

TEST_CASE("stream: a handle that cancels a stream may outlive it", "[stream]") {
    client_fixture f;
    std::optional<cancellation> handle;
    {
        auto events = f.client().open_stream(ask_for("hello"));
        handle = events.canceller();
        REQUIRE(events.next());
    }
    handle->cancel();
    CHECK(handle->cancelled());
}

TEST_CASE("stream: a success stays one, whatever is cancelled afterwards", "[stream]") {
    client_fixture f;
    auto events = f.client().open_stream(ask_for("hello"));
    while (events.next()) {
    }
    events.cancel();
    CHECK(events.next() == nullptr);
    CHECK(std::move(events).finish());
}
