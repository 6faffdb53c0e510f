// A gateway's filter: reads an event stream from stdin, looks at every message, writes it on unchanged, byte for byte.
#include <bedrock/event_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

int main() {
    namespace es = bedrock::event_stream;
    es::decoder decoder;
    es::message message;
    std::string out;
    es::encoder encoder(out, {.header_value = 65535});  // whatever the decoder accepts
    std::array<std::byte, 16384> piece;
    std::size_t events = 0, text_bytes = 0;

    while (auto const got = std::fread(piece.data(), 1, piece.size(), stdin)) {
        decoder.feed({piece.data(), got});
        while (decoder.next(message)) {
            ++events;
            text_bytes += message.payload.size();
            if (auto const status = encoder.write(message); !status.ok()) {
                std::fprintf(stderr, "%s\n", std::string(describe(status.code)).c_str());
                return 1;
            }
        }
        if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 1;
        out.clear();
    }
    std::fprintf(stderr, "%zu messages, %zu bytes of payload\n", events, text_bytes);
    return decoder.finish().ok() ? 0 : 1;
}
