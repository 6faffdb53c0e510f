// Owns what must hold for any bytes given to the event-stream codec; the fuzz targets differ in how they make the
// bytes. Never assumes that the bytes are a valid stream.
#pragma once

#include "bedrock/event_stream.hpp"
#include "fuzz/check.hpp"

#include <string>
#include <string_view>

namespace fuzz_event_stream {

using bedrock::as_bytes;
using bedrock::as_text;
using bedrock::byte_view;
using namespace bedrock::event_stream;

struct outcome {
    std::size_t messages = 0;
    status last{};

    bool operator==(outcome const& other) const {
        return messages == other.messages && last.code == other.last.code && last.offset == other.last.offset;
    }
};

/// A decoded message is the bytes it came from: nothing is invented, lost or out of place.
inline void check_message(message const& whole, byte_view frame) {
    BEDROCK_FUZZ_CHECK(frame.size() == whole.total_length);
    BEDROCK_FUZZ_CHECK(whole.headers.bytes().size() == whole.headers_length);
    BEDROCK_FUZZ_CHECK(as_text(whole.headers.bytes()) == as_text(frame.subspan(prelude_size, whole.headers_length)));
    BEDROCK_FUZZ_CHECK(as_text(whole.payload) ==
                       as_text(frame.subspan(prelude_size + whole.headers_length, whole.payload.size())));
    BEDROCK_FUZZ_CHECK(frame_overhead + whole.headers_length + whole.payload.size() == whole.total_length);
    for (header const& one : whole.headers) {
        BEDROCK_FUZZ_CHECK(!one.name.empty() && one.name.size() <= 255);
        BEDROCK_FUZZ_CHECK(!type_name(one.type).empty());
        BEDROCK_FUZZ_CHECK(whole.find(one.name)->name == one.name);
        (void)one.number();
    }
}

/// Encoding what was decoded gives the same bytes, which decode to the same message.
inline void check_round_trip(message const& whole, byte_view frame, limits const& allowed) {
    std::string again;
    encoder writer(again, {.sizes = allowed, .header_value = 65535});
    BEDROCK_FUZZ_CHECK(writer.write(whole).ok());
    BEDROCK_FUZZ_CHECK(again == as_text(frame));
    auto const decoded = decode_frame(as_bytes(again), allowed);
    BEDROCK_FUZZ_CHECK(decoded.outcome == progress::message && decoded.size == again.size());
    check_message(decoded.content, frame);
}

/// The stream in one piece, by the function for one frame.
inline outcome decode_whole(byte_view bytes, limits const& allowed) {
    outcome said;
    for (;;) {
        auto const at = static_cast<std::size_t>(said.last.offset);
        byte_view const rest = bytes.subspan(at);
        auto const decoded = decode_frame(rest, allowed);
        if (decoded.outcome == progress::message) {
            check_message(decoded.content, rest.first(decoded.size));
            check_round_trip(decoded.content, rest.first(decoded.size), allowed);
            ++said.messages;
            said.last.offset += decoded.size;
            continue;
        }
        if (decoded.outcome == progress::need_more) {
            BEDROCK_FUZZ_CHECK(decoded.size > rest.size());
            BEDROCK_FUZZ_CHECK(decoded.size <= prelude_size || decoded.size <= allowed.frame);
            if (!rest.empty()) said.last.code = fault::truncated;
        } else {
            said.last.code = decoded.code;
        }
        return said;
    }
}

/// The same stream through the decoder, in pieces of `chunk` bytes. With `lazy`, only one message is taken a piece.
inline outcome decode_in_chunks(byte_view bytes, limits const& allowed, std::size_t chunk, bool lazy) {
    outcome said;
    decoder from(allowed);
    message whole;
    auto const take = [&] {
        auto const before = static_cast<std::size_t>(said.last.offset);
        said.last = from.state();
        BEDROCK_FUZZ_CHECK(said.last.offset == before + whole.total_length);
        check_message(whole, bytes.subspan(before, whole.total_length));
        ++said.messages;
    };
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        from.feed(bytes.subspan(at, bytes.size() - at < chunk ? bytes.size() - at : chunk));
        if (lazy) {
            if (from.next(whole)) take();
        } else {
            while (from.next(whole)) take();
        }
    }
    while (from.next(whole)) take();
    BEDROCK_FUZZ_CHECK(whole.total_length == 0 && whole.payload.empty() && whole.headers.empty());
    said.last = from.finish();
    return said;
}

/// Whole, in chunks and byte by byte, under generous and under tight limits, the answer is the same. It is returned for
/// the generous ones.
inline outcome check_stream(byte_view bytes) {
    limits const tight{.frame = 100, .headers = 40};
    for (limits const& allowed : {limits{}, tight}) {
        outcome const whole = decode_whole(bytes, allowed);
        std::size_t const odd = 2 + bytes.size() * 7 % 61;
        for (std::size_t const chunk : {bytes.size() + 1, odd, std::size_t{1}}) {
            for (bool const lazy : {false, true}) {
                BEDROCK_FUZZ_CHECK(decode_in_chunks(bytes, allowed, chunk, lazy) == whole);
            }
        }
    }
    return decode_whole(bytes, {});
}

}  // namespace fuzz_event_stream
