// SPDX-License-Identifier: MIT
// Owns the hand that runners have for commands: a child process with its pipes.
// Never blocks on it: its pipes are watched by whoever runs it.
#ifndef BEDROCK_OS_PROCESS_HPP
#define BEDROCK_OS_PROCESS_HPP

#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/pipe.hpp"
#include "bedrock/os/windows_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#if !defined(_WIN32)
#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
extern char** environ;
#endif

namespace bedrock::inline BEDROCK_ABI::os {

/// A command run by the shell, its output collected up to a limit. Destroying it kills the command and what it started.
class child_process {
  public:
    child_process() = default;
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    ~child_process();

    /// "" or why it could not be started.
    std::string start(std::string const& command);
    /// Takes what the pipes have; true once the command has ended, or a limit was reached. What it left behind may hold
    /// its pipes open and is not waited for: watch the pipes, and call this again after `interval_ms` at the latest.
    bool collect(process_ask& into);
#if defined(_WIN32)
    /// No pipe can be watched on Windows: call `collect` again a little later.
    std::array<int, 2> pipes() const noexcept { return {-1, -1}; }
    std::int64_t interval_ms() const noexcept { return 10; }

  private:
    windows::child_process child_;
#else
    /// Shorter once both pipes are closed.
    std::int64_t interval_ms() const noexcept { return pipes()[0] < 0 && pipes()[1] < 0 ? 10 : 100; }
    /// The pipes to watch; -1 where one is closed.
    std::array<int, 2> pipes() const noexcept { return pipes_; }

  private:
    bool drain(process_ask& into);
    void stop() noexcept;
    std::array<int, 2> pipes_{-1, -1};
    long process_ = -1;
    bool prints_status_ = false;
#endif
};

// ---------------------------------------------------------------------------------------------------------------------

#if !defined(_WIN32)

inline child_process::~child_process() {
    stop();
}

namespace detail {

/// Has the command inherit 0, 1 and 2 alone: closes what other libraries opened without O_CLOEXEC, descriptor by
/// descriptor. Those at 65,536 and above are left.
inline int add_closes(::posix_spawn_file_actions_t& actions) {
    constexpr long most = 65'536;
    long const limit = ::sysconf(_SC_OPEN_MAX);
    auto const end = static_cast<int>(limit > 0 ? (std::min)(limit, most) : most);
    for (int open = 3; open < end; ++open) {
        int const flags = ::fcntl(open, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0) continue;
        if (int const code = ::posix_spawn_file_actions_addclose(&actions, open); code != 0) return code;
    }
    return 0;
}

/// The same by the system's own means, if it has one.
inline int close_others([[maybe_unused]] ::posix_spawn_file_actions_t& actions) {
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
    return 0;  // a flag
#elif defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 34))
    return ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#else
    return add_closes(actions);
#endif
}

/// Whether `waitpid` may find no exit status: the system keeps none while SIGCHLD is ignored, and a handler of SIGCHLD
/// often waits for every child.
inline bool may_lose_status() noexcept {
    struct sigaction now {};
    if (::sigaction(SIGCHLD, nullptr, &now) != 0) return false;
    return (now.sa_flags & (SA_NOCLDWAIT | SA_SIGINFO)) != 0 || now.sa_handler != SIG_DFL;
}

/// Runs a command given as $0 and prints its exit status as the last line.
inline constexpr char status_printer[] = "/bin/sh -c \"$0\"; printf '\\n%s' \"$?\"";

/// Takes the line of `status_printer` off an output; nothing if it is not there.
inline std::optional<int> take_printed_status(std::string& output) {
    auto const line = output.rfind('\n');
    if (line == std::string::npos) return std::nullopt;
    int status = -1;
    auto const* const end = output.data() + output.size();
    auto const [last, problem] = std::from_chars(output.data() + line + 1, end, status);
    if (problem != std::errc() || last != end) return std::nullopt;
    output.resize(line);
    return status;
}

}  // namespace detail

inline std::string child_process::start(std::string const& command) {
    std::array<int, 2> out{-1, -1}, err{-1, -1};
    auto const give_up = [&](int code) {
        for (int const end : {out[0], out[1], err[0], err[1]})
            if (end >= 0) ::close(end);
        return detail::system_error_text(code);
    };
    int code = open_pipe(out.data());
    if (code == 0) code = open_pipe(err.data());
    if (code != 0) return give_up(code);
    for (int const end : {out[0], err[0]}) ::fcntl(end, F_SETFL, O_NONBLOCK);

    auto const need = [&code](int outcome) {
        if (code == 0) code = outcome;
    };
    ::posix_spawn_file_actions_t actions;
    ::posix_spawnattr_t attributes;
    if (code = ::posix_spawn_file_actions_init(&actions); code != 0) return give_up(code);
    if (code = ::posix_spawnattr_init(&attributes); code != 0) {
        ::posix_spawn_file_actions_destroy(&actions);
        return give_up(code);
    }
    need(::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0));
    need(::posix_spawn_file_actions_adddup2(&actions, out[1], 1));
    need(::posix_spawn_file_actions_adddup2(&actions, err[1], 2));
    need(detail::close_others(actions));
    // A group of its own, so that what the shell starts dies with it.
    need(::posix_spawnattr_setpgroup(&attributes, 0));
    ::sigset_t mask;
    (::sigemptyset)(&mask);
    need(::posix_spawnattr_setsigmask(&attributes, &mask));
    // Ignored signals stay so in a child. A shell that ignores SIGCHLD does not learn how its commands ended.
    for (int const usual : {SIGPIPE, SIGCHLD}) (::sigaddset)(&mask, usual);
    need(::posix_spawnattr_setsigdefault(&attributes, &mask));
    int flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    need(::posix_spawnattr_setflags(&attributes, static_cast<short>(flags)));
    prints_status_ = detail::may_lose_status();
    std::string shell = "sh", option = "-c", text = command, printer = detail::status_printer;
    std::array<char*, 4> plain{shell.data(), option.data(), text.data(), nullptr};
    std::array<char*, 5> printing{shell.data(), option.data(), printer.data(), text.data(), nullptr};
    auto* const arguments = prints_status_ ? printing.data() : plain.data();
    ::pid_t child = -1;
    if (code == 0) code = ::posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (code != 0) return give_up(code);
    ::close(out[1]);
    ::close(err[1]);
    pipes_ = {out[0], err[0]};
    process_ = child;
    return {};
}

inline bool child_process::collect(process_ask& into) {
    // What the command wrote is in the pipes before it has ended, so the order of these two matters.
    int status = 0;
    ::pid_t reaped = 0;
    while ((reaped = ::waitpid(static_cast<::pid_t>(process_), &status, WNOHANG)) < 0 && errno == EINTR) {
    }
    if (reaped != 0) process_ = -1;
    if (!drain(into)) {
        into.failure = process_failure::too_much_output;
        stop();
        return true;
    }
    if (reaped == 0) return false;
    for (int& end : pipes_)  // a program that it left behind may hold the other ends
        if (end >= 0) ::close(std::exchange(end, -1));
    auto const printed = prints_status_ ? detail::take_printed_status(into.output) : std::nullopt;
    if (printed)
        into.exit_status = *printed;
    else if (reaped < 0)
        into.failure = process_failure::unknown_status;
    else
        into.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return true;
}

/// Takes what the pipes have; false if that is too much.
inline bool child_process::drain(process_ask& into) {
    constexpr std::size_t kept_of_stderr = 4096;
    constexpr std::size_t piece_size = 16384;
    constexpr int most_pieces = 64;  // as much as a pipe holds; a program that never stops writing must not keep us
    for (std::size_t i = 0; i < pipes_.size(); ++i) {
        auto& text = i == 0 ? into.output : into.error_output;
        for (int piece = 0; pipes_[i] >= 0 && (i == 0 || piece != most_pieces); ++piece) {
            auto const before = text.size();
            crypto::resize_wiping(text, before + piece_size);
            auto const got = ::read(pipes_[i], text.data() + before, piece_size);
            int const problem = errno;
            text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
            if (got < 0 && problem == EINTR) continue;
            if (got < 0 && (problem == EAGAIN || problem == EWOULDBLOCK)) break;
            if (got <= 0) {
                ::close(std::exchange(pipes_[i], -1));
                break;
            }
            if (i == 0 && text.size() > into.max_output + (prints_status_ ? 4 : 0)) return false;
            if (i == 1) text.resize((std::min)(text.size(), kept_of_stderr));
        }
    }
    return true;
}

inline void child_process::stop() noexcept {
    if (process_ > 0) {
        auto const child = static_cast<::pid_t>(process_);
        ::siginfo_t info{};
        // Once somebody else has waited for it, its number may be another process's.
        bool const is_ours = ::waitid(P_PID, static_cast<::id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
        if (is_ours) ::kill(-child, SIGKILL);
        while (is_ours && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
        process_ = -1;
    }
    for (int& end : pipes_)
        if (end >= 0) ::close(std::exchange(end, -1));
}

#else

inline child_process::~child_process() = default;

inline std::string child_process::start(std::string const& command) {
    return child_.start(command);
}

inline bool child_process::collect(process_ask& into) {
    return child_.collect(into);
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::os

#endif
