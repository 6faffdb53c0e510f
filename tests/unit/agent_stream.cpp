#include "bedrock/agent_stream.hpp"

#include "support/catch.hpp"

#include "support/agent_script.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace agent_events;

struct played {
    std::vector<agent_script::sent> events;
    std::optional<bedrock::error> end;
    std::size_t at = 0;
    int finished = 0;
    bool cancelled = false;
};

/// Plays events as an event_reader gives them.
class playing_reader {
  public:
    explicit playing_reader(std::shared_ptr<played> what) : what_(std::move(what)) {}

    bedrock::stream_event const* next() {
        if (what_->cancelled || what_->at == what_->events.size()) return nullptr;
        auto const& [type, payload] = what_->events[what_->at++];
        event_ = std::make_unique<bedrock::stream_event>();  // the one before is gone
        payload_ = payload;
        REQUIRE(event_->parse(type, payload_));
        return event_.get();
    }
    bedrock::result<bedrock::converse_response> finish() && {
        ++what_->finished;
        if (what_->cancelled) return bedrock::fail(bedrock::errc::cancelled, "the stream was cancelled");
        if (what_->end) return bedrock::unexpected{*what_->end};
        bedrock::converse_response whole;
        whole.request_id = "id";
        whole.attempts = 2;
        return whole;
    }
    void cancel() noexcept { what_->cancelled = true; }

  private:
    std::shared_ptr<played> what_;
    std::unique_ptr<bedrock::stream_event> event_;
    std::string payload_;
};

std::shared_ptr<played> play(std::vector<agent_script::sent> events, std::optional<bedrock::error> end = {}) {
    return std::make_shared<played>(played{std::move(events), std::move(end)});
}

std::string drain(bedrock::agent_stream<playing_reader>& events) {
    std::string lines;
    while (auto const* const event = events.next()) {
        CHECK(event->message == &events.message());
        lines += (lines.empty() ? "" : "|") + std::string(describe(event->kind)) +
                 (event->delta.empty() ? "" : " " + std::string(event->delta));
    }
    CHECK(events.next() == nullptr);
    CHECK(events.next() == nullptr);
    return lines;
}

}  // namespace

TEST_CASE("agent_stream: every event in its order, then nothing", "[agent]") {
    auto const what = play({begin(), text(0, "a"), stop(0), usage(), message_stop("end_turn")});
    bedrock::agent_stream events(playing_reader(what), {.prices = {.output = 5}});
    CHECK(what->at == 0);
    CHECK(drain(events) == "start|text_start|text_delta a|text_end|done");
    CHECK(what->finished == 1);
    CHECK(events.message().response.request_id == "id");
    CHECK(events.message().response.attempts == 2);
    CHECK(events.message().cost.total == Approx(0.001));
    CHECK(events.take().response.text() == "a");
}

TEST_CASE("agent_stream: a failure is the last event, with or without others before", "[agent]") {
    auto refused = bedrock::make_error(bedrock::errc::throttling, "Too many tokens, please wait");
    refused.name = "ThrottlingException";
    refused.request_id = "r";
    bedrock::agent_stream none(playing_reader(play({}, refused)));
    CHECK(drain(none) == "error");
    CHECK(none.message().error_message == "Throttling error: Too many tokens, please wait");
    CHECK(none.message().response.request_id == "r");
    CHECK(none.message().content().empty());
    bedrock::agent_stream some(
        playing_reader(play({begin(), text(0, "a")}, bedrock::make_error(bedrock::errc::truncated, "cut"))));
    CHECK(drain(some) == "start|text_start|text_delta a|error");
    CHECK(some.message().response.text() == "a");
    CHECK(some.message().stop == bedrock::agent_stop::error);
}

TEST_CASE("agent_stream: cancelled between two events", "[agent]") {
    auto const what = play({begin(), text(0, "a"), text(0, "b"), message_stop("end_turn")});
    bedrock::agent_stream events(playing_reader{what});
    REQUIRE(events.next());
    REQUIRE(events.next());
    events.cancel();
    CHECK(drain(events) == "text_delta a|error");  // what had come is not lost
    CHECK(events.message().stop == bedrock::agent_stop::aborted);
    CHECK(events.message().error_message == "Request was aborted");
}

TEST_CASE("agent_stream: a stream that is no answer is not read on", "[agent]") {
    auto const what = play({{"messageStart", R"({"role":"user"})"}, text(0, "a")});
    bedrock::agent_stream events(playing_reader{what});
    CHECK(drain(events) == "error");
    CHECK(what->cancelled);
    CHECK(what->at == 1);
    CHECK(what->finished == 1);
}

TEST_CASE("agent_stream: moves between events", "[agent]") {
    bedrock::agent_stream events(playing_reader(play({begin(), text(0, "a"), message_stop("end_turn")})));
    REQUIRE(events.next());
    REQUIRE(events.next());
    auto moved = std::move(events);
    CHECK(drain(moved) == "text_delta a|text_end|done");
}
