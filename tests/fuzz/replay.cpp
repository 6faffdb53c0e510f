// Runs the fuzz target that it is linked with over the corpus that is committed for it: together with one target's file
// and the tests' main it is a test program, while the target's file alone is the fuzzer:
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Itests tests/fuzz/X.cpp -o fuzz-X
//     ./fuzz-X NEW_DIR tests/corpus/X
//
// BEDROCK_TEST_CORPUS, of the environment, names the directory. Files are given whole, and cut short everywhere near both ends, with an
// unreadable page behind them.
#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

TEST_CASE("the fuzz target holds for its corpus", "[fuzz]") {
    std::error_code failed;
    std::vector<std::filesystem::path> paths;
    char const* const corpus = std::getenv("BEDROCK_TEST_CORPUS");
    REQUIRE(corpus != nullptr);
    std::filesystem::directory_iterator entry(corpus, failed);
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        if (entry->is_regular_file(failed)) paths.push_back(entry->path());
    }
    INFO(corpus << ": " << failed.message());
    REQUIRE_FALSE(failed);
    REQUIRE_FALSE(paths.empty());
    std::sort(paths.begin(), paths.end());

    for (auto const& path : paths) {
        std::ifstream file(path, std::ios::binary);
        REQUIRE(file.good());
        std::string const bytes(std::istreambuf_iterator<char>(file), {});
        std::size_t const edge = 300;
        for (std::size_t size = 0; size <= bytes.size(); ++size) {
            if (size > edge && size + edge < bytes.size()) size = bytes.size() - edge;
            INFO(path.filename().string() << ", its first " << size << " bytes");
            guarded_buffer const guarded(std::string_view(bytes).substr(0, size));
            REQUIRE(LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(guarded.bytes().data()), size) == 0);
        }
    }
}
