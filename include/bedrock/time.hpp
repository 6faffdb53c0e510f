// SPDX-License-Identifier: MIT
// Owns times as integers, the civil calendar (proleptic Gregorian, UTC), and the date formats of AWS and HTTP.
// Never reads a clock, a time zone or the locale.
#ifndef BEDROCK_TIME_HPP
#define BEDROCK_TIME_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"

#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace bedrock::inline BEDROCK_ABI {

/// A moment: whole seconds since 1970-01-01T00:00:00Z rounded down, and the nanoseconds on top. POSIX counting: no leap
/// seconds.
struct unix_time {
    std::int64_t seconds = 0;
    std::int32_t nanoseconds = 0;  ///< 0 to 999999999, forward also before 1970
    friend constexpr bool operator==(unix_time const&, unix_time const&) = default;
    friend constexpr auto operator<=>(unix_time const&, unix_time const&) = default;
};

/// A date and time of day in UTC.
struct civil_time {
    std::int64_t year = 1970;
    int month = 1;    ///< 1 to 12
    int day = 1;      ///< 1 to 31
    int hour = 0;     ///< 0 to 23
    int minute = 0;   ///< 0 to 59
    int second = 0;   ///< 0 to 59
    int weekday = 4;  ///< 0 is Sunday; an answer only: `to_unix_time` does not look at it
    std::int32_t nanosecond = 0;
    friend constexpr bool operator==(civil_time const&, civil_time const&) = default;
};

/// A moment from milliseconds since 1970.
constexpr unix_time from_unix_milliseconds(std::int64_t milliseconds) noexcept;

/// Milliseconds since 1970, rounded down; the nearest value that fits where they do not.
constexpr std::int64_t to_unix_milliseconds(unix_time time) noexcept;

/// The date and time of day of a moment.
constexpr civil_time to_civil_time(unix_time time) noexcept;

/// The moment of a date whose fields are in range and whose year is within a million of 1970.
constexpr unix_time to_unix_time(civil_time const& time) noexcept;

/// Appends `2015-08-30T12:36:00Z`, with up to six digits of a fraction that is not zero, cut off behind them.
/// **Errors:** false and nothing appended outside of the years 0 to 9999. **Allocates:** in `out` only.
/// **Wire:** timestamps in Bedrock's JSON and queries.
bool append_iso8601(std::string& out, unix_time time);

/// Appends `20150830T123600Z`: SigV4's X-Amz-Date, whose first eight characters are the date of the credential scope.
/// **Errors:** false and nothing appended outside of the years 0 to 9999. **Allocates:** in `out` only.
bool append_basic_iso8601(std::string& out, unix_time time);

/// Appends `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7: IMF-fixdate).
/// **Errors:** false and nothing appended outside of the years 0 to 9999. **Allocates:** in `out` only.
bool append_http_date(std::string& out, unix_time time);

/// Appends the seconds, and behind a point the nanoseconds without trailing zeros. Below zero too the fraction is that
/// of `unix_time`, as Smithy's epoch-seconds suite has it: {-2, 500000000} is `-2.5`. **Allocates:** in `out` only.
void append_epoch_seconds(std::string& out, unix_time time);

/// `append_iso8601` into a string of its own; empty outside of the years 0 to 9999.
std::string format_iso8601(unix_time time);

/// Reads `2015-08-30T12:36:00Z`: a fraction behind `.` or `,` is kept to the nanosecond; `Z`, `+hh:mm` or `+hhmm` must
/// follow; `t`, `z` and a space for the `T` are read too (RFC 3339, 5.6). Second 60 is second 0 of the next minute.
std::optional<unix_time> parse_iso8601(std::string_view text) noexcept;

/// Reads `20150830T123600Z`, exactly.
std::optional<unix_time> parse_basic_iso8601(std::string_view text) noexcept;

/// Where `parse_http_date` stands when the caller has no clock: 2026-01-01T00:00:00Z.
inline constexpr unix_time http_date_now{1767225600, 0};

/// Reads the three formats of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
/// `Sun Nov  6 08:49:37 1994`; in the first, a fraction behind the seconds too (Smithy). The day's name must be one,
/// but is not compared with the date. Years of two digits are the latest that is not more than 50 years after `now`.
std::optional<unix_time> parse_http_date(std::string_view text, unix_time now = http_date_now) noexcept;

/// Reads a decimal number of seconds since 1970, exponents included (`1.7E9`), exactly and cut off behind the
/// nanosecond; the fraction counts as in `append_epoch_seconds`, so that one behind a negative zero has no value.
std::optional<unix_time> parse_epoch_seconds(std::string_view text) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace time_detail {

inline constexpr std::int64_t seconds_per_day = 86400;
inline constexpr std::int32_t nanoseconds_per_second = 1000000000;
inline constexpr std::int64_t first_formatted = -62167219200;  // 0000-01-01T00:00:00Z
inline constexpr std::int64_t last_formatted = 253402300799;   // 9999-12-31T23:59:59Z

inline constexpr std::string_view weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) noexcept {
    return value / by - (value % by < 0 ? 1 : 0);
}

constexpr std::int64_t floor_remainder(std::int64_t value, std::int64_t by) noexcept {
    return value % by + (value % by < 0 ? by : 0);
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, so that the leap day is last,
// and 400 years have 146097 days; day 0 of that count is 719468 days before 1970-01-01.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
    if (month <= 2) --year;
    std::int64_t const era = floor_divide(year, 400);
    std::int64_t const year_of_era = year - era * 400;
    std::int64_t const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    std::int64_t const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

constexpr bool is_leap(std::int64_t year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(std::int64_t year, int month) noexcept {
    if (month == 2) return is_leap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

constexpr bool is_formatted(unix_time time) noexcept {
    return time.seconds >= first_formatted && time.seconds <= last_formatted;
}

// `value` has at most `width` digits.
inline void append_number(std::string& out, std::int64_t value, int width) {
    char digits[10];
    for (int at = width; at-- > 0; value /= 10) digits[at] = static_cast<char>('0' + value % 10);
    out.append(digits, static_cast<std::size_t>(width));
}

inline void append_time_of_day(std::string& out, civil_time const& time) {
    append_number(out, time.hour, 2);
    out.push_back(':');
    append_number(out, time.minute, 2);
    out.push_back(':');
    append_number(out, time.second, 2);
}

// Takes pieces off the front of a text; the first that does not fit makes every later one fail.
class cursor {
  public:
    explicit constexpr cursor(std::string_view text) noexcept : rest_(text) {}

    constexpr bool at_end() const noexcept { return ok_ && rest_.empty(); }
    constexpr bool ok() const noexcept { return ok_; }
    constexpr char peek() const noexcept { return !ok_ || rest_.empty() ? '\0' : rest_.front(); }
    constexpr bool peek_digit() const noexcept { return peek() >= '0' && peek() <= '9'; }

    constexpr void literal(std::string_view expected) noexcept {
        ok_ = ok_ && rest_.starts_with(expected);
        if (ok_) rest_.remove_prefix(expected.size());
    }
    constexpr char any_of(std::string_view choices) noexcept {
        char const c = peek();
        ok_ = ok_ && !rest_.empty() && choices.find(c) != std::string_view::npos;
        if (ok_) rest_.remove_prefix(1);
        return c;
    }
    constexpr int number(int width) noexcept {
        int value = 0;
        for (; width != 0; --width) value = value * 10 + (any_of("0123456789") - '0');
        return ok_ ? value : 0;
    }
    // At least one digit; those behind the ninth are dropped.
    constexpr std::int32_t fraction() noexcept {
        ok_ = ok_ && peek_digit();
        std::int32_t value = 0;
        for (std::int32_t unit = nanoseconds_per_second / 10; peek_digit(); unit /= 10)
            value += unit * (any_of("0123456789") - '0');
        return value;
    }
    // The index of the name, each cut to `length` characters where it is longer.
    template <std::size_t Count>
    constexpr int one_of(std::string_view const (&names)[Count], std::size_t length) noexcept {
        for (std::size_t i = 0; ok_ && i != Count; ++i) {
            auto const name = names[i].substr(0, length);
            if (!rest_.starts_with(name)) continue;
            rest_.remove_prefix(name.size());
            return static_cast<int>(i);
        }
        ok_ = false;
        return 0;
    }
    constexpr void time_of_day(civil_time& time) noexcept {
        time.hour = number(2);
        literal(":");
        time.minute = number(2);
        literal(":");
        time.second = number(2);
    }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

// Second 60 is let through: the sum carries it into the next minute.
constexpr std::optional<unix_time> checked(civil_time const& time) noexcept {
    bool const valid = time.month >= 1 && time.month <= 12 && time.day >= 1 &&
                       time.day <= days_in_month(time.year, time.month) && time.hour <= 23 && time.minute <= 59 &&
                       time.second <= 60;
    if (!valid) return std::nullopt;
    return to_unix_time(time);
}

inline std::optional<unix_time> parse_rfc850_date(cursor text, unix_time now) noexcept {
    civil_time time;
    text.literal(", ");
    time.day = text.number(2);
    text.literal("-");
    time.month = text.one_of(months, 3) + 1;
    text.literal("-");
    int const short_year = text.number(2);
    text.literal(" ");
    text.time_of_day(time);
    text.literal(" GMT");
    if (!text.at_end()) return std::nullopt;
    civil_time latest = to_civil_time(now);
    latest.year += 50;
    time.year = latest.year - floor_remainder(latest.year - short_year, 100);
    if (to_unix_time(time) > to_unix_time(latest)) time.year -= 100;
    return checked(time);
}

inline std::optional<unix_time> parse_asctime_date(cursor text) noexcept {
    civil_time time;
    text.literal(" ");
    time.month = text.one_of(months, 3) + 1;
    text.literal(" ");
    if (text.peek() == ' ') {
        text.literal(" ");
        time.day = text.number(1);
    } else {
        time.day = text.number(2);
    }
    text.literal(" ");
    text.time_of_day(time);
    text.literal(" ");
    time.year = text.number(4);
    if (!text.at_end()) return std::nullopt;
    return checked(time);
}

inline std::optional<unix_time> parse_imf_fixdate(cursor text) noexcept {
    civil_time time;
    text.literal(", ");
    time.day = text.number(2);
    text.literal(" ");
    time.month = text.one_of(months, 3) + 1;
    text.literal(" ");
    time.year = text.number(4);
    text.literal(" ");
    text.time_of_day(time);
    if (text.peek() == '.') {
        text.literal(".");
        time.nanosecond = text.fraction();
    }
    text.literal(" GMT");
    if (!text.at_end()) return std::nullopt;
    return checked(time);
}

}  // namespace time_detail

constexpr unix_time from_unix_milliseconds(std::int64_t milliseconds) noexcept {
    using namespace time_detail;
    return {floor_divide(milliseconds, 1000), static_cast<std::int32_t>(floor_remainder(milliseconds, 1000)) * 1000000};
}

constexpr std::int64_t to_unix_milliseconds(unix_time time) noexcept {
    constexpr std::int64_t largest = INT64_MAX;
    constexpr std::int64_t smallest = INT64_MIN;
    std::int64_t const milliseconds = time.nanoseconds / 1000000;
    if (time.seconds > largest / 1000) return largest;
    if (time.seconds < time_detail::floor_divide(smallest, 1000)) return smallest;
    if (time.seconds >= 0) {
        std::int64_t const whole = time.seconds * 1000;
        return milliseconds > largest - whole ? largest : whole + milliseconds;
    }
    // The second above, less what is missing to it: the lowest second alone has no product.
    std::int64_t const whole = (time.seconds + 1) * 1000;
    std::int64_t const missing = 1000 - milliseconds;
    return whole < smallest + missing ? smallest : whole - missing;
}

constexpr civil_time to_civil_time(unix_time time) noexcept {
    using namespace time_detail;
    std::int64_t const days = floor_divide(time.seconds, seconds_per_day);
    auto const second_of_day = static_cast<int>(floor_remainder(time.seconds, seconds_per_day));
    std::int64_t const shifted = days + 719468;
    std::int64_t const era = floor_divide(shifted, 146097);
    std::int64_t const day_of_era = shifted - era * 146097;
    std::int64_t const year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    auto const day_of_year = static_cast<int>(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
    int const march_month = (5 * day_of_year + 2) / 153;
    civil_time civil;
    civil.month = march_month < 10 ? march_month + 3 : march_month - 9;
    civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
    civil.day = day_of_year - (153 * march_month + 2) / 5 + 1;
    civil.hour = second_of_day / 3600;
    civil.minute = second_of_day / 60 % 60;
    civil.second = second_of_day % 60;
    civil.weekday = static_cast<int>(floor_remainder(days + 4, 7));
    civil.nanosecond = time.nanoseconds;
    return civil;
}

constexpr unix_time to_unix_time(civil_time const& time) noexcept {
    std::int64_t const days = time_detail::days_from_civil(time.year, time.month, time.day);
    std::int64_t const second_of_day = time.hour * 3600 + time.minute * 60 + time.second;
    return {days * time_detail::seconds_per_day + second_of_day, time.nanosecond};
}

inline bool append_iso8601(std::string& out, unix_time time) {
    using namespace time_detail;
    if (!is_formatted(time)) return false;
    civil_time const civil = to_civil_time(time);
    append_number(out, civil.year, 4);
    out.push_back('-');
    append_number(out, civil.month, 2);
    out.push_back('-');
    append_number(out, civil.day, 2);
    out.push_back('T');
    append_time_of_day(out, civil);
    if (int const microseconds = civil.nanosecond / 1000; microseconds != 0) {
        out.push_back('.');
        append_number(out, microseconds, 6);
        out.erase(out.find_last_not_of('0') + 1);
    }
    out.push_back('Z');
    return true;
}

inline bool append_basic_iso8601(std::string& out, unix_time time) {
    using namespace time_detail;
    if (!is_formatted(time)) return false;
    civil_time const civil = to_civil_time(time);
    append_number(out, civil.year, 4);
    append_number(out, civil.month, 2);
    append_number(out, civil.day, 2);
    out.push_back('T');
    append_number(out, civil.hour, 2);
    append_number(out, civil.minute, 2);
    append_number(out, civil.second, 2);
    out.push_back('Z');
    return true;
}

inline bool append_http_date(std::string& out, unix_time time) {
    using namespace time_detail;
    if (!is_formatted(time)) return false;
    civil_time const civil = to_civil_time(time);
    out.append(weekdays[civil.weekday].substr(0, 3));
    out.append(", ");
    append_number(out, civil.day, 2);
    out.push_back(' ');
    out.append(months[civil.month - 1]);
    out.push_back(' ');
    append_number(out, civil.year, 4);
    out.push_back(' ');
    append_time_of_day(out, civil);
    out.append(" GMT");
    return true;
}

inline void append_epoch_seconds(std::string& out, unix_time time) {
    char digits[20];  // -9223372036854775808
    auto const [end, fault] = std::to_chars(digits, digits + sizeof digits, time.seconds);
    static_cast<void>(fault);
    out.append(digits, end);
    if (time.nanoseconds == 0) return;
    out.push_back('.');
    time_detail::append_number(out, time.nanoseconds, 9);
    out.erase(out.find_last_not_of('0') + 1);
}

inline std::string format_iso8601(unix_time time) {
    std::string out;
    append_iso8601(out, time);
    return out;
}

inline std::optional<unix_time> parse_iso8601(std::string_view text) noexcept {
    time_detail::cursor in(text);
    civil_time time;
    time.year = in.number(4);
    in.literal("-");
    time.month = in.number(2);
    in.literal("-");
    time.day = in.number(2);
    in.any_of("Tt ");
    in.time_of_day(time);
    if (in.peek() == '.' || in.peek() == ',') {
        in.any_of(".,");
        time.nanosecond = in.fraction();
    }
    int offset_minutes = 0;
    if (char const zone = in.any_of("Zz+-"); zone == '+' || zone == '-') {
        int const hours = in.number(2);
        if (in.peek() == ':') in.literal(":");
        int const minutes = in.number(2);
        if (hours > 23 || minutes > 59) return std::nullopt;
        offset_minutes = (zone == '-' ? -1 : 1) * (hours * 60 + minutes);
    }
    if (!in.at_end()) return std::nullopt;
    auto moment = time_detail::checked(time);
    if (moment) moment->seconds -= std::int64_t{offset_minutes} * 60;
    return moment;
}

inline std::optional<unix_time> parse_basic_iso8601(std::string_view text) noexcept {
    time_detail::cursor in(text);
    civil_time time;
    time.year = in.number(4);
    time.month = in.number(2);
    time.day = in.number(2);
    in.literal("T");
    time.hour = in.number(2);
    time.minute = in.number(2);
    time.second = in.number(2);
    in.literal("Z");
    if (!in.at_end()) return std::nullopt;
    return time_detail::checked(time);
}

inline std::optional<unix_time> parse_http_date(std::string_view text, unix_time now) noexcept {
    using namespace time_detail;
    cursor full_name(text);
    full_name.one_of(weekdays, std::string_view::npos);
    if (full_name.ok()) return parse_rfc850_date(full_name, now);
    cursor short_name(text);
    short_name.one_of(weekdays, 3);
    return short_name.peek() == ',' ? parse_imf_fixdate(short_name) : parse_asctime_date(short_name);
}

inline std::optional<unix_time> parse_epoch_seconds(std::string_view text) noexcept {
    bool const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    auto const count_digits = [&](std::size_t at) noexcept {
        std::size_t count = 0;
        while (at + count < text.size() && ascii::is_digit(text[at + count])) ++count;
        return count;
    };

    auto const whole_digits = count_digits(0);
    if (whole_digits == 0) return std::nullopt;
    std::size_t at = whole_digits;
    std::string_view fraction;
    if (at != text.size() && text[at] == '.') {
        fraction = text.substr(at + 1, count_digits(at + 1));
        if (fraction.empty()) return std::nullopt;
        at += 1 + fraction.size();
    }
    std::int32_t exponent = 0;
    if (at != text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at != text.size() && text[at] == '+') {
            ++at;
            if (at == text.size() || !ascii::is_digit(text[at])) return std::nullopt;
        }
        auto const [end, fault] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
        if (fault != std::errc{}) return std::nullopt;
        at = static_cast<std::size_t>(end - text.data());
    }
    if (at != text.size()) return std::nullopt;

    // The digits stand in one row, the point somewhere in, before or behind it.
    auto const count = static_cast<std::int64_t>(whole_digits + fraction.size());
    auto const point = static_cast<std::int64_t>(whole_digits) + exponent;
    auto const digit = [&](std::int64_t i) noexcept -> int {
        auto const index = static_cast<std::size_t>(i);
        return (index < whole_digits ? text[index] : fraction[index - whole_digits]) - '0';
    };
    std::int64_t seconds = 0;  // counted downwards: the negative side is the larger one
    for (std::int64_t i = 0; i < point && (i < count || seconds != 0); ++i) {
        int const next = i < count ? digit(i) : 0;
        if (seconds < (INT64_MIN + next) / 10) return std::nullopt;
        seconds = seconds * 10 - next;
    }
    if (!negative && seconds == INT64_MIN) return std::nullopt;
    std::int32_t nanoseconds = 0;
    std::int32_t unit = time_detail::nanoseconds_per_second / 10;
    for (std::int64_t i = point; i < count && unit != 0; ++i, unit /= 10)
        if (i >= 0) nanoseconds += unit * digit(i);
    if (negative && seconds == 0 && nanoseconds != 0) return std::nullopt;
    return unix_time{negative ? seconds : -seconds, nanoseconds};
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
