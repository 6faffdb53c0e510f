#include "bedrock/credentials/bounded_fetch.hpp"

#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"
#include "support/http_request.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

using namespace bedrock;
using http_request::get;

namespace {

fetched fetch(real_run& run, std::string url, fetch_limits limits = {}) {
    return run(fetch_bounded(get(std::move(url)), limits, run.here));
}

constexpr fetch_limits brief{150, 150, 1000};

}  // namespace

TEST_CASE("bounded fetch: head and body of an answer, whatever its status", "[credentials]") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send(
            "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    });
    real_run run;
    auto const got = fetch(run, server.url());
    CHECK_FALSE(got.failure);
    CHECK(got.status() == 404);
    CHECK(http::find_header(got.head.headers, "x-a") == "1");
    CHECK(got.body == "onetwo");
    CHECK(got.describe() == "HTTP 404: onetwo");
}

TEST_CASE("bounded fetch: a body of just the limit is taken, one byte more is not", "[credentials]") {
    socket_server server([](connection& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request())
            peer.send(plain_answer(std::string(request.starts_with("GET /more") ? 1001 : 1000, 'x')));
    });
    real_run run;
    CHECK(fetch(run, server.url("/whole"), brief).body.size() == 1000);
    auto const more = fetch(run, server.url("/more"), brief);
    CHECK(more.failure.code == errc::protocol);
    CHECK(more.describe() == "an answer of more than 1000 bytes");
    CHECK_FALSE(more.may_pass());
}

TEST_CASE("bounded fetch: an endless body is stopped by its size", "[credentials]") {
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        while (peer.send(std::string(65536, 'x'))) {
        }
    });
    real_run run;
    CHECK(fetch(run, server.url()).describe() == "an answer of more than 65536 bytes");
}

TEST_CASE("bounded fetch: each way to be late ends it and has its words", "[credentials]") {
    real_run run;
    SECTION("no connection") {
        black_hole hole;
        auto const got = fetch(run, hole.url(), brief);
        CHECK(got.failure.code == errc::timeout);
        CHECK(got.describe() == "no connection within 150 ms");
        CHECK(got.may_pass());
        CHECK(got.status() == 0);
    }
    SECTION("no answer, or half a head") {
        socket_server server([](connection& peer) {
            if (peer.read_request().starts_with("GET /half")) peer.send("HTTP/1.1 200 OK\r\nContent-");
            peer.peer_closes();
        });
        for (auto const* path : {"/silent", "/half"}) {
            auto const got = fetch(run, server.url(path), brief);
            CHECK(got.failure.code == errc::timeout);
            CHECK(got.describe() == "connected, but no answer within 150 ms");
            CHECK(got.may_pass());
        }
    }
    SECTION("half a body") {
        socket_server server([](connection& peer) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
            peer.peer_closes();
        });
        auto const got = fetch(run, server.url(), brief);
        CHECK(got.failure.code == errc::timeout);
        CHECK(got.describe() == "the answer began, but nothing more came for 150 ms");
    }
    SECTION("a body that drips for ever") {
        socket_server server([](connection& peer) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\n\r\n");
            while (peer.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        });
        auto const got = fetch(run, server.url(), brief);
        CHECK(got.failure.code == errc::timeout);
        CHECK(got.failure.request_sent);
        CHECK(got.describe() == "the answer began, but did not end within 150 ms");
    }
}

TEST_CASE("bounded fetch: broken connections", "[credentials]") {
    real_run run;
    auto const refused = fetch(run, "http://127.0.0.1:1/");
    CHECK(refused.failure.code == errc::transport);
    CHECK(refused.describe().starts_with("cannot connect to http://127.0.0.1:1: "));
    CHECK(refused.may_pass());
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
    });
    auto const cut = fetch(run, server.url());
    CHECK(cut.failure.code == errc::truncated);
    CHECK(cut.may_pass());
}

TEST_CASE("bounded fetch: past the proxy when told so", "[credentials]") {
    socket_server proxy([](connection& peer) {
        peer.read_request();
        peer.send(plain_answer("the proxy"));
    });
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send(plain_answer("the server"));
    });
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    real_run run;
    auto request = get(server.url());
    auto const by_proxy = run(fetch_bounded(request, {}, run.here));
    request.no_proxy = true;
    auto const past_it = run(fetch_bounded(request, {}, run.here));
    ::unsetenv("http_proxy");
    CHECK(by_proxy.body == "the proxy");
    CHECK(past_it.body == "the server");
    CHECK(proxy.accepted() == 1);
}

TEST_CASE("bounded fetch: what an answer says, and whether it may pass", "[credentials]") {
    fetched got;
    got.head.status = 200;
    got.body = R"({"SecretAccessKey":"hidden"})";
    CHECK(got.describe() == "HTTP 200");
    got.head.status = 400;
    got.body = R"({"Code":"InvalidToken","Message":"the token\nis wrong"})";
    CHECK(got.describe() == "HTTP 400: InvalidToken: the token is wrong");
    got.body = "<h1>no</h1>\r\n";
    CHECK(got.describe() == "HTTP 400: <h1>no</h1>");
    got.body = std::string(5000, 'x');
    CHECK(got.describe().size() < 270);
    got.body.clear();
    CHECK(got.describe() == "HTTP 400");
    for (int const status : {200, 301, 400, 401, 403, 404}) {
        got.head.status = status;
        CHECK_FALSE(got.may_pass());
    }
    for (int const status : {429, 500, 503}) {
        got.head.status = status;
        CHECK(got.may_pass());
    }
    CHECK(describe_effort(1, 0) == "1 attempt, 0 ms");
    CHECK(describe_effort(3, 1200) == "3 attempts, 1200 ms");
}
