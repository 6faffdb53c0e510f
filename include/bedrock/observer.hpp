// SPDX-License-Identifier: MIT
// Owns what a client tells of its requests and calls while and after they run.
// Never holds a secret, a header or a body.
#ifndef BEDROCK_OBSERVER_HPP
#define BEDROCK_OBSERVER_HPP

#include "bedrock/config.hpp"
#include "bedrock/http.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// What became of one request. **Lifetime:** of the views, until the observer returns.
struct attempt_report {
    /// AWS's name, "ConverseStream".
    std::string_view operation{};
    /// Of its call, from 1.
    int attempt = 0;
    /// 0 where no answer came.
    int http_status = 0;
    std::string_view request_id{};
    /// As `error::name`; "" for an answer that was taken.
    std::string_view error_name{};
    /// From the request to its answer, of a stream to its first event.
    std::int64_t milliseconds = 0;
    /// Where an answer came.
    http::phases phases{};
    /// Of the request's body.
    std::uint64_t bytes_sent = 0;
    /// The pause before the next attempt; absent where there is none.
    std::optional<std::int64_t> repeated_after_ms{};
};

/// What became of one call. **Lifetime:** of the views, until the observer returns.
struct call_report {
    /// AWS's name, "ConverseStream".
    std::string_view operation{};
    /// As the caller gave it; "" where the operation has none.
    std::string_view model_id{};
    int attempts = 0;
    /// Of the last answer; 0 where none came.
    int http_status = 0;
    std::string_view request_id{};
    /// As `error::name`; "" for a success.
    std::string_view error_name{};
    /// From the call to its end. A stream's has in it the time that its reader took.
    std::int64_t milliseconds = 0;
    /// Of a stream: from the call to its first event.
    std::optional<std::int64_t> first_event_ms{};
    /// Of a stream: events given out, and bytes of them.
    std::uint64_t events = 0;
    std::uint64_t bytes_received = 0;
    /// As the service says it; "" where it said none.
    std::string_view stop_reason{};
    /// Tokens as the service counted them, where it did; those of the cache are not among the input.
    std::optional<std::int64_t> input_tokens{};
    std::optional<std::int64_t> output_tokens{};
};

/// Called on the thread of the call, after each request that was answered or failed; not for one that was cancelled.
/// It may destroy the client and the call. What it throws ends the call with errc::callback_failed, and nothing more
/// is sent.
/// **Thread safety:** calls on several threads call it at once.
using attempt_observer = std::function<void(attempt_report const&)>;

/// Called on the thread of the call when it has ended, however that was: of a stream at its end, or where its reader is
/// dropped before (as "Cancelled"); not for a stream that was never begun. It may destroy the client and the call. What
/// it throws turns a success into errc::callback_failed; a call that has failed keeps its error.
/// **Thread safety:** calls on several threads call it at once.
using call_observer = std::function<void(call_report const&)>;

/// "ConverseStream: attempt 1, status 503 ServiceUnavailableException, request id 4f3a, 12 ms, again after 40 ms".
std::string describe(attempt_report const& report);

/// "ConverseStream m: complete, end_turn, 2 attempts, request id 4f3a, 912 ms, first event after 400 ms, 48 events,
/// 12 tokens in, 40 out".
std::string describe(call_report const& report);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string describe(attempt_report const& report) {
    std::string line(report.operation);
    line += ": attempt " + std::to_string(report.attempt) + ", ";
    line += report.http_status != 0 ? "status " + std::to_string(report.http_status) : "no answer";
    if (!report.error_name.empty()) line.append(report.http_status != 0 ? " " : ": ").append(report.error_name);
    if (!report.request_id.empty()) line.append(", request id ").append(report.request_id);
    line += ", " + std::to_string(report.milliseconds) + " ms";
    if (report.repeated_after_ms) line += ", again after " + std::to_string(*report.repeated_after_ms) + " ms";
    return line;
}

inline std::string describe(call_report const& report) {
    std::string line(report.operation);
    if (!report.model_id.empty()) line.append(" ").append(report.model_id);
    line.append(": ").append(report.error_name.empty() ? "complete" : report.error_name);
    if (!report.stop_reason.empty()) line.append(", ").append(report.stop_reason);
    line += ", " + std::to_string(report.attempts) + (report.attempts == 1 ? " attempt" : " attempts");
    if (!report.request_id.empty()) line.append(", request id ").append(report.request_id);
    line += ", " + std::to_string(report.milliseconds) + " ms";
    if (report.first_event_ms) line += ", first event after " + std::to_string(*report.first_event_ms) + " ms";
    if (report.events != 0) line += ", " + std::to_string(report.events) + (report.events == 1 ? " event" : " events");
    if (report.input_tokens) line += ", " + std::to_string(*report.input_tokens) + " tokens in";
    if (report.output_tokens) line += ", " + std::to_string(*report.output_tokens) + " out";
    return line;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
