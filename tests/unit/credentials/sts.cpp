#include "bedrock/credentials/sts.hpp"

#include "bedrock/recorded.hpp"

#include "support/aws_signature_check.hpp"
#include "support/fake_environment.hpp"
#include "support/http_head.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;
using Catch::EndsWith;

namespace {

constexpr char role_arn[] = "arn:aws:iam::123456789012:role/the-role";

std::string document(std::string_view action = "AssumeRole", std::string_view expiration = "2026-01-02T04:04:05Z") {
    std::string const name(action);
    return "<?xml version=\"1.0\"?><" + name + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<" +
           name + "Result><AssumedRoleUser><Arn>arn:aws:sts::210987654321:assumed-role/the-role/s</Arn>" +
           "</AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>" +
           "<SecretAccessKey>hidden+secret</SecretAccessKey><SessionToken>hidden/token==</SessionToken><Expiration>" +
           std::string(expiration) + "</Expiration></Credentials></" + name + "Result></" + name + "Response>";
}

std::string refusal(std::string_view code, std::string_view message) {
    return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>" +
           std::string(code) + "</Code><Message>" + std::string(message) +
           "</Message></Error><RequestId>r</RequestId></ErrorResponse>";
}

recorded_exchange answered(int status, std::string body, std::string url = "https://sts.us-east-1.amazonaws.com/") {
    recorded_exchange made;
    made.method = "POST";
    made.url = std::move(url);
    made.head.status = status;
    made.pieces = {std::move(body)};
    return made;
}

credentials base_keys() {
    credentials base;
    base.access_key_id = "AKIDBASE";
    base.secret_access_key = "base-secret";
    base.session_token = "base-token";
    return base;
}

sts::role the_role() {
    sts::role wanted;
    wanted.arn = role_arn;
    return wanted;
}

struct session {
    explicit session(std::vector<recorded_exchange> recording, fake_environment::variables set = {})
        : machine(std::move(set)), runner(std::move(recording)) {}
    provider_answer assume(sts::role wanted = the_role(), settings_request place = {}) {
        auto const here = machine.get();
        return runner.run(sts::assume_role(std::move(wanted), base_keys(), std::move(place), here));
    }
    provider_answer trade(sts::role wanted = the_role()) {
        auto const here = machine.get();
        return runner.run(sts::assume_role_with_web_identity(std::move(wanted), "the.jwt", {}, here));
    }
    fake_environment machine;
    recorded_runner runner;
};

std::string broken(std::vector<recorded_exchange> recording) {
    auto const answer = session(std::move(recording)).assume();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK_THAT(answer.detail, !Contains("hidden"));
    CHECK_THAT(answer.detail, !Contains("base-secret"));
    constexpr std::string_view begin = "AssumeRole of arn:aws:iam::123456789012:role/the-role failed: ";
    REQUIRE(answer.detail.starts_with(begin));
    return answer.detail.substr(begin.size());
}

}  // namespace

TEST_CASE("sts: a role is assumed with a signed request", "[credentials]") {
    session s({answered(200, document())});
    auto wanted = the_role();
    wanted.session_name = "me@example.com";
    wanted.external_id = "an id&more";
    wanted.duration_seconds = 900;
    wanted.mfa_serial = "arn:aws:iam::1:mfa/me";
    wanted.mfa_code = "012345";
    auto const answer = s.assume(wanted);
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAROLE");
    CHECK(answer.credentials.secret_access_key.view() == "hidden+secret");
    CHECK(answer.credentials.session_token.view() == "hidden/token==");
    CHECK(answer.credentials.expires_at_ms == 1'767'326'645'000);
    CHECK(answer.credentials.account_id == "210987654321");

    REQUIRE(s.runner.requests().size() == 1);
    auto const& sent = s.runner.requests()[0];
    CHECK(sent.body.view() ==
          "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fthe-role&"
          "RoleSessionName=me%40example.com&ExternalId=an%20id%26more&DurationSeconds=900&"
          "SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=012345");
    CHECK(http::find_header(sent.headers, "content-type") == "application/x-www-form-urlencoded; charset=utf-8");

    mock::request_head head;
    head.method = sent.method;
    head.target = "/";
    for (auto const& header : sent.headers) head.headers.push_back({header.name, header.value});
    mock::authorization_policy policy;
    policy.keys = {{"AKIDBASE", "base-secret", "base-token"}};
    policy.service = "sts";
    policy.region = "us-east-1";
    auto const now = *s.machine.unix_ms / 1000;
    auto const verdict = mock::check_authorization(head, sent.body.view(), policy, now);
    INFO(verdict.detail);
    CHECK(verdict.accepted);
    CHECK_FALSE(mock::check_authorization(head, std::string(sent.body.view()) + "x", policy, now).accepted);
}

TEST_CASE("sts: what nobody gave is not sent; a session name is made", "[credentials]") {
    session s({answered(200, document())});
    REQUIRE(s.assume().outcome == provider_outcome::found);
    CHECK(s.runner.requests()[0].body.view() ==
          "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fthe-role&"
          "RoleSessionName=bedrock-cpp-1767323045000");
}

TEST_CASE("sts: a web identity is traded without a signature", "[credentials]") {
    session s({answered(200, document("AssumeRoleWithWebIdentity"))});
    auto const answer = s.trade();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAROLE");
    auto const& sent = s.runner.requests()[0];
    CHECK(sent.body.view() ==
          "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&"
          "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fthe-role&RoleSessionName=bedrock-cpp-1767323045000&"
          "WebIdentityToken=the.jwt");
    CHECK(http::find_header(sent.headers, "authorization").empty());
    // The other action's answer is none.
    CHECK(session({answered(200, document())}).trade().outcome == provider_outcome::broken);
}

TEST_CASE("sts: where it is", "[credentials]") {
    auto const url_for = [](fake_environment::variables set, settings_request place = {}) {
        session s({}, std::move(set));
        s.assume(the_role(), std::move(place));
        return s.runner.requests().empty() ? std::string() : s.runner.requests()[0].url;
    };
    CHECK(url_for({{"AWS_REGION", "cn-north-1"}}) == "https://sts.cn-north-1.amazonaws.com.cn/");
    CHECK(url_for({{"AWS_USE_FIPS_ENDPOINT", "true"}}) == "https://sts-fips.us-east-1.amazonaws.com/");
    CHECK(url_for({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}) == "https://sts.us-east-1.api.aws/");
    CHECK(url_for({{"AWS_ENDPOINT_URL_STS", "https://sts.test:8/p/"}, {"AWS_ENDPOINT_URL", "https://all.test"}}) ==
          "https://sts.test:8/p/");
    CHECK(url_for({{"AWS_ENDPOINT_URL", "https://all.test"}, {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://b.test"}}) ==
          "https://all.test/");
    settings_request place;
    place.region = {"eu-west-1", "client option"};
    place.endpoint = {"https://bedrock.test", "client option"};
    place.model_id = "arn:aws:bedrock:us-west-2:1:inference-profile/x";
    CHECK(url_for({{"AWS_REGION", "cn-north-1"}}, place) == "https://sts.eu-west-1.amazonaws.com/");
    place.region = {};
    CHECK(url_for({{"AWS_REGION", "eu-west-2"}}, place) == "https://sts.eu-west-2.amazonaws.com/");
}

TEST_CASE("sts: what it refuses is told in its words", "[credentials]") {
    CHECK(broken({answered(403, refusal("AccessDenied", "User: arn is not authorized\nto perform: sts:AssumeRole"))}) ==
          "AccessDenied: User: arn is not authorized to perform: sts:AssumeRole");
    CHECK(broken({answered(403, refusal("RegionDisabledException", "STS is not activated"))}) ==
          "RegionDisabledException: STS is not activated");
    CHECK(broken({answered(400, refusal("ExpiredTokenException", "expired"))}) == "ExpiredTokenException: expired");
    CHECK_THAT(broken({answered(404, "<html>nothing here</html>")}), Contains("404"));
    CHECK_THAT(broken({answered(400, refusal("X", std::string(5000, 'm')))}), EndsWith("…"));
}

TEST_CASE("sts: a refusal that repeats the request does not carry its keys into the message", "[credentials]") {
    CHECK(broken({answered(403,
                           refusal("SignatureDoesNotMatch", "host\nx-amz-security-token:base-token\nbase-secret"))}) ==
          "SignatureDoesNotMatch: host x-amz-security-token:*** ***");
}

TEST_CASE("sts: an answer that is none", "[credentials]") {
    constexpr char none[] = "the answer is not what STS sends; is something else behind the endpoint?";
    CHECK(broken({answered(200, "")}) == none);
    CHECK(broken({answered(200, "{}")}) == none);
    CHECK(broken({answered(200, document().substr(0, 300))}) == none);
    CHECK(broken({answered(200, document("AssumeRole", "tomorrow"))}) == "the answer's expiration is no time");
    auto text = document();
    text.replace(text.find("ASIAROLE"), 8, "");
    CHECK(broken({answered(200, text)}) == none);
}

TEST_CASE("sts: no account where the answer has no ARN, or a strange one", "[credentials]") {
    for (char const* const arn : {"", "arn", "arn:aws:sts:", ":::", "nonsense without colons"}) {
        auto text = document();
        constexpr std::string_view from = "arn:aws:sts::210987654321:assumed-role/the-role/s";
        text.replace(text.find(from), from.size(), arn);
        auto const answer = session({answered(200, text)}).assume();
        REQUIRE(answer.outcome == provider_outcome::found);
        CHECK(answer.credentials.account_id.empty());
    }
}

TEST_CASE("sts: what may pass is repeated, at most three times", "[credentials]") {
    session s({answered(503, ""), answered(400, refusal("IDPCommunicationError", "try again")),
               answered(200, document("AssumeRoleWithWebIdentity"))});
    CHECK(s.trade().outcome == provider_outcome::found);
    CHECK(s.runner.requests().size() == 3);
    CHECK(s.runner.pauses().size() == 2);

    session throttled({answered(400, refusal("Throttling", "slow")), answered(400, refusal("Throttling", "slow")),
                       answered(400, refusal("Throttling", "slow"))});
    CHECK_THAT(throttled.assume().detail, EndsWith("failed: Throttling: slow"));
    CHECK(throttled.runner.exhausted());

    auto late = answered(0, "");
    late.failure = {errc::timeout, true, "no answer within 30 s"};
    session slow({late, answered(200, document())});
    CHECK(slow.assume().outcome == provider_outcome::found);
    session never({answered(403, refusal("AccessDenied", "no")), answered(200, document())});
    CHECK(never.assume().outcome == provider_outcome::broken);
    CHECK(never.runner.requests().size() == 1);
}

TEST_CASE("sts: a place that is none, and keys that cannot sign", "[credentials]") {
    session nowhere({}, fake_environment::variables{{"AWS_REGION", "evil.example/"}});
    CHECK_THAT(nowhere.assume().detail, EndsWith("(set by AWS_REGION)"));
    CHECK(nowhere.runner.requests().empty());

    session unsigned_session({});
    auto const here = unsigned_session.machine.get();
    auto base = base_keys();
    base.access_key_id = "two\nlines";
    auto const answer = unsigned_session.runner.run(sts::assume_role(the_role(), base, {}, here));
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(unsigned_session.runner.requests().empty());
    auto odd = the_role();
    odd.arn = "two\nlines\x1b[2J";
    CHECK_THAT(session({answered(403, "")}).assume(odd).detail, Contains("AssumeRole of two lines [2J failed: "));
}
