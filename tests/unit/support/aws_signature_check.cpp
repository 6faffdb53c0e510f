#include "support/aws_signature_check.hpp"

#include <simdjson.h>
#include "support/catch.hpp"

#include "support/vectors.hpp"

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

namespace {

// The signatures below were produced by the AWS SDK for JavaScript (v3) for exactly these bytes.
constexpr std::string_view signed_at = "20260102T030405Z";
constexpr std::int64_t signed_at_seconds = 1767323045;
constexpr std::string_view colon_target = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse";
constexpr std::string_view colon_signature = "1e5a547d3e41fb639fdfb3514f2a24f3592b8d1b8c739404f9e3b8ccbba3235e";
constexpr std::string_view slash_target =
    "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2/converse-stream";
constexpr std::string_view slash_signature = "fdf7b1daed91e5f4c9b6759f438f7819de884015f3c565ffd12c634ba7a2af99";
constexpr std::string_view empty_messages = R"({"messages":[]})";
constexpr std::string_view empty_messages_hash = "5e4ce7b36ba37b78a5d5f9fd08e6b7b54ba6879d651aa46ec9e1d6fa24ebe30a";

mock::authorization_policy policy() {
    mock::authorization_policy made;
    made.keys.push_back({"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"});
    made.bearer_tokens = {"bedrock-api-key-good"};
    return made;
}

std::string authorization(std::string_view signature) {
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, "
           "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=" +
           std::string(signature);
}

mock::request_head request(std::string_view target, std::string_view body_hash,
                           std::string const& authorization_value) {
    return {"POST",
            std::string(target),
            "HTTP/1.1",
            {{"Host", "bedrock-runtime.us-east-1.amazonaws.com"},
             {"Content-Type", "application/json"},
             {"X-Amz-Date", std::string(signed_at)},
             {"x-amz-content-sha256", std::string(body_hash)},
             {"Authorization", authorization_value}}};
}

mock::request_head good_request() {
    return request(colon_target, empty_messages_hash, authorization(colon_signature));
}

mock::authorization_verdict check(mock::request_head const& head, std::string_view body = empty_messages,
                                  std::int64_t now = signed_at_seconds) {
    return mock::check_authorization(head, body, policy(), now);
}

void replace_header(mock::request_head& head, std::string_view name, std::string value) {
    for (auto& [key, old] : head.headers) {
        if (mock::same_name(key, name)) old = std::move(value);
    }
}

void remove_header(mock::request_head& head, std::string_view name) {
    head.headers.erase(std::remove_if(head.headers.begin(), head.headers.end(),
                                      [&](auto const& header) { return mock::same_name(header.first, name); }),
                       head.headers.end());
}

std::string base64_decoded(std::string_view text) {
    std::string decoded;
    unsigned bits = 0;
    int count = 0;
    for (char const c : text) {
        auto const at = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
        if (at == std::string_view::npos) break;
        bits = bits << 6 | static_cast<unsigned>(at);
        count += 6;
        if (count >= 8) decoded += static_cast<char>(bits >> (count -= 8) & 0xff);
    }
    return decoded;
}

std::string string_at(simdjson::simdjson_result<simdjson::dom::element> value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

}  // namespace

TEST_CASE("signature check: accepts what the AWS SDK for JavaScript signed") {
    CHECK(check(good_request()).accepted);
    auto slash = request(slash_target, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                         authorization(slash_signature));
    CHECK(check(slash, "{}").accepted);
}

TEST_CASE("signature check: every changed byte is refused in AWS's words") {
    auto const refused = [](mock::request_head const& head, std::string_view body = empty_messages) {
        auto const verdict = check(head, body);
        CHECK_FALSE(verdict.accepted);
        CHECK(verdict.status == 403);
        CHECK(verdict.error_type == "InvalidSignatureException");
        CHECK(verdict.message.find("The request signature we calculated does not match") == 0);
        CHECK_FALSE(verdict.detail.empty());
    };
    auto target = good_request();
    target.target = "/model/us.anthropic.claude-sonnet-4-20250514-v1:0/converse";
    refused(target);
    auto method = good_request();
    method.method = "PUT";
    refused(method);
    auto query = good_request();
    query.target += "?a=b";
    refused(query);
    auto type = good_request();
    replace_header(type, "content-type", "text/plain");
    refused(type);
    auto twice = good_request();
    twice.headers.emplace_back("content-type", "application/json");
    refused(twice);
    refused(good_request(), R"({"messages":{}})");
    auto hash = good_request();
    replace_header(hash, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    refused(hash);
    CHECK(check(hash).detail == "x-amz-content-sha256 is not the hash of the body received");
    auto token = good_request();
    token.headers.emplace_back("X-Amz-Unsigned", "surprise");
    refused(token);
    auto missing = good_request();
    remove_header(missing, "content-type");
    refused(missing);
    auto signature = std::string(colon_signature);
    signature.back() = 'f';
    refused(request(colon_target, empty_messages_hash, authorization(signature)));
}

TEST_CASE("signature check: dates more than five minutes off are refused with both clocks in the text") {
    CHECK(check(good_request(), empty_messages, signed_at_seconds + 300).accepted);
    CHECK(check(good_request(), empty_messages, signed_at_seconds - 300).accepted);
    auto const late = check(good_request(), empty_messages, signed_at_seconds + 301);
    CHECK(late.error_type == "InvalidSignatureException");
    CHECK(late.message ==
          "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)");
    auto const early = check(good_request(), empty_messages, signed_at_seconds - 301);
    CHECK(
        early.message ==
        "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T025904Z + 5 min.)");
}

TEST_CASE("signature check: keys, tokens and scopes") {
    auto other = policy();
    other.keys.front().id = "AKIDOTHER";
    auto verdict = mock::check_authorization(good_request(), empty_messages, other, signed_at_seconds);
    CHECK(verdict.error_type == "UnrecognizedClientException");
    CHECK(verdict.message == "The security token included in the request is invalid.");

    auto temporary = policy();
    temporary.keys.front().session_token = "needed";
    CHECK(mock::check_authorization(good_request(), empty_messages, temporary, signed_at_seconds).error_type ==
          "UnrecognizedClientException");
    auto stray = good_request();
    stray.headers.emplace_back("X-Amz-Security-Token", "stray");
    CHECK(check(stray).error_type == "UnrecognizedClientException");
    auto unsigned_token = good_request();
    unsigned_token.headers.emplace_back("X-Amz-Security-Token", "needed");
    verdict = mock::check_authorization(unsigned_token, empty_messages, temporary, signed_at_seconds);
    CHECK(verdict.error_type == "InvalidSignatureException");
    CHECK(verdict.detail == "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.");

    auto expired = policy();
    expired.keys.front().expired = true;
    CHECK(mock::check_authorization(good_request(), empty_messages, expired, signed_at_seconds).error_type ==
          "ExpiredTokenException");

    auto region = policy();
    region.region = "eu-west-1";
    CHECK(mock::check_authorization(good_request(), empty_messages, region, signed_at_seconds).message ==
          "Credential should be scoped to a valid region.");
    auto service = policy();
    service.service = "sts";
    CHECK(mock::check_authorization(good_request(), empty_messages, service, signed_at_seconds).message ==
          "Credential should be scoped to correct service: 'sts'.");
}

TEST_CASE("signature check: missing and malformed authorization") {
    auto none = good_request();
    remove_header(none, "authorization");
    CHECK(check(none).error_type == "MissingAuthenticationTokenException");
    auto basic = good_request();
    replace_header(basic, "authorization", "Basic dXNlcjpwYXNz");
    CHECK(check(basic).error_type == "IncompleteSignatureException");
    auto parts = good_request();
    replace_header(parts, "authorization",
                   "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request");
    CHECK(check(parts).message ==
          "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
          "parameter.");
    auto dateless = good_request();
    remove_header(dateless, "x-amz-date");
    CHECK(check(dateless).error_type == "IncompleteSignatureException");
    auto bad_date = good_request();
    replace_header(bad_date, "x-amz-date", "20260231T030405Z");
    CHECK(check(bad_date).error_type == "IncompleteSignatureException");
    auto scope = good_request();
    replace_header(scope, "authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=00");
    CHECK(check(scope).error_type == "IncompleteSignatureException");
}

TEST_CASE("signature check: bearer tokens") {
    auto head = good_request();
    replace_header(head, "authorization", "Bearer bedrock-api-key-good");
    CHECK(check(head).accepted);
    replace_header(head, "authorization", "Bearer bedrock-api-key-bad");
    CHECK(check(head).error_type == "AccessDeniedException");
    CHECK(check(head).status == 403);
    replace_header(head, "authorization", "Bearer ");
    CHECK_FALSE(check(head).accepted);
}

TEST_CASE("signature check: times as AWS writes them") {
    CHECK(mock::basic_iso_time(1440938160) == "20150830T123600Z");
    CHECK(mock::http_time(1440938160) == "Sun, 30 Aug 2015 12:36:00 GMT");
    CHECK(mock::basic_iso_time(951827696) == "20000229T123456Z");
}

TEST_CASE("signature check: accepts every published signature") {
    auto const directory = vectors_dir();
    if (!directory) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    simdjson::dom::parser index_parser;
    simdjson::dom::parser parser;
    simdjson::dom::array cases;
    REQUIRE(index_parser.load(*directory + "/sigv4/index.json")["cases"].get(cases) == simdjson::SUCCESS);
    int checked = 0;
    for (auto const entry : cases) {
        simdjson::dom::element one;
        simdjson::dom::element signed_variant;
        REQUIRE(parser.load(*directory + "/sigv4/" + string_at(entry["file"])).get(one) == simdjson::SUCCESS);
        if (one["variants"]["header"].get(signed_variant) != simdjson::SUCCESS) continue;
        auto const context = one["context"];
        bool double_encoded = false;
        bool normalized = false;
        bool token_left_out = true;
        bool body_hash_sent = false;
        REQUIRE(context["double_uri_encode"].get(double_encoded) == simdjson::SUCCESS);
        REQUIRE(context["normalize_path"].get(normalized) == simdjson::SUCCESS);
        REQUIRE(context["omit_session_token"].get(token_left_out) == simdjson::SUCCESS);
        REQUIRE(context["sign_body"].get(body_hash_sent) == simdjson::SUCCESS);
        if (!double_encoded || !normalized || token_left_out) continue;

        if (string_at(signed_variant["authorization"]).empty()) continue;
        auto const canonical = string_at(signed_variant["canonical_request"]);
        std::string wire = "GET / HTTP/1.1\r\n";
        simdjson::dom::array headers;
        REQUIRE(one["request"]["headers"].get(headers) == simdjson::SUCCESS);
        for (auto const pair : headers) wire += string_at(pair.at(0)) + ":" + string_at(pair.at(1)) + "\r\n";
        wire += "X-Amz-Date: " + string_at(signed_variant["string_to_sign"]).substr(17, 16) + "\r\n";
        auto const token = string_at(context["session_token"]);
        if (!token.empty()) wire += "X-Amz-Security-Token: " + token + "\r\n";
        if (body_hash_sent) wire += "x-amz-content-sha256: " + canonical.substr(canonical.size() - 64) + "\r\n";
        wire += "Authorization: " + string_at(signed_variant["authorization"]) + "\r\n\r\n";

        INFO(string_at(one["id"]) << "\n" << wire);
        mock::request_head head;
        REQUIRE(mock::parse_request_head(wire, head));
        head.method = string_at(one["request"]["method"]);
        head.target = string_at(one["request"]["target"]);
        auto const body = base64_decoded(string_at(one["request"]["body_b64"]));
        mock::authorization_policy accepting;
        accepting.keys.push_back({string_at(context["access_key_id"]), string_at(context["secret_access_key"]),
                                  mock::header_value(head.headers, "x-amz-security-token")});
        accepting.service = string_at(context["service"]);
        accepting.region = string_at(context["region"]);
        std::tm time{};
        REQUIRE(::strptime(string_at(context["timestamp"]).c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) != nullptr);
        auto const now = static_cast<std::int64_t>(::timegm(&time));
        auto const verdict = mock::check_authorization(head, body, accepting, now);
        CHECK(verdict.detail == "signature of " + accepting.keys.front().id);
        CHECK(verdict.accepted);
        CHECK_FALSE(mock::check_authorization(head, body + " ", accepting, now).accepted);
        ++checked;
    }
    CHECK(checked >= 80);
}

TEST_CASE("signature check: the detail of a mismatch never shows a session token") {
    auto temporary = policy();
    temporary.keys.front().session_token = "very-secret-token";
    auto head = good_request();
    head.headers.emplace_back("X-Amz-Security-Token", "very-secret-token");
    auto value = authorization(colon_signature);
    value.replace(value.find("x-amz-date,"), 11, "x-amz-date;x-amz-security-token,");
    replace_header(head, "authorization", value);
    auto const verdict = mock::check_authorization(head, empty_messages, temporary, signed_at_seconds);
    CHECK(verdict.error_type == "InvalidSignatureException");
    CHECK_THAT(verdict.detail, Catch::Contains("x-amz-security-token:(session token)\n"));
    CHECK_THAT(verdict.detail, !Catch::Contains("very-secret-token"));
}
