// Lists the messages of an AWS event stream on stdin. Needs the standard library alone.
#include <bedrock/event_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

int main() {
    namespace es = bedrock::event_stream;
    es::decoder decoder;
    es::message message;
    std::array<std::byte, 16384> piece;

    while (auto const got = std::fread(piece.data(), 1, piece.size(), stdin)) {
        decoder.feed({piece.data(), got});
        while (decoder.next(message)) {  // views into `piece` where a frame lies whole in it
            std::printf("%s: %zu bytes\n", std::string(message.text(":event-type")).c_str(), message.payload.size());
        }
    }
    auto const status = decoder.finish();
    if (status.ok()) return 0;
    std::fprintf(stderr, "byte %llu: %s\n", static_cast<unsigned long long>(status.offset),
                 std::string(describe(status.code)).c_str());
    return 1;
}
