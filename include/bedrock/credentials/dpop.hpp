// SPDX-License-Identifier: MIT
// Owns the proof that a request comes from whoever holds a key (DPoP, RFC 9449), as a JWT for the header of that name.
// Never reads a clock, draws a random number or keeps a key.
#ifndef BEDROCK_CREDENTIALS_DPOP_HPP
#define BEDROCK_CREDENTIALS_DPOP_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto/es256.hpp"
#include "bedrock/json/writer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// What a proof is about. **Lifetime:** of the texts.
struct dpop_claims {
    /// Of the request.
    std::string_view method{};
    /// Of the request, without query and fragment.
    std::string_view url{};
    /// Another one for each proof; a version 4 UUID will do (RFC 9449, 4.2).
    std::string_view id{};
    /// Seconds since 1970.
    std::int64_t issued_at = 0;
};

/// The value of the header `DPoP`. **Errors:** "" without a key, or where OpenSSL failed.
/// **Wire:** RFC 9449, 4.2, signed with ES256 (RFC 7518, 3.4), the public key in the head.
template <class = void>
std::string make_dpop_proof(crypto::es256_key const& key, dpop_claims const& claims);

// ---------------------------------------------------------------------------------------------------------------------

namespace dpop_detail {

inline std::string encode(byte_view bytes) {
    std::string text;
    append_base64url(text, bytes);
    return text;
}

inline std::string make_head(crypto::p256_point const& point) {
    std::string text;
    json::writer out(text);
    out.begin_object();
    out.key("typ");
    out.string("dpop+jwt");
    out.key("alg");
    out.string("ES256");
    out.key("jwk");
    out.begin_object();
    out.key("kty");
    out.string("EC");
    out.key("crv");
    out.string("P-256");
    out.key("x");
    out.string(encode(point.x));
    out.key("y");
    out.string(encode(point.y));
    out.end_object();
    out.end_object();
    return text;
}

inline std::string make_payload(dpop_claims const& claims) {
    std::string text;
    json::writer out(text);
    out.begin_object();
    out.key("jti");
    out.string(claims.id);
    out.key("htm");
    out.string(claims.method);
    out.key("htu");
    out.string(claims.url);
    out.key("iat");
    out.number(claims.issued_at);
    out.end_object();
    return text;
}

}  // namespace dpop_detail

template <class>
std::string make_dpop_proof(crypto::es256_key const& key, dpop_claims const& claims) {
    std::string proof;
    append_base64url(proof, as_bytes(dpop_detail::make_head(key.public_point())));
    proof.push_back('.');
    append_base64url(proof, as_bytes(dpop_detail::make_payload(claims)));
    crypto::es256_signature signature;
    if (!key.sign(as_bytes(proof), signature)) return {};
    proof.push_back('.');
    append_base64url(proof, signature);
    return proof;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
