// Makes a call that fails before it is sent: the whole client must compile, link and run. Prints the exception mode.
#include <bedrock/bedrock.hpp>

#include <cstdio>

int main() {
    bedrock::client client({.region = "us-east-1", .endpoint = "not a URL"});
    auto const reply = client.converse({.model_id = "model", .messages = {bedrock::user("Hello")}});
    if (reply) return 1;
    std::fprintf(stderr, "%s\n", reply.error().message.c_str());
    std::printf("client exceptions=%d\n", BEDROCK_EXCEPTIONS);
}
