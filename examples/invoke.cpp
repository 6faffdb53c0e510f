// Talks to a model in the model's own format, for what Converse does not have: here an embedding.
#include <bedrock/bedrock.hpp>
#include <bedrock/invoke.hpp>

#include <cstdio>

int main() {
    bedrock::client client;
    auto const answer = client.invoke_model({
        .model_id = "amazon.titan-embed-text-v2:0",
        .body = R"({"inputText": "lighthouse", "dimensions": 256})",
    });
    if (!answer) {
        std::fprintf(stderr, "%s: %s\n", answer.error().name.c_str(), answer.error().message.c_str());
        return 1;
    }
    std::puts(answer->body.c_str());
}
