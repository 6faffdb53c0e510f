// One client for many threads: no answer goes astray, and there are no more connections than calls at once.
#include "support/client_fixture.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

TEST_CASE("concurrency: 32 threads make 1,000 calls with one client", "[threads]") {
    constexpr int threads = 32, calls = 1000;
    mock::server_options how;
    how.keep_requests = false;
    client_fixture f(how);
    auto client = f.client();
    std::atomic<int> next{0}, right{0}, throttled{0};
    // Some answers fail once, so that pauses, repeats and the budget take part.
    f.server.set_handler([&throttled](mock::received_request const& request) -> std::optional<mock::reply> {
        if (request.number % 50 != 0) return std::nullopt;
        ++throttled;
        return mock::error_reply(429, "ThrottlingException", "slow down");
    });
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&] {
            for (int number = next++; number < calls; number = next++) {
                auto const question = "question " + std::to_string(number) + " ends";
                auto request = ask_for(question, "model-" + std::to_string(number) + ":0");
                auto const got = number % 3 == 0   ? client.converse(request)
                                 : number % 3 == 1 ? client.open_stream(request).finish()
                                                   : client.converse_stream(request, [](stream_event const&) {});
                if (got && contains(got->text(), question)) ++right;
            }
        });
    for (auto& thread : running) thread.join();
    CHECK(right == calls);
    CHECK(throttled >= calls / 50);
    CHECK(f.server.request_count() == static_cast<std::size_t>(calls + throttled));
    CHECK(f.server.accepted_connections() <= threads);
    CHECK(f.server.connections_closed_by_peer() == 0);
}

TEST_CASE("concurrency: streams that are open at once on one thread do not wait for each other") {
    constexpr std::size_t streams = 20;
    client_fixture f;
    auto client = f.client();
    std::vector<event_reader> open;
    std::vector<std::string> texts(streams);
    for (std::size_t i = 0; i < streams; ++i)
        open.push_back(client.open_stream(ask_for("stream " + std::to_string(i))));
    for (bool any = true; any;) {
        any = false;
        for (std::size_t i = 0; i < streams; ++i)
            if (auto const* const event = open[i].next()) {
                texts[i] += event->text();
                any = true;
            }
    }
    for (std::size_t i = 0; i < streams; ++i) {
        CHECK(contains(texts[i], "stream " + std::to_string(i)));
        CHECK(std::move(open[i]).finish()->text() == texts[i]);
    }
    CHECK(f.server.accepted_connections() == streams);
    for (int i = 0; i < 5; ++i) CHECK(client.converse(ask_for("again")));
    CHECK(f.server.accepted_connections() == streams);
}

TEST_CASE("concurrency: a stream of eight megabytes is delivered whole") {
    client_fixture f;
    std::vector<std::string> frames = {mock::golden_frames()[0]};
    auto const delta = mock::frame("contentBlockDelta",
                                   R"({"contentBlockIndex":0,"delta":{"text":")" + std::string(4000, 'y') + R"("}})");
    for (int i = 0; i < 2000; ++i) frames.push_back(delta);
    frames.push_back(mock::golden_frames()[4]);
    f.server.enqueue(mock::stream_reply(frames));
    auto events = f.client().open_stream(ask_for("hello"));
    std::size_t seen = 0;
    while (auto const* const event = events.next()) seen += event->text().size();
    CHECK(seen == 8'000'000);
    CHECK(std::move(events).finish());
}
