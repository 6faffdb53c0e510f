// SPDX-License-Identifier: MIT
// Owns what an answer cost: the service's count of tokens by kind, times prices that the caller gives.
// Never knows a price, and never guesses a count that the service did not give.
#ifndef BEDROCK_COST_HPP
#define BEDROCK_COST_HPP

#include "bedrock/config.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace bedrock::inline BEDROCK_ABI {

/// Per million tokens, in any currency.
struct token_prices {
    double input = 0;
    double output = 0;
    double cache_read = 0;
    double cache_write = 0;
    /// Of what is written to be kept for an hour; the price of `cache_write` where it is not known.
    std::optional<double> cache_write_1h{};
};

/// Tokens of one answer.
struct usage_counts {
    std::int64_t input = 0;  ///< without those of the cache
    std::int64_t output = 0;
    std::int64_t cache_read = 0;
    std::int64_t cache_write = 0;     ///< all that was written
    std::int64_t cache_write_1h = 0;  ///< the part of it that is kept for an hour
    std::int64_t total = 0;           ///< the service's figure, or the sum of all four where that is more

    /// What the request took of the context window.
    std::int64_t prompt() const noexcept { return input + cache_read + cache_write; }
};

/// In the currency of the prices.
struct token_cost {
    double input = 0;
    double output = 0;
    double cache_read = 0;
    double cache_write = 0;
    double total = 0;
};

usage_counts count_usage(token_usage const& usage) noexcept;
token_cost compute_cost(usage_counts const& usage, token_prices const& prices) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

inline usage_counts count_usage(token_usage const& usage) noexcept {
    auto const count = [](std::int64_t tokens) { return (std::max)(tokens, std::int64_t{0}); };
    usage_counts counts{.input = count(usage.input_tokens),
                        .output = count(usage.output_tokens),
                        .cache_read = count(usage.cache_read_input_tokens.value_or(0)),
                        .cache_write = count(usage.cache_write_input_tokens.value_or(0))};
    for (auto const& detail : usage.cache_details)
        if (detail.ttl == cache_ttl::one_hour) counts.cache_write_1h += count(detail.input_tokens);
    counts.cache_write_1h = (std::min)(counts.cache_write_1h, counts.cache_write);
    counts.total = (std::max)(std::int64_t{usage.total_tokens}, counts.prompt() + counts.output);
    return counts;
}

inline token_cost compute_cost(usage_counts const& usage, token_prices const& prices) noexcept {
    auto const cost = [](std::int64_t tokens, double price) { return static_cast<double>(tokens) * price / 1e6; };
    token_cost made{.input = cost(usage.input, prices.input),
                    .output = cost(usage.output, prices.output),
                    .cache_read = cost(usage.cache_read, prices.cache_read),
                    .cache_write = cost(usage.cache_write - usage.cache_write_1h, prices.cache_write) +
                                   cost(usage.cache_write_1h, prices.cache_write_1h.value_or(prices.cache_write))};
    made.total = made.input + made.output + made.cache_read + made.cache_write;
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
