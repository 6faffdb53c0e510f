// Owns the runner that answers a protocol's asks on the calling thread, and the four clocks that bound its waiting.
// Never starts a thread, and never sleeps without a way to be woken by cancellation.
#ifndef BEDROCK_BLOCKING_HPP
#define BEDROCK_BLOCKING_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/os.hpp"
#include "bedrock/result.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Drives exchanges on one engine until they return.
/// **Thread safety:** one thread at a time. **Lifetime:** engine and surroundings must outlive it.
class blocking_runner {
  public:
    /// `total_ms` bounds everything this runner does from now on; 0: no bound.
    blocking_runner(engine& on, environment const& surroundings, cancellation const& cancel, std::int64_t total_ms);

    /// Steps the protocol to its end. **Errors:** errc::cancelled and the total clock's errc::timeout are the runner's
    /// own; the protocol is destroyed then, wherever it stood.
    template <class T>
    result<T> run(exchange<result<T>> protocol);

    /// Waits until `from.buffer` has grown or `from` has ended. `first_event` chooses the clock. The transfer must have
    /// been opened by this runner's engine. **Errors:** timeout, cancelled; the transfer is as it was.
    http::failure receive(http::transfer& from, bool first_event);

  private:
    enum class waiting : unsigned char { for_first_byte, for_first_event, for_more };
    template <class Done>
    http::failure wait_for(curl_transfer& on, waiting what, Done done);
    http::failure answer(ask& wanted);
    http::failure answer_http(http_ask& wanted);
    http::failure answer_open(open_ask& wanted);
    http::failure pause(std::int64_t milliseconds);
    http::failure run_process(process_ask& wanted);
    http::failure wait_for_other(wait_ask const& wanted);
    template <class Done>
    http::failure sleep_until(std::int64_t deadline_ms, Done done);
    http::failure stopped() const;
    std::int64_t now() const { return surroundings_.steady_milliseconds(); }

    engine& engine_;
    environment const& surroundings_;
    cancellation cancel_;
    cancellation::sleeper sleeper_;
    std::int64_t total_ms_;
    std::int64_t started_ms_;
    std::array<int, 2> pipes_{-1, -1};  // of the child process that is running
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::int64_t never = (std::numeric_limits<std::int64_t>::max)();

/// Clocks may be as large as their type: a sum that does not fit is never reached.
constexpr std::int64_t after_ms(std::int64_t since_ms, std::int64_t milliseconds) noexcept {
    return since_ms > 0 && milliseconds > never - since_ms ? never : since_ms + milliseconds;
}

constexpr std::int64_t left_ms(std::int64_t deadline_ms, std::int64_t now_ms) noexcept {
    return deadline_ms == never ? never : deadline_ms - now_ms;
}

/// "0.25 s", "900 s".
inline std::string seconds_text(std::int64_t milliseconds) {
    auto text = std::to_string(milliseconds / 1000);
    if (auto const rest = milliseconds % 1000; rest != 0) {
        auto fraction = std::to_string(1000 + rest).substr(1);
        while (fraction.back() == '0') fraction.pop_back();
        text += '.' + fraction;
    }
    return text + " s";
}

/// One of the four clocks while it runs.
struct running_clock {
    std::int64_t deadline_ms = never;
    std::int64_t limit_ms = 0;
    char const* name = "";
    char const* waited_for = "";

    /// Keeps whichever runs out first.
    void also(std::int64_t since_ms, std::int64_t clock_limit_ms, char const* clock_name, char const* what) {
        auto const end_ms = after_ms(since_ms, clock_limit_ms);
        if (clock_limit_ms <= 0 || end_ms >= deadline_ms) return;
        deadline_ms = end_ms;
        limit_ms = clock_limit_ms;
        name = clock_name;
        waited_for = what;
    }
    http::failure expired(std::string const& origin, bool request_sent) const {
        http::failure why{errc::timeout, request_sent, {}};
        why.message = std::string(waited_for) + (origin.empty() ? "" : " from " + origin) + " within " +
                      seconds_text(limit_ms) + " (the " + name + " clock)";
        return why;
    }
};

inline error to_error(http::failure const& why) {
    auto made = make_error(why.code, why.message);
    made.retryable = why.code == errc::transport || why.code == errc::timeout || why.code == errc::truncated;
    return made;
}

}  // namespace detail

inline blocking_runner::blocking_runner(engine& on, environment const& surroundings, cancellation const& cancel,
                                        std::int64_t total_ms)
    : engine_(on),
      surroundings_(surroundings),
      cancel_(cancel),
      sleeper_(cancel_, on.bed()),
      total_ms_(total_ms),
      started_ms_(surroundings.steady_milliseconds()) {}

template <class T>
result<T> blocking_runner::run(exchange<result<T>> protocol) {
    for (;;) {
        if (auto why = stopped()) return unexpected{detail::to_error(why)};
        ask* const wanted = protocol.step();
        if (!wanted) return protocol.take();
        if (auto why = answer(*wanted)) return unexpected{detail::to_error(why)};
    }
}

inline http::failure blocking_runner::receive(http::transfer& from, bool first_event) {
    auto& on = static_cast<curl_transfer&>(from);
    auto const before = on.buffer.size();
    on.want_more();
    return wait_for(on, first_event ? waiting::for_first_event : waiting::for_more,
                    [&on, before] { return on.buffer.size() > before; });
}

template <class Done>
http::failure blocking_runner::wait_for(curl_transfer& on, waiting what, Done done) {
    auto const& clocks = on.request().timeouts;
    auto const entered = now();
    auto progress = on.arrived();
    auto progress_at = entered;
    for (;;) {
        engine_.perform(now());
        if (on.ended || done()) return {};
        if (cancel_.cancelled()) return stopped();
        auto const time = now();
        if (on.arrived() != progress) {
            progress = on.arrived();
            progress_at = time;
        }
        detail::running_clock clock;
        clock.also(started_ms_, total_ms_, "total", "the call did not end");
        if (!on.connected_ms())
            clock.also(on.started_ms(), clocks.connect_ms, "connect", "no connection");
        else if (what == waiting::for_first_event)
            clock.also(*on.connected_ms(), clocks.first_event_ms, "first event", "no first event");
        else if (on.arrived() == 0)
            clock.also(*on.connected_ms(), clocks.first_byte_ms, "first byte", "no answer");
        else
            clock.also(progress_at, clocks.idle_ms, "idle", "nothing more arrived");
        if (time >= clock.deadline_ms) return clock.expired(detail::origin_of(on.request().url), on.request_sent());
        engine_.wait(detail::left_ms(clock.deadline_ms, time));
    }
}

inline http::failure blocking_runner::stopped() const {
    if (cancel_.cancelled()) return {errc::cancelled, false, "the call was cancelled"};
    if (total_ms_ > 0 && now() >= detail::after_ms(started_ms_, total_ms_)) {
        detail::running_clock clock;
        clock.also(started_ms_, total_ms_, "total", "the call did not end");
        return clock.expired({}, false);
    }
    return {};
}

inline http::failure blocking_runner::answer(ask& wanted) {
    switch (wanted.kind) {
        case ask_kind::http:
            return answer_http(static_cast<http_ask&>(wanted));
        case ask_kind::open:
            return answer_open(static_cast<open_ask&>(wanted));
        case ask_kind::receive: {
            auto& more = static_cast<receive_ask&>(wanted);
            auto why = receive(more.from, more.first_event);
            if (why.code == errc::cancelled) return why;
            if (why) {
                more.from.ended = true;
                more.from.end = std::move(why);
            }
            return {};
        }
        case ask_kind::pause:
            return pause(static_cast<pause_ask&>(wanted).milliseconds);
        case ask_kind::file:
            os::read_file(static_cast<file_ask&>(wanted));
            return {};
        case ask_kind::replace:
            os::replace_file(static_cast<replace_ask&>(wanted));
            return {};
        case ask_kind::process:
            return run_process(static_cast<process_ask&>(wanted));
        case ask_kind::wait:
            return wait_for_other(static_cast<wait_ask&>(wanted));
    }
    return {};
}

// A clock that runs out is the protocol's to judge (may it repeat?), cancellation is not.
inline http::failure blocking_runner::answer_http(http_ask& wanted) {
    auto const on = engine_.start(std::move(wanted.request), true, now());
    auto why = wait_for(*on, waiting::for_first_byte, [] { return false; });
    if (why.code == errc::cancelled) return why;
    wanted.failure = why ? std::move(why) : on->end;
    if (wanted.failure) return {};
    wanted.response.head = std::move(on->head);
    wanted.response.body = as_text(on->buffer.unread());
    return {};
}

inline http::failure blocking_runner::answer_open(open_ask& wanted) {
    auto on = engine_.start(std::move(wanted.request), false, now());
    auto* const opened = on.get();
    auto why = wait_for(*opened, waiting::for_first_event, [opened] { return opened->head_complete(); });
    if (why.code == errc::cancelled) return why;
    if (!why && !opened->head_complete()) why = opened->end;
    if (why)
        wanted.failure = std::move(why);
    else
        wanted.transfer = std::move(on);
    return {};
}

// Sleeps on until `done`, which says how long to sleep at most (0: no longer), or the deadline.
template <class Done>
http::failure blocking_runner::sleep_until(std::int64_t deadline_ms, Done done) {
    auto const total_end = total_ms_ > 0 ? detail::after_ms(started_ms_, total_ms_) : detail::never;
    for (;;) {
        if (auto why = stopped()) return why;
        auto const time = now();
        auto const nap = done();
        if (nap == 0 || time >= deadline_ms) return {};
        engine_.wait((std::min)(detail::left_ms((std::min)(deadline_ms, total_end), time), nap), pipes_);
    }
}

inline http::failure blocking_runner::pause(std::int64_t milliseconds) {
    return sleep_until(detail::after_ms(now(), milliseconds), [] { return detail::never; });
}

inline http::failure blocking_runner::run_process(process_ask& wanted) {
    os::child_process child;
    if (wanted.error_output = child.start(wanted.command); !wanted.error_output.empty()) {
        wanted.failure = process_failure::not_started;
        return {};
    }
    constexpr std::int64_t reap_interval_ms = 10;
    bool ended = false;
    auto why = sleep_until(detail::after_ms(now(), wanted.timeout_ms), [&] {
        ended = child.collect(wanted);
        pipes_ = child.pipes();
        bool const silent = pipes_[0] < 0 && pipes_[1] < 0;
        return ended ? 0 : silent ? reap_interval_ms : detail::never;
    });
    pipes_ = {-1, -1};
    if (!ended) wanted.failure = process_failure::timed_out;
    return why;
}

inline http::failure blocking_runner::wait_for_other(wait_ask const& wanted) {
    auto const bed = engine_.bed();
    if (!wanted.on->add_sleeper(bed)) return {};
    auto const deadline = wanted.timeout_ms > 0 ? detail::after_ms(now(), wanted.timeout_ms) : detail::never;
    auto why = sleep_until(deadline, [&] { return wanted.on->ready() ? 0 : detail::never; });
    wanted.on->remove_sleeper(bed);
    return why;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
