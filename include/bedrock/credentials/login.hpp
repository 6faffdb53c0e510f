// SPDX-License-Identifier: MIT
// Owns the provider of a console sign-in (`aws login`): its token's credentials, renewed with a proof of possession.
// Never signs in, which needs a person and a browser: an error names the command that does.
#ifndef BEDROCK_CREDENTIALS_LOGIN_HPP
#define BEDROCK_CREDENTIALS_LOGIN_HPP

#include "bedrock/aws_error.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/dpop.hpp"
#include "bedrock/credentials/login_token.hpp"
#include "bedrock/credentials/redact.hpp"
#include "bedrock/credentials/retried_call.hpp"
#include "bedrock/credentials/token_file.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/crypto/es256.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json/descriptor.hpp"
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

/// The credentials of one sign-in.
///
/// The token's file is read at each load. When 5 minutes or less of it remain, or the service has refused it, it is
/// renewed, at most once in 30 seconds, and written back with everything else in the file left as it is. Where renewing
/// fails, the old token serves until its end; where writing fails, the new one is kept here.
/// FIPS, dual-stack and endpoint (AWS_ENDPOINT_URL_SIGNIN, AWS_ENDPOINT_URL, the profile's) are found as for any
/// service.
/// **Errors:** always broken, never not_here, naming the file and the command that signs in: without a usable token,
/// and at once where Sign-In says that the session has ended, the password was changed or a permission is missing.
/// **Thread safety:** full.
/// **Wire:** CreateOAuth2Token: POST /v1/token, JSON, not signed, with the header DPoP.
template <class>
class basic_login_provider final : public credentials_provider {
  public:
    /// `place` is what the caller knows of region, FIPS, dual-stack, profile and files.
    explicit basic_login_provider(login_session of, settings_request place = {});

    std::string_view name() const noexcept override { return "login"; }
    exchange<provider_answer> load(environment const& surroundings) override;
    void forget(credentials const& refused) noexcept override;

  private:
    exchange<result<login_token>> renew(login_token const& old, environment const& surroundings) const;

    /// The one with the later end of the file's token and the one that is kept.
    login_token choose(login_token of_file);
    bool is_refused(login_token const& token);
    /// Nobody may try within 30 seconds from now.
    bool take_turn(login_token const& token, environment const& surroundings);
    void keep(login_token renewed);
    void note_failure(error why);
    error last_failure(login_token const& token);
    provider_answer conclude(login_token const& token, bool works, error const& why) const;
    provider_answer refuse(std::string_view why) const;

    login_session const of_;
    settings_request const place_;
    std::mutex guard_;
    std::optional<login_token> kept_;  // where it could not be written
    std::optional<std::int64_t> tried_at_ms_;
    std::string tried_key_id_;  // of the token that was to be renewed
    std::optional<error> failure_;
    std::string refused_key_id_;
};
using login_provider = basic_login_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace login_detail {

inline constexpr service_name sign_in{"signin", "AWS_ENDPOINT_URL_SIGNIN"};

inline constexpr std::size_t longest_complaint = 1000;    // of a service, in a message
inline constexpr std::int64_t renew_ahead_ms = 300'000;   // JavaScript and Rust SDK
inline constexpr std::int64_t least_between_ms = 30'000;  // Rust SDK

/// An error of Sign-In.
struct refusal_document {
    std::string error{};
    std::string message{};
};

}  // namespace login_detail

template <>
struct json::fields_of<login_detail::refusal_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(login_detail::refusal_document, error, "error", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::refusal_document, message, "message", json::optional_field),
    };
};

namespace login_detail {

/// What ends a session, as Sign-In calls it, in words behind "the login session of profile X "; "" for anything else.
inline std::string_view describe_end(std::string_view code) noexcept {
    if (code == "TOKEN_EXPIRED") return "has expired";
    if (code == "USER_CREDENTIALS_CHANGED") return "has ended, because its user's password was changed";
    if (code == "INSUFFICIENT_PERMISSIONS")
        return "cannot be renewed: its user may lack the permission signin:CreateOAuth2Token";
    return {};
}

/// "; this machine's clock is 301 s ahead of the service's" where a proof may have been refused because of it.
inline std::string describe_clock(http::response_head const& head, std::int64_t now_unix_ms) {
    constexpr std::int64_t tolerated_s = 240;  // JavaScript SDK
    auto const date = parse_http_date(http::find_header(head.headers, "date"));
    if (!date) return {};
    auto const ahead = from_unix_milliseconds(now_unix_ms).seconds - date->seconds;
    if (ahead < tolerated_s && ahead > -tolerated_s) return {};
    return "; this machine's clock is " + std::to_string(ahead < 0 ? -ahead : ahead) + " s " +
           (ahead < 0 ? "behind" : "ahead of") + " the service's: set it";
}

/// Its name is Sign-In's code where there is one.
inline error read_refusal(http::response const& response, std::string_view proof, std::int64_t now_unix_ms) {
    auto body = response.body;
    redact(body, proof);  // another one at each attempt
    auto why = parse_http_error(response.head.status, response.head.headers, as_bytes(body));
    refusal_document said;
    bool const is_read = credentials_detail::read_document(body, said).empty();
    if (is_read && !said.error.empty()) why.name = clean_line(said.error, 64);
    auto const& words = is_read && !said.message.empty() ? said.message : why.message;
    why.message = clean_line(why.name + ": " + words, longest_complaint) + describe_clock(response.head, now_unix_ms);
    return why;
}

inline std::string make_body(login_token const& token) {
    std::string text;
    json::writer out(text);
    out.begin_object();
    out.key("clientId");
    out.string(token.client_id);
    out.key("refreshToken");
    out.string(token.refresh_token.view());
    out.key("grantType");
    out.string("refresh_token");
    out.end_object();
    return text;
}

}  // namespace login_detail

template <class Use>
basic_login_provider<Use>::basic_login_provider(login_session of, settings_request place)
    : of_(std::move(of)), place_(std::move(place)) {}

template <class Use>
login_token basic_login_provider<Use>::choose(login_token of_file) {
    std::lock_guard const lock(guard_);
    bool const is_newer = kept_ && kept_->credentials.expires_at_ms > of_file.credentials.expires_at_ms;
    return is_newer ? *kept_ : std::move(of_file);
}

template <class Use>
bool basic_login_provider<Use>::is_refused(login_token const& token) {
    std::lock_guard const lock(guard_);
    return token.credentials.access_key_id == refused_key_id_;
}

template <class Use>
bool basic_login_provider<Use>::take_turn(login_token const& token, environment const& surroundings) {
    auto const now = surroundings.steady_milliseconds();
    auto key_id = token.credentials.access_key_id;
    std::lock_guard const lock(guard_);
    if (tried_at_ms_ && now - *tried_at_ms_ < login_detail::least_between_ms) return false;
    tried_at_ms_ = now;
    tried_key_id_ = std::move(key_id);
    failure_.reset();
    return true;
}

template <class Use>
void basic_login_provider<Use>::keep(login_token renewed) {
    std::lock_guard const lock(guard_);
    kept_ = std::move(renewed);
}

template <class Use>
void basic_login_provider<Use>::note_failure(error why) {
    std::lock_guard const lock(guard_);
    failure_ = std::move(why);
}

template <class Use>
error basic_login_provider<Use>::last_failure(login_token const& token) {
    std::lock_guard const lock(guard_);
    bool const is_same = failure_ && tried_key_id_ == token.credentials.access_key_id;
    return is_same ? *failure_ : make_error(errc::credentials, "somebody else is at it");
}

template <class Use>
void basic_login_provider<Use>::forget(credentials const& refused) noexcept {
    std::lock_guard const lock(guard_);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        refused_key_id_ = refused.access_key_id;
#if BEDROCK_EXCEPTIONS
    } catch (...) {  // without memory the service refuses them once more
        refused_key_id_.clear();
    }
#endif
}

template <class Use>
provider_answer basic_login_provider<Use>::refuse(std::string_view why) const {
    constexpr std::size_t longest = 100;
    auto const profile = clean_line(of_.profile, longest);
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = "the login session of profile " + profile + ' ';
    answer.detail += why;
    answer.detail += "; run \"aws login --profile " + profile + '"';
    return answer;
}

template <class Use>
provider_answer basic_login_provider<Use>::conclude(login_token const& token, bool works, error const& why) const {
    if (auto const end = login_detail::describe_end(why.name); !end.empty()) return refuse(end);
    if (works) {
        provider_answer answer;
        answer.outcome = provider_outcome::found;
        answer.credentials = token.credentials;
        answer.credentials.source = "login";
        return answer;
    }
    auto const end = from_unix_milliseconds(token.credentials.expires_at_ms.value_or(0));
    return refuse("has a token that ends at " + format_iso8601({end.seconds, 0}) +
                  " and was not renewed: " + why.message);
}

template <class Use>
exchange<provider_answer> basic_login_provider<Use>::load(environment const& surroundings) {
    using namespace login_detail;
    auto const file = co_await read_token_file(find_login_token_file(of_.name, surroundings));
    if (auto const problem = file.describe_problem(); !problem.empty()) co_return refuse(problem);
    auto parsed = parse_login_token(file.text.view());
    if (!parsed) co_return refuse("has no usable token in " + file.name + ": " + parsed.error().message);

    auto const token = choose(std::move(*parsed));
    auto const now = surroundings.unix_milliseconds();
    auto const left_ms = *token.credentials.expires_at_ms - now;
    bool const refused = is_refused(token);
    bool const works = left_ms > 0 && !refused;
    if (works && left_ms > renew_ahead_ms) co_return conclude(token, works, error());
    if (!take_turn(token, surroundings)) co_return conclude(token, works, last_failure(token));

    auto const renewed = co_await renew(token, surroundings);
    auto const again = co_await read_token_file(file.path, file.stamp);
    if (renewed) {
        token_replacement written;
        if (again.outcome == file_outcome::unchanged)
            written = co_await replace_token_file(file, renew_login_text(file.text.view(), *renewed));
        if (!written.done) keep(*renewed);
        auto answer = conclude(*renewed, true, error());
        if (!written.note.empty()) answer.credentials.source += " (" + written.note + ")";
        co_return answer;
    }
    note_failure(renewed.error());
    auto const others = parse_login_token(again.text.view());  // another process may have been faster
    if (others && others->credentials.access_key_id != token.credentials.access_key_id &&
        *others->credentials.expires_at_ms > now)
        co_return conclude(*others, true, error());
    co_return conclude(token, works, renewed.error());
}

template <class Use>
exchange<result<login_token>> basic_login_provider<Use>::renew(login_token const& old,
                                                               environment const& surroundings) const {
    crypto::es256_key key;
    if (auto const fault = key.read_pem(old.dpop_key.view()); fault != crypto::key_fault::none)
        co_return fail(errc::credentials, "its dpopKey " + std::string(describe(fault)));
    auto place = detail::at_service(login_detail::sign_in, place_);
    if (!old.sign_in_region.empty())
        place.region = {old.sign_in_region, "signInRegion of the login session"};
    else if (!of_.region.empty())
        place.region = {of_.region, "profile " + clean_line(of_.profile, login_detail::longest_complaint)};
    http::body const body(login_detail::make_body(old));
    std::string proof;
    auto const where = co_await find_settings(surroundings, std::move(place));
    if (!where) co_return unexpected{where.error()};
    request_maker const make = [&]() -> result<http::request> {
        auto request = detail::make_service_request(*where, "/v1/token", {"Content-Type", "application/json"});
        auto const id = crypto::make_uuid_v4();
        dpop_claims claims;
        claims.method = "POST";
        claims.url = request.url;
        claims.id = id;
        claims.issued_at = from_unix_milliseconds(signing_time_ms(surroundings, where->host)).seconds;
        proof = make_dpop_proof(key, claims);
        if (id.empty() || proof.empty())
            return fail(errc::credentials, "OpenSSL cannot make the proof of possession (no entropy, or no ECDSA)");
        request.method = "POST";
        request.headers.push_back({"DPoP", proof});
        request.body = body;
        return request;
    };
    refusal_reader const read = [&](http::response const& response) {
        return login_detail::read_refusal(response, proof, surroundings.unix_milliseconds());
    };
    auto const& keys = old.credentials;
    std::vector<std::string_view> sent{keys.secret_access_key.view(), keys.session_token.view(),
                                       old.refresh_token.view(), old.dpop_key.view()};
    auto const answer = co_await send_retried(make, read, std::move(sent), surroundings);
    if (!answer) co_return unexpected{answer.error()};
    auto renewed = parse_login_answer(answer->view(), old, surroundings.unix_milliseconds());
    if (!renewed)
        co_return fail(errc::protocol, "the answer is not what AWS Sign-In sends (" + renewed.error().message +
                                           "); is something else behind the endpoint?");
    co_return renewed;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
