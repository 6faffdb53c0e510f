// SPDX-License-Identifier: MIT
// Owns the making of one list of models from the control plane's two: what can be invoked, with the limits that apply.
// Never asks anybody, and never keeps what it was given.
#ifndef BEDROCK_MODEL_LIST_HPP
#define BEDROCK_MODEL_LIST_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/known_limits.hpp"
#include "bedrock/model/control.hpp"
#include "bedrock/model_id.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class model_kind : unsigned char { foundation_model, inference_profile };

/// Something that a model id may name.
struct available_model {
    std::string id{};
    std::string arn{};
    /// For people; the id where it has no name.
    std::string name{};
    /// For people ("Mistral AI"); as the id says it where nothing else does.
    std::string provider{};
    model_kind kind = model_kind::foundation_model;
    /// The id of the model behind an inference profile; empty for a foundation model, and where it is not known.
    std::string base_model{};
    /// As the service says; text alone where it says nothing.
    std::vector<json::open_enum<model_modality>> input{};
    std::vector<json::open_enum<model_modality>> output{};
    /// How the (base) model can be invoked. One without ON_DEMAND needs a profile or provisioned throughput.
    std::vector<json::open_enum<inference_type>> inference_types{};
    /// Whether it can be asked to think first, as far as is known.
    bool reasoning = false;
    std::int64_t context_window = 0;  ///< tokens
    std::int64_t max_tokens = 0;      ///< of an answer

    bool takes_images() const noexcept;
};

struct list_rules {
    /// Any of these: the provider's name, its first word, or the id's vendor part, in any case, so that "mistral" finds
    /// "Mistral AI". Blank ones do not count; none: every provider.
    std::vector<std::string> providers{};
    /// Also what is not ACTIVE, does not stream or gives no text.
    bool all = false;
    /// Where nothing better is known; not above 0: the default.
    std::int64_t default_context_window = 32'000;
    std::int64_t default_max_tokens = 4'096;
    /// Before `known_models`.
    std::vector<limit_rule> limits{};
};

/// Foundation models that are ACTIVE, stream and give text, and ACTIVE inference profiles, which inherit from their
/// base models; a profile whose base model is known not to stream text is left out. Ids are taken once, in any case,
/// foundation models first. In the list `global.` profiles come first, the rest by name.
std::vector<available_model> make_model_list(std::span<foundation_model_summary const> models,
                                             std::span<inference_profile_summary const> profiles,
                                             list_rules const& rules = {});

/// What an ARN of Bedrock names, "foundation-model" and "anthropic.claude-..."; both empty where it is no ARN.
/// **Lifetime:** of the text.
struct arn_resource {
    std::string_view kind{};
    std::string_view name{};
};
arn_resource find_arn_resource(std::string_view arn) noexcept;

/// The id of the foundation model that a profile leads to, or "".
std::string find_base_model(std::span<inference_profile_model const> models);

// ---------------------------------------------------------------------------------------------------------------------

namespace list_detail {

using modalities = std::vector<json::open_enum<model_modality>>;

inline std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made) c = ascii::to_lower(c);
    return made;
}

inline bool has(modalities const& among, std::string_view wanted) noexcept {
    return std::any_of(among.begin(), among.end(),
                       [&](auto const& one) { return ascii::equal_ignoring_case(one.text(), wanted); });
}

inline bool streams_text(foundation_model_summary const& model) noexcept {
    return model.response_streaming_supported.value_or(false) && has(model.output_modalities, "TEXT");
}

inline bool is_offered(foundation_model_summary const& model) noexcept {
    return model.model_lifecycle.status == foundation_model_lifecycle_status::active && streams_text(model);
}

inline bool names_reasoning(std::string_view text) {
    auto const low = lower(text);
    return low.find("reasoning") != std::string::npos || low.find("thinking") != std::string::npos;
}

/// What is wanted of providers, in lower case.
class provider_filter {
  public:
    explicit provider_filter(std::vector<std::string> const& wanted) {
        for (auto const& one : wanted)
            if (auto const name = ascii::trim(one); !name.empty()) wanted_.insert(lower(name));
    }
    bool takes(std::string_view provider, std::string_view model_id) const {
        if (wanted_.empty()) return true;
        auto const name = lower(ascii::trim(provider));
        return wanted_.contains(name) || wanted_.contains(name.substr(0, name.find(' '))) ||
               wanted_.contains(lower(find_vendor(model_id)));
    }

  private:
    std::set<std::string> wanted_;
};

inline std::string first_said(std::string_view first, std::string_view second) {
    return std::string(ascii::trim(first).empty() ? second : first);
}

/// The parts that do not depend on where the model comes from.
inline void complete(available_model& made, std::string_view model_id, list_rules const& rules) {
    list_rules const defaults;
    auto const limits = find_limits(model_id, rules.limits);
    auto const choose = [](std::int64_t known, std::int64_t wanted, std::int64_t fallback) {
        return known > 0 ? known : wanted > 0 ? wanted : fallback;
    };
    made.context_window = choose(limits.context_window, rules.default_context_window, defaults.default_context_window);
    made.max_tokens = choose(limits.max_tokens, rules.default_max_tokens, defaults.default_max_tokens);
    made.reasoning =
        limits.reasoning.value_or(made.reasoning || names_reasoning(model_id) || names_reasoning(made.name));
    if (made.input.empty()) made.input.emplace_back(model_modality::text);
    if (made.output.empty()) made.output.emplace_back(model_modality::text);
}

inline void inherit(available_model& made, foundation_model_summary const& from) {
    made.input = from.input_modalities;
    made.output = from.output_modalities;
    made.inference_types = from.inference_types_supported;
    made.reasoning = names_reasoning(from.model_name);
    made.provider = first_said(from.provider_name, find_vendor(from.model_id));
}

inline std::string find_base(inference_profile_summary const& profile) {
    auto base = find_base_model(profile.models);
    if (base.empty() && profile.type == inference_profile_type::system_defined)
        base = strip_geography(profile.inference_profile_id);
    return base;
}

}  // namespace list_detail

inline bool available_model::takes_images() const noexcept {
    return list_detail::has(input, "IMAGE");
}

inline arn_resource find_arn_resource(std::string_view arn) noexcept {
    if (!arn.starts_with("arn:")) return {};
    for (int field = 0; field != 5; ++field) {
        auto const colon = arn.find(':');
        if (colon == std::string_view::npos) return {};
        arn.remove_prefix(colon + 1);
    }
    auto const slash = arn.find('/');
    if (slash == std::string_view::npos) return {};
    return {arn.substr(0, slash), arn.substr(slash + 1)};
}

inline std::string find_base_model(std::span<inference_profile_model const> models) {
    for (auto const& one : models) {
        auto const resource = find_arn_resource(one.model_arn);
        if (resource.kind == "foundation-model") return std::string(resource.name);
    }
    return {};
}

inline std::vector<available_model> make_model_list(std::span<foundation_model_summary const> models,
                                                    std::span<inference_profile_summary const> profiles,
                                                    list_rules const& rules) {
    using namespace list_detail;
    provider_filter const filter(rules.providers);
    std::map<std::string, foundation_model_summary const*> by_id;
    std::set<std::string> taken;
    std::vector<available_model> list;
    for (auto const& model : models) {
        auto const key = lower(model.model_id);
        if (ascii::trim(key).empty()) continue;
        by_id.emplace(key, &model);
        if (!rules.all && !is_offered(model)) continue;
        if (!filter.takes(model.provider_name, model.model_id) || !taken.insert(key).second) continue;
        auto& made = list.emplace_back();
        made.id = model.model_id;
        made.arn = model.model_arn;
        made.name = first_said(model.model_name, model.model_id);
        inherit(made, model);
        complete(made, model.model_id, rules);
    }
    for (auto const& profile : profiles) {
        auto const key = lower(profile.inference_profile_id);
        if (ascii::trim(key).empty()) continue;
        if (!rules.all && profile.status != inference_profile_status::active) continue;
        auto const base = find_base(profile);
        auto const found = by_id.find(lower(base));
        auto const* const from = found == by_id.end() ? nullptr : found->second;
        if (from && !rules.all && !streams_text(*from)) continue;
        if (!filter.takes(from ? from->provider_name : std::string(), base) || !taken.insert(key).second) continue;
        auto& made = list.emplace_back();
        made.kind = model_kind::inference_profile;
        made.id = profile.inference_profile_id;
        made.arn = profile.inference_profile_arn;
        made.name = first_said(profile.inference_profile_name, profile.inference_profile_id);
        made.provider = find_vendor(base);
        made.base_model = base;
        if (from) inherit(made, *from);
        complete(made, base, rules);
    }
    auto const place = [](available_model const& one) {
        return std::make_tuple(!one.id.starts_with("global."), lower(one.name), std::string_view(one.id));
    };
    std::stable_sort(list.begin(), list.end(),
                     [&](auto const& left, auto const& right) { return place(left) < place(right); });
    return list;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
