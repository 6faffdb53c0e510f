// SPDX-License-Identifier: MIT
// Owns the arithmetic of deadlines, and the clock of a wait: which of several limits runs out first, and what it says
// then. Never reads the time: it is told, in milliseconds of steady time.
#ifndef BEDROCK_RUNNING_CLOCK_HPP
#define BEDROCK_RUNNING_CLOCK_HPP

#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/http.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::deadline {

/// A deadline that is not reached.
inline constexpr std::int64_t never = (std::numeric_limits<std::int64_t>::max)();

/// Clocks may be as large as their type: a sum that does not fit is never reached.
constexpr std::int64_t after_ms(std::int64_t since_ms, std::int64_t milliseconds) noexcept;

/// Until a deadline, which may have passed.
constexpr std::int64_t left_ms(std::int64_t deadline_ms, std::int64_t now_ms) noexcept;

/// "0.25 s", "900 s".
std::string seconds_text(std::int64_t milliseconds);

/// The name of the clock that bounds a whole call.
inline constexpr std::string_view total = "total";

/// The limits of one wait, and which of them runs out first.
struct running_clock {
    std::int64_t deadline_ms = never;
    std::int64_t limit_ms = 0;
    std::string_view name {};
    char const* waited_for = "";

    /// One more limit; one of 0 or less is none. **Lifetime:** of both texts.
    void also(std::int64_t since_ms, std::int64_t clock_limit_ms, std::string_view clock_name,
              char const* what) noexcept;

    /// errc::timeout: "no answer from HOST within 5 s (the first byte clock)". Of the total clock: without the host,
    /// and never to be repeated.
    http::failure expired(std::string const& origin, bool request_sent) const;
};

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::int64_t after_ms(std::int64_t since_ms, std::int64_t milliseconds) noexcept {
    return since_ms > 0 && milliseconds > never - since_ms ? never : since_ms + milliseconds;
}

constexpr std::int64_t left_ms(std::int64_t deadline_ms, std::int64_t now_ms) noexcept {
    return deadline_ms == never ? never : deadline_ms - now_ms;
}

inline std::string seconds_text(std::int64_t milliseconds) {
    auto text = std::to_string(milliseconds / 1000);
    if (auto const rest = milliseconds % 1000; rest != 0) {
        auto fraction = std::to_string(1000 + rest).substr(1);
        while (fraction.back() == '0') fraction.pop_back();
        text += '.' + fraction;
    }
    return text + " s";
}

inline void running_clock::also(std::int64_t since_ms, std::int64_t clock_limit_ms, std::string_view clock_name,
                                char const* what) noexcept {
    auto const end_ms = after_ms(since_ms, clock_limit_ms);
    if (clock_limit_ms <= 0 || end_ms >= deadline_ms) return;
    deadline_ms = end_ms;
    limit_ms = clock_limit_ms;
    name = clock_name;
    waited_for = what;
}

inline http::failure running_clock::expired(std::string const& origin, bool request_sent) const {
    http::failure why{errc::timeout, request_sent, {}};
    // Wherever a call was when all its time was over: one text, and no repeat, for the request may have been sent.
    why.permanent = name == total;
    bool const names_origin = !why.permanent && !origin.empty();
    why.message = std::string(waited_for) + (names_origin ? " from " + origin : "") + " within " +
                  seconds_text(limit_ms) + " (the " + std::string(name) + " clock)";
    return why;
}

}  // namespace bedrock::inline BEDROCK_ABI::deadline

#endif
