#include "support/relay.hpp"

#include "support/catch.hpp"

#include "support/curl_request.hpp"
#include "support/frames.hpp"
#include "support/mock_server.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

using action = mock::relay_plan::action;

/// A server whose every answer is the golden stream with a Content-Length, and a relay in front of it.
struct relayed_server {
    relayed_server() {
        server.set_handler([](mock::received_request const&) { return std::optional(golden_reply()); });
        REQUIRE(server.running());
        REQUIRE(relay.running());
    }

    static mock::reply golden_reply() {
        auto golden = mock::stream_reply(mock::golden_frames());
        golden.framed = mock::framing::content_length;
        golden.check_authorization = false;
        return golden;
    }

    mock::curl_request request() const {
        mock::curl_request made;
        made.url = relay.url() + "/model/m/converse-stream";
        made.body = "{}";
        return made;
    }

    mock::curl_answer perform(mock::relay_plan plan) {
        relay.enqueue(plan);
        return mock::perform(request());
    }

    mock::server server{};
    mock::relay relay{server.port()};
};

mock::relay_plan plan_at(action what, std::size_t at, bool after_head = true) {
    mock::relay_plan plan;
    plan.what = what;
    plan.at = at;
    plan.after_head = after_head;
    return plan;
}

}  // namespace

TEST_CASE("relay: forwards both ways, and both ends of a connection") {
    relayed_server both;
    {
        mock::curl_client client;
        auto request = both.request();
        request.body = std::string(1000000, 'b');
        for (int i = 0; i < 3; ++i) CHECK(client.perform(request).body == mock::golden_stream());
        CHECK(both.relay.open() == 1);
    }
    CHECK(both.server.requests()[2].body.size() == 1000000);
    CHECK(both.relay.wait_for_client_closes(1));
    CHECK(both.relay.wait_for_open(0));
    CHECK(both.server.wait_for_peer_closes(1));
    CHECK(both.relay.accepted() == 1);
    CHECK(both.relay.bytes_to_clients() > 3 * mock::golden_stream().size());
}

TEST_CASE("relay: forwards megabytes to a client that reads slowly") {
    relayed_server both;
    std::string const large(20000000, 'z');
    auto reply = mock::json_reply(200, large);
    reply.check_authorization = false;
    both.server.enqueue(reply);
    CHECK(mock::perform(both.request()).body == large);
}

TEST_CASE("relay: cuts cleanly at the byte") {
    relayed_server both;
    auto const golden = mock::golden_stream();
    for (std::size_t const at : {std::size_t(0), std::size_t(1), std::size_t(100), golden.size() - 1}) {
        auto const answer = both.perform(plan_at(action::cut, at));
        INFO(at);
        CHECK(answer.code == CURLE_PARTIAL_FILE);
        CHECK(answer.body == golden.substr(0, at));
    }
    CHECK(both.perform(plan_at(action::cut, 0, false)).code == CURLE_GOT_NOTHING);
    // curl 7.88 takes a response that ends inside its head for a complete one without a body.
    CHECK(both.perform(plan_at(action::cut, 20, false)).body.empty());
    CHECK(both.perform(plan_at(action::cut, 100000)).body == golden);
}

TEST_CASE("relay: resets at the byte") {
    relayed_server both;
    auto const answer = both.perform(plan_at(action::reset, 100));
    CHECK(answer.code == CURLE_RECV_ERROR);
    CHECK(answer.body == mock::golden_stream().substr(0, 100));
    CHECK(both.perform(plan_at(action::reset, 0, false)).code == CURLE_RECV_ERROR);
    CHECK(both.relay.wait_for_open(0));
}

TEST_CASE("relay: stalls at the byte until it is resumed") {
    relayed_server both;
    both.relay.enqueue(plan_at(action::stall, 100));
    std::string received;
    bool resumed = false;
    auto request = both.request();
    request.on_data = [&](std::string_view piece) {
        received += piece;
        if (received.size() == 100 && !resumed) {
            resumed = true;
            CHECK(both.relay.open() == 1);
            both.relay.resume();
        }
        return true;
    };
    CHECK(mock::perform(request).code == CURLE_OK);
    CHECK(resumed);
    CHECK(received == mock::golden_stream());

    both.relay.enqueue(plan_at(action::stall, 100));
    request.on_data = nullptr;
    request.timeout_ms = 200;
    auto const answer = mock::perform(request);
    CHECK(answer.code == CURLE_OPERATION_TIMEDOUT);
    CHECK(answer.body == mock::golden_stream().substr(0, 100));
    CHECK(both.relay.wait_for_client_closes(2));
    CHECK(both.relay.wait_for_open(0));
}

TEST_CASE("relay: drips") {
    relayed_server both;
    mock::relay_plan plan;
    plan.what = action::drip;
    plan.step = 3;
    CHECK(both.perform(plan).body == mock::golden_stream());
    plan.step = 64;
    plan.pause = std::chrono::milliseconds(1);
    // One pause for each step but the last: so the steps were sent one by one.
    auto const start = std::chrono::steady_clock::now();
    CHECK(both.perform(plan).body == mock::golden_stream());
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(mock::golden_stream().size() / 64));
}

TEST_CASE("relay: corrupts one byte") {
    relayed_server both;
    auto const golden = mock::golden_stream();
    for (std::size_t const at : {std::size_t(0), std::size_t(77), golden.size() - 1}) {
        auto expected = golden;
        expected[at] = static_cast<char>(expected[at] ^ 0xff);
        INFO(at);
        CHECK(both.perform(plan_at(action::corrupt, at)).body == expected);
    }
    auto one_bit = plan_at(action::corrupt, 5);
    one_bit.mask = 1;
    auto expected = golden;
    expected[5] = static_cast<char>(expected[5] ^ 1);
    CHECK(both.perform(one_bit).body == expected);
    auto status = plan_at(action::corrupt, 9, false);  // "HTTP/1.1 200": the first digit
    status.mask = '2' ^ '5';
    CHECK(both.perform(status).status == 500);
}

TEST_CASE("relay: misbehaves at connect") {
    relayed_server both;
    CHECK(both.perform(plan_at(action::close, 0)).code == CURLE_GOT_NOTHING);
    auto request = both.request();
    request.timeout_ms = 200;
    both.relay.enqueue(plan_at(action::silent, 0));
    CHECK(mock::perform(request).code == CURLE_OPERATION_TIMEDOUT);
    CHECK(both.relay.wait_for_client_closes(2));
    CHECK(both.relay.wait_for_open(0));
    CHECK(both.server.accepted_connections() == 0);
}

TEST_CASE("relay: acts on demand", "[threads]") {
    relayed_server both;
    mock::gate const next;
    mock::curl_answer answer;
    // Returns when the first frame is at the client; the server holds the second one.
    auto const start = [&] {
        auto held = relayed_server::golden_reply();
        held.parts[1].hold = next;
        both.server.enqueue(held);
        auto const arrived = std::make_shared<std::promise<void>>();
        auto const first = arrived->get_future();
        auto request = both.request();
        request.on_data = [arrived, size = std::size_t(0)](std::string_view piece) mutable {
            bool const was_short = size < mock::golden_frames()[0].size();
            size += piece.size();
            if (was_short && size >= mock::golden_frames()[0].size()) arrived->set_value();
            return true;
        };
        std::thread client([&answer, request] { answer = mock::perform(request); });
        CHECK(first.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
        return client;
    };
    auto client = start();
    both.relay.cut();
    client.join();
    CHECK(answer.code == CURLE_PARTIAL_FILE);
    CHECK(answer.body == mock::golden_frames()[0]);
    CHECK(both.server.wait_for_open_connections(0));

    client = start();
    both.relay.reset();
    client.join();
    CHECK(answer.code == CURLE_RECV_ERROR);
    CHECK(answer.body == mock::golden_frames()[0]);
    CHECK(both.server.wait_for_open_connections(0));

    client = start();
    both.relay.stall();
    next.open();
    auto const before = both.relay.bytes_to_clients();
    both.relay.resume();
    client.join();
    CHECK(answer.body == mock::golden_stream());
    CHECK(
        both.relay.wait_for_bytes_to_clients(before + mock::golden_stream().size() - mock::golden_frames()[0].size()));
}

TEST_CASE("relay: a planner decides by the number of the connection") {
    mock::server server;
    mock::relay relay(server.port(), [](std::size_t connection) {
        mock::relay_plan plan;
        if (connection == 2) plan.what = action::close;
        return plan;
    });
    mock::curl_request request;
    request.url = relay.url() + "/";
    CHECK(mock::perform(request).status == 403);
    CHECK(mock::perform(request).code == CURLE_GOT_NOTHING);
    CHECK(mock::perform(request).status == 403);
    relay.set_planner({});
    CHECK(mock::perform(request).status == 403);
}

TEST_CASE("relay: passes a server's reset and a server's absence on") {
    relayed_server both;
    auto scripted = mock::cut_after(relayed_server::golden_reply(), 60, mock::ending::reset);
    both.server.enqueue(scripted);
    CHECK(mock::perform(both.request()).code == CURLE_RECV_ERROR);
    both.server.stop();
    auto const answer = mock::perform(both.request());
    CHECK(answer.code != CURLE_OK);
    CHECK(answer.body.empty());
}
