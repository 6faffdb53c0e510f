// SPDX-License-Identifier: MIT
// Pipes whose ends no child process inherits.
// On Windows this header is empty.
#ifndef BEDROCK_OS_PIPE_HPP
#define BEDROCK_OS_PIPE_HPP

#include "bedrock/config.hpp"

#if !defined(_WIN32)
#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace bedrock::inline BEDROCK_ABI::os {

/// Opens a pipe; `ends[0]` is read from, `ends[1]` written to. Both are close-on-exec, where the system has pipe2 without
/// a moment between. Returns 0, or the system's error with both ends -1.
int open_pipe(int* ends) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

inline int open_pipe(int* ends) noexcept {
#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
    if (::pipe2(ends, O_CLOEXEC) == 0) return 0;
#else
    if (::pipe(ends) == 0) {
        for (int i = 0; i != 2; ++i) ::fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        return 0;
    }
#endif
    int const code = errno;
    ends[0] = ends[1] = -1;
    return code;
}

}  // namespace bedrock::inline BEDROCK_ABI::os

#endif

#endif
