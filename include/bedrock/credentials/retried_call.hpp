// SPDX-License-Identifier: MIT
// Owns how AWS's own services for credentials (STS, IAM Identity Center) are asked: small requests, repeated as AWS's
// standard mode does. Never decides what is asked, nor what an answer means.
#ifndef BEDROCK_CREDENTIALS_RETRIED_CALL_HPP
#define BEDROCK_CREDENTIALS_RETRIED_CALL_HPP

#include "bedrock/clock_skew.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/redact.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/settings.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Makes the request of one attempt: each is signed at a time of its own. Clocks and limits are not its business.
using request_maker = std::function<result<http::request>()>;

/// What an answer whose status is not 200 says: the service's name of the error in `name`, the whole of it in
/// `message`.
using refusal_reader = std::function<error(http::response const&)>;

/// The body of the first response with status 200. A signature that was rejected because the local clock is wrong is
/// made again once with the service's time.
/// **Errors:** the maker's; the last attempt's: transport, timeout or truncated where there was no answer, else the
/// reader's with its status.
/// `sent` are the secrets in the request: what answers it may repeat them, so they are taken out before it is read.
/// **Lifetime:** of `surroundings`, of `sent`, and of what the functions refer to, as long as the exchange.
template <class = void>
exchange<result<secret>> send_retried(request_maker make, refusal_reader read, std::vector<std::string_view> sent,
                                      environment const& surroundings);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr http::timeouts retried_call_clocks{
    .connect_ms = 5'000, .first_event_ms = 0, .first_byte_ms = 30'000, .idle_ms = 30'000, .total_ms = 0};

/// What is asked for the place of a service; `known` is what the caller says of it.
inline settings_request at_service(service_name service, settings_request const& known) {
    auto place = known;
    place.service = service.host;
    place.endpoint_variable = service.endpoint_variable;
    place.endpoint = {};
    place.model_id.clear();
    place.allowed_regions.clear();
    place.needs_privacy = true;
    return place;
}

/// A GET with the headers Host and `header`.
inline http::request make_service_request(settings const& where, std::string_view path, http::header header) {
    http::request made;
    made.url = where.endpoint.value;
    made.url += path;
    made.headers.push_back({"Host", where.host});
    made.headers.push_back(std::move(header));
    return made;
}

}  // namespace detail

template <class>
exchange<result<secret>> send_retried(request_maker make, refusal_reader read, std::vector<std::string_view> sent,
                                      environment const& surroundings) {
    retry::token_bucket bucket;
    retry::attempts attempts(bucket);
    bool corrected = false;
    for (;;) {
        auto request = make();
        if (!request) co_return unexpected{std::move(request).error()};
        std::string const url = request->url, host(http::find_header(request->headers, "Host"));
        auto const signed_at_ms = signing_time_ms(surroundings, host);
        request->timeouts = detail::retried_call_clocks;
        request->max_body = std::size_t{1} << 20;
        http_ask asked(std::move(*request));
        co_await asked;
        auto& response = asked.response;
        if (!asked.failure && response.head.status == 200) co_return secret(std::move(response.body));

        auto why = retry::cause::none;
        error reason;
        if (asked.failure) {
            why = retry::classify(asked.failure);
            if (asked.failure.code == errc::timeout) why = retry::cause::transient;  // asking twice costs nothing
            reason = make_error(asked.failure.code, std::move(asked.failure.message));
        } else {
            for (auto const hidden : sent) redact(response.body, hidden);
            reason = read(response);
            reason.http_status = response.head.status;
            why = retry::classify(reason.name, reason.http_status);
            if (!corrected && learn_clock_offset(surroundings, url, host, reason.name, response.head.headers, signed_at_ms)) {
                corrected = true;
                continue;
            }
        }
        auto const decided =
            attempts.failed(why, surroundings.random_unit(),
                            retry::find_retry_after_ms(response.head.headers, surroundings.unix_milliseconds()));
        if (decided.verdict != retry::verdict::repeat) co_return unexpected{std::move(reason)};
        pause_ask nap(decided.delay_ms);
        co_await nap;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
