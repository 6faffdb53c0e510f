// SPDX-License-Identifier: MIT
// Owns the runner that answers a protocol's asks on the calling thread, and the four clocks that bound its waiting.
// Never starts a thread, and never sleeps without a way to be woken by cancellation.
#ifndef BEDROCK_BLOCKING_HPP
#define BEDROCK_BLOCKING_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/network.hpp"
#include "bedrock/os.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/running_clock.hpp"
#include "bedrock/transfer_wait.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
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

    /// Steps the protocol to its end. **Errors:** errc::cancelled, the total clock's errc::timeout, and
    /// errc::callback_failed for what a function of the caller's throws are the runner's own; the protocol is destroyed
    /// then, wherever it stood. std::bad_alloc passes through. The engine is spoiled by any exception.
    template <class T>
    result<T> run(exchange<result<T>> protocol);

    /// Waits until `from.buffer` has grown or `from` has ended. `first_event` chooses the clock. The transfer must have
    /// been opened by this runner's engine. **Errors:** timeout, cancelled; the transfer is as it was.
    http::failure receive(http::transfer& from, bool first_event);

  private:
    template <class T>
    result<T> step_to_end(exchange<result<T>>& protocol);
    template <class Done>
    http::failure wait_for(curl_transfer& on, bool first_event, Done done);
    std::unique_ptr<curl_transfer> start(http::request what, bool whole);
    http::failure answer(ask& wanted);
    http::failure answer_http(http_ask& wanted);
    http::failure answer_open(open_ask& wanted);
    http::failure pause(std::int64_t milliseconds);
    http::failure run_process(process_ask& wanted);
    http::failure wait_for_other(wait_ask const& wanted);
    template <class Done>
    http::failure sleep_until(std::int64_t deadline_ms, Done done);
    deadline::running_clock total_clock() const;
    http::failure stopped() const;
    std::int64_t now() const { return surroundings_.steady_milliseconds(); }

    engine& engine_;
    environment const& surroundings_;
    cancellation cancel_;
    cancellation::sleeper sleeper_;
    std::int64_t total_ms_;
    std::int64_t started_ms_;
    std::optional<http::network> network_{};  // the environment's until a protocol says another
    std::array<int, 2> pipes_{-1, -1};        // of the child process that is running
};

// ---------------------------------------------------------------------------------------------------------------------

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
#if BEDROCK_EXCEPTIONS
    try {
        return step_to_end(protocol);
    } catch (std::bad_alloc const&) {
        engine_.spoil();
        throw;
    } catch (...) {
        engine_.spoil();
        return unexpected{detail::current_exception_error()};
    }
#else
    return step_to_end(protocol);
#endif
}

template <class T>
result<T> blocking_runner::step_to_end(exchange<result<T>>& protocol) {
    for (;;) {
        if (auto why = stopped()) return unexpected{retry::make_error(why)};
        ask* const wanted = protocol.step();
        if (!wanted) return protocol.take();
        if (auto why = answer(*wanted)) return unexpected{retry::make_error(why)};
    }
}

inline http::failure blocking_runner::receive(http::transfer& from, bool first_event) {
    if (auto why = stopped()) return why;  // a sender that is faster than its reader is never waited for
    auto& on = static_cast<curl_transfer&>(from);
    auto const before = on.buffer.size();
    on.want_more();
    return wait_for(on, first_event, [&on, before] { return on.buffer.size() > before; });
}

// What could be had without waiting was had when the engine performed last.
template <class Done>
http::failure blocking_runner::wait_for(curl_transfer& on, bool first_event, Done done) {
    transfer_wait waited(on, first_event, now());
    for (;; engine_.perform(now())) {
        if (on.ended || done()) return {};
        if (cancel_.cancelled()) return stopped();
        auto const time = now();
        auto const clock = waited.clock(total_clock(), time);
        if (time >= clock.deadline_ms) return waited.expired(clock);
        engine_.wait(deadline::left_ms(clock.deadline_ms, time));
    }
}

inline deadline::running_clock blocking_runner::total_clock() const {
    deadline::running_clock clock;
    clock.also(started_ms_, total_ms_, deadline::total, "the call did not end");
    return clock;
}

inline http::failure blocking_runner::stopped() const {
    if (cancel_.cancelled()) return {errc::cancelled, false, "the call was cancelled"};
    auto const clock = total_clock();
    return now() >= clock.deadline_ms ? clock.expired({}, false) : http::failure{};
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
            answer_by(more, std::move(why));
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
        case ask_kind::network:
            network_ = std::move(static_cast<network_ask&>(wanted).how);
            return {};
    }
    return {};
}

inline std::unique_ptr<curl_transfer> blocking_runner::start(http::request what, bool whole) {
    if (!network_) network_ = network_of(surroundings_);
    apply_network(*network_, what);
    auto started = engine_.start(std::move(what), whole, now());
    engine_.perform(now());
    return started;
}

// A clock that runs out is the protocol's to judge (may it repeat?), cancellation is not.
inline http::failure blocking_runner::answer_http(http_ask& wanted) {
    auto const on = start(std::move(wanted.request), true);
    auto why = wait_for(*on, false, [] { return false; });
    if (why.code == errc::cancelled) return why;
    answer_by(wanted, *on, std::move(why));
    return {};
}

inline http::failure blocking_runner::answer_open(open_ask& wanted) {
    auto on = start(std::move(wanted.request), false);
    auto* const opened = on.get();
    auto why = wait_for(*opened, true, [opened] { return opened->head_complete(); });
    if (why.code == errc::cancelled) return why;
    answer_by(wanted, std::move(on), std::move(why));
    return {};
}

// Sleeps on until `done`, which says how long to sleep at most (0: no longer), or the deadline.
template <class Done>
http::failure blocking_runner::sleep_until(std::int64_t deadline_ms, Done done) {
    auto const total_end = total_clock().deadline_ms;
    for (;;) {
        if (auto why = stopped()) return why;
        auto const time = now();
        auto const nap = done();
        if (nap == 0 || time >= deadline_ms) return {};
        engine_.wait((std::min)(deadline::left_ms((std::min)(deadline_ms, total_end), time), nap), pipes_);
    }
}

inline http::failure blocking_runner::pause(std::int64_t milliseconds) {
    return sleep_until(deadline::after_ms(now(), milliseconds), [] { return deadline::never; });
}

inline http::failure blocking_runner::run_process(process_ask& wanted) {
    os::child_process child;
    if (wanted.error_output = child.start(wanted.command); !wanted.error_output.empty()) {
        wanted.failure = process_failure::not_started;
        return {};
    }
    bool ended = false;
    auto why = sleep_until(deadline::after_ms(now(), wanted.timeout_ms), [&] {
        ended = child.collect(wanted);
        pipes_ = child.pipes();
        return ended ? 0 : child.interval_ms();
    });
    pipes_ = {-1, -1};
    if (!ended) wanted.failure = process_failure::timed_out;
    return why;
}

inline http::failure blocking_runner::wait_for_other(wait_ask const& wanted) {
    auto const bed = engine_.bed();
    if (!wanted.on->add_sleeper(bed)) return {};
    auto const end_ms = wanted.timeout_ms > 0 ? deadline::after_ms(now(), wanted.timeout_ms) : deadline::never;
    auto why = sleep_until(end_ms, [&] { return wanted.on->ready() ? 0 : deadline::never; });
    wanted.on->remove_sleeper(bed);
    return why;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
