// Owns what the mock answers to the control plane's questions about models and inference profiles: an account that has
// some of everything. Never opens a socket, never includes the SDK; the same request always gets the same answer.
#pragma once

#include "support/http_head.hpp"
#include "support/runtime_answer.hpp"

#include <optional>

namespace mock {

/// Nothing for what is none of these operations:
///
/// - ListFoundationModels with its filters, and GetFoundationModel by id or ARN. Among the models: one of each reason
///   why it is not to be listed, one without a name, one with values that no enumeration has.
/// - ListInferenceProfiles in two pages, or as many as `maxResults` makes, and with `type`; GetInferenceProfile by id
/// or
///   ARN. Among the profiles: one whose base model this region does not have, one of an application.
std::optional<runtime_answer> answer_control(request_head const& head);

}  // namespace mock
