// SPDX-License-Identifier: MIT
// Owns `agent_stream`: a streamed answer pulled as an agent's events, its end among them whatever it is.
// Never runs by itself, and never hides an end: one `done` or one `error` is the last event of every stream.
#ifndef BEDROCK_AGENT_STREAM_HPP
#define BEDROCK_AGENT_STREAM_HPP

#include "bedrock/agent_view.hpp"
#include "bedrock/config.hpp"
#include "bedrock/exception_error.hpp"

#include <cstddef>
#include <span>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// The events of a reader (`event_reader`: what `client::open_stream` gives) for an agent:
///
///     agent_stream events(client.open_stream(request), {.prices = {.input = 3, .output = 15}});
///     while (auto const* event = events.next()) show(*event);
///
/// As the reader, it does nothing before the first `next()`. Refused requests, broken, cancelled and timed-out streams
/// end in an `error` event like all others. Destroying it closes the connection.
/// A Reader has `next()`, `finish() &&` and `cancel()` as `basic_event_reader` has them.
/// **Thread safety:** one thread at a time; `cancel()` from any.
template <class Reader>
class agent_stream {
  public:
    explicit agent_stream(Reader reader, agent_options options = {}) : reader_(std::move(reader)), fold_(options) {}

    /// The next event, or null behind the last. **Lifetime:** the event and its views, until the next `next()`.
    agent_event const* next();

    /// As `agent_fold` has it, for the place that a `toolcall_delta` names.
    json::partial const* partial_tool_input(std::size_t content_index) {
        return fold_.partial_tool_input(content_index);
    }

    /// So far; as it ended, behind the last event.
    agent_message const& message() const noexcept { return fold_.message(); }
    /// The message, moved out, behind the last event.
    agent_message take() { return fold_.take(); }

    /// Ends the stream with an `error` event of `agent_stop::aborted`, from any thread.
    void cancel() noexcept { reader_.cancel(); }

  private:
    std::span<agent_event const> pull();
    std::span<agent_event const> pull_guarded();

    Reader reader_;
    agent_fold fold_;
    std::span<agent_event const> given_;
    std::size_t at_ = 0;
    bool has_thrown_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class Reader>
agent_event const* agent_stream<Reader>::next() {
    while (at_ == given_.size()) {
        if (fold_.ended()) return nullptr;
        given_ = {};
        at_ = 0;
        given_ = pull_guarded();
    }
    return &given_[at_++];
}

// Without the event that an exception came with, the message has a hole: an `error` event is the next, and the last.
template <class Reader>
std::span<agent_event const> agent_stream<Reader>::pull_guarded() {
    if (has_thrown_) return fold_.fail(detail::out_of_memory_error());
#if BEDROCK_EXCEPTIONS
    try {
        return pull();
    } catch (...) {
        has_thrown_ = true;
        reader_.cancel();
        throw;
    }
#else
    return pull();
#endif
}

template <class Reader>
std::span<agent_event const> agent_stream<Reader>::pull() {
    if (auto const* const event = reader_.next()) {
        auto const events = fold_.add(*event);
        if (!fold_.ended()) return events;
        reader_.cancel();  // no answer: whatever follows is not waited for
        static_cast<void>(std::move(reader_).finish());
        return events;
    }
    auto whole = std::move(reader_).finish();
    if (!whole) return fold_.fail(std::move(whole).error());
    return fold_.complete(std::move(whole->request_id), whole->attempts);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
