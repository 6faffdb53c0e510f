// SPDX-License-Identifier: MIT
// Owns `client::invoke_model` and its streaming twin, `chunk_reader`: for models, and for parameters, that Converse
// does not have. Never looks into a body: its format is the model's.
#ifndef BEDROCK_INVOKE_HPP
#define BEDROCK_INVOKE_HPP

#include "bedrock/call.hpp"
#include "bedrock/call_watch.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/http.hpp"
#include "bedrock/model/invoke.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/stream.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What an InvokeModelWithResponseStream is made of. Whether the model came to its end is in its own chunks: the
/// service has no event for it, so that a stream is whole when it had a chunk and its body ended by itself.
struct invoke_stream_kind {
    using event = invoke_chunk;
    using response = invoke_stream_response;
    class accumulator {
      public:
        explicit accumulator(client_options const& options) noexcept : max_bytes_(options.max_answer_bytes) {}
        void begin(http::response_head const& head) { response_ = make_invoke_stream_response(head); }
        void add(invoke_chunk const& chunk) {
            if (chunk.type() != invoke_chunk::indispensable) return;
            bytes_ += chunk.text().size() + sizeof(std::string);
            if (!is_full()) response_.chunks.emplace_back(chunk.text());
        }
        bool takes(invoke_chunk const&) const noexcept { return true; }
        bool is_full() const noexcept { return bytes_ > max_bytes_; }
        std::string fault() const {
            return is_full() ? "the chunks have more than " + std::to_string(max_bytes_) +
                                   " bytes; raise max_answer_bytes if that is expected"
                             : std::string();
        }
        invoke_stream_response take() { return std::exchange(response_, {}); }

      private:
        invoke_stream_response response_;
        std::size_t max_bytes_;
        std::size_t bytes_ = 0;
    };
    static constexpr std::shared_ptr<response const> error::*partial = &error::partial_chunks;
};

/// Of InvokeModelWithResponseStream.
using chunk_reader = basic_event_reader<invoke_stream_kind>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline result<operation> make_invoke_operation(std::string_view name, std::string_view suffix,
                                               invoke_model_request const& request) {
    auto made = make_model_operation(name, suffix, request.model_id);
    if (!made) return made;
    auto headers = make_invoke_headers(request);
    if (!headers) return unexpected{std::move(headers).error()};
    made->headers = std::move(*headers);
    made->ends_with_body = true;
    made->content_type = request.content_type;
    made->accept = request.accept;
    made->body = request.body;
    return made;
}

}  // namespace detail

template <class Use>
result<invoke_model_response> basic_client<Use>::invoke_model(invoke_model_request const& request,
                                                              call_options const& options) {
    auto const what = detail::make_invoke_operation("InvokeModel", "/invoke", request);
    if (!what) return unexpected{what.error()};
    call_watch watch(state_, what->name, what->model_id);
    auto answer = send(what, options);
    if (!answer) {
        watch.failed(answer.error());
        return unexpected{std::move(answer).error()};
    }
    if (auto why = check_invoke_response(answer->response, request.accept); !why.empty()) {
        auto refused = make_error(
            errc::protocol, "this is not a response of InvokeModel: " + why + describe_received(answer->response.body));
        refused.http_status = answer->response.head.status;
        refused.request_id = answer->request_id;
        refused.attempts = answer->attempts;
        detail::hide_secrets(refused, answer->sent);
        watch.failed(refused);
        return unexpected{std::move(refused)};
    }
    result<invoke_model_response> made = make_invoke_response(std::move(answer->response));
    made->request_id = std::move(answer->request_id);
    made->attempts = answer->attempts;
    watch.ended(made);
    return made;
}

template <class Use>
chunk_reader basic_client<Use>::open_invoke_stream(invoke_model_request const& request, call_options const& options) {
    auto what = detail::make_invoke_operation("InvokeModelWithResponseStream", "/invoke-with-response-stream", request);
    if (what && !request.accept.empty()) what->headers.push_back({"X-Amzn-Bedrock-Accept", request.accept});
    return open<invoke_stream_kind>(std::move(what), options);
}

template <class Use>
template <class OnChunk>
result<invoke_stream_response> basic_client<Use>::invoke_model_stream(invoke_model_request const& request,
                                                                      OnChunk&& on_chunk, call_options const& options) {
    return detail::push_events(open_invoke_stream(request, options), on_chunk);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
