// SPDX-License-Identifier: MIT
// Owns what an agent makes of a failure: the line that it shows, with the prefixes that others match, and its class.
// Never changes an error, and never takes a throttling for a full context window.
#ifndef BEDROCK_ERROR_CLASS_HPP
#define BEDROCK_ERROR_CLASS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// What to do about a failure.
enum class error_class : unsigned char {
    other,
    aborted,           ///< nothing: the caller stopped it
    context_overflow,  ///< shorten the conversation
    rate_limit,        ///< wait, or take another model
    overloaded,        ///< the same: the model or the service has no room now
    authentication,    ///< other credentials or permissions
    format,            ///< the request must change; a repeat is futile
    timeout,           ///< too slow
    broken,            ///< the connection or the stream broke
    server,            ///< the service or the model failed
};

/// The failure as one line with pi-ai's prefixes: "Throttling error: ...", "Validation error: ...", "Internal server
/// error: ...", "Model stream error: ...", "Service unavailable: ...", "<AWS's name>: ..."; without a prefix where no
/// service said it; "Request was aborted" for a cancellation.
std::string describe_failure(error const& failure);

/// Whether the conversation no longer fits into the model's context window.
bool is_context_overflow(error const& failure) noexcept;
/// The same of a line that was kept, as `describe_failure` or AWS's own clients write it ("ValidationException: ...").
bool is_context_overflow(std::string_view line) noexcept;

error_class classify_failure(error const& failure) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace error_class_detail {

struct error_prefix {
    errc code;
    std::string_view name;
    std::string_view text;
};

inline constexpr error_prefix prefixes[] = {
    {errc::internal_server, "InternalServerException", "Internal server error"},
    {errc::model_stream_error, "ModelStreamErrorException", "Model stream error"},
    {errc::validation, "ValidationException", "Validation error"},
    {errc::throttling, "ThrottlingException", "Throttling error"},
    {errc::service_unavailable, "ServiceUnavailableException", "Service unavailable"},
};

/// Texts of a full context window: the parts of one stand in this order, in any case of letters, with anything between.
struct text_pattern {
    std::string_view first;
    std::string_view second{};
    std::string_view third{};
};

// Source: pi-ai 0.73.1 (what models on Bedrock can say) and OpenClaw 2026.9.
inline constexpr text_pattern overflow_texts[] = {
    {"prompt is too long"},
    {"input is too long"},
    {"request_too_large"},
    {"too many tokens"},
    {"too many input tokens"},
    {"max input token"},
    {"input token", "exceed"},
    {"exceed", "the max", "token"},
    {"exceeds the context window"},
    {"exceeds the available context size"},
    {"context window exceeds limit"},
    {"maximum context length is"},
    {"maximum prompt length is"},
    {"too large for model with", "maximum context length"},
    {"reduce the length of the messages"},
    {"greater than the context length"},
    {"exceeded model token limit"},
    {"token limit exceeded"},
    {"context length exceeded"},
    {"context_length_exceeded"},
    {"model_context_window_exceeded"},
};

// What is said of too many requests, however much it speaks of tokens.
inline constexpr std::string_view throttling_texts[] = {"rate limit", "too many requests",
                                                        "too many concurrent requests"};

inline bool matches(std::string_view text, text_pattern const& pattern) noexcept {
    std::size_t from = 0;
    for (auto const part : {pattern.first, pattern.second, pattern.third}) {
        auto const at = ascii::find_ignoring_case(text, part, from);
        if (at == std::string_view::npos) return false;
        from = at + part.size();
    }
    return true;
}

inline bool says_overflow(std::string_view text) noexcept {
    for (auto const part : throttling_texts)
        if (ascii::contains_ignoring_case(text, part)) return false;
    return std::any_of(std::begin(overflow_texts), std::end(overflow_texts),
                       [text](text_pattern const& pattern) { return matches(text, pattern); });
}

inline bool begins_with(std::string_view text, std::string_view part) noexcept {
    return ascii::equal_ignoring_case(text.substr(0, part.size()), part);
}

}  // namespace error_class_detail

inline std::string describe_failure(error const& failure) {
    if (failure.code == errc::cancelled) return "Request was aborted";
    if (!own_error_name(failure.code).empty() || failure.name.empty()) return failure.message;
    std::string_view prefix = failure.name;
    for (auto const& known : error_class_detail::prefixes)
        if (known.name == prefix) prefix = known.text;
    return std::string(prefix) + ": " + failure.message;
}

inline bool is_context_overflow(error const& failure) noexcept {
    switch (failure.code) {
        case errc::validation:
        case errc::model_error:
        case errc::model_stream_error:
        case errc::other_service:
            return error_class_detail::says_overflow(failure.message);
        default:
            return false;
    }
}

inline bool is_context_overflow(std::string_view line) noexcept {
    using namespace error_class_detail;
    for (auto const& known : prefixes) {
        if (known.code != errc::throttling && known.code != errc::service_unavailable) continue;
        if (begins_with(line, known.name) || begins_with(line, known.text)) return false;
    }
    return says_overflow(line);
}

inline error_class classify_failure(error const& failure) noexcept {
    if (is_context_overflow(failure)) return error_class::context_overflow;
    switch (failure.code) {
        case errc::cancelled:
            return error_class::aborted;
        case errc::throttling:
        case errc::service_quota_exceeded:
            return error_class::rate_limit;
        case errc::model_not_ready:
        case errc::service_unavailable:
            return error_class::overloaded;
        case errc::access_denied:
        case errc::authentication:
        case errc::expired_credentials:
        case errc::credentials:
            return error_class::authentication;
        case errc::validation:
        case errc::invalid_input:
        case errc::resource_not_found:
        case errc::conflict:
            return ascii::contains_ignoring_case(failure.message, "too many concurrent requests")
                       ? error_class::rate_limit
                       : error_class::format;
        case errc::timeout:
        case errc::model_timeout:
            return error_class::timeout;
        case errc::transport:
        case errc::truncated:
        case errc::protocol:
            return error_class::broken;
        case errc::internal_server:
        case errc::model_error:
        case errc::model_stream_error:
            return error_class::server;
        case errc::none:
        case errc::other_service:
        case errc::too_many_rounds:
        case errc::callback_failed:
        case errc::out_of_memory:
            break;
    }
    return ascii::contains_ignoring_case(failure.message, "too many concurrent requests") ? error_class::rate_limit
                                                                                          : error_class::other;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
