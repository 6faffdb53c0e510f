// SPDX-License-Identifier: MIT
// Owns what a configuration file says about Bedrock, as values: discovery, provider, models, guardrail, parameters.
// Never reads a file or a text, and never makes up what was not said: that stays unset.
#ifndef BEDROCK_CONFIGURATION_SETTINGS_HPP
#define BEDROCK_CONFIGURATION_SETTINGS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/cost.hpp"
#include "bedrock/known_limits.hpp"
#include "bedrock/model/control.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/guardrail.hpp"
#include "bedrock/model_list.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Something in a configuration that a person should know of, and where it stands.
struct configuration_note {
    /// Counted from 1; 0: of the file as a whole.
    std::size_t line = 0;
    std::size_t column = 0;
    /// "models.bedrockDiscovery.refreshInterval"; empty for the file as a whole.
    std::string key{};
    std::string message{};
    /// What to do about it; may be empty.
    std::string advice{};

    /// "line 4, column 12: KEY: MESSAGE; ADVICE"
    std::string text() const;
};

/// `models.bedrockDiscovery`, and its newer place `plugins.entries.amazon-bedrock.config.discovery`.
struct discovery_settings {
    std::optional<bool> enabled{};
    std::string region{};
    std::vector<std::string> provider_filter{};
    std::optional<std::int64_t> refresh_seconds{};  ///< 0: no cache
    std::optional<std::int64_t> default_context_window{};
    std::optional<std::int64_t> default_max_tokens{};
    bool include_inference_profiles = true;

    /// As far as the configuration says: whoever finds credentials may.
    bool is_on() const noexcept { return enabled.value_or(true); }
};

/// An element of `models.providers.amazon-bedrock.models`.
struct configured_model {
    std::string id{};
    std::string name{};
    std::optional<bool> reasoning{};
    /// Empty: not said.
    std::vector<json::open_enum<model_modality>> input{};
    std::optional<token_prices> cost{};  ///< US dollars per million tokens
    std::int64_t context_window = 0;     ///< 0: not said
    std::int64_t max_tokens = 0;         ///< 0: not said
    /// The model behind an id that does not tell it, such as an application inference profile's.
    std::string canonical_model_id{};

    /// False only where the configuration says what goes in, and images are not among it.
    bool takes_images() const noexcept;
};

/// `agents.defaults.params`, and those of one model.
struct call_parameters {
    std::optional<double> temperature{};
    json::open_enum<service_tier_type> service_tier{};
    std::string cache_retention{};  ///< "none", "short" or "long"
};

/// Everything that a configuration says about Bedrock.
struct configuration {
    discovery_settings discovery{};
    /// A proxy or VPC endpoint of the runtime; empty for a host of AWS's own, see `standard_region`.
    std::string base_url{};
    /// Of a `baseUrl` that is AWS's own host: does not override the region, and is one where nothing else says it.
    std::string standard_region{};
    bool standard_fips = false;
    std::int64_t timeout_seconds = 0;  ///< of a whole call; 0: not said
    std::int64_t max_tokens = 0;       ///< of every model that does not say its own; 0: not said
    std::vector<configured_model> models{};
    /// Without the provider's name before it.
    std::string primary_model{};
    guardrail_config guardrail{};
    call_parameters parameters{};
    std::vector<std::pair<std::string, call_parameters>> parameters_of_models{};  ///< by model id
    /// What was passed over: unknown keys, values that another one overrides.
    std::vector<configuration_note> notes{};

    /// Null where the configuration does not describe it. **Lifetime:** of the configuration.
    configured_model const* find_model(std::string_view id) const noexcept;
    /// A model's own parameters before those of all.
    call_parameters find_parameters(std::string_view model_id) const;

    /// Sets what a request leaves open and the configuration says: the longest answer, temperature, guardrail and
    /// service tier.
    void complete(converse_request& request) const;

    /// The models to offer, of those that were discovered. Models that the configuration lists are offered instead, in
    /// its order, with what was discovered where it says nothing, and with the limits that are known.
    std::vector<available_model> merge(std::vector<available_model> discovered, list_rules const& rules = {}) const;
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::string configuration_note::text() const {
    std::string all;
    if (line != 0) all = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
    if (!key.empty()) all += key + ": ";
    all += message;
    if (!advice.empty()) all += "; " + advice;
    return all;
}

inline bool configured_model::takes_images() const noexcept {
    return input.empty() || list_detail::has(input, "IMAGE");
}

inline configured_model const* configuration::find_model(std::string_view id) const noexcept {
    for (auto const& model : models)
        if (model.id == id) return &model;
    return nullptr;
}

inline call_parameters configuration::find_parameters(std::string_view model_id) const {
    auto found = parameters;
    for (auto const& [id, own] : parameters_of_models) {
        if (id != model_id) continue;
        if (own.temperature) found.temperature = own.temperature;
        if (own.service_tier.is_set()) found.service_tier = own.service_tier;
        if (!own.cache_retention.empty()) found.cache_retention = own.cache_retention;
    }
    return found;
}

inline void configuration::complete(converse_request& request) const {
    auto const* const model = find_model(request.model_id);
    auto const longest = model && model->max_tokens > 0 ? model->max_tokens : max_tokens;
    constexpr std::int64_t most = 2'147'483'647;
    if (!request.inference.max_tokens && longest > 0)
        request.inference.max_tokens = static_cast<std::int32_t>((std::min)(longest, most));
    auto const own = find_parameters(request.model_id);
    if (!request.inference.temperature && own.temperature)
        request.inference.temperature = static_cast<float>(*own.temperature);
    if (!request.service_tier.type.is_set()) request.service_tier.type = own.service_tier;
    if (request.guardrail.guardrail_identifier.empty()) request.guardrail = guardrail;
}

inline std::vector<available_model> configuration::merge(std::vector<available_model> discovered,
                                                         list_rules const& rules) const {
    if (!discovery.include_inference_profiles)
        std::erase_if(discovered, [](auto const& one) { return one.kind == model_kind::inference_profile; });
    if (models.empty()) return discovered;
    std::vector<available_model> merged;
    for (auto const& model : models) {
        available_model made;
        made.id = model.id;
        made.name = model.id;
        made.provider = find_vendor(model.id);
        auto const& known_as = model.canonical_model_id.empty() ? model.id : model.canonical_model_id;
        if (strip_geography(model.id) != model.id) {
            made.kind = model_kind::inference_profile;
            made.base_model = strip_geography(model.id);
        }
        bool is_discovered = false;
        for (auto& one : discovered) {
            if (!ascii::equal_ignoring_case(one.id, model.id) && one.arn != model.id) continue;
            made = one;
            made.id = model.id;
            is_discovered = true;
            break;
        }
        if (!is_discovered) list_detail::complete(made, known_as, rules);
        if (!model.name.empty()) made.name = model.name;
        if (!model.input.empty()) made.input = model.input;
        if (model.reasoning) made.reasoning = *model.reasoning;
        if (model.context_window > 0) made.context_window = model.context_window;
        auto const longest = model.max_tokens > 0 ? model.max_tokens : max_tokens;
        if (longest > 0) made.max_tokens = longest;
        merged.push_back(std::move(made));
    }
    return merged;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
