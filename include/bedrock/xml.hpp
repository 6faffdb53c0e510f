// SPDX-License-Identifier: MIT
// A reader of small XML documents such as AWS STS sends: elements and their text, one by one.
// It never expands an entity beyond the five of XML and character references, and never accepts a document type.
#ifndef BEDROCK_XML_HPP
#define BEDROCK_XML_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::xml {

enum class event : unsigned char {
    start,  ///< `name()` has begun
    text,   ///< `text()` is character data of the innermost element, entities resolved
    end,    ///< `name()` has ended
    done,   ///< the document is over, and was well-formed
    fault,  ///< it is not; every later call says so again
};

/// Walks a document. Attributes, comments, processing instructions and a byte order mark are checked and passed over;
/// names keep their prefix; line ends are line feeds.
/// **Lifetime:** the text must outlive the reader; `name()` views it.
/// **Errors:** event::fault for all that is not well-formed by XML 1.0, and for a document type, another encoding than
/// UTF-8, names beyond ASCII, more than `max_depth` open elements or `max_attributes` of one.
class reader {
  public:
    /// STS answers are four deep; this is far more and bounds the memory.
    static constexpr std::size_t max_depth = 32;
    static constexpr std::size_t max_attributes = 32;

    explicit reader(std::string_view document) noexcept;

    event next();
    std::string_view name() const noexcept { return name_; }
    std::string const& text() const noexcept { return text_; }
    std::size_t depth() const noexcept { return depth_; }

  private:
    event fail() noexcept {
        at_fault_ = true;
        return event::fault;
    }
    bool skip_comment() noexcept;
    bool skip_instruction() noexcept;
    bool skip_declaration() noexcept;
    bool skip_attributes();
    event take_tag();
    event close(std::string_view closing) noexcept;
    void append_lines(std::string_view raw);
    bool append_text(std::string_view raw);
    static bool append_reference(std::string& to, std::string_view name);
    static bool is_value(std::string_view value);

    std::string_view rest_;
    std::string_view name_;
    std::string text_;
    std::string_view open_[max_depth];
    std::size_t depth_ = 0;
    bool self_closing_ = false;
    bool root_seen_ = false;
    bool at_fault_ = false;
};

/// The text of the first element at a path from the root, such as {"ErrorResponse", "Error", "Code"}. False when there
/// is none or the document is not well-formed up to its end.
bool find_text(std::string_view document, std::initializer_list<std::string_view> path, std::string& out);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr bool starts_name(char c) noexcept {
    return ascii::is_letter(c) || c == '_' || c == ':';
}

/// True for what XML calls a Char.
constexpr bool is_character(char32_t c) noexcept {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c > 0xdfff && c < 0xfffe) ||
           (c > 0xffff && c <= 0x10ffff);
}

/// True if some white space was passed over.
inline bool skip_space(std::string_view& text) noexcept {
    std::size_t length = 0;
    while (length != text.size() && is_space(text[length])) ++length;
    text.remove_prefix(length);
    return length != 0;
}

/// The name at the start of a text, taken off it; empty if there is none.
inline std::string_view take_name(std::string_view& text) noexcept {
    std::size_t length = 0;
    while (length != text.size() &&
           (starts_name(text[length]) ||
            (length != 0 && (ascii::is_digit(text[length]) || text[length] == '-' || text[length] == '.'))))
        ++length;
    auto const name = text.substr(0, length);
    text.remove_prefix(length);
    return name;
}

/// `name = "value"` at the start of a text, taken off it.
inline bool take_attribute(std::string_view& text, std::string_view& name, std::string_view& value) noexcept {
    name = take_name(text);
    if (name.empty()) return false;
    skip_space(text);
    if (!text.starts_with('=')) return false;
    text.remove_prefix(1);
    skip_space(text);
    if (!text.starts_with('"') && !text.starts_with('\'')) return false;
    auto const end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return false;
    value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return true;
}

inline bool has_characters_only(std::string_view text) noexcept {
    if (!valid_utf8(text)) return false;
    for (std::size_t i = 0; i != text.size(); ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 && !is_space(text[i])) return false;
        bool const is_last = c == 0xef && text.substr(i, 2) == "\xef\xbf" && i + 2 < text.size() &&
                             static_cast<unsigned char>(text[i + 2]) >= 0xbe;  // U+FFFE, U+FFFF
        if (is_last) return false;
    }
    return true;
}

}  // namespace detail

inline reader::reader(std::string_view document) noexcept
    : rest_(skip_byte_order_mark(document)), at_fault_(!detail::has_characters_only(document)) {
    if (rest_.starts_with("<?xml") && rest_.size() > 5 && detail::is_space(rest_[5]))
        at_fault_ = !skip_declaration() || at_fault_;
}

inline bool reader::skip_comment() noexcept {
    auto const end = rest_.find("--", 4);
    if (end == std::string_view::npos || rest_.substr(end + 2, 1) != ">") return false;
    rest_.remove_prefix(end + 3);
    return true;
}

inline bool reader::skip_instruction() noexcept {
    rest_.remove_prefix(2);
    auto const target = detail::take_name(rest_);
    bool const is_reserved = target.size() == 3 && ascii::to_lower(target[0]) == 'x' &&
                             ascii::to_lower(target[1]) == 'm' && ascii::to_lower(target[2]) == 'l';
    if (target.empty() || is_reserved) return false;
    if (!rest_.starts_with("?>") && !detail::skip_space(rest_)) return false;
    auto const end = rest_.find("?>");
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 2);
    return true;
}

// version, encoding and standalone, in that order.
inline bool reader::skip_declaration() noexcept {
    rest_.remove_prefix(5);
    constexpr std::string_view names[] = {"version", "encoding", "standalone"};
    std::size_t next = 0;
    for (;;) {
        bool const spaced = detail::skip_space(rest_);
        if (rest_.starts_with("?>")) break;
        std::string_view name, value;
        if (!spaced || !detail::take_attribute(rest_, name, value)) return false;
        if (next == 0 && name != names[0]) return false;
        while (next != 3 && names[next] != name) ++next;
        if (next == 3) return false;
        if (next == 0 && value != "1.0") return false;
        if (next == 1) {
            constexpr std::string_view wanted = "utf-8";
            if (value.size() != wanted.size()) return false;
            for (std::size_t i = 0; i != wanted.size(); ++i)
                if (ascii::to_lower(value[i]) != wanted[i]) return false;
        }
        if (next == 2 && value != "yes" && value != "no") return false;
        ++next;
    }
    rest_.remove_prefix(2);
    return next != 0;
}

inline bool reader::is_value(std::string_view value) {
    if (value.find('<') != std::string_view::npos) return false;
    std::string unused;
    for (auto at = value.find('&'); at != std::string_view::npos; at = value.find('&', at + 1)) {
        auto const end = value.find(';', at);
        if (end == std::string_view::npos || !append_reference(unused, value.substr(at + 1, end - at - 1)))
            return false;
    }
    return true;
}

// Up to the `>` or `/>` of a start tag.
inline bool reader::skip_attributes() {
    std::string_view names[max_attributes];
    for (std::size_t count = 0;; ++count) {
        bool const spaced = detail::skip_space(rest_);
        if (rest_.starts_with('>') || rest_.starts_with("/>")) return true;
        std::string_view name, value;
        if (!spaced || count == max_attributes || !detail::take_attribute(rest_, name, value) || !is_value(value))
            return false;
        for (std::size_t i = 0; i != count; ++i)
            if (names[i] == name) return false;
        names[count] = name;
    }
}

inline event reader::next() {
    if (at_fault_) return event::fault;
    if (self_closing_) {
        self_closing_ = false;
        return close(name_);
    }
    text_.clear();
    while (!rest_.empty()) {
        if (rest_.front() != '<') {
            auto const end = rest_.find('<');
            auto const raw = rest_.substr(0, end);
            rest_.remove_prefix(raw.size());
            if (depth_ == 0) {
                auto outside = raw;
                detail::skip_space(outside);
                if (!outside.empty()) return fail();
            } else if (!append_text(raw)) {
                return fail();
            }
        } else if (rest_.starts_with("<![CDATA[") && depth_ != 0) {
            auto const end = rest_.find("]]>");
            if (end == std::string_view::npos) return fail();
            append_lines(rest_.substr(9, end - 9));
            rest_.remove_prefix(end + 3);
        } else if (rest_.starts_with("<!--")) {
            if (!skip_comment()) return fail();
        } else if (rest_.starts_with("<?")) {
            if (!skip_instruction()) return fail();
        } else {
            // Text goes out before the tag that ends it.
            return text_.empty() ? take_tag() : event::text;
        }
    }
    return depth_ == 0 && root_seen_ ? event::done : fail();
}

inline event reader::close(std::string_view closing) noexcept {
    if (depth_ == 0 || open_[depth_ - 1] != closing) return fail();
    --depth_;
    name_ = closing;
    return event::end;
}

inline event reader::take_tag() {
    rest_.remove_prefix(1);
    bool const closing = rest_.starts_with('/');
    if (closing) rest_.remove_prefix(1);
    auto const name = detail::take_name(rest_);
    if (name.empty()) return fail();
    if (closing) {
        detail::skip_space(rest_);
        if (!rest_.starts_with('>')) return fail();
        rest_.remove_prefix(1);
        return close(name);
    }
    if (!skip_attributes()) return fail();
    bool const empty = rest_.starts_with('/');
    rest_.remove_prefix(empty ? 2 : 1);
    if ((depth_ == 0 && root_seen_) || depth_ == max_depth) return fail();
    open_[depth_++] = name_ = name;
    root_seen_ = true;
    self_closing_ = empty;
    return event::start;
}

// Line ends become line feeds.
inline void reader::append_lines(std::string_view raw) {
    while (!raw.empty()) {
        auto const at = raw.find('\r');
        text_ += raw.substr(0, at);
        if (at == std::string_view::npos) return;
        text_ += '\n';
        raw.remove_prefix(raw.substr(at + 1, 1) == "\n" ? at + 2 : at + 1);
    }
}

inline bool reader::append_text(std::string_view raw) {
    if (raw.find("]]>") != std::string_view::npos) return false;
    while (!raw.empty()) {
        auto const at = raw.find('&');
        append_lines(raw.substr(0, at));
        if (at == std::string_view::npos) return true;
        auto const end = raw.find(';', at);
        constexpr std::size_t longest_reference = 12;
        if (end == std::string_view::npos || end - at > longest_reference) return false;
        if (!append_reference(text_, raw.substr(at + 1, end - at - 1))) return false;
        raw.remove_prefix(end + 1);
    }
    return true;
}

inline bool reader::append_reference(std::string& to, std::string_view name) {
    struct entity {
        std::string_view name;
        char character;
    };
    static constexpr entity entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (auto const& known : entities)
        if (known.name == name) return to += known.character, true;
    if (!name.starts_with('#')) return false;
    name.remove_prefix(1);
    bool const hex = name.starts_with('x');
    if (hex) name.remove_prefix(1);
    if (name.empty()) return false;
    char32_t code = 0;
    for (char const c : name) {
        unsigned digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<unsigned>(c - '0');
        else if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
        else
            return false;
        code = code * (hex ? 16 : 10) + digit;
        if (code > 0x10ffff) return false;
    }
    if (!detail::is_character(code)) return false;
    append_utf8(to, code);
    return true;
}

inline bool find_text(std::string_view document, std::initializer_list<std::string_view> path, std::string& out) {
    reader in(document);
    std::size_t matched = 0;
    bool found = false, inside = false;
    std::string text;
    for (;;) {
        switch (in.next()) {
            case event::start:
                if (!found && in.depth() == matched + 1 && matched < path.size() && path.begin()[matched] == in.name())
                    ++matched;
                inside = !found && matched == path.size() && in.depth() == matched;
                break;
            case event::text:
                if (inside) text += in.text();
                break;
            case event::end:
                if (in.depth() + 1 == matched) {
                    if (matched == path.size() && !found) {
                        found = true;
                        out = text;
                    }
                    --matched;
                }
                inside = !found && matched == path.size() && in.depth() == matched;
                break;
            case event::done:
                if (!found) out.clear();
                return found;
            case event::fault:
                out.clear();
                return false;
        }
    }
}

}  // namespace bedrock::inline BEDROCK_ABI::xml

#endif
