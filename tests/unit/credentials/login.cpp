#include "bedrock/credentials/login.hpp"

#include "bedrock/profile_file.hpp"

#include "support/credential_vectors.hpp"
#include "support/dpop_check.hpp"
#include "support/es256_keys.hpp"
#include "support/fake_environment.hpp"
#include "support/json_equal.hpp"
#include "support/json_file.hpp"

#include <simdjson.h>

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;
using Catch::EndsWith;

namespace {

constexpr std::int64_t midnight = 1'763'510'400'000;  // 2025-11-19T00:00:00Z
constexpr char arn[] = "arn:aws:sts::012345678910:assumed-role/Admin/admin";
constexpr char path[] =
    "/home/user/.aws/login/cache/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json";
constexpr char us_east_1[] = "https://us-east-1.signin.aws.amazon.com/v1/token";

std::string json_text(std::string_view text) {
    std::string quoted;
    json::writer(quoted).string(text);
    return quoted;
}

struct file_sample {
    std::string key_id = "ASIAOLD";
    std::string expires_at = "2025-11-19T00:04:00Z";
    std::string refresh_token = "hidden-refresh-token";
    std::string pem = es256_keys::sec1;
    std::string more{};

    std::string text() const {
        return R"({"accessToken":{"accessKeyId":")" + key_id +
               R"(","secretAccessKey":"hidden-secret-key","sessionToken":"hidden-session-token",)"
               R"("accountId":"012345678901","expiresAt":")" +
               expires_at + R"("},"tokenType":"aws_sigv4","clientId":"arn:aws:signin:::devtools/same-device",)" +
               R"("refreshToken":")" + refresh_token + R"(","idToken":"hidden-id","dpopKey":)" + json_text(pem) + more +
               '}';
    }
};

http::response answered(int status, std::string body) {
    http::response made;
    made.head.status = status;
    made.body = std::move(body);
    return made;
}

http::response renewed(std::string key_id = "ASIANEW") {
    return answered(200, R"({"accessToken":{"accessKeyId":")" + key_id +
                             R"(","secretAccessKey":"hidden-new-secret","sessionToken":"hidden-new-session"},)"
                             R"("tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"hidden-new-refresh"})");
}

http::response refused(std::string code, int status = 401) {
    auto made = answered(status, R"({"error":")" + code + R"(","message":"Sign-In's words"})");
    made.head.headers = {{"x-amzn-ErrorType", status == 400 ? "ValidationException" : "AccessDeniedException"}};
    return made;
}

/// AWS Sign-In, the files and the clock: every request must carry a proof that a server would accept.
struct sign_in {
    explicit sign_in(std::string text, std::vector<http::response> what = {}, fake_environment::variables set = {},
                     login_session of = session_of(""), settings_request place = {})
        : machine(std::move(set)), answers(std::move(what)), provider(std::move(of), std::move(place)) {
        machine.values->emplace("HOME", "/home/user");
        *machine.unix_ms = midnight;
        if (!text.empty()) files[path] = std::move(text);
    }
    static login_session session_of(std::string region) {
        login_session made;
        made.profile = "dev";
        made.name = arn;
        made.region = std::move(region);
        return made;
    }

    provider_answer load() {
        auto const here = machine.get();
        auto protocol = provider.load(here);
        while (ask* const wanted = protocol.step()) serve(*wanted);
        auto answer = protocol.take();
        CHECK_THAT(answer.detail, !Contains("hidden"));
        CHECK_THAT(answer.detail, !Contains("BEGIN"));
        CHECK_THAT(answer.detail, !Contains("MHcCAQ"));
        return answer;
    }
    std::string found() {
        auto const answer = load();
        INFO(answer.detail);
        REQUIRE(answer.outcome == provider_outcome::found);
        return answer.credentials.access_key_id;
    }
    std::string broken() {
        auto const answer = load();
        CHECK(answer.outcome == provider_outcome::broken);
        constexpr std::string_view front = "the login session of profile dev ";
        REQUIRE_THAT(answer.detail, Catch::StartsWith(std::string(front)));
        return answer.detail.substr(front.size());
    }

    void serve(ask& wanted) {
        switch (wanted.kind) {
            case ask_kind::http:
                return serve_http(static_cast<http_ask&>(wanted));
            case ask_kind::pause:
                pauses.push_back(static_cast<pause_ask&>(wanted).milliseconds);
                return;
            case ask_kind::file: {
                auto& file = static_cast<file_ask&>(wanted);
                auto const there = files.find(file.path);
                if (there == files.end()) return;
                if (!unreadable.empty()) {
                    file.outcome = file_outcome::unreadable;
                    file.reason = unreadable;
                    return;
                }
                file.stamp.size = static_cast<std::int64_t>(there->second.size());
                file.stamp.inode = std::hash<std::string>{}(there->second);
                file.outcome = file.known == file.stamp ? file_outcome::unchanged : file_outcome::found;
                if (file.outcome == file_outcome::found) file.text = there->second;
                return;
            }
            case ask_kind::replace: {
                auto& change = static_cast<replace_ask&>(wanted);
                ++writes;
                if (read_only) return;
                files[change.path] = change.text;
                change.done = true;
                return;
            }
            default:
                FAIL("an ask that no part of this protocol has");
        }
    }
    void serve_http(http_ask& call) {
        auto const& request = call.request;
        CHECK(request.method == "POST");
        CHECK(http::find_header(request.headers, "authorization").empty());
        CHECK(http::find_header(request.headers, "content-type") == "application/json");
        dpop_check const proof(http::find_header(request.headers, "dpop"));
        CHECK(proof.fault == "");
        CHECK(proof.method == "POST");
        CHECK(proof.url == request.url);
        CHECK(proof.issued_at == *machine.unix_ms / 1000);
        CHECK(proof.id.size() == 36);
        CHECK(proofs.insert(proof.id).second);
        CHECK(request.url == "https://" + std::string(http::find_header(request.headers, "host")) +
                                 request.url.substr(request.url.find('/', 8)));
        crypto::es256_key key;
        auto const parsed = parse_login_token(files[path]);
        REQUIRE(parsed);
        REQUIRE(key.read_pem(parsed->dpop_key.view()) == crypto::key_fault::none);
        CHECK(proof.x == as_text(key.public_point().x));
        CHECK(proof.y == as_text(key.public_point().y));
        requests.push_back(request);
        if (meanwhile) meanwhile();
        if (requests.size() > answers.size()) {
            call.failure = {errc::transport, false, "nobody is there"};
            return;
        }
        call.response = answers[requests.size() - 1];
        if (call.response.head.status == 0) call.failure = {errc::timeout, true, "no answer within 30 s"};
    }

    fake_environment machine;
    std::map<std::string, std::string> files;
    std::vector<http::response> answers;
    std::vector<http::request> requests;
    std::vector<std::int64_t> pauses;
    std::set<std::string> proofs;
    std::function<void()> meanwhile;
    std::string unreadable;
    bool read_only = false;
    int writes = 0;
    login_provider provider;
};

constexpr char run[] = "; run \"aws login --profile dev\"";
constexpr char not_renewed[] = "has a token that ends at 2025-11-19T00:00:00Z and was not renewed: ";

file_sample expired() {
    file_sample made;
    made.expires_at = "2025-11-19T00:00:00Z";
    return made;
}

}  // namespace

TEST_CASE("login: the conformance cases", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("login", [](std::string const& id, auto const& file) {
        INFO(id);
        profile_texts texts;
        auto const config = json_file::text_or_empty(file, "config");
        texts.config = config;
        auto const profiles = parse_profiles(texts);
        REQUIRE(profiles);
        auto const* const profile = profiles->find("signin");
        REQUIRE(profile);
        login_session of;
        of.profile = "dev";
        of.name = profile->value("login_session");

        std::vector<http::response> answers;
        std::vector<std::string> expected_bodies;
        for (auto const& call : json_file::list(file, "mock_api")) {
            auto const request = json_file::member(call, "request").value();
            expected_bodies.push_back(simdjson::minify(json_file::member(request, "tokenInput").value()));
            auto const response = json_file::member(call, "response");
            if (response)
                answers.push_back(answered(200, simdjson::minify(json_file::member(*response, "tokenOutput").value())));
            else
                answers.push_back(answered(static_cast<int>(json_file::integer(call, "responseCode").value()), ""));
        }
        sign_in s("", answers, {}, of);
        for (auto const& [name, text] : json_file::members(json_file::member(file, "cache")))
            s.files["/home/user/.aws/login/cache/" + name] = simdjson::minify(text);
        auto const answer = s.load();
        REQUIRE(s.requests.size() == expected_bodies.size());
        for (std::size_t i = 0; i != s.requests.size(); ++i)
            CHECK(json_difference(s.requests[i].body.view(), expected_bodies[i]) == "");
        for (auto const& outcome : json_file::list(file, "outcomes")) {
            auto const kind = json_file::text_or_empty(outcome, "result");
            if (kind == "error") {
                CHECK(answer.outcome == provider_outcome::broken);
                CHECK_THAT(answer.detail, EndsWith(run));
            } else if (kind == "credentials") {
                REQUIRE(answer.outcome == provider_outcome::found);
                auto const& got = answer.credentials;
                CHECK(got.access_key_id == json_file::text_or_empty(outcome, "accessKeyId"));
                CHECK(got.secret_access_key.view() == json_file::text_or_empty(outcome, "secretAccessKey"));
                CHECK(got.session_token.view() == json_file::text_or_empty(outcome, "sessionToken"));
                CHECK(got.account_id == json_file::text_or_empty(outcome, "accountId"));
                auto const end = parse_iso8601(json_file::text_or_empty(outcome, "expiresAt"));
                REQUIRE(end);
                CHECK(got.expires_at_ms == to_unix_milliseconds(*end));
            } else {
                REQUIRE(kind == "cacheContents");
                for (auto const& [name, text] : json_file::members(outcome))
                    if (name != "result")
                        CHECK(json_difference(s.files["/home/user/.aws/login/cache/" + name], simdjson::minify(text)) ==
                              "");
            }
        }
    });
    if (!count) {
        WARN("no -Dvectors: skipped");
        return;
    }
    CHECK(*count == 10);
}

TEST_CASE("login: a token is used while more than five minutes of it remain", "[credentials]") {
    file_sample sample;
    sample.expires_at = "2025-11-19T00:05:00.001Z";
    sign_in s(sample.text());
    auto const answer = s.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAOLD");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-secret-key");
    CHECK(answer.credentials.session_token.view() == "hidden-session-token");
    CHECK(answer.credentials.account_id == "012345678901");
    CHECK(answer.credentials.expires_at_ms == midnight + 300'001);
    CHECK(answer.credentials.source == "login");
    CHECK(s.requests.empty());
    *s.machine.unix_ms += 1;
    s.answers = {renewed()};
    CHECK(s.found() == "ASIANEW");
    CHECK(s.provider.name() == "login");
}

TEST_CASE("login: a renewal is asked for, used and written down", "[credentials]") {
    file_sample sample;
    sample.more = R"(,"later":[1.0])";
    sign_in s(sample.text(), {renewed()});
    auto const answer = s.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIANEW");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-new-secret");
    CHECK(answer.credentials.session_token.view() == "hidden-new-session");
    CHECK(answer.credentials.account_id == "012345678901");
    CHECK(answer.credentials.expires_at_ms == midnight + 900'000);
    REQUIRE(s.requests.size() == 1);
    CHECK(s.requests[0].url == us_east_1);
    CHECK(json_difference(s.requests[0].body.view(),
                          R"({"clientId":"arn:aws:signin:::devtools/same-device","grantType":"refresh_token",)"
                          R"("refreshToken":"hidden-refresh-token"})") == "");
    auto expected = sample;
    expected.key_id = "ASIANEW";
    expected.expires_at = "2025-11-19T00:15:00Z";
    expected.refresh_token = "hidden-new-refresh";
    auto text = expected.text();
    text.replace(text.find("hidden-secret-key"), 17, "hidden-new-secret");
    text.replace(text.find("hidden-session-token"), 20, "hidden-new-session");
    CHECK(s.files[path] == text);

    *s.machine.unix_ms += 599'999;
    CHECK(s.found() == "ASIANEW");
    CHECK(s.requests.size() == 1);
    *s.machine.unix_ms += 1;
    *s.machine.steady_ms += 600'000;
    s.answers.push_back(renewed("ASIATHIRD"));
    CHECK(s.found() == "ASIATHIRD");
    CHECK_THAT(std::string(s.requests[1].body.view()), Contains("hidden-new-refresh"));
}

TEST_CASE("login: where Sign-In is", "[credentials]") {
    auto const url_for = [](fake_environment::variables set, std::string region = "", settings_request place = {},
                            std::string more = "") {
        file_sample sample = expired();
        sample.more = std::move(more);
        sign_in s(sample.text(), {renewed()}, std::move(set), sign_in::session_of(std::move(region)), std::move(place));
        s.load();
        return s.requests.empty() ? std::string() : s.requests[0].url;
    };
    constexpr char tail[] = ".signin.aws.amazon.com/v1/token";
    settings_request place;
    place.region = {"ap-south-1", "client option"};
    place.endpoint = {"http://bedrock.test", "client option"};
    place.model_id = "arn:aws:bedrock:us-west-2:1:inference-profile/x";
    fake_environment::variables const set{{"AWS_REGION", "eu-west-3"}};
    CHECK(url_for({}) == us_east_1);
    CHECK(url_for(set) == std::string("https://eu-west-3") + tail);
    CHECK(url_for(set, "", place) == std::string("https://ap-south-1") + tail);
    CHECK(url_for(set, "eu-west-2", place) == std::string("https://eu-west-2") + tail);
    CHECK(url_for(set, "eu-west-2", place, R"(,"signInRegion":"eu-west-1")") ==
          std::string("https://eu-west-1") + tail);
    CHECK(url_for({}, "cn-north-1") == "https://cn-north-1.signin.amazonaws.cn/v1/token");
    CHECK(url_for({{"AWS_USE_FIPS_ENDPOINT", "true"}}) == "https://signin-fips.us-east-1.amazonaws.com/v1/token");
    CHECK(url_for({{"AWS_ENDPOINT_URL", "https://all.test"}, {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://b.test"}}) ==
          "https://all.test/v1/token");
    CHECK(url_for({{"AWS_ENDPOINT_URL_SIGNIN", "https://signin.test:8/p/"},
                   {"AWS_ENDPOINT_URL", "https://all.test"}}) == "https://signin.test:8/p/v1/token");

    file_sample sample = expired();
    sign_in services(sample.text(), {renewed()});
    services.files["/home/user/.aws/config"] =
        "[default]\nservices = s\n[services s]\nsignin =\n  endpoint_url = https://of.services\n";
    CHECK(services.found() == "ASIANEW");
    CHECK(services.requests[0].url == "https://of.services/v1/token");

    sample.more = R"(,"signInRegion":"evil.example/")";
    sign_in evil(sample.text(), {renewed()});
    CHECK_THAT(evil.broken(), Contains("is not a region name") && Contains("signInRegion of the login session"));
    CHECK(evil.requests.empty());
}

TEST_CASE("login: no file, or none that can be read", "[credentials]") {
    CHECK(sign_in("").broken() == std::string("is not there (no file ") + path + ")" + run);
    sign_in secret_file(file_sample().text());
    secret_file.unreadable = "Permission denied";
    CHECK(secret_file.broken() ==
          std::string("cannot be read from ") + path + " (Permission denied): make it readable, or renew it" + run);
    sign_in homeless(file_sample().text());
    homeless.machine.values->clear();
    CHECK(homeless.broken() == std::string("is not known, because no home directory is: HOME is not set") + run);
    sign_in elsewhere("", {}, fake_environment::variables{{"AWS_LOGIN_CACHE_DIRECTORY", "/cache/"}});
    CHECK_THAT(elsewhere.broken(), Contains("(no file /cache/"));
}

TEST_CASE("login: a file without what is needed names it", "[credentials]") {
    auto const front = std::string("has no usable token in ") + path + ": ";
    auto text = file_sample().text();
    CHECK(sign_in(text.replace(text.find("dpopKey"), 7, "other")).broken() == front + "dpopKey is missing" + run);
    text = file_sample().text();
    CHECK_THAT(sign_in(text.substr(0, text.size() - 1)).broken(), Catch::StartsWith(front));
    CHECK(sign_in("<html>").broken() == front + "it is a web page or XML, not JSON" + run);
}

TEST_CASE("login: a key that is none stops a renewal, not a token", "[credentials]") {
    auto sample = expired();
    sample.pem = "-----BEGIN EC PRIVATE KEY-----\nhidden\n";
    sign_in damaged(sample.text());
    CHECK(damaged.broken() == not_renewed + std::string("its dpopKey is not a private key in PEM") + run);
    sample.pem = es256_keys::secp256k1;
    CHECK(sign_in(sample.text()).broken() ==
          not_renewed + std::string("its dpopKey is not a private key on the curve P-256") + run);
    CHECK(damaged.requests.empty());
    sample.expires_at = "2025-11-19T00:00:00.001Z";
    CHECK(sign_in(sample.text()).found() == "ASIAOLD");

    for (char const* const pem : {es256_keys::pkcs8, es256_keys::sec1_with_parameters}) {
        sample.pem = pem;
        CHECK(sign_in(sample.text(), {renewed()}).found() == "ASIANEW");
    }
    sample.pem = es256_keys::sec1;
    for (std::size_t at = 0; (at = sample.pem.find('\n', at)) != std::string::npos;) sample.pem.replace(at, 1, "\\n");
    CHECK(sign_in(sample.text(), {renewed()}).found() == "ASIANEW");
}

TEST_CASE("login: what ends a session is said, whatever remains of the token", "[credentials]") {
    struct end {
        char const* code;
        int status;
        char const* words;
    };
    for (auto const& at : {end{"TOKEN_EXPIRED", 401, "has expired"},
                           end{"USER_CREDENTIALS_CHANGED", 403, "has ended, because its user's password was changed"},
                           end{"INSUFFICIENT_PERMISSIONS", 403,
                               "cannot be renewed: its user may lack the permission signin:CreateOAuth2Token"}}) {
        for (auto const& sample : {file_sample(), expired()}) {
            sign_in s(sample.text(), {refused(at.code, at.status), renewed()});
            CHECK(s.broken() == std::string(at.words) + run);
            CHECK(s.requests.size() == 1);
            CHECK(s.broken() == std::string(at.words) + run);  // again within 30 seconds
            CHECK(s.requests.size() == 1);
            CHECK(s.writes == 0);
        }
    }
}

TEST_CASE("login: any other failure leaves the token in use until its end", "[credentials]") {
    auto const page = answered(200, "<html>Sign in to the hotel</html>");
    auto const cut = answered(200, renewed().body.substr(0, 100));
    auto incomplete = renewed();
    incomplete.body.replace(incomplete.body.find("refreshToken"), 12, "otherToken_");
    auto const none = [](std::string const& why) {
        return "the answer is not what AWS Sign-In sends (" + why + "); is something else behind the endpoint?";
    };
    struct failing {
        http::response answer;
        std::string why;
    };
    for (auto const& [answer, why] :
         {failing{page, none("it is a web page or XML, not JSON")},
          failing{incomplete, none("refreshToken is missing")},
          failing{refused("INVALID_REQUEST", 400), "INVALID_REQUEST: Sign-In's words"},
          failing{refused("AUTHCODE_EXPIRED"), "AUTHCODE_EXPIRED: Sign-In's words"},
          failing{answered(404, "<html>nothing</html>"), "404"}, failing{cut, "the answer is not what AWS Sign-In"}}) {
        sign_in works(file_sample().text(), {answer});
        CHECK(works.found() == "ASIAOLD");
        CHECK(works.requests.size() == 1);
        CHECK(works.writes == 0);
        sign_in over(expired().text(), {answer});
        auto const detail = over.broken();
        CHECK_THAT(detail, Catch::StartsWith(not_renewed) && Contains(why) && EndsWith(run));
    }
}

TEST_CASE("login: what may pass is repeated with a new proof", "[credentials]") {
    sign_in s(expired().text(),
              {answered(500, R"({"error":"server_error","message":"x"})"), answered(0, ""), renewed()});
    CHECK(s.found() == "ASIANEW");
    CHECK(s.requests.size() == 3);
    CHECK(s.proofs.size() == 3);
    CHECK(s.pauses.size() == 2);

    sign_in down(expired().text(), std::vector<http::response>(5, refused("server_error", 500)));
    CHECK(down.broken() == not_renewed + std::string("server_error: Sign-In's words") + run);
    CHECK(down.requests.size() == 3);
    sign_in nobody(expired().text());
    CHECK_THAT(nobody.broken(), Contains("nobody is there"));
}

TEST_CASE("login: a renewal is tried once in 30 seconds", "[credentials]") {
    sign_in s(file_sample().text(), {refused("INVALID_REQUEST", 400), refused("INVALID_REQUEST", 400), renewed()});
    CHECK(s.found() == "ASIAOLD");
    *s.machine.steady_ms += 29'999;
    CHECK(s.found() == "ASIAOLD");
    CHECK(s.requests.size() == 1);
    *s.machine.unix_ms += 240'000;  // past its end
    CHECK(s.broken() ==
          std::string("has a token that ends at 2025-11-19T00:04:00Z and was not renewed: INVALID_REQUEST: Sign-In's "
                      "words") +
              run);
    CHECK(s.requests.size() == 1);
    *s.machine.steady_ms += 1;
    CHECK_THAT(s.broken(), Contains("INVALID_REQUEST"));
    CHECK(s.requests.size() == 2);

    // Somebody signs in again: the file counts, not what went before.
    auto sample = file_sample();
    sample.key_id = "ASIAOTHER";
    sample.expires_at = "2025-11-19T00:08:00Z";
    s.files[path] = sample.text();
    CHECK(s.found() == "ASIAOTHER");
    CHECK(s.requests.size() == 2);
    sample.expires_at = "2025-11-19T00:03:59Z";
    s.files[path] = sample.text();
    CHECK_THAT(s.broken(), Contains("somebody else is at it"));
    *s.machine.steady_ms += 30'000;
    CHECK(s.found() == "ASIANEW");
}

TEST_CASE("login: another process that was faster wins", "[credentials]") {
    auto fresh = file_sample();
    fresh.key_id = "ASIAOTHER";
    fresh.expires_at = "2025-11-19T00:14:00Z";
    sign_in s(file_sample().text(), {refused("TOKEN_EXPIRED")});
    s.meanwhile = [&] { s.files[path] = fresh.text(); };
    CHECK(s.found() == "ASIAOTHER");
    CHECK(s.found() == "ASIAOTHER");
    CHECK(s.requests.size() == 1);

    // Both were given a token: the file is left as the other one wrote it, the later end counts.
    sign_in both(file_sample().text(), {renewed()});
    both.meanwhile = [&] { both.files[path] = fresh.text(); };
    CHECK(both.found() == "ASIANEW");
    CHECK(both.writes == 0);
    CHECK(both.files[path] == fresh.text());
    CHECK(both.found() == "ASIANEW");
    fresh.expires_at = "2025-11-19T00:15:01Z";
    both.files[path] = fresh.text();
    CHECK(both.found() == "ASIAOTHER");
}

TEST_CASE("login: a file that cannot be written is no failure", "[credentials]") {
    sign_in s(file_sample().text(), {renewed(), renewed("ASIATHIRD")});
    s.read_only = true;
    CHECK(s.found() == "ASIANEW");
    CHECK(s.writes == 1);
    CHECK(s.found() == "ASIANEW");
    CHECK(s.requests.size() == 1);
    *s.machine.unix_ms += 600'000;
    *s.machine.steady_ms += 600'000;
    s.read_only = false;
    CHECK(s.found() == "ASIATHIRD");
    CHECK_THAT(std::string(s.requests[1].body.view()), Contains("hidden-new-refresh"));
    CHECK_THAT(s.files[path], Contains("ASIATHIRD"));
}

TEST_CASE("login: credentials that the service refused are renewed ahead of their time", "[credentials]") {
    auto sample = file_sample();
    sample.expires_at = "2025-11-19T00:14:00Z";
    sign_in s(sample.text(), {refused("INVALID_REQUEST", 400), renewed()});
    credentials refused_ones;
    refused_ones.access_key_id = "ASIASOMETHING";
    s.provider.forget(refused_ones);
    CHECK(s.found() == "ASIAOLD");
    refused_ones.access_key_id = "ASIAOLD";
    s.provider.forget(refused_ones);
    CHECK_THAT(s.broken(), Contains("INVALID_REQUEST"));
    *s.machine.steady_ms += 30'000;
    CHECK(s.found() == "ASIANEW");
    CHECK(s.found() == "ASIANEW");
    CHECK(s.requests.size() == 2);
}

TEST_CASE("login: a clock that is off is named", "[credentials]") {
    auto answer = refused("INVALID_REQUEST", 400);
    answer.head.headers.push_back({"Date", "Wed, 19 Nov 2025 00:05:01 GMT"});
    CHECK(sign_in(expired().text(), {answer}).broken() ==
          not_renewed +
              std::string("INVALID_REQUEST: Sign-In's words; this machine's clock is 301 s behind the service's: set "
                          "it") +
              run);
    answer.head.headers.back().value = "Tue, 18 Nov 2025 23:56:00 GMT";
    CHECK_THAT(sign_in(expired().text(), {answer}).broken(), Contains("clock is 240 s ahead of the service's"));
    for (char const* const nearby : {"Tue, 18 Nov 2025 23:56:01 GMT", "Wed, 19 Nov 2025 00:03:59 GMT", "yesterday"}) {
        answer.head.headers.back().value = nearby;
        CHECK_THAT(sign_in(expired().text(), {answer}).broken(), !Contains("clock"));
    }
}

TEST_CASE("login: an answer that repeats what was sent does not show it", "[credentials]") {
    sign_in s(expired().text(), {http::response()});
    s.meanwhile = [&] {
        auto const& sent = s.requests.back();
        s.answers[0] = answered(400, R"({"error":"INVALID_REQUEST","message":)" +
                                         json_text("you sent " + std::string(sent.body.view()) + " with " +
                                                   std::string(http::find_header(sent.headers, "dpop")) +
                                                   " for hidden-secret-key hidden-session-token") +
                                         "}");
    };
    auto const detail = s.broken();
    CHECK_THAT(detail, Contains("you sent "));
    CHECK_THAT(detail, !Contains("eyJ"));

    sign_in odd(expired().text(), {answered(400, "{\"error\":\"X\\n\\u001b[2J\",\"message\":\"two\\nlines\"}")});
    CHECK_THAT(odd.broken(), Contains("X [2J: two lines"));
    sign_in long_one(expired().text(), {answered(400, "{\"message\":\"" + std::string(5000, 'm') + "\"}")});
    CHECK(long_one.broken().size() < 1500);
}

TEST_CASE("login: a token of a distant time is no trouble", "[credentials]") {
    auto sample = file_sample();
    for (char const* const end : {"9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"}) {
        sample.expires_at = end;
        sign_in s(sample.text(), {renewed()});
        CHECK(s.found() == (end[0] == '9' ? "ASIAOLD" : "ASIANEW"));
    }
}
