#include "bedrock/credentials/default_chain.hpp"

#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"

#include <catch2/catch.hpp>

using namespace bedrock;

TEST_CASE("default chain: the bearer token wins over the keys, unless SigV4 was asked for", "[credentials]") {
    auto const here =
        fake_environment(
            {{"AWS_BEARER_TOKEN_BEDROCK", "token"}, {"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "secret"}})
            .get();
    auto const any = default_chain();
    auto const first = recorded_runner({}).run(load_credentials(any, here));
    REQUIRE(first.credentials);
    CHECK(first.credentials->source == "AWS_BEARER_TOKEN_BEDROCK");
    auto const keys_only = default_chain(false);
    auto const second = recorded_runner({}).run(load_credentials(keys_only, here));
    REQUIRE(second.credentials);
    CHECK(second.credentials->access_key_id == "AKID");
}
