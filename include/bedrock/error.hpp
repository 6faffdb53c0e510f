// SPDX-License-Identifier: MIT
// Owns what a failed operation reports: its kind, its words for a person, and what is known about the request.
// Never carries a secret, and never decides what to do about a failure.
#ifndef BEDROCK_ERROR_HPP
#define BEDROCK_ERROR_HPP

#include "bedrock/config.hpp"
#include "bedrock/fwd.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What kind of failure an `error` is; the AWS name behind a service failure stays in `error::name`.
enum class errc : unsigned char {
    none,                    ///< no failure
    invalid_input,           ///< the request cannot be sent as it is: an empty model id, a NaN, invalid UTF-8
    credentials,             ///< no usable credentials: none found, or the source that should have them is broken
    transport,               ///< no connection, or it broke: DNS, TCP, TLS, proxy, reset
    timeout,                 ///< one of our clocks ran out; the message names it
    cancelled,               ///< the caller cancelled, or a callback asked to stop
    truncated,               ///< a stream or body ended before it was complete
    protocol,                ///< an answer that breaks its own format: bad frame, bad JSON, not from Bedrock
    too_many_rounds,         ///< a model used tools in each of the rounds that it was given
    callback_failed,         ///< a function of the caller's threw: an observer, a credentials provider
    out_of_memory,           ///< an allocation failed where nothing can be thrown to the caller
    access_denied,           ///< AccessDeniedException, 403
    authentication,          ///< the signature or key was refused: UnrecognizedClient, InvalidSignature, ...
    expired_credentials,     ///< ExpiredTokenException and its kin
    validation,              ///< ValidationException, 400
    resource_not_found,      ///< ResourceNotFoundException, 404
    throttling,              ///< ThrottlingException and the other throttling names, 429
    service_quota_exceeded,  ///< ServiceQuotaExceededException, 400
    conflict,                ///< ConflictException, 400
    model_timeout,           ///< ModelTimeoutException, 408
    model_not_ready,         ///< ModelNotReadyException, 429
    model_error,             ///< ModelErrorException, 424
    model_stream_error,      ///< ModelStreamErrorException, 424, mostly inside a stream
    internal_server,         ///< InternalServerException, 500
    service_unavailable,     ///< ServiceUnavailableException, 503
    other_service,           ///< any further error that the service names
};

/// Everything that is known about a failure. An aggregate; copies are deep but for what had arrived, which is shared.
struct error {
    errc code = errc::none;
    /// HTTP status of the answer, or the status that stands for an exception inside a stream; 0 where there was none.
    int http_status = 0;
    /// AWS's error name ("ThrottlingException"), or ours: "Truncated", "Timeout", "Cancelled", "Transport",
    /// "Credentials", "Protocol", "InvalidInput", "TooManyRounds", "CallbackFailed", "OutOfMemory".
    std::string name{};
    /// For the person at the terminal: what failed, with which input, what to try.
    std::string message{};
    /// A further line of advice ("needs the permission bedrock:InvokeModel"); mostly empty.
    std::string hint{};
    /// x-amzn-requestid of the last answer, for a support case.
    std::string request_id{};
    /// Requests sent for this call, the failed one included; 0 when it never got that far.
    int attempts = 0;
    /// True when the same call may succeed later unchanged.
    bool retryable = false;
    /// True when events had already been delivered to the caller, or an answer to its tools: a repeat would deliver
    /// them again.
    bool content_emitted = false;
    /// What had arrived of a broken stream's answer; null where nothing had. Blocks cut short are kept as they were.
    std::shared_ptr<converse_response const> partial{};
    /// The same of InvokeModelWithResponseStream.
    std::shared_ptr<invoke_stream_response const> partial_chunks{};
    /// Of rounds with tools: what they had come to before this failure, with the messages to go on with.
    std::shared_ptr<tool_answer const> tool_rounds{};
};

/// The name of one of our own failures ("Truncated"), or "" for a code that a service names.
constexpr std::string_view own_error_name(errc code) noexcept;

/// An error of our own kinds, named after its code.
error make_error(errc code, std::string message);

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view own_error_name(errc code) noexcept {
    switch (code) {
        case errc::invalid_input:
            return "InvalidInput";
        case errc::credentials:
            return "Credentials";
        case errc::transport:
            return "Transport";
        case errc::timeout:
            return "Timeout";
        case errc::cancelled:
            return "Cancelled";
        case errc::truncated:
            return "Truncated";
        case errc::protocol:
            return "Protocol";
        case errc::too_many_rounds:
            return "TooManyRounds";
        case errc::callback_failed:
            return "CallbackFailed";
        case errc::out_of_memory:
            return "OutOfMemory";
        default:
            return {};
    }
}

inline error make_error(errc code, std::string message) {
    error made;
    made.code = code;
    made.name = own_error_name(code);
    made.message = std::move(message);
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
