// SPDX-License-Identifier: MIT
// Owns JSON that is kept as text: embedded documents, and the members of a structure that its C++ type does not know.
// Never parses: a document is checked where it is read or written.
#ifndef BEDROCK_JSON_DOCUMENT_HPP
#define BEDROCK_JSON_DOCUMENT_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json {

/// One JSON value of any kind as its text, such as a tool's input or schema; empty means absent.
/// Documents that were read are valid and keep the exact text of the wire. A document made by hand is checked when it
/// is written: a bad one is errc::invalid_input.
class document {
  public:
    document() noexcept = default;
    document(std::string text) noexcept : text_(std::move(text)) {}
    document(std::string_view text) : text_(text) {}
    document(char const* text) : text_(text) {}

    std::string const& text() const& noexcept { return text_; }
    std::string&& text() && noexcept { return std::move(text_); }
    bool empty() const noexcept { return text_.empty(); }
    void clear() noexcept { text_.clear(); }

    /// Equal texts; `{"a":1}` and `{ "a": 1 }` differ.
    friend bool operator==(document const&, document const&) noexcept = default;

  private:
    std::string text_;
};

/// A member that a structure's C++ type does not know, or an explicit form of one that the type cannot tell from
/// absence (`"system":[]`).
struct unknown_member {
    std::string name{};
    document value{};
};

/// The unknown members of one structure, in the order of the wire. They are written back behind the known members; a
/// known member that is set wins over the same name in here.
class unknown_members {
  public:
    bool empty() const noexcept { return members_.empty(); }
    std::size_t size() const noexcept { return members_.size(); }
    auto begin() const noexcept { return members_.begin(); }
    auto end() const noexcept { return members_.end(); }

    /// The value of a name, or null. **Lifetime:** until the next change.
    document const* find(std::string_view name) const noexcept;
    /// Appends a member without looking for its name.
    void add(std::string_view name, document value) { members_.push_back({std::string(name), std::move(value)}); }
    /// Adds a member, or replaces its value.
    void set(std::string_view name, document value);
    void erase(std::string_view name) noexcept;
    void clear() noexcept { members_.clear(); }

  private:
    std::vector<unknown_member> members_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline document const* unknown_members::find(std::string_view name) const noexcept {
    for (auto const& member : members_)
        if (member.name == name) return &member.value;
    return nullptr;
}

inline void unknown_members::set(std::string_view name, document value) {
    for (auto& member : members_) {
        if (member.name != name) continue;
        member.value = std::move(value);
        return;
    }
    add(name, std::move(value));
}

inline void unknown_members::erase(std::string_view name) noexcept {
    for (auto member = members_.begin(); member != members_.end(); ++member) {
        if (member->name != name) continue;
        members_.erase(member);
        return;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
