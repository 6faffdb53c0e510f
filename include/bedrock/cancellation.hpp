// Owns the handle by which any thread cancels a call: a flag, and the list of sleepers to wake.
// Never touches the call itself: the thread that runs it notices, aborts and cleans up.
#ifndef BEDROCK_CANCELLATION_HPP
#define BEDROCK_CANCELLATION_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/shared.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

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

  private:
    struct state {
        std::atomic<bool> requested{false};
        std::mutex guard{};
        std::vector<std::shared_ptr<waker>> sleepers{};
    };
    std::shared_ptr<state> state_;

  public:
    /// For runners: names what a running call sleeps in, for as long as the guard lives.
    class [[nodiscard]] sleeper {
      public:
        sleeper(cancellation const& watched, std::shared_ptr<waker> bed);
        sleeper(sleeper const&) = delete;
        sleeper& operator=(sleeper const&) = delete;
        ~sleeper();

      private:
        std::shared_ptr<state> state_;
        std::shared_ptr<waker> bed_;
    };
};

// ---------------------------------------------------------------------------------------------------------------------

inline void cancellation::cancel() const noexcept {
    state_->requested.store(true, std::memory_order_release);
    std::lock_guard const lock(state_->guard);
    for (auto const& bed : state_->sleepers) bed->wake();
}

inline cancellation::sleeper::sleeper(cancellation const& watched, std::shared_ptr<waker> bed)
    : state_(watched.state_), bed_(std::move(bed)) {
    std::lock_guard const lock(state_->guard);
    state_->sleepers.push_back(bed_);
}

inline cancellation::sleeper::~sleeper() {
    std::lock_guard const lock(state_->guard);
    auto& sleepers = state_->sleepers;
    sleepers.erase(std::find(sleepers.begin(), sleepers.end(), bed_));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
