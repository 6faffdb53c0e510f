// SPDX-License-Identifier: MIT
// Owns JSON numbers: their grammar, their exact values, and the shortest text of a value.
// Never asks the locale, never allocates, and never rounds twice.
#ifndef BEDROCK_JSON_NUMBER_HPP
#define BEDROCK_JSON_NUMBER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/status.hpp"

#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <system_error>

namespace bedrock::inline BEDROCK_ABI::json {

/// What is written as an integer; true and false are not.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;

/// What can be written as a JSON number.
template <class T>
concept Number = Integer<T> || std::same_as<T, float> || std::same_as<T, double>;

/// Where a number ends, or the byte that keeps the text from being one.
struct number_end {
    char const* at = nullptr;
    fault code = fault::none;
};

/// Finds the end of the number that begins at `begin`, by the grammar of RFC 8259, section 6, or its first wrong byte.
/// What follows the number is not looked at: "01" ends after its zero.
/// **Errors:** `unexpected_end` when the text stops inside a number, `invalid_number` otherwise.
number_end scan_number(char const* begin, char const* end) noexcept;

/// The value of an integral number; "1.0" and "1e2" are integral. `value` is set on success only.
/// `number` has passed `scan_number`. **Errors:** `wrong_type` for "1.5", `number_out_of_range`.
fault parse_int64(std::string_view number, std::int64_t& value) noexcept;

/// The nearest double, ties to even; what is too small for a double becomes zero with the number's sign.
/// `value` is set on success only. `number` has passed `scan_number`. **Errors:** `number_out_of_range` for "1e400".
fault parse_double(std::string_view number, double& value) noexcept;

/// Room for the longest text that `write_number` makes: "-1.7976931348623157e+308" has 24 characters.
inline constexpr std::size_t number_capacity = 32;

/// Writes the shortest text that reads back as the same value of the same type and returns its length;
/// 0 for NaN and infinity, which JSON cannot say.
template <Number T>
std::size_t write_number(char (&text)[number_capacity], T value) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace number_detail {

constexpr char const* skip_digits(char const* at, char const* end) noexcept {
    while (at != end && ascii::is_digit(*at)) ++at;
    return at;
}

// A number as digits x 10^exponent: no point, no leading zeros, no trailing ones. Digits past the capacity only leave a
// trace, which is enough to round: no double and no point halfway between two has more than 768 digits, the length of
// (2^54 - 1) * 5^1075.
struct decimal {
    static constexpr std::size_t capacity = 768;

    char digits[capacity + 1];  // one more for the trace
    std::size_t count = 0;
    std::int64_t exponent = 0;
    bool negative = false;

    explicit decimal(std::string_view number) noexcept {
        char const* at = number.data();
        char const* const end = at + number.size();
        if (*at == '-') {
            negative = true;
            ++at;
        }
        bool lost = false;
        bool fraction = false;
        for (; at != end && (ascii::is_digit(*at) || *at == '.'); ++at) {
            if (*at == '.') {
                fraction = true;
                continue;
            }
            exponent -= fraction;
            if (count == 0 && *at == '0') continue;
            if (count < capacity) {
                digits[count++] = *at;
            } else {
                ++exponent;
                lost |= *at != '0';
            }
        }
        if (at != end) exponent += parse_exponent(at + 1, end);
        if (lost) {
            digits[count++] = '1';
            --exponent;
            return;
        }
        for (; count != 0 && digits[count - 1] == '0'; --count) ++exponent;
    }

  private:
    // Saturates far beyond every double, yet far below the overflow of the sum with a count of digits.
    static std::int64_t parse_exponent(char const* at, char const* end) noexcept {
        bool const minus = *at == '-';
        if (minus || *at == '+') ++at;
        std::int64_t value = 0;
        for (; at != end; ++at)
            if (value < 1'000'000'000'000'000'000 / 10) value = value * 10 + (*at - '0');
        return minus ? -value : value;
    }
};

// A double by its bits, which -ffast-math cannot argue away.
inline bool is_finite(double value) noexcept {
    return (std::bit_cast<std::uint64_t>(value) >> 52 & 0x7ff) != 0x7ff;
}

inline bool is_finite(float value) noexcept {
    return (std::bit_cast<std::uint32_t>(value) >> 23 & 0xff) != 0xff;
}

// For standard libraries without from_chars of a double (libc++ 14), and for what theirs calls out of range, by which
// some mean underflow too. strtod rounds right, and a text without a decimal point it reads alike in every locale.
inline fault parse_double_by_strtod(std::string_view number, double& value) noexcept {
    decimal const parts(number);
    // Beyond these no double is left, whatever the digits: 1e309 overflows, 769 digits times 1e-1100 are below 1e-330.
    std::int64_t const exponent = parts.exponent < -1100 ? -1100 : parts.exponent > 400 ? 400 : parts.exponent;
    char text[decimal::capacity + 16];
    char* at = text;
    if (parts.negative) *at++ = '-';
    if (parts.count == 0) *at++ = '0';
    for (std::size_t i = 0; i != parts.count; ++i) *at++ = parts.digits[i];
    *at++ = 'e';
    at = std::to_chars(at, text + sizeof text - 1, exponent).ptr;
    *at = '\0';
    double const read = std::strtod(text, nullptr);
    if (!is_finite(read)) return fault::number_out_of_range;
    value = read;
    return fault::none;
}

}  // namespace number_detail

inline number_end scan_number(char const* begin, char const* end) noexcept {
    using number_detail::skip_digits;
    char const* at = begin;
    auto const failed = [&] { return number_end{at, at == end ? fault::unexpected_end : fault::invalid_number}; };
    auto const digits = [&] {
        char const* const first = at;
        at = skip_digits(at, end);
        return at != first;
    };
    if (at != end && *at == '-') ++at;
    if (at != end && *at == '0') {
        ++at;
    } else if (!digits()) {
        return failed();
    }
    if (at != end && *at == '.') {
        ++at;
        if (!digits()) return failed();
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-')) ++at;
        if (!digits()) return failed();
    }
    return {at, fault::none};
}

inline fault parse_int64(std::string_view number, std::int64_t& value) noexcept {
    char const* const end = number.data() + number.size();
    std::int64_t plain = 0;
    auto const [at, code] = std::from_chars(number.data(), end, plain);
    if (at == end) {
        if (code != std::errc{}) return fault::number_out_of_range;
        value = plain;
        return fault::none;
    }

    number_detail::decimal const parts(number);
    if (parts.count == 0) {
        value = 0;
        return fault::none;
    }
    if (parts.exponent < 0) return fault::wrong_type;
    // 19 digits always fit 64 unsigned bits, 20 never fit 63.
    if (static_cast<std::int64_t>(parts.count) + parts.exponent > 19) return fault::number_out_of_range;
    std::uint64_t magnitude = 0;
    for (std::size_t i = 0; i != parts.count; ++i)
        magnitude = magnitude * 10 + static_cast<std::uint64_t>(parts.digits[i] - '0');
    for (auto i = parts.exponent; i != 0; --i) magnitude *= 10;
    auto const limit = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)()) + parts.negative;
    if (magnitude > limit) return fault::number_out_of_range;
    value = static_cast<std::int64_t>(parts.negative ? 0 - magnitude : magnitude);
    return fault::none;
}

inline fault parse_double(std::string_view number, double& value) noexcept {
#if defined(__cpp_lib_to_chars) && __cpp_lib_to_chars >= 201611L
    double read = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), read).ec == std::errc{}) {
        value = read;
        return fault::none;
    }
#endif
    return number_detail::parse_double_by_strtod(number, value);
}

template <Number T>
std::size_t write_number(char (&text)[number_capacity], T value) noexcept {
    if constexpr (!Integer<T>)
        if (!number_detail::is_finite(value)) return 0;
    return static_cast<std::size_t>(std::to_chars(text, text + number_capacity, value).ptr - text);
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
