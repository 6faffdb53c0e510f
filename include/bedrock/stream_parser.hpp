// SPDX-License-Identifier: MIT
// Owns the way from the bytes of a streamed answer to its events, and the one terminal state of the stream.
// Never reads from anywhere: it is given a buffer, and says when it needs more of it.
#ifndef BEDROCK_STREAM_PARSER_HPP
#define BEDROCK_STREAM_PARSER_HPP

#include "bedrock/aws_error.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/event_stream/header_memory.hpp"
#include "bedrock/http.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// How a step through a streamed answer went.
enum class stream_progress : unsigned char {
    event,      ///< `event()` has the next one
    need_more,  ///< receive, then ask again
    complete,   ///< the one success
    failed,     ///< `failure()` says why
};

/// Reads the events of one answer. Success is one thing only: the event without which no answer is whole was seen, and
/// the body ended by itself.
/// An Event has `result<void> parse(std::string_view type, std::string_view payload)`, and `indispensable`, the type of
/// that event ("messageStop"). Where it has `last`, the type of the event behind which the service sends none, that one
/// has to come as well by HTTP/2.
/// **Lifetime:** an event's views lie in the transfer's buffer, until the next `next`.
template <class Event>
class basic_stream_parser {
  public:
    using progress = stream_progress;

    explicit basic_stream_parser(event_stream::limits limits = {}) : limits_(limits) {}

    /// Takes the next event from what has arrived. After `complete` or `failed` it answers the same again.
    /// **Errors:** truncated, transport, timeout, protocol, and the exceptions that AWS sends inside a stream.
    progress next(http::transfer& from, error_context const& context);

    Event const& event() const noexcept { return event_; }
    error const& failure() const noexcept { return failure_; }
    /// Events delivered so far.
    std::uint64_t events() const noexcept { return events_; }
    /// Bytes of their frames.
    std::uint64_t bytes() const noexcept { return offset_; }

  private:
    BEDROCK_COLD progress without_message(event_stream::decoded_frame const& frame, http::transfer const& from);
    BEDROCK_COLD void take_type(event_stream::message const& event);
    BEDROCK_COLD progress take_terminal(event_stream::message const& frame, error_context const& context);
    BEDROCK_COLD progress at_end(http::transfer const& from);
    BEDROCK_COLD progress fail_with(error why);

    event_stream::limits limits_;
    Event event_;
    error failure_{};
    std::uint64_t offset_ = 0;  // of the next frame in the body
    std::uint64_t events_ = 0;
    std::size_t delivered_ = 0;  // bytes of the frame that the last event views
    bool whole_ = false;         // as far as events can tell
    bool has_last_ = false;      // the event behind which Bedrock sends none
    progress terminal_ = progress::need_more;
    crc32_path checksums_ = best_crc32_path();
    std::size_t type_begin_ = 0;  // of the last event's type in its header block
    std::size_t type_size_ = 0;
    event_stream::header_memory before_;
};

/// Of ConverseStream.
using stream_parser = basic_stream_parser<stream_event>;

/// Says why an answer of status 200 is no event stream; code none where it is one. `body`: what of it has arrived.
error check_stream_head(http::response_head const& head, std::string_view body = {});

// ---------------------------------------------------------------------------------------------------------------------

inline error check_stream_head(http::response_head const& head, std::string_view body) {
    auto type = http::find_header(head.headers, "content-type");
    type = type.substr(0, type.find(';'));
    while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
    if (http::equal_names(type, "application/vnd.amazon.eventstream")) return {};
    std::string shown;
    append_clean_line(shown, type, 100);
    auto why =
        make_error(errc::protocol, "the answer is not an event stream but " +
                                       (shown.empty() ? std::string("of no content type") : "\"" + shown + "\"") +
                                       "; is something other than Bedrock behind the endpoint?" +
                                       (body.empty() ? std::string() : describe_received(body)));
    why.http_status = head.status;
    return why;
}

template <class Event>
stream_progress basic_stream_parser<Event>::fail_with(error why) {
    failure_ = std::move(why);
    failure_.content_emitted = events_ != 0;
    return terminal_ = progress::failed;
}

template <class Event>
stream_progress basic_stream_parser<Event>::next(http::transfer& from, error_context const& context) {
    if (terminal_ != progress::need_more) return terminal_;
    from.buffer.consume(std::exchange(delivered_, 0));
    auto const frame = event_stream::decode_frame(from.buffer.unread(), limits_, before_, checksums_);
    if (frame.outcome != event_stream::progress::message) return without_message(frame, from);
    delivered_ = frame.size;
    offset_ += frame.size;
    // Whatever is no event ends the stream: headers that repeat are an event's, of the same type.
    if (!frame.same_headers) {
        if (frame.content.text(":message-type") != "event") return take_terminal(frame.content, context);
        take_type(frame.content);
    }
    auto const type = as_text(frame.content.headers.bytes().subspan(type_begin_, type_size_));
    auto parsed = event_.parse(type, as_text(frame.content.payload));
    if (!parsed) return fail_with(std::move(parsed).error());
    ++events_;
    return progress::event;
}

template <class Event>
stream_progress basic_stream_parser<Event>::without_message(event_stream::decoded_frame const& frame,
                                                            http::transfer const& from) {
    if (frame.outcome == event_stream::progress::need_more) return from.ended ? at_end(from) : progress::need_more;
    return fail_with(make_error(errc::protocol, "damaged event stream at byte " + std::to_string(offset_) + ": " +
                                                    std::string(event_stream::describe(frame.code))));
}

template <class Event>
void basic_stream_parser<Event>::take_type(event_stream::message const& event) {
    auto const type = event.text(":event-type");
    type_begin_ = type.empty() ? 0 : static_cast<std::size_t>(type.data() - as_text(event.headers.bytes()).data());
    type_size_ = type.size();
    whole_ = whole_ || type == Event::indispensable;  // where its payload is broken, the stream fails for that
    if constexpr (requires { Event::last; }) has_last_ = has_last_ || type == Event::last;
}

template <class Event>
stream_progress basic_stream_parser<Event>::take_terminal(event_stream::message const& frame,
                                                          error_context const& context) {
    auto const kind = frame.text(":message-type");
    if (kind == "exception")
        return fail_with(parse_exception_event(frame.text(":exception-type"), frame.payload, context));
    if (kind == "error")
        return fail_with(parse_error_event(frame.text(":error-code"), frame.text(":error-message"), context));
    std::string shown;
    append_clean_line(shown, kind, 100);
    return fail_with(make_error(errc::protocol, kind.empty()
                                                    ? "a frame of the stream has no :message-type"
                                                    : "a frame of the unknown :message-type \"" + shown + '"'));
}

template <class Event>
stream_progress basic_stream_parser<Event>::at_end(http::transfer const& from) {
    if (from.end.code != errc::none && from.end.code != errc::truncated) {
        return fail_with(retry::make_error(from.end));
    }
    // By HTTP/2 the end of a body without a length proves nothing.
    bool const is_proven =
        has_last_ || !from.head.is_http2 || !http::find_header(from.head.headers, "content-length").empty();
    if (from.end.code == errc::none && from.buffer.size() == 0 && whole_ && is_proven)
        return terminal_ = progress::complete;
    std::string message = "the stream was cut short";
    if (from.buffer.size() != 0)
        message += " inside an event";
    else if (!whole_)
        message += " before " + std::string(Event::indispensable);
    else
        message += " before the end of the body";
    message += ", after " + std::to_string(events_) + (events_ == 1 ? " event" : " events");
    if (!from.end.message.empty()) message += " (" + from.end.message + ")";
    auto why = make_error(errc::truncated, std::move(message));
    why.retryable = true;
    return fail_with(std::move(why));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
