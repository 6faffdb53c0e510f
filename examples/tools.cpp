// Lets the model call a function of this program: asks, runs what the model wants, sends the results back.
#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

constexpr char weather_schema[] = R"({
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"]
})";

std::string weather(std::string const& input) {
    return R"({"celsius": 21, "asked_with": )" + input + "}";
}

}  // namespace

int main() {
    bedrock::client client;
    bedrock::converse_request request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("What is the weather in Lisbon?")},
        .tools = {.tools = {bedrock::tool_specification{
                      .name = "weather",
                      .description = "The current weather of a city",
                      .input_schema = weather_schema,
                  }}},
    };

    for (int round = 0; round < 5; ++round) {
        auto const reply = client.converse(request);
        if (!reply) {
            std::fprintf(stderr, "%s: %s\n", reply.error().name.c_str(), reply.error().message.c_str());
            return 1;
        }
        request.messages.push_back(reply->message);  // goes back exactly as it came
        if (reply->stop_reason != bedrock::stop_reason::tool_use) {
            std::puts(reply->text().c_str());
            return 0;
        }
        bedrock::message results{.role = bedrock::conversation_role::user};
        for (auto const* call : reply->tool_uses())
            results.content.push_back(bedrock::tool_result_block{
                .tool_use_id = call->tool_use_id,
                .content = {bedrock::json_block{weather(call->input.text())}},
            });
        request.messages.push_back(results);
    }
    std::fputs("the model kept asking for tools\n", stderr);
    return 1;
}
