#include "bedrock/credentials/sso_token.hpp"

#include "bedrock/recorded.hpp"

#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/json_file.hpp"

#include "support/catch.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;

namespace {

// SHA-1 of "corp".
constexpr char path[] = "/home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
constexpr std::int64_t minute = 60'000;

std::string cached(std::string_view access, std::string_view end, std::string_view refresh = "hidden-refresh-1") {
    return "{\n  \"startUrl\": \"https://corp.test\",\n  \"accessToken\": \"" + std::string(access) +
           "\",\n  \"expiresAt\": \"" + std::string(end) +
           "\",\n  \"clientId\": \"client\",\n  \"clientSecret\": \"hidden-client-secret\",\n  \"refreshToken\": \"" +
           std::string(refresh) +
           "\",\n  \"registrationExpiresAt\": \"2026-03-01T00:00:00Z\",\n  \"own\": {\"x\": [1, 2.50]}\n}\n";
}

recorded_exchange answered(int status, std::string body,
                           std::string url = "https://oidc.eu-west-1.amazonaws.com/token") {
    recorded_exchange made;
    made.method = "POST";
    made.url = std::move(url);
    made.head.status = status;
    made.pieces = {std::move(body)};
    return made;
}

std::string renewed_document(std::string_view access = "hidden-access-2") {
    return R"({"accessToken":")" + std::string(access) +
           R"(","expiresIn":3600,"refreshToken":"hidden-refresh-2","tokenType":"Bearer"})";
}

/// Answers as a recorded runner does, but that files may change meanwhile and may refuse to be written.
struct session {
    explicit session(std::string text, std::vector<recorded_exchange> recording = {},
                     fake_environment::variables set = {}, std::string name = "corp")
        : machine(std::move(set)), answers(std::move(recording)), source(settings(std::move(name))) {
        machine.values->emplace("HOME", "/home");
        if (!text.empty()) files[path] = std::move(text);
    }
    static sso_settings settings(std::string name) {
        sso_settings of;
        of.profile = "dev";
        of.session = std::move(name);
        of.start_url = "corp";  // the same file in both forms
        of.region = "eu-west-1";
        return of;
    }
    result<sso_token> load() {
        auto const here = machine.get();
        auto protocol = source.load(here);
        while (ask* const wanted = protocol.step()) answer(*wanted);
        return protocol.take();
    }
    std::string access() {
        auto const got = load();
        INFO((got ? std::string() : got.error().message));
        REQUIRE(got);
        return std::string(got->access_token.view());
    }
    std::string refusal() {
        auto const got = load();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::credentials);
        CHECK_THAT(got.error().message, !Contains("hidden"));
        return got.error().message;
    }
    void answer(ask& wanted) {
        switch (wanted.kind) {
            case ask_kind::file: {
                auto& file = static_cast<file_ask&>(wanted);
                recorded_runner runner({});
                runner.files = files;
                auto const answer_of = [](file_ask* of) -> exchange<int> {
                    file_ask copy(of->path);
                    copy.known = of->known;
                    copy.max_bytes = of->max_bytes;
                    co_await copy;
                    of->outcome = copy.outcome;
                    of->stamp = copy.stamp;
                    of->text = copy.text;
                    of->reason = copy.reason;
                    co_return 0;
                };
                runner.run(answer_of(&file));
                if (unreadable) {
                    file.outcome = file_outcome::unreadable;
                    file.reason = "Permission denied";
                }
                break;
            }
            case ask_kind::http: {
                auto& sent = static_cast<http_ask&>(wanted);
                requests.push_back(sent.request);
                REQUIRE(requests.size() <= answers.size());
                auto const& next = answers[requests.size() - 1];
                CHECK(sent.request.method == next.method);
                CHECK(sent.request.url == next.url);
                sent.failure = next.failure;
                sent.response.head = next.head;
                for (auto const& piece : next.pieces) sent.response.body += piece;
                if (meanwhile) meanwhile();
                break;
            }
            case ask_kind::replace: {
                auto& change = static_cast<replace_ask&>(wanted);
                ++writes;
                change.done = writable;
                if (writable) files[change.path] = change.text;
                break;
            }
            default:
                CHECK(wanted.kind == ask_kind::pause);
        }
    }
    void pass(std::int64_t milliseconds) {
        *machine.unix_ms += milliseconds;
        *machine.steady_ms += milliseconds;
    }

    fake_environment machine;  // at 2026-01-02T03:04:05Z
    std::vector<recorded_exchange> answers;
    std::vector<http::request> requests;
    std::map<std::string, std::string> files;
    bool unreadable = false;
    bool writable = true;
    int writes = 0;
    std::function<void()> meanwhile;
    sso_token_source source;
};

std::string without(std::string text, std::string_view member) {
    auto const at = text.find('"' + std::string(member) + '"');
    REQUIRE(at != std::string::npos);
    return text.insert(at + 1, "no-");
}

constexpr char advice[] = "; run \"aws sso login --sso-session corp\"";
constexpr char prefix[] = "the sign-in to IAM Identity Center of sso-session corp ";

}  // namespace

TEST_CASE("sso token: what a cache file must say", "[credentials]") {
    auto const got = parse_sso_token(cached("access", "2026-01-02T04:04:05Z"));
    REQUIRE(got);
    CHECK(got->access_token.view() == "access");
    CHECK(got->expires_at_ms == 1'767'326'645'000);
    CHECK(got->client_id == "client");
    CHECK(got->client_secret.view() == "hidden-client-secret");
    CHECK(got->refresh_token.view() == "hidden-refresh-1");
    CHECK(got->registration_expires_at_ms == 1'772'323'200'000);

    auto const why = [](std::string_view text) {
        auto const none = parse_sso_token(text);
        return none ? std::string("none") : none.error().message;
    };
    CHECK_FALSE(why("").empty());
    CHECK(why("[]") != "none");
    CHECK(why("{}") == "accessToken is missing");
    CHECK(why(R"({"accessToken":null})") == "accessToken is missing");
    CHECK(why(R"({"accessToken":5})") == "accessToken: expected a string, found a number");
    CHECK(why(R"({"accessToken":"a\r\nb","expiresAt":"2026-01-02T04:04:05Z"})") ==
          "accessToken has a line break or another control character");
    CHECK(why(R"({"accessToken":"a"})") == "expiresAt is missing");
    CHECK(why(R"({"accessToken":"a","expiresAt":"tomorrow"})") ==
          "expiresAt is not a time such as 2026-01-02T03:04:05Z");
    // What only renewing needs does not matter before.
    CHECK(why(R"({"accessToken":"a","expiresAt":"2026-01-02T04:04:05Z","registrationExpiresAt":"?"})") == "none");
}

TEST_CASE("sso token: the cache files of the conformance vectors", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("sso-cache-file", [](std::string const& id, auto const& one) {
        INFO(id);
        auto const expect = json_file::member(one, "expect");
        REQUIRE(expect);
        auto const got = parse_sso_token(json_file::text_or_empty(one, "text"));
        REQUIRE(bool(got) == json_file::flag(*expect, "ok"));
        if (!got) return;
        CHECK(got->access_token.view() == json_file::text_or_empty(*expect, "access_token"));
        auto const end = parse_iso8601(json_file::text_or_empty(*expect, "expires_at"));
        REQUIRE(end);
        CHECK(got->expires_at_ms == to_unix_milliseconds(*end));
        CHECK(got->why_not_renewable(*fake_environment().unix_ms).empty() == json_file::flag(*expect, "refreshable"));
    });
    if (!count) {
        WARN("no vectors: -Dvectors=DIR");
        return;
    }
    CHECK(*count == 6);
}

TEST_CASE("sso token: one with time left is taken from the file, anew each time", "[credentials]") {
    session s(cached("first", "2026-01-02T03:09:05Z"));  // five minutes
    CHECK(s.access() == "first");
    s.files[path] = cached("second", "2026-01-02T04:00:00Z");
    CHECK(s.access() == "second");
    CHECK(s.requests.empty());
    CHECK(s.writes == 0);
}

TEST_CASE("sso token: no sign-in names the command", "[credentials]") {
    CHECK(session("").refusal() == std::string(prefix) + "is not there (no file " + path + ")" + advice);
    session s("{");
    CHECK_THAT(s.refusal(), Contains("has no usable token in ") && Contains(path) && Contains(advice));
    s.unreadable = true;
    CHECK(s.refusal() == std::string(prefix) + "cannot be read from " + path +
                             " (Permission denied): make it readable, or renew it" + advice);
    s.machine.values->clear();
    CHECK(s.refusal() == std::string(prefix) + "is not known, because no home directory is: HOME is not set" + advice);
    CHECK_THAT(session("", {}, {}, "").refusal(),
               Contains("of profile dev is not there") && Contains("; run \"aws sso login --profile dev\""));
}

TEST_CASE("sso token: what expired and cannot be renewed", "[credentials]") {
    std::string const text = cached("hidden", "2026-01-02T03:00:00Z");
    auto const expected = [](std::string const& why) {
        return std::string(prefix) + "expired at 2026-01-02T03:00:00Z and was not renewed: " + why + advice;
    };
    CHECK(session(without(text, "clientId")).refusal() == expected("it has no clientId"));
    CHECK(session(without(text, "clientSecret")).refusal() == expected("it has no clientSecret"));
    CHECK(session(without(text, "refreshToken")).refusal() == expected("it has no refreshToken"));
    session late(cached("hidden", "2026-04-01T00:00:00Z"));
    *late.machine.unix_ms = 1'775'002'000'000;  // 2026-04-01T00:06:40Z
    CHECK_THAT(late.refusal(), Contains("its client registration expired at 2026-03-01T00:00:00Z"));
    CHECK(session(text, {}, {}, "").refusal() ==
          "the sign-in to IAM Identity Center of profile dev expired at 2026-01-02T03:00:00Z and was not renewed: only "
          "that of an sso-session can be; run \"aws sso login --profile dev\"");
    // But as long as it works, it serves.
    CHECK(session(without(cached("good", "2026-01-02T03:04:06Z"), "refreshToken")).access() == "good");
}

TEST_CASE("sso token: less than five minutes renew it, and the file with it", "[credentials]") {
    auto const before = cached("hidden-access-1", "2026-01-02T03:09:04Z");
    session s(before, {answered(200, renewed_document())});
    auto const got = s.load();
    REQUIRE(got);
    CHECK(got->access_token.view() == "hidden-access-2");
    CHECK(got->expires_at_ms == *s.machine.unix_ms + 60 * minute);
    REQUIRE(s.requests.size() == 1);
    CHECK(s.requests[0].body.view() ==
          R"({"clientId":"client","clientSecret":"hidden-client-secret","grantType":"refresh_token",)"
          R"("refreshToken":"hidden-refresh-1"})");
    CHECK(http::find_header(s.requests[0].headers, "content-type") == "application/json");
    CHECK(http::find_header(s.requests[0].headers, "host") == "oidc.eu-west-1.amazonaws.com");
    CHECK(http::find_header(s.requests[0].headers, "authorization").empty());
    // All else in the file is as it was.
    CHECK(s.files[path] == cached("hidden-access-2", "2026-01-02T04:04:05Z", "hidden-refresh-2"));
    CHECK(s.access() == "hidden-access-2");
    CHECK(s.requests.size() == 1);
}

TEST_CASE("sso token: a refresh token that stays, and one that needs escapes in the file", "[credentials]") {
    session s(cached("a", "2026-01-02T03:00:00Z"), {answered(200, R"({"accessToken":"b\"","expiresIn":60})")});
    CHECK(s.access() == "b\"");
    CHECK(s.files[path] == cached("b\\\"", "2026-01-02T03:05:05Z"));
}

TEST_CASE("sso token: where the service is", "[credentials]") {
    auto const text = cached("a", "2026-01-02T03:00:00Z");
    auto const check = [&](fake_environment::variables set, std::string url, std::string config = {}) {
        session s(text, {answered(200, renewed_document(), std::move(url))}, std::move(set));
        if (!config.empty()) s.files["/home/.aws/config"] = std::move(config);
        CHECK(s.access() == "hidden-access-2");
    };
    check({{"AWS_REGION", "us-west-2"}}, "https://oidc.eu-west-1.amazonaws.com/token");
    check({{"AWS_USE_FIPS_ENDPOINT", "true"}}, "https://oidc-fips.eu-west-1.amazonaws.com/token");
    check({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, "https://oidc.eu-west-1.api.aws/token");
    check({{"AWS_ENDPOINT_URL_SSO_OIDC", "https://o.test/p/"}, {"AWS_ENDPOINT_URL", "https://all.test"}},
          "https://o.test/p/token");
    check({{"AWS_ENDPOINT_URL_SSO", "https://portal.test"}, {"AWS_ENDPOINT_URL", "https://all.test"}},
          "https://all.test/token");
    check({}, "https://services.test/token",
          "[default]\nservices = here\n[services here]\nsso_oidc =\n  endpoint_url = https://services.test\n");
}

TEST_CASE("sso token: an old one serves while renewing fails, and is tried again after 30 seconds", "[credentials]") {
    auto const refused = answered(400, R"({"error":"invalid_grant","error_description":"no hidden-refresh-1 here"})");
    session s(cached("old", "2026-01-02T03:06:05Z"), {refused, refused, refused});  // two minutes
    CHECK(s.access() == "old");
    CHECK(s.requests.size() == 1);
    s.pass(29'999);
    CHECK(s.access() == "old");
    CHECK(s.requests.size() == 1);
    s.pass(1);
    CHECK(s.access() == "old");
    CHECK(s.requests.size() == 2);
    CHECK(s.writes == 0);
    s.pass(2 * minute);
    auto const why = s.refusal();
    CHECK_THAT(why, Contains("expired at 2026-01-02T03:06:05Z and was not renewed: ") && Contains("no *** here") &&
                        Contains(advice));
    CHECK(s.requests.size() == 3);
    CHECK(s.refusal() == why);  // without asking
    // Whoever signs in again need not wait.
    s.files[path] = cached("new", "2026-01-02T04:04:05Z");
    CHECK(s.access() == "new");
}

TEST_CASE("sso token: refusals are told by name; hiccups are repeated", "[credentials]") {
    auto const text = cached("hidden", "2026-01-02T03:00:00Z");
    auto refused = answered(400, R"({"error":"invalid_grant","error_description":"Invalid refresh token provided"})");
    refused.head.headers = {{"x-amzn-errortype", "InvalidGrantException:http://x"}};
    CHECK_THAT(session(text, {refused}).refusal(), Contains("InvalidGrantException: Invalid refresh token provided;"));
    CHECK_THAT(session(text, {answered(400, "<html>hidden-client-secret</html>")}).refusal(), Contains("400"));
    session hiccup(text, {answered(500, ""), answered(503, ""), answered(200, renewed_document())});
    CHECK(hiccup.access() == "hidden-access-2");

    constexpr char none[] = "the answer is not what IAM Identity Center sends; is something else behind the endpoint?";
    for (char const* const body :
         {"", "{}", "<html>", R"({"accessToken":"x"})", R"({"accessToken":"x","expiresIn":0})",
          R"({"accessToken":"x","expiresIn":99999999999})", R"({"accessToken":"x\n","expiresIn":60})",
          R"({"expiresIn":60})", R"({"accessToken":"hidden","expiresIn":"60"})"}) {
        INFO(body);
        CHECK_THAT(session(text, {answered(200, body)}).refusal(), Contains(none));
    }
    session nowhere(text, {}, fake_environment::variables{{"AWS_ENDPOINT_URL_SSO_OIDC", "nonsense"}});
    CHECK_THAT(nowhere.refusal(), Contains("AWS_ENDPOINT_URL_SSO_OIDC"));
}

TEST_CASE("sso token: a file that cannot be written leaves the new token in memory", "[credentials]") {
    auto const text = cached("old", "2026-01-02T03:00:00Z");
    session s(text, {answered(200, renewed_document()), answered(200, renewed_document("hidden-access-3"))});
    s.writable = false;
    CHECK(s.access() == "hidden-access-2");
    CHECK(s.writes == 1);
    CHECK(s.files[path] == text);
    CHECK(s.access() == "hidden-access-2");
    CHECK(s.requests.size() == 1);
    // It is renewed with its own refresh token.
    s.pass(58 * minute);
    s.writable = true;
    CHECK(s.access() == "hidden-access-3");
    CHECK_THAT(std::string(s.requests[1].body.view()), Contains("hidden-refresh-2"));
    CHECK_THAT(s.files[path], Contains("hidden-access-3"));
    // Who signs out is signed out, whatever is in memory.
    s.files.erase(path);
    CHECK_THAT(s.refusal(), Contains("is not there"));
}

TEST_CASE("sso token: another process renews it meanwhile", "[credentials]") {
    auto const text = cached("old", "2026-01-02T03:00:00Z");
    auto const theirs = cached("theirs", "2026-01-02T04:00:00Z", "their-refresh");
    session slower(text, {answered(400, R"({"error":"invalid_grant"})")});
    slower.meanwhile = [&] { slower.files[path] = theirs; };
    CHECK(slower.access() == "theirs");

    session both(text, {answered(200, renewed_document())});
    both.meanwhile = [&] { both.files[path] = theirs; };
    CHECK(both.access() == "hidden-access-2");
    CHECK(both.writes == 0);  // theirs is not overwritten

    session gone(text, {answered(200, renewed_document())});
    gone.meanwhile = [&] { gone.files.erase(path); };
    CHECK(gone.access() == "hidden-access-2");
    CHECK(gone.writes == 0);
    CHECK_THAT(gone.refusal(), Contains("is not there"));
}
