// What goes wrong with a stream, in every phase of it, as tables: a row is a fault; its columns say what the caller
// gets, how many requests the server sees, and what is kept of the answer.
#include "support/client_fixture.hpp"

#include "support/relay.hpp"
#include "support/socket_server.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char said[] = R"({"message":"said the service"})";

/// An answer of one text and one use of a tool.
std::vector<std::string> const& frames() {
    static std::vector<std::string> const all = {
        mock::frame("messageStart", R"({"role":"assistant"})"),
        mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Let me look."}})"),
        mock::frame("contentBlockStop", R"({"contentBlockIndex":0})"),
        mock::frame("contentBlockStart",
                    R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"weather"}}})"),
        mock::frame("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"city\""}}})"),
        mock::frame("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"toolUse":{"input":":\"Rome\"}"}}})"),
        mock::frame("contentBlockStop", R"({"contentBlockIndex":1})"),
        mock::frame("messageStop", R"({"stopReason":"tool_use"})"),
        mock::frame("metadata", R"({"usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13}})")};
    return all;
}

/// Where in an answer the fault strikes.
struct phase {
    char const* name;
    std::size_t events;  // delivered before
    bool in_head = false;
    std::size_t byte = 0;  // of the head, or behind the events
};

constexpr phase phases[] = {
    {"before the head", 0, true, 0},  {"inside the head", 0, true, 20},
    {"before the first frame", 0},    {"inside the first frame", 0, false, 20},
    {"after messageStart", 1},        {"after a delta", 2},
    {"inside a frame", 2, false, 10}, {"at the start of a tool use", 4},
    {"inside tool input", 5},         {"inside a frame of tool input", 5, false, 90},
    {"before messageStop", 7},        {"inside messageStop", 7, false, 30},
    {"after messageStop", 8},         {"inside metadata", 8, false, 50},
};

std::size_t offset_of(phase const& where) {
    std::size_t at = where.byte;
    if (!where.in_head)
        for (std::size_t i = 0; i < where.events; ++i) at += frames()[i].size();
    return at;
}

/// What of the answer is kept once `events` of it were delivered.
void check_kept(error const& why, std::size_t events) {
    CHECK(why.content_emitted == (events != 0));
    REQUIRE((why.partial != nullptr) == (events != 0));
    if (!why.partial) return;
    CHECK(why.partial->text() == (events >= 2 ? "Let me look." : ""));
    auto const uses = why.partial->tool_uses();
    REQUIRE(uses.size() == (events >= 4 ? 1u : 0u));
    if (events == 4) CHECK(uses[0]->input.text() == "{}");
    if (events == 5) CHECK(uses[0]->incomplete_input == R"({"city")");
    if (events >= 6) CHECK(uses[0]->input.text() == R"({"city":"Rome"})");
    auto const open = events == 2                  ? std::vector<std::size_t>{0}
                      : events >= 4 && events <= 6 ? std::vector<std::size_t>{1}
                                                   : std::vector<std::size_t>{};
    CHECK(why.partial->incomplete_blocks == open);
    CHECK(why.partial->stop_reason.is_set() == (events >= 8));
    CHECK(why.partial->usage.total_tokens == (events >= 9 ? 13 : 0));
}

struct column {
    errc code;
    char const* name;
    std::string message;  // a part of it
    bool retryable;
    std::size_t requests;
};

void check_row(client_fixture const& f, drained_stream const& got, std::size_t events, column const& expected) {
    CHECK(got.types.size() == events);
    REQUIRE_FALSE(got.end);
    auto const& why = got.end.error();
    CHECK(why.code == expected.code);
    CHECK(why.name == expected.name);
    INFO(why.message);
    CHECK(contains(why.message, expected.message));
    CHECK(why.retryable == expected.retryable);
    CHECK(why.attempts == static_cast<int>(expected.requests));
    CHECK(f.server.request_count() == expected.requests);
    check_kept(why, events);
}

/// A server of the whole answer behind a relay that does the same to every connection.
struct damaged_way {
    explicit damaged_way(mock::relay_plan plan) : relay(fixture.server.port(), [plan](std::size_t) { return plan; }) {
        fixture.options.endpoint = relay.url();
        fixture.server.set_handler([](auto const&) {
            auto made = mock::stream_reply(frames());
            made.framed = mock::framing::content_length;  // so that offsets are those of the frames
            return std::optional(made);
        });
    }
    client_fixture fixture;
    mock::relay relay;
};

mock::relay_plan at_phase(mock::relay_plan::action what, phase const& where) {
    mock::relay_plan plan;
    plan.what = what;
    plan.at = offset_of(where);
    plan.after_head = !where.in_head;
    return plan;
}

using action = mock::relay_plan::action;

}  // namespace

TEST_CASE("fault table: each error of the service, as a status and as an exception at every place") {
    struct row {
        char const* exception;  // as a stream spells it; null: a frame of :message-type error
        int status;             // 0: never one
        errc code;
        char const* name;
        bool retryable;
    };
    constexpr row rows[] = {
        {"throttlingException", 429, errc::throttling, "ThrottlingException", true},
        {"serviceUnavailableException", 503, errc::service_unavailable, "ServiceUnavailableException", true},
        {"internalServerException", 500, errc::internal_server, "InternalServerException", true},
        {"modelStreamErrorException", 424, errc::model_stream_error, "ModelStreamErrorException", false},
        {"modelTimeoutException", 408, errc::model_timeout, "ModelTimeoutException", false},
        {"validationException", 400, errc::validation, "ValidationException", false},
        {"accessDeniedException", 403, errc::access_denied, "AccessDeniedException", false},
        {"resourceNotFoundException", 404, errc::resource_not_found, "ResourceNotFoundException", false},
        {"modelNotReadyException", 429, errc::model_not_ready, "ModelNotReadyException", true},
        {"serviceQuotaExceededException", 400, errc::service_quota_exceeded, "ServiceQuotaExceededException", false},
        {"brandNewException", 0, errc::other_service, "BrandNewException", false},
        {nullptr, 500, errc::internal_server, "InternalFailure", true},
    };
    constexpr std::size_t before_headers = 99;
    for (auto const& one : rows) {
        for (std::size_t const before : {before_headers, std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{4},
                                         std::size_t{5}, std::size_t{8}, std::size_t{9}}) {
            if (before == before_headers && one.status == 0) continue;
            INFO(one.name << " after " << before << " events");
            client_fixture f;
            auto const events = before == before_headers ? 0 : before;
            auto const requests = one.retryable && events == 0 ? 3u : 1u;
            auto reply = mock::error_reply(one.status, one.name, "said the service");
            if (before != before_headers) {
                std::vector<std::string> sent(frames().begin(), frames().begin() + static_cast<std::ptrdiff_t>(before));
                sent.push_back(one.exception ? mock::exception_frame(one.exception, said)
                                             : mock::error_frame(one.name, "said the service"));
                reply = mock::stream_reply(sent);
            }
            f.server.set_handler([&](auto const&) { return std::optional(reply); });
            auto const got = drain(f.client().open_stream(ask_for("hello")));
            check_row(f, got, events, {one.code, one.name, "said the service", one.retryable, requests});
            CHECK_FALSE(got.end.error().request_id.empty());
            CHECK(got.end.error().http_status == one.status);
        }
    }
}

TEST_CASE("fault table: cut, at every phase") {
    for (auto const& where : phases) {
        INFO(where.name);
        damaged_way way(at_phase(action::cut, where));
        auto& f = way.fixture;
        auto const got = drain(f.client().open_stream(ask_for("hello")));
        // Before a byte of the answer libcurl knows only that the connection closed.
        bool const silent = where.in_head && where.byte == 0;
        check_row(f, got, where.events,
                  {silent ? errc::transport : errc::truncated, silent ? "Transport" : "Truncated",
                   silent          ? "the connection to"
                   : where.in_head ? "ended inside its head"
                                   : "the stream was cut short",
                   true, where.events == 0 ? 3u : 1u});
    }
}

TEST_CASE("fault table: reset, at every phase") {
    for (auto const& where : phases) {
        INFO(where.name);
        damaged_way way(at_phase(action::reset, where));
        auto& f = way.fixture;
        auto const got = drain(f.client().open_stream(ask_for("hello")));
        // A reset may overtake what was sent before it.
        REQUIRE_FALSE(got.end);
        auto const& why = got.end.error();
        auto const events = got.types.size();
        CHECK(events <= where.events);
        CHECK(why.code == errc::transport);
        CHECK(contains(why.message, "the connection to "));
        CHECK(why.retryable);
        CHECK(why.attempts == (events == 0 ? 3 : 1));
        CHECK(f.server.request_count() == (events == 0 ? 3u : 1u));
        check_kept(why, events);
    }
}

TEST_CASE("fault table: stall, at every phase") {
    for (auto const& where : phases) {
        INFO(where.name);
        damaged_way way(at_phase(action::stall, where));
        auto& f = way.fixture;
        f.options.timeouts.first_event_ms = 20;
        f.options.timeouts.idle_ms = 30;
        // Time stands still until everything that will come is here.
        bool silent = false;
        std::int64_t now = 0;
        f.options.surroundings->steady_milliseconds = [&] {
            return silent && f.server.request_count() != 0 ? now += 10 : now;
        };
        auto events = f.client().open_stream(ask_for("hello"));
        std::vector<std::string> types;
        for (std::size_t i = 0; i < where.events; ++i) {
            auto const* const event = events.next();
            REQUIRE(event);
            types.emplace_back(event->type());
        }
        silent = true;
        CHECK(events.next() == nullptr);
        bool const first = where.events == 0;
        check_row(f, {types, {}, std::move(events).finish()}, where.events,
                  {errc::timeout, "Timeout",
                   first ? "within 0.02 s (the first event clock)" : "within 0.03 s (the idle clock)", false, 1});
        CHECK(way.relay.wait_for_client_closes(1));
    }
}

TEST_CASE("fault table: drip, from every phase on, is only slow") {
    for (auto const& where : phases) {
        INFO(where.name);
        damaged_way way(at_phase(action::drip, where));
        auto& f = way.fixture;
        auto const got = drain(f.client().open_stream(ask_for("hello")));
        CHECK(got.types.size() == frames().size());
        REQUIRE(got.end);
        CHECK(got.end->tool_uses().at(0)->input.text() == R"({"city":"Rome"})");
        CHECK(got.end->attempts == 1);
        CHECK(f.server.request_count() == 1);
    }
}

TEST_CASE("fault table: garbage, at every phase") {
    for (auto const& where : phases) {
        if (where.in_head && where.byte != 0) continue;  // some byte of some header: nothing that anybody reads
        INFO(where.name);
        damaged_way way(at_phase(action::corrupt, where));
        auto& f = way.fixture;
        auto const got = drain(f.client().open_stream(ask_for("hello")));
        std::string place = "did not answer in HTTP";
        if (!where.in_head) place = "damaged event stream at byte " + std::to_string(offset_of(where) - where.byte);
        check_row(f, got, where.events, {errc::protocol, "Protocol", place, false, 1});
    }
}

TEST_CASE("fault table: an answer without end, fast or slow, is ended by the total clock") {
    bool const slow = GENERATE(false, true);
    auto const delta = mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"a"}})");
    socket_server server([&](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n\r\n" + frames()[0]);
        while (slow ? peer.send(delta.substr(0, 30)) && peer.send(delta.substr(30))
                    : peer.send(delta + delta + delta)) {
        }
    });
    client_fixture f;
    f.options.endpoint = server.url("");
    f.options.timeouts.idle_ms = 1'000;
    f.options.timeouts.total_ms = 200;
    std::int64_t now = 0;
    f.options.surroundings->steady_milliseconds = [&now] { return ++now; };
    auto events = f.client().open_stream(ask_for("hello"));
    std::size_t seen = 0;
    while (events.next()) ++seen;
    auto const got = std::move(events).finish();
    REQUIRE_FALSE(got);
    CHECK(seen > 1);
    CHECK(got.error().code == errc::timeout);
    CHECK(contains(got.error().message, "within 0.2 s (the total clock)"));
    CHECK(got.error().partial->text() == std::string(seen - 1, 'a'));
}
