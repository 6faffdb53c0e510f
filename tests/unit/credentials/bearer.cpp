#include "bedrock/credentials/bearer.hpp"

#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {
provider_answer load(fake_environment::variables set) {
    bearer_provider provider;
    auto const here = fake_environment(std::move(set)).get();
    return recorded_runner({}).run(provider.load(here));
}
}  // namespace

TEST_CASE("bearer provider: the token of the environment", "[credentials]") {
    auto const answer = load({{"AWS_BEARER_TOKEN_BEDROCK", " ABSKtoken "}});
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.bearer_token.view() == "ABSKtoken");
    CHECK(answer.credentials.access_key_id.empty());
    CHECK(answer.credentials.source == "AWS_BEARER_TOKEN_BEDROCK");
}

TEST_CASE("bearer provider: blank is unset, a line break is broken and not shown", "[credentials]") {
    CHECK(load({}).outcome == provider_outcome::not_here);
    CHECK(load({{"AWS_BEARER_TOKEN_BEDROCK", "  "}}).outcome == provider_outcome::not_here);
    auto const split = load({{"AWS_BEARER_TOKEN_BEDROCK", "hid\r\nden"}});
    CHECK(split.outcome == provider_outcome::broken);
    CHECK(split.detail.find("hid") == std::string::npos);
}
