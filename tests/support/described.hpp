// Described types of the tests' own, with one member of every shape.
#pragma once

#include "bedrock/json/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace described {

enum class colour : unsigned char { unknown, red, blue };

struct leaf {
    std::string name{};
    bedrock::json::unknown_members unknown{};
};

struct wrapped {
    std::string text{};
};

struct either : bedrock::json::one_of<wrapped, leaf, bedrock::json::document> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text", "leaf", "json"};
};

struct tree {
    std::string label{};
    std::vector<tree> children{};
    bedrock::json::unknown_members unknown{};
};

// Without a member for what is unknown.
struct closed {
    bool on = false;
};

struct box_arm {
    static constexpr std::string_view name = "leaf";
};

struct everything {
    std::string text{};
    bedrock::byte_buffer bytes{};
    bool flag = false;
    std::int32_t small = 0;
    std::int64_t large = 0;
    float single = 0;
    double twice = 0;
    bedrock::json::document any{};
    bedrock::json::lazy<leaf> later{};
    bedrock::json::open_enum<described::colour> colour{};
    std::optional<std::int32_t> maybe{};
    std::vector<std::string> list{};
    std::vector<std::pair<std::string, std::int32_t>> map{};
    leaf nested{};
    either one{};
    leaf boxed{};
    bedrock::json::unknown_members unknown{};
};

// Everything that may be required, required.
struct strict {
    std::string text{};
    std::vector<std::int32_t> list{};
    bedrock::json::open_enum<described::colour> colour{};
    either one{};
    bedrock::json::document any{};
    std::int32_t number = 0;
    bedrock::json::unknown_members unknown{};
};

}  // namespace described

template <>
struct bedrock::json::enum_texts<described::colour> {
    static constexpr std::string_view table[] = {"red", "BLUE"};
};
template <>
struct bedrock::json::fields_of<described::wrapped> {
    using same_as = std::string;
};
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif
template <>
struct bedrock::json::fields_of<described::leaf> {
    static constexpr field table[] = {BEDROCK_JSON_FIELD(described::leaf, name, "name", optional_field)};
};
template <>
struct bedrock::json::fields_of<described::tree> {
    static field const table[2];
};
inline constinit bedrock::json::field const bedrock::json::fields_of<described::tree>::table[2] = {
    BEDROCK_JSON_FIELD(described::tree, label, "label", bedrock::json::optional_field),
    BEDROCK_JSON_FIELD(described::tree, children, "children", bedrock::json::optional_field),
};
template <>
struct bedrock::json::fields_of<described::closed> {
    static constexpr field table[] = {BEDROCK_JSON_FIELD(described::closed, on, "on", optional_field),
                                      BEDROCK_JSON_IGNORED("p")};
};
template <>
struct bedrock::json::fields_of<described::everything> {
    static constexpr field table[] = {
        BEDROCK_JSON_FIELD(described::everything, text, "text", optional_field),
        BEDROCK_JSON_FIELD(described::everything, bytes, "bytes", optional_field),
        BEDROCK_JSON_FIELD(described::everything, flag, "flag", optional_field),
        BEDROCK_JSON_FIELD(described::everything, small, "small", optional_field),
        BEDROCK_JSON_FIELD(described::everything, large, "large", optional_field),
        BEDROCK_JSON_FIELD(described::everything, single, "single", optional_field),
        BEDROCK_JSON_FIELD(described::everything, twice, "twice", optional_field),
        BEDROCK_JSON_FIELD(described::everything, any, "any", optional_field),
        BEDROCK_JSON_FIELD(described::everything, later, "later", optional_field),
        BEDROCK_JSON_FIELD(described::everything, colour, "colour", optional_field),
        BEDROCK_JSON_FIELD(described::everything, maybe, "maybe", optional_field),
        BEDROCK_JSON_FIELD(described::everything, list, "list", optional_field),
        BEDROCK_JSON_FIELD(described::everything, map, "map", optional_field),
        BEDROCK_JSON_FIELD(described::everything, nested, "nested", optional_field),
        BEDROCK_JSON_FIELD(described::everything, one, "one", optional_field),
        BEDROCK_JSON_BOXED_FIELD(described::everything, boxed, "boxed", optional_field, described::box_arm),
    };
};
template <>
struct bedrock::json::fields_of<described::strict> {
    static constexpr field table[] = {
        BEDROCK_JSON_FIELD(described::strict, text, "text", required_field),
        BEDROCK_JSON_FIELD(described::strict, list, "list", required_field),
        BEDROCK_JSON_FIELD(described::strict, colour, "colour", required_field),
        BEDROCK_JSON_FIELD(described::strict, one, "one", required_field),
        BEDROCK_JSON_FIELD(described::strict, any, "any", required_field),
        BEDROCK_JSON_FIELD(described::strict, number, "number", required_field | only_in_stream),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
