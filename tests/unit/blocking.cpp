#include "bedrock/blocking.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <future>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace bedrock;
using http_request::get;

namespace {

exchange<result<std::string>> fetch(http::request what) {
    http_ask sent(std::move(what));
    co_await sent;
    if (sent.failure) co_return unexpected{retry::make_error(sent.failure)};
    co_return sent.response.body;
}

exchange<result<std::string>> read_stream(http::request what) {
    open_ask opened(std::move(what));
    co_await opened;
    if (opened.failure) co_return unexpected{retry::make_error(opened.failure)};
    auto& body = *opened.transfer;
    std::string text;
    for (;;) {
        text += as_text(body.buffer.unread());
        body.buffer.consume(body.buffer.size());
        if (body.ended) break;
        receive_ask more(body, text.empty());
        co_await more;
    }
    if (body.end) co_return unexpected{retry::make_error(body.end)};
    co_return text;
}

exchange<result<std::string>> rest(std::int64_t milliseconds) {
    pause_ask nap(milliseconds);
    co_await nap;
    co_return std::string("rested");
}

struct fixture {
    engine on{std::make_shared<engine_share>()};
    environment here = environment::of_process();
    cancellation cancel;
    blocking_runner runner(std::int64_t total_ms = 0) { return {on, here, cancel, total_ms}; }
};

}  // namespace

TEST_CASE("blocking: plain answers, streams and pauses", "[blocking]") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty())
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    });
    fixture f;
    auto run = f.runner();
    auto const plain = run.run(fetch(get(server.url())));
    REQUIRE(plain);
    CHECK(*plain == "onetwo");
    auto const streamed = run.run(read_stream(get(server.url())));
    REQUIRE(streamed);
    CHECK(*streamed == "onetwo");
    CHECK(*run.run(rest(1)) == "rested");
    CHECK(server.accepted() == 1);
}

TEST_CASE("blocking: each clock ends the wait and is named", "[blocking]") {
    fixture f;
    auto const expect_timeout = [](result<std::string> const& got, char const* clock, char const* limit) {
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::timeout);
        CHECK(got.error().name == "Timeout");
        CHECK(got.error().message.find(std::string("(the ") + clock + " clock)") != std::string::npos);
        CHECK(got.error().message.find(limit) != std::string::npos);
    };
    SECTION("connect") {
        black_hole hole;
        auto what = get(hole.url());
        what.timeouts.connect_ms = 150;
        expect_timeout(f.runner().run(fetch(what)), "connect", "0.15 s");
    }
    SECTION("first byte, first event, idle and total") {
        socket_server server([](connection& peer) {
            auto const request = peer.read_request();
            if (request.starts_with("GET /head")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
            if (request.starts_with("GET /part")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
            peer.peer_closes();
        });
        auto what = get(server.url("/silent"));
        what.timeouts.first_byte_ms = 120;
        expect_timeout(f.runner().run(fetch(what)), "first byte", "0.12 s");
        what.timeouts.first_event_ms = 130;
        expect_timeout(f.runner().run(read_stream(what)), "first event", "0.13 s");
        what.url = server.url("/head");
        expect_timeout(f.runner().run(read_stream(what)), "first event", "0.13 s");
        what.url = server.url("/part");
        what.timeouts.idle_ms = 140;
        expect_timeout(f.runner().run(read_stream(what)), "idle", "0.14 s");
        expect_timeout(f.runner().run(fetch(what)), "idle", "0.14 s");
        what.timeouts = {};
        expect_timeout(f.runner(160).run(fetch(what)), "total", "0.16 s");
        expect_timeout(f.runner(170).run(rest(60'000)), "total", "0.17 s");
    }
}

TEST_CASE("blocking: a timed out request says whether it had been sent", "[blocking]") {
    fixture f;
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.peer_closes();
    });
    http_ask asked(get(server.url()));
    asked.request.timeouts.first_byte_ms = 50;
    struct protocol {
        static exchange<result<bool>> run(http_ask& ask) {
            co_await ask;
            co_return ask.failure.request_sent;
        }
    };
    auto const sent = f.runner().run(protocol::run(asked));
    REQUIRE(sent);
    CHECK(*sent);
}

TEST_CASE("blocking: cancelled from a second thread in every phase", "[blocking][threads]") {
    fixture f;
    auto const expect_cancelled = [](result<std::string> const& got) {
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::cancelled);
        CHECK(got.error().name == "Cancelled");
    };
    SECTION("before it began") {
        f.cancel.cancel();
        expect_cancelled(f.runner().run(fetch(get("http://127.0.0.1:1/"))));
    }
    SECTION("while connecting") {
        black_hole hole;
        std::thread other([cancel = f.cancel]() mutable { cancel.cancel(); });
        expect_cancelled(f.runner().run(fetch(get(hole.url()))));
        other.join();
    }
    SECTION("while waiting for the first byte, and mid-stream") {
        auto const* path = GENERATE("/silent", "/part");
        std::promise<bool> closed;
        socket_server server([&](connection& peer) {
            if (peer.read_request().starts_with("GET /part"))
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
            f.cancel.cancel();
            closed.set_value(peer.peer_closes());
        });
        expect_cancelled(f.runner().run(read_stream(get(server.url(path)))));
        CHECK(closed.get_future().get());
    }
    SECTION("while pausing") {
        std::thread other([cancel = f.cancel]() mutable { cancel.cancel(); });
        expect_cancelled(f.runner().run(rest(600'000)));
        other.join();
    }
}

TEST_CASE("blocking: the idle clock counts waiting, not the reader's own time", "[blocking]") {
    std::promise<void> go_on;
    socket_server server([&](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npart");
        go_on.get_future().wait();
        peer.send("rest");
    });
    auto offset = std::make_shared<std::int64_t>(0);
    fixture f;
    f.here.steady_milliseconds = [offset] { return steady_milliseconds_now() + *offset; };
    auto run = f.runner();
    auto what = get(server.url());
    what.timeouts.idle_ms = 5'000;
    what.timeouts.first_event_ms = 5'000;
    auto transfer = f.on.start(what, false);
    REQUIRE_FALSE(run.receive(*transfer, true));
    transfer->buffer.consume(transfer->buffer.size());
    *offset += 3'600'000;  // the reader takes an hour over it
    go_on.set_value();
    CHECK_FALSE(run.receive(*transfer, false));
    CHECK(as_text(transfer->buffer.unread()) == "rest");
}

TEST_CASE("blocking: a steady clock of the caller's own is the only one that counts", "[blocking]") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send(plain_answer("ok"));
    });
    auto const offset = GENERATE(std::int64_t{-1}, std::int64_t{1} << 40);
    fixture f;
    f.here.steady_milliseconds = [offset, start = steady_milliseconds_now()] {
        return offset < 0 ? steady_milliseconds_now() - start : steady_milliseconds_now() + offset;
    };
    auto const got = f.runner(60'000).run(fetch(get(server.url())));
    REQUIRE(got);
    CHECK(*got == "ok");
    black_hole hole;
    auto what = get(hole.url());
    what.timeouts.connect_ms = 50;
    auto const late = f.runner().run(fetch(what));
    REQUIRE_FALSE(late);
    CHECK(late.error().message.find("(the connect clock)") != std::string::npos);
}

TEST_CASE("blocking: a clock may be as large as its type", "[blocking]") {
    constexpr auto longest = (std::numeric_limits<std::int64_t>::max)();
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty()) peer.send(plain_answer("ok"));
    });
    fixture f;
    auto what = get(server.url());
    what.timeouts = {longest, longest, longest, longest, longest};
    auto run = f.runner(longest);
    CHECK(run.run(fetch(what)));
    CHECK(run.run(read_stream(what)));
    CHECK(run.run(rest(1)));
}

TEST_CASE("blocking: a head that stops half way is idle", "[blocking]") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n");
        peer.peer_closes();
    });
    fixture f;
    auto what = get(server.url());
    what.timeouts.idle_ms = 50;
    auto const got = f.runner(20'000).run(fetch(what));
    REQUIRE_FALSE(got);
    CHECK(got.error().message.find("(the idle clock)") != std::string::npos);
}

TEST_CASE("blocking: before the first event only its own clock runs", "[blocking]") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        peer.peer_closes();
    });
    fixture f;
    auto what = get(server.url());
    what.timeouts.idle_ms = 20;
    what.timeouts.first_event_ms = 150;
    auto const got = f.runner().run(read_stream(what));
    REQUIRE_FALSE(got);
    CHECK(got.error().message.find("(the first event clock)") != std::string::npos);
}

#if BEDROCK_EXCEPTIONS

namespace {

template <class Thrown>
exchange<result<std::string>> throw_behind_a_pause(Thrown thrown) {
    pause_ask nap(1);
    co_await nap;
    if (nap.milliseconds == 1) throw thrown;
    co_return std::string("not thrown");
}

}  // namespace

TEST_CASE("blocking: an exception spoils the engine; only a failed allocation comes out", "[blocking]") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    fixture f;
    auto const thrown = f.runner().run(throw_behind_a_pause(std::runtime_error("boom")));
    REQUIRE_FALSE(thrown);
    CHECK(thrown.error().code == errc::callback_failed);
    CHECK(f.on.is_spoiled());
    fixture g;
    CHECK_THROWS_AS(static_cast<void>(g.runner().run(throw_behind_a_pause(std::bad_alloc()))), std::bad_alloc);
    CHECK(g.on.is_spoiled());
    fixture h;
    CHECK(h.runner().run(rest(1)));
    CHECK_FALSE(h.on.is_spoiled());

    // The next request begins on a new connection.
    REQUIRE(h.runner().run(fetch(get(server.url()))));
    REQUIRE(h.runner().run(fetch(get(server.url()))));
    CHECK(server.accepted() == 1);
    CHECK_FALSE(h.runner().run(throw_behind_a_pause(1)));
    REQUIRE(h.runner().run(fetch(get(server.url()))));
    CHECK(server.accepted() == 2);
    CHECK_FALSE(h.on.is_spoiled());
}

#endif
