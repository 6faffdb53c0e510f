// SPDX-License-Identifier: MIT
// Owns the faults of signing and the stages in which they are found.
// Never allocates, and never carries any of the request or of the credentials.
#ifndef BEDROCK_SIGV4_STATUS_HPP
#define BEDROCK_SIGV4_STATUS_HPP

#include "bedrock/config.hpp"

#include <string_view>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// Why something was not signed.
enum class fault : unsigned char {
    none,                  ///< nothing
    invalid_method,        ///< empty, or not an HTTP token
    invalid_target,        ///< begins with neither `/` nor `?`, or holds a control character; presigned: or a `#`
    invalid_header,        ///< a name that is not an HTTP token, or a value with a NUL, a bare CR or LF, or an open fold
    missing_host,          ///< no Host header, which every signature covers
    repeated_host,         ///< more than one Host header: the service may take another one than the signer
    conflicting_header,    ///< Authorization, X-Amz-Date or X-Amz-Security-Token stands where the signer adds its own
    conflicting_query,     ///< a query parameter that `presign` adds is in the query already
    invalid_payload_hash,  ///< a payload hash with characters that a header cannot carry
    invalid_credentials,   ///< no key id or secret, or characters that a header cannot carry
    invalid_scope,         ///< a region or service that is empty or holds a `/`, a `,`, a blank or a control character
    invalid_time,          ///< before the year 0000 or after 9999
    invalid_expiry,        ///< a presigned request that lives less than a second or more than seven days
    invalid_prior_signature,  ///< an event's prior signature that is not 64 lower-case hexadecimal digits
    crypto,                   ///< OpenSSL failed
};

/// The stages of a signature, in their order.
enum class stage : unsigned char {
    none,               ///< all of them passed
    input,              ///< checking what was given: nothing was computed
    canonical_request,  ///< hashing the body and writing the canonical request
    string_to_sign,     ///< hashing the canonical request, or the parts of an event
    signing_key,        ///< deriving the key from the secret
    signature,          ///< signing with that key
};

/// What a signer found.
struct status {
    fault code = fault::none;
    /// Where it was found.
    stage at = stage::none;

    constexpr bool ok() const noexcept { return code == fault::none; }
    friend constexpr bool operator==(status const&, status const&) noexcept = default;
};

/// The fault in words, without anything of the request. **Lifetime:** static.
constexpr std::string_view describe(fault code) noexcept;

/// The stage in words that complete "... failed". **Lifetime:** static.
constexpr std::string_view describe(stage at) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            return "signed";
        case fault::invalid_method:
            return "the method is not an HTTP token";
        case fault::invalid_target:
            return "the target does not begin with '/' or '?', or holds a control character, or a '#' where it is to "
                   "be presigned";
        case fault::invalid_header:
            return "a header has a name that is not an HTTP token, or a line end in its value";
        case fault::missing_host:
            return "there is no Host header to sign";
        case fault::repeated_host:
            return "there is more than one Host header";
        case fault::conflicting_header:
            return "Authorization, X-Amz-Date or X-Amz-Security-Token is among the headers already";
        case fault::conflicting_query:
            return "a query parameter of a presigned request (X-Amz-...) is in the query already";
        case fault::invalid_payload_hash:
            return "the payload hash holds characters that a header cannot carry";
        case fault::invalid_credentials:
            return "the key id or the secret is missing, or the credentials hold characters that a header cannot carry";
        case fault::invalid_scope:
            return "the region or the service is empty, or holds a '/', a ',', a blank or a control character";
        case fault::invalid_time:
            return "the time is outside of the years 0000 to 9999";
        case fault::invalid_expiry:
            return "a presigned request lives from 1 to 604800 seconds (seven days)";
        case fault::invalid_prior_signature:
            return "the prior signature of an event is not 64 lower-case hexadecimal digits";
        case fault::crypto:
            return "OpenSSL failed to compute a SHA-256";
    }
    return "unknown";
}

constexpr std::string_view describe(stage at) noexcept {
    switch (at) {
        case stage::none:
            return "no stage";
        case stage::input:
            return "the check of the input";
        case stage::canonical_request:
            return "the canonical request";
        case stage::string_to_sign:
            return "the string to sign";
        case stage::signing_key:
            return "the signing key";
        case stage::signature:
            return "the signature";
    }
    return "unknown";
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
