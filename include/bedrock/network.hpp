// SPDX-License-Identifier: MIT
// Owns which proxies and certificate authorities apply to a request: what the environment says of them.
// Never opens a connection, and never reads a certificate.
#ifndef BEDROCK_NETWORK_HPP
#define BEDROCK_NETWORK_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/http.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What the variables say. Proxy of https hosts: https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY; of http hosts:
/// http_proxy, all_proxy, ALL_PROXY; exceptions: no_proxy, NO_PROXY. The first that is not blank counts. HTTP_PROXY is
/// not read: in a CGI program the client of the web server sets it. Authorities: AWS_CA_BUNDLE.
/// **Wire:** as curl's tool and library read them (curl(1), "ENVIRONMENT").
http::network network_of(environment const& surroundings);

/// The proxy of the request's scheme and the authorities, where the request has none of its own.
void apply_network(http::network const& how, http::request& to);

// ---------------------------------------------------------------------------------------------------------------------

inline http::network network_of(environment const& surroundings) {
    auto const first_of = [&](std::initializer_list<char const*> names) {
        for (auto const* const name : names)
            if (auto value = non_blank_variable(surroundings, name)) return std::move(*value);
        return std::string();
    };
    http::network found;
    found.https_proxy.url = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    found.http_proxy.url = first_of({"http_proxy", "all_proxy", "ALL_PROXY"});
    found.https_proxy.exceptions = found.http_proxy.exceptions = first_of({"no_proxy", "NO_PROXY"});
    found.tls.authorities = first_of({"AWS_CA_BUNDLE"});
    return found;
}

inline void apply_network(http::network const& how, http::request& to) {
    if (!to.no_proxy && to.unix_socket.empty() && to.proxy.url.empty()) {
        bool const secure = ascii::equal_ignoring_case(std::string_view(to.url).substr(0, 6), "https:");
        to.proxy = secure ? how.https_proxy : how.http_proxy;
    }
    if (!to.tls.authorities.empty() || !to.tls.authority_folder.empty()) return;
    to.tls.authorities = how.tls.authorities;
    to.tls.authority_folder = how.tls.authority_folder;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
