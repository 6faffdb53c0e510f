// SPDX-License-Identifier: MIT
// Owns the code that bedrock/extern.hpp promises: to be included by one source file of a program.
// Never needed where bedrock.hpp is included alone: then each source file compiles what it uses.
#ifndef BEDROCK_EXTERN_DEFINITIONS_HPP
#define BEDROCK_EXTERN_DEFINITIONS_HPP

#include "bedrock/apply_guardrail.hpp"
#include "bedrock/async_invoke.hpp"
#include "bedrock/control.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/embed.hpp"
#include "bedrock/extern.hpp"
#include "bedrock/guardrail_checks.hpp"
#include "bedrock/invoke.hpp"

namespace bedrock::inline BEDROCK_ABI {

BEDROCK_CLIENT_CLASSES(template);

}  // namespace bedrock::inline BEDROCK_ABI

#endif
