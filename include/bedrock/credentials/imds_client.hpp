// SPDX-License-Identifier: MIT
// Owns the talk with EC2's instance metadata service, version 2: where it is, its token, and one document of it.
// Never speaks version 1, never goes through a proxy, and never asks before somebody wants a document.
#ifndef BEDROCK_CREDENTIALS_IMDS_CLIENT_HPP
#define BEDROCK_CREDENTIALS_IMDS_CLIENT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials/bounded_fetch.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/uri.hpp"
#include "bedrock/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Each setting: what code says, then the environment (AWS_EC2_METADATA_SERVICE_ENDPOINT,
/// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, AWS_EC2_METADATA_DISABLED), then what the profile says. An endpoint, from
/// wherever, wins over a mode.
struct imds_options {
    /// "http://host:port", perhaps with a path before `/latest`.
    std::string endpoint{};
    /// "IPv4" or "IPv6", in any case.
    std::string endpoint_mode{};
    bool disabled = false;
    /// The profile's `ec2_metadata_service_endpoint` and `ec2_metadata_service_endpoint_mode`.
    std::string profile_endpoint{};
    std::string profile_endpoint_mode{};
    /// Connect 1 s, read 1 s: all of AWS's SDKs.
    fetch_limits limits{};
    /// Of each request.
    int attempts = 2;
    /// How long nobody asks again where no service was found. Milliseconds of steady time.
    std::int64_t absence_ms = 300'000;
    /// What a token is asked for: six hours, the longest that EC2 gives (all of AWS's SDKs).
    std::int64_t token_ttl_seconds = 21'600;
};

enum class imds_outcome : unsigned char {
    found,
    disabled,   ///< by option or AWS_EC2_METADATA_DISABLED: nothing was asked
    absent,     ///< there is no service that gives out tokens: not EC2
    not_found,  ///< 404: the service has no such document
    broken,     ///< a bad setting, or the service fails
};

struct imds_answer {
    imds_outcome outcome = imds_outcome::absent;
    /// The document: UTF-8.
    std::string text{};
    /// Why there is none: what was asked, how often and for how long.
    std::string detail{};
};

/// The base URL, without a `/` at its end: the settings' endpoint, or http://169.254.169.254 or http://[fd00:ec2::254]
/// by mode. **Errors:** errc::credentials, naming the setting.
result<std::string> find_imds_endpoint(imds_options const& options, environment const& surroundings);

/// Asks for documents. The token is kept until 120 seconds before its end, as the answer's header gives that
/// (aws-config), and renewed on a 401; that nobody answers is remembered for `absence_ms`.
/// **Thread safety:** any number of `get` at a time.
template <class>
class basic_imds_client {
  public:
    explicit basic_imds_client(imds_options options = {}) : options_(std::move(options)) {}

    /// GET of a path that begins with `/`. **Lifetime:** the client and `surroundings` must outlive the exchange.
    exchange<imds_answer> get(std::string path, environment const& surroundings);

  private:
    struct kept_token {
        std::string text{};
        std::string endpoint{};
        std::int64_t renew_at_ms = 0;
    };
    struct known_absence {
        std::string why{};
        std::string endpoint{};
        std::int64_t until_ms = 0;
    };
    exchange<imds_answer> find_token(std::string endpoint, environment const& surroundings);
    bool recall(std::string const& endpoint, std::int64_t now_ms, imds_answer& answer);
    void keep_token(std::string text, std::string const& endpoint, std::int64_t asked_ms,
                    http::header_list const& head);
    void forget_token(std::string const& text);
    void keep_absence(std::string const& why, std::string const& endpoint, std::int64_t now_ms);

    imds_options const options_;
    std::mutex guard_;
    kept_token token_;
    known_absence absence_;
};
using imds_client = basic_imds_client<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A value and the name of what set it.
struct imds_setting {
    std::string value{};
    std::string source{};
};

inline imds_setting find_imds_setting(std::string const& option, std::string_view variable,
                                      std::string const& of_profile, std::string_view profile_key,
                                      environment const& surroundings) {
    if (!option.empty()) return {option, "option"};
    if (auto value = non_blank_variable(surroundings, variable)) return {std::move(*value), std::string(variable)};
    return {of_profile, std::string(profile_key)};
}

/// What switched the service off; "" where nothing did.
inline std::string find_imds_switch(imds_options const& options, environment const& surroundings) {
    if (options.disabled) return "switched off by an option";
    auto const value = non_blank_variable(surroundings, "AWS_EC2_METADATA_DISABLED");
    if (!value || !http::equal_names(*value, "true")) return {};  // other values are noted with the settings
    return "switched off by AWS_EC2_METADATA_DISABLED";
}

/// What can go into a header and is no web page.
inline bool is_imds_token(std::string_view text) noexcept {
    return !text.empty() && text.front() != '<' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

inline http::request make_imds_request(char const* method, std::string url, http::header with) {
    http::request made;
    made.method = method;
    made.url = std::move(url);
    made.headers.push_back(std::move(with));
    made.no_proxy = true;
    return made;
}

/// Why a request for a token was in vain: nothing there that gives out tokens, or a service that fails.
inline imds_answer judge_imds_refusal(std::string const& endpoint, fetched const& got, std::string const& effort) {
    imds_answer answer;
    auto const status = got.status();
    auto const said = endpoint + " (token): " + got.describe() + " (" + effort + ")";
    if (status == 400 || status == 429 || status >= 500) {
        answer.outcome = imds_outcome::broken;
        answer.detail = "the instance metadata service fails: " + said;
    } else if (status == 403) {
        answer.detail = "instance metadata is switched off for this instance, or a firewall forbids it: " + said;
    } else if (status == 0 && got.failure.code == errc::timeout && got.failure.request_sent) {
        answer.detail = "no instance metadata service at " + said +
                        "; inside a container on EC2, the instance's metadata hop limit must be at least 2";
    } else if (status == 0) {
        answer.detail =
            "no instance metadata service at " + said + "; AWS_EC2_METADATA_DISABLED=true keeps this from being tried";
    } else {
        answer.detail = "not EC2's metadata service, or version 1 of it alone, which is not used: " + said;
    }
    return answer;
}

}  // namespace detail

inline result<std::string> find_imds_endpoint(imds_options const& options, environment const& surroundings) {
    auto const given =
        detail::find_imds_setting(options.endpoint, "AWS_EC2_METADATA_SERVICE_ENDPOINT", options.profile_endpoint,
                                  "ec2_metadata_service_endpoint", surroundings);
    if (!given.value.empty()) {
        url parsed;
        auto const state = parse_url(given.value, parsed);
        if (!state.ok() || !parsed.query.empty())
            return fail(errc::credentials, "the endpoint of instance metadata (" + given.source + ") " +
                                               (state.ok() ? "has a query" : std::string(describe(state.code))));
        return given.value.substr(0, given.value.find_last_not_of("/?") + 1);
    }
    auto const mode =
        detail::find_imds_setting(options.endpoint_mode, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                                  options.profile_endpoint_mode, "ec2_metadata_service_endpoint_mode", surroundings);
    if (mode.value.empty() || http::equal_names(mode.value, "IPv4")) return std::string("http://169.254.169.254");
    if (http::equal_names(mode.value, "IPv6")) return std::string("http://[fd00:ec2::254]");
    return fail(errc::credentials,
                "the endpoint mode of instance metadata (" + mode.source + ") is neither IPv4 nor IPv6");
}

template <class Use>
bool basic_imds_client<Use>::recall(std::string const& endpoint, std::int64_t now_ms, imds_answer& answer) {
    std::lock_guard const lock(guard_);
    if (token_.endpoint == endpoint && now_ms < token_.renew_at_ms) {
        answer.outcome = imds_outcome::found;
        answer.text = token_.text;
        return true;
    }
    if (absence_.endpoint != endpoint || now_ms >= absence_.until_ms) return false;
    answer.outcome = imds_outcome::absent;
    answer.detail =
        absence_.why + "; not tried again for " + std::to_string((absence_.until_ms - now_ms + 999) / 1000) + " s";
    return true;
}

template <class Use>
void basic_imds_client<Use>::keep_token(std::string text, std::string const& endpoint, std::int64_t asked_ms,
                                        http::header_list const& head) {
    constexpr std::int64_t early_seconds = 120;
    auto const ttl = http::find_header(head, "x-aws-ec2-metadata-token-ttl-seconds");
    std::int64_t seconds = 0;  // without a header that makes sense, the token serves this once
    if (std::from_chars(ttl.data(), ttl.data() + ttl.size(), seconds).ec != std::errc{}) seconds = 0;
    seconds =
        (std::clamp)(seconds, early_seconds, (std::max)(options_.token_ttl_seconds, early_seconds)) - early_seconds;
    std::lock_guard const lock(guard_);
    token_ = {std::move(text), endpoint, asked_ms + seconds * 1000};
    absence_ = {};
}

template <class Use>
void basic_imds_client<Use>::forget_token(std::string const& text) {
    std::lock_guard const lock(guard_);
    if (token_.text == text) token_ = {};
}

template <class Use>
void basic_imds_client<Use>::keep_absence(std::string const& why, std::string const& endpoint, std::int64_t now_ms) {
    std::lock_guard const lock(guard_);
    absence_ = {why, endpoint, now_ms + options_.absence_ms};
}

template <class Use>
exchange<imds_answer> basic_imds_client<Use>::find_token(std::string endpoint, environment const& surroundings) {
    imds_answer answer;
    auto const started = surroundings.steady_milliseconds();
    if (recall(endpoint, started, answer)) co_return answer;
    for (int attempt = 1;; ++attempt) {
        auto const asked = surroundings.steady_milliseconds();
        http::header ttl{"x-aws-ec2-metadata-token-ttl-seconds", std::to_string(options_.token_ttl_seconds)};
        auto request = detail::make_imds_request("PUT", endpoint + "/latest/api/token", std::move(ttl));
        auto const got = co_await fetch_bounded(std::move(request), options_.limits, surroundings);
        auto const token = ascii::trim(got.body);
        if (got.status() == 200 && detail::is_imds_token(token)) {
            answer.outcome = imds_outcome::found;
            answer.text = token;
            keep_token(answer.text, endpoint, asked, got.head.headers);
            co_return answer;
        }
        if (!got.may_pass() || attempt >= options_.attempts) {
            auto const now = surroundings.steady_milliseconds();
            answer = detail::judge_imds_refusal(endpoint, got, describe_effort(attempt, now - started));
            if (answer.outcome == imds_outcome::absent) keep_absence(answer.detail, endpoint, now);
            co_return answer;
        }
        pause_ask rest(retry::backoff_ms(attempt, retry::cause::transient, surroundings.random_unit()));
        co_await rest;
    }
}

template <class Use>
exchange<imds_answer> basic_imds_client<Use>::get(std::string path, environment const& surroundings) {
    imds_answer answer;
    answer.detail = detail::find_imds_switch(options_, surroundings);
    if (!answer.detail.empty()) {
        answer.outcome = imds_outcome::disabled;
        co_return answer;
    }
    answer.outcome = imds_outcome::broken;
    auto const endpoint = find_imds_endpoint(options_, surroundings);
    if (!endpoint) {
        answer.detail = endpoint.error().message;
        co_return answer;
    }
    auto const started = surroundings.steady_milliseconds();
    for (int attempt = 1;; ++attempt) {
        auto token = co_await find_token(*endpoint, surroundings);
        if (token.outcome != imds_outcome::found) co_return token;
        http::header proof{"x-aws-ec2-metadata-token", token.text};
        auto request = detail::make_imds_request("GET", *endpoint + path, std::move(proof));
        auto got = co_await fetch_bounded(std::move(request), options_.limits, surroundings);
        bool const refused = got.status() == 401;
        if (refused) forget_token(token.text);
        if (got.status() == 200 && valid_utf8(got.body)) {
            answer.outcome = imds_outcome::found;
            answer.text = std::move(got.body);
            co_return answer;
        }
        if (!(refused || got.may_pass()) || attempt >= options_.attempts) {
            if (got.status() == 404) answer.outcome = imds_outcome::not_found;
            answer.detail = *endpoint + path + ": " +
                            (got.status() == 200 ? "an answer that is not UTF-8" : got.describe()) + " (" +
                            describe_effort(attempt, surroundings.steady_milliseconds() - started) + ")";
            co_return answer;
        }
        if (refused) continue;
        pause_ask rest(retry::backoff_ms(attempt, retry::cause::transient, surroundings.random_unit()));
        co_await rest;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
