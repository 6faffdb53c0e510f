// SPDX-License-Identifier: MIT
// Owns `client::apply_guardrail`, and brings its request and response.
// Never decides what to do about an intervention.
#ifndef BEDROCK_APPLY_GUARDRAIL_HPP
#define BEDROCK_APPLY_GUARDRAIL_HPP

#include "bedrock/call.hpp"
#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model/apply_guardrail.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/uri.hpp"

#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

inline result<operation> make_guardrail_operation(apply_guardrail_request const& request) {
    if (request.guardrail_identifier.empty())
        return fail(errc::invalid_input, "guardrail_identifier is empty; name a guardrail by its id or ARN");
    if (request.guardrail_version.empty())
        return fail(errc::invalid_input, "guardrail_version is empty; give a number or DRAFT");
    operation made;
    made.name = "ApplyGuardrail";
    made.path = "/guardrail/";
    append_percent_encoded(made.path, request.guardrail_identifier);
    made.path += "/version/";
    append_percent_encoded(made.path, request.guardrail_version);
    made.path += "/apply";
    return with_json(std::move(made), request);
}

}  // namespace detail

template <class Use>
result<apply_guardrail_response> basic_client<Use>::apply_guardrail(apply_guardrail_request const& request,
                                                                    call_options const& options) {
    return ask<apply_guardrail_response>(detail::make_guardrail_operation(request), options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
