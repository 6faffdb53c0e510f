// SPDX-License-Identifier: MIT
// Owns what a user may set for a client or for one call.
// Never does anything by itself: an options value is inert.
#ifndef BEDROCK_OPTIONS_HPP
#define BEDROCK_OPTIONS_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/http.hpp"
#include "bedrock/observer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace bedrock::inline BEDROCK_ABI {

enum class auth_scheme : unsigned char {
    automatic,  ///< AWS_BEDROCK_SKIP_AUTH=1: none; else a bearer token where there is one, else SigV4
    sigv4,      ///< access keys, even where the environment has a bearer token
    none,       ///< no authorization at all: a proxy adds its own
};

/// How often and when a failed call is repeated. A stream is repeated only while no event has been delivered.
struct retry_options {
    /// Requests a call may send; unset: AWS_MAX_ATTEMPTS, the profile's max_attempts, 3 (AWS's standard mode).
    std::optional<int> max_attempts{};
    /// How long a throttled request is repeated, counted from the first one, where attempts or budget would end it
    /// sooner: quotas are counted by the minute and outlast three attempts. Pauses are 1 to 20 s then. A quota of the
    /// day is not waited for. 0: no longer than the attempts.
    std::int64_t throttle_patience_ms = 0;
    /// Repeats also after a time-out that came when the whole request had been sent: the model may have done the work,
    /// and bill it, twice.
    bool repeat_after_timeout = false;
};

/// How connections are made.
struct network_options {
    /// URL of the proxy of all hosts, as `http::proxy_server::url`; empty for none. Unset: https_proxy, HTTPS_PROXY,
    /// http_proxy, all_proxy and ALL_PROXY, as curl reads them. The metadata of instances and containers is asked past
    /// every proxy.
    std::optional<std::string> proxy{};
    /// As `http::proxy_server::exceptions`. Unset: no_proxy, NO_PROXY.
    std::optional<std::string> no_proxy{};
    /// PEM file of the authorities of a proxy that speaks TLS itself.
    std::string proxy_authorities{};
    /// Authorities count for every host; unset: AWS_CA_BUNDLE, the profile's ca_bundle, libcurl's own. Certificate and
    /// key are shown to the services' endpoint alone.
    http::tls_files tls{};
    /// Path of a unix-domain socket on which a proxy of this machine speaks for the services' endpoint.
    std::string unix_socket{};
    /// HTTP/2 to the services' endpoint, where libcurl and the endpoint have it; else HTTP/1.1. InvokeModel and its
    /// stream always go by HTTP/1.1: by HTTP/2, libcurl takes a reset stream for the end of a body, and nothing in
    /// theirs says where it ends.
    bool http2 = false;
};

/// What a client is made with; every member may stay as it is.
struct client_options {
    /// Unset: the region inside an ARN model id, AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1.
    std::string region{};
    /// Instead of us-east-1, where nothing else says a region.
    std::string default_region{};
    /// Asks instance metadata for the region before us-east-1 applies: elsewhere than on EC2 that takes some seconds.
    bool region_of_instance = false;
    /// URL that replaces the services' own, path prefix included, for runtime and control plane alike. Unset:
    /// AWS_ENDPOINT_URL_BEDROCK_RUNTIME or AWS_ENDPOINT_URL_BEDROCK, AWS_ENDPOINT_URL, the profile's, the region's
    /// standard host.
    std::string endpoint{};
    /// As `endpoint`, of the runtime alone and behind it: the control plane stays where it is.
    std::string runtime_endpoint{};
    /// Regions that requests may go to, whatever a call, a model ARN or the environment says. Empty: any region of the
    /// partition of the client's own region. For gateways that forward model ids of others; an inference profile of a
    /// geography or "global." still lets AWS choose among the regions of the profile.
    std::vector<std::string> allowed_regions{};
    /// Sends tokens and secrets, and takes credentials, over plain http to any host: endpoints of STS, IAM Identity
    /// Center and AWS Sign-In, and a Bedrock API key. Otherwise only loopback and the container agents' addresses are
    /// accepted. No variable or profile sets it.
    bool allow_plain_http = false;
    /// Unset: AWS_USE_FIPS_ENDPOINT, the profile's use_fips_endpoint.
    std::optional<bool> use_fips{};
    /// Unset: AWS_USE_DUALSTACK_ENDPOINT, the profile's use_dualstack_endpoint.
    std::optional<bool> use_dual_stack{};
    /// Endpoints of variables and profiles do not count. Unset: AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, the profile's
    /// ignore_configured_endpoint_urls.
    std::optional<bool> ignore_configured_endpoints{};
    /// A profile of the shared files: its credentials win over tokens and keys of the environment. Unset: AWS_PROFILE,
    /// else "default", behind those.
    std::string profile{};
    /// Asked for the code of a profile's mfa_serial.
    mfa_code_source mfa_code{};
    /// Wins over every source of the environment.
    std::optional<bedrock::credentials> credentials{};
    /// As `credentials`, asked at every call, one after the other; share them between clients as you like. Whoever
    /// wants the default chain behind a source of its own begins with that and appends `default_chain()`.
    provider_list providers{};
    auth_scheme auth = auth_scheme::automatic;
    http::timeouts timeouts{};
    retry_options retry{};
    network_options network{};
    /// Appended to the User-Agent: "my-product/1.2".
    std::string user_agent_suffix{};
    /// A new connection for every request, closed behind it: none can be found dead, and repeated by libcurl, then.
    bool fresh_connection = false;
    /// Most bytes of a response: of its body, or of what the events of a stream add up to. Default: InvokeModel's
    /// largest body, 25,000,000 bytes, in base64, with room for what is around it.
    std::size_t max_answer_bytes = std::size_t{64} << 20;
    /// Most content blocks of a streamed message.
    std::size_t max_blocks = 10'000;
    event_stream::limits frame_limits{};
    /// Told of every request, for logs and metrics.
    attempt_observer on_attempt{};
    /// Told of every call when it has ended: attempts, times, tokens. `telemetry_of` (bedrock/telemetry.hpp) makes
    /// OpenTelemetry's attributes of it.
    call_observer on_call{};
    /// Unset: the process's own, member by member.
    std::optional<environment> surroundings{};
};

/// What one call overrides.
struct call_options {
    std::string region{};
    std::string endpoint{};
    /// Added to the request, not signed unless they begin with `x-amz`. **Errors:** invalid_input for a name that the
    /// request sets itself, such as Host (Authorization unless the call is anonymous), for headers of the connection
    /// (Connection, Keep-Alive, TE, Trailer, Upgrade, Proxy-*), and for a name that is not an HTTP token.
    http::header_list headers{};
    std::optional<http::timeouts> timeouts{};
    /// As a whole in place of the client's.
    std::optional<retry_options> retry{};
    /// Keep a copy to cancel the call from any thread.
    std::optional<cancellation> cancel{};
    std::string user_agent_suffix{};
    bool fresh_connection = false;
};

/// The call's own, else the client's. **Lifetime:** of the arguments.
inline retry_options const& choose_retry(client_options const& client, call_options const& call) noexcept {
    return call.retry ? *call.retry : client.retry;
}

/// The call's own, else the client's. **Lifetime:** of the arguments.
inline http::timeouts const& choose_timeouts(client_options const& client, call_options const& call) noexcept {
    return call.timeouts ? *call.timeouts : client.timeouts;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
