// SPDX-License-Identifier: MIT
// Owns the completion of JSON that is still arriving: at any time, a valid text of what is certain so far.
// Never guesses what will come, and never looks at a byte twice, however small the pieces are.
#ifndef BEDROCK_JSON_PARTIAL_HPP
#define BEDROCK_JSON_PARTIAL_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/scan.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

/// One JSON text that arrives piece by piece, such as the input of a tool use while the model writes it:
///
///     json::partial input;
///     input.feed(R"({"city":"Lis)");   // input.text() is {"city":"Lis"}
///     input.feed(R"(bon","days":)");   // {"city":"Lisbon"}
///     input.feed("12");                // {"city":"Lisbon","days":12}
///
/// `text()` is what has arrived up to the last certain byte, and what closes it:
/// - arrays and objects that are open are closed;
/// - a string that is open ends behind its last whole character: behind no part of an escape, of a surrogate pair or of
///   a UTF-8 sequence; the name of a member is dropped until its value begins, and the comma in front of it with it;
/// - a number that may go on ends behind its last digit with which it is a number: `-` is dropped, `1.5e+` is `1.5`;
/// - `t`, `f` and `n` are `true`, `false` and `null` at once, as they can become nothing else.
/// So every later text says the same and more: only the last string or number in it grows.
/// The first byte that no continuation can repair is a fault: `text()` then stays what it was in front of that byte.
/// Syntax and limits are the reader's (strict RFC 8259); a lone surrogate escape is kept as it came.
/// **Allocates:** about as much as has arrived. **Cost:** of `feed`, the piece and one byte for each open array and
/// object; of everything else, nothing.
class partial {
  public:
    explicit partial(reader_options options = {}) noexcept;

    /// Takes the next piece, cut anywhere. False once there was a fault, as for every later piece.
    bool feed(std::string_view piece);

    /// The completion; "" while there is no value yet. **Lifetime:** until the next `feed`.
    std::string_view text() const noexcept { return text_; }
    /// The part of `text()` that has arrived; it only ever grows. **Lifetime:** as `text()`.
    std::string_view certain() const noexcept { return std::string_view(text_).substr(0, certain_); }

    /// What has arrived is one whole valid text by itself. A number that no array or object holds may still go on.
    bool complete() const noexcept;

    /// The fault and its place in all that has arrived.
    status state() const noexcept { return {code_, code_ == fault::none ? 0 : arrived_}; }
    bool ok() const noexcept { return code_ == fault::none; }

  private:
    // What the next byte belongs to; of a string from `string` to `utf8`.
    enum class due : unsigned char {
        value,
        first_element,
        first_name,
        name,
        colon,
        after_value,
        string,
        escape,
        hex,
        low_surrogate,         // what follows the escape of a high one
        low_surrogate_escape,  // the same, behind its backslash
        utf8,
        literal,
        minus,
        zero,
        integer,
        point,
        fraction,
        exponent,
        exponent_sign,
        exponent_digits,
    };

    bool take(char c, std::size_t at);
    bool take_value(char c, std::size_t at);
    bool take_structure(char c, std::size_t at);
    bool take_text(char c, std::size_t at);
    bool take_escaped(char c, std::size_t at);
    bool take_hex(char c, std::size_t at);
    bool take_number(char c, std::size_t at);
    bool open(char closer, due next, std::size_t at);
    bool close(char closer, std::size_t at);
    bool refuse(fault code) noexcept {
        code_ = code;
        return false;
    }
    bool expect(due next) noexcept {
        due_ = next;
        return true;
    }
    // Everything up to and with the byte at `at` is certain.
    bool certain_to(std::size_t at, due next) noexcept {
        if (!in_name_) cut_ = at + 1;
        return expect(next);
    }
    bool number_may_end() const noexcept;
    void keep(std::string_view piece, std::size_t passed);

    std::string text_;          // what is certain, and what closes it
    std::size_t certain_ = 0;   // bytes of text_ that have arrived
    std::string waiting_;       // what has arrived behind them
    std::size_t cut_ = 0;       // while feeding: how much of waiting_ and the piece is certain
    std::string closers_;       // one bracket for each open array and object, outermost first
    std::string_view literal_;  // what is missing of a literal
    std::size_t arrived_ = 0;   // bytes in front of the fault
    char sequence_[4] = {};     // of UTF-8
    unsigned char sequence_length_ = 0;
    unsigned char hex_digits_ = 0;
    bool in_name_ = false;       // the string is a member's name
    bool follows_high_ = false;  // the escape follows that of a high surrogate
    due due_ = due::value;
    fault code_ = fault::none;
    unsigned unit_ = 0;  // of UTF-16, from an escape
    unsigned max_depth_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline partial::partial(reader_options options) noexcept
    : max_depth_(options.max_depth < depth_capacity ? options.max_depth : depth_capacity) {}

inline bool partial::number_may_end() const noexcept {
    return due_ == due::zero || due_ == due::integer || due_ == due::fraction || due_ == due::exponent_digits;
}

inline bool partial::complete() const noexcept {
    return ok() && closers_.empty() && (due_ == due::after_value || number_may_end());
}

inline bool partial::feed(std::string_view piece) {
    if (!ok() || piece.empty()) return ok();
    auto const before = waiting_.size();
    char const* const begin = piece.data();
    char const* const end = begin + piece.size();
    cut_ = 0;
    char const* at = begin;
    while (at != end) {
        if (due_ == due::string) {
            char const* const run = find_string_special(at, end);
            if (run != at && !in_name_) cut_ = before + static_cast<std::size_t>(run - begin);
            at = run;
            if (at == end) break;
        }
        auto const cut = cut_;
        if (!take(*at, before + static_cast<std::size_t>(at - begin))) {
            cut_ = cut;
            break;
        }
        ++at;
    }
    auto const passed = static_cast<std::size_t>(at - begin);
    arrived_ += passed;
    keep(piece, passed);
    return ok();
}

// Moves what has become certain, keeps the rest waiting, and closes the text again.
inline void partial::keep(std::string_view piece, std::size_t passed) {
    text_.resize(certain_);
    auto const before = waiting_.size();
    if (cut_ >= before) {
        auto const fresh = cut_ - before;
        if (cut_ != 0) {
            text_.append(waiting_).append(piece.substr(0, fresh));
            waiting_.clear();
        }
        waiting_.append(piece.substr(fresh, passed - fresh));
    } else {
        text_.append(waiting_, 0, cut_);
        waiting_.erase(0, cut_);
        waiting_.append(piece.substr(0, passed));
    }
    certain_ = text_.size();
    if (due_ == due::literal) text_.append(literal_);
    bool const in_string = due_ >= due::string && due_ <= due::utf8;
    if (in_string && !in_name_) text_ += '"';
    text_.append(closers_.rbegin(), closers_.rend());
}

inline bool partial::take(char c, std::size_t at) {
    switch (due_) {
        case due::value:
        case due::first_element:
            return take_value(c, at);
        case due::first_name:
        case due::name:
        case due::colon:
        case due::after_value:
            return take_structure(c, at);
        case due::string:
        case due::utf8:
        case due::low_surrogate:
            return take_text(c, at);
        case due::escape:
        case due::low_surrogate_escape:
            return take_escaped(c, at);
        case due::hex:
            return take_hex(c, at);
        case due::literal:
            if (c != literal_.front()) return refuse(fault::invalid_literal);
            literal_.remove_prefix(1);
            return certain_to(at, literal_.empty() ? due::after_value : due::literal);
        default:
            return take_number(c, at);
    }
}

inline bool partial::take_value(char c, std::size_t at) {
    switch (c) {
        case ' ':
        case '\t':
        case '\n':
        case '\r':
            return true;
        case '{':
            return open('}', due::first_name, at);
        case '[':
            return open(']', due::first_element, at);
        case ']':
            return due_ == due::first_element ? close(c, at) : refuse(fault::unexpected_character);
        case '"':
            in_name_ = false;
            return certain_to(at, due::string);
        case 't':
            literal_ = "rue";
            return certain_to(at, due::literal);
        case 'f':
            literal_ = "alse";
            return certain_to(at, due::literal);
        case 'n':
            literal_ = "ull";
            return certain_to(at, due::literal);
        case '-':
            return expect(due::minus);
        case '0':
            return certain_to(at, due::zero);
        default:
            if (!ascii::is_digit(c)) return refuse(fault::unexpected_character);
            return certain_to(at, due::integer);
    }
}

inline bool partial::take_structure(char c, std::size_t at) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return true;
    if (due_ == due::after_value) {
        if (closers_.empty()) return refuse(fault::trailing_text);
        if (c == ',') return expect(closers_.back() == '}' ? due::name : due::value);
        return close(c, at);
    }
    if (due_ == due::colon) return c == ':' ? expect(due::value) : refuse(fault::unexpected_character);
    if (c == '}' && due_ == due::first_name) return close(c, at);
    if (c != '"') return refuse(fault::unexpected_character);
    in_name_ = true;
    return expect(due::string);
}

inline bool partial::open(char closer, due next, std::size_t at) {
    if (closers_.size() == max_depth_) return refuse(fault::too_deep);
    closers_ += closer;
    return certain_to(at, next);
}

inline bool partial::close(char closer, std::size_t at) {
    if (closers_.back() != closer) return refuse(fault::unexpected_character);
    closers_.pop_back();
    return certain_to(at, due::after_value);
}

// Of a string: anything but what stands behind a backslash.
inline bool partial::take_text(char c, std::size_t at) {
    if (due_ == due::utf8) {
        sequence_[sequence_length_++] = c;
        auto const step = decode_utf8({sequence_, sequence_length_});
        if (step.valid) return certain_to(at, due::string);
        return step.incomplete || refuse(fault::invalid_utf8);
    }
    if (due_ == due::low_surrogate) {
        if (c == '\\') return expect(due::low_surrogate_escape);
        if (!in_name_) cut_ = at;  // the high surrogate stays alone
    }
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
        sequence_length_ = 0;
        due_ = due::utf8;
        return take_text(c, at);
    }
    if (byte < 0x20) return refuse(fault::invalid_string);
    if (c == '\\') {
        follows_high_ = false;
        return expect(due::escape);
    }
    if (c != '"') return certain_to(at, due::string);
    if (in_name_) {
        in_name_ = false;
        return expect(due::colon);
    }
    return certain_to(at, due::after_value);
}

inline bool partial::take_escaped(char c, std::size_t at) {
    if (c == 'u') {
        follows_high_ = due_ == due::low_surrogate_escape;
        hex_digits_ = 0;
        unit_ = 0;
        return expect(due::hex);
    }
    if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return refuse(fault::invalid_escape);
    return certain_to(at, due::string);
}

inline bool partial::take_hex(char c, std::size_t at) {
    char const low = ascii::to_lower(c);
    bool const is_digit = ascii::is_digit(low);
    if (!is_digit && (low < 'a' || low > 'f')) return refuse(fault::invalid_escape);
    unit_ = unit_ * 16 + static_cast<unsigned>(is_digit ? low - '0' : low - 'a' + 10);
    if (++hex_digits_ != 4) return true;
    if (unit_ < 0xD800 || unit_ > 0xDBFF) return certain_to(at, due::string);
    constexpr std::size_t length = 6;  // of this escape: what stands in front of it is certain
    if (follows_high_ && !in_name_) cut_ = at + 1 - length;
    return expect(due::low_surrogate);
}

inline bool partial::take_number(char c, std::size_t at) {
    bool const is_digit = ascii::is_digit(c);
    switch (due_) {
        case due::minus:
            if (!is_digit) return refuse(fault::invalid_number);
            return certain_to(at, c == '0' ? due::zero : due::integer);
        case due::integer:
        case due::fraction:
        case due::exponent_digits:
            if (is_digit) return certain_to(at, due_);
            break;
        case due::point:
            return is_digit ? certain_to(at, due::fraction) : refuse(fault::invalid_number);
        case due::exponent:
            if (c == '+' || c == '-') return expect(due::exponent_sign);
            [[fallthrough]];
        case due::exponent_sign:
            return is_digit ? certain_to(at, due::exponent_digits) : refuse(fault::invalid_number);
        default:
            if (is_digit) return refuse(fault::invalid_number);  // 01
            break;
    }
    if (c == '.' && (due_ == due::zero || due_ == due::integer)) return expect(due::point);
    if ((c == 'e' || c == 'E') && due_ != due::exponent_digits) return expect(due::exponent);
    due_ = due::after_value;
    return take_structure(c, at);
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
