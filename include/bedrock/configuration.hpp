// SPDX-License-Identifier: MIT
// Owns the way from a configuration to what the SDK is made with: a client's options, the catalogue's.
// Never reads a setting of the environment, and never overrides what the caller's options say.
#ifndef BEDROCK_CONFIGURATION_HPP
#define BEDROCK_CONFIGURATION_HPP

#include "bedrock/catalogue.hpp"
#include "bedrock/config.hpp"
#include "bedrock/configuration/file.hpp"
#include "bedrock/configuration/reader.hpp"
#include "bedrock/configuration/settings.hpp"
#include "bedrock/options.hpp"

#include <cstdint>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A client's options, with what they leave open from the configuration: the endpoint of the runtime, and the region
/// that applies where neither options nor environment nor profile say one.
client_options make_client_options(configuration const& from, client_options options = {});

/// A catalogue's options, with the configuration's discovery before what they hold. Make the catalogue where
/// `discovery.is_on()`, and pass what it lists through `configuration::merge`.
catalogue_options make_catalogue_options(configuration const& from, catalogue_options options = {});

// ---------------------------------------------------------------------------------------------------------------------

inline client_options make_client_options(configuration const& from, client_options options) {
    if (options.runtime_endpoint.empty()) options.runtime_endpoint = from.base_url;
    if (options.default_region.empty())
        options.default_region = from.standard_region.empty() ? from.discovery.region : from.standard_region;
    if (from.standard_fips && !options.use_fips && options.endpoint.empty()) options.use_fips = true;
    if (options.timeouts.total_ms == 0) options.timeouts.total_ms = from.timeout_seconds * 1'000;
    return options;
}

inline catalogue_options make_catalogue_options(configuration const& from, catalogue_options options) {
    auto const& settings = from.discovery;
    if (!settings.provider_filter.empty()) options.rules.providers = settings.provider_filter;
    if (settings.refresh_seconds) options.refresh_seconds = *settings.refresh_seconds;
    if (settings.default_context_window) options.rules.default_context_window = *settings.default_context_window;
    if (settings.default_max_tokens) options.rules.default_max_tokens = *settings.default_max_tokens;
    if (options.call.region.empty()) options.call.region = settings.region;
    return options;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
