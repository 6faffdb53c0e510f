// The smallest program with one stream, for the end-to-end benchmark: asks URL for `hello`, and prints its text and the
// most memory used, KiB.
#include "measuring.hpp"

#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <string>

int main(int count, char** arguments) {
    if (count < 2) return 2;
    bedrock::client_options options;
    options.region = "us-east-1";
    options.endpoint = arguments[1];
    options.credentials = bedrock::credentials{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                               .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    bedrock::client client(options);
    bedrock::converse_request request;
    request.model_id = "hello";
    request.messages = {bedrock::user("Tell me a story.")};
    auto const reply = client.converse_stream(request, [](bedrock::stream_event const&) {});
    if (!reply) return std::fprintf(stderr, "%s\n", reply.error().message.c_str()), 1;
    std::printf("%s %ld\n", reply->text().c_str(), bench::memory_kib("VmHWM:"));
}
