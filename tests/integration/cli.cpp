// `bedrock converse` as a child process against the loopback Bedrock and the relay that misbehaves in front of it.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/frames.hpp"
#include "support/mock_server.hpp"
#include "support/relay.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

struct bedrock_on_loopback {
    bedrock_on_loopback() { REQUIRE(server.running()); }

    /// `converse --model m` with the endpoint, and one attempt unless told.
    words environment(words more = {"AWS_MAX_ATTEMPTS=1"}) const {
        auto all = tool::keys();
        all.push_back("AWS_ENDPOINT_URL_BEDROCK_RUNTIME=" + server.url());
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    process::options call(words arguments) const {
        arguments.insert(arguments.begin(), {"converse", "--model", "m"});
        return tool::call(std::move(arguments), environment());
    }
    process::outcome converse(words arguments) const { return tool::run(call(std::move(arguments))); }
    mock::received_request only_request() const {
        auto const all = server.requests();
        REQUIRE(all.size() == 1);
        return all[0];
    }

    mock::server server{};
};

std::string const png = "\x89PNG\r\n\x1a\n and so on";

mock::reply golden() {
    return mock::stream_reply(mock::golden_frames());
}

mock::reply stream_of(std::vector<std::string> frames) {
    return mock::stream_reply(frames);
}

}  // namespace

TEST_CASE_METHOD(bedrock_on_loopback, "converse streams the answer's text, then one newline", "[cli]") {
    auto const seen = converse({"Hello there"});
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "You said: Hello there\n");
    CHECK(seen.err == "");
    auto const request = only_request();
    CHECK(request.head.target == "/model/m/converse-stream");
    CHECK(request.body == R"({"messages":[{"role":"user","content":[{"text":"Hello there"}]}]})");
}

TEST_CASE_METHOD(bedrock_on_loopback, "text arrives while the answer is being written", "[cli]") {
    auto frames = mock::golden_frames();
    auto reply = mock::stream_reply(frames);
    mock::gate const before_the_second_text;
    reply.parts[2].hold = before_the_second_text;
    server.enqueue(reply);
    process::child asking(call({"Hello"}));
    REQUIRE(asking.wait_for_output("Hello"));
    before_the_second_text.open();
    CHECK(asking.wait().out == "Hello, world!\n");
}

TEST_CASE_METHOD(bedrock_on_loopback, "converse --no-stream asks once for the whole", "[cli]") {
    auto const seen = converse({"--no-stream", "Hello there"});
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "You said: Hello there\n");
    CHECK(only_request().head.target == "/model/m/converse");
}

TEST_CASE_METHOD(bedrock_on_loopback, "a prompt comes from standard input where there is none, or a hyphen", "[cli]") {
    for (words const& arguments : {words{}, words{"-"}, words{"--", "-"}}) {
        auto given = call(arguments);
        given.input = "two\nlines\r\n";
        auto const seen = tool::run(given);
        CHECK(seen.exit_status == 0);
        CHECK(tool::parsed_json(server.requests().back().body).at("/messages/0/content/0/text") == R"("two\nlines")");
    }
    auto given = call({});
    given.input = " \n";
    auto const seen = tool::run(given);
    CHECK(seen.exit_status == 1);
    CHECK(tool::first_line(seen.err) == "bedrock: InvalidInput: the prompt on standard input is empty");
    given.stdin_path = "/";
    CHECK(tool::first_line(tool::run(given).err) ==
          "bedrock: InvalidInput: cannot read standard input: Is a directory");
}

TEST_CASE_METHOD(bedrock_on_loopback, "--json is the whole answer as one Converse response, streamed or not", "[cli]") {
    auto const streamed = converse({"--json", "Hello"});
    auto const whole = converse({"--json", "--no-stream", "Hello"});
    CHECK(streamed.exit_status == 0);
    CHECK(whole.exit_status == 0);
    CHECK(streamed.out == whole.out);
    tool::parsed_json answer(whole.out);
    CHECK(answer.at("/output/message") == R"({"role":"assistant","content":[{"text":"You said: Hello"}]})");
    CHECK(answer.at("/stopReason") == R"("end_turn")");
    CHECK(answer.at("/usage/inputTokens") == "2");
}

TEST_CASE_METHOD(bedrock_on_loopback, "a tool input that is not JSON reaches the caller of --json and --events",
                 "[cli]") {
    struct row {
        std::string input;  // in the JSON string of the delta
        std::string stop;
        std::string raw;  // as inputText
    };
    for (auto const& one :
         {row{R"({\"path\":\"/a\"}{\"path\":\"/b\"})", "tool_use", R"({\"path\":\"/a\"}{\"path\":\"/b\"})"},
          row{R"({\"n\":NaN})", "tool_use", R"({\"n\":NaN})"},
          row{R"({\"t\":\"a\nb\"})", "end_turn", R"({\"t\":\"a\nb\"})"},
          row{R"({\"path\":\"/a)", "max_tokens", R"({\"path\":\"/a)"}}) {
        INFO(one.input);
        std::vector<std::string> const frames{
            mock::frame("messageStart", R"({"role":"assistant"})"),
            mock::frame("contentBlockStart",
                        R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"rm"}}})"),
            mock::frame("contentBlockDelta",
                        R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":")" + one.input + R"("}}})"),
            mock::frame("contentBlockStop", R"({"contentBlockIndex":0})"),
            mock::frame("messageStop", R"({"stopReason":")" + one.stop + R"("})"),
            mock::frame("metadata",
                        R"({"usage":{"inputTokens":0,"outputTokens":0,"totalTokens":0},"metrics":{"latencyMs":0}})")};
        auto const warning = R"(bedrock: Protocol: the input of the tool use "t" of "rm" is not JSON (stop reason )" +
                             one.stop + "); do not run the tool with it";
        server.enqueue(stream_of(frames));
        auto const json = converse({"--json", "Hello"});
        CHECK(json.exit_status == 1);
        CHECK(tool::first_line(json.err) == warning);
        tool::parsed_json answer(json.out);
        CHECK(answer.at("/output/message/content/0") ==
              R"({"toolUse":{"toolUseId":"t","name":"rm","input":null},"inputText":")" + one.raw + R"("})");
        CHECK(answer.at("/usage") == R"({"inputTokens":0,"outputTokens":0,"totalTokens":0})");
        CHECK(answer.at("/metrics/latencyMs") == "0");

        server.enqueue(stream_of(frames));
        auto const events = converse({"--events", "Hello"});
        CHECK(events.exit_status == 1);
        CHECK(tool::first_line(events.err) == warning);
        CHECK(events.out.find(one.input) != std::string::npos);
        CHECK(events.out.find(R"("input":{})") == std::string::npos);
    }
}

TEST_CASE_METHOD(bedrock_on_loopback, "--json has a usage of zeros, and an empty tool input is {}", "[cli]") {
    server.enqueue(stream_of(
        {mock::frame("messageStart", R"({"role":"assistant"})"),
         mock::frame("contentBlockStart",
                     R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"now"}}})"),
         mock::frame("contentBlockStop", R"({"contentBlockIndex":0})"),
         mock::frame("messageStop", R"({"stopReason":"tool_use"})"),
         mock::frame("metadata",
                     R"({"usage":{"inputTokens":0,"outputTokens":0,"totalTokens":0},"metrics":{"latencyMs":0}})")}));
    auto const seen = converse({"--json", "Hello"});
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    tool::parsed_json answer(seen.out);
    CHECK(answer.at("/usage") == R"({"inputTokens":0,"outputTokens":0,"totalTokens":0})");
    CHECK(answer.at("/output/message/content/0") == R"({"toolUse":{"toolUseId":"t","name":"now","input":{}}})");
}

TEST_CASE_METHOD(bedrock_on_loopback, "--events prints each event's payload as received", "[cli]") {
    auto frames = mock::golden_frames();
    frames.insert(frames.begin() + 1, mock::frame("newKind", "{\"a\" :\n 1.50}"));
    frames.insert(frames.begin() + 2, mock::frame("newKind", "not JSON"));
    server.enqueue(stream_of(frames));
    auto const seen = converse({"--events", "Hello"});
    CHECK(seen.exit_status == 0);
    auto const lines = tool::lines(seen.out);
    REQUIRE(lines.size() == 8);
    CHECK(lines[0].starts_with(R"({"event":"messageStart","data":{)"));
    CHECK(tool::parsed_json(lines[0]).at("/data/role") == R"("assistant")");
    CHECK(lines[1] == R"({"event":"newKind","data":{"a" :  1.50}})");
    CHECK(lines[2] == R"({"event":"newKind","data":"not JSON"})");
    CHECK(lines[3].find(R"("text":"Hello)") != std::string::npos);
    CHECK(lines[7].starts_with(R"({"event":"metadata","data":{)"));
    for (auto const& line : lines) tool::parsed_json const is_valid(line);
}

TEST_CASE_METHOD(bedrock_on_loopback, "options become members of the request, and nothing else does", "[cli]") {
    auto const seen =
        converse({"--model", "amazon.nova-pro-v1:0", "--system", "Be brief.", "--max-tokens=5", "--temperature", ".5",
                  "--top-p", "0.25", "--stop", "END", "--stop", "FIN", "--guardrail",
                  "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc:7", "--service-tier", "flex", "Hello"});
    CHECK(seen.exit_status == 0);
    tool::parsed_json body(only_request().body);
    CHECK(body.at("/system") == R"([{"text":"Be brief."}])");
    CHECK(body.at("/inferenceConfig") ==
          R"({"maxTokens":5,"temperature":0.5,"topP":0.25,"stopSequences":["END","FIN"]})");
    CHECK(body.at("/guardrailConfig") ==
          R"({"guardrailIdentifier":"arn:aws:bedrock:us-east-1:123456789012:guardrail/abc","guardrailVersion":"7"})");
    CHECK(body.at("/serviceTier") == R"({"type":"flex"})");
}

TEST_CASE_METHOD(bedrock_on_loopback, "the region of an ARN is signed for, and an option wins over it", "[cli]") {
    server.set_authorization([] {
        auto policy = mock::default_authorization();
        policy.region = "eu-west-1";
        return policy;
    }());
    std::string const arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2";
    auto const by_arn = tool::run({"converse", "--model", arn, "Hello"}, environment());
    CHECK(by_arn.exit_status == 0);
    CHECK(
        only_request().head.target ==
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2/converse-stream");
    auto const by_option = tool::run({"--region", "us-east-2", "converse", "--model", arn, "Hello"}, environment());
    CHECK(by_option.exit_status == 1);
    CHECK(tool::is_failure(by_option, "InvalidSignatureException"));
}

TEST_CASE_METHOD(bedrock_on_loopback, "images are known by their bytes, documents by their extension", "[cli]") {
    tool::temporary_file const picture("not-a.gif", png);
    tool::temporary_file const jpeg("b", "\xff\xd8\xff\xe0 JFIF");
    tool::temporary_file const gif("c", "GIF89a...");
    tool::temporary_file const webp("d", "RIFF....WEBPVP8 ");
    tool::temporary_file const report("Q3_report..final [v2] (1).PDF", "%PDF-1.7");
    tool::temporary_file const same("Q3 report final [v2] (1).md", "# Title");
    tool::temporary_file const foreign("\xc3\xa9\xc3\xa8.txt", "text");
    auto const seen =
        converse({"--image", picture.path(), "--image", jpeg.path(), "--image", gif.path(), "--image", webp.path(),
                  "--document", report.path(), "--document", same.path(), "--document", foreign.path(), "Look"});
    CHECK(seen.exit_status == 0);
    tool::parsed_json body(only_request().body);
    auto const content = [&](int index, std::string const& member) {
        return body.at("/messages/0/content/" + std::to_string(index) + member);
    };
    CHECK(content(0, "/document/format") == R"("pdf")");
    CHECK(content(0, "/document/name") == "\"Q3 report final [v2] (1)\"");
    CHECK(content(0, "/document/source/bytes") == R"("JVBERi0xLjc=")");
    CHECK(content(1, "/document/format") == R"("md")");
    CHECK(content(1, "/document/name") == "\"Q3 report final [v2] (1) (2)\"");
    CHECK(content(2, "/document/name") == R"("document")");
    CHECK(content(3, "/image/format") == R"("png")");
    CHECK(content(4, "/image/format") == R"("jpeg")");
    CHECK(content(5, "/image/format") == R"("gif")");
    CHECK(content(6, "/image/format") == R"("webp")");
    CHECK(content(7, "/text") == R"("Look")");
}

TEST_CASE_METHOD(bedrock_on_loopback, "an image may go without words, a document may not", "[cli]") {
    tool::temporary_file const picture("a.png", png);
    tool::temporary_file const document("a.txt", "text");
    CHECK(converse({"--image", picture.path(), ""}).exit_status == 0);
    CHECK(tool::parsed_json(only_request().body).at("/messages/0/content/1") == "");
    auto const alone = converse({"--document", document.path(), " "});
    CHECK(alone.exit_status == 2);
    CHECK(tool::is_failure(alone, "InvalidInput"));
    tool::temporary_file const long_name(std::string(240, 'x') + ".txt", "text");
    CHECK(converse({"--document", long_name.path(), "Read"}).exit_status == 0);
    CHECK(tool::parsed_json(server.requests().back().body).at("/messages/0/content/0/document/name").size() == 202);
}

TEST_CASE_METHOD(bedrock_on_loopback, "files that cannot be used are named", "[cli]") {
    tool::temporary_file const text("plain.png", "no image");
    tool::temporary_file const strange("data.xyz", "data");
    for (auto const& [option, path, words] :
         {std::tuple{"--image", std::string("/nowhere/a.png"), "No such file or directory"},
          std::tuple{"--image", text.folder(), "Is a directory"},
          std::tuple{"--image", text.path(), "is not a PNG, JPEG, GIF or WebP image"},
          std::tuple{"--document", strange.path(), ".pdf .csv .doc"},
          std::tuple{"--document", std::string("/nowhere/a.pdf"), "No such file or directory"},
          std::tuple{"--request", std::string("/nowhere/a.json"), "No such file or directory"}}) {
        auto const seen =
            std::string_view(option) == "--request" ? converse({option, path}) : converse({option, path, "Look"});
        INFO(seen.err);
        CHECK(seen.exit_status == 1);
        CHECK(tool::is_failure(seen, "InvalidInput"));
        CHECK(tool::first_line(seen.err).find(path) != std::string::npos);
        CHECK(tool::first_line(seen.err).find(words) != std::string::npos);
    }
    CHECK(server.request_count() == 0);
}

TEST_CASE_METHOD(bedrock_on_loopback, "--request sends a whole body through the typed API", "[cli]") {
    std::string const body =
        R"({"messages":[{"role":"user","content":[{"text":"Use the tool"}]}],"inferenceConfig":{"maxTokens":9},)"
        R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}]},)"
        R"("additionalModelRequestFields":{"k":[1,2.50]},"newMember":{"x":1}})";
    tool::temporary_file const file("body.json", body);
    auto const seen = converse({"--json", "--request", file.path()});
    CHECK(seen.exit_status == 0);
    CHECK(only_request().body == body);
    CHECK(tool::parsed_json(seen.out).at("/stopReason") == R"("tool_use")");

    auto given = call({"--request", "-"});
    given.input = body;
    CHECK(tool::run(given).exit_status == 0);
    CHECK(server.requests().back().body == body);

    given = tool::call({"converse", "--request", "-"}, environment());
    given.input = R"({"modelId":"named.in-the-body","messages":[{"role":"user","content":[{"text":"Hi"}]}]})";
    CHECK(tool::run(given).exit_status == 0);
    CHECK(server.requests().back().head.target == "/model/named.in-the-body/converse-stream");
    CHECK(server.requests().back().body == R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})");

    given.input = R"({"messages":[{"role":"user","content":[{"text":7}]}]})";
    auto const wrong = tool::run(given);
    CHECK(wrong.exit_status == 1);
    CHECK(tool::first_line(wrong.err) ==
          "bedrock: InvalidInput: '-' is no body for Converse: "
          "messages[0].content[0].text: expected a string, found a number");
}

TEST_CASE_METHOD(bedrock_on_loopback, "service errors are named as AWS names them", "[cli][faults]") {
    struct failure {
        int status;
        char const* type;
        char const* kind;
    };
    for (auto const& [status, type, kind] :
         {failure{400, "ValidationException", "ValidationException"},
          failure{403, "AccessDeniedException", "AccessDeniedException"},
          failure{404, "ResourceNotFoundException", "ResourceNotFoundException"},
          failure{408, "ModelTimeoutException", "ModelTimeoutException"},
          failure{424, "ModelErrorException", "ModelErrorException"},
          failure{429, "ThrottlingException", "ThrottlingException"}, failure{429, "", "ThrottlingException"},
          failure{500, "", "InternalServerException"}, failure{502, "", "InternalServerException"},
          failure{503, "", "ServiceUnavailableException"}}) {
        for (bool const stream : {true, false}) {
            auto refusal = mock::error_reply(status, type, "No, because.");
            if (*type == 0) refusal.headers.clear();
            server.enqueue(refusal);
            auto const seen = stream ? converse({"Hello"}) : converse({"--no-stream", "Hello"});
            INFO(status << " " << seen.err);
            CHECK(seen.exit_status == 1);
            CHECK(seen.out == "");
            CHECK(tool::first_line(seen.err) == "bedrock: " + std::string(kind) + ": No, because.");
        }
    }
    server.enqueue(mock::error_reply(403, "AccessDeniedException", "No."));
    CHECK(converse({"Hello"}).err.find("bedrock:InvokeModelWithResponseStream") != std::string::npos);
}

TEST_CASE_METHOD(bedrock_on_loopback, "a page of a proxy is no answer", "[cli][faults]") {
    for (int const status : {200, 403}) {
        mock::reply page;
        page.status = status;
        page.headers = {{"Content-Type", "text/html"}};
        page.parts = {{"<html><body>Captive \x1b[31mportal</body></html>", std::nullopt}};
        for (words const& arguments : {words{"Hello"}, words{"--no-stream", "Hello"}}) {
            server.enqueue(page);
            auto const seen = converse(arguments);
            INFO(seen.err);
            CHECK(seen.exit_status == 1);
            CHECK(seen.out == "");
            CHECK(tool::is_failure(seen, "Protocol"));
            CHECK(seen.err.find('\x1b') == std::string::npos);
        }
    }
}

TEST_CASE_METHOD(bedrock_on_loopback, "an exception inside the stream ends it, after the text before it",
                 "[cli][faults]") {
    auto frames = mock::golden_frames();
    frames.resize(2);
    frames.push_back(mock::exception_frame("modelStreamErrorException", R"({"message":"It broke."})"));
    server.enqueue(stream_of(frames));
    auto const seen = converse({"Hello"});
    CHECK(seen.exit_status == 1);
    CHECK(seen.out == "Hello, ");
    CHECK(tool::first_line(seen.err) == "bedrock: ModelStreamErrorException: It broke.");

    frames.back() = mock::error_frame("InternalFailure", "It broke.");
    server.enqueue(stream_of(frames));
    CHECK(converse({"Hello"}).exit_status == 1);

    server.enqueue(stream_of(frames));
    auto const json = converse({"--json", "Hello"});
    CHECK(json.exit_status == 1);
    CHECK(json.out == "");
}

TEST_CASE_METHOD(bedrock_on_loopback, "a stream that is cut is never a success", "[cli][faults]") {
    auto const size = mock::golden_stream().size();
    auto const frames = mock::golden_frames();
    std::vector<std::size_t> places = {1, size - 1};
    std::size_t border = 0;
    for (auto const& frame : frames) {
        border += frame.size();
        if (border != size) places.push_back(border);
        places.push_back(border - frame.size() / 2);
    }
    for (auto const framed : {mock::framing::chunked, mock::framing::content_length, mock::framing::until_close}) {
        for (auto const place : places) {
            auto reply = golden();
            reply.framed = framed;
            // A metadata event that is missing altogether is not missed where nothing tells the end of the body.
            if (framed == mock::framing::until_close && place == size - frames.back().size()) continue;
            server.enqueue(mock::cut_after(reply, place));
            auto const seen = converse({"Hello"});
            INFO("cut at " << place << " of " << size << ": " << seen.err);
            CHECK(seen.exit_status == 1);
            CHECK(tool::is_failure(seen, "Truncated"));
            CHECK(std::string_view("Hello, world!").starts_with(seen.out));
        }
    }
}

TEST_CASE_METHOD(bedrock_on_loopback, "faults of the connection are told apart", "[cli][faults]") {
    using action = mock::relay_plan::action;
    struct fault {
        action what;
        std::size_t at;
        bool after_head;
        char const* kind;
    };
    mock::relay relay(server.port());
    server.set_handler([](mock::received_request const&) { return std::optional(golden()); });
    for (auto const& [what, at, after_head, kind] :
         {fault{action::close, 0, false, "Transport"}, fault{action::reset, 0, false, "Transport"},
          fault{action::reset, 200, true, "Transport"}, fault{action::cut, 0, false, "Transport"},
          fault{action::cut, 200, true, "Truncated"}, fault{action::corrupt, 20, true, "Protocol"},
          fault{action::corrupt, 300, true, "Protocol"}}) {
        relay.set_planner([plan = mock::relay_plan{what, at, after_head}](std::size_t) { return plan; });
        auto const seen = converse({"Hello", "--endpoint", relay.url()});
        INFO(static_cast<int>(what) << " at " << at << ": " << seen.err);
        CHECK(seen.exit_status == 1);
        CHECK(tool::is_failure(seen, kind));
    }
    auto const bare = converse({"Hello", "--endpoint", "127.0.0.1:1"});
    CHECK(tool::is_failure(bare, "InvalidInput"));
    CHECK(bare.err.find("the endpoint URL \"127.0.0.1:1\" has no scheme: write http://... or https://...") !=
          std::string::npos);
    CHECK(tool::is_failure(converse({"Hello", "--endpoint", "http://127.0.0.1:1"}), "Transport"));
}

TEST_CASE_METHOD(bedrock_on_loopback, "an answer that drips in byte by byte is whole", "[cli]") {
    mock::relay relay(server.port());
    relay.enqueue({mock::relay_plan::action::drip, 0, false, 7});
    auto const seen = converse({"Hello there", "--endpoint", relay.url()});
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "You said: Hello there\n");
}

TEST_CASE_METHOD(bedrock_on_loopback, "Ctrl-C cancels whatever the tool waits for, and the server sees it", "[cli]") {
    mock::gate const never;
    SECTION("before the answer's head") {
        auto reply = golden();
        reply.hold_head = never;
        server.enqueue(reply);
        process::child asking(call({"Hello"}));
        REQUIRE(server.wait_for_requests(1));
        REQUIRE(never.wait_until_reached());
        asking.send(SIGINT);
        auto const seen = asking.wait();
        CHECK(seen.exit_status == 130);
        CHECK(tool::is_failure(seen, "Cancelled"));
        CHECK(server.wait_for_peer_closes(1));
    }
    SECTION("before the whole answer") {
        mock::reply reply = mock::json_reply(200, "{}");
        reply.hold_head = never;
        server.enqueue(reply);
        process::child asking(call({"--no-stream", "Hello"}));
        REQUIRE(never.wait_until_reached());
        asking.send(SIGINT);
        CHECK(asking.wait().exit_status == 130);
        CHECK(server.wait_for_peer_closes(1));
    }
    SECTION("in the middle of a stream") {
        auto reply = golden();
        reply.parts[2].hold = never;
        server.enqueue(reply);
        process::child asking(call({"--verbose", "Hello"}));
        REQUIRE(asking.wait_for_output("Hello"));
        asking.send(SIGINT);
        auto const seen = asking.wait();
        CHECK(seen.exit_status == 130);
        CHECK(seen.out == "Hello, ");
        CHECK(seen.err.find("\nConverseStream: attempt 1, status 200") !=
              std::string::npos);  // it ended in an orderly way
        CHECK(tool::is_failure(seen, "Cancelled"));
        CHECK(server.wait_for_peer_closes(1));
    }
    SECTION("where the network has stalled") {
        mock::relay relay(server.port());
        relay.enqueue({mock::relay_plan::action::stall, 100, true});
        process::child asking(call({"--events", "--endpoint", relay.url(), "Hello"}));
        REQUIRE(relay.wait_for_bytes_to_clients(100));
        asking.send(SIGINT);
        CHECK(asking.wait().exit_status == 130);
        CHECK(relay.wait_for_client_closes(1));
    }
    SECTION("where nobody answers") {
        mock::relay relay(server.port());
        relay.enqueue({mock::relay_plan::action::silent});
        process::child asking(call({"--endpoint", relay.url(), "Hello"}));
        REQUIRE(relay.wait_for_accepted(1));
        asking.send(SIGINT);
        CHECK(asking.wait().exit_status == 130);
        CHECK(relay.wait_for_client_closes(1));
    }
}

TEST_CASE_METHOD(bedrock_on_loopback, "Ctrl-C works outside of the request too", "[cli]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    // The pipe itself cannot be waited for without disturbing it.
    auto const wait_for_level = [&](auto good) {
        auto const deadline = std::chrono::steady_clock::now() + mock::default_wait;
        for (int level = 0; std::chrono::steady_clock::now() < deadline; std::this_thread::yield())
            if (::ioctl(ends[0], FIONREAD, &level) == 0 && good(level)) return true;
        return false;
    };
    SECTION("while the prompt is being typed") {
        REQUIRE(::write(ends[1], "Tell", 4) == 4);
        auto given = call({});
        given.stdin_path = "/proc/self/fd/" + std::to_string(ends[0]);
        process::child asking(given);
        REQUIRE(wait_for_level([](int level) { return level == 0; }));
        asking.send(SIGINT);
        auto const seen = asking.wait();
        CHECK(seen.exit_status == 130);
        CHECK(tool::is_failure(seen, "Cancelled"));
        CHECK(server.request_count() == 0);
    }
    SECTION("while nobody reads the answer") {
        auto given = call({"count to 50000"});
        given.stdout_path = "/proc/self/fd/" + std::to_string(ends[1]);
        process::child asking(given);
        REQUIRE(wait_for_level([&](int) {
            pollfd writable{ends[1], POLLOUT, 0};
            return ::poll(&writable, 1, 0) == 0;  // full
        }));
        asking.send(SIGINT);
        auto const seen = asking.wait();
        CHECK(seen.exit_status == 130);
        CHECK(tool::is_failure(seen, "Cancelled"));
        CHECK(server.wait_for_peer_closes(1));
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE_METHOD(bedrock_on_loopback, "a failure that may pass is repeated, and --verbose says so", "[cli]") {
    server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "Later."));
    auto const seen =
        tool::run({"converse", "--model", "m", "--verbose", "Hello"}, environment({"AWS_MAX_ATTEMPTS=2"}));
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "You said: Hello\n");
    auto const lines = tool::lines(seen.err);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("ConverseStream: attempt 1, status 503 ServiceUnavailableException, request id "));
    CHECK(lines[0].find(" ms, again after ") != std::string::npos);
    CHECK(lines[1].starts_with("ConverseStream: attempt 2, status 200, request id "));

    server.enqueue(mock::error_reply(400, "ValidationException", "No."));
    auto const refused = converse({"--verbose", "--no-stream", "Hello"});
    CHECK(tool::first_line(refused.err) == "bedrock: ValidationException: No.");
    CHECK(refused.err.find("\nConverse: attempt 1, status 400 ValidationException, request id ") != std::string::npos);
}

TEST_CASE_METHOD(bedrock_on_loopback, "output that cannot be written is a failure", "[cli]") {
    for (words const& arguments :
         {words{"Hello"}, words{"--no-stream", "Hello"}, words{"--json", "Hello"}, words{"--events", "Hello"}}) {
        auto given = call(arguments);
        given.stdout_path = "/dev/full";
        auto const full = tool::run(given);
        CHECK(full.exit_status == 1);
        CHECK(tool::first_line(full.err) ==
              "bedrock: Output: cannot write to standard output: No space left on device");
        given.stdout_path.clear();
        given.close_stdout = true;
        auto const closed = tool::run(given);
        CHECK(closed.exit_status == 1);
        CHECK(tool::first_line(closed.err) == "bedrock: Output: cannot write to standard output: Bad file descriptor");
    }
    auto given = tool::call({"--help"});
    given.stdout_path = "/dev/full";
    CHECK(tool::run(given).exit_status == 1);
}

TEST_CASE_METHOD(bedrock_on_loopback, "a reader that goes away ends the request", "[cli]") {
    auto frames = mock::golden_frames();
    auto reply = mock::stream_reply(frames);
    mock::gate const second;
    mock::gate const never;
    reply.parts[2].hold = second;
    reply.parts[3].hold = never;
    server.enqueue(reply);
    process::child asking(call({"Hello"}));
    REQUIRE(asking.wait_for_output("Hello"));
    asking.stop_reading();
    second.open();
    auto const seen = asking.wait();
    CHECK(seen.exit_status == 1);
    CHECK(tool::first_line(seen.err) == "bedrock: Output: cannot write to standard output: Broken pipe");
    CHECK(server.wait_for_peer_closes(1));
}

TEST_CASE_METHOD(bedrock_on_loopback, "a terminal gets dimmed reasoning and usage, and nothing to obey", "[cli]") {
    if (!process::has_terminals()) {
        WARN("skipped: this machine has no pseudo-terminals (devpts is not mounted)");
        return;
    }
    auto const delta = [](std::string_view what) {
        return mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":)" + std::string(what) + "}");
    };
    auto frames = mock::golden_frames();
    frames.insert(frames.begin() + 1, delta(R"({"reasoningContent":{"text":"Let me think."}})"));
    frames.insert(frames.begin() + 2, delta(R"({"text":"A\u001b[2JB\u009b1mC\t"})"));
    server.enqueue(stream_of(frames));
    auto given = call({"Hello"});
    given.terminal = true;
    auto const shown = tool::run(given);
    CHECK(shown.exit_status == 0);
    CHECK(shown.out ==
          "\x1b[2mLet me think.\x1b[22m\r\n\r\nA\\u001b[2JB\\u009b"
          "1mC\tHello, world!\r\n9 tokens in, 4 out, end_turn\r\n");

    server.enqueue(stream_of(frames));
    auto const piped = converse({"Hello"});
    CHECK(piped.out ==
          "A\x1b[2JB\xc2\x9b"
          "1mC\tHello, world!\n");
    CHECK(piped.err == "");

    frames.resize(2);
    server.enqueue(stream_of(frames));
    auto const broken = tool::run(given);
    CHECK(broken.exit_status == 1);
    CHECK(broken.out.starts_with("\x1b[2mLet me think.\x1b[22m\r\nbedrock: Truncated: "));
}

TEST_CASE_METHOD(bedrock_on_loopback, "nothing from outside steers a terminal, whatever command shows it", "[cli]") {
    if (!process::has_terminals()) {
        WARN("skipped: this machine has no pseudo-terminals (devpts is not mounted)");
        return;
    }
    // ESC, OSC 52 (writes the clipboard), C1's CSI, BEL, carriage return, right-to-left override, isolate.
    std::string const hostile = R"(x\u001b[2J\u001b]52;c;aGk=\u0007\u009b1m\r\u202e\u2066y)";
    std::string const raw =
        "x\x1b[2J\x1b]52;c;aGk=\a\xc2\x9b"
        "1m\xe2\x80\xae\xe2\x81\xa6y";
    auto const shows = [&](std::vector<std::string> arguments) {
        auto given = tool::call(std::move(arguments));
        given.terminal = true;
        given.input = "{}";
        given.arguments.insert(given.arguments.end(), {"--region", "us-east-1", "--endpoint", server.url()});
        auto const seen = tool::run(given);
        CAPTURE(given.arguments, seen.out);
        CHECK(seen.out.find('\x1b') == std::string::npos);
        CHECK(seen.out.find('\a') == std::string::npos);
        CHECK(seen.out.find("\xc2\x9b") == std::string::npos);
        CHECK(seen.out.find("\xe2\x80\xae") == std::string::npos);
        CHECK(seen.out.find("\xe2\x81\xa6") == std::string::npos);
        CHECK(seen.out.find('x') != std::string::npos);
        return seen.out;
    };
    auto const answer = R"({"output":{"message":{"role":"assistant","content":[{"text":")" + hostile +
                        R"("},{"toolUse":{"toolUseId":"t","name":")" + hostile + R"(","input":{"a":")" + hostile +
                        R"("}}}]}},"stopReason":")" + hostile +
                        R"(","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}})";
    std::vector<std::string> const ask{"converse", "--model", "m", "--no-stream"};
    auto const with = [](std::vector<std::string> words, std::initializer_list<std::string> more) {
        words.insert(words.end(), more);
        return words;
    };
    server.enqueue(mock::json_reply(200, answer));
    CHECK(shows(with(ask, {"Hello"})).find("x\\u001b[2J\\u001b]52") != std::string::npos);
    server.enqueue(mock::json_reply(200, answer));
    CHECK(shows(with(ask, {"--json", "Hello"})).find("\\u202e") != std::string::npos);
    server.enqueue(mock::json_reply(400, R"({"message":")" + hostile + R"("})"));
    shows(with(ask, {"Hello"}));
    server.enqueue(mock::json_reply(400, raw));
    shows(with(ask, {"Hello"}));
    server.enqueue(mock::json_reply(400, R"({"message":"x","__type":")" + hostile + R"("})"));
    shows(with(ask, {"Hello"}));

    std::vector<std::string> const events{
        mock::frame("messageStart", R"({"role":"assistant"})"),
        mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":")" + hostile + R"("}})"),
        mock::frame("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\xe2\x80\xae\xc2\x9b\"}}"),
        mock::frame("contentBlockStop", R"({"contentBlockIndex":0})"),
        mock::frame("messageStop", R"({"stopReason":")" + hostile + R"("})"),
    };
    server.enqueue(stream_of(events));
    shows({"converse", "--model", "m", "Hello"});
    server.enqueue(stream_of(events));
    shows({"converse", "--model", "m", "--events", "Hello"});
    server.enqueue(stream_of(events));
    shows({"converse", "--model", "m", "--json", "Hello"});

    server.enqueue(mock::json_reply(200, '"' + raw + '"'));
    shows({"invoke", "--model", "m", "-"});
    auto const list = R"({"inferenceProfileSummaries":[],"modelSummaries":[{"modelId":")" + hostile +
                      R"(","modelName":")" + hostile +
                      R"(","inputModalities":["TEXT"],"outputModalities":["TEXT"],"responseStreamingSupported":true,)"
                      R"("modelLifecycle":{"status":"ACTIVE"}}]})";
    for (auto const& arguments : {words{"models"}, words{"models", "--json"}}) {
        for (int i = 0; i != 2; ++i) server.enqueue(mock::json_reply(200, list));
        shows(arguments);
    }
}

TEST_CASE("without the tool its tests fail one by one, and none crashes or hangs") {
#if !defined(__cpp_exceptions)
    WARN("not tested: without exceptions the first REQUIRE that fails ends the program");
    return;
#else
    char const* const self = "/proc/self/exe";
    if (::access(self, X_OK) != 0) {
        WARN("not tested: the system has no /proc/self/exe");
        return;
    }
    for (auto const* const missing : {"/nonexistent/bedrock", "/dev/null"}) {
        process::options given;
        given.arguments = {self, "[cli]"};
        given.environment = {std::string("BEDROCK_TOOL=") + missing};
        auto const seen = process::run(std::move(given));
        CHECK_FALSE(seen.hung);
        CHECK(seen.signal == 0);
        CHECK(seen.exit_status > 0);
        CHECK(seen.out.find("is not built") != std::string::npos);
    }
#endif
}
