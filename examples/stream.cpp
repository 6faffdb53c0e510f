// Prints an answer while it is being written, and says at the end whether it is whole.
#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <utility>

int main() {
    bedrock::client client;
    bedrock::converse_request const request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("Tell me a short story about a lighthouse.")},
    };

    auto events = client.open_stream(request);  // pull: the first next() connects, nobody else runs
    while (auto const* event = events.next()) {
        std::fwrite(event->text().data(), 1, event->text().size(), stdout);
        std::fflush(stdout);
    }
    std::putchar('\n');

    auto const whole = std::move(events).finish();
    if (!whole) {  // cut short, refused, timed out: the part that arrived is kept in the error
        std::fprintf(stderr, "%s: %s\n", whole.error().name.c_str(), whole.error().message.c_str());
        return 1;
    }
    std::fprintf(stderr, "stopped because of %s\n", std::string(whole->stop_reason.text()).c_str());
}
