// Asks a model one question and prints the whole answer.
#include <bedrock/bedrock.hpp>

#include <cstdio>

int main() {
    bedrock::client client;  // nothing happens here: no file, no socket, no thread
    auto const reply = client.converse({
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("Why is the sky blue?")},
        .inference = {.max_tokens = 512},
    });
    if (!reply) {
        std::fprintf(stderr, "%s: %s\n", reply.error().name.c_str(), reply.error().message.c_str());
        return 1;
    }
    std::puts(reply->text().c_str());
    std::fprintf(stderr, "%d tokens in, %d out\n", reply->usage.input_tokens, reply->usage.output_tokens);
}
