// SPDX-License-Identifier: MIT
// Clock skew: detects that a signature was rejected because the local clock is wrong, and who may say what time it is.
// Nothing here reads or sets a clock.
#ifndef BEDROCK_CLOCK_SKEW_HPP
#define BEDROCK_CLOCK_SKEW_HPP

#include "bedrock/config.hpp"
#include "bedrock/http.hpp"
#include "bedrock/time.hpp"
#include "bedrock/uri.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// True for the names under which AWS refuses a signature that may be of the wrong time.
bool may_be_clock_skew(std::string_view error_name) noexcept;

/// The service's time, milliseconds since 1970, where it refused a signature under such a name and its Date is more
/// than four minutes off the time that was signed; AWS accepts five. nullopt for a Date that is missing, is none, or
/// is of no year in which a service answers: 2020 to 2099.
/// **Wire:** AWS's SDKs correct from four minutes on.
std::optional<std::int64_t> find_true_time(std::string_view error_name, http::header_list const& headers,
                                           std::int64_t signed_at_ms) noexcept;

/// The largest offset that is believed: a day. A clock that is further off must be set, because a response that moves
/// signatures by years would make them valid at times that nobody chose.
inline constexpr std::int64_t max_clock_offset_ms = 86'400'000;

/// True if a time in a response from this URL may be believed: it came over TLS, or from this machine.
bool may_correct_clock(std::string_view url) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

inline bool may_be_clock_skew(std::string_view error_name) noexcept {
    constexpr std::string_view names[] = {"InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch",
                                          "RequestExpired",   "RequestTimeTooSkewed",      "RequestInTheFuture"};
    for (auto const& name : names)
        if (name == error_name) return true;
    return false;
}

inline std::optional<std::int64_t> find_true_time(std::string_view error_name, http::header_list const& headers,
                                                  std::int64_t signed_at_ms) noexcept {
    constexpr std::int64_t tolerated_ms = 240'000;
    constexpr std::int64_t first_s = 1'577'836'800, end_s = 4'102'444'800;  // 2020-01-01, 2100-01-01
    if (!may_be_clock_skew(error_name)) return std::nullopt;
    auto const date = parse_http_date(http::find_header(headers, "Date"));
    if (!date || date->seconds < first_s || date->seconds >= end_s) return std::nullopt;
    auto const true_ms = to_unix_milliseconds(*date);
    bool const off =
        true_ms > signed_at_ms ? signed_at_ms < true_ms - tolerated_ms : signed_at_ms - tolerated_ms > true_ms;
    return off ? std::optional(true_ms) : std::nullopt;
}

inline bool may_correct_clock(std::string_view url) noexcept {
    bedrock::url parsed;
    return parse_url(url, parsed).ok() && (parsed.scheme == "https" || is_loopback_host(parsed.host));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
