// Owns what a client tells of its requests while it sends them.
// Never holds a secret, a header or a body.
#ifndef BEDROCK_OBSERVER_HPP
#define BEDROCK_OBSERVER_HPP

#include "bedrock/config.hpp"

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
    /// The pause before the next attempt; absent where there is none.
    std::optional<std::int64_t> repeated_after_ms{};
};

/// Called on the thread of the call, after each request that was answered or failed; not for one that was cancelled.
/// **Thread safety:** calls on several threads call it at once.
using attempt_observer = std::function<void(attempt_report const&)>;

/// "ConverseStream: attempt 1, status 503 ServiceUnavailableException, request id 4f3a, 12 ms, again after 40 ms".
std::string describe(attempt_report const& report);

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

}  // namespace bedrock::inline BEDROCK_ABI

#endif
