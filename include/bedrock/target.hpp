// SPDX-License-Identifier: MIT
// Owns where a call goes and who makes it: options, environment and credential chain brought together, and explained.
// Never sends the call, and never shows a secret.
#ifndef BEDROCK_TARGET_HPP
#define BEDROCK_TARGET_HPP

#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/connection_words.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/network.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct call_target {
    bedrock::settings settings{};
    bedrock::credentials credentials{};
    /// Nobody is authorised: a proxy adds its own.
    bool anonymous = false;
};

/// Region, endpoint and credentials of a call. **Errors:** invalid_input (a bad region or endpoint), credentials.
/// **Lifetime:** the arguments must outlive the exchange.
template <class = void>
exchange<result<call_target>> find_target(client_state const& client, call_options const& options,
                                          std::string_view model_id, service_name service = runtime_service);

/// What a call would use, and why.
struct explanation {
    setting region{};
    setting endpoint{};
    /// Of the endpoint, without user and password; whether NO_PROXY exempts it is libcurl's to say. Empty: none.
    setting proxy{};
    /// The file of certificate authorities; empty: libcurl's own.
    setting ca_bundle{};
    /// "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY", "none (AWS_BEDROCK_SKIP_AUTH)"; empty
    /// when there are no credentials.
    std::string source{};
    /// The last four characters, "…MPLE"; empty without access keys.
    std::string access_key_id{};
    std::string account_id{};
    /// Milliseconds since 1970.
    std::optional<std::int64_t> expires_at_ms{};
    /// What was passed over: a line of the shared files that means nothing, a profile that does not exist.
    std::vector<std::string> notes{};
    /// Every provider that was asked, in order.
    std::vector<provider_attempt> attempts{};
    /// Why a call would fail before anything is sent.
    std::optional<error> problem{};

    /// All of it for a person, a line each, without a newline at the end.
    std::string text() const;
};

/// **Lifetime:** the arguments must outlive the exchange.
template <class = void>
exchange<result<explanation>> explain_target(client_state const& client, call_options const& options,
                                             std::string_view model_id);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline settings_request make_settings_request(client_state const& client, call_options const& options,
                                              std::string_view model_id, service_name service) {
    auto wanted = client.make_settings_request();
    wanted.service = service.host;
    wanted.endpoint_variable = service.endpoint_variable;
    if (!options.region.empty()) wanted.region = {options.region, "call option"};
    wanted.endpoint = {client.options.endpoint, "client option"};
    if (wanted.endpoint.value.empty() && service.host == runtime_service.host)
        wanted.endpoint.value = client.options.runtime_endpoint;
    if (!options.endpoint.empty()) wanted.endpoint = {options.endpoint, "call option"};
    wanted.model_id = model_id;
    return wanted;
}

/// Why calls of this client carry no authorization; "" where they do.
inline std::string_view find_anonymity(client_state const& client) {
    auto const& own = client.options;
    if (own.auth == auth_scheme::none) return "client option";
    bool const open =
        own.auth == auth_scheme::automatic && !own.credentials && own.providers.empty() && own.profile.empty();
    return open && non_blank_variable(client.surroundings, "AWS_BEDROCK_SKIP_AUTH") == "1" ? "AWS_BEDROCK_SKIP_AUTH"
                                                                                           : std::string_view();
}

}  // namespace detail

template <class>
exchange<result<call_target>> find_target(client_state const& client, call_options const& options,
                                          std::string_view model_id, service_name service) {
    call_target target;
    auto wanted = detail::make_settings_request(client, options, model_id, service);
    auto found = co_await find_settings(client.surroundings, std::move(wanted));
    if (!found) co_return unexpected{std::move(found).error()};
    target.settings = std::move(*found);
    network_ask by(client.make_network(target.settings.ca_bundle));
    co_await by;
    target.anonymous = !detail::find_anonymity(client).empty();
    if (target.anonymous) co_return target;

    auto answer = co_await load_credentials(client.providers, client.surroundings);
    if (!answer.credentials) co_return unexpected{std::move(answer.credentials).error()};
    target.credentials = std::move(*answer.credentials);
    if (client.options.auth == auth_scheme::sigv4) target.credentials.bearer_token = {};
    bool const exposes_token = !target.credentials.bearer_token.empty() && !client.options.allow_plain_http &&
                               client.options.network.unix_socket.empty();
    if (exposes_token)
        if (auto why = detail::find_exposure(target.settings); !why.empty())
            co_return fail(errc::invalid_input, std::move(why));
    co_return target;
}

template <class>
exchange<result<explanation>> explain_target(client_state const& client, call_options const& options,
                                             std::string_view model_id) {
    explanation why;
    auto wanted = detail::make_settings_request(client, options, model_id, runtime_service);
    auto found = co_await find_settings(client.surroundings, std::move(wanted));
    if (found) {
        auto const network = client.make_network(found->ca_bundle);
        network_ask by(network);
        co_await by;
        http::request example;
        example.url = found->endpoint.value;
        example.unix_socket = client.options.network.unix_socket;
        apply_network(network, example);
        if (!example.proxy.url.empty())
            why.proxy = {connection_words::proxy_origin_of(example.proxy.url),
                         client.options.network.proxy ? "client option" : "environment"};
        if (!example.tls.authorities.empty())
            why.ca_bundle = {example.tls.authorities, client.options.network.tls.authorities.empty()
                                                          ? found->ca_bundle.source
                                                          : "client option"};
        why.region = std::move(found->region);
        why.endpoint = std::move(found->endpoint);
        why.notes = std::move(found->notes);
    } else {
        why.problem = std::move(found).error();
    }
    if (auto const files = co_await client.files->read(client.surroundings))
        for (auto const& warning : (*files)->set.warnings()) why.notes.push_back(warning.message);
    if (auto const anonymity = detail::find_anonymity(client); !anonymity.empty()) {
        why.source = "none (" + std::string(anonymity) + ")";
        co_return why;
    }
    auto answer = co_await load_credentials(client.providers, client.surroundings);
    why.attempts = std::move(answer.attempts);
    if (answer.credentials) {
        auto& used = *answer.credentials;
        why.source = used.source;
        if (used.bearer_token.empty() || client.options.auth == auth_scheme::sigv4)
            why.access_key_id = shorten_key_id(used.access_key_id);
        why.account_id = used.account_id;
        why.expires_at_ms = used.expires_at_ms;
    } else if (!why.problem) {
        why.problem = std::move(answer.credentials).error();
    }
    co_return why;
}

inline std::string explanation::text() const {
    std::string all = "credentials: " + (source.empty() ? "none" : source);
    if (!access_key_id.empty()) all += ", key " + access_key_id;
    if (!account_id.empty()) all += ", account " + account_id;
    if (expires_at_ms) all += ", until " + format_iso8601(from_unix_milliseconds(*expires_at_ms));
    if (!region.value.empty()) all += "\nregion: " + region.value + " (" + region.source + ")";
    if (!endpoint.value.empty()) all += "\nendpoint: " + endpoint.value + " (" + endpoint.source + ")";
    if (!proxy.value.empty()) all += "\nproxy: " + proxy.value + " (" + proxy.source + ")";
    if (!ca_bundle.value.empty()) all += "\nauthorities: " + ca_bundle.value + " (" + ca_bundle.source + ")";
    for (auto const& note : notes) all += "\nnote: " + note;
    if (!attempts.empty()) all += "\nproviders:\n" + describe_attempts(attempts);
    if (problem) all += "\nproblem: " + problem->message;
    return all;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
