// What a forked child may do with a client, and what it must leave alone: its parent's connections.
#include "bedrock/client.hpp"
#include "bedrock/engine.hpp"

#include "support/client_fixture.hpp"
#include "support/tls_server.hpp"

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

/// The exit status of a forked child that does `work`, which answers with a status of its own.
template <class Work>
int in_child(Work work) {
    auto const child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string fetch(engine& on, mock::tls_server const& server) {
    http::request what;
    what.url = "https://" + server.authority() + "/";
    what.tls.authorities = server.authority_file();
    auto transfer = on.start(std::move(what), true);
    for (on.perform(); !transfer->ended; on.perform()) on.wait(10'000);
    return transfer->end ? transfer->end.message : std::string(as_text(transfer->buffer.unread()));
}

constexpr char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr mock::tls_server_options kept{.asks_for_certificate = false, .keeps_connections = true};

/// The descriptor of a connection to this port of the machine, or -1.
int find_connection(unsigned short port) {
    for (int one = 0; one != 1024; ++one) {
        ::sockaddr_storage peer{};
        ::socklen_t size = sizeof peer;
        if (::getpeername(one, reinterpret_cast<::sockaddr*>(&peer), &size) != 0) continue;
        // The port is at the same place for IPv4 and IPv6.
        if (peer.ss_family != AF_INET && peer.ss_family != AF_INET6) continue;
        if (reinterpret_cast<::sockaddr_in const*>(&peer)->sin_port == htons(port)) return one;
    }
    return -1;
}

}  // namespace

TEST_CASE("fork: a child that drops its copy of an engine says nothing on its parent's TLS connection", "[fork]") {
    mock::tls_server const server([](auto const&) { return std::string(ok); }, kept);
    std::optional<engine> on(std::in_place, std::make_shared<engine_share>());
    CHECK(fetch(*on, server) == "ok");
    CHECK(in_child([&] {
              on.reset();
              return 0;
          }) == 0);
    CHECK(fetch(*on, server) == "ok");
    auto const seen = server.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].connection == 1);
}

TEST_CASE("fork: a child closes its copies of the connections that are open, and no other descriptor", "[fork]") {
    mock::tls_server const server([](auto const&) { return std::string(ok); }, kept);
    std::optional<engine> on(std::in_place, std::make_shared<engine_share>());
    http::request what;
    what.url = "https://" + server.authority() + "/";
    what.tls.authorities = server.authority_file();
    what.fresh_connection = true;
    int closed = -1;
    {
        auto const transfer = on->start(std::move(what), true);
        for (on->perform(); !transfer->ended; on->perform()) {
            closed = (std::max)(closed, find_connection(server.port()));
            on->wait(10'000);
        }
    }
    REQUIRE(closed >= 0);
    for (; find_connection(server.port()) >= 0; on->perform()) on->wait(10);
    REQUIRE(::fcntl(closed, F_GETFD) < 0);
    REQUIRE(::dup2(0, closed) == closed);  // somebody else's now
    CHECK(fetch(*on, server) == "ok");
    int const open = find_connection(server.port());
    REQUIRE(open >= 0);
    CHECK(in_child([&] {
              on.reset();
              return ::fcntl(closed, F_GETFD) < 0 ? 1 : ::fcntl(open, F_GETFD) >= 0 ? 2 : 0;
          }) == 0);
    CHECK(fetch(*on, server) == "ok");
    CHECK(server.requests().back().connection == 2);
    ::close(closed);
}

TEST_CASE("fork: a child that drops a request under way says nothing on its parent's connection", "[fork]") {
    std::promise<void> answered;
    mock::tls_server const server(
        [held = answered.get_future().share()](mock::tls_request const& request) {
            if (request.text.starts_with("GET /held")) held.wait();
            return std::string(ok);
        },
        kept);
    std::optional<engine> on(std::in_place, std::make_shared<engine_share>());
    http::request what;
    what.url = "https://" + server.authority() + "/held";
    what.tls.authorities = server.authority_file();
    auto transfer = on->start(std::move(what), true);
    for (on->perform(); !transfer->request_sent(); on->perform()) on->wait(10'000);
    CHECK(in_child([&] {
              transfer.reset();
              on.reset();
              return 0;
          }) == 0);
    answered.set_value();
    for (on->perform(); !transfer->ended; on->perform()) on->wait(10'000);
    CHECK_FALSE(transfer->end);
    CHECK(fetch(*on, server) == "ok");
    auto const seen = server.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].connection == 1);
}

TEST_CASE("fork: the client works in the child too, on connections of its own", "[fork]") {
    client_fixture f;
    auto client = f.client();
    REQUIRE(client.converse(ask_for("before")));
    CHECK(in_child([&] {
              auto const answer = client.converse(ask_for("in the child"));
              auto const again = client.converse(ask_for("in the child, again"));
              return answer && again ? 0 : 1;
          }) == 0);
    REQUIRE(client.converse(ask_for("after")));
    auto const requests = f.server.requests();
    REQUIRE(requests.size() == 4);
    CHECK(requests[0].connection == 1);
    CHECK(requests[1].connection == 2);
    CHECK(requests[2].connection == 2);
    CHECK(requests[3].connection == 1);
}

TEST_CASE("fork: a stream that was open goes on in the parent, and says in the child whose it is", "[fork]") {
    client_fixture f;
    mock::gate rest;
    auto reply =
        mock::stream_reply({mock::frame("messageStart", R"({"role":"assistant"})"),
                            mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"one"}})"),
                            mock::frame("messageStop", R"({"stopReason":"end_turn"})")});
    reply.parts.at(2).hold = rest;
    f.server.enqueue(std::move(reply));
    auto client = f.client();
    auto events = client.open_stream(ask_for("hello"));
    REQUIRE(events.next());
    int const status = in_child([&] {
        while (events.next()) {
        }
        auto const end = std::move(events).finish();
        if (end) return 1;
        if (end.error().message.find("forked") == std::string::npos) return 2;
        return client.converse(ask_for("in the child")) ? 0 : 3;
    });
    CHECK(status == 0);
    rest.open();
    auto const end = drain(std::move(events)).end;
    REQUIRE(end);
    CHECK(end->text() == "one");
}

TEST_CASE("fork: a stream whose bytes are all there already ends with an error in the child", "[fork]") {
    client_fixture f;
    mock::reply whole;
    whole.headers = {{"Content-Type", "application/vnd.amazon.eventstream"}};
    whole.parts = {{mock::golden_stream()}};
    f.server.enqueue(whole);
    auto client = f.client();
    auto events = client.open_stream(ask_for("hello"));
    REQUIRE(events.next());
    int const status = in_child([&] {
        while (events.next()) {
        }
        auto const end = std::move(events).finish();
        if (end) return 1;
        return end.error().message.find("forked") == std::string::npos ? 2 : 0;
    });
    CHECK(status == 0);
    CHECK(drain(std::move(events)).end);
}
