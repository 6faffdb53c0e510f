// SPDX-License-Identifier: MIT
// Owns the words in which a connection that failed is described: who was to be reached, through which proxy, and what
// to try. Never shows a path, a query, a user's name or a password.
#ifndef BEDROCK_CONNECTION_WORDS_HPP
#define BEDROCK_CONNECTION_WORDS_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::connection_words {

/// "https://host:port" of a URL: without user, path and query.
std::string origin_of(std::string_view url);

/// "http://host:port" of a proxy's URL; one without a scheme is http, as curl has it. What stands before the last `@`
/// is user and password, whatever it looks like.
std::string proxy_origin_of(std::string_view url);

/// Whether a proxy's URL has a user in it.
bool has_user(std::string_view proxy_url) noexcept;

/// Why a proxy's URL cannot be used, in words that complete "the proxy ..."; "" where it can. It is not quoted.
std::string_view find_proxy_fault(std::string_view url) noexcept;

/// The text of a library without what it may quote of the proxy's URL.
std::string hide_proxy(std::string_view text, std::string_view proxy_url);

/// A proxy's refusal to let a connection through to `origin`.
std::string describe_proxy_refusal(int http_status, std::string_view origin, std::string_view proxy_url);

/// What to try where a certificate does not hold, by what the TLS library says of it.
std::string_view advise_on_certificate(std::string_view said) noexcept;

/// The other side ended the handshake because this one showed no certificate, or none that it takes.
bool wants_client_certificate(std::string_view said) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::size_t authority_begin(std::string_view url) noexcept {
    auto const scheme = url.find("://");
    return scheme == std::string_view::npos ? 0 : scheme + 3;
}

inline bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

}  // namespace detail

inline std::string origin_of(std::string_view url) {
    auto const from = detail::authority_begin(url);
    auto authority = url.substr(from, url.find_first_of("/?#", from) - from);
    if (auto const user = authority.rfind('@'); user != std::string_view::npos) authority.remove_prefix(user + 1);
    return std::string(url.substr(0, from)).append(authority);
}

inline bool has_user(std::string_view proxy_url) noexcept {
    return proxy_url.find('@') != std::string_view::npos;
}

inline std::string proxy_origin_of(std::string_view url) {
    auto const from = detail::authority_begin(url);
    auto const scheme = from == 0 ? std::string_view("http://") : url.substr(0, from);
    url.remove_prefix(from);
    if (auto const user = url.rfind('@'); user != std::string_view::npos) url.remove_prefix(user + 1);
    return std::string(scheme).append(url.substr(0, url.find_first_of("/?#")));
}

inline std::string_view find_proxy_fault(std::string_view url) noexcept {
    for (char const c : url)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return "has a blank or a control character in its URL";
    auto const from = detail::authority_begin(url);
    auto const authority = url.substr(from, url.find_first_of("/?#", from) - from);
    auto const user = url.rfind('@');
    if (user != std::string_view::npos && user >= from + authority.size())
        return "has a '/', '?' or '#' in its user name or password: percent-encode that (%2F, %3F, %23)";
    auto const host = authority.substr(user == std::string_view::npos ? 0 : user + 1 - from);
    return host.empty() || host.front() == ':' ? "has no host in its URL" : std::string_view();
}

inline std::string hide_proxy(std::string_view text, std::string_view proxy_url) {
    std::string shown(text);
    if (proxy_url.empty()) return shown;
    auto const replace = [&shown](std::string_view what, std::string const& with) {
        for (auto at = shown.find(what); at != std::string::npos; at = shown.find(what, at + with.size()))
            shown.replace(at, what.size(), with);
    };
    replace(proxy_url, proxy_origin_of(proxy_url));
    auto const from = detail::authority_begin(proxy_url);
    auto const user = proxy_url.rfind('@');
    if (user != std::string_view::npos && user > from) replace(proxy_url.substr(from, user - from), "***");
    return shown;
}

inline std::string describe_proxy_refusal(int http_status, std::string_view origin, std::string_view proxy_url) {
    auto said = "the proxy " + proxy_origin_of(proxy_url) + " did not connect to ";
    said.append(origin).append(" (status ").append(std::to_string(http_status)).append("): ");
    if (http_status == 407)
        return said += has_user(proxy_url)
                           ? "check the user name and password in its URL"
                           : "it wants a user name and password, in its URL: http://USER:PASSWORD@HOST:PORT";
    return said += "it may not be allowed to reach this host; NO_PROXY names hosts that need no proxy";
}

inline std::string_view advise_on_certificate(std::string_view said) noexcept {
    using detail::contains;
    if (contains(said, "expired") || contains(said, "not yet valid"))
        return "renew its certificate, or set this machine's clock";
    if (contains(said, "subject name") || contains(said, "does not match") || contains(said, "doesn't match"))
        return "check the host name of the endpoint: the certificate is another host's";
    return "where a company's proxy or a private authority signs, name its certificate file in AWS_CA_BUNDLE or "
           "network.tls.authorities";
}

inline bool wants_client_certificate(std::string_view said) noexcept {
    using detail::contains;
    return contains(said, "alert certificate required") || contains(said, "alert bad certificate") ||
           contains(said, "alert unknown ca");
}

}  // namespace bedrock::inline BEDROCK_ABI::connection_words

#endif
