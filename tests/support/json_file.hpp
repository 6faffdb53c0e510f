// Reads the JSON files of the conformance vectors through simdjson, without exceptions: what is absent, or of another
// type, is nullopt or an empty list.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace json_file {

using value = simdjson::dom::element;

// The root of a file. The parser owns the tree: one parser a file.
inline std::optional<value> load(simdjson::dom::parser& parser, std::string const& path) {
    value root;
    if (parser.load(path).get(root) != simdjson::SUCCESS) return std::nullopt;
    return root;
}

inline std::optional<value> member(value const& object, std::string_view key) {
    value found;
    if (object.at_key(key).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
    return found;
}

inline std::optional<std::string> text(std::optional<value> const& from) {
    std::string_view found;
    if (!from || from->get(found) != simdjson::SUCCESS) return std::nullopt;
    return std::string(found);
}

inline std::optional<std::string> text(value const& object, std::string_view key) {
    return text(member(object, key));
}

inline std::string text_or_empty(value const& object, std::string_view key) {
    return text(object, key).value_or(std::string());
}

inline std::optional<std::int64_t> integer(value const& object, std::string_view key) {
    std::int64_t found = 0;
    auto const from = member(object, key);
    if (!from || from->get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

// Of an integer too.
inline std::optional<double> number(value const& object, std::string_view key) {
    double found = 0;
    auto const from = member(object, key);
    if (!from || from->get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

inline std::optional<bool> flag(value const& object, std::string_view key) {
    bool found = false;
    auto const from = member(object, key);
    if (!from || from->get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

inline std::vector<value> list(std::optional<value> const& from) {
    std::vector<value> items;
    simdjson::dom::array found;
    if (!from || from->get(found) != simdjson::SUCCESS) return items;
    for (auto const item : found) items.push_back(item);
    return items;
}

inline std::vector<value> list(value const& object, std::string_view key) {
    return list(member(object, key));
}

// The members of an object in order.
inline std::vector<std::pair<std::string, value>> members(std::optional<value> const& from) {
    std::vector<std::pair<std::string, value>> items;
    simdjson::dom::object found;
    if (!from || from->get(found) != simdjson::SUCCESS) return items;
    for (auto const item : found) items.emplace_back(std::string(item.key), item.value);
    return items;
}

}  // namespace json_file
