// SPDX-License-Identifier: MIT
// Owns the signing key that a secret becomes for one day, region and service, and the keys that are kept.
// Never keeps a key or a secret longer than asked: both are wiped when they are replaced or their owner goes.
#ifndef BEDROCK_SIGV4_KEY_HPP
#define BEDROCK_SIGV4_KEY_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/sigv4/request.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// Appends "day/region/service/aws4_request"; `time` is the `20150830T123600Z` of the request.
void append_credential_scope(std::string& out, std::string_view time, scope const& where);

/// Derives the key that signs on one day (`20150830`) in one region for one service. False where OpenSSL failed.
/// The key is as secret as what it comes from, for that day: wipe it.
[[nodiscard]] bool derive_signing_key(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                                      scope const& where, crypto::sha256_digest& key);

/// The signing keys used last, so that a signature costs one HMAC instead of five.
///
/// A key is found by day, region, service and secret (compared in constant time); eight are kept, and the one that was
/// not asked for longest makes room. **Thread safety:** one thread at a time.
class key_cache {
  public:
    key_cache() = default;
    // Moving would leave secrets behind in the short strings of the old place.
    key_cache(key_cache const&) = delete;
    key_cache& operator=(key_cache const&) = delete;

    /// The key, derived where it is not kept; null where OpenSSL failed. **Lifetime:** until the next call.
    crypto::sha256_digest const* find(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                                      scope const& where);
    /// The same, ready to sign with.
    crypto::hmac_sha256_key const* find_hmac(crypto::sha256& hash, std::string_view secret_access_key,
                                             std::string_view day, scope const& where);
    /// Wipes all of them.
    void forget() noexcept;

  private:
    struct entry {
        entry() = default;
        entry(entry const&) = delete;
        entry& operator=(entry const&) = delete;
        ~entry() { wipe(); }
        void wipe() noexcept;

        std::string day{};
        std::string region{};
        std::string service{};
        std::string secret{};
        crypto::sha256_digest key{};
        crypto::hmac_sha256_key hmac{};
        std::uint64_t last_use = 0;
    };

    entry* find_entry(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                      scope const& where);

    std::array<entry, 8> entries_{};
    std::uint64_t uses_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void append_credential_scope(std::string& out, std::string_view time, scope const& where) {
    out.append(time.substr(0, 8)).push_back('/');
    out.append(where.region).push_back('/');
    out.append(where.service).append("/aws4_request");
}

inline bool derive_signing_key(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                               scope const& where, crypto::sha256_digest& key) {
    std::string start;
    start.reserve(4 + secret_access_key.size());
    start.append("AWS4").append(secret_access_key);
    bool const derived = crypto::hmac_sha256(hash, as_bytes(start), as_bytes(day), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes(where.region), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes(where.service), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes("aws4_request"), key);
    crypto::secure_wipe(start);
    return derived;
}

inline void key_cache::entry::wipe() noexcept {
    crypto::secure_wipe(secret);
    crypto::secure_wipe(key);
    hmac.forget();
    day.clear();
    last_use = 0;
}

inline crypto::sha256_digest const* key_cache::find(crypto::sha256& hash, std::string_view secret_access_key,
                                                    std::string_view day, scope const& where) {
    auto const* const found = find_entry(hash, secret_access_key, day, where);
    return found ? &found->key : nullptr;
}

inline crypto::hmac_sha256_key const* key_cache::find_hmac(crypto::sha256& hash, std::string_view secret_access_key,
                                                           std::string_view day, scope const& where) {
    auto const* const found = find_entry(hash, secret_access_key, day, where);
    return found ? &found->hmac : nullptr;
}

inline key_cache::entry* key_cache::find_entry(crypto::sha256& hash, std::string_view secret_access_key,
                                               std::string_view day, scope const& where) {
    entry* oldest = entries_.data();
    for (auto& kept : entries_) {
        if (kept.day == day && kept.region == where.region && kept.service == where.service &&
            crypto::constant_time_equal(kept.secret, secret_access_key)) {
            kept.last_use = ++uses_;
            return &kept;
        }
        if (kept.last_use < oldest->last_use) oldest = &kept;
    }
    oldest->wipe();
    if (!derive_signing_key(hash, secret_access_key, day, where, oldest->key) || !oldest->hmac.set(hash, oldest->key)) {
        oldest->wipe();
        return nullptr;
    }
    oldest->region = where.region;
    oldest->service = where.service;
    oldest->secret = secret_access_key;
    oldest->day = day;  // last: an entry without a day is an empty one
    oldest->last_use = ++uses_;
    return oldest;
}

inline void key_cache::forget() noexcept {
    for (auto& kept : entries_) kept.wipe();
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
