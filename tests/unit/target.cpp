#include "bedrock/target.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;

namespace {

constexpr std::string_view key_id = "AKIAIOSFODNN7EXAMPLE";

fake_environment::variables keys_in_environment() {
    return {{"AWS_ACCESS_KEY_ID", std::string(key_id)}, {"AWS_SECRET_ACCESS_KEY", "secret-of-the-environment"}};
}

struct machine {
    fake_environment around;
    client_options options{};
    call_options call{};

    explicit machine(fake_environment::variables set = {}) : around(std::move(set)) {}

    result<call_target> target(std::string_view model_id = {}) {
        recorded_runner runner({});
        client_state const state(filled());
        return runner.run(find_target(state, call, model_id));
    }
    explanation explain(std::string_view model_id = {}) {
        recorded_runner runner({});
        client_state const state(filled());
        return runner.run(explain_target(state, call, model_id)).value();
    }

  private:
    client_options filled() const {
        auto made = options;
        made.surroundings = around.get();
        return made;
    }
};

class broken_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "vault"; }
    exchange<provider_answer> load(environment const&) override {
        provider_answer answer;
        answer.outcome = provider_outcome::broken;
        answer.detail = "the vault is sealed";
        co_return answer;
    }
};

}  // namespace

TEST_CASE("target: a call's options win over the client's, the client's over the machine's", "[target]") {
    machine m({{"AWS_REGION", "ap-south-1"}, {"AWS_ENDPOINT_URL", "http://machine.test"}});
    m.options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    CHECK(m.target()->settings.region.source == "AWS_REGION");
    CHECK(m.target()->settings.endpoint.source == "AWS_ENDPOINT_URL");
    m.options.region = "eu-west-1";
    m.options.endpoint = "http://client.test";
    CHECK(m.target("arn:aws:bedrock:us-west-2:1:inference-profile/x")->settings.region.value == "eu-west-1");
    CHECK(m.target()->settings.region.source == "client option");
    CHECK(m.target()->settings.endpoint.value == "http://client.test");
    m.call.region = "eu-west-2";
    m.call.endpoint = "http://call.test/p";
    auto const found = m.target();
    REQUIRE(found);
    CHECK(found->settings.region.value == "eu-west-2");
    CHECK(found->settings.region.source == "call option");
    CHECK(found->settings.endpoint.source == "call option");
    CHECK(found->settings.host == "call.test");
    CHECK(found->settings.path_prefix == "/p");
}

TEST_CASE("target: who makes the call", "[target]") {
    auto set = keys_in_environment();
    set["AWS_BEARER_TOKEN_BEDROCK"] = "token-of-the-environment";
    machine m(set);
    SECTION("a bearer token wins over the keys of the environment") {
        CHECK(m.target()->credentials.bearer_token.view() == "token-of-the-environment");
    }
    SECTION("unless SigV4 is asked for") {
        m.options.auth = auth_scheme::sigv4;
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.access_key_id == key_id);
    }
    SECTION("credentials given in code win") {
        m.options.credentials = credentials{.access_key_id = "CODE", .secret_access_key = "s"};
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.access_key_id == "CODE");
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.source == "given in code");
    }
    SECTION("SigV4 with credentials that have a bearer token too") {
        m.options.auth = auth_scheme::sigv4;
        m.options.credentials =
            credentials{.access_key_id = "CODE", .secret_access_key = "s", .bearer_token = "token in code"};
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.access_key_id == "CODE");
    }
    SECTION("a provider given in code wins, also where it is broken") {
        m.options.provider = std::make_shared<broken_provider>();
        auto const found = m.target();
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::credentials);
        CHECK(found.error().message == "vault: the vault is sealed");
    }
    SECTION("nobody, by option or variable") {
        (*m.around.values)["AWS_BEDROCK_SKIP_AUTH"] = " 1 ";
        CHECK(m.target()->anonymous);
        m.options.auth = auth_scheme::sigv4;
        CHECK_FALSE(m.target()->anonymous);
        m.options.auth = auth_scheme::automatic;
        m.options.credentials = credentials{.access_key_id = "CODE", .secret_access_key = "s"};
        CHECK_FALSE(m.target()->anonymous);
        m.options.credentials.reset();
        (*m.around.values)["AWS_BEDROCK_SKIP_AUTH"] = "0";
        CHECK_FALSE(m.target()->anonymous);
        m.options.auth = auth_scheme::none;
        CHECK(m.target()->anonymous);
    }
}

TEST_CASE("target: no credentials, or half of them", "[target]") {
    machine m;
    auto found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::credentials);
    CHECK(found.error().message.find("environment: AWS_ACCESS_KEY_ID and") != std::string::npos);
    (*m.around.values)["AWS_SECRET_ACCESS_KEY"] = "lonely-secret";
    found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().message == "environment: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
    CHECK(m.explain().text().find("lonely-secret") == std::string::npos);
}

TEST_CASE("target: the settings are judged before anybody is asked for credentials", "[target]") {
    machine m;
    m.options.region = "not a region";
    m.options.provider = std::make_shared<broken_provider>();
    auto const found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::invalid_input);
}

TEST_CASE("target: an explanation names every source and shows no secret", "[target]") {
    auto set = keys_in_environment();
    set["AWS_SESSION_TOKEN"] = "session-of-the-environment";
    set["AWS_ACCOUNT_ID"] = "123456789012";
    set["AWS_CREDENTIAL_EXPIRATION"] = "2026-01-02T04:00:00Z";
    set["AWS_DEFAULT_REGION"] = "eu-west-1";
    machine m(set);
    auto const why = m.explain();
    CHECK_FALSE(why.problem);
    CHECK(why.source == "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY");
    CHECK(why.access_key_id == "…MPLE");
    CHECK(why.account_id == "123456789012");
    REQUIRE(why.attempts.size() == 2);
    CHECK(why.attempts[0].name == "bearer token");
    CHECK(why.attempts[1].outcome == provider_outcome::found);
    CHECK(why.text() ==
          "credentials: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY, key …MPLE, account 123456789012, until "
          "2026-01-02T04:00:00Z\n"
          "region: eu-west-1 (AWS_DEFAULT_REGION)\n"
          "endpoint: https://bedrock-runtime.eu-west-1.amazonaws.com (standard for eu-west-1)\n"
          "providers:\n"
          "  bearer token: AWS_BEARER_TOKEN_BEDROCK is not set (0 ms)\n"
          "  environment: found (0 ms)");
    CHECK(m.explain("arn:aws:bedrock:us-west-2:1:inference-profile/x").region.source == "model ARN");

    (*m.around.values)["AWS_BEARER_TOKEN_BEDROCK"] = "token-of-the-environment";
    auto const bearer = m.explain();
    CHECK(bearer.source == "AWS_BEARER_TOKEN_BEDROCK");
    CHECK(bearer.access_key_id.empty());
    CHECK(bearer.text().find("token-of") == std::string::npos);
}

TEST_CASE("target: an explanation of what cannot work has the problem and all the rest", "[target]") {
    machine m(fake_environment::variables{{"AWS_REGION", "x/y"}});
    m.options.credentials = credentials{.access_key_id = std::string(key_id), .secret_access_key = "s"};
    auto why = m.explain();
    REQUIRE(why.problem);
    CHECK(why.problem->code == errc::invalid_input);
    CHECK(why.source == "given in code");
    CHECK(why.text().find("\nproblem: ") != std::string::npos);

    machine bare;
    why = bare.explain();
    REQUIRE(why.problem);
    CHECK(why.problem->code == errc::credentials);
    CHECK(why.region.value == "us-east-1");
    CHECK(why.text().starts_with("credentials: none\nregion: us-east-1 (default)\n"));

    bare.options.auth = auth_scheme::none;
    CHECK(bare.explain().source == "none (client option)");
    CHECK(bare.explain().attempts.empty());
    bare.options.auth = auth_scheme::automatic;
    (*bare.around.values)["AWS_BEDROCK_SKIP_AUTH"] = "1";
    CHECK(bare.explain().source == "none (AWS_BEDROCK_SKIP_AUTH)");
}
