// Owns the list of the SDK's headers that the tool uses: the umbrella, and the opt-in ones.
// Never declares anything.
#pragma once

#include <bedrock/apply_guardrail.hpp>
#include <bedrock/bedrock.hpp>
#include <bedrock/catalogue.hpp>
#include <bedrock/configuration.hpp>
#include <bedrock/cost.hpp>
#include <bedrock/count_tokens.hpp>
#include <bedrock/invoke.hpp>
#include <bedrock/model_fit.hpp>
#include <bedrock/model_traits.hpp>
#include <bedrock/prompt_cache.hpp>
#include <bedrock/reasoning.hpp>
