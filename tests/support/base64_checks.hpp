// The checks of one way of doing base64 against OpenSSL and against the definition: every length, between guard pages.
#pragma once

#include "bedrock/base64/portable.hpp"

#include "support/guarded_buffer.hpp"

#include <openssl/evp.h>

#include "support/catch.hpp"

#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

namespace base64_test {

inline std::string encode_by_openssl(std::string_view bytes) {
    std::string out(bytes.size() / 3 * 4 + 5, '\0');
    int const length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

/// What OpenSSL reads, and whether what it writes for that is `text` again: it takes white space and trailing bits.
inline bool decode_by_openssl(std::string_view text, std::string& bytes) {
    bytes.assign(text.size() / 4 * 3, '\0');
    int const length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
    if (length != static_cast<int>(bytes.size())) return false;
    bytes.resize(bytes.size() - (text.ends_with("==") ? 2u : text.ends_with('=') ? 1u : 0u));
    return encode_by_openssl(bytes) == text;
}

inline std::string random_bytes(std::mt19937& random, std::size_t size) {
    std::string text(size, '\0');
    for (char& one : text) one = static_cast<char>(random());
    return text;
}

/// A place of `size` bytes at the end or at the beginning of what may be written, filled with one byte.
class place {
  public:
    place(std::size_t size, std::size_t behind) : size_(size), behind_(behind), all_(std::string(size + behind, '#')) {}
    char* data() { return all_.data(); }
    std::string_view text() const { return all_.text().substr(0, size_); }
    bool kept_the_rest() const { return all_.text().substr(size_) == std::string(behind_, '#'); }

  private:
    std::size_t size_;
    std::size_t behind_;
    guarded_buffer all_;
};

/// `encode(alphabet, bytes, to)`: bytes that end at a guard page, a place that does too or whose neighbours are
/// watched.
template <class Encode>
void check_encode(Encode encode) {
    namespace detail = bedrock::base64_detail;
    std::mt19937 random(64);
    for (std::size_t size = 0; size <= 300; ++size) {
        auto const bytes = random_bytes(random, size);
        auto expected = encode_by_openssl(bytes);
        expected.resize((size * 4 + 2) / 3);
        guarded_buffer const input(bytes);
        for (std::size_t behind = 0; behind < 17; ++behind) {
            place output(expected.size(), behind);
            auto const* const end = encode(detail::standard, input.bytes(), output.data());
            if (output.text() != expected || end != output.data() + expected.size() || !output.kept_the_rest())
                FAIL("another text for " << size << " bytes, " << behind << " before a guard page");
        }
        for (char& one : expected) one = one == '+' ? '-' : one == '/' ? '_' : one;
        place output(expected.size(), 0);
        encode(detail::url_safe, input.bytes(), output.data());
        if (output.text() != expected) FAIL("another text for " << size << " bytes in the URL alphabet");
    }
    // Every alignment of the source, the first bytes of a page among them: a read before it would end the test.
    auto const large = random_bytes(random, 4096 * 3);
    guarded_buffer const pages(large);
    for (std::size_t from = 0; from < 40; ++from) {
        for (std::size_t const size : {11u, 12u, 15u, 16u, 28u, 39u, 40u, 41u, 63u, 64u, 100u, 4096u}) {
            auto const part = pages.text().substr(from, size);
            std::string text((size * 4 + 2) / 3, '#');
            encode(detail::standard, pages.bytes().subspan(from, size), text.data());
            if (text != encode_by_openssl(part).substr(0, text.size()))
                FAIL("another text for " << size << " bytes from " << from);
        }
    }
}

/// `decode(text, padding, to)`.
template <class Decode>
void check_decode(Decode decode) {
    std::mt19937 random(65);
    for (std::size_t size = 0; size <= 300; ++size) {
        auto const bytes = random_bytes(random, size);
        auto const text = encode_by_openssl(bytes);
        auto const padding = (3 - size % 3) % 3;
        guarded_buffer const input(text);
        for (std::size_t behind = 0; behind < 17; ++behind) {
            place output(size, behind);
            auto* const to = reinterpret_cast<std::byte*>(output.data());
            if (!decode(input.text(), padding, to) || output.text() != bytes || !output.kept_the_rest())
                FAIL("other bytes for " << text.size() << " characters, " << behind << " before a guard page");
        }
    }
    // Every byte at every place of texts that take every step.
    for (std::size_t const size : {3u, 14u, 25u, 36u, 61u, 120u}) {
        auto const bytes = random_bytes(random, size);
        auto text = encode_by_openssl(bytes);
        auto const padding = (3 - size % 3) % 3;
        std::string expected;
        place output(size, 0);
        auto* const to = reinterpret_cast<std::byte*>(output.data());
        for (std::size_t at = 0; at != text.size() - padding; ++at) {
            char const kept = text[at];
            for (int byte = 0; byte < 256; ++byte) {
                text[at] = static_cast<char>(byte);
                // A '=' before the padding would be another length to OpenSSL, and no digit to us.
                bool const canonical = byte != '=' && decode_by_openssl(text, expected);
                bool const taken = decode(text, padding, to);
                if (taken != canonical || (taken && output.text() != expected))
                    FAIL("another answer for byte " << byte << " at " << at << " of " << text.size());
            }
            text[at] = kept;
        }
    }
    auto const large = random_bytes(random, 1u << 18);
    auto const text = encode_by_openssl(large);
    for (std::size_t from = 0; from < 40; ++from) {
        std::string moved = std::string(from, ' ') + text;
        std::string bytes(large.size(), '#');
        auto* const to = reinterpret_cast<std::byte*>(bytes.data());
        CHECK((decode(std::string_view(moved).substr(from), (3 - large.size() % 3) % 3, to) && bytes == large));
        moved[moved.size() - 5000 - from] = '.';
        CHECK_FALSE(decode(std::string_view(moved).substr(from), (3 - large.size() % 3) % 3, to));
    }
}

}  // namespace base64_test
