#include "bedrock/credentials/redact.hpp"

#include "support/catch.hpp"
#include <string>

using namespace bedrock;

namespace {

std::string redacted(std::string text) {
    credentials sent;
    sent.access_key_id = "AKIDEXAMPLE";
    sent.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    sent.session_token = "IQoJb3JpZ2luX2VjEXAMPLE//token==";
    sent.bearer_token = "ABSKQmVkcm9jaw==";
    redact(text, sent);
    return text;
}

}  // namespace

TEST_CASE("the secrets of a call are hidden wherever they stand", "[credentials]") {
    CHECK(redacted("nothing here").compare("nothing here") == 0);
    CHECK(redacted("").empty());
    CHECK(redacted("x-amz-security-token:IQoJb3JpZ2luX2VjEXAMPLE//token==\nhost") == "x-amz-security-token:***\nhost");
    CHECK(redacted("Bearer ABSKQmVkcm9jaw==,ABSKQmVkcm9jaw==.") == "Bearer ***,***.");
    CHECK(redacted("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEYIQoJb3JpZ2luX2VjEXAMPLE//token==") == "******");
}

TEST_CASE("a secret that is cut short or written otherwise is hidden too", "[credentials]") {
    CHECK(redacted("token: IQoJb3JpZ2luX2VjEXA\xE2\x80\xA6") == "token: ***");
    CHECK(redacted("IQoJb3JpZ2luX2VjEXAMPLE&#x2F;&#x2F;token== and more") == "*** and more");
    CHECK(redacted("{\"t\":\"IQoJb3JpZ2luX2VjEXAMPLE\\/\\/token==\"}") == "{\"t\":\"***\"}");
}

TEST_CASE("a word that is no secret stays", "[credentials]") {
    credentials sent;
    sent.secret_access_key = "secret";  // as tests and proxies have it
    std::string text = "the secret is out";
    redact(text, sent);
    CHECK(text == "the secret is out");
}
