// Owns the hand that runners have for commands: a child process with its pipes.
// Never blocks on it: its pipes are watched by whoever runs it.
#ifndef BEDROCK_OS_PROCESS_HPP
#define BEDROCK_OS_PROCESS_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/windows_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
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
    /// Takes what the pipes have; true once both are closed and the command was reaped, or a limit was reached. Where
    /// both are closed and it is false, the command still runs: ask again a little later.
    bool collect(process_ask& into);
#if defined(_WIN32)
    /// No pipe can be watched on Windows: call `collect` again a little later.
    std::array<int, 2> pipes() const noexcept { return {-1, -1}; }

  private:
    windows::child_process child_;
#else
    /// The pipes to watch; -1 where one is closed.
    std::array<int, 2> pipes() const noexcept { return pipes_; }

  private:
    void stop() noexcept;
    std::array<int, 2> pipes_{-1, -1};
    long process_ = -1;
#endif
};

// ---------------------------------------------------------------------------------------------------------------------

#if !defined(_WIN32)

inline child_process::~child_process() {
    stop();
}

inline std::string child_process::start(std::string const& command) {
    std::array<int, 2> out{-1, -1}, err{-1, -1};
    auto const close_all = [&] {
        for (int const end : {out[0], out[1], err[0], err[1]})
            if (end >= 0) ::close(end);
    };
    if (::pipe(out.data()) != 0 || ::pipe(err.data()) != 0) {
        auto why = detail::system_error_text(errno);
        close_all();
        return why;
    }
    for (int const end : {out[0], out[1], err[0], err[1]}) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    for (int const end : {out[0], err[0]}) ::fcntl(end, F_SETFL, O_NONBLOCK);

    ::posix_spawn_file_actions_t actions;
    ::posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    // A group of its own, so that what the shell starts dies with it.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::sigset_t mask;
    ::sigemptyset(&mask);
    ::posix_spawnattr_setsigmask(&attributes, &mask);
    ::sigaddset(&mask, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &mask);
    ::posix_spawnattr_setflags(
        &attributes, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    std::string shell = "sh", option = "-c", text = command;
    std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    ::pid_t child = -1;
    int const code = ::posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (code != 0) {
        close_all();
        return detail::system_error_text(code);
    }
    ::close(out[1]);
    ::close(err[1]);
    pipes_ = {out[0], err[0]};
    process_ = child;
    return {};
}

inline bool child_process::collect(process_ask& into) {
    constexpr std::size_t kept_of_stderr = 4096;
    std::array<char, 16384> piece;
    for (std::size_t i = 0; i < pipes_.size(); ++i) {
        while (pipes_[i] >= 0) {
            auto const got = ::read(pipes_[i], piece.data(), piece.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
            if (got <= 0) {
                ::close(std::exchange(pipes_[i], -1));
                break;
            }
            auto const size = static_cast<std::size_t>(got);
            if (i == 0) {
                into.output.append(piece.data(), size);
                if (into.output.size() > into.max_output) {
                    into.failure = process_failure::too_much_output;
                    stop();
                    return true;
                }
            } else if (into.error_output.size() < kept_of_stderr) {
                into.error_output.append(piece.data(), (std::min)(size, kept_of_stderr - into.error_output.size()));
            }
        }
    }
    if (pipes_[0] >= 0 || pipes_[1] >= 0) return false;
    int status = 0;
    ::pid_t reaped = 0;
    while ((reaped = ::waitpid(static_cast<::pid_t>(process_), &status, WNOHANG)) < 0 && errno == EINTR) {
    }
    if (reaped == 0) return false;  // it closed its output and goes on
    process_ = -1;
    into.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return true;
}

inline void child_process::stop() noexcept {
    if (process_ > 0) {
        ::kill(-static_cast<::pid_t>(process_), SIGKILL);
        while (::waitpid(static_cast<::pid_t>(process_), nullptr, 0) < 0 && errno == EINTR) {
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
