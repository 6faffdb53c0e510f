// Owns where a call goes: which region and endpoint apply, and which setting said so.
// Never reads a file or asks the network by itself: it is a protocol over the environment.
#ifndef BEDROCK_SETTINGS_HPP
#define BEDROCK_SETTINGS_HPP

#include "bedrock/config.hpp"
#include "bedrock/endpoint.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/result.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A value, and what set it: "AWS_REGION", "default".
struct setting {
    std::string value{};
    std::string source{};
};

/// What the caller said, before the environment is asked. Empty values say nothing.
struct settings_request {
    setting region{};
    setting endpoint{};
    /// An ARN says its region.
    std::string model_id{};
    /// The first label of the service's host, and what its endpoint variable ends in.
    std::string service{"bedrock-runtime"};
    std::string endpoint_variable{"AWS_ENDPOINT_URL_BEDROCK_RUNTIME"};
};

struct settings {
    setting region{};
    /// Scheme, host, port and path prefix, without a `/` at the end.
    setting endpoint{};
    /// The value of the Host header.
    std::string host{};
    /// What stands before every path of the endpoint: "" or "/base".
    std::string path_prefix{};
};

/// Region: the caller's, the ARN's, AWS_REGION, AWS_DEFAULT_REGION, us-east-1.
/// Endpoint: the caller's, AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL, the region's standard host.
/// **Errors:** invalid_input for a region or URL that is none, naming what set it.
exchange<result<settings>> find_settings(environment const& surroundings, settings_request wanted);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The first variable of two that says something.
inline setting from_variables(environment const& surroundings, std::string const& first, std::string const& second) {
    for (auto const& name : {first, second})
        if (auto value = non_blank_variable(surroundings, name)) return {std::move(*value), name};
    return {};
}

}  // namespace detail

inline exchange<result<settings>> find_settings(environment const& surroundings, settings_request wanted) {
    settings found;
    found.region = std::move(wanted.region);
    if (found.region.value.empty()) {
        if (auto const inside = endpoint::find_region_in_arn(wanted.model_id); !inside.empty())
            found.region = {std::string(inside), "model ARN"};
        else
            found.region = detail::from_variables(surroundings, "AWS_REGION", "AWS_DEFAULT_REGION");
    }
    if (found.region.value.empty()) found.region = {"us-east-1", "default"};

    found.endpoint = std::move(wanted.endpoint);
    if (found.endpoint.value.empty())
        found.endpoint = detail::from_variables(surroundings, wanted.endpoint_variable, "AWS_ENDPOINT_URL");

    endpoint::parameters parameters;
    parameters.service = wanted.service;
    parameters.region = found.region.value;
    parameters.custom_url = found.endpoint.value;
    auto resolved = endpoint::resolve(parameters);
    if (!resolved) {
        parameters.custom_url = {};
        bool const by_url = endpoint::resolve(parameters).has_value();  // nothing is wrong without it
        auto why = std::move(resolved).error();
        why.message += " (set by " + (by_url ? found.endpoint.source : found.region.source) + ")";
        co_return unexpected{std::move(why)};
    }
    if (found.endpoint.value.empty()) found.endpoint.source = "standard for " + found.region.value;
    found.endpoint.value = std::move(resolved->url);
    found.host = std::move(resolved->host);
    found.path_prefix = std::move(resolved->path_prefix);
    if (!resolved->region.empty()) found.region.value = std::move(resolved->region);
    co_return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
