// SPDX-License-Identifier: MIT
// Owns what an AWS service says when it fails: an HTTP answer or an event of a stream becomes an `error` with a name, a
// clean message and advice. Never trusts its input, and never passes on a control character or more than it was asked.
#ifndef BEDROCK_AWS_ERROR_HPP
#define BEDROCK_AWS_ERROR_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error_hint.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// How much of a failed answer is looked at and passed on, in bytes.
struct error_limits {
    /// Of the body: the modelled errors are below 1 KiB, gateways' pages seldom above this.
    std::size_t max_body = std::size_t{64} << 10;
    /// Of the message: enough for the longest ValidationException, which quotes a pattern of 2 KiB.
    std::size_t max_message = 4096;
    /// Of a body that is not a service's.
    std::size_t max_excerpt = 240;
};

/// What an AWS error name means; `errc::other_service` for names that are not known here.
/// **Wire:** Bedrock's modelled errors, the throttling names of `retry`, and the names of AWS's front end.
errc find_error_code(std::string_view name) noexcept;

/// The HTTP status of Bedrock's modelled errors, for one that arrives inside a stream; 0 where there is none.
int find_http_status(errc code) noexcept;

/// The bare name in an error type: "aws.x#FooError:http://uri/" is "FooError". "" where no plausible name remains:
/// "400", "None", "error".
/// **Lifetime:** of the text.
std::string_view clean_error_name(std::string_view type) noexcept;

/// The error of an HTTP answer whose status is not a success.
///
/// Its name is that of `x-amzn-errortype`, the body's `code`, its `__type`, or the `type` inside `{"error":{...}}`, in
/// this order; where it is no name of AWS's, the status says what kind of error it is. An answer without one is named
/// by its status: 429 and 509 ThrottlingException, 503 ServiceUnavailableException, other 5xx InternalServerException.
/// Where the body is JSON or empty, also 400 ValidationException, 401 and 407 Unauthorized, 403 AccessDeniedException,
/// 404 ResourceNotFoundException, 408 ModelTimeoutException, 424 ModelErrorException, and UnknownError for the rest; a
/// page or a text with such a status is nobody's error but a proxy's: `errc::protocol`.
/// **Wire:** converse-style REST JSON errors, in any state: HTML, nothing, cut off, invalid UTF-8; and those of
/// gateways:
/// `{"error":{"message","type","code"}}`, `{"error":"..."}`, `{"detail":...}`.
error parse_http_error(int http_status, std::span<http::header const> headers, byte_view body,
                       error_context const& context = {}, error_limits const& limits = {});

/// The error of a stream's `:message-type: exception`: `exception_type` is "throttlingException" or the like, the
/// payload mostly JSON. The status is the one that the name has outside of streams.
error parse_exception_event(std::string_view exception_type, byte_view payload, error_context const& context = {},
                            error_limits const& limits = {});

/// The error of a stream's `:message-type: error`.
error parse_error_event(std::string_view error_code, std::string_view error_message, error_context const& context = {},
                        error_limits const& limits = {});

/// The request id of an answer, or "": `x-amzn-requestid`, `x-amzn-request-id`, `x-amz-request-id`.
std::string find_request_id(std::span<http::header const> headers);

// ---------------------------------------------------------------------------------------------------------------------

namespace aws_error_detail {

struct named_code {
    std::string_view name;
    errc code;
};

inline constexpr named_code named_codes[] = {
    // Bedrock's models
    {"AccessDeniedException", errc::access_denied},
    {"ConflictException", errc::conflict},
    {"InternalServerException", errc::internal_server},
    {"ModelErrorException", errc::model_error},
    {"ModelNotReadyException", errc::model_not_ready},
    {"ModelStreamErrorException", errc::model_stream_error},
    {"ModelTimeoutException", errc::model_timeout},
    {"ResourceNotFoundException", errc::resource_not_found},
    {"ServiceQuotaExceededException", errc::service_quota_exceeded},
    {"ServiceUnavailableException", errc::service_unavailable},
    {"ThrottlingException", errc::throttling},
    {"ValidationException", errc::validation},
    // AWS's front end and STS
    {"AccessDenied", errc::access_denied},
    {"ExpiredToken", errc::expired_credentials},
    {"ExpiredTokenException", errc::expired_credentials},
    {"AuthFailure", errc::authentication},
    {"IncompleteSignature", errc::authentication},
    {"IncompleteSignatureException", errc::authentication},
    {"InvalidClientTokenId", errc::authentication},
    {"InvalidSignature", errc::authentication},
    {"InvalidSignatureException", errc::authentication},
    {"MissingAuthenticationToken", errc::authentication},
    {"MissingAuthenticationTokenException", errc::authentication},
    {"RequestExpired", errc::authentication},
    {"RequestTimeTooSkewed", errc::authentication},
    {"SignatureDoesNotMatch", errc::authentication},
    {"Unauthorized", errc::authentication},
    {"UnrecognizedClientException", errc::authentication},
    {"InternalError", errc::internal_server},
    {"InternalFailure", errc::internal_server},
    {"InternalServerError", errc::internal_server},
    {"InternalServiceError", errc::internal_server},
    {"InternalServiceException", errc::internal_server},
    {"ServiceUnavailable", errc::service_unavailable},
    {"SerializationException", errc::validation},
    {"ValidationError", errc::validation},
};

// What the body of an error holds, as far as it could be read.
struct body_members {
    bool is_object = false;
    bool is_foreign = false;      // of a gateway, not of AWS
    std::string other_message{};  // of a gateway
    std::string code{};
    std::string type{};
    std::string message{};
    std::string capital_message{};
    std::int64_t original_status = 0;
    std::string original_message{};
    std::string resource_name{};
};

constexpr bool is_name_character(char c) noexcept {
    return ascii::is_letter(c) || ascii::is_digit(c) || c == '_' || c == '.' || c == '-';
}

inline std::string_view before(std::string_view text, char separator) noexcept {
    return text.substr(0, (std::min)(text.find(separator), text.size()));
}

// Takes a member that is a string; anything else is passed over. The first that is not empty stays.
inline void read_text(json::reader& from, std::string& to) {
    if (from.peek() != json::value_kind::string || !to.empty()) {
        from.skip();
        return;
    }
    from.read_string(to);
}

// The text of a member in which gateways put their message: a string, or what is inside an object or a list.
inline void read_members(json::reader& from, body_members& to, int depth);

inline void read_message(json::reader& from, std::string& to, body_members& all, int depth) {
    if (from.peek() == json::value_kind::object && depth < 3) return read_members(from, all, depth + 1);
    if (from.peek() != json::value_kind::array || depth >= 3) return read_text(from, to);
    for (from.begin_array(); from.next_element();) read_message(from, to, all, depth + 1);
}

// The body of a fault may be cut off: what comes before the first fault of the syntax counts. `depth` is above 0 inside
// {"error": {...}} (gateways that speak OpenAI's dialect), {"detail": [...]} and {"Output": {...}} (AWS's own for
// unknown operations).
inline void read_members(json::reader& from, body_members& to, int depth) {
    if (!from.begin_object()) return;
    to.is_object = true;
    std::string_view view;
    while (from.next_member(view)) {
        std::string const key(view);
        if (http::equal_names(key, "code"))
            read_text(from, to.code);
        else if (key == "__type" || (depth != 0 && key == "type"))
            read_text(from, to.type);
        else if (key == "message")
            read_message(from, to.message, to, depth);
        else if (key == "Message")
            read_text(from, to.capital_message);
        else if (key == "originalMessage")
            read_text(from, to.original_message);
        else if (key == "resourceName")
            read_text(from, to.resource_name);
        else if (key == "originalStatusCode" && from.peek() == json::value_kind::number && to.original_status == 0)
            from.read_int64(to.original_status);
        else if (key == "error" || key == "errors" || key == "detail" || key == "msg" || key == "error_description") {
            to.is_foreign = true;
            read_message(from, to.other_message, to, depth);
        } else if (depth == 0 && key == "Output" && from.peek() == json::value_kind::object)
            read_members(from, to, depth + 1);
        else
            from.skip();
    }
}

inline body_members read_body(std::string_view text) {
    body_members found;
    json::reader from(text);
    bool const is_list = from.peek() == json::value_kind::array;
    if (is_list && (!from.begin_array() || !from.next_element())) return found;
    if (from.peek() == json::value_kind::object) read_members(from, found, is_list ? 1 : 0);
    found.is_foreign = found.is_foreign || is_list;
    return found;
}

// Valid UTF-8, no byte order mark, and no more than the limit: fit for the JSON reader.
inline std::string readable(byte_view body, error_limits const& limits) {
    std::string text;
    append_sanitized_utf8(text, skip_byte_order_mark(as_text(body.first((std::min)(body.size(), limits.max_body)))));
    return text;
}

// The words of a page: tags, and what stands in scripts and styles, left out. Linear, whatever the page.
inline std::string strip_markup(std::string_view page) {
    std::string words;
    while (!page.empty()) {
        auto const open = (std::min)(page.find('<'), page.size());
        words.append(page.substr(0, open));
        page.remove_prefix(open);
        if (page.empty()) break;
        std::string_view closing = ">";
        if (http::equal_names(page.substr(0, 7), "<script")) closing = "</script>";
        if (http::equal_names(page.substr(0, 6), "<style")) closing = "</style>";
        if (page.starts_with("<!--")) closing = "-->";
        auto const end = page.find(closing);
        words.push_back(' ');
        if (end == std::string_view::npos) break;
        page.remove_prefix(end + closing.size());
    }
    return words;
}

inline bool looks_like_markup(std::string_view text) noexcept {
    auto const start = text.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && text[start] == '<';
}

inline std::string_view name_of_status(int http_status, bool from_a_service) noexcept {
    if (http_status == 429 || http_status == 509) return "ThrottlingException";
    if (http_status == 503) return "ServiceUnavailableException";
    if (http_status >= 500 && http_status <= 599) return "InternalServerException";
    if (!from_a_service) return {};
    switch (http_status) {
        case 400:
            return "ValidationException";
        case 401:
        case 407:
            return "Unauthorized";
        case 403:
            return "AccessDeniedException";
        case 404:
            return "ResourceNotFoundException";
        case 408:
            return "ModelTimeoutException";
        case 424:
            return "ModelErrorException";
        default:
            return "UnknownError";
    }
}

// The service's words, and what a broken model said behind it.
inline std::string compose_message(body_members const& said, error_limits const& limits) {
    std::string message;
    auto const& own = said.message.empty() ? said.capital_message : said.message;
    append_clean_line(message, own.empty() ? said.other_message : own, limits.max_message);
    std::string behind;
    if (said.original_status != 0) behind += "status " + std::to_string(said.original_status);
    if (!said.original_message.empty() && said.original_message != said.message)
        behind += (behind.empty() ? "" : ": ") + said.original_message;
    if (!said.resource_name.empty()) behind += (behind.empty() ? "" : ", ") + ("resource " + said.resource_name);
    if (behind.empty()) return message;
    message += message.empty() ? "the model answered " : " (the model answered ";
    auto const opened = message.ends_with("(the model answered ");
    append_clean_line(message, behind, limits.max_message);
    if (opened) message += ')';
    return message;
}

// For an answer without a message.
inline std::string describe_wordless(int http_status, std::string_view text, bool is_object, bool typed,
                                     error_limits const& limits) {
    std::string message = "HTTP " + std::to_string(http_status);
    bool const page = !is_object && looks_like_markup(text);
    std::string excerpt;
    append_clean_line(excerpt, page ? strip_markup(text) : std::string(text), limits.max_excerpt);
    if (is_object || text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        message += " without a message";
    else if (typed)
        message += " with a body that is not JSON";
    else
        message.append(page ? " with a web page" : " with a plain text")
            .append(": the answer is not from Bedrock but from a proxy, a gateway or another server");
    if (!excerpt.empty()) message.append(": ").append(excerpt);
    return message;
}

inline void complete(error& made, error_context const& context) {
    made.retryable = retry::classify(made) != retry::cause::none;
    made.hint = make_error_hint(made, context);
}

}  // namespace aws_error_detail

inline errc find_error_code(std::string_view name) noexcept {
    for (auto const& known : aws_error_detail::named_codes)
        if (known.name == name) return known.code;
    return retry::is_throttling(name, 0) ? errc::throttling : errc::other_service;
}

inline int find_http_status(errc code) noexcept {
    switch (code) {
        case errc::validation:
        case errc::service_quota_exceeded:
        case errc::conflict:
            return 400;
        case errc::access_denied:
        case errc::authentication:
        case errc::expired_credentials:
            return 403;
        case errc::resource_not_found:
            return 404;
        case errc::model_timeout:
            return 408;
        case errc::model_error:
        case errc::model_stream_error:
            return 424;
        case errc::throttling:
        case errc::model_not_ready:
            return 429;
        case errc::internal_server:
            return 500;
        case errc::service_unavailable:
            return 503;
        default:
            return 0;
    }
}

inline std::string_view clean_error_name(std::string_view type) noexcept {
    using namespace aws_error_detail;
    constexpr std::size_t longest = 128;  // AWS's longest are below 60
    type = before(before(type, ','), ':');
    if (auto const hash = type.rfind('#'); hash != std::string_view::npos) type.remove_prefix(hash + 1);
    while (type.starts_with(' ')) type.remove_prefix(1);
    while (type.ends_with(' ')) type.remove_suffix(1);
    bool const plausible = type.size() <= longest && std::all_of(type.begin(), type.end(), is_name_character) &&
                           std::any_of(type.begin(), type.end(), ascii::is_letter);
    for (std::string_view const empty : {"none", "null", "error"})
        if (ascii::equal_ignoring_case(type, empty)) return {};
    return plausible ? type : std::string_view();
}

inline std::string find_request_id(std::span<http::header const> headers) {
    constexpr std::size_t longest = 128;  // a UUID has 36
    std::string id;
    for (auto const* name : {"x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"})
        for (auto const& header : headers)
            if (id.empty() && http::equal_names(header.name, name)) append_clean_line(id, header.value, longest);
    return id;
}

inline error parse_http_error(int http_status, std::span<http::header const> headers, byte_view body,
                              error_context const& context, error_limits const& limits) {
    using namespace aws_error_detail;
    auto const text = readable(body, limits);
    auto const said = read_body(text);
    bool const empty = text.find_first_not_of(" \t\r\n") == std::string::npos;

    std::string_view name;
    for (auto const& header : headers)
        if (name.empty() && http::equal_names(header.name, "x-amzn-errortype")) name = clean_error_name(header.value);
    if (name.empty()) name = clean_error_name(said.code);
    if (name.empty()) name = clean_error_name(said.type);
    bool const typed = !name.empty();
    if (!typed) name = name_of_status(http_status, said.is_object || empty);

    error made;
    made.http_status = http_status;
    made.request_id = find_request_id(headers);
    made.code = name.empty() ? errc::protocol : find_error_code(name);
    made.name = name.empty() ? own_error_name(errc::protocol) : name;
    if (made.code == errc::other_service && said.is_foreign)
        made.code = find_error_code(name_of_status(http_status, true));
    if (made.code == errc::other_service && retry::is_throttling({}, http_status)) made.code = errc::throttling;
    made.message = compose_message(said, limits);
    if (made.message.empty()) made.message = describe_wordless(http_status, text, said.is_object, typed, limits);
    complete(made, context);
    return made;
}

inline error parse_exception_event(std::string_view exception_type, byte_view payload, error_context const& context,
                                   error_limits const& limits) {
    using namespace aws_error_detail;
    auto const text = readable(payload, limits);
    auto const said = read_body(text);
    error made;
    made.name = clean_error_name(exception_type);
    if (made.name.empty()) made.name = "UnknownError";
    if (made.name.front() >= 'a' && made.name.front() <= 'z')
        made.name.front() = static_cast<char>(made.name.front() - 'a' + 'A');
    made.code = find_error_code(made.name);
    made.http_status = find_http_status(made.code);
    made.message = compose_message(said, limits);
    if (made.message.empty()) append_clean_line(made.message, text, limits.max_message);
    if (made.message.empty()) made.message = "the stream ended with this error and no message";
    complete(made, context);
    return made;
}

inline error parse_error_event(std::string_view error_code, std::string_view error_message,
                               error_context const& context, error_limits const& limits) {
    return parse_exception_event(error_code, as_bytes(error_message), context, limits);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
