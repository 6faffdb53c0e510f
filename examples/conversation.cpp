// Repairs a stored conversation before it is sent, and says what was wrong with it.
#include <bedrock/bedrock.hpp>
#include <bedrock/conversation.hpp>

#include <cstdio>

int main() {
    bedrock::converse_request request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages =
            {
                bedrock::user("Is it raining in Lisbon?"),
                bedrock::assistant({"", bedrock::tool_use_block{.tool_use_id = "t1", .name = "weather"}}),
                bedrock::user("Never mind. Why does it rain at all?"),  // the program had died before the tool answered
            },
    };
    for (auto const& finding : bedrock::normalize(request).findings)
        std::fprintf(stderr, "message %zu: %s\n", finding.message, finding.text.c_str());

    bedrock::client client;
    auto const reply = client.converse(request);
    if (!reply) {
        std::fprintf(stderr, "%s: %s\n", reply.error().name.c_str(), reply.error().message.c_str());
        return 1;
    }
    std::puts(reply->text().c_str());
}
