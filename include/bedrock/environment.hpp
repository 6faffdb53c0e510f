// Owns what protocols may know of the machine around them: variables, home, wall and steady time, random numbers.
// Never caches: every question is asked anew, so that a test (or a host program) can answer it.
#ifndef BEDROCK_ENVIRONMENT_HPP
#define BEDROCK_ENVIRONMENT_HPP

#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/shared.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
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
    /// Told the wall-clock time, milliseconds since 1970, when a service shows that `unix_milliseconds` is wrong: later
    /// answers of that are to be right. Empty: nobody is told.
    std::function<void(std::int64_t now_unix_ms)> correct_clock{};

    /// The process's own.
    template <class = void>
    static environment of_process();
};

/// The same surroundings with a wall clock that keeps what it is corrected by; copies share it. One that can be
/// corrected already stays as it is.
template <class = void>
environment with_correctable_clock(environment given);

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
    char const* const value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
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

/// A clock and how far the true time is ahead of it.
struct correctable_clock {
    std::function<std::int64_t()> machine;
    std::atomic<std::int64_t> ahead_ms{0};
};

}  // namespace detail

template <class>
environment environment::of_process() {
    return {
        .variable = detail::find_variable_of_process, .unix_milliseconds = detail::unix_milliseconds_now,
        .steady_milliseconds = steady_milliseconds_now, .random_unit = crypto::random_unit,
#if !defined(_WIN32)
        .home = detail::find_home_in_accounts,
#endif
    };
}

template <class>
environment with_correctable_clock(environment given) {
    if (given.correct_clock) return given;
    auto const clock = detail::share_new<detail::correctable_clock>();
    clock->machine = std::move(given.unix_milliseconds);
    given.unix_milliseconds = [clock] { return clock->machine() + clock->ahead_ms.load(std::memory_order_relaxed); };
    given.correct_clock = [clock](std::int64_t now_unix_ms) {
        clock->ahead_ms.store(now_unix_ms - clock->machine(), std::memory_order_relaxed);
    };
    return given;
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
