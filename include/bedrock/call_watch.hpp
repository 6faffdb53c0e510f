// SPDX-License-Identifier: MIT
// Owns the watch that a call is under from its beginning, and the one report of it at its end.
// Never reports twice, and costs nothing where nobody observes.
#ifndef BEDROCK_CALL_WATCH_HPP
#define BEDROCK_CALL_WATCH_HPP

#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/observer.hpp"
#include "bedrock/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// One call's. A watch that goes without an end reports nothing.
class call_watch {
  public:
    /// **Lifetime:** `operation` is static text.
    call_watch(std::shared_ptr<client_state> client, std::string_view operation, std::string_view model_id);

    /// Of a stream, once.
    void first_event();
    /// Of a stream, before the end.
    void received(std::uint64_t events, std::uint64_t bytes) noexcept;

    /// The call has succeeded with a response, of whose members `request_id`, `attempts`, `usage` and `stop_reason`
    /// are told where it has them. What the observer throws is returned as an error.
    template <class Response>
    std::optional<error> succeeded(Response const& response);
    /// What the observer throws is lost: the call has failed already.
    void failed(error const& why) noexcept;
    /// The same; a success whose observer throws becomes a failure.
    template <class Response>
    void ended(result<Response>& with) {
        if (!with)
            failed(with.error());
        else if (auto thrown = succeeded(*with))
            with = unexpected{std::move(*thrown)};
    }

  private:
    bool is_on() const noexcept { return client_ != nullptr; }
    std::int64_t now() const { return client_->surroundings.steady_milliseconds(); }
    std::optional<error> tell() noexcept;

    std::shared_ptr<client_state> client_;  // null: nobody observes, or it was told
    std::string model_id_;
    call_report report_{};
    std::int64_t begun_at_ms_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

inline call_watch::call_watch(std::shared_ptr<client_state> client, std::string_view operation,
                              std::string_view model_id) {
    if (!client->options.on_call) return;
    client_ = std::move(client);
    model_id_ = model_id;
    report_.operation = operation;
    begun_at_ms_ = now();
}

inline void call_watch::first_event() {
    if (is_on() && !report_.first_event_ms) report_.first_event_ms = now() - begun_at_ms_;
}

inline void call_watch::received(std::uint64_t events, std::uint64_t bytes) noexcept {
    report_.events = events;
    report_.bytes_received = bytes;
}

template <class Response>
std::optional<error> call_watch::succeeded(Response const& response) {
    if (!is_on()) return std::nullopt;
    report_.http_status = 200;
    report_.request_id = response.request_id;
    report_.attempts = response.attempts;
    if constexpr (requires { response.usage.output_tokens; }) {
        report_.input_tokens = response.usage.input_tokens;
        report_.output_tokens = response.usage.output_tokens;
    }
    if constexpr (requires { response.stop_reason.text(); }) report_.stop_reason = response.stop_reason.text();
    return tell();
}

inline void call_watch::failed(error const& why) noexcept {
    if (!is_on()) return;
    report_.http_status = why.http_status;
    report_.request_id = why.request_id;
    report_.attempts = why.attempts;
    report_.error_name = why.name;
    static_cast<void>(tell());
}

// The observer may destroy the client, and the call; not this, which its owner holds until it returns.
inline std::optional<error> call_watch::tell() noexcept {
    auto const client = std::exchange(client_, nullptr);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        report_.model_id = model_id_;
        report_.milliseconds = client->surroundings.steady_milliseconds() - begun_at_ms_;
        client->options.on_call(report_);
        return std::nullopt;
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        return detail::current_exception_error();
    }
#endif
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
