// SPDX-License-Identifier: MIT
// Owns the request of Converse and ConverseStream, and the response that both end in.
// Never adds a member that the caller did not set, and never knows a model by name.
#ifndef BEDROCK_MODEL_CONVERSE_HPP
#define BEDROCK_MODEL_CONVERSE_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/guardrail.hpp"
#include "bedrock/model/tool.hpp"
#include "bedrock/result.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct guardrail_trace_assessment;  // bedrock/model/guardrail_trace.hpp

enum class stop_reason : unsigned char {
    unknown,
    end_turn,
    tool_use,
    max_tokens,
    stop_sequence,
    guardrail_intervened,
    content_filtered,
    malformed_model_output,
    malformed_tool_use,
    model_context_window_exceeded,
};
enum class performance_latency : unsigned char { unknown, standard, optimized };
enum class service_tier_type : unsigned char { unknown, priority, default_, flex, reserved };
enum class output_format_type : unsigned char { unknown, json_schema };

struct inference_config {
    std::optional<std::int32_t> max_tokens{};  ///< 1 or more; reserves that much of the token quota
    std::optional<float> temperature{};        ///< 0..1
    std::optional<float> top_p{};              ///< 0..1
    std::vector<std::string> stop_sequences{};
    json::unknown_members unknown{};
};

/// A value for a variable of a prompt from prompt management; a text makes a text value.
struct prompt_variable_value : json::one_of<text_block> {
    using one_of::one_of;
    template <std::convertible_to<std::string_view> Text>
    prompt_variable_value(Text const& text) : one_of(text_block{std::string(std::string_view(text))}) {}
    static constexpr std::string_view arm_names[] = {"text"};
};

struct performance_config {
    json::open_enum<performance_latency> latency{};
    json::unknown_members unknown{};
};

struct service_tier {
    json::open_enum<service_tier_type> type{};
    json::unknown_members unknown{};
};

struct json_schema_definition {
    std::string schema{};  ///< a JSON schema, as a string on the wire too
    std::string name{};
    std::string description{};
    json::unknown_members unknown{};
};

/// Structured output.
struct output_format {
    json::open_enum<output_format_type> type = output_format_type::json_schema;
    /// **Wire:** `"structure": {"jsonSchema": ...}`
    json_schema_definition json_schema{};
    json::unknown_members unknown{};
};

struct output_config {
    std::optional<output_format> text_format{};
    std::string effort{};  ///< low, medium, high, xhigh, max
    json::unknown_members unknown{};
};

/// What is asked of Converse or ConverseStream; what is not set is not sent.
struct converse_request {
    /// Id, inference profile or ARN; in the request's path, not its body.
    std::string model_id{};
    std::vector<message> messages{};
    std::vector<system_content_block> system{};
    inference_config inference{};
    tool_config tools{};
    guardrail_config guardrail{};
    /// A JSON object of the model's own parameters.
    json::document additional_model_request_fields{};
    std::vector<std::pair<std::string, prompt_variable_value>> prompt_variables{};
    /// JSON Pointers (RFC 6901), up to 10: what to return in `additional_model_response_fields`.
    std::vector<std::string> additional_model_response_field_paths{};
    /// For the invocation logs: 1..16 entries.
    std::vector<std::pair<std::string, std::string>> request_metadata{};
    performance_config performance{};
    bedrock::service_tier service_tier{};
    output_config output{};
    json::unknown_members unknown{};
};

struct cache_detail {
    json::open_enum<cache_ttl> ttl{};
    std::int32_t input_tokens = 0;
    json::unknown_members unknown{};
};

/// The service's own count; all zero while it has given none.
struct token_usage {
    std::int32_t input_tokens = 0;  ///< without those read from or written to the cache
    std::int32_t output_tokens = 0;
    std::int32_t total_tokens = 0;
    std::optional<std::int32_t> cache_read_input_tokens{};
    std::optional<std::int32_t> cache_write_input_tokens{};
    std::vector<cache_detail> cache_details{};
    json::unknown_members unknown{};
};

struct converse_metrics {
    std::int64_t latency_ms = 0;  ///< measured by the service
    json::unknown_members unknown{};
};

struct prompt_router_trace {
    std::string invoked_model_id{};
    json::unknown_members unknown{};
};

/// Kept as text until asked for: `trace.guardrail.parse()`.
struct converse_trace {
    json::lazy<guardrail_trace_assessment> guardrail{};
    json::lazy<prompt_router_trace> prompt_router{};
    json::unknown_members unknown{};
};

/// The answer: of Converse, or accumulated from a stream.
struct converse_response {
    /// Ready to be sent back as it is. **Wire:** `"output": {"message": ...}`
    bedrock::message message{};
    /// Not set when a stream broke off before it was told.
    json::open_enum<bedrock::stop_reason> stop_reason{};
    token_usage usage{};
    converse_metrics metrics{};
    json::document additional_model_response_fields{};
    converse_trace trace{};
    performance_config performance{};
    bedrock::service_tier service_tier{};

    /// x-amzn-requestid, for a support case. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    /// Of a broken stream: the places in `message.content` of blocks that were not finished. Not in the body.
    std::vector<std::size_t> incomplete_blocks{};
    /// Events of a stream that this version cannot merge into the answer, by event type. Not in the body.
    std::vector<json::unknown_member> unmerged_events{};

    json::unknown_members unknown{};

    /// The message's text (`message::text`).
    std::string text() const { return message.text(); }
    /// The tool uses of the message that the caller shall run, in order; not those that the service ran itself.
    /// **Lifetime:** of this response's content.
    template <class = void>
    std::vector<tool_use_block const*> tool_uses() const;
};

/// Appends the body of the request as Converse takes it. **Errors:** errc::invalid_input naming the member.
template <class = void>
result<void> write_converse_body(converse_request const& request, std::string& out, json::write_options options = {});
/// The same as ConverseStream takes it.
template <class = void>
result<void> write_converse_stream_body(converse_request const& request, std::string& out,
                                        json::write_options options = {});

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<stop_reason> {
    static constexpr std::string_view table[] = {"end_turn",
                                                 "tool_use",
                                                 "max_tokens",
                                                 "stop_sequence",
                                                 "guardrail_intervened",
                                                 "content_filtered",
                                                 "malformed_model_output",
                                                 "malformed_tool_use",
                                                 "model_context_window_exceeded"};
};
template <>
struct json::enum_texts<performance_latency> {
    static constexpr std::string_view table[] = {"standard", "optimized"};
};
template <>
struct json::enum_texts<service_tier_type> {
    static constexpr std::string_view table[] = {"priority", "default", "flex", "reserved"};
};
template <>
struct json::enum_texts<output_format_type> {
    static constexpr std::string_view table[] = {"json_schema"};
};

/// The only arm of OutputFormatStructure.
struct output_format_structure_arm {
    static constexpr std::string_view name = "jsonSchema";
};
/// The only arm of ConverseOutput.
struct converse_output_arm {
    static constexpr std::string_view name = "message";
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<inference_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(inference_config, max_tokens, "maxTokens", json::optional_field),
        BEDROCK_JSON_FIELD(inference_config, temperature, "temperature", json::optional_field),
        BEDROCK_JSON_FIELD(inference_config, top_p, "topP", json::optional_field),
        BEDROCK_JSON_FIELD(inference_config, stop_sequences, "stopSequences", json::optional_field),
    };
};
template <>
struct json::fields_of<performance_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(performance_config, latency, "latency", json::optional_field),
    };
};
template <>
struct json::fields_of<service_tier> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(service_tier, type, "type", json::required_field),
    };
};
template <>
struct json::fields_of<json_schema_definition> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(json_schema_definition, schema, "schema", json::required_field),
        BEDROCK_JSON_FIELD(json_schema_definition, name, "name", json::optional_field),
        BEDROCK_JSON_FIELD(json_schema_definition, description, "description", json::optional_field),
    };
};
template <>
struct json::fields_of<output_format> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(output_format, type, "type", json::required_field),
        BEDROCK_JSON_BOXED_FIELD(output_format, json_schema, "structure", json::required_field,
                                 output_format_structure_arm),
    };
};
template <>
struct json::fields_of<output_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(output_config, text_format, "textFormat", json::optional_field),
        BEDROCK_JSON_FIELD(output_config, effort, "effort", json::optional_field),
    };
};
template <>
struct json::fields_of<converse_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(converse_request, messages, "messages", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, system, "system", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, inference, "inferenceConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, tools, "toolConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, guardrail, "guardrailConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, additional_model_request_fields, "additionalModelRequestFields",
                           json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, prompt_variables, "promptVariables", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, additional_model_response_field_paths, "additionalModelResponseFieldPaths",
                           json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, request_metadata, "requestMetadata", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, performance, "performanceConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, service_tier, "serviceTier", json::optional_field),
        BEDROCK_JSON_FIELD(converse_request, output, "outputConfig", json::optional_field),
    };
};
template <>
struct json::fields_of<cache_detail> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(cache_detail, ttl, "ttl", json::required_field),
        BEDROCK_JSON_FIELD(cache_detail, input_tokens, "inputTokens", json::required_field),
    };
};
template <>
struct json::fields_of<token_usage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(token_usage, input_tokens, "inputTokens", json::required_field),
        BEDROCK_JSON_FIELD(token_usage, output_tokens, "outputTokens", json::required_field),
        BEDROCK_JSON_FIELD(token_usage, total_tokens, "totalTokens", json::required_field),
        BEDROCK_JSON_FIELD(token_usage, cache_read_input_tokens, "cacheReadInputTokens", json::optional_field),
        BEDROCK_JSON_FIELD(token_usage, cache_write_input_tokens, "cacheWriteInputTokens", json::optional_field),
        BEDROCK_JSON_FIELD(token_usage, cache_details, "cacheDetails", json::optional_field),
    };
};
template <>
struct json::fields_of<converse_metrics> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(converse_metrics, latency_ms, "latencyMs", json::required_field),
    };
};
template <>
struct json::fields_of<prompt_router_trace> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(prompt_router_trace, invoked_model_id, "invokedModelId", json::optional_field),
    };
};
template <>
struct json::fields_of<converse_trace> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(converse_trace, guardrail, "guardrail", json::optional_field),
        BEDROCK_JSON_FIELD(converse_trace, prompt_router, "promptRouter", json::optional_field),
    };
};
template <>
struct json::fields_of<converse_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_BOXED_FIELD(converse_response, message, "output", json::response_field, converse_output_arm),
        BEDROCK_JSON_FIELD(converse_response, stop_reason, "stopReason", json::response_field),
        BEDROCK_JSON_FIELD(converse_response, usage, "usage", json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(converse_response, metrics, "metrics", json::advisory_field),
        BEDROCK_JSON_FIELD(converse_response, additional_model_response_fields, "additionalModelResponseFields",
                           json::optional_field),
        BEDROCK_JSON_FIELD(converse_response, trace, "trace", json::optional_field),
        BEDROCK_JSON_FIELD(converse_response, performance, "performanceConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_response, service_tier, "serviceTier", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

template <class>
std::vector<tool_use_block const*> converse_response::tool_uses() const {
    std::vector<tool_use_block const*> uses;
    for (auto const& block : message.content) {
        auto const* const use = block.get_if<tool_use_block>();
        if (use != nullptr && use->type != tool_use_type::server_tool_use) uses.push_back(use);
    }
    return uses;
}

template <class>
result<void> write_converse_body(converse_request const& request, std::string& out, json::write_options options) {
    options.without |= json::only_in_stream;
    return json::write(request, out, options);
}

template <class>
result<void> write_converse_stream_body(converse_request const& request, std::string& out,
                                        json::write_options options) {
    return json::write(request, out, options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
