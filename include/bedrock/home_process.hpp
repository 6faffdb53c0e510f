// SPDX-License-Identifier: MIT
// Owns the mark of the process in which something was made, by which its copy in a forked child knows what it is.
// Never acts on a fork: whoever carries the mark asks it.
#ifndef BEDROCK_HOME_PROCESS_HPP
#define BEDROCK_HOME_PROCESS_HPP

#include "bedrock/config.hpp"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// **Allocates:** nothing. Costs a system call to make and to ask: tens of nanoseconds.
class home_process {
  public:
    home_process() noexcept : id_(current()) {}
    /// False in a child that was forked since this was made.
    bool is_here() const noexcept { return id_ == current(); }

  private:
#if defined(_WIN32)
    static int current() noexcept {
        return ::_getpid();
    }
    int id_;
#else
    static ::pid_t current() noexcept {
        return ::getpid();
    }
    ::pid_t id_;
#endif
};

}  // namespace bedrock::inline BEDROCK_ABI

#endif
