// SPDX-License-Identifier: MIT
// JSON inside a conversation: tool inputs, results and schemas in the form that Converse and the model take.
// It never changes a text that has nothing to repair.
#ifndef BEDROCK_CONVERSATION_JSON_HPP
#define BEDROCK_CONVERSATION_JSON_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::conversation_json {

/// Removes the members whose name is empty, at any depth; false if there are none or the text is not JSON.
bool drop_empty_names(std::string& json);
/// True for JSON that has a member with this name at any depth.
bool has_member(std::string_view json, std::string_view name);

/// What was changed in a tool schema.
struct schema_repairs {
    bool type = false;          ///< the root had no `"type": "object"`
    bool root_union = false;    ///< oneOf, anyOf or allOf of the root were merged into it
    bool big_integers = false;  ///< members with integers beyond 32 bits were removed: such a bound bounds nothing
    bool any() const noexcept { return type || root_union || big_integers; }
};
struct schema_rules {
    bool type = true;
    bool root_union = true;
    bool big_integers = true;
};
/// Repairs a schema in place, and leaves its text as it is if there is nothing to repair. **Errors:** a text that is
/// not a JSON object is left alone.
schema_repairs repair_schema(std::string& json, schema_rules rules);

/// Removes what a strict tool may not have: bounds of numbers, `maxItems`, and `minItems` above 1; false if there is
/// nothing of it.
bool drop_strict_bounds(std::string& json);
/// Parameters that a strict tool may have few of: those that are optional, and those of several types.
std::size_t count_loose_parameters(std::string_view json);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

struct tree;

/// A template, because a vector of it is in a tree, which is not complete there.
template <class Value>
struct named {
    std::string name{};
    Value value{};
};
using member = named<tree>;

/// A value as a tree: only for texts in which something has to be found or changed.
struct tree {
    json::value_kind kind = json::value_kind::none;
    std::string text{};  // of a string decoded, of other scalars as it is
    std::vector<member> members{};
    std::vector<tree> elements{};

    bool is_string(std::string_view wanted) const noexcept {
        return kind == json::value_kind::string && text == wanted;
    }
    tree* find(std::string_view name) noexcept;
    tree const* find(std::string_view name) const noexcept;
};

inline tree* tree::find(std::string_view name) noexcept {
    for (auto& one : members)
        if (one.name == name) return &one.value;
    return nullptr;
}

inline tree const* tree::find(std::string_view name) const noexcept {
    return const_cast<tree*>(this)->find(name);
}

// The reader bounds the depth.
inline bool read(json::reader& in, tree& out) {
    out.kind = in.peek();
    switch (out.kind) {
        case json::value_kind::string:
            return in.read_string(out.text);
        case json::value_kind::object: {
            std::string_view name;
            in.begin_object();
            while (in.next_member(name)) {
                auto& one = out.members.emplace_back();
                one.name = name;
                if (!read(in, one.value)) return false;
            }
            return in.ok();
        }
        case json::value_kind::array:
            in.begin_array();
            while (in.next_element())
                if (!read(in, out.elements.emplace_back())) return false;
            return in.ok();
        default: {
            std::string_view raw;
            if (!in.read_raw(raw)) return false;
            out.text = raw;
            return true;
        }
    }
}

inline bool read(std::string_view json, tree& out) {
    json::reader in(json);
    return read(in, out) && in.finish();
}

inline void write(json::writer& out, tree const& value) {
    switch (value.kind) {
        case json::value_kind::string:
            return out.string(value.text);
        case json::value_kind::object:
            out.begin_object();
            for (auto const& one : value.members) {
                out.key(one.name);
                write(out, one.value);
            }
            return out.end_object();
        case json::value_kind::array:
            out.begin_array();
            for (auto const& one : value.elements) write(out, one);
            return out.end_array();
        default:
            return out.raw(value.text);
    }
}

inline std::string written(tree const& value) {
    std::string text;
    json::writer out(text);
    write(out, value);
    return text;
}

template <class Wanted>
bool drop_members(tree& value, Wanted const& wanted) {
    bool dropped = std::erase_if(value.members, wanted) != 0;
    for (auto& one : value.members) dropped = drop_members(one.value, wanted) || dropped;
    for (auto& one : value.elements) dropped = drop_members(one, wanted) || dropped;
    return dropped;
}

inline bool has_member(tree const& value, std::string_view name) noexcept {
    for (auto const& one : value.members)
        if (one.name == name || has_member(one.value, name)) return true;
    for (auto const& one : value.elements)
        if (has_member(one, name)) return true;
    return false;
}

inline bool is_big_integer(tree const& value) noexcept {
    if (value.kind != json::value_kind::number || value.text.find_first_of(".eE") != std::string::npos) return false;
    std::int64_t number = 0;
    json::reader in(value.text);
    constexpr auto most = std::int64_t{(std::numeric_limits<std::int32_t>::max)()};
    return !in.read_int64(number) || number > most || number < -most - 1;
}

/// True for a big integer, and for a list that has one: neither can stay.
inline bool holds_big_integer(tree const& value) noexcept {
    if (is_big_integer(value)) return true;
    for (auto const& one : value.elements)
        if (holds_big_integer(one)) return true;
    return false;
}

inline constexpr std::string_view unions[] = {"oneOf", "anyOf", "allOf"};

/// Adds the properties of alternatives to the root, and what all of `allOf` require.
inline void merge_alternatives(tree& root, tree const& alternatives, bool all) {
    for (auto const& one : alternatives.elements) {
        for (auto const& from : one.members) {
            bool const is_properties = from.name == "properties" && from.value.kind == json::value_kind::object;
            bool const is_required = all && from.name == "required" && from.value.kind == json::value_kind::array;
            auto* into = root.find(from.name);
            if (into == nullptr) {
                if (is_properties || is_required || (all && from.name != "$schema")) root.members.push_back(from);
            } else if (is_properties) {
                for (auto const& property : from.value.members)
                    if (into->find(property.name) == nullptr) into->members.push_back(property);
            } else if (is_required) {
                for (auto const& name : from.value.elements) {
                    bool known = false;
                    for (auto const& held : into->elements) known = known || held.is_string(name.text);
                    if (!known) into->elements.push_back(name);
                }
            }
        }
    }
}

inline bool merge_unions(tree& root) {
    bool found = false;
    for (bool again = true; again;) {  // an alternative may bring a union of its own
        again = false;
        for (auto const name : unions) {
            auto const* const held = root.find(name);
            if (held == nullptr) continue;
            found = again = true;
            auto const alternatives = *held;
            std::erase_if(root.members, [&](member const& one) { return one.name == name; });
            merge_alternatives(root, alternatives, name == "allOf");
        }
    }
    return found;
}

}  // namespace detail

inline bool drop_empty_names(std::string& json) {
    if (json.find(R"("")") == std::string::npos) return false;
    detail::tree value;
    if (!detail::read(json, value)) return false;
    if (!detail::drop_members(value, [](detail::member const& one) { return one.name.empty(); })) return false;
    json = detail::written(value);
    return true;
}

inline bool has_member(std::string_view json, std::string_view name) {
    // A name that is not there in plain letters may be there in escapes.
    bool const may_have = name.empty()
                              ? json.find(R"("")") != std::string_view::npos
                              : json.find(name) != std::string_view::npos || json.find("\\u") != std::string_view::npos;
    if (!may_have) return false;
    detail::tree value;
    return detail::read(json, value) && detail::has_member(value, name);
}

inline schema_repairs repair_schema(std::string& json, schema_rules rules) {
    schema_repairs made;
    detail::tree root;
    if (!detail::read(json, root) || root.kind != json::value_kind::object) return made;
    if (rules.root_union) made.root_union = detail::merge_unions(root);
    if (rules.big_integers)
        made.big_integers =
            detail::drop_members(root, [](detail::member const& one) { return detail::holds_big_integer(one.value); });
    auto* const type = root.find("type");
    if (rules.type && (type == nullptr || !type->is_string("object"))) {
        made.type = true;
        detail::tree object{.kind = json::value_kind::string, .text = "object"};
        if (type != nullptr)
            *type = std::move(object);
        else
            root.members.insert(root.members.begin(), {"type", std::move(object)});
    }
    if (made.any()) json = detail::written(root);
    return made;
}

inline bool drop_strict_bounds(std::string& json) {
    detail::tree root;
    if (!detail::read(json, root)) return false;
    auto const is_bound = [](detail::member const& one) {
        if (one.value.kind != json::value_kind::number) return false;
        if (one.name == "minItems") return one.value.text != "0" && one.value.text != "1";
        for (std::string_view const name :
             {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "maxItems"})
            if (one.name == name) return true;
        return false;
    };
    if (!detail::drop_members(root, is_bound)) return false;
    json = detail::written(root);
    return true;
}

namespace detail {

inline std::size_t count_loose(tree const& value) {
    std::size_t count = 0;
    auto const* const properties = value.find("properties");
    auto const* const required = value.find("required");
    if (properties != nullptr) {
        for (auto const& one : properties->members) {
            bool is_required = false;
            if (required != nullptr)
                for (auto const& name : required->elements) is_required = is_required || name.is_string(one.name);
            auto const* const type = one.value.find("type");
            bool const is_union = (type != nullptr && type->kind == json::value_kind::array) ||
                                  one.value.find("anyOf") != nullptr || one.value.find("oneOf") != nullptr;
            count += !is_required || is_union;
        }
    }
    for (auto const& one : value.members) count += count_loose(one.value);
    for (auto const& one : value.elements) count += count_loose(one);
    return count;
}

}  // namespace detail

inline std::size_t count_loose_parameters(std::string_view json) {
    detail::tree root;
    return detail::read(json, root) ? detail::count_loose(root) : 0;
}

}  // namespace bedrock::inline BEDROCK_ABI::conversation_json

#endif
