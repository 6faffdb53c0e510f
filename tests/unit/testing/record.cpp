#include "bedrock/testing/record.hpp"

#include "bedrock/client.hpp"
#include "bedrock/control.hpp"
#include "bedrock/invoke.hpp"

#include "support/temporary_file.hpp"

#include "support/catch.hpp"
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;
using testing::recording;
using testing::recording_mode;

namespace {

std::string const secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
std::string const session_token = "session-token-that-nobody-may-see";

converse_request ask_for(std::string text) {
    return {.model_id = "anthropic.claude-v2:1", .messages = {user(std::move(text))}};
}

std::string read(std::string const& path) {
    file_ask wanted(path);
    os::read_file(wanted);
    return wanted.text;
}

/// A Bedrock, and the options of a recording that reaches it.
struct upstream {
    testing::loopback server{{.caller = {.session_token = session_token}}};
    testing::recording_options options(recording_mode mode = recording_mode::record) const {
        testing::recording_options made;
        made.mode = mode;
        made.upstream = server.options();
        return made;
    }
};

/// The calls of a test: a whole answer, a stream, a stream that breaks, a throttle, raw bytes, a question with a query.
std::string talk(client asking) {
    std::string said;
    auto const tell = [&](auto const& answer) {
        if (answer)
            said += answer->text() + '\n';
        else
            said += answer.error().name + ": " + answer.error().message + '\n';
    };
    tell(asking.converse(ask_for("one")));
    for (auto const* const text : {"two", "three"})
        tell(asking.converse_stream(ask_for(text), [&](stream_event const& event) { said += event.text(); }));
    auto const raw =
        asking.invoke_model({.model_id = "m", .body = std::string("\xff\x00\x80", 3), .trace = invoke_trace::enabled});
    said += raw ? raw->body : raw.error().message;
    said += asking.list_inference_profiles({.max_results = 5}) ? "listed" : "not listed";
    return said;
}

void script(testing::loopback& server) {
    server.enqueue(testing::throttle_reply());
    server.enqueue(testing::text_reply("Answer one, not " + session_token + '.'));
    server.enqueue(testing::text_reply("Grüße, 世界 🌍"));
    server.enqueue(testing::text_reply("breaks off").with_exception("modelStreamErrorException", 2));
    auto raw = testing::body_reply(std::string("\x00\xfe", 2));
    raw.headers = {{"Content-Type", "application/octet-stream"}, {"Set-Cookie", "id=cookie-that-nobody-may-see"}};
    server.enqueue(raw);
    server.enqueue(testing::body_reply(R"({"inferenceProfileSummaries":[]})"));
}

}  // namespace

TEST_CASE("what was recorded once is replayed without a network", "[testing][record][threads]") {
    temporary_file const file("tape.json", "");
    std::string live;
    {
        upstream aws;
        script(aws.server);
        recording tape(file.path(), aws.options());
        CHECK_FALSE(tape.replaying());
        live = talk(client(tape.options()));
        REQUIRE(tape.finish());
        for (auto const& request : aws.server.requests()) CHECK(request.authorization_problem == "");
        CHECK(aws.server.unused_replies() == 0);
    }
    INFO(live);
    CHECK(live.find("Grüße, 世界 🌍\n") != std::string::npos);
    CHECK(live.find("ModelStreamErrorException") != std::string::npos);
    CHECK(live.ends_with("listed"));

    auto const text = read(file.path());
    INFO(text);
    for (auto const& hidden : {secret_key, session_token, std::string("Authorization"), std::string("AKIA"),
                               std::string("cookie"), std::string("X-Amz-Security"), std::string("Signature=")})
        CHECK(text.find(hidden) == std::string::npos);
    CHECK(text.find("Answer one, not ***.") != std::string::npos);
    CHECK(text.find(R"("events":[{"headers":{":event-type":"messageStart")") != std::string::npos);
    CHECK(text.find(R"("body_base64":"/wCA")") != std::string::npos);

    recording tape(file.path());
    CHECK(tape.replaying());
    auto expected = live;
    if (auto const at = expected.find(session_token); at != std::string::npos)
        expected.replace(at, session_token.size(), "***");
    CHECK(talk(client(tape.options())) == expected);
    CHECK(tape.finish());
}

TEST_CASE("a request that differs is refused with the place", "[testing][record][threads]") {
    temporary_file const file("tape.json", "");
    upstream aws;
    aws.server.enqueue(testing::text_reply("one"));
    aws.server.enqueue(testing::text_reply("two"));
    {
        recording tape(file.path(), aws.options());
        client asking(tape.options());
        REQUIRE(asking.converse(ask_for("first")));
        REQUIRE(asking.converse_stream(ask_for("second"), [](auto const&) {}));
        REQUIRE(tape.finish());
    }
    recording tape(file.path());
    client asking(tape.options());
    auto const unused = tape.finish();
    REQUIRE_FALSE(unused);
    CHECK(unused.error().message ==
          "exchange 1 of the recording was never asked for: POST "
          "/model/anthropic.claude-v2%3A1/converse");
    CHECK(asking.converse_stream(ask_for("second"), [](auto const&) {}).value().text() == "two");
    auto const differs = asking.converse(ask_for("fourth"));
    REQUIRE_FALSE(differs);
    INFO(differs.error().message);
    CHECK(differs.error().attempts == 1);
    CHECK(differs.error().message.find("request 2 (POST /model/anthropic.claude-v2%3A1/converse) is not in the "
                                       "recording") != std::string::npos);
    CHECK(differs.error().message.find("of its exchange 1 the body differs at byte 49: recorded ") !=
          std::string::npos);
    REQUIRE(asking.converse(ask_for("first")));
    CHECK_FALSE(asking.converse(ask_for("first")));
    auto const end = tape.finish();
    REQUIRE_FALSE(end);
    CHECK(end.error().code == errc::protocol);
    CHECK(end.error().message.find("differs at byte 49") != std::string::npos);
}

TEST_CASE("bodies are redacted before they are written and compared", "[testing][record][threads]") {
    temporary_file const file("tape.json", "");
    auto const blank = [](std::string body) {
        for (std::size_t at = 0; (at = body.find("private", at)) != std::string::npos;) body.replace(at, 7, "-");
        return body;
    };
    upstream aws;
    aws.server.enqueue(testing::text_reply("a private answer"));
    aws.server.enqueue(testing::text_reply("a private stream"));
    {
        auto options = aws.options(recording_mode::automatic);
        std::remove(file.path().c_str());
        options.redact = blank;
        recording tape(file.path(), options);
        CHECK_FALSE(tape.replaying());
        client asking(tape.options());
        CHECK(asking.converse(ask_for("my private question")).value().text() == "a private answer");
        CHECK(asking.converse_stream(ask_for("another"), [](auto const&) {}).value().text() == "a private stream");
        REQUIRE(tape.finish());
        CHECK(aws.server.requests()[0].body.find("my private question") != std::string::npos);
    }
    CHECK(read(file.path()).find("private") == std::string::npos);
    testing::recording_options options;
    options.redact = blank;
    recording tape(file.path(), options);
    REQUIRE(tape.replaying());
    client asking(tape.options());
    CHECK(asking.converse(ask_for("my - question")).value().text() == "a - answer");
    CHECK(asking.converse_stream(ask_for("another"), [](auto const&) {}).value().text() == "a - stream");
    CHECK(tape.finish());
}

TEST_CASE("files that are missing, broken or cannot be written", "[testing][record][threads]") {
    temporary_file const file("tape.json", R"({"version":2,"exchanges":[]})");
    recording newer(file.path());
    CHECK(newer.replaying());
    auto const refused = client(newer.options()).converse(ask_for("one"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("version 2 of a recording is not known") != std::string::npos);
    CHECK(newer.finish().error().code == errc::invalid_input);

    recording missing("/nonexistent/tape.json", {.mode = recording_mode::replay});
    CHECK(missing.finish().error().message.find("/nonexistent/tape.json") != std::string::npos);

    upstream aws;
    recording nowhere("/nonexistent/tape.json", aws.options());
    CHECK(nowhere.finish().error().message ==
          "cannot write the recording \"/nonexistent/tape.json\": no such file or directory");
}

TEST_CASE("where Bedrock cannot be asked the client and finish() say why", "[testing][record][threads]") {
    temporary_file const file("tape.json", "");
    upstream aws;
    auto options = aws.options();
    options.upstream.credentials.reset();
    options.upstream.endpoint = "http://127.0.0.1:1";
    options.upstream.credentials = credentials{.access_key_id = "AKID", .secret_access_key = secret_key};
    recording tape(file.path(), options);
    auto const failed = client(tape.options()).converse(ask_for("one"));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message.find("recording POST /model/") != std::string::npos);
    CHECK(tape.finish().error().code == errc::transport);
    CHECK(read(file.path()) == "");
}

TEST_CASE("what is signed anew: the operation and its own headers, at its own service", "[testing][record][threads]") {
    testing::wire_request arrived{"POST",
                                  "/model/a%2Fb/invoke",
                                  {{"Host", "127.0.0.1:1"},
                                   {"Content-Type", "text/plain"},
                                   {"Accept", "*/*"},
                                   {"X-Amzn-Bedrock-Trace", "ENABLED"},
                                   {"x-amz-date", "20150830T123600Z"},
                                   {"x-amz-content-sha256", "00"},
                                   {"X-Amz-Security-Token", session_token},
                                   {"Authorization", "AWS4-HMAC-SHA256"},
                                   {"Cookie", "a=b"}},
                                  "{}"};
    auto const found = testing::find_operation(arrived.method, arrived.target);
    auto const made = testing::detail::make_operation(arrived, found);
    CHECK(made.name == "InvokeModel");
    CHECK(made.path == arrived.target);
    CHECK(made.model_id == "a/b");
    CHECK(made.content_type == "text/plain");
    CHECK(made.accept == "*/*");
    CHECK(made.body.view() == "{}");
    CHECK(made.service.host == runtime_service.host);
    REQUIRE(made.headers.size() == 1);
    CHECK(made.headers[0].name == "X-Amzn-Bedrock-Trace");
    arrived.target = "/foundation-models?byProvider=a";
    CHECK(testing::detail::make_operation(arrived, {}).service.host == control_service.host);
}

TEST_CASE("destroyed while Bedrock is silent", "[testing][record][threads]") {
    temporary_file const file("tape.json", "");
    upstream aws;
    aws.server.enqueue(testing::text_reply("never").with_fault("stall:head"));
    auto tape = std::make_unique<recording>(file.path(), aws.options());
    client asking(tape->options());
    std::thread caller([&] { CHECK_FALSE(asking.converse(ask_for("one"))); });
    CHECK(aws.server.wait_for_requests(1));
    tape.reset();
    caller.join();
}

namespace {

/// The status of a raw request, without a client.
int status_of(testing::recording const& tape, std::string const& method, std::string const& target, http::header_list extra,
              bool is_signed = true) {
    auto const options = tape.options();
    http::request made;
    made.method = method;
    made.url = options.endpoint + target;
    if (method == "POST") made.body = std::string("{}");
    made.headers = {{"Host", options.endpoint.substr(7)}};
    for (auto& header : extra) {
        if (http::equal_names(header.name, "Host")) made.headers.clear();
        made.headers.push_back(std::move(header));
    }
    if (is_signed) {
        sigv4::signature signature;
        auto const& keys = *options.credentials;
        REQUIRE(sigv4::sign({.method = method, .target = target, .headers = made.headers, .body = as_bytes(made.body.view())},
                            {keys.access_key_id, keys.secret_access_key.view(), {}},
                            {"us-east-1", "bedrock", std::int64_t{1'767'323'045}}, {}, signature)
                    .ok());
        for (auto& header : signature.headers) made.headers.push_back(header);
    }
    engine own(std::make_shared<engine_share>());
    http_ask asked(std::move(made));
    auto const surroundings = environment::of_process();
    blocking_runner runner(own, surroundings, cancellation(), 0);
    auto const got = runner.run([](http_ask& sent) -> exchange<result<int>> {
        co_await sent;
        co_return sent.failure ? 0 : sent.response.head.status;
    }(asked));
    REQUIRE(got);
    return *got;
}

}  // namespace

TEST_CASE("a recording serves its own client alone", "[testing][record]") {
    temporary_file const file("tape.json", "");
    upstream aws;
    recording tape(file.path(), aws.options()), other(file.path(), aws.options());
    CHECK(tape.options().credentials->secret_access_key.view() != other.options().credentials->secret_access_key.view());
    CHECK(tape.options().credentials->secret_access_key.view().size() == 64);
    std::string const target = "/model/m/converse";
    SECTION("keys of another client, or none") {
        CHECK(status_of(tape, "POST", target, {}, false) == 403);
        CHECK(status_of(tape, "POST", target, {{"Authorization", "Bearer x"}}, false) == 403);
        auto stranger = tape.options();
        stranger.credentials = aws.server.options().credentials;
        auto const got = client(stranger).converse(ask_for("one"));
        REQUIRE_FALSE(got);
        CHECK(got.error().message.find("only clients made from recording::options() are served") != std::string::npos);
    }
    SECTION("a web page") {
        CHECK(status_of(tape, "POST", target, {{"Origin", "http://evil.example"}}) == 403);
        CHECK(status_of(tape, "POST", target, {{"Host", "evil.example"}}) == 403);
        CHECK(status_of(tape, "POST", target, {{"Host", "localhost" + tape.options().endpoint.substr(16)}}) == 403);
    }
    SECTION("what is not an operation") {
        CHECK(status_of(tape, "GET", target, {}) == 403);
        CHECK(status_of(tape, "POST", "/", {}) == 403);
        CHECK(status_of(tape, "POST", "/model/m/other", {}) == 403);
        CHECK(status_of(tape, "DELETE", "/foundation-models", {}) == 403);
    }
    CHECK(aws.server.requests().empty());
    CHECK(status_of(tape, "POST", target, {}) == 400);  // served: nothing is scripted
    CHECK(aws.server.requests().size() == 1);
    CHECK(tape.finish());
}

TEST_CASE("a recording holds no secret, wherever it stood", "[testing][record]") {
    temporary_file const file("tape.json", "");
    upstream aws;
    auto const hidden = encode_base64(as_bytes("before " + session_token + " behind"));
    aws.server.enqueue(testing::body_reply(R"({"image":{"bytes":")" + hidden + R"("}})"));
    auto binary = testing::body_reply("\xff" + session_token);
    binary.headers = {{"Content-Type", "application/octet-stream"}};
    aws.server.enqueue(binary);
    auto const chunk = encode_base64(as_bytes("{\"said\":\"" + session_token + "\"}"));
    aws.server.enqueue(testing::events_reply({{.type = "chunk", .payload = R"({"bytes":")" + chunk + R"("})"}}));
    aws.server.enqueue(testing::body_reply(R"({"inferenceProfileSummaries":[]})"));
    {
        recording tape(file.path(), aws.options());
        client asking(tape.options());
        CHECK(asking.invoke_model({.model_id = "m", .body = R"({"a":")" + session_token + R"(","b":")" + hidden + R"("})"}));
        CHECK(asking.invoke_model({.model_id = "m", .body = "\xff" + secret_key}));
        CHECK(asking.invoke_model_stream({.model_id = "m", .body = "{}"}, [](auto const&) {}));
        CHECK(asking.list_inference_profiles({.next_token = secret_key}));
        CHECK(tape.finish());
    }
    auto const text = read(file.path());
    INFO(text);
    for (auto const& one : {secret_key, session_token, percent_encode(secret_key), hidden,
                            encode_base64(as_bytes("\xff" + session_token)), encode_base64(as_bytes("\xff" + secret_key)),
                            chunk})
        CHECK(text.find(one) == std::string::npos);
    CHECK(text.find(encode_base64(as_bytes("before *** behind"))) != std::string::npos);
}
