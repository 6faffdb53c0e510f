// Owns what every call of one client shares: its options, its surroundings and its retry budget.
// Never holds a connection: engines are leased from a pool.
#ifndef BEDROCK_CLIENT_STATE_HPP
#define BEDROCK_CLIENT_STATE_HPP

#include "bedrock/config.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/options.hpp"
#include "bedrock/retry.hpp"

#include <optional>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// **Thread safety:** full: what is not const is atomic.
struct client_state {
    explicit client_state(client_options given)
        : options(std::move(given)), surroundings(complete(options.surroundings)) {}

    client_options const options;
    environment const surroundings;
    retry::token_bucket bucket{};

  private:
    static environment complete(std::optional<environment> const& given);
};

// ---------------------------------------------------------------------------------------------------------------------

inline environment client_state::complete(std::optional<environment> const& given) {
    auto process = environment::of_process();
    if (!given) return process;
    auto made = *given;
    if (!made.variable) made.variable = std::move(process.variable);
    if (!made.unix_milliseconds) made.unix_milliseconds = std::move(process.unix_milliseconds);
    if (!made.steady_milliseconds) made.steady_milliseconds = std::move(process.steady_milliseconds);
    if (!made.random_unit) made.random_unit = std::move(process.random_unit);
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
