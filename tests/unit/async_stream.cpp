#include "bedrock/async_stream.hpp"

#include "bedrock/async_client.hpp"

#include "support/async_reading.hpp"
#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <optional>
#include <type_traits>
#include <utility>

using namespace bedrock;
using namespace async_reading;

static_assert(std::is_move_constructible_v<async_event_reader> && !std::is_copy_constructible_v<async_event_reader>);

namespace {

using answer = result<converse_response>;

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
    struct coroutine {
        static task run(async_event_reader& events, int& seen) {
            while (auto const* const event = co_await events.next()) seen += event != nullptr ? 1 : 0;
        }
    };
    auto first = coroutine::run(events, seen);
    while (seen != 2) client.pump(100);
    first.destroy();
    held.open();
    for (int i = 0; i < 20; ++i) client.pump(5);
    CHECK(seen == 2);
    auto const second = coroutine::run(events, seen);
    while (!second.done()) client.pump(100);
    CHECK(seen == 6);
}
