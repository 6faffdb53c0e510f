#include "bedrock/observer.hpp"

#include "support/catch.hpp"

using namespace bedrock;

TEST_CASE("what is known of a request becomes one line", "[observer]") {
    attempt_report report;
    report.operation = "ConverseStream";
    report.attempt = 1;
    report.milliseconds = 12;
    CHECK(describe(report) == "ConverseStream: attempt 1, no answer, 12 ms");
    report.error_name = "Timeout";
    CHECK(describe(report) == "ConverseStream: attempt 1, no answer: Timeout, 12 ms");
    report.http_status = 503;
    report.error_name = "ServiceUnavailableException";
    report.request_id = "4f3a";
    report.repeated_after_ms = 40;
    CHECK(
        describe(report) ==
        "ConverseStream: attempt 1, status 503 ServiceUnavailableException, request id 4f3a, 12 ms, again after 40 ms");
    CHECK(describe({.operation = "Converse", .attempt = 2, .http_status = 200, .request_id = "a", .milliseconds = 3}) ==
          "Converse: attempt 2, status 200, request id a, 3 ms");
}

TEST_CASE("what is known of a call becomes one line", "[observer]") {
    call_report report;
    report.operation = "ConverseStream";
    report.model_id = "m";
    report.attempts = 1;
    report.error_name = "Truncated";
    report.milliseconds = 12;
    CHECK(describe(report) == "ConverseStream m: Truncated, 1 attempt, 12 ms");
    report.error_name = {};
    report.attempts = 2;
    report.request_id = "4f3a";
    report.milliseconds = 912;
    report.first_event_ms = 400;
    report.events = 48;
    report.stop_reason = "end_turn";
    report.input_tokens = 12;
    report.output_tokens = 40;
    CHECK(describe(report) ==
          "ConverseStream m: complete, end_turn, 2 attempts, request id 4f3a, 912 ms, first event "
          "after 400 ms, 48 events, 12 tokens in, 40 out");
}
