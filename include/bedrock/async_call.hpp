// SPDX-License-Identifier: MIT
// Owns the handle of a call that is under way on the caller's loop, and what such calls share: client, engine, loop.
// Never runs anything by itself.
#ifndef BEDROCK_ASYNC_CALL_HPP
#define BEDROCK_ASYNC_CALL_HPP

#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/loop.hpp"
#include "bedrock/loop/signals.hpp"
#include "bedrock/options.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/sigv4.hpp"

#include <memory>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// A call that is under way, by the callbacks' way of asking.
/// **Thread safety:** full. **Lifetime:** free; letting it go does not end the call.
class async_call {
  public:
    async_call() = default;
    explicit async_call(std::shared_ptr<job_signals> job) noexcept : job_(std::move(job)) {}

    /// Ends the call with errc::cancelled, which its `on_done` is told in a round to come; called on the loop's thread,
    /// there is no event after this.
    void cancel() const noexcept {
        if (job_) job_->cancel();
    }
    /// Of a stream: no events until `resume`. What arrives is kept up to the engine's high-water mark, then the sender
    /// is slowed down. Only the total clock runs on.
    void pause() const noexcept {
        if (job_) job_->set_paused(true);
    }
    void resume() const noexcept {
        if (job_) job_->set_paused(false);
    }
    /// Its `on_done` was called, or is being called; true where there never was a call.
    bool over() const noexcept { return !job_ || job_->over(); }

  private:
    std::shared_ptr<job_signals> job_;
};

namespace detail {

/// What an `async_client` is made of. Jobs refer to it while they run; whoever is inside the loop holds it.
struct async_core {
    async_core(client_options const& options, loop_hooks const& hooks)
        : client(detail::share_new<client_state>(options)), loop(on, client->surroundings, hooks) {}

    std::shared_ptr<client_state> client;
    engine on{detail::share_new<engine_share>()};
    sigv4::signer signer{};
    loop_runner loop;
};

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI

#endif
