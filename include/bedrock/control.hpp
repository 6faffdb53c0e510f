// SPDX-License-Identifier: MIT
// Owns the control plane's operations on the client: which models and inference profiles there are.
// Never goes to the runtime's host: the control plane has its own, and AWS_ENDPOINT_URL_BEDROCK.
#ifndef BEDROCK_CONTROL_HPP
#define BEDROCK_CONTROL_HPP

#include "bedrock/call.hpp"
#include "bedrock/client.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model/control.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/uri.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

inline operation make_control_question(std::string_view name, std::string path) {
    constexpr std::int64_t longest_answer_ms = 30'000;  // OpenClaw's limit for a control plane request
    auto made = make_question(name, std::move(path));
    made.service = control_service;
    made.longest_first_byte_ms = longest_answer_ms;
    return made;
}

/// The one about a thing that is named in the path, and whose ARN says its region.
inline result<operation> make_control_question_on(std::string_view name, std::string path, std::string const& id,
                                                  std::string_view member) {
    if (id.empty()) return fail(errc::invalid_input, std::string(member) + " is empty; give an id or an ARN");
    append_percent_encoded(path, id);
    auto made = make_control_question(name, std::move(path));
    made.model_id = id;
    return made;
}

inline operation make_control_operation(list_foundation_models_request const& request) {
    std::string path = "/foundation-models";
    append_query(path, "byProvider", request.by_provider);
    append_query(path, "byCustomizationType", request.by_customization_type.text());
    append_query(path, "byOutputModality", request.by_output_modality.text());
    append_query(path, "byInferenceType", request.by_inference_type.text());
    return make_control_question("ListFoundationModels", std::move(path));
}

inline operation make_control_operation(list_inference_profiles_request const& request) {
    std::string path = "/inference-profiles";
    if (request.max_results) append_query(path, "maxResults", std::to_string(*request.max_results));
    append_query(path, "nextToken", request.next_token);
    append_query(path, "type", request.type_equals.text());
    return make_control_question("ListInferenceProfiles", std::move(path));
}

inline result<operation> make_control_operation(get_foundation_model_request const& request) {
    return make_control_question_on("GetFoundationModel", "/foundation-models/", request.model_identifier,
                                    "model_identifier");
}

inline result<operation> make_control_operation(get_inference_profile_request const& request) {
    return make_control_question_on("GetInferenceProfile", "/inference-profiles/", request.inference_profile_identifier,
                                    "inference_profile_identifier");
}

}  // namespace detail

template <class Use>
result<list_foundation_models_response> basic_client<Use>::list_foundation_models(
    list_foundation_models_request const& request, call_options const& options) {
    return ask<list_foundation_models_response>(detail::make_control_operation(request), options);
}

template <class Use>
result<get_foundation_model_response> basic_client<Use>::get_foundation_model(
    get_foundation_model_request const& request, call_options const& options) {
    return ask<get_foundation_model_response>(detail::make_control_operation(request), options);
}

template <class Use>
result<list_inference_profiles_response> basic_client<Use>::list_inference_profiles(
    list_inference_profiles_request const& request, call_options const& options) {
    return ask<list_inference_profiles_response>(detail::make_control_operation(request), options);
}

template <class Use>
result<get_inference_profile_response> basic_client<Use>::get_inference_profile(
    get_inference_profile_request const& request, call_options const& options) {
    return ask<get_inference_profile_response>(detail::make_control_operation(request), options);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
