// SPDX-License-Identifier: MIT
// Owns what is known about models that no API of Bedrock tells: context windows, longest answers, extended thinking.
// Never refuses a request by it, and never stands above what the caller says.
#ifndef BEDROCK_KNOWN_LIMITS_HPP
#define BEDROCK_KNOWN_LIMITS_HPP

#include "bedrock/config.hpp"
#include "bedrock/model_id.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

struct model_limits {
    std::int64_t context_window = 0;  ///< tokens; 0: not known
    std::int64_t max_tokens = 0;      ///< of an answer; 0: not known
    std::optional<bool> reasoning{};  ///< whether the model can be asked to think first
};

/// Limits of a caller's own.
struct limit_rule {
    /// As `is_of_family` has it.
    std::string family{};
    model_limits limits{};
};

struct known_model {
    std::string_view family{};
    model_limits limits{};
};

/// Source of windows and answers: the table of OpenClaw's amazon-bedrock provider, 2026.9.6 (September 2026),
/// which other catalogues contradict here and there; reasoning: the Claude models whose thinking it and pi-ai steer.
inline constexpr known_model known_models[] = {
    {"claude-fable-5", {1'000'000, 128'000, true}},
    {"claude-mythos-5", {1'000'000, 128'000, true}},
    {"claude-mythos-preview", {0, 0, true}},
    {"claude-opus-5", {1'000'000, 128'000, true}},
    {"claude-sonnet-5", {1'000'000, 128'000, true}},
    {"claude-opus-4-8", {1'000'000, 0, true}},
    {"claude-opus-4-7", {1'000'000, 0, true}},
    {"claude-opus-4-6", {1'000'000, 0, true}},
    {"claude-sonnet-4-6", {1'000'000, 0, true}},
    {"claude-3-7-sonnet", {200'000, 0, true}},
    {"claude-sonnet-4-5", {200'000, 0, true}},
    {"claude-sonnet-4", {200'000, 0, true}},
    {"claude-opus-4-5", {200'000, 0, true}},
    {"claude-opus-4-1", {200'000, 0, true}},
    {"claude-haiku-4-5", {200'000, 0, true}},
    {"claude-3-5-haiku", {200'000, 0, {}}},
    {"claude-3-haiku", {200'000, 0, {}}},
    {"nova-premier", {1'000'000, 0, {}}},
    {"nova-pro", {300'000, 0, {}}},
    {"nova-lite", {300'000, 0, {}}},
    {"nova-2-lite", {300'000, 0, {}}},
    {"nova-micro", {128'000, 0, {}}},
    {"minimax-m2", {1'000'000, 0, {}}},
    {"minimax-m2.1", {1'000'000, 0, {}}},
    {"minimax-m2.5", {1'000'000, 0, {}}},
    {"llama4-maverick", {1'000'000, 0, {}}},
    {"llama4-scout", {512'000, 0, {}}},
    {"llama3-1", {128'000, 0, {}}},
    {"llama3-2", {128'000, 0, {}}},
    {"llama3-3", {128'000, 0, {}}},
    {"nemotron-super-3-120b", {256'000, 0, {}}},
    {"nemotron-nano", {128'000, 0, {}}},
    {"jamba-1-5-large", {256'000, 0, {}}},
    {"jamba-1-5-mini", {256'000, 0, {}}},
    {"qwen3-coder-next", {256'000, 0, {}}},
    {"qwen3-coder-30b", {256'000, 0, {}}},
    {"qwen3-32b", {128'000, 0, {}}},
    {"qwen3-vl-235b", {128'000, 0, {}}},
    {"mistral-large-3", {128'000, 0, {}}},
    {"mistral-large-2407", {128'000, 0, {}}},
    {"mistral-small-2402", {32'000, 0, {}}},
    {"deepseek.r1", {128'000, 0, {}}},
    {"deepseek.v3.2", {128'000, 0, {}}},
    {"command-r", {128'000, 0, {}}},
    {"command-r-plus", {128'000, 0, {}}},
    {"gemma-3", {128'000, 0, {}}},
    {"glm-5", {128'000, 0, {}}},
    {"glm-4.7", {128'000, 0, {}}},
    {"glm-4.7-flash", {128'000, 0, {}}},
};

/// What is known of a model, the caller's rules first, number by number; the longest family name counts.
model_limits find_limits(std::string_view model_id, std::span<limit_rule const> own = {}) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace limits_detail {

/// The limits of the longest family that has the model; none where there is none.
template <class Rules>
model_limits find_in(std::string_view model_id, Rules const& rules) noexcept {
    auto const is_of = [model_id](std::string_view family) noexcept { return is_of_family(model_id, family); };
    auto const* const found = model_id_detail::find_longest(rules, is_of);
    return found ? found->limits : model_limits();
}

}  // namespace limits_detail

inline model_limits find_limits(std::string_view model_id, std::span<limit_rule const> own) noexcept {
    auto found = limits_detail::find_in(model_id, own);
    auto const known = limits_detail::find_in(model_id, known_models);
    if (found.context_window <= 0) found.context_window = known.context_window;
    if (found.max_tokens <= 0) found.max_tokens = known.max_tokens;
    if (!found.reasoning) found.reasoning = known.reasoning;
    return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
