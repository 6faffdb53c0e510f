// Cancellation from a second thread in every phase, and streams that are dropped: the socket closes, nothing hangs.
#include "support/client_fixture.hpp"

#include "support/socket_server.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

using namespace std::chrono_literals;

mock::reply held_at(mock::gate const& gate, std::size_t part) {
    auto made = mock::stream_reply(mock::golden_frames());
    made.parts[part].hold = gate;
    return made;
}

void check_cancelled(result<converse_response> const& got, int attempts) {
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().name == "Cancelled");
    CHECK(got.error().attempts == attempts);
    CHECK_FALSE(got.error().retryable);
}

/// Both kinds of call, with one handle.
result<converse_response> call(client client, bool streaming, call_options const& options) {
    if (streaming) return client.open_stream(ask_for("hello"), options).finish();
    return client.converse(ask_for("hello"), options);
}

call_options with(cancellation const& handle) {
    call_options options;
    options.cancel = handle;
    return options;
}

}  // namespace

TEST_CASE("cancelling: while connecting", "[threads]") {
    auto const streaming = GENERATE(false, true);
    client_fixture f;
    black_hole hole;
    f.options.endpoint = hole.url("");
    std::promise<void> reached;
    bool told = false;
    f.options.surroundings->unix_milliseconds = [&reached, &told] {  // asked to sign the request
        if (!std::exchange(told, true)) reached.set_value();
        return environment::of_process().unix_milliseconds();
    };
    cancellation handle;
    std::thread other([&] {
        reached.get_future().wait();
        handle.cancel();
    });
    check_cancelled(call(f.client(), streaming, with(handle)), 1);
    other.join();
}

TEST_CASE("cancelling: while waiting for the first byte", "[threads]") {
    auto const streaming = GENERATE(false, true);
    client_fixture f;
    mock::gate held;
    auto silent = mock::json_reply(200, "{}");
    silent.hold_head = held;
    f.server.enqueue(silent);
    cancellation handle;
    std::thread other([&] {
        (void)held.wait_until_reached();
        handle.cancel();
    });
    check_cancelled(call(f.client(), streaming, with(handle)), 1);
    other.join();
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK(f.server.request_count() == 1);
}

TEST_CASE("cancelling: in the middle of a plain answer", "[threads]") {
    client_fixture f;
    mock::gate held;
    auto half = mock::json_reply(200, "{\"output\":");
    half.parts.push_back({"{}}", held});
    f.server.enqueue(half);
    cancellation handle;
    std::thread other([&] {
        (void)held.wait_until_reached();
        handle.cancel();
    });
    check_cancelled(call(f.client(), false, with(handle)), 1);
    other.join();
    CHECK(f.server.wait_for_peer_closes(1));
}

TEST_CASE("cancelling: in the middle of a stream, by each of its handles", "[threads]") {
    auto const part = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{5});
    auto const how = GENERATE(0, 1, 2);
    client_fixture f;
    mock::gate held;
    f.server.enqueue(held_at(held, part));
    cancellation mine;
    auto events = f.client().open_stream(ask_for("hello"), with(mine));
    auto theirs = events.canceller();
    for (std::size_t seen = 0; seen < part; ++seen) REQUIRE(events.next());
    std::thread other([&] {
        (void)held.wait_until_reached();
        if (how == 0) events.cancel();
        if (how == 1) theirs.cancel();
        if (how == 2) mine.cancel();
    });
    CHECK(events.next() == nullptr);
    other.join();
    auto const got = std::move(events).finish();
    check_cancelled(got, 1);
    CHECK(got.error().content_emitted == (part != 0));
    CHECK((got.error().partial != nullptr) == (part != 0));
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK(f.server.request_count() == 1);
}

TEST_CASE("cancelling: in the pause before a repeat", "[threads]") {
    auto const streaming = GENERATE(false, true);
    client_fixture f;
    auto later = mock::error_reply(429, "ThrottlingException", "slow down");
    later.headers.emplace_back("x-amz-retry-after", "5000");
    f.server.enqueue(later);
    std::promise<void> reached;
    f.options.surroundings->random_unit = [&reached] {  // asked once, for the length of the pause
        reached.set_value();
        return 1.0;
    };
    cancellation handle;
    std::thread other([&] {
        reached.get_future().wait();
        handle.cancel();
    });
    auto const start = std::chrono::steady_clock::now();
    auto const got = call(f.client(), streaming, with(handle));
    other.join();
    check_cancelled(got, 1);
    CHECK(std::chrono::steady_clock::now() - start < 4s);
    CHECK(f.server.request_count() == 1);
}

TEST_CASE("cancelling: one handle ends many calls, and later ones at once", "[threads]") {
    constexpr std::size_t calls = 8;
    client_fixture f;
    mock::gate held;
    for (std::size_t i = 0; i < calls; ++i) f.server.enqueue(held_at(held, 1 + i % 4));
    auto client = f.client();
    cancellation handle;
    std::vector<std::thread> threads;
    std::vector<errc> codes(calls, errc::none);
    for (std::size_t i = 0; i < calls; ++i)
        threads.emplace_back([&, i] {
            auto const got = client.open_stream(ask_for("hello"), with(handle)).finish();
            codes[i] = got ? errc::none : got.error().code;
        });
    CHECK(held.wait_until_reached(calls));
    handle.cancel();
    for (auto& thread : threads) thread.join();
    CHECK(codes == std::vector<errc>(calls, errc::cancelled));
    CHECK(f.server.wait_for_peer_closes(calls));
    auto const connections = f.server.accepted_connections();
    check_cancelled(call(client, false, with(handle)), 0);
    check_cancelled(call(client, true, with(handle)), 0);
    CHECK(f.server.accepted_connections() == connections);
    CHECK(client.converse(ask_for("hello")));
}

TEST_CASE("cancelling: a handle is used while its stream ends by itself", "[threads]") {
    client_fixture f;
    auto client = f.client();
    for (int i = 0; i < 30; ++i) {
        auto events = std::make_unique<event_reader>(client.open_stream(ask_for("hello")));
        std::thread other([handle = events->canceller()]() mutable { handle.cancel(); });
        auto const got = std::move(*events).finish();
        CHECK((got || got.error().code == errc::cancelled));
        events.reset();
        other.join();
    }
    CHECK(client.converse(ask_for("hello")));
}

TEST_CASE("cancelling: a stream that is dropped closes its connection, and no other") {
    client_fixture f;
    auto client = f.client();
    mock::gate first, second;
    f.server.enqueue(held_at(first, 2));
    f.server.enqueue(held_at(second, 2));
    auto kept = client.open_stream(ask_for("kept"));
    REQUIRE(kept.next());
    {
        auto dropped = client.open_stream(ask_for("dropped"));
        REQUIRE(dropped.next());
        REQUIRE(dropped.next());
    }
    CHECK(f.server.wait_for_peer_closes(1));
    CHECK(f.server.wait_for_open_connections(1));
    first.open();
    CHECK(std::move(kept).finish());
    CHECK(f.server.connections_closed_by_peer() == 1);
}

TEST_CASE("cancelling: fifty live streams outlive their client, and are dropped at once") {
    constexpr std::size_t streams = 50;
    client_fixture f;
    mock::gate held;
    std::vector<event_reader> alive;
    {
        auto client = f.client();
        for (std::size_t i = 0; i < streams; ++i) {
            f.server.enqueue(held_at(held, 2));
            alive.push_back(client.open_stream(ask_for("hello")));
            REQUIRE(alive.back().next());
        }
    }
    for (auto& one : alive) CHECK(one.next());
    CHECK(f.server.open_connections() == streams);
    auto const start = std::chrono::steady_clock::now();
    alive.clear();
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(f.server.wait_for_peer_closes(streams));
}
