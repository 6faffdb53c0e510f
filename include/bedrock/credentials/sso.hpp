// SPDX-License-Identifier: MIT
// Owns the provider that trades a sign-in to IAM Identity Center for the credentials of a role.
// Never signs in, and never keeps the token longer than the call: its source does.
#ifndef BEDROCK_CREDENTIALS_SSO_HPP
#define BEDROCK_CREDENTIALS_SSO_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/retried_call.hpp"
#include "bedrock/credentials/sso_settings.hpp"
#include "bedrock/credentials/sso_token.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/uri.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// GetRoleCredentials with the token of a sign-in. FIPS, dual-stack and endpoint (AWS_ENDPOINT_URL_SSO,
/// AWS_ENDPOINT_URL, the profile's) are found as for any service; the region is the sign-in's.
/// **Errors:** always broken, never not_here: without a usable sign-in, naming the command that signs in; for what the
/// service refuses, naming role and account.
/// **Thread safety:** full.
template <class>
class basic_sso_provider final : public credentials_provider {
  public:
    /// `place` is what the caller knows of FIPS, dual-stack, profile and files.
    explicit basic_sso_provider(sso_settings wanted, settings_request place = {});

    std::string_view name() const noexcept override { return "sso"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    provider_answer refuse(std::string_view why) const;

    settings_request const place_;
    sso_token_source token_;
};
using sso_provider = basic_sso_provider<void>;

/// The credentials in GetRoleCredentials' answer; account and source are left empty. **Errors:** credentials; the
/// message completes "no usable credentials: " and quotes no key.
/// **Wire:** roleCredentials{accessKeyId, secretAccessKey, sessionToken, expiration (milliseconds since 1970)}.
template <class = void>
result<credentials> parse_role_credentials(std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

namespace sso_detail {

inline constexpr service_name portal{"portal.sso", "AWS_ENDPOINT_URL_SSO"};

struct role_credentials {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    std::optional<std::int64_t> expiration{};
};

struct role_document {
    role_credentials credentials{};
};

}  // namespace sso_detail

template <>
struct json::fields_of<sso_detail::role_credentials> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(sso_detail::role_credentials, access_key_id, "accessKeyId", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::role_credentials, secret_access_key, "secretAccessKey", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::role_credentials, session_token, "sessionToken", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::role_credentials, expiration, "expiration", json::optional_field),
    };
};

template <>
struct json::fields_of<sso_detail::role_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(sso_detail::role_document, credentials, "roleCredentials", json::optional_field),
    };
};

template <class>
result<credentials> parse_role_credentials(std::string_view text) {
    sso_detail::role_document read;
    auto& got = read.credentials;
    if (auto why = credentials_detail::read_document(text, read,
                                                     {{"accessKeyId", got.access_key_id, true},
                                                      {"secretAccessKey", got.secret_access_key, true},
                                                      {"sessionToken", got.session_token, true}});
        !why.empty())
        return fail(errc::credentials, std::move(why));
    if (!got.expiration || *got.expiration <= 0) return fail(errc::credentials, "expiration is missing");
    credentials found;
    found.access_key_id = std::move(got.access_key_id);
    found.secret_access_key = std::move(got.secret_access_key);
    found.session_token = std::move(got.session_token);
    found.expires_at_ms = got.expiration;
    return found;
}

template <class Use>
basic_sso_provider<Use>::basic_sso_provider(sso_settings wanted, settings_request place)
    : place_(place), token_(std::move(wanted), std::move(place)) {}

template <class Use>
provider_answer basic_sso_provider<Use>::refuse(std::string_view why) const {
    auto const& wanted = token_.settings();
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = "IAM Identity Center gave no credentials of role " + detail::clean_name(wanted.role_name) +
                    " in account " + detail::clean_name(wanted.account_id) + ": ";
    answer.detail += why;
    return answer;
}

template <class Use>
exchange<provider_answer> basic_sso_provider<Use>::load(environment const& surroundings) {
    auto const& wanted = token_.settings();
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    if (wanted.account_id.empty() || wanted.role_name.empty()) {
        answer.detail = "the sign-in to IAM Identity Center of " +
                        (wanted.profile.empty() ? wanted.describe() : "profile " + detail::clean_name(wanted.profile)) +
                        " gives a token, but no credentials: sso_account_id and sso_role_name must be set";
        co_return answer;
    }
    auto const token = co_await token_.load(surroundings);
    if (!token) {
        answer.detail = token.error().message;
        co_return answer;
    }
    auto place = detail::at_service(sso_detail::portal, place_);
    place.region = {wanted.region, "sso_region of " + wanted.describe()};
    auto const where = co_await find_settings(surroundings, std::move(place));
    if (!where) co_return refuse(where.error().message);
    request_maker const make = [&]() -> result<http::request> {
        auto request = detail::make_service_request(
            *where, "/federation/credentials", {"x-amz-sso_bearer_token", std::string(token->access_token.view())});
        request.url += "?account_id=";
        append_percent_encoded(request.url, wanted.account_id);
        request.url += "&role_name=";
        append_percent_encoded(request.url, wanted.role_name);
        return request;
    };
    refusal_reader const read = sso_detail::read_refusal;
    std::vector<std::string_view> sent{token->access_token.view()};
    auto const text = co_await send_retried(make, read, std::move(sent), surroundings);
    if (!text) {
        auto why = text.error().message;
        switch (text.error().http_status) {
            case 401:
                why += "; run \"" + wanted.login_command() + '"';
                break;
            case 403:
            case 404:
                why += "; is the role assigned to you? Look at sso_account_id and sso_role_name";
                break;
            default:
                break;
        }
        co_return refuse(why);
    }
    auto found = parse_role_credentials(text->view());
    if (!found) co_return refuse("the answer has no usable credentials: " + found.error().message);
    answer.outcome = provider_outcome::found;
    answer.credentials = std::move(*found);
    answer.credentials.account_id = wanted.account_id;
    answer.credentials.source = wanted.describe() + " (sso)";
    if (!token->note.empty()) answer.credentials.source += " (" + token->note + ")";
    co_return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
