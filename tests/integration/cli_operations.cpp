// `bedrock invoke`, `count-tokens` and `apply-guardrail` as child processes against the loopback Bedrock.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/frames.hpp"
#include "support/mock_server.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

struct bedrock_on_loopback {
    bedrock_on_loopback() { REQUIRE(server.running()); }

    process::options call(words arguments, std::string input = {}) const {
        auto environment = tool::keys();
        environment.push_back("AWS_ENDPOINT_URL_BEDROCK_RUNTIME=" + server.url());
        environment.emplace_back("AWS_MAX_ATTEMPTS=1");
        auto made = tool::call(std::move(arguments), std::move(environment));
        made.input = std::move(input);
        return made;
    }
    process::outcome run(words arguments, std::string input = {}) const {
        return tool::run(call(std::move(arguments), std::move(input)));
    }

    mock::server server{};
};

std::string every_byte() {
    std::string all;
    for (int byte = 0; byte != 256; ++byte) all += static_cast<char>(byte);
    return all;
}

constexpr char tokens_body[] =
    R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"one two three"}]}]}}})";
constexpr char guardrail_body[] = R"({"source":"INPUT","content":[{"text":{"text":"a forbidden word"}}]})";

}  // namespace

TEST_CASE_METHOD(bedrock_on_loopback, "invoke: bytes in, bytes out, whole or streamed", "[cli]") {
    auto const body = every_byte();
    for (words const& form : {words{}, words{"--stream"}}) {
        words arguments{"invoke", "--model", "m:1"};
        arguments.insert(arguments.end(), form.begin(), form.end());
        auto const seen = run(arguments, body);
        CHECK(seen.exit_status == 0);
        CHECK(seen.out == body);
        CHECK(seen.err == "");
        auto const request = server.requests().back();
        CHECK(request.head.target ==
              (form.empty() ? "/model/m%3A1/invoke" : "/model/m%3A1/invoke-with-response-stream"));
        CHECK(request.body == body);
        CHECK(mock::header_value(request.head.headers, "content-type") == "application/json");
    }
    tool::temporary_file const file("body.json", R"({"inputText":"hi"})");
    auto const seen = run({"invoke", "--model", "m", "--content-type", "text/a", "--accept", "text/b", file.path()});
    CHECK(seen.out == R"({"inputText":"hi"})");
    auto const headers = server.requests().back().head.headers;
    CHECK(mock::header_value(headers, "content-type") == "text/a");
    CHECK(mock::header_value(headers, "accept") == "text/b");
}

TEST_CASE_METHOD(bedrock_on_loopback, "invoke --stream writes chunks as they arrive", "[cli]") {
    auto reply = mock::stream_reply(
        {mock::frame("chunk", R"({"bytes":"b25lIA=="})"), mock::frame("chunk", R"({"bytes":"dHdv"})")});
    mock::gate const before_the_second;
    reply.parts[1].hold = before_the_second;
    server.enqueue(reply);
    process::child asking(call({"invoke", "--stream", "--model", "m"}));
    REQUIRE(asking.wait_for_output("one "));
    before_the_second.open();
    auto const seen = asking.wait();
    CHECK(seen.out == "one two");
    CHECK(seen.exit_status == 0);
}

TEST_CASE_METHOD(bedrock_on_loopback, "invoke: failures keep what had arrived", "[cli]") {
    server.enqueue(mock::error_reply(429, "ThrottlingException", "Too many requests"));
    auto const refused = run({"invoke", "--model", "m"}, "{}");
    CHECK(refused.exit_status == 1);
    CHECK(refused.out == "");
    CHECK(tool::first_line(refused.err) == "bedrock: ThrottlingException: Too many requests");

    auto const cut = mock::stream_reply(
        {mock::frame("chunk", R"({"bytes":"b25lIA=="})"), mock::frame("chunk", R"({"bytes":"dHdv"})")});
    server.enqueue(mock::cut_after(cut, cut.parts[0].bytes.size()));
    auto const broken = run({"invoke", "--stream", "--model", "m"}, "{}");
    CHECK(broken.exit_status == 1);
    CHECK(broken.out == "one ");
    CHECK(tool::is_failure(broken, "Truncated"));

    auto const missing = run({"invoke", "--model", "m", "/nowhere/body"});
    CHECK(missing.exit_status == 1);
    CHECK(tool::is_failure(missing, "InvalidInput"));

    auto const verbose = run({"invoke", "--verbose", "--stream", "--model", "m"}, "{}");
    CHECK(verbose.out == "{}");
    CHECK(verbose.err.starts_with("InvokeModelWithResponseStream: attempt 1, status 200, request id "));
}

TEST_CASE_METHOD(bedrock_on_loopback, "count-tokens: a body in, a number out", "[cli]") {
    auto const seen = run({"count-tokens", "--model", "m"}, tokens_body);
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "{\"inputTokens\":4}\n");
    CHECK(seen.err == "");
    CHECK(server.requests().back().head.target == "/model/m/count-tokens");
    CHECK(server.requests().back().body == tokens_body);

    auto with_model = std::string(tokens_body);
    with_model.insert(1, R"("modelId":"of the body","more":[1],)");
    CHECK(run({"count-tokens", "-"}, with_model).out == "{\"inputTokens\":4}\n");
    CHECK(server.requests().back().head.target == "/model/of%20the%20body/count-tokens");
    CHECK(tool::parsed_json(server.requests().back().body).at("/modelId") == "");
    CHECK(tool::parsed_json(server.requests().back().body).at("/more") == "[1]");
    run({"count-tokens", "--model", "m", "--verbose"}, with_model);
    CHECK(server.requests().back().head.target == "/model/m/count-tokens");
}

TEST_CASE_METHOD(bedrock_on_loopback, "apply-guardrail: a body in, a verdict out", "[cli]") {
    auto const seen = run({"apply-guardrail", "--guardrail", "abc:DRAFT"}, guardrail_body);
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    tool::parsed_json verdict(seen.out);
    CHECK(verdict.at("/action") == R"("GUARDRAIL_INTERVENED")");
    CHECK(verdict.at("/outputs/0/text") == R"("a {WORD} word")");
    CHECK(verdict.at("/assessments/0/wordPolicy/customWords/0/match") == R"("forbidden")");
    CHECK(server.requests().back().head.target == "/guardrail/abc/version/DRAFT/apply");
    CHECK(server.requests().back().body == guardrail_body);

    auto whole = std::string(guardrail_body);
    whole.insert(1, R"("guardrailIdentifier":"xyz","guardrailVersion":"3",)");
    CHECK(run({"apply-guardrail"}, whole).exit_status == 0);
    CHECK(server.requests().back().head.target == "/guardrail/xyz/version/3/apply");
    CHECK(server.requests().back().body == guardrail_body);
}

TEST_CASE_METHOD(bedrock_on_loopback, "bodies that cannot be sent", "[cli]") {
    struct mistake {
        words arguments;
        char const* body;
        int status;
        char const* text;
    };
    for (auto const& [arguments, body, status, text] : {
             mistake{{"count-tokens"}, tokens_body, 2, "no model: name one with --model ID"},
             mistake{{"count-tokens", "--model", "m"}, "", 1, "'-' is no body for CountTokens: "},
             mistake{{"count-tokens", "--model", "m"}, "{}", 1, ""},
             mistake{{"count-tokens", "--model", "m"}, R"({"input":{"converse":{},"invokeModel":{}}})", 1, "'-' is no"},
             mistake{{"apply-guardrail"}, guardrail_body, 2, "no guardrail: name one with --guardrail ID:VERSION"},
             mistake{{"apply-guardrail", "--guardrail", "abc:1"}, R"({"content":7})", 1, "'-' is no body for ApplyG"},
         }) {
        auto const seen = run(arguments, body);
        INFO(seen.err);
        CHECK(seen.exit_status == status);
        CHECK(seen.out == "");
        CHECK(tool::first_line(seen.err).starts_with("bedrock: InvalidInput: " + std::string(text)));
    }
    CHECK(server.request_count() == 0);
    auto const refused = run({"apply-guardrail", "--guardrail", "abc:1"}, R"({"source":"SIDEWAYS","content":[]})");
    CHECK(refused.exit_status == 1);
    CHECK(tool::is_failure(refused, "ValidationException"));
}
