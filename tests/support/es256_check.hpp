// Judges ES256 signatures and the compact JWTs that carry them, with OpenSSL and without the SDK: the public key is
// rebuilt from its coordinates, the signature from r and s.
#pragma once

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace es256_check {

/// The bytes of base64 in the URL alphabet without padding; nothing for any other text.
inline std::optional<std::string> decode_base64url(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (char const c : text) {
        auto const digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<char>(bits >> count & 0xFF));
    }
    if (count >= 6 || (bits & ((1u << count) - 1)) != 0) return std::nullopt;
    return bytes;
}

/// Whether `signature` (r and s, 32 bytes each) is one of `message` by the key with these coordinates.
inline bool verifies(std::string_view x, std::string_view y, std::string_view message, std::string_view signature) {
    if (x.size() != 32 || y.size() != 32 || signature.size() != 64) return false;
    std::vector<unsigned char> info = {// RFC 5480
                                       0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    for (auto const coordinate : {x, y})
        for (char const c : coordinate) info.push_back(static_cast<unsigned char>(c));
    unsigned char const* from = info.data();
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(
        d2i_PUBKEY(nullptr, &from, static_cast<long>(info.size())), EVP_PKEY_free);
    if (!key) return false;  // also a point that is not on the curve

    auto const number = [&](std::size_t at) {
        return BN_bin2bn(reinterpret_cast<unsigned char const*>(signature.data()) + at, 32, nullptr);
    };
    std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> const pair(ECDSA_SIG_new(), ECDSA_SIG_free);
    if (!pair || ECDSA_SIG_set0(pair.get(), number(0), number(32)) != 1) return false;
    std::array<unsigned char, 80> der{};
    auto* to = der.data();
    auto const size = i2d_ECDSA_SIG(pair.get(), &to);
    if (size <= 0) return false;

    ERR_set_mark();  // OpenSSL 3.5 lists a signature that is not one as an error
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    bool const good = context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                      EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size),
                                       reinterpret_cast<unsigned char const*>(message.data()), message.size()) == 1;
    ERR_pop_to_mark();
    return good;
}

}  // namespace es256_check
