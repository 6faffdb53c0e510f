// A conversation in the terminal: each line is a question, and the model is sent all that was said before.
#include <bedrock/bedrock.hpp>
#include <bedrock/conversation.hpp>

#include <cstdio>
#include <iostream>
#include <string>

int main() {
    bedrock::client client({.region = "us-east-1", .timeouts = {.total_ms = 120'000}});
    bedrock::converse_request request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .system = {"Answer in one sentence."},
    };
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;  // Converse refuses a text without words
        request.messages.push_back(bedrock::user(line));
        bedrock::normalize(request);  // an answer may hold what Converse refuses to read again
        auto const answer = client.converse(request);
        if (!answer) {
            std::fprintf(stderr, "%s: %s\n", answer.error().name.c_str(), answer.error().message.c_str());
            request.messages.pop_back();  // ask again
            continue;
        }
        std::puts(answer->text().c_str());
        request.messages.push_back(answer->message);  // reasoning and its signatures too
    }
}
