#include "bedrock/crypto/es256.hpp"

#include "support/es256_check.hpp"
#include "support/es256_keys.hpp"
#include "support/guarded_buffer.hpp"

#include <openssl/err.h>
#include <openssl/ui.h>

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;
using crypto::key_fault;

namespace {

std::string text_of(byte_view bytes) {
    return std::string(as_text(bytes));
}

key_fault read(std::string_view pem) {
    guarded_buffer const buffer(pem);
    crypto::es256_key key;
    auto const fault = key.read_pem(buffer.text());
    CHECK(static_cast<bool>(key) == (fault == key_fault::none));
    CHECK(ERR_peek_error() == 0);
    return fault;
}

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    auto const digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
    for (std::size_t at = 0; at != hex.size(); at += 2)
        bytes.push_back(static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1])));
    return bytes;
}

}  // namespace

TEST_CASE("es256: the point of RFC 6979's key, A.2.5", "[crypto]") {
    crypto::es256_key key;
    REQUIRE(key.read_pem(es256_keys::rfc6979) == key_fault::none);
    CHECK(text_of(key.public_point().x) ==
          bytes_of_hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"));
    CHECK(text_of(key.public_point().y) ==
          bytes_of_hex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"));
}

TEST_CASE("es256: every form of one key is that key", "[crypto]") {
    crypto::es256_key first;
    REQUIRE(first.read_pem(es256_keys::sec1) == key_fault::none);
    std::string lines;
    for (char const* c = es256_keys::sec1; *c; ++c) lines += *c == '\n' ? "\r\n" : std::string(1, *c);
    std::string const with_words = "Somebody's key:\n" + std::string(es256_keys::sec1) + "and more\n";
    std::string const without_last_line_end(es256_keys::pkcs8, std::string_view(es256_keys::pkcs8).size() - 1);
    for (std::string const& form :
         {std::string(es256_keys::pkcs8), std::string(es256_keys::sec1_with_parameters),
          std::string(es256_keys::sec1_without_point), lines, with_words, without_last_line_end}) {
        INFO(form);
        crypto::es256_key key;
        REQUIRE(key.read_pem(form) == key_fault::none);
        CHECK(key.public_point().x == first.public_point().x);
        CHECK(key.public_point().y == first.public_point().y);
        crypto::es256_signature signature{};
        REQUIRE(key.sign(as_bytes(std::string_view("message")), signature));
        CHECK(es256_check::verifies(text_of(first.public_point().x), text_of(first.public_point().y), "message",
                                    text_of(signature)));
    }
}

TEST_CASE("es256: signatures verify, whatever the length of r and s", "[crypto]") {
    crypto::es256_key key;
    REQUIRE(key.read_pem(es256_keys::sec1) == key_fault::none);
    auto const x = text_of(key.public_point().x), y = text_of(key.public_point().y);
    int leading_zeros = 0;
    std::set<std::string> seen;
    for (int round = 0; round != 1500; ++round) {  // one in 128 has a zero in front of r or s
        auto const message = std::string(static_cast<std::size_t>(round % 70), 'm') + std::to_string(round);
        crypto::es256_signature signature{};
        REQUIRE(key.sign(as_bytes(message), signature));
        leading_zeros += signature[0] == std::byte{0} || signature[32] == std::byte{0};
        REQUIRE(es256_check::verifies(x, y, message, text_of(signature)));
        seen.insert(text_of(signature));
        if (round % 100 != 0) continue;
        REQUIRE_FALSE(es256_check::verifies(x, y, message + ".", text_of(signature)));
        signature[40] ^= std::byte{1};
        REQUIRE_FALSE(es256_check::verifies(x, y, message, text_of(signature)));
    }
    CHECK(leading_zeros > 0);  // else, by chance, once in 100,000 runs
    CHECK(seen.size() == 1500);
    crypto::es256_signature of_nothing{};
    REQUIRE(key.sign({}, of_nothing));
    CHECK(es256_check::verifies(x, y, "", text_of(of_nothing)));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("es256: other keys are told from texts that are none", "[crypto]") {
    CHECK(read(es256_keys::secp256k1) == key_fault::not_p256);
    CHECK(read(es256_keys::p384) == key_fault::not_p256);
    CHECK(read(es256_keys::ed25519) == key_fault::not_p256);
    CHECK(read(es256_keys::explicit_parameters) == key_fault::not_p256);
    for (std::string_view const none :
         {std::string_view(""), std::string_view("key"), std::string_view("\0\0", 2),
          std::string_view("-----BEGIN EC PRIVATE KEY-----\n"),
          std::string_view("-----BEGIN EC PRIVATE KEY-----\n!!!!\n-----END EC PRIVATE KEY-----\n"),
          std::string_view("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n"),
          std::string_view(es256_keys::public_key)})
        CHECK(read(none) == key_fault::unreadable);
    CHECK(read(std::string(std::size_t{64} << 10, '\n') + es256_keys::sec1) == key_fault::unreadable);
    CHECK(crypto::describe(key_fault::unreadable) == "is not a private key in PEM");
    CHECK(crypto::describe(key_fault::not_p256) == "is not a private key on the curve P-256");
    CHECK(crypto::describe(key_fault::none) == "is a key");
}

TEST_CASE("es256: nobody is asked for the password of an encrypted key", "[crypto]") {
    static bool asked = false;
    UI_METHOD* const terminal = UI_create_method("test");
    REQUIRE(terminal);
    UI_method_set_opener(terminal, [](UI*) {
        asked = true;
        return 0;
    });
    UI_set_default_method(terminal);
    CHECK(read(es256_keys::encrypted_pkcs8) == key_fault::unreadable);
    CHECK(read(es256_keys::encrypted_sec1) == key_fault::unreadable);
    UI_set_default_method(UI_OpenSSL());
    UI_destroy_method(terminal);
    CHECK_FALSE(asked);
}

TEST_CASE("es256: a key that is cut off anywhere is none", "[crypto]") {
    for (std::string_view const whole : {std::string_view(es256_keys::sec1), std::string_view(es256_keys::pkcs8)})
        for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
            INFO(size);
            REQUIRE(read(whole.substr(0, size)) == key_fault::unreadable);
        }
}

TEST_CASE("es256: one wrong character gives no key, or another one", "[crypto]") {
    std::string text = es256_keys::sec1;
    for (std::size_t at = 0; at != text.size(); ++at) {
        char const kept = std::exchange(text[at], text[at] == 'A' ? 'B' : 'A');
        crypto::es256_key key;
        if (key.read_pem(text) == key_fault::none) {
            crypto::es256_signature signature{};
            static_cast<void>(key.sign(as_bytes(std::string_view("m")), signature));
        }
        text[at] = kept;
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("es256: without a key nothing is signed, and a fault leaves none behind", "[crypto]") {
    crypto::es256_key key;
    crypto::es256_signature signature;
    signature.fill(std::byte{7});
    CHECK_FALSE(key.sign(as_bytes(std::string_view("m")), signature));
    CHECK(signature == crypto::es256_signature{});

    REQUIRE(key.read_pem(es256_keys::sec1) == key_fault::none);
    auto moved = std::move(key);
    CHECK(moved.sign(as_bytes(std::string_view("m")), signature));
    CHECK(moved.read_pem("nothing") == key_fault::unreadable);
    CHECK_FALSE(moved);
    CHECK(moved.public_point().x == crypto::p256_point{}.x);
    CHECK_FALSE(moved.sign(as_bytes(std::string_view("m")), signature));
}

TEST_CASE("es256: errors of others stay on OpenSSL's list", "[crypto]") {
    ERR_clear_error();
    unsigned char const garbage[] = {1, 2, 3};
    unsigned char const* from = garbage;
    REQUIRE(d2i_PUBKEY(nullptr, &from, 3) == nullptr);
    auto const before = ERR_peek_last_error();
    REQUIRE(before != 0);
    crypto::es256_key key;
    CHECK(key.read_pem("nothing") == key_fault::unreadable);
    CHECK(ERR_peek_last_error() == before);
    ERR_clear_error();
}
