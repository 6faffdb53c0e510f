// SPDX-License-Identifier: MIT
// Owns what a loop watches, and whom it tells: its own sleep, and the loop of the user's where there are hooks.
// Never calls a hook inside libcurl, nor closes a socket before the hooks have heard that it is watched no longer.
#ifndef BEDROCK_LOOP_WATCHES_HPP
#define BEDROCK_LOOP_WATCHES_HPP

#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/poll_set.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// How a loop of the user's own is told what to wait for. Without `watch`, `loop_runner::pump` sleeps by itself.
/// Both are called on the loop's thread, never inside libcurl; they must neither call back nor throw.
struct loop_hooks {
    /// Watch a descriptor, level-triggered, for these events in place of those before: `poll_set::readable`,
    /// `poll_set::writable`, both, or 0 for no longer. Sockets are open until this has returned with 0; of libcurl's
    /// own pipes a descriptor may be closed then, or be another one already that is named next.
    std::function<void(descriptor which, int events)> watch{};
    /// Call `on_timer` so many milliseconds from now, in place of any time before; negative: at no time.
    std::function<void(std::int64_t milliseconds)> set_timer{};
};

/// Changes of what is watched: the loop's own sleep takes them at once, hooks are told in order when it is safe.
/// **Thread safety:** one thread at a time. **Allocates:** in `note`, for something that is to be watched; the end of
/// it, and telling, need no memory.
class loop_watches {
  public:
    explicit loop_watches(loop_hooks hooks) : hooks_(std::move(hooks)) {}

    loop_hooks const& hooks() const noexcept { return hooks_; }
    /// To be watched for these events in place of those before; 0: no longer. Throws std::bad_alloc, and changes
    /// nothing then, but never where `events` is 0.
    void note(descriptor which, int events);
    /// A socket to be closed once it has been told that it is watched no longer.
    void release(engine::socket_type which) noexcept;
    /// Tells the hooks what was noted, where there is somebody to `hear` it, then closes what was released.
    void tell(bool hear);
    /// Nothing is watched any more.
    void tell_end(bool hear);
    /// As `poll_set::wait`.
    std::span<poll_set::ready_descriptor const> wait(std::int64_t milliseconds) { return sleep_.wait(milliseconds); }

  private:
    struct change {
        descriptor which;
        int events;
    };
    loop_hooks hooks_;
    poll_set sleep_;
    // To be told, in order. There is always room for the end of all that is watched.
    std::vector<change> changes_;
    std::vector<engine::socket_type> released_;  // to be closed behind that
    bool is_telling_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// True in its scope.
class scoped_mark {
  public:
    explicit scoped_mark(bool& mark) noexcept : mark_(mark) { mark_ = true; }
    scoped_mark(scoped_mark const&) = delete;
    scoped_mark& operator=(scoped_mark const&) = delete;
    ~scoped_mark() { mark_ = false; }

  private:
    bool& mark_;
};

}  // namespace detail

inline void loop_watches::note(descriptor which, int events) {
    if (events != 0 && hooks_.watch) {
        auto const needed = changes_.size() + sleep_.size() + 2;
        if (needed > changes_.capacity()) changes_.reserve(2 * needed + 16);
        released_.reserve(changes_.capacity());  // a socket is released behind the note of its end
    }
    sleep_.watch(which, events);
    if (hooks_.watch) changes_.push_back({which, events});
}

inline void loop_watches::release(engine::socket_type which) noexcept {
    if (hooks_.watch && released_.size() < released_.capacity())
        released_.push_back(which);
    else
        engine::close_socket(which);
}

// By number, because what is told may lead to more of it.
inline void loop_watches::tell(bool hear) {
    if (is_telling_ || (changes_.empty() && released_.empty())) return;
    detail::scoped_mark const telling(is_telling_);
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        auto const what = changes_[i];
        if (hear) hooks_.watch(what.which, what.events);
    }
    changes_.clear();
    for (auto const which : released_) engine::close_socket(which);
    released_.clear();
}

inline void loop_watches::tell_end(bool hear) {
    while (auto const left = sleep_.any()) {
        sleep_.watch(*left, 0);
        if (hooks_.watch && hear) hooks_.watch(*left, 0);
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
