#include "bedrock/engine/request.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"
#include "support/temporary_file.hpp"

#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

using namespace bedrock;
using http_request::get;
using http_request::post;

namespace {

std::size_t let_fall(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

/// Runs the request on the spot. How it failed, if it did.
http::failure fetch(http::request what) {
    curl_request request(std::move(what));
    std::optional<bool> has_own_bundle;
    if (auto refused = request.set_up(nullptr, has_own_bundle)) return refused;
    request.set(CURLOPT_WRITEFUNCTION, &let_fall);
    auto const code = curl_easy_perform(request.handle());
    CHECK(request.connecting_ms().has_value() == request.is_sent());
    return code == CURLE_OK ? http::failure{} : request.describe(code);
}

}  // namespace

TEST_CASE("engine/request: a body of several megabytes is sent whole, without Expect", "[engine]") {
    std::string body(3 << 20, 'x');
    body[12345] = '\0';
    std::promise<std::string> seen;
    socket_server server([&](connection& peer) {
        seen.set_value(peer.read_request());
        peer.send(plain_answer("ok"));
    });
    CHECK_FALSE(fetch(post(server.url(), body)));
    auto const request = seen.get_future().get();
    CHECK(request.find("Expect:") == std::string::npos);
    CHECK(request.ends_with("\r\n\r\n" + body));
}

TEST_CASE("engine/request: each way to fail has its code, and says whether the request was sent", "[engine]") {
    SECTION("the host does not resolve") {
        auto const end = fetch(get("http://no-such-host.invalid/"));
        CHECK(end.code == errc::transport);
        CHECK_FALSE(end.request_sent);
        CHECK(end.message.find("cannot resolve the host of http://no-such-host.invalid") == 0);
    }
    SECTION("closed without an answer") {
        socket_server server([](connection& peer) { peer.read_request(); });
        auto const end = fetch(post(server.url(), "{}"));
        CHECK(end.code == errc::transport);
        CHECK(end.request_sent);
    }
    SECTION("reset inside the body") {
        socket_server server([](connection& peer) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            peer.reset_on_close();
        });
        auto const end = fetch(get(server.url()));
        CHECK(end.code == errc::transport);
    }
    SECTION("cut inside a body of known length, and inside a chunked one") {
        socket_server server([](connection& peer) {
            bool const chunked = peer.read_request().starts_with("GET /chunked");
            peer.send(chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
                              : "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        });
        for (auto const* path : {"/length", "/chunked"}) {
            auto const end = fetch(get(server.url(path)));
            CHECK(end.code == errc::truncated);
        }
    }
    SECTION("not HTTP") {
        socket_server server([](connection& peer) {
            peer.read_request();
            peer.send("SSH-2.0-OpenSSH_9.2\r\n");
        });
        auto const end = fetch(get(server.url()));
        CHECK(end.code == errc::protocol);
        CHECK(end.message.find("did not answer in HTTP") != std::string::npos);
    }
    SECTION("not a URL, not a protocol of ours") {
        CHECK(fetch(get("http://[half/")).code == errc::invalid_input);
        CHECK(fetch(get("file:///etc/passwd")).code == errc::invalid_input);
    }
}

TEST_CASE("engine/request: a method without a body is sent by its name", "[engine]") {
    std::promise<std::string> seen;
    socket_server server([&](connection& peer) {
        seen.set_value(peer.read_request());
        peer.send(plain_answer("ok"));
    });
    auto what = get(server.url("/token"));
    what.method = "PUT";
    what.headers = {{"X-Blank", " "}};
    CHECK_FALSE(fetch(what));
    auto const request = seen.get_future().get();
    CHECK(request.starts_with("PUT /token HTTP/1.1\r\n"));
    CHECK(request.find("\r\nX-Blank:\r\n") != std::string::npos);
    CHECK(request.find("Content-Length") == std::string::npos);
}

TEST_CASE("engine/request: a proxy is named without its user, one that is no URL is refused", "[engine]") {
    auto what = get("http://example.invalid/secret");
    what.proxy.url = "http://user:hidden@:80";
    auto const refused = fetch(what);
    CHECK(refused.code == errc::invalid_input);
    CHECK(refused.message.find("the proxy ") == 0);
    CHECK(refused.message.find("hidden") == std::string::npos);

    what.proxy.url = "http://user:hidden@no-such-host.invalid:1";
    auto const lost = fetch(what);
    CHECK(lost.message.find("cannot resolve the proxy http://no-such-host.invalid:1: ") == 0);
    CHECK(lost.message.find("hidden") == std::string::npos);
}

TEST_CASE("engine/request: nothing is known of one that was not made, or was left", "[engine]") {
    curl_request request(get("https://example.invalid/x"));
    CHECK(request.handle() == nullptr);
    CHECK_FALSE(request.is_sent());
    CHECK_FALSE(request.connecting_ms());
    CHECK(request.peer() == "https://example.invalid");
    std::optional<bool> has_own_bundle;
    REQUIRE_FALSE(request.set_up(nullptr, has_own_bundle));
    CHECK(has_own_bundle);
    auto* const mine = request.handle();
    request.abandon();
    CHECK(request.handle() == nullptr);
    curl_easy_cleanup(mine);  // still there: nobody else did
}

TEST_CASE("engine/request: a FIFO in place of a certificate is refused, not waited for", "[engine]") {
    temporary_file const file("file", "");
    auto const fifo = file.folder() + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    auto const message_of = [&](std::string http::tls_files::*member) {
        auto what = get("https://127.0.0.1:1/");
        what.tls.*member = fifo;
        auto const end = fetch(std::move(what));
        CHECK(end.code == errc::invalid_input);
        return end.message;
    };
    auto const refusal = "cannot read the TLS file \"" + fifo + "\": it is not a regular file";
    CHECK(message_of(&http::tls_files::authorities) == refusal);
    CHECK(message_of(&http::tls_files::certificate) == refusal);
    CHECK(message_of(&http::tls_files::key) == refusal);
    ::unlink(fifo.c_str());
}
