// Owns `event_reader`: a streamed answer that its caller pulls, event by event, and its outcome.
// Never runs by itself: all that happens, happens inside `next` and `finish` on the caller's thread.
#ifndef BEDROCK_STREAM_HPP
#define BEDROCK_STREAM_HPP

#include "bedrock/blocking.hpp"
#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine_pool.hpp"
#include "bedrock/error.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/partial.hpp"
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

/// What a ConverseStream is made of: its events, the response that they add up to and how they do, and where an error
/// keeps what had arrived.
struct converse_stream_kind {
    using event = stream_event;
    using response = converse_response;
    struct accumulator : message_accumulator {
        void begin(http::response_head const&) noexcept {}
    };
    static constexpr std::shared_ptr<response const> error::*partial = &error::partial;
};

/// An answer that is pulled while it is written:
///
///     auto events = client.open_stream(request);
///     while (auto const* event = events.next()) use(*event);
///     auto whole = std::move(events).finish();
///
/// Nothing is connected before the first `next()`. Between two calls nothing is received: a slow reader slows the
/// sender down. Destroying a stream that has not ended closes its connection.
/// A Kind has `event` (see `basic_stream_parser`), `response`, `partial`, and an `accumulator` with `begin` for the
/// answer's head, `add` for each event, and `take`, which gives the response.
/// **Thread safety:** one thread at a time; `cancel()` from any. **Lifetime:** free of the client and the request.
template <class Kind>
class basic_event_reader {
  public:
    using event_type = typename Kind::event;
    using response_type = typename Kind::response;

    basic_event_reader(basic_event_reader&&) noexcept = default;
    basic_event_reader& operator=(basic_event_reader&& other) noexcept = default;

    /// The next event, or null when there are no more: `finish()` then says how the stream ended.
    /// **Lifetime:** the event and its views, until the next `next()`.
    event_type const* next();

    /// Of ConverseStream alone: of the last event's tool use, all the input so far as valid JSON; null where the event
    /// is of no tool use:
    ///
    ///     while (auto const* event = events.next())
    ///         if (!event->tool_input().empty()) draw(events.partial_tool_input()->text());
    ///
    /// **Lifetime:** until the next `next()`. **Cost:** as `message_accumulator::partial_tool_input`.
    json::partial const* partial_tool_input();

    /// Reads what is left and gives the whole answer. **Errors:** whatever ended the stream; its `partial` (of chunks
    /// `partial_chunks`) holds what had arrived.
    result<response_type> finish() &&;

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
    basic_event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool, operation what,
                       call_options options, std::optional<error> refused);
    std::unique_ptr<state> state_;
};

/// Of ConverseStream.
using event_reader = basic_event_reader<converse_stream_kind>;

template <class Kind>
class basic_event_reader<Kind>::iterator {
  public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = event_type;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(basic_event_reader& source) : source_(&source), event_(source.next()) {}
    event_type const& operator*() const noexcept { return *event_; }
    event_type const* operator->() const noexcept { return event_; }
    iterator& operator++() {
        event_ = source_->next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(iterator const& at, std::default_sentinel_t) noexcept { return at.event_ == nullptr; }

  private:
    basic_event_reader* source_ = nullptr;
    event_type const* event_ = nullptr;
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
template <class Kind>
struct basic_event_reader<Kind>::state {
    using parser_type = basic_stream_parser<event_type>;

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
    state(state const&) = delete;
    state& operator=(state const&) = delete;
    ~state() {
        if (watch) end_watch(make_error(errc::cancelled, "the stream was dropped"));
    }

    event_type const* next();
    bool open();
    void close(error why);
    void end_watch(error why);
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
    std::optional<parser_type> parser;
    std::optional<call_watch> watch;  // from the opening to the end
    typename Kind::accumulator answer;
    bool opened = false;
    bool pending = false;  // the opening has decoded the first event already
    bool delivered = false;
    std::optional<error> failed;
    bool complete = false;
    response_type whole{};  // once complete
};

template <class Kind>
basic_event_reader<Kind>::basic_event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool,
                                             operation what, call_options options, std::optional<error> refused)
    : state_(std::make_unique<state>(std::move(client), std::move(pool), std::move(what), std::move(options))) {
    if (refused) state_->close(std::move(*refused));
}

// The opening ends at the first decoded event; until then the attempt may still be repeated.
template <class Kind>
exchange<std::optional<error>> basic_event_reader<Kind>::state::first_event(http::transfer& from) {
    if (auto why = check_stream_head(from.head); why.code != errc::none) co_return why;
    parser.emplace(client->options.frame_limits);
    for (;;) {
        auto const progress = parser->next(from, context());
        if (progress == stream_progress::failed) co_return parser->failure();
        if (progress != stream_progress::need_more) co_return std::nullopt;
        receive_ask more(from, true);
        co_await more;
    }
}

template <class Kind>
exchange<result<std::unique_ptr<http::transfer>>> basic_event_reader<Kind>::state::opening() {
    return open_streaming(*frame, [this](http::transfer& from) { return first_event(from); });
}

template <class Kind>
bool basic_event_reader<Kind>::state::open() {
    opened = true;
    watch.emplace(client, what.name, what.model_id);
    tools = pool->acquire();
    frame.emplace(call_frame{*client, options, tools->signer, what});
    runner.emplace(tools->engine, client->surroundings, cancel, choose_timeouts(client->options, options).total_ms);
    auto got = runner->run(opening());
    if (!got) {
        close(std::move(got).error());
        return false;
    }
    body = std::move(*got);
    answer.begin(body->head);
    if (parser->events() != 0) watch->first_event();
    pending = true;
    return true;
}

template <class Kind>
void basic_event_reader<Kind>::state::end_watch(error why) {
    if (frame) {
        why.attempts = frame->attempts;
        if (why.request_id.empty()) why.request_id = frame->request_id;
    }
    watch->received(parser->events(), parser->bytes());
    watch->failed(why);
    watch.reset();
}

template <class Kind>
void basic_event_reader<Kind>::state::close(error why) {
    if (frame) {
        why.attempts = frame->attempts;
        if (why.request_id.empty()) why.request_id = frame->request_id;
        detail::hide_secrets(why, frame->sent);
    }
    if (watch) end_watch(why);
    why.content_emitted = delivered;
    if (delivered) {
        auto partial = std::make_shared<response_type>(answer.take());
        partial->request_id = why.request_id;
        partial->attempts = why.attempts;
        why.*Kind::partial = std::move(partial);
    }
    failed = std::move(why);
    body.reset();
    runner.reset();
    tools = {};
}

template <class Kind>
typename basic_event_reader<Kind>::event_type const* basic_event_reader<Kind>::state::next() {
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
        auto const progress = first_is_here() ? stream_progress::event : parser->next(*body, context());
        switch (progress) {
            case stream_progress::event:
                delivered = true;
                answer.add(parser->event());
                return &parser->event();
            case stream_progress::complete:
                complete = true;
                whole = answer.take();
                whole.request_id = frame->request_id;
                whole.attempts = frame->attempts;
                watch->received(parser->events(), parser->bytes());
                watch->succeeded(whole);
                watch.reset();
                body.reset();
                runner.reset();
                tools = {};
                return nullptr;
            case stream_progress::failed:
                close(parser->failure());
                return nullptr;
            case stream_progress::need_more:
                if (auto why = runner->receive(*body, false)) {
                    body->ended = true;  // for the parser to report
                    body->end = std::move(why);
                }
        }
    }
}

template <class Kind>
typename Kind::event const* basic_event_reader<Kind>::next() {
    return state_->next();
}

template <class Kind>
json::partial const* basic_event_reader<Kind>::partial_tool_input() {
    auto& at = *state_;
    if (!at.delivered || at.failed || at.complete) return nullptr;
    return at.answer.partial_tool_input(at.parser->event().index());
}

template <class Kind>
result<typename Kind::response> basic_event_reader<Kind>::finish() && {
    auto& at = *state_;
    while (at.next()) {
    }
    if (at.failed) return unexpected{std::move(*at.failed)};
    return std::move(at.whole);
}

template <class Kind>
void basic_event_reader<Kind>::cancel() noexcept {
    state_->cancel.cancel();
}

template <class Kind>
cancellation basic_event_reader<Kind>::canceller() const noexcept {
    return state_->cancel;
}

template <class Kind>
typename basic_event_reader<Kind>::iterator basic_event_reader<Kind>::begin() {
    return iterator(*this);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
