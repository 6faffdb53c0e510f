// Owns the order in which a client without explicit credentials looks for some.
// Never asks a source itself.
#ifndef BEDROCK_CREDENTIALS_DEFAULT_CHAIN_HPP
#define BEDROCK_CREDENTIALS_DEFAULT_CHAIN_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/bearer.hpp"
#include "bedrock/credentials/env.hpp"

#include <memory>

namespace bedrock::inline BEDROCK_ABI {

/// Bearer token, then access keys of the environment. `with_bearer` false leaves the token out, for callers who asked
/// for SigV4.
provider_list default_chain(bool with_bearer = true);

// ---------------------------------------------------------------------------------------------------------------------

inline provider_list default_chain(bool with_bearer) {
    provider_list chain;
    if (with_bearer) chain.push_back(std::make_shared<bearer_provider>());
    chain.push_back(std::make_shared<environment_provider>());
    return chain;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
