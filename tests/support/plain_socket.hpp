// A TCP client on loopback for what no HTTP client would send, or tell: half requests, and how a connection ends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

class plain_socket {
  public:
    /// To `http://127.0.0.1:PORT`.
    explicit plain_socket(std::string const& url) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<unsigned short>(std::atoi(url.c_str() + url.rfind(':') + 1)));
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    plain_socket(plain_socket const&) = delete;
    plain_socket& operator=(plain_socket const&) = delete;
    ~plain_socket() { ::close(socket_); }

    bool connected() const { return connected_; }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// What arrives until the text ends so, the connection ends, or nothing comes for `quiet_ms`.
    std::string receive(std::string_view end, int quiet_ms = 10'000) {
        std::string all;
        char piece[65536];
        while (end.empty() || !all.ends_with(end)) {
            pollfd watched{socket_, POLLIN, 0};
            if (::poll(&watched, 1, quiet_ms) <= 0) {
                ended = "quiet";
                break;
            }
            auto const got = ::recv(socket_, piece, sizeof piece, 0);
            if (got <= 0) {
                ended = got == 0 ? "closed" : errno == ECONNRESET ? "reset" : "broken";
                break;
            }
            all.append(piece, static_cast<std::size_t>(got));
        }
        return all;
    }
    /// Why the last `receive` ended without its text: "closed", "reset", "quiet", "broken".
    std::string ended{};

  private:
    int socket_;
    bool connected_ = false;
};
