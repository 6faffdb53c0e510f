// SPDX-License-Identifier: MIT
// Owns one streamed call from its request to its outcome, whoever waits for its bytes: the opening with its repeats,
// the events, what they add up to. Never receives: it says when it needs more.
#ifndef BEDROCK_STREAM_CALL_HPP
#define BEDROCK_STREAM_CALL_HPP

#include "bedrock/aws_error.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/home_process.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/model/accumulator.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/stream_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What a ConverseStream is made of: its events, the response that they add up to and how they do, and where an error
/// keeps what had arrived.
struct converse_stream_kind {
    using event = stream_event;
    using response = converse_response;
    struct accumulator : message_accumulator {
        explicit accumulator(client_options const& options)
            : message_accumulator(accumulator_limits{options.max_answer_bytes, options.max_blocks}) {}
        void begin(http::response_head const&) noexcept {}
    };
    static constexpr std::shared_ptr<response const> error::*partial = &error::partial;
};

/// A streamed call. It is opened once, then `next` gives its events until it is over.
/// A Kind has `event` (see `basic_stream_parser`), `response`, `partial`, and an `accumulator`, made of the client's
/// options, with `begin` for the answer's head, `add` for each event, `takes`, `is_full` and `fault` (see
/// `message_accumulator`), and `take`, which gives the response.
/// **Thread safety:** one thread at a time. **Lifetime:** it must stay where it is.
template <class Kind>
class stream_call {
  public:
    using event_type = typename Kind::event;
    using response_type = typename Kind::response;

    stream_call(std::shared_ptr<client_state> client, operation what, call_options options)
        : client_(std::move(client)),
          what_(std::move(what)),
          options_(std::move(options)),
          parser_(client_->options.frame_limits),
          answer_(client_->options) {}
    stream_call(stream_call const&) = delete;
    stream_call& operator=(stream_call const&) = delete;
    ~stream_call() { abandon(); }

    call_options const& options() const noexcept { return options_; }
    std::int64_t total_ms() const noexcept { return choose_timeouts(client_->options, options_).total_ms; }

    /// The opening, until the first event has been decoded. **Lifetime:** of this and of the signer.
    exchange<result<std::unique_ptr<http::transfer>>> open(sigv4::signer& signer);
    /// What the opening, or its runner, came to.
    void take_opened(result<std::unique_ptr<http::transfer>> got);
    bool is_open() const noexcept { return body_ != nullptr; }

    /// The next step of an open stream. Behind its end: `complete` or `failed`. An exception is a failure too, and the
    /// end: without the event that it came with, the response would have a hole.
    stream_progress next();
    /// **Lifetime:** until the next `next`, or until the call is closed.
    event_type const& event() const noexcept { return parser_->event(); }
    /// As `basic_event_reader::partial_tool_input`.
    json::partial const* partial_tool_input() {
        return delivered_ && !over() ? answer_.partial_tool_input(event().index()) : nullptr;
    }
    http::transfer& body() noexcept { return *body_; }
    /// Nothing more will come, for this reason: `next` tells once it has given what is there.
    void break_off(http::failure why);

    /// Ends it here, unless it has ended. The connection is closed.
    void close(error why) noexcept;
    bool over() const noexcept { return failed_ || complete_; }
    /// How it ended; once, when it is over.
    result<response_type> take_outcome();
    /// Gives up the transfer, without an outcome.
    void abandon() noexcept;

  private:
    exchange<std::optional<error>> first_event(http::transfer& from);
    stream_progress step();
    stream_progress complete();
    stream_progress refuse(std::string why);
    stream_progress refuse_late_event();
    void add_what_is_known(error& why) noexcept;
    void add_partial(error& why) noexcept;
    std::optional<call_watch> take_watch() noexcept;
    error_context context() const {
        if (!frame_) return {action_, what_.model_id};
        return {action_, what_.model_id, frame_->region, frame_->has_bearer};
    }

    std::shared_ptr<client_state> client_;
    operation what_;
    call_options options_;
    std::string action_ = find_iam_action(what_.name);
    std::optional<call_frame> frame_;
    std::unique_ptr<http::transfer> body_;
    std::optional<basic_stream_parser<event_type>> parser_;
    std::optional<call_watch> watch_;  // from the opening to the end
    home_process home_;                // of the connection
    typename Kind::accumulator answer_;
    bool first_is_here_ = false;  // the opening has decoded the first event already
    bool delivered_ = false;
    std::optional<error> failed_;
    bool complete_ = false;
    response_type whole_{};  // once complete
    bool is_taken_ = false;  // it has been
};

// ---------------------------------------------------------------------------------------------------------------------

// The opening ends at the first decoded event; until then the attempt may still be repeated.
template <class Kind>
exchange<std::optional<error>> stream_call<Kind>::first_event(http::transfer& from) {
    if (auto why = check_stream_head(from.head); why.code != errc::none) {
        constexpr std::size_t shown = 200;
        while (!from.ended && from.buffer.size() < shown) {
            receive_ask more(from, true);
            co_await more;
        }
        co_return check_stream_head(from.head, as_text(from.buffer.unread()));
    }
    parser_.emplace(client_->options.frame_limits);
    for (;;) {
        auto const progress = parser_->next(from, context());
        if (progress == stream_progress::failed) co_return parser_->failure();
        if (progress != stream_progress::need_more) co_return std::nullopt;
        receive_ask more(from, true);
        co_await more;
    }
}

template <class Kind>
exchange<result<std::unique_ptr<http::transfer>>> stream_call<Kind>::open(sigv4::signer& signer) {
    home_ = home_process();
    watch_.emplace(client_, what_.name, what_.model_id);
    frame_.emplace(call_frame{*client_, options_, signer, what_});
    return open_streaming(*frame_, [this](http::transfer& from) { return first_event(from); });
}

template <class Kind>
void stream_call<Kind>::take_opened(result<std::unique_ptr<http::transfer>> got) {
    if (!got) return close(std::move(got).error());
    body_ = std::move(*got);
    answer_.begin(body_->head);
    first_is_here_ = parser_->events() != 0;
    if (first_is_here_) watch_->first_event();
}

template <class Kind>
stream_progress stream_call<Kind>::next() {
    if (over()) return failed_ ? stream_progress::failed : stream_progress::complete;
#if BEDROCK_EXCEPTIONS
    try {
        return step();
    } catch (...) {
        close(detail::current_exception_error());
        return stream_progress::failed;
    }
#else
    return step();
#endif
}

template <class Kind>
stream_progress stream_call<Kind>::step() {
    auto const progress =
        std::exchange(first_is_here_, false) ? stream_progress::event : parser_->next(*body_, context());
    switch (progress) {
        case stream_progress::event:
            if (!answer_.takes(parser_->event())) return refuse_late_event();
            delivered_ = true;
            answer_.add(parser_->event());
            if (answer_.is_full()) return refuse(answer_.fault());
            break;
        case stream_progress::complete:
            if (auto why = answer_.fault(); !why.empty()) return refuse(std::move(why));
            return complete();
        case stream_progress::failed:
            close(parser_->failure());
            break;
        case stream_progress::need_more:
            break;
    }
    return progress;
}

// What came cannot be the response.
template <class Kind>
stream_progress stream_call<Kind>::refuse(std::string why) {
    close(make_error(errc::protocol, std::move(why)));
    return stream_progress::failed;
}

template <class Kind>
stream_progress stream_call<Kind>::refuse_late_event() {
    return refuse("the stream goes on after " + std::string(event_type::indispensable) + " with " +
                  quote(event().type()) + "; check what a gateway in between sends");
}

template <class Kind>
void stream_call<Kind>::break_off(http::failure why) {
    if (!body_ || body_->ended) return;
    body_->ended = true;
    body_->end = std::move(why);
}

// What a forked child has in its buffer is a copy: the parent gets it too.
template <class Kind>
stream_progress stream_call<Kind>::complete() {
    if (!home_.is_here()) {
        close(make_error(errc::transport,
                         "this process was forked while the stream was open: its response is the parent's, send the "
                         "request again"));
        return stream_progress::failed;
    }
    whole_ = answer_.take();
    is_taken_ = true;
    whole_.request_id = frame_->request_id;
    whole_.attempts = frame_->attempts;
    body_.reset();
    complete_ = true;
    auto watch = take_watch();
    auto thrown = watch->succeeded(whole_);
    if (!thrown) return stream_progress::complete;
    complete_ = false;
    close(std::move(*thrown));
    return stream_progress::failed;
}

// An error whose secrets cannot be hidden is replaced.
template <class Kind>
void stream_call<Kind>::add_what_is_known(error& why) noexcept {
    why.content_emitted = delivered_;
    if (!frame_) return;
    why.attempts = frame_->attempts;
#if BEDROCK_EXCEPTIONS
    try {
#endif
        if (why.request_id.empty()) why.request_id = frame_->request_id;
        detail::hide_secrets(why, frame_->sent);
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        why = detail::out_of_memory_error();
        why.content_emitted = delivered_;
        why.attempts = frame_->attempts;
    }
#endif
}

template <class Kind>
void stream_call<Kind>::add_partial(error& why) noexcept {
#if BEDROCK_EXCEPTIONS
    try {
#endif
        auto partial = detail::share_new<response_type>(is_taken_ ? std::move(whole_) : answer_.take());
        partial->request_id = why.request_id;
        partial->attempts = why.attempts;
        why.*Kind::partial = std::move(partial);
#if BEDROCK_EXCEPTIONS
    } catch (...) {  // the failure counts, not what came before it
    }
#endif
}

template <class Kind>
std::optional<call_watch> stream_call<Kind>::take_watch() noexcept {
    if (watch_) watch_->received(parser_->events(), parser_->bytes());
    return std::exchange(watch_, std::nullopt);
}

// The end comes before the observer, which may throw, and destroy this call's reader.
template <class Kind>
void stream_call<Kind>::close(error why) noexcept {
    if (over()) return;
    add_what_is_known(why);
    if (delivered_) add_partial(why);
    failed_ = std::move(why);
    body_.reset();
    if (auto watch = take_watch()) watch->failed(*failed_);
}

template <class Kind>
void stream_call<Kind>::abandon() noexcept {
    body_.reset();
    auto watch = take_watch();
    if (!watch) return;
    error why;
    why.code = errc::cancelled;
    why.name = own_error_name(errc::cancelled);
    add_what_is_known(why);
    watch->failed(why);
}

template <class Kind>
result<typename Kind::response> stream_call<Kind>::take_outcome() {
    if (failed_) return unexpected{std::move(*failed_)};
    if (!complete_) return fail(errc::cancelled, "the stream was left before its end");
    return std::move(whole_);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
