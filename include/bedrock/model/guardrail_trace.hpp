// SPDX-License-Identifier: MIT
// Owns what guardrails found: the assessments in the traces of a conversation and in ApplyGuardrail.
// Never parsed unasked: a response keeps its trace as text (`converse_trace::guardrail`).
#ifndef BEDROCK_MODEL_GUARDRAIL_TRACE_HPP
#define BEDROCK_MODEL_GUARDRAIL_TRACE_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/automated_reasoning.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class guardrail_topic_type : unsigned char { unknown, deny };
enum class guardrail_content_filter_type : unsigned char {
    unknown,
    insults,
    hate,
    sexual,
    violence,
    misconduct,
    prompt_attack
};
enum class guardrail_content_filter_confidence : unsigned char { unknown, none, low, medium, high };
enum class guardrail_content_filter_strength : unsigned char { unknown, none, low, medium, high };
enum class guardrail_managed_word_type : unsigned char { unknown, profanity };
enum class guardrail_pii_entity_type : unsigned char {
    unknown,
    address,
    age,
    aws_access_key,
    aws_secret_key,
    ca_health_number,
    ca_social_insurance_number,
    credit_debit_card_cvv,
    credit_debit_card_expiry,
    credit_debit_card_number,
    driver_id,
    email,
    international_bank_account_number,
    ip_address,
    license_plate,
    mac_address,
    name,
    password,
    phone,
    pin,
    swift_code,
    uk_national_health_service_number,
    uk_national_insurance_number,
    uk_unique_taxpayer_reference_number,
    url,
    username,
    us_bank_account_number,
    us_bank_routing_number,
    us_individual_tax_identification_number,
    us_passport_number,
    us_social_security_number,
    vehicle_identification_number
};
enum class guardrail_contextual_grounding_filter_type : unsigned char { unknown, grounding, relevance };
/// What a topic, content, word or grounding policy did with a match.
enum class guardrail_policy_action : unsigned char { unknown, blocked, none };
enum class guardrail_sensitive_information_policy_action : unsigned char { unknown, anonymized, blocked, none };
enum class guardrail_origin : unsigned char { unknown, request, account_enforced, organization_enforced };
enum class guardrail_ownership : unsigned char { unknown, self, cross_account };

/// Units that a guardrail charges for.
struct guardrail_usage {
    std::int32_t topic_policy_units = 0;
    std::int32_t content_policy_units = 0;
    std::int32_t word_policy_units = 0;
    std::int32_t sensitive_information_policy_units = 0;
    std::int32_t sensitive_information_policy_free_units = 0;
    std::int32_t contextual_grounding_policy_units = 0;
    std::optional<std::int32_t> content_policy_image_units{};
    std::optional<std::int32_t> automated_reasoning_policy_units{};
    std::optional<std::int32_t> automated_reasoning_policies{};
    json::unknown_members unknown{};
};

/// How much of something was looked at.
struct guardrail_part {
    std::optional<std::int32_t> guarded{};
    std::optional<std::int32_t> total{};
    json::unknown_members unknown{};
};

struct guardrail_coverage {
    std::optional<guardrail_part> text_characters{};
    std::optional<guardrail_part> images{};
    json::unknown_members unknown{};
};

struct guardrail_topic {
    std::string name{};
    json::open_enum<guardrail_topic_type> type{};
    json::open_enum<guardrail_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_topic_policy_assessment {
    std::vector<guardrail_topic> topics{};
    json::unknown_members unknown{};
};

struct guardrail_content_filter {
    json::open_enum<guardrail_content_filter_type> type{};
    json::open_enum<guardrail_content_filter_confidence> confidence{};
    json::open_enum<guardrail_content_filter_strength> filter_strength{};
    json::open_enum<guardrail_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_content_policy_assessment {
    std::vector<guardrail_content_filter> filters{};
    json::unknown_members unknown{};
};

struct guardrail_custom_word {
    std::string match{};
    json::open_enum<guardrail_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_managed_word {
    std::string match{};
    json::open_enum<guardrail_managed_word_type> type{};
    json::open_enum<guardrail_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_word_policy_assessment {
    std::vector<guardrail_custom_word> custom_words{};
    std::vector<guardrail_managed_word> managed_word_lists{};
    json::unknown_members unknown{};
};

struct guardrail_pii_entity_filter {
    std::string match{};
    json::open_enum<guardrail_pii_entity_type> type{};
    json::open_enum<guardrail_sensitive_information_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_regex_filter {
    std::string name{};
    std::string match{};
    std::string regex{};
    json::open_enum<guardrail_sensitive_information_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_sensitive_information_policy_assessment {
    std::vector<guardrail_pii_entity_filter> pii_entities{};
    std::vector<guardrail_regex_filter> regexes{};
    json::unknown_members unknown{};
};

struct guardrail_contextual_grounding_filter {
    json::open_enum<guardrail_contextual_grounding_filter_type> type{};
    double threshold = 0;
    double score = 0;
    json::open_enum<guardrail_policy_action> action{};
    std::optional<bool> detected{};
    json::unknown_members unknown{};
};

struct guardrail_contextual_grounding_policy_assessment {
    std::vector<guardrail_contextual_grounding_filter> filters{};
    json::unknown_members unknown{};
};

struct guardrail_invocation_metrics {
    std::optional<std::int64_t> guardrail_processing_latency{};
    std::optional<guardrail_usage> usage{};
    std::optional<bedrock::guardrail_coverage> guardrail_coverage{};
    json::unknown_members unknown{};
};

struct applied_guardrail_details {
    std::string guardrail_id{};
    std::string guardrail_version{};
    std::string guardrail_arn{};
    std::vector<json::open_enum<bedrock::guardrail_origin>> guardrail_origin{};
    json::open_enum<bedrock::guardrail_ownership> guardrail_ownership{};
    json::unknown_members unknown{};
};

/// What one guardrail found, policy by policy.
struct guardrail_assessment {
    std::optional<guardrail_topic_policy_assessment> topic_policy{};
    std::optional<guardrail_content_policy_assessment> content_policy{};
    std::optional<guardrail_word_policy_assessment> word_policy{};
    std::optional<guardrail_sensitive_information_policy_assessment> sensitive_information_policy{};
    std::optional<guardrail_contextual_grounding_policy_assessment> contextual_grounding_policy{};
    std::optional<guardrail_automated_reasoning_policy_assessment> automated_reasoning_policy{};
    std::optional<guardrail_invocation_metrics> invocation_metrics{};
    std::optional<bedrock::applied_guardrail_details> applied_guardrail_details{};
    json::unknown_members unknown{};
};

/// The trace of a conversation's guardrail; assessments by guardrail id.
struct guardrail_trace_assessment {
    std::vector<std::string> model_output{};
    std::vector<std::pair<std::string, guardrail_assessment>> input_assessment{};
    std::vector<std::pair<std::string, std::vector<guardrail_assessment>>> output_assessments{};
    std::string action_reason{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<guardrail_topic_type> {
    static constexpr std::string_view table[] = {"DENY"};
};
template <>
struct json::enum_texts<guardrail_content_filter_type> {
    static constexpr std::string_view table[] = {"INSULTS",  "HATE",       "SEXUAL",
                                                 "VIOLENCE", "MISCONDUCT", "PROMPT_ATTACK"};
};
template <>
struct json::enum_texts<guardrail_content_filter_confidence> {
    static constexpr std::string_view table[] = {"NONE", "LOW", "MEDIUM", "HIGH"};
};
template <>
struct json::enum_texts<guardrail_content_filter_strength> {
    static constexpr std::string_view table[] = {"NONE", "LOW", "MEDIUM", "HIGH"};
};
template <>
struct json::enum_texts<guardrail_managed_word_type> {
    static constexpr std::string_view table[] = {"PROFANITY"};
};
template <>
struct json::enum_texts<guardrail_pii_entity_type> {
    static constexpr std::string_view table[] = {"ADDRESS",
                                                 "AGE",
                                                 "AWS_ACCESS_KEY",
                                                 "AWS_SECRET_KEY",
                                                 "CA_HEALTH_NUMBER",
                                                 "CA_SOCIAL_INSURANCE_NUMBER",
                                                 "CREDIT_DEBIT_CARD_CVV",
                                                 "CREDIT_DEBIT_CARD_EXPIRY",
                                                 "CREDIT_DEBIT_CARD_NUMBER",
                                                 "DRIVER_ID",
                                                 "EMAIL",
                                                 "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
                                                 "IP_ADDRESS",
                                                 "LICENSE_PLATE",
                                                 "MAC_ADDRESS",
                                                 "NAME",
                                                 "PASSWORD",
                                                 "PHONE",
                                                 "PIN",
                                                 "SWIFT_CODE",
                                                 "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
                                                 "UK_NATIONAL_INSURANCE_NUMBER",
                                                 "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
                                                 "URL",
                                                 "USERNAME",
                                                 "US_BANK_ACCOUNT_NUMBER",
                                                 "US_BANK_ROUTING_NUMBER",
                                                 "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
                                                 "US_PASSPORT_NUMBER",
                                                 "US_SOCIAL_SECURITY_NUMBER",
                                                 "VEHICLE_IDENTIFICATION_NUMBER"};
};
template <>
struct json::enum_texts<guardrail_contextual_grounding_filter_type> {
    static constexpr std::string_view table[] = {"GROUNDING", "RELEVANCE"};
};
template <>
struct json::enum_texts<guardrail_policy_action> {
    static constexpr std::string_view table[] = {"BLOCKED", "NONE"};
};
template <>
struct json::enum_texts<guardrail_sensitive_information_policy_action> {
    static constexpr std::string_view table[] = {"ANONYMIZED", "BLOCKED", "NONE"};
};
template <>
struct json::enum_texts<guardrail_origin> {
    static constexpr std::string_view table[] = {"REQUEST", "ACCOUNT_ENFORCED", "ORGANIZATION_ENFORCED"};
};
template <>
struct json::enum_texts<guardrail_ownership> {
    static constexpr std::string_view table[] = {"SELF", "CROSS_ACCOUNT"};
};

// The service leaves out members that its model calls required (recorded: no `regexes`): none is added when written.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<guardrail_usage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_usage, topic_policy_units, "topicPolicyUnits", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, content_policy_units, "contentPolicyUnits", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, word_policy_units, "wordPolicyUnits", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, sensitive_information_policy_units, "sensitiveInformationPolicyUnits",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, sensitive_information_policy_free_units,
                           "sensitiveInformationPolicyFreeUnits", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, contextual_grounding_policy_units, "contextualGroundingPolicyUnits",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, content_policy_image_units, "contentPolicyImageUnits",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, automated_reasoning_policy_units, "automatedReasoningPolicyUnits",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_usage, automated_reasoning_policies, "automatedReasoningPolicies",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_part> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_part, guarded, "guarded", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_part, total, "total", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_coverage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_coverage, text_characters, "textCharacters", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_coverage, images, "images", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_topic> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_topic, name, "name", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_topic, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_topic, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_topic, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_topic_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_topic_policy_assessment, topics, "topics", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_content_filter> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_content_filter, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_content_filter, confidence, "confidence", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_content_filter, filter_strength, "filterStrength", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_content_filter, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_content_filter, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_content_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_content_policy_assessment, filters, "filters", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_custom_word> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_custom_word, match, "match", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_custom_word, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_custom_word, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_managed_word> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_managed_word, match, "match", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_managed_word, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_managed_word, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_managed_word, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_word_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_word_policy_assessment, custom_words, "customWords", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_word_policy_assessment, managed_word_lists, "managedWordLists",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_pii_entity_filter> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_pii_entity_filter, match, "match", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_pii_entity_filter, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_pii_entity_filter, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_pii_entity_filter, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_regex_filter> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_regex_filter, name, "name", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_regex_filter, match, "match", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_regex_filter, regex, "regex", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_regex_filter, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_regex_filter, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_sensitive_information_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_sensitive_information_policy_assessment, pii_entities, "piiEntities",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_sensitive_information_policy_assessment, regexes, "regexes", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_contextual_grounding_filter> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_filter, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_filter, threshold, "threshold", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_filter, score, "score", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_filter, action, "action", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_filter, detected, "detected", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_contextual_grounding_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_contextual_grounding_policy_assessment, filters, "filters", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_invocation_metrics> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_invocation_metrics, guardrail_processing_latency, "guardrailProcessingLatency",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_invocation_metrics, usage, "usage", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_invocation_metrics, guardrail_coverage, "guardrailCoverage", json::optional_field),
    };
};
template <>
struct json::fields_of<applied_guardrail_details> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(applied_guardrail_details, guardrail_id, "guardrailId", json::optional_field),
        BEDROCK_JSON_FIELD(applied_guardrail_details, guardrail_version, "guardrailVersion", json::optional_field),
        BEDROCK_JSON_FIELD(applied_guardrail_details, guardrail_arn, "guardrailArn", json::optional_field),
        BEDROCK_JSON_FIELD(applied_guardrail_details, guardrail_origin, "guardrailOrigin", json::optional_field),
        BEDROCK_JSON_FIELD(applied_guardrail_details, guardrail_ownership, "guardrailOwnership", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_assessment, topic_policy, "topicPolicy", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, content_policy, "contentPolicy", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, word_policy, "wordPolicy", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, sensitive_information_policy, "sensitiveInformationPolicy",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, contextual_grounding_policy, "contextualGroundingPolicy",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, automated_reasoning_policy, "automatedReasoningPolicy",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, invocation_metrics, "invocationMetrics", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_assessment, applied_guardrail_details, "appliedGuardrailDetails",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_trace_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_trace_assessment, model_output, "modelOutput", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_trace_assessment, input_assessment, "inputAssessment", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_trace_assessment, output_assessments, "outputAssessments", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_trace_assessment, action_reason, "actionReason", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
