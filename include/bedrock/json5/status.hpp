// SPDX-License-Identifier: MIT
// Owns the faults of JSON5 text and the words for them, and the line and column at which a person finds one.
// Never allocates, and never carries any of the text.
#ifndef BEDROCK_JSON5_STATUS_HPP
#define BEDROCK_JSON5_STATUS_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json5 {

/// Why a text is not JSON5, or not the value that was asked for.
enum class fault : unsigned char {
    none,                  ///< no fault
    too_large,             ///< more bytes or more values than the limits have
    invalid_utf8,          ///< bytes that are not well-formed UTF-8, anywhere
    unexpected_end,        ///< the text ends inside a value, or has none
    unexpected_character,  ///< a character that cannot begin what is due here
    unknown_word,          ///< a word that is none of null, true, false, Infinity and NaN where a value is due
    unclosed_comment,      ///< a `/*` without its `*/`
    unclosed_string,       ///< a string whose line ends before its quote
    invalid_escape,        ///< a backslash with something behind it that is no escape
    invalid_number,        ///< `01`, `0x`, `.`, `1e`, `5px`
    missing_colon,         ///< no `:` behind a member's name
    missing_comma,         ///< neither `,` nor the closing bracket behind a value
    too_deep,              ///< more arrays and objects inside each other than the limits have
    trailing_text,         ///< more than white space and comments behind the value
    wrong_type,            ///< a value of another kind than asked for; 1.5 where an integer was asked for
    not_finite,            ///< Infinity or NaN where a number was asked for
    number_out_of_range,   ///< a number that the type asked for cannot hold
    no_such_element,       ///< an array has no element of that index
};

struct status {
    fault code = fault::none;
    /// Byte offset in the text: of the offending byte, or of the first one of what has no end.
    std::size_t offset = 0;

    constexpr bool ok() const noexcept { return code == fault::none; }
    friend constexpr bool operator==(status const&, status const&) noexcept = default;
};

/// A fault in words, with what to do about it. **Lifetime:** static.
constexpr std::string_view describe(fault code) noexcept;

/// A place in a text as editors count it, both from 1; a column is a character.
struct position {
    std::size_t line = 1;
    std::size_t column = 1;
    friend constexpr bool operator==(position const&, position const&) noexcept = default;
};

/// The place of a byte. Lines end with LF, CR or both together; `offset` may be the end of the text.
constexpr position locate(std::string_view text, std::size_t offset) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            return "no fault";
        case fault::too_large:
            return "the text is larger, or has more values, than what is read";
        case fault::invalid_utf8:
            return "this is not UTF-8: save the file with that encoding";
        case fault::unexpected_end:
            return "the text ends too early: a bracket is not closed, or a value is missing";
        case fault::unexpected_character:
            return "unexpected character";
        case fault::unknown_word:
            return "a word that is no value: put quotes around a text";
        case fault::unclosed_comment:
            return "the comment that begins here has no end: close it with */";
        case fault::unclosed_string:
            return "the string that begins here has no end on its line: close its quote, or end the line with a "
                   "backslash";
        case fault::invalid_escape:
            return "unknown escape: write \\\\ for a backslash";
        case fault::invalid_number:
            return "malformed number: put quotes around a text";
        case fault::missing_colon:
            return "expected a colon behind the name; a name that is more than letters and digits needs quotes";
        case fault::missing_comma:
            return "expected a comma or the closing bracket";
        case fault::too_deep:
            return "too many nested arrays and objects";
        case fault::trailing_text:
            return "text behind the value: a bracket closed too early, or there is one too many";
        case fault::wrong_type:
            return "a value of another type was expected";
        case fault::not_finite:
            return "a finite number was expected";
        case fault::number_out_of_range:
            return "number out of range";
        case fault::no_such_element:
            return "the array has no such element";
    }
    return "unknown fault";
}

constexpr position locate(std::string_view text, std::size_t offset) noexcept {
    position at;
    for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
        char const c = text[i];
        if (c == '\n' || (c == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) {
            ++at.line;
            at.column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && c != '\r') {
            ++at.column;
        }
    }
    return at;
}

}  // namespace bedrock::inline BEDROCK_ABI::json5

#endif
