// A client that works before main, and after it. Ends with 0 where both answers came.
#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace {

bool ask(bedrock::client& client, char const* when) {
    auto const answer = client.converse({.model_id = "m", .messages = {bedrock::user("hello")}});
    std::printf("%s: %s\n", when, answer ? answer->text().c_str() : answer.error().message.c_str());
    std::fflush(stdout);
    return answer.has_value();
}

bedrock::client client;
bool const before_main = ask(client, "before main");

// Destroyed before the client.
struct at_exit {
    ~at_exit() {
        if (!ask(client, "after main")) ::_exit(3);
    }
} const last;

}  // namespace

int main() {
    return before_main ? EXIT_SUCCESS : EXIT_FAILURE;
}
