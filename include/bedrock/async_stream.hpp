// SPDX-License-Identifier: MIT
// Owns `async_event_reader`: a streamed answer that a coroutine pulls on the caller's loop, event by event.
// Never runs by itself, and never resumes a coroutine that is gone.
#ifndef BEDROCK_ASYNC_STREAM_HPP
#define BEDROCK_ASYNC_STREAM_HPP

#include "bedrock/async_call.hpp"
#include "bedrock/call.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/loop.hpp"
#include "bedrock/loop/signals.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/stream_call.hpp"
#include "bedrock/stream_parser.hpp"

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

/// Events of one stream that are handed over before others get their turn.
inline constexpr int events_a_turn = 64;

template <class Kind>
class async_pull_job;

}  // namespace detail

/// An answer that a coroutine pulls while it is written:
///
///     auto events = client.open_stream(request);
///     while (auto const* event = co_await events.next()) use(*event);
///     auto whole = co_await events.finish();
///
/// Nothing is connected before the first `next`. While nothing is awaited, bytes are kept up to the engine's high-water
/// mark and no clock but the total one runs. Destroying it closes the connection.
/// **Thread safety:** of the loop's thread; `canceller()` gives what other threads may use. **Lifetime:** behind the
/// client's end it gives errc::cancelled.
template <class Kind>
class basic_async_event_reader {
  public:
    using event_type = typename Kind::event;
    using response_type = typename Kind::response;

    explicit basic_async_event_reader(std::shared_ptr<detail::async_pull_job<Kind>> job) noexcept
        : job_(std::move(job)) {}
    basic_async_event_reader(basic_async_event_reader&&) noexcept = default;
    basic_async_event_reader& operator=(basic_async_event_reader&& other) noexcept {
        std::swap(job_, other.job_);
        return *this;
    }
    ~basic_async_event_reader();

    class next_event;
    class whole_answer;

    /// To be awaited at once: the next event, or null when there are no more. One coroutine at a time.
    /// Name the event, as above: g++ 12 miscompiles `while (co_await events.next())`.
    /// **Lifetime:** the event and its views, until the next `next()`.
    next_event next() { return next_event(job_); }
    /// As `basic_event_reader::partial_tool_input`.
    json::partial const* partial_tool_input();
    /// To be awaited, once: reads what is left and gives the whole answer. **Errors:** as `basic_event_reader::finish`.
    whole_answer finish() { return whole_answer(job_); }

    /// Ends the stream with errc::cancelled.
    void cancel() noexcept { canceller().cancel(); }
    /// A handle that cancels this stream from any thread and may outlive it.
    async_call canceller() const noexcept;

  private:
    std::shared_ptr<detail::async_pull_job<Kind>> job_;
};

/// What `co_await` takes for the next event. A coroutine that is destroyed while it waits takes its wait with it.
template <class Kind>
class [[nodiscard]] basic_async_event_reader<Kind>::next_event {
  public:
    explicit next_event(std::shared_ptr<detail::async_pull_job<Kind>> job) noexcept : job_(std::move(job)) {}
    next_event(next_event const&) = delete;
    next_event& operator=(next_event const&) = delete;
    ~next_event() { job_->forget(waiter_); }

    bool await_ready() const { return job_->is_ready(); }
    bool await_suspend(std::coroutine_handle<> waiter) { return job_->await(waiter_ = waiter); }
    event_type const* await_resume() noexcept {
        waiter_ = {};
        return job_->current();
    }

  private:
    std::shared_ptr<detail::async_pull_job<Kind>> job_;
    std::coroutine_handle<> waiter_{};
};

/// What `co_await` takes for the whole answer of a stream.
template <class Kind>
class [[nodiscard]] basic_async_event_reader<Kind>::whole_answer {
  public:
    explicit whole_answer(std::shared_ptr<detail::async_pull_job<Kind>> job) noexcept : job_(std::move(job)) {}
    whole_answer(whole_answer const&) = delete;
    whole_answer& operator=(whole_answer const&) = delete;
    ~whole_answer() { job_->forget(waiter_); }

    bool await_ready() const noexcept { return job_->over(); }
    bool await_suspend(std::coroutine_handle<> waiter) { return job_->await_end(waiter_ = waiter); }
    result<response_type> await_resume() {
        waiter_ = {};
        return job_->take_outcome();
    }

  private:
    std::shared_ptr<detail::async_pull_job<Kind>> job_;
    std::coroutine_handle<> waiter_{};
};

/// Of ConverseStream.
using async_event_reader = basic_async_event_reader<converse_stream_kind>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A streamed call, whoever its events are for.
template <class Kind>
class async_stream_job : public loop_job {
  public:
    bool over() const noexcept { return call_.over(); }

  protected:
    enum class step : unsigned char { event, over, asleep };

    async_stream_job(async_core& core, result<operation> what, call_options options)
        : loop_job(core.loop, options.cancel, choose_timeouts(core.client->options, options).total_ms),
          call_(core.client, what ? std::move(*what) : operation{}, std::move(options)) {
        if (!what)
            call_.close(std::move(what).error());
        else
            opening_.emplace(call_.open(core.signer));
    }

    /// To the next event or the end, as far as it goes without waiting. An exception is an end. Observers may have
    /// dropped the job meanwhile.
    step go_on() {
#if BEDROCK_EXCEPTIONS
        try {
            return go_on_unguarded();
        } catch (...) {
            opening_.reset();
            call_.close(current_exception_error());
            return step::over;
        }
#else
        return go_on_unguarded();
#endif
    }
    stream_call<Kind>& call() noexcept { return call_; }
    bool is_opening() const noexcept { return opening_.has_value(); }

    /// After a stop there is nothing but what has arrived, or not even that.
    void break_off(http::failure why) {
        bool const was_opening = is_opening();
        opening_.reset();
#if BEDROCK_EXCEPTIONS
        try {
#endif
            if (!was_opening && why.code == errc::cancelled)
                call_.close(make_error(errc::cancelled, "the stream was cancelled"));
            else if (was_opening || shared_signals()->paused())
                call_.close(retry::make_error(why));
            else
                call_.break_off(std::move(why));
#if BEDROCK_EXCEPTIONS
        } catch (...) {
            call_.close(current_exception_error());
        }
#endif
    }

  private:
    step go_on_unguarded() {
        if (opening_) {
            auto got = advance(opening_);
            if (!got) return step::asleep;
            opening_.reset();
            call_.take_opened(std::move(*got));
        }
        for (;;) {
            switch (call_.next()) {
                case stream_progress::event:
                    return step::event;
                case stream_progress::complete:
                case stream_progress::failed:
                    return step::over;
                case stream_progress::need_more:
                    more_.emplace(call_.body(), false);
                    if (!begin(*more_)) return step::asleep;
            }
        }
    }
    void release() noexcept final {
        opening_.reset();
        call_.abandon();
    }

    stream_call<Kind> call_;
    std::optional<exchange<result<std::unique_ptr<http::transfer>>>> opening_;
    std::optional<receive_ask> more_;
};

template <class Kind>
class async_pull_job final : public async_stream_job<Kind> {
  public:
    async_pull_job(std::shared_ptr<async_core> const& core, result<operation> what, call_options options)
        : async_stream_job<Kind>(*core, std::move(what), std::move(options)), core_(core) {}

    /// Whether there is an event without waiting, or no more of them; `current` has it then.
    bool is_ready() {
        current_ = nullptr;
        if (this->is_opening() || this->is_waiting() || left_ <= 0) return this->over();
        if (this->is_running())
            if (auto why = this->stopped()) this->break_off(std::move(why));
        if (!this->over()) {
            auto const progress = this->call().next();
            if (progress == stream_progress::need_more) return false;
            if (progress == stream_progress::event) {
                --left_;
                current_ = &this->call().event();
                return true;
            }
        }
        give_up();  // the stream has ended: it is not a job of the loop, although its reader may be kept
        return true;
    }
    /// False where nobody is there to resume the waiter.
    bool await(std::coroutine_handle<> waiter) {
        auto const core = core_.lock();
#if BEDROCK_EXCEPTIONS
        try {
#endif
            if (!core || !core->loop.is_open()) {
                this->call().close(make_error(errc::cancelled, "the client is gone"));
                return false;
            }
            if (!this->is_running()) core->loop.start(self_.lock());
#if BEDROCK_EXCEPTIONS
        } catch (...) {
            this->call().close(current_exception_error());
            return false;
        }
#endif
        waiter_ = waiter;
        this->again();
        return true;
    }
    bool await_end(std::coroutine_handle<> waiter) {
        is_draining_ = true;
        return await(waiter);
    }
    typename Kind::event const* current() const noexcept { return current_; }
    result<typename Kind::response> take_outcome() { return this->call().take_outcome(); }
    json::partial const* partial_tool_input() { return this->call().partial_tool_input(); }
    void give_up() noexcept {
        auto const core = core_.lock();  // an observer may destroy the client
        waiter_ = {};
        this->finish();
    }
    void forget(std::coroutine_handle<> waiter) noexcept {
        if (waiter && waiter_ == waiter) waiter_ = {};
    }
    void set_self(std::weak_ptr<async_pull_job> self) noexcept { self_ = std::move(self); }

  private:
    using step = typename async_stream_job<Kind>::step;

    void turn() override {
        if (!waiter_) return;
        left_ = events_a_turn;
        step next{};
        do {
            next = this->over() ? step::over : this->go_on();
            if (next == step::asleep || !this->is_running()) return;
            if (--left_ < 0) return this->again();
        } while (is_draining_ && next == step::event);
        current_ = next == step::event ? &this->call().event() : nullptr;
        if (next == step::over) this->finish();
        if (waiter_) std::exchange(waiter_, {}).resume();  // observers may have destroyed the coroutine
    }
    void stop(http::failure why) override {
        this->break_off(std::move(why));
        turn();
    }

    std::weak_ptr<async_core> core_;
    std::weak_ptr<async_pull_job> self_;
    std::coroutine_handle<> waiter_{};
    typename Kind::event const* current_ = nullptr;
    int left_ = 0;  // events until others get their turn
    bool is_draining_ = false;
};

}  // namespace detail

template <class Kind>
basic_async_event_reader<Kind>::~basic_async_event_reader() {
    if (job_) job_->give_up();
}

template <class Kind>
json::partial const* basic_async_event_reader<Kind>::partial_tool_input() {
    return job_->partial_tool_input();
}

template <class Kind>
async_call basic_async_event_reader<Kind>::canceller() const noexcept {
    return async_call(job_->shared_signals());
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
