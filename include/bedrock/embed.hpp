// SPDX-License-Identifier: MIT
// Owns `client::embed`: vectors for texts by InvokeModel, whatever the model's own format.
// Never runs calls side by side: a client has no threads; run several `embed` from threads of your own.
#ifndef BEDROCK_EMBED_HPP
#define BEDROCK_EMBED_HPP

#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/http.hpp"
#include "bedrock/invoke.hpp"
#include "bedrock/model/embed.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

namespace embed_detail {

/// 0 where the service told none.
inline std::int64_t read_token_count(http::header_list const& headers) {
    auto const text = http::find_header(headers, "X-Amzn-Bedrock-Input-Token-Count");
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count < 0 ? 0 : count;
}

/// The error of one call among several, with the texts that it was about.
inline error name_texts(error why, embed_call const& call, std::size_t done) {
    why.message = "texts[" + std::to_string(call.texts.front()) + "]" +
                  (call.texts.size() > 1 ? " to texts[" + std::to_string(call.texts.back()) + "]" : "") + ": " +
                  why.message + (done != 0 ? " (the calls before it succeeded: " + std::to_string(done) + ")" : "");
    return why;
}

}  // namespace embed_detail

template <class Use>
result<embed_response> basic_client<Use>::embed(embed_request const& request, call_options const& options) {
    auto const of = embed_detail::choose_shape(request);
    if (!of) return unexpected{of.error()};
    auto const calls = embed_detail::make_calls(request, *of);
    if (!calls) return unexpected{calls.error()};
    embed_response made;
    made.embeddings.resize(request.texts.size());
    for (auto const& call : *calls) {
        invoke_model_request one;
        one.model_id = strip_provider_prefix(request.model_id);
        one.body = call.body;
        one.accept = "application/json";
        auto const answer = invoke_model(one, options);
        auto const done = static_cast<std::size_t>(made.calls);
        if (!answer) return unexpected{embed_detail::name_texts(answer.error(), call, done)};
        auto vectors = read_embeddings(answer->body, call.texts.size(), static_cast<std::size_t>(of->dimensions));
        if (!vectors) {
            auto why = std::move(vectors).error();
            why.request_id = answer->request_id;
            why.attempts = answer->attempts;
            return unexpected{embed_detail::name_texts(std::move(why), call, done)};
        }
        for (std::size_t at = 0; at != call.texts.size(); ++at) {
            auto& vector = made.embeddings[call.texts[at]];
            vector = std::move((*vectors)[at]);
            if (request.normalize) normalize_embedding(vector);
        }
        made.input_tokens += embed_detail::read_token_count(answer->headers);
        ++made.calls;
        made.attempts += answer->attempts;
    }
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
