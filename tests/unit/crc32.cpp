#include "bedrock/crc32.hpp"

#include "support/crc32_checks.hpp"
#include "support/processor_features.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <vector>

using bedrock::as_bytes;
using bedrock::byte_view;
using bedrock::combine_crc32;
using bedrock::crc32;
using bedrock::crc32_path;
using crc32_test::random_text;

namespace {

constexpr crc32_path all_paths[] = {crc32_path::portable, crc32_path::pclmul, crc32_path::vpclmul, crc32_path::arm_crc,
                                    crc32_path::arm_pmull};

std::vector<crc32_path> paths_here() {
    std::vector<crc32_path> here;
    for (auto const path : all_paths)
        if (bedrock::has_crc32_path(path)) here.push_back(path);
    return here;
}

constexpr std::uint32_t crc32_at_compile_time() {
    std::array<std::byte, 39> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + 3);
    return crc32(bytes);
}

}  // namespace

TEST_CASE("crc32 gives zlib's values by every path", "[crc32]") {
    // Expected values: Python's zlib.crc32 of the same bytes.
    std::string text(65537, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + 3);
    for (auto const path : paths_here()) {
        INFO(bedrock::describe(path));
        CHECK(crc32({}, 0, path) == 0);
        CHECK(crc32({}, 0x12345678, path) == 0x12345678);
        CHECK(crc32(as_bytes("a"), 0, path) == 0xe8b7be43);
        CHECK(crc32(as_bytes("123456789"), 0, path) == 0xcbf43926);
        CHECK(crc32(as_bytes(std::string(1000, '\0')), 0, path) == 0x060b1780);
        CHECK(crc32(as_bytes(text), 0, path) == 0x3201663c);
    }
    CHECK(crc32(as_bytes("123456789")) == 0xcbf43926);
    CHECK(crc32(as_bytes(text)) == 0x3201663c);
}

TEST_CASE("crc32 gives the same value at compile time", "[crc32]") {
    constexpr std::uint32_t value = crc32_at_compile_time();
    static_assert(value == 0x87f09d3c);  // Python's zlib.crc32
    CHECK(value == crc32_at_compile_time());
}

TEST_CASE("the best path is one that is here, and each has a name", "[crc32]") {
    CHECK(bedrock::has_crc32_path(bedrock::best_crc32_path()));
    CHECK(bedrock::has_crc32_path(crc32_path::portable));
    CHECK_FALSE(bedrock::has_crc32_path(static_cast<crc32_path>(200)));
    // The better half of a pair is never here alone.
    if (bedrock::has_crc32_path(crc32_path::vpclmul)) CHECK(bedrock::has_crc32_path(crc32_path::pclmul));
    if (bedrock::has_crc32_path(crc32_path::arm_pmull)) CHECK(bedrock::has_crc32_path(crc32_path::arm_crc));
    std::vector<std::string_view> names;
    for (auto const path : all_paths) {
        for (auto const earlier : names) CHECK(earlier != bedrock::describe(path));
        names.push_back(bedrock::describe(path));
        CHECK_FALSE(names.back().empty());
    }
    CHECK(bedrock::describe(static_cast<crc32_path>(200)).empty());
    CHECK(crc32(as_bytes("123456789"), 0, static_cast<crc32_path>(200)) == 0xcbf43926);
}

TEST_CASE("the best path is the fastest that is here, and goes where it is named after", "[crc32]") {
    using namespace bedrock::crc32_detail;
    auto expected = crc32_path::portable;
    for (auto const path : {crc32_path::arm_crc, crc32_path::arm_pmull, crc32_path::pclmul, crc32_path::vpclmul})
        if (bedrock::has_crc32_path(path)) expected = path;
    CHECK(bedrock::best_crc32_path() == expected);
    CHECK(find_update(crc32_path::portable) == update_portable);
    CHECK(find_update(crc32_path::pclmul) == update_pclmul);
    CHECK(find_update(crc32_path::vpclmul) == update_vpclmul);
    CHECK(find_update(crc32_path::arm_crc) == update_arm_crc);
    CHECK(find_update(crc32_path::arm_pmull) == update_arm_pmull);
}

TEST_CASE("paths are those of the features that the system names", "[crc32]") {
    processor_features const features;
    if (!features.is_known()) {
        WARN("not tested: /proc/cpuinfo does not say");
        return;
    }
    CHECK(bedrock::has_crc32_path(crc32_path::pclmul) == features.has({"avx", "pclmulqdq"}));
    CHECK(bedrock::has_crc32_path(crc32_path::vpclmul) ==
          features.has({"avx", "pclmulqdq", "avx512f", "avx512vl", "vpclmulqdq"}));
    CHECK(bedrock::has_crc32_path(crc32_path::arm_crc) == features.has({"crc32"}));
    CHECK(bedrock::has_crc32_path(crc32_path::arm_pmull) == features.has({"crc32", "pmull"}));
}

TEST_CASE("crc32 continues from an earlier value, on another path too", "[crc32]") {
    std::string const text = random_text(300);
    byte_view const bytes = as_bytes(text);
    auto const whole = ~crc32_test::update_by_definition(0xffffffff, text);
    for (auto const first : paths_here()) {
        for (auto const second : paths_here()) {
            for (std::size_t split = 0; split <= bytes.size(); ++split)
                REQUIRE(crc32(bytes.subspan(split), crc32(bytes.first(split), 0, first), second) == whole);
        }
    }
    REQUIRE(crc32(bytes) == whole);
}

TEST_CASE("values of two messages combine to that of both", "[crc32]") {
    std::string const text = random_text(100);
    byte_view const bytes = as_bytes(text);
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        auto const second = bytes.subspan(split);
        REQUIRE(combine_crc32(crc32(bytes.first(split)), crc32(second), second.size()) == crc32(bytes));
    }
    static_assert(combine_crc32(0, 0x352441c2, 3) == 0x352441c2);
    // Python's zlib.crc32 of b"a", of 2^32 zero bytes and b"12345", and of both.
    CHECK(combine_crc32(0xe8b7be43, 0xbc156ca2, (std::uint64_t{1} << 32) + 5) == 0xbd7a552e);
}
