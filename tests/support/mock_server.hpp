// Owns a Bedrock on loopback for tests and demonstrations: it checks every request's authorization from the bytes
// received, answers the runtime's operations for any model id and the control plane's, and plays scripted replies with
// gates instead of sleeps. Never includes the SDK, and shows only std types: it may be compiled with exceptions beside
// tests that have none.
#pragma once

#include "support/aws_signature_check.hpp"
#include "support/http_head.hpp"
#include "support/reply.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mock {

/// A request as it arrived.
struct received_request {
    request_head head{};
    std::string body{};
    std::size_t connection = 0;  ///< 1 for the first connection accepted
    int remote_port = 0;
    std::size_t number = 0;  ///< order of arrival, from 1
    authorization_verdict authorization{};
};

/// What the mock answers by itself: converse_answer.hpp, runtime_answer.hpp, control_answer.hpp, or 404
/// UnknownOperationException. Authorization aside.
reply bedrock_reply(received_request const& request);

/// AKIAIOSFODNN7EXAMPLE with the secret key of AWS's documentation; no bearer token.
authorization_policy default_authorization();

struct server_options {
    unsigned short port = 0;  ///< 0: any free one
    authorization_policy authorization = default_authorization();
    bool check_authorization = true;
    std::int64_t clock_offset_seconds = 0;  ///< the server's clock runs ahead of the machine's by this much
    /// Pause between the events of a streamed answer that the mock or its handler made.
    std::chrono::milliseconds pace{0};
    bool keep_requests = true;  ///< false: `requests()` stays empty, for a server that runs for long
    /// Called for each request with the status of its reply, before that is sent, from the connection's thread.
    std::function<void(received_request const&, int status)> observer{};
};

/// Serves 127.0.0.1 from threads of its own, one for each open connection.
/// **Thread safety:** every member may be called from any thread.
class server {
  public:
    explicit server(server_options options = {});
    server(server const&) = delete;
    server& operator=(server const&) = delete;
    /// Closes every connection and waits for its threads.
    ~server();

    /// False when the port could not be bound.
    bool running() const;
    unsigned short port() const;
    std::string url() const;  ///< `http://127.0.0.1:PORT`
    void stop();

    /// The next request whose authorization holds gets this reply, whatever its path; replies are used up in order.
    void enqueue(reply scripted);
    std::size_t queued_replies() const;
    /// Asked when the queue is empty; nothing means the mock's own answer.
    void set_handler(std::function<std::optional<reply>(received_request const&)> handler);
    void set_authorization(authorization_policy policy);
    void set_clock_offset(std::int64_t seconds);

    std::vector<received_request> requests() const;
    std::size_t request_count() const;
    bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;

    std::size_t accepted_connections() const;
    std::size_t open_connections() const;
    /// Connections that the client ended while the server was reading, waiting or writing.
    std::size_t connections_closed_by_peer() const;
    bool wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;
    bool wait_for_peer_closes(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;

  private:
    class core;
    std::unique_ptr<core> core_;
};

}  // namespace mock
