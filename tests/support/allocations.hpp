// Counts what this thread takes from operator new, how much of it it holds, and looks for secrets in what it gives
// back. allocations.cpp replaces the global operators, for the whole program.
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

}  // namespace allocations
