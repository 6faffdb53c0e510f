#include "bedrock/telemetry.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

namespace {

std::string lines_of(call_report const& report) {
    std::string all;
    for (auto const& one : telemetry_of(report))
        all += std::string(one.name) + "=" + (one.number ? std::to_string(*one.number) : one.text) + "\n";
    return all;
}

}  // namespace

TEST_CASE("telemetry: a stream that succeeded", "[observer]") {
    call_report report;
    report.operation = "ConverseStream";
    report.model_id = "m";
    report.attempts = 2;
    report.http_status = 200;
    report.request_id = "4f3a";
    report.first_event_ms = 400;
    report.events = 48;
    report.stop_reason = "end_turn";
    report.input_tokens = 12;
    report.output_tokens = 0;
    CHECK(lines_of(report) ==
          "gen_ai.provider.name=aws.bedrock\ngen_ai.operation.name=chat\ngen_ai.request.model=m\n"
          "gen_ai.response.finish_reasons=end_turn\ngen_ai.usage.input_tokens=12\ngen_ai.usage.output_tokens=0\n"
          "rpc.system=aws-api\nrpc.method=ConverseStream\naws.request_id=4f3a\nhttp.response.status_code=200\n"
          "http.request.resend_count=1\nbedrock.first_event_ms=400\nbedrock.events=48\n");
    CHECK(telemetry_span_name(report) == "chat m");
}

TEST_CASE("telemetry: what failed before anything was sent", "[observer]") {
    call_report report;
    report.operation = "ListFoundationModels";
    report.error_name = "Credentials";
    CHECK(lines_of(report) ==
          "gen_ai.provider.name=aws.bedrock\nrpc.system=aws-api\nrpc.method=ListFoundationModels\n"
          "error.type=Credentials\n");
    CHECK(telemetry_span_name(report) == "ListFoundationModels");
    report.operation = "InvokeModel";
    CHECK(telemetry_span_name(report) == "generate_content");
}
