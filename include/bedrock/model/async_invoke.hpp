// SPDX-License-Identifier: MIT
// Owns the requests and responses of asynchronous invocations: StartAsyncInvoke, GetAsyncInvoke, ListAsyncInvokes.
// Never waits for an invocation: its output arrives in S3.
#ifndef BEDROCK_MODEL_ASYNC_INVOKE_HPP
#define BEDROCK_MODEL_ASYNC_INVOKE_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class async_invoke_status : unsigned char { unknown, in_progress, completed, failed };
enum class sort_async_invocation_by : unsigned char { unknown, submission_time };
enum class sort_order : unsigned char { unknown, ascending, descending };

struct async_invoke_s3_output_data_config {
    std::string s3_uri{};        ///< "s3://bucket/prefix"
    std::string kms_key_id{};    ///< ARN
    std::string bucket_owner{};  ///< account id
    json::unknown_members unknown{};
};

struct async_invoke_output_data_config : json::one_of<async_invoke_s3_output_data_config> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"s3OutputDataConfig"};
};

struct tag {
    std::string key{};
    std::string value{};
    json::unknown_members unknown{};
};

struct start_async_invoke_request {
    /// Starts nothing anew where an earlier request had the same. Empty: made up, one for all repeats of a call.
    std::string client_request_token{};
    /// Id or ARN; in the body.
    std::string model_id{};
    /// The model's own input, as JSON.
    json::document model_input{};
    async_invoke_output_data_config output_data_config{};
    std::vector<tag> tags{};
    json::unknown_members unknown{};
};

struct start_async_invoke_response {
    std::string invocation_arn{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

struct get_async_invoke_request {
    std::string invocation_arn{};  ///< in the path
};

/// Times are ISO 8601, "2026-01-02T03:04:05Z" (bedrock/time.hpp reads them).
struct get_async_invoke_response {
    std::string invocation_arn{};
    std::string model_arn{};
    std::string client_request_token{};
    json::open_enum<async_invoke_status> status{};
    std::string failure_message{};
    std::string submit_time{};
    std::string last_modified_time{};
    std::string end_time{};
    async_invoke_output_data_config output_data_config{};
    /// x-amzn-requestid. Not in the body.
    std::string request_id{};
    /// Requests sent for this answer. Not in the body.
    int attempts = 0;
    /// What was skipped because it is not as the service describes it. Not in the body.
    json::note_list notes{};
    json::unknown_members unknown{};
};

/// Everything is in the query; times are ISO 8601.
struct list_async_invokes_request {
    std::string submit_time_after{};
    std::string submit_time_before{};
    json::open_enum<async_invoke_status> status_equals{};
    std::optional<std::int32_t> max_results{};  ///< 1..1000
    std::string next_token{};                   ///< of the page before
    json::open_enum<sort_async_invocation_by> sort_by{};
    json::open_enum<bedrock::sort_order> sort_order{};
};

struct async_invoke_summary {
    std::string invocation_arn{};
    std::string model_arn{};
    std::string client_request_token{};
    json::open_enum<async_invoke_status> status{};
    std::string failure_message{};
    std::string submit_time{};
    std::string last_modified_time{};
    std::string end_time{};
    async_invoke_output_data_config output_data_config{};
    json::unknown_members unknown{};
};

struct list_async_invokes_response {
    /// For the next page; empty on the last one.
    std::string next_token{};
    std::vector<async_invoke_summary> async_invoke_summaries{};
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
struct json::enum_texts<async_invoke_status> {
    static constexpr std::string_view table[] = {"InProgress", "Completed", "Failed"};
};
template <>
struct json::enum_texts<sort_async_invocation_by> {
    static constexpr std::string_view table[] = {"SubmissionTime"};
};
template <>
struct json::enum_texts<sort_order> {
    static constexpr std::string_view table[] = {"Ascending", "Descending"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<async_invoke_s3_output_data_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(async_invoke_s3_output_data_config, s3_uri, "s3Uri", json::required_field),
        BEDROCK_JSON_FIELD(async_invoke_s3_output_data_config, kms_key_id, "kmsKeyId", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_s3_output_data_config, bucket_owner, "bucketOwner", json::optional_field),
    };
};
template <>
struct json::fields_of<tag> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(tag, key, "key", json::required_field),
        BEDROCK_JSON_FIELD(tag, value, "value", json::required_field),
    };
};
template <>
struct json::fields_of<start_async_invoke_request> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(start_async_invoke_request, client_request_token, "clientRequestToken",
                           json::optional_field),
        BEDROCK_JSON_FIELD(start_async_invoke_request, model_id, "modelId", json::required_field),
        BEDROCK_JSON_FIELD(start_async_invoke_request, model_input, "modelInput", json::required_field),
        BEDROCK_JSON_FIELD(start_async_invoke_request, output_data_config, "outputDataConfig", json::required_field),
        BEDROCK_JSON_FIELD(start_async_invoke_request, tags, "tags", json::optional_field),
    };
};
template <>
struct json::fields_of<start_async_invoke_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(start_async_invoke_response, invocation_arn, "invocationArn",
                           json::required_field | json::response_field),
    };
};
template <>
struct json::fields_of<get_async_invoke_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(get_async_invoke_response, invocation_arn, "invocationArn",
                           json::required_field | json::response_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, model_arn, "modelArn",
                           json::required_field | json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, client_request_token, "clientRequestToken", json::optional_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, status, "status", json::response_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, failure_message, "failureMessage", json::optional_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, submit_time, "submitTime",
                           json::required_field | json::response_field | json::advisory_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, last_modified_time, "lastModifiedTime", json::optional_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, end_time, "endTime", json::optional_field),
        BEDROCK_JSON_FIELD(get_async_invoke_response, output_data_config, "outputDataConfig",
                           json::response_field | json::advisory_field),
    };
};
template <>
struct json::fields_of<async_invoke_summary> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(async_invoke_summary, invocation_arn, "invocationArn", json::required_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, model_arn, "modelArn", json::required_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, client_request_token, "clientRequestToken", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, status, "status", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, failure_message, "failureMessage", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, submit_time, "submitTime", json::required_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, last_modified_time, "lastModifiedTime", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, end_time, "endTime", json::optional_field),
        BEDROCK_JSON_FIELD(async_invoke_summary, output_data_config, "outputDataConfig", json::optional_field),
    };
};
template <>
struct json::fields_of<list_async_invokes_response> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(list_async_invokes_response, next_token, "nextToken", json::optional_field),
        BEDROCK_JSON_FIELD(list_async_invokes_response, async_invoke_summaries, "asyncInvokeSummaries",
                           json::response_field | json::advisory_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
