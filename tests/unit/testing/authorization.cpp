#include "bedrock/testing/authorization.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;
using bedrock::testing::accepted_caller;
using bedrock::testing::find_authorization_problem;

namespace {

struct signed_request {
    explicit signed_request(accepted_caller const& caller) {
        sigv4::signature made;
        auto const status =
            sigv4::sign({.method = "POST", .target = target, .headers = headers, .body = as_bytes(body)},
                        {caller.access_key_id, caller.secret_access_key, caller.session_token},
                        {"eu-west-1", "bedrock", 1'440'938'160}, {}, made);
        REQUIRE(status.ok());
        for (auto& header : made.headers) headers.push_back(header);
        headers.push_back({"User-Agent", "a test"});
    }
    std::string problem(accepted_caller const& caller = {}) const {
        return find_authorization_problem({"POST", target, headers, body}, caller);
    }
    std::string& value(std::string_view name) {
        for (auto& header : headers)
            if (http::equal_names(header.name, name)) return header.value;
        FAIL("no such header");
        return headers.front().value;
    }

    std::string target = "/model/anthropic.claude-v2%3A1/converse?a=b%2Fc&z=";
    http::header_list headers{{"Host", "127.0.0.1:1234"}, {"Content-Type", "application/json"}, {"x-amz-extra", "1"}};
    std::string body = R"({"messages":[]})";
};

}  // namespace

TEST_CASE("what the signer signs is accepted, headers that are not signed may be added", "[testing][authorization]") {
    CHECK(signed_request({}).problem() == "");
    accepted_caller const session{.session_token = "token/with+signs="};
    CHECK(signed_request(session).problem(session) == "");
}

TEST_CASE("whatever was changed on the way is noticed", "[testing][authorization]") {
    auto const wrong = "the signature is not that of the bytes received";
    auto changed = signed_request({});
    changed.body += ' ';
    CHECK(changed.problem() == wrong);
    changed = signed_request({});
    changed.target += '1';
    CHECK(changed.problem() == wrong);
    for (auto const* const name : {"Host", "Content-Type", "x-amz-extra"}) {
        changed = signed_request({});
        changed.value(name) += '1';
        CHECK(changed.problem() == wrong);
    }
    changed = signed_request({});
    changed.value("Authorization").back() ^= 1;
    CHECK(changed.problem() == wrong);
    CHECK(signed_request({.secret_access_key = "another"}).problem() == wrong);
    CHECK(signed_request({.access_key_id = "AKIDOTHER"}).problem() == "the access key is not the accepted one");
    CHECK(signed_request({.session_token = "t"}).problem() == "the session token is not the accepted one");
    CHECK(signed_request({}).problem({.session_token = "t"}) == "the session token is not the accepted one");
    CHECK(signed_request({.session_token = "t"}).problem({.session_token = "u"}) ==
          "the session token is not the accepted one");
}

TEST_CASE("what is no authorization is named", "[testing][authorization]") {
    auto changed = signed_request({});
    changed.value("X-Amz-Date") = "yesterday";
    CHECK(changed.problem() == "X-Amz-Date is missing, or no time");
    changed.value("X-Amz-Date") = "20250830T123600Z";
    CHECK(changed.problem() == "the date of the credential scope is not the one of X-Amz-Date");
    changed = signed_request({});
    changed.headers.push_back({"x-amz-late", "1"});
    CHECK(changed.problem() == "x-amz-late is not signed");
    changed = signed_request({});
    std::erase_if(changed.headers, [](auto const& header) { return header.name == "Content-Type"; });
    CHECK(changed.problem().starts_with("these headers are signed, but were not all sent: content-type;"));
    changed = signed_request({});
    for (std::string const text :
         {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=", "Basic YTpi", "Bearer", "AWS4"}) {
        changed.value("Authorization") = text;
        CHECK(changed.problem() == "the Authorization header is none of AWS4-HMAC-SHA256");
    }
    changed.headers.clear();
    CHECK(changed.problem() == "there is no Authorization header");
}

TEST_CASE("every beginning of an authorization is refused", "[testing][authorization]") {
    auto changed = signed_request({});
    auto const whole = changed.value("Authorization");
    for (std::size_t size = 0; size != whole.size(); ++size) {
        changed.value("Authorization") = whole.substr(0, size);
        CHECK(changed.problem() != "");
    }
}

TEST_CASE("a bearer token is the accepted one or none", "[testing][authorization]") {
    http::header_list headers{{"authorization", "Bearer let-me-in"}};
    CHECK(find_authorization_problem({"GET", "/", headers, {}}, {.bearer_token = "let-me-in"}) == "");
    CHECK(find_authorization_problem({"GET", "/", headers, {}}, {.bearer_token = "let-me"}) ==
          "the bearer token is not the accepted one");
    CHECK(find_authorization_problem({"GET", "/", headers, {}}, {}) == "the bearer token is not the accepted one");
    headers[0].value = "Bearer ";
    CHECK(find_authorization_problem({"GET", "/", headers, {}}, {}) == "the bearer token is not the accepted one");
}
