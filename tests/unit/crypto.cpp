#include "bedrock/crypto.hpp"

#include "support/catch.hpp"

#include <openssl/err.h>

#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string hex(byte_view bytes) {
    return encode_hex(bytes);
}

std::string sha256_hex(std::string_view text) {
    crypto::sha256_digest digest{};
    REQUIRE(crypto::hash_sha256(as_bytes(text), digest));
    return hex(digest);
}

std::string hmac_hex(std::string_view key, std::string_view text) {
    crypto::sha256_digest digest{};
    REQUIRE(crypto::hmac_sha256(as_bytes(key), as_bytes(text), digest));
    return hex(digest);
}

bool all_zero(byte_view bytes) {
    for (auto const byte : bytes)
        if (byte != std::byte{0}) return false;
    return true;
}

}  // namespace

TEST_CASE("sha256 gives the digests of FIPS 180", "[crypto]") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a hash serves one message after the other, in any pieces", "[crypto]") {
    std::string text;
    for (int i = 0; i < 200; ++i) text += static_cast<char>(i);
    auto const whole = sha256_hex(text);
    crypto::sha256 hash;
    crypto::sha256_digest digest{};
    for (std::size_t at = 0; at <= text.size(); ++at) {
        hash.update(std::string_view(text).substr(0, at));
        hash.update(std::string_view(text).substr(at));
        REQUIRE(hash.finish(digest));
        REQUIRE(hex(digest) == whole);
    }
    hash.update("forgotten");
    hash.restart();
    REQUIRE(hash.finish(digest));
    CHECK(hex(digest) == sha256_hex(""));
}

TEST_CASE("hmac_sha256 gives the values of RFC 4231", "[crypto]") {
    CHECK(hmac_hex(std::string(20, '\x0b'), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hmac_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK(hmac_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hmac_hex(std::string(131, '\xaa'),
                   "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
                   "to be hashed before being used by the HMAC algorithm.") ==
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("a kept HMAC key signs any number of messages as the function does", "[crypto]") {
    crypto::sha256 hash;
    crypto::hmac_sha256_key kept;
    crypto::sha256_digest digest{};
    digest.fill(std::byte{1});
    CHECK_FALSE(kept.authenticate(hash, as_bytes("m"), digest));
    CHECK(digest == crypto::sha256_digest{});
    for (std::size_t const key_size : {0u, 1u, 32u, 63u, 64u, 65u, 200u}) {
        std::string const key(key_size, 'k');
        hash.update(std::string_view("what it was fed before"));
        REQUIRE(kept.set(hash, as_bytes(key)));
        for (std::size_t const size : {0u, 1u, 55u, 56u, 64u, 1000u}) {
            std::string const message(size, 'm');
            hash.update(std::string_view("what it was fed before"));
            REQUIRE(kept.authenticate(hash, as_bytes(message), digest));
            crypto::sha256_digest expected{};
            REQUIRE(crypto::hmac_sha256(as_bytes(key), as_bytes(message), expected));
            CHECK(digest == expected);
            REQUIRE(crypto::hash_sha256(hash, as_bytes(message), digest));  // which is none the worse for it
            REQUIRE(crypto::hash_sha256(as_bytes(message), expected));
            CHECK(digest == expected);
        }
    }
    crypto::sha256 other;
    REQUIRE(kept.set(hash, as_bytes("Jefe")));
    REQUIRE(kept.authenticate(other, as_bytes("what do ya want for nothing?"), digest));
    CHECK(bedrock::encode_hex(digest) == hmac_hex("Jefe", "what do ya want for nothing?"));
    kept.forget();
    CHECK_FALSE(kept.authenticate(hash, as_bytes("m"), digest));
    REQUIRE(kept.set(hash, as_bytes("Jefe")));
    crypto::sha256 const moved = std::move(hash);
    CHECK_FALSE(kept.authenticate(hash, as_bytes("m"), digest));  // NOLINT: a hash that is gone
    CHECK_FALSE(kept.set(hash, as_bytes("k")));                   // NOLINT
    CHECK_FALSE(kept.authenticate(other, as_bytes("m"), digest));
}

TEST_CASE("hmac_sha256 may write over its key and forgets what the hash was fed", "[crypto]") {
    crypto::sha256 hash;
    crypto::sha256_digest chained{};
    REQUIRE(crypto::hmac_sha256(hash, as_bytes("k"), as_bytes("1"), chained));
    crypto::sha256_digest apart{};
    hash.update("left over");
    REQUIRE(crypto::hmac_sha256(hash, chained, as_bytes("2"), apart));
    REQUIRE(crypto::hmac_sha256(hash, chained, as_bytes("2"), chained));
    CHECK(chained == apart);
}

TEST_CASE("a hash goes on where it was moved to", "[crypto]") {
    crypto::sha256 from, to;
    from.update("ab");
    to.update("other");
    to = std::move(from);
    to.update("c");
    crypto::sha256_digest moved{}, whole{};
    REQUIRE(to.finish(moved));
    REQUIRE(crypto::hash_sha256(as_bytes("abc"), whole));
    CHECK(moved == whole);
    from.update("c");                 // NOLINT: a hash that is gone
    CHECK_FALSE(from.finish(moved));  // NOLINT
    from = crypto::sha256();
    CHECK(crypto::hash_sha256(from, as_bytes("abc"), moved));
    CHECK(moved == whole);
}

TEST_CASE("a key of exactly one block is not hashed, one byte more is", "[crypto]") {
    // From Python's hmac module.
    CHECK(hmac_hex(std::string(64, 'k'), "m") == "3b7a8d453e76edb519238a515105a57508d0f169f480ebeee120a9e7803289fa");
    CHECK(hmac_hex(std::string(65, 'k'), "m") == "c2d7d4c2256ddb097409ec0c67e1d58fa1a007fc6932cac0d892a525d08af7cc");
}

TEST_CASE("a failure of OpenSSL is reported and leaves no digest", "[crypto]") {
    crypto::sha256 hash;
    crypto::sha256 taken = std::move(hash);
    crypto::sha256_digest digest;
    digest.fill(std::byte{7});
    hash.update("x");                  // NOLINT: an object without a context is what is tested
    CHECK_FALSE(hash.finish(digest));  // NOLINT
    CHECK(all_zero(digest));
    digest.fill(std::byte{7});
    CHECK_FALSE(crypto::hmac_sha256(hash, as_bytes("k"), as_bytes("m"), digest));  // NOLINT
    CHECK(all_zero(digest));
    CHECK(crypto::hash_sha256(taken, as_bytes("abc"), digest));

#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER)
    REQUIRE(EVP_set_default_properties(nullptr, "provider=nobody") == 1);
    crypto::sha256 unavailable;
    bool const hashed = crypto::hash_sha256(unavailable, as_bytes("abc"), digest);
    crypto::sha1_digest short_digest;
    short_digest.fill(std::byte{7});
    bool const named = crypto::hash_sha1(as_bytes("abc"), short_digest);
    EVP_set_default_properties(nullptr, "");
    ERR_clear_error();  // tests of this process expect an empty list of errors
    CHECK_FALSE(hashed);
    CHECK(all_zero(digest));
    CHECK_FALSE(named);
    CHECK(all_zero(short_digest));
#endif
}

TEST_CASE("hash_sha1 gives the digests of FIPS 180", "[crypto]") {
    auto const sha1_hex = [](std::string_view text) {
        crypto::sha1_digest digest{};
        REQUIRE(crypto::hash_sha1(as_bytes(text), digest));
        return hex(digest);
    };
    CHECK(sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

TEST_CASE("constant_time_equal compares length and bytes", "[crypto]") {
    CHECK(crypto::constant_time_equal("", ""));
    CHECK(crypto::constant_time_equal("secret", "secret"));
    CHECK_FALSE(crypto::constant_time_equal("secret", "secreT"));
    CHECK_FALSE(crypto::constant_time_equal("secret", "Secret"));
    CHECK_FALSE(crypto::constant_time_equal("secret", "secrets"));
    CHECK_FALSE(crypto::constant_time_equal("", "x"));
}

TEST_CASE("secure_wipe leaves nothing", "[crypto]") {
    std::vector<std::byte> bytes(100, std::byte{0x5a});
    crypto::secure_wipe(std::span<std::byte>(bytes).first(99));
    CHECK(all_zero(byte_view(bytes).first(99)));
    CHECK(bytes.back() == std::byte{0x5a});
    crypto::secure_wipe(nullptr, 0);

    std::string text = "a secret that is too long for the object itself, so it is on the heap";
    char const* const where = text.data();
    std::size_t const length = text.size();
    crypto::secure_wipe(text);
    CHECK(text.empty());
    text.resize(length, 'x');
    CHECK(text.data() == where);  // the memory was kept, so what was wiped is what had held the secret
}

TEST_CASE("random_bytes fills all of a long buffer", "[crypto]") {
    std::vector<std::byte> bytes(0x10000 * 2 + 17);
    REQUIRE(crypto::random_bytes(bytes));
    for (std::size_t at = 0; at + 16 <= bytes.size(); at += 4096)
        CHECK_FALSE(all_zero(byte_view(bytes).subspan(at, 16)));
    CHECK_FALSE(all_zero(byte_view(bytes).last(16)));
    CHECK(crypto::random_bytes({}));
}

TEST_CASE("random_unit stays in [0, 1) and spreads", "[crypto]") {
    double least = 1;
    double most = 0;
    double sum = 0;
    constexpr int draws = 4000;
    for (int i = 0; i < draws; ++i) {
        double const value = crypto::random_unit();
        REQUIRE(value >= 0.0);
        REQUIRE(value < 1.0);
        least = value < least ? value : least;
        most = value > most ? value : most;
        sum += value;
    }
    CHECK(least < 0.02);  // (0.98)^4000 is 1e-35
    CHECK(most > 0.98);
    CHECK(sum / draws == Approx(0.5).margin(0.05));  // 11 standard deviations
}

TEST_CASE("make_uuid_v4 sets version and variant in the source's bytes", "[crypto]") {
    auto const counting = [](std::span<std::byte> out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i);
        return true;
    };
    CHECK(crypto::make_uuid_v4(counting) == "00010203-0405-4607-8809-0a0b0c0d0e0f");
    auto const ones = [](std::span<std::byte> out) {
        for (auto& byte : out) byte = std::byte{0xff};
        return true;
    };
    CHECK(crypto::make_uuid_v4(ones) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    CHECK(crypto::make_uuid_v4([](std::span<std::byte>) { return false; }).empty());

    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(crypto::make_uuid_v4());
    CHECK(seen.size() == 1000);
    CHECK(seen.count("") == 0);
}
