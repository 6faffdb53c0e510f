// Owns the headers of the SDK's opt-in operations, which the joined header has already.
// Never declares anything.
#pragma once

#include <bedrock/bedrock.hpp>

#ifndef BEDROCK_APPLY_GUARDRAIL_HPP
#include <bedrock/apply_guardrail.hpp>
#endif
#ifndef BEDROCK_CATALOGUE_HPP
#include <bedrock/catalogue.hpp>
#endif
#ifndef BEDROCK_COUNT_TOKENS_HPP
#include <bedrock/count_tokens.hpp>
#endif
#ifndef BEDROCK_INVOKE_HPP
#include <bedrock/invoke.hpp>
#endif
