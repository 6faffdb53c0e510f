// SPDX-License-Identifier: MIT
// Owns what any thread may say to a job of a loop: wake up, pause, end.
// Never runs anything itself: it leaves a mark, and rings the loop's bell.
#ifndef BEDROCK_LOOP_SIGNALS_HPP
#define BEDROCK_LOOP_SIGNALS_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/config.hpp"
#include "bedrock/poll_set.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What any thread may say to a job.
/// **Thread safety:** full. **Lifetime:** free; it may outlive job and loop.
class job_signals final : public waker {
  public:
    explicit job_signals(std::shared_ptr<bell> loops) noexcept : bell_(std::move(loops)) {}

    /// Has the job look again at what it waits for.
    void wake() noexcept override {
        woken_.store(true);
        bell_->ring();
    }
    void cancel() noexcept {
        cancelled_.store(true);
        wake();
    }
    bool cancelled() const noexcept { return cancelled_.load(); }
    void set_paused(bool paused) noexcept {
        paused_.store(paused);
        if (!paused) wake();
    }
    bool paused() const noexcept { return paused_.load(); }
    /// The job has come to its end, or was dropped.
    bool over() const noexcept { return over_.load(); }

  private:
    friend class loop_runner;
    std::shared_ptr<bell> bell_;
    std::atomic<bool> woken_{false};
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> paused_{false};
    std::atomic<bool> over_{false};
};

}  // namespace bedrock::inline BEDROCK_ABI

#endif
