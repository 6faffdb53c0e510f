// SPDX-License-Identifier: MIT
// Owns the server's side of authentication: a request's signature computed again from the bytes received, or its bearer
// token compared. Never says more of a secret than whether it was the right one.
#ifndef BEDROCK_TESTING_AUTHORIZATION_HPP
#define BEDROCK_TESTING_AUTHORIZATION_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/http.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/testing/wire.hpp"
#include "bedrock/time.hpp"

#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::testing {

/// Who may call. The defaults are the example keys of AWS's documentation.
struct accepted_caller {
    std::string access_key_id{"AKIAIOSFODNN7EXAMPLE"};
    std::string secret_access_key{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    /// Where set, each request must carry and sign exactly this one.
    std::string session_token{};
    /// Where set, it is accepted beside signatures.
    std::string bearer_token{};
};

/// What is wrong with a request's authorization, for the person who debugs it; "" where nothing is. The signature's
/// region, service and time are taken from the request. Checked with this library's own signer.
std::string find_authorization_problem(wire_request const& request, accepted_caller const& caller);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Takes the text up to `end` off the front; all of it where there is none.
inline std::string_view take_until(std::string_view& text, std::string_view end) noexcept {
    auto const at = text.find(end);
    auto const front = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
    return front;
}

struct authorization_parts {
    std::string_view key_id{};
    std::string_view date{};
    std::string_view region{};
    std::string_view service{};
    std::string_view terminator{};
    std::string_view signed_headers{};
    std::string_view signature{};
};

inline bool parse_authorization(std::string_view text, authorization_parts& parts) noexcept {
    constexpr std::string_view front = "AWS4-HMAC-SHA256 Credential=";
    if (!text.starts_with(front)) return false;
    text.remove_prefix(front.size());
    for (auto* const part : {&parts.key_id, &parts.date, &parts.region, &parts.service}) *part = take_until(text, "/");
    parts.terminator = take_until(text, ", SignedHeaders=");
    parts.signed_headers = take_until(text, ", Signature=");
    parts.signature = text;
    return parts.terminator == "aws4_request" && parts.signature.size() == 64;
}

inline bool is_listed(std::string_view list, std::string_view name) noexcept {
    while (!list.empty())
        if (http::equal_names(take_until(list, ";"), name)) return true;
    return false;
}

}  // namespace detail

inline std::string find_authorization_problem(wire_request const& request, accepted_caller const& caller) {
    constexpr std::string_view bearer = "Bearer ";
    auto const given = http::find_header(request.headers, "Authorization");
    if (given.empty()) return "there is no Authorization header";
    if (given.starts_with(bearer)) {
        bool const is_right = !caller.bearer_token.empty() &&
                              crypto::constant_time_equal(given.substr(bearer.size()), caller.bearer_token);
        return is_right ? "" : "the bearer token is not the accepted one";
    }
    detail::authorization_parts parts;
    if (!detail::parse_authorization(given, parts)) return "the Authorization header is none of AWS4-HMAC-SHA256";
    if (parts.key_id != caller.access_key_id) return "the access key is not the accepted one";

    auto const date = http::find_header(request.headers, "X-Amz-Date");
    auto const time = parse_basic_iso8601(date);
    if (!time) return "X-Amz-Date is missing, or no time";
    if (!date.starts_with(parts.date)) return "the date of the credential scope is not the one of X-Amz-Date";
    if (!crypto::constant_time_equal(http::find_header(request.headers, "X-Amz-Security-Token"), caller.session_token))
        return "the session token is not the accepted one";
    for (std::string_view const name : {"Host", "X-Amz-Date"})
        if (!detail::is_listed(parts.signed_headers, name)) return std::string(name) + " is not signed";
    http::header_list covered;
    bool has_content_hash = false;
    for (auto const& header : request.headers) {
        bool const is_signed = detail::is_listed(parts.signed_headers, header.name);
        if (!is_signed && http::equal_names(header.name.substr(0, 6), "x-amz-")) return header.name + " is not signed";
        if (http::equal_names(header.name, "x-amz-content-sha256")) has_content_hash = true;
        // The signer adds its own of these.
        bool const is_added = http::equal_names(header.name, "X-Amz-Date") ||
                              http::equal_names(header.name, "X-Amz-Security-Token") ||
                              http::equal_names(header.name, "x-amz-content-sha256");
        if (is_signed && !is_added) covered.push_back(header);
    }
    sigv4::signature expected;
    auto const status = sigv4::sign(
        {.method = request.method, .target = request.target, .headers = covered, .body = as_bytes(request.body)},
        {caller.access_key_id, caller.secret_access_key, caller.session_token},
        {parts.region, parts.service, time->seconds}, {.sign_body = has_content_hash}, expected);
    if (!status.ok()) return "the request cannot be signed: " + std::string(sigv4::describe(status.code));
    if (expected.signed_headers != parts.signed_headers)
        return "these headers are signed, but were not all sent: " + std::string(parts.signed_headers);
    return crypto::constant_time_equal(expected.hex, parts.signature) ? ""
                                                                      : "the signature is not that of the bytes received";
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
