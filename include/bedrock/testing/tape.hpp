// SPDX-License-Identifier: MIT
// Owns the file of a recording: requests and answers without their secrets, streams event by event, as JSON.
// Never holds a header that is not on its list, so that no authorization, token or cookie gets into it.
#ifndef BEDROCK_TESTING_TAPE_HPP
#define BEDROCK_TESTING_TAPE_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/event_stream/decoder.hpp"
#include "bedrock/event_stream/encoder.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/result.hpp"
#include "bedrock/testing/wire.hpp"
#include "bedrock/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

/// An event of a recorded stream; its headers are texts.
struct tape_event {
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string payload{};
};

struct tape_request {
    std::string method{};
    std::string target{};
    /// A body that is not UTF-8 is in base64 instead.
    std::string body{};
    std::string body_base64{};
};

struct tape_response {
    std::int32_t status = 200;
    std::vector<std::pair<std::string, std::string>> headers{};
    /// One of the three, whichever fits first: events, for a stream that is whole; a text; base64.
    std::vector<tape_event> events{};
    std::string body{};
    std::string body_base64{};
};

struct tape_exchange {
    tape_request request{};
    tape_response response{};
};

/// The file:
///
///     {"version": 1, "exchanges": [{
///       "request":  {"method": "POST", "target": "/model/...", "body": "..."},
///       "response": {"status": 200, "headers": {"Content-Type": "..."}, "body": "..."}}]}
///
/// with `"body_base64"` for a body that is not UTF-8, and `"events": [{"headers": {":event-type": "..."}, "payload":
/// "..."}]` for a stream.
struct tape {
    /// Of the format, 1; what is written has it always.
    std::int32_t version = 0;
    std::vector<tape_exchange> exchanges{};
};

/// What a recording keeps of a request and of its answer. **Lifetime:** copies.
tape_request make_tape_request(wire_request const& arrived);
tape_response make_tape_response(http::response const& answered);

/// The body of a recorded request. False: its base64 is none.
bool restore_body(tape_request const& from, std::string& body);
/// The recorded answer on the wire; nothing where it cannot be read back.
std::optional<wire_reply> restore_response(tape_response const& from);

/// The text of the file, an exchange a line.
result<std::string> write_tape(tape const& from);
/// **Errors:** invalid_input: no JSON, no tape, a version that is not known, a body that cannot be read back.
result<tape> parse_tape(std::string_view text);

/// "" where the requests are equal, else where they differ: "the body differs at byte 12: recorded ..., sent ...".
std::string describe_difference(tape_request const& recorded, tape_request const& sent);

// ---------------------------------------------------------------------------------------------------------------------

}  // namespace bedrock::inline BEDROCK_ABI::testing

namespace bedrock::inline BEDROCK_ABI {

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<testing::tape_event> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(testing::tape_event, headers, "headers", json::optional_field),
        BEDROCK_JSON_FIELD(testing::tape_event, payload, "payload", json::optional_field),
    };
};
template <>
struct json::fields_of<testing::tape_request> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(testing::tape_request, method, "method", json::required_field),
        BEDROCK_JSON_FIELD(testing::tape_request, target, "target", json::required_field),
        BEDROCK_JSON_FIELD(testing::tape_request, body, "body", json::optional_field),
        BEDROCK_JSON_FIELD(testing::tape_request, body_base64, "body_base64", json::optional_field),
    };
};
template <>
struct json::fields_of<testing::tape_response> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(testing::tape_response, status, "status", json::required_field),
        BEDROCK_JSON_FIELD(testing::tape_response, headers, "headers", json::optional_field),
        BEDROCK_JSON_FIELD(testing::tape_response, events, "events", json::optional_field),
        BEDROCK_JSON_FIELD(testing::tape_response, body, "body", json::optional_field),
        BEDROCK_JSON_FIELD(testing::tape_response, body_base64, "body_base64", json::optional_field),
    };
};
template <>
struct json::fields_of<testing::tape_exchange> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(testing::tape_exchange, request, "request", json::required_field),
        BEDROCK_JSON_FIELD(testing::tape_exchange, response, "response", json::required_field),
    };
};
template <>
struct json::fields_of<testing::tape> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(testing::tape, version, "version", json::required_field),
        BEDROCK_JSON_FIELD(testing::tape, exchanges, "exchanges", json::required_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

namespace bedrock::inline BEDROCK_ABI::testing {

namespace detail {

inline constexpr std::string_view event_stream_type = "application/vnd.amazon.eventstream";

/// What of an answer is worth keeping, and no secret: all that this library reads.
inline bool is_kept_header(std::string_view name) noexcept {
    constexpr std::string_view kept[] = {"Content-Type",     "Retry-After",      "x-amz-retry-after",
                                         "x-amzn-RequestId", "x-amzn-ErrorType", "Date"};
    for (auto const& one : kept)
        if (http::equal_names(name, one)) return true;
    constexpr std::string_view front = "x-amzn-bedrock-";
    return http::equal_names(name.substr(0, front.size()), front);
}

inline void keep_body(std::string_view from, std::string& text, std::string& base64) {
    if (valid_utf8(from))
        text = from;
    else
        base64 = encode_base64(as_bytes(from));
}

inline bool append_body(std::string& body, std::string_view text, std::string_view base64) {
    body += text;
    byte_buffer bytes;
    if (!decode_base64(base64, bytes)) return false;
    body += as_text(bytes);
    return true;
}

inline std::string make_frame(tape_event const& event) {
    std::string frame;
    event_stream::encoder encoder(frame, {.header_value = 65535});
    for (auto const& [name, value] : event.headers) encoder.add_string(name, value);
    (void)encoder.finish(as_bytes(event.payload));
    return frame;
}

/// The events of a stream, where they are all of it to the byte.
inline std::optional<std::vector<tape_event>> read_events(std::string_view body) {
    std::vector<tape_event> events;
    event_stream::decoder decoder;
    event_stream::message message;
    std::size_t written = 0;
    decoder.feed(as_bytes(body));
    while (decoder.next(message)) {
        tape_event event;
        event.payload = as_text(message.payload);
        bool is_text = valid_utf8(event.payload);
        for (auto const& header : message.headers) {
            is_text = is_text && header.type == event_stream::header_type::string && valid_utf8(header.text()) &&
                      valid_utf8(header.name);
            event.headers.emplace_back(header.name, header.text());
        }
        auto const frame = is_text ? make_frame(event) : std::string();
        if (body.substr(written, message.total_length) != frame) return std::nullopt;
        written += frame.size();
        events.push_back(std::move(event));
    }
    if (!decoder.finish().ok() || events.empty()) return std::nullopt;
    return events;
}

/// A little of a text around a place, as JSON.
inline std::string excerpt(std::string_view text, std::size_t at) {
    constexpr std::size_t before = 20, size = 60;
    auto const begin = at < before ? 0 : at - before;
    return begin < text.size() ? json::quoted(text.substr(begin, size)) : "nothing";
}

}  // namespace detail

inline tape_request make_tape_request(wire_request const& arrived) {
    tape_request made{.method = arrived.method, .target = arrived.target};
    detail::keep_body(arrived.body, made.body, made.body_base64);
    return made;
}

inline tape_response make_tape_response(http::response const& answered) {
    tape_response made;
    made.status = answered.head.status;
    for (auto const& [name, value] : answered.head.headers)
        if (detail::is_kept_header(name)) made.headers.emplace_back(name, value);
    if (http::find_header(answered.head.headers, "Content-Type") == detail::event_stream_type) {
        if (auto events = detail::read_events(answered.body)) {
            made.events = std::move(*events);
            return made;
        }
    }
    detail::keep_body(answered.body, made.body, made.body_base64);
    return made;
}

inline bool restore_body(tape_request const& from, std::string& body) {
    body.clear();
    return detail::append_body(body, from.body, from.body_base64);
}

inline std::optional<wire_reply> restore_response(tape_response const& from) {
    wire_reply made;
    made.status = from.status;
    for (auto const& [name, value] : from.headers) {
        if (name.empty() || (name + value).find_first_of("\r\n") != std::string::npos) return std::nullopt;
        made.headers.push_back({name, value});
    }
    made.chunked = !from.events.empty();
    for (auto const& event : from.events) {
        made.pieces.push_back(detail::make_frame(event));
        if (made.pieces.back().empty()) return std::nullopt;
    }
    if (made.chunked) return made;
    made.pieces.emplace_back();
    if (!detail::append_body(made.pieces.back(), from.body, from.body_base64)) return std::nullopt;
    return made;
}

inline result<std::string> write_tape(tape const& from) {
    std::string text = "{\"version\":1,\"exchanges\":[";
    for (std::size_t i = 0; i != from.exchanges.size(); ++i) {
        text += i == 0 ? "\n" : ",\n";
        if (auto written = json::write(from.exchanges[i], text); !written)
            return unexpected{std::move(written).error()};
    }
    return text += "\n]}\n";
}

inline result<tape> parse_tape(std::string_view text) {
    auto read = json::read<tape>(text, {.code = errc::invalid_input});
    if (!read) return read;
    if (read->version != 1)
        return fail(errc::invalid_input, "version " + std::to_string(read->version) + " of a recording is not known");
    std::string body;
    for (std::size_t i = 0; i != read->exchanges.size(); ++i) {
        auto const& [request, response] = read->exchanges[i];
        bool const is_whole = response.status >= 100 && response.status <= 599 && restore_body(request, body) &&
                              restore_response(response);
        if (!is_whole)
            return fail(errc::invalid_input, "exchange " + std::to_string(i + 1) +
                                                 " cannot be read back: a status, header or base64 that is none");
    }
    return read;
}

inline std::string describe_difference(tape_request const& recorded, tape_request const& sent) {
    struct part {
        std::string_view name, recorded, sent;
    };
    auto const& [method, target, body, base64] = recorded;
    for (auto const& [name, was, is] : {part{"method", method, sent.method}, part{"target", target, sent.target},
                                        part{"body", body, sent.body}, part{"body", base64, sent.body_base64}}) {
        if (was == is) continue;
        std::size_t at = 0;
        while (at != was.size() && at != is.size() && was[at] == is[at]) ++at;
        return "the " + std::string(name) + " differs at byte " + std::to_string(at) + ": recorded " +
               detail::excerpt(was, at) + ", sent " + detail::excerpt(is, at);
    }
    return {};
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
