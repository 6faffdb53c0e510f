// SPDX-License-Identifier: MIT
// What Converse takes as a text, a name, an id or a signature in a conversation, and the nearest valid form of each.
// It never looks at more than one of them at a time.
#ifndef BEDROCK_CONVERSATION_RULES_HPP
#define BEDROCK_CONVERSATION_RULES_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::converse_rules {

inline constexpr std::size_t longest_tool_name = 64;       ///< ToolSpecification and ToolUseBlock of the service model
inline constexpr std::size_t longest_tool_use_id = 64;     ///< ToolUseBlock of the service model
inline constexpr std::size_t longest_document_name = 200;  ///< DocumentBlock of the service model

/// True of an empty text and of one that is all white space as Unicode defines it; Converse refuses both.
bool is_blank(std::string_view text) noexcept;

/// 1..64 of a-z A-Z 0-9 _ -
bool valid_tool_name(std::string_view name) noexcept;
bool valid_tool_use_id(std::string_view id, tool_use_id_rule rule) noexcept;
/// 1..200 letters and digits of ASCII, single spaces, - _ ( ) [ ]. The service's own text leaves out the underscore,
/// which it takes, and speaks of white space, of which it takes the space alone.
bool valid_document_name(std::string_view name) noexcept;
/// True of standard base64 with its padding. What a broken stream left of a signature seldom is.
bool whole_signature(std::string_view signature) noexcept;

/// The nearest valid name: `_` for each character that may not stand there, cut to the longest; "unnamed" for "".
std::string make_tool_name(std::string_view name);
/// A valid id that `taken` does not have yet, like this one; takes it.
std::string make_tool_use_id(std::string_view id, tool_use_id_rule rule, class unique_names& taken);
/// The nearest valid name: `-` for each run of characters that may not stand there; "document" when nothing is left.
std::string make_document_name(std::string_view name);

/// Replaces what is not UTF-8 by U+FFFD; false when there was nothing to do.
bool repair_utf8(std::string& text);
/// The same for a JSON text, and `\ufffd` for escapes of lone surrogates, which are no text to most readers.
bool repair_json(std::string& json);

/// Names that are taken, and new ones beside them.
class unique_names {
  public:
    /// False when it was taken before.
    bool take(std::string_view name) { return taken_.emplace(name).second; }
    bool taken(std::string_view name) const { return taken_.find(name) != taken_.end(); }
    /// `name`, else `name` with the lowest free number from 2 on behind it, cut in front of the number; takes it.
    std::string make(std::string_view name, char separator, std::size_t longest);

  private:
    std::set<std::string, std::less<>> taken_;
    std::map<std::string, std::size_t, std::less<>> last_number_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

constexpr bool is_alphanumeric(char c) noexcept {
    return ascii::is_letter(c) || ascii::is_digit(c);
}

constexpr bool may_name_tool(char c) noexcept {
    return is_alphanumeric(c) || c == '_' || c == '-';
}

constexpr bool may_identify_tool_use(char c) noexcept {
    return may_name_tool(c) || c == '.' || c == ':';
}

constexpr bool is_made_by_bedrock(std::string_view id) noexcept {
    return id.starts_with("tooluse_");
}

constexpr bool may_name_document(char c) noexcept {
    return may_name_tool(c) || c == ' ' || c == '(' || c == ')' || c == '[' || c == ']';
}

// The property White_Space of Unicode 15.
constexpr bool is_white_space(char32_t c) noexcept {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

constexpr bool all_of(std::string_view text, std::size_t longest, bool (*may_stand)(char)) noexcept {
    if (text.empty() || text.size() > longest) return false;
    for (char const c : text)
        if (!may_stand(c)) return false;
    return true;
}

inline std::string with_underscores(std::string_view text, std::size_t longest, bool (*may_stand)(char)) {
    std::string made;
    while (!text.empty() && made.size() < longest) {
        auto const length = decode_utf8(text).length;
        made += length == 1 && may_stand(text.front()) ? text.front() : '_';
        text.remove_prefix(length);
    }
    return made.empty() ? "unnamed" : made;
}

// The number that the four digits stand for, or -1.
constexpr long hex4(std::string_view digits) noexcept {
    if (digits.size() < 4) return -1;
    long value = 0;
    for (char const c : digits.substr(0, 4)) {
        char const low = ascii::to_lower(c);
        if (ascii::is_digit(low))
            value = value * 16 + (low - '0');
        else if (low >= 'a' && low <= 'f')
            value = value * 16 + (low - 'a' + 10);
        else
            return -1;
    }
    return value;
}

constexpr bool is_high_surrogate(long unit) noexcept {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

constexpr bool is_low_surrogate(long unit) noexcept {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace detail

inline bool is_blank(std::string_view text) noexcept {
    while (!text.empty()) {
        auto const step = decode_utf8(text);
        if (!step.valid || !detail::is_white_space(step.code_point)) return false;
        text.remove_prefix(step.length);
    }
    return true;
}

inline bool valid_tool_name(std::string_view name) noexcept {
    return detail::all_of(name, longest_tool_name, detail::may_name_tool);
}

inline bool valid_tool_use_id(std::string_view id, tool_use_id_rule rule) noexcept {
    switch (rule) {
        case tool_use_id_rule::claude:
            return detail::all_of(id, longest_tool_use_id, detail::may_name_tool);
        case tool_use_id_rule::nine_letters:
            if (!detail::is_made_by_bedrock(id))
                return id.size() == 9 && detail::all_of(id, 9, detail::is_alphanumeric);
            break;
        case tool_use_id_rule::converse:
            break;
    }
    return detail::all_of(id, longest_tool_use_id, detail::may_identify_tool_use);
}

inline bool valid_document_name(std::string_view name) noexcept {
    return detail::all_of(name, longest_document_name, detail::may_name_document) &&
           name.find("  ") == std::string_view::npos;
}

inline bool whole_signature(std::string_view signature) noexcept {
    if (signature.empty() || signature.size() % 4 != 0) return false;
    for (int padding = 0; padding < 2 && signature.back() == '='; ++padding) signature.remove_suffix(1);
    for (char const c : signature)
        if (!detail::is_alphanumeric(c) && c != '+' && c != '/') return false;
    return true;
}

inline std::string make_tool_name(std::string_view name) {
    return detail::with_underscores(name, longest_tool_name, detail::may_name_tool);
}

inline std::string make_document_name(std::string_view name) {
    if (valid_document_name(name)) return std::string(name);
    std::string made;
    for (char const c : name) {
        if (made.size() == longest_document_name) break;
        bool const fits = detail::may_name_document(c);
        if (fits ? c == ' ' && made.ends_with(' ') : made.ends_with('-')) continue;
        made += fits ? c : '-';
    }
    auto const is_edge = [](char c) { return c == '-' || c == ' '; };
    while (!made.empty() && is_edge(made.back())) made.pop_back();
    std::size_t first = 0;
    while (first < made.size() && is_edge(made[first])) ++first;
    made.erase(0, first);
    return made.empty() ? "document" : made;
}

inline bool repair_utf8(std::string& text) {
    if (valid_utf8(text)) return false;
    std::string repaired;
    append_sanitized_utf8(repaired, text);
    text = std::move(repaired);
    return true;
}

inline bool repair_json(std::string& json) {
    bool changed = repair_utf8(json);
    for (auto at = json.find('\\'); at != std::string::npos && at + 1 < json.size(); at = json.find('\\', at)) {
        if (json[at + 1] != 'u') {
            at += 2;
            continue;
        }
        auto const rest = std::string_view(json).substr(at + 2);
        auto const unit = detail::hex4(rest);
        bool const paired = detail::is_high_surrogate(unit) && rest.substr(4, 2) == "\\u" &&
                            detail::is_low_surrogate(detail::hex4(rest.substr(6)));
        if (!paired && (detail::is_high_surrogate(unit) || detail::is_low_surrogate(unit))) {
            json.replace(at + 2, 4, "fffd");
            changed = true;
        }
        at += paired ? 12 : 2;
    }
    return changed;
}

inline std::string unique_names::make(std::string_view name, char separator, std::size_t longest) {
    std::string made(name);
    while (!take(made)) {
        auto& number = last_number_.try_emplace(std::string(name), std::size_t{1}).first->second;
        auto const ending = separator + std::to_string(++number);
        made = std::string(name.substr(0, longest - ending.size())) + ending;
    }
    return made;
}

namespace detail {

/// Nine letters and digits: the last ones of the id, then numbers in base 36 in the place of the last ones of those.
inline std::string make_nine_letters(std::string_view id, unique_names& taken) {
    std::string made;
    for (char const c : id)
        if (is_alphanumeric(c)) made += c;
    if (made.size() > 9) made.erase(0, made.size() - 9);
    made.insert(0, 9 - made.size(), '0');
    for (std::size_t next = 1; !taken.take(made); ++next) {
        auto at = made.size();
        for (auto left = next; left != 0 && at != 0; left /= 36)
            made[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[left % 36];
    }
    return made;
}

}  // namespace detail

inline std::string make_tool_use_id(std::string_view id, tool_use_id_rule rule, unique_names& taken) {
    if (rule == tool_use_id_rule::nine_letters) return detail::make_nine_letters(id, taken);
    auto const may_be = rule == tool_use_id_rule::claude ? detail::may_name_tool : detail::may_identify_tool_use;
    return taken.make(detail::with_underscores(id, longest_tool_use_id, may_be), '_', longest_tool_use_id);
}

}  // namespace bedrock::inline BEDROCK_ABI::converse_rules

#endif
