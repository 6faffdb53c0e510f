#include "ask.hpp"

#include <bedrock/extern.hpp>

#include <utility>

std::string ask(std::string question) {
    bedrock::client client;
    auto const reply = client.converse(
        {.model_id = "us.anthropic.claude-opus-4-6-v1", .messages = {bedrock::user(std::move(question))}});
    return reply ? reply->text() : reply.error().message;
}
