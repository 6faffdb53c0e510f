// SPDX-License-Identifier: MIT
// Owns `event_reader`: a streamed answer that its caller pulls, event by event, and its outcome.
// Never runs by itself: all that happens, happens inside `next` and `finish` on the caller's thread.
#ifndef BEDROCK_STREAM_HPP
#define BEDROCK_STREAM_HPP

#include "bedrock/blocking.hpp"
#include "bedrock/call.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine_pool.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/stream_call.hpp"
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
/// A Kind is as of `stream_call`.
/// An exception ends the stream: std::bad_alloc with errc::out_of_memory, one of an observer or of a credentials
/// provider with errc::callback_failed. These may destroy the client and the reader, and must not call it.
/// **Thread safety:** one thread at a time; `cancel()` from any. **Lifetime:** free of the client and the request.
template <class Kind>
class basic_event_reader {
  public:
    using event_type = typename Kind::event;
    using response_type = typename Kind::response;

    basic_event_reader(basic_event_reader&&) noexcept = default;
    basic_event_reader& operator=(basic_event_reader&& other) noexcept = default;
    ~basic_event_reader();

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
    template <class>
    friend class basic_client;
    struct state;
    struct use;
    struct closer {
        void operator()(state* of) const noexcept;
    };
    basic_event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool, operation what,
                       call_options options, std::optional<error> refused);
    std::unique_ptr<state, closer> state_;
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
    state(std::shared_ptr<client_state> owner, std::shared_ptr<engine_pool> from, operation work, call_options given)
        : client(std::move(owner)), pool(std::move(from)), call(client, std::move(work), std::move(given)) {
        auto const& by = call.options().cancel;
        if (!by) return;
        by_caller.emplace(*by, detail::share_new<detail::cancels_too>(cancel));
        if (by->cancelled()) cancel.cancel();
    }

    event_type const* pull();
    bool step();
    void open();
    void end();

    std::shared_ptr<client_state> client;
    std::shared_ptr<engine_pool> pool;
    cancellation cancel;  // of this stream alone: the caller's handle may be many calls'
    std::optional<cancellation::sleeper> by_caller;
    engine_pool::lease tools;
    std::optional<blocking_runner> runner;
    stream_call<Kind> call;  // after the tools: its transfer goes before its engine does
    bool is_busy = false;
    bool is_orphaned = false;  // the reader was destroyed inside one of the functions that this calls
};

// For as long as something is called that may destroy the reader.
template <class Kind>
struct basic_event_reader<Kind>::use {
    explicit use(state& one) noexcept : of(one) { of.is_busy = true; }
    use(use const&) = delete;
    use& operator=(use const&) = delete;
    ~use() {
        of.is_busy = false;
        if (of.is_orphaned) delete &of;
    }
    state& of;
};

template <class Kind>
void basic_event_reader<Kind>::closer::operator()(state* of) const noexcept {
    if (!of->is_busy) {
        delete of;
        return;
    }
    of->is_orphaned = true;
    of->cancel.cancel();
}

template <class Kind>
basic_event_reader<Kind>::basic_event_reader(std::shared_ptr<client_state> client, std::shared_ptr<engine_pool> pool,
                                             operation what, call_options options, std::optional<error> refused)
    : state_(new state(std::move(client), std::move(pool), std::move(what), std::move(options))) {
    if (refused) state_->call.close(std::move(*refused));
}

// Not in the class: who takes the reader from elsewhere need not compile what a stream is made of.
template <class Kind>
basic_event_reader<Kind>::~basic_event_reader() = default;

template <class Kind>
void basic_event_reader<Kind>::state::open() {
    tools = pool->acquire();
    runner.emplace(tools->engine, client->surroundings, cancel, call.total_ms());
    call.take_opened(runner->run(call.open(tools->signer)));
}

template <class Kind>
void basic_event_reader<Kind>::state::end() {
    runner.reset();
    tools = {};
}

// True: there is an event.
template <class Kind>
bool basic_event_reader<Kind>::state::step() {
    if (cancel.cancelled()) {
        call.close(make_error(errc::cancelled, "the stream was cancelled"));
    } else if (!call.is_open()) {
        open();
    } else if (auto const progress = call.next(); progress == stream_progress::event) {
        return true;
    } else if (progress == stream_progress::need_more) {
        if (auto why = runner->receive(call.body(), false)) call.break_off(std::move(why));
    }
    return false;
}

// Null also where the reader was destroyed meanwhile.
template <class Kind>
typename basic_event_reader<Kind>::event_type const* basic_event_reader<Kind>::state::pull() {
    while (!call.over()) {
#if BEDROCK_EXCEPTIONS
        try {
#endif
            if (step() && !is_orphaned) return &call.event();
#if BEDROCK_EXCEPTIONS
        } catch (...) {
            if (tools) tools->engine.spoil();
            call.close(detail::current_exception_error());
        }
#endif
    }
    end();
    return nullptr;
}

template <class Kind>
typename Kind::event const* basic_event_reader<Kind>::next() {
    if (state_->is_busy) return nullptr;
    use const here(*state_);
    return here.of.pull();
}

template <class Kind>
json::partial const* basic_event_reader<Kind>::partial_tool_input() {
    return state_->call.partial_tool_input();
}

template <class Kind>
result<typename Kind::response> basic_event_reader<Kind>::finish() && {
    auto& on = *state_;
    if (on.is_busy)
        return fail(errc::invalid_input, "finish() was called by an observer or a provider of the stream itself");
    use const here(on);
    while (on.pull()) {
    }
    return on.call.take_outcome();
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
