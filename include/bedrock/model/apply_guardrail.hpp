// SPDX-License-Identifier: MIT
// Owns the request and response of ApplyGuardrail: a guardrail asked about content without a model.
// Never sends anything, and never decides what to do about an intervention.
#ifndef BEDROCK_MODEL_APPLY_GUARDRAIL_HPP
#define BEDROCK_MODEL_APPLY_GUARDRAIL_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/guardrail.hpp"
#include "bedrock/model/guardrail_trace.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class guardrail_content_source : unsigned char { unknown, input, output };
enum class guardrail_output_scope : unsigned char { unknown, interventions, full };
enum class guardrail_action : unsigned char { unknown, none, guardrail_intervened };

struct apply_guardrail_request {
    std::string guardrail_identifier{};  ///< id or ARN; in the path
    std::string guardrail_version{};     ///< a number or "DRAFT"; in the path
    json::open_enum<guardrail_content_source> source{};
    std::vector<guardrail_content_block> content{};
    json::open_enum<guardrail_output_scope> output_scope{};
    json::unknown_members unknown{};
};

struct guardrail_output_content {
    std::string text{};
    json::unknown_members unknown{};
};

struct apply_guardrail_response {
    guardrail_usage usage{};
    json::open_enum<guardrail_action> action{};
    std::string action_reason{};
    std::vector<guardrail_output_content> outputs{};
    std::vector<guardrail_assessment> assessments{};
    std::optional<bedrock::guardrail_coverage> guardrail_coverage{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<guardrail_content_source> {
    static constexpr std::string_view table[] = {"INPUT", "OUTPUT"};
};
template <>
struct json::enum_texts<guardrail_output_scope> {
    static constexpr std::string_view table[] = {"INTERVENTIONS", "FULL"};
};
template <>
struct json::enum_texts<guardrail_action> {
    static constexpr std::string_view table[] = {"NONE", "GUARDRAIL_INTERVENED"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<apply_guardrail_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(apply_guardrail_request, source, "source", json::required_field),
        BEDROCK_JSON_FIELD(apply_guardrail_request, content, "content", json::required_field),
        BEDROCK_JSON_FIELD(apply_guardrail_request, output_scope, "outputScope", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_output_content> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_output_content, text, "text", json::optional_field),
    };
};
template <>
struct json::fields_of<apply_guardrail_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(apply_guardrail_response, usage, "usage", json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(apply_guardrail_response, action, "action", json::response_field),
        BEDROCK_JSON_FIELD(apply_guardrail_response, action_reason, "actionReason", json::optional_field),
        BEDROCK_JSON_FIELD(apply_guardrail_response, outputs, "outputs", json::response_field),
        BEDROCK_JSON_FIELD(apply_guardrail_response, assessments, "assessments",
                           json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(apply_guardrail_response, guardrail_coverage, "guardrailCoverage", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
