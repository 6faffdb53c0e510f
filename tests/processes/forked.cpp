// A client that both sides of a fork go on using, and a stream that was open. Ends with 0 where all came as it should.
#include <bedrock/bedrock.hpp>

#include <cstdio>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace {

int converse(bedrock::client& client, char const* who) {
    auto const answer = client.converse({.model_id = "m", .messages = {bedrock::user("hello")}});
    std::printf("%s: %s\n", who, answer ? answer->text().c_str() : answer.error().message.c_str());
    std::fflush(stdout);
    return answer ? 0 : 1;
}

}  // namespace

int main() {
    bedrock::client client;
    if (converse(client, "before") != 0) return 1;
    bedrock::converse_request const request{.model_id = "m", .messages = {bedrock::user("hello")}};
    auto events = client.open_stream(request);
    if (!events.next()) return 2;
    auto const child = ::fork();
    if (child == 0) {
        { auto const dropped = std::move(events); }
        ::_exit(converse(client, "child"));
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) return 3;
    if (!std::move(events).finish()) return 4;
    return converse(client, "parent");
}
