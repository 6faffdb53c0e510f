// SPDX-License-Identifier: MIT
// The socket calls of the test server, under one name on POSIX and Winsock.
// Sockets are neither inherited by child processes nor do their calls block.
#ifndef BEDROCK_TESTING_SOCKET_HPP
#define BEDROCK_TESTING_SOCKET_HPP

#include "bedrock/config.hpp"
#include "bedrock/os/windows.hpp"
#include "bedrock/poll_set.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#if !defined(_WIN32)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI::testing::sockets {

#if defined(_WIN32)
inline constexpr descriptor none = INVALID_SOCKET;
using watched = WSAPOLLFD;
using address_size = int;
#else
inline constexpr descriptor none = -1;
using watched = ::pollfd;
using address_size = ::socklen_t;
#endif

/// A socket that listens on any free port of 127.0.0.1; `none` on failure.
descriptor listen(std::uint16_t& port);

/// The next connection of a listener; `none` if there is none yet.
descriptor accept(descriptor listener);

/// The number of bytes, 0 at the end, or -1 on failure (`would_block` says whether trying again may help).
std::ptrdiff_t receive(descriptor from, char* to, std::size_t size);
std::ptrdiff_t send(descriptor to, std::string_view bytes);

/// True if the last call of `receive` or `send` failed only because it would have had to wait.
bool would_block();

/// Waits until one is ready; negative: without a limit. False on failure.
bool wait(std::vector<watched>& those, int timeout_ms);

/// Closes a connection: with a reset, or after an orderly end.
void close(descriptor which, bool with_reset);

/// Closes a listener.
void close(descriptor listener);

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)

inline bool would_block() {
    return ::WSAGetLastError() == WSAEWOULDBLOCK;
}

inline bool wait(std::vector<watched>& those, int timeout_ms) {
    return ::WSAPoll(those.data(), static_cast<ULONG>(those.size()), timeout_ms) >= 0;
}

inline void close(descriptor listener) {
    ::closesocket(listener);
}

namespace detail {

constexpr int quietly = 0;
constexpr int shut_writing = SD_SEND;

inline descriptor open() {
    return os::windows::open_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

inline descriptor accept_one(descriptor listener) {
    return ::accept(listener, nullptr, nullptr);
}

inline bool prepare(descriptor which) {
    ::SetHandleInformation(reinterpret_cast<HANDLE>(which), HANDLE_FLAG_INHERIT, 0);
    return os::windows::set_nonblocking(which);
}

inline int size_of_call(std::size_t size) {
    return static_cast<int>(size);
}

}  // namespace detail

#else

inline bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

inline bool wait(std::vector<watched>& those, int timeout_ms) {
    return ::poll(those.data(), static_cast<::nfds_t>(those.size()), timeout_ms) >= 0;
}

inline void close(descriptor listener) {
    ::close(listener);
}

namespace detail {

#if defined(MSG_NOSIGNAL)
constexpr int quietly = MSG_NOSIGNAL;
#else
constexpr int quietly = 0;  // SO_NOSIGPIPE is set instead
#endif
constexpr int shut_writing = SHUT_WR;

inline descriptor open() {
    int kind = SOCK_STREAM;
#if defined(SOCK_CLOEXEC)
    kind |= SOCK_CLOEXEC;  // before another thread can start a child process
#endif
    return ::socket(AF_INET, kind, 0);
}

inline descriptor accept_one(descriptor listener) {
#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
    return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
#else
    return ::accept(listener, nullptr, nullptr);
#endif
}

inline bool prepare(descriptor which) {
    return ::fcntl(which, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(which, F_SETFL, O_NONBLOCK) == 0;
}

inline std::size_t size_of_call(std::size_t size) {
    return size;
}

}  // namespace detail

#endif

namespace detail {

/// Winsock takes options as characters.
template <class T>
void set_option(descriptor which, int level, int name, T const& value) {
    ::setsockopt(which, level, name, reinterpret_cast<char const*>(&value), static_cast<address_size>(sizeof value));
}

}  // namespace detail

inline descriptor listen(std::uint16_t& port) {
    descriptor const made = detail::open();
    if (made == none) return none;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    address_size size = sizeof address;
    if (!detail::prepare(made) || ::bind(made, generic, size) != 0 || ::listen(made, SOMAXCONN) != 0 ||
        ::getsockname(made, generic, &size) != 0) {
        close(made);
        return none;
    }
    port = ntohs(address.sin_port);
    return made;
}

inline descriptor accept(descriptor listener) {
    descriptor const made = detail::accept_one(listener);
    if (made == none) return none;
    detail::set_option(made, IPPROTO_TCP, TCP_NODELAY, 1);
#if defined(SO_NOSIGPIPE)
    detail::set_option(made, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
    detail::prepare(made);
    return made;
}

inline std::ptrdiff_t receive(descriptor from, char* to, std::size_t size) {
    return ::recv(from, to, detail::size_of_call(size), 0);
}

inline std::ptrdiff_t send(descriptor to, std::string_view bytes) {
    return ::send(to, bytes.data(), detail::size_of_call(bytes.size()), detail::quietly);
}

inline void close(descriptor which, bool with_reset) {
    if (with_reset) {
        linger const now{1, 0};
        detail::set_option(which, SOL_SOCKET, SO_LINGER, now);
    } else {
        ::shutdown(which, detail::shut_writing);  // also if a child process has inherited it
    }
    close(which);
}

}  // namespace bedrock::inline BEDROCK_ABI::testing::sockets

#endif
