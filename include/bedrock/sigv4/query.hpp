// SPDX-License-Identifier: MIT
// Owns the query of a presigned request: the X-Amz-* parameters, what they may not meet, and how long they may live.
// Never computes a signature, and never changes what the target holds already.
#ifndef BEDROCK_SIGV4_QUERY_HPP
#define BEDROCK_SIGV4_QUERY_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/sigv4/key.hpp"
#include "bedrock/sigv4/request.hpp"
#include "bedrock/sigv4/status.hpp"
#include "bedrock/uri.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// How long a presigned request is good for, in seconds from its time: AWS takes from one second to seven days ("Using
/// query parameters" in the reference of Amazon S3). The credentials may end earlier, and the request with them.
inline constexpr std::int64_t min_expires_seconds = 1;
inline constexpr std::int64_t max_expires_seconds = 604800;

/// Whether a target that `validate` found good can be presigned: the seconds in their limits, no `#` (what follows
/// would not be sent), none of the parameters in the query yet, whatever their case and encoding. A security token in
/// the query conflicts only where there is one to add.
status validate_presigned(std::string_view target, std::int64_t expires_seconds, bool adds_token) noexcept;

/// Appends the target with the parameters that are signed: X-Amz-Algorithm, -Credential, -Date, -SignedHeaders and
/// -Expires. `time` is the `20150830T123600Z` of the request. **Allocates:** in `out`, at most once.
void append_presigned_target(std::string& out, std::string_view target, std::string_view access_key_id,
                             std::string_view time, scope const& where, std::string_view signed_names,
                             std::int64_t expires_seconds);

/// Appends "&name=value", the value percent-encoded: the security token before or after signing, then the signature.
void append_query_parameter(std::string& out, std::string_view name, std::string_view value);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

// Ignores ASCII case and percent-encoding. `lower` is in lower case.
constexpr bool is_parameter(std::string_view name, std::string_view lower) noexcept {
    for (char const expected : lower) {
        if (name.empty()) return false;
        bool const escape = name.size() > 2 && name[0] == '%' && hex_value(name[1]) >= 0 && hex_value(name[2]) >= 0;
        char const read = escape ? static_cast<char>(hex_value(name[1]) << 4 | hex_value(name[2])) : name[0];
        if (ascii::to_lower(read) != expected) return false;
        name.remove_prefix(escape ? 3 : 1);
    }
    return name.empty();
}

constexpr bool is_presigned_parameter(std::string_view name, bool adds_token) noexcept {
    for (std::string_view const added : {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signedheaders",
                                         "x-amz-expires", "x-amz-signature"})
        if (is_parameter(name, added)) return true;
    return adds_token && is_parameter(name, "x-amz-security-token");
}

}  // namespace detail

inline status validate_presigned(std::string_view target, std::int64_t expires_seconds, bool adds_token) noexcept {
    if (expires_seconds < min_expires_seconds || expires_seconds > max_expires_seconds)
        return {fault::invalid_expiry, stage::input};
    if (target.find('#') != std::string_view::npos) return {fault::invalid_target, stage::input};
    target.remove_prefix((std::min)(target.find('?'), target.size()));
    while (!target.empty()) {
        target.remove_prefix(1);  // the '?' or '&'
        auto const parameter = target.substr(0, target.find('&'));
        if (detail::is_presigned_parameter(parameter.substr(0, parameter.find('=')), adds_token))
            return {fault::conflicting_query, stage::input};
        target.remove_prefix(parameter.size());
    }
    return {};
}

inline void append_presigned_target(std::string& out, std::string_view target, std::string_view access_key_id,
                                    std::string_view time, scope const& where, std::string_view signed_names,
                                    std::int64_t expires_seconds) {
    constexpr std::size_t fixed = 256;  // the names, the time, the seconds and the scope's constant parts
    out.reserve(out.size() + target.size() + 3 * (access_key_id.size() + where.region.size() + where.service.size()) +
                3 * signed_names.size() + fixed);
    if (!target.starts_with('/')) out.push_back('/');
    out.append(target);
    auto const question = target.find('?');
    if (question == std::string_view::npos)
        out.push_back('?');
    else if (question + 1 != target.size() && !target.ends_with('&'))
        out.push_back('&');
    out.append("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=");
    append_percent_encoded(out, access_key_id);
    out.append("%2F").append(time.substr(0, 8)).append("%2F");
    append_percent_encoded(out, where.region);
    out.append("%2F");
    append_percent_encoded(out, where.service);
    out.append("%2Faws4_request&X-Amz-Date=").append(time);
    append_query_parameter(out, "X-Amz-SignedHeaders", signed_names);
    char digits[20];  // an int64_t
    auto const [end, failed] = std::to_chars(digits, digits + sizeof digits, expires_seconds);
    static_cast<void>(failed);
    append_query_parameter(out, "X-Amz-Expires", {digits, static_cast<std::size_t>(end - digits)});
}

inline void append_query_parameter(std::string& out, std::string_view name, std::string_view value) {
    out.append(1, '&').append(name).append(1, '=');
    append_percent_encoded(out, value);
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
