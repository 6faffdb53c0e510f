// SPDX-License-Identifier: MIT
// Owns the access token of a sign-in to IAM Identity Center: read from the AWS CLI's cache file, renewed, written back.
// Never signs in, which needs a person and a browser: an error names the command that does.
#ifndef BEDROCK_CREDENTIALS_SSO_TOKEN_HPP
#define BEDROCK_CREDENTIALS_SSO_TOKEN_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/retried_call.hpp"
#include "bedrock/credentials/sso_settings.hpp"
#include "bedrock/credentials/token_file.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/time.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// What a cache file says.
struct sso_token {
    secret access_token{};
    /// Milliseconds since 1970.
    std::int64_t expires_at_ms = 0;
    /// The three that renew it.
    std::string client_id{};
    secret client_secret{};
    secret refresh_token{};
    /// When the client, and with it the renewing, ends; absent: no known end.
    std::optional<std::int64_t> registration_expires_at_ms{};
    /// What a person should know of its file; mostly empty.
    std::string note{};

    /// Why it cannot be renewed, for a person; "" where it can.
    std::string why_not_renewable(std::int64_t now_unix_ms) const;
};

/// The token in a cache file's text. Nobody looks whether it has expired; members that are not known may be there.
/// **Errors:** credentials; the message completes "no usable token: " and quotes nothing of the text.
/// **Wire:** accessToken, expiresAt (RFC 3339); to renew it clientId, clientSecret, refreshToken,
/// registrationExpiresAt.
template <class = void>
result<sso_token> parse_sso_token(std::string_view text);

/// The token of one sign-in.
///
/// The file is read at each load. A token of an sso-session is renewed when less than 5 minutes of it remain, at most
/// once in 30 seconds, and written back with everything else in the file left as it is. Where renewing fails, the old
/// token serves until its end; where writing fails, the new one is kept here.
/// **Thread safety:** full.
template <class>
class basic_sso_token_source {
  public:
    /// `place` is what the caller knows of FIPS, dual-stack, profile and files; region and endpoint are the sign-in's.
    explicit basic_sso_token_source(sso_settings of, settings_request place = {});

    sso_settings const& settings() const noexcept { return of_; }

    /// **Errors:** credentials, for no sign-in, an unusable file, and an end that cannot be moved; names the command
    /// that signs in. **Lifetime:** of the source and `surroundings`, as long as the exchange.
    exchange<result<sso_token>> load(environment const& surroundings);

  private:
    exchange<result<sso_token>> renew(sso_token const& old, environment const& surroundings) const;

    /// The one with the later end of the file's token and the one that is kept.
    sso_token choose(sso_token const& of_file);
    /// Nobody may try within 30 seconds from now.
    bool take_turn(environment const& surroundings);
    void keep(std::optional<sso_token> unwritten);
    void keep_failure(std::string why);
    std::string last_failure();
    unexpected refuse(std::string_view why) const;

    sso_settings const of_;
    settings_request const place_;
    std::mutex guard_;
    std::optional<sso_token> kept_;  // where it could not be written
    std::optional<std::int64_t> tried_at_ms_;
    std::string failure_;
};
using sso_token_source = basic_sso_token_source<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace sso_detail {

inline constexpr service_name oidc{"oidc", "AWS_ENDPOINT_URL_SSO_OIDC"};

struct token_document {
    std::string access_token{};
    std::string expires_at{};
    std::string client_id{};
    std::string client_secret{};
    std::string refresh_token{};
    std::string registration_expires_at{};
};

/// The answer of CreateToken.
struct renewed_document {
    std::string access_token{};
    std::string refresh_token{};
    std::optional<std::int64_t> expires_in{};
};

/// RFC 6749, 5.2.
struct refusal_document {
    std::string error_description{};
};

}  // namespace sso_detail

template <>
struct json::fields_of<sso_detail::token_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(sso_detail::token_document, access_token, "accessToken", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::token_document, expires_at, "expiresAt", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::token_document, client_id, "clientId", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::token_document, client_secret, "clientSecret", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::token_document, refresh_token, "refreshToken", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::token_document, registration_expires_at, "registrationExpiresAt",
                           json::optional_field),
    };
};

template <>
struct json::fields_of<sso_detail::renewed_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(sso_detail::renewed_document, access_token, "accessToken", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::renewed_document, refresh_token, "refreshToken", json::optional_field),
        BEDROCK_JSON_FIELD(sso_detail::renewed_document, expires_in, "expiresIn", json::optional_field),
    };
};

template <>
struct json::fields_of<sso_detail::refusal_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(sso_detail::refusal_document, error_description, "error_description", json::optional_field),
    };
};

namespace sso_detail {

inline std::string format_end(std::int64_t unix_ms) {
    return format_iso8601({from_unix_milliseconds(unix_ms).seconds, 0});
}

/// What one of IAM Identity Center's services says.
inline error read_refusal(http::response const& response) {
    constexpr std::size_t longest = 1000;
    auto why = parse_http_error(response.head.status, response.head.headers, as_bytes(response.body));
    refusal_document document;
    bool const is_read = credentials_detail::read_document(response.body, document).empty();
    auto const& words = is_read && !document.error_description.empty() ? document.error_description : why.message;
    why.message = clean_line(why.name + ": " + words, longest);
    return why;
}

/// The body of CreateToken.
inline std::string make_renewal(sso_token const& old) {
    struct member {
        std::string_view key;
        std::string_view value;
    };
    std::string text;
    json::writer out(text);
    out.begin_object();
    for (auto const& one : {member{"clientId", old.client_id}, member{"clientSecret", old.client_secret.view()},
                            member{"grantType", "refresh_token"}, member{"refreshToken", old.refresh_token.view()}}) {
        out.key(one.key);
        out.string(one.value);
    }
    out.end_object();
    return text;
}

/// The cache file's text with a new token in it; all else stays as it is.
inline std::string edit_cache_file(std::string_view text, sso_token const& renewed) {
    auto access = json::quoted(renewed.access_token.view());
    auto refresh = json::quoted(renewed.refresh_token.view());
    auto const end = json::quoted(format_end(renewed.expires_at_ms));
    json::member_change const changes[] = {{"accessToken", access}, {"expiresAt", end}, {"refreshToken", refresh}};
    std::string edited;
    json::append_with_members(edited, text, changes);  // it was read before: it is an object
    crypto::secure_wipe(access);
    crypto::secure_wipe(refresh);
    return edited;
}

}  // namespace sso_detail

inline std::string sso_token::why_not_renewable(std::int64_t now_unix_ms) const {
    if (client_id.empty()) return "it has no clientId";
    if (client_secret.empty()) return "it has no clientSecret";
    if (refresh_token.empty()) return "it has no refreshToken";
    if (registration_expires_at_ms && *registration_expires_at_ms <= now_unix_ms)
        return "its client registration expired at " + sso_detail::format_end(*registration_expires_at_ms);
    return {};
}

template <class>
result<sso_token> parse_sso_token(std::string_view text) {
    sso_detail::token_document read;
    if (auto why = credentials_detail::read_document(
            text, read, {{"accessToken", read.access_token, true}, {"expiresAt", read.expires_at, true}});
        !why.empty())
        return fail(errc::credentials, std::move(why));
    auto const end = parse_iso8601(read.expires_at);
    if (!end) return fail(errc::credentials, "expiresAt is not a time such as 2026-01-02T03:04:05Z");
    sso_token found;
    found.access_token = std::move(read.access_token);
    found.expires_at_ms = to_unix_milliseconds(*end);
    found.client_id = std::move(read.client_id);
    found.client_secret = std::move(read.client_secret);
    found.refresh_token = std::move(read.refresh_token);
    if (auto const last = parse_iso8601(read.registration_expires_at))
        found.registration_expires_at_ms = to_unix_milliseconds(*last);
    return found;
}

template <class Use>
basic_sso_token_source<Use>::basic_sso_token_source(sso_settings of, settings_request place)
    : of_(std::move(of)), place_(std::move(place)) {}

template <class Use>
sso_token basic_sso_token_source<Use>::choose(sso_token const& of_file) {
    std::lock_guard const lock(guard_);
    return kept_ && kept_->expires_at_ms > of_file.expires_at_ms ? *kept_ : of_file;
}

template <class Use>
bool basic_sso_token_source<Use>::take_turn(environment const& surroundings) {
    constexpr std::int64_t shortest_ms = 30'000;
    auto const now = surroundings.steady_milliseconds();
    std::lock_guard const lock(guard_);
    if (tried_at_ms_ && now - *tried_at_ms_ < shortest_ms) return false;
    tried_at_ms_ = now;
    return true;
}

template <class Use>
void basic_sso_token_source<Use>::keep(std::optional<sso_token> unwritten) {
    std::lock_guard const lock(guard_);
    kept_ = std::move(unwritten);
    failure_.clear();
}

template <class Use>
void basic_sso_token_source<Use>::keep_failure(std::string why) {
    std::lock_guard const lock(guard_);
    failure_ = std::move(why);
}

template <class Use>
std::string basic_sso_token_source<Use>::last_failure() {
    std::lock_guard const lock(guard_);
    return failure_;
}

template <class Use>
unexpected basic_sso_token_source<Use>::refuse(std::string_view why) const {
    return fail(errc::credentials, "the sign-in to IAM Identity Center of " + of_.describe() + ' ' + std::string(why) +
                                       "; run \"" + of_.login_command() + '"');
}

template <class Use>
exchange<result<sso_token>> basic_sso_token_source<Use>::load(environment const& surroundings) {
    auto const file = co_await read_token_file(find_sso_token_file(of_, surroundings));
    if (auto const problem = file.describe_problem(); !problem.empty()) co_return refuse(problem);
    auto parsed = parse_sso_token(file.text.view());
    if (!parsed) co_return refuse("has no usable token in " + file.name + ": " + parsed.error().message);

    auto token = choose(*parsed);
    constexpr std::int64_t renew_ahead_ms = 300'000;
    auto const now = surroundings.unix_milliseconds();
    if (token.expires_at_ms - now >= renew_ahead_ms) co_return token;
    auto why = of_.session.empty() ? std::string("only that of an sso-session can be") : token.why_not_renewable(now);
    if (why.empty() && take_turn(surroundings)) {
        auto renewed = co_await renew(token, surroundings);
        auto const again = co_await read_token_file(file.path, file.stamp);
        if (renewed) {
            token_replacement written;
            if (again.outcome == file_outcome::unchanged) {
                auto text = sso_detail::edit_cache_file(file.text.view(), *renewed);
                written = co_await replace_token_file(file, std::move(text));
            }
            keep(written.done ? std::nullopt : std::optional(*renewed));
            renewed->note = std::move(written.note);
            co_return std::move(*renewed);
        }
        keep_failure(renewed.error().message);
        auto others = parse_sso_token(again.text.view());  // another process may have been faster
        if (others && others->expires_at_ms > token.expires_at_ms) token = std::move(*others);
    }
    if (token.expires_at_ms > surroundings.unix_milliseconds()) co_return token;
    if (why.empty()) why = last_failure();
    if (why.empty()) why = "another call is at it";
    co_return refuse("expired at " + sso_detail::format_end(token.expires_at_ms) + " and was not renewed: " + why);
}

template <class Use>
exchange<result<sso_token>> basic_sso_token_source<Use>::renew(sso_token const& old,
                                                               environment const& surroundings) const {
    auto place = detail::at_service(sso_detail::oidc, place_);
    place.region = {of_.region, "sso_region of " + of_.describe()};
    http::body const body(sso_detail::make_renewal(old));
    auto const where = co_await find_settings(surroundings, std::move(place));
    if (!where) co_return unexpected{where.error()};
    request_maker const make = [&]() -> result<http::request> {
        auto request = detail::make_service_request(*where, "/token", {"Content-Type", "application/json"});
        request.method = "POST";
        request.body = body;
        return request;
    };
    refusal_reader const read = sso_detail::read_refusal;
    std::vector<std::string_view> sent{old.access_token.view(), old.refresh_token.view(), old.client_secret.view()};
    auto const answer = co_await send_retried(make, read, std::move(sent), surroundings);
    if (!answer) co_return unexpected{answer.error()};

    sso_detail::renewed_document document;
    bool const is_read = credentials_detail::read_document(answer->view(), document).empty();
    constexpr std::int64_t longest_s = std::int64_t{366} * 86'400;  // keeps the sum small; no token lives that long
    auto const is_token = is_read && !document.access_token.empty() && !ascii::has_control(document.access_token) &&
                          document.expires_in && *document.expires_in > 0 && *document.expires_in <= longest_s;
    if (!is_token)
        co_return fail(errc::protocol,
                       "the answer is not what IAM Identity Center sends; is something else behind the endpoint?");
    auto renewed = old;
    renewed.access_token = std::move(document.access_token);
    renewed.expires_at_ms = surroundings.unix_milliseconds() + *document.expires_in * 1000;
    if (!document.refresh_token.empty()) renewed.refresh_token = std::move(document.refresh_token);
    co_return renewed;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
