#include "bedrock/observer.hpp"

#include <catch2/catch.hpp>

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
