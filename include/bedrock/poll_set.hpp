// SPDX-License-Identifier: MIT
// Owns the sleep of a loop: the descriptors that end it by getting ready, and the bell by which any thread does.
// Never reads or writes a descriptor that it was given.
#ifndef BEDROCK_POLL_SET_HPP
#define BEDROCK_POLL_SET_HPP

#include "bedrock/config.hpp"
#include "bedrock/os/pipe.hpp"
#include "bedrock/os/windows.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#if !defined(_WIN32)
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

#if defined(_WIN32)
using descriptor = SOCKET;
#else
using descriptor = int;
#endif

/// Rung by any thread; the sleeper watches its descriptor.
/// **Thread safety:** `ring` from any thread, the rest from the sleeper's.
class bell {
  public:
    bell() noexcept { open(); }
    bell(bell const&) = delete;
    bell& operator=(bell const&) = delete;
    ~bell();

    /// False where the system had no descriptors left.
    bool is_open() const noexcept { return is_open_.load(); }
    /// Tries once more where it is not open.
    void open() noexcept;
    /// Readable once it was rung, until `silence`.
    descriptor ear() const noexcept { return ends_[0]; }
    void ring() noexcept;
    void silence() noexcept;
    /// Whether it was rung since the last time.
    bool take() noexcept { return rung_.exchange(false); }

  private:
    descriptor ends_[2]{};
    std::atomic<bool> is_open_{false};
    std::atomic<bool> rung_{false};
};

/// Descriptors to sleep on, by poll().
/// **Allocates:** where a descriptor comes that is not watched yet, and nothing changes where that fails.
/// **Thread safety:** one thread at a time.
class poll_set {
  public:
    /// Bits of what a descriptor is watched for or ready for; one that is broken or hung up is ready for all.
    static constexpr int readable = 1;
    static constexpr int writable = 2;

    struct ready_descriptor {
        descriptor which;
        int events;
    };

    /// `events`: in place of those before; 0: it is watched no longer.
    void watch(descriptor which, int events);
    /// Sleeps until one is ready or the time is over; at most so many milliseconds. **Lifetime:** until the next
    /// `wait`.
    std::span<ready_descriptor const> wait(std::int64_t milliseconds);
    std::size_t size() const noexcept { return watched_.size(); }
    /// One of them.
    std::optional<descriptor> any() const noexcept {
        return watched_.empty() ? std::nullopt : std::optional(watched_.back().fd);
    }

  private:
#if defined(_WIN32)
    using entry = WSAPOLLFD;
#else
    using entry = ::pollfd;
#endif
    std::vector<entry> watched_;
    std::map<descriptor, std::size_t> places_;
    std::vector<ready_descriptor> ready_;
};

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)

// A datagram socket that is connected to itself: the system's pipes cannot be polled.
inline void bell::open() noexcept {
    if (is_open_) return;
    ends_[0] = ends_[1] = os::windows::open_socket(AF_INET, SOCK_DGRAM, 0);
    if (ends_[0] == INVALID_SOCKET) return;
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int size = sizeof here;
    auto* const address = reinterpret_cast<sockaddr*>(&here);
    is_open_ = ::bind(ends_[0], address, size) == 0 && ::getsockname(ends_[0], address, &size) == 0 &&
               ::connect(ends_[0], address, size) == 0 && os::windows::set_nonblocking(ends_[0]);
    if (!is_open_) ::closesocket(ends_[0]);
}

inline bell::~bell() {
    if (is_open_) ::closesocket(ends_[0]);
}

inline void bell::ring() noexcept {
    if (is_open_ && !rung_.exchange(true)) ::send(ends_[1], "!", 1, 0);
}

inline void bell::silence() noexcept {
    char heard[16];
    while (::recv(ends_[0], heard, sizeof heard, 0) > 0) {
    }
}

#else

inline void bell::open() noexcept {
    if (is_open_ || os::open_pipe(ends_) != 0) return;
    for (int const end : ends_) ::fcntl(end, F_SETFL, O_NONBLOCK);
    is_open_ = true;  // last: any thread may ring from now on
}

inline bell::~bell() {
    if (!is_open_) return;
    for (int const end : ends_) ::close(end);
}

// A full pipe is readable too.
inline void bell::ring() noexcept {
    if (!is_open_ || rung_.exchange(true)) return;
    while (::write(ends_[1], "!", 1) < 0 && errno == EINTR) {
    }
}

inline void bell::silence() noexcept {
    char heard[16];
    for (;;) {
        auto const got = ::read(ends_[0], heard, sizeof heard);
        if (got <= 0 && !(got < 0 && errno == EINTR)) return;
    }
}

#endif

inline void poll_set::watch(descriptor which, int events) {
    auto const found = places_.find(which);
    if (events == 0) {
        if (found == places_.end()) return;
        auto const place = found->second;
        places_.erase(found);
        if (place + 1 != watched_.size()) {
            watched_[place] = watched_.back();
            places_[watched_[place].fd] = place;
        }
        watched_.pop_back();
        return;
    }
    auto const bits =
        static_cast<short>(((events & readable) != 0 ? POLLIN : 0) | ((events & writable) != 0 ? POLLOUT : 0));
    if (found != places_.end()) {
        watched_[found->second].events = bits;
        return;
    }
    if (watched_.size() == watched_.capacity()) watched_.reserve(2 * watched_.size() + 16);
    places_.emplace(which, watched_.size());
    entry made{};
    made.fd = which;
    made.events = bits;
    watched_.push_back(made);
}

inline std::span<poll_set::ready_descriptor const> poll_set::wait(std::int64_t milliseconds) {
    constexpr std::int64_t most = (std::numeric_limits<int>::max)();
    auto const timeout = static_cast<int>((std::clamp)(milliseconds, std::int64_t{0}, most));
    ready_.clear();
    ready_.reserve(watched_.size());  // not when one is watched: somebody may read what the last `wait` gave
#if defined(_WIN32)
    if (watched_.empty()) ::Sleep(static_cast<DWORD>(timeout));  // WSAPoll refuses to wait for nothing
    int left = ::WSAPoll(watched_.data(), static_cast<ULONG>(watched_.size()), timeout);
#else
    int left = ::poll(watched_.data(), static_cast<::nfds_t>(watched_.size()), timeout);
#endif
    for (auto const& one : watched_) {
        if (left <= 0) break;
        if (one.revents == 0) continue;
        --left;
        bool const all = (one.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
        int const in = (one.revents & POLLIN) != 0 || (all && (one.events & POLLIN) != 0) ? readable : 0;
        int const out = (one.revents & POLLOUT) != 0 || (all && (one.events & POLLOUT) != 0) ? writable : 0;
        ready_.push_back({one.fd, in | out});
    }
    return ready_;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
