// SPDX-License-Identifier: MIT
// Owns `client`: Bedrock's operations as calls that block; those beside Converse in the header of their name.
// Never does anything before the first call: constructing one opens no file and no socket, and cannot fail.
#ifndef BEDROCK_CLIENT_HPP
#define BEDROCK_CLIENT_HPP

#include "bedrock/blocking.hpp"
#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine_pool.hpp"
#include "bedrock/fwd.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/notes.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/stream.hpp"
#include "bedrock/target.hpp"
#include "bedrock/uri.hpp"

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What a `client` can do; see there.
template <class>
class basic_client {
  public:
    /// Takes everything from the environment at the time of each call.
    basic_client() : basic_client(client_options{}) {}
    explicit basic_client(client_options options)
        : state_(detail::share_new<client_state>(std::move(options))), pool_(new engine_pool) {}

    /// Asks and waits for the whole answer. **Errors:** any; nothing is thrown but std::bad_alloc. What an observer or
    /// a credentials provider throws is errc::callback_failed; they may destroy the client.
    result<converse_response> converse(converse_request const& request, call_options const& options = {});

    /// Asks and hands every event to `on_event` as it arrives, on this thread; it returns nothing, or false to stop.
    /// **Errors:** as `event_reader::finish`; errc::cancelled when `on_event` stopped.
    template <class OnEvent>
    result<converse_response> converse_stream(converse_request const& request, OnEvent&& on_event,
                                              call_options const& options = {});

    /// Asks for a stream to be pulled. Nothing is sent before its first `next()`, which also reports a request that
    /// cannot be sent.
    event_reader open_stream(converse_request const& request, call_options const& options = {});

    // What follows needs a header of its own, which bedrock/bedrock.hpp leaves out.

    /// Asks, runs the tools that the model uses and sends their results back, until it needs no more: see
    /// bedrock/toolbox.hpp.
    template <std::same_as<toolbox> Toolbox, std::same_as<tool_options> Options = tool_options>
    result<tool_answer> converse(converse_request request, Toolbox const& tools, Options const& how = {},
                                 call_options const& options = {});
    /// The same with every event of every round. In bedrock/toolbox.hpp.
    template <std::same_as<toolbox> Toolbox, class OnEvent, std::same_as<tool_options> Options = tool_options>
    result<tool_answer> converse_stream(converse_request request, Toolbox const& tools, OnEvent&& on_event,
                                        Options const& how = {}, call_options const& options = {});

    /// How many input tokens a request would be. In bedrock/count_tokens.hpp.
    result<count_tokens_response> count_tokens(count_tokens_request const& request, call_options const& options = {});

    /// What a guardrail says of content, without a model. In bedrock/apply_guardrail.hpp.
    result<apply_guardrail_response> apply_guardrail(apply_guardrail_request const& request,
                                                     call_options const& options = {});

    /// InvokeModel: the model's own request and answer, as they are. In bedrock/invoke.hpp.
    result<invoke_model_response> invoke_model(invoke_model_request const& request, call_options const& options = {});
    /// InvokeModelWithResponseStream, to be pulled; as `open_stream`. In bedrock/invoke.hpp.
    chunk_reader open_invoke_stream(invoke_model_request const& request, call_options const& options = {});
    /// The same pushed to `on_chunk`; as `converse_stream`. In bedrock/invoke.hpp.
    template <class OnChunk>
    result<invoke_stream_response> invoke_model_stream(invoke_model_request const& request, OnChunk&& on_chunk,
                                                       call_options const& options = {});

    /// Vectors for texts, by InvokeModel. In bedrock/embed.hpp.
    result<embed_response> embed(embed_request const& request, call_options const& options = {});

    /// An invocation whose output goes to S3. In bedrock/async_invoke.hpp, as the two that ask after it.
    result<start_async_invoke_response> start_async_invoke(start_async_invoke_request const& request,
                                                           call_options const& options = {});
    result<get_async_invoke_response> get_async_invoke(get_async_invoke_request const& request,
                                                       call_options const& options = {});
    /// One page of them.
    result<list_async_invokes_response> list_async_invokes(list_async_invokes_request const& request,
                                                           call_options const& options = {});

    /// A conversation checked for harm, attacks and personal data, without a guardrail. In
    /// bedrock/guardrail_checks.hpp.
    result<invoke_guardrail_checks_response> invoke_guardrail_checks(invoke_guardrail_checks_request const& request,
                                                                     call_options const& options = {});

    /// What the control plane knows of models and inference profiles; bedrock/catalogue.hpp makes one list of it. In
    /// bedrock/control.hpp.
    result<list_foundation_models_response> list_foundation_models(list_foundation_models_request const& request,
                                                                   call_options const& options = {});
    result<get_foundation_model_response> get_foundation_model(get_foundation_model_request const& request,
                                                               call_options const& options = {});
    /// One page of them.
    result<list_inference_profiles_response> list_inference_profiles(list_inference_profiles_request const& request,
                                                                     call_options const& options = {});
    result<get_inference_profile_response> get_inference_profile(get_inference_profile_request const& request,
                                                                 call_options const& options = {});

    /// Which credentials, region and endpoint a call would use, and why.
    explanation explain(call_options const& options = {}, std::string_view model_id = {});

  private:
    friend class catalogue;

    blocking_runner make_runner(engine& on, call_options const& options) const;
    /// Sends an operation whose answer is no stream.
    result<call_answer> send(result<operation> const& what, call_options const& options);
    /// Sends it, and reads the JSON that it is answered with.
    template <class Response>
    result<Response> ask(result<operation> const& what, call_options const& options);
    template <class Kind>
    basic_event_reader<Kind> open(result<operation> what, call_options const& options);

    std::shared_ptr<client_state> state_;
    std::shared_ptr<engine_pool> pool_;
};

/// Amazon Bedrock's runtime.
/// **Thread safety:** full; concurrent calls each lease an engine of their own. **Lifetime:** copies share connections
/// and the retry budget; streams hold what they need and may outlive the client.
class client : public basic_client<void> {
  public:
    using basic_client::basic_client;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The operation that asks and carries nothing.
inline operation make_question(std::string_view name, std::string path) {
    operation made;
    made.name = name;
    made.method = "GET";
    made.path = std::move(path);
    made.content_type.clear();
    return made;
}

/// The operation on a model, without its body.
inline result<operation> make_model_operation(std::string_view name, std::string_view suffix,
                                              std::string const& model_id) {
    if (model_id.empty()) return fail(errc::invalid_input, "model_id is empty; name a model, profile or ARN");
    operation made;
    made.name = name;
    made.model_id = model_id;
    made.path = "/model/";
    append_percent_encoded(made.path, model_id);
    made.path += suffix;
    return made;
}

/// The operation with the body that `write_body` appends to a text.
template <class WriteBody>
result<operation> with_body(result<operation> made, WriteBody write_body) {
    if (!made) return made;
    std::string body;
    if (auto written = write_body(body); !written) return unexpected{std::move(written).error()};
    made->body = std::move(body);
    return made;
}

/// The operation with a described value as its body.
template <class Request>
result<operation> with_json(result<operation> made, Request const& request) {
    return with_body(std::move(made), [&](std::string& body) { return json::write(request, body); });
}

template <class = void>
result<operation> make_converse(converse_request const& request) {
    return with_body(make_model_operation("Converse", "/converse", request.model_id),
                     [&](std::string& body) { return write_converse_body(request, body); });
}

template <class = void>
result<operation> make_converse_stream(converse_request const& request) {
    return with_body(make_model_operation("ConverseStream", "/converse-stream", request.model_id),
                     [&](std::string& body) { return write_converse_stream_body(request, body); });
}

/// The operation whose answer is an event stream.
inline result<operation> as_stream(result<operation> made) {
    if (made) made->accept = "application/vnd.amazon.eventstream";
    return made;
}

/// The JSON that an operation was answered with.
template <class Response>
result<Response> read_answer(operation const& what, result<call_answer> answer) {
    if (!answer) return unexpected{std::move(answer).error()};
    json::note_list notes;
    auto const& body = answer->response.body;
    auto read = json::read<Response>(body, {.rules = json::read_rules::response, .notes = &notes});
    if (read) {
        read->notes = std::move(notes);
        read->request_id = std::move(answer->request_id);
        read->attempts = answer->attempts;
        return read;
    }
    auto why = std::move(read).error();
    why.http_status = answer->response.head.status;
    why.message = "this is not a response of " + std::string(what.name) + ": " + why.message + describe_received(body);
    hide_secrets(why, answer->sent);
    why.request_id = std::move(answer->request_id);
    why.attempts = answer->attempts;
    return unexpected{std::move(why)};
}

/// Hands the events of a stream to a function until there are no more, or it says no.
template <class Kind, class OnEvent>
result<typename Kind::response> push_events(basic_event_reader<Kind> events, OnEvent& on_event) {
    while (auto const* const event = events.next()) {
        if constexpr (std::is_void_v<std::invoke_result_t<OnEvent&, typename Kind::event const&>>) {
            on_event(*event);
        } else if (!on_event(*event)) {
            events.cancel();
        }
    }
    return std::move(events).finish();
}

}  // namespace detail

template <class Use>
blocking_runner basic_client<Use>::make_runner(engine& on, call_options const& options) const {
    return {on, state_->surroundings, options.cancel ? *options.cancel : cancellation(),
            choose_timeouts(state_->options, options).total_ms};
}

template <class Use>
result<call_answer> basic_client<Use>::send(result<operation> const& what, call_options const& options) {
    if (!what) return unexpected{what.error()};
    auto const state = state_;  // observers and providers may destroy the client
    auto const tools = pool_->acquire();
    call_frame frame{*state, options, tools->signer, *what};
    auto runner = make_runner(tools->engine, options);
    return conclude(frame, runner.run(send_plain(frame)));
}

template <class Use>
template <class Response>
result<Response> basic_client<Use>::ask(result<operation> const& what, call_options const& options) {
    if (!what) return unexpected{what.error()};
    call_watch watch(state_, what->name, what->model_id);
    auto answer = detail::read_answer<Response>(*what, send(what, options));
    watch.ended(answer);
    return answer;
}

template <class Use>
template <class Kind>
basic_event_reader<Kind> basic_client<Use>::open(result<operation> what, call_options const& options) {
    what = detail::as_stream(std::move(what));
    if (!what) return {state_, pool_, {}, options, std::move(what).error()};
    return {state_, pool_, std::move(*what), options, std::nullopt};
}

template <class Use>
result<converse_response> basic_client<Use>::converse(converse_request const& request, call_options const& options) {
    return ask<converse_response>(detail::make_converse(request), options);
}

template <class Use>
event_reader basic_client<Use>::open_stream(converse_request const& request, call_options const& options) {
    return open<converse_stream_kind>(detail::make_converse_stream(request), options);
}

template <class Use>
template <class OnEvent>
result<converse_response> basic_client<Use>::converse_stream(converse_request const& request, OnEvent&& on_event,
                                                             call_options const& options) {
    return detail::push_events(open_stream(request, options), on_event);
}

template <class Use>
explanation basic_client<Use>::explain(call_options const& options, std::string_view model_id) {
    auto const state = state_;  // providers may destroy the client
    auto const tools = pool_->acquire();
    auto runner = make_runner(tools->engine, options);
    auto why = runner.run(explain_target(*state, options, model_id));
    if (why) return std::move(*why);
    explanation cancelled;
    cancelled.problem = std::move(why).error();
    return cancelled;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
