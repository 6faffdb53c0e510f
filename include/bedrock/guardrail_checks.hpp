// SPDX-License-Identifier: MIT
// Owns `client::invoke_guardrail_checks`, and brings its request and response.
// Never judges a score: what is too much, the caller decides.
#ifndef BEDROCK_GUARDRAIL_CHECKS_HPP
#define BEDROCK_GUARDRAIL_CHECKS_HPP

#include "bedrock/call.hpp"
#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model/guardrail_checks.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"

#include <utility>

namespace bedrock::inline BEDROCK_ABI {

template <class Use>
result<invoke_guardrail_checks_response> basic_client<Use>::invoke_guardrail_checks(
    invoke_guardrail_checks_request const& request, call_options const& options) {
    operation what;
    what.name = "InvokeGuardrailChecks";
    what.path = "/guardrail-checks/invoke";
    return ask<invoke_guardrail_checks_response>(detail::with_json(std::move(what), request), options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
