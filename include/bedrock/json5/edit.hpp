// SPDX-License-Identifier: MIT
// Owns the setting of one value in a JSON5 text that belongs to a person: all else, comments above all, stays byte for
// byte. Never formats what was there, and never writes a text that does not read back as asked.
#ifndef BEDROCK_JSON5_EDIT_HPP
#define BEDROCK_JSON5_EDIT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json5/document.hpp"
#include "bedrock/json5/scanner.hpp"
#include "bedrock/json5/status.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json5 {

/// Appends the document's text to `out` with the value at `steps` being `value`, a JSON5 value as it is to be written,
/// which the caller has checked. A value that is there is replaced where it stands (of members of one name, the last).
/// Else the member is added behind the others of its object, and the objects on the way to it are made, in the file's
/// own manner: line ends, indentation, quotes around names, trailing comma, one line or several.
/// **Errors:** `wrong_type` for something on the way that is neither object nor array, or no steps at all;
/// `no_such_element`; with the place of what is in the way. Nothing is appended then.
status append_with_value(std::string& out, document const& of, std::span<std::string const> steps,
                         std::string_view value);

/// True for a text in which no value has been begun: nothing but white space and comments.
bool is_blank(std::string_view text) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace edit_detail {

constexpr bool is_line_end(char c) noexcept {
    return c == '\n' || c == '\r';
}

// How a text is written.
struct manner {
    std::string_view text{};
    std::string newline = "\n";
    std::string unit = "  ";  // of indentation
    bool in_lines = true;     // an object with members has several lines
    bool spaced = true;       // `a: 1`, not `a:1`
    char quote = '"';

    explicit manner(document const& of);

    std::size_t line_begin(std::size_t at) const noexcept {
        while (at != 0 && !is_line_end(text[at - 1])) --at;
        return at;
    }
    // The blanks that the line around `at` begins with.
    std::string_view indentation(std::size_t at) const noexcept {
        auto const begin = line_begin(at);
        auto end = begin;
        while (end != text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
        return text.substr(begin, end - begin);
    }
    // Looks at the blanks before it alone: files of one long line have many members.
    bool begins_line(std::size_t at) const noexcept {
        while (at != 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
        return at == 0 || is_line_end(text[at - 1]);
    }
    bool has_line_end(std::size_t begin, std::size_t end) const noexcept {
        return text.substr(begin, end - begin).find_first_of("\r\n") != std::string_view::npos;
    }
};

inline manner::manner(document const& of) : text(of.text()) {
    auto const root = of.root();
    if (auto const end = text.find_first_of("\r\n"); end != std::string_view::npos)
        newline = text.substr(end).starts_with("\r\n") ? "\r\n" : std::string(1, text[end]);
    in_lines = has_line_end(root.begin_offset(), root.end_offset()) || !root.first();
    bool has_unit = false;
    bool has_quote = false;
    for (auto at = root; at;) {
        auto const name = at.name_text();
        if (!has_unit && !name.empty() && begins_line(at.name_offset())) {
            auto const outer = indentation(at.parent().begin_offset());
            auto const own = indentation(at.name_offset());
            has_unit = own.size() > outer.size() && own.starts_with(outer);
            if (has_unit) unit = own.substr(outer.size());
        }
        auto const quoted = name.find_first_of("\"'") == 0 ? name : at.text();
        if (!has_quote && (quoted.starts_with('"') || quoted.starts_with('\''))) {
            has_quote = true;
            quote = quoted.front();
        }
        if (at.first()) {
            at = at.first();
            continue;
        }
        while (at && !at.next()) at = at.parent();
        at = at.next();
    }
    if (auto const member = root.first(); member && root.is_object())
        spaced = member.begin_offset() != member.name_offset() + member.name_text().size() + 1;
}

inline std::string write_name(std::string_view name, value beside, manner const& style) {
    auto const example = beside ? beside.name_text() : std::string_view();
    bool const is_quoted = example.starts_with('"') || example.starts_with('\'');
    if (!is_quoted && is_plain_name(name)) return std::string(name);
    std::string written;
    append_quoted(written, name, is_quoted ? example.front() : style.quote);
    return written;
}

// `a: {b: {c: value}}` for three names, without anything before or behind it.
inline std::string write_member(std::span<std::string const> names, std::string_view value, json5::value beside,
                                manner const& style, std::string indentation, bool comma) {
    std::string made;
    std::string end;
    for (std::size_t i = 0; i != names.size(); ++i) {
        made.append(write_name(names[i], beside, style)).append(style.spaced ? ": " : ":");
        if (i + 1 == names.size()) break;
        if (style.in_lines) {
            end.insert(0, style.newline + indentation + "}");
            if (comma) end.insert(0, ",");
            indentation += style.unit;
            made.append("{").append(style.newline).append(indentation);
        } else {
            end.insert(0, style.spaced ? " }" : "}");
            made.append(style.spaced ? "{ " : "{");
        }
    }
    return made.append(value).append(end);
}

// Where the object's content ends: behind its last member, comma or comment.
inline std::size_t content_end(value object, std::string_view text) noexcept {
    auto end = object.end_offset() - 1;
    while (end > object.begin_offset() + 1 && ascii::is_blank(text[end - 1])) --end;
    return end;
}

inline void append_with_member(std::string& out, value object, std::span<std::string const> names,
                               std::string_view value, manner style) {
    auto const text = style.text;
    auto const closing = object.end_offset() - 1;
    auto const content = content_end(object, text);
    auto const last = object.last();
    bool const comma = object.trailing_comma() != 0;
    std::string indentation;
    if (last) {
        // A name that begins its line shows where names stand; else the bracket does.
        bool const shows = style.begins_line(last.name_offset());
        bool const in_lines = shows || style.has_line_end(last.end_offset(), closing);
        style.in_lines = in_lines;
        indentation = shows ? std::string(style.indentation(last.name_offset()))
                            : std::string(style.indentation(closing)) + style.unit;
        out.append(text, 0, last.end_offset())
            .append(comma ? "" : ",")
            .append(text, last.end_offset(), content - last.end_offset());
        if (in_lines)
            out.append(style.newline).append(indentation);
        else if (style.spaced)
            out.append(" ");
        out.append(write_member(names, value, last, style, indentation, comma)).append(comma ? "," : "");
        out.append(text, content);
        return;
    }
    style.in_lines = style.in_lines || style.has_line_end(object.begin_offset(), closing);
    auto const beside = object.name_text().empty() ? json5::value() : object;
    auto const outer = std::string(style.indentation(object.begin_offset()));
    bool const closes_line = style.has_line_end(content, closing);
    out.append(text, 0, content);
    if (style.in_lines) {
        indentation = outer + style.unit;
        out.append(style.newline).append(indentation);
    } else if (style.spaced) {
        out.append(" ");
    }
    out.append(write_member(names, value, beside, style, indentation, comma));
    if (style.in_lines && !closes_line)
        out.append(style.newline).append(outer).append(text, closing);
    else if (!style.in_lines && style.spaced && content == closing)
        out.append(" ").append(text, closing);
    else
        out.append(text, content);
}

}  // namespace edit_detail

inline status append_with_value(std::string& out, document const& of, std::span<std::string const> steps,
                                std::string_view value) {
    auto at = of.root();
    if (steps.empty() || !at) return {fault::wrong_type, 0};
    std::size_t known = 0;
    for (; known != steps.size(); ++known) {
        if (!at.is_object() && !at.is_array()) return {fault::wrong_type, at.begin_offset()};
        auto const next = at.find(steps.subspan(known, 1));
        if (!next && at.is_array()) return {fault::no_such_element, at.begin_offset()};
        if (!next) break;
        at = next;
    }
    if (known == steps.size())
        out.append(of.text(), 0, at.begin_offset()).append(value).append(of.text(), at.end_offset());
    else
        edit_detail::append_with_member(out, at, steps.subspan(known), value, edit_detail::manner(of));
    return {};
}

inline bool is_blank(std::string_view text) noexcept {
    auto const end = pass_space(text, 0);
    return end.code == fault::none && end.at == text.size();
}

}  // namespace bedrock::inline BEDROCK_ABI::json5

#endif
