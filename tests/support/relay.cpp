#include "support/relay.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mock {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t buffer_limit = 256 * 1024;
constexpr std::size_t nowhere = (std::numeric_limits<std::size_t>::max)();

#ifdef POLLRDHUP
constexpr short closing_events = POLLRDHUP;
#else
constexpr short closing_events = 0;
#endif

sockaddr_in loopback(unsigned short port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A socket that closes itself.
class tcp_socket {
  public:
    explicit tcp_socket(int descriptor = -1) : descriptor_(descriptor) {
        if (descriptor_ < 0) return;
        int const on = 1;
        ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    tcp_socket(tcp_socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    tcp_socket& operator=(tcp_socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~tcp_socket() { close(); }

    int get() const { return descriptor_; }
    bool valid() const { return descriptor_ >= 0; }
    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    void reset() {
        linger const abort{1, 0};
        if (descriptor_ >= 0) ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        close();
    }

  private:
    int descriptor_;
};

tcp_socket connect_to(unsigned short port) {
    int const descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    auto const address = loopback(port);
    if (descriptor < 0 || ::connect(descriptor, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        if (descriptor >= 0) ::close(descriptor);
        return tcp_socket();
    }
    return tcp_socket(descriptor);
}

enum class transfer { nothing, some, end, broken };

/// One client, its connection to the server, and what is between them.
struct tunnel {
    tcp_socket client{};
    tcp_socket upstream{};
    relay_plan plan{};
    std::string to_client{};
    std::string to_upstream{};
    std::size_t forwarded = 0;  ///< bytes of the response stream that were sent to the client
    std::size_t received = 0;   ///< bytes of the response stream that came from the server
    std::string head{};         ///< the response so far, while its head is sought
    std::size_t trigger = nowhere;
    clock::time_point next_drip{};
    bool stalled = false;
    bool client_ended = false;  ///< its FIN or RST was seen
    bool upstream_ended = false;
    bool cut = false;  ///< our FIN went out; the client's bytes are dropped until it closes
    bool finished = false;

    bool counts_as_open() const { return !client_ended && !cut && !finished; }
    bool dripping() const { return plan.what == relay_plan::action::drip && forwarded >= trigger; }

    /// How many of the buffered bytes may go out now.
    std::size_t sendable() const {
        if (plan.what == relay_plan::action::drip) {
            if (forwarded < trigger) return (std::min)(to_client.size(), trigger - forwarded);
            return (std::min)(to_client.size(), plan.step);
        }
        if (!stops_at_trigger()) return to_client.size();
        return (std::min)(to_client.size(), trigger - (std::min)(trigger, forwarded));
    }
    bool stops_at_trigger() const {
        return plan.what == relay_plan::action::cut || plan.what == relay_plan::action::reset ||
               plan.what == relay_plan::action::stall;
    }
};

transfer receive(tcp_socket const& from, std::string& to) {
    std::array<char, 16384> buffer;
    auto const size = ::recv(from.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) {
        to.append(buffer.data(), static_cast<std::size_t>(size));
        return transfer::some;
    }
    if (size == 0) return transfer::end;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? transfer::nothing : transfer::broken;
}

transfer send_some(tcp_socket const& to, std::string& from, std::size_t size) {
    auto const sent = ::send(to.get(), from.data(), size, MSG_NOSIGNAL);
    if (sent > 0) {
        from.erase(0, static_cast<std::size_t>(sent));
        return transfer::some;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? transfer::nothing : transfer::broken;
}

}  // namespace

class relay::loop {
  public:
    loop(unsigned short target_port, planner plans, unsigned short port)
        : target_port_(target_port), planner_(std::move(plans)) {
        int const listening = ::socket(AF_INET, SOCK_STREAM, 0);
        int const on = 1;
        auto address = loopback(port);
        socklen_t size = sizeof address;
        ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        listener_ = tcp_socket(listening);
        if (::bind(listening, reinterpret_cast<sockaddr const*>(&address), size) != 0 ||
            ::listen(listening, 1024) != 0 ||
            ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(wake_.data()) != 0) {
            return;
        }
        ::fcntl(wake_[0], F_SETFL, O_NONBLOCK);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    loop(loop const&) = delete;
    loop& operator=(loop const&) = delete;
    ~loop() {
        if (thread_.joinable()) {
            post([this] { stopping_ = true; });
            thread_.join();
        }
        for (int const end : wake_) {
            if (end >= 0) ::close(end);
        }
    }

    /// Runs `command` on the relay's thread and returns when it has taken effect.
    void post(std::function<void()> command) {
        if (!thread_.joinable()) return;
        std::unique_lock lock(mutex_);
        commands_.push_back(std::move(command));
        auto const ticket = ++posted_;
        while (::write(wake_[1], "x", 1) < 0 && errno == EINTR) {
        }
        changed_.wait(lock, [&] { return done_ >= ticket; });
    }

    template <typename Change>
    void each_tunnel(Change change) {
        post([this, change] {
            for (auto& one : tunnels_) change(one);
        });
    }

    template <typename Condition>
    bool wait_until(std::chrono::milliseconds timeout, Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, condition);
    }

    std::size_t read(std::size_t const& counter) {
        std::lock_guard const lock(mutex_);
        return counter;
    }

    static void start_cut(tunnel& one) {
        if (one.cut || one.finished) return;
        // Not close(): unread bytes of the client would turn the FIN into an RST.
        ::shutdown(one.client.get(), SHUT_WR);
        one.cut = true;
        one.to_client.clear();
        one.to_upstream.clear();
        one.upstream.close();
    }

    static void start_reset(tunnel& one) {
        one.client.reset();
        one.upstream.close();
        one.finished = true;
    }

    void set_planner(planner plans) {
        std::lock_guard const lock(mutex_);
        planner_ = std::move(plans);
    }
    void enqueue(relay_plan plan) {
        std::lock_guard const lock(mutex_);
        plans_.push_back(plan);
    }

    unsigned short port() const { return port_; }

    std::size_t accepted_ = 0;
    std::size_t open_ = 0;
    std::size_t client_closes_ = 0;
    std::size_t bytes_to_clients_ = 0;

  private:
    void run() {
        while (!stopping_) {
            auto const now = clock::now();
            auto waited = poll_set(now);
            ::poll(waited.data(), static_cast<nfds_t>(waited.size()), drip_timeout(now));
            run_commands();
            if ((waited[0].revents & POLLIN) != 0) {
                accept_clients();
                // Before a byte goes to them: a client that has heard of its connection finds it counted.
                publish();
            }
            // Each tunnel looks at its sockets itself: they never block, and tunnels are few.
            for (auto& one : tunnels_) advance(one);
            publish();
        }
        tunnels_.clear();
    }

    std::vector<pollfd> poll_set(clock::time_point now) const {
        std::vector<pollfd> set{{listener_.get(), POLLIN, 0}, {wake_[0], POLLIN, 0}};
        for (auto const& one : tunnels_) {
            int client_events = one.client_ended ? 0 : closing_events;
            int upstream_events = 0;
            bool const forwards = one.upstream.valid() && !one.stalled;
            if (one.cut || (forwards && !one.client_ended && one.to_upstream.size() < buffer_limit))
                client_events |= POLLIN;
            if (forwards && one.sendable() > 0 && one.next_drip <= now) client_events |= POLLOUT;
            if (forwards && !one.upstream_ended && one.to_client.size() < buffer_limit) upstream_events |= POLLIN;
            if (forwards && !one.to_upstream.empty()) upstream_events |= POLLOUT;
            // A socket that waits for nothing is left out: poll() reports a POLLHUP whether asked or not, over and
            // over.
            if (client_events != 0) set.push_back({one.client.get(), static_cast<short>(client_events), 0});
            if (upstream_events != 0) set.push_back({one.upstream.get(), static_cast<short>(upstream_events), 0});
        }
        return set;
    }

    int drip_timeout(clock::time_point now) const {
        auto soonest = clock::time_point::max();
        for (auto const& one : tunnels_) {
            if (!one.stalled && !one.to_client.empty() && one.next_drip > now)
                soonest = (std::min)(soonest, one.next_drip);
        }
        if (soonest == clock::time_point::max()) return -1;
        return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(soonest - now).count());
    }

    void run_commands() {
        for (std::array<char, 64> dropped; ::read(wake_[0], dropped.data(), dropped.size()) > 0;) {
        }
        std::vector<std::function<void()>> commands;
        {
            std::lock_guard const lock(mutex_);
            commands.swap(commands_);
        }
        for (auto const& command : commands) command();
        if (commands.empty()) return;
        publish();
        std::lock_guard const lock(mutex_);
        done_ += commands.size();
        changed_.notify_all();
    }

    void accept_clients() {
        for (;;) {
            int const descriptor = ::accept(listener_.get(), nullptr, nullptr);
            if (descriptor < 0) return;
            tunnel one;
            one.client = tcp_socket(descriptor);
            {
                std::lock_guard const lock(mutex_);
                ++accepted_;
                if (!plans_.empty()) {
                    one.plan = plans_.front();
                    plans_.pop_front();
                } else if (planner_) {
                    one.plan = planner_(accepted_);
                }
            }
            if (!one.plan.after_head) one.trigger = one.plan.at;
            if (one.plan.what == relay_plan::action::close) {
                start_cut(one);
            } else if (one.plan.what == relay_plan::action::silent) {
                one.stalled = true;
            } else {
                one.upstream = connect_to(target_port_);
                if (!one.upstream.valid()) start_reset(one);
            }
            tunnels_.push_back(std::move(one));
        }
    }

    void advance(tunnel& one) {
        if (one.finished) return;
        notice_client_close(one);
        if (one.cut) {
            drop_until_client_closes(one);
            return;
        }
        if (one.stalled || !one.upstream.valid()) {
            if (one.client_ended) finish(one);
            return;
        }
        from_client(one);
        if (!one.finished) from_upstream(one);
        if (!one.finished) to_client(one);
    }

    void notice_client_close(tunnel& one) {
        if (one.client_ended) return;
        pollfd asked{one.client.get(), closing_events, 0};
        ::poll(&asked, 1, 0);
        one.client_ended = asked.revents != 0;
        if (one.client_ended) {
            std::lock_guard const lock(mutex_);
            ++client_closes_;
        }
    }

    static void finish(tunnel& one) {
        one.client.close();
        one.upstream.close();
        one.finished = true;
    }

    void drop_until_client_closes(tunnel& one) {
        for (std::string dropped;; dropped.clear()) {
            auto const got = receive(one.client, dropped);
            if (got == transfer::nothing) return;
            if (got == transfer::some) continue;
            if (!std::exchange(one.client_ended, true)) {
                std::lock_guard const lock(mutex_);
                ++client_closes_;
            }
            finish(one);
            return;
        }
    }

    static void from_client(tunnel& one) {
        bool at_end = false;
        while (!at_end && one.to_upstream.size() < buffer_limit) {
            auto const got = receive(one.client, one.to_upstream);
            if (got == transfer::broken) {
                one.upstream.reset();
                finish(one);
                return;
            }
            if (got == transfer::nothing) break;
            at_end = got == transfer::end;
        }
        if (!one.to_upstream.empty() &&
            send_some(one.upstream, one.to_upstream, one.to_upstream.size()) == transfer::broken) {
            one.to_upstream.clear();
        }
        if (at_end && one.to_upstream.empty()) ::shutdown(one.upstream.get(), SHUT_WR);
    }

    void from_upstream(tunnel& one) {
        while (!one.upstream_ended && one.to_client.size() < buffer_limit) {
            auto const before = one.to_client.size();
            auto const got = receive(one.upstream, one.to_client);
            if (got == transfer::broken) {
                start_reset(one);
                return;
            }
            if (got == transfer::nothing) return;
            if (got == transfer::end) {
                one.upstream_ended = true;
                return;
            }
            inspect(one, before);
        }
    }

    /// Finds where `at` falls, and corrupts there.
    static void inspect(tunnel& one, std::size_t new_from) {
        auto const fresh = std::string_view(one.to_client).substr(new_from);
        if (one.trigger == nowhere) {
            one.head += fresh;
            auto const end = one.head.find("\r\n\r\n");
            if (end != std::string::npos) {
                one.trigger = end + 4 + one.plan.at;
                one.head.clear();
            }
        }
        auto const first = one.received;
        one.received += fresh.size();
        if (one.plan.what != relay_plan::action::corrupt || one.trigger < first || one.trigger >= one.received) return;
        auto& byte = one.to_client[new_from + (one.trigger - first)];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ one.plan.mask);
    }

    void to_client(tunnel& one) {
        while (auto const size = one.sendable()) {
            if (one.dripping()) {
                auto const now = clock::now();
                if (now < one.next_drip) return;
                one.next_drip = now + one.plan.pause;
            }
            auto const before = one.to_client.size();
            auto const sent = send_some(one.client, one.to_client, size);
            if (sent == transfer::nothing) return;
            if (sent == transfer::broken) {
                one.upstream.reset();
                finish(one);
                return;
            }
            auto const count = before - one.to_client.size();
            one.forwarded += count;
            std::lock_guard const lock(mutex_);
            bytes_to_clients_ += count;
        }
        // At 0 the request is let through first: the fault is in the answer.
        if (one.stops_at_trigger() && one.forwarded >= one.trigger && one.received > 0) {
            if (one.plan.what == relay_plan::action::cut) start_cut(one);
            if (one.plan.what == relay_plan::action::reset) start_reset(one);
            if (one.plan.what == relay_plan::action::stall) one.stalled = true;
            return;
        }
        if (one.upstream_ended && one.to_client.empty()) start_cut(one);
    }

    void publish() {
        tunnels_.erase(std::remove_if(tunnels_.begin(), tunnels_.end(), [](tunnel const& one) { return one.finished; }),
                       tunnels_.end());
        std::lock_guard const lock(mutex_);
        open_ = static_cast<std::size_t>(
            std::count_if(tunnels_.begin(), tunnels_.end(), [](tunnel const& one) { return one.counts_as_open(); }));
        changed_.notify_all();
    }

    unsigned short target_port_;
    unsigned short port_ = 0;
    tcp_socket listener_{};
    std::array<int, 2> wake_{-1, -1};
    std::vector<tunnel> tunnels_{};
    bool stopping_ = false;

    std::mutex mutex_{};
    std::condition_variable changed_{};
    planner planner_;
    std::deque<relay_plan> plans_{};
    std::vector<std::function<void()>> commands_{};
    std::size_t posted_ = 0;
    std::size_t done_ = 0;

    std::thread thread_{};
};

relay::relay(unsigned short target_port, planner plans, unsigned short port)
    : loop_(std::make_unique<loop>(target_port, std::move(plans), port)) {}

relay::~relay() = default;

bool relay::running() const {
    return loop_->port() != 0;
}

unsigned short relay::port() const {
    return loop_->port();
}

std::string relay::url() const {
    return "http://127.0.0.1:" + std::to_string(loop_->port());
}

void relay::enqueue(relay_plan plan) {
    loop_->enqueue(plan);
}

void relay::set_planner(planner plans) {
    loop_->set_planner(std::move(plans));
}

void relay::cut() {
    loop_->each_tunnel(loop::start_cut);
}

void relay::reset() {
    loop_->each_tunnel(loop::start_reset);
}

void relay::stall() {
    loop_->each_tunnel([](tunnel& one) { one.stalled = true; });
}

void relay::resume() {
    loop_->each_tunnel([](tunnel& one) {
        one.stalled = false;
        if (one.plan.what == relay_plan::action::stall) one.plan.what = relay_plan::action::forward;
    });
}

std::size_t relay::accepted() const {
    return loop_->read(loop_->accepted_);
}

std::size_t relay::open() const {
    return loop_->read(loop_->open_);
}

std::size_t relay::client_closes() const {
    return loop_->read(loop_->client_closes_);
}

std::size_t relay::bytes_to_clients() const {
    return loop_->read(loop_->bytes_to_clients_);
}

bool relay::wait_for_accepted(std::size_t count, std::chrono::milliseconds timeout) const {
    return loop_->wait_until(timeout, [&] { return loop_->accepted_ >= count; });
}

bool relay::wait_for_open(std::size_t count, std::chrono::milliseconds timeout) const {
    return loop_->wait_until(timeout, [&] { return loop_->open_ == count; });
}

bool relay::wait_for_client_closes(std::size_t count, std::chrono::milliseconds timeout) const {
    return loop_->wait_until(timeout, [&] { return loop_->client_closes_ >= count; });
}

bool relay::wait_for_bytes_to_clients(std::size_t count, std::chrono::milliseconds timeout) const {
    return loop_->wait_until(timeout, [&] { return loop_->bytes_to_clients_ >= count; });
}

}  // namespace mock
