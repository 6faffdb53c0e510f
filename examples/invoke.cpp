// Talks to a model in the model's own format, for what Converse does not have: here a picture.
#include <bedrock/bedrock.hpp>
#include <bedrock/invoke.hpp>

#include <cstdio>

int main() {
    bedrock::client client;
    auto const answer = client.invoke_model({
        .model_id = "amazon.nova-canvas-v1:0",
        .body = R"({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a lighthouse"}})",
    });
    if (!answer) {
        std::fprintf(stderr, "%s: %s\n", answer.error().name.c_str(), answer.error().message.c_str());
        return 1;
    }
    std::puts(answer->body.c_str());
}
