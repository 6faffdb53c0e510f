// SPDX-License-Identifier: MIT
// Owns the events of ConverseStream: their structures, and `stream_event`, the view that users are given.
// Never reads frames or connections, and never fails for an event that it does not know.
#ifndef BEDROCK_MODEL_STREAM_HPP
#define BEDROCK_MODEL_STREAM_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/notes.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/delta_scan.hpp"
#include "bedrock/result.hpp"
#include "bedrock/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct message_start_event {
    json::open_enum<conversation_role> role{};
    json::unknown_members unknown{};
};

struct tool_use_block_start {
    std::string tool_use_id{};
    std::string name{};
    json::open_enum<tool_use_type> type{};
    json::unknown_members unknown{};
};

struct tool_result_block_start {
    std::string tool_use_id{};
    std::string type{};
    json::open_enum<tool_result_status> status{};
    json::unknown_members unknown{};
};

struct image_block_start {
    json::open_enum<image_format> format{};
    json::unknown_members unknown{};
};

struct content_block_start : json::one_of<tool_use_block_start, tool_result_block_start, image_block_start> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"toolUse", "toolResult", "image"};
};

/// **Wire:** sent for tool uses, tool results and images only; text and reasoning begin with their first delta.
struct content_block_start_event {
    content_block_start start{};
    std::int32_t content_block_index = 0;
    json::unknown_members unknown{};
};

/// A piece of a tool use's input: text to be put together to one JSON value.
struct tool_use_block_delta {
    std::string input{};
    json::unknown_members unknown{};
};

struct tool_result_block_delta : json::one_of<text_block, json_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text", "json"};
};

struct tool_result_block_deltas {
    std::vector<tool_result_block_delta> content{};
};

struct reasoning_signature {
    std::string signature{};
};

struct reasoning_content_block_delta : json::one_of<text_block, redacted_reasoning, reasoning_signature> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text", "redactedContent", "signature"};
};

struct citation_source_content_delta {
    std::string text{};
    json::unknown_members unknown{};
};

struct citations_delta {
    std::string title{};
    std::string source{};
    std::vector<citation_source_content_delta> source_content{};
    citation_location location{};
    json::unknown_members unknown{};
};

struct image_block_delta {
    image_source source{};
    std::optional<error_block> error{};
    json::unknown_members unknown{};
};

struct content_block_delta : json::one_of<text_block, tool_use_block_delta, tool_result_block_deltas,
                                          reasoning_content_block_delta, citations_delta, image_block_delta> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text",     "toolUse", "toolResult", "reasoningContent",
                                                     "citation", "image"};
};

struct content_block_delta_event {
    content_block_delta delta{};
    std::int32_t content_block_index = 0;
    json::unknown_members unknown{};
};

struct content_block_stop_event {
    std::int32_t content_block_index = 0;
    json::unknown_members unknown{};
};

struct message_stop_event {
    json::open_enum<bedrock::stop_reason> stop_reason{};
    json::document additional_model_response_fields{};
    json::unknown_members unknown{};
};

/// Comes after messageStop, if at all.
struct metadata_event {
    token_usage usage{};
    converse_metrics metrics{};
    converse_trace trace{};
    performance_config performance{};
    bedrock::service_tier service_tier{};
    json::unknown_members unknown{};
};

enum class event_kind : unsigned char {
    unknown,  ///< not known to this version: `type()` and `payload()` have it
    message_start,
    content_block_start,
    content_block_delta,
    content_block_stop,
    message_stop,
    metadata,
};

/// One event of a stream as it is delivered.
/// **Lifetime:** everything that it gives (views, pointers) is valid until the next event; copy what shall stay.
/// **Thread safety:** one thread at a time, const members too: `get_if` parses when first asked.
class stream_event {
  public:
    /// No answer is whole without an event of this type.
    static constexpr std::string_view indispensable = "messageStop";
    /// Bedrock sends no event behind one of this type.
    static constexpr std::string_view last = "metadata";

    stream_event() = default;
    stream_event(stream_event const&) = delete;
    stream_event& operator=(stream_event const&) = delete;

    event_kind kind() const noexcept { return kind_; }
    /// The header :event-type, such as "contentBlockDelta".
    std::string_view type() const noexcept { return type_; }
    /// The event's JSON as received, padding included.
    std::string_view payload() const noexcept { return payload_; }

    /// contentBlockIndex; -1 for events that have none.
    std::int32_t index() const noexcept { return delta_.index; }
    delta_kind delta() const noexcept { return delta_.kind; }
    // A character that was cut in two, `\ud83d` at the end of one delta and `\ude00` at the start of the block's next
    // one, is given whole by the second; the first is shorter by it. What has no other half by the end of its block is
    // given as U+FFFD by that contentBlockStop, or by messageStop.

    /// New text of the answer; empty for every other event.
    std::string_view text() const noexcept { return delta_text(delta_kind::text); }
    /// New text of the model's reasoning; empty for every other event.
    std::string_view reasoning_text() const noexcept { return delta_text(delta_kind::reasoning_text); }
    /// New part of a tool use's JSON input; empty for every other event.
    std::string_view tool_input() const noexcept { return delta_text(delta_kind::tool_input); }

    /// The event's structure when it is an Event, else null: `get_if<message_stop_event>()`.
    /// **Allocates:** when first asked for a delta of the common kinds, which are delivered unparsed.
    template <class Event>
    Event const* get_if() const;

    /// What of the event was skipped because it is not as the service describes it; null where nothing was.
    json::note_list const* notes() const noexcept { return structure_.is_set() && !notes_.empty() ? &notes_ : nullptr; }
    /// Nothing else is allowed behind messageStop: metadata, and what is not known to this version.
    bool may_follow_end() const noexcept { return kind_ == event_kind::metadata || kind_ == event_kind::unknown; }

    /// Takes the next event; both texts must outlive the use of this object up to the next call.
    /// **Errors:** errc::protocol for a payload that is not the JSON that `type` promises; the event is then
    /// `unknown`, with type and payload set.
    /// **Allocates:** nothing for text, tool input and reasoning deltas without escapes.
    template <class = void>
    result<void> parse(std::string_view type, std::string_view payload);

  private:
    struct structure : json::one_of<message_start_event, content_block_start_event, content_block_delta_event,
                                    content_block_stop_event, message_stop_event, metadata_event> {};

    struct held_half {
        std::int32_t index = 0;
        delta_kind kind = delta_kind::none;
        char16_t unit = 0;
    };
    static constexpr std::size_t max_held_halves = 16;

    std::string_view delta_text(delta_kind kind) const noexcept {
        return delta_.kind == kind ? delta_.text : std::string_view();
    }
    template <class Structure = structure>
    result<void> parse_structure() const;
    template <class = void>
    BEDROCK_COLD result<void> parse_uncommon(bool is_scanned);
    bool scan_any_delta();
    bool scan_delta_member(json::reader& in);
    bool scan_string(json::reader& in, delta_kind kind);
    bool views_payload(std::string_view value) const noexcept;
    bool scan_inner(json::reader& in, std::string_view name, delta_kind kind);
    template <class = void>
    void use_structure();
    template <class = void>
    void join_halves();
    template <class = void>
    void give_held_half();

    event_kind kind_ = event_kind::unknown;
    std::string_view type_;
    std::string_view payload_;
    scanned_delta delta_;  // its text lies in the payload, in unescaped_ or in structure_
    std::string unescaped_;
    mutable structure structure_;    // of the last event that was asked for or was no common delta
    mutable json::note_list notes_;  // of `structure_`
    std::vector<held_half> held_;    // first halves of characters whose second half has not come
};

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<message_start_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(message_start_event, role, "role", json::required_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
template <>
struct json::fields_of<tool_use_block_start> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_use_block_start, tool_use_id, "toolUseId", json::required_field | json::response_field),
        BEDROCK_JSON_FIELD(tool_use_block_start, name, "name", json::required_field | json::response_field),
        BEDROCK_JSON_FIELD(tool_use_block_start, type, "type", json::optional_field),
    };
};
template <>
struct json::fields_of<tool_result_block_start> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_result_block_start, tool_use_id, "toolUseId", json::required_field),
        BEDROCK_JSON_FIELD(tool_result_block_start, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(tool_result_block_start, status, "status", json::optional_field),
    };
};
template <>
struct json::fields_of<image_block_start> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(image_block_start, format, "format", json::required_field),
    };
};
template <>
struct json::fields_of<content_block_start_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(content_block_start_event, start, "start", json::required_field),
        BEDROCK_JSON_FIELD(content_block_start_event, content_block_index, "contentBlockIndex", json::required_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
template <>
struct json::fields_of<tool_use_block_delta> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_use_block_delta, input, "input", json::required_field),
    };
};
template <>
struct json::fields_of<tool_result_block_deltas> {
    using same_as = std::vector<tool_result_block_delta>;
};
template <>
struct json::fields_of<reasoning_signature> {
    using same_as = std::string;
};
template <>
struct json::fields_of<citation_source_content_delta> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(citation_source_content_delta, text, "text", json::optional_field),
    };
};
template <>
struct json::fields_of<citations_delta> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(citations_delta, title, "title", json::optional_field),
        BEDROCK_JSON_FIELD(citations_delta, source, "source", json::optional_field),
        BEDROCK_JSON_FIELD(citations_delta, source_content, "sourceContent", json::optional_field),
        BEDROCK_JSON_FIELD(citations_delta, location, "location", json::optional_field),
    };
};
template <>
struct json::fields_of<image_block_delta> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(image_block_delta, source, "source", json::optional_field),
        BEDROCK_JSON_FIELD(image_block_delta, error, "error", json::optional_field),
    };
};
template <>
struct json::fields_of<content_block_delta_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(content_block_delta_event, delta, "delta", json::required_field),
        BEDROCK_JSON_FIELD(content_block_delta_event, content_block_index, "contentBlockIndex", json::required_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
template <>
struct json::fields_of<content_block_stop_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(content_block_stop_event, content_block_index, "contentBlockIndex", json::required_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
template <>
struct json::fields_of<message_stop_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(message_stop_event, stop_reason, "stopReason", json::required_field),
        BEDROCK_JSON_FIELD(message_stop_event, additional_model_response_fields, "additionalModelResponseFields",
                           json::optional_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
template <>
struct json::fields_of<metadata_event> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(metadata_event, usage, "usage",
                           json::required_field | json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(metadata_event, metrics, "metrics", json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(metadata_event, trace, "trace", json::optional_field),
        BEDROCK_JSON_FIELD(metadata_event, performance, "performanceConfig", json::optional_field),
        BEDROCK_JSON_FIELD(metadata_event, service_tier, "serviceTier", json::optional_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace detail {

inline constexpr std::string_view event_types[] = {"messageStart",     "contentBlockStart", "contentBlockDelta",
                                                   "contentBlockStop", "messageStop",       "metadata"};

BEDROCK_COLD constexpr event_kind kind_of_rare_event(std::string_view type) noexcept {
    for (std::size_t i = 0; i < std::size(event_types); ++i)
        if (event_types[i] == type) return static_cast<event_kind>(i + 1);
    return event_kind::unknown;
}

inline event_kind kind_of_event(std::string_view type) noexcept {
    constexpr std::string_view most = "contentBlockDelta";
    bool const is_most = type.size() == most.size() && std::memcmp(type.data(), most.data(), most.size()) == 0;
    return is_most ? event_kind::content_block_delta : kind_of_rare_event(type);
}

}  // namespace detail

template <class Event>
Event const* stream_event::get_if() const {
    constexpr auto place =
        json::detail::place_of_arm<Event, message_start_event, content_block_start_event, content_block_delta_event,
                                   content_block_stop_event, message_stop_event, metadata_event>();
    static_assert(place <= std::size(detail::event_types), "not an event");
    if (static_cast<unsigned char>(kind_) != place) return nullptr;
    if (!structure_.is_set() && !parse_structure()) return nullptr;
    return structure_.get_if<Event>();
}

template <class>
result<void> stream_event::parse(std::string_view type, std::string_view payload) {
    type_ = type;
    payload_ = payload;
    kind_ = detail::kind_of_event(type);
    structure_.reset();
    bool const is_scanned = kind_ == event_kind::content_block_delta && scan_delta(payload, unescaped_, delta_);
    if (is_scanned && !delta_.escaped) return {};
    return parse_uncommon(is_scanned);
}

template <class>
result<void> stream_event::parse_uncommon(bool is_scanned) {
    if (is_scanned) {
        join_halves();
        return {};
    }
    scanned_delta const none{.escaped = !held_.empty()};
    delta_ = none;
    if (kind_ == event_kind::unknown) return {};
    if (kind_ == event_kind::content_block_delta && scan_any_delta()) {
        join_halves();
        return {};
    }
    delta_ = none;
    auto parsed = parse_structure();
    if (!parsed) {
        kind_ = event_kind::unknown;
        return parsed;
    }
    use_structure();
    if (kind_ == event_kind::content_block_delta)
        join_halves();
    else
        give_held_half();
    return parsed;
}

template <class>
void stream_event::join_halves() {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";  // what either half alone was read as
    delta_.escaped = !held_.empty();                          // while there is a half, every delta is looked at
    if (delta_.kind == delta_kind::none || delta_.kind == delta_kind::other) return;
    if (held_.empty() && !delta_.text.ends_with(replacement)) return;
    auto const written = detail::find_written_delta(payload_);
    auto const first = detail::read_unit_escape(written);
    auto const cut = detail::find_trailing_half(written);
    auto const before =
        std::find_if(held_.begin(), held_.end(), [this](held_half const& one) { return one.index == delta_.index; });
    bool const holds = cut != 0 && (before != held_.end() || held_.size() < max_held_halves);
    if (before == held_.end() && !holds) return;
    std::string joined;
    auto text = delta_.text;
    if (before != held_.end()) {
        if (before->kind == delta_.kind && first >= 0xDC00 && first <= 0xDFFF) {
            append_utf8(joined, 0x10000u + ((static_cast<char32_t>(before->unit) - 0xD800u) << 10) + (first - 0xDC00u));
            text.remove_prefix(replacement.size());
        } else if (before->kind == delta_.kind) {
            joined += replacement;
        }
        held_.erase(before);
    }
    if (holds) {
        text.remove_suffix(replacement.size());
        held_.push_back({delta_.index, delta_.kind, cut});
    }
    joined += text;
    unescaped_ = std::move(joined);
    delta_.text = unescaped_;
    delta_.escaped = !held_.empty();
}

// At the end of a block, or of all of them.
template <class>
void stream_event::give_held_half() {
    if (kind_ == event_kind::message_start) held_.clear();
    delta_.escaped = !held_.empty();
    bool const ends_all = kind_ == event_kind::message_stop;
    if (!ends_all && kind_ != event_kind::content_block_stop) return;
    auto const at = std::find_if(held_.begin(), held_.end(),
                                 [&](held_half const& one) { return ends_all || one.index == delta_.index; });
    if (at == held_.end()) return;
    auto const given = *at;
    held_.erase(at);
    delta_ = {given.kind, given.index, "\xEF\xBF\xBD", !held_.empty()};
}

template <class Structure>
result<void> stream_event::parse_structure() const {
    using arms = json::detail::union_arms<typename Structure::one_of_type>;
    auto const place = static_cast<std::size_t>(kind_);
    notes_.clear();
    auto parsed = json::read_erased(*arms::table[place - 1], structure_.emplace_at(place), payload_,
                                    {.rules = json::read_rules::response, .notes = &notes_});
    if (parsed) return {};
    structure_.reset();
    auto reason = std::move(parsed).error();
    reason.message = "event " + std::string(type_) + ": " + reason.message + describe_received(payload_);
    return unexpected{std::move(reason)};
}

template <class>
void stream_event::use_structure() {
    if (auto const* const start = structure_.get_if<content_block_start_event>())
        delta_.index = start->content_block_index;
    if (auto const* const stop = structure_.get_if<content_block_stop_event>())
        delta_.index = stop->content_block_index;
    auto const* const event = structure_.get_if<content_block_delta_event>();
    if (event == nullptr) return;
    delta_.index = event->content_block_index;
    delta_.kind = event->delta.is_set() ? delta_kind::other : delta_kind::none;
    auto const* const reasoning = event->delta.get_if<reasoning_content_block_delta>();
    if (auto const* const text = event->delta.get_if<text_block>()) {
        delta_.kind = delta_kind::text;
        delta_.text = text->text;
    } else if (auto const* const use = event->delta.get_if<tool_use_block_delta>()) {
        delta_.kind = delta_kind::tool_input;
        delta_.text = use->input;
    } else if (auto const* const thought = reasoning != nullptr ? reasoning->get_if<text_block>() : nullptr) {
        delta_.kind = delta_kind::reasoning_text;
        delta_.text = thought->text;
    }
}

// Takes the common deltas in any order and spacing, without building their structure. Whatever else it meets, it leaves
// to the interpreter, which also names what is wrong.
inline bool stream_event::scan_any_delta() {
    json::reader in(payload_);
    std::string_view name;
    bool indexed = false;
    if (!in.begin_object()) return false;
    while (in.next_member(name)) {
        std::int64_t index = 0;
        if (name == "p") {
            if (!in.skip()) return false;
        } else if (name == "contentBlockIndex" && !indexed) {
            if (!in.read_int64(index) || index < 0 || index > (std::numeric_limits<std::int32_t>::max)()) return false;
            delta_.index = static_cast<std::int32_t>(index);
            indexed = true;
        } else if (name != "delta" || delta_.kind != delta_kind::none || !scan_delta_member(in)) {
            return false;
        }
    }
    return indexed && delta_.kind != delta_kind::none && in.finish();
}

inline bool stream_event::scan_delta_member(json::reader& in) {
    std::string_view name;
    if (!in.begin_object() || !in.next_member(name)) return false;
    bool const good = name == "text"               ? scan_string(in, delta_kind::text)
                      : name == "toolUse"          ? scan_inner(in, "input", delta_kind::tool_input)
                      : name == "reasoningContent" ? scan_inner(in, "text", delta_kind::reasoning_text)
                                                   : false;
    return good && !in.next_member(name) && in.ok();
}

inline bool stream_event::scan_inner(json::reader& in, std::string_view name, delta_kind kind) {
    std::string_view found;
    if (!in.begin_object() || !in.next_member(found) || found != name || !scan_string(in, kind)) return false;
    return !in.next_member(found) && in.ok();
}

inline bool stream_event::views_payload(std::string_view value) const noexcept {
    auto const from = reinterpret_cast<std::uintptr_t>(payload_.data());
    auto const at = reinterpret_cast<std::uintptr_t>(value.data());
    return at >= from && at + value.size() <= from + payload_.size();
}

inline bool stream_event::scan_string(json::reader& in, delta_kind kind) {
    std::string_view value;
    if (!in.read_string(value)) return false;
    if (!views_payload(value)) {
        unescaped_ = value;  // it lay in the reader, which ends with the scan
        value = unescaped_;
    }
    delta_.text = value;
    delta_.kind = kind;
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
