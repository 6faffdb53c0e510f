// SPDX-License-Identifier: MIT
// Owns how an operation becomes authorised HTTP and is repeated until there is an answer, or a reason to stop.
// Never does I/O: these are protocols, for whichever runner steps them.
#ifndef BEDROCK_CALL_HPP
#define BEDROCK_CALL_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/clock_skew.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/redact.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/observer.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/target.hpp"
#include "bedrock/version.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A request of the service before it knows its host and its caller.
struct operation {
    /// AWS's name, "ConverseStream".
    std::string_view name{};
    std::string method{"POST"};
    /// Begins with `/`, percent-encoded once.
    std::string path{};
    http::body body{};
    std::string content_type{"application/json"};
    std::string accept{"application/json"};
    /// Further ones, of names that begin with `x-amz`; they are signed.
    http::header_list headers{};
    /// An ARN among these says its region.
    std::string model_id{};
    service_name service = runtime_service;
    /// Nothing in the response says where it ends: not by HTTP/2 (see `http::response_head::is_http2`).
    bool ends_with_body = false;
    /// Milliseconds: the client's clock for the first byte runs no longer than this, unless the call has clocks of its
    /// own. 0: as long as it likes.
    std::int64_t longest_first_byte_ms = 0;
};

/// What one call works with. **Lifetime:** of all that it refers to; it must outlive the protocols that it is given to.
struct call_frame {
    client_state& client;
    call_options const& options;
    sigv4::signer& signer;
    operation const& what;
    /// Requests sent so far.
    int attempts = 0;
    /// The request id of the last answer.
    std::string request_id{};
    /// Once there is a response: the credentials, which nothing that it says may repeat.
    credentials sent{};
    /// For advice about an error inside a stream: the region of the request, and whether it carried a bearer token.
    std::string region{};
    bool has_bearer = false;
};

/// Sends an operation whose answer is no stream, with repeats.
template <class = void>
exchange<result<http::response>> send_plain(call_frame& frame);

/// A whole answer, and what its frame knows of it.
struct call_answer {
    http::response response{};
    std::string request_id{};
    int attempts = 0;
    /// The credentials of the request, which no message may repeat.
    credentials sent{};
};

/// What `send_plain`, or the runner in its place, came to; an error is given what the frame knows of it too.
result<call_answer> conclude(call_frame& frame, result<http::response> response);

/// Sends an operation whose answer is a stream, with repeats, until an answer's head says that there is one. Whether
/// its first event is worth having is decided by `first`, a callable `(http::transfer&) ->
/// exchange<std::optional<error>>` whose error may be repeated like any other.
template <class First>
exchange<result<std::unique_ptr<http::transfer>>> open_streaming(call_frame& frame, First first);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// False for a name that is not a token, and for a value that would end its line early.
inline bool is_sendable(http::header const& given) noexcept {
    return http::is_token(given.name) && given.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

/// Headers that the request sets itself, or libcurl for it: a second one would be read one way by this end and another
/// way by the next. Authorization is the caller's if the request is anonymous.
inline bool is_own_header(std::string_view name, bool anonymous) noexcept {
    constexpr std::string_view own[] = {
        "Host",       "Content-Type",        "Accept",          "Content-Length",        "Transfer-Encoding",
        "Expect",     "User-Agent",          "amz-sdk-request", "amz-sdk-invocation-id", "x-amz-content-sha256",
        "X-Amz-Date", "X-Amz-Security-Token"};
    for (auto const& taken : own)
        if (http::equal_names(name, taken)) return true;
    return !anonymous && http::equal_names(name, "Authorization");
}

/// Headers of one connection alone (RFC 9110, 7.6.1), which libcurl or a proxy would act on.
inline bool is_connection_header(std::string_view name) noexcept {
    constexpr std::string_view hop_by_hop[] = {"Connection", "Keep-Alive", "TE", "Trailer", "Upgrade"};
    for (auto const& one : hop_by_hop)
        if (http::equal_names(name, one)) return true;
    return http::equal_names(name.substr(0, 6), "Proxy-");
}

inline bool has_header(http::header_list const& among, std::string_view name) noexcept {
    for (auto const& one : among)
        if (http::equal_names(one.name, name)) return true;
    return false;
}

/// Why an answer of status 200 cannot be read; code none where it can. Nothing that is sent allows compression, and
/// what is compressed may be of any size.
inline error check_encoding(http::response_head const& head) {
    auto const coding = ascii::trim(http::find_header(head.headers, "content-encoding"));
    if (coding.empty() || http::equal_names(coding, "identity")) return {};
    std::string message = "the answer has the Content-Encoding \"";
    append_clean_line(message, coding, 100);
    auto why = make_error(errc::protocol, message + "\", which was not asked for; does a proxy compress it?");
    why.http_status = head.status;
    return why;
}

inline unexpected refuse_header(std::string_view name, std::string_view why) {
    std::string message = "the header \"";
    append_clean_line(message, name, 100);
    return fail(errc::invalid_input, message.append("\" ").append(why));
}

inline std::string make_user_agent(client_options const& client, call_options const& call) {
    std::string text = std::string("bedrock-cpp/") + version_text;
    for (auto const* suffix : {&client.user_agent_suffix, &call.user_agent_suffix})
        if (!suffix->empty()) text += ' ' + *suffix;
    return text;
}

inline int choose_max_attempts(retry_options const& wanted, settings const& found) {
    if (wanted.max_attempts) return *wanted.max_attempts;
    int attempts = retry::policy{}.max_attempts;
    auto const& text = found.max_attempts.value;  // a positive number or nothing
    std::from_chars(text.data(), text.data() + text.size(), attempts);
    return attempts;
}

/// The request of one attempt, authorised.
inline result<http::request> make_request(call_frame& frame, call_target const& target, std::string const& invocation,
                                          int max_attempts) {
    auto const& client = frame.client.options;
    auto const& surroundings = frame.client.surroundings;
    std::string_view const path = frame.what.path;
    if (has_dot_segment(path.substr(0, path.find('?'))))
        return fail(errc::invalid_input, "the request path " + quote(path) + " has \".\" or \"..\" as a segment: an id cannot be one of these");
    if (invocation.empty()) return fail(errc::invalid_input, "OpenSSL cannot make random numbers, which a request needs");
    http::request made;
    made.method = frame.what.method;
    made.url = target.settings.endpoint.value + frame.what.path;
    made.body = frame.what.body;
    made.timeouts = choose_timeouts(client, frame.options);
    auto& first_byte = made.timeouts.first_byte_ms;
    if (auto const longest = frame.what.longest_first_byte_ms; longest > 0 && !frame.options.timeouts)
        first_byte = first_byte > 0 ? (std::min)(first_byte, longest) : longest;
    made.max_body = client.max_answer_bytes;
    made.fresh_connection = client.fresh_connection || frame.options.fresh_connection;
    made.tls.certificate = client.network.tls.certificate;
    made.tls.key = client.network.tls.key;
    made.unix_socket = client.network.unix_socket;
    made.http2 = client.network.http2 && !frame.what.ends_with_body;

    made.headers.push_back({"Host", target.settings.host});
    if (!frame.what.content_type.empty()) made.headers.push_back({"Content-Type", frame.what.content_type});
    if (!frame.what.accept.empty()) made.headers.push_back({"Accept", frame.what.accept});
    for (auto const& own : frame.what.headers) made.headers.push_back(own);
    for (auto const& own : made.headers)
        if (!is_sendable(own)) return refuse_header(own.name, "cannot be sent: its value has a line break");
    made.headers.push_back({"amz-sdk-invocation-id", invocation});
    made.headers.push_back({"amz-sdk-request", "attempt=" + std::to_string(frame.attempts) + "; max=" +
                                                   std::to_string((std::max)(max_attempts, frame.attempts))});
    http::header_list unsigned_headers{{"User-Agent", make_user_agent(client, frame.options)}};
    if (!is_sendable(unsigned_headers[0]))
        return refuse_header("User-Agent", "cannot be sent: user_agent_suffix has a line break");
    for (auto const& extra : frame.options.headers) {
        if (!is_sendable(extra))
            return refuse_header(extra.name, "cannot be sent: its name is not an HTTP token, or its value has a line break");
        if (is_connection_header(extra.name))
            return refuse_header(extra.name, "is for a connection, not for a request: leave it to the library");
        if (is_own_header(extra.name, target.anonymous) || has_header(frame.what.headers, extra.name))
            return refuse_header(extra.name, "is not the caller's to set: the request has its own");
        bool const is_signed = extra.name.size() >= 5 && http::equal_names(extra.name.substr(0, 5), "x-amz");
        (is_signed ? made.headers : unsigned_headers).push_back(extra);
    }

    if (target.anonymous) {
        // A proxy in front adds its own authorization.
    } else if (!target.credentials.bearer_token.empty()) {
        auto const token = target.credentials.bearer_token.view();
        if (ascii::has_control(token))
            return fail(errc::credentials, "the bearer token (" + target.credentials.source +
                                               ") has a line break or another control character in it");
        made.headers.push_back({"Authorization", "Bearer " + std::string(token)});
    } else {
        auto const signed_target = target.settings.path_prefix + frame.what.path;
        sigv4::signature signature;
        auto const status = frame.signer.sign(
            {.method = made.method,
             .target = signed_target,
             .headers = made.headers,
             .body = as_bytes(made.body.view())},
            {target.credentials.access_key_id, target.credentials.secret_access_key.view(),
             target.credentials.session_token.view()},
            {target.settings.region.value, "bedrock", signing_time_ms(surroundings, target.settings.host) / 1000}, {},
            signature);
        if (!status.ok())
            return fail(status.code == sigv4::fault::invalid_credentials ? errc::credentials : errc::invalid_input,
                        "the request cannot be signed: " + std::string(sigv4::describe(status.code)));
        for (auto& added : signature.headers) made.headers.push_back(std::move(added));
    }
    for (auto& extra : unsigned_headers) made.headers.push_back(std::move(extra));
    return made;
}

/// Takes what was sent out of all that an error says.
inline void hide_secrets(error& why, credentials const& sent) {
    for (auto* const text : {&why.name, &why.message, &why.hint, &why.request_id}) redact(*text, sent);
}

/// The id of an answer, for logs: without the secrets that a gateway repeats in it.
inline void take_request_id(call_frame& frame, http::header_list const& headers, call_target const& target) {
    frame.request_id = find_request_id(headers);
    redact(frame.request_id, target.credentials);
}

/// The attempts of one call, and what every failed one has in common.
class repeats {
  public:
    repeats(call_frame& frame, call_target const& target)
        : frame_(frame),
          rules_(choose_retry(frame.client.options, frame.options)),
          max_attempts_(choose_max_attempts(rules_, target.settings)),
          attempts_(frame.client.bucket, policy(max_attempts_)),
          invocation_(crypto::make_uuid_v4()),
          started_at_ms_(frame.client.surroundings.steady_milliseconds()) {}

    result<http::request> next_request(call_target const& target) {
        ++frame_.attempts;
        signed_at_ms_ = signing_time_ms(frame_.client.surroundings, target.settings.host);
        auto request = make_request(frame_, target, invocation_, max_attempts_);
        if (!request) --frame_.attempts;
        sent_at_ms_ = frame_.client.surroundings.steady_milliseconds();
        phases_ = {};
        return request;
    }
    void succeeded(http::response_head const& head, call_target const& target) {
        attempts_.succeeded();
        take_request_id(frame_, head.headers, target);
        phases_ = head.phases;
        tell({.http_status = head.status, .request_id = frame_.request_id});
    }
    void failed(error const& why, std::optional<std::int64_t> pause) {
        tell({.http_status = why.http_status,
              .request_id = why.request_id,
              .error_name = why.name,
              .repeated_after_ms = pause});
    }

    /// The pause before the next attempt, or nullopt and the error complete.
    std::optional<std::int64_t> after(error& failed, http::header_list const& headers) {
        auto const& surroundings = frame_.client.surroundings;
        failed.attempts = frame_.attempts;
        if (failed.code == errc::timeout && rules_.repeat_after_timeout) failed.retryable = true;
        auto const wanted = retry::find_retry_after_ms(headers, surroundings.unix_milliseconds());
        auto const why = retry::classify(failed);
        auto const patience = retry::is_daily_quota(failed.message)
                                  ? 0
                                  : rules_.throttle_patience_ms - (surroundings.steady_milliseconds() - started_at_ms_);
        auto const decided = attempts_.failed(why, surroundings.random_unit(), wanted, patience);
        if (decided.verdict == retry::verdict::repeat) return decided.delay_ms;
        return std::nullopt;
    }
    /// The service rejected the signature because the local clock is wrong, for the first time in this call: from now
    /// on requests to its host are signed with its time.
    bool correct_clock(error const& failed, http::header_list const& headers, call_target const& target) {
        if (corrected_ || target.anonymous || !target.credentials.bearer_token.empty()) return false;
        return corrected_ = learn_clock_offset(frame_.client.surroundings, target.settings.endpoint.value,
                                               target.settings.host, failed.name, headers, signed_at_ms_);
    }
    /// The service says that the credentials have expired, for the first time in this call.
    bool may_renew(error const& failed) noexcept {
        return failed.code == errc::expired_credentials && !std::exchange(renewed_, true);
    }
    error from_answer(http::response_head const& head, byte_view body, call_target const& target) {
        take_request_id(frame_, head.headers, target);
        phases_ = head.phases;
        auto const action = find_iam_action(frame_.what.name);
        return parse_http_error(
            head.status, head.headers, body,
            {action, frame_.what.model_id, target.settings.region.value, !target.credentials.bearer_token.empty()});
    }

  private:
    static retry::policy policy(int max_attempts) {
        retry::policy rules;
        rules.max_attempts = max_attempts;
        return rules;
    }
    void tell(attempt_report report) const {
        auto const& observer = frame_.client.options.on_attempt;
        if (!observer) return;
        report.operation = frame_.what.name;
        report.attempt = frame_.attempts;
        report.milliseconds = frame_.client.surroundings.steady_milliseconds() - sent_at_ms_;
        report.phases = phases_;
        report.bytes_sent = frame_.what.body.view().size();
        observer(report);
    }
    call_frame& frame_;
    retry_options const& rules_;
    int max_attempts_;
    retry::attempts attempts_;
    std::string invocation_;
    std::int64_t started_at_ms_;
    std::int64_t sent_at_ms_ = 0;
    std::int64_t signed_at_ms_ = 0;
    http::phases phases_{};
    bool renewed_ = false;
    bool corrected_ = false;
};

/// Has the providers drop the refused credentials and finds others. False where there are none, or only the same ones.
template <class = void>
exchange<bool> renew_credentials(call_frame& frame, call_target& target, error& failed) {
    auto const refused = target.credentials;
    for (auto const& provider : frame.client.providers) provider->forget(refused);
    auto found = co_await find_target(frame.client, frame.options, frame.what.model_id, frame.what.service);
    if (!found) {
        failed.message += "; looking for others failed: " + found.error().message;
        co_return false;
    }
    auto const& other = found->credentials;
    bool const is_same = other.access_key_id == refused.access_key_id &&
                         other.secret_access_key.view() == refused.secret_access_key.view() &&
                         other.session_token.view() == refused.session_token.view() &&
                         other.bearer_token.view() == refused.bearer_token.view();
    if (!is_same) target = std::move(*found);
    co_return !is_same;
}

/// What is done about a failed attempt. True when there shall be another one, after the pause that this has made.
template <class = void>
exchange<bool> prepare_repeat(call_frame& frame, repeats& attempts, call_target& target, error& failed,
                              http::header_list const& headers) {
    hide_secrets(failed, target.credentials);
    if (attempts.may_renew(failed)) {
        bool const is_renewed = co_await renew_credentials(frame, target, failed);
        if (is_renewed) {
            attempts.failed(failed, 0);
            co_return true;
        }
    }
    if (attempts.correct_clock(failed, headers, target)) {
        attempts.failed(failed, 0);
        co_return true;
    }
    auto const pause = attempts.after(failed, headers);
    attempts.failed(failed, pause);
    if (!pause) co_return false;
    pause_ask nap(*pause);
    co_await nap;
    co_return true;
}

}  // namespace detail

template <class>
exchange<result<http::response>> send_plain(call_frame& frame) {
    auto target = co_await find_target(frame.client, frame.options, frame.what.model_id, frame.what.service);
    if (!target) co_return unexpected{std::move(target).error()};
    detail::repeats attempts(frame, *target);
    for (;;) {
        auto request = attempts.next_request(*target);
        if (!request) co_return unexpected{std::move(request).error()};
        http_ask sent(std::move(*request));
        co_await sent;
        auto const& head = sent.response.head;
        error failed;
        if (sent.failure)
            failed = retry::make_error(sent.failure);
        else if (head.status != 200)
            failed = attempts.from_answer(head, as_bytes(sent.response.body), *target);
        else
            failed = detail::check_encoding(head);
        if (failed.code == errc::none) {
            attempts.succeeded(head, *target);
            frame.sent = std::move(target->credentials);
            co_return std::move(sent.response);
        }
        if (!sent.failure) detail::take_request_id(frame, head.headers, *target);
        bool const again = co_await detail::prepare_repeat(frame, attempts, *target, failed, head.headers);
        if (!again) co_return unexpected{std::move(failed)};
    }
}

inline result<call_answer> conclude(call_frame& frame, result<http::response> response) {
    if (response)
        return call_answer{std::move(*response), std::move(frame.request_id), frame.attempts, std::move(frame.sent)};
    auto why = std::move(response).error();
    why.attempts = frame.attempts;
    if (why.request_id.empty()) why.request_id = std::move(frame.request_id);
    return unexpected{std::move(why)};
}

template <class First>
exchange<result<std::unique_ptr<http::transfer>>> open_streaming(call_frame& frame, First first) {
    auto target = co_await find_target(frame.client, frame.options, frame.what.model_id, frame.what.service);
    if (!target) co_return unexpected{std::move(target).error()};
    detail::repeats attempts(frame, *target);
    for (;;) {
        auto request = attempts.next_request(*target);
        if (!request) co_return unexpected{std::move(request).error()};
        open_ask opened(std::move(*request));
        co_await opened;
        error failed;
        http::header_list headers;
        if (opened.failure) {
            failed = retry::make_error(opened.failure);
        } else {
            auto& transfer = *opened.transfer;
            headers = transfer.head.headers;
            detail::take_request_id(frame, headers, *target);
            if (transfer.head.status != 200) {
                constexpr std::size_t most = std::size_t{1} << 20;  // a longer one costs the connection
                while (!transfer.ended && transfer.buffer.size() < most) {
                    receive_ask more(transfer, false);
                    co_await more;
                }
                failed = attempts.from_answer(transfer.head, transfer.buffer.unread(), *target);
            } else if (failed = detail::check_encoding(transfer.head); failed.code == errc::none) {
                frame.region = target->settings.region.value;
                frame.has_bearer = !target->credentials.bearer_token.empty();
                auto unusable = co_await first(transfer);
                if (!unusable) {
                    attempts.succeeded(transfer.head, *target);
                    frame.sent = std::move(target->credentials);
                    co_return std::move(opened.transfer);
                }
                failed = std::move(*unusable);
            }
            failed.request_id = frame.request_id;
        }
        opened.transfer.reset();
        bool const again = co_await detail::prepare_repeat(frame, attempts, *target, failed, headers);
        if (!again) co_return unexpected{std::move(failed)};
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
