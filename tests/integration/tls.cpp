// What an engine accepts of a server, and what its connections are like, on real sockets with certificates made here.
#include "bedrock/engine.hpp"

#include "support/socket_server.hpp"
#include "support/tls_server.hpp"

#include "support/catch.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using flaw = mock::tls_server_options::flaw;

namespace {

constexpr char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Whatever of a request was left out when it was set up, this server notices.
std::string take_whole(mock::tls_request const& request) {
    bool const is_whole = request.text.starts_with("POST /path?secret=1 HTTP/1.1\r\n") &&
                          request.text.find("\r\nX-Sent: yes\r\n") != std::string::npos &&
                          request.text.ends_with("\r\n\r\nthe body");
    return is_whole ? answer : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
}

std::unique_ptr<mock::tls_server> serve(mock::tls_server_options how = {.asks_for_certificate = false}) {
    return std::make_unique<mock::tls_server>(take_whole, how);
}

http::request post_to(mock::tls_server const& server) {
    http::request made;
    made.method = "POST";
    made.url = "https://" + server.authority() + "/path?secret=1";
    made.headers = {{"X-Sent", "yes"}};
    made.body = "the body";
    made.tls.authorities = server.authority_file();
    return made;
}

std::unique_ptr<curl_transfer> fetch(engine& on, http::request what) {
    auto transfer = on.start(std::move(what), true);
    for (on.perform(); !transfer->ended; on.perform()) on.wait(10'000);
    return transfer;
}

http::failure refusal(http::request what) {
    engine on(std::make_shared<engine_share>());
    auto const got = fetch(on, std::move(what));
    CHECK(got->head.status == 0);
    CHECK(got->end.message.find("secret") == std::string::npos);
    return got->end;
}

bool contains(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// How often a file was opened in the life of this.
class open_counter {
  public:
    explicit open_counter(char const* path) : queue_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        REQUIRE(queue_ >= 0);
        REQUIRE(::inotify_add_watch(queue_, path, IN_OPEN) >= 0);
    }
    open_counter(open_counter const&) = delete;
    open_counter& operator=(open_counter const&) = delete;
    ~open_counter() { ::close(queue_); }
    int take() {
        alignas(inotify_event) char events[4096];
        int count = 0;
        for (auto got = ::read(queue_, events, sizeof events); got > 0; got = ::read(queue_, events, sizeof events))
            count += static_cast<int>(static_cast<std::size_t>(got) / sizeof(inotify_event));  // a file's have no name
        return count;
    }

  private:
    int queue_;
};

}  // namespace

TEST_CASE("tls: a private authority is taken by file and by folder, and only where it is named") {
    auto const server = serve();
    engine on(std::make_shared<engine_share>());
    CHECK(fetch(on, post_to(*server))->head.status == 200);
    auto by_folder = post_to(*server);
    by_folder.tls.authorities.clear();
    by_folder.tls.authority_folder = server->authority_folder();
    engine another(std::make_shared<engine_share>());
    CHECK(fetch(another, by_folder)->head.status == 200);

    auto unnamed = post_to(*server);
    unnamed.tls = {};
    auto const why = refusal(unnamed);
    CHECK(why.code == errc::transport);
    CHECK(why.permanent);
    CHECK(contains(why.message, "https://" + server->authority() + " is not who it should be: "));
    CHECK(contains(why.message, "AWS_CA_BUNDLE"));
}

TEST_CASE("tls: a certificate that does not hold ends the request for good, and says what to do") {
    struct sample {
        flaw certificate;
        char const* advice;
    };
    for (auto const& one : {sample{flaw::expired, "renew its certificate, or set this machine's clock"},
                            sample{flaw::not_yet_valid, "renew its certificate, or set this machine's clock"},
                            sample{flaw::other_host, "check the host name of the endpoint"},
                            sample{flaw::other_authority, "AWS_CA_BUNDLE"}}) {
        INFO(one.advice);
        auto const server = serve({.asks_for_certificate = false, .certificate = one.certificate});
        auto const why = refusal(post_to(*server));
        CHECK(why.code == errc::transport);
        CHECK(why.permanent);
        CHECK_FALSE(why.request_sent);
        CHECK(contains(why.message, one.advice));
        CHECK(contains(why.message, server->authority()));
        CHECK(server->requests().empty());
    }
}

TEST_CASE("tls: no variable switches verification off") {
    auto const server = serve({.asks_for_certificate = false, .certificate = flaw::other_authority});
    constexpr char const* variables[][2] = {{"CURL_INSECURE", "1"},          {"SSL_NO_VERIFY", "1"},
                                            {"AWS_NO_VERIFY_SSL", "true"},   {"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
                                            {"PYTHONHTTPSVERIFY", "0"},      {"GIT_SSL_NO_VERIFY", "true"},
                                            {"CURL_CA_BUNDLE", "/dev/null"}, {"REQUESTS_CA_BUNDLE", "/dev/null"}};
    for (auto const& [name, value] : variables) ::setenv(name, value, 1);
    CHECK(refusal(post_to(*server)).permanent);
    for (auto const& [name, value] : variables) ::unsetenv(name);
}

TEST_CASE("tls: files that cannot be used are named before anything is sent") {
    auto const server = serve();
    auto what = post_to(*server);
    what.tls.authorities = "/no/such/bundle.pem";
    auto const bundle = refusal(what);
    CHECK(bundle.code == errc::invalid_input);
    CHECK(contains(bundle.message, "/no/such/bundle.pem"));
    what = post_to(*server);
    what.tls.certificate = "/no/such/certificate.pem";
    auto const certificate = refusal(what);
    CHECK(certificate.code == errc::invalid_input);
    CHECK(contains(certificate.message, "/no/such/certificate.pem"));
}

TEST_CASE("tls: a server that wants a certificate of this side gets the one that was named") {
    auto const server = serve({});
    auto what = post_to(*server);
    auto const without = refusal(what);
    CHECK(without.code == errc::transport);
    CHECK(without.permanent);
    CHECK(contains(without.message, "network.tls.certificate"));
    what.tls.certificate = server->stranger_certificate_file();
    what.tls.key = server->stranger_key_file();
    CHECK(contains(refusal(what).message, "network.tls.certificate"));
    what.tls.certificate = server->certificate_file();
    what.tls.key = server->key_file();
    engine on(std::make_shared<engine_share>());
    CHECK(fetch(on, what)->head.status == 200);
    REQUIRE(server->requests().size() == 1);
    CHECK(server->requests()[0].client_name == "device-1");
}

TEST_CASE("tls: nothing older than TLS 1.2 is spoken") {
    auto const server = serve({.asks_for_certificate = false, .is_old = true});
    auto const why = refusal(post_to(*server));
    CHECK(why.code == errc::transport);
    CHECK(contains(why.message, "TLS 1.2 is the oldest"));
    CHECK(server->requests().empty());
}

TEST_CASE("tls: HTTP/2 is only tried where it is wanted, and a server without it is spoken to in HTTP/1.1") {
    auto const server = serve();
    auto what = post_to(*server);
    what.http2 = true;
    engine on(std::make_shared<engine_share>());
    CHECK(fetch(on, what)->head.status == 200);
    CHECK(contains(server->requests().at(0).text, "POST /path?secret=1 HTTP/1.1\r\n"));
}

TEST_CASE("tls: engines of one share take up each other's sessions") {
    auto const server = serve();
    auto const share = std::make_shared<engine_share>();
    for (int i = 0; i < 3; ++i) {
        engine on(share);
        CHECK(fetch(on, post_to(*server))->head.status == 200);
    }
    engine stranger(std::make_shared<engine_share>());
    CHECK(fetch(stranger, post_to(*server))->head.status == 200);
    auto const seen = server->requests();
    REQUIRE(seen.size() == 4);
    CHECK_FALSE(seen[0].resumed);
    CHECK(seen[1].resumed);
    CHECK(seen[2].resumed);
    CHECK_FALSE(seen[3].resumed);
}

TEST_CASE("tls: a proxy that speaks TLS itself is checked as a host is") {
    mock::tls_server const proxy(
        [](mock::tls_request const&) { return "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n"; },
        {.asks_for_certificate = false});
    http::request what;
    what.url = "https://host.test/";
    what.proxy.url = "https://user:pass@" + proxy.authority();
    what.proxy.authorities = proxy.authority_file();
    auto const refused = refusal(what);
    CHECK_FALSE(refused.request_sent);
    CHECK(refused.permanent);
    CHECK(contains(refused.message,
                   "the proxy https://" + proxy.authority() + " did not connect to https://host.test (status 407)"));
    what.proxy.authorities.clear();
    what.tls.authorities = proxy.authority_file();
    CHECK(contains(refusal(what).message, "(status 407)"));
    what.proxy.authorities = proxy.stranger_certificate_file();
    auto const unknown = refusal(what);
    CHECK(unknown.permanent);
    CHECK(contains(unknown.message, "https://host.test through the proxy https://" + proxy.authority()));
    CHECK_FALSE(contains(unknown.message, "pass"));
    CHECK(proxy.requests().size() == 2);
}

#if LIBCURL_VERSION_NUM >= 0x075700
TEST_CASE("tls: authorities are read once an engine, however many connections it opens") {
    auto const server = serve();
    auto fresh = post_to(*server);
    fresh.fresh_connection = true;
    open_counter own(fresh.tls.authorities.c_str());
    engine on(std::make_shared<engine_share>());
    for (int i = 0; i < 4; ++i) CHECK(fetch(on, fresh)->head.status == 200);
    CHECK(own.take() == 1);

    char const* const bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (!bundle || ::access(bundle, R_OK) != 0) return;
    open_counter system(bundle);
    fresh.tls = {};
    engine by_default(std::make_shared<engine_share>());
    (void)fetch(by_default, fresh);
    auto const first = system.take();  // one look whether it is there, one load
    CHECK(first <= 2);
    for (int i = 0; i < 3; ++i) (void)fetch(by_default, fresh);
    CHECK(system.take() <= 3);  // a failed verification may come of a bundle that was read without memory
}
#endif

TEST_CASE("connections: keepalive is armed on the socket itself") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty()) peer.send(answer);
    });
    engine on(std::make_shared<engine_share>());
    http::request what;
    what.url = server.url();
    CHECK(fetch(on, what)->head.status == 200);
    int found = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || ntohs(peer.sin_port) != server.port())
            continue;
        ++found;
        auto const option = [fd](int level, int name) {
            int value = -1;
            socklen_t length = sizeof value;
            CHECK(::getsockopt(fd, level, name, &value, &length) == 0);
            return value;
        };
        CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
        CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 30);
        CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 15);
        CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 1);
    }
    CHECK(found == 1);
}

TEST_CASE("connections: a reused one that dies before its answer is repeated by libcurl, a fresh one by nobody") {
    std::atomic<int> requests{0};
    socket_server server([&](connection& peer) {
        if (peer.read_request().empty()) return;
        ++requests;
        peer.send(answer);
        if (peer.read_request().empty()) return;
        ++requests;  // and closed without a word
    });
    http::request what;
    what.url = server.url();
    what.method = "POST";
    what.body = "{}";
    {
        engine on(std::make_shared<engine_share>());
        CHECK(fetch(on, what)->head.status == 200);
        auto const second = fetch(on, what);
        CHECK(second->head.status == 200);
        CHECK(requests == 3);
        CHECK(server.accepted() == 2);
        what.fresh_connection = true;
        CHECK(fetch(on, what)->head.status == 200);
        CHECK(requests == 4);
        CHECK(server.accepted() == 3);
    }
    socket_server deaf([&](connection& peer) { (void)peer.read_request(); });
    what.url = deaf.url();
    engine on(std::make_shared<engine_share>());
    auto const lost = fetch(on, what);
    CHECK(lost->end.code == errc::transport);
    CHECK(lost->end.request_sent);
    CHECK_FALSE(lost->end.permanent);
    CHECK(deaf.accepted() == 1);
}

TEST_CASE("connections: a unix-domain socket takes the place of host and port") {
    char folder[] = "/tmp/bedrock-unix-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    auto const path = std::string(folder) + "/gateway.sock";
    {
        socket_server server(path, [](connection& peer) {
            while (!peer.read_request().empty()) peer.send(answer);
        });
        engine on(std::make_shared<engine_share>());
        http::request what;
        what.url = "http://nowhere.invalid/";
        what.unix_socket = path;
        what.proxy.url = "http://127.0.0.1:1";
        CHECK(fetch(on, what)->head.status == 200);
    }
    http::request what;
    what.url = "http://nowhere.invalid/";
    what.unix_socket = path;
    auto const why = refusal(what);
    CHECK(why.code == errc::transport);
    CHECK(contains(why.message, "on the socket " + path));
    what.unix_socket = std::string(300, 'x');
    CHECK(refusal(what).code != errc::none);
    ::rmdir(folder);
}

TEST_CASE("tls: a body that only the end of its connection ends is not taken for whole") {
    // Whether the server says close_notify (as this one does) or not: libcurl does not tell.
    for (std::string const head : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n"}) {
        mock::tls_server server([&](auto const&) { return head + "ok"; }, {.asks_for_certificate = false});
        engine on(std::make_shared<engine_share>());
        auto const got = fetch(on, post_to(server));
        CHECK(got->head.status == 200);
        CHECK(got->buffer.size() == 2);
        CHECK(got->end.code == errc::protocol);
        CHECK(got->end.permanent);
        CHECK(contains(got->end.message, "neither Content-Length nor chunks"));
    }
    for (std::string const body :
         {"Content-Length: 2\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"}) {
        mock::tls_server server([&](auto const&) { return "HTTP/1.1 200 OK\r\n" + body; },
                                {.asks_for_certificate = false});
        engine on(std::make_shared<engine_share>());
        CHECK_FALSE(fetch(on, post_to(server))->end);
    }
}
