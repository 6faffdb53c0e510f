#include "support/runtime_answer.hpp"

#include "support/catch.hpp"

#include "support/frame_reader.hpp"

#include <string>
#include <string_view>

namespace {

mock::request_head head_of(std::string method, std::string target, mock::header_list headers = {}) {
    return {std::move(method), std::move(target), "HTTP/1.1", std::move(headers)};
}

std::string body_of(mock::reply const& reply) {
    std::string all;
    for (auto const& part : reply.parts) all += part.bytes;
    return all;
}

std::string answered(mock::request_head const& head, std::string_view body = {}) {
    auto const answer = mock::answer_runtime(head, body);
    if (!answer) return "none of these";
    return answer->error ? answer->error->type + ": " + answer->error->message : body_of(answer->answer);
}

std::string posted(std::string target, std::string_view body) {
    return answered(head_of("POST", std::move(target)), body);
}

}  // namespace

TEST_CASE("the mock leaves to others what is not its operation", "[mock]") {
    for (auto const* const target :
         {"/", "/model/m/converse", "/model//invoke", "/model/m/invoke/x", "/guardrail/a/apply"})
        CHECK(posted(target, "{}") == "none of these");
    CHECK(answered(head_of("GET", "/model/m/invoke")) == "none of these");
    CHECK(posted("/async-invoke/x", "{}") == "none of these");
}

TEST_CASE("the mock counts tokens", "[mock]") {
    auto const count = [](std::string_view body) { return posted("/model/m/count-tokens", body); };
    CHECK(count(R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"a b c"}]}]}}})") ==
          R"({"inputTokens":4})");
    CHECK(count(R"({"input":{"invokeModel":{"body":"AAECAwQ="}}})") == R"({"inputTokens":2})");
    CHECK(count(R"({"input":{"invokeModel":{"body":"!"}}})").rfind("ValidationException", 0) == 0);
    CHECK(count(R"({"input":{}})").rfind("ValidationException", 0) == 0);
    CHECK(count(R"({"input":{"converse":{"messages":[]}}})").rfind("ValidationException", 0) == 0);
    CHECK(count("[]").rfind("SerializationException", 0) == 0);
    CHECK(count("").rfind("SerializationException", 0) == 0);
}

TEST_CASE("the mock's guardrail knows one word", "[mock]") {
    auto const apply = [](std::string const& text, std::string const& version = "1") {
        return posted("/guardrail/abc/version/" + version + "/apply",
                      R"({"source":"INPUT","content":[{"text":{"text":")" + text + R"("}}]})");
    };
    CHECK(apply("fine").find(R"("action":"NONE")") != std::string::npos);
    CHECK(apply("a forbidden word").find(R"("outputs":[{"text":"a {WORD} word"}])") != std::string::npos);
    CHECK(apply("fine", "x").rfind("ValidationException", 0) == 0);
    CHECK(apply("").rfind("ValidationException", 0) == 0);
    CHECK(posted("/guardrail/abc/version/1/apply", R"({"source":"INPUT","content":[]})").rfind("Validation", 0) == 0);
    CHECK(posted("/guardrail/abc/version/1/apply", R"({"source":"X","content":[{}]})").rfind("Validation", 0) == 0);
}

TEST_CASE("the mock echoes raw invocations", "[mock]") {
    std::string const bytes("\x00\xff binary", 9);
    mock::header_list const headers{{"Content-Type", "image/png"}, {"X-Amzn-Bedrock-Service-Tier", "flex"}};
    auto const plain = mock::answer_runtime(head_of("POST", "/model/m/invoke", headers), bytes);
    REQUIRE(plain);
    CHECK(body_of(plain->answer) == bytes);
    CHECK(mock::header_value(plain->answer.headers, "content-type") == "image/png");
    CHECK(mock::header_value(plain->answer.headers, "x-amzn-bedrock-service-tier") == "flex");

    auto const streamed =
        mock::answer_runtime(head_of("POST", "/model/m/invoke-with-response-stream", headers), "0123456789abcdefXYZ");
    REQUIRE(streamed);
    REQUIRE(streamed->answer.parts.size() == 2);
    auto const frames = mock::read_frames(streamed->answer.parts[1].bytes);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].header(":event-type") == "chunk");
    CHECK(frames[0].payload.rfind(R"({"bytes":"WFla","p":")", 0) == 0);
    CHECK(mock::header_value(streamed->answer.headers, "x-amzn-bedrock-content-type") == "image/png");
    auto const empty = mock::answer_runtime(head_of("POST", "/model/m/invoke-with-response-stream"), "");
    CHECK(empty->answer.parts.size() == 1);

    for (mock::header_list const& bad : {mock::header_list{{"X-Amzn-Bedrock-Trace", "enabled"}},
                                         mock::header_list{{"X-Amzn-Bedrock-Service-Tier", ""}},
                                         mock::header_list{{"X-Amzn-Bedrock-GuardrailIdentifier", "abc"}},
                                         mock::header_list{{"X-Amzn-Bedrock-Request-Metadata", "no JSON"}}})
        CHECK(answered(head_of("POST", "/model/m/invoke", bad)).rfind("ValidationException", 0) == 0);
}

TEST_CASE("the mock's asynchronous invocations are done at once", "[mock]") {
    auto const start = [](std::string const& token) {
        return posted("/async-invoke", R"({"clientRequestToken":")" + token +
                                           R"(","modelId":"m","modelInput":{},"outputDataConfig":)"
                                           R"({"s3OutputDataConfig":{"s3Uri":"s3://bucket"}}})");
    };
    CHECK(start("one").rfind(R"({"invocationArn":"arn:aws:bedrock:us-east-1:123456789012:async-invoke/)", 0) == 0);
    CHECK(start("one") == start("one"));
    CHECK(start("one") != start("two"));
    CHECK(start("").rfind("ValidationException", 0) == 0);
    auto const got = answered(head_of("GET", "/async-invoke/arn%3Ax%3Aasync-invoke%2Fabc"));
    CHECK(got.rfind(R"({"invocationArn":"arn:x:async-invoke/abc",)", 0) == 0);
    CHECK(answered(head_of("GET", "/async-invoke/abc")).rfind("ValidationException", 0) == 0);
    CHECK(answered(head_of("GET", "/async-invoke")).rfind(R"({"nextToken":"page+2/=",)", 0) == 0);
    CHECK(answered(head_of("GET", "/async-invoke?nextToken=page%2B2%2F%3D")).rfind(R"({"asyncInvoke)", 0) == 0);
    CHECK(answered(head_of("GET", "/async-invoke?nextToken=page")).rfind("ValidationException", 0) == 0);
    CHECK(answered(head_of("GET", "/async-invoke?a=b&statusEquals=Failed")) == R"({"asyncInvokeSummaries":[]})");
}

TEST_CASE("the mock's checks find their own names", "[mock]") {
    auto const check = [](std::string const& checks) {
        return posted(
            "/guardrail-checks/invoke",
            R"({"messages":[{"role":"user","content":[{"text":"x"},{"text":"my EMAIL is HATE"}]}],"checks":)" + checks +
                "}");
    };
    CHECK(
        check(R"({"contentFilter":{"categories":[{"category":"HATE"},{"category":"INSULTS"}]},)"
              R"("sensitiveInformation":{"entities":[{"type":"EMAIL"}]}})") ==
        R"({"results":{"contentFilter":{"results":[{"category":"HATE","severityScore":0.75},)"
        R"({"category":"INSULTS","severityScore":0.0}]},"sensitiveInformation":{"results":[{"type":"EMAIL",)"
        R"("confidenceScore":0.5,"beginOffset":3,"endOffset":8,"messageIndex":0,"contentIndex":1}],"truncated":false}},)"
        R"("usage":{"contentFilter":{"textUnits":1},"sensitiveInformation":{"textUnits":1}}})");
    CHECK(check("{}").rfind("ValidationException", 0) == 0);
    CHECK(posted("/guardrail-checks/invoke", R"({"messages":[]})").rfind("ValidationException", 0) == 0);
}
