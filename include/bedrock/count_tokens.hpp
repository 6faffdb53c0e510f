// SPDX-License-Identifier: MIT
// Owns `client::count_tokens`, and brings its request and response.
// Never estimates: the number is the service's.
#ifndef BEDROCK_COUNT_TOKENS_HPP
#define BEDROCK_COUNT_TOKENS_HPP

#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model/count_tokens.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"

namespace bedrock::inline BEDROCK_ABI {

template <class Use>
result<count_tokens_response> basic_client<Use>::count_tokens(count_tokens_request const& request,
                                                              call_options const& options) {
    auto const what = detail::make_model_operation("CountTokens", "/count-tokens", request.model_id);
    return ask<count_tokens_response>(detail::with_json(what, request), options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
