// Calls both libraries that bedrock::bedrock links, without the cost of compiling a client. Prints the exception mode.
#include <bedrock/crypto.hpp>

#include <cstddef>
#include <cstdio>

#include <curl/curl.h>

static_assert(__cplusplus >= 202002L, "the target or dependency must ask for C++20");

int main() {
    bedrock::crypto::sha256_digest digest;
    if (!bedrock::crypto::hash_sha256({}, digest) || digest[0] != std::byte{0xe3}) return 1;
    if (curl_version() == nullptr) return 1;
    std::printf("libraries exceptions=%d\n", BEDROCK_EXCEPTIONS);
}
