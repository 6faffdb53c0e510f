// SPDX-License-Identifier: MIT
// Owns the names under which OpenTelemetry knows what is told of a call.
// Never sends anything, and has no text of a conversation among its attributes.
#ifndef BEDROCK_TELEMETRY_HPP
#define BEDROCK_TELEMETRY_HPP

#include "bedrock/config.hpp"
#include "bedrock/observer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// An attribute of a span: a number, else a text.
struct telemetry_attribute {
    std::string_view name{};
    std::string text{};
    std::optional<std::int64_t> number{};
};

/// The attributes of a call's span, those that are known; `gen_ai.response.finish_reasons` is an array of the one.
/// **Source:** OpenTelemetry's semantic conventions 1.37 (2025) for generative AI, AWS SDKs and HTTP; what has no name
/// there is under "bedrock.".
std::vector<telemetry_attribute> telemetry_of(call_report const& report);

/// The name of its span: operation and model, "chat us.anthropic.claude-opus-4-6-v1".
std::string telemetry_span_name(call_report const& report);

// ---------------------------------------------------------------------------------------------------------------------

namespace telemetry_detail {

/// "" for what is no work of a model.
inline std::string_view find_operation(std::string_view operation) noexcept {
    if (operation.starts_with("Converse")) return "chat";
    if (operation.starts_with("InvokeModel")) return "generate_content";
    return {};
}

}  // namespace telemetry_detail

inline std::vector<telemetry_attribute> telemetry_of(call_report const& report) {
    std::vector<telemetry_attribute> all;
    auto const add = [&all](std::string_view name, std::string_view text) {
        if (!text.empty()) all.push_back({name, std::string(text), {}});
    };
    auto const add_number = [&all](std::string_view name, std::optional<std::int64_t> number) {
        if (number) all.push_back({name, {}, number});
    };
    add("gen_ai.provider.name", "aws.bedrock");
    add("gen_ai.operation.name", telemetry_detail::find_operation(report.operation));
    add("gen_ai.request.model", report.model_id);
    add("gen_ai.response.finish_reasons", report.stop_reason);
    add_number("gen_ai.usage.input_tokens", report.input_tokens);
    add_number("gen_ai.usage.output_tokens", report.output_tokens);
    add("rpc.system", "aws-api");
    add("rpc.method", report.operation);
    add("aws.request_id", report.request_id);
    add("error.type", report.error_name);
    if (report.http_status != 0) add_number("http.response.status_code", report.http_status);
    if (report.attempts > 1) add_number("http.request.resend_count", report.attempts - 1);
    add_number("bedrock.first_event_ms", report.first_event_ms);
    if (report.events != 0) add_number("bedrock.events", static_cast<std::int64_t>(report.events));
    return all;
}

inline std::string telemetry_span_name(call_report const& report) {
    auto const operation = telemetry_detail::find_operation(report.operation);
    std::string name(operation.empty() ? report.operation : operation);
    if (!report.model_id.empty()) name.append(" ").append(report.model_id);
    return name;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
