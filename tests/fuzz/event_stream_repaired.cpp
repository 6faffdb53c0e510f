// The bytes are made to pass both checksums first, so that a fuzzer reaches what lies behind them.
#include "fuzz/event_stream_checks.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

using namespace fuzz_event_stream;

// Walks the frames as a decoder would and puts both CRCs right; where `fit` is set, lengths that the bytes left cannot
// hold are folded into them, otherwise the walk ends there.
void repair(bedrock::byte_buffer& bytes, bool fit) {
    for (std::size_t at = 0; bytes.size() - at >= prelude_size;) {
        std::byte* const frame = bytes.data() + at;
        auto const left = static_cast<std::uint32_t>(bytes.size() - at);
        auto total = bedrock::load_big_endian<std::uint32_t>(frame);
        auto headers = bedrock::load_big_endian<std::uint32_t>(frame + 4);
        std::uint32_t const least = frame_overhead;
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    for (bool const fit : {false, true}) {
        bedrock::byte_buffer bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(data[i]);
        repair(bytes, fit);
        outcome const said = check_stream(bytes);
        BEDROCK_FUZZ_CHECK(said.last.code != fault::prelude_crc && said.last.code != fault::message_crc);
    }
    return 0;
}
