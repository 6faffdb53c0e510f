// SPDX-License-Identifier: MIT
// Owns what the id of a model says by itself: where a profile runs it, who made it, of which family it is.
// Never changes an id, and knows no model.
#ifndef BEDROCK_MODEL_ID_HPP
#define BEDROCK_MODEL_ID_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <iterator>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// The id without the geography of a system-defined inference profile: "us.anthropic.claude-..." and "global.anthropic.
/// claude-..." both give "anthropic.claude-...". **Lifetime:** of the text.
std::string_view strip_geography(std::string_view model_id) noexcept;

/// Who made a model, as its id says it: "mistral" of "us.mistral.pixtral-...". Empty where the id does not say it.
/// **Lifetime:** of the text.
std::string_view find_vendor(std::string_view model_id) noexcept;

/// Whether an id, with or without geography, and with or without vendor, is the family's name, alone or followed by
/// what does not make another model of it (sizes, dates, revisions): "anthropic.claude-sonnet-4-20250514-v1:0" is of
/// "claude-sonnet-4", "anthropic.claude-sonnet-4-5-20250929-v1:0" is not.
bool is_of_family(std::string_view model_id, std::string_view family) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace model_id_detail {

/// Whether what follows a family's name leaves the model what it is. A number of one or two digits is a version's.
constexpr bool continues_family(std::string_view family, std::string_view rest) noexcept {
    if (rest.empty() || rest[0] == ':') return true;
    if (rest[0] != '-') return false;
    std::size_t end = 1;
    while (end != rest.size() && ascii::is_digit(rest[end])) ++end;
    bool const is_size = end != rest.size() && ascii::is_letter(rest[end]);
    return end == 1 || end > 3 || is_size || !ascii::is_digit(family.back());
}

constexpr bool begins_with_family(std::string_view name, std::string_view family) noexcept {
    return !family.empty() && name.starts_with(family) && continues_family(family, name.substr(family.size()));
}

/// The rule of the longest family that `is_of` accepts; null where there is none.
template <class Rules, class IsOf>
auto find_longest(Rules const& rules, IsOf const& is_of) -> decltype(&*std::begin(rules)) {
    decltype(&*std::begin(rules)) found = nullptr;
    for (auto const& rule : rules)
        if (rule.family.size() > (found ? found->family.size() : 0) && is_of(rule.family)) found = &rule;
    return found;
}

}  // namespace model_id_detail

inline std::string_view strip_geography(std::string_view model_id) noexcept {
    for (std::string_view const geography : {"us.", "eu.", "ap.", "apac.", "au.", "jp.", "us-gov.", "global."})
        if (model_id.starts_with(geography)) return model_id.substr(geography.size());
    return model_id;
}

inline std::string_view find_vendor(std::string_view model_id) noexcept {
    auto const bare = strip_geography(model_id);
    auto const dot = bare.find('.');
    return dot == std::string_view::npos ? std::string_view() : bare.substr(0, dot);
}

inline bool is_of_family(std::string_view model_id, std::string_view family) noexcept {
    auto const bare = strip_geography(model_id);
    return model_id_detail::begins_with_family(model_id, family) || model_id_detail::begins_with_family(bare, family) ||
           model_id_detail::begins_with_family(bare.substr(bare.find('.') + 1), family);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
