// SPDX-License-Identifier: MIT
// Owns the two calls to AWS STS that turn a role into credentials: AssumeRole and AssumeRoleWithWebIdentity.
// Never decides which role or whose credentials: providers do.
#ifndef BEDROCK_CREDENTIALS_STS_HPP
#define BEDROCK_CREDENTIALS_STS_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/retried_call.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/time.hpp"
#include "bedrock/uri.hpp"
#include "bedrock/xml.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::sts {

/// A role, and how it is taken. **Wire:** the parameters of AssumeRole, version 2011-06-15.
struct role {
    std::string arn{};
    /// Empty: "bedrock-cpp-" and the time.
    std::string session_name{};
    std::string external_id{};
    /// 900..43200; unset: the role's own.
    std::optional<int> duration_seconds{};
    /// Of an MFA device, with the six digits that it shows.
    std::string mfa_serial{};
    std::string mfa_code{};
};

/// Signed with `base`. Region, FIPS, dual-stack and endpoint (AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the profile's)
/// are found as for any service, `place` saying whatever the caller knows of them; its service is not looked at.
/// **Errors:** an answer that is broken, naming the role and what STS said.
/// **Lifetime:** `surroundings` must outlive the exchange.
template <class = void>
exchange<provider_answer> assume_role(role wanted, credentials base, settings_request place,
                                      environment const& surroundings);

/// Not signed: the identity provider's token is the proof.
template <class = void>
exchange<provider_answer> assume_role_with_web_identity(role wanted, secret const& token, settings_request place,
                                                        environment const& surroundings);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void append_parameter(std::string& body, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!body.empty()) body += '&';
    body += name;
    body += '=';
    append_percent_encoded(body, value);
}

inline std::string make_body(std::string_view action, role const& wanted, environment const& surroundings) {
    std::string body;
    append_parameter(body, "Action", action);
    append_parameter(body, "Version", "2011-06-15");
    append_parameter(body, "RoleArn", wanted.arn);
    append_parameter(body, "RoleSessionName",
                     wanted.session_name.empty() ? "bedrock-cpp-" + std::to_string(surroundings.unix_milliseconds())
                                                 : wanted.session_name);
    append_parameter(body, "ExternalId", wanted.external_id);
    if (wanted.duration_seconds) append_parameter(body, "DurationSeconds", std::to_string(*wanted.duration_seconds));
    append_parameter(body, "SerialNumber", wanted.mfa_serial);
    append_parameter(body, "TokenCode", wanted.mfa_code);
    return body;
}

inline provider_answer broken(std::string_view action, role const& wanted, std::string_view why) {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = std::string(action) + " of ";
    append_clean_line(answer.detail, wanted.arn, 300);
    answer.detail += " failed: ";
    append_clean_line(answer.detail, why, 1000);
    return answer;
}

inline provider_answer read_answer(std::string_view action, role const& wanted, std::string_view document) {
    std::string const response = std::string(action) + "Response", result = std::string(action) + "Result";
    provider_answer answer;
    auto& got = answer.credentials;
    std::string key, token, expiration, arn;
    auto const find = [&](std::string_view name, std::string& out) {
        return xml::find_text(document, {response, result, "Credentials", name}, out) && !out.empty();
    };
    if (!find("AccessKeyId", got.access_key_id) || !find("SecretAccessKey", key) || !find("SessionToken", token) ||
        !find("Expiration", expiration))
        return broken(action, wanted, "the answer is not what STS sends; is something else behind the endpoint?");
    auto const end = parse_iso8601(expiration);
    if (!end) return broken(action, wanted, "the answer's expiration is no time");
    answer.outcome = provider_outcome::found;
    got.secret_access_key = std::move(key);
    got.session_token = std::move(token);
    got.expires_at_ms = to_unix_milliseconds(*end);
    if (xml::find_text(document, {response, result, "AssumedRoleUser", "Arn"}, arn)) {
        std::string_view rest = arn;  // arn:aws:sts::ACCOUNT:assumed-role/...
        for (int field = 0; field < 4 && !rest.empty(); ++field)
            rest.remove_prefix((std::min)(rest.find(':'), rest.size() - 1) + 1);
        got.account_id = rest.substr(0, rest.find(':'));
    }
    return answer;
}

inline error read_refusal(http::response const& response) {
    error why;
    std::string message;
    if (!xml::find_text(response.body, {"ErrorResponse", "Error", "Code"}, why.name)) {
        why = parse_http_error(response.head.status, response.head.headers, as_bytes(response.body));
        message = std::move(why.message);
    } else {
        xml::find_text(response.body, {"ErrorResponse", "Error", "Message"}, message);
    }
    why.message = why.name + ": " + message;
    return why;
}

inline result<http::request> make_request(std::string const& body, std::optional<credentials> const& signer,
                                          settings const& where, environment const& surroundings) {
    auto request = bedrock::detail::make_service_request(
        where, "/", {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    request.method = "POST";
    request.body = body;
    if (!signer) return request;
    auto const target = where.path_prefix + "/";
    sigv4::request unsigned_request;
    unsigned_request.method = request.method;
    unsigned_request.target = target;
    unsigned_request.headers = request.headers;
    unsigned_request.body = as_bytes(body);
    sigv4::signature signature;
    auto const status = sigv4::sign(
        unsigned_request, {signer->access_key_id, signer->secret_access_key.view(), signer->session_token.view()},
        {where.region.value, "sts", signing_time_ms(surroundings, where.host) / 1000}, {}, signature);
    if (!status.ok()) return fail(errc::credentials, std::string(sigv4::describe(status.code)));
    for (auto& added : signature.headers) request.headers.push_back(std::move(added));
    return request;
}

inline constexpr service_name token_service{"sts", "AWS_ENDPOINT_URL_STS"};

template <class = void>
exchange<provider_answer> call(std::string action, role wanted, std::string body, std::optional<credentials> signer,
                               secret proof, settings_request place, environment const& surroundings) {
    auto there = bedrock::detail::at_service(token_service, place);
    auto const where = co_await find_settings(surroundings, std::move(there));
    if (!where) co_return broken(action, wanted, where.error().message);
    request_maker const make = [&] { return make_request(body, signer, *where, surroundings); };
    refusal_reader const read = read_refusal;
    auto sent = signer ? std::vector{signer->secret_access_key.view(), signer->session_token.view()}
                       : std::vector{proof.view()};
    auto const document = co_await send_retried(make, read, std::move(sent), surroundings);
    if (!document) co_return broken(action, wanted, document.error().message);
    co_return read_answer(action, wanted, document->view());
}

}  // namespace detail

template <class>
exchange<provider_answer> assume_role(role wanted, credentials base, settings_request place,
                                      environment const& surroundings) {
    auto body = detail::make_body("AssumeRole", wanted, surroundings);
    return detail::call("AssumeRole", std::move(wanted), std::move(body), std::move(base), secret(), std::move(place),
                        surroundings);
}

template <class>
exchange<provider_answer> assume_role_with_web_identity(role wanted, secret const& token, settings_request place,
                                                        environment const& surroundings) {
    auto body = detail::make_body("AssumeRoleWithWebIdentity", wanted, surroundings);
    detail::append_parameter(body, "WebIdentityToken", token.view());
    return detail::call("AssumeRoleWithWebIdentity", std::move(wanted), std::move(body), std::nullopt, token,
                        std::move(place), surroundings);
}

}  // namespace bedrock::inline BEDROCK_ABI::sts

#endif
