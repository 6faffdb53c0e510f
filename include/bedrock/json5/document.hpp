// SPDX-License-Identifier: MIT
// Owns a JSON5 text that has been read whole: its values in their order, each with its place in the text.
// Never copies what a value says before it is asked for, never recurses, and never changes the text.
#ifndef BEDROCK_JSON5_DOCUMENT_HPP
#define BEDROCK_JSON5_DOCUMENT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/number.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/json5/scanner.hpp"
#include "bedrock/json5/status.hpp"
#include "bedrock/utf8.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json5 {

using json::value_kind;

struct limits {
    /// Larger texts are not read; at most 4 GiB less one. Default: far above any configuration.
    std::size_t bytes = std::size_t{4} << 20;
    /// Values of all kinds together: each costs 40 bytes.
    std::size_t values = 100'000;
    /// Arrays and objects inside each other. Default: as `json::reader_options`.
    unsigned depth = 512;
};

class document;

/// A value in a document, or nothing: every call on nothing answers nothing, so that steps may follow each other and be
/// checked once. Small; pass it by value. **Lifetime:** of the document.
class value {
  public:
    value() noexcept = default;

    explicit operator bool() const noexcept { return of_ != nullptr; }
    value_kind kind() const noexcept;
    bool is_object() const noexcept { return kind() == value_kind::object; }
    bool is_array() const noexcept { return kind() == value_kind::array; }

    /// As it is written, without white space and comments around it.
    std::string_view text() const noexcept;
    /// Byte offsets of `text()` in the document's text.
    std::size_t begin_offset() const noexcept;
    std::size_t end_offset() const noexcept;

    /// The first member or element; nothing in an empty or other value.
    value first() const noexcept;
    value last() const noexcept;
    /// The member or element behind this one.
    value next() const noexcept;
    value parent() const noexcept;
    std::size_t index() const noexcept { return index_; }
    /// Behind the comma after the last member or element; 0 where there is no such comma.
    std::size_t trailing_comma() const noexcept;

    /// The name of this member; "" for what is none.
    std::string name() const;
    /// As it is written, with its quotes where it has some.
    std::string_view name_text() const noexcept;
    std::size_t name_offset() const noexcept;
    bool is_named(std::string_view name) const;

    /// The member of that name. Of several the last one counts, as in ECMAScript.
    value find(std::string_view name) const;
    /// By names of members, and indices of elements in decimal digits.
    value find(std::span<std::string const> steps) const;
    value at(std::size_t index) const noexcept;

    /// Set their argument on success only. **Errors:** `wrong_type`, `not_finite`, `number_out_of_range`.
    fault read(bool& into) const noexcept;
    fault read(std::int64_t& into) const;
    fault read(double& into) const;
    fault read(std::string& into) const;

  private:
    friend class document;
    value(document const* of, std::uint32_t index) noexcept : of_(of), index_(index) {}
    fault read_number(std::string& json) const;

    document const* of_ = nullptr;
    std::uint32_t index_ = 0;
};

/// **Lifetime:** moving or destroying a document ends its values and views.
class document {
  public:
    /// Reads a text whole; on a fault the document has no values.
    /// **Wire:** JSON5 1.0.0 (spec.json5.org); names in an object may occur twice. **Allocates:** for the values, which
    /// the limits bound.
    status parse(std::string text, limits allowed = {});

    std::string const& text() const noexcept { return text_; }
    /// Nothing before a text has been read.
    value root() const noexcept { return nodes_.empty() ? value() : value(this, 0); }

  private:
    friend class value;
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    struct node {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::uint32_t name_begin = 0;
        std::uint32_t name_end = 0;
        std::uint32_t parent = none;
        std::uint32_t first = none;
        std::uint32_t last = none;
        std::uint32_t next = none;
        std::uint32_t trailing_comma = 0;
        value_kind kind = value_kind::none;
    };
    class parser;

    value make(std::uint32_t index) const noexcept { return index == none ? value() : value(this, index); }

    std::string text_;
    std::vector<node> nodes_;
};

/// Appends a value as compact JSON. **Errors:** `not_finite`, `number_out_of_range`, with the offset; `out` is then as
/// before.
status append_json(std::string& out, value from);

// ---------------------------------------------------------------------------------------------------------------------

class document::parser {
  public:
    parser(document& into, limits const& allowed) noexcept : out_(into), text_(into.text_), allowed_(allowed) {}

    status run() {
        if (!pass() || !begin_value({})) return state_;
        while (open_ != none)
            if (!step()) return state_;
        if (pass() && at_ != text_.size()) fail(fault::trailing_text, at_);
        return state_;
    }

  private:
    bool fail(fault code, std::size_t at) noexcept {
        state_ = {code, at};
        return false;
    }
    bool pass() noexcept {
        auto const end = pass_space(text_, at_);
        at_ = end.at;
        return end.code == fault::none || fail(end.code, end.at);
    }
    bool take(char c) noexcept {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    node& container() noexcept { return out_.nodes_[open_]; }

    // Passes over one member or element of the open container, or closes it.
    bool step() {
        bool const is_object = container().kind == value_kind::object;
        if (!pass()) return false;
        bool const is_first = container().last == none;
        if (!is_first) {
            if (take(',')) {
                auto const behind = at_;
                if (!pass()) return false;
                if (at_closing(is_object)) container().trailing_comma = static_cast<std::uint32_t>(behind);
            } else if (at_ == text_.size()) {
                return fail(fault::unexpected_end, at_);
            } else if (!at_closing(is_object)) {
                return fail(fault::missing_comma, at_);
            }
        }
        if (at_ == text_.size()) return fail(fault::unexpected_end, at_);
        if (at_closing(is_object)) {
            ++at_;
            container().end = static_cast<std::uint32_t>(at_);
            open_ = container().parent;
            --depth_;
            return true;
        }
        std::pair<std::size_t, std::size_t> name{};
        if (is_object && !scan_member_name(name)) return false;
        return begin_value(name);
    }
    bool at_closing(bool is_object) const noexcept {
        return at_ != text_.size() && text_[at_] == (is_object ? '}' : ']');
    }

    bool scan_member_name(std::pair<std::size_t, std::size_t>& name) {
        bool const is_quoted = text_[at_] == '"' || text_[at_] == '\'';
        auto const end = is_quoted ? scan_string(text_, at_) : scan_name(text_, at_);
        if (end.code != fault::none) return fail(end.code, end.at);
        if (end.at == at_) return fail(fault::unexpected_character, at_);
        name = {at_, end.at};
        at_ = end.at;
        if (!pass()) return false;
        if (at_ == text_.size()) return fail(fault::unexpected_end, at_);
        if (!take(':')) return fail(fault::missing_colon, at_);
        return pass();
    }

    // Appends the value that is due at `at_`, which stays open where it is an array or an object.
    bool begin_value(std::pair<std::size_t, std::size_t> name) {
        if (at_ == text_.size()) return fail(fault::unexpected_end, at_);
        if (out_.nodes_.size() >= allowed_.values) return fail(fault::too_large, at_);
        node made;
        made.begin = static_cast<std::uint32_t>(at_);
        made.name_begin = static_cast<std::uint32_t>(name.first);
        made.name_end = static_cast<std::uint32_t>(name.second);
        made.parent = open_;
        char const c = text_[at_];
        if (c == '{' || c == '[') {
            made.kind = c == '{' ? value_kind::object : value_kind::array;
            if (depth_ == allowed_.depth) return fail(fault::too_deep, at_);
            ++depth_;
            ++at_;
        } else if (!scan_scalar(made)) {
            return false;
        }
        made.end = static_cast<std::uint32_t>(at_);
        auto const index = static_cast<std::uint32_t>(out_.nodes_.size());
        if (open_ != none) {
            auto& within = container();
            (within.first == none ? within.first : out_.nodes_[within.last].next) = index;
            within.last = index;
        }
        out_.nodes_.push_back(made);
        if (made.kind == value_kind::object || made.kind == value_kind::array) open_ = index;
        return true;
    }

    bool scan_scalar(node& made) noexcept {
        char const c = text_[at_];
        token_end end;
        if (c == '"' || c == '\'') {
            made.kind = value_kind::string;
            end = scan_string(text_, at_);
        } else if (ascii::is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'I' || c == 'N') {
            made.kind = value_kind::number;
            end = scan_number(text_, at_);
        } else {
            end = scan_name(text_, at_);
            auto const word = text_.substr(at_, end.at - at_);
            made.kind = word == "null" ? value_kind::null : value_kind::boolean;
            if (end.code == fault::none && word != "null" && word != "true" && word != "false")
                return fail(word.empty() ? fault::unexpected_character : fault::unknown_word, at_);
        }
        if (end.code != fault::none) return fail(end.code, end.at);
        at_ = end.at;
        return true;
    }

    document& out_;
    std::string_view text_;
    limits const& allowed_;
    status state_{};
    std::size_t at_ = 0;
    std::uint32_t open_ = none;
    unsigned depth_ = 0;
};

inline status document::parse(std::string text, limits allowed) {
    constexpr std::size_t most_bytes = 0xFFFFFFFE;  // offsets have 32 bits
    nodes_.clear();
    text_ = std::move(text);
    auto const most = allowed.bytes < most_bytes ? allowed.bytes : most_bytes;
    if (text_.size() > most) return {fault::too_large, most};
    if (auto const bad = find_invalid_utf8(text_); bad != std::string_view::npos) return {fault::invalid_utf8, bad};
    auto const state = parser(*this, allowed).run();
    if (!state.ok()) nodes_.clear();
    return state;
}

inline value_kind value::kind() const noexcept {
    return of_ ? of_->nodes_[index_].kind : value_kind::none;
}
inline std::size_t value::begin_offset() const noexcept {
    return of_ ? of_->nodes_[index_].begin : 0;
}
inline std::size_t value::end_offset() const noexcept {
    return of_ ? of_->nodes_[index_].end : 0;
}
inline std::string_view value::text() const noexcept {
    return of_ ? std::string_view(of_->text_).substr(begin_offset(), end_offset() - begin_offset())
               : std::string_view();
}
inline value value::first() const noexcept {
    return of_ ? of_->make(of_->nodes_[index_].first) : value();
}
inline value value::last() const noexcept {
    return of_ ? of_->make(of_->nodes_[index_].last) : value();
}
inline value value::next() const noexcept {
    return of_ ? of_->make(of_->nodes_[index_].next) : value();
}
inline value value::parent() const noexcept {
    return of_ ? of_->make(of_->nodes_[index_].parent) : value();
}
inline std::size_t value::trailing_comma() const noexcept {
    return of_ ? of_->nodes_[index_].trailing_comma : 0;
}
inline std::size_t value::name_offset() const noexcept {
    return of_ ? of_->nodes_[index_].name_begin : 0;
}
inline std::string_view value::name_text() const noexcept {
    if (!of_) return {};
    auto const& node = of_->nodes_[index_];
    return std::string_view(of_->text_).substr(node.name_begin, node.name_end - node.name_begin);
}
inline std::string value::name() const {
    std::string decoded;
    append_decoded(decoded, name_text());
    return decoded;
}

inline bool value::is_named(std::string_view name) const {
    auto written = name_text();
    if (written.empty()) return false;  // an element: a member's name has quotes at least
    if (written.find('\\') != std::string_view::npos) return this->name() == name;
    if (written.front() == '"' || written.front() == '\'') written = written.substr(1, written.size() - 2);
    return written == name;
}

inline value value::find(std::string_view name) const {
    value found;
    for (auto member = first(); member; member = member.next())
        if (member.is_named(name)) found = member;
    return found;
}

inline value value::at(std::size_t index) const noexcept {
    auto element = first();
    for (; element && index != 0; --index) element = element.next();
    return element;
}

inline value value::find(std::span<std::string const> steps) const {
    auto found = *this;
    for (auto const& step : steps) {
        if (!found.is_array()) {
            found = found.find(step);
            continue;
        }
        std::size_t index = 0;
        char const* const end = step.data() + step.size();
        auto const [stop, code] = std::from_chars(step.data(), end, index);
        found = code == std::errc{} && stop == end ? found.at(index) : value();
    }
    return found;
}

inline fault value::read(bool& into) const noexcept {
    if (kind() != value_kind::boolean) return fault::wrong_type;
    into = text() == "true";
    return fault::none;
}

inline fault value::read_number(std::string& json) const {
    return kind() == value_kind::number ? append_json_number(json, text()) : fault::wrong_type;
}

inline fault value::read(std::int64_t& into) const {
    std::string number;
    if (auto const code = read_number(number); code != fault::none) return code;
    auto const code = json::parse_int64(number, into);
    if (code == json::fault::none) return fault::none;
    return code == json::fault::wrong_type ? fault::wrong_type : fault::number_out_of_range;
}

inline fault value::read(double& into) const {
    std::string number;
    if (auto const code = read_number(number); code != fault::none) return code;
    return json::parse_double(number, into) == json::fault::none ? fault::none : fault::number_out_of_range;
}

inline fault value::read(std::string& into) const {
    if (kind() != value_kind::string) return fault::wrong_type;
    into.clear();
    append_decoded(into, text());
    return fault::none;
}

inline status append_json(std::string& out, value from) {
    auto const before = out.size();
    json::writer writer(out);
    std::string text;
    for (auto at = from;;) {
        if (at.index() != from.index() && at.parent().is_object()) writer.key(at.name());
        if (at.is_object()) {
            writer.begin_object();
        } else if (at.is_array()) {
            writer.begin_array();
        } else if (at.read(text) == fault::none) {
            writer.string(text);
        } else if (at.kind() == value_kind::number) {
            text.clear();
            if (auto const code = append_json_number(text, at.text()); code != fault::none) {
                out.resize(before);
                return {code, at.begin_offset()};
            }
            writer.raw(text);
        } else {
            writer.raw(at.text());
        }
        if (at.first()) {
            at = at.first();
            continue;
        }
        // Closes all that ends here, up to the next value.
        for (;; at = at.parent()) {
            if (at.is_object()) writer.end_object();
            if (at.is_array()) writer.end_array();
            if (at.index() == from.index()) return {};
            if (at.next()) break;
        }
        at = at.next();
    }
}

}  // namespace bedrock::inline BEDROCK_ABI::json5

#endif
