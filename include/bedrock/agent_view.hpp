// SPDX-License-Identifier: MIT
// Owns `agent_fold`: it makes of a stream's events an agent's, and of these the message so far.
// Never does I/O, and never ends a stream twice or takes a broken one for a whole.
#ifndef BEDROCK_AGENT_VIEW_HPP
#define BEDROCK_AGENT_VIEW_HPP

#include "bedrock/agent_event.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/cost.hpp"
#include "bedrock/error.hpp"
#include "bedrock/error_class.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/model/accumulator.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct agent_options {
    token_prices prices{};
    /// Keeps each `toolcall_end` back until the answer is whole, and gives none where it is not: for callers who run
    /// tools at once (OpenClaw).
    bool hold_tool_calls = false;
};

/// Makes an agent's events of a stream's:
///
///     agent_fold fold;
///     for each event of the stream: use(fold.add(event));
///     use(body ended as it should ? fold.complete() : fold.fail(why));
///
/// There is one last event, `done` or `error`, whatever is called behind it.
/// Blocks without a word in pi-ai's vocabulary (images, tool uses and results of the service's own, unknown ones) have
/// no events but stand in the content: complete once they ended. Citations join their text when it ends. A tool call
/// whose input is not a JSON object has no `toolcall_end`, keeps the text in `incomplete_input`, and makes the end an
/// error, unless the answer was cut at its longest (`length`).
/// **Allocates:** what the message needs; nothing beside it for a delta.
class agent_fold {
  public:
    explicit agent_fold(agent_options options = {}) : options_(options) {}

    /// The next event of the stream. **Lifetime:** of the events, until the next call.
    std::span<agent_event const> add(stream_event const& event);
    /// The stream has ended as it should. Without a messageStop before, that is an error all the same.
    std::span<agent_event const> complete(std::string request_id = {}, int attempts = 0);
    /// The stream has failed.
    std::span<agent_event const> fail(error why);

    /// The input of the tool call at a place of the content as valid JSON, as far as it has arrived; null where no call
    /// is open there. **Lifetime:** until the next call. **Cost:** what arrived since it was last asked for; nothing
    /// for whoever never asks.
    json::partial const* partial_tool_input(std::size_t content_index);

    bool ended() const noexcept { return ended_; }
    agent_message const& message() const noexcept { return *message_; }
    /// The message, moved out. The fold is not to be used further.
    agent_message take() { return std::move(*message_); }

  private:
    enum class block_kind : unsigned char { text, thinking, redacted, tool, silent };

    struct open_block {
        std::int32_t index = 0;
        std::size_t place = 0;  // in the content
        block_kind kind = block_kind::text;
        bool has_events = true;
        std::unique_ptr<message_accumulator> rest{};       // of a silent block all, of a text its citations
        std::unique_ptr<json::partial> completed_input{};  // once asked for
        std::size_t completed_size = 0;
    };

    void begin();
    void begin_message(message_start_event const& event);
    void begin_block(content_block_start_event const& event, stream_event const& source);
    void add_delta(stream_event const& event);
    void add_last_delta(stream_event const& event);
    void add_other_delta(stream_event const& event);
    void add_reasoning(std::int32_t index, reasoning_content_block_delta const& delta, stream_event const& source);
    void add_tool_input(stream_event const& event);
    void add_citation(stream_event const& event);
    void add_thinking(std::int32_t index, std::string_view text);
    void end_blocks_but_tools();
    void close(std::int32_t index);
    void end_block(open_block ended);
    bool settle(open_block& from);
    static bool settle_input(tool_use_block& call);
    std::string name_call(open_block const& call);
    void end_with(error why, std::string line);
    void finish_response();
    void push(agent_event_kind kind, std::size_t place = 0, std::string_view delta = {});

    open_block* find(std::int32_t index) noexcept;
    open_block& open(std::int32_t index, block_kind kind, content_block content, bool has_events = true);
    open_block& open_or_find(std::int32_t index, block_kind kind);
    content_block& at(open_block const& where) { return message_->response.message.content[where.place]; }

    agent_options options_;
    std::unique_ptr<agent_message> message_ =
        std::make_unique<agent_message>();     // events refer to it, moves do not move it
    message_accumulator frame_;                // of all events that are no block's
    std::map<std::int32_t, open_block> open_;  // by index
    std::vector<agent_event> events_;
    std::vector<std::size_t> held_;  // places of tool calls whose end was kept back
    std::string bad_call_;           // what is wrong with the first bad tool call
    bool begun_ = false;
    bool finished_ = false;  // the message's response is as it stays
    bool ended_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::span<agent_event const> agent_fold::add(stream_event const& event) {
    events_.clear();
    if (ended_) return {};
    if (!frame_.takes(event)) {
        end_with(make_error(errc::protocol, "the stream goes on after messageStop with " + quote(event.type())), {});
        return events_;
    }
    if (event.kind() != event_kind::message_start) begin();
    bool const is_of_block = event.kind() == event_kind::content_block_start ||
                             event.kind() == event_kind::content_block_delta ||
                             event.kind() == event_kind::content_block_stop;
    if (auto const* const notes = is_of_block ? event.notes() : nullptr)
        message_->response.notes.append(event.type(), *notes);
    switch (event.kind()) {
        case event_kind::unknown:
            frame_.add(event);
            break;
        case event_kind::message_start:
            frame_.add(event);
            if (auto const* const begun = event.get_if<message_start_event>()) begin_message(*begun);
            break;
        case event_kind::content_block_start:
            if (auto const* const begun = event.get_if<content_block_start_event>()) begin_block(*begun, event);
            break;
        case event_kind::content_block_delta:
            add_delta(event);
            break;
        case event_kind::content_block_stop:
            add_last_delta(event);
            close(event.index());
            break;
        case event_kind::message_stop:
            add_last_delta(event);
            frame_.add(event);
            end_blocks_but_tools();
            break;
        case event_kind::metadata:
            frame_.add(event);
            if (auto const* const metadata = event.get_if<metadata_event>()) {
                message_->usage = count_usage(metadata->usage);
                message_->cost = compute_cost(message_->usage, options_.prices);
            }
            break;
    }
    return events_;
}

inline std::span<agent_event const> agent_fold::complete(std::string request_id, int attempts) {
    events_.clear();
    if (ended_) return {};
    bool const whole = frame_.complete();
    message_->response.request_id = std::move(request_id);
    message_->response.attempts = attempts;
    if (!whole) {
        auto why = make_error(errc::truncated, "Bedrock stream ended before messageStop");
        why.retryable = true;
        why.content_emitted = begun_;
        end_with(std::move(why), {});
        return events_;
    }
    end_blocks_but_tools();
    for (auto const& [index, cut] : open_)
        if (bad_call_.empty() && cut.has_events) bad_call_ = "the input of " + name_call(cut) + " was cut short";
    finish_response();
    auto const& reason = message_->response.stop_reason;
    auto stop = map_stop_reason(reason);
    if (stop == agent_stop::stop && !message_->response.tool_uses().empty()) stop = agent_stop::tool_use;
    if (stop == agent_stop::error) {
        error why{.code = errc::other_service, .name = std::string(reason.text())};
        why.message = "the model stopped because of " + why.name;
        end_with(std::move(why), std::string(reason.text()));
        return events_;
    }
    if (!bad_call_.empty() && stop != agent_stop::length) {
        end_with(make_error(errc::protocol, bad_call_), {});
        return events_;
    }
    ended_ = true;
    message_->stop = stop;
    for (auto const place : held_) push(agent_event_kind::toolcall_end, place);
    push(agent_event_kind::done);
    return events_;
}

inline std::span<agent_event const> agent_fold::fail(error why) {
    events_.clear();
    if (ended_) return {};
    message_->response.request_id = why.request_id;
    message_->response.attempts = why.attempts;
    end_with(std::move(why), {});
    return events_;
}

inline void agent_fold::end_with(error why, std::string line) {
    ended_ = true;
    finish_response();
    message_->stop = why.code == errc::cancelled ? agent_stop::aborted : agent_stop::error;
    message_->error_message = line.empty() ? describe_failure(why) : std::move(line);
    message_->failure = std::move(why);
    push(agent_event_kind::error);
}

// What the frame's events said joins the content.
inline void agent_fold::finish_response() {
    if (std::exchange(finished_, true)) return;
    auto& response = message_->response;
    auto whole = frame_.take();
    whole.notes.append({}, response.notes);
    whole.message.content = std::move(response.message.content);
    whole.request_id = std::move(response.request_id);
    whole.attempts = response.attempts;
    response = std::move(whole);
    for (auto& [index, unfinished] : open_) {
        response.incomplete_blocks.push_back(unfinished.place);
        settle(unfinished);
    }
    std::sort(response.incomplete_blocks.begin(), response.incomplete_blocks.end());
}

inline void agent_fold::push(agent_event_kind kind, std::size_t place, std::string_view delta) {
    events_.push_back({kind, place, delta, message_.get()});
}

inline void agent_fold::begin() {
    if (begun_) return;
    begun_ = true;
    message_->response.message.role = conversation_role::assistant;
    push(agent_event_kind::start);
}

inline void agent_fold::begin_message(message_start_event const& event) {
    if (event.role == conversation_role::assistant) return begin();
    end_with(make_error(errc::protocol, "the stream begins a message of the role " + quote(event.role.text()) +
                                            ", not one of the assistant's"),
             {});
}

inline agent_fold::open_block* agent_fold::find(std::int32_t index) noexcept {
    auto const found = open_.find(index);
    return found == open_.end() ? nullptr : &found->second;
}

inline agent_fold::open_block& agent_fold::open(std::int32_t index, block_kind kind, content_block content,
                                                bool has_events) {
    close(index);
    auto& all = message_->response.message.content;
    all.push_back(std::move(content));
    auto& made = open_[index] =
        open_block{.index = index, .place = all.size() - 1, .kind = kind, .has_events = has_events};
    if (has_events)
        push(kind == block_kind::text   ? agent_event_kind::text_start
             : kind == block_kind::tool ? agent_event_kind::toolcall_start
                                        : agent_event_kind::thinking_start,
             all.size() - 1);
    return made;
}

inline agent_fold::open_block& agent_fold::open_or_find(std::int32_t index, block_kind kind) {
    auto* const there = find(index);
    if (there != nullptr && there->kind == kind) return *there;
    switch (kind) {
        case block_kind::thinking:
            return open(index, kind, reasoning_content_block(reasoning_text_block()));
        case block_kind::redacted:
            return open(index, kind, reasoning_content_block(redacted_reasoning()));
        case block_kind::silent: {
            auto& made = open(index, kind, {}, false);
            made.rest = std::make_unique<message_accumulator>();
            return made;
        }
        default:
            return open(index, kind, text_block());
    }
}

inline void agent_fold::begin_block(content_block_start_event const& event, stream_event const& source) {
    auto const index = event.content_block_index;
    if (!event.start.is_set()) return close(index);
    auto const* const use = event.start.get_if<tool_use_block_start>();
    if (use == nullptr) {
        close(index);
        open_or_find(index, block_kind::silent).rest->add(source);
        return;
    }
    tool_use_block call;
    call.tool_use_id = use->tool_use_id;
    call.name = use->name;
    call.type = use->type;
    call.unknown = use->unknown;
    bool const own = call.type != tool_use_type::server_tool_use;
    open(index, block_kind::tool, std::move(call), own);
}

inline void agent_fold::add_delta(stream_event const& event) {
    switch (event.delta()) {
        case delta_kind::text: {
            auto const& into = open_or_find(event.index(), block_kind::text);
            at(into).get_if<text_block>()->text += event.text();
            return push(agent_event_kind::text_delta, into.place, event.text());
        }
        case delta_kind::reasoning_text:
            return add_thinking(event.index(), event.reasoning_text());
        case delta_kind::tool_input:
            return add_tool_input(event);
        default:
            return add_other_delta(event);
    }
}

// The half of a character that a block ends with.
inline void agent_fold::add_last_delta(stream_event const& event) {
    if (event.delta() != delta_kind::none && find(event.index()) != nullptr) add_delta(event);
}

inline void agent_fold::add_thinking(std::int32_t index, std::string_view text) {
    auto const& into = open_or_find(index, block_kind::thinking);
    at(into).get_if<reasoning_content_block>()->get_if<reasoning_text_block>()->text += text;
    if (!text.empty()) push(agent_event_kind::thinking_delta, into.place, text);
}

// Input of a call that never began has no name to be run by.
inline void agent_fold::add_tool_input(stream_event const& event) {
    auto const* const into = find(event.index());
    if (into == nullptr || into->kind != block_kind::tool) {
        if (bad_call_.empty()) bad_call_ = "there is input of a tool call that has not begun";
        return;
    }
    at(*into).get_if<tool_use_block>()->incomplete_input += event.tool_input();
    if (into->has_events) push(agent_event_kind::toolcall_delta, into->place, event.tool_input());
}

inline json::partial const* agent_fold::partial_tool_input(std::size_t content_index) {
    auto const is_wanted = [content_index](auto const& one) {
        return one.second.place == content_index && one.second.kind == block_kind::tool;
    };
    auto const call = std::find_if(open_.begin(), open_.end(), is_wanted);
    if (call == open_.end()) return nullptr;
    auto* const found = &call->second;
    if (!found->completed_input) found->completed_input = std::make_unique<json::partial>();
    std::string_view const input = at(*found).get_if<tool_use_block>()->incomplete_input;
    found->completed_input->feed(input.substr(found->completed_size));
    found->completed_size = input.size();
    return found->completed_input.get();
}

inline void agent_fold::add_other_delta(stream_event const& event) {
    auto const* const typed = event.get_if<content_block_delta_event>();
    if (typed == nullptr) return;
    auto const* const reasoning = typed->delta.get_if<reasoning_content_block_delta>();
    if (reasoning != nullptr && !reasoning->holds<json::unknown_arm>())
        add_reasoning(event.index(), *reasoning, event);
    else if (typed->delta.holds<citations_delta>())
        add_citation(event);
    else if (typed->delta.holds<tool_result_block_deltas>() || typed->delta.holds<image_block_delta>())
        open_or_find(event.index(), block_kind::silent).rest->add(event);
    else
        frame_.add(event);
}

inline void agent_fold::add_reasoning(std::int32_t index, reasoning_content_block_delta const& delta,
                                      stream_event const& source) {
    if (auto const* const text = delta.get_if<text_block>()) return add_thinking(index, text->text);
    if (auto const* const signature = delta.get_if<reasoning_signature>()) {
        auto& block = at(open_or_find(index, block_kind::thinking));
        block.get_if<reasoning_content_block>()->get_if<reasoning_text_block>()->signature += signature->signature;
    } else if (auto const* const redacted = delta.get_if<redacted_reasoning>()) {
        auto const& into = open_or_find(index, block_kind::redacted);
        auto& block = at(into);
        auto& content = block.get_if<reasoning_content_block>()->get_if<redacted_reasoning>()->content;
        if (content.empty()) push(agent_event_kind::thinking_delta, into.place, agent_event_detail::redacted_text);
        content.insert(content.end(), redacted->content.begin(), redacted->content.end());
    } else {
        frame_.add(source);
    }
}

inline void agent_fold::add_citation(stream_event const& event) {
    auto& text = open_or_find(event.index(), block_kind::text);
    if (!text.rest) text.rest = std::make_unique<message_accumulator>();
    text.rest->add(event);
}

inline void agent_fold::end_blocks_but_tools() {
    for (auto at = open_.begin(); at != open_.end();) {
        if (at->second.kind == block_kind::tool) {
            ++at;
            continue;
        }
        auto ended = std::move(at->second);
        at = open_.erase(at);
        end_block(std::move(ended));
    }
}

inline void agent_fold::close(std::int32_t index) {
    auto const place = open_.find(index);
    if (place == open_.end()) return;
    auto ended = std::move(place->second);
    open_.erase(place);
    end_block(std::move(ended));
}

inline void agent_fold::end_block(open_block ended) {
    bool const good = settle(ended);
    if (!ended.has_events) return;
    if (!good) {
        if (bad_call_.empty()) bad_call_ = "the input of " + name_call(ended) + " is not a JSON object";
    } else if (ended.kind == block_kind::text) {
        push(agent_event_kind::text_end, ended.place);
    } else if (ended.kind != block_kind::tool) {
        push(agent_event_kind::thinking_end, ended.place);
    } else if (options_.hold_tool_calls) {
        held_.push_back(ended.place);
    } else {
        push(agent_event_kind::toolcall_end, ended.place);
    }
}

// Puts into the content what was collected beside it. False of a tool call whose input is no object.
inline bool agent_fold::settle(open_block& from) {
    auto& block = at(from);
    if (from.kind == block_kind::tool) return settle_input(*block.get_if<tool_use_block>());
    if (!from.rest) return true;
    auto rest = from.rest->take();
    auto& made = rest.message.content;
    if (made.empty()) return true;
    if (from.kind == block_kind::text)
        made.front().get_if<citations_content_block>()->content.emplace_back(std::move(*block.get_if<text_block>()));
    block = std::move(made.front());
    auto& all = message_->response.message.content;  // deltas of several kinds under one index: several blocks
    all.insert(all.end(), std::make_move_iterator(made.begin() + 1), std::make_move_iterator(made.end()));
    return true;
}

inline bool agent_fold::settle_input(tool_use_block& call) {
    auto const first = call.incomplete_input.find_first_not_of(" \t\r\n");
    bool const is_blank = first == std::string::npos;
    if (!is_blank && (call.incomplete_input[first] != '{' || !json::valid(call.incomplete_input))) return false;
    if (!is_blank) call.input = std::move(call.incomplete_input);
    call.incomplete_input.clear();
    return true;
}

inline std::string agent_fold::name_call(open_block const& call) {
    return "the tool call " + quote(at(call).get_if<tool_use_block>()->name);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
