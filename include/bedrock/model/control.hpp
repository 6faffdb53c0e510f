// SPDX-License-Identifier: MIT
// Owns the requests and responses by which the control plane tells of models and inference profiles:
// ListFoundationModels, GetFoundationModel, ListInferenceProfiles, GetInferenceProfile. Never judges what they say.
#ifndef BEDROCK_MODEL_CONTROL_HPP
#define BEDROCK_MODEL_CONTROL_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class model_modality : unsigned char { unknown, text, image, embedding };
enum class model_customization : unsigned char { unknown, fine_tuning, continued_pre_training, distillation };
enum class inference_type : unsigned char { unknown, on_demand, provisioned };
enum class foundation_model_lifecycle_status : unsigned char { unknown, active, legacy };
enum class inference_profile_status : unsigned char { unknown, active };
enum class inference_profile_type : unsigned char { unknown, system_defined, application };

/// Filters, all in the query; what is not set filters nothing.
struct list_foundation_models_request {
    std::string by_provider{};  ///< the display name: "Mistral AI"
    json::open_enum<model_customization> by_customization_type{};
    json::open_enum<model_modality> by_output_modality{};
    json::open_enum<inference_type> by_inference_type{};
};

/// Times are ISO 8601, "2026-01-02T03:04:05Z" (bedrock/time.hpp reads them).
struct foundation_model_lifecycle {
    json::open_enum<foundation_model_lifecycle_status> status{};
    std::string start_of_life_time{};
    std::string end_of_life_time{};
    std::string legacy_time{};
    std::string public_extended_access_time{};
    json::unknown_members unknown{};
};

struct foundation_model_summary {
    std::string model_arn{};
    std::string model_id{};
    std::string model_name{};
    std::string provider_name{};
    std::vector<json::open_enum<model_modality>> input_modalities{};
    std::vector<json::open_enum<model_modality>> output_modalities{};
    std::optional<bool> response_streaming_supported{};
    std::vector<json::open_enum<model_customization>> customizations_supported{};
    std::vector<json::open_enum<inference_type>> inference_types_supported{};
    foundation_model_lifecycle model_lifecycle{};
    json::unknown_members unknown{};
};

/// One answer has them all: the operation has no pages.
struct list_foundation_models_response {
    std::vector<foundation_model_summary> model_summaries{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

struct get_foundation_model_request {
    std::string model_identifier{};  ///< id or ARN; in the path
};

struct get_foundation_model_response {
    foundation_model_summary model_details{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

/// Everything is in the query.
struct list_inference_profiles_request {
    std::optional<std::int32_t> max_results{};  ///< of a page, 1..1000
    std::string next_token{};                   ///< of the page before
    json::open_enum<inference_profile_type> type_equals{};
};

struct inference_profile_model {
    std::string model_arn{};
    json::unknown_members unknown{};
};

/// Times are ISO 8601.
struct inference_profile_summary {
    std::string inference_profile_name{};
    std::string description{};
    std::string created_at{};
    std::string updated_at{};
    std::string inference_profile_arn{};
    std::vector<inference_profile_model> models{};  ///< the same model in one or more regions
    std::string inference_profile_id{};
    json::open_enum<inference_profile_status> status{};
    json::open_enum<inference_profile_type> type{};
    json::unknown_members unknown{};
};

struct list_inference_profiles_response {
    std::vector<inference_profile_summary> inference_profile_summaries{};
    /// For the next page; empty on the last one.
    std::string next_token{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

struct get_inference_profile_request {
    std::string inference_profile_identifier{};  ///< id or ARN; in the path
};

/// A summary as a whole answer; times are ISO 8601.
struct get_inference_profile_response {
    std::string inference_profile_name{};
    std::string description{};
    std::string created_at{};
    std::string updated_at{};
    std::string inference_profile_arn{};
    std::vector<inference_profile_model> models{};  ///< the same model in one or more regions
    std::string inference_profile_id{};
    json::open_enum<inference_profile_status> status{};
    json::open_enum<inference_profile_type> type{};
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
struct json::enum_texts<model_modality> {
    static constexpr std::string_view table[] = {"TEXT", "IMAGE", "EMBEDDING"};
};
template <>
struct json::enum_texts<model_customization> {
    static constexpr std::string_view table[] = {"FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"};
};
template <>
struct json::enum_texts<inference_type> {
    static constexpr std::string_view table[] = {"ON_DEMAND", "PROVISIONED"};
};
template <>
struct json::enum_texts<foundation_model_lifecycle_status> {
    static constexpr std::string_view table[] = {"ACTIVE", "LEGACY"};
};
template <>
struct json::enum_texts<inference_profile_status> {
    static constexpr std::string_view table[] = {"ACTIVE"};
};
template <>
struct json::enum_texts<inference_profile_type> {
    static constexpr std::string_view table[] = {"SYSTEM_DEFINED", "APPLICATION"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<foundation_model_lifecycle> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(foundation_model_lifecycle, status, "status", json::required_field),
        BEDROCK_JSON_FIELD(foundation_model_lifecycle, start_of_life_time, "startOfLifeTime", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_lifecycle, end_of_life_time, "endOfLifeTime", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_lifecycle, legacy_time, "legacyTime", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_lifecycle, public_extended_access_time, "publicExtendedAccessTime",
                           json::optional_field),
    };
};
template <>
struct json::fields_of<foundation_model_summary> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(foundation_model_summary, model_arn, "modelArn", json::required_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, model_id, "modelId", json::required_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, model_name, "modelName", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, provider_name, "providerName", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, input_modalities, "inputModalities", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, output_modalities, "outputModalities", json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, response_streaming_supported, "responseStreamingSupported",
                           json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, customizations_supported, "customizationsSupported",
                           json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, inference_types_supported, "inferenceTypesSupported",
                           json::optional_field),
        BEDROCK_JSON_FIELD(foundation_model_summary, model_lifecycle, "modelLifecycle", json::optional_field),
    };
};
template <>
struct json::fields_of<list_foundation_models_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(list_foundation_models_response, model_summaries, "modelSummaries",
                           json::response_field | json::advisory_field),
    };
};
template <>
struct json::fields_of<get_foundation_model_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(get_foundation_model_response, model_details, "modelDetails", json::response_field),
    };
};
template <>
struct json::fields_of<inference_profile_model> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(inference_profile_model, model_arn, "modelArn", json::optional_field),
    };
};
template <>
struct json::fields_of<inference_profile_summary> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(inference_profile_summary, inference_profile_name, "inferenceProfileName",
                           json::required_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, description, "description", json::optional_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, created_at, "createdAt", json::optional_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, updated_at, "updatedAt", json::optional_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, inference_profile_arn, "inferenceProfileArn",
                           json::required_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, models, "models", json::required_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, inference_profile_id, "inferenceProfileId", json::required_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, status, "status", json::required_field),
        BEDROCK_JSON_FIELD(inference_profile_summary, type, "type", json::required_field),
    };
};
template <>
struct json::fields_of<list_inference_profiles_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(list_inference_profiles_response, inference_profile_summaries, "inferenceProfileSummaries",
                           json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(list_inference_profiles_response, next_token, "nextToken", json::optional_field),
    };
};
template <>
struct json::fields_of<get_inference_profile_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(get_inference_profile_response, inference_profile_name, "inferenceProfileName",
                           json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, description, "description", json::optional_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, created_at, "createdAt", json::optional_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, updated_at, "updatedAt", json::optional_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, inference_profile_arn, "inferenceProfileArn",
                           json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, models, "models", json::required_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, inference_profile_id, "inferenceProfileId",
                           json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, status, "status",
                           json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_inference_profile_response, type, "type", json::required_field | json::advisory_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
