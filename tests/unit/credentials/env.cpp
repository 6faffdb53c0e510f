#include "bedrock/credentials/env.hpp"

#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {
provider_answer load(fake_environment::variables set) {
    environment_provider provider;
    auto const here = fake_environment(std::move(set)).get();
    return recorded_runner({}).run(provider.load(here));
}
}  // namespace

TEST_CASE("environment provider: keys, token, account and expiry", "[credentials]") {
    auto const answer = load({{"AWS_ACCESS_KEY_ID", " AKIDEXAMPLE "},
                              {"AWS_SECRET_ACCESS_KEY", "secret/key"},
                              {"AWS_SESSION_TOKEN", "token"},
                              {"AWS_ACCOUNT_ID", "123456789012"},
                              {"AWS_CREDENTIAL_EXPIRATION", "2026-01-02T04:04:05Z"}});
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "AKIDEXAMPLE");
    CHECK(answer.credentials.secret_access_key.view() == "secret/key");
    CHECK(answer.credentials.session_token.view() == "token");
    CHECK(answer.credentials.account_id == "123456789012");
    CHECK(answer.credentials.expires_at_ms == 1'767'326'645'000);
    CHECK(answer.credentials.source == "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY");
}

TEST_CASE("environment provider: nothing, or only blanks, is not here", "[credentials]") {
    CHECK(load({}).outcome == provider_outcome::not_here);
    auto const blank = load({{"AWS_ACCESS_KEY_ID", " "}, {"AWS_SECRET_ACCESS_KEY", "\t"}});
    CHECK(blank.outcome == provider_outcome::not_here);
    CHECK(blank.detail == "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
}

TEST_CASE("environment provider: half a pair is broken and names the missing half", "[credentials]") {
    auto const no_secret = load({{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", " "}});
    CHECK(no_secret.outcome == provider_outcome::broken);
    CHECK(no_secret.detail == "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    auto const no_key = load({{"AWS_SECRET_ACCESS_KEY", "hidden-value"}});
    CHECK(no_key.outcome == provider_outcome::broken);
    CHECK(no_key.detail == "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
}

TEST_CASE("environment provider: what cannot be sent, or is over, is broken without showing the value",
          "[credentials]") {
    auto const split = load({{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "hid\nden"}});
    CHECK(split.outcome == provider_outcome::broken);
    CHECK(split.detail.find("hid") == std::string::npos);
    auto const bad_time =
        load({{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "x"}, {"AWS_CREDENTIAL_EXPIRATION", "soon"}});
    CHECK(bad_time.outcome == provider_outcome::broken);
    CHECK(bad_time.detail.find("AWS_CREDENTIAL_EXPIRATION") != std::string::npos);
    auto const over = load({{"AWS_ACCESS_KEY_ID", "AKID"},
                            {"AWS_SECRET_ACCESS_KEY", "x"},
                            {"AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:04:05Z"}});
    CHECK(over.outcome == provider_outcome::broken);
    CHECK(over.detail.find("expired at 2026-01-02T03:04:05Z") != std::string::npos);
}
