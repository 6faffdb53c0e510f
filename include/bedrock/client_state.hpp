// SPDX-License-Identifier: MIT
// Owns what every call of one client shares: its options, its surroundings, its sources of credentials and its retry
// budget. Never holds a connection: engines are leased from a pool.
#ifndef BEDROCK_CLIENT_STATE_HPP
#define BEDROCK_CLIENT_STATE_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/default_chain.hpp"
#include "bedrock/credentials/instance.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/http.hpp"
#include "bedrock/network.hpp"
#include "bedrock/options.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// **Thread safety:** full: what is not const is atomic, or locks.
template <class>
struct basic_client_state {
    /// Nothing is read or asked.
    explicit basic_client_state(client_options given)
        : options(std::move(given)), surroundings(complete(options.surroundings)), providers(make_providers()) {}

    client_options const options;
    environment const surroundings;
    retry::token_bucket bucket{};
    std::shared_ptr<profile_files> const files = detail::share_new<profile_files>();
    std::shared_ptr<instance_provider> const instance = detail::share_new<instance_provider>(files, options.profile);
    /// Asked in this order; what they keep, they keep for all calls.
    provider_list const providers;

    /// What the client's options say of a place: all but the endpoint, which is of one service.
    settings_request make_settings_request() const;
    /// Options and environment brought together; `ca_bundle` as `settings` has it.
    http::network make_network(setting const& ca_bundle) const;

  private:
    static environment complete(std::optional<environment> const& given);
    provider_list make_providers() const;
};
using client_state = basic_client_state<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
environment basic_client_state<Use>::complete(std::optional<environment> const& given) {
    auto process = environment::of_process();
    auto made = given ? *given : environment();
    if (!made.variable) {
        made.variable = std::move(process.variable);
        if (!made.home) made.home = std::move(process.home);
    }
    if (!made.unix_milliseconds) made.unix_milliseconds = std::move(process.unix_milliseconds);
    if (!made.steady_milliseconds) made.steady_milliseconds = std::move(process.steady_milliseconds);
    if (!made.random_unit) made.random_unit = std::move(process.random_unit);
    if (!made.clock_offsets) made.clock_offsets = detail::share_new<clock_offsets>();
    return made;
}

template <class Use>
settings_request basic_client_state<Use>::make_settings_request() const {
    settings_request wanted;
    wanted.region = {options.region, "client option"};
    wanted.default_region = {options.default_region, "client option for the default"};
    wanted.profile = options.profile;
    wanted.files = files;
    wanted.use_fips = options.use_fips;
    wanted.use_dual_stack = options.use_dual_stack;
    wanted.ignore_configured_endpoints = options.ignore_configured_endpoints;
    if (options.region_of_instance) wanted.last_region_source = instance;
    wanted.allowed_regions = options.allowed_regions;
    wanted.allow_plain_http = options.allow_plain_http;
    return wanted;
}

template <class Use>
http::network basic_client_state<Use>::make_network(setting const& ca_bundle) const {
    auto const& own = options.network;
    auto made = network_of(surroundings);
    for (auto* const proxy : {&made.https_proxy, &made.http_proxy}) {
        if (own.proxy) proxy->url = *own.proxy;
        if (own.no_proxy) proxy->exceptions = *own.no_proxy;
        proxy->authorities = own.proxy_authorities;
    }
    made.tls = {own.tls.authorities, {}, {}, own.tls.authority_folder};
    if (made.tls.authorities.empty() && made.tls.authority_folder.empty()) made.tls.authorities = ca_bundle.value;
    return made;
}

template <class Use>
provider_list basic_client_state<Use>::make_providers() const {
    if (options.credentials) return {static_credentials(*options.credentials)};
    if (!options.providers.empty()) return options.providers;
    chain_options how;
    how.with_bearer = options.auth == auth_scheme::automatic;
    how.place = make_settings_request();
    how.mfa_code = options.mfa_code;
    how.instance = instance;
    return default_chain(std::move(how));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
