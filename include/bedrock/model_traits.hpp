// SPDX-License-Identifier: MIT
// Owns what is known of single models that an agent steers: how they think, what they cache, which parameters they
// refuse. Never acts by itself: the core client reads none of it, and a caller's own rules stand above it.
#ifndef BEDROCK_MODEL_TRAITS_HPP
#define BEDROCK_MODEL_TRAITS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model_id.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// How much a model shall think before it answers.
enum class reasoning_level : unsigned char {
    off,
    minimal,
    low,
    medium,
    high,
    xhigh,
    max,
    adaptive,  ///< as the model sees fit
};

/// How a model is asked to think.
enum class thinking_style : unsigned char {
    none,      ///< not by a parameter known here
    budget,    ///< Claude up to 4.5: a number of tokens
    adaptive,  ///< Claude from 4.6: by effort
};

enum class caching_style : unsigned char {
    none,
    claude,  ///< cache points in tools, system prompt and messages; five minutes or an hour
    nova,    ///< cache points in system prompt and messages; always five minutes
};

struct model_traits {
    thinking_style thinking = thinking_style::none;
    /// Cannot be asked not to think: `off` and `minimal` become `low`.
    bool always_thinks = false;
    /// What is fit for the model where nobody chose.
    reasoning_level default_level = reasoning_level::off;
    /// What becomes of `xhigh`: that, `max` or `high`.
    reasoning_level xhigh_as = reasoning_level::high;
    /// Refuses temperature and top_p, whether it thinks or not.
    bool refuses_sampling = false;
    /// Refuses service tiers other than the default.
    bool only_default_tier = false;
    /// Signs its reasoning, takes it back with the signature only, and refuses a temperature or a forced tool while it
    /// thinks: Claude.
    bool signs_reasoning = false;
    caching_style caching = caching_style::none;
};

/// A caller's own knowledge, of a model or a family.
struct trait_rule {
    /// As in ids or names, in any spelling: "claude-opus-4-6", "Claude Opus 4.6".
    std::string family{};
    model_traits traits{};
};

struct known_traits {
    std::string_view family{};
    model_traits traits{};
};

/// Source: pi-ai 0.73.1 and OpenClaw's amazon-bedrock provider 2026.9 (thinking, defaults, effort, temperature, tiers,
/// caching); pi-ai's later releases for `xhigh` of the models behind Opus 4.7.
inline constexpr known_traits known_model_traits[] = {
    {"claude-fable-5",
     {thinking_style::adaptive, true, reasoning_level::medium, reasoning_level::xhigh, true, true, true,
      caching_style::claude}},
    {"claude-mythos-5",
     {thinking_style::adaptive, true, reasoning_level::high, reasoning_level::xhigh, true, false, true,
      caching_style::claude}},
    {"claude-mythos-preview",
     {thinking_style::adaptive, true, reasoning_level::high, reasoning_level::xhigh, true, false, true,
      caching_style::claude}},
    {"claude-opus-5",
     {thinking_style::adaptive, false, reasoning_level::high, reasoning_level::xhigh, true, true, true,
      caching_style::claude}},
    {"claude-sonnet-5",
     {thinking_style::adaptive, true, reasoning_level::high, reasoning_level::xhigh, true, true, true,
      caching_style::claude}},
    {"claude-opus-4-8",
     {thinking_style::adaptive, false, reasoning_level::off, reasoning_level::xhigh, true, false, true,
      caching_style::claude}},
    {"claude-opus-4-7",
     {thinking_style::adaptive, false, reasoning_level::off, reasoning_level::xhigh, true, false, true,
      caching_style::claude}},
    {"claude-opus-4-6",
     {thinking_style::adaptive, false, reasoning_level::adaptive, reasoning_level::max, false, false, true,
      caching_style::claude}},
    {"claude-sonnet-4-6",
     {thinking_style::adaptive, false, reasoning_level::adaptive, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-opus-4-5",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-sonnet-4-5",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-haiku-4-5",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-opus-4-1",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-opus-4",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-sonnet-4",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-3-7-sonnet",
     {thinking_style::budget, false, reasoning_level::off, reasoning_level::high, false, false, true,
      caching_style::claude}},
    {"claude-3-5-haiku", {.signs_reasoning = true, .caching = caching_style::claude}},
    {"claude", {.signs_reasoning = true}},
    {"nova-micro-v1:0", {.caching = caching_style::nova}},
    {"nova-lite-v1:0", {.caching = caching_style::nova}},
    {"nova-pro-v1:0", {.caching = caching_style::nova}},
    {"nova-premier-v1:0", {.caching = caching_style::nova}},
    {"nova-2-lite-v1:0", {.caching = caching_style::nova}},
};

/// Whether an id, an ARN or a name speaks of a family: both in lower case, with "-" for white space, "_", "." and ":".
/// What follows must leave it the same model, as `is_of_family` has it: "claude-sonnet-4" is not in "Claude
/// Sonnet 4.5".
bool mentions_family(std::string_view text, std::string_view family);

/// What is known of a model: by its id, by its name where the id does not tell (application inference profiles), the
/// caller's rules first, the longest family in each. A Claude 4 that the table does not have yet is cached at least.
model_traits find_traits(std::string_view model_id, std::string_view name = {}, std::span<trait_rule const> own = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace traits_detail {

inline std::string spell(std::string_view text) {
    std::string spelt;
    for (char const c : text) {
        bool const separates = ascii::is_blank(c) || c == '_' || c == '.' || c == ':' || c == '\v' || c == '\f';
        if (!separates)
            spelt.push_back(ascii::to_lower(c));
        else if (spelt.empty() || spelt.back() != '-')
            spelt.push_back('-');
    }
    return spelt;
}

constexpr bool is_of_word(char c) noexcept {
    return ascii::is_letter(c) || ascii::is_digit(c);
}

// Both spelt.
inline bool mentions(std::string_view text, std::string_view family) noexcept {
    if (family.empty()) return false;
    for (auto at = text.find(family); at != std::string_view::npos; at = text.find(family, at + 1)) {
        auto const rest = text.substr(at + family.size());
        bool const begins = at == 0 || !is_of_word(text[at - 1]);
        bool const other_sign = !rest.empty() && rest[0] != '-' && !is_of_word(rest[0]);
        if (begins && (other_sign || model_id_detail::continues_family(family, rest))) return true;
    }
    return false;
}

template <class Rules>
std::optional<model_traits> find_in(std::string_view id, std::string_view name, Rules const& rules) {
    auto const is_of = [id, name](std::string_view rule) {
        auto const family = spell(rule);
        return mentions(id, family) || mentions(name, family);
    };
    auto const* const found = model_id_detail::find_longest(rules, is_of);
    return found ? std::optional(found->traits) : std::nullopt;
}

}  // namespace traits_detail

inline bool mentions_family(std::string_view text, std::string_view family) {
    return traits_detail::mentions(traits_detail::spell(text), traits_detail::spell(family));
}

inline model_traits find_traits(std::string_view model_id, std::string_view name, std::span<trait_rule const> own) {
    using namespace traits_detail;
    auto const id = spell(model_id);
    auto const called = spell(name);
    if (auto const found = find_in(id, called, own)) return *found;
    auto found = find_in(id, called, known_model_traits).value_or(model_traits());
    bool const of_four = id.find("-4-") != std::string::npos || called.find("-4-") != std::string::npos;
    if (found.signs_reasoning && of_four) found.caching = caching_style::claude;
    return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
