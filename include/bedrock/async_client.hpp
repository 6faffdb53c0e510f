// Owns `async_client`: any number of calls and streams at once on the caller's loop, by callbacks or `co_await`.
// Never starts a thread, never blocks but in `pump`, and never calls user code inside libcurl.
#ifndef BEDROCK_ASYNC_CLIENT_HPP
#define BEDROCK_ASYNC_CLIENT_HPP

#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/client.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/loop.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/poll_set.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/stream_call.hpp"
#include "bedrock/stream_parser.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

/// What an `async_client` is made of. Jobs refer to it while they run; whoever is inside the loop holds it.
struct async_core {
    async_core(client_options options, loop_hooks hooks)
        : client(std::make_shared<client_state>(std::move(options))),
          loop(on, client->surroundings, std::move(hooks)) {}

    std::shared_ptr<client_state> client;
    engine on{std::make_shared<engine_share>()};
    sigv4::signer signer{};
    loop_runner loop;
};

template <class Kind>
class async_pull_job;
template <class Response>
class async_answer_job;

}  // namespace detail

/// A call that is under way, by the callbacks' way of asking.
/// **Thread safety:** full. **Lifetime:** free; letting it go does not end the call.
class async_call {
  public:
    async_call() = default;
    explicit async_call(std::shared_ptr<job_signals> job) noexcept : job_(std::move(job)) {}

    /// Ends the call with errc::cancelled, which its `on_done` is told in a round to come; called on the loop's thread,
    /// there is no event after this.
    void cancel() const noexcept {
        if (job_) job_->cancel();
    }
    /// Of a stream: no events until `resume`. What arrives is kept up to the engine's high-water mark, then the sender
    /// is slowed down. Only the total clock runs on.
    void pause() const noexcept {
        if (job_) job_->set_paused(true);
    }
    void resume() const noexcept {
        if (job_) job_->set_paused(false);
    }
    /// Its `on_done` was called, or is being called; true where there never was a call.
    bool over() const noexcept { return !job_ || job_->over(); }

  private:
    std::shared_ptr<job_signals> job_;
};

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
/// of the pump, and ends their call without a further callback. Streams take turns: one that is faster than its
/// consumer does not keep others waiting.
///
/// Constructing one does nothing, and cannot fail. Destroying one drops all calls without waiting: their callbacks are
/// never called, coroutines that wait for them never resumed (who owns them destroys them).
/// Credentials are found by the same chain as `client`'s: files are read on the spot, the rest is waited for.
/// **Thread safety:** of the thread that pumps; `async_call` is for all threads. In a forked child its calls end with
/// an error, and it can only be destroyed.
class async_client {
  public:
    /// Events of one stream that are handed over before others get their turn.
    static constexpr int events_a_turn = 64;

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
    /// The answer as the caller gets it; to be asked once.
    template <class Response>
    result<Response> read(result<call_answer> answer) {
        auto made = read_answer<Response>(what_, std::move(answer));
        if (watch_) watch_->ended(made);
        return made;
    }

  private:
    void turn() final {
        if (refused_) return end(unexpected{std::move(*refused_)});
        if (!watch_) watch_.emplace(client_, what_.name, what_.model_id);
        while (ask* const wanted = protocol_->step())
            if (!begin(*wanted)) return;
        end(conclude(*frame_, protocol_->take()));
    }
    void stop(http::failure why) final {
        if (refused_) return end(unexpected{std::move(*refused_)});
        protocol_.reset();
        end(conclude(*frame_, unexpected{retry::make_error(why)}));
    }
    void release() noexcept final {
        if (watch_) watch_->failed(make_error(errc::cancelled, "the call was dropped"));
        protocol_.reset();
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
        if (finish()) on_done_(this->template read<Response>(std::move(answer)));
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
        if (!core || !core->loop.is_open() || std::exchange(has_begun_, true)) return false;
        waiter_ = waiter;
        core->loop.start(std::move(self));
        return true;
    }
    result<Response> take() {
        if (!answer_) return fail(errc::cancelled, "the client is gone, or the answer was taken before");
        return *std::exchange(answer_, std::nullopt);
    }
    void give_up() noexcept {
        waiter_ = {};
        finish();
    }

  private:
    void end(result<call_answer> answer) override {
        if (!finish()) return;
        answer_.emplace(this->template read<Response>(std::move(answer)));
        if (waiter_) std::exchange(waiter_, {}).resume();
    }
    std::weak_ptr<async_core> core_;
    std::coroutine_handle<> waiter_{};
    std::optional<result<Response>> answer_;
    bool has_begun_ = false;
};

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

    /// To the next event or the end, as far as it goes without waiting.
    step advance() {
        if (opening_) {
            while (ask* const wanted = opening_->step())
                if (!begin(*wanted)) return step::asleep;
            auto got = opening_->take();
            opening_.reset();
            call_.take_opened(std::move(got));
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
    stream_call<Kind>& call() noexcept { return call_; }
    bool is_opening() const noexcept { return opening_.has_value(); }

    /// After a stop there is nothing but what has arrived, or not even that.
    void break_off(http::failure why) {
        bool const was_opening = is_opening();
        opening_.reset();
        if (!was_opening && why.code == errc::cancelled)
            call_.close(make_error(errc::cancelled, "the stream was cancelled"));
        else if (was_opening || signals()->paused())
            call_.close(retry::make_error(why));
        else
            call_.break_off(std::move(why));
    }

  private:
    void release() noexcept final {
        opening_.reset();
        call_.abandon();
    }

    stream_call<Kind> call_;
    std::optional<exchange<result<std::unique_ptr<http::transfer>>>> opening_;
    std::optional<receive_ask> more_;
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
            if (this->signals()->paused()) return;
            auto const next = this->advance();
            if (next == step::asleep) return;
            if (next == step::over) return end();
            bool go_on = true;
            if constexpr (std::is_void_v<std::invoke_result_t<OnEvent&, typename Kind::event const&>>)
                on_event_(this->call().event());
            else
                go_on = static_cast<bool>(on_event_(this->call().event()));
            if (!this->is_running()) return;  // the client is gone
            if (!go_on) this->signals()->cancel();
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
        if (this->over()) return true;
        auto const progress = this->call().next();
        if (progress == stream_progress::need_more) return false;
        if (progress == stream_progress::event) {
            --left_;
            current_ = &this->call().event();
        }
        return true;
    }
    /// False where nobody is there to resume the waiter.
    bool await(std::coroutine_handle<> waiter) {
        auto const core = core_.lock();
        if (!core || !core->loop.is_open()) {
            this->call().close(make_error(errc::cancelled, "the client is gone"));
            return false;
        }
        waiter_ = waiter;
        if (this->is_running())
            this->again();
        else
            core->loop.start(self_.lock());
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
        left_ = async_client::events_a_turn;
        step next{};
        do {
            next = this->over() ? step::over : this->advance();
            if (next == step::asleep) return;
            if (--left_ < 0) return this->again();
        } while (is_draining_ && next == step::event);
        current_ = next == step::event ? &this->call().event() : nullptr;
        if (next == step::over) this->finish();
        std::exchange(waiter_, {}).resume();
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
    return async_call(job_->signals());
}

inline std::shared_ptr<detail::async_core> async_client::core() {
    if (!core_) core_ = std::make_shared<detail::async_core>(std::move(options_), std::move(hooks_));
    return core_;
}

inline async_call async_client::start(std::shared_ptr<loop_job> job) {
    async_call made(job->signals());
    core()->loop.start(std::move(job));
    return made;
}

template <class OnDone>
async_call async_client::converse(converse_request const& request, call_options const& options, OnDone on_done) {
    return start(std::make_shared<detail::async_callback_job<converse_response, OnDone>>(
        *core(), detail::make_converse(request), options, std::move(on_done)));
}

inline async_answer<converse_response> async_client::converse(converse_request const& request,
                                                              call_options const& options) {
    return async_answer<converse_response>(
        std::make_shared<detail::async_answer_job<converse_response>>(core(), detail::make_converse(request), options));
}

inline async_answer<converse_response> async_client::converse(converse_request const& request) {
    call_options const none;
    return converse(request, none);
}

template <class OnEvent, class OnDone>
async_call async_client::converse_stream(converse_request const& request, call_options const& options, OnEvent on_event,
                                         OnDone on_done) {
    return start(std::make_shared<detail::async_push_job<converse_stream_kind, OnEvent, OnDone>>(
        *core(), detail::as_stream(detail::make_converse_stream(request)), options, std::move(on_event),
        std::move(on_done)));
}

inline async_event_reader async_client::open_stream(converse_request const& request, call_options const& options) {
    auto job = std::make_shared<detail::async_pull_job<converse_stream_kind>>(
        core(), detail::as_stream(detail::make_converse_stream(request)), options);
    job->set_self(job);
    return async_event_reader(std::move(job));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
