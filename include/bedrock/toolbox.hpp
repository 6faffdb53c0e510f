// SPDX-License-Identifier: MIT
// Owns `client::converse` and `client::converse_stream` with a toolbox: a question answered with the help of functions.
// Never starts a thread: tools run on the caller's, between two calls.
#ifndef BEDROCK_TOOLBOX_HPP
#define BEDROCK_TOOLBOX_HPP

#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/tool_functions.hpp"
#include "bedrock/tool_rounds.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Rounds between a model and a toolbox, as `tool_rounds` has them:
///
///     auto const answer = client.converse(request, tools, {.rounds = 5});
///     if (answer) request.messages = answer->messages;  // to go on with
///
/// Each call has the client's clocks and repeats of its own. The cancellation in `options` ends the call or, between
/// two tools, the rounds; the functions are given it too. The streaming twin hands `on_event` each event, and the
/// round, from 1, where it takes a second argument; what `on_event` returns counts as for any stream.
/// **Errors:** as `tool_rounds::finish`; `error::tool_rounds` has the messages so far, `error::partial` what had
/// arrived of a broken stream.

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The clocks of the client where rounds will shorten one of them.
inline call_options with_clocks(client_options const& client, tool_options const& how, call_options options) {
    if (how.total_ms > 0) options.timeouts = choose_timeouts(client, options);
    return options;
}

}  // namespace detail

template <class Use>
template <std::same_as<toolbox> Toolbox, std::same_as<tool_options> Options>
result<tool_answer> basic_client<Use>::converse(converse_request request, Toolbox const& tools, Options const& how,
                                                call_options const& options) {
    auto self = *this;  // tools and observers may destroy the client
    tool_rounds rounds(std::move(request), tools, how, detail::with_clocks(state_->options, how, options),
                       state_->surroundings.steady_milliseconds);
    while (auto const* const asked = rounds.next()) rounds.take(self.converse(*asked, rounds.options()));
    return std::move(rounds).finish();
}

template <class Use>
template <std::same_as<toolbox> Toolbox, class OnEvent, std::same_as<tool_options> Options>
result<tool_answer> basic_client<Use>::converse_stream(converse_request request, Toolbox const& tools,
                                                       OnEvent&& on_event, Options const& how,
                                                       call_options const& options) {
    auto self = *this;  // tools and observers may destroy the client
    tool_rounds rounds(std::move(request), tools, how, detail::with_clocks(state_->options, how, options),
                       state_->surroundings.steady_milliseconds);
    auto const on_round_event = [&](stream_event const& event) {
        if constexpr (std::is_invocable_v<OnEvent&, stream_event const&, int>)
            return on_event(event, rounds.round());
        else
            return on_event(event);
    };
    while (auto const* const asked = rounds.next())
        rounds.take(detail::push_events(self.open_stream(*asked, rounds.options()), on_round_event));
    return std::move(rounds).finish();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
