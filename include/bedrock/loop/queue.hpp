// SPDX-License-Identifier: MIT
// Owns the order of a loop: who gets the next turn, and who gets one when a time has come.
// Never allocates for a turn, and never asks what time it is.
#ifndef BEDROCK_LOOP_QUEUE_HPP
#define BEDROCK_LOOP_QUEUE_HPP

#include "bedrock/config.hpp"
#include "bedrock/running_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <set>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Turns in the order in which they were asked for, and the times of those who wait.
/// **Allocates:** in `prepare` alone. **Thread safety:** one thread at a time.
class loop_queue {
  public:
    /// What is queued. **Lifetime:** it must stay where it is, and be out of the queue before it is destroyed.
    class entry {
      protected:
        entry() = default;
        entry(entry const&) = delete;
        entry& operator=(entry const&) = delete;
        ~entry() = default;

      private:
        friend class loop_queue;
        // Nodes of the queue's lists, so that moving between them allocates nothing.
        std::list<entry*> slot_{this};
        std::list<entry*>::iterator node_ = slot_.begin();
        bool is_queued_ = false;
        std::set<std::pair<std::int64_t, entry*>>::node_type timer_{};
        std::int64_t armed_ms_ = deadline::never;
    };

    /// Gets a turn behind those of others, one however often it asks.
    void enqueue(entry& who) noexcept;
    void dequeue(entry& who) noexcept;
    /// Makes room for its time; once, before the first `arm`.
    void prepare(entry& who);
    /// Gets a turn when this time has come, or an earlier one that it named.
    void arm(entry& who, std::int64_t at_ms) noexcept;
    void disarm(entry& who) noexcept;
    /// Whose time has come gets a turn.
    void ring(std::int64_t now_ms) noexcept;

    /// Entries that have a turn to come.
    std::size_t turns() const noexcept { return ready_.size(); }
    /// Whose turn is next; null where it is nobody's.
    entry* next() const noexcept { return ready_.empty() ? nullptr : ready_.front(); }
    /// The earliest time that somebody named.
    std::int64_t first_due_ms() const noexcept { return timers_.empty() ? deadline::never : timers_.begin()->first; }

  private:
    std::list<entry*> ready_;
    std::set<std::pair<std::int64_t, entry*>> timers_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void loop_queue::enqueue(entry& who) noexcept {
    if (std::exchange(who.is_queued_, true)) return;
    ready_.splice(ready_.end(), who.slot_, who.node_);
}

inline void loop_queue::dequeue(entry& who) noexcept {
    if (!std::exchange(who.is_queued_, false)) return;
    who.slot_.splice(who.slot_.end(), ready_, who.node_);
}

inline void loop_queue::prepare(entry& who) {
    if (who.timer_ || who.armed_ms_ != deadline::never) return;
    std::set<std::pair<std::int64_t, entry*>> room;
    room.emplace(deadline::never, &who);
    who.timer_ = room.extract(room.begin());
}

// A time that moves later is found out when the earlier one comes, so that an event costs no change here.
inline void loop_queue::arm(entry& who, std::int64_t at_ms) noexcept {
    if (at_ms >= who.armed_ms_) return;
    disarm(who);
    who.timer_.value() = {at_ms, &who};
    timers_.insert(std::move(who.timer_));
    who.armed_ms_ = at_ms;
}

inline void loop_queue::disarm(entry& who) noexcept {
    if (who.armed_ms_ == deadline::never) return;
    who.timer_ = timers_.extract({std::exchange(who.armed_ms_, deadline::never), &who});
}

inline void loop_queue::ring(std::int64_t now_ms) noexcept {
    while (!timers_.empty() && timers_.begin()->first <= now_ms) {
        auto& who = *timers_.begin()->second;
        disarm(who);
        enqueue(who);
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
