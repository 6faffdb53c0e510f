#include "bedrock/engine.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

using namespace bedrock;
using http_request::get;
using http_request::post;

namespace {

template <class Until>
void drive(engine& on, curl_transfer& transfer, Until until) {
    for (;;) {
        on.perform();
        if (transfer.ended || until()) return;
        on.wait(10'000);
    }
}

std::unique_ptr<curl_transfer> fetch(engine& on, http::request what) {
    auto transfer = on.start(std::move(what), true);
    drive(on, *transfer, [] { return false; });
    return transfer;
}

engine make_engine() {
    return engine(std::make_shared<engine_share>());
}

}  // namespace

TEST_CASE("engine: a request arrives as it was written, the answer as it was sent", "[engine]") {
    std::promise<std::string> seen;
    socket_server server([&](connection& peer) {
        seen.set_value(peer.read_request());
        peer.send(
            "HTTP/1.1 100 Continue\r\n\r\n"
            "HTTP/1.1 418 Teapot\r\nX-One:  padded \t\r\nx-one: two\r\nEmpty:\r\nContent-Length: 5\r\n\r\nshort");
    });
    auto on = make_engine();
    auto what = post(server.url("/a/../b%2Fc/./d?q=%20"), "{}");
    what.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    auto const transfer = fetch(on, what);
    auto const request = seen.get_future().get();
    CHECK(request.starts_with("POST /a/../b%2Fc/./d?q=%20 HTTP/1.1\r\n"));
    CHECK(request.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
    CHECK(request.find("\r\nX-Empty:\r\n") != std::string::npos);
    CHECK(request.find("\r\nContent-Length: 2\r\n") != std::string::npos);
    CHECK(request.find("Expect") == std::string::npos);
    CHECK(request.find("Accept") == std::string::npos);
    CHECK(request.find("User-Agent") == std::string::npos);
    CHECK(request.ends_with("\r\n\r\n{}"));
    CHECK_FALSE(transfer->end);
    CHECK(transfer->head.status == 418);
    REQUIRE(transfer->head.headers.size() == 4);
    CHECK(transfer->head.headers[0].value == "padded");
    CHECK(transfer->head.headers[1].value == "two");
    CHECK(transfer->head.headers[2].value.empty());
    CHECK(as_text(transfer->buffer.unread()) == "short");
    CHECK(transfer->request_sent());
    CHECK(transfer->connected_ms() >= transfer->started_ms());
}

TEST_CASE("engine: sequential requests share a connection, fresh ones do not", "[engine]") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty()) peer.send(plain_answer("ok"));
    });
    {
        auto on = make_engine();
        for (int i = 0; i < 5; ++i) CHECK(fetch(on, get(server.url()))->head.status == 200);
        CHECK(server.accepted() == 1);
        auto fresh = get(server.url());
        fresh.fresh_connection = true;
        CHECK(fetch(on, fresh)->head.status == 200);
        CHECK(server.accepted() == 2);
    }
}

TEST_CASE("engine: a fresh connection is closed behind its request", "[engine]") {
    std::promise<bool> closed;
    socket_server server([&](connection& peer) {
        peer.read_request();
        peer.send(plain_answer("ok"));
        closed.set_value(peer.peer_closes());
    });
    auto on = make_engine();
    auto fresh = get(server.url());
    fresh.fresh_connection = true;
    CHECK(fetch(on, fresh)->head.status == 200);
    CHECK(closed.get_future().get());
}

TEST_CASE("engine: a stream is let in only as its reader wants more", "[engine]") {
    constexpr std::size_t size = 8 << 20;
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        peer.send(std::string(size, 'y'));
    });
    auto on = make_engine();
    auto const transfer = on.start(get(server.url()), false);
    std::size_t most = 0, total = 0;
    while (!transfer->ended) {
        auto const before = transfer->buffer.size();
        transfer->want_more();
        drive(on, *transfer, [&] { return transfer->buffer.size() > before; });
        for (int i = 0; i < 3; ++i) on.perform();  // nobody reads: it must stop by itself
        most = (std::max)(most, transfer->buffer.size());
        total += transfer->buffer.size();
        transfer->buffer.consume(transfer->buffer.size());
    }
    CHECK(total == size);
    CHECK(most <= engine::high_water_bytes + CURL_MAX_WRITE_SIZE);
}

TEST_CASE("engine: a reader may want more than the high-water mark", "[engine]") {
    constexpr std::size_t size = 2 << 20;
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(size, 'z'));
    });
    auto on = make_engine();
    auto const transfer = on.start(get(server.url()), false);
    while (!transfer->ended) {
        auto const before = transfer->buffer.size();
        transfer->want_more();
        drive(on, *transfer, [&] { return transfer->buffer.size() > before; });
    }
    CHECK(transfer->buffer.size() == size);
    CHECK_FALSE(transfer->end);
}

TEST_CASE("engine: answers over their limits are refused", "[engine]") {
    socket_server server([](connection& peer) {
        if (peer.read_request().starts_with("GET /headers")) {
            std::string bomb = "HTTP/1.1 200 OK\r\n";
            for (int i = 0; i < 600; ++i) bomb += "x-" + std::to_string(i) + ": " + std::string(600, 'h') + "\r\n";
            peer.send(bomb + "\r\n");
        } else {
            peer.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'001, 'b'));
        }
    });
    auto on = make_engine();
    auto const headers = fetch(on, get(server.url("/headers")));
    CHECK(headers->end.code == errc::protocol);
    CHECK(headers->end.message.find("sent headers too large: more than 262144 bytes") != std::string::npos);
    auto limited = get(server.url("/body"));
    limited.max_body = 100'000;
    auto const body = fetch(on, limited);
    CHECK(body->end.code == errc::protocol);
    CHECK(body->end.message.find("more than 100000 bytes") != std::string::npos);
    limited.max_body = 100'001;
    CHECK_FALSE(fetch(on, limited)->end);
}

TEST_CASE("engine: each way to fail has its code, and says whether the request was sent", "[engine]") {
    auto on = make_engine();
    SECTION("nobody listens") {
        std::uint16_t port = 0;
        ::close(socket_server::listen_on_loopback(1, port));
        auto const transfer = fetch(on, post("http://127.0.0.1:" + std::to_string(port) + "/secret?x=1", "{}"));
        CHECK(transfer->end.code == errc::transport);
        CHECK_FALSE(transfer->end.request_sent);
        CHECK(transfer->end.message.find("cannot connect to http://127.0.0.1:" + std::to_string(port) + ": ") == 0);
        CHECK(transfer->end.message.find("secret") == std::string::npos);
    }
    SECTION("cut inside the head") {
        socket_server server([](connection& peer) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: applic");
        });
        auto const transfer = fetch(on, get(server.url()));
        CHECK(transfer->end.code == errc::truncated);
        CHECK(transfer->end.message.find("inside its head") != std::string::npos);
    }
}

TEST_CASE("engine: what went out on a reused connection was sent", "[engine]") {
    std::promise<void> second;
    socket_server server([&](connection& peer) {
        if (peer.read_request().empty()) return;
        peer.send(plain_answer("ok"));
        if (peer.read_request().empty()) return;
        second.set_value();
        peer.peer_closes();
    });
    auto on = make_engine();
    CHECK(fetch(on, post(server.url(), "{}"))->request_sent());
    auto const waiting = on.start(post(server.url(), "{}"), true);
    CHECK_FALSE(waiting->request_sent());
    auto sent = second.get_future();
    while (sent.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) on.perform();
    CHECK_FALSE(waiting->ended);
    CHECK(waiting->request_sent());
    CHECK(server.accepted() == 1);
}

TEST_CASE("engine: redirects are answers, never followed", "[engine]") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty())
            peer.send("HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    });
    {
        auto on = make_engine();
        auto what = get(server.url());
        what.headers = {{"Authorization", "hidden"}};
        CHECK(fetch(on, what)->head.status == 307);
    }
    CHECK(server.accepted() == 1);
}

TEST_CASE("engine: destroying a transfer closes its connection", "[engine]") {
    std::promise<bool> closed;
    socket_server server([&](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        closed.set_value(peer.peer_closes());
    });
    auto on = make_engine();
    auto transfer = on.start(get(server.url()), false);
    drive(on, *transfer, [&] { return transfer->buffer.size() > 0; });
    transfer.reset();
    CHECK(closed.get_future().get());
}

TEST_CASE("engine: a sleeper is woken from another thread, also when the engine is gone", "[engine][threads]") {
    std::shared_ptr<waker> bed;
    {
        auto on = make_engine();
        bed = on.bed();
        bed->wake();
        on.wait(60'000);  // returns at once: the wake-up waits for the sleeper
    }
    bed->wake();
}
