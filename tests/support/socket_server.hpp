// A TCP server on loopback that hands every accepted connection to a function of the test, in a thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

class connection {
  public:
    explicit connection(int socket) : socket_(socket) {}
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;
    ~connection() { ::close(socket_); }

    int socket() const { return socket_; }
    /// False when the peer is gone.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// Reads one request, head and Content-Length body; "" when the peer closed first.
    std::string read_request() {
        std::string text = std::exchange(rest_, {});
        std::size_t whole = std::string::npos;
        char piece[65536];
        while (text.size() < whole) {
            if (whole == std::string::npos) {
                if (auto const end = text.find("\r\n\r\n"); end != std::string::npos) {
                    whole = end + 4;
                    if (auto const at = text.find("Content-Length: "); at < end)
                        whole += static_cast<std::size_t>(std::strtoull(text.c_str() + at + 16, nullptr, 10));
                    continue;
                }
            }
            auto const got = ::recv(socket_, piece, sizeof piece, 0);
            if (got <= 0) return {};
            text.append(piece, static_cast<std::size_t>(got));
        }
        rest_ = text.substr(whole);
        text.resize(whole);
        return text;
    }
    /// Blocks until the peer closes or resets; true if it does so within ten seconds.
    bool peer_closes() {
        char piece[4096];
        for (;;) {
            pollfd watched{socket_, POLLIN, 0};
            if (::poll(&watched, 1, 10'000) <= 0) return false;
            if (::recv(socket_, piece, sizeof piece, 0) <= 0) return true;
        }
    }
    /// The next close sends RST, not FIN.
    void reset_on_close() {
        linger const now{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

  private:
    int socket_;
    std::string rest_;
};

class socket_server {
  public:
    using handler = std::function<void(connection&)>;

    explicit socket_server(handler serve) : serve_(std::move(serve)) {
        listener_ = listen_on_loopback(64, port_);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    /// The same on a unix-domain socket, which must not exist yet and is removed in the end.
    socket_server(std::string unix_path, handler serve) : serve_(std::move(serve)), unix_path_(std::move(unix_path)) {
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (unix_path_.size() >= sizeof address.sun_path) std::abort();
        unix_path_.copy(address.sun_path, unix_path_.size());
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 64) != 0)
            std::abort();
        acceptor_ = std::thread([this] { accept_all(); });
    }
    socket_server(socket_server const&) = delete;
    socket_server& operator=(socket_server const&) = delete;
    ~socket_server() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        for (auto& running : threads_) running.join();
        if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
    }

    std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }
    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }

    static int listen_on_loopback(int backlog, std::uint16_t& port) {
        int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener, backlog) != 0 ||
            ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            std::abort();
        port = ntohs(address.sin_port);
        return listener;
    }

  private:
    void accept_all() {
        for (;;) {
            int const socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            ++accepted_;
            threads_.emplace_back([this, socket] {
                connection peer(socket);
                serve_(peer);
            });
        }
    }

    handler serve_;
    std::string unix_path_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_{0};
    std::thread acceptor_;
    std::list<std::thread> threads_;  // only the acceptor adds; joined after it ended
};

/// A port that takes no connection: its queue is full, so that the handshake never ends.
class black_hole {
  public:
    black_hole() {
        listener_ = socket_server::listen_on_loopback(0, port_);
        for (int i = 0; i < 4; ++i) {
            int const filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            address.sin_port = htons(port_);
            (void)::connect(filler, reinterpret_cast<sockaddr*>(&address), sizeof address);
            fillers_.push_back(filler);
        }
    }
    black_hole(black_hole const&) = delete;
    black_hole& operator=(black_hole const&) = delete;
    ~black_hole() {
        for (int const filler : fillers_) ::close(filler);
        ::close(listener_);
    }
    std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }

  private:
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::list<int> fillers_;
};

inline std::string plain_answer(std::string_view body, std::string_view status = "200 OK") {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}
