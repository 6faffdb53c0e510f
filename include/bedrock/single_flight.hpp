// SPDX-License-Identifier: MIT
// Owns the sharing of one piece of work by all who want its result at once: it belongs to nobody, and when the one who
// does it goes away before the end another takes over. Never does the work, and never keeps its result.
#ifndef BEDROCK_SINGLE_FLIGHT_HPP
#define BEDROCK_SINGLE_FLIGHT_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// One piece of work and those who sleep until it lands with a T.
/// **Thread safety:** full.
template <class T>
class flight final : public awaited {
  public:
    bool ready() const noexcept override {
        std::lock_guard const lock(guard_);
        return over_;
    }
    bool add_sleeper(std::shared_ptr<waker> bed) override {
        std::lock_guard const lock(guard_);
        if (over_) return false;
        sleepers_.push_back(std::move(bed));
        return true;
    }
    void remove_sleeper(std::shared_ptr<waker> const& bed) noexcept override {
        std::lock_guard const lock(guard_);
        auto const found = std::find(sleepers_.begin(), sleepers_.end(), bed);
        if (found != sleepers_.end()) sleepers_.erase(found);
    }
    /// Lands with an answer, or is abandoned with none; only the first end counts.
    void end(std::optional<T> answer) {
        std::lock_guard const lock(guard_);
        if (over_) return;
        over_ = true;
        answer_ = std::move(answer);
        for (auto const& bed : sleepers_) bed->wake();
    }
    std::optional<T> answer() const {
        std::lock_guard const lock(guard_);
        return answer_;
    }

  private:
    mutable std::mutex guard_;
    bool over_ = false;
    std::optional<T> answer_;
    std::vector<std::shared_ptr<waker>> sleepers_;
};

/// Held by the one who does the work; when it goes without having landed, the flight is free for another.
/// **Lifetime:** of the owner's `guard` and of `slot`, where the owner keeps the flight that is under way.
template <class T>
class flight_lead {
  public:
    flight_lead(std::mutex& guard, std::shared_ptr<flight<T>>& slot, std::shared_ptr<flight<T>> led)
        : guard_(guard), slot_(slot), led_(std::move(led)) {}
    flight_lead(flight_lead const&) = delete;
    flight_lead& operator=(flight_lead const&) = delete;
    ~flight_lead() { end(std::nullopt); }

    void end(std::optional<T> answer) {
        {
            std::lock_guard const lock(guard_);
            if (slot_ == led_) slot_.reset();
        }
        led_->end(std::move(answer));
    }

  private:
    std::mutex& guard_;
    std::shared_ptr<flight<T>>& slot_;
    std::shared_ptr<flight<T>> led_;
};

}  // namespace bedrock::inline BEDROCK_ABI

#endif
