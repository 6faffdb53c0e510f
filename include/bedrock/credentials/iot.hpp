// SPDX-License-Identifier: MIT
// Owns the provider for devices of AWS IoT: a certificate of theirs, shown in the TLS handshake, is traded for a role's
// credentials. Never reads the private key: libcurl does, from its file.
#ifndef BEDROCK_CREDENTIALS_IOT_HPP
#define BEDROCK_CREDENTIALS_IOT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/retried_call.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/result.hpp"
#include "bedrock/time.hpp"
#include "bedrock/uri.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Of one device. Nothing in the environment says any of this.
struct iot_options {
    /// The host of the account's credential provider, as `aws iot describe-endpoint --endpoint-type
    /// iot:CredentialProvider` prints it; with a port where it is not 443.
    std::string endpoint{};
    std::string role_alias{};
    /// Sent as x-amzn-iot-thingname, for policies that speak of it. May be empty.
    std::string thing_name{};
    /// The device's certificate and key. `authorities` may be empty: AWS's own are in the usual trust stores.
    http::tls_files tls{};
};

/// Make it a client's provider behind a `cached_provider`, or each call asks again.
/// **Errors:** always broken, never not_here: whoever makes one means it.
/// **Thread safety:** full.
template <class>
class basic_iot_provider final : public credentials_provider {
  public:
    explicit basic_iot_provider(iot_options options) : options_(std::move(options)) {}

    std::string_view name() const noexcept override { return "iot"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    /// Empty, or what is wrong with the options.
    std::string find_mistake() const;
    provider_answer refuse(std::string_view why) const;

    iot_options const options_;
};
using iot_provider = basic_iot_provider<void>;

/// The credentials of an answer; `source` is left empty. **Errors:** credentials; the message completes "no usable
/// credentials: ". **Wire:** credentials{accessKeyId, secretAccessKey, sessionToken, expiration (ISO 8601)}.
result<credentials> parse_iot_credentials(std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

namespace iot_detail {

struct keys {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    std::string expiration{};
};

struct document {
    iot_detail::keys keys{};
};

}  // namespace iot_detail

template <>
struct json::fields_of<iot_detail::keys> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(iot_detail::keys, access_key_id, "accessKeyId", json::optional_field),
        BEDROCK_JSON_FIELD(iot_detail::keys, secret_access_key, "secretAccessKey", json::optional_field),
        BEDROCK_JSON_FIELD(iot_detail::keys, session_token, "sessionToken", json::optional_field),
        BEDROCK_JSON_FIELD(iot_detail::keys, expiration, "expiration", json::optional_field),
    };
};

template <>
struct json::fields_of<iot_detail::document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(iot_detail::document, keys, "credentials", json::optional_field),
    };
};

inline result<credentials> parse_iot_credentials(std::string_view text) {
    iot_detail::document read;
    auto& keys = read.keys;
    if (auto why = credentials_detail::read_document(text, read,
                                                     {{"accessKeyId", keys.access_key_id, true},
                                                      {"secretAccessKey", keys.secret_access_key, true},
                                                      {"sessionToken", keys.session_token, true},
                                                      {"expiration", keys.expiration, true}});
        !why.empty())
        return fail(errc::credentials, std::move(why));
    auto const end = parse_iso8601(keys.expiration);
    if (!end) return fail(errc::credentials, "expiration is not a time such as 2026-01-02T03:04:05Z");
    credentials found;
    found.access_key_id = std::move(keys.access_key_id);
    found.secret_access_key = std::move(keys.secret_access_key);
    found.session_token = std::move(keys.session_token);
    found.expires_at_ms = to_unix_milliseconds(*end);
    return found;
}

template <class Use>
std::string basic_iot_provider<Use>::find_mistake() const {
    url host;
    if (!parse_url("https://" + options_.endpoint, host).ok() || !host.path.empty() || !host.query.empty())
        return "endpoint = " + quote(options_.endpoint) +
               " is no host name: it must look like ID.credentials.iot.REGION.amazonaws.com";
    if (options_.role_alias.empty()) return "role_alias is empty";
    if (options_.tls.certificate.empty() || options_.tls.key.empty())
        return "tls.certificate and tls.key must name the PEM files of the device";
    if (ascii::has_control(options_.thing_name)) return "thing_name has a control character in it";
    return {};
}

template <class Use>
provider_answer basic_iot_provider<Use>::refuse(std::string_view why) const {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = "AWS IoT gave no credentials for the role alias ";
    append_clean_line(answer.detail, options_.role_alias, 128);  // IoT: CreateRoleAlias
    answer.detail += ": ";
    answer.detail += why;
    return answer;
}

template <class Use>
exchange<provider_answer> basic_iot_provider<Use>::load(environment const& surroundings) {
    if (auto const mistake = find_mistake(); !mistake.empty()) co_return refuse(mistake);
    request_maker const make = [this]() -> result<http::request> {
        http::request request;
        request.url = "https://" + options_.endpoint + "/role-aliases/";
        append_percent_encoded(request.url, options_.role_alias);
        request.url += "/credentials";
        request.headers = {{"Host", options_.endpoint}};
        if (!options_.thing_name.empty()) request.headers.push_back({"x-amzn-iot-thingname", options_.thing_name});
        request.tls = options_.tls;
        request.fresh_connection = true;  // libcurl before 7.84 may take one that was made with another certificate
        return request;
    };
    refusal_reader const read = [](http::response const& response) {
        auto const said = describe_error_document(response.body);
        return make_error(errc::credentials,
                          "HTTP " + std::to_string(response.head.status) + (said.empty() ? "" : ": " + said));
    };
    std::vector<std::string_view> nothing_secret;  // the key stays with libcurl
    auto const text = co_await send_retried(make, read, std::move(nothing_secret), surroundings);
    if (!text) {
        bool const is_refused = text.error().http_status == 403;
        co_return refuse(text.error().message + (is_refused
                                                     ? "; is the certificate active, and does a policy of it allow "
                                                       "iot:AssumeRoleWithCertificate?"
                                                     : ""));
    }
    auto found = parse_iot_credentials(text->view());
    if (!found) co_return refuse("no usable credentials: " + found.error().message);
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials = std::move(*found);
    answer.credentials.source = "AWS IoT (role alias ";
    append_clean_line(answer.credentials.source, options_.role_alias, 128);
    answer.credentials.source += ")";
    co_return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
