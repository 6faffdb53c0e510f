// The smallest program that decodes a stream: its size is what the decoder costs.
#include "bedrock/event_stream.hpp"

#include <cstdio>

int main() {
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    std::byte piece[4096];
    for (std::size_t got; (got = std::fread(piece, 1, sizeof piece, stdin)) != 0;) {
        decoder.feed({piece, got});
        while (decoder.next(message)) std::fwrite(message.payload.data(), 1, message.payload.size(), stdout);
    }
    return decoder.finish().ok() ? 0 : 1;
}
