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

namespace {

std::string const key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

}  // namespace

TEST_CASE("a secret in another case, or with blanks and control characters inside, is hidden", "[credentials]") {
    CHECK(redacted("key " + lower(key) + ", sorry") == "key ***, sorry");
    CHECK(redacted("token=" + lower("IQoJb3JpZ2luX2VjEXAMPLE//token==")) == "token=***");
    for (char const inside : {'\t', ' ', '\0', '\x1b', '\n', '\x7f'})
        for (std::size_t at = 1; at != key.size(); ++at) {
            auto text = key;
            text.insert(at, 1, inside);
            INFO(at << ": " << static_cast<int>(inside));
            CHECK(redacted("a " + text + " b") == "a *** b");
        }
    std::string spread;
    for (char const c : key) spread += std::string(1, c) + "\r\n ";
    CHECK(redacted(spread + "end") == "***\r\n end");
}

TEST_CASE("any telling part of a secret is hidden", "[credentials]") {
    for (std::size_t cut = 0; cut + 8 <= key.size(); ++cut) {
        INFO(cut);
        CHECK(redacted("..." + key.substr(cut) + " z").find(key.substr(key.size() - 8)) == std::string::npos);
        CHECK(redacted("key=" + key.substr(cut) + " z") == "key=*** z");
        CHECK(redacted("key=" + key.substr(0, key.size() - cut) + " z") == "key=*** z");
    }
    CHECK(redacted("key=" + key.substr(8, 12) + " z") == "key=*** z");
    CHECK(redacted("wJalrXUt%6EFEMI/K7MDENG+bPxR x") == "*** x");
    CHECK(redacted("a " + key.substr(10, 11) + " z") == "a " + key.substr(10, 11) + " z");  // could be a word
    CHECK(redacted("wJalrXU") == "wJalrXU");
}

TEST_CASE("the public beginning of API keys is not a secret", "[credentials]") {
    credentials sent;
    sent.bearer_token = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3M";
    std::string text = "https://bedrock-runtime.us-east-1: create a bedrock-api-key-; got YmVkcm9jay5hbWF6b25hd3M";
    redact(text, sent);
    CHECK(text == "https://bedrock-runtime.us-east-1: create a bedrock-api-key-; got ***");
}

TEST_CASE("a large text and a secret that repeats itself cost no more than others", "[credentials]") {
    std::string const repeated(2000, 'A');
    std::string text = std::string(100'000, 'b') + std::string(100'000, 'a');
    redact(text, std::string_view(repeated));
    CHECK(text.starts_with("bbbb"));
    CHECK(text.find("aaaaaaaa") == std::string::npos);
}
