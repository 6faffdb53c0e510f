// Writes a frame, reads it again in two pieces, and refuses one that is damaged.
#include "bedrock/event_stream.hpp"

#include <cstddef>

int main() {
    bedrock::byte_buffer bytes;
    bedrock::event_stream::encoder frame(bytes);
    frame.add_string(":event-type", "contentBlockDelta");
    if (!frame.finish(bedrock::as_bytes("{}")).ok()) return 1;

    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    bedrock::byte_view const all(bytes);
    decoder.feed(all.first(20));
    if (decoder.next(message)) return 2;
    decoder.feed(all.subspan(20));
    if (!decoder.next(message) || message.payload.size() != 2 || !decoder.finish().ok()) return 3;

    decoder.reset();
    bytes[bytes.size() - 5] ^= std::byte{1};  // the last byte of the payload
    decoder.feed(bytes);
    if (decoder.next(message) || decoder.finish().ok()) return 4;
    return 0;
}
