// SPDX-License-Identifier: MIT
// Owns the request and response of InvokeGuardrailChecks: a conversation checked without a guardrail of one's own.
// Never judges a score: what is too much, the caller decides.
#ifndef BEDROCK_MODEL_GUARDRAIL_CHECKS_HPP
#define BEDROCK_MODEL_GUARDRAIL_CHECKS_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/media.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class guardrail_checks_role : unsigned char { unknown, user, assistant, system };
enum class guardrail_checks_content_filter_category : unsigned char {
    unknown,
    violence,
    hate,
    sexual,
    misconduct,
    insults,
};
enum class guardrail_checks_prompt_attack_category : unsigned char {
    unknown,
    jailbreak,
    prompt_injection,
    prompt_leakage,
};
enum class guardrail_checks_sensitive_information_entity_type : unsigned char {
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
    vehicle_identification_number,
};

/// A text makes a text block.
struct guardrail_checks_content_block : json::one_of<text_block> {
    using one_of::one_of;
    template <std::convertible_to<std::string_view> Text>
    guardrail_checks_content_block(Text const& text) : one_of(text_block{std::string(std::string_view(text))}) {}
    static constexpr std::string_view arm_names[] = {"text"};
};

struct guardrail_checks_message {
    json::open_enum<guardrail_checks_role> role{};
    std::vector<guardrail_checks_content_block> content{};
    json::unknown_members unknown{};
};

struct guardrail_checks_content_filter_category_config {
    json::open_enum<guardrail_checks_content_filter_category> category{};
    json::unknown_members unknown{};
};

struct guardrail_checks_content_filter_config {
    std::vector<guardrail_checks_content_filter_category_config> categories{};
    json::unknown_members unknown{};
};

struct guardrail_checks_prompt_attack_category_config {
    json::open_enum<guardrail_checks_prompt_attack_category> category{};
    json::unknown_members unknown{};
};

struct guardrail_checks_prompt_attack_config {
    std::vector<guardrail_checks_prompt_attack_category_config> categories{};
    json::unknown_members unknown{};
};

struct guardrail_checks_sensitive_information_entity_config {
    json::open_enum<guardrail_checks_sensitive_information_entity_type> type{};
    json::unknown_members unknown{};
};

struct guardrail_checks_sensitive_information_config {
    std::vector<guardrail_checks_sensitive_information_entity_config> entities{};
    json::unknown_members unknown{};
};

/// Which checks are made: those that are set.
struct guardrail_checks_config {
    std::optional<guardrail_checks_content_filter_config> content_filter{};
    std::optional<guardrail_checks_prompt_attack_config> prompt_attack{};
    std::optional<guardrail_checks_sensitive_information_config> sensitive_information{};
    json::unknown_members unknown{};
};

struct invoke_guardrail_checks_request {
    std::vector<guardrail_checks_message> messages{};
    guardrail_checks_config checks{};
    json::unknown_members unknown{};
};

struct guardrail_checks_content_filter_result_entry {
    json::open_enum<guardrail_checks_content_filter_category> category{};
    double severity_score = 0;  ///< 0..1
    json::unknown_members unknown{};
};

struct guardrail_checks_content_filter_result {
    std::vector<guardrail_checks_content_filter_result_entry> results{};
    json::unknown_members unknown{};
};

struct guardrail_checks_prompt_attack_result_entry {
    json::open_enum<guardrail_checks_prompt_attack_category> category{};
    double severity_score = 0;  ///< 0..1
    json::unknown_members unknown{};
};

struct guardrail_checks_prompt_attack_result {
    std::vector<guardrail_checks_prompt_attack_result_entry> results{};
    json::unknown_members unknown{};
};

/// Where something was found: from `begin_offset` to before `end_offset` in a content block of a message, 0-based.
struct guardrail_checks_sensitive_information_result_entry {
    json::open_enum<guardrail_checks_sensitive_information_entity_type> type{};
    double confidence_score = 0;  ///< 0..1
    std::int32_t begin_offset = 0;
    std::int32_t end_offset = 0;
    std::int32_t message_index = 0;
    std::int32_t content_index = 0;
    json::unknown_members unknown{};
};

struct guardrail_checks_sensitive_information_result {
    std::vector<guardrail_checks_sensitive_information_result_entry> results{};
    std::optional<bool> truncated{};
    json::unknown_members unknown{};
};

struct guardrail_checks_results {
    std::optional<guardrail_checks_content_filter_result> content_filter{};
    std::optional<guardrail_checks_prompt_attack_result> prompt_attack{};
    std::optional<guardrail_checks_sensitive_information_result> sensitive_information{};
    json::unknown_members unknown{};
};

struct guardrail_checks_content_filter_usage {
    std::int32_t text_units = 0;
    json::unknown_members unknown{};
};

struct guardrail_checks_prompt_attack_usage {
    std::int32_t text_units = 0;
    json::unknown_members unknown{};
};

struct guardrail_checks_sensitive_information_usage {
    std::int32_t text_units = 0;
    json::unknown_members unknown{};
};

struct guardrail_checks_usage_results {
    std::optional<guardrail_checks_content_filter_usage> content_filter{};
    std::optional<guardrail_checks_prompt_attack_usage> prompt_attack{};
    std::optional<guardrail_checks_sensitive_information_usage> sensitive_information{};
    json::unknown_members unknown{};
};

struct invoke_guardrail_checks_response {
    guardrail_checks_results results{};
    guardrail_checks_usage_results usage{};
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
struct json::enum_texts<guardrail_checks_role> {
    static constexpr std::string_view table[] = {"user", "assistant", "system"};
};
template <>
struct json::enum_texts<guardrail_checks_content_filter_category> {
    static constexpr std::string_view table[] = {"VIOLENCE", "HATE", "SEXUAL", "MISCONDUCT", "INSULTS"};
};
template <>
struct json::enum_texts<guardrail_checks_prompt_attack_category> {
    static constexpr std::string_view table[] = {"JAILBREAK", "PROMPT_INJECTION", "PROMPT_LEAKAGE"};
};
template <>
struct json::enum_texts<guardrail_checks_sensitive_information_entity_type> {
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

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<guardrail_checks_message> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_message, role, "role", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_message, content, "content", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_content_filter_category_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_category_config, category, "category", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_content_filter_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_config, categories, "categories", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_prompt_attack_category_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_category_config, category, "category", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_prompt_attack_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_config, categories, "categories", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_sensitive_information_entity_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_entity_config, type, "type", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_sensitive_information_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_config, entities, "entities", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_config, content_filter, "contentFilter", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_checks_config, prompt_attack, "promptAttack", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_checks_config, sensitive_information, "sensitiveInformation",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_content_filter_result_entry> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_result_entry, category, "category", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_result_entry, severity_score, "severityScore",
                           json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_content_filter_result> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_result, results, "results", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_prompt_attack_result_entry> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_result_entry, category, "category", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_result_entry, severity_score, "severityScore",
                           json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_prompt_attack_result> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_result, results, "results", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_sensitive_information_result_entry> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, type, "type", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, confidence_score, "confidenceScore",
                           json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, begin_offset, "beginOffset",
                           json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, end_offset, "endOffset",
                           json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, message_index, "messageIndex",
                           json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result_entry, content_index, "contentIndex",
                           json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_sensitive_information_result> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result, results, "results", json::required_field),
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_result, truncated, "truncated", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_results> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_results, content_filter, "contentFilter", json::decisive_field),
        BEDROCK_JSON_FIELD(guardrail_checks_results, prompt_attack, "promptAttack", json::decisive_field),
        BEDROCK_JSON_FIELD(guardrail_checks_results, sensitive_information, "sensitiveInformation",
                           json::decisive_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_content_filter_usage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_content_filter_usage, text_units, "textUnits", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_prompt_attack_usage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_prompt_attack_usage, text_units, "textUnits", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_sensitive_information_usage> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_sensitive_information_usage, text_units, "textUnits", json::required_field),
    };
};
template <>
struct json::fields_of<guardrail_checks_usage_results> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_checks_usage_results, content_filter, "contentFilter", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_checks_usage_results, prompt_attack, "promptAttack", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_checks_usage_results, sensitive_information, "sensitiveInformation",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<invoke_guardrail_checks_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(invoke_guardrail_checks_request, messages, "messages", json::required_field),
        BEDROCK_JSON_FIELD(invoke_guardrail_checks_request, checks, "checks", json::required_field),
    };
};
template <>
struct json::fields_of<invoke_guardrail_checks_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(invoke_guardrail_checks_response, results, "results", json::response_field),
        BEDROCK_JSON_FIELD(invoke_guardrail_checks_response, usage, "usage",
                           json::response_field | json::advisory_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
