#include "bedrock/model/converse.hpp"

#include "support/catch.hpp"

#include "bedrock/model/guardrail_trace.hpp"
#include "support/random_json.hpp"
#include "support/recorded_bedrock.hpp"

#include <limits>
#include <string>

namespace {

std::string body_of(bedrock::converse_request const& request) {
    std::string out;
    auto const done = bedrock::write_converse_body(request, out);
    return done ? out : done.error().message;
}

}  // namespace

TEST_CASE("every type of converse survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::inference_config>();
    check_random_round_trips<bedrock::prompt_variable_value>();
    check_random_round_trips<bedrock::performance_config>();
    check_random_round_trips<bedrock::output_config>();
    check_random_round_trips<bedrock::converse_request>();
    check_random_round_trips<bedrock::token_usage>();
    check_random_round_trips<bedrock::converse_metrics>();
    check_random_round_trips<bedrock::converse_trace>();
    check_random_round_trips<bedrock::prompt_router_trace>();
    check_random_round_trips<bedrock::converse_response>();
}

TEST_CASE("a request sends what was set and nothing else", "[model]") {
    CHECK(
        body_of({.model_id = "us.anthropic.claude-opus-4-6-v1",
                 .messages = {bedrock::user("Why is the sky blue?")},
                 .inference = {.max_tokens = 512}}) ==
        R"({"messages":[{"role":"user","content":[{"text":"Why is the sky blue?"}]}],"inferenceConfig":{"maxTokens":512}})");
    CHECK(body_of({.model_id = "m"}) == "{}");
    CHECK(body_of({.inference = {.temperature = 0.7f, .top_p = 0.0f, .stop_sequences = {"a", "b"}}}) ==
          R"({"inferenceConfig":{"temperature":0.7,"topP":0,"stopSequences":["a","b"]}})");
}

TEST_CASE("all members of a request have their wire names and shapes", "[model]") {
    bedrock::converse_request const request{
        .messages = {bedrock::user("hi")},
        .system = {"Be brief.", bedrock::cache_point_block{.ttl = bedrock::cache_ttl::one_hour}},
        .tools = {.tools = {bedrock::tool_specification{.name = "f", .input_schema = R"({"type":"object"})"},
                            bedrock::system_tool{.name = "nova_grounding"}},
                  .choice = bedrock::specific_tool_choice{.name = "f"}},
        .guardrail = {.guardrail_identifier = "g", .guardrail_version = "1"},
        .additional_model_request_fields = R"({"top_k":5})",
        .prompt_variables = {{"b", "2"}, {"a", "1"}},
        .additional_model_response_field_paths = {"/stop_details"},
        .request_metadata = {{"team", "x"}},
        .performance = {.latency = bedrock::performance_latency::optimized},
        .service_tier = {.type = bedrock::service_tier_type::flex},
        .output = {.text_format = bedrock::output_format{.json_schema = {.schema = "{}"}}, .effort = "low"},
    };
    CHECK(
        body_of(request) ==
        R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],)"
        R"("system":[{"text":"Be brief."},{"cachePoint":{"type":"default","ttl":"1h"}}],)"
        R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},)"
        R"({"systemTool":{"name":"nova_grounding"}}],"toolChoice":{"tool":{"name":"f"}}},)"
        R"("guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},)"
        R"("additionalModelRequestFields":{"top_k":5},"promptVariables":{"b":{"text":"2"},"a":{"text":"1"}},)"
        R"("additionalModelResponseFieldPaths":["/stop_details"],"requestMetadata":{"team":"x"},)"
        R"("performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"},)"
        R"("outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}"}}},"effort":"low"}})");
}

TEST_CASE("the stream processing mode is sent with ConverseStream only", "[model]") {
    bedrock::converse_request const request{
        .guardrail = {.guardrail_identifier = "g",
                      .stream_processing_mode = bedrock::guardrail_stream_processing_mode::async}};
    CHECK(body_of(request) == R"({"guardrailConfig":{"guardrailIdentifier":"g"}})");
    std::string stream;
    REQUIRE(bedrock::write_converse_stream_body(request, stream));
    CHECK(stream == R"({"guardrailConfig":{"guardrailIdentifier":"g","streamProcessingMode":"async"}})");
}

TEST_CASE("a request that cannot be sent names the member", "[model]") {
    CHECK(body_of({.inference = {.temperature = std::numeric_limits<float>::quiet_NaN()}}) ==
          "inferenceConfig.temperature: not a finite number");
    CHECK(body_of({.additional_model_request_fields = "{\"a\":}"}) ==
          "additionalModelRequestFields: not a valid JSON document");
    CHECK(body_of({.messages = {bedrock::assistant(bedrock::tool_use_block{.input = "{"})}}) ==
          "messages[0].content[0].toolUse.input: not a valid JSON document");
    CHECK(body_of({.messages = {bedrock::user("a"), bedrock::message{.content = {"b"}}}}) ==
          "messages[1].role: required, but not set");
    CHECK(body_of({.messages = {bedrock::user(bedrock::content_block())}}) ==
          "messages[0].content[0]: a union in which nothing is set");
    CHECK(body_of({.tools = {.tools = {bedrock::tool_specification{.name = "f"}}}}) ==
          "toolConfig.tools[0].toolSpec.inputSchema: required, but not set");

    std::string out = "before";
    auto const done = bedrock::write_converse_body({.messages = {bedrock::user(bedrock::content_block())}}, out);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == bedrock::errc::invalid_input);
    CHECK(out == "before");
}

TEST_CASE("invalid UTF-8 is replaced or refused", "[model]") {
    CHECK(body_of({.messages = {bedrock::user("a\xff")}}) ==
          "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\xef\xbf\xbd\"}]}]}");
    std::string out;
    auto const done = bedrock::write_converse_body({.messages = {bedrock::user("a\xff")}}, out,
                                                   {.on_invalid_utf8 = bedrock::json::invalid_utf8::fail});
    REQUIRE_FALSE(done);
    CHECK(done.error().message.find("messages[0].content[0].text: ") == 0);
}

TEST_CASE("a response gives its text and the tool uses to run", "[model]") {
    auto const reply = bedrock::json::read<bedrock::converse_response>(
        R"({"output":{"message":{"role":"assistant","content":[{"text":"a"},{"toolUse":{"toolUseId":"1","name":"f",)"
        R"("input":{"x":1}}},{"citationsContent":{"content":[{"text":"b"}]}},{"toolUse":{"toolUseId":"2","name":"s",)"
        R"("input":{},"type":"server_tool_use"}},{"text":"c"}]}},"stopReason":"tool_use",)"
        R"("usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,"cacheReadInputTokens":0},"metrics":{"latencyMs":9}})");
    REQUIRE(reply);
    CHECK(reply->text() == "abc");
    REQUIRE(reply->tool_uses().size() == 1);
    CHECK(reply->tool_uses()[0]->input.text() == R"({"x":1})");
    CHECK(reply->stop_reason == bedrock::stop_reason::tool_use);
    CHECK(reply->usage.total_tokens == 3);
    CHECK(reply->usage.cache_read_input_tokens == 0);
    CHECK_FALSE(reply->usage.cache_write_input_tokens);
    CHECK(reply->metrics.latency_ms == 9);
}

TEST_CASE("stop reasons of tomorrow keep their text", "[model]") {
    auto const reply = bedrock::json::read<bedrock::converse_response>(R"({"stopReason":"refusal"})");
    REQUIRE(reply);
    CHECK(reply->stop_reason.value() == bedrock::stop_reason::unknown);
    CHECK(reply->stop_reason.text() == "refusal");
    CHECK(*bedrock::json::write(*reply) == R"({"stopReason":"refusal"})");
}

TEST_CASE("an output that is no message survives", "[model]") {
    CHECK(rewritten<bedrock::converse_response>(R"({"output":{"draft":[1]}})") == R"({"output":{"draft":[1]}})");
    CHECK(rewritten<bedrock::converse_response>(R"({"output":{"message":{"role":"user","content":[]},"draft":1}})") ==
          "output: expected exactly one member, found \"message\" and \"draft\"");
}

TEST_CASE("nothing is fabricated for an answer that broke off", "[model]") {
    bedrock::converse_response reply;
    reply.message = bedrock::assistant("half");
    CHECK(*bedrock::json::write(reply) == R"({"output":{"message":{"role":"assistant","content":[{"text":"half"}]}}})");
}

TEST_CASE("a guardrail trace is parsed when asked for", "[model]") {
    auto const reply = bedrock::json::read<bedrock::converse_response>(
        R"({"trace":{"guardrail":{"inputAssessment":{"id":{"topicPolicy":{"topics":[{"name":"t","type":"DENY",)"
        R"("action":"BLOCKED"}]}}}},"promptRouter":{"invokedModelId":"m"}}})");
    REQUIRE(reply);
    auto const trace = reply->trace.guardrail.parse();
    REQUIRE(trace);
    REQUIRE(trace->input_assessment.size() == 1);
    CHECK(trace->input_assessment[0].first == "id");
    REQUIRE(trace->input_assessment[0].second.topic_policy);
    CHECK(trace->input_assessment[0].second.topic_policy->topics.at(0).action ==
          bedrock::guardrail_policy_action::blocked);
    CHECK(reply->trace.prompt_router.parse()->invoked_model_id == "m");
}

TEST_CASE("recorded requests and responses survive reading and writing", "[model][vectors]") {
    for (auto const* const wanted : {"converse", "converse-stream"}) {
        auto const exchanges = recorded_calls(wanted);
        if (!exchanges) {
            WARN("skipped: no conformance vectors (-Dvectors=DIR)");
            return;
        }
        REQUIRE(exchanges->size() > 20);
        for (auto const& exchange : *exchanges) {
            INFO(exchange.id);
            auto const& body = exchange.request_body;
            if (!body.empty() && json_difference(body, body).empty()) {  // one recording lost its last brackets
                auto const request = bedrock::json::read<bedrock::converse_request>(body);
                INFO((request ? std::string() : request.error().message));
                REQUIRE(request);
                std::string again;
                REQUIRE(bedrock::write_converse_stream_body(*request, again));
                CHECK(json_difference(body, again) == "");
            } else if (!body.empty()) {
                CHECK_FALSE(bedrock::json::read<bedrock::converse_request>(body));
            }
            if (exchange.response_body.empty()) continue;
            auto const response = bedrock::json::read<bedrock::converse_response>(exchange.response_body);
            INFO((response ? std::string() : response.error().message));
            REQUIRE(response);
            CHECK(response->message.role == bedrock::conversation_role::assistant);
            CHECK(response->stop_reason.value() != bedrock::stop_reason::unknown);
            CHECK(json_difference(exchange.response_body, *bedrock::json::write(*response)) == "");
            if (response->trace.guardrail.empty()) continue;
            auto const trace = response->trace.guardrail.parse();
            INFO((trace ? std::string() : trace.error().message));
            REQUIRE(trace);
            CHECK(json_difference(response->trace.guardrail.text(), *bedrock::json::write(*trace)).empty());
        }
    }
}
