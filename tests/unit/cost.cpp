#include "bedrock/cost.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <limits>

using bedrock::compute_cost;
using bedrock::count_usage;

TEST_CASE("cost: each kind of token by its price", "[agent]") {
    bedrock::usage_counts const usage{.input = 1'000'000,
                                      .output = 500'000,
                                      .cache_read = 2'000'000,
                                      .cache_write = 400'000,
                                      .cache_write_1h = 100'000};
    auto const cost = compute_cost(usage, {.input = 3, .output = 15, .cache_read = 0.3, .cache_write = 3.75});
    CHECK(cost.input == Approx(3));
    CHECK(cost.output == Approx(7.5));
    CHECK(cost.cache_read == Approx(0.6));
    CHECK(cost.cache_write == Approx(1.5));  // an hour costs the same where nobody says more
    CHECK(cost.total == Approx(12.6));
    auto const longer = compute_cost(usage, {.cache_write = 3.75, .cache_write_1h = 6});
    CHECK(longer.cache_write == Approx(0.3 * 3.75 + 0.1 * 6));
    CHECK(longer.total == longer.cache_write);
    CHECK(compute_cost(usage, {}).total == 0);
    CHECK(compute_cost({}, {.input = 3}).total == 0);
    CHECK(usage.prompt() == 3'400'000);
}

TEST_CASE("cost: the service's counts", "[agent]") {
    bedrock::token_usage usage{.input_tokens = 10, .output_tokens = 5, .total_tokens = 15};
    CHECK(count_usage(usage).total == 15);
    CHECK(count_usage(usage).cache_read == 0);
    usage.cache_read_input_tokens = 100;
    usage.cache_write_input_tokens = 40;
    CHECK(count_usage(usage).total == 155);
    usage.total_tokens = 200;
    CHECK(count_usage(usage).total == 200);
    usage.cache_details = {{.ttl = bedrock::cache_ttl::five_minutes, .input_tokens = 10},
                           {.ttl = bedrock::cache_ttl::one_hour, .input_tokens = 20},
                           {.ttl = bedrock::cache_ttl::one_hour, .input_tokens = 10}};
    CHECK(count_usage(usage).cache_write == 40);
    CHECK(count_usage(usage).cache_write_1h == 30);
}

TEST_CASE("cost: counts that cannot be", "[agent]") {
    constexpr auto most = (std::numeric_limits<std::int32_t>::max)();
    bedrock::token_usage usage{.input_tokens = most, .output_tokens = most, .total_tokens = -1};
    usage.cache_read_input_tokens = most;
    usage.cache_write_input_tokens = -5;
    usage.cache_details = {{.ttl = bedrock::cache_ttl::one_hour, .input_tokens = most},
                           {.ttl = bedrock::cache_ttl::one_hour, .input_tokens = most}};
    auto const counts = count_usage(usage);
    CHECK(counts.total == std::int64_t{3} * most);
    CHECK(counts.cache_write == 0);
    CHECK(counts.cache_write_1h == 0);
    usage.input_tokens = -7;
    CHECK(count_usage(usage).input == 0);
}
