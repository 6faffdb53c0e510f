// SPDX-License-Identifier: MIT
// Owns the silence of SIGPIPE on one thread while a library writes to sockets that may be closed at the other end.
// Never changes how the process handles the signal, and loses none that others sent.
#ifndef BEDROCK_SIGPIPE_GUARD_HPP
#define BEDROCK_SIGPIPE_GUARD_HPP

#include "bedrock/config.hpp"

#if !defined(_WIN32)
#include <csignal>

#include <signal.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// Keeps the calling thread's SIGPIPE from being delivered in its scope, and takes the one that came in it.
/// **Thread safety:** of one thread; made and destroyed on the same.
class [[nodiscard]] sigpipe_guard {
  public:
    /// `is_wanted` false: does nothing.
    explicit sigpipe_guard(bool is_wanted) noexcept;
    sigpipe_guard(sigpipe_guard const&) = delete;
    sigpipe_guard& operator=(sigpipe_guard const&) = delete;
    ~sigpipe_guard();

#if !defined(_WIN32)
  private:
    static ::sigset_t only_pipe() noexcept;
    static bool is_pending() noexcept;
    bool is_active_ = false;
    ::sigset_t before_{};
#endif
};

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)

inline sigpipe_guard::sigpipe_guard(bool) noexcept {}
inline sigpipe_guard::~sigpipe_guard() = default;

#else

inline ::sigset_t sigpipe_guard::only_pipe() noexcept {
    ::sigset_t only;
    (::sigemptyset)(&only);
    (::sigaddset)(&only, SIGPIPE);
    return only;
}

inline bool sigpipe_guard::is_pending() noexcept {
    ::sigset_t pending;
    return ::sigpending(&pending) == 0 && (::sigismember)(&pending, SIGPIPE) == 1;
}

inline sigpipe_guard::sigpipe_guard(bool is_wanted) noexcept {
    if (!is_wanted || is_pending()) return;  // one that waits is somebody's: it is blocked, and would hide ours
    auto const only = only_pipe();
    is_active_ = ::pthread_sigmask(SIG_BLOCK, &only, &before_) == 0;
}

inline sigpipe_guard::~sigpipe_guard() {
    if (!is_active_) return;
    if (is_pending()) {
        auto const only = only_pipe();
        int taken = 0;
        ::sigwait(&only, &taken);
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
