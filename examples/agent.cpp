// Streams an answer as an agent shows it: thoughts, text and tool calls with a beginning and an end, and what it cost.
#include <bedrock/agent_stream.hpp>
#include <bedrock/bedrock.hpp>
#include <bedrock/model_fit.hpp>
#include <bedrock/prompt_cache.hpp>
#include <bedrock/reasoning.hpp>

#include <cstdio>

int main() {
    bedrock::converse_request request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("From how far can a lighthouse be seen?")},
        .system = {"You keep a lighthouse, and explain what you see there."},
        .inference = {.max_tokens = 2048, .temperature = 0.2f},
    };
    auto const traits = bedrock::find_traits(request.model_id);  // from a table that your own rows override
    auto const asked = bedrock::apply_reasoning(request, traits, {.level = bedrock::reasoning_level::high});
    if (!asked) return std::fprintf(stderr, "%s\n", asked.error().message.c_str()), 1;
    bedrock::place_cache_points(request, traits);
    bedrock::fit_to_model(request, traits);  // leaves the temperature out: a model that thinks refuses it

    bedrock::client client;
    bedrock::agent_stream events(
        client.open_stream(request),
        {.prices = {.input = 5, .output = 25, .cache_read = 0.5, .cache_write = 6.25}});  // USD per million tokens
    while (auto const* const event = events.next()) {
        using kind = bedrock::agent_event_kind;
        if (event->kind == kind::thinking_delta)
            std::fwrite(event->delta.data(), 1, event->delta.size(), stderr);
        else if (event->kind == kind::text_delta)
            std::fwrite(event->delta.data(), 1, event->delta.size(), stdout);
        else if (event->kind == kind::toolcall_end)
            std::printf("%s(%s)\n", event->tool_call()->name.c_str(), event->tool_call()->input.text().c_str());
    }

    auto const& message = events.message();  // whole, or as far as it came
    if (message.stop == bedrock::agent_stop::error || message.stop == bedrock::agent_stop::aborted)
        return std::fprintf(stderr, "\n%s\n", message.error_message.c_str()), 1;
    std::fprintf(stderr, "\n%lld tokens, %.4f USD\n", static_cast<long long>(message.usage.total), message.cost.total);
}
