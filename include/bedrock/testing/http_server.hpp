// SPDX-License-Identifier: MIT
// Owns a small HTTP/1.1 server on 127.0.0.1 for tests: every connection in one poll loop, answers paused, cut and reset
// as planned. Never listens on another address, and never knows what it serves.
#ifndef BEDROCK_TESTING_HTTP_SERVER_HPP
#define BEDROCK_TESTING_HTTP_SERVER_HPP

#include "bedrock/config.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/http.hpp"
#include "bedrock/poll_set.hpp"
#include "bedrock/testing/socket.hpp"
#include "bedrock/testing/wire.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

/// Serves from construction to destruction, on any free port, from one thread of its own.
/// **Thread safety:** every member may be called from any thread.
class http_server {
  public:
    /// Called for each request, in order, on the server's thread; it must return, and must not destroy the server. One
    /// that throws ends the server: every connection is closed, and no other is taken.
    using handler = std::function<send_plan(wire_request)>;

    explicit http_server(handler answer);
    http_server(http_server const&) = delete;
    http_server& operator=(http_server const&) = delete;
    /// Waits for a handler that runs, then closes every connection.
    ~http_server();

    /// False where there is no socket to be had; requests then fail to connect.
    bool running() const noexcept { return port_ != 0; }
    /// `http://127.0.0.1:PORT`.
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::size_t open_connections() const noexcept { return open_; }

  private:
    struct peer {
        descriptor socket = sockets::none;
        std::string received{};
        send_plan plan{};
        std::size_t step = 0;
        std::size_t sent = 0;  // of the step
        std::int64_t due_ms = 0;
        bool answering = false;
        bool continued = false;  // 100 Continue was sent for the request that arrives
        bool closing = false;    // after this answer
    };

    void serve();
    void close_all();
    void accept_all();
    /// False where the connection has ended.
    bool read(peer& from);
    bool progress(peer& on);
    bool begin(peer& on);
    bool send(peer& on);
    void refuse(peer& on, int status);
    static void close(peer& on, bool with_reset);

    handler answer_;
    std::vector<peer> peers_;
    std::atomic<std::size_t> open_{0};
    descriptor listener_ = sockets::none;
    bell stop_{};
    std::uint16_t port_ = 0;
    // A future, because <thread> is kept out of this library's headers; its destructor would join, too.
    std::future<void> serving_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline http_server::http_server(handler answer) : answer_(std::move(answer)) {
    if (stop_.is_open()) listener_ = sockets::listen(port_);
    if (running()) serving_ = std::async(std::launch::async, [this] { serve(); });
}

inline http_server::~http_server() {
    if (serving_.valid()) {
        stop_.ring();
        serving_.wait();
    }
    close_all();
}

inline void http_server::close_all() {
    open_ = 0;  // before a client can notice
    for (auto& one : peers_) close(one, false);
    peers_.clear();
    if (listener_ != sockets::none) sockets::close(std::exchange(listener_, sockets::none));
}

inline void http_server::serve() {
    struct closing {  // however the loop ends: a client shall not wait for an answer that nobody gives
        http_server& server;
        ~closing() { server.close_all(); }
    } const at_end{*this};
    std::vector<sockets::watched> watched;
    for (;;) {
        watched.assign({{stop_.ear(), POLLIN, 0}, {listener_, POLLIN, 0}});
        auto const now = steady_milliseconds_now();
        std::int64_t wait = -1;
        for (auto const& one : peers_) {
            bool const waits = one.answering && one.step < one.plan.steps.size();
            bool const is_due = waits && one.due_ms <= now;
            if (waits && !is_due) wait = wait < 0 ? one.due_ms - now : (std::min)(wait, one.due_ms - now);
            watched.push_back({one.socket, static_cast<short>(is_due ? POLLIN | POLLOUT : POLLIN), 0});
        }
        auto const longest = static_cast<std::int64_t>(60'000);
        if (!sockets::wait(watched, static_cast<int>((std::min)(wait, longest)))) continue;
        if (watched[0].revents != 0) return;
        for (std::size_t i = 0; i != peers_.size(); ++i) {
            auto& one = peers_[i];
            bool alive = true;
            if ((watched[i + 2].revents & (POLLIN | POLLHUP | POLLERR)) != 0) alive = read(one);
            if (!alive || !progress(one)) close(one, alive && one.plan.end == ending::reset);
        }
        std::erase_if(peers_, [](peer const& one) { return one.socket == sockets::none; });
        if (watched[1].revents != 0) accept_all();
        open_ = peers_.size();
    }
}

inline void http_server::accept_all() {
    for (;;) {
        peer made;
        made.socket = sockets::accept(listener_);
        if (made.socket == sockets::none) return;
        peers_.push_back(std::move(made));
    }
}

inline bool http_server::read(peer& from) {
    wire_limits const limits;
    char piece[65536];
    for (;;) {
        auto const got = sockets::receive(from.socket, piece, sizeof piece);
        if (got == 0) return false;
        if (got < 0) return sockets::would_block();
        from.received.append(piece, static_cast<std::size_t>(got));
        if (from.received.size() > limits.head + limits.body + sizeof piece) return false;
    }
}

/// Goes on as far as it can without waiting.
inline bool http_server::progress(peer& on) {
    for (;;) {
        if (!on.answering && !begin(on)) return true;
        if (!send(on)) return false;
        if (on.step != on.plan.steps.size()) return true;
        if (on.plan.end == ending::stall) return true;
        if (on.plan.end != ending::complete || on.closing) return false;
        on.answering = false;
    }
}

/// True once there is an answer to be sent.
inline bool http_server::begin(peer& on) {
    wire_request request;
    switch (take_request(on.received, request)) {
        case request_progress::need_more:
            return false;
        case request_progress::need_body: {
            constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
            bool const is_asked = on.received.find("100-continue") < on.received.find("\r\n\r\n");
            if (is_asked && !std::exchange(on.continued, true))
                (void)sockets::send(on.socket, line);  // where it fails, the next call will
            return false;
        }
        case request_progress::complete:
            on.closing = http::find_header(request.headers, "Connection") == "close";
            on.continued = false;
            on.plan = answer_(std::move(request));
            break;
        case request_progress::malformed:
            refuse(on, 400);
            break;
        case request_progress::too_large:
            refuse(on, 413);
            break;
        case request_progress::without_length:
            refuse(on, 411);
            break;
    }
    on.answering = true;
    on.step = on.sent = 0;
    on.due_ms = steady_milliseconds_now() + (on.plan.steps.empty() ? 0 : on.plan.steps[0].pause_ms);
    return true;
}

inline void http_server::refuse(peer& on, int status) {
    on.received.clear();
    on.plan = plan_reply({.status = status, .headers = {{"Connection", "close"}}});
    on.closing = true;
}

/// False where the connection has ended.
inline bool http_server::send(peer& on) {
    auto const& steps = on.plan.steps;
    while (on.step != steps.size() && on.due_ms <= steady_milliseconds_now()) {
        auto const& bytes = steps[on.step].bytes;
        while (on.sent != bytes.size()) {
            auto const done = sockets::send(on.socket, std::string_view(bytes).substr(on.sent));
            if (done < 0) return sockets::would_block();
            on.sent += static_cast<std::size_t>(done);
        }
        on.sent = 0;
        if (++on.step != steps.size()) on.due_ms = steady_milliseconds_now() + steps[on.step].pause_ms;
    }
    return true;
}

inline void http_server::close(peer& on, bool with_reset) {
    if (on.socket == sockets::none) return;
    sockets::close(std::exchange(on.socket, sockets::none), with_reset);
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
