// Counts what this thread takes from operator new and how much of it it holds, looks for secrets in what it gives back,
// and has one allocation fail. allocations.cpp replaces the global operators, for the whole program.
#pragma once

#include <cstddef>
#include <string_view>

namespace allocations {

/// Blocks that this thread has allocated so far.
std::size_t count() noexcept;

/// The most that this thread has held at once of what it took since then; other threads must not give its blocks back.
class peak {
  public:
    peak() noexcept;
    std::size_t bytes() const noexcept;

  private:
    std::ptrdiff_t before_;
};

/// While it lives, each block that this thread gives back is searched for a text. One a thread at a time.
class watch {
  public:
    explicit watch(std::string_view needle) noexcept;
    watch(watch const&) = delete;
    watch& operator=(watch const&) = delete;
    ~watch();
    /// Blocks given back in which the text stood.
    std::size_t found() const noexcept;
};

/// While it lives, the nth allocation of this thread, counted from 1, fails. One a thread at a time.
class failure {
  public:
    explicit failure(std::size_t nth) noexcept;
    failure(failure const&) = delete;
    failure& operator=(failure const&) = delete;
    ~failure();
    /// It has failed.
    bool has_come() const noexcept;
};

}  // namespace allocations
