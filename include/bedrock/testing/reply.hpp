// SPDX-License-Identifier: MIT
// Owns the answers that a test scripts: a text, a tool use, a whole message, events, errors, and their form on the wire
// for the operation that asks. Never sends one.
#ifndef BEDROCK_TESTING_REPLY_HPP
#define BEDROCK_TESTING_REPLY_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/event_stream/encoder.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/result.hpp"
#include "bedrock/testing/fault.hpp"
#include "bedrock/testing/wire.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

/// An event of a stream as it stands on the wire; a type that ends in "Exception" makes it an exception.
struct scripted_event {
    std::string type{};
    /// JSON.
    std::string payload{};
};

/// One scripted answer: a message, events or a body, whichever is set, in this order.
struct reply {
    int status = 200;
    /// Beside Content-Type and x-amzn-RequestId, which it may replace.
    http::header_list headers{};
    /// For Converse as one body; for ConverseStream as events, a text in one delta a word.
    std::optional<converse_response> message{};
    /// For any stream.
    std::vector<scripted_event> events{};
    /// For any operation that is no stream; InvokeModelWithResponseStream gets it in chunks of 16 bytes.
    std::string body{};
    /// Breaks off a stream: events from this one on are left out. Other operations know it by its status.
    std::optional<scripted_event> exception{};
    std::size_t exception_after = (std::numeric_limits<std::size_t>::max)();
    /// How it misbehaves, by the grammar of `parse_fault`: "cut:event3". It is for this answer, whatever stands behind
    /// an @.
    std::string fault{};
    /// Before the first byte, and between the events of a stream.
    std::int64_t delay_ms = 0;
    std::int64_t pace_ms = 0;

    /// The same, misbehaving: `text_reply("Hello").with_fault("stall:event2")`.
    reply with_fault(std::string wanted) const&;
    reply with_fault(std::string wanted) &&;
    /// The same, broken off by an exception behind so many events: `with_exception("throttlingException", 3)`.
    reply with_exception(std::string type, std::size_t after_events, std::string_view message = "scripted") const;
};

/// The model says this and ends its turn.
reply text_reply(std::string text);
/// The model wants a tool: `input` is a JSON object.
reply tool_reply(std::string name, json::document input, std::string tool_use_id = "tooluse_1");
/// Any message; `stop_reason` is end_turn, and its role the assistant's, where they are not set.
reply message_reply(converse_response message);
/// Any body, for operations other than Converse.
reply body_reply(std::string body);
/// Any events.
reply events_reply(std::vector<scripted_event> events);
/// An error as AWS sends it: `error_reply(429, "ThrottlingException", "Too many requests")`.
reply error_reply(int status, std::string_view type, std::string_view message);
/// A throttled request; with a time after which to come again where it is above 0.
reply throttle_reply(std::int64_t retry_after_ms = 0);

/// The answer on the wire to an operation, AWS's name ("ConverseStream"). What cannot be said to it becomes an answer
/// of status 400 that says why, because a test fails best where it looks.
wire_reply render(reply const& from, std::string_view operation);

// ---------------------------------------------------------------------------------------------------------------------

inline reply reply::with_fault(std::string wanted) && {
    fault = std::move(wanted);
    return std::move(*this);
}

inline reply reply::with_fault(std::string wanted) const& {
    return reply(*this).with_fault(std::move(wanted));
}

inline reply reply::with_exception(std::string type, std::size_t after_events, std::string_view message_text) const {
    auto made = *this;
    made.exception = scripted_event{std::move(type), "{\"message\":" + json::quoted(message_text) + "}"};
    made.exception_after = after_events;
    return made;
}

inline reply message_reply(converse_response message) {
    if (!message.message.role.is_set()) message.message.role = conversation_role::assistant;
    if (!message.stop_reason.is_set()) message.stop_reason = stop_reason::end_turn;
    reply made;
    made.message = std::move(message);
    return made;
}

inline reply text_reply(std::string text) {
    converse_response message;
    message.message.content.emplace_back(std::move(text));
    message.usage = {.input_tokens = 1, .output_tokens = 1, .total_tokens = 2};
    return message_reply(std::move(message));
}

inline reply tool_reply(std::string name, json::document input, std::string tool_use_id) {
    converse_response message;
    tool_use_block use;
    use.tool_use_id = std::move(tool_use_id);
    use.name = std::move(name);
    use.input = std::move(input);
    message.message.content.emplace_back(std::move(use));
    message.stop_reason = stop_reason::tool_use;
    message.usage = {.input_tokens = 1, .output_tokens = 1, .total_tokens = 2};
    return message_reply(std::move(message));
}

inline reply body_reply(std::string body) {
    reply made;
    made.body = std::move(body);
    return made;
}

inline reply events_reply(std::vector<scripted_event> events) {
    reply made;
    made.events = std::move(events);
    return made;
}

inline reply error_reply(int status, std::string_view type, std::string_view message) {
    reply made;
    made.status = status;
    made.headers.push_back({"x-amzn-ErrorType", std::string(type)});
    made.body = "{\"message\":" + json::quoted(message) + "}";
    return made;
}

inline reply throttle_reply(std::int64_t retry_after_ms) {
    auto made = error_reply(429, "ThrottlingException", "Too many requests, please wait before trying again.");
    if (retry_after_ms > 0) made.headers.push_back({"x-amz-retry-after", std::to_string(retry_after_ms)});
    return made;
}

namespace detail {

constexpr bool is_exception(std::string_view type) noexcept {
    return type.ends_with("Exception");
}

inline std::string make_frame(scripted_event const& event) {
    std::string frame;
    event_stream::encoder encoder(frame, {.header_value = 65535});
    bool const broken = is_exception(event.type);
    encoder.add_string(broken ? ":exception-type" : ":event-type", event.type);
    encoder.add_string(":content-type", "application/json");
    encoder.add_string(":message-type", broken ? "exception" : "event");
    (void)encoder.finish(as_bytes(event.payload));  // a payload above the limit leaves the frame out
    return frame;
}

/// The text in pieces that end behind blanks, or `size` bytes, never inside of a character.
inline std::vector<std::string> split_text(std::string_view text, std::size_t size) {
    std::vector<std::string> pieces(1);
    for (std::size_t at = 0; at != text.size(); ++at) {
        bool const goes_on = (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        auto const& last = pieces.back();
        if (!goes_on && !last.empty() && (last.size() >= size || (last.back() == ' ' && text[at] != ' ')))
            pieces.emplace_back();
        pieces.back() += text[at];
    }
    return pieces;
}

/// Writes the events of a message, or says why that is not possible.
class event_writer {
  public:
    std::string write(converse_response const& message) {
        add("messageStart", message_start_event{.role = message.message.role});
        for (auto const& block : message.message.content) {
            if (!write_block(block)) return "a block of this kind has no events here: use events_reply";
            add("contentBlockStop", content_block_stop_event{.content_block_index = index_});
            ++index_;
        }
        add("messageStop",
            message_stop_event{.stop_reason = message.stop_reason,
                               .additional_model_response_fields = message.additional_model_response_fields});
        add("metadata", metadata_event{.usage = message.usage,
                                       .metrics = message.metrics,
                                       .trace = message.trace,
                                       .performance = message.performance,
                                       .service_tier = message.service_tier});
        return std::move(problem_);
    }
    std::vector<scripted_event>& events() noexcept { return events_; }

  private:
    static constexpr std::size_t any_size = 64;  // of a piece without a blank

    template <class Event>
    void add(std::string_view type, Event const& event) {
        auto payload = json::write(event);
        if (!payload) return void(problem_ = std::move(payload).error().message);
        events_.push_back({std::string(type), std::move(*payload)});
    }
    void add_delta(content_block_delta delta) {
        add("contentBlockDelta", content_block_delta_event{.delta = std::move(delta), .content_block_index = index_});
    }
    bool write_block(content_block const& block) {
        if (auto const* const text = block.get_if<text_block>()) {
            for (auto& piece : split_text(text->text, any_size)) add_delta(text_block{std::move(piece)});
            return true;
        }
        if (auto const* const use = block.get_if<tool_use_block>()) {
            add("contentBlockStart",
                content_block_start_event{
                    .start =
                        tool_use_block_start{.tool_use_id = use->tool_use_id, .name = use->name, .type = use->type},
                    .content_block_index = index_});
            for (auto& piece : split_text(use->input.text(), any_size))
                add_delta(tool_use_block_delta{.input = std::move(piece)});
            return true;
        }
        auto const* const reasoning = block.get_if<reasoning_content_block>();
        if (!reasoning) return false;
        if (auto const* const text = reasoning->get_if<reasoning_text_block>()) {
            for (auto& piece : split_text(text->text, any_size))
                add_delta(reasoning_content_block_delta(text_block{std::move(piece)}));
            if (!text->signature.empty())
                add_delta(reasoning_content_block_delta(reasoning_signature{text->signature}));
            return true;
        }
        auto const* const hidden = reasoning->get_if<redacted_reasoning>();
        if (hidden) add_delta(reasoning_content_block_delta(*hidden));
        return hidden != nullptr;
    }

    std::vector<scripted_event> events_{};
    std::string problem_{};
    std::int32_t index_ = 0;
};

inline std::vector<scripted_event> make_chunks(std::string_view body) {
    constexpr std::size_t size = 16;
    std::vector<scripted_event> events;
    for (std::size_t at = 0; at < body.size(); at += size)
        events.push_back({"chunk", "{\"bytes\":\"" + encode_base64(as_bytes(body.substr(at, size))) + "\"}"});
    return events;
}

/// The HTTP status that stands for an exception inside a stream (API reference of ConverseStream).
inline int status_of_exception(std::string_view type) noexcept {
    constexpr std::array<std::pair<std::string_view, int>, 6> statuses{{
        {"internalServerException", 500},
        {"modelStreamErrorException", 424},
        {"modelTimeoutException", 408},
        {"serviceUnavailableException", 503},
        {"throttlingException", 429},
        {"validationException", 400},
    }};
    for (auto const& [name, status] : statuses)
        if (name == type) return status;
    return 500;
}

inline void add_header(http::header_list& headers, std::string_view name, std::string_view value) {
    if (http::find_header(headers, name).empty()) headers.push_back({std::string(name), std::string(value)});
}

inline wire_reply make_wire(reply const& from, std::string_view type) {
    wire_reply made;
    made.status = from.status;
    made.headers = from.headers;
    made.pace_ms = from.pace_ms;
    made.delay_ms = from.delay_ms;
    add_header(made.headers, "Content-Type", type);
    add_header(made.headers, "x-amzn-RequestId", "loopback");
    return made;
}

inline wire_reply refuse(std::string_view why) {
    auto const said = error_reply(400, "ValidationException", "loopback Bedrock: " + std::string(why));
    auto made = make_wire(said, "application/json");
    made.pieces.push_back(said.body);
    return made;
}

inline wire_reply render_stream(reply const& from, std::string_view operation) {
    auto events = from.events;
    if (from.message) {
        if (operation != "ConverseStream") return refuse("a message is no answer to " + std::string(operation));
        event_writer writer;
        if (auto const problem = writer.write(*from.message); !problem.empty()) return refuse(problem);
        events = std::move(writer.events());
    } else if (events.empty()) {
        if (operation == "ConverseStream" && !from.exception) return refuse("a body is no answer to ConverseStream");
        events = make_chunks(from.body);
    }
    if (from.exception) {
        events.resize((std::min)(from.exception_after, events.size()));
        events.push_back(*from.exception);
    }
    auto made = make_wire(from, "application/vnd.amazon.eventstream");
    if (operation != "ConverseStream") add_header(made.headers, "X-Amzn-Bedrock-Content-Type", "application/json");
    made.chunked = true;
    for (auto const& event : events) made.pieces.push_back(make_frame(event));
    return made;
}

}  // namespace detail

inline wire_reply render(reply const& from, std::string_view operation) {
    bool const is_stream = operation == "ConverseStream" || operation == "InvokeModelWithResponseStream";
    if (from.status == 200 && is_stream) return detail::render_stream(from, operation);
    auto made = detail::make_wire(from, "application/json");
    if (from.status == 200 && from.exception) {
        made.status = detail::status_of_exception(from.exception->type);
        made.headers.push_back({"x-amzn-ErrorType", from.exception->type});
        made.pieces.push_back(from.exception->payload);
        return made;
    }
    if (from.status == 200 && from.message) {
        if (operation != "Converse") return detail::refuse("a message is no answer to " + std::string(operation));
        auto body = json::write(*from.message);
        if (!body) return detail::refuse(body.error().message);
        made.pieces.push_back(std::move(*body));
        return made;
    }
    if (!from.events.empty()) return detail::refuse("events are no answer to " + std::string(operation));
    made.pieces.push_back(from.body);
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
