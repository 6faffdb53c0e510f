#include "bedrock/agent_event.hpp"

#include "support/stop_reasons.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace {

using bedrock::agent_event;
using bedrock::agent_event_kind;
using bedrock::agent_stop;

agent_event about(bedrock::agent_message& message, bedrock::content_block block, agent_event_kind kind) {
    message.response.message.content.push_back(std::move(block));
    return {kind, message.content().size() - 1, {}, &message};
}

}  // namespace

TEST_CASE("agent_event: what a stop reason means", "[agent]") {
    for (auto const& [reason, meaning] : stop_reasons) {
        INFO(reason);
        CHECK(bedrock::map_stop_reason(bedrock::json::open_enum<bedrock::stop_reason>(std::string_view(reason))) ==
              meaning);
    }
    CHECK(bedrock::map_stop_reason({}) == agent_stop::error);
}

TEST_CASE("agent_event: kinds and stops are written as pi-ai writes them", "[agent]") {
    CHECK(describe(agent_event_kind::start) == "start");
    CHECK(describe(agent_event_kind::thinking_delta) == "thinking_delta");
    CHECK(describe(agent_event_kind::toolcall_start) == "toolcall_start");
    CHECK(describe(agent_event_kind::error) == "error");
    CHECK(describe(agent_stop::stop) == "stop");
    CHECK(describe(agent_stop::tool_use) == "toolUse");
    CHECK(describe(agent_stop::aborted) == "aborted");
}

TEST_CASE("agent_event: an event has the block it is about, and its text", "[agent]") {
    bedrock::agent_message message;
    CHECK(about(message, bedrock::text_block{"plain"}, agent_event_kind::text_delta).text() == "plain");

    bedrock::tool_use_block call;
    call.name = "look";
    call.incomplete_input = R"({"a":)";
    auto open = about(message, call, agent_event_kind::toolcall_delta);
    CHECK(open.text() == R"({"a":)");
    REQUIRE(open.tool_call());
    CHECK(open.tool_call()->name == "look");
    open.kind = agent_event_kind::toolcall_end;
    CHECK(open.text() == "{}");

    bedrock::reasoning_text_block thought;
    thought.text = "hm";
    CHECK(about(message, bedrock::reasoning_content_block(thought), agent_event_kind::thinking_end).text() == "hm");
    auto const hidden =
        about(message, bedrock::reasoning_content_block(bedrock::redacted_reasoning()), agent_event_kind::thinking_end);
    CHECK(hidden.text() == "[Reasoning redacted]");
    CHECK_FALSE(hidden.tool_call());

    bedrock::citations_content_block cited;
    CHECK(about(message, cited, agent_event_kind::text_end).text().empty());
    cited.content.emplace_back(bedrock::text_block{"as it is written"});
    CHECK(about(message, cited, agent_event_kind::text_end).text() == "as it is written");
}

TEST_CASE("agent_event: start, done and error are about no block", "[agent]") {
    bedrock::agent_message message;
    message.response.message.content.emplace_back(bedrock::text_block{"a"});
    for (auto const kind : {agent_event_kind::start, agent_event_kind::done, agent_event_kind::error}) {
        agent_event const event{kind, 0, {}, &message};
        CHECK(event.block() == nullptr);
        CHECK(event.tool_call() == nullptr);
        CHECK(event.text().empty());
    }
    CHECK(agent_event{.kind = agent_event_kind::text_delta}.block() == nullptr);
}
