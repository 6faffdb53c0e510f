// What tests of awaited answers have in common: a coroutine type, and one that reads a stream to its end.
#pragma once

#include "bedrock/async_client.hpp"

#include "support/client_fixture.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <utility>

namespace async_reading {

/// A coroutine type of the user's: it runs at once, and whoever holds the task may destroy it.
class task {
  public:
    struct promise_type {
        task get_return_object() { return task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::abort(); }
    };
    explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    ~task() { destroy(); }
    bool done() const noexcept { return coroutine_.done(); }
    void destroy() noexcept {
        if (auto const gone = std::exchange(coroutine_, nullptr)) gone.destroy();
    }

  private:
    std::coroutine_handle<promise_type> coroutine_;
};

inline void pump_all(bedrock::async_client& client) {
    while (client.pump(20'000) != 0) {
    }
}

inline mock::reply held_at(mock::gate const& gate, std::size_t part) {
    auto made = mock::stream_reply(mock::golden_frames());
    made.parts[part].hold = gate;
    return made;
}

inline void note(drained_stream& into, bedrock::stream_event const& event) {
    into.types.emplace_back(event.type());
    into.text += event.text();
}

inline task read(bedrock::async_client& client, bedrock::converse_request const& request, drained_stream& into) {
    auto events = client.open_stream(request);
    while (auto const* const event = co_await events.next()) note(into, *event);
    into.end = co_await events.finish();
}

inline drained_stream nothing_yet() {
    return {{}, {}, bedrock::fail(bedrock::errc::other_service, "not yet")};
}

}  // namespace async_reading
