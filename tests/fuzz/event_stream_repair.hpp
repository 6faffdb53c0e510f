// Owns how a fuzz target makes any bytes pass the checksums of event-stream frames, to reach what lies behind them.
// Never changes more than lengths and checksums.
#pragma once

#include "bedrock/event_stream.hpp"

#include <cstddef>
#include <cstdint>

namespace fuzz_event_stream {

/// Walks the frames as a decoder would and puts both CRCs right; where `fit` is set, lengths that the bytes left cannot
/// hold are folded into them, otherwise the walk ends there.
inline void repair(bedrock::byte_buffer& bytes, bool fit) {
    for (std::size_t at = 0; bytes.size() - at >= bedrock::event_stream::prelude_size;) {
        std::byte* const frame = bytes.data() + at;
        auto const left = static_cast<std::uint32_t>(bytes.size() - at);
        auto total = bedrock::load_big_endian<std::uint32_t>(frame);
        auto headers = bedrock::load_big_endian<std::uint32_t>(frame + 4);
        std::uint32_t const least = bedrock::event_stream::frame_overhead;
        if (fit && left >= least) {
            if (total < least || total > left) total = least + total % (left - least + 1);
            if (headers > total - least) headers %= total - least + 1;
            bedrock::store_big_endian(frame, total);
            bedrock::store_big_endian(frame + 4, headers);
        }
        bedrock::store_big_endian(frame + 8, bedrock::crc32({frame, 8}));
        if (total < least || total > left) return;
        bedrock::store_big_endian(frame + total - 4, bedrock::crc32({frame, total - std::size_t{4}}));
        at += total;
    }
}

}  // namespace fuzz_event_stream
