// SPDX-License-Identifier: MIT
// Owns the recording of real traffic into a file, and its replay without a network: a server on loopback between a
// client and Bedrock. Never writes a secret into the file, and never answers a request that differs from the recording.
#ifndef BEDROCK_TESTING_RECORD_HPP
#define BEDROCK_TESTING_RECORD_HPP

#include "bedrock/base64.hpp"
#include "bedrock/blocking.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/call.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials/redact.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/http.hpp"
#include "bedrock/options.hpp"
#include "bedrock/os/file.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/target.hpp"
#include "bedrock/testing/authorization.hpp"
#include "bedrock/testing/http_server.hpp"
#include "bedrock/testing/loopback.hpp"
#include "bedrock/testing/reply.hpp"
#include "bedrock/testing/tape.hpp"
#include "bedrock/testing/wire.hpp"
#include "bedrock/uri.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

enum class recording_mode : unsigned char {
    automatic,  ///< replays where the file is there, else records it
    record,     ///< asks Bedrock, whatever file there is
    replay,     ///< never asks
};

struct recording_options {
    recording_mode mode = recording_mode::automatic;
    /// How Bedrock is reached while recording; as it is, with the credentials and the region of the process.
    client_options upstream{};
    /// Changes a body, or a payload of a stream, before it is written; request bodies also before they are compared, so
    /// that what differs from run to run can be blanked. Called from the server's thread.
    std::function<std::string(std::string body)> redact{};
};

namespace detail {

/// Keys that nobody else knows; empty ones, which nobody can sign with, if OpenSSL has no random numbers.
inline accepted_caller make_random_caller() {
    accepted_caller made;
    std::array<std::byte, 40> bytes{};
    auto const text = crypto::random_bytes(bytes) ? encode_hex(bytes) : std::string();
    made.access_key_id = text.substr(0, 16);
    made.secret_access_key = text.substr(made.access_key_id.size());
    return made;
}

}  // namespace detail

/// Stands between a client and Bedrock:
/// ```
/// testing::recording tape("tests/data/greeting.json");
/// bedrock::client client(tape.options());
/// ...
/// CHECK(tape.finish());
/// ```
/// Recording signs each request again with the credentials of `upstream` and passes the response on whole, one request
/// at a time; if there is none, the client gets an error and nothing is recorded. What is kept: method, target, bodies,
/// status, and the few headers of responses that the library reads. Authorization, tokens and cookies are never kept,
/// and secrets of the credentials become "***" in targets, headers, bodies and payloads, inside base64 too. Replaying
/// gives each recorded response once, to a request that is equal in method, target and body; the order among them is
/// free. Any other request gets status 400, with an error message that says where it differs.
///
/// Only a client made from `options()` is served: its keys are random and its own, and every request must be signed
/// with them. So other programs and web pages that find the port cannot use the credentials of `upstream`. A request
/// with an Origin header, with another Host than the recording's address, or that is not an operation of Bedrock is
/// refused.
/// **Thread safety:** every member may be called from any thread.
class recording {
  public:
    explicit recording(std::string path, recording_options options = {});
    recording(recording const&) = delete;
    recording& operator=(recording const&) = delete;
    /// Ends a request that is under way; without `finish` nothing is written.
    ~recording() { cancel_.cancel(); }

    /// For a client of the recording; see `loopback::options`.
    client_options options() const;
    bool replaying() const noexcept { return replaying_; }

    /// After the last call. Recording: writes the file, at one stroke. Replaying: whether everything went as recorded.
    /// **Errors:** invalid_input (a file that is missing, is no recording, or cannot be written), protocol (a request
    /// that differs, answers that nobody asked for), or why Bedrock could not be asked.
    result<void> finish();

  private:
    void load(bool is_needed);
    void note(error why);
    /// Why a request is not served; "" if it is.
    std::string find_refusal(wire_request const& arrived, operation_name const& known) const;
    send_plan serve(wire_request const& arrived);
    wire_reply replay(tape_request const& asked);
    wire_reply record(wire_request const& arrived, operation_name const& known, tape_request asked);
    void scrub(tape_response& kept, credentials const& sent) const;
    std::string redacted(std::string body) const { return redact_ ? redact_(std::move(body)) : std::move(body); }

    std::string const path_;
    accepted_caller const caller_ = detail::make_random_caller();
    std::function<std::string(std::string)> const redact_;
    client_state state_;
    bool replaying_ = false;
    cancellation cancel_;
    std::mutex mutex_;
    tape tape_;
    std::vector<bool> used_;
    std::size_t requests_ = 0;
    std::optional<error> problem_;  // the first
    // Of the server's thread.
    engine engine_{std::make_shared<engine_share>()};
    sigv4::signer signer_;
    http_server server_;  // the last: its thread uses all of the above
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Redacts a text, and what it holds as base64: chunks of InvokeModel's streams, images, documents. Runs of base64 in
/// quotes are decoded, and written again if they hold a secret.
inline void scrub_text(std::string& text, credentials const& sent) {
    bedrock::redact(text, sent);
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos;) {
        auto const begin = at + 1;
        auto const end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", begin);
        if (end == std::string::npos) return;
        at = (std::max)(begin, end);
        byte_buffer bytes;
        if (text[end] != '"' || end == begin || !decode_base64(std::string_view(text).substr(begin, end - begin), bytes))
            continue;
        std::string decoded(as_text(bytes));
        bedrock::redact(decoded, sent);
        if (decoded == as_text(bytes)) continue;
        auto const written = encode_base64(as_bytes(decoded));
        text.replace(begin, end - begin, written);
        at = begin + written.size();
    }
}

inline void scrub_base64(std::string& base64, credentials const& sent) {
    byte_buffer bytes;
    if (base64.empty() || !decode_base64(base64, bytes)) return;
    std::string decoded(as_text(bytes));
    bedrock::redact(decoded, sent);
    base64 = encode_base64(as_bytes(decoded));
}

/// Secrets in a target are percent-encoded or not.
inline void scrub_target(std::string& target, credentials const& sent) {
    bedrock::redact(target, sent);
    for (auto const* const hidden : {&sent.secret_access_key, &sent.session_token, &sent.bearer_token})
        bedrock::redact(target, percent_encode(hidden->view()));
}

/// Bedrock's answer of any status, and who asked.
struct forwarded {
    http::response response{};
    credentials caller{};
};

/// The operation that a request on loopback stands for; whoever sends it signs it anew.
inline operation make_operation(wire_request const& arrived, operation_name const& known) {
    operation made;
    made.name = known.operation;
    made.model_id = known.model_id;
    made.method = arrived.method;
    made.path = arrived.target;
    made.body = arrived.body;
    made.content_type = http::find_header(arrived.headers, "Content-Type");
    made.accept = http::find_header(arrived.headers, "Accept");
    for (auto const& header : arrived.headers) {
        bool const is_signature = http::equal_names(header.name, "X-Amz-Date") ||
                                  http::equal_names(header.name, "X-Amz-Security-Token") ||
                                  http::equal_names(header.name, "x-amz-content-sha256");
        if (http::equal_names(header.name.substr(0, 5), "x-amz") && !is_signature) made.headers.push_back(header);
    }
    for (std::string_view const path : {"/foundation-models", "/inference-profiles"})
        if (arrived.target.starts_with(path)) made.service = control_service;
    return made;
}

inline exchange<result<forwarded>> forward(call_frame& frame) {
    auto target = co_await find_target(frame.client, frame.options, frame.what.model_id, frame.what.service);
    if (!target) co_return unexpected{std::move(target).error()};
    frame.attempts = 1;
    auto request = bedrock::detail::make_request(frame, *target, crypto::make_uuid_v4(), 1);
    if (!request) co_return unexpected{std::move(request).error()};
    http_ask sent(std::move(*request));
    co_await sent;
    if (sent.failure) co_return unexpected{retry::make_error(sent.failure)};
    co_return forwarded{std::move(sent.response), std::move(target->credentials)};
}

inline wire_reply refuse_recording(std::string_view why, int status = 400) {
    auto const said = error_reply(status, "RecordingException", why);
    auto made = make_wire(said, "application/json");
    made.pieces.push_back(said.body);
    return made;
}

}  // namespace detail

inline recording::recording(std::string path, recording_options options)
    : path_(std::move(path)),
      redact_(std::move(options.redact)),
      state_(std::move(options.upstream)),
      replaying_(options.mode == recording_mode::replay),
      server_([this](wire_request const& arrived) { return serve(arrived); }) {
    std::lock_guard const lock(mutex_);
    if (options.mode != recording_mode::record) load(options.mode == recording_mode::replay);
}

inline void recording::load(bool is_needed) {
    file_ask wanted(path_);
    wanted.max_bytes = std::size_t{256} << 20;
    os::read_file(wanted);
    if (wanted.outcome == file_outcome::missing && !is_needed) return;
    replaying_ = true;
    if (wanted.outcome != file_outcome::found)
        return note(make_error(errc::invalid_input, "cannot read the recording \"" + path_ + "\": " + wanted.reason));
    auto parsed = parse_tape(wanted.text);
    if (!parsed) {
        auto why = std::move(parsed).error();
        why.message = "\"" + path_ + "\" is no recording: " + why.message;
        return note(std::move(why));
    }
    tape_ = std::move(*parsed);
    used_.resize(tape_.exchanges.size());
}

inline void recording::note(error why) {
    if (!problem_) problem_ = std::move(why);
}

inline client_options recording::options() const {
    return make_loopback_options(server_.url(), caller_);
}

inline result<void> recording::finish() {
    std::lock_guard const lock(mutex_);
    if (problem_) return unexpected{*problem_};
    if (replaying_) {
        for (std::size_t i = 0; i != used_.size(); ++i) {
            if (used_[i]) continue;
            auto const& never = tape_.exchanges[i].request;
            return fail(errc::protocol, "exchange " + std::to_string(i + 1) +
                                            " of the recording was never asked for: " + never.method + ' ' +
                                            never.target);
        }
        return {};
    }
    auto text = write_tape(tape_);
    if (!text) return unexpected{std::move(text).error()};
    replace_ask wanted(path_, std::move(*text));
    os::replace_file(wanted);
    if (wanted.done) return {};
    return fail(errc::invalid_input, "cannot write the recording \"" + path_ + "\": " + wanted.reason);
}

inline std::string recording::find_refusal(wire_request const& arrived, operation_name const& known) const {
    auto const& headers = arrived.headers;
    if (caller_.access_key_id.empty()) return "OpenSSL has no random numbers for the keys of this recording";
    if (!http::find_header(headers, "Origin").empty()) return "a web page (a request with Origin) is not served";
    if (http::find_header(headers, "Host") != std::string_view(server_.url()).substr(std::string_view("http://").size()))
        return "the Host header is not the address of this recording";
    if (auto why = find_authorization_problem(arrived, caller_); !why.empty())
        return "only clients made from recording::options() are served: " + why;
    if (known.operation.empty())
        return arrived.method + ' ' + clean_line(arrived.target, 200) + " is not an operation of Bedrock";
    return {};
}

inline send_plan recording::serve(wire_request const& arrived) {
    auto const known = find_operation(arrived.method, arrived.target);
    if (auto const why = find_refusal(arrived, known); !why.empty())
        return plan_reply(detail::refuse_recording(why, 403));
    auto scrubbed = arrived;
    scrubbed.body = redacted(std::move(scrubbed.body));
    auto asked = make_tape_request(scrubbed);
    return plan_reply(replaying_ ? replay(asked) : record(arrived, known, std::move(asked)));
}

inline wire_reply recording::replay(tape_request const& asked) {
    std::lock_guard const lock(mutex_);
    ++requests_;
    auto why = "request " + std::to_string(requests_) + " (" + asked.method + ' ' + asked.target + ") ";
    std::size_t first_unused = used_.size();
    for (std::size_t i = 0; i != used_.size(); ++i) {
        if (used_[i]) continue;
        auto const& [request, response] = tape_.exchanges[i];
        if (describe_difference(request, asked).empty()) {
            used_[i] = true;
            if (auto answer = restore_response(response)) return std::move(*answer);
        }
        // The most telling one to compare with is for the same operation.
        bool const is_better =
            first_unused == used_.size() ||
            (request.target == asked.target && tape_.exchanges[first_unused].request.target != asked.target);
        if (is_better) first_unused = i;
    }
    if (first_unused == used_.size())
        why += "is not in the recording \"" + path_ + "\", whose answers are used up";
    else
        why += "is not in the recording \"" + path_ + "\"; of its exchange " + std::to_string(first_unused + 1) + ' ' +
               describe_difference(tape_.exchanges[first_unused].request, asked);
    note(make_error(errc::protocol, why));
    return detail::refuse_recording(problem_->code == errc::invalid_input ? problem_->message : why);
}

inline wire_reply recording::record(wire_request const& arrived, operation_name const& known, tape_request asked) {
    auto const what = detail::make_operation(arrived, known);
    call_options const options;
    call_frame frame{state_, options, signer_, what};
    blocking_runner runner(engine_, state_.surroundings, cancel_, state_.options.timeouts.total_ms);
    auto answer = runner.run(detail::forward(frame));
    if (!answer) {
        auto why = std::move(answer).error();
        why.message = "recording " + arrived.method + ' ' + arrived.target + ": " + why.message;
        auto refusal = detail::refuse_recording(why.message);
        std::lock_guard const lock(mutex_);
        note(std::move(why));
        return refusal;
    }
    tape_exchange kept{std::move(asked), make_tape_response(answer->response)};
    detail::scrub_target(kept.request.target, answer->caller);
    detail::scrub_text(kept.request.body, answer->caller);
    detail::scrub_base64(kept.request.body_base64, answer->caller);
    scrub(kept.response, answer->caller);
    wire_reply reply;
    reply.status = answer->response.head.status;
    for (auto& header : answer->response.head.headers)
        if (detail::is_kept_header(header.name)) reply.headers.push_back(std::move(header));
    reply.pieces.push_back(std::move(answer->response.body));
    std::lock_guard const lock(mutex_);
    tape_.exchanges.push_back(std::move(kept));
    return reply;
}

inline void recording::scrub(tape_response& kept, credentials const& sent) const {
    for (auto& [name, value] : kept.headers) bedrock::redact(value, sent);
    for (auto& event : kept.events) {
        for (auto& [name, value] : event.headers) bedrock::redact(value, sent);
        detail::scrub_text(event.payload, sent);
        event.payload = redacted(std::move(event.payload));
    }
    detail::scrub_text(kept.body, sent);
    detail::scrub_base64(kept.body_base64, sent);
    if (kept.events.empty() && kept.body_base64.empty()) kept.body = redacted(std::move(kept.body));
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
