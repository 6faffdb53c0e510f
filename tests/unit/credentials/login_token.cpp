#include "bedrock/credentials/login_token.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace bedrock;

namespace {

constexpr std::int64_t now = 1'763'510'400'000;  // 2025-11-19T00:00:00Z

constexpr char whole[] = R"( {
  "accessToken": {
    "accessKeyId": "ASIAOLD", "secretAccessKey": "hidden-key", "sessionToken": "hidden-token",
    "accountId": "012345678901", "expiresAt": "2025-11-19T00:04:59.5Z", "extra": [1.0]
  },
  "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
  "refreshToken": "hidden-refresh", "idToken": null, "dpopKey": "hidden\\npem\\n",
  "signInRegion": " eu-west-1 ", "later": {"deep": true}
}
)";

std::string without(std::string_view member) {
    std::string text = whole;
    auto const at = text.find('"' + std::string(member) + '"');
    REQUIRE(at != std::string::npos);
    return text.replace(at + 1, 1, "_");
}

std::string with(std::string_view from, std::string_view to) {
    std::string text = whole;
    auto const at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string fault_of(std::string_view text) {
    auto const read = parse_login_token(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::credentials);
    CHECK(read.error().message.find("hidden") == std::string::npos);
    return read.error().message;
}

std::string answer(std::string_view expires_in = "900") {
    return R"({"accessToken":{"accessKeyId":"ASIANEW","secretAccessKey":"new-key","sessionToken":"new\/token"},)"
           R"("tokenType":"aws_sigv4","expiresIn":)" +
           std::string(expires_in) + R"(,"refreshToken":"new-refresh","more":1})";
}

}  // namespace

TEST_CASE("login_token: where the file is", "[credentials]") {
    fake_environment const machine(fake_environment::variables{{"HOME", "/home/user"}});
    auto const here = machine.get();
    // From Python's hashlib.
    constexpr char name[] = "4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json";
    constexpr char session[] = "arn:aws:sts::012345678910:assumed-role/Admin/admin";
    CHECK(find_login_token_file(session, here) == std::string("/home/user/.aws/login/cache/") + name);
    CHECK(find_login_token_file(std::string(" \t") + session + " \n", here) == find_login_token_file(session, here));
    (*machine.values)["AWS_LOGIN_CACHE_DIRECTORY"] = "/tmp/cache";
    CHECK(find_login_token_file(session, here) == std::string("/tmp/cache/") + name);
    (*machine.values)["AWS_LOGIN_CACHE_DIRECTORY"] = "~/cache";
    CHECK(find_login_token_file(session, here) == std::string("/home/user/cache/") + name);
    (*machine.values)["AWS_LOGIN_CACHE_DIRECTORY"] = " ";
    CHECK(find_login_token_file(session, here) == std::string("/home/user/.aws/login/cache/") + name);
    machine.values->clear();
    CHECK(find_login_token_file(session, here).empty());
}

TEST_CASE("login_token: what a file says", "[credentials]") {
    auto const read = parse_login_token(whole);
    REQUIRE(read);
    CHECK(read->credentials.access_key_id == "ASIAOLD");
    CHECK(read->credentials.secret_access_key.view() == "hidden-key");
    CHECK(read->credentials.session_token.view() == "hidden-token");
    CHECK(read->credentials.account_id == "012345678901");
    CHECK(read->credentials.expires_at_ms == now + 299'500);
    CHECK(read->client_id == "arn:aws:signin:::devtools/same-device");
    CHECK(read->refresh_token.view() == "hidden-refresh");
    CHECK(read->dpop_key.view() == "hidden\npem\n");
    CHECK(read->sign_in_region == "eu-west-1");

    auto const plain = parse_login_token(without("signInRegion"));
    REQUIRE(plain);
    CHECK(plain->sign_in_region.empty());
    auto const real = parse_login_token(with(R"(hidden\\npem\\n)", R"(-\n-\n)"));
    REQUIRE(real);
    CHECK(real->dpop_key.view() == "-\n-\n");
}

TEST_CASE("login_token: what is missing is named", "[credentials]") {
    for (char const* const member : {"accessKeyId", "secretAccessKey", "sessionToken", "accountId", "expiresAt"})
        CHECK(fault_of(without(member)) == "accessToken." + std::string(member) + " is missing");
    for (char const* const member : {"clientId", "refreshToken", "dpopKey"})
        CHECK(fault_of(without(member)) == std::string(member) + " is missing");
    CHECK(fault_of(without("accessToken")) == "accessToken.accessKeyId is missing");
    CHECK(fault_of(with("\"hidden-refresh\"", "null")) == "refreshToken is missing");
    CHECK(fault_of(with("hidden-refresh", " ")) == "refreshToken is missing");
    CHECK(fault_of(with("hidden\\\\npem\\\\n", "\\n")) == "dpopKey is missing");
    CHECK(fault_of("{}") == "accessToken.accessKeyId is missing");
}

TEST_CASE("login_token: what is none is said without quoting it", "[credentials]") {
    CHECK(fault_of("") == "it is empty");
    CHECK(fault_of(" \n") == "it is empty");
    CHECK(fault_of("<html>hidden</html>") == "it is a web page or XML, not JSON");
    CHECK(fault_of(with("hidden-token", "hidden\\nline")) ==
          "accessToken.sessionToken has a line break or another control character");
    CHECK(fault_of(with("2025-11-19T", "hidden")) ==
          "accessToken.expiresAt is not a time such as 2026-01-02T03:04:05Z");
    CHECK(fault_of(with("\"hidden-key\"", "17")) == "accessToken.secretAccessKey: expected a string, found a number");
    for (std::size_t size = 0; size + 2 < std::string_view(whole).size(); ++size)
        REQUIRE_FALSE(fault_of(std::string_view(whole).substr(0, size)).empty());
}

TEST_CASE("login_token: the answer to a renewal", "[credentials]") {
    auto const old = parse_login_token(whole);
    REQUIRE(old);
    auto const renewed = parse_login_answer(answer(), *old, now + 999);
    REQUIRE(renewed);
    CHECK(renewed->credentials.access_key_id == "ASIANEW");
    CHECK(renewed->credentials.secret_access_key.view() == "new-key");
    CHECK(renewed->credentials.session_token.view() == "new/token");
    CHECK(renewed->credentials.account_id == "012345678901");
    CHECK(renewed->credentials.expires_at_ms == now + 900'000);
    CHECK(renewed->refresh_token.view() == "new-refresh");
    CHECK(renewed->dpop_key.view() == old->dpop_key.view());
    CHECK(renewed->client_id == old->client_id);
    CHECK(renewed->sign_in_region == "eu-west-1");
    CHECK(parse_login_answer(answer("1"), *old, now)->credentials.expires_at_ms == now + 1000);
    CHECK(parse_login_answer(answer("9223372036854775807"), *old, now)->credentials.expires_at_ms == now + 900'000);

    auto const fault = [&](std::string_view text) {
        auto const read = parse_login_answer(text, *old, now);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == errc::protocol);
        CHECK(read.error().message.find("new-") == std::string::npos);
        return read.error().message;
    };
    CHECK(fault(answer("0")) == "expiresIn is no time to come");
    CHECK(fault(answer("-5")) == "expiresIn is no time to come");
    CHECK(fault(answer("null")) == "expiresIn is missing");
    CHECK(fault(answer("\"900\"")) == "expiresIn: expected a number, found a string");
    CHECK(fault("{}") == "accessToken.accessKeyId is missing");
    CHECK(fault("<html>") == "it is a web page or XML, not JSON");
    auto text = answer();
    CHECK(fault(text.replace(text.find("new-refresh"), 11, "")) == "refreshToken is missing");
    text = answer();
    CHECK(fault(text.replace(text.find("new-key"), 7, "new-\\u0000")) ==
          "accessToken.secretAccessKey has a line break or another control character");
    auto const good = answer();
    for (std::size_t size = 0; size != good.size(); ++size)
        REQUIRE_FALSE(fault(std::string_view(good).substr(0, size)).empty());
}

TEST_CASE("login_token: a renewed file keeps what is not known", "[credentials]") {
    auto const old = parse_login_token(whole);
    REQUIRE(old);
    auto const renewed = parse_login_answer(answer(), *old, now);
    REQUIRE(renewed);
    auto const text = renew_login_text(whole, *renewed);
    CHECK(text == R"( {
  "accessToken": {
    "accessKeyId": "ASIANEW", "secretAccessKey": "new-key", "sessionToken": "new/token",
    "accountId": "012345678901", "expiresAt": "2025-11-19T00:15:00Z", "extra": [1.0]
  },
  "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
  "refreshToken": "new-refresh", "idToken": null, "dpopKey": "hidden\\npem\\n",
  "signInRegion": " eu-west-1 ", "later": {"deep": true}
}
)");
    auto const again = parse_login_token(text);
    REQUIRE(again);
    CHECK(again->credentials.access_key_id == "ASIANEW");
    CHECK(again->credentials.expires_at_ms == now + 900'000);
    CHECK(again->refresh_token.view() == "new-refresh");
    CHECK(renew_login_text("[]", *renewed).empty());
    CHECK(renew_login_text("{\"accessToken\": 1}", *renewed).empty());
    CHECK(renew_login_text("{", *renewed).empty());
}
