// Owns what the mock answers to the runtime's operations beside Converse: counts, guardrails, raw invocations, which
// come back as an echo. Never opens a socket, never includes the SDK; the same request always gets the same answer.
#pragma once

#include "support/converse_checks.hpp"
#include "support/http_head.hpp"
#include "support/reply.hpp"

#include <optional>
#include <string_view>

namespace mock {

/// A reply, or the error that Bedrock would send.
struct runtime_answer {
    std::optional<service_error> error{};
    reply answer{};
};

/// Nothing for what is none of these operations:
///
/// - CountTokens: the words of a Converse request, as its answer would count them; a fourth of a raw body's bytes.
/// - ApplyGuardrail: intervenes where a text has the word "forbidden", and masks it.
/// - InvokeModel and its streaming twin: any bytes of any type come back as they are, streamed in pieces of 16 bytes;
///   performance configuration and service tier are repeated.
/// - StartAsyncInvoke, GetAsyncInvoke, ListAsyncInvokes: an invocation is completed as soon as it is started; the list
///   has two pages of one each. The same token and model give the same invocation.
/// - InvokeGuardrailChecks: every check that is asked for finds what has its name in a text.
std::optional<runtime_answer> answer_runtime(request_head const& head, std::string_view body);

}  // namespace mock
