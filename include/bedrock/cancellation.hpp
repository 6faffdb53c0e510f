// SPDX-License-Identifier: MIT
// Owns the handle by which any thread cancels a call: a flag, and the list of sleepers to wake.
// Never touches the call itself: the thread that runs it notices, aborts and cleans up.
#ifndef BEDROCK_CANCELLATION_HPP
#define BEDROCK_CANCELLATION_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/shared.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A handle to cancel calls with; copies share one state. Pass it with a call's options, keep a copy, and call
/// `cancel()` from any thread: the socket closes, pauses and waits end, the call reports errc::cancelled. Once
/// cancelled it stays so; later calls with it fail at once.
/// **Thread safety:** all members, always. **Lifetime:** free; it may outlive client and call.
class cancellation {
  public:
    cancellation() : state_(detail::share_new<state>()) {}
    // Copies only: a handle that was moved from would have no state.
    cancellation(cancellation const&) = default;
    cancellation& operator=(cancellation const&) = default;

    void cancel() const noexcept;
    bool cancelled() const noexcept { return state_->requested.load(std::memory_order_acquire); }

    class sleeper;

  private:
    struct state {
        std::atomic<bool> requested{false};
        std::mutex guard{};
        sleeper* newest = nullptr;  // a chain of those who are asleep
    };
    std::shared_ptr<state> state_;
};

/// For runners: names what a running call sleeps in, for as long as the guard lives.
class [[nodiscard]] cancellation::sleeper {
  public:
    sleeper(cancellation const& watched, std::shared_ptr<waker> bed);
    sleeper(sleeper const&) = delete;
    sleeper& operator=(sleeper const&) = delete;
    ~sleeper();

  private:
    friend class cancellation;

    std::shared_ptr<state> state_;
    std::shared_ptr<waker> bed_;
    sleeper* older_ = nullptr;
    sleeper* newer_ = nullptr;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void cancellation::cancel() const noexcept {
    state_->requested.store(true, std::memory_order_release);
    std::lock_guard const lock(state_->guard);
    for (auto const* one = state_->newest; one != nullptr; one = one->older_) one->bed_->wake();
}

inline cancellation::sleeper::sleeper(cancellation const& watched, std::shared_ptr<waker> bed)
    : state_(watched.state_), bed_(std::move(bed)) {
    std::lock_guard const lock(state_->guard);
    older_ = state_->newest;
    if (older_ != nullptr) older_->newer_ = this;
    state_->newest = this;
}

inline cancellation::sleeper::~sleeper() {
    std::lock_guard const lock(state_->guard);
    (newer_ != nullptr ? newer_->older_ : state_->newest) = older_;
    if (older_ != nullptr) older_->newer_ = newer_;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
