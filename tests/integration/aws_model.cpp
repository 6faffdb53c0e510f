// Requests as the server received them, held against AWS's own service model by aws_model.py, which needs botocore.
// Where that is not installed, this skips and says so.
#include "bedrock/apply_guardrail.hpp"
#include "bedrock/async_invoke.hpp"
#include "bedrock/client.hpp"
#include "bedrock/control.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/guardrail_checks.hpp"
#include "bedrock/invoke.hpp"

#include "support/client_fixture.hpp"
#include "support/process.hpp"
#include "support/recorded_bedrock.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

std::string as_json_line(mock::received_request const& request) {
    std::string line;
    json::writer out(line);
    out.begin_object();
    out.key("method");
    out.string(request.head.method);
    out.key("target");
    out.string(request.head.target);
    out.key("headers");
    out.begin_object();
    for (auto const& [name, value] : request.head.headers) {
        std::string lower;
        for (auto const c : name) lower += ascii::to_lower(c);
        out.key(lower);
        out.string(value);
    }
    out.end_object();
    out.key("body");
    out.string(request.body);
    out.end_object();
    return line + "\n";
}

/// A verdict a request: the operation's name, a space, "ok" or what is wrong. Nothing without botocore.
std::optional<std::vector<std::string>> judge(std::string lines) {
    if (!process::is_on_path("python3")) return std::nullopt;
    process::options how;
    how.arguments = {"/bin/sh", "-c", "exec python3 '" BEDROCK_TEST_SCRIPTS "/integration/aws_model.py'"};
    for (char** variable = environ; *variable; ++variable) how.environment.emplace_back(*variable);
    how.input = std::move(lines);
    auto const run = process::run(how);
    if (run.exit_status == 77) return std::nullopt;
    INFO(run.err);
    REQUIRE(run.exit_status == 0);
    std::vector<std::string> verdicts;
    std::istringstream out(run.out);
    for (std::string line; std::getline(out, line);) verdicts.push_back(line);
    return verdicts;
}

/// Every member of the request, and most blocks.
converse_request everything() {
    auto request = json::read<converse_request>(R"({
        "messages": [
            {"role": "user", "content": [
                {"text": "look"},
                {"image": {"format": "png", "source": {"bytes": "AQID"}}},
                {"document": {"format": "pdf", "name": "report", "source": {"bytes": "AQID"}, "context": "of May",
                              "citations": {"enabled": true}}},
                {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/v.mp4"}}}},
                {"guardContent": {"text": {"text": "is it so?", "qualifiers": ["query"]}}},
                {"cachePoint": {"type": "default", "ttl": "5m"}}]},
            {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
                {"reasoningContent": {"redactedContent": "AQID"}},
                {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": [1, null, {}]}}}]},
            {"role": "user", "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "42"}, {"json": {"x": 1}}],
                                "status": "success"}}]}],
        "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
        "inferenceConfig": {"maxTokens": 512, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"]},
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "description": "does f", "inputSchema": {"json": {"type": "object"}}}},
                      {"cachePoint": {"type": "default"}}],
            "toolChoice": {"tool": {"name": "f"}}},
        "guardrailConfig": {"guardrailIdentifier": "gr1", "guardrailVersion": "DRAFT", "trace": "enabled"},
        "additionalModelRequestFields": {"top_k": 5},
        "promptVariables": {"who": {"text": "you"}},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "requestMetadata": {"team": "x"},
        "performanceConfig": {"latency": "optimized"},
        "serviceTier": {"type": "flex"},
        "outputConfig": {"textFormat": {"type": "json_schema",
                                        "structure": {"jsonSchema": {"schema": "{}", "name": "n"}}}}})");
    INFO((request ? std::string() : request.error().message));
    REQUIRE(request);
    request->model_id = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-v1:0";
    return *request;
}

/// Sends every operation of the runtime, and the control plane's four.
void send_all(client& sender) {
    static_cast<void>(sender.converse(everything()));
    static_cast<void>(sender.open_stream(everything()).finish());
    invoke_model_request invocation{.model_id = "amazon.titan-text-express-v1", .body = "{}", .accept = "*/*"};
    invocation.trace = invoke_trace::enabled_full;
    invocation.guardrail_identifier = "gr1";
    invocation.guardrail_version = "1";
    invocation.service_tier = service_tier_type::priority;
    invocation.performance_config_latency = performance_latency::standard;
    invocation.request_metadata = {{"team", "x"}};
    static_cast<void>(sender.invoke_model(invocation));
    static_cast<void>(sender.open_invoke_stream(invocation).finish());
    static_cast<void>(sender.count_tokens({.model_id = "m", .input = ask_for("hi")}));
    static_cast<void>(sender.count_tokens(
        {.model_id = "m", .input = invoke_model_tokens_request{.body = byte_buffer{std::byte{'{'}, std::byte{'}'}}}}));
    static_cast<void>(sender.apply_guardrail({.guardrail_identifier = "gr1",
                                              .guardrail_version = "1",
                                              .source = guardrail_content_source::input,
                                              .content = {guardrail_text_block{.text = "a fine day"}}}));
    static_cast<void>(sender.invoke_guardrail_checks(
        {.messages = {{.role = guardrail_checks_role::user, .content = {"an EMAIL"}}},
         .checks = {.sensitive_information = guardrail_checks_sensitive_information_config{
                        .entities = {{.type = guardrail_checks_sensitive_information_entity_type::email}}}}}));
    static_cast<void>(sender.start_async_invoke(
        {.model_id = "amazon.nova-reel-v1:0",
         .model_input = R"({"taskType":"TEXT_VIDEO"})",
         .output_data_config = async_invoke_s3_output_data_config{.s3_uri = "s3://bucket/out"},
         .tags = {{.key = "team", .value = "x"}}}));
    static_cast<void>(sender.get_async_invoke(
        {.invocation_arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl"}));
    static_cast<void>(sender.list_async_invokes({.submit_time_after = "2026-01-02T03:04:05Z",
                                                 .status_equals = async_invoke_status::completed,
                                                 .max_results = 5}));
    static_cast<void>(sender.list_foundation_models({.by_provider = "Amazon"}));
    static_cast<void>(sender.get_foundation_model({.model_identifier = "amazon.nova-lite-v1:0"}));
    static_cast<void>(sender.list_inference_profiles({.max_results = 7}));
    static_cast<void>(sender.get_inference_profile({.inference_profile_identifier = "us.amazon.nova-lite-v1:0"}));
}

constexpr std::string_view operations[] = {"ApplyGuardrail",
                                           "Converse",
                                           "ConverseStream",
                                           "CountTokens",
                                           "GetAsyncInvoke",
                                           "GetFoundationModel",
                                           "GetInferenceProfile",
                                           "InvokeModel",
                                           "InvokeModelWithResponseStream",
                                           "ListAsyncInvokes",
                                           "ListFoundationModels",
                                           "ListInferenceProfiles",
                                           "StartAsyncInvoke"};

}  // namespace

TEST_CASE("aws_model: what we send is what AWS's model of the service takes") {
    client_fixture f;
    f.server.set_authorization(mock::default_authorization());
    auto sender = f.one_attempt_client();
    send_all(sender);
    for (auto const* const wanted : {"converse", "converse-stream"}) {
        auto const recorded = recorded_calls(wanted);
        if (!recorded) {
            WARN("recorded requests left out: no conformance vectors (-Dvectors=DIR)");
            break;
        }
        for (auto const& exchange : *recorded) {
            auto request = json::read<converse_request>(exchange.request_body);
            if (!request) continue;
            request->model_id = "m";
            static_cast<void>(sender.converse(*request));
        }
    }
    std::string lines;
    auto const requests = f.server.requests();
    for (auto const& request : requests) lines += as_json_line(request);
    auto const verdicts = judge(lines);
    if (!verdicts) {
        WARN("skipped: python3 has no botocore");
        return;
    }
    REQUIRE(verdicts->size() == requests.size());
    std::set<std::string, std::less<>> seen;
    for (std::size_t index = 0; index != requests.size(); ++index) {
        auto const& verdict = (*verdicts)[index];
        // A botocore of before November 2026 does not have this operation yet.
        if (requests[index].head.target == "/guardrail-checks/invoke" && verdict.starts_with("none ")) continue;
        // One recording has a media type for a format, which is sent as it is.
        if (contains(verdict, "'video/mp4' is none of")) continue;
        INFO(requests[index].body);
        CHECK(verdict.substr(verdict.find(' ') + 1) == "ok");
        seen.insert(verdict.substr(0, verdict.find(' ')));
    }
    for (auto const operation : operations) {
        INFO(operation);
        CHECK(seen.contains(operation));
    }
}

TEST_CASE("aws_model: the judge finds what is wrong") {
    mock::received_request bad;
    bad.head.method = "POST";
    bad.head.target = "/model/m/converse";
    bad.body = R"({"messages":[{"role":"user","content":[{"txt":"hi"}]}],"system":[{"text":1}]})";
    auto nowhere = bad;
    nowhere.head.target = "/model/m/converses";
    auto const verdicts = judge(as_json_line(bad) + as_json_line(nowhere));
    if (!verdicts) {
        WARN("skipped: python3 has no botocore");
        return;
    }
    REQUIRE(verdicts->size() == 2);
    CHECK((*verdicts)[0].find("txt") != std::string::npos);
    CHECK((*verdicts)[0].find("system[0].text") != std::string::npos);
    CHECK((*verdicts)[1].starts_with("none "));
}
