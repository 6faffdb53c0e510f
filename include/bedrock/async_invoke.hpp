// SPDX-License-Identifier: MIT
// Owns asynchronous invocations on the client: starting one, asking after it, listing them.
// Never waits for one: its output arrives in S3.
#ifndef BEDROCK_ASYNC_INVOKE_HPP
#define BEDROCK_ASYNC_INVOKE_HPP

#include "bedrock/call.hpp"
#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/model/async_invoke.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/uri.hpp"

#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

inline result<operation> make_start_operation(start_async_invoke_request const& request) {
    if (request.model_id.empty()) return fail(errc::invalid_input, "model_id is empty; name a model or ARN");
    operation made;
    made.name = "StartAsyncInvoke";
    made.path = "/async-invoke";
    made.model_id = request.model_id;
    if (!request.client_request_token.empty()) return with_json(std::move(made), request);
    auto with_token = request;
    with_token.client_request_token = crypto::make_uuid_v4();
    if (with_token.client_request_token.empty())
        return fail(errc::invalid_input, "OpenSSL cannot make random numbers, which client_request_token needs");
    return with_json(std::move(made), with_token);
}

inline result<operation> make_get_operation(get_async_invoke_request const& request) {
    if (request.invocation_arn.empty())
        return fail(errc::invalid_input, "invocation_arn is empty; StartAsyncInvoke gives it");
    std::string path = "/async-invoke/";
    append_percent_encoded(path, request.invocation_arn);
    return make_question("GetAsyncInvoke", std::move(path));
}

inline operation make_list_operation(list_async_invokes_request const& request) {
    std::string path = "/async-invoke";
    append_query(path, "submitTimeAfter", request.submit_time_after);
    append_query(path, "submitTimeBefore", request.submit_time_before);
    append_query(path, "statusEquals", request.status_equals.text());
    if (request.max_results) append_query(path, "maxResults", std::to_string(*request.max_results));
    append_query(path, "nextToken", request.next_token);
    append_query(path, "sortBy", request.sort_by.text());
    append_query(path, "sortOrder", request.sort_order.text());
    return make_question("ListAsyncInvokes", std::move(path));
}

}  // namespace detail

template <class Use>
result<start_async_invoke_response> basic_client<Use>::start_async_invoke(start_async_invoke_request const& request,
                                                                          call_options const& options) {
    return ask<start_async_invoke_response>(detail::make_start_operation(request), options);
}

template <class Use>
result<get_async_invoke_response> basic_client<Use>::get_async_invoke(get_async_invoke_request const& request,
                                                                      call_options const& options) {
    return ask<get_async_invoke_response>(detail::make_get_operation(request), options);
}

template <class Use>
result<list_async_invokes_response> basic_client<Use>::list_async_invokes(list_async_invokes_request const& request,
                                                                          call_options const& options) {
    return ask<list_async_invokes_response>(detail::make_list_operation(request), options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
