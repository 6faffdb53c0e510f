// Uses bedrock::core: must compile and link with the standard library only. Prints the exception mode.
#include <bedrock/event_stream.hpp>

#include <cstdio>

static_assert(__cplusplus >= 202002L, "the target or dependency must ask for C++20");

int main() {
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    if (decoder.next(message) || !decoder.finish().ok()) return 1;
    std::printf("core exceptions=%d\n", BEDROCK_EXCEPTIONS);
}
