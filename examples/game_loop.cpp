// A game asks a model for a character's words and goes on drawing: the client is pumped once a frame, and a coroutine
// reads the answer as it comes.
#include <bedrock/async_client.hpp>
#include <bedrock/bedrock.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

namespace {

/// The least coroutine type that there is; an engine brings its own.
struct task {
    struct promise_type {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

struct character {
    std::string words{};
    bool is_talking = false;
};

task talk(bedrock::async_client& client, character& who, bedrock::converse_request request) {
    who.is_talking = true;
    auto events = client.open_stream(request);
    while (auto const* event = co_await events.next()) who.words += event->text();
    auto const whole = co_await events.finish();
    if (!whole) who.words += "(" + whole.error().message + ")";
    who.is_talking = false;
}

}  // namespace

int main(int count, char** arguments) {
    bedrock::async_client client;
    character keeper;
    bedrock::converse_request const request{
        .model_id = count > 1 ? arguments[1] : "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        .messages = {bedrock::user("A sailor asks for the way to the harbour.")},
        .system = {"You keep a lighthouse. Answer in two sentences."},
    };
    talk(client, keeper, request);

    int frames = 0;
    std::size_t drawn = 0;
    while (keeper.is_talking) {
        client.pump(0);  // does what there is to do, and never waits
        std::fputs(keeper.words.c_str() + drawn, stdout);
        std::fflush(stdout);
        drawn = keeper.words.size();
        ++frames;
        std::this_thread::sleep_for(std::chrono::milliseconds(16));
    }
    std::printf("%s\n%d frames were drawn meanwhile\n", keeper.words.c_str() + drawn, frames);
}
