// SPDX-License-Identifier: MIT
// Owns what is needed of OpenSSL's libcrypto: SHA-256, HMAC-SHA-256, SHA-1, random bytes, comparing and wiping secrets.
// Never touches TLS, never ignores a failure of OpenSSL; with crypto/ it is all that includes a header of OpenSSL's.
#ifndef BEDROCK_CRYPTO_HPP
#define BEDROCK_CRYPTO_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/hex.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::crypto {

namespace detail {

/// An object of OpenSSL's, given back when this goes. Not a std::unique_ptr: each is forty functions at -O0.
template <class T, auto Free>
class owned {
  public:
    explicit owned(T* object = nullptr) noexcept : object_(object) {}
    owned(owned&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    owned& operator=(owned other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~owned() {
        if (object_) Free(object_);
    }
    T* get() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

  private:
    T* object_;
};

}  // namespace detail

/// 32 bytes (FIPS 180-4).
using sha256_digest = std::array<std::byte, 32>;

/// SHA-256 of a message that comes in pieces; one object serves any number of messages, one after the other.
///
/// The algorithm is looked up once and its context reused: OpenSSL 3 takes longer to look it up than to hash 64 bytes.
/// **Errors:** the first failure of OpenSSL (out of memory, a provider without SHA-256) is kept until `restart()`, and
/// `finish` returns false; the next message tries again. What was moved from fails until it is assigned to.
/// **Thread safety:** one thread at a time.
class sha256 {
  public:
    /// **Allocates:** OpenSSL's context.
    sha256() noexcept;
    sha256(sha256&& other) noexcept = default;
    sha256& operator=(sha256&& other) noexcept = default;

    /// Forgets the pieces so far.
    void restart() noexcept { stage_ = stage::idle; }
    void update(byte_view piece) noexcept;
    void update(std::string_view piece) noexcept { update(as_bytes(piece)); }
    /// Writes the digest and is ready for the next message. False where OpenSSL failed: `out` is all zero then.
    [[nodiscard]] bool finish(sha256_digest& out) noexcept;

  private:
    friend class hmac_sha256_key;
    enum class stage : unsigned char { idle, running, failed };
    struct moved_mark {
        moved_mark() = default;
        moved_mark(moved_mark&& other) noexcept : is_set(std::exchange(other.is_set, true)) {}
        moved_mark& operator=(moved_mark&& other) noexcept {
            is_set = std::exchange(other.is_set, true);
            return *this;
        }
        bool is_set = false;
    };
    using context = detail::owned<EVP_MD_CTX, EVP_MD_CTX_free>;  // which wipes too
    static void free_algorithm(EVP_MD const* algorithm) noexcept;
    void set_up() noexcept;
    void start() noexcept;
    bool is_running() const noexcept { return stage_ == stage::running && context_; }

    detail::owned<EVP_MD const, free_algorithm> algorithm_;
    context context_;
    stage stage_ = stage::idle;
    bool prepared_ = false;
    moved_mark moved_{};
};

/// SHA-256 of one message, with a hash at hand; what it was fed before is forgotten. False where OpenSSL failed.
[[nodiscard]] bool hash_sha256(sha256& hash, byte_view message, sha256_digest& out) noexcept;
/// The same with a hash of its own.
[[nodiscard]] bool hash_sha256(byte_view message, sha256_digest& out) noexcept;

/// HMAC-SHA-256 (RFC 2104), with a hash at hand; what it was fed before is forgotten. `out` may be the memory of `key`.
/// False where OpenSSL failed: `out` is all zero then.
[[nodiscard]] bool hmac_sha256(sha256& hash, byte_view key, byte_view message, sha256_digest& out) noexcept;
/// The same with a hash of its own.
[[nodiscard]] bool hmac_sha256(byte_view key, byte_view message, sha256_digest& out) noexcept;

/// A key of HMAC-SHA-256 for many messages: what the key alone decides is computed once, which saves two of the blocks
/// that a message is hashed with. As secret as the key; wiped when it is replaced or goes.
/// **Thread safety:** one thread at a time.
class hmac_sha256_key {
  public:
    /// Takes a key, with a hash at hand. False where OpenSSL failed: there is no key then.
    /// **Allocates:** two contexts of OpenSSL, the first time.
    [[nodiscard]] bool set(sha256& hash, byte_view key) noexcept;
    /// As `hmac_sha256` with the key that was set; false where there is none.
    [[nodiscard]] bool authenticate(sha256& hash, byte_view message, sha256_digest& out) const noexcept;
    void forget() noexcept;

  private:
    bool keep(sha256& hash, sha256::context& at, byte_view pad) noexcept;
    static bool resume(sha256& hash, sha256::context const& from) noexcept;

    sha256::context inner_;
    sha256::context outer_;
};

/// 20 bytes (FIPS 180-4).
using sha1_digest = std::array<std::byte, 20>;

/// SHA-1 of one message. For names that others have settled, such as those of AWS's token files: it protects nothing.
/// False where OpenSSL failed: `out` is all zero then.
[[nodiscard]] bool hash_sha1(byte_view message, sha1_digest& out) noexcept;

/// Equality of secrets: the time depends on the lengths only.
bool constant_time_equal(byte_view left, byte_view right) noexcept;
bool constant_time_equal(std::string_view left, std::string_view right) noexcept;

/// Overwrites a secret, and the compiler may not leave it out.
void secure_wipe(void* secret, std::size_t size) noexcept;
void secure_wipe(std::span<std::byte> secret) noexcept;
/// Overwrites all that the string holds memory for and leaves it empty.
void secure_wipe(std::string& secret) noexcept;

/// Resizes a secret text. If its memory moves, the old memory is wiped.
void resize_wiping(std::string& secret, std::size_t size);

/// Fills `out` from OpenSSL's generator. False where it has no entropy: `out` must not be used then.
/// **Thread safety:** any.
[[nodiscard]] bool random_bytes(std::span<std::byte> out) noexcept;

/// Uniform in [0, 1), for jitter. Where OpenSSL has no entropy it is the largest value below 1: the longest pause.
/// **Thread safety:** any.
double random_unit() noexcept;

/// A version 4 UUID (RFC 9562, 5.4), lower case with hyphens, made of 16 bytes that `fill(std::span<std::byte>)` is
/// asked for. "" where `fill` returns false.
template <class Source>
requires std::predicate<Source&, std::span<std::byte>> std::string make_uuid_v4(Source&& fill);

/// The same from `random_bytes`.
std::string make_uuid_v4();

// ---------------------------------------------------------------------------------------------------------------------

// OpenSSL 3 looks an algorithm up by name in its providers; its forks and ancestors have constant tables instead.
#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER) && !defined(OPENSSL_IS_BORINGSSL)
inline void sha256::free_algorithm(EVP_MD const* algorithm) noexcept {
    EVP_MD_free(const_cast<EVP_MD*>(algorithm));
}
inline void sha256::set_up() noexcept {
    if (!algorithm_) algorithm_ = decltype(algorithm_)(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
    if (!context_) context_ = context(EVP_MD_CTX_new());
}
#else
inline void sha256::free_algorithm(EVP_MD const*) noexcept {}
inline void sha256::set_up() noexcept {
    if (!algorithm_) algorithm_ = decltype(algorithm_)(EVP_sha256());
    if (!context_) context_ = context(EVP_MD_CTX_new());
}
#endif

inline sha256::sha256() noexcept {
    set_up();
}

inline void sha256::start() noexcept {
    if ((!algorithm_ || !context_) && !moved_.is_set) {
        set_up();
        prepared_ = false;
    }
    // Named once: a context that has its algorithm is only reset, which OpenSSL does faster.
    auto const* const named = prepared_ ? nullptr : algorithm_.get();
    bool const ready = algorithm_ && context_ && EVP_DigestInit_ex(context_.get(), named, nullptr) == 1;
    prepared_ = ready;
    stage_ = ready ? stage::running : stage::failed;
}

inline void sha256::update(byte_view piece) noexcept {
    if (piece.empty()) return;
    if (stage_ == stage::idle) start();
    if (is_running() && EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) != 1)
        stage_ = stage::failed;
}

inline bool sha256::finish(sha256_digest& out) noexcept {
    if (stage_ == stage::idle) start();
    auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
    if (is_running() && EVP_DigestFinal_ex(context_.get(), bytes, nullptr) == 1) {
        stage_ = stage::idle;
        return true;
    }
    stage_ = stage::failed;
    out.fill(std::byte{0});
    return false;
}

inline bool hash_sha256(sha256& hash, byte_view message, sha256_digest& out) noexcept {
    hash.restart();
    hash.update(message);
    return hash.finish(out);
}

inline bool hash_sha256(byte_view message, sha256_digest& out) noexcept {
    sha256 hash;
    return hash_sha256(hash, message, out);
}

namespace detail {

using sha256_block = std::array<std::byte, 64>;

// The key as one block, xored with the pad of the inner hash.
inline bool make_inner_pad(sha256& hash, byte_view key, sha256_block& pad) noexcept {
    bool good = true;
    if (key.size() > pad.size()) {
        sha256_digest digest{};
        good = hash_sha256(hash, key, digest);
        std::copy(digest.begin(), digest.end(), pad.begin());
        secure_wipe(digest);
    } else {
        std::copy(key.begin(), key.end(), pad.begin());
    }
    for (auto& byte : pad) byte ^= std::byte{0x36};
    return good;
}

inline void turn_to_outer_pad(sha256_block& pad) noexcept {
    for (auto& byte : pad) byte ^= std::byte{0x36 ^ 0x5c};
}

}  // namespace detail

inline bool hmac_sha256(sha256& hash, byte_view key, byte_view message, sha256_digest& out) noexcept {
    detail::sha256_block pad{};
    sha256_digest inner{};
    bool good = detail::make_inner_pad(hash, key, pad);
    hash.restart();
    hash.update(pad);
    hash.update(message);
    good = hash.finish(inner) && good;
    detail::turn_to_outer_pad(pad);
    hash.restart();
    hash.update(pad);
    hash.update(inner);
    good = hash.finish(out) && good;
    secure_wipe(pad);
    secure_wipe(inner);
    if (!good) out.fill(std::byte{0});
    return good;
}

inline bool hmac_sha256_key::keep(sha256& hash, sha256::context& at, byte_view pad) noexcept {
    hash.restart();
    hash.update(pad);
    if (!at) at = sha256::context(EVP_MD_CTX_new());
    return hash.stage_ == sha256::stage::running && at && EVP_MD_CTX_copy_ex(at.get(), hash.context_.get()) == 1;
}

inline bool hmac_sha256_key::resume(sha256& hash, sha256::context const& from) noexcept {
    bool const resumed = from && hash.context_ && EVP_MD_CTX_copy_ex(hash.context_.get(), from.get()) == 1;
    hash.prepared_ = resumed;
    hash.stage_ = resumed ? sha256::stage::running : sha256::stage::failed;
    return resumed;
}

inline bool hmac_sha256_key::set(sha256& hash, byte_view key) noexcept {
    detail::sha256_block pad{};
    bool good = detail::make_inner_pad(hash, key, pad) && keep(hash, inner_, pad);
    detail::turn_to_outer_pad(pad);
    good = good && keep(hash, outer_, pad);
    hash.restart();
    secure_wipe(pad);
    if (!good) forget();
    return good;
}

inline bool hmac_sha256_key::authenticate(sha256& hash, byte_view message, sha256_digest& out) const noexcept {
    bool good = resume(hash, inner_);
    hash.update(message);
    good = hash.finish(out) && good;
    good = good && resume(hash, outer_);
    hash.update(out);
    good = hash.finish(out) && good;
    if (!good) out.fill(std::byte{0});
    return good;
}

inline void hmac_sha256_key::forget() noexcept {
    inner_ = sha256::context();
    outer_ = sha256::context();
}

inline bool hmac_sha256(byte_view key, byte_view message, sha256_digest& out) noexcept {
    sha256 hash;
    return hmac_sha256(hash, key, message, out);
}

inline bool hash_sha1(byte_view message, sha1_digest& out) noexcept {
    auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_Digest(message.data(), message.size(), bytes, nullptr, EVP_sha1(), nullptr) == 1) return true;
    out.fill(std::byte{0});
    return false;
}

inline bool constant_time_equal(byte_view left, byte_view right) noexcept {
    return left.size() == right.size() && (left.empty() || CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0);
}

inline bool constant_time_equal(std::string_view left, std::string_view right) noexcept {
    return constant_time_equal(as_bytes(left), as_bytes(right));
}

inline void secure_wipe(void* secret, std::size_t size) noexcept {
    if (size != 0) OPENSSL_cleanse(secret, size);
}

inline void secure_wipe(std::span<std::byte> secret) noexcept {
    secure_wipe(secret.data(), secret.size());
}

inline void secure_wipe(std::string& secret) noexcept {
    secret.resize(secret.capacity());  // within the capacity: cannot throw, and brings all of it in reach
    secure_wipe(secret.data(), secret.size());
    secret.clear();
}

inline void resize_wiping(std::string& secret, std::size_t size) {
    if (size > secret.capacity()) {
        std::string larger;
        larger.reserve((std::max)(size, 2 * secret.capacity()));
        larger = secret;
        secret.swap(larger);
        secure_wipe(larger);
    }
    secret.resize(size);
}

inline bool random_bytes(std::span<std::byte> out) noexcept {
    constexpr std::size_t most = 0x10000;  // RAND_bytes counts in int
    for (; !out.empty(); out = out.subspan((std::min)(most, out.size()))) {
        auto const count = static_cast<int>((std::min)(most, out.size()));
        if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), count) != 1) return false;
    }
    return true;
}

inline double random_unit() noexcept {
    std::array<std::byte, 8> bytes{};
    if (!random_bytes(bytes)) bytes.fill(std::byte{0xff});
    constexpr double unit = 1.0 / 9007199254740992.0;  // 2^-53: as many bits as a double holds
    return static_cast<double>(load_big_endian<std::uint64_t>(bytes.data()) >> 11) * unit;
}

template <class Source>
requires std::predicate<Source&, std::span<std::byte>> std::string make_uuid_v4(Source&& fill) {
    std::array<std::byte, 16> bytes{};
    if (!fill(std::span<std::byte>(bytes))) return {};
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // version 4
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // variant 10
    std::string text;
    text.reserve(36);
    byte_view rest = bytes;
    for (std::size_t const length : {4u, 2u, 2u, 2u, 6u}) {
        if (!text.empty()) text += '-';
        append_hex(text, rest.first(length));
        rest = rest.subspan(length);
    }
    return text;
}

inline std::string make_uuid_v4() {
    return make_uuid_v4([](std::span<std::byte> out) { return random_bytes(out); });
}

}  // namespace bedrock::inline BEDROCK_ABI::crypto

#endif
