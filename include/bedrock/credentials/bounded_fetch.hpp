// SPDX-License-Identifier: MIT
// Owns how services of the machine itself (instance metadata, container agents) are asked: an answer within a time and
// a size, or why there is none. Never waits for one that drips: the body has a deadline, not only each piece of it.
#ifndef BEDROCK_CREDENTIALS_BOUNDED_FETCH_HPP
#define BEDROCK_CREDENTIALS_BOUNDED_FETCH_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// How long, and how much. Milliseconds.
struct fetch_limits {
    std::int64_t connect_ms = 1000;
    /// From the connection to the head of the answer, and again from there to its end.
    std::int64_t read_ms = 1000;
    /// Bytes. A document of credentials has one to three KiB.
    std::size_t max_body = std::size_t{64} << 10;
};

struct fetched {
    /// Set where there is no complete answer; its message needs the URL beside it.
    http::failure failure{};
    http::response_head head{};
    std::string body{};

    /// 0 without an answer.
    int status() const noexcept { return failure ? 0 : head.status; }
    /// The same request may fare better a moment later: a broken or late transfer, 429, 5xx.
    bool may_pass() const noexcept;
    /// "HTTP 500: InternalError: try again", "no answer within 1000 ms".
    std::string describe() const;
};

/// One request. **Lifetime:** of `surroundings`, as long as the exchange.
template <class = void>
exchange<fetched> fetch_bounded(http::request what, fetch_limits limits, environment const& surroundings);

/// "2 attempts, 2003 ms".
std::string describe_effort(int attempts, std::int64_t milliseconds);

// ---------------------------------------------------------------------------------------------------------------------

inline bool fetched::may_pass() const noexcept {
    if (failure)
        return failure.code == errc::transport || failure.code == errc::timeout || failure.code == errc::truncated;
    return head.status == 429 || head.status >= 500;
}

inline std::string fetched::describe() const {
    if (failure) return failure.message;
    constexpr std::size_t excerpt = 240;
    auto text = "HTTP " + std::to_string(head.status);
    if (head.status == 200 || body.empty()) return text;  // the body of a 200 may be keys
    auto said = describe_error_document(body);
    if (said.empty()) append_clean_line(said, body, excerpt);
    return said.empty() ? text : text + ": " + said;
}

template <class>
exchange<fetched> fetch_bounded(http::request what, fetch_limits limits, environment const& surroundings) {
    what.timeouts.connect_ms = limits.connect_ms;
    what.timeouts.first_event_ms = limits.read_ms;
    what.timeouts.idle_ms = limits.read_ms;
    auto const late = "no answer within " + std::to_string(limits.read_ms) + " ms";
    fetched got;
    open_ask opened(std::move(what));
    co_await opened;
    if (opened.failure) {
        got.failure = std::move(opened.failure);
        if (got.failure.code == errc::timeout)
            got.failure.message = got.failure.request_sent
                                      ? "connected, but " + late
                                      : "no connection within " + std::to_string(limits.connect_ms) + " ms";
        co_return got;
    }
    auto& from = *opened.transfer;
    auto const deadline = surroundings.steady_milliseconds() + limits.read_ms;
    for (;;) {
        auto const arrived = as_text(from.buffer.unread());
        if (arrived.size() > limits.max_body - got.body.size()) {
            got.failure.code = errc::protocol;
            got.failure.message = "an answer of more than " + std::to_string(limits.max_body) + " bytes";
            co_return got;
        }
        got.body += arrived;
        from.buffer.consume(from.buffer.size());
        if (from.ended) break;
        if (surroundings.steady_milliseconds() >= deadline) {
            got.failure.code = errc::timeout;
            got.failure.request_sent = true;
            got.failure.message = "the answer began, but did not end within " + std::to_string(limits.read_ms) + " ms";
            co_return got;
        }
        receive_ask more(from, false);
        co_await more;
    }
    got.failure = std::move(from.end);
    if (got.failure.code == errc::timeout)
        got.failure.message = "the answer began, but nothing more came for " + std::to_string(limits.read_ms) + " ms";
    got.head = std::move(from.head);
    co_return got;
}

inline std::string describe_effort(int attempts, std::int64_t milliseconds) {
    return std::to_string(attempts) + (attempts == 1 ? " attempt, " : " attempts, ") + std::to_string(milliseconds) +
           " ms";
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
