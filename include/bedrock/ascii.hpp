// SPDX-License-Identifier: MIT
// Owns what characters of ASCII are, without the locale: digits, letters, blanks, controls, and letters of either case.
// Never looks beyond ASCII: every other byte is none of these, and is equal to itself alone.
#ifndef BEDROCK_ASCII_HPP
#define BEDROCK_ASCII_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::ascii {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// 0x00 to 0x1F, and 0x7F.
constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

/// A space, a tab, a carriage return or a line feed: the white space of XML, JSON and HTTP's folded headers.
constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Lower case of A to Z.
constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// Where `part` stands first, from a place on, or npos.
constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view part, std::size_t from = 0) noexcept;
constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept;

/// Without the blanks at both ends.
constexpr std::string_view trim(std::string_view text) noexcept;

constexpr bool has_control(std::string_view text) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i != left.size(); ++i)
        if (to_lower(left[i]) != to_lower(right[i])) return false;
    return true;
}

constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view part, std::size_t from) noexcept {
    for (; from <= text.size() && part.size() <= text.size() - from; ++from)
        if (equal_ignoring_case(text.substr(from, part.size()), part)) return from;
    return std::string_view::npos;
}

constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
    return find_ignoring_case(text, part) != std::string_view::npos;
}

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

constexpr bool has_control(std::string_view text) noexcept {
    for (char const c : text)
        if (is_control(c)) return true;
    return false;
}

}  // namespace bedrock::inline BEDROCK_ABI::ascii

#endif
