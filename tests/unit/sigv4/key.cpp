#include "bedrock/sigv4/key.hpp"

#include "bedrock/hex.hpp"
#include "support/sigv4_reference.hpp"

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>

using namespace bedrock;

namespace {

std::string reference_key(std::string const& secret, std::string const& day, std::string const& region,
                          std::string const& service) {
    sigv4_reference::request what;
    what.secret = secret;
    what.date = day;
    what.region = region;
    what.service = service;
    return sigv4_reference::hex(sigv4_reference::signing_key(what));
}

}  // namespace

TEST_CASE("the derived key of AWS's documentation", "[sigv4]") {
    // "Examples of how to derive a signing key" in the AWS General Reference.
    crypto::sha256 hash;
    crypto::sha256_digest key{};
    REQUIRE(sigv4::derive_signing_key(hash, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215",
                                      {"us-east-1", "iam", 0}, key));
    CHECK(encode_hex(key) == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST_CASE("credential scopes", "[sigv4]") {
    std::string out = "x";
    sigv4::append_credential_scope(out, "20150830T123600Z", {"eu-west-1", "bedrock", 0});
    CHECK(out == "x20150830/eu-west-1/bedrock/aws4_request");
}

TEST_CASE("a key cache finds each key, however many there are", "[sigv4]") {
    sigv4::key_cache cache;
    crypto::sha256 hash;
    for (int i = 0; i < 200; ++i) {
        auto const n = static_cast<unsigned>(i * i + i / 3);
        std::string const secret(n % 90 + 1, static_cast<char>('a' + n % 3));
        std::string const day = "201508" + std::to_string(10 + n % 5);
        std::string const region = n % 2 == 0 ? "us-east-1" : "eu-west-1";
        std::string const service = n % 7 == 0 ? "sts" : "bedrock";
        auto const* const key = cache.find(hash, secret, day, {region, service, 0});
        REQUIRE(key != nullptr);
        CHECK(encode_hex(*key) == reference_key(secret, day, region, service));
        CHECK(cache.find(hash, secret, day, {region, service, 0}) == key);
        if (i % 50 == 49) cache.forget();
    }
}

TEST_CASE("a key cache gives each key ready to sign with", "[sigv4]") {
    sigv4::key_cache cache;
    crypto::sha256 hash;
    for (int round = 0; round < 20; ++round) {
        auto const secret = "secret" + std::to_string(round % 10);  // more than are kept
        sigv4::scope const where{"us-east-1", "bedrock", 0};
        auto const* const ready = cache.find_hmac(hash, secret, "20150830", where);
        REQUIRE(ready != nullptr);
        CHECK(cache.find_hmac(hash, secret, "20150830", where) == ready);
        crypto::sha256_digest digest{};
        crypto::sha256_digest expected{};
        REQUIRE(ready->authenticate(hash, as_bytes("text"), digest));
        REQUIRE(crypto::hmac_sha256(*cache.find(hash, secret, "20150830", where), as_bytes("text"), expected));
        CHECK(digest == expected);
        if (round != 12) continue;
        cache.forget();
        CHECK_FALSE(ready->authenticate(hash, as_bytes("text"), digest));  // wiped where it was
    }
}

TEST_CASE("a key cache tells keys apart by each part of what they are for", "[sigv4]") {
    sigv4::key_cache cache;
    crypto::sha256 hash;
    for (int round = 0; round < 2; ++round) {
        for (std::string const secret : {"one", "two"})
            for (std::string const day : {"20150830", "20150831"})
                for (std::string const region : {"us-east-1", "us-east-2"}) {
                    auto const* const key = cache.find(hash, secret, day, {region, "bedrock", 0});
                    REQUIRE(key != nullptr);
                    CHECK(encode_hex(*key) == reference_key(secret, day, region, "bedrock"));
                }
        for (std::string const service : {"sts", "sso"}) {
            auto const* const key = cache.find(hash, "one", "20150830", {"us-east-1", service, 0});
            REQUIRE(key != nullptr);
            CHECK(encode_hex(*key) == reference_key("one", "20150830", "us-east-1", service));
        }
    }
}

TEST_CASE("a key cache keeps the eight that were asked for last", "[sigv4]") {
    sigv4::key_cache cache;
    crypto::sha256 hash;
    auto const find = [&](int which) {
        return cache.find(hash, "secret" + std::to_string(which), "20150830", {"us-east-1", "bedrock", 0});
    };
    std::array<crypto::sha256_digest const*, 9> places{};
    for (int which = 0; which < 8; ++which) places[static_cast<std::size_t>(which)] = find(which);
    CHECK(find(0) == places[0]);  // now 1 is the oldest
    CHECK(find(8) == places[1]);
    CHECK(find(0) == places[0]);
    CHECK(find(7) == places[7]);
    CHECK(find(1) == places[2]);
}

TEST_CASE("a key cache leaves no key and no short secret behind", "[sigv4]") {
    constexpr std::string_view secret = "shortsecret";  // within the string itself
    alignas(sigv4::key_cache) static std::array<unsigned char, sizeof(sigv4::key_cache)> place{};
    crypto::sha256 hash;
    crypto::sha256_digest key{};
    REQUIRE(sigv4::derive_signing_key(hash, secret, "20150830", {"us-east-1", "bedrock", 0}, key));
    auto const holds = [&](void const* text, std::size_t size) {
        for (std::size_t at = 0; at + size <= place.size(); ++at)
            if (std::memcmp(place.data() + at, text, size) == 0) return true;
        return false;
    };
    for (bool const forget : {true, false}) {
        auto* const cache = new (place.data()) sigv4::key_cache;
        REQUIRE(cache->find(hash, secret, "20150830", {"us-east-1", "bedrock", 0}) != nullptr);
        CHECK(holds(key.data(), key.size()));
        CHECK(holds(secret.data(), secret.size()));
        if (forget) {
            cache->forget();
            CHECK_FALSE(holds(key.data(), key.size()));
            CHECK_FALSE(holds(secret.data() + 1, secret.size() - 1));  // an emptied string has its first byte cleared
        }
        cache->~key_cache();
        CHECK_FALSE(holds(key.data(), key.size()));
        CHECK_FALSE(holds(secret.data() + 1, secret.size() - 1));
    }
}

TEST_CASE("a key cache leaves nothing of a key that made room", "[sigv4]") {
    constexpr std::string_view secret = "shortsecret";  // within the string itself
    alignas(sigv4::key_cache) static std::array<unsigned char, sizeof(sigv4::key_cache)> place{};
    crypto::sha256 hash;
    auto* const cache = new (place.data()) sigv4::key_cache;
    auto const is_there = [&] {
        auto const tail = secret.substr(4);
        return std::string_view(reinterpret_cast<char const*>(place.data()), place.size()).find(tail) !=
               std::string_view::npos;
    };
    sigv4::scope const where{"us-east-1", "bedrock", 0};
    REQUIRE(cache->find(hash, secret, "20150830", where) != nullptr);
    for (char other = 'a'; other != 'i'; ++other) {
        CHECK(is_there());
        REQUIRE(cache->find(hash, std::string(1, other), "20150830", where) != nullptr);
    }
    CHECK_FALSE(is_there());
    cache->~key_cache();
}
