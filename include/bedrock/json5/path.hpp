// SPDX-License-Identifier: MIT
// Owns the text that names a place in a document: `models.providers.amazon-bedrock.models[0].id`.
// Never looks into a document.
#ifndef BEDROCK_JSON5_PATH_HPP
#define BEDROCK_JSON5_PATH_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json5/scanner.hpp"
#include "bedrock/json5/status.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json5 {

/// Names of members and indices of elements, outermost first.
using path = std::vector<std::string>;

/// Reads names parted by points; `[0]`, `["a.b"]` and `['a.b']` stand behind a name or at the front. A name may hold
/// anything but points, brackets, quotes and control characters.
/// **Errors:** `unexpected_end`, `unexpected_character`, `unclosed_string`, `invalid_escape`, with the byte in `text`;
/// `into` is then as before.
status parse_path(std::string_view text, path& into);

/// Back to a text that `parse_path` reads as `steps`.
std::string format_path(std::span<std::string const> steps);

// ---------------------------------------------------------------------------------------------------------------------

namespace path_detail {

inline bool ends_name(char c) noexcept {
    return c == '.' || c == '[' || c == ']' || c == '"' || c == '\'' || ascii::is_control(c);
}

}  // namespace path_detail

inline status parse_path(std::string_view text, path& into) {
    path steps;
    std::size_t at = 0;
    for (bool first = true; first || at != text.size(); first = false) {
        if (at != text.size() && text[at] == '[') {
            auto const inside = ++at;
            if (at == text.size()) return {fault::unexpected_end, at};
            std::string step;
            if (text[at] == '"' || text[at] == '\'') {
                auto const end = scan_string(text, at);
                if (end.code != fault::none) return {end.code, end.at};
                append_decoded(step, text.substr(at, end.at - at));
                at = end.at;
            } else {
                at = scanner_detail::pass_digits(text, at);
                if (at == inside && at != text.size()) return {fault::unexpected_character, at};
                step = text.substr(inside, at - inside);
            }
            if (at == text.size()) return {fault::unexpected_end, at};
            if (text[at] != ']') return {fault::unexpected_character, at};
            ++at;
            steps.push_back(std::move(step));
            continue;
        }
        if (!first) {
            if (text[at] != '.') return {fault::unexpected_character, at};
            ++at;
        }
        auto const begin = at;
        while (at != text.size() && !path_detail::ends_name(text[at])) ++at;
        if (at == begin) return {at == text.size() ? fault::unexpected_end : fault::unexpected_character, at};
        steps.emplace_back(text.substr(begin, at - begin));
    }
    into = std::move(steps);
    return {};
}

inline std::string format_path(std::span<std::string const> steps) {
    std::string text;
    for (auto const& step : steps) {
        bool is_plain = !step.empty();
        for (char const c : step) is_plain = is_plain && !path_detail::ends_name(c);
        if (is_plain) {
            if (!text.empty()) text.push_back('.');
            text.append(step);
        } else {
            text.push_back('[');
            append_quoted(text, step);
            text.push_back(']');
        }
    }
    return text;
}

}  // namespace bedrock::inline BEDROCK_ABI::json5

#endif
