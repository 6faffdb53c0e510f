// SPDX-License-Identifier: MIT
// Owns what every runner on an engine does with a transfer: which clock bounds a wait for it, and how its end answers
// the ask that it was started for. Never waits itself.
#ifndef BEDROCK_TRANSFER_WAIT_HPP
#define BEDROCK_TRANSFER_WAIT_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/running_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// One wait for a transfer to go on. Times are milliseconds, on the clock that the engine was told.
/// **Lifetime:** of the transfer.
class transfer_wait {
  public:
    /// `first_event` chooses the clock that runs from the connection on: first event or first byte.
    transfer_wait(curl_transfer& on, bool first_event, std::int64_t now_ms)
        : on_(on), first_event_(first_event), progress_(on.arrived()), progress_at_ms_(now_ms) {}

    /// What bounds the wait as things stand: one of the transfer's clocks, or `total`.
    deadline::running_clock clock(deadline::running_clock total, std::int64_t now_ms);

    /// When to look again though nothing has arrived; `now_ms` and `running` of the last `clock`. No later than the
    /// deadline, and early enough for the clock that a connection would start.
    std::int64_t next_look_ms(deadline::running_clock const& running, std::int64_t now_ms) const;

    /// The failure that `running` is, once its deadline has passed.
    http::failure expired(deadline::running_clock const& running) const {
        return running.expired(on_.peer(), on_.request_sent());
    }

  private:
    curl_transfer& on_;
    bool first_event_;
    std::uint64_t progress_;
    std::int64_t progress_at_ms_;
};

/// Fills in the answer of an ask by its transfer, which has ended, unless `why` says what went wrong before.
void answer_by(http_ask& wanted, curl_transfer& on, http::failure why);
/// The same; the transfer's head is complete, or it has ended, or `why` is set.
void answer_by(open_ask& wanted, std::unique_ptr<curl_transfer> on, http::failure why);
/// A wait for more that failed ends the transfer.
void answer_by(receive_ask& wanted, http::failure why);

// ---------------------------------------------------------------------------------------------------------------------

inline deadline::running_clock transfer_wait::clock(deadline::running_clock total, std::int64_t now_ms) {
    auto const& limits = on_.request().timeouts;
    on_.note_connected(now_ms);
    if (on_.arrived() != progress_) {
        progress_ = on_.arrived();
        progress_at_ms_ = now_ms;
    }
    if (!on_.connected_ms())
        total.also(on_.started_ms(), limits.connect_ms, "connect", "no connection");
    else if (first_event_)
        total.also(*on_.connected_ms(), limits.first_event_ms, "first event", "no first event");
    else if (on_.arrived() == 0)
        total.also(*on_.connected_ms(), limits.first_byte_ms, "first byte", "no answer");
    else
        total.also(progress_at_ms_, limits.idle_ms, "idle", "nothing more arrived");
    return total;
}

inline std::int64_t transfer_wait::next_look_ms(deadline::running_clock const& running, std::int64_t now_ms) const {
    if (on_.connected_ms()) return running.deadline_ms;
    auto const& limits = on_.request().timeouts;
    auto const next = first_event_ ? limits.first_event_ms : limits.first_byte_ms;
    return next > 0 ? (std::min)(running.deadline_ms, deadline::after_ms(now_ms, next)) : running.deadline_ms;
}

inline void answer_by(http_ask& wanted, curl_transfer& on, http::failure why) {
    wanted.failure = why ? std::move(why) : on.end;
    if (wanted.failure) return;
    wanted.response.head = std::move(on.head);
    wanted.response.body = as_text(on.buffer.unread());
}

inline void answer_by(open_ask& wanted, std::unique_ptr<curl_transfer> on, http::failure why) {
    if (!why && !on->head_complete()) why = on->end;
    if (why)
        wanted.failure = std::move(why);
    else
        wanted.transfer = std::move(on);
}

inline void answer_by(receive_ask& wanted, http::failure why) {
    if (!why) return;
    wanted.from.ended = true;
    wanted.from.end = std::move(why);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
