// A text given in pieces must be completed as the whole is, to JSON that reader and simdjson accept, at every piece.
#include "support/partial_json_checks.hpp"

#include "fuzz/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    std::size_t const least = 1 + size / 64;  // each piece is looked at, which takes as long as the text
    bedrock::json::partial pieces;
    std::string certain;
    std::size_t at = 0;
    for (std::size_t step = 0; at != size; ++step) {
        auto const length = (std::min)(size - at, least + (data[step % size] & 3u));
        bool const fed = pieces.feed(text.substr(at, length));
        at += length;
        BEDROCK_FUZZ_CHECK(fed == pieces.ok());
        auto const wrong = partial_json::problem(pieces, text.substr(0, at), certain);
        if (!wrong.empty()) {
            std::fprintf(stderr, "%s\n", wrong.c_str());
            std::abort();
        }
        certain = pieces.certain();
    }
    bedrock::json::partial whole;
    whole.feed(text);
    BEDROCK_FUZZ_CHECK(whole.text() == pieces.text() && whole.certain() == pieces.certain());
    BEDROCK_FUZZ_CHECK(whole.state() == pieces.state() && whole.complete() == pieces.complete());
    return 0;
}
