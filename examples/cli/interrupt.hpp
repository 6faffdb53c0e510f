// Owns Ctrl-C: a handler that wakes a thread through a pipe, and the thread, which cancels the call that is running.
// Never does anything in the handler but what POSIX allows there.
#pragma once

#include <bedrock/bedrock.hpp>

#if !defined(_WIN32)
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cerrno>
#include <string_view>
#include <thread>
#include <utility>

namespace cli {

/// What a shell reports of a program that died of SIGINT.
inline constexpr int exit_interrupted = 130;

/// Handles SIGINT from now on: while an `interrupt_watch` lives it cancels, else (and the second time) the process ends
/// with `exit_interrupted`. Also where it was ignored: a job that a script started in the background can be cancelled.
void catch_interrupts();

/// True once SIGINT has come.
bool interrupted() noexcept;

/// For as long as it lives, SIGINT cancels `call`.
class interrupt_watch {
  public:
    explicit interrupt_watch(bedrock::cancellation call);
    interrupt_watch(interrupt_watch const&) = delete;
    interrupt_watch& operator=(interrupt_watch const&) = delete;
    ~interrupt_watch();

#if !defined(_WIN32)
  private:
    int read_end_ = -1;
    int write_end_ = -1;
    std::thread watcher_{};
#endif
};

}  // namespace cli

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)

#include "interrupt_windows.hpp"

#else

namespace cli {

namespace detail {

// All that a signal handler can reach. Not std::atomic<bool>: of g++ 12 for RISC-V it is not lock-free.
inline std::atomic<int> interrupt_seen{0};
inline std::atomic<int> interrupt_pipe{-1};
static_assert(std::atomic<int>::is_always_lock_free);

inline void on_interrupt(int) {
    constexpr std::string_view farewell = "bedrock: Cancelled: interrupted\n";
    int const kept = errno;
    bool const again = interrupt_seen.exchange(1) != 0;
    int const pipe = interrupt_pipe.load();
    if (again || pipe < 0 || ::write(pipe, "i", 1) != 1) {
        static_cast<void>(!::write(STDERR_FILENO, farewell.data(), farewell.size()));
        ::_exit(exit_interrupted);
    }
    errno = kept;
}

}  // namespace detail

inline void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = detail::on_interrupt;  // without SA_RESTART: a write that blocks comes back
    ::sigaction(SIGINT, &action, nullptr);
}

inline bool interrupted() noexcept {
    return detail::interrupt_seen.load() != 0;
}

inline interrupt_watch::interrupt_watch(bedrock::cancellation call) {
    int ends[2];
    if (::pipe(ends) != 0) return;  // SIGINT ends the process then
    read_end_ = ends[0];
    write_end_ = ends[1];
    for (int const end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);

    // The thread inherits a mask that leaves every signal to the others, so that SIGINT interrupts what they wait in.
    sigset_t all;
    sigset_t before;
    (::sigfillset)(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    watcher_ = std::thread([from = read_end_, handle = std::move(call)]() mutable {
        char why = 0;
        ssize_t got = -1;
        do got = ::read(from, &why, 1);
        while (got < 0 && errno == EINTR);
        if (got == 1 && why == 'i') handle.cancel();
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    detail::interrupt_pipe.store(write_end_);
}

inline interrupt_watch::~interrupt_watch() {
    if (!watcher_.joinable()) return;
    detail::interrupt_pipe.store(-1);
    static_cast<void>(!::write(write_end_, "q", 1));
    watcher_.join();
    // The pipe stays open: a handler on another thread may be about to write to it.
}

}  // namespace cli

#endif
