#include "bedrock/credentials/default_chain.hpp"

#include "bedrock/recorded.hpp"

#include "support/chain_case.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;

namespace {

std::vector<std::string> names(provider_list const& chain) {
    std::vector<std::string> all;
    for (auto const& provider : chain) all.emplace_back(provider->name());
    return all;
}

constexpr char config[] = "/home/user/.aws/config";

struct machine {
    explicit machine(fake_environment::variables set) : around(std::move(set)) {
        around.values->emplace("HOME", "/home/user");
        around.values->emplace("AWS_EC2_METADATA_DISABLED", "true");
    }
    chain_answer load(chain_options how = {}, std::vector<recorded_exchange> http = {}) const {
        auto const chain = default_chain(std::move(how));
        auto const here = around.get();
        recorded_runner runner(std::move(http));
        runner.files = files;
        return runner.run(load_credentials(chain, here));
    }
    fake_environment around;
    std::map<std::string, std::string> files;
};

std::vector<recorded_exchange> instance_role() {
    auto const answer = [](char const* method, char const* path, char const* body) {
        recorded_exchange made;
        made.method = method;
        made.url = std::string("http://169.254.169.254/latest/") + path;
        made.head.status = 200;
        made.head.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
        made.pieces = {body};
        return made;
    };
    return {answer("PUT", "api/token", "imds-token"), answer("GET", "meta-data/iam/security-credentials/", "the-role"),
            answer("GET", "meta-data/iam/security-credentials/the-role",
                   R"({"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"s","Token":"t",)"
                   R"("Expiration":"2026-01-02T09:04:05Z"})")};
}

}  // namespace

TEST_CASE("default chain: the order, and what a name in code or SigV4 leaves out", "[credentials]") {
    CHECK(names(default_chain()) ==
          std::vector<std::string>{"bearer token", "environment", "profile", "web identity", "container", "imds"});
    chain_options sigv4;
    sigv4.with_bearer = false;
    CHECK(names(default_chain(sigv4)) ==
          std::vector<std::string>{"environment", "profile", "web identity", "container", "imds"});
    chain_options named;
    named.place.profile = "dev";
    CHECK(names(default_chain(named)) == std::vector<std::string>{"profile", "web identity", "container", "imds"});
}

TEST_CASE("default chain: token before keys before AWS_PROFILE; a profile named in code before all", "[credentials]") {
    machine m({{"AWS_BEARER_TOKEN_BEDROCK", "token"},
               {"AWS_ACCESS_KEY_ID", "AKIDENV"},
               {"AWS_SECRET_ACCESS_KEY", "secret"},
               {"AWS_PROFILE", "dev"}});
    m.files[config] =
        "[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = s\n"
        "[profile code]\naws_access_key_id = AKIDCODE\naws_secret_access_key = s\n";
    CHECK(m.load().credentials->source == "AWS_BEARER_TOKEN_BEDROCK");
    chain_options sigv4;
    sigv4.with_bearer = false;
    CHECK(m.load(sigv4).credentials->access_key_id == "AKIDENV");
    chain_options named;
    named.place.profile = "code";
    auto const in_code = m.load(named);
    REQUIRE(in_code.credentials);
    CHECK(in_code.credentials->access_key_id == "AKIDCODE");
    CHECK(in_code.credentials->source == "profile code (static keys)");

    m.around.values->erase("AWS_BEARER_TOKEN_BEDROCK");
    CHECK(m.load().credentials->source == "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY");
    m.around.values->erase("AWS_ACCESS_KEY_ID");
    auto const half = m.load();
    REQUIRE_FALSE(half.credentials);
    CHECK(half.credentials.error().message ==
          "environment: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
    m.around.values->erase("AWS_SECRET_ACCESS_KEY");
    CHECK(m.load().credentials->source == "AWS_PROFILE=dev (static keys)");
}

TEST_CASE("default chain: a marker without an answer is told beside what was found instead", "[credentials]") {
    machine m(fake_environment::variables{{"AWS_PROFILE", "default"}});
    m.around.values->erase("AWS_EC2_METADATA_DISABLED");
    auto found = m.load({}, instance_role());
    REQUIRE(found.credentials);
    CHECK(found.credentials->access_key_id == "ASIAINSTANCE");
    CHECK(found.credentials->source == "default chain: imds (AWS_PROFILE=default has no file)");

    m.files[config] = "[profile dev]\nregion = eu-west-1\n";
    CHECK(m.load({}, instance_role()).credentials->source == "default chain: imds (AWS_PROFILE=default is in no file)");
    (*m.around.values)["AWS_PROFILE"] = "dev";
    CHECK(m.load({}, instance_role()).credentials->source ==
          "default chain: imds (AWS_PROFILE=dev has no credentials)");
    chain_options named;
    named.place.profile = "dev";
    CHECK(m.load(named, instance_role()).credentials->source == "default chain: imds (profile dev has no credentials)");
    m.around.values->erase("AWS_PROFILE");
    CHECK(m.load({}, instance_role()).credentials->source == "default chain: imds");
}

TEST_CASE("default chain: a profile that does not exist stops it; the instance's role is not used", "[credentials]") {
    machine m(fake_environment::variables{{"AWS_PROFILE", "typo"}});
    m.files[config] = "[default]\nregion = eu-west-1\n[profile type]\nregion = eu-west-1\n";
    auto const stopped = m.load();
    REQUIRE_FALSE(stopped.credentials);
    CHECK(stopped.credentials.error().message ==
          "profile: AWS_PROFILE=typo is in neither /home/user/.aws/config nor /home/user/.aws/credentials; there is "
          "default, type");
    CHECK(stopped.attempts.size() == 3);
}

TEST_CASE("default chain: nothing anywhere names every source, and what to set", "[credentials]") {
    machine m({});
    auto const nothing = m.load();
    REQUIRE_FALSE(nothing.credentials);
    CHECK(nothing.credentials.error().code == errc::credentials);
    CHECK(nothing.credentials.error().message ==
          "no credentials found; tried\n"
          "  bearer token: AWS_BEARER_TOKEN_BEDROCK is not set (0 ms)\n"
          "  environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set (0 ms)\n"
          "  profile: there is neither /home/user/.aws/config nor /home/user/.aws/credentials (0 ms)\n"
          "  web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set (0 ms)\n"
          "  container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set (0 "
          "ms)\n"
          "  imds: " +
              nothing.attempts.back().detail +
              " (0 ms)\n"
              "Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in "
              "AWS_PROFILE");
    CHECK_THAT(nothing.attempts.back().detail, Contains("AWS_EC2_METADATA_DISABLED"));
}

TEST_CASE("default chain: costly sources are asked once", "[credentials]") {
    machine m({});
    m.around.values->erase("AWS_EC2_METADATA_DISABLED");
    auto const chain = default_chain();
    auto const here = m.around.get();
    recorded_runner runner(instance_role());
    for (int call = 0; call != 3; ++call) {
        auto const answer = runner.run(load_credentials(chain, here));
        REQUIRE(answer.credentials);
        CHECK(answer.credentials->access_key_id == "ASIAINSTANCE");
    }
    CHECK(runner.requests().size() == 3);  // token, role and credentials, once
    CHECK(runner.exhausted());
}

TEST_CASE("default chain: the cases of the conformance vectors", "[credentials][vectors]") {
    auto const count = for_each_chain_case(
        {"environment", "profile", "web-identity", "container", "imds", "assume-role", "process", "sso"},
        [](chain_case one) {
            std::set<std::string> ignored{"RoleSessionName"};
            // The recording has another account in RoleArn than the environment that it stands beside.
            if (one.id == "chain-web-identity-token-env") ignored.insert("RoleArn");
            if (one.id == "chain-sso-server-error") one.repeat_last(2);  // recorded with one attempt; ours are three
            settings_request place;
            place.allow_plain_http = true;  // of recorded endpoints
            auto const profile_alone = [&] {
                return provider_list{std::make_shared<profile_provider>(profile_options{.place = place})};
            };
            auto const whole_chain = [&] { return default_chain({.place = place}); };
            if (one.provider == "profile provider")
                check_chain_case(one, profile_alone, ignored);
            else
                check_chain_case(one, whole_chain, ignored);
        });
    if (!count) {
        WARN("no vectors: -Dvectors=DIR");
        return;
    }
    CHECK(*count == 30);
}
