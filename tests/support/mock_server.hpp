// Owns a Bedrock on loopback for tests and demonstrations: it checks every request's authorization from the bytes
// received, answers Converse and ConverseStream for any model id, and plays scripted replies with gates instead of
// sleeps. Never includes the SDK, and shows only std types: it may be compiled with exceptions beside tests that have
// none.
#pragma once

#include "support/aws_signature_check.hpp"
#include "support/http_head.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mock {

/// How long the waiters below wait unless told. Only a failing test ever waits that long.
inline constexpr std::chrono::milliseconds default_wait{20000};

/// Holds a reply back until the test opens it: a counting semaphore with two ends. Copies share one gate.
class gate {
  public:
    gate();
    /// Lets `times` arrivals pass, those that wait and those to come.
    void open(std::size_t times = 1) const;
    /// Waits until the server has stood before this gate `times` times in all: everything before it was sent by then.
    bool wait_until_reached(std::size_t times = 1, std::chrono::milliseconds timeout = default_wait) const;

    struct state;
    std::shared_ptr<state> const& shared() const { return state_; }

  private:
    std::shared_ptr<state> state_;
};

/// Bytes of a body that are sent in one piece (one chunk where the body is chunked), after `hold` was opened.
struct body_part {
    std::string bytes{};
    std::optional<gate> hold{};
};

enum class framing {
    content_length,
    chunked,
    until_close,  ///< neither length nor chunks: the end of the connection is the end of the body
};

/// What follows the last part of a scripted body.
enum class ending {
    complete,  ///< the body ends as its framing says
    close,     ///< a FIN in its place
    reset,     ///< an RST in its place
    silence,   ///< nothing more, until the client closes
};

/// One scripted answer.
struct reply {
    int status = 200;
    header_list headers{};
    std::vector<body_part> parts{};
    framing framed = framing::content_length;
    ending end = ending::complete;
    std::optional<std::size_t> declared_length{};  ///< a Content-Length that is not the size of the parts
    std::optional<gate> hold_head{};               ///< opened before the status line is sent
    bool send_head = true;                         ///< false: not one byte is sent, then `end`
    bool close_connection = false;                 ///< hang up after a complete reply without announcing it
    bool check_authorization =
        true;  ///< a request that fails the check gets its error, and the script waits for the next
};

/// A body with Content-Length and `application/json`.
reply json_reply(int status, std::string body);
/// An error as AWS's front ends send it: x-amzn-errortype and `{"message":..}`; `{"Message":..}` for
/// AccessDeniedException.
reply error_reply(int status, std::string type, std::string_view message);
/// A chunked event stream, one part for each frame.
reply stream_reply(std::vector<std::string> const& frames);
/// The same reply cut to its first `size` body bytes; Content-Length, where sent, still promises the whole.
reply cut_after(reply whole, std::size_t size, ending end = ending::close);

/// A request as it arrived.
struct received_request {
    request_head head{};
    std::string body{};
    std::size_t connection = 0;  ///< 1 for the first connection accepted
    int remote_port = 0;
    std::size_t number = 0;  ///< order of arrival, from 1
    authorization_verdict authorization{};
};

/// What the mock answers by itself: Converse, ConverseStream, or 404 UnknownOperationException. Authorization aside.
reply bedrock_reply(received_request const& request);

/// AKIAIOSFODNN7EXAMPLE with the secret key of AWS's documentation; no bearer token.
authorization_policy default_authorization();

struct server_options {
    unsigned short port = 0;  ///< 0: any free one
    authorization_policy authorization = default_authorization();
    bool check_authorization = true;
    std::int64_t clock_offset_seconds = 0;  ///< the server's clock runs ahead of the machine's by this much
    std::chrono::milliseconds pace{
        0};                     ///< pause between the events of a ConverseStream answer that the mock made itself
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
