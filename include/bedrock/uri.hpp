// SPDX-License-Identifier: MIT
// Owns percent-encoding (RFC 3986) and the reading of an endpoint's URL.
// Never resolves, normalizes or looks up anything, and never accepts what a URL must not contain.
#ifndef BEDROCK_URI_HPP
#define BEDROCK_URI_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace bedrock::inline BEDROCK_ABI {

/// True for the characters that are never encoded: `A-Z a-z 0-9 - _ . ~` (RFC 3986, 2.3).
constexpr bool is_unreserved(char character) noexcept;

/// Appends `text` with every byte but the unreserved as `%XX`, upper-case.
/// **Wire:** a path label, a query key or value, and SigV4's canonical forms. **Allocates:** in `out` only.
void append_percent_encoded(std::string& out, std::string_view text);

/// As `append_percent_encoded`, but `/` stays: a whole path. **Allocates:** in `out` only.
void append_percent_encoded_path(std::string& out, std::string_view path);

/// Appends `?name=value` to a target, or `&name=value` where it has a query already; nothing for an empty value. `name`
/// needs no encoding. **Allocates:** in `target` only.
void append_query(std::string& target, std::string_view name, std::string_view value);

/// `text` with every byte but the unreserved as `%XX`.
std::string percent_encode(std::string_view text);

/// Replaces `out` by `text` with every `%XX` (either case) as its byte; `+` stays, NUL and invalid UTF-8 may come out.
/// `text` must not lie in `out`. **Errors:** false and an empty `out` where a `%` lacks its two digits.
/// **Allocates:** in `out` only.
bool percent_decode(std::string_view text, std::string& out);

/// The parts of an endpoint's URL. **Lifetime:** of the text that was parsed; `scheme` lives for ever.
struct url {
    /// "http" or "https", however the text spelled it.
    std::string_view scheme{};
    /// As the text has it: a name, an IPv4 address, or an IPv6 address in its brackets.
    std::string_view host{};
    /// The port of the text, else 80 or 443 by scheme; 0 in a `url` that was not parsed.
    std::uint16_t port = 0;
    /// The raw base path with its first `/`, or empty.
    std::string_view path{};
    /// The raw query without its `?`, or empty.
    std::string_view query{};
};

/// What is wrong with a URL.
enum class url_fault : unsigned char {
    none,                ///< nothing
    empty,               ///< no text at all
    invalid_character,   ///< a space, a control, a byte above 0x7E, or one of `"<>\^{|}` and the back-tick
    missing_scheme,      ///< no `://`
    unsupported_scheme,  ///< neither http nor https
    user_info,           ///< `user:password@`: secrets do not belong into an endpoint
    missing_host,        ///< nothing between `://` and the path
    invalid_host,        ///< not a host name, an IPv4 address or an IPv6 address in brackets
    invalid_port,        ///< not a number from 1 to 65535
    invalid_escape,      ///< a `%` without two hexadecimal digits
    fragment,            ///< a `#`: an endpoint has no fragment
};

/// What `parse_url` found.
struct url_status {
    url_fault code = url_fault::none;
    /// The byte in the text at which the fault lies.
    std::size_t offset = 0;
    constexpr bool ok() const noexcept { return code == url_fault::none; }
};

/// Reads an absolute http or https URL: scheme, host, optional port, optional path, optional query.
/// **Errors:** the first fault, `out` left as it was. **Allocates:** nothing.
url_status parse_url(std::string_view text, url& out) noexcept;

/// The fault in words that complete "the endpoint URL ...". Never quotes the text.
constexpr std::string_view describe(url_fault fault) noexcept;

/// Appends `host`, and `:port` where it is not the scheme's own: the value of a Host header.
/// **Allocates:** in `out` only.
void append_authority(std::string& out, url const& from);

/// True if a segment of the path is `.` or `..`, their percent-encoded spellings included. Clients and proxies may resolve
/// such segments, so that another path would arrive than was signed.
bool has_dot_segment(std::string_view path) noexcept;

/// True for this machine by its usual spellings: 127.0.0.0/8, [::1] and localhost. Names are not resolved.
bool is_loopback_host(std::string_view host) noexcept;

/// True for the hosts to which AWS's SDKs send credentials over plain http: loopback, and the container agents at
/// 169.254.170.2, 169.254.170.23 and [fd00:ec2::23].
bool allows_plain_http(std::string_view host) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace uri_detail {

inline constexpr auto unreserved = [] {
    std::array<bool, 256> kept{};
    for (std::size_t i = 0; i != kept.size(); ++i) {
        char const c = static_cast<char>(i);
        kept[i] = ascii::is_letter(c) || ascii::is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
    }
    return kept;
}();

template <class Kept>
void append_encoded(std::string& out, std::string_view text, Kept kept) {
    constexpr char digits[] = "0123456789ABCDEF";
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain != text.size() && kept(text[plain])) ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        auto const value = static_cast<unsigned char>(text.front());
        char const escape[] = {'%', digits[value >> 4], digits[value & 0xF]};
        out.append(escape, sizeof escape);
        text.remove_prefix(1);
    }
}

// Four numbers from 0 to 255 without leading zeros (RFC 3986, 3.2.2).
constexpr bool is_ipv4(std::string_view text) noexcept {
    std::size_t at = 0;
    for (int part = 0; part != 4; ++part) {
        if (part != 0 && (at == text.size() || text[at++] != '.')) return false;
        std::size_t const start = at;
        unsigned value = 0;
        while (at != text.size() && ascii::is_digit(text[at]) && at - start < 3)
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return false;
    }
    return at == text.size();
}

// Eight groups, or fewer around one `::`; the last two may be written as IPv4. No zone (RFC 3986, 3.2.2).
constexpr bool is_ipv6(std::string_view text) noexcept {
    int groups = 0;
    bool shortened = false;
    std::size_t at = 0;
    while (at != text.size()) {
        if (text.substr(at, 2) == "::") {
            if (shortened) return false;
            shortened = true;
            at += 2;
            continue;
        }
        bool const follows_gap = at >= 2 && text[at - 1] == ':' && text[at - 2] == ':';
        if (at != 0 && !follows_gap && text[at++] != ':') return false;
        if (is_ipv4(text.substr(at))) {
            groups += 2;
            at = text.size();
            break;
        }
        std::size_t const start = at;
        while (at != text.size() && hex_value(text[at]) >= 0) ++at;
        if (at == start || at - start > 4) return false;
        ++groups;
    }
    return shortened ? groups < 8 : groups == 8;
}

// Letters, digits, hyphens and underscores in labels of 1 to 63, 253 in all (RFC 1035, 2.3.4), perhaps a dot behind.
// An empty label is most often an empty region in "service..amazonaws.com".
constexpr bool is_host_name(std::string_view text) noexcept {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.size() > 253) return false;
    std::size_t label = 0;
    for (char const c : text) {
        if (c == '.') {
            if (label == 0) return false;
            label = 0;
        } else if ((!ascii::is_letter(c) && !ascii::is_digit(c) && c != '-' && c != '_') || ++label > 63) {
            return false;
        }
    }
    return label != 0;
}

constexpr bool is_allowed(char c) noexcept {
    return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

}  // namespace uri_detail

constexpr bool is_unreserved(char character) noexcept {
    return uri_detail::unreserved[static_cast<unsigned char>(character)];
}

inline void append_percent_encoded(std::string& out, std::string_view text) {
    uri_detail::append_encoded(out, text, [](char c) noexcept { return is_unreserved(c); });
}

inline void append_query(std::string& target, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    target += target.find('?') == std::string::npos ? '?' : '&';
    target.append(name) += '=';
    append_percent_encoded(target, value);
}

inline void append_percent_encoded_path(std::string& out, std::string_view path) {
    uri_detail::append_encoded(out, path, [](char c) noexcept { return is_unreserved(c) || c == '/'; });
}

inline std::string percent_encode(std::string_view text) {
    std::string out;
    append_percent_encoded(out, text);
    return out;
}

inline bool percent_decode(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t at = 0; at != text.size(); ++at) {
        if (text[at] != '%') {
            out.push_back(text[at]);
            continue;
        }
        int const high = text.size() - at > 2 ? hex_value(text[at + 1]) : -1;
        int const low = text.size() - at > 2 ? hex_value(text[at + 2]) : -1;
        if (high < 0 || low < 0) {
            out.clear();
            return false;
        }
        out.push_back(static_cast<char>(high << 4 | low));
        at += 2;
    }
    return true;
}

inline bool has_dot_segment(std::string_view path) noexcept {
    while (!path.empty()) {
        auto segment = path.substr(0, path.find('/'));
        path.remove_prefix((std::min)(segment.size() + 1, path.size()));
        std::size_t dots = 0;
        while (!segment.empty()) {
            bool const is_encoded = segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e';
            if (!is_encoded && segment[0] != '.') break;
            segment.remove_prefix(is_encoded ? 3 : 1);
            ++dots;
        }
        if (segment.empty() && (dots == 1 || dots == 2)) return true;
    }
    return false;
}

inline bool is_loopback_host(std::string_view host) noexcept {
    return (host.starts_with("127.") && uri_detail::is_ipv4(host)) || host == "[::1]" ||
           ascii::equal_ignoring_case(host, "localhost");
}

inline bool allows_plain_http(std::string_view host) noexcept {
    return is_loopback_host(host) || host == "169.254.170.2" || host == "169.254.170.23" ||
           ascii::equal_ignoring_case(host, "[fd00:ec2::23]");
}

inline url_status parse_url(std::string_view text, url& out) noexcept {
    if (text.empty()) return {url_fault::empty, 0};
    for (std::size_t at = 0; at != text.size(); ++at) {
        if (!uri_detail::is_allowed(text[at])) return {url_fault::invalid_character, at};
        if (text[at] == '#') return {url_fault::fragment, at};
    }

    auto const colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0 ||
        text.substr(0, colon).find_first_of("/?") != std::string_view::npos)
        return {url_fault::missing_scheme, 0};
    url read;
    if (ascii::equal_ignoring_case(text.substr(0, colon), "https"))
        read.scheme = "https";
    else if (ascii::equal_ignoring_case(text.substr(0, colon), "http"))
        read.scheme = "http";
    else
        return {url_fault::unsupported_scheme, 0};

    auto const host_at = colon + 3;
    auto const authority = text.substr(host_at, text.find_first_of("/?", host_at) - host_at);
    auto const path_at = host_at + authority.size();
    if (auto const sign = authority.rfind('@'); sign != std::string_view::npos)
        return {url_fault::user_info, host_at + sign};

    bool const bracketed = authority.starts_with('[');
    auto host_end = bracketed ? authority.find(']') : authority.find(':');
    if (bracketed && host_end == std::string_view::npos) return {url_fault::invalid_host, host_at};
    if (bracketed) ++host_end;
    read.host = authority.substr(0, host_end);
    auto const port = authority.substr(read.host.size());
    bool const bare_ipv6 = !bracketed && port.find(':', 1) != std::string_view::npos;
    if (read.host.empty() && !bare_ipv6) return {url_fault::missing_host, host_at};
    if (bare_ipv6 || !(bracketed ? uri_detail::is_ipv6(read.host.substr(1, read.host.size() - 2))
                                 : uri_detail::is_host_name(read.host)))
        return {url_fault::invalid_host, host_at};
    if (port.empty()) {
        read.port = read.scheme == "https" ? 443 : 80;
    } else {
        std::int64_t number = 0;
        auto const [end, fault] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
        bool const is_number = port.front() == ':' && fault == std::errc{} && end == port.data() + port.size();
        if (!is_number || number < 1 || number > 65535) return {url_fault::invalid_port, host_at + read.host.size()};
        read.port = static_cast<std::uint16_t>(number);
    }

    read.path = text.substr(path_at, text.find('?', path_at) - path_at);
    if (auto const query_at = path_at + read.path.size(); query_at != text.size())
        read.query = text.substr(query_at + 1);
    for (std::size_t at = path_at; at != text.size(); ++at) {
        if (text[at] == '[' || text[at] == ']') return {url_fault::invalid_character, at};
        if (text[at] != '%') continue;
        if (text.size() - at < 3 || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0)
            return {url_fault::invalid_escape, at};
    }
    out = read;
    return {};
}

constexpr std::string_view describe(url_fault fault) noexcept {
    switch (fault) {
        case url_fault::none:
            return "is valid";
        case url_fault::empty:
            return "is empty";
        case url_fault::invalid_character:
            return "contains a space, a control or another character that a URL must percent-encode";
        case url_fault::missing_scheme:
            return "has no scheme: write http://... or https://...";
        case url_fault::unsupported_scheme:
            return "has a scheme other than https and http";
        case url_fault::user_info:
            return "contains user information (something@host); pass credentials by the client's options";
        case url_fault::missing_host:
            return "has no host";
        case url_fault::invalid_host:
            return "has a host that is no host name, IPv4 address or IPv6 address in brackets; an empty label such as "
                   "in \"a..b\" often means that the region is empty";
        case url_fault::invalid_port:
            return "has a port that is not a number from 1 to 65535";
        case url_fault::invalid_escape:
            return "has a % that is not followed by two hexadecimal digits";
        case url_fault::fragment:
            return "has a fragment (#...), which an endpoint cannot have";
    }
    return {};
}

inline void append_authority(std::string& out, url const& from) {
    out.append(from.host);
    if (from.port == (from.scheme == "https" ? 443 : 80)) return;
    char digits[5];  // 65535
    auto const [end, fault] = std::to_chars(digits, digits + sizeof digits, from.port);
    static_cast<void>(fault);
    out.push_back(':');
    out.append(digits, end);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
