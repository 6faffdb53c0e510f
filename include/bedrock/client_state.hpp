// Owns what every call of one client shares: its options, its surroundings and its retry budget.
// Never holds a connection: engines are leased from a pool.
#ifndef BEDROCK_CLIENT_STATE_HPP
#define BEDROCK_CLIENT_STATE_HPP

#include "bedrock/config.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/options.hpp"
#include "bedrock/retry.hpp"

#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// **Thread safety:** full: what is not const is atomic.
struct client_state {
    explicit client_state(client_options given)
        : options(std::move(given)),
          surroundings(options.surroundings ? *options.surroundings : environment::of_process()) {}

    client_options const options;
    environment const surroundings;
    retry::token_bucket bucket{};
};

}  // namespace bedrock::inline BEDROCK_ABI

#endif
