#include "bedrock/testing/loopback.hpp"

#include "bedrock/client.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/invoke.hpp"

#include "support/catch.hpp"
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace bedrock;
using testing::loopback;

namespace {

converse_request ask_for(std::string text) {
    return {.model_id = "anthropic.claude-v2:1", .messages = {user(std::move(text))}};
}

client one_attempt(loopback const& server) {
    auto options = server.options();
    options.retry.max_attempts = 1;
    options.fresh_connection = true;  // or libcurl repeats a request whose old connection dies
    options.timeouts.idle_ms = 300;
    options.timeouts.first_event_ms = 300;
    return client(options);
}

struct drained {
    std::string text;
    result<converse_response> end;
};
drained drain(client from) {
    std::string text;
    auto events = from.open_stream(ask_for("Hello"));
    while (auto const* const event = events.next()) text += event->text();
    return {std::move(text), std::move(events).finish()};
}

}  // namespace

TEST_CASE("replies in order to whichever form of Converse, and the requests as they arrived",
          "[testing][loopback][threads]") {
    loopback server;
    REQUIRE(server.running());
    server.enqueue(testing::text_reply("Hello there."));
    server.enqueue(testing::text_reply("Hello again."));
    server.enqueue(testing::tool_reply("weather", R"({"city":"Lisbon"})"));
    CHECK(server.unused_replies() == 3);
    client asking(server.options());
    auto const plain = asking.converse(ask_for("Hi"));
    REQUIRE(plain);
    CHECK(plain->text() == "Hello there.");
    CHECK(plain->request_id == "loopback");
    auto const [text, end] = drain(asking);
    CHECK(text == "Hello again.");
    REQUIRE(end);
    CHECK(end->text() == text);
    auto const tool = drain(asking).end;
    REQUIRE(tool);
    REQUIRE(tool->tool_uses().size() == 1);
    CHECK(tool->tool_uses()[0]->input.text() == R"({"city":"Lisbon"})");
    CHECK(server.unused_replies() == 0);

    auto const seen = server.requests();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].number == 1);
    CHECK(seen[0].operation == "Converse");
    CHECK(seen[1].operation == "ConverseStream");
    CHECK(seen[0].model_id == "anthropic.claude-v2:1");
    CHECK(seen[0].target == "/model/anthropic.claude-v2%3A1/converse");
    CHECK(seen[0].body == R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})");
    CHECK(seen[0].authorization_problem == "");
    CHECK(http::find_header(seen[0].headers, "content-type") == "application/json");
}

TEST_CASE("other operations", "[testing][loopback][threads]") {
    loopback server;
    server.enqueue(testing::body_reply(R"({"inputTokens":7})"));
    server.enqueue(testing::body_reply("raw"));
    server.enqueue(testing::body_reply("0123456789abcdefgh"));
    client asking(server.options());
    converse_tokens_request counted;
    counted.messages = {user("Hi")};
    CHECK(asking.count_tokens({.model_id = "m", .input = counted}).value().input_tokens == 7);
    CHECK(asking.invoke_model({.model_id = "m", .body = "{}"}).value().body == "raw");
    std::string all;
    auto const whole =
        asking.invoke_model_stream({.model_id = "m", .body = "{}"}, [&](auto const& chunk) { all += chunk.text(); });
    CHECK(whole);
    CHECK(all == "0123456789abcdefgh");
}

TEST_CASE("throttles are repeated without a pause, errors are not", "[testing][loopback][threads]") {
    loopback server;
    server.enqueue(testing::throttle_reply());
    server.enqueue(testing::text_reply("At last."));
    server.enqueue(testing::error_reply(403, "AccessDeniedException", "not for you"));
    client asking(server.options());
    auto const reply = asking.converse(ask_for("Hi"));
    REQUIRE(reply);
    CHECK(reply->attempts == 2);
    auto const refused = asking.converse(ask_for("Hi"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::access_denied);
    CHECK(refused.error().attempts == 1);
}

TEST_CASE("faults of streams end in errors that name them", "[testing][loopback][threads]") {
    loopback server;
    auto const said = testing::text_reply("one two three four");
    for (auto const& [text, code, arrived] : {
             std::tuple{"cut:event4", errc::truncated, "one two "},
             std::tuple{"finish:event4", errc::truncated, "one two "},
             std::tuple{"reset:head", errc::transport, ""},
             std::tuple{"stall:event3", errc::timeout, "one "},
             std::tuple{"stall:head", errc::timeout, ""},
             std::tuple{"corrupt:event3", errc::protocol, "one "},
             std::tuple{"garbage:event2", errc::protocol, ""},
         }) {
        INFO(text);
        server.enqueue(said.with_fault(text));
        auto const [seen, end] = drain(one_attempt(server));
        REQUIRE_FALSE(end);
        CHECK(end.error().code == code);
        CHECK(seen == arrived);
    }
    server.enqueue(said.with_fault("drip:5"));
    auto const dripped = drain(client(server.options()));
    CHECK(dripped.end);
    CHECK(dripped.text == "one two three four");
    server.enqueue(said.with_exception("modelStreamErrorException", 3));
    CHECK(drain(one_attempt(server)).end.error().code == errc::model_stream_error);
}

TEST_CASE("faults for a range of requests, a reply's own wins", "[testing][loopback][threads]") {
    loopback server;
    CHECK(server.misbehave("reset:head@2-3"));
    CHECK(server.misbehave("stall:head@2-3"));
    CHECK_FALSE(server.misbehave("rest:head"));
    server.set_handler([](auto const& request) { return testing::text_reply(std::to_string(request.number)); });
    auto asking = one_attempt(server);
    CHECK(asking.converse(ask_for("Hi")).value().text() == "1");
    auto const second = asking.converse(ask_for("Hi"));
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::transport);
    server.enqueue(testing::text_reply("own").with_fault("drip:9"));
    CHECK(asking.converse(ask_for("Hi")).value().text() == "own");
    CHECK(asking.converse(ask_for("Hi")).value().text() == "4");
}

TEST_CASE("what is not scripted, not accepted or no fault is said in the client's error",
          "[testing][loopback][threads]") {
    loopback server;
    auto asking = one_attempt(server);
    auto const nothing = asking.converse(ask_for("Hi"));
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == errc::validation);
    CHECK(nothing.error().message.find("no reply is scripted for request 1, POST /model/") != std::string::npos);
    server.set_handler([](auto const&) { return std::nullopt; });
    CHECK_FALSE(asking.converse(ask_for("Hi")));

    server.enqueue(testing::text_reply("a").with_fault("cutt:3"));
    CHECK(asking.converse(ask_for("Hi")).error().message.find("\"cutt:3\" is no fault") != std::string::npos);

    server.enqueue(testing::text_reply("kept"));
    auto options = server.options();
    options.credentials->secret_access_key = "another";
    CHECK(client(options).converse(ask_for("Hi")).error().code == errc::authentication);
    CHECK(server.requests().back().authorization_problem == "the signature is not that of the bytes received");
    CHECK(server.unused_replies() == 1);

    loopback open({.check_authorization = false});
    open.enqueue(testing::text_reply("anybody"));
    options.endpoint = open.url();
    CHECK(client(options).converse(ask_for("Hi")));
}

TEST_CASE("waiting for requests", "[testing][loopback][threads]") {
    loopback server;
    CHECK_FALSE(server.wait_for_requests(1, 1));
    server.enqueue(testing::text_reply("a"));
    CHECK(client(server.options()).converse(ask_for("Hi")));
    CHECK(server.wait_for_requests(1));
}

TEST_CASE("operations are found by method and path", "[testing][loopback][threads]") {
    using testing::find_operation;
    CHECK(find_operation("POST", "/model/arn%3Aaws%3Ax%2Fy/converse?a=b").model_id == "arn:aws:x/y");
    CHECK(find_operation("GET", "/inference-profiles?type=a").operation == "ListInferenceProfiles");
    CHECK(find_operation("GET", "/inference-profiles/p").operation == "GetInferenceProfile");
    CHECK(find_operation("POST", "/async-invoke").operation == "StartAsyncInvoke");
    CHECK(find_operation("GET", "/async-invoke/arn").operation == "GetAsyncInvoke");
    CHECK(find_operation("POST", "/guardrail/g/version/1/apply").operation == "ApplyGuardrail");
    for (auto const& [method, target] : {std::pair{"GET", "/model/a/converse"},
                                         {"POST", "/model//converse"},
                                         {"POST", "/model/a/b/converse"},
                                         {"POST", "/model/a%2/converse"},
                                         {"POST", "/model/a/convers"},
                                         {"POST", ""},
                                         {"GET", "/inference-profiles/"}}) {
        INFO(target);
        CHECK(find_operation(method, target).operation == "");
        CHECK(find_operation(method, target).model_id == "");
    }
}
