// Responses that are not Bedrock's, or not quite: what is not a response is an error, what nobody needs is skipped.
#include "support/client_fixture.hpp"

#include "bedrock/apply_guardrail.hpp"
#include "bedrock/async_invoke.hpp"
#include "bedrock/catalogue.hpp"
#include "bedrock/control.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/guardrail_checks.hpp"
#include "bedrock/invoke.hpp"

#include "support/socket_server.hpp"
#include "support/temporary_file.hpp"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

struct named_call {
    char const* name;
    std::function<error(client&)> run;
};

template <class Response>
error error_of(result<Response> const& got) {
    return got ? error{} : got.error();
}

std::vector<named_call> all_operations() {
    return {
        {"Converse", [](client& on) { return error_of(on.converse(ask_for("hi"))); }},
        {"CountTokens",
         [](client& on) { return error_of(on.count_tokens({.model_id = "m", .input = ask_for("hi")})); }},
        {"ApplyGuardrail",
         [](client& on) {
             return error_of(on.apply_guardrail({.guardrail_identifier = "g",
                                                 .guardrail_version = "1",
                                                 .source = guardrail_content_source::input,
                                                 .content = {guardrail_text_block{.text = "hi"}}}));
         }},
        {"InvokeGuardrailChecks",
         [](client& on) {
             return error_of(on.invoke_guardrail_checks(
                 {.messages = {{.role = guardrail_checks_role::user, .content = {"hi"}}}, .checks = {}}));
         }},
        {"StartAsyncInvoke",
         [](client& on) {
             return error_of(
                 on.start_async_invoke({.model_id = "m",
                                        .model_input = "{}",
                                        .output_data_config = async_invoke_s3_output_data_config{"s3://b"}}));
         }},
        {"GetAsyncInvoke", [](client& on) { return error_of(on.get_async_invoke({"arn"})); }},
        {"ListAsyncInvokes", [](client& on) { return error_of(on.list_async_invokes({})); }},
        {"ListFoundationModels", [](client& on) { return error_of(on.list_foundation_models({})); }},
        {"GetFoundationModel", [](client& on) { return error_of(on.get_foundation_model({"m"})); }},
        {"ListInferenceProfiles", [](client& on) { return error_of(on.list_inference_profiles({})); }},
        {"GetInferenceProfile", [](client& on) { return error_of(on.get_inference_profile({"p"})); }},
    };
}

mock::reply json_stream(std::vector<std::pair<std::string, std::string>> const& events) {
    std::vector<std::string> frames;
    for (auto const& [type, payload] : events) frames.push_back(mock::frame(type, payload));
    return mock::stream_reply(frames);
}

std::pair<std::string, std::string> const started{"messageStart", R"({"role":"assistant"})"};
std::pair<std::string, std::string> const text_x{"contentBlockDelta",
                                                 R"({"contentBlockIndex":0,"delta":{"text":"x"}})"};
std::pair<std::string, std::string> const stopped{"contentBlockStop", R"({"contentBlockIndex":0})"};
std::pair<std::string, std::string> const ended{"messageStop", R"({"stopReason":"end_turn"})"};
std::pair<std::string, std::string> const metadata{
    "metadata", R"({"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":5}})"};

std::string const whole_answer =
    R"({"output":{"message":{"role":"assistant","content":[{"text":"x"}]}},"stopReason":"end_turn",)"
    R"("usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":5}})";

std::string replaced(std::string text, std::string_view part, std::string_view by) {
    auto const at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

}  // namespace

TEST_CASE("foreign responses: a 200 that is not a response is an error of every operation") {
    client_fixture f;
    auto client = f.client();
    for (std::string const body :
         {R"({})", R"({"message":"upstream quota exceeded"})", R"({"error":{"message":"upstream quota exceeded"}})",
          R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"})",
          R"({"id":"chatcmpl-1","choices":[{"message":{"content":"Hi"}}]})", R"({"status":"ok"})", R"([])", R"("OK")",
          R"(<html>OK</html>)", R"()", R"({"output":{}})", R"({"output":null,"stopReason":null})"})
        for (auto const& call : all_operations()) {
            INFO(call.name << " answered with " << body);
            auto const before = f.server.request_count();
            f.server.enqueue(mock::json_reply(200, body));
            auto const why = call.run(client);
            CHECK(why.code == errc::protocol);
            CHECK(why.http_status == 200);
            CHECK(why.attempts == 1);
            CHECK_FALSE(why.retryable);
            CHECK(contains(why.message, "this is not a response of " + std::string(call.name)));
            CHECK(contains(why.message, body.empty() ? "nothing was received" : body));
            CHECK(contains(why.message, "gateway"));
            CHECK(f.server.request_count() == before + 1);
        }
}

TEST_CASE("foreign responses: what was received is shown, but for the secrets in it, and 200 bytes of it at most") {
    client_fixture f;
    f.server.enqueue(mock::json_reply(
        200, "{\"echo\":\"\x1b[31m" + std::string(example_secret) + "\",\"a\":\"" + std::string(500, 'a')));
    auto const why = error_of(f.client().converse(ask_for("hi")));
    CHECK(why.code == errc::protocol);
    CHECK_FALSE(contains(why.message, example_secret));
    CHECK_FALSE(contains(why.message, "\x1b"));
    CHECK(why.message.size() < 600);
}

TEST_CASE("foreign responses: every required member of a Converse response is required") {
    client_fixture f;
    auto client = f.client();
    for (auto const& [member, named] : std::vector<std::pair<std::string, std::string>>{
             {R"("role":"assistant",)", "output.message.role"},
             {R"(,"content":[{"text":"x"}])", "output.message.content"},
             {R"("stopReason":"end_turn",)", "stopReason"},
             {R"("usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},)", "usage"}}) {
        f.server.enqueue(mock::json_reply(200, replaced(whole_answer, member, "")));
        auto const why = error_of(client.converse(ask_for("hi")));
        CHECK(why.code == errc::protocol);
        CHECK(contains(why.message, named + ": missing, but required"));
    }
    for (auto const& block : {R"({"toolUse":{"toolUseId":"t","input":{}}})", R"({"toolUse":{"name":"n","input":{}}})",
                              R"({"toolUse":{"toolUseId":"t","name":"","input":{}}})", R"({"text":5})"}) {
        f.server.enqueue(mock::json_reply(200, replaced(whole_answer, R"({"text":"x"})", block)));
        INFO(block);
        CHECK(error_of(client.converse(ask_for("hi"))).code == errc::protocol);
    }
}

TEST_CASE("foreign responses: what nobody needs of a Converse response is skipped and noted") {
    client_fixture f;
    auto client = f.client();
    struct row {
        std::string part, by, path, raw;
    };
    std::vector<row> const rows{
        {R"("latencyMs":5)", R"("latencyMs":5.7)", "metrics.latencyMs", "5.7"},
        {R"("latencyMs":5)", R"("latencyMs":"5")", "metrics.latencyMs", "\"5\""},
        {R"("metrics":{"latencyMs":5})", R"("metrics":{})", "metrics.latencyMs", ""},
        {R"("metrics":{"latencyMs":5})", R"("metrics":[7])", "metrics", "[7]"},
        {R"("totalTokens":3)", R"("totalTokens":"3")", "usage.totalTokens", "\"3\""},
        {R"("totalTokens":3)", R"("totalTokens":3,"cacheDetails":[{"ttl":5,"inputTokens":1},7])",
         "usage.cacheDetails[0].ttl", "5"},
        {R"({"text":"x"})", R"({"text":"x"},{})", "output.message.content[1]", ""},
        {R"({"text":"x"})", R"({"text":"x"},{"text":null})", "output.message.content[1]", ""},
        {R"({"text":"x"})", R"({"type":"text","text":"x"})", "output.message.content[0].type", "\"text\""},
        {R"({"text":"x"})", R"({"text":"x","type":"text"})", "output.message.content[0].type", "\"text\""},
        {R"({"text":"x"})", R"({"text":"x","toolUse":{}})", "output.message.content[0].toolUse", "{}"},
        {R"({"text":"x"})", R"({"text":"x","index":{"a":1}})", "output.message.content[0].index", R"({"a":1})"},
        {R"({"message":{)", R"({"type":"message","message":{)", "output.type", "\"message\""},
        {R"("stopReason")", R"("trace":7,"serviceTier":{"type":1},"stopReason")", "trace", "7"},
        {R"({"output")", "\xEF\xBB\xBF{\"output\"", "", ""},
    };
    for (auto const& row : rows) {
        auto const body = replaced(whole_answer, row.part, row.by);
        INFO(body);
        f.server.enqueue(mock::json_reply(200, body));
        auto const got = client.converse(ask_for("hi"));
        REQUIRE(got);
        REQUIRE(got->message.content.size() == 1);
        REQUIRE(got->message.content[0].holds<text_block>());
        CHECK(got->text() == "x");
        if (row.path.empty()) {
            CHECK(got->notes.empty());
            continue;
        }
        REQUIRE_FALSE(got->notes.empty());
        CHECK(got->notes[0].path == row.path);
        CHECK(got->notes[0].raw == row.raw);
        // Whatever was skipped, the message can be sent back.
        auto again = ask_for("hi");
        again.messages.push_back(got->message);
        std::string sent;
        REQUIRE(write_converse_body(again, sent));
        CHECK(contains(sent, R"("content":[{"text":"x"}])"));
    }
    // Nobody needs to know how long it took.
    f.server.enqueue(mock::json_reply(200, replaced(whole_answer, R"(,"metrics":{"latencyMs":5})", "")));
    CHECK(client.converse(ask_for("hi")));
    f.server.enqueue(json_stream({started, text_x, stopped, ended, {"metadata", R"({"usage":{"inputTokens":1}})"}}));
    CHECK(client.open_stream(ask_for("hi")).finish());
    f.server.enqueue(mock::json_reply(200, replaced(whole_answer, R"("latencyMs":5)", R"("latencyMs":5.7)")));
    CHECK(client.converse(ask_for("hi"))->metrics.latency_ms == 5);
}

TEST_CASE("foreign responses: the results of guardrails are never skipped") {
    client_fixture f;
    auto client = f.client();
    auto const check = [&](std::string const& entry) {
        f.server.enqueue(mock::json_reply(200, R"({"results":{"contentFilter":{"results":[)" + entry +
                                                   R"(]}},"usage":{"contentFilter":{"textUnits":1.5}}})"));
        return client.invoke_guardrail_checks(
            {.messages = {{.role = guardrail_checks_role::user, .content = {"hi"}}}, .checks = {}});
    };
    auto const good = check(R"({"category":"HATE","severityScore":0.5})");
    REQUIRE(good);
    CHECK(good->notes.size() == 1);
    CHECK(error_of(check(R"({"category":"HATE","severityScore":"0.5"})")).code == errc::protocol);
    CHECK(error_of(check(R"({"category":"HATE"})")).code == errc::protocol);
    CHECK(error_of(check(R"(7)")).code == errc::protocol);
}

TEST_CASE("foreign responses: events without their required members end the stream, with what had come") {
    client_fixture f;
    auto client = f.client();
    using events = std::vector<std::pair<std::string, std::string>>;
    for (auto const& [payload, index] : std::vector<std::pair<std::pair<std::string, std::string>, std::size_t>>{
             {{"messageStart", R"({"messageStart":{"role":"assistant"}})"}, 0},
             {{"messageStart", R"({"role":""})"}, 0},
             {{"contentBlockDelta", R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"x"}}})"}, 1},
             {{"contentBlockDelta", R"({"delta":{"text":"x"}})"}, 1},
             {{"contentBlockDelta", R"({"contentBlockIndex":0})"}, 1},
             {{"contentBlockStart", R"({"contentBlockIndex":0,"start":{"toolUse":{"name":"f"}}})"}, 1},
             {{"contentBlockStop", R"({"contentBlockStop":{"contentBlockIndex":0}})"}, 2},
             {{"messageStop", R"({})"}, 3},
             {{"messageStop", R"({"stopReason":""})"}, 3},
             {{"messageStop", R"({"messageStop":{"stopReason":"end_turn"}})"}, 3},
             {{"metadata", R"({"metadata":{"usage":{}}})"}, 4}}) {
        events all{started, text_x, stopped, ended, metadata};
        all[index] = payload;
        INFO(payload.first << ' ' << payload.second);
        f.server.enqueue(json_stream(all));
        auto const got = drain(client.open_stream(ask_for("hi")));
        REQUIRE_FALSE(got.end);
        CHECK(got.end.error().code == errc::protocol);
        CHECK(contains(got.end.error().message, "event " + payload.first));
        CHECK(contains(got.end.error().message, payload.second));
        CHECK((got.end.error().partial != nullptr) == (index != 0));
        if (index > 1) CHECK(got.end.error().partial->text() == "x");
    }
    // InvokeModelWithResponseStream has no event of its own that says how it ended.
    f.server.enqueue(json_stream({{"chunk", R"({"chunk":{"bytes":"e30="}})"}}));
    auto const chunks = client.open_invoke_stream({.model_id = "m", .body = "{}"}).finish();
    REQUIRE_FALSE(chunks);
    CHECK(chunks.error().code == errc::protocol);
}

TEST_CASE("foreign responses: a page in place of a stream is shown") {
    client_fixture f;
    f.server.enqueue(mock::json_reply(200, R"({"status":"ok"})"));
    auto const why = error_of(f.client().open_stream(ask_for("hi")).finish());
    CHECK(why.code == errc::protocol);
    CHECK(contains(why.message, R"(not an event stream but "application/json")"));
    CHECK(contains(why.message, R"(received: {"status":"ok"})"));
}

TEST_CASE("foreign responses: what nobody needs of an event is skipped and noted") {
    client_fixture f;
    auto client = f.client();
    using events = std::vector<std::pair<std::string, std::string>>;
    std::pair<std::string, std::string> const typed{"contentBlockDelta",
                                                    R"({"contentBlockIndex":0,"delta":{"type":"text","text":"x"}})"};
    for (auto const& all :
         {events{started, {"contentBlockStart", R"({"contentBlockIndex":0,"start":{}})"}, text_x},
          events{started, {"contentBlockStart", R"({"contentBlockIndex":0,"start":{"type":"text"}})"}, text_x},
          events{started, {"contentBlockStart", R"({"contentBlockIndex":0,"start":{"toolUse":{}}})"}, text_x},
          events{started, {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{}})"}, text_x},
          events{started, {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":null}})"}, text_x},
          events{started, {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{}}})"}, text_x},
          events{started, typed}}) {
        auto whole = all;
        whole.push_back(stopped);
        whole.push_back(ended);
        whole.push_back({"metadata", R"({"usage":{"inputTokens":1},"metrics":{"latencyMs":5.7}})"});
        INFO(all[1].second);
        f.server.enqueue(json_stream(whole));
        auto const got = drain(client.open_stream(ask_for("hi")));
        REQUIRE(got.end);
        CHECK(got.text == "x");
        REQUIRE(got.end->message.content.size() == 1);
        CHECK(got.end->message.content[0].holds<text_block>());
        CHECK(got.end->metrics.latency_ms == 5);
        REQUIRE(got.end->notes.size() == 4);
        CHECK(got.end->notes[0].path.starts_with(all[1].first));
        CHECK(got.end->notes[3].path == "metadata.metrics.latencyMs");
    }
}

TEST_CASE("foreign responses: nothing but metadata and unknown events may follow messageStop") {
    client_fixture f;
    auto client = f.client();
    for (auto const& late :
         {started, text_x, stopped, ended,
          std::pair<std::string, std::string>{"messageStop", R"({"stopReason":"max_tokens"})"},
          std::pair<std::string, std::string>{
              "contentBlockStart", R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t","name":"f"}}})"}}) {
        INFO(late.first);
        f.server.enqueue(json_stream({started, text_x, stopped, ended, late, metadata}));
        auto const got = drain(client.open_stream(ask_for("hi")));
        CHECK(got.types.size() == 4);
        REQUIRE_FALSE(got.end);
        CHECK(got.end.error().code == errc::protocol);
        CHECK(contains(got.end.error().message, "after messageStop"));
        REQUIRE(got.end.error().partial);
        CHECK(got.end.error().partial->text() == "x");
        CHECK(got.end.error().partial->stop_reason == stop_reason::end_turn);
    }
    f.server.enqueue(json_stream({started, text_x, stopped, ended, {"footnote", "{}"}, metadata}));
    auto const got = drain(client.open_stream(ask_for("hi")));
    REQUIRE(got.end);
    CHECK(got.end->unmerged_events.size() == 1);
    CHECK(got.end->usage.total_tokens == 3);
}

TEST_CASE("foreign responses: a stream accumulates no more than its limits") {
    client_fixture f;
    f.options.max_answer_bytes = 1000;
    f.options.max_blocks = 3;
    auto client = f.client();
    auto const text = [](int index, std::size_t size) {
        return std::pair<std::string, std::string>{
            "contentBlockDelta", R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":{"text":")" +
                                     std::string(size, 'a') + R"("}})"};
    };
    f.server.enqueue(json_stream({started, text(0, 600), text(0, 600), stopped, ended, metadata}));
    auto got = drain(client.open_stream(ask_for("hi")));
    REQUIRE_FALSE(got.end);
    CHECK(got.end.error().code == errc::protocol);
    CHECK(contains(got.end.error().message, "more than 1000 bytes"));
    CHECK(got.types.size() == 2);

    f.server.enqueue(json_stream({started, text(3, 1), text(2, 1), text(1, 1), ended, metadata}));
    CHECK(drain(client.open_stream(ask_for("hi"))).end);
    f.server.enqueue(json_stream({started, text(3, 1), text(2, 1), text(1, 1), text(0, 1), ended, metadata}));
    got = drain(client.open_stream(ask_for("hi")));
    REQUIRE_FALSE(got.end);
    CHECK(contains(got.end.error().message, "more than 3 content blocks"));

    std::string const chunk = R"({"bytes":")" + std::string(800, 'A') + R"("})";
    f.server.enqueue(json_stream({{"chunk", chunk}, {"chunk", chunk}}));
    auto const chunks = client.open_invoke_stream({.model_id = "m", .body = "{}"}).finish();
    REQUIRE_FALSE(chunks);
    CHECK(contains(chunks.error().message, "more than 1000 bytes"));
}

TEST_CASE("foreign responses: a tool use that never began is not a finished answer") {
    client_fixture f;
    f.server.enqueue(
        json_stream({started,
                     {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}})"},
                     stopped,
                     {"messageStop", R"({"stopReason":"tool_use"})"},
                     metadata}));
    auto const why = error_of(f.client().open_stream(ask_for("hi")).finish());
    CHECK(why.code == errc::protocol);
    CHECK(contains(why.message, "tool use without id"));
    CHECK(why.partial);
}

TEST_CASE("foreign responses: discovery takes none for a list, and caches none") {
    client_fixture f;
    temporary_file const folder("placeholder", "");
    auto const file = folder.folder() + "/catalogue.json";
    catalogue models(f.client(), {.cache_file = file});
    for (auto const* const body : {R"({})", R"({"object":"list","data":[]})", R"({"modelSummaries":[1,"a"]})"}) {
        INFO(body);
        f.server.enqueue(mock::json_reply(200, body));
        f.server.enqueue(mock::json_reply(200, body));
        CHECK_FALSE(models.list());
        CHECK_FALSE(std::ifstream(file).good());
    }
    f.server.enqueue(mock::json_reply(
        200, R"({"modelSummaries":[{"modelArn":"a","modelId":"v.m","responseStreamingSupported":"yes"},7]})"));
    f.server.enqueue(mock::json_reply(200, R"({"inferenceProfileSummaries":[]})"));
    auto const good = models.list();
    REQUIRE(good);
    CHECK(good->complete());
    CHECK(std::ifstream(file).good());
    std::remove(file.c_str());
}

TEST_CASE("foreign responses: the pages of a list end at any token that was seen before") {
    client_fixture f;
    catalogue models(f.client(), {.refresh_seconds = 0});
    auto const page = [](std::string const& token) {
        return mock::json_reply(200, R"({"inferenceProfileSummaries":[],"nextToken":")" + token + R"("})");
    };
    f.server.enqueue(mock::json_reply(200, R"({"modelSummaries":[]})"));
    for (auto const* const token : {"a", "b", "c", "a"}) f.server.enqueue(page(token));
    auto got = models.list();
    REQUIRE(got);
    REQUIRE(got->inference_profiles.problem);
    CHECK(contains(got->inference_profiles.problem->message, "the same page twice"));
    CHECK(f.server.queued_replies() == 0);

    f.server.enqueue(mock::json_reply(200, R"({"modelSummaries":[]})"));
    f.server.enqueue(page("a"));
    f.server.enqueue(page(""));
    got = models.list();
    REQUIRE(got);
    CHECK(got->complete());
    CHECK(f.server.queued_replies() == 0);
}

TEST_CASE(
    "foreign responses: headers that are too large, and bodies compressed on the way, are named and not repeated") {
    auto const [head, text] = GENERATE(table<std::string, std::string>({
        {"X-Large: " + std::string(200'000, 'a') + "\r\nContent-Length: 2\r\n", "headers too large"},
        {[] {
             std::string many;
             for (int i = 0; i != 4000; ++i) many += "X-Many: " + std::string(80, 'a') + "\r\n";
             return many + "Content-Length: 2\r\n";
         }(),
         "headers too large"},
        {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding"},
        {"Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding"},
        {"Content-Encoding: gzip\r\nContent-Length: 2\r\n", "Content-Encoding"},
    }));
    bool const streams = GENERATE(false, true);
    INFO(text << ", a stream: " << streams);
    client_fixture f;
    std::atomic<int> requests{0};
    socket_server server([&, more = head](connection& from) {
        if (from.read_request().empty()) return;
        ++requests;
        from.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + more + "\r\n{}");
    });
    f.options.endpoint = server.url("");
    auto client = f.client();
    auto const why =
        streams ? error_of(client.open_stream(ask_for("hi")).finish()) : error_of(client.converse(ask_for("hi")));
    CHECK(why.code == errc::protocol);
    CHECK(contains(why.message, text));
    CHECK(contains(why.message, "gzip") == contains(text, "Encoding"));
    CHECK_FALSE(contains(why.message, "emory"));
    CHECK_FALSE(why.retryable);
    CHECK(why.attempts == 1);
    CHECK(requests == 1);
}
