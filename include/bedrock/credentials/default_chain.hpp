// SPDX-License-Identifier: MIT
// Owns the order in which a client without explicit credentials looks for some.
// Never asks a source itself.
#ifndef BEDROCK_CREDENTIALS_DEFAULT_CHAIN_HPP
#define BEDROCK_CREDENTIALS_DEFAULT_CHAIN_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/bearer.hpp"
#include "bedrock/credentials/cached.hpp"
#include "bedrock/credentials/container.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/credentials/instance.hpp"
#include "bedrock/credentials/profile.hpp"
#include "bedrock/credentials/web_identity.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"

#include <memory>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

struct chain_options {
    /// False leaves the bearer token out, for callers who asked for SigV4.
    bool with_bearer = true;
    /// The profile that is named in code, the files, and what is known of the place of STS: region, FIPS, dual-stack.
    settings_request place{};
    mfa_code_source mfa_code{};
    /// Shared with whoever asks it for the region; null: one of the chain's own.
    std::shared_ptr<instance_provider> instance{};
};

/// AWS_BEARER_TOKEN_BEDROCK, access keys of the environment, profile, web identity of the environment, container,
/// instance metadata. A profile that is named in code stands for the first three: token and keys of the environment are
/// not asked. Sources that cost something are kept by a `cached_provider` each: make one chain, and keep it.
template <class = void>
provider_list default_chain(chain_options how = {});

// ---------------------------------------------------------------------------------------------------------------------

template <class>
provider_list default_chain(chain_options how) {
    auto const cached = [](std::shared_ptr<credentials_provider> source) {
        return make_provider<cached_provider>(std::move(source));
    };
    if (!how.place.files) how.place.files = detail::share_new<profile_files>();
    if (!how.instance) how.instance = detail::share_new<instance_provider>(how.place.files, how.place.profile);
    profile_options profile;
    profile.place = how.place;
    profile.mfa_code = std::move(how.mfa_code);
    profile.instance = how.instance;

    provider_list chain;
    if (how.place.profile.empty()) {
        if (how.with_bearer) chain.push_back(make_provider<bearer_provider>());
        chain.push_back(make_provider<environment_provider>());
    }
    chain.push_back(make_provider<profile_provider>(std::move(profile)));
    chain.push_back(cached(make_provider<web_identity_provider>(std::move(how.place))));
    chain.push_back(cached(make_provider<container_provider>()));
    chain.push_back(cached(std::move(how.instance)));
    return chain;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
