#include "bedrock/transfer_wait.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

http::request impatient_get(std::string url) {
    auto made = http_request::get(std::move(url));
    made.timeouts.connect_ms = 1'000;
    made.timeouts.first_event_ms = 200;
    made.timeouts.first_byte_ms = 300;
    made.timeouts.idle_ms = 400;
    return made;
}

}  // namespace

TEST_CASE("transfer_wait: which clock runs, and when to look again", "[transfer_wait]") {
    socket_server server([](connection& peer) {
        if (peer.read_request().starts_with("GET /part")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
        peer.peer_closes();
    });
    engine on(std::make_shared<engine_share>());
    constexpr std::int64_t started = 50'000;
    auto const drive = [&](curl_transfer& transfer, auto done) {
        while (!done() && !transfer.ended) {
            on.perform(started + 10);
            on.wait(100);
        }
    };
    auto const silent = on.start(impatient_get(server.url("/silent")), true, started);
    transfer_wait plain(*silent, false, started);
    transfer_wait streamed(*silent, true, started);
    auto clock = plain.clock({}, started);
    CHECK(std::string(clock.name) == "connect");
    CHECK(clock.deadline_ms == started + 1'000);
    CHECK(plain.next_look_ms(clock, started) == started + 300);
    CHECK(plain.next_look_ms(clock, started + 900) == started + 1'000);
    CHECK(streamed.next_look_ms(clock, started + 5) == started + 205);
    CHECK(plain.expired(clock).message.find("within 1 s (the connect clock)") != std::string::npos);

    drive(*silent, [&] { return silent->connected_ms().has_value(); });
    auto const connected = *silent->connected_ms();
    CHECK(connected >= started);
    CHECK(connected <= started + 10);
    clock = plain.clock({}, started + 20);
    CHECK(std::string(clock.name) == "first byte");
    CHECK(clock.deadline_ms == connected + 300);
    CHECK(plain.next_look_ms(clock, started + 20) == clock.deadline_ms);
    CHECK(streamed.clock({}, started + 20).deadline_ms == connected + 200);
    deadline::running_clock total;
    total.also(started, 25, "total", "the call did not end");
    CHECK(std::string(plain.clock(total, started + 20).name) == "total");

    auto const part = on.start(impatient_get(server.url("/part")), true, started);
    transfer_wait waited(*part, false, started);
    drive(*part, [&] { return part->buffer.size() == 4; });
    clock = waited.clock({}, started + 70);
    CHECK(std::string(clock.name) == "idle");
    CHECK(clock.deadline_ms == started + 470);
    CHECK(waited.clock({}, started + 100).deadline_ms == started + 470);  // nothing came since
}

TEST_CASE("transfer_wait: how a transfer answers its ask", "[transfer_wait]") {
    engine on(std::make_shared<engine_share>());
    http::failure const late{errc::timeout, true, "late"};
    auto const make = [&] { return on.start(impatient_get("http://[bad"), true); };
    SECTION("plain") {
        http_ask asked(impatient_get(""));
        auto const transfer = make();
        while (!transfer->ended) on.perform();
        answer_by(asked, *transfer, {});
        CHECK(asked.failure.code == errc::invalid_input);
        answer_by(asked, *transfer, late);
        CHECK(asked.failure.code == errc::timeout);
        transfer->end = {};
        transfer->head.status = 418;
        transfer->buffer.append(as_bytes("tea"));
        http_ask whole(impatient_get(""));
        answer_by(whole, *transfer, {});
        CHECK_FALSE(whole.failure);
        CHECK(whole.response.head.status == 418);
        CHECK(whole.response.body == "tea");
    }
    SECTION("a stream") {
        open_ask asked(impatient_get(""));
        auto transfer = make();
        while (!transfer->ended) on.perform();
        answer_by(asked, std::move(transfer), {});
        CHECK(asked.failure.code == errc::invalid_input);
        CHECK_FALSE(asked.transfer);
        open_ask slow(impatient_get(""));
        answer_by(slow, make(), late);
        CHECK(slow.failure.code == errc::timeout);
        CHECK_FALSE(slow.transfer);
    }
    SECTION("more of it") {
        auto const transfer = make();
        transfer->ended = false;
        receive_ask more(*transfer, false);
        answer_by(more, {});
        CHECK_FALSE(transfer->ended);
        answer_by(more, late);
        CHECK(transfer->ended);
        CHECK(transfer->end.message == "late");
    }
}
