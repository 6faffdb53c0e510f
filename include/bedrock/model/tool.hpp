// SPDX-License-Identifier: MIT
// Owns tools: what a request offers, what the model asks to run, and what came of it.
// Never runs a tool, and never validates an input against its schema.
#ifndef BEDROCK_MODEL_TOOL_HPP
#define BEDROCK_MODEL_TOOL_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/citations.hpp"
#include "bedrock/model/media.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class cache_point_type : unsigned char { unknown, default_ };
enum class cache_ttl : unsigned char { unknown, five_minutes, one_hour };
enum class tool_use_type : unsigned char { unknown, server_tool_use };
enum class tool_result_status : unsigned char { unknown, success, error };

/// Caches everything before it: in `system`, in a message's content, or among the tools.
struct cache_point_block {
    json::open_enum<cache_point_type> type = cache_point_type::default_;
    json::open_enum<cache_ttl> ttl{};
    json::unknown_members unknown{};
};

/// The model's wish to have a tool run.
struct tool_use_block {
    std::string tool_use_id{};
    std::string name{};
    /// The arguments, a JSON object.
    json::document input = "{}";
    /// Set for tools that the service runs itself.
    json::open_enum<tool_use_type> type{};
    /// Of a stream cut short, or of a model that wrote bad JSON: the input's text as far as it came, and `input` is
    /// `{}` then. Never sent.
    std::string incomplete_input{};
    json::unknown_members unknown{};
};

/// A JSON value as an arm of a union. **Wire:** in the result of a tool, Converse takes objects alone.
struct json_block {
    json::document json{};
};

/// A piece of a tool's result.
struct tool_result_content_block
    : json::one_of<json_block, text_block, image_block, document_block, video_block, search_result_block> {
    using one_of::one_of;
    template <std::convertible_to<std::string_view> Text>
    tool_result_content_block(Text const& text) : one_of(text_block{std::string(std::string_view(text))}) {}
    static constexpr std::string_view arm_names[] = {"json", "text", "image", "document", "video", "searchResult"};
};

/// What came of a tool use. **Wire:** `content` must not be empty; all results for one assistant message stand in the
/// next user message.
struct tool_result_block {
    std::string tool_use_id{};
    std::vector<tool_result_content_block> content{};
    json::open_enum<tool_result_status> status{};
    std::string type{};
    json::unknown_members unknown{};
};

/// Names a tool for a change of the tool set inside a conversation.
struct tool_reference {
    std::string type{};
    std::string name{};
    std::string server_name{};
    json::unknown_members unknown{};
};

struct tool_addition_block {
    tool_reference tool{};
    json::unknown_members unknown{};
};

struct tool_removal_block {
    tool_reference tool{};
    json::unknown_members unknown{};
};

/// A tool of the caller's.
struct tool_specification {
    std::string name{};  ///< 1..64 of a-z A-Z 0-9 _ -
    std::string description{};
    /// A JSON schema. **Wire:** `{"json": ...}`
    json::document input_schema{};
    std::optional<bool> strict{};
    json::unknown_members unknown{};
};

/// A tool that the provider defines and runs.
struct system_tool {
    std::string name{};
    json::unknown_members unknown{};
};

struct tool : json::one_of<tool_specification, system_tool, cache_point_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"toolSpec", "systemTool", "cachePoint"};
};

/// The model decides.
struct auto_tool_choice {
    json::unknown_members unknown{};
};

/// The model must use some tool.
struct any_tool_choice {
    json::unknown_members unknown{};
};

/// The model must use this tool.
struct specific_tool_choice {
    std::string name{};
    json::unknown_members unknown{};
};

/// There is no "none": leave the tools out instead.
struct tool_choice : json::one_of<auto_tool_choice, any_tool_choice, specific_tool_choice> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"auto", "any", "tool"};
};

/// **Wire:** must be sent as soon as the messages hold a tool use or result.
struct tool_config {
    std::vector<bedrock::tool> tools{};
    bedrock::tool_choice choice{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<cache_point_type> {
    static constexpr std::string_view table[] = {"default"};
};
template <>
struct json::enum_texts<cache_ttl> {
    static constexpr std::string_view table[] = {"5m", "1h"};
};
template <>
struct json::enum_texts<tool_use_type> {
    static constexpr std::string_view table[] = {"server_tool_use"};
};
template <>
struct json::enum_texts<tool_result_status> {
    static constexpr std::string_view table[] = {"success", "error"};
};

/// The only arm of ToolInputSchema.
struct tool_input_schema_arm {
    static constexpr std::string_view name = "json";
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<cache_point_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(cache_point_block, type, "type", json::required_field),
        BEDROCK_JSON_FIELD(cache_point_block, ttl, "ttl", json::optional_field),
    };
};
template <>
struct json::fields_of<tool_use_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_use_block, tool_use_id, "toolUseId", json::required_field | json::response_field),
        BEDROCK_JSON_FIELD(tool_use_block, name, "name", json::required_field | json::response_field),
        BEDROCK_JSON_FIELD(tool_use_block, input, "input", json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(tool_use_block, type, "type", json::optional_field),
    };
};
template <>
struct json::fields_of<json_block> {
    using same_as = json::document;
};
template <>
struct json::fields_of<tool_result_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_result_block, tool_use_id, "toolUseId", json::required_field),
        BEDROCK_JSON_FIELD(tool_result_block, content, "content", json::required_field),
        BEDROCK_JSON_FIELD(tool_result_block, status, "status", json::optional_field),
        BEDROCK_JSON_FIELD(tool_result_block, type, "type", json::optional_field),
    };
};
template <>
struct json::fields_of<tool_reference> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_reference, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(tool_reference, name, "name", json::optional_field),
        BEDROCK_JSON_FIELD(tool_reference, server_name, "serverName", json::optional_field),
    };
};
template <>
struct json::fields_of<tool_addition_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_addition_block, tool, "tool", json::required_field),
    };
};
template <>
struct json::fields_of<tool_removal_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_removal_block, tool, "tool", json::required_field),
    };
};
template <>
struct json::fields_of<tool_specification> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_specification, name, "name", json::required_field),
        BEDROCK_JSON_FIELD(tool_specification, description, "description", json::optional_field),
        BEDROCK_JSON_BOXED_FIELD(tool_specification, input_schema, "inputSchema", json::required_field,
                                 tool_input_schema_arm),
        BEDROCK_JSON_FIELD(tool_specification, strict, "strict", json::optional_field),
    };
};
template <>
struct json::fields_of<system_tool> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(system_tool, name, "name", json::required_field),
    };
};
template <>
struct json::fields_of<auto_tool_choice> {};
template <>
struct json::fields_of<any_tool_choice> {};
template <>
struct json::fields_of<specific_tool_choice> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(specific_tool_choice, name, "name", json::required_field),
    };
};
template <>
struct json::fields_of<tool_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tool_config, tools, "tools", json::required_field),
        BEDROCK_JSON_FIELD(tool_config, choice, "toolChoice", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
