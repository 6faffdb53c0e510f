#include "bedrock/credentials/web_identity.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

recorded_exchange traded(std::string region = "us-east-1") {
    recorded_exchange made;
    made.method = "POST";
    made.url = "https://sts." + region + ".amazonaws.com/";
    made.head.status = 200;
    made.pieces = {
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
        "<AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>"};
    return made;
}

struct pod {
    explicit pod(fake_environment::variables set, std::vector<recorded_exchange> recording = {})
        : machine(std::move(set)), runner(std::move(recording)) {}
    provider_answer load(settings_request place = {}) {
        web_identity_provider provider(std::move(place));
        auto const here = machine.get();
        return runner.run(provider.load(here));
    }
    fake_environment machine;
    recorded_runner runner;
};

fake_environment::variables eks() {
    return {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token"}, {"AWS_ROLE_ARN", "arn:role"}};
}

}  // namespace

TEST_CASE("web identity: token and role become credentials; the file is read at every load", "[credentials]") {
    auto set = eks();
    set["AWS_ROLE_SESSION_NAME"] = "pod-1";
    set["AWS_REGION"] = "eu-west-1";
    pod p(set, {traded("eu-west-1"), traded("eu-west-1")});
    p.runner.files["/var/token"] = "first.jwt\r\n";
    auto const answer = p.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAWEB");
    CHECK(answer.credentials.source == "default chain: web identity");
    CHECK(p.runner.requests()[0].body.view() ==
          "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Arole&RoleSessionName=pod-1&"
          "WebIdentityToken=first.jwt");
    p.runner.files["/var/token"] = "second.jwt";
    REQUIRE(p.load().outcome == provider_outcome::found);
    CHECK_THAT(std::string(p.runner.requests()[1].body.view()), EndsWith("WebIdentityToken=second.jwt"));
}

TEST_CASE("web identity: the place of STS is the caller's, the environment's or the profile's", "[credentials]") {
    auto set = eks();
    set["HOME"] = "/home/user";
    pod p(set, {traded("eu-west-3"), traded("ap-south-1")});
    p.runner.files["/var/token"] = "jwt";
    p.runner.files["/home/user/.aws/config"] = "[default]\nregion = eu-west-3\n";
    CHECK(p.load().outcome == provider_outcome::found);
    settings_request place;
    place.region = {"ap-south-1", "client option"};
    CHECK(p.load(place).outcome == provider_outcome::found);
}

TEST_CASE("web identity: what is missing", "[credentials]") {
    auto answer = pod(fake_environment::variables{{"AWS_ROLE_ARN", "arn:role"}}).load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "AWS_WEB_IDENTITY_TOKEN_FILE is not set");

    answer = pod(fake_environment::variables{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token"}}).load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail == "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");

    answer = pod(eks()).load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail == "cannot read the web identity token /var/token: not in the recording");

    pod empty(eks());
    empty.runner.files["/var/token"] = " \n";
    CHECK(empty.load().detail == "the web identity token file /var/token is empty");

    pod huge(eks());
    huge.runner.files["/var/token"] = std::string(20'003, 'x');
    CHECK_THAT(huge.load().detail, StartsWith("cannot read the web identity token /var/token: larger than"));
}

TEST_CASE("web identity: what STS refuses does not show the token", "[credentials]") {
    recorded_exchange refused;
    refused.method = "POST";
    refused.url = "https://sts.us-east-1.amazonaws.com/";
    refused.head.status = 400;
    refused.pieces = {
        "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No provider</Message></Error>"
        "</ErrorResponse>"};
    pod p(eks(), {refused});
    p.runner.files["/var/token"] = "hidden.jwt";
    auto const answer = p.load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail == "AssumeRoleWithWebIdentity of arn:role failed: InvalidIdentityToken: No provider");
}
