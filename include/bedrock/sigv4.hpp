// Owns AWS Signature Version 4: requests signed in headers or in the query, and events, every stage of it visible.
// Never sends, changes or re-encodes the request: the target is signed as it goes on the wire.
#ifndef BEDROCK_SIGV4_HPP
#define BEDROCK_SIGV4_HPP

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

  private:
    friend class signer;
    std::string& add_header(std::string_view name, std::string_view value = {});

    http::header_list spare_{};  // headers of earlier signatures, for their memory
};

/// Signs a request in its headers. Caches nothing; `signer` does the same for many requests.
/// **Errors:** any fault, `out` empty then.
/// **Allocates:** in `out`, and the memory of a signer.
/// **Thread safety:** any.
status sign(request const& what, credentials_view const& with, scope const& where, options const& how, signature& out);

/// Signs a request in its query: `out.target` with the request's own headers that are signed is good for whoever has
/// it, from the scope's time and for so many seconds (1 to 604800). `options::sign_body` does not apply: the body's hash
/// is signed, but no header is added; S3 wants `unsigned_payload`.
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
        if (http::equal_names(header.name, content_hash_name)) return trim(header.value);
    return {};
}

}  // namespace detail

inline std::string_view signature::authorization() const noexcept {
    for (auto const& header : headers)
        if (header.name == "Authorization") return header.value;
    return {};
}

inline void signature::clear() noexcept {
    for (; !headers.empty(); headers.pop_back())
        if (headers.back().name == detail::token_name) crypto::secure_wipe(headers.back().value);
    canonical_request.clear();
    string_to_sign.clear();
    signed_headers.clear();
    hex.clear();
    target.clear();
}

inline signature::~signature() {
    clear();
    crypto::secure_wipe(canonical_request);
    crypto::secure_wipe(target);
}
