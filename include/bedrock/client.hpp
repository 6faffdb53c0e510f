// Owns `client`: Bedrock's operations as calls that block.
// Never does anything before the first call: constructing one opens no file and no socket, and cannot fail.
#ifndef BEDROCK_CLIENT_HPP
#define BEDROCK_CLIENT_HPP

#include "bedrock/blocking.hpp"
#include "bedrock/call.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine_pool.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/stream.hpp"
#include "bedrock/target.hpp"
#include "bedrock/uri.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Amazon Bedrock's runtime.
/// **Thread safety:** full; concurrent calls each lease an engine of their own. **Lifetime:** copies share connections
/// and the retry budget; streams hold what they need and may outlive the client.
class client {
  public:
    /// Takes everything from the environment at the time of each call.
    client() : client(client_options{}) {}
    explicit client(client_options options)
        : state_(std::make_shared<client_state>(std::move(options))), pool_(std::make_shared<engine_pool>()) {}

    /// Asks and waits for the whole answer. **Errors:** any; nothing is thrown but std::bad_alloc.
    result<converse_response> converse(converse_request const& request, call_options const& options = {});

    /// Asks and hands every event to `on_event` as it arrives, on this thread; it returns nothing, or false to stop.
    /// **Errors:** as `event_reader::finish`; errc::cancelled when `on_event` stopped.
    template <class OnEvent>
    result<converse_response> converse_stream(converse_request const& request, OnEvent&& on_event,
                                              call_options const& options = {});

    /// Asks for a stream to be pulled. Nothing is sent before its first `next()`, which also reports a request that
    /// cannot be sent.
    event_reader open_stream(converse_request const& request, call_options const& options = {});

    /// Which credentials, region and endpoint a call would use, and why.
    explanation explain(call_options const& options = {}, std::string_view model_id = {});

  private:
    blocking_runner make_runner(engine& on, call_options const& options) const;

    std::shared_ptr<client_state> state_;
    std::shared_ptr<engine_pool> pool_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The operation on a model; its body is written by `write_body`.
template <class WriteBody>
result<operation> make_model_operation(std::string_view name, std::string_view suffix, std::string const& model_id,
                                       WriteBody write_body) {
    if (model_id.empty()) return fail(errc::invalid_input, "model_id is empty; name a model, profile or ARN");
    operation made;
    made.name = name;
    made.model_id = model_id;
    made.path = "/model/";
    append_percent_encoded(made.path, model_id);
    made.path += suffix;
    std::string body;
    if (auto written = write_body(body); !written) return unexpected{std::move(written).error()};
    made.body = std::move(body);
    return made;
}

inline result<converse_response> read_converse_response(http::response const& response) {
    auto read = json::read<converse_response>(response.body);
    if (read) return read;
    auto why = std::move(read).error();
    why.http_status = response.head.status;
    why.message = "the answer is not a Converse response: " + why.message;
    return unexpected{std::move(why)};
}

}  // namespace detail

inline blocking_runner client::make_runner(engine& on, call_options const& options) const {
    return {on, state_->surroundings, options.cancel ? *options.cancel : cancellation(),
            choose_timeouts(state_->options, options).total_ms};
}

inline result<converse_response> client::converse(converse_request const& request, call_options const& options) {
    auto const what = detail::make_model_operation("Converse", "/converse", request.model_id, [&](std::string& body) {
        return write_converse_body(request, body);
    });
    if (!what) return unexpected{what.error()};
    auto const tools = pool_->acquire();
    call_frame frame{*state_, options, tools->signer, *what};
    auto runner = make_runner(tools->engine, options);
    auto const response = runner.run(send_plain(frame));
    auto answer = response ? detail::read_converse_response(*response) : unexpected{response.error()};
    if (answer) {
        answer->request_id = frame.request_id;
        answer->attempts = frame.attempts;
    } else {
        answer.error().attempts = frame.attempts;
        if (answer.error().request_id.empty()) answer.error().request_id = frame.request_id;
    }
    return answer;
}

inline event_reader client::open_stream(converse_request const& request, call_options const& options) {
    auto what =
        detail::make_model_operation("ConverseStream", "/converse-stream", request.model_id,
                                     [&](std::string& body) { return write_converse_stream_body(request, body); });
    if (!what) return event_reader(state_, pool_, {}, options, std::move(what).error());
    what->accept = "application/vnd.amazon.eventstream";
    return event_reader(state_, pool_, std::move(*what), options, std::nullopt);
}

template <class OnEvent>
result<converse_response> client::converse_stream(converse_request const& request, OnEvent&& on_event,
                                                  call_options const& options) {
    auto events = open_stream(request, options);
    while (auto const* const event = events.next()) {
        if constexpr (std::is_void_v<std::invoke_result_t<OnEvent&, stream_event const&>>) {
            on_event(*event);
        } else if (!on_event(*event)) {
            events.cancel();
        }
    }
    return std::move(events).finish();
}

inline explanation client::explain(call_options const& options, std::string_view model_id) {
    auto const tools = pool_->acquire();
    auto runner = make_runner(tools->engine, options);
    auto why = runner.run(explain_target(*state_, options, model_id));
    if (why) return std::move(*why);
    explanation cancelled;
    cancelled.problem = std::move(why).error();
    return cancelled;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
