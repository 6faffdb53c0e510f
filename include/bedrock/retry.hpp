// SPDX-License-Identifier: MIT
// Owns when a failed call is repeated and after what pause: AWS's standard retry mode, revision of November 2026.
// Never sleeps, reads a clock or draws a random number: it is told, and answers.
#ifndef BEDROCK_RETRY_HPP
#define BEDROCK_RETRY_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/http.hpp"
#include "bedrock/time.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace bedrock::inline BEDROCK_ABI::retry {

/// Why a failure may pass by itself.
enum class cause : unsigned char {
    none,        ///< it will not, or a repeat could do the work, and bill it, twice
    throttling,  ///< too many requests: longer pauses
    transient,   ///< a hiccup of the service or the network
};

/// True for AWS's throttling names and the statuses 429 and 509; "" and 0 are unknown.
/// **Wire:** the fourteen names of botocore's and the JavaScript SDK's lists; 509 as in botocore's definitions.
bool is_throttling(std::string_view error_name, int http_status) noexcept;

/// True for AWS's transient names and the statuses 500, 502, 503 and 504. One name is in both of AWS's lists.
bool is_transient(std::string_view error_name, int http_status) noexcept;

/// What a service's answer means. Throttling wins.
cause classify(std::string_view error_name, int http_status) noexcept;
/// What a broken transfer means: a time-out behind the last byte of a request is never repeated, because the model may
/// be working on it.
cause classify(http::failure const& failure) noexcept;
/// The error of a broken transfer: to be repeated as far as `classify` says so.
error make_error(http::failure const& why);
/// What an error means; none once content has been delivered. Of a time-out and a broken connection the maker knows:
/// `error::retryable` decides.
cause classify(error const& failure) noexcept;

/// The numbers of the mode; pauses in milliseconds.
struct policy {
    /// Requests in all, the first one included; `AWS_MAX_ATTEMPTS`.
    int max_attempts = 3;
    std::int64_t transient_base_ms = 50;
    std::int64_t throttling_base_ms = 1000;
    /// The longest pause before jitter.
    std::int64_t max_backoff_ms = 20'000;
    /// How much longer than its own pause the service may ask for.
    std::int64_t max_extension_ms = 5000;
    /// The shortest pause of a repeat that patience grants.
    std::int64_t patient_pause_ms = 1000;
    /// What a repeat costs of the bucket.
    int transient_cost = 14;
    int throttling_cost = 5;
};

/// True for words about a quota that is counted by the day: no patience outlives it.
bool is_daily_quota(std::string_view message) noexcept;

/// The pause before repeat number `repeat` (from 1): `random` (0 to 1) of base * 2^(repeat - 1), capped before jitter.
std::int64_t backoff_ms(int repeat, cause why, double random, policy const& rules = {}) noexcept;

/// The same, moved to what the service asked for, but never shorter, and longer by `max_extension_ms` at most.
std::int64_t delay_ms(int repeat, cause why, double random, std::optional<std::int64_t> retry_after_ms,
                      policy const& rules = {}) noexcept;

/// The pause that an answer asks for: `x-amz-retry-after` (milliseconds), else `Retry-After` (seconds or a date).
/// nullopt where there is none, or none that makes sense.
std::optional<std::int64_t> find_retry_after_ms(std::span<http::header const> headers,
                                                std::int64_t now_unix_ms) noexcept;

/// The repeats that all calls of one client share: when a service is down, only the first ones are repeated.
/// **Thread safety:** any; lock-free.
class token_bucket {
  public:
    /// 500 tokens in AWS's standard mode.
    explicit token_bucket(int capacity = 500) noexcept : token_bucket(capacity, capacity) {}
    token_bucket(int capacity, int available) noexcept : capacity_(capacity), available_(available) {}
    token_bucket(token_bucket const&) = delete;
    token_bucket& operator=(token_bucket const&) = delete;

    /// Takes `count` tokens, or none and returns false where there are not as many.
    bool take(int count) noexcept;
    /// Gives back up to the capacity.
    void give(int count) noexcept;
    int available() const noexcept { return available_.load(std::memory_order_relaxed); }
    int capacity() const noexcept { return capacity_; }

  private:
    int const capacity_;
    std::atomic<int> available_;
};

enum class verdict : unsigned char {
    repeat,              ///< after `delay_ms`
    not_retryable,       ///< a repeat would not help
    attempts_exhausted,  ///< `max_attempts` requests were sent
    bucket_exhausted,    ///< too much is failing for one more repeat
};

struct decision {
    retry::verdict verdict = verdict::not_retryable;
    /// The pause before the repeat; 0 unless `verdict` is `repeat`.
    std::int64_t delay_ms = 0;
};

/// The attempts of one call. **Thread safety:** one thread at a time; the bucket may be shared.
/// **Lifetime:** of the bucket.
class attempts {
  public:
    explicit attempts(token_bucket& shared, policy const& rules = {}) noexcept : shared_(&shared), rules_(rules) {}

    /// To be told of each failed attempt; pays for the repeat that it grants. `random` is uniform in [0, 1].
    /// `patience_ms`: how much longer throttling is repeated where attempts or bucket would end it, without paying.
    decision failed(cause why, double random, std::optional<std::int64_t> retry_after_ms = std::nullopt,
                    std::int64_t patience_ms = 0) noexcept;
    /// To be told of the success: refills the bucket by the last repeat's cost, or by 1 where there was none.
    void succeeded() noexcept;
    /// Failed attempts so far.
    int failures() const noexcept { return failures_; }

  private:
    token_bucket* shared_;
    policy rules_;
    int failures_ = 0;
    int last_cost_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <std::size_t Count>
bool is_one_of(std::string_view name, std::string_view const (&names)[Count]) noexcept {
    return std::find(names, names + Count, name) != names + Count;
}

}  // namespace detail

inline bool is_throttling(std::string_view error_name, int http_status) noexcept {
    static constexpr std::string_view names[] = {"Throttling",
                                                 "ThrottlingException",
                                                 "ThrottledException",
                                                 "RequestThrottledException",
                                                 "TooManyRequestsException",
                                                 "ProvisionedThroughputExceededException",
                                                 "TransactionInProgressException",
                                                 "RequestLimitExceeded",
                                                 "BandwidthLimitExceeded",
                                                 "LimitExceededException",
                                                 "RequestThrottled",
                                                 "SlowDown",
                                                 "PriorRequestNotComplete",
                                                 "EC2ThrottledException"};
    return http_status == 429 || http_status == 509 || detail::is_one_of(error_name, names);
}

inline bool is_transient(std::string_view error_name, int http_status) noexcept {
    static constexpr std::string_view names[] = {"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
                                                 "IDPCommunicationError", "IDPCommunicationErrorException"};
    return http_status == 500 || http_status == 502 || http_status == 503 || http_status == 504 ||
           detail::is_one_of(error_name, names);
}

inline cause classify(std::string_view error_name, int http_status) noexcept {
    if (is_throttling(error_name, http_status)) return cause::throttling;
    return is_transient(error_name, http_status) ? cause::transient : cause::none;
}

inline cause classify(http::failure const& failure) noexcept {
    if (failure.permanent) return cause::none;
    switch (failure.code) {
        case errc::transport:
        case errc::truncated:
            return cause::transient;
        case errc::timeout:
            return failure.request_sent ? cause::none : cause::transient;
        default:
            return cause::none;
    }
}

inline error make_error(http::failure const& why) {
    auto made = bedrock::make_error(why.code, why.message);
    made.retryable = classify(why) != cause::none;
    return made;
}

inline cause classify(error const& failure) noexcept {
    if (failure.content_emitted) return cause::none;
    switch (failure.code) {
        case errc::truncated:
            return cause::transient;
        case errc::transport:
        case errc::timeout:
            return failure.retryable ? cause::transient : cause::none;
        case errc::none:
        case errc::invalid_input:
        case errc::credentials:
        case errc::cancelled:
        case errc::too_many_rounds:
        case errc::callback_failed:
        case errc::out_of_memory:
            return cause::none;
        default:
            return classify(failure.name, failure.http_status);
    }
}

inline bool is_daily_quota(std::string_view message) noexcept {
    for (std::string_view const words : {"per day", "daily"}) {
        auto const same = [](char left, char right) { return ascii::to_lower(left) == right; };
        if (std::search(message.begin(), message.end(), words.begin(), words.end(), same) != message.end()) return true;
    }
    return false;
}

inline std::int64_t backoff_ms(int repeat, cause why, double random, policy const& rules) noexcept {
    std::int64_t longest = why == cause::throttling ? rules.throttling_base_ms : rules.transient_base_ms;
    for (int i = 1; i < repeat && longest < rules.max_backoff_ms; ++i) longest *= 2;
    longest = (std::min)(longest, rules.max_backoff_ms);
    if (!(random >= 0)) random = 0;
    return static_cast<std::int64_t>((std::min)(random, 1.0) * static_cast<double>(longest) + 0.5);
}

inline std::int64_t delay_ms(int repeat, cause why, double random, std::optional<std::int64_t> retry_after_ms,
                             policy const& rules) noexcept {
    auto const own = backoff_ms(repeat, why, random, rules);
    if (!retry_after_ms) return own;
    return (std::max)(own, (std::min)(*retry_after_ms, own + rules.max_extension_ms));
}

inline std::optional<std::int64_t> find_retry_after_ms(std::span<http::header const> headers,
                                                       std::int64_t now_unix_ms) noexcept {
    constexpr std::int64_t most = 365 * std::int64_t{86'400'000};  // keeps the sums small; no pause is that long
    auto const read_number = [&](std::string_view text) -> std::optional<std::int64_t> {
        std::int64_t value = 0;
        auto const* const end = text.data() + text.size();
        auto const [stop, fault] = std::from_chars(text.data(), end, value);
        if (fault != std::errc{} || stop != end || value < 0) return std::nullopt;
        return (std::min)(value, most);
    };
    std::optional<std::int64_t> general;
    for (auto const& [name, value] : headers) {
        if (http::equal_names(name, "x-amz-retry-after")) {
            if (auto const milliseconds = read_number(value)) return milliseconds;
        } else if (!general && http::equal_names(name, "retry-after")) {
            if (auto const seconds = read_number(value))
                general = (std::min)(*seconds, most / 1000) * 1000;
            else if (auto const date = parse_http_date(value, from_unix_milliseconds(now_unix_ms)))
                general = (std::clamp)(to_unix_milliseconds(*date) - now_unix_ms, std::int64_t{0}, most);
        }
    }
    return general;
}

inline bool token_bucket::take(int count) noexcept {
    int seen = available();
    do {
        if (seen < count) return false;
    } while (!available_.compare_exchange_weak(seen, seen - count, std::memory_order_relaxed));
    return true;
}

inline void token_bucket::give(int count) noexcept {
    int seen = available();
    while (seen < capacity_ && !available_.compare_exchange_weak(seen, (std::min)(capacity_ - seen, count) + seen,
                                                                 std::memory_order_relaxed)) {
    }
}

inline decision attempts::failed(cause why, double random, std::optional<std::int64_t> retry_after_ms,
                                 std::int64_t patience_ms) noexcept {
    ++failures_;
    if (why == cause::none) return {verdict::not_retryable, 0};
    bool const throttled = why == cause::throttling;
    auto const pause = delay_ms(failures_, why, random, retry_after_ms, rules_);
    bool const attempts_left = failures_ < rules_.max_attempts;
    int const cost = throttled ? rules_.throttling_cost : rules_.transient_cost;
    if (attempts_left && shared_->take(cost)) {
        last_cost_ = cost;
        return {verdict::repeat, pause};
    }
    auto const patient = (std::max)(pause, rules_.patient_pause_ms);
    if (!throttled || patient > patience_ms)
        return {attempts_left ? verdict::bucket_exhausted : verdict::attempts_exhausted, 0};
    last_cost_ = 0;
    return {verdict::repeat, patient};
}

inline void attempts::succeeded() noexcept {
    shared_->give(last_cost_ == 0 ? 1 : last_cost_);
}

}  // namespace bedrock::inline BEDROCK_ABI::retry

#endif
