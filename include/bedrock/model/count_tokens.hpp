// SPDX-License-Identifier: MIT
// Owns the request and response of CountTokens: how many input tokens a request would be.
// Never estimates: the number is the service's.
#ifndef BEDROCK_MODEL_COUNT_TOKENS_HPP
#define BEDROCK_MODEL_COUNT_TOKENS_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// The body of an InvokeModel request.
struct invoke_model_tokens_request {
    byte_buffer body{};
    json::unknown_members unknown{};
};

/// What of a Converse request makes its input.
struct converse_tokens_request {
    std::vector<message> messages{};
    std::vector<system_content_block> system{};
    tool_config tools{};
    json::document additional_model_request_fields{};
    json::unknown_members unknown{};
};

struct count_tokens_input : json::one_of<invoke_model_tokens_request, converse_tokens_request> {
    using one_of::one_of;
    /// The parts of a Converse request that count.
    count_tokens_input(converse_request const& request)
        : one_of(converse_tokens_request{.messages = request.messages,
                                         .system = request.system,
                                         .tools = request.tools,
                                         .additional_model_request_fields = request.additional_model_request_fields}) {}
    static constexpr std::string_view arm_names[] = {"invokeModel", "converse"};
};

struct count_tokens_request {
    std::string model_id{};  ///< in the path
    count_tokens_input input{};
    json::unknown_members unknown{};
};

struct count_tokens_response {
    std::int32_t input_tokens = 0;
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<invoke_model_tokens_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(invoke_model_tokens_request, body, "body", json::required_field),
    };
};
template <>
struct json::fields_of<converse_tokens_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(converse_tokens_request, messages, "messages", json::optional_field),
        BEDROCK_JSON_FIELD(converse_tokens_request, system, "system", json::optional_field),
        BEDROCK_JSON_FIELD(converse_tokens_request, tools, "toolConfig", json::optional_field),
        BEDROCK_JSON_FIELD(converse_tokens_request, additional_model_request_fields, "additionalModelRequestFields",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<count_tokens_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(count_tokens_request, input, "input", json::required_field),
    };
};
template <>
struct json::fields_of<count_tokens_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(count_tokens_response, input_tokens, "inputTokens", json::required_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
