// A server of streamed answers for the end-to-end programs: a process of its own with one thread, on plain sockets and
// epoll, HTTP/1.1 in chunks. The model id of a request chooses its answer:
//
//     bulk, chunks, writes   the answer that the server was made with: in HTTP chunks of 16 KiB; in a chunk per event;
//                            the same with a write() per event
//     hello                  5 events, whose text is the time at which the whole request had arrived
//     paced-N-US             N events with text, US microseconds apart, each with the time at which it is written
//
// Times are nanoseconds of CLOCK_MONOTONIC, which processes of one machine share, in 20 digits.
#pragma once

#include "corpus.hpp"
#include "measuring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

/// Runs until it is destroyed, or the program that made it is gone. To be made before the program has threads.
class stream_server {
  public:
    explicit stream_server(answer what);
    stream_server(stream_server const&) = delete;
    stream_server& operator=(stream_server const&) = delete;
    ~stream_server();

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// How the client asks for it.
    std::string url_of(std::string_view model) const {
        return url() + "/model/" + std::string(model) + "/converse-stream";
    }

  private:
    pid_t process_ = -1;
    unsigned short port_ = 0;
};

namespace server_detail {

inline void append_chunk(std::string& to, std::string_view bytes) {
    char size[16];
    auto const [end, code] = std::to_chars(size, size + sizeof size, bytes.size(), 16);
    static_cast<void>(code);
    to.append(size, end).append("\r\n").append(bytes).append("\r\n");
}

inline constexpr std::string_view head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n"
    "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// An answer as it is written, and where a write() ends; without that, where the socket is full.
struct script {
    std::string bytes{head};
    std::vector<std::size_t> cuts{};
};

inline script in_pieces(std::string_view body, std::size_t size) {
    script made;
    for (; !body.empty(); body.remove_prefix((std::min)(size, body.size())))
        append_chunk(made.bytes, body.substr(0, size));
    made.bytes += last_chunk;
    return made;
}

inline script by_events(answer const& what, bool one_write_each) {
    script made;
    std::size_t begin = 0;
    for (auto const end : what.ends) {
        append_chunk(made.bytes, std::string_view(what.bytes).substr(begin, end - begin));
        begin = end;
        if (one_write_each) made.cuts.push_back(made.bytes.size());
    }
    made.bytes += last_chunk;
    if (one_write_each) made.cuts.back() = made.bytes.size();
    return made;
}

inline std::string event_chunk(std::string_view type, std::string_view json) {
    std::string frame, chunk;
    add_frame(frame, type, json);
    append_chunk(chunk, frame);
    return chunk;
}

inline std::string stamped_chunk(std::int64_t time) {
    char json[128];
    std::snprintf(json, sizeof json, R"({"contentBlockIndex":0,"delta":{"text":"%020lld"},"p":"abcdefghijklmnopqrst"})",
                  static_cast<long long>(time));
    return event_chunk("contentBlockDelta", json);
}

inline std::string begin_chunks() {
    return std::string(head) + event_chunk("messageStart", R"({"role":"assistant"})");
}

inline std::string end_chunks() {
    return event_chunk("contentBlockStop", R"({"contentBlockIndex":0})") +
           event_chunk("messageStop", R"({"stopReason":"end_turn"})") +
           event_chunk("metadata", R"({"metrics":{"latencyMs":1},)"
                                   R"("usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}})") +
           std::string(last_chunk);
}

class loop {
  public:
    explicit loop(answer const& what)
        : bulk_(in_pieces(what.bytes, 16384)), chunks_(by_events(what, false)), writes_(by_events(what, true)) {}

    /// The port, or 0.
    unsigned short listen() {
        poll_ = ::epoll_create1(EPOLL_CLOEXEC);
        timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        auto* const address = reinterpret_cast<sockaddr*>(&here);
        if (::bind(listener_, address, size) != 0 || ::listen(listener_, 4096) != 0 ||
            ::getsockname(listener_, address, &size) != 0)
            return 0;
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
        watch(EPOLL_CTL_ADD, timer_, EPOLLIN);
        return ntohs(here.sin_port);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> ready{};
        for (;;) {
            int const count = ::epoll_wait(poll_, ready.data(), static_cast<int>(ready.size()), -1);
            for (int i = 0; i < count; ++i) {
                auto const& one = ready[static_cast<std::size_t>(i)];
                if (one.data.fd == listener_) {
                    accept();
                } else if (one.data.fd == timer_) {
                    std::uint64_t times = 0;
                    static_cast<void>(!::read(timer_, &times, sizeof times));
                } else if (auto const found = connections_.find(one.data.fd); found != connections_.end()) {
                    if (!((one.events & ~EPOLLOUT) == 0 || read(found->second)) || !flush(found->second))
                        close(one.data.fd);
                }
            }
            pace();
        }
    }

  private:
    struct connection {
        int socket = -1;
        std::string input{};
        std::string own{};  // written first
        script const* shared = nullptr;
        std::size_t written = 0;  // of it
        std::size_t cut = 0;      // the next one
        bool is_full = false;
        int left = 0;  // events to come
        std::int64_t due = 0;
        std::int64_t interval = 0;
    };

    void watch(int how, int which, std::uint32_t events) const {
        epoll_event wanted{};
        wanted.events = events;
        wanted.data.fd = which;
        ::epoll_ctl(poll_, how, which, &wanted);
    }

    void accept() {
        for (int made; (made = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            int const on = 1;
            ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            connections_[made].socket = made;
            watch(EPOLL_CTL_ADD, made, EPOLLIN);
        }
    }

    void close(int which) {
        ::close(which);
        connections_.erase(which);
    }

    // False: it is to be closed.
    bool read(connection& on) {
        char buffer[16384];
        auto const got = ::recv(on.socket, buffer, sizeof buffer, 0);
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        on.input.append(buffer, static_cast<std::size_t>(got));
        auto const end = on.input.find("\r\n\r\n");
        if (end == std::string::npos) return true;
        auto const size = content_length(std::string_view(on.input).substr(0, end));
        if (on.input.size() < end + 4 + size) return true;
        bool const known = answer_to(on, std::string_view(on.input).substr(0, end));
        on.input.erase(0, end + 4 + size);
        return known;
    }

    static std::size_t content_length(std::string_view request) {
        std::string lower(request);
        for (char& one : lower)
            if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
        constexpr std::string_view name = "\r\ncontent-length:";
        auto const at = lower.find(name);
        return at == std::string::npos ? 0 : std::strtoull(lower.c_str() + at + name.size(), nullptr, 10);
    }

    bool answer_to(connection& on, std::string_view request) {
        constexpr std::string_view before = "POST /model/";
        if (!request.starts_with(before)) return false;
        request.remove_prefix(before.size());
        auto const model = std::string(request.substr(0, request.find('/')));
        on.shared = nullptr;
        on.written = on.cut = 0;
        if (model == "bulk") {
            on.shared = &bulk_;
        } else if (model == "chunks") {
            on.shared = &chunks_;
        } else if (model == "writes") {
            on.shared = &writes_;
        } else if (model == "hello") {
            on.own += begin_chunks() + stamped_chunk(monotonic_ns()) + end_chunks();
        } else {
            long events = 0, microseconds = 0;
            if (std::sscanf(model.c_str(), "paced-%ld-%ld", &events, &microseconds) != 2) return false;
            on.own += begin_chunks();
            on.left = static_cast<int>(events);
            on.interval = microseconds * 1000;
            await(on, monotonic_ns() + on.interval);
        }
        return true;
    }

    // False: the connection is broken.
    bool flush(connection& on) {
        while (!on.own.empty()) {
            auto const sent = write(on, on.own);
            if (sent <= 0) return sent == 0;
            on.own.erase(0, static_cast<std::size_t>(sent));
        }
        while (on.shared != nullptr) {
            auto const& [bytes, cuts] = *on.shared;
            auto const end = cuts.empty() ? bytes.size() : cuts[on.cut];
            auto const sent = write(on, std::string_view(bytes).substr(on.written, end - on.written));
            if (sent <= 0) return sent == 0;
            on.written += static_cast<std::size_t>(sent);
            if (on.written == bytes.size()) on.shared = nullptr;
            if (on.written == end) ++on.cut;
        }
        if (on.is_full) watch(EPOLL_CTL_MOD, on.socket, EPOLLIN);
        on.is_full = false;
        return true;
    }

    // 0: the socket is full, and watched; negative: broken.
    ssize_t write(connection& on, std::string_view bytes) {
        auto const sent = ::send(on.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0 || (errno != EAGAIN && errno != EINTR)) return sent;
        if (!on.is_full) watch(EPOLL_CTL_MOD, on.socket, EPOLLIN | EPOLLOUT);
        on.is_full = true;
        return 0;
    }

    void await(connection& on, std::int64_t due) {
        on.due = due;
        due_.emplace(due, on.socket);
    }

    void pace() {
        while (!due_.empty() && due_.top().first <= monotonic_ns()) {
            auto const [due, socket] = due_.top();
            due_.pop();
            auto const found = connections_.find(socket);
            if (found == connections_.end() || found->second.due != due) continue;
            auto& on = found->second;
            on.own += stamped_chunk(monotonic_ns());
            if (--on.left > 0)
                await(on, due + on.interval);
            else
                on.own += end_chunks();
            if (!flush(on)) close(socket);
        }
        if (due_.empty()) return;
        itimerspec when{};
        when.it_value.tv_sec = due_.top().first / 1'000'000'000;
        when.it_value.tv_nsec = due_.top().first % 1'000'000'000;
        ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
    }

    using time_and_socket = std::pair<std::int64_t, int>;
    script bulk_, chunks_, writes_;
    int poll_ = -1, timer_ = -1, listener_ = -1;
    std::map<int, connection> connections_{};
    std::priority_queue<time_and_socket, std::vector<time_and_socket>, std::greater<>> due_{};
};

}  // namespace server_detail

inline stream_server::stream_server(answer what) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        server_detail::loop serving(what);
        auto const port = serving.listen();
        if (::write(ends[1], &port, sizeof port) != sizeof port || port == 0) ::_exit(1);
        ::close(ends[0]);
        ::close(ends[1]);
        serving.run();
    }
    ::close(ends[1]);
    if (::read(ends[0], &port_, sizeof port_) != sizeof port_ || port_ == 0) {
        std::fputs("no server on loopback\n", stderr);
        std::exit(1);
    }
    ::close(ends[0]);
}

inline stream_server::~stream_server() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

}  // namespace bench
