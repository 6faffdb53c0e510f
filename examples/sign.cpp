// Signs a request to Amazon Bedrock and prints the headers to add, for any HTTP client. Needs nothing but libcrypto.
//
//   sign POST us-east-1 /model/us.anthropic.claude-opus-4-6-v1/converse "$BODY" > headers &&
//   curl -H @headers -H 'Content-Type: application/json' --data-binary "$BODY" --path-as-is
//        https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-opus-4-6-v1/converse
#include <bedrock/sigv4.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

std::string variable(char const* name) {
    auto const* const value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) return std::fputs("usage: sign METHOD REGION TARGET [BODY]\n", stderr), 2;
    std::string const region = arguments[2];
    bedrock::http::header_list const headers{
        // sign all that must arrive as it was sent; Host is a must
        {"Host", "bedrock-runtime." + region + ".amazonaws.com"},
        {"Content-Type", "application/json"},
    };
    auto const key_id = variable("AWS_ACCESS_KEY_ID");
    auto const secret = variable("AWS_SECRET_ACCESS_KEY");
    auto const token = variable("AWS_SESSION_TOKEN");

    bedrock::sigv4::signer signer;  // keep it: it remembers the derived key
    bedrock::sigv4::signature signature;
    auto const status = signer.sign(
        {
            .method = arguments[1],
            .target = arguments[3],
            .headers = headers,
            .body = bedrock::as_bytes(count > 4 ? arguments[4] : ""),
        },
        {.access_key_id = key_id, .secret_access_key = secret, .session_token = token},
        {.region = region, .service = "bedrock", .unix_seconds = std::time(nullptr)}, {}, signature);
    if (!status.ok()) {
        std::fprintf(stderr, "cannot sign: %s\n", std::string(describe(status.code)).c_str());
        return 1;
    }
    for (auto const& header : signature.headers) std::printf("%s: %s\n", header.name.c_str(), header.value.c_str());
}
