// SPDX-License-Identifier: MIT
// Owns a Bedrock on loopback for the tests of programs that use this library: scripted answers and faults, every
// request kept, every signature checked. Never leaves 127.0.0.1, and answers nothing that was not scripted.
#ifndef BEDROCK_TESTING_LOOPBACK_HPP
#define BEDROCK_TESTING_LOOPBACK_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/http.hpp"
#include "bedrock/options.hpp"
#include "bedrock/testing/authorization.hpp"
#include "bedrock/testing/fault.hpp"
#include "bedrock/testing/http_server.hpp"
#include "bedrock/testing/reply.hpp"
#include "bedrock/testing/wire.hpp"
#include "bedrock/uri.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

/// A request that the loopback Bedrock was sent.
struct received_request {
    /// Order of arrival, from 1.
    std::size_t number = 0;
    /// AWS's name, "ConverseStream"; "" for what is no operation of the runtime's.
    std::string operation{};
    /// As the caller gave it, ARN or id; "" where the path names none.
    std::string model_id{};
    std::string method{};
    std::string target{};
    http::header_list headers{};
    std::string body{};
    /// "" for a right signature or token.
    std::string authorization_problem{};
};

struct loopback_options {
    accepted_caller caller{};
    /// False: every request is answered, whoever sends it.
    bool check_authorization = true;
};

/// The operation and model of a request to the runtime.
struct operation_name {
    std::string_view operation{};
    std::string model_id{};
};
operation_name find_operation(std::string_view method, std::string_view target);

/// Answers with what was scripted:
/// ```
/// testing::loopback server;
/// server.enqueue(testing::text_reply("Hello."));
/// bedrock::client client(server.options());
/// ```
/// A request whose authorization is not accepted gets 403, and one for which nothing is scripted 400, with an error
/// message that says so; neither uses up a reply.
/// **Thread safety:** every member may be called from any thread.
class loopback {
  public:
    /// What to answer; nothing: what a request without a reply gets. Called on the server's thread.
    using handler = std::function<std::optional<reply>(received_request const&)>;

    explicit loopback(loopback_options options = {});

    /// False where there was no socket to be had.
    bool running() const noexcept { return server_.running(); }
    /// `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL` of another program.
    std::string url() const { return server_.url(); }
    /// For a client of this server, which has the accepted keys, sees no variable of the process, a proxy's neither,
    /// and repeats failed requests without a pause.
    client_options options() const;

    /// Answers the next request; replies are used up in order.
    void enqueue(reply next);
    /// Asked when no reply is left.
    void set_handler(handler answer);
    /// Every request that it covers is answered so, unless its reply has a fault of its own; the first one that covers
    /// a request wins. False where a text is none of `parse_fault`.
    bool misbehave(std::string_view fault);

    std::vector<received_request> requests() const;
    /// Waits until so many have arrived. False: they did not in time.
    bool wait_for_requests(std::size_t count, std::int64_t timeout_ms = 20'000) const;
    std::size_t unused_replies() const;
    std::size_t open_connections() const noexcept { return server_.open_connections(); }

  private:
    send_plan serve(wire_request arrived);
    std::optional<reply> next_reply(received_request const& request);

    loopback_options const options_;
    mutable std::mutex mutex_;
    mutable std::condition_variable arrived_;
    std::deque<reply> replies_;
    handler handler_;
    std::vector<fault> faults_;
    std::vector<received_request> requests_;
    http_server server_;  // the last: its thread uses all of the above
};

/// What `loopback::options` gives, for a server of another kind.
client_options make_loopback_options(std::string url, accepted_caller const& caller);

// ---------------------------------------------------------------------------------------------------------------------

inline operation_name find_operation(std::string_view method, std::string_view target) {
    struct known {
        std::string_view method, front, end, name;
    };
    constexpr known operations[] = {
        {"POST", "/model/", "/converse", "Converse"},
        {"POST", "/model/", "/converse-stream", "ConverseStream"},
        {"POST", "/model/", "/invoke", "InvokeModel"},
        {"POST", "/model/", "/invoke-with-response-stream", "InvokeModelWithResponseStream"},
        {"POST", "/model/", "/count-tokens", "CountTokens"},
        {"POST", "/guardrail/", "/apply", "ApplyGuardrail"},
        {"POST", "/guardrail-checks/invoke", "", "InvokeGuardrailChecks"},
        {"POST", "/async-invoke", "", "StartAsyncInvoke"},
        {"GET", "/async-invoke", "", "ListAsyncInvokes"},
        {"GET", "/async-invoke/", "*", "GetAsyncInvoke"},
        {"GET", "/foundation-models", "", "ListFoundationModels"},
        {"GET", "/foundation-models/", "*", "GetFoundationModel"},
        {"GET", "/inference-profiles", "", "ListInferenceProfiles"},
        {"GET", "/inference-profiles/", "*", "GetInferenceProfile"},
    };
    operation_name found;
    auto const path = target.substr(0, target.find('?'));
    for (auto const& [of, front, end, name] : operations) {
        if (method != of || !path.starts_with(front)) continue;
        auto label = path.substr(front.size());
        if (end != "*") {
            if (!label.ends_with(end)) continue;
            label.remove_suffix(end.size());
        }
        bool const has_label = front.ends_with('/');
        bool const may_nest = front == "/guardrail/";  // /guardrail/ID/version/VERSION/apply
        if (label.empty() == has_label || (!may_nest && label.find('/') != std::string_view::npos)) continue;
        found.operation = name;
        if (front == "/model/" && !percent_decode(label, found.model_id)) return {};
        return found;
    }
    return found;
}

inline client_options make_loopback_options(std::string url, accepted_caller const& caller) {
    client_options made;
    made.endpoint = std::move(url);
    made.region = "us-east-1";
    bedrock::credentials keys;
    keys.access_key_id = caller.access_key_id;
    keys.secret_access_key = caller.secret_access_key;
    keys.session_token = caller.session_token;
    keys.source = "loopback Bedrock";
    made.credentials = std::move(keys);
    environment surroundings;
    surroundings.variable = [](std::string const&) { return std::optional<std::string>(); };
    surroundings.random_unit = [] { return 0.0; };
    made.surroundings = std::move(surroundings);
    return made;
}

inline loopback::loopback(loopback_options options)
    : options_(std::move(options)), server_([this](wire_request arrived) { return serve(std::move(arrived)); }) {}

inline client_options loopback::options() const {
    return make_loopback_options(url(), options_.caller);
}

inline void loopback::enqueue(reply next) {
    std::lock_guard const lock(mutex_);
    replies_.push_back(std::move(next));
}

inline void loopback::set_handler(handler answer) {
    std::lock_guard const lock(mutex_);
    handler_ = std::move(answer);
}

inline bool loopback::misbehave(std::string_view wanted) {
    auto const parsed = parse_fault(wanted);
    if (!parsed) return false;
    std::lock_guard const lock(mutex_);
    faults_.push_back(*parsed);
    return true;
}

inline std::vector<received_request> loopback::requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
}

inline bool loopback::wait_for_requests(std::size_t count, std::int64_t timeout_ms) const {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return requests_.size() >= count; });
}

inline std::size_t loopback::unused_replies() const {
    std::lock_guard const lock(mutex_);
    return replies_.size();
}

inline std::optional<reply> loopback::next_reply(received_request const& request) {
    handler answer;
    {
        std::lock_guard const lock(mutex_);
        if (!replies_.empty()) {
            auto next = std::move(replies_.front());
            replies_.pop_front();
            return next;
        }
        answer = handler_;
    }
    return answer ? answer(request) : std::nullopt;
}

inline send_plan loopback::serve(wire_request arrived) {
    received_request request;
    auto found = find_operation(arrived.method, arrived.target);
    request.authorization_problem = find_authorization_problem(arrived, options_.caller);
    request.operation = found.operation;
    request.model_id = std::move(found.model_id);
    request.method = std::move(arrived.method);
    request.target = std::move(arrived.target);
    request.headers = std::move(arrived.headers);
    request.body = std::move(arrived.body);
    fault misbehaviour;
    {
        std::lock_guard const lock(mutex_);
        request.number = requests_.size() + 1;
        for (auto const& one : faults_)
            if (misbehaviour.kind == fault_kind::none && one.covers(request.number)) misbehaviour = one;
        requests_.push_back(request);
    }
    arrived_.notify_all();
    if (options_.check_authorization && !request.authorization_problem.empty())
        return plan_reply(
            render(error_reply(403, "InvalidSignatureException", "loopback Bedrock: " + request.authorization_problem),
                   request.operation),
            misbehaviour);
    auto const next = next_reply(request);
    if (!next)
        return plan_reply(detail::refuse("no reply is scripted for request " + std::to_string(request.number) + ", " +
                                         request.method + ' ' + request.target),
                          misbehaviour);
    if (!next->fault.empty()) {
        auto const own = parse_fault(next->fault);
        if (!own) return plan_reply(detail::refuse('"' + next->fault + "\" is no fault: see parse_fault"));
        misbehaviour = *own;
    }
    return plan_reply(render(*next, request.operation), misbehaviour);
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
