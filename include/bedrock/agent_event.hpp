// SPDX-License-Identifier: MIT
// Owns the words that an agent has for an answer: pi-ai's events (start, text, thinking, tool call, done, error), each
// with its place in the message so far, and why an answer ended. Never makes an event: that is `agent_fold`'s.
#ifndef BEDROCK_AGENT_EVENT_HPP
#define BEDROCK_AGENT_EVENT_HPP

#include "bedrock/config.hpp"
#include "bedrock/cost.hpp"
#include "bedrock/error.hpp"
#include "bedrock/model/citations.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class agent_event_kind : unsigned char {
    start,  ///< before all others, once something has come
    text_start,
    text_delta,
    text_end,
    thinking_start,
    thinking_delta,
    thinking_end,
    toolcall_start,
    toolcall_delta,
    toolcall_end,  ///< the input is a whole JSON object; run it when `done` has come
    done,          ///< the last: the answer is whole
    error,         ///< the last: it is not
};

/// Why an answer ended.
enum class agent_stop : unsigned char {
    stop,      ///< end_turn, stop_sequence
    length,    ///< max_tokens, model_context_window_exceeded
    tool_use,  ///< the model waits for the results of its tool calls
    error,     ///< anything else, and all failures
    aborted,   ///< the caller cancelled
};

/// As pi-ai writes it: "text_start".
std::string_view describe(agent_event_kind kind) noexcept;
/// As pi-ai writes it: "stop", "length", "toolUse", "error", "aborted".
std::string_view describe(agent_stop stop) noexcept;

/// What a reason of the service's means for an agent. Refusals, guardrails, filters, malformed output and what is not
/// known yet are errors.
agent_stop map_stop_reason(json::open_enum<stop_reason> const& reason) noexcept;

/// The message so far, then as it ended.
struct agent_message {
    /// The content from the first block on, in the order in which the blocks began; all else when the stream has ended.
    /// Sent back like any answer, a broken one by `replayable`.
    converse_response response{};
    usage_counts usage{};
    token_cost cost{};
    agent_stop stop = agent_stop::stop;
    /// Of `error` and `aborted`: the line to show, as `describe_failure` has it, or the service's stop reason.
    std::string error_message{};
    /// The failure behind it; its code is errc::none in all other messages.
    error failure{};

    std::vector<content_block> const& content() const noexcept { return response.message.content; }
};

/// **Lifetime:** with its views, until the next call that gives events; a delta, as long as the stream's own event.
struct agent_event {
    agent_event_kind kind = agent_event_kind::start;
    /// Of text, thinking and tool calls: the block's place in the message's content, which never changes.
    std::size_t content_index = 0;
    /// Of a delta: the new text, thought, or piece of JSON input.
    std::string_view delta{};
    /// As it is now: where one call gives several events, behind the last of them.
    agent_message const* message = nullptr;

    /// The block that the event is about; null for start, done and error.
    content_block const* block() const noexcept;
    /// The block as a tool call; null for other events. Before `toolcall_end` its `input` is `{}`.
    tool_use_block const* tool_call() const noexcept;
    /// The block's whole text so far: of a tool call its input's text, which is whole JSON at `toolcall_end` only; of
    /// thoughts that the provider encrypted "[Reasoning redacted]".
    std::string_view text() const noexcept;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace agent_event_detail {

inline constexpr std::string_view redacted_text = "[Reasoning redacted]";  // OpenClaw's words

}  // namespace agent_event_detail

inline std::string_view describe(agent_event_kind kind) noexcept {
    constexpr std::string_view names[] = {"start",          "text_start",     "text_delta",   "text_end",
                                          "thinking_start", "thinking_delta", "thinking_end", "toolcall_start",
                                          "toolcall_delta", "toolcall_end",   "done",         "error"};
    return names[static_cast<unsigned char>(kind)];
}

inline std::string_view describe(agent_stop stop) noexcept {
    constexpr std::string_view names[] = {"stop", "length", "toolUse", "error", "aborted"};
    return names[static_cast<unsigned char>(stop)];
}

inline agent_stop map_stop_reason(json::open_enum<stop_reason> const& reason) noexcept {
    switch (reason.value()) {
        case stop_reason::end_turn:
        case stop_reason::stop_sequence:
            return agent_stop::stop;
        case stop_reason::max_tokens:
        case stop_reason::model_context_window_exceeded:
            return agent_stop::length;
        case stop_reason::tool_use:
            return agent_stop::tool_use;
        default:
            return agent_stop::error;
    }
}

inline content_block const* agent_event::block() const noexcept {
    bool const has_none =
        kind == agent_event_kind::start || kind == agent_event_kind::done || kind == agent_event_kind::error;
    return has_none || message == nullptr ? nullptr : &message->content()[content_index];
}

inline tool_use_block const* agent_event::tool_call() const noexcept {
    auto const* const about = block();
    return about == nullptr ? nullptr : about->get_if<tool_use_block>();
}

inline std::string_view agent_event::text() const noexcept {
    auto const* const about = block();
    if (about == nullptr) return {};
    if (auto const* const plain = about->get_if<text_block>()) return plain->text;
    if (auto const* const call = about->get_if<tool_use_block>())
        return std::string_view(kind == agent_event_kind::toolcall_end ? call->input.text() : call->incomplete_input);
    if (auto const* const cited = about->get_if<citations_content_block>()) {
        auto const* const first = cited->content.empty() ? nullptr : cited->content.front().get_if<text_block>();
        return first == nullptr ? std::string_view() : std::string_view(first->text);
    }
    auto const* const reasoning = about->get_if<reasoning_content_block>();
    auto const* const thoughts = reasoning == nullptr ? nullptr : reasoning->get_if<reasoning_text_block>();
    return thoughts == nullptr ? agent_event_detail::redacted_text : std::string_view(thoughts->text);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
