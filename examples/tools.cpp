// Lets the model call a function of this program: asks, runs what the model wants, sends the results back.
#include <bedrock/bedrock.hpp>
#include <bedrock/toolbox.hpp>

#include <cstdio>
#include <string_view>

namespace {

constexpr char weather_schema[] = R"({
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"]
})";

bedrock::tool_output weather(std::string_view input) {  // {"city":"Lisbon"}
    if (input.find("Atlantis") != std::string_view::npos) return bedrock::tool_failure("no such city");
    return "21 degrees, clear sky";  // or a bedrock::json::document, or blocks
}

}  // namespace

int main() {
    bedrock::toolbox tools;
    tools.add("weather", "The current weather of a city", weather_schema, weather);

    bedrock::client client;
    auto const answer = client.converse(
        {
            .model_id = "us.anthropic.claude-opus-4-6-v1",
            .messages = {bedrock::user("What is the weather in Lisbon?")},
        },
        tools);
    if (!answer) {
        std::fprintf(stderr, "%s: %s\n", answer.error().name.c_str(), answer.error().message.c_str());
        return 1;
    }
    std::puts(answer->text().c_str());
    std::fprintf(stderr, "%d rounds, %d tokens\n", answer->rounds, answer->usage.total_tokens);
}
