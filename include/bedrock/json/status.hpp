// SPDX-License-Identifier: MIT
// Owns the faults of JSON text and where they lie, one vocabulary for reader, writer and interpreter.
// Never allocates, and never carries any of the text.
#ifndef BEDROCK_JSON_STATUS_HPP
#define BEDROCK_JSON_STATUS_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

/// Why a text is not JSON, or not the JSON that was asked for.
enum class fault : unsigned char {
    none,                  ///< no fault
    unexpected_end,        ///< the text ends inside a value, or before one
    unexpected_character,  ///< a character that cannot stand here: a missing comma, a stray bracket, a byte order mark
    invalid_literal,       ///< something that begins as `true`, `false` or `null` and is not
    invalid_number,        ///< `01`, `1.`, `-x`, `1e`, `0x1`
    invalid_string,        ///< a raw control character (below U+0020) inside a string
    invalid_escape,        ///< a backslash with something behind it that is no escape
    invalid_utf8,          ///< a string with bytes that are not well-formed UTF-8
    too_deep,              ///< more arrays and objects inside each other than `reader_options::max_depth`
    trailing_text,         ///< more than white space behind the value
    wrong_type,            ///< a valid value of another kind than asked for; 1.5 where an integer was asked for
    number_out_of_range,   ///< a number that the type asked for cannot hold; NaN and infinity when writing
};

/// A fault and its place.
struct status {
    fault code = fault::none;
    /// Byte offset in the text: of the offending byte, or of the value's first byte for `wrong_type`,
    /// `number_out_of_range` and `too_deep`.
    std::size_t offset = 0;

    constexpr bool ok() const noexcept { return code == fault::none; }
    friend constexpr bool operator==(status const&, status const&) noexcept = default;
};

/// A fault in words that complete "invalid JSON: ...". **Lifetime:** static.
constexpr std::string_view describe(fault code) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            return "no fault";
        case fault::unexpected_end:
            return "the text ends too early";
        case fault::unexpected_character:
            return "unexpected character";
        case fault::invalid_literal:
            return "misspelt true, false or null";
        case fault::invalid_number:
            return "malformed number";
        case fault::invalid_string:
            return "unescaped control character in a string";
        case fault::invalid_escape:
            return "unknown escape in a string";
        case fault::invalid_utf8:
            return "ill-formed UTF-8 in a string";
        case fault::too_deep:
            return "too many nested arrays and objects";
        case fault::trailing_text:
            return "text behind the value";
        case fault::wrong_type:
            return "a value of another type was expected";
        case fault::number_out_of_range:
            return "number out of range";
    }
    return "unknown fault";
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
