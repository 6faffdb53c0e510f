// Tests a function that asks a model, without AWS: a Bedrock on loopback answers as the test says, rightly or wrongly.
#include <bedrock/bedrock.hpp>
#include <bedrock/testing/loopback.hpp>

#include <cstdio>
#include <string>

namespace {

std::string summarise(bedrock::client client, std::string text) {  // what is tested
    auto const reply = client.converse_stream(
        {.model_id = "us.anthropic.claude-opus-4-6-v1", .messages = {bedrock::user("Summarise: " + text)}},
        [](bedrock::stream_event const&) {});
    return reply ? reply->text() : "no summary: " + reply.error().name;
}

int failures = 0;
void expect(bool good, char const* what) {  // Catch2 and GoogleTest do this better
    if (!good) std::fprintf(stderr, "failed: %s\n", what), ++failures;
}

}  // namespace

int main() {
    namespace bt = bedrock::testing;
    bt::loopback server;                       // on any free port
    bedrock::client client(server.options());  // with its address and keys

    server.enqueue(bt::throttle_reply());  // the client comes again by itself
    server.enqueue(bt::text_reply("A lighthouse."));
    expect(summarise(client, "A tall tower with a lamp.") == "A lighthouse.", "the summary");
    auto const requests = server.requests();
    expect(requests.size() == 2 && requests[1].operation == "ConverseStream", "two requests");
    expect(requests[1].body.find("Summarise: A tall tower") != std::string::npos, "the prompt");
    expect(requests[1].authorization_problem.empty(), "a right signature");

    server.enqueue(bt::text_reply("Cut off in the middle.").with_fault("cut:event4"));
    expect(summarise(client, "...") == "no summary: Truncated", "a broken stream is no summary");
    return failures == 0 ? 0 : 1;
}
