#include "bedrock/testing/http_server.hpp"

#include "support/plain_socket.hpp"

#include "support/catch.hpp"
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using namespace bedrock::testing;

namespace {

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

/// Answers with the target, misbehaving as the target says behind its '/'.
send_plan echo(wire_request request) {
    auto const wanted = parse_fault(std::string_view(request.target).substr(1));
    auto body = request.body.empty() ? request.target : std::to_string(request.body.size());
    return plan_reply({.pieces = {std::move(body), "."}, .chunked = false}, wanted.value_or(fault()));
}

std::string answer(std::string const& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("requests on one connection are answered in order, also sent at once or byte by byte",
          "[testing][server][threads]") {
    http_server const server(echo);
    REQUIRE(server.running());
    plain_socket client(server.url());
    client.send(get("/a") + get("/b"));
    CHECK(client.receive("/b.") == answer("/a.") + answer("/b."));
    for (char const c : get("/c")) client.send({&c, 1});
    CHECK(client.receive("/c.") == answer("/c."));
    CHECK(server.open_connections() == 1);
}

TEST_CASE("large bodies, with and without Expect", "[testing][server][threads]") {
    http_server const server(echo);
    std::string const body(3'000'000, 'x');
    plain_socket client(server.url());
    client.send("POST / HTTP/1.1\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(body);
    CHECK(client.receive("00.") == answer("3000000."));
    client.send("POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + body);
    CHECK(client.receive("00.") == answer("3000000."));
}

TEST_CASE("connections end as the fault says", "[testing][server][threads]") {
    http_server const server(echo);
    auto const head = std::string("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
    plain_socket cut(server.url());
    cut.send(get("/cut:3"));
    CHECK(cut.receive("") == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n/cu");
    CHECK(cut.ended == "closed");
    plain_socket reset(server.url());
    reset.send(get("/reset:head"));
    CHECK(reset.receive("") == "");
    CHECK(reset.ended == "reset");
    plain_socket stall(server.url());
    stall.send(get("/stall:0"));
    CHECK(stall.receive("", 100).starts_with("HTTP/1.1 200"));
    CHECK(stall.ended == "quiet");
    plain_socket drip(server.url());
    drip.send(get("/drip:1"));
    CHECK(drip.receive(":1.") == head + "/drip:1.");
}

TEST_CASE("what is no request costs its connection, and no other", "[testing][server][threads]") {
    http_server const server(echo);
    plain_socket other(server.url());
    for (auto const& [text, status] : {std::pair<std::string, std::string>{"nonsense\r\n\r\n", "400"},
                                       {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411"},
                                       {"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"},
                                       {std::string(70'000, 'a'), "413"}}) {
        plain_socket client(server.url());
        client.send(text);
        CHECK(client.receive("").starts_with("HTTP/1.1 " + status));
        CHECK(client.ended != "quiet");
    }
    other.send(get("/still"));
    CHECK(other.receive("/still.") == answer("/still."));
    other.send("GET /last HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(other.receive("") == answer("/last."));
    CHECK(other.ended == "closed");
}

TEST_CASE("a client that does not read holds nobody up", "[testing][server][threads]") {
    http_server const server([](wire_request request) {
        return plan_reply({.pieces = {request.target == "/big" ? std::string(20'000'000, 'x') + "end" : "small"}});
    });
    plain_socket slow(server.url());
    slow.send(get("/big"));
    plain_socket quick(server.url());
    quick.send(get("/"));
    CHECK(quick.receive("small").ends_with("small"));
    CHECK(slow.receive("xend").size() > 20'000'000);
}

TEST_CASE("destroyed with connections in every state", "[testing][server][threads]") {
    std::vector<std::unique_ptr<plain_socket>> clients;
    {
        http_server const server(echo);
        for (auto const* const text :
             {"", "GET /", "GET /stall:0 HTTP/1.1\r\n\r\n", "GET /stall:head HTTP/1.1\r\n\r\n"}) {
            clients.push_back(std::make_unique<plain_socket>(server.url()));
            clients.back()->send(text);
        }
        CHECK(clients[2]->receive("\r\n\r\n") != "");
    }
    for (auto const& client : clients) {
        client->receive("");
        CHECK(client->ended != "quiet");
    }
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("a handler that throws leaves nobody waiting", "[testing][server][threads]") {
    http_server const server([](wire_request) -> send_plan { throw 1; });
    plain_socket waiting(server.url());
    plain_socket client(server.url());
    waiting.send("GET");
    client.send(get("/"));
    CHECK(client.receive("") == "");
    CHECK(client.ended != "quiet");
    waiting.receive("");
    CHECK(waiting.ended != "quiet");
    CHECK(server.open_connections() == 0);
}
#endif
