#include "support/mock_server.hpp"

#include <httplib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "support/control_answer.hpp"
#include "support/converse_answer.hpp"
#include "support/runtime_answer.hpp"

namespace mock {

namespace {

constexpr std::size_t head_limit = 1024 * 1024;
constexpr std::size_t body_limit = 128 * 1024 * 1024;  // the largest request of Bedrock is 25 MB before base64

#ifdef POLLRDHUP
constexpr short peer_closed_events = POLLRDHUP;
#else
constexpr short peer_closed_events = 0;  // POLLHUP, which is always reported, does there
#endif

/// One client, as the stream that cpp-httplib reads and writes. cpp-httplib undoes percent-escapes in targets and
/// header values, drops empty headers and limits lines to 8 KiB; so the head is read and kept here, and cpp-httplib
/// gets to see one that has only what it needs to read the body.
class connection final : public httplib::Stream {
  public:
    connection(socket_t socket, std::size_t number) : socket_(socket), number_(number) {
        int const on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        std::string ignored;
        get_remote_ip_and_port(ignored, remote_port_);
    }

    /// Waits for a whole request head. False at the end of the connection and for what is not HTTP, which it answers.
    bool read_head() {
        for (;;) {
            input_.erase(0, (std::min)(input_.find_first_not_of("\r\n"), input_.size()));
            auto const end = input_.find("\r\n\r\n");
            if (end != std::string::npos) return accept_head(end + 4);
            if (input_.size() > head_limit) return refuse(431, "Request Header Fields Too Large");
            if (!fill()) return false;
        }
    }

    /// False when the client has gone (or the server is stopping) before the gate opened.
    bool pass(gate const& wanted) {
        wanted.arrive();
        while (!wanted.take_permit()) {
            if (!wait(wanted.readable_when_open(), -1)) return false;
        }
        return true;
    }

    /// False when the client has gone meanwhile.
    bool pause(std::chrono::milliseconds time) { return time.count() <= 0 || wait(-1, static_cast<int>(time.count())); }

    void wait_for_peer_to_close() {
        while (wait(-1, -1)) {
        }
    }

    void discard_output() { discarding_ = true; }

    void close(bool reset) {
        if (reset) {
            linger const abort{1, 0};
            ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        } else {
            // Unread input would turn the FIN of close() into an RST.
            for (std::array<char, 4096> dropped; ::recv(socket_, dropped.data(), dropped.size(), MSG_DONTWAIT) > 0;) {
            }
        }
        ::close(socket_);
    }

    request_head const& head() const { return head_; }
    std::size_t number() const { return number_; }
    int remote_port() const { return remote_port_; }
    bool closed_by_peer() const { return closed_by_peer_; }

    bool is_readable() const override { return true; }
    bool is_writable() const override { return true; }

    ssize_t read(char* to, std::size_t size) override {
        if (presented_at_ < presented_.size()) {
            auto const taken = presented_.copy(to, size, presented_at_);
            presented_at_ += taken;
            return static_cast<ssize_t>(taken);
        }
        if (input_.empty() && !fill()) return 0;
        auto const taken = input_.copy(to, size);
        input_.erase(0, taken);
        return static_cast<ssize_t>(taken);
    }

    ssize_t write(char const* from, std::size_t size) override {
        if (discarding_) return static_cast<ssize_t>(size);
        for (;;) {
            auto const sent = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0) return sent;
            if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
                closed_by_peer_ = true;
                return -1;
            }
            pollfd waited{socket_, POLLOUT, 0};
            ::poll(&waited, 1, -1);
        }
    }

    void get_remote_ip_and_port(std::string& ip, int& port) const override { address(::getpeername, ip, port); }
    void get_local_ip_and_port(std::string& ip, int& port) const override { address(::getsockname, ip, port); }
    socket_t socket() const override { return socket_; }

  private:
    bool accept_head(std::size_t size) {
        bool const parsed = parse_request_head(std::string_view(input_).substr(0, size), head_);
        input_.erase(0, size);
        auto const length = header_value(head_.headers, "content-length");
        if (!parsed || length.find_first_not_of("0123456789") != std::string::npos || length.size() > 18) {
            return refuse(400, "Bad Request");
        }
        // POST, so that cpp-httplib reads the body of every method; HEAD, so that it sends none.
        presented_ = head_.method == "HEAD" ? "HEAD / HTTP/1.1\r\n" : "POST / HTTP/1.1\r\n";
        bool sized = false;
        for (auto const& [name, value] : head_.headers) {
            bool const gives_size = same_name(name, "content-length") || same_name(name, "transfer-encoding");
            if (!gives_size && !same_name(name, "expect") && !same_name(name, "connection")) continue;
            sized = sized || gives_size;
            presented_ += name + ": " + value + "\r\n";
        }
        presented_ += sized ? "\r\n" : "Content-Length: 0\r\n\r\n";
        presented_at_ = 0;
        return true;
    }

    bool refuse(int status, std::string const& reason) {
        auto const answer =
            "HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        write(answer.data(), answer.size());
        return false;
    }

    /// Waits for `readable` (-1: none), for `timeout` milliseconds, or for the client to go; only the last one is
    /// false.
    bool wait(int readable, int timeout) {
        std::array<pollfd, 2> waited{{{socket_, peer_closed_events, 0}, {readable, POLLIN, 0}}};
        ::poll(waited.data(), readable < 0 ? 1 : 2, timeout);
        if (waited[0].revents != 0) closed_by_peer_ = true;
        return waited[0].revents == 0;
    }

    bool fill() {
        std::array<char, 16384> buffer;
        for (;;) {
            pollfd waited{socket_, POLLIN, 0};
            ::poll(&waited, 1, -1);
            auto const size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (size > 0) {
                input_.append(buffer.data(), static_cast<std::size_t>(size));
                return true;
            }
            if (size < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
            closed_by_peer_ = true;
            return false;
        }
    }

    template <typename Get>
    void address(Get get, std::string& ip, int& port) const {
        sockaddr_in found{};
        socklen_t size = sizeof found;
        if (get(socket_, reinterpret_cast<sockaddr*>(&found), &size) != 0 || found.sin_family != AF_INET) return;
        ip = "127.0.0.1";
        port = ntohs(found.sin_port);
    }

    socket_t socket_;
    std::size_t number_;
    int remote_port_ = 0;
    std::string input_{};
    request_head head_{};
    std::string presented_{};
    std::size_t presented_at_ = 0;
    bool discarding_ = false;
    bool closed_by_peer_ = false;
};

/// As many threads as there are connections open at once: a request that waits at a gate must not keep another from
/// being served.
class growing_pool final : public httplib::TaskQueue {
  public:
    void enqueue(std::function<void()> job) override {
        std::lock_guard const lock(mutex_);
        jobs_.push_back(std::move(job));
        if (jobs_.size() > idle_) threads_.emplace_back([this] { work(); });
        wake_.notify_one();
    }

    void shutdown() override {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_) thread.join();
    }

  private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            ++idle_;
            wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
            --idle_;
            if (jobs_.empty()) return;
            auto const job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    std::mutex mutex_{};
    std::condition_variable wake_{};
    std::deque<std::function<void()>> jobs_{};
    std::vector<std::thread> threads_{};
    std::size_t idle_ = 0;
    bool stopping_ = false;
};

/// The label of `/model/{label}/{operation}`, still encoded; nothing for any other path.
std::optional<std::string_view> model_label(std::string_view path, std::string_view operation) {
    constexpr std::string_view before = "/model/";
    if (path.size() <= before.size() + operation.size() || path.substr(0, before.size()) != before ||
        path.substr(path.size() - operation.size()) != operation) {
        return std::nullopt;
    }
    auto const label = path.substr(before.size(), path.size() - before.size() - operation.size());
    return label.find('/') == std::string_view::npos ? std::optional(label) : std::nullopt;
}

reply front_end_error(service_error const& error, std::string_view layer) {
    return error_reply(error.status, error.type + ":http://internal.amazon.com/coral/" + std::string(layer) + "/",
                       error.message);
}

std::string request_id(std::size_t number) {
    auto id = std::to_string(number);
    return "00000000-0000-4000-8000-" + std::string(id.size() < 12 ? 12 - id.size() : 0, '0') + id;
}

}  // namespace

reply bedrock_reply(received_request const& request) {
    auto const path = std::string_view(request.head.target).substr(0, request.head.target.find('?'));
    auto const unary = model_label(path, "/converse");
    auto const streamed = model_label(path, "/converse-stream");
    auto other = answer_runtime(request.head, request.body);
    if (!other) other = answer_control(request.head);
    if (other) return other->error ? front_end_error(*other->error, "com.amazon.bedrock") : other->answer;
    if (request.head.method != "POST" || (!unary && !streamed)) {
        return front_end_error(
            {404, "UnknownOperationException", "The requested operation is not recognized by the service."},
            "com.amazon.coral.service");
    }
    auto const answer = answer_converse(percent_decoded(unary ? *unary : *streamed), request.body);
    if (answer.error) return front_end_error(*answer.error, "com.amazon.bedrock");
    return unary ? json_reply(200, answer.body) : stream_reply(answer.frames);
}

authorization_policy default_authorization() {
    authorization_policy policy;
    policy.keys.push_back({"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"});
    return policy;
}

/// The part of cpp-httplib's server that is used: accepting, request bodies, response framing.
class server::core final : public httplib::Server {
  public:
    explicit core(server_options options) : options_(std::move(options)) {
        // cpp-httplib's default is SO_REUSEPORT, which lets two servers share a port silently.
        set_socket_options([](socket_t socket) {
            int const on = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        });
        set_payload_max_length(body_limit);
        set_post_routing_handler(
            [](httplib::Request const&, httplib::Response& response) { response.headers.erase("Keep-Alive"); });
        Handler const handler = [this](httplib::Request const& request, httplib::Response& response) {
            answer(request, response);
        };
        Post("/", handler);
        Get("/", handler);
        int const bound = options_.port == 0                         ? bind_to_any_port("127.0.0.1")
                          : bind_to_port("127.0.0.1", options_.port) ? options_.port
                                                                     : -1;
        if (bound <= 0) return;
        port_ = static_cast<unsigned short>(bound);
        // cpp-httplib listens with a backlog of 5; a dropped SYN costs its client a second.
        ::listen(svr_sock_, 1024);
        new_task_queue = [this]() -> httplib::TaskQueue* {
            auto* const pool = new growing_pool;
            listening_.set_value();
            return pool;
        };
        listener_ = std::thread([this] { listen_after_bind(); });
        // stop() does nothing to a server that does not listen yet.
        listening_.get_future().wait();
    }

    void stop_serving() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
            for (auto const& [number, open] : open_) ::shutdown(open->socket(), SHUT_RDWR);
        }
        if (!listener_.joinable()) return;
        stop();
        listener_.join();
    }

    template <typename Condition>
    bool wait_until(std::chrono::milliseconds timeout, Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, condition);
    }

    template <typename Read>
    auto locked(Read read) {
        std::lock_guard const lock(mutex_);
        return read();
    }

    server_options options_;
    unsigned short port_ = 0;
    std::deque<reply> queue_{};
    std::function<std::optional<reply>(received_request const&)> handler_{};
    std::vector<received_request> requests_{};
    std::size_t request_count_ = 0;
    std::size_t accepted_ = 0;
    std::size_t peer_closes_ = 0;
    std::map<std::size_t, connection*> open_{};

  private:
    /// The request that this thread serves; cpp-httplib has no way to hand it to the handler.
    struct exchange {
        connection& client;
        ending end = ending::complete;
        bool close_connection = false;
    };
    static thread_local exchange* serving_;

    bool process_and_close_socket(socket_t socket) override {
        std::unique_lock lock(mutex_);
        connection client(socket, ++accepted_);
        bool const refused = stopping_;
        if (!refused) open_.emplace(client.number(), &client);
        changed_.notify_all();
        lock.unlock();
        auto const end = refused ? ending::complete : serve(client);
        if (end == ending::silence) client.wait_for_peer_to_close();
        lock.lock();
        open_.erase(client.number());
        if (client.closed_by_peer() && !stopping_) ++peer_closes_;
        client.close(end == ending::reset);
        changed_.notify_all();
        return true;
    }

    ending serve(connection& client) {
        while (client.read_head()) {
            exchange current{client};
            serving_ = &current;
            bool last = false;
            bool const served = process_request(client, false, last, nullptr);
            serving_ = nullptr;
            if (!served || last || current.close_connection || current.end != ending::complete) return current.end;
        }
        return ending::complete;
    }

    std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)) + options_.clock_offset_seconds; }

    void answer(httplib::Request const& request, httplib::Response& response) {
        auto& current = *serving_;
        received_request received;
        received.head = current.client.head();
        received.body = request.body;
        received.connection = current.client.number();
        received.remote_port = current.client.remote_port();
        auto [made, pace] = choose_reply(received);
        if (options_.observer) options_.observer(received, made.status);
        made.headers.emplace_back("Date", http_time(locked([&] { return now(); })));
        if (!has_header(made.headers, "x-amzn-requestid")) {
            made.headers.emplace_back("x-amzn-RequestId", request_id(received.number));
        }
        current.end = made.end;
        current.close_connection = made.close_connection || made.framed == framing::until_close;
        send(std::move(made), pace, current.client, response);
    }

    std::pair<reply, std::chrono::milliseconds> choose_reply(received_request& received) {
        std::unique_lock lock(mutex_);
        received.authorization = check_authorization(received.head, received.body, options_.authorization, now());
        received.number = ++request_count_;
        if (options_.keep_requests) requests_.push_back(received);
        changed_.notify_all();
        bool const acceptable = !options_.check_authorization || received.authorization.accepted;
        if (!queue_.empty() && (acceptable || !queue_.front().check_authorization)) {
            auto scripted = std::move(queue_.front());
            queue_.pop_front();
            return {std::move(scripted), std::chrono::milliseconds(0)};
        }
        auto const handler = handler_;
        lock.unlock();
        if (handler) {
            auto made = handler(received);
            if (made && (acceptable || !made->check_authorization)) return {std::move(*made), options_.pace};
        }
        if (!acceptable) {
            auto const& verdict = received.authorization;
            return {front_end_error({verdict.status, verdict.error_type, verdict.message}, "com.amazon.coral.service"),
                    std::chrono::milliseconds(0)};
        }
        return {bedrock_reply(received), options_.pace};
    }

    static void send(reply made, std::chrono::milliseconds pace, connection& client, httplib::Response& response) {
        if (made.hold_head && !client.pass(*made.hold_head)) made.send_head = false;
        if (!made.send_head) {
            client.discard_output();
            // Whatever the end, this connection is over: nothing of an answer reached the client.
            if (serving_->end == ending::complete) serving_->end = ending::close;
        }
        response.status = made.status;
        std::string content_type = "application/octet-stream";
        std::size_t size = 0;
        for (auto const& part : made.parts) size += part.bytes.size();
        for (auto const& [name, value] : made.headers) {
            if (same_name(name, "content-type")) {
                content_type = value;
            } else {
                response.headers.emplace(name, value);
            }
        }
        auto const framed = made.framed;
        auto const length = made.declared_length.value_or(size);
        auto const script = std::make_shared<reply>(std::move(made));
        auto const provide = [script, pace, &client](std::size_t, httplib::DataSink& sink) {
            for (bool first = true; auto const& part : script->parts) {
                if (!first && !client.pause(pace)) return false;
                first = false;
                if (part.hold && !client.pass(*part.hold)) return false;
                if (!part.bytes.empty() && !sink.write(part.bytes.data(), part.bytes.size())) return false;
            }
            if (script->end != ending::complete) return false;
            if (sink.done) sink.done();
            return true;
        };
        if (framed == framing::chunked) {
            response.set_chunked_content_provider(content_type, provide);
        } else if (framed == framing::until_close) {
            response.set_header("Connection", "close");
            response.set_content_provider(content_type, provide);
        } else if (length > 0) {
            auto const provided = std::make_shared<bool>(false);
            response.set_content_provider(
                length, content_type, [provide, provided](std::size_t offset, std::size_t, httplib::DataSink& sink) {
                    // Asked again: the parts were shorter than the length declared.
                    return !std::exchange(*provided, true) && provide(offset, sink);
                });
        } else {
            response.set_header("Content-Type", content_type);
        }
    }

    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::thread listener_{};
    std::promise<void> listening_{};
    bool stopping_ = false;
};

thread_local server::core::exchange* server::core::serving_ = nullptr;

server::server(server_options options) : core_(std::make_unique<core>(std::move(options))) {}

server::~server() {
    stop();
}

bool server::running() const {
    return core_->port_ != 0;
}

unsigned short server::port() const {
    return core_->port_;
}

std::string server::url() const {
    return "http://127.0.0.1:" + std::to_string(core_->port_);
}

void server::stop() {
    core_->stop_serving();
}

void server::enqueue(reply scripted) {
    core_->locked([&] { core_->queue_.push_back(std::move(scripted)); });
}

std::size_t server::queued_replies() const {
    return core_->locked([&] { return core_->queue_.size(); });
}

void server::set_handler(std::function<std::optional<reply>(received_request const&)> handler) {
    core_->locked([&] { core_->handler_ = std::move(handler); });
}

void server::set_authorization(authorization_policy policy) {
    core_->locked([&] { core_->options_.authorization = std::move(policy); });
}

void server::set_clock_offset(std::int64_t seconds) {
    core_->locked([&] { core_->options_.clock_offset_seconds = seconds; });
}

std::vector<received_request> server::requests() const {
    return core_->locked([&] { return core_->requests_; });
}

std::size_t server::request_count() const {
    return core_->locked([&] { return core_->request_count_; });
}

bool server::wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
    return core_->wait_until(timeout, [&] { return core_->request_count_ >= count; });
}

std::size_t server::accepted_connections() const {
    return core_->locked([&] { return core_->accepted_; });
}

std::size_t server::open_connections() const {
    return core_->locked([&] { return core_->open_.size(); });
}

std::size_t server::connections_closed_by_peer() const {
    return core_->locked([&] { return core_->peer_closes_; });
}

bool server::wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout) const {
    return core_->wait_until(timeout, [&] { return core_->open_.size() == count; });
}

bool server::wait_for_peer_closes(std::size_t count, std::chrono::milliseconds timeout) const {
    return core_->wait_until(timeout, [&] { return core_->peer_closes_ >= count; });
}

}  // namespace mock
