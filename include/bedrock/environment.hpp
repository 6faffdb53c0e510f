// SPDX-License-Identifier: MIT
// Owns what protocols may know of the machine around them: variables, home, wall and steady time, random numbers.
// Never caches: every question is asked anew, so that a test (or a host program) can answer it.
#ifndef BEDROCK_ENVIRONMENT_HPP
#define BEDROCK_ENVIRONMENT_HPP

#include "bedrock/clock_skew.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/http.hpp"
#include "bedrock/os/windows.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#if defined(_WIN32)
#include <chrono>
#else
#include <pwd.h>
#include <time.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// How far the clocks of services are ahead of the local clock, by the value of the Host header. Only signatures use it.
/// Keeps at most 64 hosts; the oldest one goes first.
/// **Thread safety:** any.
class clock_offsets {
  public:
    /// Milliseconds; 0 for an unknown host.
    std::int64_t find_ms(std::string_view host) const;
    void set_ms(std::string_view host, std::int64_t ahead_ms);

  private:
    static constexpr std::size_t max_hosts = 64;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::int64_t>> ahead_ms_;
};

/// The surroundings of a client, as a value: replace a member to inject time, randomness or variables.
/// **Thread safety:** a client calls the members from every thread that uses it.
struct environment {
    /// An environment variable; nullopt where it is not set.
    std::function<std::optional<std::string>(std::string const& name)> variable;
    /// Wall-clock time, milliseconds since 1970-01-01T00:00:00Z.
    std::function<std::int64_t()> unix_milliseconds;
    /// Time that never jumps, milliseconds from any start.
    std::function<std::int64_t()> steady_milliseconds;
    /// Uniform in [0, 1): jitter, not keys.
    std::function<double()> random_unit;
    /// The user's home directory, asked where no variable names one; "" where the system knows none. May be empty: a
    /// client completes it only together with `variable`, so that replaced variables do not lead to real files.
    std::function<std::string()> home{};
    /// The offsets of services' clocks, learned when a service rejects a signature because of the local clock. Copies
    /// share it; a client makes one if this is null.
    std::shared_ptr<bedrock::clock_offsets> clock_offsets{};

    /// The process's own.
    template <class = void>
    static environment of_process();
};

/// The time to sign with for a host, milliseconds since 1970: the local clock plus what is known of the host's.
std::int64_t signing_time_ms(environment const& from, std::string_view host);

/// After a rejected signature: keeps the offset of the host's clock if that explains the rejection, so that the next
/// signature is right. False if the request should not be signed again: another reason, a response that may not
/// correct the clock (plain http from elsewhere), or an offset beyond `max_clock_offset_ms`.
bool learn_clock_offset(environment const& from, std::string_view url, std::string_view host,
                        std::string_view error_name, http::header_list const& headers, std::int64_t signed_at_ms);

/// A variable with surrounding white space cut; a blank one is unset (RULINGS: AWS's SDKs sign with a key of one
/// space).
std::optional<std::string> non_blank_variable(environment const& from, std::string_view name);

/// Milliseconds of the system's monotonic clock.
std::int64_t steady_milliseconds_now();

// ---------------------------------------------------------------------------------------------------------------------

inline std::int64_t steady_milliseconds_now() {
#if defined(_WIN32)
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
#else
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
#endif
}

#if !defined(_WIN32)
namespace detail {

/// As the system's accounts have it: a service may run without HOME.
inline std::string find_home_in_accounts() {
    constexpr std::size_t largest = 1 << 20;
    std::string buffer(1024, '\0');
    for (passwd account{}, *found = nullptr;; buffer.resize(buffer.size() * 4)) {
        int const failed = ::getpwuid_r(::geteuid(), &account, buffer.data(), buffer.size(), &found);
        if (failed == ERANGE && buffer.size() < largest) continue;
        return failed == 0 && found && found->pw_dir ? std::string(found->pw_dir) : std::string();
    }
}

}  // namespace detail
#endif

namespace detail {

inline std::optional<std::string> find_variable_of_process(std::string const& name) {
#if defined(_WIN32)
    return os::windows::find_variable(name);
#else
    char const* const value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
#endif
}

inline std::int64_t unix_milliseconds_now() {
#if defined(_WIN32)
    using namespace std::chrono;
    return static_cast<std::int64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
#else
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
#endif
}

}  // namespace detail

template <class>
environment environment::of_process() {
    return {
        .variable = detail::find_variable_of_process, .unix_milliseconds = detail::unix_milliseconds_now,
        .steady_milliseconds = steady_milliseconds_now, .random_unit = crypto::random_unit,
#if defined(_WIN32)
        .home = os::windows::find_home,
#else
        .home = detail::find_home_in_accounts,
#endif
    };
}

inline std::int64_t clock_offsets::find_ms(std::string_view host) const {
    std::lock_guard const lock(mutex_);
    for (auto const& [name, ahead_ms] : ahead_ms_)
        if (name == host) return ahead_ms;
    return 0;
}

inline void clock_offsets::set_ms(std::string_view host, std::int64_t ahead_ms) {
    std::string name(host);
    std::lock_guard const lock(mutex_);
    for (auto& known : ahead_ms_) {
        if (known.first != host) continue;
        known.second = ahead_ms;
        return;
    }
    if (ahead_ms_.size() == max_hosts) ahead_ms_.erase(ahead_ms_.begin());
    ahead_ms_.emplace_back(std::move(name), ahead_ms);
}

inline std::int64_t signing_time_ms(environment const& from, std::string_view host) {
    return from.unix_milliseconds() + (from.clock_offsets ? from.clock_offsets->find_ms(host) : 0);
}

inline bool learn_clock_offset(environment const& from, std::string_view url, std::string_view host,
                               std::string_view error_name, http::header_list const& headers,
                               std::int64_t signed_at_ms) {
    if (!from.clock_offsets || !may_correct_clock(url)) return false;
    auto const true_ms = find_true_time(error_name, headers, signed_at_ms);
    if (!true_ms) return false;
    auto const ahead_ms = *true_ms - from.unix_milliseconds();
    if (ahead_ms > max_clock_offset_ms || ahead_ms < -max_clock_offset_ms) return false;
    from.clock_offsets->set_ms(host, ahead_ms);
    return true;
}

inline std::optional<std::string> non_blank_variable(environment const& from, std::string_view name) {
    auto value = from.variable(std::string(name));
    if (!value) return std::nullopt;
    constexpr std::string_view blanks = " \t\r\n\v\f";
    auto const first = value->find_first_not_of(blanks);
    if (first == std::string::npos) return std::nullopt;
    return value->substr(first, value->find_last_not_of(blanks) - first + 1);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
