// SPDX-License-Identifier: MIT
// Conversions between UTF-8 and UTF-16, the encoding of Windows' interfaces.
// Ill-formed text never fails a conversion: each ill-formed part becomes U+FFFD.
#ifndef BEDROCK_UTF16_HPP
#define BEDROCK_UTF16_HPP

#include "bedrock/config.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// Returns `text` in UTF-16. `Unit` is `char16_t`, or `wchar_t` on Windows.
template <class Unit = char16_t>
std::basic_string<Unit> to_utf16(std::string_view text);

/// Returns `text`, UTF-16, in UTF-8. An unpaired surrogate becomes U+FFFD.
template <class Unit>
std::string from_utf16(std::basic_string_view<Unit> text);

// ---------------------------------------------------------------------------------------------------------------------

template <class Unit>
std::basic_string<Unit> to_utf16(std::string_view text) {
    static_assert(sizeof(Unit) == 2);
    std::basic_string<Unit> converted;
    converted.reserve(text.size());
    while (!text.empty()) {
        auto const step = decode_utf8(text);
        text.remove_prefix(step.length);
        auto const code_point = step.code_point;
        if (code_point < 0x10000) {
            converted.push_back(static_cast<Unit>(code_point));
        } else {
            converted.push_back(static_cast<Unit>(0xD7C0 + (code_point >> 10)));
            converted.push_back(static_cast<Unit>(0xDC00 + (code_point & 0x3FF)));
        }
    }
    return converted;
}

template <class Unit>
std::string from_utf16(std::basic_string_view<Unit> text) {
    static_assert(sizeof(Unit) == 2);
    std::string converted;
    converted.reserve(text.size());
    auto const is_low = [](char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; };
    for (std::size_t i = 0; i != text.size(); ++i) {
        char32_t code_point = static_cast<char16_t>(text[i]);
        bool const is_high = code_point >= 0xD800 && code_point <= 0xDBFF;
        if (is_high && i + 1 != text.size() && is_low(static_cast<char16_t>(text[i + 1])))
            code_point = 0x10000 + ((code_point - 0xD800) << 10) + (static_cast<char16_t>(text[++i]) - 0xDC00u);
        append_utf8(converted, code_point);
    }
    return converted;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
