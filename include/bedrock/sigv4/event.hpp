// SPDX-License-Identifier: MIT
// Owns what is signed of one event of a stream that goes to AWS (AWS4-HMAC-SHA256-PAYLOAD).
// Never frames the event, and never keeps the chain: each event is given the signature of the one before.
#ifndef BEDROCK_SIGV4_EVENT_HPP
#define BEDROCK_SIGV4_EVENT_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/sigv4/key.hpp"
#include "bedrock/sigv4/request.hpp"
#include "bedrock/sigv4/status.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// One event to be signed. **Lifetime:** of all that it views, as long as the call.
struct event {
    /// The encoded headers of the outer frame but for `:chunk-signature`: one `:date`, whose second is the scope's.
    byte_view headers{};
    /// The payload of the outer frame: the whole inner frame, or nothing in the event that ends the stream.
    byte_view payload{};
    /// Of the event before, and for the first one of the request that opens the stream: 64 hexadecimal digits. May be
    /// the `hex` of the `event_signature` that is written.
    std::string_view prior_signature{};
};

/// An event's signature and the stage that led to it. May be used again and again: its memory is reused.
struct event_signature {
    std::string string_to_sign{};
    /// The value of the outer frame's `:chunk-signature`.
    crypto::sha256_digest bytes{};
    /// The same as 64 hexadecimal digits: the prior signature of the next event.
    std::string hex{};

    /// Empties it; the memory of the texts stays.
    void clear() noexcept;
};

/// Whether the prior signature is one.
status validate(event const& what) noexcept;

/// Appends the string to sign of an event; `time` is its `20150830T123600Z`. False where OpenSSL failed.
[[nodiscard]] bool append_event_string_to_sign(crypto::sha256& hash, std::string& out, std::string_view time,
                                               scope const& where, event const& what);

// ---------------------------------------------------------------------------------------------------------------------

inline void event_signature::clear() noexcept {
    string_to_sign.clear();
    bytes.fill(std::byte{0});
    hex.clear();
}

inline status validate(event const& what) noexcept {
    bool is_signature = what.prior_signature.size() == 64;
    for (char const c : what.prior_signature)
        is_signature = is_signature && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return is_signature ? status{} : status{fault::invalid_prior_signature, stage::input};
}

inline bool append_event_string_to_sign(crypto::sha256& hash, std::string& out, std::string_view time,
                                        scope const& where, event const& what) {
    crypto::sha256_digest of_headers{};
    crypto::sha256_digest of_payload{};
    if (!crypto::hash_sha256(hash, what.headers, of_headers) || !crypto::hash_sha256(hash, what.payload, of_payload))
        return false;
    constexpr std::size_t fixed = 320;  // the algorithm, the time, three digests, the scope's constant parts
    out.reserve(out.size() + fixed + where.region.size() + where.service.size());
    out.append("AWS4-HMAC-SHA256-PAYLOAD\n").append(time).push_back('\n');
    append_credential_scope(out, time, where);
    out.append(1, '\n').append(what.prior_signature).push_back('\n');
    append_hex(out, of_headers);
    out.push_back('\n');
    append_hex(out, of_payload);
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
