// SPDX-License-Identifier: MIT
// Owns the free list from which each call of a client leases an engine and a signer, and takes them back.
// Never makes a call wait: where the list is empty a new engine is made.
#ifndef BEDROCK_ENGINE_POOL_HPP
#define BEDROCK_ENGINE_POOL_HPP

#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/home_process.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/sigv4.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// What one call has to itself: an engine with its connections, and a signer with its derived keys.
struct call_tools {
    /// Connections that a call's engine keeps: one to the service, the others to those that give credentials.
    static constexpr long max_connections = 8;

    explicit call_tools(std::shared_ptr<engine_share> share) : engine(std::move(share), max_connections) {}
    bedrock::engine engine;
    sigv4::signer signer{};
    std::int64_t idle_since_ms = 0;
    /// Of an idle list: the one that was taken back before.
    std::unique_ptr<call_tools> next{};
};

/// A last-in-first-out list of idle engines, so that sequential calls meet a warm connection. In a forked child it
/// begins anew.
/// **Thread safety:** full. **Lifetime:** leases hold the pool; it may be dropped while calls run.
class engine_pool : public std::enable_shared_from_this<engine_pool> {
  public:
    /// Idle engines kept: each holds its open connections, and none is needed beyond the calls made at once.
    static constexpr std::size_t most_idle = 64;
    /// Those that nobody wanted for so long are closed at the next call: their connections would be too old to be used.
    static constexpr std::int64_t longest_idle_ms = 50'000;

    /// The tools of one call; they go back to the pool when it is destroyed, unless the call ended in an exception.
    class [[nodiscard]] lease {
      public:
        lease() = default;
        lease(std::shared_ptr<engine_pool> pool, std::unique_ptr<call_tools> tools) noexcept
            : pool_(std::move(pool)), tools_(std::move(tools)) {}
        lease(lease&&) noexcept = default;
        lease& operator=(lease&& other) noexcept {
            std::swap(pool_, other.pool_);
            std::swap(tools_, other.tools_);
            std::swap(exceptions_, other.exceptions_);
            return *this;
        }
        ~lease() {
            if (tools_ && std::uncaught_exceptions() <= exceptions_) pool_->take_back(std::move(tools_));
        }
        explicit operator bool() const noexcept { return tools_ != nullptr; }
        call_tools* operator->() const noexcept { return tools_.get(); }

      private:
        std::shared_ptr<engine_pool> pool_;
        std::unique_ptr<call_tools> tools_;
        int exceptions_ = std::uncaught_exceptions();  // on their way when it was made
    };

    /// `now_ms`: steady time.
    lease acquire(std::int64_t now_ms = steady_milliseconds_now());

  private:
    using idle_list = std::unique_ptr<call_tools>;  // a chain by `next`, the youngest first
    idle_list remove_outdated(std::int64_t now_ms);
    idle_list begin_here();
    void take_back(std::unique_ptr<call_tools> tools) noexcept;
    std::mutex guard_;
    std::optional<home_process> home_;  // of the engines; a client that is not used asks the system nothing
    std::shared_ptr<engine_share> share_;
    idle_list idle_;
    std::size_t idle_count_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

inline engine_pool::idle_list engine_pool::remove_outdated(std::int64_t now_ms) {
    auto* at = &idle_;
    for (idle_count_ = 0; *at && now_ms - (*at)->idle_since_ms <= longest_idle_ms; ++idle_count_) at = &(*at)->next;
    return std::move(*at);
}

// The first call in this process: gives away what a parent had.
inline engine_pool::idle_list engine_pool::begin_here() {
    home_.emplace();
    share_.reset();
    idle_count_ = 0;
    return std::move(idle_);
}

inline engine_pool::lease engine_pool::acquire(std::int64_t now_ms) {
    idle_list outdated;  // closed when the lock is free again
    std::shared_ptr<engine_share> share;
    {
        std::lock_guard const lock(guard_);
        outdated = home_ && home_->is_here() ? remove_outdated(now_ms) : begin_here();
        if (idle_) {
            auto warm = std::move(idle_);
            idle_ = std::move(warm->next);
            --idle_count_;
            return {shared_from_this(), std::move(warm)};
        }
        if (!share_) share_ = detail::share_new<engine_share>();
        share = share_;
    }
    return {shared_from_this(), std::make_unique<call_tools>(std::move(share))};
}

inline void engine_pool::take_back(std::unique_ptr<call_tools> tools) noexcept {
    if (!tools->engine.is_alive() || tools->engine.is_spoiled()) return;
    tools->idle_since_ms = steady_milliseconds_now();
    std::lock_guard const lock(guard_);
    if (idle_count_ == most_idle) return;
    tools->next = std::move(idle_);
    idle_ = std::move(tools);
    ++idle_count_;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
