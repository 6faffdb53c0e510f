// Owns the reading of small XML answers, as AWS STS gives them: elements and their text, walked one by one.
// Never expands an entity beyond the five of XML and character references, and never accepts a document type.
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
    done,   ///< the document is over, and was well-formed as far as this reader looks
    fault,  ///< it is not; every later call says so again
};

/// Walks a document. Attributes, comments and processing instructions are passed over; names keep their prefix.
/// **Lifetime:** the text must outlive the reader; `name()` views it.
/// **Errors:** event::fault for unbalanced or unended elements, unknown entities, a document type, invalid UTF-8, more
/// than `max_depth` open elements.
class reader {
  public:
    /// STS answers are four deep; this is far more and bounds the memory.
    static constexpr std::size_t max_depth = 32;

    explicit reader(std::string_view document) noexcept : rest_(document), at_fault_(!valid_utf8(document)) {}

    event next();
    std::string_view name() const noexcept { return name_; }
    std::string const& text() const noexcept { return text_; }
    std::size_t depth() const noexcept { return depth_; }

  private:
    event fail() noexcept {
        at_fault_ = true;
        return event::fault;
    }
    bool skip_past(std::string_view mark) noexcept;
    event take_tag();
    event close(std::string_view closing) noexcept;
    bool append_text(std::string_view raw);
    bool append_reference(std::string_view name);

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

inline bool reader::skip_past(std::string_view mark) noexcept {
    auto const at = rest_.find(mark);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + mark.size());
    return true;
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
                if (!ascii::trim(raw).empty()) return fail();
            } else if (!append_text(raw)) {
                return fail();
            }
        } else if (rest_.starts_with("<![CDATA[") && depth_ != 0) {
            auto const end = rest_.find("]]>");
            if (end == std::string_view::npos) return fail();
            text_ += rest_.substr(9, end - 9);
            rest_.remove_prefix(end + 3);
        } else if (rest_.starts_with("<!--")) {
            if (!skip_past("-->")) return fail();
        } else if (rest_.starts_with("<?")) {
            if (!skip_past("?>")) return fail();
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
    // A quoted attribute value may hold a '>'.
    std::size_t end = 1;
    char quote = 0;
    while (end < rest_.size() && (quote != 0 || rest_[end] != '>')) {
        if (quote != 0) {
            if (rest_[end] == quote) quote = 0;
        } else if (rest_[end] == '"' || rest_[end] == '\'') {
            quote = rest_[end];
        } else if (rest_[end] == '<') {
            return fail();
        }
        ++end;
    }
    if (end == rest_.size()) return fail();
    auto tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    bool const closing = tag.starts_with('/');
    if (closing) tag.remove_prefix(1);
    bool const empty = !closing && tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    auto const name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    constexpr std::string_view never_in_names = "!\"&'/<=?";
    if (name.empty() || name.find_first_of(never_in_names) != std::string_view::npos) return fail();
    if (closing) return ascii::trim(tag.substr(name.size())).empty() ? close(name) : fail();
    if ((depth_ == 0 && root_seen_) || depth_ == max_depth) return fail();
    open_[depth_++] = name_ = name;
    root_seen_ = true;
    self_closing_ = empty;
    return event::start;
}

inline bool reader::append_text(std::string_view raw) {
    while (!raw.empty()) {
        auto const at = raw.find('&');
        text_ += raw.substr(0, at);
        if (at == std::string_view::npos) return true;
        auto const end = raw.find(';', at);
        constexpr std::size_t longest_reference = 12;
        if (end == std::string_view::npos || end - at > longest_reference) return false;
        if (!append_reference(raw.substr(at + 1, end - at - 1))) return false;
        raw.remove_prefix(end + 1);
    }
    return true;
}

inline bool reader::append_reference(std::string_view name) {
    struct entity {
        std::string_view name;
        char character;
    };
    static constexpr entity entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (auto const& known : entities)
        if (known.name == name) return text_ += known.character, true;
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
    if (code == 0 || (code >= 0xd800 && code <= 0xdfff)) return false;
    append_utf8(text_, code);
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
