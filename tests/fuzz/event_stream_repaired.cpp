// The bytes are made to pass both checksums first, so that a fuzzer reaches what lies behind them.
#include "fuzz/event_stream_checks.hpp"
#include "fuzz/event_stream_repair.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

using namespace fuzz_event_stream;

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
