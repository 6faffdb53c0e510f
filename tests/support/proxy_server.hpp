// An HTTP proxy on loopback, for tunnels and for plain requests. Every host of any name is this machine: a name that
// only a proxy could know shows who resolved it.
#pragma once

#include "support/socket_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

class proxy_server {
  public:
    struct options {
        /// "Basic dXNlcjpwYXNz", as the client must send it; empty: nobody is asked.
        std::string authorization{};
        /// Sent in place of all service, then the connection is closed.
        std::string answer{};
        /// Says nothing at all until the client gives up.
        bool is_silent = false;
    };

    proxy_server() : proxy_server(options()) {}
    explicit proxy_server(options how) : how_(std::move(how)), server_([this](connection& peer) { serve(peer); }) {}

    std::string url(std::string_view user = {}) const {
        auto made = std::string("http://");
        if (!user.empty()) made.append(user).append("@");
        return made + "127.0.0.1:" + std::to_string(server_.port());
    }
    /// The first lines and headers of what it was asked, tunnels' contents apart.
    std::vector<std::string> heads() const {
        std::lock_guard const lock(guard_);
        return heads_;
    }

  private:
    void serve(connection& peer) {
        auto request = peer.read_request();
        if (request.empty()) return;
        auto const head = request.substr(0, request.find("\r\n\r\n"));
        {
            std::lock_guard const lock(guard_);
            heads_.push_back(head);
        }
        if (how_.is_silent) {
            peer.peer_closes();
            return;
        }
        if (!how_.answer.empty()) {
            peer.send(how_.answer);
            return;
        }
        bool const allowed = how_.authorization.empty() ||
                             head.find("\r\nProxy-Authorization: " + how_.authorization) != std::string::npos;
        if (!allowed) {
            peer.send("HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        bool const is_tunnel = head.starts_with("CONNECT ");
        auto const target_at = head.find(' ') + 1;
        auto target = head.substr(target_at, head.find(' ', target_at) - target_at);
        if (!is_tunnel) {
            auto const path = target.find('/', std::string_view("http://").size());
            request.replace(target_at, path, "");  // origin form
            if (auto const at = request.find("Proxy-Authorization: "); at != std::string::npos)
                request.erase(at, request.find("\r\n", at) + 2 - at);
            target.resize(path);
        }
        int const host = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connection behind(host);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(target.c_str() + target.rfind(':') + 1)));
        if (::connect(host, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            peer.send("HTTP/1.1 502 Nobody there\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        if (is_tunnel ? peer.send("HTTP/1.1 200 Go\r\n\r\n") : behind.send(request)) pump(peer, behind);
    }

    static void pump(connection& left, connection& right) {
        pollfd watched[2] = {{left.socket(), POLLIN, 0}, {right.socket(), POLLIN, 0}};
        char piece[16384];
        for (;;) {
            if (::poll(watched, 2, 20'000) <= 0) return;
            for (int i = 0; i < 2; ++i) {
                if (watched[i].revents == 0) continue;
                auto const got = ::recv(watched[i].fd, piece, sizeof piece, 0);
                if (got <= 0) return;
                if (!(i == 0 ? right : left).send({piece, static_cast<std::size_t>(got)})) return;
            }
        }
    }

    options how_;
    mutable std::mutex guard_;
    std::vector<std::string> heads_;
    socket_server server_;  // the last: its threads use the others
};
