// SPDX-License-Identifier: MIT
// Owns the keeping of credentials that are costly to fetch: one fetch for all who ask at once, renewed ahead of their
// end. Never fetches unasked, and never lets a failing source break credentials that still work.
#ifndef BEDROCK_CREDENTIALS_CACHED_HPP
#define BEDROCK_CREDENTIALS_CACHED_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/single_flight.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// How long credentials are used; milliseconds.
struct cache_rules {
    /// Renewal begins this long before the end, or at half of a shorter life (JavaScript SDK: 5 minutes).
    std::int64_t renew_ahead_ms = 300'000;
    /// Spread over the callers and machines that share a source: each renews up to this much earlier.
    std::int64_t jitter_ms = 60'000;
    /// The pause after a renewal that failed while the old credentials still work.
    std::int64_t retry_ms = 30'000;
    /// A fetch that has not ended by then is given up on by those who wait for it: its caller may never go on. Above
    /// the 60 seconds that a credential_process may take.
    std::int64_t longest_flight_ms = 75'000;
};

/// A provider in front of another one, which it asks only when it must.
///
/// A fetch belongs to nobody: whoever asks first does it, all others wait for that one (or go on with credentials that
/// still work), and when the first goes away before the end another takes over.
/// **Thread safety:** full.
template <class>
class basic_cached_provider final : public credentials_provider {
  public:
    explicit basic_cached_provider(std::shared_ptr<credentials_provider> source, cache_rules rules = {})
        : source_(std::move(source)), rules_(rules) {}

    std::string_view name() const noexcept override { return source_->name(); }
    exchange<provider_answer> load(environment const& surroundings) override;
    void forget(credentials const& refused) noexcept override;

  private:
    using flight = bedrock::flight<provider_answer>;
    struct turn {
        std::optional<provider_answer> answer{};
        std::shared_ptr<flight> follow{};  // somebody else's fetch; null: this caller fetches
        std::shared_ptr<flight> lead{};
    };
    turn take_turn(environment const& surroundings, std::shared_ptr<flight> const& overdue);
    provider_answer land(environment const& surroundings, provider_answer fetched);
    provider_answer kept() const;

    std::shared_ptr<credentials_provider> source_;
    cache_rules rules_;
    std::mutex guard_;
    std::optional<credentials> current_;
    std::int64_t renew_at_ms_ = 0;
    std::shared_ptr<flight> flight_;
};
using cached_provider = basic_cached_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
provider_answer basic_cached_provider<Use>::kept() const {
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials = *current_;
    return answer;
}

// Decides, in one step for all threads, whether to use what there is, to wait or to fetch.
template <class Use>
typename basic_cached_provider<Use>::turn basic_cached_provider<Use>::take_turn(
    environment const& surroundings, std::shared_ptr<flight> const& overdue) {
    auto const now = surroundings.unix_milliseconds();
    std::lock_guard const lock(guard_);
    turn next;
    bool const works = current_ && (!current_->expires_at_ms || now < *current_->expires_at_ms);
    bool const in_flight = flight_ && flight_ != overdue;
    if (works && (now < renew_at_ms_ || in_flight)) {
        next.answer = kept();
    } else if (in_flight) {
        next.follow = flight_;
    } else {
        next.lead = flight_ = detail::share_new<flight>();
    }
    return next;
}

// Keeps what was fetched, or the old credentials where nothing was and they still work.
template <class Use>
provider_answer basic_cached_provider<Use>::land(environment const& surroundings, provider_answer fetched) {
    auto const now = surroundings.unix_milliseconds();
    auto const jitter = static_cast<std::int64_t>(surroundings.random_unit() * static_cast<double>(rules_.jitter_ms));
    auto copy = fetched.credentials;  // member by member, an assignment that fails leaves keys of two kinds
    std::lock_guard const lock(guard_);
    bool const is_found = fetched.outcome == provider_outcome::found;
    auto const end = is_found ? fetched.credentials.expires_at_ms : std::nullopt;
    if (is_found && (!end || *end > now)) {
        current_ = std::move(copy);
        if (!end) {
            renew_at_ms_ = (std::numeric_limits<std::int64_t>::max)();
        } else {
            auto const life = *end - now;
            renew_at_ms_ = *end - (std::min)(rules_.renew_ahead_ms + jitter, life / 2);
        }
        return fetched;
    }
    if (!current_ || (current_->expires_at_ms && *current_->expires_at_ms <= now)) return fetched;
    renew_at_ms_ = now + rules_.retry_ms;
    return kept();
}

template <class Use>
exchange<provider_answer> basic_cached_provider<Use>::load(environment const& surroundings) {
    std::shared_ptr<flight> overdue;
    for (;;) {
        auto mine = take_turn(surroundings, overdue);
        if (mine.answer) co_return std::move(*mine.answer);
        if (mine.follow) {
            wait_ask landing(mine.follow, rules_.longest_flight_ms);
            co_await landing;
            if (auto answer = mine.follow->answer()) co_return std::move(*answer);
            if (!mine.follow->ready()) overdue = mine.follow;
            continue;
        }
        flight_lead held(guard_, flight_, mine.lead);
        auto fetched = co_await source_->load(surroundings);
        auto answer = land(surroundings, std::move(fetched));
        held.end(answer);
        co_return answer;
    }
}

template <class Use>
void basic_cached_provider<Use>::forget(credentials const& refused) noexcept {
    {
        std::lock_guard const lock(guard_);
        if (current_ && current_->access_key_id == refused.access_key_id) current_.reset();
    }
    source_->forget(refused);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
