// An agent's stream over a real connection: one last event, whatever the way in which the answer ends.
#include "bedrock/agent_stream.hpp"

#include "support/client_fixture.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

struct drained_agent {
    std::vector<agent_event_kind> kinds;
    std::string text;
    agent_message message;

    agent_event_kind last() const { return kinds.empty() ? agent_event_kind::start : kinds.back(); }
};

drained_agent drain_agent(agent_stream<event_reader> events) {
    drained_agent drained;
    while (auto const* const event = events.next()) {
        drained.kinds.push_back(event->kind);
        if (event->kind == agent_event_kind::text_delta) drained.text += event->delta;
    }
    CHECK(events.next() == nullptr);
    drained.message = events.take();
    std::size_t ends = 0;
    for (auto const kind : drained.kinds) ends += kind >= agent_event_kind::done;
    CHECK(ends == 1);
    CHECK(drained.last() >= agent_event_kind::done);
    return drained;
}

void check_failure(drained_agent const& got, errc code, std::string const& line) {
    INFO(got.message.error_message);
    CHECK(got.last() == agent_event_kind::error);
    CHECK(got.message.failure.code == code);
    CHECK(got.message.error_message.find(line) == 0);
    CHECK(got.message.response.attempts == got.message.failure.attempts);
}

}  // namespace

TEST_CASE("agent ends: a whole answer") {
    client_fixture f;
    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto const got =
        drain_agent(agent_stream(f.client().open_stream(ask_for("hello")), {.prices = {.input = 1, .output = 10}}));
    using kind = agent_event_kind;
    CHECK(got.kinds ==
          std::vector{kind::start, kind::text_start, kind::text_delta, kind::text_delta, kind::text_end, kind::done});
    CHECK(got.text == "Hello, world!");
    CHECK(got.message.stop == agent_stop::stop);
    CHECK(got.message.usage.total == 13);
    CHECK(got.message.cost.total == Approx(49e-6));
    CHECK_FALSE(got.message.response.request_id.empty());
    CHECK(got.message.response.attempts == 1);
}

TEST_CASE("agent ends: cut at every byte") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const whole = mock::stream_reply({mock::golden_stream()});
    for (std::size_t cut = 0; cut < mock::golden_stream().size(); ++cut) {
        INFO("cut at byte " << cut);
        f.server.enqueue(mock::cut_after(whole, cut));
        auto const got = drain_agent(agent_stream(client.open_stream(ask_for("hello"))));
        check_failure(got, errc::truncated, "the stream was cut short");
        CHECK(got.message.response.text() == got.text);
        CHECK(got.message.stop == agent_stop::error);
    }
}

TEST_CASE("agent ends: an exception inside the stream, and one before it") {
    client_fixture f;
    auto const golden = mock::golden_frames();
    f.server.enqueue(mock::stream_reply(
        {golden[0], golden[1], mock::exception_frame("throttlingException", R"({"message":"Too many tokens"})")}));
    auto got = drain_agent(agent_stream(f.one_attempt_client().open_stream(ask_for("hello"))));
    check_failure(got, errc::throttling, "Throttling error: Too many tokens");
    CHECK(got.text == "Hello, ");
    CHECK(got.message.response.text() == "Hello, ");
    CHECK(classify_failure(got.message.failure) == error_class::rate_limit);

    converse_request nameless;
    nameless.messages = {user("hello")};
    got = drain_agent(agent_stream(f.client().open_stream(nameless)));
    check_failure(got, errc::invalid_input, "");
    CHECK(got.kinds.size() == 1);
}

TEST_CASE("agent ends: a clock runs out, or the caller has enough") {
    client_fixture f;
    f.options.timeouts.idle_ms = 60;
    auto held = mock::stream_reply(mock::golden_frames());
    held.parts[2].hold.emplace();
    f.server.enqueue(held);
    auto const late = drain_agent(agent_stream(f.client().open_stream(ask_for("hello"))));
    check_failure(late, errc::timeout, "");
    CHECK(late.text == "Hello, ");
    CHECK(classify_failure(late.message.failure) == error_class::timeout);

    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    agent_stream events(f.client().open_stream(ask_for("hello")));
    while (auto const* const event = events.next())
        if (event->kind == agent_event_kind::text_delta) events.cancel();
    CHECK(events.message().stop == agent_stop::aborted);
    CHECK(events.message().error_message == "Request was aborted");
    CHECK(events.message().response.text() == "Hello, ");
}
