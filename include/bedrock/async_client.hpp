// SPDX-License-Identifier: MIT
// Owns `async_client`: any number of calls and streams at once on the caller's loop, by callbacks or `co_await`.
// Never starts a thread, never blocks but in `pump`, and never calls user code inside libcurl.
#ifndef BEDROCK_ASYNC_CLIENT_HPP
#define BEDROCK_ASYNC_CLIENT_HPP

#include "bedrock/async_call.hpp"
#include "bedrock/async_stream.hpp"
#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/client.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/loop.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/poll_set.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/stream_call.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

template <class Response>
class async_answer_job;

}  // namespace detail

/// What `co_await` takes for a whole answer; the call begins when it is awaited. Destroying it, as the end of the
/// awaiting coroutine does, drops the call.
template <class Response>
class [[nodiscard]] async_answer {
  public:
    explicit async_answer(std::shared_ptr<detail::async_answer_job<Response>> job) noexcept : job_(std::move(job)) {}
    async_answer(async_answer&&) noexcept = default;
    async_answer& operator=(async_answer&&) = delete;
    ~async_answer();

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter);
    result<Response> await_resume();

  private:
    std::shared_ptr<detail::async_answer_job<Response>> job_;
};

/// Amazon Bedrock's runtime on a loop of the caller's, one engine and one thread for all calls. Either the caller
/// pumps:
///
///     bedrock::async_client client;
///     client.converse(request, {}, [](bedrock::result<bedrock::converse_response> reply) { use(reply); });
///     while (client.pump(-1) != 0) {
///     }
///
/// or gives `loop_hooks` and calls `on_ready` and `on_timer` when its own loop says so.
///
/// Callbacks and resumed coroutines run inside `pump`, `on_ready` and `on_timer` and nowhere else, never before the
/// function that asked has returned. They may start and cancel calls and destroy the client. What they throw comes out
/// of the pump, and ends their call without a further callback; all other calls go on with the next pump. Streams take
/// turns: one that is faster than its consumer does not keep others waiting.
///
/// Observers and credentials providers may destroy the client too. What they throw ends their call with
/// errc::callback_failed, a failed allocation with errc::out_of_memory; neither comes out of the pump. A function that
/// asks throws std::bad_alloc where it cannot take the call: then there is none, and the client is as before.
///
/// Constructing one does nothing, and cannot fail. Destroying one drops all calls without waiting: their callbacks are
/// never called, coroutines that wait for them never resumed (who owns them destroys them).
/// Credentials are found by the same chain as `client`'s: files are read on the spot, the rest is waited for.
/// **Thread safety:** of the thread that pumps; `async_call` is for all threads. In a forked child its calls end with
/// an error, and it can only be destroyed.
class async_client {
  public:
    /// Events of one stream that are handed over before others get their turn.
    static constexpr int events_a_turn = detail::events_a_turn;

    explicit async_client(client_options options = {}, loop_hooks hooks = {})
        : options_(std::move(options)), hooks_(std::move(hooks)) {}
    async_client(async_client&&) noexcept = default;
    async_client& operator=(async_client&&) = delete;
    ~async_client() {
        if (core_) core_->loop.close();
    }

    /// Asks for a whole answer; `on_done` is called with `result<converse_response>`, once.
    template <class OnDone>
    async_call converse(converse_request const& request, call_options const& options, OnDone on_done);

    /// The same to be awaited. The request is a named variable, and no options are no default argument: g++ 12
    /// miscompiles temporary aggregates behind `co_await`.
    async_answer<converse_response> converse(converse_request const& request, call_options const& options);
    async_answer<converse_response> converse(converse_request const& request);
    async_answer<converse_response> converse(converse_request const&& request, call_options const& options) = delete;
    async_answer<converse_response> converse(converse_request const&& request) = delete;

    /// Asks for a stream; `on_event` is called with each `stream_event const&` and returns nothing, or false to stop;
    /// `on_done` with `result<converse_response>`, once, behind the last event. **Errors:** as `event_reader::finish`;
    /// errc::cancelled when `on_event` stopped.
    template <class OnEvent, class OnDone>
    async_call converse_stream(converse_request const& request, call_options const& options, OnEvent on_event,
                               OnDone on_done);

    /// Asks for a stream that a coroutine pulls.
    async_event_reader open_stream(converse_request const& request, call_options const& options = {});

    /// Waits until there is something to do, at most so many milliseconds (0: not at all, negative: however long), does
    /// it, and returns how many calls are under way. Returns at once where none is, inside a callback, and with hooks.
    std::size_t pump(std::int64_t timeout_ms = 0) { return core()->loop.pump(timeout_ms); }
    /// With hooks: a descriptor is ready for these events; errors and hang-ups count as all that it is watched for.
    void on_ready(descriptor which, int events) { core()->loop.on_ready(which, events); }
    /// With hooks: the time of `set_timer` has come.
    void on_timer() { core()->loop.on_timer(); }
    /// Calls under way.
    std::size_t active() const noexcept { return core_ ? core_->loop.jobs() : 0; }

  private:
    // Made when first needed, and held by whoever is inside: a callback may destroy the client.
    std::shared_ptr<detail::async_core> core();
    async_call start(std::shared_ptr<loop_job> job);
    client_options options_;
    loop_hooks hooks_;
    std::shared_ptr<detail::async_core> core_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A call whose answer is no stream.
class async_plain_job : public loop_job {
  protected:
    async_plain_job(async_core& core, result<operation> what, call_options options)
        : loop_job(core.loop, options.cancel, choose_timeouts(core.client->options, options).total_ms),
          client_(core.client),
          options_(std::move(options)) {
        if (!what) {
            refused_ = std::move(what).error();
            return;
        }
        what_ = std::move(*what);
        frame_.emplace(call_frame{*core.client, options_, core.signer, what_});
        protocol_.emplace(send_plain(*frame_));
    }

    virtual void end(result<call_answer> answer) = 0;
    /// The answer as the caller gets it; to be asked once. The observer hears of it, and may drop this job.
    template <class Response>
    result<Response> read(result<call_answer> answer) {
        auto made = catch_errors([&] { return read_answer<Response>(what_, std::move(answer)); });
        if (auto watch = std::exchange(watch_, std::nullopt)) watch->ended(made);
        return made;
    }

  private:
    void turn() final {
        if (refused_) return end(unexpected{std::move(*refused_)});
        auto const watched = catch_errors([this]() -> result<void> {
            if (!watch_) watch_.emplace(client_, what_.name, what_.model_id);
            return {};
        });
        if (!watched) return end(unexpected{watched.error()});
        if (auto outcome = advance(protocol_)) end(conclude(*frame_, std::move(*outcome)));
    }
    BEDROCK_COLD void stop(http::failure why) final {
        if (refused_) return end(unexpected{std::move(*refused_)});
        protocol_.reset();
        auto failed = catch_errors([&]() -> result<http::response> { return unexpected{retry::make_error(why)}; });
        end(conclude(*frame_, std::move(failed)));
    }
    void release() noexcept final {
        protocol_.reset();
        auto watch = std::exchange(watch_, std::nullopt);
        if (!watch) return;
        error why;
        why.code = errc::cancelled;
        why.name = own_error_name(errc::cancelled);
        watch->failed(why);
    }

    std::shared_ptr<client_state> client_;
    std::optional<call_watch> watch_;
    call_options options_;
    operation what_;
    std::optional<error> refused_;
    std::optional<call_frame> frame_;
    std::optional<exchange<result<http::response>>> protocol_;
};

template <class Response, class OnDone>
class async_callback_job final : public async_plain_job {
  public:
    async_callback_job(async_core& core, result<operation> what, call_options options, OnDone on_done)
        : async_plain_job(core, std::move(what), std::move(options)), on_done_(std::move(on_done)) {}

  private:
    void end(result<call_answer> answer) override {
        auto made = this->template read<Response>(std::move(answer));
        if (finish()) on_done_(std::move(made));
    }
    OnDone on_done_;
};

template <class Response>
class async_answer_job final : public async_plain_job {
  public:
    async_answer_job(std::shared_ptr<async_core> const& core, result<operation> what, call_options options)
        : async_plain_job(*core, std::move(what), std::move(options)), core_(core) {}

    bool await(std::shared_ptr<async_answer_job> self, std::coroutine_handle<> waiter) {
        auto const core = core_.lock();
        if (!core || !core->loop.is_open() || has_begun_) return false;
        core->loop.start(std::move(self));
        has_begun_ = true;
        waiter_ = waiter;
        return true;
    }
    result<Response> take() {
        if (!answer_) return fail(errc::cancelled, "the client is gone, or the answer was taken before");
        return *std::exchange(answer_, std::nullopt);
    }
    void give_up() noexcept {
        auto const core = core_.lock();  // an observer may destroy the client
        waiter_ = {};
        finish();
    }

  private:
    void end(result<call_answer> answer) override {
        auto made = this->template read<Response>(std::move(answer));
        if (!finish()) return;
        answer_.emplace(std::move(made));
        if (waiter_) std::exchange(waiter_, {}).resume();
    }
    std::weak_ptr<async_core> core_;
    std::coroutine_handle<> waiter_{};
    std::optional<result<Response>> answer_;
    bool has_begun_ = false;
};

template <class Kind, class OnEvent, class OnDone>
class async_push_job final : public async_stream_job<Kind> {
  public:
    async_push_job(async_core& core, result<operation> what, call_options options, OnEvent on_event, OnDone on_done)
        : async_stream_job<Kind>(core, std::move(what), std::move(options)),
          on_event_(std::move(on_event)),
          on_done_(std::move(on_done)) {}

  private:
    using step = typename async_stream_job<Kind>::step;

    void turn() override {
        for (int given = 0; given < async_client::events_a_turn; ++given) {
            if (this->over()) return end();
            if (this->shared_signals()->paused()) return;
            auto const next = this->go_on();
            if (next == step::asleep || !this->is_running()) return;
            if (next == step::over) return end();
            bool go_on = true;
            if constexpr (std::is_void_v<std::invoke_result_t<OnEvent&, typename Kind::event const&>>)
                on_event_(this->call().event());
            else
                go_on = static_cast<bool>(on_event_(this->call().event()));
            if (!this->is_running()) return;  // the client is gone
            if (!go_on) this->shared_signals()->cancel();
            if (auto why = this->stopped()) this->break_off(std::move(why));
        }
        this->again();
    }
    void stop(http::failure why) override {
        this->break_off(std::move(why));
        turn();
    }
    void end() {
        if (this->finish()) on_done_(this->call().take_outcome());
    }

    OnEvent on_event_;
    OnDone on_done_;
};

}  // namespace detail

template <class Response>
async_answer<Response>::~async_answer() {
    if (job_) job_->give_up();
}

template <class Response>
bool async_answer<Response>::await_suspend(std::coroutine_handle<> waiter) {
    return job_->await(job_, waiter);
}

template <class Response>
result<Response> async_answer<Response>::await_resume() {
    return job_->take();
}

// Of copies: where there is no memory for all of it, the next call finds the options as they were given.
inline std::shared_ptr<detail::async_core> async_client::core() {
    if (!core_) core_ = detail::share_new<detail::async_core>(options_, hooks_);
    return core_;
}

inline async_call async_client::start(std::shared_ptr<loop_job> job) {
    async_call made(job->shared_signals());
    core()->loop.start(std::move(job));
    return made;
}

template <class OnDone>
async_call async_client::converse(converse_request const& request, call_options const& options, OnDone on_done) {
    return start(detail::share_new<detail::async_callback_job<converse_response, OnDone>>(
        *core(), detail::make_converse(request), options, std::move(on_done)));
}

inline async_answer<converse_response> async_client::converse(converse_request const& request,
                                                              call_options const& options) {
    return async_answer<converse_response>(detail::share_new<detail::async_answer_job<converse_response>>(
        core(), detail::make_converse(request), options));
}

inline async_answer<converse_response> async_client::converse(converse_request const& request) {
    call_options const none;
    return converse(request, none);
}

template <class OnEvent, class OnDone>
async_call async_client::converse_stream(converse_request const& request, call_options const& options, OnEvent on_event,
                                         OnDone on_done) {
    return start(detail::share_new<detail::async_push_job<converse_stream_kind, OnEvent, OnDone>>(
        *core(), detail::as_stream(detail::make_converse_stream(request)), options, std::move(on_event),
        std::move(on_done)));
}

inline async_event_reader async_client::open_stream(converse_request const& request, call_options const& options) {
    auto job = detail::share_new<detail::async_pull_job<converse_stream_kind>>(
        core(), detail::as_stream(detail::make_converse_stream(request)), options);
    job->set_self(job);
    return async_event_reader(std::move(job));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
