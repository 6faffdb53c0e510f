#include "assistant.hpp"
#include "bedrock/client.hpp"

#include <cstdio>

int main() {
    bedrock::client const own;
    auto const reply = assistant::ask("Hello", "not a URL");
    std::printf("%s %s %d %d\n", bedrock::version_text, own.name().c_str(), own.last().layer,
                bedrock::json::reader{}.depth);
    return reply.error.empty() ? 1 : 0;
}
