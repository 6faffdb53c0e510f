// SPDX-License-Identifier: MIT
// Owns the request and response of InvokeModel and its streaming twin: a body of the model's own, and what of the
// service goes with it. Never looks into a body: its format is the model's.
#ifndef BEDROCK_MODEL_INVOKE_HPP
#define BEDROCK_MODEL_INVOKE_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/result.hpp"
#include "bedrock/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// **Wire:** in capitals here, in small letters in a Converse request.
enum class invoke_trace : unsigned char { unknown, enabled, disabled, enabled_full };

/// What is asked of InvokeModel or InvokeModelWithResponseStream; what is not set is not sent.
struct invoke_model_request {
    /// Id, inference profile or ARN; in the path.
    std::string model_id{};
    /// As the model takes it, up to 25,000,000 bytes (the service's limit). All else is in headers.
    http::body body{};
    std::string content_type{"application/json"};
    /// The media type of the answer, of a stream that of its chunks.
    std::string accept{};
    json::open_enum<invoke_trace> trace{};
    std::string guardrail_identifier{};  ///< id or ARN
    std::string guardrail_version{};     ///< a number or "DRAFT"
    json::open_enum<performance_latency> performance_config_latency{};
    json::open_enum<service_tier_type> service_tier{};
    /// For the invocation logs: at most 8500 characters as a JSON object (the service's limit).
    std::vector<std::pair<std::string, std::string>> request_metadata{};
};

struct invoke_model_response {
    /// As the model made it.
    std::string body{};
    std::string content_type{};
    json::open_enum<performance_latency> performance_config_latency{};
    json::open_enum<service_tier_type> service_tier{};
    /// All headers of the answer, such as X-Amzn-Bedrock-Input-Token-Count where the service sends it.
    http::header_list headers{};
    /// x-amzn-requestid.
    std::string request_id{};
    /// Requests sent for this answer.
    int attempts = 0;
};

/// The JSON of an event "chunk".
struct payload_part {
    byte_buffer bytes{};
    json::unknown_members unknown{};
};

/// One event of InvokeModelWithResponseStream.
/// **Lifetime:** everything that it gives is valid until the next event; copy what shall stay.
class invoke_chunk {
  public:
    /// No answer is whole without an event of this type.
    static constexpr std::string_view indispensable = "chunk";

    invoke_chunk() = default;
    invoke_chunk(invoke_chunk const&) = delete;
    invoke_chunk& operator=(invoke_chunk const&) = delete;

    /// The model's own bytes, mostly a JSON object; empty for an event that is no chunk.
    byte_view bytes() const noexcept { return part_.bytes; }
    /// The same as text, unchecked.
    std::string_view text() const noexcept { return as_text(part_.bytes); }
    /// The header :event-type: "chunk", or one that this version does not know.
    std::string_view type() const noexcept { return type_; }
    /// The event's JSON as received, padding included.
    std::string_view payload() const noexcept { return payload_; }

    /// Takes the next event; both texts must outlive the use of this object up to the next call.
    /// **Errors:** errc::protocol for a chunk whose payload is not `{"bytes":"<base64>"}`; it is then empty.
    result<void> parse(std::string_view type, std::string_view payload);

  private:
    std::string_view type_;
    std::string_view payload_;
    payload_part part_;
};

/// The answer of InvokeModelWithResponseStream.
struct invoke_stream_response {
    /// Every chunk as the model made it.
    std::vector<std::string> chunks{};
    /// Of the chunks.
    std::string content_type{};
    json::open_enum<performance_latency> performance_config_latency{};
    json::open_enum<service_tier_type> service_tier{};
    /// All headers of the answer.
    http::header_list headers{};
    /// x-amzn-requestid.
    std::string request_id{};
    /// Requests sent for this answer.
    int attempts = 0;
};

/// The headers of a request besides Content-Type and those that say what is accepted.
/// **Errors:** invalid_input for metadata that is no UTF-8.
result<http::header_list> make_invoke_headers(invoke_model_request const& request);

/// Why a response is none of InvokeModel's, whose body is the model's own: "" where it may be one. An empty body, a web
/// page that was not asked for, and an error of AWS's under status 200 are none.
std::string check_invoke_response(http::response const& from, std::string_view accept);

/// A plain answer, moved out of.
invoke_model_response make_invoke_response(http::response&& from);

/// The answer of a stream but for its chunks.
invoke_stream_response make_invoke_stream_response(http::response_head const& from);

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<invoke_trace> {
    static constexpr std::string_view table[] = {"ENABLED", "DISABLED", "ENABLED_FULL"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<payload_part> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(payload_part, bytes, "bytes", json::response_field),
        BEDROCK_JSON_IGNORED("p"),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

inline result<void> invoke_chunk::parse(std::string_view type, std::string_view payload) {
    type_ = type;
    payload_ = payload;
    part_ = {};
    if (type != indispensable) return {};
    auto read = json::read<payload_part>(payload, {.rules = json::read_rules::response});
    if (!read) {
        auto why = std::move(read).error();
        why.message = "the event chunk: " + why.message + describe_received(payload);
        return unexpected{std::move(why)};
    }
    part_ = std::move(*read);
    return {};
}

inline result<http::header_list> make_invoke_headers(invoke_model_request const& request) {
    http::header_list made;
    auto const add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) made.push_back({std::string(name), std::string(value)});
    };
    add("X-Amzn-Bedrock-Trace", request.trace.text());
    add("X-Amzn-Bedrock-GuardrailIdentifier", request.guardrail_identifier);
    add("X-Amzn-Bedrock-GuardrailVersion", request.guardrail_version);
    add("X-Amzn-Bedrock-PerformanceConfig-Latency", request.performance_config_latency.text());
    add("X-Amzn-Bedrock-Service-Tier", request.service_tier.text());
    if (request.request_metadata.empty()) return made;
    std::string metadata;
    json::writer writer(metadata, {.on_invalid_utf8 = json::invalid_utf8::fail});
    writer.begin_object();
    for (auto const& [key, value] : request.request_metadata) {
        writer.key(key);
        writer.string(value);
    }
    writer.end_object();
    if (!writer.ok()) return fail(errc::invalid_input, "request_metadata: invalid UTF-8");
    add("X-Amzn-Bedrock-Request-Metadata", metadata);
    return made;
}

namespace detail {

template <class Response>
Response read_invoke_headers(http::response_head const& from, std::string_view content_type) {
    Response made;
    auto const& headers = from.headers;
    made.content_type = http::find_header(headers, content_type);
    made.performance_config_latency =
        json::open_enum<performance_latency>(http::find_header(headers, "X-Amzn-Bedrock-PerformanceConfig-Latency"));
    made.service_tier = json::open_enum<service_tier_type>(http::find_header(headers, "X-Amzn-Bedrock-Service-Tier"));
    made.headers = headers;
    return made;
}

}  // namespace detail

inline std::string check_invoke_response(http::response const& from, std::string_view accept) {
    if (from.body.empty()) return "the body is empty";
    auto const type = http::find_header(from.head.headers, "Content-Type");
    bool const is_page = type.size() >= 9 && http::equal_names(type.substr(0, 9), "text/html");
    if (is_page && accept.find("html") == std::string_view::npos && accept.find("text/*") == std::string_view::npos)
        return "it is a web page";
    json::reader in(skip_byte_order_mark(from.body));
    std::string_view name;
    bool has_type = false;
    auto const look_for_type = [&] {
        if (!in.begin_object()) return;
        while (!has_type && in.next_member(name)) {
            has_type = name == "__type";
            if (!has_type && !in.skip()) return;
        }
    };
    if (in.peek() != json::value_kind::object || !in.begin_object()) return {};
    while (!has_type && in.next_member(name)) {
        if (name == "__type")
            has_type = true;
        else if (name == "Output" && in.peek() == json::value_kind::object)
            look_for_type();
        else if (!in.skip())
            break;
    }
    return has_type ? "it is an error of a service" : std::string();
}

inline invoke_model_response make_invoke_response(http::response&& from) {
    auto made = detail::read_invoke_headers<invoke_model_response>(from.head, "Content-Type");
    made.body = std::move(from.body);
    return made;
}

inline invoke_stream_response make_invoke_stream_response(http::response_head const& from) {
    return detail::read_invoke_headers<invoke_stream_response>(from, "X-Amzn-Bedrock-Content-Type");
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
