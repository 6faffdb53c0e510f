// SPDX-License-Identifier: MIT
// Owns `message_accumulator`: the events of a stream put together to the response that Converse would have given.
// Never does I/O, and never judges whether the stream was whole beyond having seen messageStop.
#ifndef BEDROCK_MODEL_ACCUMULATOR_HPP
#define BEDROCK_MODEL_ACCUMULATOR_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// How much a `message_accumulator` takes.
struct accumulator_limits {
    /// Bytes of text, tool input and reasoning, and of the JSON of all other events.
    std::size_t max_bytes = std::size_t{64} << 20;
    std::size_t max_blocks = 10'000;
};

/// Builds a `converse_response` whose message can be sent back as it is.
/// Blocks stand in the order of their index; they may be interleaved, and need no contentBlockStart. A delta of another
/// kind than its block makes a further block behind it. Text with citations becomes a citations block. A tool use's
/// input is its pieces put together, `{}` where there were none; input that is not JSON, or not yet, goes to
/// `tool_use_block::incomplete_input`. Blocks without a contentBlockStop are named in `incomplete_blocks`.
/// Events and deltas that are not known go to `unmerged_events`. Behind messageStop only metadata and unknown events
/// change anything. Nothing more is taken once a limit is exceeded: `fault` says so.
/// **Allocates:** what the response needs; a text delta grows its text only.
/// Its members are templates of nothing, as protocols are (exchange.hpp): not compiled where nothing is accumulated.
class message_accumulator {
  public:
    message_accumulator() = default;
    explicit message_accumulator(accumulator_limits limits) noexcept : limits_(limits) {}

    /// The next event, in the order of the stream.
    template <class = void>
    void add(stream_event const& event);

    /// False of an event that may not come any more: behind messageStop there is metadata, and what is not known.
    bool takes(stream_event const& event) const noexcept { return !complete_ || event.may_follow_end(); }
    /// messageStop has been seen.
    bool complete() const noexcept { return complete_; }
    /// Why this is not a message, or not a whole one; empty where nothing is wrong: a limit that was exceeded, and once
    /// `complete`, a tool use without id or name.
    template <class = void>
    std::string fault() const;
    /// A limit was exceeded.
    bool is_full() const noexcept { return is_full_; }

    /// The input of the tool use that is written under this index, as valid JSON however little of it has come; null
    /// where there is none. **Lifetime:** until the next event. **Cost:** what came since it was last asked for; who
    /// never asks pays nothing.
    template <class = void>
    json::partial const* partial_tool_input(std::int32_t index);

    /// What has come so far, copied.
    template <class = void>
    converse_response snapshot() const;
    /// What has come, moved out; the accumulator is then as new.
    template <class = void>
    converse_response take();

  private:
    struct block {
        std::int32_t index = 0;
        content_block content{};
        std::string tool_input{};
        json::partial completed_input{};  // fed when asked for
        std::size_t completed_size = 0;   // how much of the input it has been given
        bool finished = false;
        bool ends_in_text = false;  // of a tool result: the next text belongs to the last one
    };

    template <class = void>
    void start(content_block_start_event const& event);
    template <class = void>
    void add_delta(stream_event const& event);
    template <class = void>
    void add_text(std::int32_t index, std::string_view text);
    template <class = void>
    void add_tool_result(std::int32_t index, tool_result_block_deltas const& deltas);
    template <class = void>
    void add_citation(std::int32_t index, citations_delta const& delta);
    template <class = void>
    void add_image(std::int32_t index, image_block_delta const& delta);
    template <class = void>
    void add_reasoning(std::int32_t index, reasoning_content_block_delta const& delta);
    template <class = void>
    void add_unmerged(stream_event const& event);
    template <class = void>
    void stop(std::int32_t index) noexcept;
    template <class = void>
    void finish(message_stop_event const& event);
    template <class = void>
    void add_metadata(metadata_event const& event);

    void grow(std::size_t bytes) noexcept {
        bytes_ += bytes;
        is_full_ = is_full_ || bytes_ > limits_.max_bytes;
    }
    template <class = void>
    block& add_block(std::int32_t index);
    template <class = void>
    block* find_block(std::int32_t index) noexcept;
    template <class Arm>
    block& block_with(std::int32_t index);
    template <class Arm>
    Arm& reasoning_with(std::int32_t index);
    template <class = void>
    static void close_tool_input(block& from, tool_use_block& use);
    template <class = void>
    static void merge(json::unknown_members& into, json::unknown_members const& from);

    std::vector<block> blocks_;                       // in the order of their coming
    std::multimap<std::int32_t, std::size_t> order_;  // their places by index; of equal ones in the order of coming
    std::size_t last_ = 0;                            // the place of the block that was found last
    converse_response response_;
    accumulator_limits limits_{};
    std::size_t bytes_ = 0;
    bool complete_ = false;
    bool is_full_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class>
void message_accumulator::add(stream_event const& event) {
    if (is_full_ || !takes(event)) return;
    if (event.kind() != event_kind::content_block_delta) grow(event.payload().size());
    if (auto const* const notes = event.notes()) response_.notes.append(event.type(), *notes);
    switch (event.kind()) {
        case event_kind::unknown:
            add_unmerged(event);
            break;
        case event_kind::message_start:
            if (auto const* const begun = event.get_if<message_start_event>()) {
                response_.message.role = begun->role;
                merge(response_.message.unknown, begun->unknown);
            }
            break;
        case event_kind::content_block_start:
            if (auto const* const begun = event.get_if<content_block_start_event>()) start(*begun);
            break;
        case event_kind::content_block_delta:
            add_delta(event);
            break;
        case event_kind::content_block_stop:
            if (event.delta() != delta_kind::none && find_block(event.index()) != nullptr) add_delta(event);
            stop(event.index());
            break;
        case event_kind::message_stop:
            if (event.delta() != delta_kind::none && find_block(event.index()) != nullptr) add_delta(event);
            if (auto const* const end = event.get_if<message_stop_event>()) finish(*end);
            break;
        case event_kind::metadata:
            if (auto const* const metadata = event.get_if<metadata_event>()) add_metadata(*metadata);
            break;
    }
}

template <class>
json::partial const* message_accumulator::partial_tool_input(std::int32_t index) {
    auto* const held = find_block(index);
    if (held == nullptr || !held->content.holds<tool_use_block>()) return nullptr;
    held->completed_input.feed(std::string_view(held->tool_input).substr(held->completed_size));
    held->completed_size = held->tool_input.size();
    return &held->completed_input;
}

template <class>
converse_response message_accumulator::snapshot() const {
    message_accumulator copy(*this);
    return copy.take();
}

template <class>
converse_response message_accumulator::take() {
    auto whole = std::exchange(response_, {});
    std::vector<block> blocks = std::exchange(blocks_, {});
    std::multimap<std::int32_t, std::size_t> const order = std::exchange(order_, {});
    complete_ = is_full_ = false;
    bytes_ = last_ = 0;
    if (!whole.message.role.is_set()) whole.message.role = conversation_role::assistant;
    for (auto const& place : order) {
        block& one = blocks[place.second];
        if (auto* const use = one.content.get_if<tool_use_block>()) close_tool_input(one, *use);
        if (!one.finished) whole.incomplete_blocks.push_back(whole.message.content.size());
        whole.message.content.push_back(std::move(one.content));
    }
    return whole;
}

template <class>
void message_accumulator::start(content_block_start_event const& event) {
    if (auto const* const use = event.start.get_if<tool_use_block_start>()) {
        auto& made = add_block(event.content_block_index).content.emplace<tool_use_block>();
        made.tool_use_id = use->tool_use_id;
        made.name = use->name;
        made.type = use->type;
        made.unknown = use->unknown;
    } else if (auto const* const outcome = event.start.get_if<tool_result_block_start>()) {
        auto& made = add_block(event.content_block_index).content.emplace<tool_result_block>();
        made.tool_use_id = outcome->tool_use_id;
        made.type = outcome->type;
        made.status = outcome->status;
        made.unknown = outcome->unknown;
    } else if (auto const* const image = event.start.get_if<image_block_start>()) {
        auto& made = add_block(event.content_block_index).content.emplace<image_block>();
        made.format = image->format;
        made.unknown = image->unknown;
    } else if (auto const* const other = event.start.get_if<json::unknown_arm>()) {
        add_block(event.content_block_index).content = *other;
    }
}

template <class>
void message_accumulator::add_delta(stream_event const& event) {
    auto const index = event.index();
    if (event.delta() == delta_kind::text) return add_text(index, event.text());
    if (event.delta() == delta_kind::tool_input) {
        grow(event.tool_input().size());
        block_with<tool_use_block>(index).tool_input += event.tool_input();
        return;
    }
    if (event.delta() == delta_kind::reasoning_text) {
        grow(event.reasoning_text().size());
        reasoning_with<reasoning_text_block>(index).text += event.reasoning_text();
        return;
    }
    grow(event.payload().size());
    auto const* const typed = event.get_if<content_block_delta_event>();
    if (typed == nullptr) return;
    if (auto const* const outcome = typed->delta.get_if<tool_result_block_deltas>())
        add_tool_result(index, *outcome);
    else if (auto const* const citation = typed->delta.get_if<citations_delta>())
        add_citation(index, *citation);
    else if (auto const* const image = typed->delta.get_if<image_block_delta>())
        add_image(index, *image);
    else if (auto const* const reasoning = typed->delta.get_if<reasoning_content_block_delta>();
             reasoning != nullptr && !reasoning->holds<json::unknown_arm>())
        add_reasoning(index, *reasoning);
    else
        add_unmerged(event);
}

template <class>
void message_accumulator::add_text(std::int32_t index, std::string_view text) {
    grow(text.size());
    auto* const held = find_block(index);
    auto* const cited = held != nullptr ? held->content.get_if<citations_content_block>() : nullptr;
    if (cited == nullptr) {
        block_with<text_block>(index).content.get_if<text_block>()->text += text;
        return;
    }
    auto* const last = cited->content.empty() ? nullptr : cited->content.back().get_if<text_block>();
    if (last != nullptr)
        last->text += text;
    else
        cited->content.push_back(text_block{std::string(text)});
}

template <class>
void message_accumulator::add_tool_result(std::int32_t index, tool_result_block_deltas const& deltas) {
    auto& held = block_with<tool_result_block>(index);
    auto& content = held.content.get_if<tool_result_block>()->content;
    for (auto const& delta : deltas.content) {
        auto const* const text = delta.get_if<text_block>();
        if (text != nullptr && held.ends_in_text)
            content.back().get_if<text_block>()->text += text->text;
        else if (text != nullptr)
            content.push_back(*text);
        else if (auto const* const json = delta.get_if<json_block>())
            content.push_back(*json);
        else if (auto const* const other = delta.get_if<json::unknown_arm>())
            content.push_back(*other);
        held.ends_in_text = text != nullptr;
    }
}

template <class>
void message_accumulator::add_citation(std::int32_t index, citations_delta const& delta) {
    auto* const held = find_block(index);
    if (auto* const text = held != nullptr ? held->content.get_if<text_block>() : nullptr) {
        citations_content_block cited;
        cited.content.push_back(std::move(*text));
        held->content = std::move(cited);
    }
    citation made{.title = delta.title, .source = delta.source, .location = delta.location, .unknown = delta.unknown};
    for (auto const& piece : delta.source_content) made.source_content.push_back(text_block{piece.text});
    block_with<citations_content_block>(index).content.get_if<citations_content_block>()->citations.push_back(
        std::move(made));
}

template <class>
void message_accumulator::add_image(std::int32_t index, image_block_delta const& delta) {
    auto& image = *block_with<image_block>(index).content.get_if<image_block>();
    auto* const bytes = image.source.get_if<byte_buffer>();
    auto const* const more = delta.source.get_if<byte_buffer>();
    if (bytes != nullptr && more != nullptr)
        bytes->insert(bytes->end(), more->begin(), more->end());
    else if (delta.source.is_set())
        image.source = delta.source;
    if (delta.error) image.error = delta.error;
    merge(image.unknown, delta.unknown);
}

template <class>
void message_accumulator::add_reasoning(std::int32_t index, reasoning_content_block_delta const& delta) {
    if (auto const* const text = delta.get_if<text_block>()) {
        reasoning_with<reasoning_text_block>(index).text += text->text;
    } else if (auto const* const signature = delta.get_if<reasoning_signature>()) {
        reasoning_with<reasoning_text_block>(index).signature += signature->signature;
    } else if (auto const* const redacted = delta.get_if<redacted_reasoning>()) {
        auto& content = reasoning_with<redacted_reasoning>(index).content;
        content.insert(content.end(), redacted->content.begin(), redacted->content.end());
    }
}

template <class>
void message_accumulator::add_unmerged(stream_event const& event) {
    response_.unmerged_events.push_back({std::string(event.type()), event.payload()});
}

template <class>
void message_accumulator::stop(std::int32_t index) noexcept {
    if (auto* const held = find_block(index)) held->finished = true;
}

template <class>
void message_accumulator::finish(message_stop_event const& event) {
    complete_ = true;
    response_.stop_reason = event.stop_reason;
    response_.additional_model_response_fields = event.additional_model_response_fields;
    merge(response_.unknown, event.unknown);
}

template <class>
void message_accumulator::add_metadata(metadata_event const& event) {
    response_.usage = event.usage;
    response_.metrics = event.metrics;
    response_.trace = event.trace;
    response_.performance = event.performance;
    response_.service_tier = event.service_tier;
    merge(response_.unknown, event.unknown);
}

template <class>
message_accumulator::block& message_accumulator::add_block(std::int32_t index) {
    is_full_ = is_full_ || blocks_.size() >= limits_.max_blocks;
    last_ = blocks_.size();
    blocks_.push_back(block{.index = index});
    order_.emplace(index, last_);
    return blocks_.back();
}

// The last block of this index.
template <class>
message_accumulator::block* message_accumulator::find_block(std::int32_t index) noexcept {
    if (last_ < blocks_.size() && blocks_[last_].index == index) return &blocks_[last_];
    auto const end = order_.upper_bound(index);
    if (end == order_.begin() || std::prev(end)->first != index) return nullptr;
    last_ = std::prev(end)->second;
    return &blocks_[last_];
}

template <class>
std::string message_accumulator::fault() const {
    if (blocks_.size() > limits_.max_blocks)
        return "the message has more than " + std::to_string(limits_.max_blocks) + " content blocks";
    if (is_full_)
        return "the message has more than " + std::to_string(limits_.max_bytes) +
               " bytes; raise max_answer_bytes if that is expected";
    if (!complete_) return {};
    for (auto const& one : blocks_)
        if (auto const* const use = one.content.template get_if<tool_use_block>())
            if (use->tool_use_id.empty() || use->name.empty())
                return "content block " + std::to_string(one.index) + " is a tool use without id and name";
    return {};
}

template <class Arm>
message_accumulator::block& message_accumulator::block_with(std::int32_t index) {
    auto* const held = find_block(index);
    if (held != nullptr && held->content.holds<Arm>()) return *held;
    if (held != nullptr) held->finished = true;  // another kind begins
    auto& made = add_block(index);
    made.content.emplace<Arm>();
    return made;
}

template <class Arm>
Arm& message_accumulator::reasoning_with(std::int32_t index) {
    auto* const held = find_block(index);
    auto* const reasoning = held != nullptr ? held->content.get_if<reasoning_content_block>() : nullptr;
    if (auto* const arm = reasoning != nullptr ? reasoning->get_if<Arm>() : nullptr) return *arm;
    if (held != nullptr) held->finished = true;
    return add_block(index).content.emplace<reasoning_content_block>().template emplace<Arm>();
}

// Of an unfinished block only an object counts as whole: `12` may have been the beginning of `123`.
template <class>
void message_accumulator::close_tool_input(block& from, tool_use_block& use) {
    auto const first = from.tool_input.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return;
    if ((from.finished || from.tool_input[first] == '{') && json::valid(from.tool_input))
        use.input = std::move(from.tool_input);
    else
        use.incomplete_input = std::move(from.tool_input);
}

template <class>
void message_accumulator::merge(json::unknown_members& into, json::unknown_members const& from) {
    for (auto const& member : from) into.add(member.name, member.value);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
