// SPDX-License-Identifier: MIT
// Owns a JSON reader over simdjson, for those who have it: `json::reader`'s members, contract and answers.
// Never included by another header, and never decides a fault: whatever simdjson refuses, `json::reader` reads again.
#ifndef BEDROCK_SIMDJSON_HPP
#define BEDROCK_SIMDJSON_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/json/value_reader.hpp"
#include "bedrock/result.hpp"
#include "bedrock/scan.hpp"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json {

/// As `json::reader`, over simdjson 3.0.1 or newer, which the program must link. simdjson finds the structure, checks
/// the UTF-8 of the whole text and decodes escapes; numbers, literals and what is skipped or kept as text are read by
/// `json::reader`, so that numbers stay exact and everything is checked. From the first thing that simdjson refuses on
/// (a fault, a number or a depth beyond its own limits, a lone surrogate), all is read by a `json::reader` that is led
/// to the same place: values, faults and their places are the same.
/// It is for programs that want one JSON parser: `json::reader` alone takes half the time (benchmarks/README.md).
/// **Allocates:** a copy of the text with room behind it, and simdjson's index of it.
class simdjson_reader {
  public:
    explicit simdjson_reader(std::string_view text, reader_options options = {});
    simdjson_reader(simdjson_reader const&) = delete;
    simdjson_reader& operator=(simdjson_reader const&) = delete;

    value_kind peek();
    bool begin_object();
    bool next_member(std::string_view& key);
    bool begin_array();
    bool next_element();
    bool read_null();
    bool read_bool(bool& value);
    bool read_int64(std::int64_t& value);
    bool read_double(double& value);
    bool read_number(std::string_view& text);
    /// **Lifetime:** as with `json::reader`; a decoded one is valid as long as the reader.
    bool read_string(std::string_view& value);
    bool read_string(std::string& value);
    bool read_raw(std::string_view& text);
    bool skip();
    bool finish();
    status state() const noexcept { return other_ ? other_->state() : status{}; }
    bool ok() const noexcept { return !other_ || other_->ok(); }
    void fail(fault code, std::size_t offset);
    std::size_t offset() const noexcept { return other_ ? other_->offset() : offset_; }

  private:
    struct level {
        bool object = false;
        std::size_t items = 0;  // that were begun
        simdjson::ondemand::array_iterator element{};
        simdjson::ondemand::object_iterator member{};
    };

    std::size_t pass_space(std::size_t at) const noexcept;
    bool is_at(std::size_t at, char c) const noexcept { return at < text_.size() && text_[at] == c; }
    bool begin(bool object);
    bool next(bool object, std::string_view& key);
    bool begin_item(level& in, std::string_view& key);
    template <class Decode>
    bool take_string(std::size_t& at, std::string_view& value, Decode decode);
    template <class Read>
    bool by_reader(Read read);
    reader& hand_over();

    std::string_view text_;
    reader_options options_;
    std::string padded_;
    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
    simdjson::ondemand::value value_;  // the one that is due, but for the root
    std::vector<level> levels_;
    std::size_t offset_ = 0;
    bool due_ = true;
    std::optional<reader> other_;  // reads on where simdjson gave up
};

/// `read<T>` through simdjson: the same values, and the same errors.
template <class T>
result<T> read_by_simdjson(std::string_view text, read_options options = {});

// ---------------------------------------------------------------------------------------------------------------------

inline simdjson_reader::simdjson_reader(std::string_view text, reader_options options)
    : text_(text), options_(options) {
    padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded_.assign(text);
    if (options_.max_depth > depth_capacity) options_.max_depth = depth_capacity;
    // simdjson counts a document and a scalar as levels too.
    if (parser_.allocate(padded_.size(), depth_capacity + 2) != simdjson::SUCCESS ||
        parser_.iterate(padded_.data(), padded_.size(), padded_.capacity()).get(document_) != simdjson::SUCCESS)
        hand_over();
}

// A reader at the same place, the way to which has been checked: what was read there is skipped.
inline reader& simdjson_reader::hand_over() {
    if (other_) return *other_;
    auto& in = other_.emplace(text_, options_);
    std::string_view name;
    for (auto const& one : levels_) {
        one.object ? in.begin_object() : in.begin_array();
        for (std::size_t item = 0; item != one.items; ++item) {
            if (item != 0) in.skip();
            one.object ? in.next_member(name) : in.next_element();
        }
    }
    if (!due_ && (levels_.empty() || levels_.back().items != 0)) in.skip();
    if (in.offset() < offset_) in.peek();
    return in;
}

inline std::size_t simdjson_reader::pass_space(std::size_t at) const noexcept {
    while (at != text_.size() && reader_detail::is_space(text_[at])) ++at;
    return at;
}

inline value_kind simdjson_reader::peek() {
    if (!other_) {
        offset_ = pass_space(offset_);
        if (!due_) return value_kind::none;
        auto const kind = offset_ == text_.size() ? value_kind::none : reader_detail::kind_of(text_[offset_]);
        if (kind != value_kind::none) return kind;
    }
    return hand_over().peek();
}

inline bool simdjson_reader::begin(bool object) {
    if (other_ || peek() != (object ? value_kind::object : value_kind::array) || levels_.size() == options_.max_depth)
        return false;
    level inside;
    inside.object = object;
    bool const root = levels_.empty();
    simdjson::error_code wrong;
    if (object) {
        simdjson::ondemand::object members;
        wrong = (root ? document_.get_object() : value_.get_object()).get(members);
        if (wrong == simdjson::SUCCESS) wrong = members.begin().get(inside.member);
    } else {
        simdjson::ondemand::array elements;
        wrong = (root ? document_.get_array() : value_.get_array()).get(elements);
        if (wrong == simdjson::SUCCESS) wrong = elements.begin().get(inside.element);
    }
    if (wrong != simdjson::SUCCESS) return false;
    levels_.push_back(inside);
    ++offset_;
    due_ = false;
    return true;
}

inline bool simdjson_reader::begin_object() {
    return begin(true) || hand_over().begin_object();
}

inline bool simdjson_reader::begin_array() {
    return begin(false) || hand_over().begin_array();
}

// The string at the quote at `at`, which simdjson has found to be closed and free of what has to be escaped.
template <class Decode>
bool simdjson_reader::take_string(std::size_t& at, std::string_view& value, Decode decode) {
    char const* const begin = text_.data() + at + 1;
    char const* const end = text_.data() + text_.size();
    char const* quote = find_string_special_ascii(begin, end);
    bool escaped = false;
    while (end - quote > 2 && *quote == '\\') {
        escaped = true;
        quote = find_string_special_ascii(quote + 2, end);
    }
    if (quote == end || *quote != '"') return false;
    if (!escaped) {
        value = {begin, static_cast<std::size_t>(quote - begin)};
    } else {
        std::string_view decoded;
        if (decode().get(decoded) != simdjson::SUCCESS) return false;  // a lone surrogate too
        value = decoded;
    }
    at = static_cast<std::size_t>(quote + 1 - text_.data());
    return true;
}

// What is due next in `in`: true where simdjson and the text agree that it begins.
inline bool simdjson_reader::begin_item(level& in, std::string_view& key) {
    auto at = pass_space(offset_);
    if (in.items != 0) ++at;  // the comma, without which simdjson would have ended
    if (in.object) {
        simdjson::ondemand::field member;
        if ((*in.member).get(member) != simdjson::SUCCESS) return false;
        at = pass_space(at);
        if (!is_at(at, '"') || member.key().raw() != padded_.data() + at + 1) return false;
        value_ = member.value();
        std::string_view name;
        if (!take_string(at, name, [&] { return member.unescaped_key(); })) return false;
        at = pass_space(at);
        if (!is_at(at, ':')) return false;
        ++at;
        key = name;
    } else if ((*in.element).get(value_) != simdjson::SUCCESS) {
        return false;
    }
    ++in.items;
    offset_ = at;
    due_ = true;
    return true;
}

inline bool simdjson_reader::next(bool object, std::string_view& key) {
    if (!other_ && !due_ && !levels_.empty() && levels_.back().object == object) {
        auto& top = levels_.back();
        if (top.items != 0) {
            if (object)
                ++top.member;
            else
                ++top.element;
        }
        bool const open = object ? top.member != simdjson::ondemand::object_iterator{}
                                 : top.element != simdjson::ondemand::array_iterator{};
        if (open) {
            if (begin_item(top, key)) return true;
        } else if (auto const at = pass_space(offset_); is_at(at, object ? '}' : ']')) {
            offset_ = at + 1;
            levels_.pop_back();
            return false;
        }
    }
    auto& in = hand_over();
    return object ? in.next_member(key) : in.next_element();
}

inline bool simdjson_reader::next_member(std::string_view& key) {
    return next(true, key);
}

inline bool simdjson_reader::next_element() {
    std::string_view none;
    return next(false, none);
}

// Reads the value that is due by a reader of what is left: simdjson passes over it later.
template <class Read>
bool simdjson_reader::by_reader(Read read) {
    if (!other_ && due_) {
        auto const depth = static_cast<unsigned>(levels_.size());
        reader rest(text_.substr(offset_), {options_.max_depth - depth});
        if (read(rest)) {
            offset_ += rest.offset();
            due_ = false;
            return true;
        }
    }
    return read(hand_over());
}

inline bool simdjson_reader::read_null() {
    return by_reader([](reader& in) { return in.read_null(); });
}

inline bool simdjson_reader::read_bool(bool& value) {
    return by_reader([&](reader& in) { return in.read_bool(value); });
}

inline bool simdjson_reader::read_int64(std::int64_t& value) {
    return by_reader([&](reader& in) { return in.read_int64(value); });
}

inline bool simdjson_reader::read_double(double& value) {
    return by_reader([&](reader& in) { return in.read_double(value); });
}

inline bool simdjson_reader::read_number(std::string_view& text) {
    return by_reader([&](reader& in) { return in.read_number(text); });
}

inline bool simdjson_reader::read_raw(std::string_view& text) {
    return by_reader([&](reader& in) { return in.read_raw(text); });
}

inline bool simdjson_reader::skip() {
    return by_reader([](reader& in) { return in.skip(); });
}

inline bool simdjson_reader::read_string(std::string_view& value) {
    if (!other_ && !levels_.empty() && peek() == value_kind::string) {
        if (take_string(offset_, value, [&] { return value_.get_string(); })) {
            due_ = false;
            return true;
        }
    }
    return hand_over().read_string(value);
}

inline bool simdjson_reader::read_string(std::string& value) {
    std::string_view text;
    if (!read_string(text)) return false;
    value.assign(text);
    return true;
}

inline bool simdjson_reader::finish() {
    if (!other_ && levels_.empty() && !due_ && pass_space(offset_) == text_.size()) {
        offset_ = text_.size();
        return true;
    }
    return hand_over().finish();
}

inline void simdjson_reader::fail(fault code, std::size_t offset) {
    if (code != fault::none) hand_over().fail(code, offset);
}

template <class T>
result<T> read_by_simdjson(std::string_view text, read_options options) {
    T value{};
    simdjson_reader in(text, options.reader);
    value_reader<simdjson_reader> values(in, text);
    if (values.read(type_of<T>, &value) && in.finish()) return value;
    return bedrock::fail(options.code, values.problem());
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
