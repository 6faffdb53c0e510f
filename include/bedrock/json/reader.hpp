// SPDX-License-Identifier: MIT
// Owns the pull reader of JSON text: strict RFC 8259, value by value, with the place of the first fault.
// Never builds a tree, never recurses, and never accepts what the RFC does not (comments, NaN, trailing commas, a BOM).
#ifndef BEDROCK_JSON_READER_HPP
#define BEDROCK_JSON_READER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/number.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/scan.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

/// What the next value is, by its first character.
enum class value_kind : unsigned char {
    none,  ///< no value: the root value is read, or a fault has been met
    null,
    boolean,
    number,
    string,
    array,
    object,
};

/// Arrays and objects inside each other that a reader can follow at most, whatever its options say (simdjson's
/// default).
inline constexpr unsigned depth_capacity = 1024;

struct reader_options {
    /// Arrays and objects inside each other that are accepted; `[]` is 1 deep. More than `depth_capacity` counts as
    /// that. 512 is beyond any document a model makes and what JSONTestSuite's deepest accepted text (500) needs.
    unsigned max_depth = 512;
};

/// Reads a JSON text value by value, in the text's order:
///
///     for (reader.begin_object(); reader.next_member(key);)
///         if (key == "text") reader.read_string(text); else reader.skip();
///     if (!reader.finish()) report(reader.state());
///
/// A value is due at the start, after `next_member` and after `next_element` when they return true; it must then be
/// read or skipped before the next `next_...`. A call where no value is due is the fault `unexpected_character`.
/// The caller pairs `begin_object` with `next_member` and `begin_array` with `next_element`.
///
/// **Errors:** the first fault stays, and every later call returns false (or `value_kind::none`) and sets nothing, so
/// that one check at the end is enough. Outputs are set only when a call returns true. Duplicate keys are all passed
/// on.
/// **Lifetime:** the text outlives the reader and the views it gives.
/// **Allocates:** for strings with escapes only, never more than the string is long.
class reader {
  public:
    explicit reader(std::string_view text, reader_options options = {}) noexcept;
    reader(reader const&) = delete;  // views given out may lie in the scratch of this one
    reader& operator=(reader const&) = delete;

    /// The kind of the value that is due; passes over white space only. Where a value is due and none begins, a fault.
    value_kind peek() noexcept;

    bool begin_object() noexcept;
    /// True at a member, with its decoded name; its value is due. False at the `}`, which is consumed, or at a fault.
    /// **Lifetime:** `key` is valid until the next `next_member` or `read_string(std::string_view&)`.
    bool next_member(std::string_view& key);

    bool begin_array() noexcept;
    /// True at an element, which is due. False at the `]`, which is consumed, or at a fault.
    bool next_element() noexcept;

    bool read_null() noexcept;
    bool read_bool(bool& value) noexcept;
    /// An integer, also when written "1.0" or "1e2". **Errors:** `wrong_type` for 1.5, `number_out_of_range`.
    bool read_int64(std::int64_t& value) noexcept;
    /// The nearest double; too small becomes zero. **Errors:** `number_out_of_range` for 1e400.
    bool read_double(double& value) noexcept;
    /// The number's own text, of any size and precision. **Lifetime:** of the text.
    bool read_number(std::string_view& text) noexcept;
    /// A string, decoded: UTF-8, in which U+0000 may occur. A lone surrogate escape (`"\ud800"`) reads as U+FFFD.
    /// **Lifetime:** a view of the text when nothing was escaped, else of the reader's scratch: valid until the next
    /// `read_string(std::string_view&)` or `next_member`.
    bool read_string(std::string_view& value);
    bool read_string(std::string& value);

    /// The exact text of the value that is due, of any kind, without the white space around it; fully checked.
    /// **Lifetime:** of the text.
    bool read_raw(std::string_view& text) noexcept;
    /// Passes over the value that is due; fully checked.
    bool skip() noexcept;

    /// True when the root value has been read and only white space remains.
    bool finish() noexcept;

    status state() const noexcept { return {code_, code_ == fault::none ? 0 : offset()}; }
    bool ok() const noexcept { return code_ == fault::none; }
    /// Reports a fault of the caller's own (`wrong_type`, ...); the first fault stays.
    void fail(fault code, std::size_t offset) noexcept;
    /// Bytes consumed; the fault's place after a fault.
    std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

  private:
    enum class due : unsigned char { value, first, next };  // of what is being read; `first`: just after `[` or `{`

    struct string_token {
        char const* begin = nullptr;  // between the quotes
        char const* end = nullptr;
        bool escaped = false;

        std::size_t size() const noexcept { return static_cast<std::size_t>(end - begin); }
        std::string_view text() const noexcept { return {begin, size()}; }
    };

    bool fail_at(fault code, char const* at) noexcept;
    void pass_space() noexcept;
    bool expect(value_kind kind) noexcept;
    bool begin(value_kind kind) noexcept;
    bool end_token(char const* at, fault otherwise) noexcept;
    bool next(char close) noexcept;
    bool next_name(string_token& name) noexcept;
    bool scan_literal(std::string_view literal) noexcept;
    bool scan_string(string_token& token) noexcept;
    char const* scan_escape(char const* at) noexcept;
    std::string_view decode(string_token const& token);
    bool skip_scalar(value_kind kind) noexcept;

    char const* begin_;
    char const* at_;
    char const* end_;  // moves to the place of a fault, so that nothing is left to read after it
    unsigned depth_ = 0;
    unsigned max_depth_;
    due due_ = due::value;
    fault code_ = fault::none;
    std::string scratch_;
};

/// True when `text` is one JSON value with nothing but white space around it.
bool valid(std::string_view text, reader_options options = {}) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace reader_detail {

constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

constexpr value_kind kind_of(char first) noexcept {
    switch (first) {
        case 'n':
            return value_kind::null;
        case 't':
        case 'f':
            return value_kind::boolean;
        case '"':
            return value_kind::string;
        case '[':
            return value_kind::array;
        case '{':
            return value_kind::object;
        default:
            return first == '-' || ascii::is_digit(first) ? value_kind::number : value_kind::none;
    }
}

constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// What a backslash and `c` stand for; '\0' where they are no escape of one character.
constexpr char unescape(char c) noexcept {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

// The unit of four checked hexadecimal digits.
constexpr char32_t unit_at(char const* digits) noexcept {
    char32_t unit = 0;
    for (int i = 0; i != 4; ++i) unit = unit << 4 | static_cast<char32_t>(hex_value(digits[i]));
    return unit;
}

// Decodes a checked string; no escape is longer decoded than written, so `to` needs room for end - at bytes only.
inline char* decode_string(char const* at, char const* end, char* to) noexcept {
    while (at != end) {
        auto const* const escape = static_cast<char const*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
        auto const plain = static_cast<std::size_t>((escape == nullptr ? end : escape) - at);
        std::memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (at == end) break;
        if (at[1] != 'u') {
            *to++ = unescape(at[1]);
            at += 2;
            continue;
        }
        char32_t code_point = unit_at(at + 2);
        at += 6;
        bool const high = code_point >= 0xD800 && code_point <= 0xDBFF;
        if (high && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
            char32_t const low = unit_at(at + 2);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
                at += 6;
            }
        }
        char bytes[4];
        auto const length = encode_utf8(code_point, bytes);
        std::memcpy(to, bytes, length);
        to += length;
    }
    return to;
}

}  // namespace reader_detail

inline reader::reader(std::string_view text, reader_options options) noexcept
    : begin_(text.data()),
      at_(begin_),
      end_(begin_ + text.size()),
      max_depth_(options.max_depth < depth_capacity ? options.max_depth : depth_capacity) {}

inline bool reader::fail_at(fault code, char const* at) noexcept {
    if (code_ == fault::none) {
        code_ = code;
        at_ = end_ = at;
    }
    return false;
}

inline void reader::fail(fault code, std::size_t offset) noexcept {
    if (code == fault::none) return;
    auto const size = static_cast<std::size_t>(end_ - begin_);
    fail_at(code, begin_ + (offset < size ? offset : size));
}

inline void reader::pass_space() noexcept {
    while (at_ != end_ && reader_detail::is_space(*at_)) ++at_;
}

inline value_kind reader::peek() noexcept {
    pass_space();
    if (due_ != due::value) return value_kind::none;
    if (at_ == end_) return fail_at(fault::unexpected_end, at_), value_kind::none;
    auto const kind = reader_detail::kind_of(*at_);
    if (kind == value_kind::none) fail_at(fault::unexpected_character, at_);
    return kind;
}

inline bool reader::expect(value_kind kind) noexcept {
    auto const found = peek();
    if (found == kind) return true;
    if (found == value_kind::none) return fail_at(fault::unexpected_character, at_);
    return fail_at(fault::wrong_type, at_);
}

inline bool reader::begin(value_kind kind) noexcept {
    if (!expect(kind)) return false;
    if (depth_ == max_depth_) return fail_at(fault::too_deep, at_);
    ++depth_;
    ++at_;
    due_ = due::first;
    return true;
}

inline bool reader::begin_object() noexcept {
    return begin(value_kind::object);
}

inline bool reader::begin_array() noexcept {
    return begin(value_kind::array);
}

// Passes over the comma before the next member or element, or over the bracket that closes the whole.
inline bool reader::next(char close) noexcept {
    pass_space();
    if (at_ == end_) return fail_at(fault::unexpected_end, at_);
    if (due_ == due::value || depth_ == 0) return fail_at(fault::unexpected_character, at_);
    if (*at_ == close) {
        ++at_;
        --depth_;
        due_ = due::next;
        return false;
    }
    if (due_ == due::next) {
        if (*at_ != ',') return fail_at(fault::unexpected_character, at_);
        ++at_;
    }
    due_ = due::value;
    return true;
}

inline bool reader::next_element() noexcept {
    return next(']');
}

inline bool reader::next_name(string_token& name) noexcept {
    if (!next('}')) return false;
    pass_space();
    if (at_ == end_) return fail_at(fault::unexpected_end, at_);
    if (*at_ != '"') return fail_at(fault::unexpected_character, at_);
    if (!scan_string(name)) return false;
    pass_space();
    if (at_ == end_) return fail_at(fault::unexpected_end, at_);
    if (*at_ != ':') return fail_at(fault::unexpected_character, at_);
    ++at_;
    due_ = due::value;
    return true;
}

inline bool reader::next_member(std::string_view& key) {
    string_token name;
    if (!next_name(name)) return false;
    key = decode(name);
    return true;
}

// Consumes a number or literal that ends before `at`: whatever may not follow a value belongs to the misspelling.
inline bool reader::end_token(char const* at, fault otherwise) noexcept {
    if (at != end_ && !reader_detail::is_space(*at) && *at != ',' && *at != ']' && *at != '}')
        return fail_at(otherwise, at);
    at_ = at;
    due_ = due::next;
    return true;
}

inline bool reader::scan_literal(std::string_view literal) noexcept {
    char const* at = at_;
    for (char const c : literal) {
        if (at == end_) return fail_at(fault::unexpected_end, at);
        if (*at != c) return fail_at(fault::invalid_literal, at);
        ++at;
    }
    return end_token(at, fault::invalid_literal);
}

inline bool reader::read_null() noexcept {
    return expect(value_kind::null) && scan_literal("null");
}

inline bool reader::read_bool(bool& value) noexcept {
    if (!expect(value_kind::boolean)) return false;
    bool const read = *at_ == 't';
    if (!scan_literal(read ? std::string_view("true") : std::string_view("false"))) return false;
    value = read;
    return true;
}

inline bool reader::read_number(std::string_view& text) noexcept {
    if (!expect(value_kind::number)) return false;
    char const* const begin = at_;
    auto const [at, code] = scan_number(begin, end_);
    if (code != fault::none) return fail_at(code, at);
    if (!end_token(at, fault::invalid_number)) return false;
    text = {begin, static_cast<std::size_t>(at - begin)};
    return true;
}

inline bool reader::read_int64(std::int64_t& value) noexcept {
    std::string_view number;
    if (!read_number(number)) return false;
    auto const code = parse_int64(number, value);
    return code == fault::none || fail_at(code, number.data());
}

inline bool reader::read_double(double& value) noexcept {
    std::string_view number;
    if (!read_number(number)) return false;
    auto const code = parse_double(number, value);
    return code == fault::none || fail_at(code, number.data());
}

// The byte behind the escape at `at`, or null after a fault.
inline char const* reader::scan_escape(char const* at) noexcept {
    ++at;
    if (at == end_) return fail_at(fault::unexpected_end, at), nullptr;
    if (*at != 'u') {
        if (reader_detail::unescape(*at) == '\0') return fail_at(fault::invalid_escape, at), nullptr;
        return at + 1;
    }
    ++at;
    for (int i = 0; i != 4; ++i, ++at) {
        if (at == end_) return fail_at(fault::unexpected_end, at), nullptr;
        if (reader_detail::hex_value(*at) < 0) return fail_at(fault::invalid_escape, at), nullptr;
    }
    return at;
}

// Consumes the string that begins at the quote under `at_`.
inline bool reader::scan_string(string_token& token) noexcept {
    char const* at = at_ + 1;
    token.begin = at;
    for (;;) {
        at = find_string_special(at, end_);
        if (at == end_) return fail_at(fault::unexpected_end, at);
        auto const c = static_cast<unsigned char>(*at);
        if (c == '"') break;
        if (c == '\\') {
            token.escaped = true;
            at = scan_escape(at);
            if (at == nullptr) return false;
        } else if (c < 0x20) {
            return fail_at(fault::invalid_string, at);
        } else {
            // Non-ASCII comes in runs; a search per character would cost more than the step itself.
            do {
                auto const step = decode_utf8({at, static_cast<std::size_t>(end_ - at)});
                if (step.incomplete) return fail_at(fault::unexpected_end, end_);
                if (!step.valid) return fail_at(fault::invalid_utf8, at);
                at += step.length;
            } while (at != end_ && static_cast<unsigned char>(*at) >= 0x80);
        }
    }
    token.end = at;
    at_ = at + 1;
    due_ = due::next;
    return true;
}

inline std::string_view reader::decode(string_token const& token) {
    if (!token.escaped) return token.text();
    if (scratch_.size() < token.size()) scratch_.resize(token.size());
    char const* const end = reader_detail::decode_string(token.begin, token.end, scratch_.data());
    return {scratch_.data(), static_cast<std::size_t>(end - scratch_.data())};
}

inline bool reader::read_string(std::string_view& value) {
    string_token token;
    if (!expect(value_kind::string) || !scan_string(token)) return false;
    value = decode(token);
    return true;
}

inline bool reader::read_string(std::string& value) {
    string_token token;
    if (!expect(value_kind::string) || !scan_string(token)) return false;
    if (!token.escaped) {
        value.assign(token.begin, token.size());
        return true;
    }
    value.resize(token.size());
    char const* const end = reader_detail::decode_string(token.begin, token.end, value.data());
    value.resize(static_cast<std::size_t>(end - value.data()));
    return true;
}

inline bool reader::skip_scalar(value_kind kind) noexcept {
    bool truth;
    std::string_view number;
    string_token token;
    switch (kind) {
        case value_kind::null:
            return read_null();
        case value_kind::boolean:
            return read_bool(truth);
        case value_kind::number:
            return read_number(number);
        case value_kind::string:
            return scan_string(token);
        default:
            return fail_at(fault::unexpected_character, at_);
    }
}

inline bool reader::skip() noexcept {
    bool in_object[depth_capacity + 1];
    unsigned const outside = depth_;
    string_token name;
    do {
        auto const kind = peek();
        if (kind == value_kind::array || kind == value_kind::object) {
            if (!begin(kind)) return false;
            in_object[depth_] = kind == value_kind::object;
        } else if (!skip_scalar(kind)) {
            return false;
        }
        // Closes all that ends here, up to the next value.
        while (depth_ != outside && !(in_object[depth_] ? next_name(name) : next_element()))
            if (code_ != fault::none) return false;
    } while (depth_ != outside);
    return true;
}

inline bool reader::read_raw(std::string_view& text) noexcept {
    pass_space();
    char const* const begin = at_;
    if (!skip()) return false;
    text = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
}

inline bool reader::finish() noexcept {
    pass_space();
    if (code_ != fault::none) return false;
    if (at_ != end_) return fail_at(fault::trailing_text, at_);
    if (depth_ != 0 || due_ != due::next) return fail_at(fault::unexpected_end, at_);
    return true;
}

inline bool valid(std::string_view text, reader_options options) noexcept {
    reader whole(text, options);
    return whole.skip() && whole.finish();
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
