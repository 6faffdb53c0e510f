// Counts the machine instructions of a piece of work, in a child process that is stepped through them: the same number
// on every run and under any load, where a time is not.
#pragma once

#include <cstdint>
#include <optional>

#if defined(__linux__)
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#endif

/// Nothing where processes may not be traced. Some thousand steps take milliseconds: keep `work` small.
template <class Work>
std::optional<std::uint64_t> count_instructions(Work work) {
#if defined(__linux__)
    auto const child = fork();
    if (child < 0) return std::nullopt;
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
        raise(SIGSTOP);
        work();
        _exit(0);
    }
    std::uint64_t steps = 0;
    int status = 0;
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        ++steps;
        if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return std::nullopt;
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return steps;
#else
    static_cast<void>(work);
    return std::nullopt;
#endif
}
