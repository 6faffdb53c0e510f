// SPDX-License-Identifier: MIT
// Owns guardrails as a conversation uses them: which one applies, and the content that it shall look at.
// Never holds what a guardrail found: that is bedrock/model/guardrail_trace.hpp.
#ifndef BEDROCK_MODEL_GUARDRAIL_HPP
#define BEDROCK_MODEL_GUARDRAIL_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class guardrail_trace : unsigned char { unknown, enabled, disabled, enabled_full };
enum class guardrail_stream_processing_mode : unsigned char { unknown, sync, async };
enum class guardrail_content_qualifier : unsigned char { unknown, grounding_source, query, guard_content };
enum class guardrail_image_format : unsigned char { unknown, png, jpeg };

/// The guardrail of a request; identifier and version are both needed in practice.
struct guardrail_config {
    std::string guardrail_identifier{};  ///< id or ARN
    std::string guardrail_version{};     ///< a number or "DRAFT"
    json::open_enum<guardrail_trace> trace{};
    /// Sent with ConverseStream only.
    json::open_enum<guardrail_stream_processing_mode> stream_processing_mode{};
    json::unknown_members unknown{};
};

struct guardrail_text_block {
    std::string text{};
    std::vector<json::open_enum<guardrail_content_qualifier>> qualifiers{};
    json::unknown_members unknown{};
};

struct guardrail_image_source : json::one_of<byte_buffer> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"bytes"};
};

struct guardrail_image_block {
    json::open_enum<guardrail_image_format> format{};
    guardrail_image_source source{};
    json::unknown_members unknown{};
};

/// Content for the guardrail alone to judge: in messages and `system` ("guardContent"), and in ApplyGuardrail.
struct guardrail_content_block : json::one_of<guardrail_text_block, guardrail_image_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text", "image"};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<guardrail_trace> {
    static constexpr std::string_view table[] = {"enabled", "disabled", "enabled_full"};
};
template <>
struct json::enum_texts<guardrail_stream_processing_mode> {
    static constexpr std::string_view table[] = {"sync", "async"};
};
template <>
struct json::enum_texts<guardrail_content_qualifier> {
    static constexpr std::string_view table[] = {"grounding_source", "query", "guard_content"};
};
template <>
struct json::enum_texts<guardrail_image_format> {
    static constexpr std::string_view table[] = {"png", "jpeg"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<guardrail_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_config, guardrail_identifier, "guardrailIdentifier", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_config, guardrail_version, "guardrailVersion", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_config, trace, "trace", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_config, stream_processing_mode, "streamProcessingMode", json::only_in_stream),
    };
};
template <>
struct json::fields_of<guardrail_text_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_text_block, text, "text", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_text_block, qualifiers, "qualifiers", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_image_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_image_block, format, "format", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_image_block, source, "source", json::required_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
