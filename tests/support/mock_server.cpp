#include "support/mock_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <string_view>
#include <system_error>
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

/// An accepted socket that reads HTTP/1.1 requests and writes bytes.
class http_connection {
  public:
    http_connection(int socket, std::size_t number) : socket_(socket), number_(number) {
        int const on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        socklen_t size = sizeof address;
        if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
            remote_port_ = ntohs(address.sin_port);
        }
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

    /// Reads the body of the request whose head was read last. False when the client has gone before its end, and for
    /// a body that is invalid or too large, which it answers.
    bool read_body(std::string& body) {
        body.clear();
        if (same_name(header_value(head_.headers, "expect"), "100-continue")) write("HTTP/1.1 100 Continue\r\n\r\n");
        if (same_name(header_value(head_.headers, "transfer-encoding"), "chunked")) return read_chunks(body);
        std::size_t size = 0;
        if (auto const length = header_value(head_.headers, "content-length"); !length.empty()) {
            if (!parse_size(length, 10, size)) return refuse(400, "Bad Request");
        }
        return size <= body_limit ? take(size, body) : refuse(413, "Payload Too Large");
    }

    bool keeps_alive() const {
        return head_.version != "HTTP/1.0" && !same_name(header_value(head_.headers, "connection"), "close");
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

    int socket() const { return socket_; }

    /// False when the client has gone.
    bool write(std::string_view bytes) {
        if (discarding_) return true;
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
                continue;
            }
            if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
                closed_by_peer_ = true;
                return false;
            }
            pollfd waited{socket_, POLLOUT, 0};
            ::poll(&waited, 1, -1);
        }
        return true;
    }

  private:
    bool accept_head(std::size_t size) {
        bool const parsed = parse_request_head(std::string_view(input_).substr(0, size), head_);
        input_.erase(0, size);
        return parsed || refuse(400, "Bad Request");
    }

    static bool parse_size(std::string_view text, int base, std::size_t& size) {
        auto const parsed = std::from_chars(text.data(), text.data() + text.size(), size, base);
        return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    }

    /// Appends the next `size` bytes of the connection to `to`.
    bool take(std::size_t size, std::string& to) {
        while (size > 0) {
            if (input_.empty() && !fill()) return false;
            auto const taken = (std::min)(size, input_.size());
            to.append(input_, 0, taken);
            input_.erase(0, taken);
            size -= taken;
        }
        return true;
    }

    bool take_line(std::string& line) {
        for (;;) {
            auto const end = input_.find("\r\n");
            if (end != std::string::npos) {
                line.assign(input_, 0, end);
                input_.erase(0, end + 2);
                return true;
            }
            if (input_.size() > head_limit) return refuse(400, "Bad Request");
            if (!fill()) return false;
        }
    }

    bool read_chunks(std::string& body) {
        std::string line;
        for (;;) {
            std::size_t size = 0;
            if (!take_line(line)) return false;
            if (!parse_size(std::string_view(line).substr(0, line.find_first_of("; ")), 16, size)) {
                return refuse(400, "Bad Request");
            }
            if (size > body_limit - body.size()) return refuse(413, "Payload Too Large");
            if (size == 0) break;
            if (!take(size, body) || !take_line(line)) return false;
            if (!line.empty()) return refuse(400, "Bad Request");
        }
        do {  // trailers
            if (!take_line(line)) return false;
        } while (!line.empty());
        return true;
    }

    bool refuse(int status, std::string const& reason) {
        write("HTTP/1.1 " + std::to_string(status) + " " + reason +
              "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
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

    int socket_;
    std::size_t number_;
    int remote_port_ = 0;
    std::string input_{};
    request_head head_{};
    bool discarding_ = false;
    bool closed_by_peer_ = false;
};

/// As many threads as there are connections open at once: a request that waits at a gate must not keep another from
/// being served.
class growing_pool {
  public:
    void enqueue(std::function<void()> job) {
        std::lock_guard const lock(mutex_);
        jobs_.push_back(std::move(job));
        if (jobs_.size() > idle_) threads_.emplace_back([this] { work(); });
        wake_.notify_one();
    }

    void shutdown() {
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

class server::core {
  public:
    explicit core(server_options options) : options_(std::move(options)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        if (listener_ < 0) return;
        close_on_exec(listener_);
        int const on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(options_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        // A dropped SYN costs its client a second, so the backlog is long.
        if (::bind(listener_, reinterpret_cast<sockaddr const*>(&address), size) != 0 ||
            ::listen(listener_, 1024) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            return;
        }
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread([this] { accept_clients(); });
    }
    core(core const&) = delete;
    core& operator=(core const&) = delete;
    ~core() {
        if (listener_ >= 0) ::close(listener_);
    }

    void stop_serving() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
            for (auto const& [number, open] : open_) ::shutdown(open->socket(), SHUT_RDWR);
        }
        if (!accepting_.joinable()) return;
        stopped_.open();
        accepting_.join();
        pool_.shutdown();
        ::close(std::exchange(listener_, -1));
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
    std::map<std::size_t, http_connection*> open_{};

  private:
    static void close_on_exec(int descriptor) { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

    void accept_clients() {
        for (;;) {
            std::array<pollfd, 2> waited{{{listener_, POLLIN, 0}, {stopped_.readable_when_open(), POLLIN, 0}}};
            ::poll(waited.data(), waited.size(), -1);
            if (waited[1].revents != 0) return;
            if (waited[0].revents == 0) continue;
            int const socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) continue;
            close_on_exec(socket);
            pool_.enqueue([this, socket] { serve_and_close(socket); });
        }
    }

    void serve_and_close(int socket) {
        std::unique_lock lock(mutex_);
        http_connection client(socket, ++accepted_);
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
    }

    /// How the connection ends.
    ending serve(http_connection& client) {
        std::string body;
        while (client.read_head() && client.read_body(body)) {
            received_request received;
            received.head = client.head();
            received.body = std::move(body);
            received.connection = client.number();
            received.remote_port = client.remote_port();
            auto [made, pace] = choose_reply(received);
            if (options_.observer) options_.observer(received, made.status);
            made.headers.emplace_back("Date", http_time(locked([&] { return now(); })));
            if (!has_header(made.headers, "x-amzn-requestid")) {
                made.headers.emplace_back("x-amzn-RequestId", request_id(received.number));
            }
            bool const sent = send(made, pace, client);
            if (made.end != ending::complete) return made.end;
            // Not one byte of the reply reached the client: the connection is over, whatever the end.
            if (!made.send_head) return ending::close;
            if (!sent || made.close_connection || made.framed == framing::until_close || !client.keeps_alive()) break;
        }
        return ending::complete;
    }

    std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)) + options_.clock_offset_seconds; }

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

    /// False when the connection cannot be used for another reply.
    static bool send(reply& made, std::chrono::milliseconds pace, http_connection& client) {
        if (made.hold_head && !client.pass(*made.hold_head)) made.send_head = false;
        if (!made.send_head) client.discard_output();
        std::size_t size = 0;
        for (auto const& part : made.parts) size += part.bytes.size();
        auto const length = made.declared_length.value_or(size);
        auto head = "HTTP/1.1 " + std::to_string(made.status) + (made.status < 300 ? " OK\r\n" : " Error\r\n");
        for (auto const& [name, value] : made.headers) head += name + ": " + value + "\r\n";
        if (!has_header(made.headers, "content-type")) head += "Content-Type: application/octet-stream\r\n";
        if (made.framed == framing::chunked) {
            head += "Transfer-Encoding: chunked\r\n";
        } else if (made.framed == framing::content_length) {
            head += "Content-Length: " + std::to_string(length) + "\r\n";
        }
        if (made.framed == framing::until_close || !client.keeps_alive()) head += "Connection: close\r\n";
        if (!client.write(head + "\r\n")) return false;
        if (client.head().method == "HEAD") return true;
        for (bool first = true; auto const& part : made.parts) {
            if (!first && !client.pause(pace)) return false;
            first = false;
            if (part.hold && !client.pass(*part.hold)) return false;
            if (!part.bytes.empty() &&
                !client.write(made.framed == framing::chunked ? chunk(part.bytes) : part.bytes)) {
                return false;
            }
        }
        if (made.end != ending::complete) return false;
        if (made.framed == framing::chunked) return client.write("0\r\n\r\n");
        return made.framed == framing::until_close || length <= size;
    }

    static std::string chunk(std::string const& bytes) {
        std::array<char, 2 * sizeof(std::size_t)> digits;
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
        return std::string(digits.data(), end) + "\r\n" + bytes + "\r\n";
    }

    std::mutex mutex_{};
    std::condition_variable changed_{};
    int listener_ = -1;
    gate stopped_{};
    std::thread accepting_{};
    growing_pool pool_{};
    bool stopping_ = false;
};

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
