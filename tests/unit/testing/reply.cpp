#include "bedrock/testing/reply.hpp"

#include "bedrock/event_stream.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;
using namespace bedrock::testing;

namespace {

std::vector<std::string> events_of(wire_reply const& reply) {
    std::vector<std::string> events;
    event_stream::decoder decoder;
    event_stream::message message;
    for (auto const& piece : reply.pieces) {
        decoder.feed(as_bytes(piece));
        while (decoder.next(message)) {
            auto const exception = std::string(message.text(":exception-type"));
            events.push_back(exception + std::string(message.text(":event-type")) + ' ' +
                             std::string(as_text(message.payload)));
            CHECK(message.text(":message-type") == (exception.empty() ? "event" : "exception"));
            CHECK(message.text(":content-type") == "application/json");
        }
    }
    CHECK(decoder.finish().ok());
    return events;
}

std::string body_of(wire_reply const& reply) {
    REQUIRE(reply.pieces.size() == 1);
    return reply.pieces.front();
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a text has both forms of Converse", "[testing][reply]") {
    auto const said = text_reply("Grüße, 世界 🌍");
    auto const whole = render(said, "Converse");
    CHECK(whole.status == 200);
    CHECK_FALSE(whole.chunked);
    CHECK(http::find_header(whole.headers, "Content-Type") == "application/json");
    auto const read = json::read<converse_response>(body_of(whole));
    REQUIRE(read);
    CHECK(read->text() == "Grüße, 世界 🌍");
    CHECK(read->stop_reason == stop_reason::end_turn);
    CHECK(read->usage.total_tokens == 2);

    auto const streamed = render(said, "ConverseStream");
    CHECK(streamed.chunked);
    CHECK(http::find_header(streamed.headers, "Content-Type") == "application/vnd.amazon.eventstream");
    CHECK(events_of(streamed) ==
          lines{R"(messageStart {"role":"assistant"})",
                R"(contentBlockDelta {"delta":{"text":"Grüße, "},"contentBlockIndex":0})",
                R"(contentBlockDelta {"delta":{"text":"世界 "},"contentBlockIndex":0})",
                R"(contentBlockDelta {"delta":{"text":"🌍"},"contentBlockIndex":0})",
                R"(contentBlockStop {"contentBlockIndex":0})", R"(messageStop {"stopReason":"end_turn"})",
                R"(metadata {"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":0}})"});
}

TEST_CASE("a tool use and reasoning are streamed in pieces that make the whole", "[testing][reply]") {
    std::string input = R"({"place":")";
    for (int i = 0; i != 50; ++i) input += "é🌍";
    input += "\"}";
    auto const streamed = events_of(render(tool_reply("weather", input, "t7"), "ConverseStream"));
    CHECK(streamed[1] ==
          R"(contentBlockStart {"start":{"toolUse":{"toolUseId":"t7","name":"weather"}},"contentBlockIndex":0})");
    CHECK(streamed.size() > 8);
    for (auto const& one : streamed) CHECK(one.find("\xef\xbf\xbd") == std::string::npos);
    CHECK(streamed[streamed.size() - 2] == R"(messageStop {"stopReason":"tool_use"})");

    converse_response thoughts;
    reasoning_text_block thought;
    thought.text = "Well";
    thought.signature = "sig";
    thoughts.message.content.emplace_back(reasoning_content_block(thought));
    thoughts.message.content.emplace_back(reasoning_content_block(redacted_reasoning{byte_buffer(3, std::byte{1})}));
    auto const seen = events_of(render(message_reply(thoughts), "ConverseStream"));
    CHECK(seen[1] == R"(contentBlockDelta {"delta":{"reasoningContent":{"text":"Well"}},"contentBlockIndex":0})");
    CHECK(seen[2] == R"(contentBlockDelta {"delta":{"reasoningContent":{"signature":"sig"}},"contentBlockIndex":0})");
    CHECK(seen[4] ==
          R"(contentBlockDelta {"delta":{"reasoningContent":{"redactedContent":"AQEB"}},"contentBlockIndex":1})");
}

TEST_CASE("an exception breaks a stream off, and is a status elsewhere", "[testing][reply]") {
    auto const broken = text_reply("one two three").with_exception("throttlingException", 2, "Slow \"down\"");
    CHECK(events_of(render(broken, "ConverseStream")) ==
          lines{R"(messageStart {"role":"assistant"})",
                R"(contentBlockDelta {"delta":{"text":"one "},"contentBlockIndex":0})",
                R"(throttlingException {"message":"Slow \"down\""})"});
    auto const chunks = body_reply(std::string(40, 'a')).with_exception("modelTimeoutException", 1);
    CHECK(events_of(render(chunks, "InvokeModelWithResponseStream")).size() == 2);
    auto const plain = render(broken, "Converse");
    CHECK(plain.status == 429);
    CHECK(http::find_header(plain.headers, "x-amzn-errortype") == "throttlingException");
    CHECK(events_of(render(text_reply("a").with_exception("modelStreamErrorException", 99), "ConverseStream")).size() ==
          6);
}

TEST_CASE("errors and throttles", "[testing][reply]") {
    auto const error = render(error_reply(404, "ResourceNotFoundException", "no \"model\""), "ConverseStream");
    CHECK(error.status == 404);
    CHECK(body_of(error) == R"({"message":"no \"model\""})");
    CHECK(http::find_header(error.headers, "x-amzn-errortype") == "ResourceNotFoundException");
    CHECK(http::find_header(render(throttle_reply(1500), "Converse").headers, "x-amz-retry-after") == "1500");
    CHECK(http::find_header(render(throttle_reply(), "Converse").headers, "x-amz-retry-after") == "");
}

TEST_CASE("raw bodies, streamed in chunks too, and events as they are", "[testing][reply]") {
    CHECK(body_of(render(body_reply("{}"), "CountTokens")) == "{}");
    auto const chunks = render(body_reply("0123456789abcdefg"), "InvokeModelWithResponseStream");
    CHECK(events_of(chunks) == lines{R"(chunk {"bytes":"MDEyMzQ1Njc4OWFiY2RlZg=="})", R"(chunk {"bytes":"Zw=="})"});
    CHECK(http::find_header(chunks.headers, "x-amzn-bedrock-content-type") == "application/json");
    auto const events = events_reply({{"newEvent", "{}"}, {"validationException", "{}"}});
    CHECK(events_of(render(events, "ConverseStream")) == lines{"newEvent {}", "validationException {}"});
}

TEST_CASE("what is no answer to the operation says so", "[testing][reply]") {
    auto const why = [](reply const& from, std::string_view operation) {
        auto const made = render(from, operation);
        CHECK(made.status == 400);
        return body_of(made);
    };
    CHECK(why(text_reply("a"), "CountTokens") ==
          R"({"message":"loopback Bedrock: a message is no answer to CountTokens"})");
    CHECK(why(text_reply("a"), "InvokeModelWithResponseStream").find("no answer") != std::string::npos);
    CHECK(why(body_reply("a"), "ConverseStream").find("no answer") != std::string::npos);
    CHECK(why(events_reply({{"a", "{}"}}), "Converse").find("no answer") != std::string::npos);
    converse_response picture;
    picture.message.content.emplace_back(image_block{});
    CHECK(why(message_reply(picture), "ConverseStream").find("events_reply") != std::string::npos);
    CHECK(why(tool_reply("a", "{broken"), "Converse").find("input") != std::string::npos);
}
