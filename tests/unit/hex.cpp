#include "bedrock/hex.hpp"

#include <openssl/crypto.h>

#include "support/catch.hpp"
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "support/guarded_buffer.hpp"

TEST_CASE("all bytes go out in lower case and come back from either case", "[hex]") {
    bedrock::byte_buffer all;
    for (int value = 0; value != 256; ++value) all.push_back(static_cast<std::byte>(value));
    auto const lower = bedrock::encode_hex(all);
    CHECK(lower.substr(0, 8) == "00010203");
    CHECK(lower.substr(lower.size() - 8) == "fcfdfeff");

    std::string upper = lower;
    for (auto& c : upper)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    for (auto const& text : {lower, upper}) {
        bedrock::byte_buffer bytes;
        REQUIRE(bedrock::decode_hex(text, bytes));
        CHECK(bytes == all);
    }
}

TEST_CASE("random bytes as OpenSSL reads them", "[hex]") {
    std::mt19937 random(4);
    for (std::size_t size = 1; size != 100; ++size) {
        std::string text;
        for (std::size_t i = 0; i != size; ++i) text.push_back(static_cast<char>(random()));
        auto const hex = bedrock::encode_hex(bedrock::as_bytes(text));
        long length = 0;
        unsigned char* const bytes = OPENSSL_hexstr2buf(hex.c_str(), &length);
        REQUIRE(bytes != nullptr);
        CHECK(std::string_view(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length)) == text);
        OPENSSL_free(bytes);
    }
}

TEST_CASE("hex is appended to what is there", "[hex]") {
    std::string out = "sha256=";
    bedrock::append_hex(out, bedrock::as_bytes("\x0A\xFF"));
    CHECK(out == "sha256=0aff");
    bedrock::append_hex(out, {});
    CHECK(out == "sha256=0aff");
}

TEST_CASE("what is not pairs of digits is refused, and no bytes are left", "[hex]") {
    for (std::string_view const wrong :
         {"0", "abc", "0g", "g0", "0x10", "00 1", "00\n0", "-1", "+1", "/0", ":0", "@0", "`0", "\xff\xff"}) {
        INFO(wrong);
        guarded_buffer const buffer(wrong);
        bedrock::byte_buffer bytes(3);
        CHECK_FALSE(bedrock::decode_hex(buffer.text(), bytes));
        CHECK(bytes.empty());
    }
}

TEST_CASE("a decode replaces, down to nothing", "[hex]") {
    bedrock::byte_buffer bytes(3);
    CHECK(bedrock::decode_hex("7F", bytes));
    CHECK(bytes == bedrock::byte_buffer{std::byte{0x7F}});
    CHECK(bedrock::decode_hex("", bytes));
    CHECK(bytes.empty());
}

TEST_CASE("only digits have a value", "[hex]") {
    std::string_view const digits = "0123456789abcdef";
    for (int value = 0; value != 256; ++value) {
        auto const c = static_cast<char>(value);
        auto const lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        auto const place = value == 0 ? std::string_view::npos : digits.find(lower);
        CHECK(bedrock::hex_value(c) == (place == std::string_view::npos ? -1 : static_cast<int>(place)));
    }
}
