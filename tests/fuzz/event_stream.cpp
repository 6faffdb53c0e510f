// Any bytes at all, as a stream and in pieces.
#include "fuzz/event_stream_checks.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz_event_stream::check_stream({reinterpret_cast<std::byte const*>(data), size});
    return 0;
}
