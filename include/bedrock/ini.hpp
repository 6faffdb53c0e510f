// SPDX-License-Identifier: MIT
// The line grammar of AWS's shared config and credentials files: what each line is, and which are not understood.
// It never does I/O, never allocates, and never decides what a section or a key means.
#ifndef BEDROCK_INI_HPP
#define BEDROCK_INI_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::ini {

/// What is believed of a text, in bytes. No AWS SDK has limits here.
struct limits {
    /// The whole text. 16 MiB: a generated file with a profile of 200 bytes for each of ten roles in 5,000 accounts
    /// has 10 MB.
    std::size_t text = std::size_t{16} << 20;
    /// One line without its end. 128 KiB: the longest argument that Linux hands to a program (MAX_ARG_STRLEN,
    /// execve(2)), and so the longest credential_process that could run.
    std::size_t line = std::size_t{128} << 10;
};

/// What is wrong with a text.
enum class fault : unsigned char {
    none,
    too_large,              ///< the text is over its limit
    line_too_long,          ///< a line is over its limit
    invalid_utf8,           ///< something that is no comment is not UTF-8
    zero_byte,              ///< something that is no comment holds U+0000: mostly a file in UTF-16
    unterminated_section,   ///< `[` without `]`
    text_after_section,     ///< something else than a comment follows `]`; the section counts
    outside_section,        ///< a property before the first section
    missing_equals,         ///< a line that is no section and has no `=`
    missing_key,            ///< nothing before the `=`
    missing_nested_equals,  ///< an indented line below an empty value, without `=`
    missing_nested_key,     ///< the same with nothing before the `=`
};

/// What is wrong, and what was expected. Of the fault alone: no part of a text, which may be a secret.
/// **Lifetime:** static.
constexpr std::string_view describe(fault code) noexcept;

struct status {
    fault code = fault::none;
    /// Where the wrong line begins, in bytes.
    std::size_t offset = 0;
    /// Its number, from 1; 0 for `too_large`.
    std::size_t line = 0;

    constexpr bool ok() const noexcept { return code == fault::none; }
};

enum class line_kind : unsigned char {
    none,          ///< no line: the end, or a fault
    skipped,       ///< not understood, see `problem`; all other members are empty
    section,       ///< `[key]`
    property,      ///< `key = value`; an empty value opens a block of nested lines
    nested,        ///< a `key = value` that is indented further than a property without a value above it
    continuation,  ///< a line that is indented further than a property with a value above it
};

/// A line that says something. **Lifetime:** of the text.
struct line {
    line_kind kind = line_kind::none;
    /// Of a property or nested line: what stands before the first `=`. Of a section: what stands in the brackets.
    std::string_view key{};
    /// Of a property: what stands behind the `=`, without the comment. Of a nested line: the same, but comments count
    /// as value. Of a continuation: all of it, comments too.
    std::string_view value{};
    /// The line without its comment, if it can have one, and without blanks at its ends.
    std::string_view text{};
    /// From 1.
    std::size_t number = 0;
    /// What is wrong with a `skipped` line, or `text_after_section`.
    fault problem = fault::none;
    /// A section or property that does not begin at the line's start.
    bool indented = false;
    /// A line that begins with `[`, also a skipped one.
    bool is_section = false;
};

/// Gives the lines of a text, comments and blank lines left out:
///
///     for (ini::line line; reader.next(line);) use(line);
///     if (auto const state = reader.state(); !state.ok()) report(state);
///
/// The grammar is the one that the AWS SDKs share a test suite for (aws-runtime's profile-parser-tests.json), but
/// indentation is read as botocore does, and a line that is not understood is given as `skipped`:
/// - Lines end in LF or CR LF. Blanks are spaces, tabs and carriage returns. A byte order mark is passed over.
/// - A line that begins with `#` or `;` is a comment. One also ends a section line anywhere, and a property line behind
///   a blank: `value#1` is a value.
/// - Lines that are indented further than the property above belong to it, over blank lines and comments, but not over
///   a section line. They have no comments, but below an empty value one that begins with `#` or `;` is passed over, as
///   botocore and the JavaScript SDK do. Other indented lines are sections, properties and comments like any.
/// - Names and keys are not checked here: see `is_identifier`.
///
/// **Errors:** `too_large` and `line_too_long` end the text. **Lifetime:** the text outlives the reader and what it
/// gives.
/// **Allocates:** nothing.
class reader {
  public:
    explicit reader(std::string_view text, limits allowed = {}) noexcept;

    /// True at a line; false at the end or at a fault, where `found` is an empty line.
    bool next(line& found) noexcept;
    status state() const noexcept { return state_; }

  private:
    enum class below : unsigned char { nothing, section, value, block };  // what a line further in would belong to

    bool take_line(std::string_view& whole) noexcept;
    void classify(std::string_view whole, line& found) noexcept;
    void read_section(std::string_view trimmed, line& found) noexcept;
    void read_property(std::string_view trimmed, line& found) noexcept;
    void read_lower(std::string_view trimmed, line& found) noexcept;
    static fault check_text(std::string_view checked) noexcept;
    static void skip(line& found, fault why) noexcept;
    bool fail(fault code) noexcept;

    std::string_view rest_;
    std::size_t line_limit_;
    std::size_t offset_ = 0;  // of the line being read
    std::size_t next_offset_ = 0;
    std::size_t number_ = 0;
    below below_ = below::nothing;
    std::size_t indent_ = 0;  // of the property above
    status state_;
};

/// What a comment begins with: `#` or `;`.
constexpr bool is_comment_mark(char c) noexcept;

/// True for what may be a name of a profile or a key: one or more of `A-Z a-z 0-9 _ - / . % @ : +`.
constexpr bool is_identifier(std::string_view text) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

// Up to the first mark; with `behind_blank`, up to the first that follows a blank.
constexpr std::string_view without_comment(std::string_view text, bool behind_blank) noexcept {
    std::size_t at = 0;
    while (at != text.size() &&
           !(is_comment_mark(text[at]) && (!behind_blank || (at != 0 && ascii::is_blank(text[at - 1])))))
        ++at;
    return ascii::trim(text.substr(0, at));
}

}  // namespace detail

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            return "no fault";
        case fault::too_large:
            return "the file is larger than is allowed";
        case fault::line_too_long:
            return "the line is longer than is allowed";
        case fault::invalid_utf8:
            return "the line is not valid UTF-8; save the file as UTF-8";
        case fault::zero_byte:
            return "the line holds a zero byte; save the file as UTF-8 (it may be UTF-16)";
        case fault::unterminated_section:
            return "the section begins with '[' but has no ']'; expected [name]";
        case fault::text_after_section:
            return "expected nothing but a comment behind the section's ']'";
        case fault::outside_section:
            return "expected a section such as [default] before the first property";
        case fault::missing_equals:
            return "expected \"name = value\", but the line has no '='";
        case fault::missing_key:
            return "expected \"name = value\", but there is no name before the '='";
        case fault::missing_nested_equals:
            return "expected an indented \"name = value\" below a property without a value, but the line has no '='";
        case fault::missing_nested_key:
            return "expected an indented \"name = value\" below a property without a value, but there is no name "
                   "before the '='";
    }
    return "unknown";
}

constexpr bool is_comment_mark(char c) noexcept {
    return c == '#' || c == ';';
}

constexpr bool is_identifier(std::string_view text) noexcept {
    for (char const c : text) {
        if (!ascii::is_letter(c) && !ascii::is_digit(c) &&
            std::string_view("_-/.%@:+").find(c) == std::string_view::npos)
            return false;
    }
    return !text.empty();
}

inline reader::reader(std::string_view text, limits allowed) noexcept : rest_(text), line_limit_(allowed.line) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.size() > allowed.text) {
        fail(fault::too_large);
    } else if (text.starts_with(byte_order_mark)) {
        rest_.remove_prefix(byte_order_mark.size());
        next_offset_ = byte_order_mark.size();
    }
}

inline bool reader::next(line& found) noexcept {
    found = {};
    std::string_view whole;
    while (take_line(whole)) {
        classify(whole, found);
        if (found.kind == line_kind::none) continue;
        found.number = number_;
        return true;
    }
    return false;
}

inline bool reader::fail(fault code) noexcept {
    state_ = {code, offset_, number_};
    rest_ = {};
    return false;
}

// The next line without its LF.
inline bool reader::take_line(std::string_view& whole) noexcept {
    if (rest_.empty()) return false;
    offset_ = next_offset_;
    ++number_;
    auto const end = rest_.find('\n');
    whole = rest_.substr(0, end);
    auto const taken = end == std::string_view::npos ? rest_.size() : end + 1;
    rest_.remove_prefix(taken);
    next_offset_ += taken;
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    return whole.size() <= line_limit_ || fail(fault::line_too_long);
}

// A line that says nothing leaves `found` as it is.
inline void reader::classify(std::string_view whole, line& found) noexcept {
    auto const trimmed = ascii::trim(whole);
    if (trimmed.empty()) return;
    auto const indent = static_cast<std::size_t>(trimmed.data() - whole.data());
    bool const is_lower = (below_ == below::value || below_ == below::block) && indent > indent_;
    if (is_lower) return read_lower(trimmed, found);
    if (is_comment_mark(trimmed.front())) return;
    indent_ = indent;
    found.indented = indent != 0;
    if (trimmed.front() == '[')
        read_section(trimmed, found);
    else
        read_property(trimmed, found);
}

inline void reader::skip(line& found, fault why) noexcept {
    found = {};
    found.kind = line_kind::skipped;
    found.problem = why;
}

// Comments may hold anything.
inline fault reader::check_text(std::string_view checked) noexcept {
    if (checked.find('\0') != std::string_view::npos) return fault::zero_byte;
    return valid_utf8(checked) ? fault::none : fault::invalid_utf8;
}

// What follows a section line that is not understood belongs to no section, and not to the one before.
inline void reader::read_section(std::string_view trimmed, line& found) noexcept {
    auto const text = detail::without_comment(trimmed, false);
    below_ = below::section;
    auto const end = text.rfind(']');
    auto why = check_text(text);
    if (why == fault::none && end == std::string_view::npos) why = fault::unterminated_section;
    if (why != fault::none) skip(found, why);
    found.is_section = true;
    if (why != fault::none) return;
    if (end + 1 != text.size()) found.problem = fault::text_after_section;
    found.kind = line_kind::section;
    found.key = ascii::trim(text.substr(1, end - 1));
    found.text = text;
}

// What is indented below a property that is not understood belongs to it.
inline void reader::read_property(std::string_view trimmed, line& found) noexcept {
    auto const text = detail::without_comment(trimmed, true);
    bool const is_outside = below_ == below::nothing;
    if (!is_outside) below_ = below::value;
    if (auto const why = check_text(text); why != fault::none) return skip(found, why);
    if (is_outside) return skip(found, fault::outside_section);
    auto const equals = text.find('=');
    if (equals == std::string_view::npos) return skip(found, fault::missing_equals);
    found.kind = line_kind::property;
    found.key = ascii::trim(text.substr(0, equals));
    found.value = ascii::trim(text.substr(equals + 1));
    found.text = text;
    if (found.key.empty()) return skip(found, fault::missing_key);
    if (found.value.empty()) below_ = below::block;
}

inline void reader::read_lower(std::string_view text, line& found) noexcept {
    if (below_ == below::block && is_comment_mark(text.front())) return;
    if (auto const why = check_text(text); why != fault::none) return skip(found, why);
    found.text = text;
    if (below_ == below::value) {
        found.kind = line_kind::continuation;
        found.value = text;
        return;
    }
    // The value keeps what looks like a comment, but a comment cannot hold the only `=`.
    auto const equals = detail::without_comment(text, true).find('=');
    if (equals == std::string_view::npos) return skip(found, fault::missing_nested_equals);
    found.kind = line_kind::nested;
    found.key = ascii::trim(text.substr(0, equals));
    found.value = ascii::trim(text.substr(equals + 1));
    if (found.key.empty()) skip(found, fault::missing_nested_key);
}

}  // namespace bedrock::inline BEDROCK_ABI::ini

#endif
