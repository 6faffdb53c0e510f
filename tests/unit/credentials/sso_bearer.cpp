#include "bedrock/credentials/sso_bearer.hpp"

#include "bedrock/recorded.hpp"

#include "support/chain_case.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace bedrock;
using Catch::Contains;

namespace {

constexpr char session_section[] = "[sso-session corp]\nsso_start_url = https://corp.test\nsso_region = eu-west-1\n";

struct machine {
    explicit machine(std::string config, fake_environment::variables set = {}) : around(std::move(set)), runner({}) {
        around.values->emplace("HOME", "/home");
        if (!config.empty()) runner.files["/home/.aws/config"] = std::move(config);
        // SHA-1 of "corp".
        runner.files["/home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"] =
            R"({"accessToken":"hidden-access","expiresAt":"2026-01-02T09:00:00Z"})";
    }
    provider_answer load() {
        auto const here = around.get();
        return runner.run(provider.load(here));
    }
    fake_environment around;
    recorded_runner runner;
    sso_bearer_provider provider;
};

}  // namespace

TEST_CASE("sso bearer: the token of the selected profile's session", "[credentials]") {
    machine m(std::string("[profile dev]\nsso_session = corp\n[default]\nregion = x\n") + session_section);
    auto answer = m.load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "profile default has no sso_session");
    (*m.around.values)["AWS_PROFILE"] = "dev";
    answer = m.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.bearer_token.view() == "hidden-access");
    CHECK(answer.credentials.access_key_id.empty());
    CHECK(answer.credentials.expires_at_ms == 1'767'344'400'000);
    CHECK(answer.credentials.source == "AWS_PROFILE=dev (sso token)");
    (*m.around.values)["AWS_PROFILE"] = "typo";
    answer = m.load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK_THAT(answer.detail, Contains("AWS_PROFILE=typo"));
}

TEST_CASE("sso bearer: what is there and does not work is broken", "[credentials]") {
    auto answer = machine("[default]\nsso_session = corp\n").load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK_THAT(answer.detail, Contains("there is no [sso-session] section of that name"));
    machine signed_out(std::string("[default]\nsso_session = other\n") + session_section +
                       "[sso-session other]\nsso_start_url = u\nsso_region = eu-west-1\n");
    answer = signed_out.load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK_THAT(answer.detail, Contains("run \"aws sso login --sso-session other\""));
    // Another session in the file is another source.
    signed_out.runner.files["/home/.aws/config"] = std::string("[default]\nsso_session = corp\n") + session_section;
    CHECK(signed_out.load().outcome == provider_outcome::found);
    CHECK(machine("nonsense\n").load().outcome == provider_outcome::not_here);  // a bad line costs only itself
}

TEST_CASE("sso bearer: the cases of the conformance vectors", "[credentials][vectors]") {
    auto const count = for_each_chain_case({"token"}, [](chain_case const& one) {
        auto const alone = [] { return provider_list{std::make_shared<sso_bearer_provider>()}; };
        check_chain_case(one, alone);
    });
    if (!count) {
        WARN("no vectors: -Dvectors=DIR");
        return;
    }
    CHECK(*count == 2);
}
