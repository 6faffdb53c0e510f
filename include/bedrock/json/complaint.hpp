// SPDX-License-Identifier: MIT
// Owns the words of a failed reading or writing: the path of the member and what is wrong with it.
// Never carries a value of the text, and shortens names.
#ifndef BEDROCK_JSON_COMPLAINT_HPP
#define BEDROCK_JSON_COMPLAINT_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

/// "a string", "an object"... for sentences like "expected a string, found a number". **Lifetime:** static.
constexpr std::string_view kind_name(value_kind kind) noexcept;

/// Where something went wrong and what it was, put together from the inside out while a recursion unwinds. All that add
/// to it return false, so that a caller can pass the failure on in the same breath.
class complaint {
  public:
    bool say(std::string what);
    bool in_member(std::string_view name) { return step_out(std::string(shortened(name))); }
    bool in_element(std::size_t index) { return step_out("[" + std::to_string(index) + "]"); }

    bool empty() const noexcept { return what_.empty(); }
    /// "content[0].text"
    std::string const& path() const noexcept { return path_; }
    /// "content[0].text: what", or "what" alone.
    std::string text() const { return path_.empty() ? what_ : path_ + ": " + what_; }

    /// The first 64 bytes of a name, less a character cut apart: names may be as long as the text.
    static std::string_view shortened(std::string_view name) noexcept;

  private:
    bool step_out(std::string step);

    std::string path_;
    std::string what_;
};

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view kind_name(value_kind kind) noexcept {
    switch (kind) {
        case value_kind::null:
            return "null";
        case value_kind::boolean:
            return "a boolean";
        case value_kind::number:
            return "a number";
        case value_kind::string:
            return "a string";
        case value_kind::array:
            return "an array";
        case value_kind::object:
            return "an object";
        case value_kind::none:
            break;
    }
    return "nothing";
}

inline bool complaint::say(std::string what) {
    what_ = std::move(what);
    return false;
}

inline bool complaint::step_out(std::string step) {
    if (!path_.empty() && path_.front() != '[') step += '.';
    path_.insert(0, step);
    return false;
}

inline std::string_view complaint::shortened(std::string_view name) noexcept {
    constexpr std::size_t longest = 64;  // names of the service have up to 34
    if (name.size() <= longest) return name;
    std::size_t size = longest;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
    return name.substr(0, size);
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
