// A library that is loaded at run time, works and is unloaded: streams one answer with a client of its own.
#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <string>

extern "C" int bedrock_plugin_ask();

extern "C" int bedrock_plugin_ask() {
    bedrock::client client;
    std::string text;
    bedrock::converse_request request{.model_id = "m", .messages = {bedrock::user("hello")}};
    auto const whole =
        client.converse_stream(request, [&](bedrock::stream_event const& event) { text += event.text(); });
    std::printf("plugin: %s\n", whole ? text.c_str() : whole.error().message.c_str());
    std::fflush(stdout);
    return whole && !text.empty() ? 0 : 1;
}
