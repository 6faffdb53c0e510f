// SPDX-License-Identifier: MIT
// Owns what the signers are given (a request, credentials, a scope, options) and the check that it can be signed.
// Never changes or copies any of it, and never reads a clock or the environment.
#ifndef BEDROCK_SIGV4_REQUEST_HPP
#define BEDROCK_SIGV4_REQUEST_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/http.hpp"
#include "bedrock/scan.hpp"
#include "bedrock/sigv4/status.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// A key pair. **Lifetime:** of the texts, as long as the call.
struct credentials_view {
    std::string_view access_key_id{};
    std::string_view secret_access_key{};
    /// Empty for long-lived keys.
    std::string_view session_token{};
};

/// What a signature is good for. **Lifetime:** of the texts, as long as the call.
struct scope {
    std::string_view region{};
    /// "bedrock", for bedrock-runtime too.
    std::string_view service{};
    /// Seconds since 1970-01-01T00:00:00Z: AWS refuses a signature more than minutes away from its own clock.
    std::int64_t unix_seconds = 0;
};

/// The payload hash of a body that is not signed.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// A request as it goes on the wire. **Lifetime:** of all that it views, as long as the call.
struct request {
    std::string_view method{};
    /// Path and query, percent-encoded once.
    std::string_view target{};
    /// In wire order, names repeated and lines folded as they are; Host among them. An `x-amz-content-sha256` among
    /// them is the payload hash.
    std::span<http::header const> headers{};
    byte_view body{};
    /// The hash of the body where it is known: 64 hexadecimal digits, or `unsigned_payload`. Else `body` is hashed.
    std::string_view payload_hash{};
};

/// The defaults are right for Bedrock.
struct options {
    /// Encodes the path of the target once more for the canonical request, as every service but S3 does.
    bool double_uri_encode = true;
    /// Drops empty and `.` segments of the path and resolves `..` for the canonical request.
    bool normalize_path = true;
    /// Sends and signs the payload hash as `x-amz-content-sha256`; a presigned request never does.
    bool sign_body = true;
    /// Sends the session token without signing it.
    bool omit_session_token = false;
};

/// Whether a request can be signed with these credentials: all of it that would end in a wrong signature, or in other
/// headers than were meant. The time is checked when it is written.
status validate(request const& what, credentials_view const& with, scope const& where) noexcept;

/// The same of credentials and scope alone.
status validate(credentials_view const& with, scope const& where) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view token_name = "X-Amz-Security-Token";
inline constexpr std::string_view content_hash_name = "x-amz-content-sha256";

// Printable ASCII without the space, at the speed of wide registers: session tokens are long, and read several times.
inline bool is_graphic(std::string_view text) noexcept {
    return !has_non_graphic(text.data(), text.data() + text.size());
}

// A part of the credential scope, whose separators it must not hold.
inline bool is_scope_part(std::string_view text) noexcept {
    return !text.empty() && is_graphic(text) && text.find('/') == std::string_view::npos &&
           text.find(',') == std::string_view::npos;
}

// A line end is accepted only as a fold: CR LF and then a space or a tab. A bare CR or LF ends the line for some peers
// and not for others, so that they would see other headers than the signer.
inline bool is_header_value(std::string_view value) noexcept {
    if (is_graphic(value)) return true;
    for (std::size_t at = 0; at != value.size(); ++at) {
        if (value[at] == '\0' || value[at] == '\n') return false;
        if (value[at] != '\r') continue;
        bool const folds = value.size() - at >= 3 && value[at + 1] == '\n' && (value[at + 2] == ' ' || value[at + 2] == '\t');
        if (!folds) return false;
        at += 2;
    }
    return true;
}

inline bool is_payload_hash(std::string_view value) noexcept {
    return !ascii::trim(value).empty() && is_graphic(ascii::trim(value));
}

inline fault find_fault(credentials_view const& with, scope const& where) noexcept {
    if (!is_scope_part(with.access_key_id) || with.secret_access_key.empty() || !is_graphic(with.session_token))
        return fault::invalid_credentials;
    if (!is_scope_part(where.region) || !is_scope_part(where.service)) return fault::invalid_scope;
    return fault::none;
}

inline fault find_fault(request const& what, bool adds_token) noexcept {
    if (!http::is_token(what.method)) return fault::invalid_method;
    if (!what.target.empty() && what.target.front() != '/' && what.target.front() != '?') return fault::invalid_target;
    if (!is_graphic(what.target) && ascii::has_control(what.target)) return fault::invalid_target;
    bool has_host = false;
    for (auto const& header : what.headers) {
        if (!http::is_token(header.name) || !is_header_value(header.value)) return fault::invalid_header;
        if (http::equal_names(header.name, "host") && std::exchange(has_host, true)) return fault::repeated_host;
        if (http::equal_names(header.name, content_hash_name) && !is_payload_hash(header.value))
            return fault::invalid_payload_hash;
        if (http::equal_names(header.name, "authorization") || http::equal_names(header.name, "x-amz-date") ||
            (adds_token && http::equal_names(header.name, token_name)))
            return fault::conflicting_header;
    }
    if (!has_host) return fault::missing_host;
    return is_graphic(what.payload_hash) ? fault::none : fault::invalid_payload_hash;
}

constexpr status input_status(fault code) noexcept {
    return {code, code == fault::none ? stage::none : stage::input};
}

}  // namespace detail

inline status validate(credentials_view const& with, scope const& where) noexcept {
    return detail::input_status(detail::find_fault(with, where));
}

inline status validate(request const& what, credentials_view const& with, scope const& where) noexcept {
    auto const code = detail::find_fault(what, !with.session_token.empty());
    return code == fault::none ? validate(with, where) : detail::input_status(code);
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
