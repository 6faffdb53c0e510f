// SPDX-License-Identifier: MIT
// Owns the setting of members in the text of a JSON object that belongs to somebody else: all else stays byte for byte.
// Never builds a tree, and never drops or reorders what it does not know.
#ifndef BEDROCK_JSON_EDIT_HPP
#define BEDROCK_JSON_EDIT_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json {

/// A member and its new value, as JSON text that the caller has checked. **Lifetime:** of the texts.
struct member_change {
    std::string_view key{};
    std::string_view value{};
};

/// A text as a JSON string, for a `member_change`.
std::string quoted(std::string_view text);

/// Appends `object` to `out` with these members set: each wherever it stands, else behind the last member, in the order
/// of `changes`, whose keys differ. `object` must not lie in `out`.
/// **Errors:** false and nothing appended where `object` is not one JSON object. **Allocates:** a bit a change beside
/// `out`.
bool append_with_members(std::string& out, std::string_view object, std::span<member_change const> changes);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string quoted(std::string_view text) {
    std::string made;
    writer(made).string(text);
    return made;
}

inline bool append_with_members(std::string& out, std::string_view object, std::span<member_change const> changes) {
    auto const before = out.size();
    std::vector<bool> done(changes.size());
    std::size_t copied = 0;
    bool is_empty = true;
    reader in(object);
    std::string_view key, value;
    for (in.begin_object(); in.next_member(key); is_empty = false) {
        std::size_t which = 0;
        while (which != changes.size() && changes[which].key != key) ++which;
        if (!in.read_raw(value) || which == changes.size()) continue;
        auto const at = static_cast<std::size_t>(value.data() - object.data());
        out.append(object, copied, at - copied);
        out.append(changes[which].value);
        copied = at + value.size();
        done[which] = true;
    }
    if (!in.finish()) {
        out.resize(before);
        return false;
    }
    auto const end = object.rfind('}');
    out.append(object, copied, end - copied);
    for (std::size_t i = 0; i != changes.size(); ++i) {
        if (done[i]) continue;
        if (!is_empty) out.push_back(',');
        is_empty = false;
        writer(out).string(changes[i].key);
        out.append(":").append(changes[i].value);
    }
    out.append(object, end);
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
