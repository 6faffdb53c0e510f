// Talks to AWS once and writes down what was said; every run after that gets the same answers from the file.
#include <bedrock/bedrock.hpp>
#include <bedrock/testing/record.hpp>

#include <cstdio>

int main() {
    bedrock::testing::recording tape("lighthouse.json");  // is there: replayed; is not: recorded
    bedrock::client client(tape.options());
    auto const reply = client.converse({
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("Describe a lighthouse in one sentence.")},
    });
    std::puts(reply ? reply->text().c_str() : reply.error().message.c_str());

    auto const done = tape.finish();  // writes the file, or says what went otherwise than recorded
    if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return reply && done ? 0 : 1;
}
