// Owns `event_reader`: a ConverseStream that its caller pulls, event by event, and its outcome.
// Never runs by itself: all that happens, happens inside `next` and `finish` on the caller's thread.
#ifndef BEDROCK_STREAM_HPP
#define BEDROCK_STREAM_HPP

#include "bedrock/blocking.hpp"
#include "bedrock/call.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine_pool.hpp"
#include "bedrock/model/accumulator.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/stream_parser.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// An answer that is pulled while it is written:
///
///     auto events = client.open_stream(request);
///     while (auto const* event = events.next()) use(*event);
///     auto whole = std::move(events).finish();
///
/// Nothing is connected before the first `next()`. Between two calls nothing is received: a slow reader slows the
/// sender down. Destroying a stream that has not ended closes its connection.
/// **Thread safety:** one thread at a time; `cancel()` from any. **Lifetime:** free of the client and the request.
class event_reader {
  public:
    event_reader(event_reader&&) noexcept = default;
    event_reader& operator=(event_reader&& other) noexcept = default;

    /// The next event, or null when there are no more: `finish()` then says how the stream ended.
    /// **Lifetime:** the event and its views, until the next `next()`.
    stream_event const* next();

    /// Reads what is left and gives the whole answer. **Errors:** whatever ended the stream; `error::partial` holds
    /// what had arrived.
    result<converse_response> finish() &&;

    /// Ends the stream with errc::cancelled, from any thread: the call that waits returns at once.
    void cancel() noexcept;
    /// A handle that cancels this stream and may outlive it.
    cancellation canceller() const noexcept;

    /// For `for (auto const& event : events)`; `finish()` afterwards as ever.
    class iterator;
    iterator begin();
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    friend class client;
    struct state;
    event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool, operation what,
                 call_options options, std::optional<error> refused);
    std::unique_ptr<state> state_;
};

class event_reader::iterator {
  public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = stream_event;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(event_reader& source) : source_(&source), event_(source.next()) {}
    stream_event const& operator*() const noexcept { return *event_; }
    stream_event const* operator->() const noexcept { return event_; }
    iterator& operator++() {
        event_ = source_->next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(iterator const& at, std::default_sentinel_t) noexcept { return at.event_ == nullptr; }

  private:
    event_reader* source_ = nullptr;
    stream_event const* event_ = nullptr;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Passes a cancellation on, in one direction.
class cancels_too final : public waker {
  public:
    explicit cancels_too(cancellation const& also) : also_(also) {}
    void wake() noexcept override { also_.cancel(); }

  private:
    cancellation also_;
};

}  // namespace detail

// On the heap, so that a reader may move while its parts refer to each other.
struct event_reader::state {
    state(std::shared_ptr<client_state> owner, std::shared_ptr<engine_pool> from, operation work, call_options given)
        : client(std::move(owner)),
          pool(std::move(from)),
          what(std::move(work)),
          options(std::move(given)),
          parser(client->options.frame_limits) {
        if (!options.cancel) return;
        by_caller.emplace(*options.cancel, std::make_shared<detail::cancels_too>(cancel));
        if (options.cancel->cancelled()) cancel.cancel();
    }

    stream_event const* next();
    bool open();
    void close(error why);
    exchange<std::optional<error>> first_event(http::transfer& from);
    exchange<result<std::unique_ptr<http::transfer>>> opening();
    error_context context() const { return {action, what.model_id, {}, false}; }
    bool first_is_here() noexcept { return std::exchange(pending, false) && parser->events() != 0; }

    std::shared_ptr<client_state> client;
    std::shared_ptr<engine_pool> pool;
    operation what;
    call_options options;
    cancellation cancel;  // of this stream alone: the caller's handle may be many calls'
    std::optional<cancellation::sleeper> by_caller;
    std::string action = find_iam_action(what.name);

    engine_pool::lease tools;
    std::optional<call_frame> frame;
    std::optional<blocking_runner> runner;
    std::unique_ptr<http::transfer> body;  // after the tools: it goes before its engine does
    std::optional<stream_parser> parser;
    message_accumulator answer;
    bool opened = false;
    bool pending = false;  // the opening has decoded the first event already
    bool delivered = false;
    std::optional<error> failed;
    bool complete = false;
};

inline event_reader::event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool,
                                  operation what, call_options options, std::optional<error> refused)
    : state_(std::make_unique<state>(std::move(client), std::move(pool), std::move(what), std::move(options))) {
    if (refused) state_->close(std::move(*refused));
}

// The opening ends at the first decoded event; until then the attempt may still be repeated.
inline exchange<std::optional<error>> event_reader::state::first_event(http::transfer& from) {
    if (auto why = check_stream_head(from.head); why.code != errc::none) co_return why;
    parser.emplace(client->options.frame_limits);
    for (;;) {
        auto const progress = parser->next(from, context());
        if (progress == stream_parser::progress::failed) co_return parser->failure();
        if (progress != stream_parser::progress::need_more) co_return std::nullopt;
        receive_ask more(from, true);
        co_await more;
    }
}

inline exchange<result<std::unique_ptr<http::transfer>>> event_reader::state::opening() {
    return open_streaming(*frame, [this](http::transfer& from) { return first_event(from); });
}

inline bool event_reader::state::open() {
    opened = true;
    tools = pool->acquire();
    frame.emplace(call_frame{*client, options, tools->signer, what});
    runner.emplace(tools->engine, client->surroundings, cancel, choose_timeouts(client->options, options).total_ms);
    auto got = runner->run(opening());
    if (!got) {
        close(std::move(got).error());
        return false;
    }
    body = std::move(*got);
    pending = true;
    return true;
}

inline void event_reader::state::close(error why) {
    if (frame) {
        why.attempts = frame->attempts;
        if (why.request_id.empty()) why.request_id = frame->request_id;
    }
    why.content_emitted = delivered;
    if (delivered) {
        auto partial = std::make_shared<converse_response>(answer.take());
        partial->request_id = why.request_id;
        partial->attempts = why.attempts;
        why.partial = std::move(partial);
    }
    failed = std::move(why);
    body.reset();
    runner.reset();
    tools = {};
}

inline stream_event const* event_reader::state::next() {
    if (failed || complete) return nullptr;
    for (;;) {
        if (cancel.cancelled()) {
            close(make_error(errc::cancelled, "the stream was cancelled"));
            return nullptr;
        }
        if (!opened) {
            if (!open()) return nullptr;
            continue;
        }
        auto const progress = first_is_here() ? stream_parser::progress::event : parser->next(*body, context());
        switch (progress) {
            case stream_parser::progress::event:
                delivered = true;
                answer.add(parser->event());
                return &parser->event();
            case stream_parser::progress::complete:
                complete = true;
                body.reset();
                runner.reset();
                tools = {};
                return nullptr;
            case stream_parser::progress::failed:
                close(parser->failure());
                return nullptr;
            case stream_parser::progress::need_more:
                if (auto why = runner->receive(*body, false)) {
                    body->ended = true;  // for the parser to report
                    body->end = std::move(why);
                }
        }
    }
}

inline stream_event const* event_reader::next() {
    return state_->next();
}

inline result<converse_response> event_reader::finish() && {
    auto& at = *state_;
    while (at.next()) {
    }
    if (at.failed) return unexpected{std::move(*at.failed)};
    auto whole = at.answer.take();
    whole.request_id = at.frame->request_id;
    whole.attempts = at.frame->attempts;
    return whole;
}

inline void event_reader::cancel() noexcept {
    state_->cancel.cancel();
}

inline cancellation event_reader::canceller() const noexcept {
    return state_->cancel;
}

inline event_reader::iterator event_reader::begin() {
    return iterator(*this);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
