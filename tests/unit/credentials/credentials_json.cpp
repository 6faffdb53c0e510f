#include "bedrock/credentials/credentials_json.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace bedrock;

namespace {

std::string refusal(std::string_view text, document_kind kind = document_kind::temporary) {
    auto const parsed = parse_credentials_document(text, kind);
    if (parsed) return {};
    CHECK(parsed.error().code == errc::credentials);
    return parsed.error().message;
}

}  // namespace

TEST_CASE("credentials document: of instance metadata, whole", "[credentials]") {
    auto const parsed = parse_credentials_document(
        R"({"Code":"Success","LastUpdated":"2026-01-02T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIAEXAMPLE",
            "SecretAccessKey":"a\/b+c","Token":"token==","Expiration":"2026-01-02T09:04:05Z","AccountId":"123456789012"})",
        document_kind::temporary);
    REQUIRE(parsed);
    CHECK(parsed->access_key_id == "ASIAEXAMPLE");
    CHECK(parsed->secret_access_key.view() == "a/b+c");
    CHECK(parsed->session_token.view() == "token==");
    CHECK(parsed->expires_at_ms == 1'767'344'645'000);
    CHECK(parsed->account_id == "123456789012");
    CHECK(parsed->source.empty());
}

TEST_CASE("credentials document: the code is Success in any case, or absent", "[credentials]") {
    std::string const rest =
        R"("AccessKeyId":"A","SecretAccessKey":"B","Token":"C","Expiration":"2026-01-02T09:04:05Z"})";
    CHECK(refusal(R"({"Code":"success",)" + rest).empty());
    CHECK(refusal("{" + rest).empty());
    CHECK(refusal(R"({"Code":null,)" + rest).empty());
    CHECK(refusal(R"({"Code":"Failed","Message":"no",)" + rest) == "Failed: no");
    CHECK(refusal(R"({"code":"Failed",)" + rest) == "Failed");
}

TEST_CASE("credentials document: a code names the error", "[credentials]") {
    auto const parsed = parse_credentials_document(
        R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume\n\u001b[31mthe role"})",
        document_kind::temporary);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().name == "AssumeRoleUnauthorizedAccess");
    CHECK(parsed.error().message == "AssumeRoleUnauthorizedAccess: EC2 cannot assume [31mthe role");
}

TEST_CASE("credentials document: what is missing or cannot be sent is named, never shown", "[credentials]") {
    CHECK(refusal("") == "it is empty");
    CHECK(refusal(" \r\n") == "it is empty");
    CHECK(refusal(" <html>hidden</html>") == "it is a web page or XML, not JSON");
    CHECK(refusal("hidden") == "invalid JSON: unexpected character, at byte 0");
    CHECK(refusal(R"({"AccessKeyId":"hidden)") == "invalid JSON: the text ends too early, at byte 22");
    CHECK(refusal(R"({"hidden":nul)") == "invalid JSON: the text ends too early, at byte 13");
    CHECK(refusal(R"({"invalid JSON, hidden":{"hidden":})") == "invalid JSON: unexpected character, at byte 34");
    CHECK(refusal("[]") == "expected an object, found an array");
    CHECK(refusal("{}") == "AccessKeyId is missing");
    CHECK(refusal(R"({"AccessKeyId":"  ","SecretAccessKey":"hidden"})") == "AccessKeyId is missing");
    CHECK(refusal(R"({"AccessKeyId":"A"})") == "SecretAccessKey is missing");
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":"hidden"})") == "Token is missing");
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":"hidden","Token":"t"})") == "Expiration is missing");
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":"hidden","Token":"t","Expiration":"soon"})") ==
          "Expiration is not a time such as 2026-01-02T03:04:05Z");
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":["hidden"]})") ==
          "SecretAccessKey: expected a string, found an array");
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":"hid\nden"})") ==
          "SecretAccessKey has a line break or another control character");
    CHECK(refusal(R"({"AccessKeyId":"A","AccessKeyId":"B"})") == "AccessKeyId: given twice");
    CHECK(refusal("{\"\\u001b[31m\": tru}").find('\x1b') == std::string::npos);
}

TEST_CASE("credentials document: a refusal without a word is one too", "[credentials]") {
    CHECK(refusal(R"({"Code":" "})") == "Code is blank, not Success");
}

TEST_CASE("credentials document: a refusal does not repeat the secrets beside it", "[credentials]") {
    CHECK(
        refusal(
            R"({"Code":"Denied","Message":"bad key: hidden-in-plain-sight","SecretAccessKey":"hidden-in-plain-sight"})") ==
        "Denied: bad key: ***");
    CHECK(refusal(R"({"Code":"hidden-in-plain-sight","Token":"hidden-in-plain-sight"})") == "***");
}

TEST_CASE("credentials document: of a process, with its own names", "[credentials]") {
    auto const parsed = parse_credentials_document(
        R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C","Token":"other"})",
        document_kind::process);
    REQUIRE(parsed);
    CHECK(parsed->session_token.view() == "C");
    CHECK_FALSE(parsed->expires_at_ms);
    auto const process = document_kind::process;
    CHECK(refusal(R"({"AccessKeyId":"A","SecretAccessKey":"B"})", process) ==
          "Version is missing: it must be the number 1");
    CHECK(refusal(R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"B"})", process) ==
          "Version is 2: it must be the number 1");
    CHECK(refusal(R"({"Version":"1","AccessKeyId":"A","SecretAccessKey":"B"})", process) ==
          "Version: expected a number, found a string");
    CHECK(refusal(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"x\u0000"})", process) ==
          "SessionToken has a line break or another control character");
    CHECK(refusal(R"({"Version":1,"Code":"Failed","AccessKeyId":"A","SecretAccessKey":"B"})", process).empty());
}

TEST_CASE("error document: code and message in either case, bounded", "[credentials]") {
    CHECK(describe_error_document(R"({"Code":"Denied","Message":"not  you"})") == "Denied: not you");
    CHECK(describe_error_document(R"({"code":"Denied"})") == "Denied");
    CHECK(describe_error_document(R"({"message":"not you"})") == "not you");
    CHECK(describe_error_document(R"({"other":1})").empty());
    CHECK(describe_error_document("Denied").empty());
    auto const lengthy = describe_error_document(R"({"Code":")" + std::string(5000, 'c') + R"(","Message":")" +
                                                 std::string(5000, 'm') + "\"}");
    CHECK(lengthy.size() < 530);
    CHECK(lengthy.find(": mmm") != std::string::npos);
}
