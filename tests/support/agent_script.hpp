// Feeds an agent's fold with events written by hand, and writes down what came out: one word an event.
#pragma once

#include "bedrock/agent_view.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct agent_script {
    using sent = std::pair<char const*, std::string>;

    explicit agent_script(bedrock::agent_options options = {}) : fold(options) {}
    agent_script(std::initializer_list<sent> events, bedrock::agent_options options = {}) : fold(options) {
        for (auto const& [type, payload] : events) feed(type, payload);
    }

    agent_script& feed(char const* type, std::string const& payload) {
        INFO(payload);
        bedrock::stream_event parsed;
        REQUIRE(parsed.parse(type, payload));
        note(fold.add(parsed));
        return *this;
    }
    agent_script& complete() {
        note(fold.complete("id", 2));
        return *this;
    }
    agent_script& fail(bedrock::error why) {
        note(fold.fail(std::move(why)));
        return *this;
    }

    /// "text_delta 0 Hel" and the like, the texts so far behind "=" in what ends a block.
    void note(std::span<bedrock::agent_event const> events) {
        for (auto const& event : events) {
            auto line = std::string(describe(event.kind));
            if (event.block() != nullptr) line += ' ' + std::to_string(event.content_index);
            if (!event.delta.empty()) line += ' ' + std::string(event.delta);
            if (line.find("_end") != std::string::npos) line += '=' + std::string(event.text());
            if (event.kind == bedrock::agent_event_kind::done || event.kind == bedrock::agent_event_kind::error) {
                ++ends;
                line += ' ' + std::string(describe(event.message->stop));
                if (!event.message->error_message.empty()) line += ": " + event.message->error_message;
            }
            CHECK(event.message == &fold.message());
            CHECK(ends <= 1);
            lines += (lines.empty() ? "" : "|") + line;
        }
    }

    std::string content() const {
        bedrock::message copy;
        copy.role = bedrock::conversation_role::assistant;
        copy.content = fold.message().content();
        auto const written = bedrock::json::write(copy);
        return written ? *written : written.error().message;
    }

    bedrock::agent_fold fold;
    std::string lines;
    int ends = 0;
};

namespace agent_events {

inline agent_script::sent begin() {
    return {"messageStart", R"({"role":"assistant","p":"ab"})"};
}
inline agent_script::sent delta(int index, std::string const& value) {
    return {"contentBlockDelta", "{\"contentBlockIndex\":" + std::to_string(index) + ",\"delta\":" + value + "}"};
}
inline agent_script::sent text(int index, std::string const& value) {
    return delta(index, "{\"text\":\"" + value + "\"}");
}
inline agent_script::sent thought(int index, std::string const& value) {
    return delta(index, "{\"reasoningContent\":" + value + "}");
}
inline agent_script::sent input(int index, std::string const& escaped) {
    return delta(index, "{\"toolUse\":{\"input\":\"" + escaped + "\"}}");
}
inline agent_script::sent start(int index, std::string const& value) {
    return {"contentBlockStart", "{\"contentBlockIndex\":" + std::to_string(index) + ",\"start\":" + value + "}"};
}
inline agent_script::sent call(int index, std::string const& name) {
    return start(index, "{\"toolUse\":{\"toolUseId\":\"id-" + name + "\",\"name\":\"" + name + "\"}}");
}
inline agent_script::sent stop(int index) {
    return {"contentBlockStop", "{\"contentBlockIndex\":" + std::to_string(index) + "}"};
}
inline agent_script::sent message_stop(std::string const& reason) {
    return {"messageStop", "{\"stopReason\":\"" + reason + "\"}"};
}
inline agent_script::sent usage() {
    return {"metadata",
            R"({"usage":{"inputTokens":1000,"outputTokens":200,"totalTokens":1200,"cacheReadInputTokens":4000,)"
            R"("cacheWriteInputTokens":3000,"cacheDetails":[{"ttl":"1h","inputTokens":1000},)"
            R"({"ttl":"5m","inputTokens":2000}]},"metrics":{"latencyMs":7}})"};
}

}  // namespace agent_events
