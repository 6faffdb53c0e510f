#include "bedrock/credentials/sso.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

constexpr char path[] = "/home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";  // SHA-1 of "corp"
constexpr char url[] =
    "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?account_id=012345678901&role_name=Reader";
constexpr char document[] =
    R"({"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"hidden-key","sessionToken":"hidden-token",)"
    R"("expiration":1767326645000}})";

recorded_exchange answered(int status, std::string body = document, std::string at = url) {
    recorded_exchange made;
    made.url = std::move(at);
    made.head.status = status;
    made.pieces = {std::move(body)};
    return made;
}

sso_settings corp_role() {
    sso_settings wanted;
    wanted.profile = "dev";
    wanted.session = "corp";
    wanted.region = "eu-west-1";
    wanted.account_id = "012345678901";
    wanted.role_name = "Reader";
    return wanted;
}

struct session {
    explicit session(std::vector<recorded_exchange> recording, fake_environment::variables set = {},
                     sso_settings wanted = corp_role())
        : machine(std::move(set)), runner(std::move(recording)), provider(std::move(wanted)) {
        machine.values->emplace("HOME", "/home");
        runner.files[path] = R"({"accessToken":"hidden-access","expiresAt":"2026-01-02T09:00:00Z"})";
    }
    provider_answer load() {
        auto const here = machine.get();
        return runner.run(provider.load(here));
    }
    std::string broken() {
        auto const answer = load();
        CHECK(answer.outcome == provider_outcome::broken);
        CHECK_THAT(answer.detail, !Contains("hidden"));
        return answer.detail;
    }
    fake_environment machine;
    recorded_runner runner;
    sso_provider provider;
};

constexpr char prefix[] = "IAM Identity Center gave no credentials of role Reader in account 012345678901: ";

}  // namespace

TEST_CASE("sso: a token is traded for a role's credentials", "[credentials]") {
    session s({answered(200)});
    auto const answer = s.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIASSO");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-key");
    CHECK(answer.credentials.session_token.view() == "hidden-token");
    CHECK(answer.credentials.expires_at_ms == 1'767'326'645'000);
    CHECK(answer.credentials.account_id == "012345678901");
    CHECK(answer.credentials.source == "sso-session corp (sso)");
    auto const& sent = s.runner.requests()[0];
    CHECK(http::find_header(sent.headers, "x-amz-sso_bearer_token") == "hidden-access");
    CHECK(http::find_header(sent.headers, "host") == "portal.sso.eu-west-1.amazonaws.com");
    CHECK(http::find_header(sent.headers, "authorization").empty());
    CHECK(sent.body.empty());
}

TEST_CASE("sso: where the portal is, and what needs escaping", "[credentials]") {
    auto const url_for = [](fake_environment::variables set, sso_settings wanted = corp_role()) {
        session s({}, std::move(set), std::move(wanted));
        s.load();
        return s.runner.requests().empty() ? std::string() : s.runner.requests()[0].url;
    };
    std::string const rest = "/federation/credentials?account_id=012345678901&role_name=Reader";
    CHECK(url_for({{"AWS_REGION", "us-west-2"}}) == "https://portal.sso.eu-west-1.amazonaws.com" + rest);
    CHECK(url_for({{"AWS_USE_FIPS_ENDPOINT", "true"}}) == "https://portal.sso-fips.eu-west-1.amazonaws.com" + rest);
    CHECK(url_for({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}) == "https://portal.sso.eu-west-1.api.aws" + rest);
    CHECK(url_for({{"AWS_ENDPOINT_URL_SSO", "https://sso.test/p"}, {"AWS_ENDPOINT_URL", "https://all.test"}}) ==
          "https://sso.test/p" + rest);
    CHECK(url_for({{"AWS_ENDPOINT_URL_SSO_OIDC", "https://oidc.test"}, {"AWS_ENDPOINT_URL", "https://all.test"}}) ==
          "https://all.test" + rest);
    auto wanted = corp_role();
    wanted.region = "cn-north-1";
    wanted.role_name = "a+b/c &d";
    CHECK(url_for({}, wanted) ==
          "https://portal.sso.cn-north-1.amazonaws.com.cn/federation/credentials?account_id=012345678901&"
          "role_name=a%2Bb%2Fc%20%26d");
    wanted.region = "evil.example/";
    session nowhere({}, {}, wanted);
    CHECK_THAT(nowhere.broken(), EndsWith("(set by sso_region of sso-session corp)"));
    CHECK(nowhere.runner.requests().empty());
}

TEST_CASE("sso: without a role or a usable sign-in nothing is asked", "[credentials]") {
    auto wanted = corp_role();
    wanted.account_id.clear();
    CHECK(session({answered(200)}, {}, wanted).broken() ==
          "the sign-in to IAM Identity Center of profile dev gives a token, but no credentials: sso_account_id and "
          "sso_role_name must be set");
    wanted.profile.clear();
    CHECK_THAT(session({answered(200)}, {}, wanted).broken(), Contains("of sso-session corp gives"));

    session s({answered(200)});
    s.runner.files.clear();
    CHECK(s.broken() == std::string("the sign-in to IAM Identity Center of sso-session corp is not there (no file ") +
                            path + "); run \"aws sso login --sso-session corp\"");
    CHECK(s.runner.requests().empty());
}

TEST_CASE("sso: what is refused, and what to do", "[credentials]") {
    CHECK(session({answered(401, R"({"message":"Session token not found or invalid","__type":
        "com.amazonaws.switchboard.portal#UnauthorizedException"})")})
              .broken() == std::string(prefix) +
                               "UnauthorizedException: Session token not found or invalid; run \"aws sso login "
                               "--sso-session corp\"");
    CHECK(session({answered(403, R"({"message":"No access","__type":"ForbiddenException"})")}).broken() ==
          std::string(prefix) +
              "ForbiddenException: No access; is the role assigned to you? Look at sso_account_id and sso_role_name");
    CHECK_THAT(session({answered(404, R"({"__type":"ResourceNotFoundException"})")}).broken(),
               Contains("is the role assigned to you?"));
    CHECK_THAT(
        session({answered(400, R"({"message":"hidden-access is none","__type":"InvalidRequestException"})")}).broken(),
        EndsWith("InvalidRequestException: *** is none"));

    session throttled({answered(429, R"({"__type":"TooManyRequestsException"})"), answered(503, ""), answered(200)});
    CHECK(throttled.load().outcome == provider_outcome::found);
    CHECK(throttled.runner.pauses().size() == 2);
    auto dead = answered(0);
    dead.failure = {errc::transport, false, "no route"};
    CHECK(session({dead, dead, dead}).broken() == std::string(prefix) + "no route");
}

TEST_CASE("sso: an answer that is none", "[credentials]") {
    auto const why = [](std::string const& body) {
        auto const text = session({answered(200, body)}).broken();
        auto const begin = std::string(prefix) + "the answer has no usable credentials: ";
        CHECK_THAT(text, StartsWith(begin));
        return text.substr((std::min)(begin.size(), text.size()));
    };
    CHECK_FALSE(why("").empty());
    CHECK_FALSE(why("<html>hidden</html>").empty());
    CHECK(why("{}") == "accessKeyId is missing");
    CHECK(why(R"({"roleCredentials":null})") == "accessKeyId is missing");
    CHECK(why(R"({"roleCredentials":"hidden"})") == "roleCredentials: expected an object, found a string");
    auto const cut = [](std::string_view from, std::string_view to) {
        std::string text = document;
        return text.replace(text.find(from), from.size(), to);
    };
    CHECK(why(cut("secretAccessKey", "x")) == "secretAccessKey is missing");
    CHECK(why(cut("sessionToken", "x")) == "sessionToken is missing");
    CHECK(why(cut("hidden-token", "hidden\\r\\ntoken")) ==
          "sessionToken has a line break or another control character");
    CHECK(why(cut("expiration", "x")) == "expiration is missing");
    CHECK(why(cut("1767326645000", "0")) == "expiration is missing");
    CHECK(why(cut("1767326645000", "\"soon\"")) == "roleCredentials.expiration: expected a number, found a string");
}
