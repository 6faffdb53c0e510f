// SPDX-License-Identifier: MIT
// Owns AWS Signature Version 4: requests signed in headers or in the query, and events, every stage of it visible.
// Never sends, changes or re-encodes the request: the target is signed as it goes on the wire.
#ifndef BEDROCK_SIGV4_HPP
#define BEDROCK_SIGV4_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/http.hpp"
#include "bedrock/sigv4/canonical.hpp"
#include "bedrock/sigv4/event.hpp"
#include "bedrock/sigv4/key.hpp"
#include "bedrock/sigv4/query.hpp"
#include "bedrock/sigv4/request.hpp"
#include "bedrock/sigv4/status.hpp"
#include "bedrock/time.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// A signature and the stages that led to it. May be used again and again: its memory is reused, and wiped at the end,
/// because a session token stands in it. Nothing that is to be signed may view it.
struct signature {
    signature() = default;
    signature(signature const&) = default;
    signature(signature&&) = default;
    signature& operator=(signature const&) = default;
    signature& operator=(signature&&) = default;
    ~signature();

    std::string canonical_request{};
    std::string string_to_sign{};
    /// Lower case, sorted, joined by `;`.
    std::string signed_headers{};
    /// 64 hexadecimal digits.
    std::string hex{};
    /// To be added to the request: X-Amz-Security-Token, X-Amz-Date, x-amz-content-sha256 and Authorization, those that
    /// apply. Empty after a fault, and where the request is presigned.
    http::header_list headers{};
    /// To be sent instead of the request's target where it is presigned, else empty.
    std::string target{};

    /// The value of the Authorization header, or "" where there is none. **Lifetime:** of `headers`.
    std::string_view authorization() const noexcept;
    /// Empties it; the memory of the texts stays.
    void clear() noexcept;
};

/// Signs a request in its headers. Caches nothing; `signer` does the same for many requests.
/// **Errors:** any fault, `out` empty then.
/// **Allocates:** in `out`, and the memory of a signer.
/// **Thread safety:** any.
status sign(request const& what, credentials_view const& with, scope const& where, options const& how, signature& out);

/// Signs a request in its query: `out.target` with the request's own headers that are signed is good for whoever has
/// it, from the scope's time and for so many seconds (1 to 604800). `options::sign_body` does not apply: the body's
/// hash is signed, but no header is added; S3 wants `unsigned_payload`.
/// **Errors:** any fault, `out` empty then.
/// **Thread safety:** any.
status presign(request const& what, std::int64_t expires_seconds, credentials_view const& with, scope const& where,
               options const& how, signature& out);

/// Signs one event of a stream; the scope's time is the event's own.
/// **Errors:** invalid_prior_signature, invalid_credentials, invalid_scope, invalid_time, crypto; `out` empty then.
/// **Thread safety:** any.
status sign_event(event const& what, credentials_view const& with, scope const& where, event_signature& out);

/// The three for many requests: keeps the digest context, the memory, and the keys derived from the last secrets, so
/// that a signature costs one HMAC instead of five.
///
/// **Allocates:** nothing where key, sizes and `out` have been used before, but what was moved out of `out` meanwhile.
/// **Thread safety:** one thread at a time; a client keeps one signer an engine, which one call has at a time.
class signer {
  public:
    signer() = default;
    // Moving would leave secrets behind in the short strings of the old place.
    signer(signer const&) = delete;
    signer& operator=(signer const&) = delete;

    /// As the free functions, with the same answers.
    status sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                signature& out);
    status presign(request const& what, std::int64_t expires_seconds, credentials_view const& with, scope const& where,
                   options const& how, signature& out);
    status sign_event(event const& what, credentials_view const& with, scope const& where, event_signature& out);

    /// Wipes the cached keys.
    void forget() noexcept { keys_.forget(); }

  private:
    status begin(request const& what, std::string_view& payload_hash, scope const& where);
    status complete(credentials_view const& with, scope const& where, signature& out);
    status sign_text(std::string_view text, credentials_view const& with, scope const& where,
                     crypto::sha256_digest& out);
    status sign_valid(request const& what, credentials_view const& with, scope const& where, options const& how,
                      signature& out);
    status presign_valid(request const& what, std::int64_t expires_seconds, credentials_view const& with,
                         scope const& where, options const& how, signature& out);
    status sign_valid_event(event const& what, credentials_view const& with, scope const& where, event_signature& out);

    crypto::sha256 hash_{};
    key_cache keys_{};
    canonical_writer canonical_{};
    std::string time_{};  // X-Amz-Date
    std::string body_hash_{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

// An upper limit, so that a canonical request never grows while a session token stands in it.
inline std::size_t canonical_size(request const& what, std::span<http::header const> added,
                                  std::string_view payload_hash) noexcept {
    std::size_t size = what.method.size() + 3 * what.target.size() + payload_hash.size() + 8;
    for (auto const list : {what.headers, added})
        for (auto const& header : list) size += 2 * header.name.size() + header.value.size() + 3;
    return size;
}

inline std::string_view find_payload_hash(std::span<http::header const> headers) noexcept {
    for (auto const& header : headers)
        if (http::equal_names(header.name, content_hash_name)) return ascii::trim(header.value);
    return {};
}

// Empties all but the headers, whose memory is still of use. The first of them is not wiped where the next token is
// written over the last one, in its place and memory.
inline void restart(signature& out, std::string_view next_token = {}) noexcept {
    for (auto& header : out.headers) {
        bool const overwritten =
            &header == out.headers.data() && !next_token.empty() && next_token.size() <= header.value.capacity();
        if (header.name == token_name && !overwritten) crypto::secure_wipe(header.value);
    }
    out.canonical_request.clear();
    out.string_to_sign.clear();
    out.signed_headers.clear();
    out.hex.clear();
    out.target.clear();
}

// Writes headers over those of an earlier signature.
class header_writer {
  public:
    explicit header_writer(http::header_list& list) : list_(list) {
        list.reserve(4);  // all that a signature adds: growth would leave a short token behind
    }
    std::string& add(std::string_view name, std::string_view value = {}) {
        if (used_ == list_.size()) list_.emplace_back();
        auto& header = list_[used_++];
        header.name = name;
        header.value = value;
        return header.value;
    }
    std::span<http::header const> written() const noexcept { return {list_.data(), used_}; }
    void finish() { list_.resize(used_); }

  private:
    http::header_list& list_;
    std::size_t used_ = 0;
};

}  // namespace detail

inline std::string_view signature::authorization() const noexcept {
    for (auto const& header : headers)
        if (header.name == "Authorization") return header.value;
    return {};
}

inline void signature::clear() noexcept {
    detail::restart(*this);
    headers.clear();
}

inline signature::~signature() {
    clear();
    crypto::secure_wipe(canonical_request);
    crypto::secure_wipe(target);
}

// The time and the payload hash, which views the request or `body_hash_`.
inline status signer::begin(request const& what, std::string_view& payload_hash, scope const& where) {
    time_.clear();
    if (!append_basic_iso8601(time_, {where.unix_seconds, 0})) return {fault::invalid_time, stage::input};
    payload_hash = detail::find_payload_hash(what.headers);
    if (payload_hash.empty()) payload_hash = what.payload_hash;
    if (!payload_hash.empty()) return {};
    crypto::sha256_digest digest{};
    if (!crypto::hash_sha256(hash_, what.body, digest)) return {fault::crypto, stage::canonical_request};
    body_hash_.clear();
    append_hex(body_hash_, digest);
    payload_hash = body_hash_;
    return {};
}

inline status signer::sign_text(std::string_view text, credentials_view const& with, scope const& where,
                                crypto::sha256_digest& out) {
    auto const* const key = keys_.find_hmac(hash_, with.secret_access_key, std::string_view(time_).substr(0, 8), where);
    if (!key) return {fault::crypto, stage::signing_key};
    if (!key->authenticate(hash_, as_bytes(text), out)) return {fault::crypto, stage::signature};
    return {};
}

// From the canonical request to the signature.
inline status signer::complete(credentials_view const& with, scope const& where, signature& out) {
    crypto::sha256_digest digest{};
    if (!crypto::hash_sha256(hash_, as_bytes(out.canonical_request), digest))
        return {fault::crypto, stage::string_to_sign};
    out.string_to_sign.reserve(128 + where.region.size() + where.service.size());
    out.string_to_sign.append(detail::algorithm).append(1, '\n').append(time_).push_back('\n');
    append_credential_scope(out.string_to_sign, time_, where);
    out.string_to_sign.push_back('\n');
    append_hex(out.string_to_sign, digest);
    auto const found = sign_text(out.string_to_sign, with, where, digest);
    if (found.ok()) append_hex(out.hex, digest);
    return found;
}

inline status signer::sign_valid(request const& what, credentials_view const& with, scope const& where,
                                 options const& how, signature& out) {
    std::string_view payload_hash;
    if (auto const found = begin(what, payload_hash, where); !found.ok()) return found;
    bool const signs_token = !with.session_token.empty() && !how.omit_session_token;
    bool const sends_hash = how.sign_body && detail::find_payload_hash(what.headers).empty();
    detail::header_writer added(out.headers);
    if (signs_token) added.add(detail::token_name, with.session_token);
    added.add("X-Amz-Date", time_);
    if (sends_hash) added.add(detail::content_hash_name, payload_hash);

    canonical_.take_headers(what.headers, added.written());
    canonical_.append_signed_names(out.signed_headers);
    detail::prepare(out.canonical_request, detail::canonical_size(what, added.written(), payload_hash));
    canonical_.append_request(out.canonical_request, what, out.signed_headers, payload_hash, how);
    if (auto const found = complete(with, where, out); !found.ok()) return found;

    auto& authorization = added.add("Authorization");
    authorization.reserve(out.string_to_sign.size() + with.access_key_id.size() + out.signed_headers.size() + 64);
    authorization.append(detail::algorithm).append(" Credential=").append(with.access_key_id).push_back('/');
    append_credential_scope(authorization, time_, where);
    authorization.append(", SignedHeaders=").append(out.signed_headers);
    authorization.append(", Signature=").append(out.hex);
    if (!with.session_token.empty() && !signs_token) added.add(detail::token_name, with.session_token);
    added.finish();
    return {};
}

inline status signer::presign_valid(request const& what, std::int64_t expires_seconds, credentials_view const& with,
                                    scope const& where, options const& how, signature& out) {
    std::string_view payload_hash;
    if (auto const found = begin(what, payload_hash, where); !found.ok()) return found;
    canonical_.take_headers(what.headers);
    canonical_.append_signed_names(out.signed_headers);

    constexpr std::size_t fixed = 384;  // all names, the signature and what `append_presigned_target` counts so
    detail::prepare(out.target, what.target.size() + fixed +
                                    3 * (with.access_key_id.size() + where.region.size() + where.service.size() +
                                         out.signed_headers.size() + with.session_token.size()));
    append_presigned_target(out.target, what.target, with.access_key_id, time_, where, out.signed_headers,
                            expires_seconds);
    auto const add_token = [&] {
        if (!with.session_token.empty()) append_query_parameter(out.target, detail::token_name, with.session_token);
    };
    if (!how.omit_session_token) add_token();

    auto presigned = what;
    presigned.target = out.target;
    detail::prepare(out.canonical_request, detail::canonical_size(presigned, {}, payload_hash));
    canonical_.append_request(out.canonical_request, presigned, out.signed_headers, payload_hash, how);
    if (auto const found = complete(with, where, out); !found.ok()) return found;

    if (how.omit_session_token) add_token();
    append_query_parameter(out.target, "X-Amz-Signature", out.hex);
    return {};
}

inline status signer::sign_valid_event(event const& what, credentials_view const& with, scope const& where,
                                       event_signature& out) {
    time_.clear();
    if (!append_basic_iso8601(time_, {where.unix_seconds, 0})) return {fault::invalid_time, stage::input};
    out.string_to_sign.clear();
    if (!append_event_string_to_sign(hash_, out.string_to_sign, time_, where, what))
        return {fault::crypto, stage::string_to_sign};
    if (auto const found = sign_text(out.string_to_sign, with, where, out.bytes); !found.ok()) return found;
    out.hex.clear();  // not before: the prior signature may stand there
    append_hex(out.hex, out.bytes);
    return {};
}

inline status signer::sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                           signature& out) {
    detail::restart(out, how.omit_session_token ? std::string_view() : with.session_token);
    auto found = validate(what, with, where);
    if (found.ok()) found = sign_valid(what, with, where, how, out);
    if (!found.ok()) out.clear();
    return found;
}

inline status signer::presign(request const& what, std::int64_t expires_seconds, credentials_view const& with,
                              scope const& where, options const& how, signature& out) {
    out.clear();
    auto found = validate(what, with, where);
    if (found.ok()) found = validate_presigned(what.target, expires_seconds, !with.session_token.empty());
    if (found.ok()) found = presign_valid(what, expires_seconds, with, where, how, out);
    if (!found.ok()) out.clear();
    return found;
}

inline status signer::sign_event(event const& what, credentials_view const& with, scope const& where,
                                 event_signature& out) {
    auto found = validate(with, where);
    if (found.ok()) found = validate(what);
    if (found.ok()) found = sign_valid_event(what, with, where, out);
    if (!found.ok()) out.clear();
    return found;
}

inline status sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                   signature& out) {
    signer once;
    return once.sign(what, with, where, how, out);
}

inline status presign(request const& what, std::int64_t expires_seconds, credentials_view const& with,
                      scope const& where, options const& how, signature& out) {
    signer once;
    return once.presign(what, expires_seconds, with, where, how, out);
}

inline status sign_event(event const& what, credentials_view const& with, scope const& where, event_signature& out) {
    signer once;
    return once.sign_event(what, with, where, out);
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
