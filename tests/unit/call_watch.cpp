#include "bedrock/call_watch.hpp"

#include "bedrock/invoke.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

struct watched_fixture : client_fixture {
    watched_fixture() {
        options.surroundings->steady_milliseconds = [this] { return now += 1; };
        options.on_call = [this](call_report const& report) {
            calls.push_back(describe(report));
            last = report;
            last.operation = last.model_id = last.request_id = last.error_name = last.stop_reason = {};
        };
        options.on_attempt = [this](attempt_report const& report) { attempts.push_back(report); };
    }
    /// Without its times.
    std::string call(std::size_t index) const {
        auto line = calls.at(index);
        for (auto at = line.find(" ms"); at != std::string::npos; at = line.find(" ms", at)) {
            auto begin = line.rfind(' ', at - 1) + 1;
            line.replace(begin, at - begin, "N");
            at = begin + 4;
        }
        return line;
    }

    std::int64_t now = 0;
    std::vector<std::string> calls;
    std::vector<attempt_report> attempts;
    call_report last;
};

constexpr char id[] = "request id 00000000-0000-4000-8000-00000000000";

}  // namespace

TEST_CASE_METHOD(watched_fixture, "call_watch: each call is told of once, with attempts and tokens", "[client]") {
    server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    auto client = this->client();
    REQUIRE(client.converse(ask_for("hello")));
    REQUIRE(calls.size() == 1);
    CHECK(call(0) == "Converse anthropic.claude-v2:1: complete, end_turn, 2 attempts, " + std::string(id) +
                         "2, N ms, 2 tokens in, 3 out");
    CHECK(last.http_status == 200);
    CHECK_FALSE(last.first_event_ms);

    auto const refused = client.converse(ask_for("hello", ""));
    REQUIRE_FALSE(refused);
    REQUIRE_FALSE(client.invoke_model({.body = "{}"}));
    CHECK(calls.size() == 1);  // nothing that could be sent

    server.enqueue(mock::error_reply(400, "ValidationException", "no"));
    REQUIRE_FALSE(client.converse(ask_for("hello")));
    CHECK(call(1) == "Converse anthropic.claude-v2:1: ValidationException, 1 attempt, " + std::string(id) + "3, N ms");
    CHECK(last.http_status == 400);
    REQUIRE(client.invoke_model({.model_id = "m", .body = "{}"}));
    CHECK(call(2) == "InvokeModel m: complete, 1 attempt, " + std::string(id) + "4, N ms");
}

TEST_CASE_METHOD(watched_fixture, "call_watch: a stream is told of at its end, with its first event", "[client]") {
    auto client = this->client();
    { auto const never_begun = client.open_stream(ask_for("hello")); }
    CHECK(calls.empty());
    auto events = client.open_stream(ask_for("hello"));
    std::uint64_t count = 0;
    while (events.next()) ++count;
    REQUIRE(calls.size() == 1);
    REQUIRE(std::move(events).finish());
    REQUIRE(calls.size() == 1);
    CHECK(call(0) == "ConverseStream anthropic.claude-v2:1: complete, end_turn, 1 attempt, " + std::string(id) +
                         "1, N ms, first event after N ms, " + std::to_string(count) + " events, 2 tokens in, 3 out");
    REQUIRE(last.first_event_ms);
    CHECK(*last.first_event_ms < last.milliseconds);
    CHECK(last.bytes_received > 100 * count);
}

TEST_CASE_METHOD(watched_fixture, "call_watch: streams that break, are cancelled or dropped", "[client]") {
    auto client = one_attempt_client();
    auto const whole = mock::stream_reply({mock::frame("messageStart", R"({"role":"assistant"})"),
                                           mock::frame("messageStop", R"({"stopReason":"end_turn"})")});
    server.enqueue(mock::cut_after(whole, 80));
    REQUIRE_FALSE(drain(client.open_stream(ask_for("hello"))).end);
    CHECK(call(0).starts_with("ConverseStream anthropic.claude-v2:1: Truncated, 1 attempt, "));
    server.enqueue(mock::error_reply(429, "ThrottlingException", "slow down"));
    REQUIRE_FALSE(drain(client.open_stream(ask_for("hello"))).end);
    CHECK(call(1).starts_with("ConverseStream anthropic.claude-v2:1: ThrottlingException, 1 attempt, "));
    CHECK_FALSE(last.first_event_ms);
    {
        auto events = client.open_stream(ask_for("hello"));
        REQUIRE(events.next());
        auto const moved = std::move(events);
        CHECK(calls.size() == 2);
    }
    REQUIRE(calls.size() == 3);
    CHECK(call(2).starts_with("ConverseStream anthropic.claude-v2:1: Cancelled, 1 attempt, "));
    CHECK(last.events == 1);
    {
        auto events = client.open_stream(ask_for("hello"));
        REQUIRE(events.next());
        events.cancel();
        CHECK_FALSE(events.next());
        CHECK(calls.size() == 4);
    }
    CHECK(calls.size() == 4);
}

TEST_CASE_METHOD(watched_fixture, "call_watch: an attempt is told of with its stations", "[client]") {
    auto client = this->client();
    REQUIRE(client.converse(ask_for("hello")));
    REQUIRE(client.converse(ask_for("hello")));
    REQUIRE(attempts.size() == 2);
    for (auto const& one : attempts) {
        CHECK(one.phases.resolved_ms >= 0);
        CHECK(one.phases.connected_ms >= one.phases.resolved_ms);
        CHECK(one.phases.secured_ms == 0);
        CHECK(one.phases.first_byte_ms >= one.phases.connected_ms);
        CHECK(one.bytes_sent > 50);
    }
    auto away = options;
    away.endpoint = "http://127.0.0.1:1";
    away.retry.max_attempts = 1;
    REQUIRE_FALSE(bedrock::client(away).converse(ask_for("hello")));
    CHECK(attempts.at(2).phases.first_byte_ms == -1);
}
