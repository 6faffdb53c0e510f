// Prints an answer while it is being written, pushed to a function that may stop it.
#include <bedrock/bedrock.hpp>

#include <cstddef>
#include <cstdio>

int main() {
    bedrock::client client;
    bedrock::converse_request const request{
        .model_id = "us.anthropic.claude-opus-4-6-v1",
        .messages = {bedrock::user("Name every lighthouse that you know.")},
    };

    std::size_t printed = 0;
    auto const whole = client.converse_stream(request, [&](bedrock::stream_event const& event) {
        printed += std::fwrite(event.text().data(), 1, event.text().size(), stdout);
        return printed < 2000;  // false ends the stream: errc::cancelled, with what had come in error.partial
    });
    if (!whole) std::fprintf(stderr, "%s: %s\n", whole.error().name.c_str(), whole.error().message.c_str());
    return whole ? 0 : 1;
}
