// SPDX-License-Identifier: MIT
// Owns the runner that answers the asks of any number of protocols on one thread and one engine, on whatever loop that
// thread has. Never starts a thread, and never runs a job inside a callback of libcurl.
#ifndef BEDROCK_LOOP_HPP
#define BEDROCK_LOOP_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/loop/queue.hpp"
#include "bedrock/loop/signals.hpp"
#include "bedrock/loop/watches.hpp"
#include "bedrock/network.hpp"
#include "bedrock/os.hpp"
#include "bedrock/poll_set.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/running_clock.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/transfer_wait.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

class loop_runner;

/// Something that a loop runs: it gets a turn when there is something to do, and waits for one ask at a time between.
/// **Thread safety:** of its loop's thread alone; `shared_signals()` are for all. **Lifetime:** held by the loop until
/// it is finished or dropped.
class loop_job : private curl_transfer::listener, private loop_queue::entry {
  public:
    loop_job(loop_job const&) = delete;
    loop_job& operator=(loop_job const&) = delete;
    virtual ~loop_job() = default;

    std::shared_ptr<job_signals> const& shared_signals() const noexcept { return signals_; }

  protected:
    /// `total_ms` bounds it from its start on; 0: no bound.
    loop_job(loop_runner& loop, std::optional<cancellation> cancel, std::int64_t total_ms);

    /// Goes on: the ask that `begin` took is answered, or there was none. May come without a reason. What it throws
    /// ends the job and comes out of the loop: only a callback of the user's may.
    virtual void turn() = 0;
    /// Was cancelled, or its total clock ran out; what it waited for is given up. Told once for each.
    virtual void stop(http::failure why) = 0;
    /// Gives up protocols and transfers: the engine may go before the job does. Never called inside `turn` or `stop`.
    virtual void release() noexcept = 0;

    /// Takes an ask, which must stay where it is. True: it is answered already; false: `turn` comes when it is, or the
    /// job runs no longer. Where it throws it has taken nothing.
    bool begin(ask& wanted);
    /// Steps a protocol as far as it goes without waiting. Its result, once it has one; an exception is one too, and
    /// the protocol is destroyed then.
    template <class T>
    std::optional<result<T>> advance(std::optional<exchange<result<T>>>& protocol);
    /// Gets another turn, behind those of others.
    void again() noexcept;
    /// Gets no turn any more; true for the first time.
    bool finish() noexcept;
    /// Started, and neither finished nor dropped.
    bool is_running() const noexcept { return runner_ != nullptr; }
    /// An ask is not answered yet.
    bool is_waiting() const noexcept { return pending_ != nullptr; }
    /// Was cancelled, or its total clock has run out, and it was not told yet.
    http::failure stopped() noexcept;

  private:
    friend class loop_runner;
    void on_progress() noexcept final { again(); }

    std::shared_ptr<job_signals> signals_;
    std::optional<cancellation> cancel_;
    std::optional<cancellation::sleeper> sleeper_{};
    std::int64_t total_ms_;
    std::optional<http::network> network_{};  // the environment's until a protocol says another

    loop_runner* runner_ = nullptr;
    std::int64_t started_ms_ = 0;
    bool told_cancelled_ = false;
    bool told_total_ = false;

    ask* pending_ = nullptr;
    std::unique_ptr<curl_transfer> sent_{};  // of an ask that opens it
    std::optional<transfer_wait> waited_{};
    std::size_t before_ = 0;                   // bytes there were
    std::int64_t until_ms_ = deadline::never;  // of an ask that has a time of its own
    std::unique_ptr<os::child_process> child_{};
    std::array<int, 2> pipes_{-1, -1};  // of it, that are watched
    std::list<std::shared_ptr<loop_job>>::iterator place_{};
};

/// Runs jobs, each as far as it goes without waiting, one turn for each in a round.
///
/// Files are read and written on the spot; commands, pauses and other callers' results are waited for like sockets.
/// **Thread safety:** one thread at a time. **Lifetime:** engine and surroundings must outlive it; it must not be
/// destroyed inside one of its own functions (`close` may be called there).
class loop_runner final : private engine::watcher {
  public:
    loop_runner(engine& on, environment const& surroundings, loop_hooks hooks = {});
    loop_runner(loop_runner const&) = delete;
    loop_runner& operator=(loop_runner const&) = delete;
    ~loop_runner();

    /// Takes a job; its first turn comes in the next round.
    void start(std::shared_ptr<loop_job> job);
    /// Nothing more of it is run.
    void drop(loop_job& job) noexcept;
    /// Drops all, and takes no more.
    void close() noexcept;

    /// Waits until there is something to do, at most so many milliseconds (negative: however long), then does what
    /// there is to do, one turn a job. Returns at once where no job is under way, inside a job's turn, and with hooks.
    /// Gives the jobs that are under way then.
    std::size_t pump(std::int64_t timeout_ms);
    /// For loops with hooks: a descriptor is ready (errors and hang-ups count as all it is watched for).
    void on_ready(descriptor which, int events);
    /// For loops with hooks: the time of the timer has come.
    void on_timer();

    std::size_t jobs() const noexcept { return jobs_.size(); }
    /// Takes jobs: false behind `close`.
    bool is_open() const noexcept { return is_open_; }

  private:
    friend class loop_job;
    /// Also where an exception of the user's passes: the other jobs go on.
    struct settle_at_end {
        loop_runner& on;
        ~settle_at_end() { on.settle(); }
    };
    void watch(engine::socket_type which, int events) override { watches_.note(which, events); }
    void set_timer(long milliseconds) override;
    void release(engine::socket_type which) noexcept override { watches_.release(which); }

    bool begin(loop_job& job, ask& wanted);
    bool take(loop_job& job, ask& wanted);
    bool start_transfer(loop_job& job, http::request what, bool whole);
    bool start_process(loop_job& job, process_ask& wanted);
    bool check_job(loop_job& job);
    bool check_transfer(loop_job& job);
    bool check_process(loop_job& job, process_ask& wanted);
    bool check_time(loop_job& job, bool is_there);
    void answered(loop_job& job) noexcept;
    void give_up_wait(loop_job& job) noexcept;
    void watch_pipes(loop_job& job, std::array<int, 2> pipes);
    http::failure stopped(loop_job& job);
    deadline::running_clock total_clock(loop_job const& job) const;

    void dispatch(descriptor which, int events);
    void round();
    void give_turn(loop_job& job, bool is_alive);
    http::failure look(loop_job& job, bool is_alive, bool& has_come);
    void collect_wakes();
    std::int64_t next_due() const noexcept;
    void settle() noexcept;
    void tell_changes() { watches_.tell(has_listener()); }
    // A forked child may share the descriptor that the parent's loop sleeps on.
    bool has_listener() const noexcept { return is_open_ && engine_.is_alive(); }
    std::int64_t now() const { return surroundings_.steady_milliseconds(); }

    engine& engine_;
    environment const& surroundings_;
    loop_watches watches_;
    std::shared_ptr<bell> bell_ = detail::share_new<bell>();
    std::list<std::shared_ptr<loop_job>> jobs_;
    loop_queue queue_;
    std::map<descriptor, loop_job*> pipes_;
    std::int64_t engine_due_ms_ = deadline::never;
    std::int64_t told_due_ms_ = deadline::never;
    loop_job const* current_ = nullptr;
    bool is_open_ = true;
    bool is_closing_ = false;
    bool is_heard_ = false;  // the bell is watched
    bool is_working_ = false;
};

/// A job that is a protocol, and what is done with its result.
/// A Done is called with `result<T>`, once, unless the job is dropped before.
template <class T, class Done>
class exchange_job final : public loop_job {
  public:
    exchange_job(loop_runner& loop, exchange<result<T>> protocol, Done done,
                 std::optional<cancellation> cancel = std::nullopt, std::int64_t total_ms = 0)
        : loop_job(loop, std::move(cancel), total_ms), protocol_(std::move(protocol)), done_(std::move(done)) {}

  private:
    void turn() override {
        if (auto outcome = advance(protocol_)) end(std::move(*outcome));
    }
    void stop(http::failure why) override {
        protocol_.reset();
        end(unexpected{retry::make_error(why)});
    }
    void release() noexcept override { protocol_.reset(); }
    void end(result<T> value) {
        if (finish()) done_(std::move(value));
    }

    std::optional<exchange<result<T>>> protocol_;
    Done done_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline http::failure current_exception_failure() noexcept {
    auto thrown = current_exception_error();
    return {thrown.code, false, std::move(thrown.message)};
}

}  // namespace detail

inline loop_job::loop_job(loop_runner& loop, std::optional<cancellation> cancel, std::int64_t total_ms)
    : signals_(detail::share_new<job_signals>(loop.bell_)), cancel_(std::move(cancel)), total_ms_(total_ms) {}

inline bool loop_job::begin(ask& wanted) {
    return runner_ && runner_->begin(*this, wanted);
}

template <class T>
std::optional<result<T>> loop_job::advance(std::optional<exchange<result<T>>>& protocol) {
#if BEDROCK_EXCEPTIONS
    try {
#endif
        while (ask* const wanted = protocol->step())
            if (!begin(*wanted)) return std::nullopt;
        return protocol->take();
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        protocol.reset();
        return unexpected{detail::current_exception_error()};
    }
#endif
}

inline void loop_job::again() noexcept {
    if (runner_) runner_->queue_.enqueue(*this);
}

inline bool loop_job::finish() noexcept {
    if (!runner_) return false;
    runner_->drop(*this);
    return true;
}

inline http::failure loop_job::stopped() noexcept {
    if (!runner_) return {};
#if BEDROCK_EXCEPTIONS
    try {
        return runner_->stopped(*this);
    } catch (...) {
        return detail::current_exception_failure();
    }
#else
    return runner_->stopped(*this);
#endif
}

inline loop_runner::loop_runner(engine& on, environment const& surroundings, loop_hooks hooks)
    : engine_(on), surroundings_(surroundings), watches_(std::move(hooks)) {
    engine_.set_watcher(this);
}

inline loop_runner::~loop_runner() {
    close();
}

inline void loop_runner::close() noexcept {
    if (!is_open_ || is_closing_) return;
    is_closing_ = true;  // an observer that hears of the end of a call may ask for another one
    while (!jobs_.empty()) drop(*jobs_.back());
    tell_changes();
    // What the job that has its turn still holds is closed later, when nobody watches it any more.
    engine_.set_watcher(nullptr);
    watches_.tell_end(has_listener());
    auto const& set_timer = watches_.hooks().set_timer;
    if (set_timer && told_due_ms_ != deadline::never && engine_.is_alive()) set_timer(-1);
    is_open_ = false;
}

// ---- jobs

// What may fail comes first: a job that was not taken is not run.
inline void loop_runner::start(std::shared_ptr<loop_job> job) {
    if (!is_open_ || is_closing_ || job->runner_) return;
    auto& on = *job;
    bell_->open();
    if (!is_heard_ && bell_->is_open()) {
        watches_.note(bell_->ear(), poll_set::readable);
        is_heard_ = true;
    }
    queue_.prepare(on);
    on.started_ms_ = now();
    on.place_ = jobs_.insert(jobs_.end(), std::move(job));
    on.runner_ = this;
    if (on.cancel_) on.sleeper_.emplace(*on.cancel_, on.signals_);
    queue_.enqueue(on);
    if (!is_working_) settle();
}

inline void loop_runner::drop(loop_job& job) noexcept {
    if (job.runner_ != this) return;
    give_up_wait(job);
    queue_.dequeue(job);
    queue_.disarm(job);
    job.sleeper_.reset();
    job.runner_ = nullptr;
    job.signals_->over_.store(true);
    {
        auto const gone = std::move(*job.place_);
        jobs_.erase(job.place_);
        if (current_ != &job) job.release();
    }
    if (!is_working_) settle();
}

// ---- asks

inline deadline::running_clock loop_runner::total_clock(loop_job const& job) const {
    deadline::running_clock clock;
    clock.also(job.started_ms_, job.told_total_ ? 0 : job.total_ms_, deadline::total, "the call did not end");
    return clock;
}

inline http::failure loop_runner::stopped(loop_job& job) {
    if (!job.told_cancelled_ && (job.signals_->cancelled() || (job.cancel_ && job.cancel_->cancelled()))) {
        job.told_cancelled_ = true;
        return {errc::cancelled, false, "the call was cancelled"};
    }
    auto const clock = total_clock(job);
    if (clock.deadline_ms == deadline::never || now() < clock.deadline_ms) return {};
    job.told_total_ = true;
    return clock.expired({}, false);
}

inline bool loop_runner::begin(loop_job& job, ask& wanted) {
#if BEDROCK_EXCEPTIONS
    try {
        return take(job, wanted);
    } catch (...) {
        give_up_wait(job);
        throw;
    }
#else
    return take(job, wanted);
#endif
}

inline bool loop_runner::take(loop_job& job, ask& wanted) {
    job.pending_ = &wanted;
    job.until_ms_ = deadline::never;
    switch (wanted.kind) {
        case ask_kind::http:
            return start_transfer(job, std::move(static_cast<http_ask&>(wanted).request), true);
        case ask_kind::open:
            return start_transfer(job, std::move(static_cast<open_ask&>(wanted).request), false);
        case ask_kind::receive: {
            auto& more = static_cast<receive_ask&>(wanted);
            auto& on = static_cast<curl_transfer&>(more.from);
            job.before_ = on.buffer.size();
            on.want_more();
            job.waited_.emplace(on, more.first_event, now());
            return check_job(job);
        }
        case ask_kind::pause:
            job.until_ms_ = deadline::after_ms(now(), static_cast<pause_ask&>(wanted).milliseconds);
            return check_job(job);
        case ask_kind::file:
            os::read_file(static_cast<file_ask&>(wanted));
            break;
        case ask_kind::replace:
            os::replace_file(static_cast<replace_ask&>(wanted));
            break;
        case ask_kind::process:
            return start_process(job, static_cast<process_ask&>(wanted));
        case ask_kind::wait: {
            auto& other = static_cast<wait_ask&>(wanted);
            if (!other.on->add_sleeper(job.signals_)) break;
            if (other.timeout_ms > 0) job.until_ms_ = deadline::after_ms(now(), other.timeout_ms);
            return check_job(job);
        }
        case ask_kind::network:
            job.network_ = std::move(static_cast<network_ask&>(wanted).how);
            break;
    }
    job.pending_ = nullptr;
    return true;
}

inline bool loop_runner::start_transfer(loop_job& job, http::request what, bool whole) {
    if (!job.network_) job.network_ = network_of(surroundings_);
    apply_network(*job.network_, what);
    auto const time = now();
    job.sent_ = engine_.start(std::move(what), whole, time);
    job.sent_->set_listener(&job);
    job.waited_.emplace(*job.sent_, !whole, time);
    return check_job(job);
}

inline bool loop_runner::start_process(loop_job& job, process_ask& wanted) {
    job.child_ = std::make_unique<os::child_process>();
    wanted.error_output = job.child_->start(wanted.command);
    if (!wanted.error_output.empty()) {
        wanted.failure = process_failure::not_started;
        answered(job);
        return true;
    }
    job.until_ms_ = deadline::after_ms(now(), wanted.timeout_ms);
    return check_job(job);
}

inline void loop_runner::answered(loop_job& job) noexcept {
    job.pending_ = nullptr;
    job.waited_.reset();
    job.child_.reset();
}

/// Whether what the job waits for has come; if not, when to look again is set.
inline bool loop_runner::check_job(loop_job& job) {
    switch (job.pending_->kind) {
        case ask_kind::http:
        case ask_kind::open:
        case ask_kind::receive:
            return check_transfer(job);
        case ask_kind::process:
            return check_process(job, static_cast<process_ask&>(*job.pending_));
        case ask_kind::wait: {
            auto& other = static_cast<wait_ask&>(*job.pending_);
            if (!check_time(job, other.on->ready())) return false;
            other.on->remove_sleeper(job.signals_);
            return true;
        }
        default:
            return check_time(job, false);
    }
}

inline bool loop_runner::check_time(loop_job& job, bool is_there) {
    if (is_there || now() >= job.until_ms_) {
        answered(job);
        return true;
    }
    queue_.arm(job, job.until_ms_);
    return false;
}

inline bool loop_runner::check_transfer(loop_job& job) {
    auto const kind = job.pending_->kind;
    auto& on = kind == ask_kind::receive ? static_cast<curl_transfer&>(static_cast<receive_ask&>(*job.pending_).from)
                                         : *job.sent_;
    bool const is_there = on.ended || (kind == ask_kind::open && on.head_complete()) ||
                          (kind == ask_kind::receive && on.buffer.size() > job.before_);
    http::failure why;
    if (!is_there) {
        auto const time = now();
        auto const clock = job.waited_->clock(total_clock(job), time);
        if (time < clock.deadline_ms) {
            queue_.arm(job, job.waited_->next_look_ms(clock, time));
            return false;
        }
        why = job.waited_->expired(clock);
    }
    auto& wanted = *job.pending_;
    answered(job);
    if (kind == ask_kind::http)
        answer_by(static_cast<http_ask&>(wanted), *std::exchange(job.sent_, nullptr), std::move(why));
    else if (kind == ask_kind::open)
        answer_by(static_cast<open_ask&>(wanted), std::exchange(job.sent_, nullptr), std::move(why));
    else
        answer_by(static_cast<receive_ask&>(wanted), std::move(why));
    return true;
}

inline bool loop_runner::check_process(loop_job& job, process_ask& wanted) {
    watch_pipes(job, {-1, -1});  // before they are closed
    bool const ended = job.child_->collect(wanted);
    auto const time = now();
    if (!ended && time < job.until_ms_) {
        watch_pipes(job, job.child_->pipes());
        queue_.arm(job, (std::min)(time + job.child_->interval_ms(), job.until_ms_));
        return false;
    }
    if (!ended) wanted.failure = process_failure::timed_out;
    answered(job);
    return true;
}

inline void loop_runner::watch_pipes(loop_job& job, std::array<int, 2> pipes) {
    for (int& old : job.pipes_) {
        if (old < 0) continue;
        pipes_.erase(static_cast<descriptor>(old));
        watches_.note(static_cast<descriptor>(old), 0);
        old = -1;
    }
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        if (pipes[i] < 0) continue;
        auto const fresh = static_cast<descriptor>(pipes[i]);
        pipes_.emplace(fresh, &job);
        job.pipes_[i] = pipes[i];
        watches_.note(fresh, poll_set::readable);
    }
    tell_changes();
}

inline void loop_runner::give_up_wait(loop_job& job) noexcept {
    auto* const pending = std::exchange(job.pending_, nullptr);
    if (!pending) return;
    if (pending->kind == ask_kind::wait) static_cast<wait_ask*>(pending)->on->remove_sleeper(job.signals_);
    if (job.child_) watch_pipes(job, {-1, -1});
    job.child_.reset();
    job.waited_.reset();
    job.sent_.reset();
}

// ---- the round

inline void loop_runner::set_timer(long milliseconds) {
    engine_due_ms_ = milliseconds < 0 ? deadline::never : deadline::after_ms(now(), milliseconds);
}

inline std::int64_t loop_runner::next_due() const noexcept {
    return queue_.next() ? 0 : (std::min)(engine_due_ms_, queue_.first_due_ms());
}

inline std::size_t loop_runner::pump(std::int64_t timeout_ms) {
    if (is_working_ || jobs_.empty()) return jobs_.size();
    if (watches_.hooks().watch) {
        on_timer();
        return jobs_.size();
    }
    auto const due = next_due();
    auto const longest = timeout_ms < 0 ? deadline::never : timeout_ms;
    // In a forked child nothing will come of what the parent waits for.
    auto const nap = due == 0 || !engine_.is_alive() ? 0 : (std::min)(longest, deadline::left_ms(due, now()));
    auto const found = watches_.wait(nap);
    settle_at_end const at_end{*this};
    detail::scoped_mark const working(is_working_);
    for (auto const& [which, events] : found) dispatch(which, events);
    round();
    return jobs_.size();
}

inline void loop_runner::on_ready(descriptor which, int events) {
    if (is_working_ || !is_open_) return;
    settle_at_end const at_end{*this};
    detail::scoped_mark const working(is_working_);
    dispatch(which, events);
    round();
}

inline void loop_runner::on_timer() {
    if (is_working_ || !is_open_) return;
    told_due_ms_ = deadline::never;
    settle_at_end const at_end{*this};
    detail::scoped_mark const working(is_working_);
    round();
}

inline void loop_runner::dispatch(descriptor which, int events) {
    if (which == bell_->ear()) {
        if (engine_.is_alive()) bell_->silence();  // in a forked child, what is in the pipe is for the parent
    } else if (auto const found = pipes_.find(which); found != pipes_.end()) {
        queue_.enqueue(*found->second);
    } else {
        engine_.act(which, events);
    }
}

inline void loop_runner::round() {
    bool const is_alive = engine_.is_alive();
    if (now() >= engine_due_ms_ || !is_alive) {
        engine_due_ms_ = deadline::never;
        engine_.act_on_timer();
    }
    collect_wakes();
    queue_.ring(now());
    for (auto turns = queue_.turns(); turns != 0 && queue_.next(); --turns)
        give_turn(static_cast<loop_job&>(*queue_.next()), is_alive);
}

inline void loop_runner::collect_wakes() {
    if (!bell_->take()) return;
    for (auto const& job : jobs_)
        if (job->signals_->woken_.exchange(false)) queue_.enqueue(*job);
}

inline void loop_runner::give_turn(loop_job& job, bool is_alive) {
    std::shared_ptr<loop_job> const held = *job.place_;
    queue_.dequeue(job);
    current_ = &job;
    struct turn_end {
        loop_runner& on;
        loop_job& job;
        bool is_whole = false;
        ~turn_end() {
            if (!is_whole) on.drop(job);  // an exception of the user's
            on.current_ = nullptr;
            if (!job.runner_) job.release();
        }
    } end{*this, job};
    bool has_come = false;
    http::failure why;
#if BEDROCK_EXCEPTIONS
    try {
        why = look(job, is_alive, has_come);
    } catch (...) {
        why = detail::current_exception_failure();
    }
#else
    why = look(job, is_alive, has_come);
#endif
    if (why) {
        give_up_wait(job);
        job.stop(std::move(why));
    } else if (has_come) {
        job.turn();
    }
    end.is_whole = true;
}

// Whether what the job waits for has come, or why it must stop.
inline http::failure loop_runner::look(loop_job& job, bool is_alive, bool& has_come) {
    queue_.arm(job, total_clock(job).deadline_ms);
    if (auto why = stopped(job)) return why;
    if (!bell_->is_open())
        return {errc::transport, false, std::string("the loop cannot be woken: ") + detail::no_descriptors};
    if (!is_alive)
        return {errc::transport, false,
                "this process was forked while the call was under way: its response is the parent's, make a new client "
                "and send the request again"};
    has_come = !job.pending_ || check_job(job);
    return {};
}

// Nothing here needs memory, and hooks do not throw.
inline void loop_runner::settle() noexcept {
    tell_changes();
    auto const& set_timer = watches_.hooks().set_timer;
    if (!set_timer || !has_listener()) return;
    auto const due = jobs_.empty() ? deadline::never : next_due();
    if (due < told_due_ms_ || (due == deadline::never && told_due_ms_ != deadline::never)) {
        told_due_ms_ = due;
        set_timer(due == deadline::never ? -1 : (std::max)(std::int64_t{0}, due - now()));
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
