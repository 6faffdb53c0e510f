// SPDX-License-Identifier: MIT
// Owns the findings of a guardrail's automated reasoning policies.
// Never parsed unasked: they come inside a guardrail's trace or assessment.
#ifndef BEDROCK_MODEL_AUTOMATED_REASONING_HPP
#define BEDROCK_MODEL_AUTOMATED_REASONING_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class guardrail_logic_warning_type : unsigned char { unknown, always_false, always_true };

/// A statement in formal logic and in words.
struct guardrail_automated_reasoning_statement {
    std::string logic{};
    std::string natural_language{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_input_text_reference {
    std::string text{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_rule {
    std::string identifier{};
    std::string policy_version_arn{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_logic_warning {
    json::open_enum<guardrail_logic_warning_type> type{};
    std::vector<guardrail_automated_reasoning_statement> premises{};
    std::vector<guardrail_automated_reasoning_statement> claims{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_scenario {
    std::vector<guardrail_automated_reasoning_statement> statements{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_translation {
    std::vector<guardrail_automated_reasoning_statement> premises{};
    std::vector<guardrail_automated_reasoning_statement> claims{};
    std::vector<guardrail_automated_reasoning_input_text_reference> untranslated_premises{};
    std::vector<guardrail_automated_reasoning_input_text_reference> untranslated_claims{};
    std::optional<double> confidence{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_translation_option {
    std::vector<guardrail_automated_reasoning_translation> translations{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_valid_finding {
    std::optional<guardrail_automated_reasoning_translation> translation{};
    std::optional<guardrail_automated_reasoning_scenario> claims_true_scenario{};
    std::vector<guardrail_automated_reasoning_rule> supporting_rules{};
    std::optional<guardrail_automated_reasoning_logic_warning> logic_warning{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_invalid_finding {
    std::optional<guardrail_automated_reasoning_translation> translation{};
    std::vector<guardrail_automated_reasoning_rule> contradicting_rules{};
    std::optional<guardrail_automated_reasoning_logic_warning> logic_warning{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_satisfiable_finding {
    std::optional<guardrail_automated_reasoning_translation> translation{};
    std::optional<guardrail_automated_reasoning_scenario> claims_true_scenario{};
    std::optional<guardrail_automated_reasoning_scenario> claims_false_scenario{};
    std::optional<guardrail_automated_reasoning_logic_warning> logic_warning{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_impossible_finding {
    std::optional<guardrail_automated_reasoning_translation> translation{};
    std::vector<guardrail_automated_reasoning_rule> contradicting_rules{};
    std::optional<guardrail_automated_reasoning_logic_warning> logic_warning{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_translation_ambiguous_finding {
    std::vector<guardrail_automated_reasoning_translation_option> options{};
    std::vector<guardrail_automated_reasoning_scenario> difference_scenarios{};
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_too_complex_finding {
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_no_translations_finding {
    json::unknown_members unknown{};
};

struct guardrail_automated_reasoning_finding
    : json::one_of<guardrail_automated_reasoning_valid_finding, guardrail_automated_reasoning_invalid_finding,
                   guardrail_automated_reasoning_satisfiable_finding, guardrail_automated_reasoning_impossible_finding,
                   guardrail_automated_reasoning_translation_ambiguous_finding,
                   guardrail_automated_reasoning_too_complex_finding,
                   guardrail_automated_reasoning_no_translations_finding> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {
        "valid", "invalid", "satisfiable", "impossible", "translationAmbiguous", "tooComplex", "noTranslations"};
};

struct guardrail_automated_reasoning_policy_assessment {
    std::vector<guardrail_automated_reasoning_finding> findings{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<guardrail_logic_warning_type> {
    static constexpr std::string_view table[] = {"ALWAYS_FALSE", "ALWAYS_TRUE"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<guardrail_automated_reasoning_statement> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_statement, logic, "logic", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_statement, natural_language, "naturalLanguage",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_input_text_reference> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_input_text_reference, text, "text", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_rule> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_rule, identifier, "identifier", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_rule, policy_version_arn, "policyVersionArn",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_logic_warning> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_logic_warning, type, "type", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_logic_warning, premises, "premises", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_logic_warning, claims, "claims", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_scenario> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_scenario, statements, "statements", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_translation> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation, premises, "premises", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation, claims, "claims", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation, untranslated_premises, "untranslatedPremises",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation, untranslated_claims, "untranslatedClaims",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation, confidence, "confidence", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_translation_option> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation_option, translations, "translations",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_valid_finding> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_valid_finding, translation, "translation",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_valid_finding, claims_true_scenario, "claimsTrueScenario",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_valid_finding, supporting_rules, "supportingRules",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_valid_finding, logic_warning, "logicWarning",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_invalid_finding> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_invalid_finding, translation, "translation",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_invalid_finding, contradicting_rules, "contradictingRules",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_invalid_finding, logic_warning, "logicWarning",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_satisfiable_finding> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_satisfiable_finding, translation, "translation",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_satisfiable_finding, claims_true_scenario,
                           "claimsTrueScenario", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_satisfiable_finding, claims_false_scenario,
                           "claimsFalseScenario", json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_satisfiable_finding, logic_warning, "logicWarning",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_impossible_finding> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_impossible_finding, translation, "translation",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_impossible_finding, contradicting_rules, "contradictingRules",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_impossible_finding, logic_warning, "logicWarning",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_translation_ambiguous_finding> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation_ambiguous_finding, options, "options",
                           json::optional_field),
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_translation_ambiguous_finding, difference_scenarios,
                           "differenceScenarios", json::optional_field),
    };
};
template <>
struct json::fields_of<guardrail_automated_reasoning_too_complex_finding> {};
template <>
struct json::fields_of<guardrail_automated_reasoning_no_translations_finding> {};
template <>
struct json::fields_of<guardrail_automated_reasoning_policy_assessment> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(guardrail_automated_reasoning_policy_assessment, findings, "findings", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
