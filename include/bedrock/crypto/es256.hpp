// SPDX-License-Identifier: MIT
// Owns ES256 (RFC 7518, 3.4): a private key on the curve P-256 read from PEM, its public point, and its signatures.
// Never makes, writes or shows a key, and never asks anybody for the password of one.
#ifndef BEDROCK_CRYPTO_ES256_HPP
#define BEDROCK_CRYPTO_ES256_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::crypto {

/// r and s, 32 bytes each, big-endian (RFC 7518, 3.4): not the DER that OpenSSL makes.
using es256_signature = std::array<std::byte, 64>;

/// A public key: coordinates, big-endian (RFC 7518, 6.2.1).
struct p256_point {
    std::array<std::byte, 32> x{};
    std::array<std::byte, 32> y{};
};

/// What is wrong with a text that should be a key.
enum class key_fault : unsigned char {
    none,
    unreadable,  ///< no PEM of a private key, or one that is cut off, encrypted or damaged
    not_p256,    ///< a private key of another kind or curve, or with its point in compressed form
};

/// "is not a private key in PEM".
std::string_view describe(key_fault fault) noexcept;

/// A private key. OpenSSL wipes its copy.
/// **Thread safety:** `sign` and `public_point` from any thread, as long as none reads another key in.
class es256_key {
  public:
    /// Takes the first private key of a PEM text: SEC1 ("EC PRIVATE KEY") or PKCS #8 ("PRIVATE KEY"), not encrypted.
    /// Texts of more than 64 KiB are none. On a fault there is no key afterwards. **Allocates:** OpenSSL's key.
    template <class = void>
    key_fault read_pem(std::string_view pem) noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(key_); }
    /// Zeros without a key.
    p256_point const& public_point() const noexcept { return point_; }
    /// False without a key, or where OpenSSL failed: `out` is all zero then.
    template <class = void>
    [[nodiscard]] bool sign(byte_view message, es256_signature& out) const noexcept;

  private:
    using private_key = detail::owned<EVP_PKEY, EVP_PKEY_free>;

    private_key key_;
    p256_point point_{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace es256_detail {

/// Errors that are dealt with here must not stay on the thread's list, where a TLS connection would find them.
struct clean_error_list {
    clean_error_list() noexcept { ERR_set_mark(); }
    clean_error_list(clean_error_list const&) = delete;
    clean_error_list& operator=(clean_error_list const&) = delete;
    ~clean_error_list() { ERR_pop_to_mark(); }
};

/// Without it OpenSSL asks on the terminal.
inline int refuse_password(char*, int, int, void*) noexcept {
    return -1;
}

/// The public key as SubjectPublicKeyInfo tells the curve, and the point behind it, by functions that no version of
/// OpenSSL deprecates.
inline bool find_point(EVP_PKEY* key, p256_point& out) noexcept {
    constexpr unsigned char prefix[] = {// RFC 5480: id-ecPublicKey, secp256r1, and an uncompressed point (0x04)
                                        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                        0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    std::array<unsigned char, sizeof prefix + 64> info{};
    if (i2d_PUBKEY(key, nullptr) != static_cast<int>(info.size())) return false;
    auto* to = info.data();
    if (i2d_PUBKEY(key, &to) != static_cast<int>(info.size())) return false;
    if (std::memcmp(info.data(), prefix, sizeof prefix) != 0) return false;
    auto const* const point = info.data() + sizeof prefix;
    std::memcpy(out.x.data(), point, out.x.size());
    std::memcpy(out.y.data(), point + out.x.size(), out.y.size());
    return true;
}

inline bool write_number(BIGNUM const* number, std::byte* to) noexcept {
    int const size = BN_num_bytes(number);
    if (size > 32) return false;
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(to + (32 - size)));
    return true;
}

}  // namespace es256_detail

inline std::string_view describe(key_fault fault) noexcept {
    switch (fault) {
        case key_fault::none:
            return "is a key";
        case key_fault::unreadable:
            return "is not a private key in PEM";
        case key_fault::not_p256:
            return "is not a private key on the curve P-256";
    }
    return "is not a key";
}

template <class>
key_fault es256_key::read_pem(std::string_view pem) noexcept {
    using namespace es256_detail;
    constexpr std::size_t longest = std::size_t{64} << 10;  // a key has about 230 bytes
    clean_error_list const kept;
    key_ = private_key();
    point_ = {};
    if (pem.empty() || pem.size() > longest) return key_fault::unreadable;
    detail::owned<BIO, BIO_free> const text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!text) return key_fault::unreadable;
    private_key key(PEM_read_bio_PrivateKey(text.get(), nullptr, refuse_password, nullptr));
    if (!key) return key_fault::unreadable;
    if (!find_point(key.get(), point_)) return key_fault::not_p256;
    key_ = std::move(key);
    return key_fault::none;
}

template <class>
bool es256_key::sign(byte_view message, es256_signature& out) const noexcept {
    using namespace es256_detail;
    clean_error_list const kept;
    out.fill(std::byte{0});
    detail::owned<EVP_MD_CTX, EVP_MD_CTX_free> const context(EVP_MD_CTX_new());
    if (!key_ || !context) return false;
    std::array<unsigned char, 72> der;  // a sequence of two integers of 33 bytes
    std::size_t size = der.size();
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSignUpdate(context.get(), message.data(), message.size()) != 1 ||
        EVP_DigestSignFinal(context.get(), der.data(), &size) != 1)
        return false;
    unsigned char const* from = der.data();
    detail::owned<ECDSA_SIG, ECDSA_SIG_free> const pair(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(size)));
    if (!pair) return false;
    BIGNUM const* r = nullptr;
    BIGNUM const* s = nullptr;
    ECDSA_SIG_get0(pair.get(), &r, &s);
    return write_number(r, out.data()) && write_number(s, out.data() + 32);
}

}  // namespace bedrock::inline BEDROCK_ABI::crypto

#endif
