// Compares two JSON texts as values, by simdjson: member order and white space do not count.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace json_equal_detail {

inline std::size_t size_of(simdjson::dom::object object) {
    std::size_t count = 0;
    for (auto const member : object) count += member.key.size() != static_cast<std::size_t>(-1);
    return count;
}

inline std::string difference(simdjson::dom::element a, simdjson::dom::element b, std::string const& path) {
    using simdjson::dom::element_type;
    if (a.is_number() && b.is_number()) {
        double left = 0;
        double right = 0;
        if (a.get(left) != simdjson::SUCCESS || b.get(right) != simdjson::SUCCESS) return path + ": no number";
        return left == right ? "" : path + ": numbers differ";
    }
    if (a.type() != b.type()) return path + ": types differ";
    if (a.type() == element_type::OBJECT) {
        simdjson::dom::object left;
        simdjson::dom::object right;
        if (a.get(left) != simdjson::SUCCESS || b.get(right) != simdjson::SUCCESS) return path + ": no object";
        for (auto const member : left) {
            auto const name = path + "." + std::string(member.key);
            simdjson::dom::element other;
            if (right.at_key(member.key).get(other) != simdjson::SUCCESS) return name + ": only on the left";
            if (auto found = difference(member.value, other, name); !found.empty()) return found;
        }
        return size_of(left) == size_of(right) ? "" : path + ": more members on the right";
    }
    if (a.type() == element_type::ARRAY) {
        simdjson::dom::array left;
        simdjson::dom::array right;
        if (a.get(left) != simdjson::SUCCESS || b.get(right) != simdjson::SUCCESS) return path + ": no array";
        if (left.size() != right.size()) return path + ": sizes differ";
        auto other = right.begin();
        std::size_t index = 0;
        for (auto const element : left) {
            auto found = difference(element, *other, path + "[" + std::to_string(index++) + "]");
            if (!found.empty()) return found;
            ++other;
        }
        return "";
    }
    return simdjson::minify(a) == simdjson::minify(b) ? "" : path + ": values differ";
}

}  // namespace json_equal_detail

// Where the two differ as JSON; empty when they are equal.
inline std::string json_difference(std::string_view a, std::string_view b) {
    simdjson::dom::parser parse_a;
    simdjson::dom::parser parse_b;
    simdjson::dom::element left;
    simdjson::dom::element right;
    if (parse_a.parse(simdjson::padded_string(a)).get(left) != simdjson::SUCCESS) return "the left is no JSON";
    if (parse_b.parse(simdjson::padded_string(b)).get(right) != simdjson::SUCCESS) return "the right is no JSON";
    return json_equal_detail::difference(left, right, "$");
}
