// SPDX-License-Identifier: MIT
// Owns the writer of compact JSON text: commas, colons, escapes, shortest numbers, straight into the caller's string.
// Never builds a tree or an intermediate string, never asks the locale, and never writes ill-formed UTF-8.
#ifndef BEDROCK_JSON_WRITER_HPP
#define BEDROCK_JSON_WRITER_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/number.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/scan.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

/// What becomes of strings and names that are not well-formed UTF-8.
enum class invalid_utf8 : unsigned char {
    fail,     ///< the fault `invalid_utf8`
    replace,  ///< one U+FFFD for each maximal ill-formed subpart, as the WHATWG Encoding standard's decoder does
};

struct writer_options {
    invalid_utf8 on_invalid_utf8 = invalid_utf8::replace;
};

/// Appends one JSON text to a string, without white space:
///
///     writer.begin_object();
///     writer.key("text");
///     writer.string("hello");
///     writer.end_object();     // {"text":"hello"}
///
/// The calls come in the text's order: in an object a `key` before each value, an `end_...` for each `begin_...`. That
/// is not checked: calls in another order append a text that is not JSON, and do no other harm.
///
/// Strings escape what RFC 8259 requires and nothing else, in the shortest form (`\n`, `\u001f`); U+007F, U+2028 and
/// all other characters stand as they are.
/// **Errors:** after the first fault nothing more is appended; the text up to there stays, cut before the value
/// refused.
/// **Lifetime:** the string outlives the writer; others may append to it between two calls.
/// **Allocates:** in the string only. Views given to the writer must not lie in it.
class writer {
  public:
    explicit writer(std::string& out, writer_options options = {}) noexcept : out_(&out), options_(options) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    /// The name of a member; its value comes next. **Errors:** `invalid_utf8`.
    void key(std::string_view name);
    /// **Errors:** `invalid_utf8`.
    void string(std::string_view value);
    void boolean(bool value);
    void null();
    void number(std::int64_t value) { any_number(value); }
    void number(std::uint64_t value) { any_number(value); }
    /// The shortest text that reads back as the same double. **Errors:** `number_out_of_range` for NaN and infinity.
    void number(double value) { any_number(value); }
    /// The shortest text that reads back as the same float: 0.1f is written 0.1. **Errors:** as for a double.
    void number(float value) { any_number(value); }
    /// Every other integer type.
    template <Integer T>
    void number(T value) {
        any_number(value);
    }
    /// A value that is JSON text already, as it is; the caller has checked it (`valid`, `reader::read_raw`).
    void raw(std::string_view json);
    /// A string of `bytes` in standard base64 with padding (RFC 4648, section 4).
    void base64(byte_view bytes);

    /// The first fault; its offset is where in the output string the refused value would stand.
    status state() const noexcept { return state_; }
    bool ok() const noexcept { return state_.ok(); }

  private:
    bool begin_value();
    void open(char bracket);
    void close(char bracket);
    void fail(fault code, std::size_t offset);
    bool quoted(std::string_view text);
    template <Number T>
    void any_number(T value);

    std::string* out_;
    status state_{};
    writer_options options_;
    bool comma_ = false;  // a value stands before the next one
};

// ---------------------------------------------------------------------------------------------------------------------

namespace writer_detail {

// The second character of a two-character escape, or '\0' where there is none.
constexpr char short_escape(char c) noexcept {
    switch (c) {
        case '"':
        case '\\':
            return c;
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        default:
            return '\0';
    }
}

inline void append_escape(std::string& out, char c) {
    char const letter = short_escape(c);
    if (letter != '\0') {
        char const escape[] = {'\\', letter};
        out.append(escape, sizeof escape);
    } else {
        constexpr char hex[] = "0123456789abcdef";
        char const escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        out.append(escape, sizeof escape);
    }
}

}  // namespace writer_detail

inline bool writer::begin_value() {
    if (!state_.ok()) return false;
    if (comma_) out_->push_back(',');
    comma_ = true;
    return true;
}

inline void writer::open(char bracket) {
    if (!begin_value()) return;
    out_->push_back(bracket);
    comma_ = false;
}

inline void writer::close(char bracket) {
    if (!state_.ok()) return;
    out_->push_back(bracket);
    comma_ = true;
}

inline void writer::fail(fault code, std::size_t offset) {
    state_ = {code, offset};
    out_->resize(offset);
}

inline bool writer::quoted(std::string_view text) {
    auto const start = out_->size();
    out_->push_back('"');
    char const* at = text.data();
    char const* const end = at + text.size();
    char const* kept = at;  // from here on nothing is appended yet
    auto const flush = [&] { out_->append(kept, static_cast<std::size_t>(at - kept)); };
    while ((at = find_string_special(at, end)) != end) {
        if (static_cast<unsigned char>(*at) < 0x80) {
            flush();
            writer_detail::append_escape(*out_, *at);
            kept = ++at;
            continue;
        }
        // Non-ASCII comes in runs; a search per character would cost more than the step itself.
        do {
            auto const step = decode_utf8({at, static_cast<std::size_t>(end - at)});
            if (!step.valid) {
                if (options_.on_invalid_utf8 == invalid_utf8::fail) return fail(fault::invalid_utf8, start), false;
                flush();
                append_utf8(*out_, replacement_character);
                kept = at + step.length;
            }
            at += step.length;
        } while (at != end && static_cast<unsigned char>(*at) >= 0x80);
    }
    flush();
    out_->push_back('"');
    return true;
}

inline void writer::key(std::string_view name) {
    if (!begin_value() || !quoted(name)) return;
    out_->push_back(':');
    comma_ = false;
}

inline void writer::string(std::string_view value) {
    if (begin_value()) quoted(value);
}

inline void writer::boolean(bool value) {
    raw(value ? std::string_view("true") : std::string_view("false"));
}

inline void writer::null() {
    raw("null");
}

inline void writer::raw(std::string_view json) {
    if (begin_value()) out_->append(json);
}

inline void writer::base64(byte_view bytes) {
    if (!begin_value()) return;
    out_->push_back('"');
    append_base64(*out_, bytes);
    out_->push_back('"');
}

template <Number T>
void writer::any_number(T value) {
    if (!begin_value()) return;
    char text[number_capacity];
    auto const size = write_number(text, value);
    if (size == 0) return fail(fault::number_out_of_range, out_->size());
    out_->append(text, size);
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
