#include "bedrock/base64.hpp"

#include "support/catch.hpp"
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/base64_checks.hpp"
#include "support/processor_features.hpp"
#include "support/guarded_buffer.hpp"

using bedrock::base64_path;

namespace {

using base64_test::random_bytes;

constexpr auto all_paths = {base64_path::portable, base64_path::ssse3, base64_path::avx2, base64_path::neon};

std::string oracle_encode(std::string_view bytes) {
    return base64_test::encode_by_openssl(bytes);
}

bool decodes_to(std::string_view text, std::string_view expected) {
    guarded_buffer const buffer(text);
    bedrock::byte_buffer bytes(5);
    return bedrock::decode_base64(buffer.text(), bytes) && bedrock::as_text(bytes) == expected;
}

bool refused(std::string_view text) {
    guarded_buffer const buffer(text);
    bedrock::byte_buffer bytes(5);
    return !bedrock::decode_base64(buffer.text(), bytes) && bytes.empty();
}

}  // namespace

TEST_CASE("the test vectors of RFC 4648, 10", "[base64]") {
    std::string_view const whole = "foobar";
    char const* const expected[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CHECK(bedrock::encode_base64(bedrock::as_bytes(whole.substr(0, size))) == expected[size]);
        CHECK(decodes_to(expected[size], whole.substr(0, size)));
    }
}

TEST_CASE("random bytes of every length as OpenSSL writes them, and back", "[base64]") {
    std::mt19937 random(64);
    for (std::size_t size = 0; size != 400; ++size) {
        auto const bytes = random_bytes(random, size);
        guarded_buffer const buffer(bytes);
        auto const text = bedrock::encode_base64(buffer.bytes());
        REQUIRE(text == oracle_encode(bytes));
        REQUIRE(text.size() == bedrock::base64_size(size));
        REQUIRE(decodes_to(text, bytes));
    }
    auto const large = random_bytes(random, 1u << 20);
    CHECK(decodes_to(oracle_encode(large), large));
}

TEST_CASE("every prefix of a text, whole groups apart, is refused", "[base64]") {
    auto const bytes = std::string("\x00\xFF\x10 some words to cut", 22);
    auto const text = bedrock::encode_base64(bedrock::as_bytes(bytes));
    REQUIRE(text.ends_with("=="));
    for (std::size_t size = 0; size <= text.size(); ++size) {
        bool const whole = size == text.size();
        if (size % 4 == 0)
            CHECK(decodes_to(std::string_view(text).substr(0, size),
                             std::string_view(bytes).substr(0, whole ? 22 : size / 4 * 3)));
        else
            CHECK(refused(std::string_view(text).substr(0, size)));
    }
}

TEST_CASE("every group of four over the critical characters is read as it would be written, or not at all",
          "[base64]") {
    std::string_view const critical("AQgwBZz09+/-_= \n\xFF@[`{:\0", 23);
    std::size_t accepted = 0;
    std::size_t differences = 0;
    std::string text(4, ' ');
    bedrock::byte_buffer bytes;
    for (char const a : critical)
        for (char const b : critical)
            for (char const c : critical)
                for (char const d : critical) {
                    text = {a, b, c, d};
                    bool const taken = bedrock::decode_base64(text, bytes);
                    accepted += taken;
                    // OpenSSL takes more (trailing bits); what it writes for its bytes tells whether the text is the
                    // canonical one.
                    unsigned char read[3];
                    int const count = EVP_DecodeBlock(read, reinterpret_cast<unsigned char const*>(text.data()), 4);
                    std::size_t const padding = d != '=' ? 0 : c != '=' ? 1 : 2;
                    bool const canonical =
                        count == 3 && b != '=' &&
                        oracle_encode({reinterpret_cast<char*>(read), std::size_t{3} - padding}) == text;
                    differences += taken != canonical;
                }
    CHECK(differences == 0);
    // 11 digits everywhere, plus the pairs and triples whose last digit has no trailing bits.
    CHECK(accepted > 11 * 11 * 11 * 11);
}

TEST_CASE("what no encoder writes is refused", "[base64]") {
    for (std::string_view const wrong : {
             "Zg",        // no padding
             "Zg=",       // half of it
             "Zg===",     // too much
             "Z===",      // a single digit
             "====",      // padding alone
             "Zm9v====",  // a group of padding
             "Zg==Zg==",  // padding inside
             "Zm8=Zg==",  //
             "Z=g=",      // a digit between
             "=Zm9",      // padding first
             "Zm9v\n",    // white space
             "Zm9 v",     //
             " Zm9v",     //
             "Zm9v\r\nZg==",
             "Zh==",     // trailing bits
             "Zm9=",     //
             "Zm-_",     // the URL alphabet
             "Zm9\x80",  // no ASCII
         }) {
        INFO(wrong);
        CHECK(refused(wrong));
    }
}

TEST_CASE("one wrong character anywhere in a long text is found", "[base64]") {
    std::string text = bedrock::encode_base64(bedrock::as_bytes(std::string(60, 'k')));
    bedrock::byte_buffer bytes;
    for (auto& c : text) {
        char const kept = c;
        for (char const wrong : {'=', ' ', '-', '\0', '\x7F', '\xE9'}) {
            c = wrong;
            CHECK_FALSE(bedrock::decode_base64(text, bytes));
        }
        c = kept;
    }
    CHECK(bedrock::decode_base64(text, bytes));
}

TEST_CASE("base64 is appended to what is there", "[base64]") {
    std::string out = "\"";
    bedrock::append_base64(out, bedrock::as_bytes("fo"));
    CHECK(out == "\"Zm8=");
}

TEST_CASE("the URL alphabet is the standard one with two other characters and no padding", "[base64]") {
    std::mt19937 random(5);
    for (std::size_t size = 0; size != 100; ++size) {
        auto const bytes = random_bytes(random, size);
        auto expected = oracle_encode(bytes);
        while (expected.ends_with('=')) expected.pop_back();
        for (auto& c : expected) c = c == '+' ? '-' : c == '/' ? '_' : c;
        std::string out = ".";
        bedrock::append_base64url(out, bedrock::as_bytes(bytes));
        REQUIRE(out == "." + expected);
    }
}

TEST_CASE("base64 gives the same answers by every path that is here, and the best is one of them", "[base64]") {
    CHECK(bedrock::has_base64_path(bedrock::best_base64_path()));
    CHECK(bedrock::has_base64_path(base64_path::portable));
    CHECK_FALSE(bedrock::has_base64_path(static_cast<base64_path>(200)));
    CHECK(bedrock::describe(static_cast<base64_path>(200)).empty());
    std::mt19937 random(3);
    auto const bytes = random_bytes(random, 1000);
    auto const text = oracle_encode(bytes);
    std::vector<std::string_view> names;
    for (auto const path : all_paths) {
        for (auto const earlier : names) CHECK(earlier != bedrock::describe(path));
        names.push_back(bedrock::describe(path));
        INFO(names.back());
        CHECK_FALSE(names.back().empty());
        if (!bedrock::has_base64_path(path)) continue;
        std::string out = "\"";
        bedrock::append_base64(out, bedrock::as_bytes(bytes), path);
        CHECK(out == "\"" + text);
        std::string url;
        bedrock::append_base64url(url, bedrock::as_bytes("\xFB\xFF"), path);
        CHECK(url == "-_8");
        bedrock::byte_buffer decoded(2000, std::byte{7});
        CHECK(bedrock::decode_base64(text, decoded, path));
        CHECK(bedrock::as_text(decoded) == bytes);
        CHECK_FALSE(bedrock::decode_base64(text + "Zm9", decoded, path));
        CHECK(decoded.empty());
        CHECK(bedrock::decode_base64("", decoded = {std::byte{1}}, path));
        CHECK(decoded.empty());
    }
}

TEST_CASE("sizes", "[base64]") {
    static_assert(bedrock::base64_size(0) == 0);
    static_assert(bedrock::base64_size(1) == 4);
    static_assert(bedrock::base64_size(3) == 4);
    static_assert(bedrock::base64_size(4) == 8);
    SUCCEED();
}

TEST_CASE("base64 takes the fastest path that is here, and has those of the features that the system names",
          "[base64]") {
    auto expected = base64_path::portable;
    for (auto const path : {base64_path::neon, base64_path::ssse3, base64_path::avx2})
        if (bedrock::has_base64_path(path)) expected = path;
    CHECK(bedrock::best_base64_path() == expected);
    processor_features const features;
    if (!features.is_known()) {
        WARN("not tested: /proc/cpuinfo does not say");
        return;
    }
    CHECK(bedrock::has_base64_path(base64_path::ssse3) == features.has({"ssse3"}));
    CHECK(bedrock::has_base64_path(base64_path::avx2) == features.has({"avx2"}));
    CHECK(bedrock::has_base64_path(base64_path::neon) == features.has({"asimd"}));
}
