#include <bedrock/event_stream.hpp>

int main() {
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    return decoder.next(message) || !decoder.finish().ok() ? 1 : 0;
}
