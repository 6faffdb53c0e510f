#include "bedrock/model/accumulator.hpp"

#include "support/catch.hpp"

#include "support/instruction_count.hpp"
#include "support/json_equal.hpp"
#include "support/recorded_bedrock.hpp"

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>

namespace {

using events = std::initializer_list<std::pair<char const*, std::string>>;

bedrock::message_accumulator fed(events all) {
    bedrock::message_accumulator sum;
    bedrock::stream_event event;
    for (auto const& [type, payload] : all) {
        INFO(payload);
        REQUIRE(event.parse(type, payload));
        sum.add(event);
    }
    return sum;
}

std::pair<char const*, std::string> delta(int index, std::string const& value) {
    return {"contentBlockDelta",
            "{\"contentBlockIndex\":" + std::to_string(index) + ",\"delta\":" + value + ",\"p\":\"ab\"}"};
}
std::pair<char const*, std::string> start(int index, std::string const& value) {
    return {"contentBlockStart", "{\"contentBlockIndex\":" + std::to_string(index) + ",\"start\":" + value + "}"};
}
std::pair<char const*, std::string> stop(int index) {
    return {"contentBlockStop", "{\"contentBlockIndex\":" + std::to_string(index) + "}"};
}

std::string content_of(bedrock::converse_response const& response) {
    auto const written = bedrock::json::write(response.message);
    return written ? *written : written.error().message;
}

std::string content_of(events all) {
    return content_of(fed(all).take());
}

std::string assistant(std::string const& content) {
    return "{\"role\":\"assistant\",\"content\":[" + content + "]}";
}

}  // namespace

TEST_CASE("a whole stream becomes the response that Converse gives", "[model]") {
    auto sum = fed({{"messageStart", R"({"role":"assistant","p":"abc"})"},
                    delta(0, R"({"text":"Hel"})"),
                    delta(0, R"({"text":"lo\n"})"),
                    stop(0),
                    start(1, R"({"toolUse":{"toolUseId":"t1","name":"f","extra":1}})"),
                    delta(1, R"({"toolUse":{"input":""}})"),
                    delta(1, R"({"toolUse":{"input":"{\"a\":"}})"),
                    delta(1, R"({"toolUse":{"input":"1}"}})"),
                    stop(1)});
    CHECK_FALSE(sum.complete());
    bedrock::stream_event event;
    REQUIRE(
        event.parse("messageStop", R"({"stopReason":"tool_use","additionalModelResponseFields":{"s":null},"new":1})"));
    sum.add(event);
    CHECK(sum.complete());
    REQUIRE(event.parse("metadata",
                        R"({"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,"serverToolUsage":{}},)"
                        R"("metrics":{"latencyMs":4},"trace":{"promptRouter":{"invokedModelId":"m"}},)"
                        R"("performanceConfig":{"latency":"standard"},"serviceTier":{"type":"flex"},"p":"a"})"));
    sum.add(event);
    std::string const wanted =
        R"({"output":{"message":{"role":"assistant","content":[{"text":"Hello\n"},{"toolUse":{"toolUseId":"t1",)"
        R"("name":"f","input":{"a":1},"extra":1}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,)"
        R"("totalTokens":3,"serverToolUsage":{}},"metrics":{"latencyMs":4},"additionalModelResponseFields":{"s":null},)"
        R"("trace":{"promptRouter":{"invokedModelId":"m"}},"performanceConfig":{"latency":"standard"},)"
        R"("serviceTier":{"type":"flex"},"new":1})";
    CHECK(*bedrock::json::write(sum.snapshot()) == wanted);
    auto const whole = sum.take();
    CHECK(*bedrock::json::write(whole) == wanted);
    CHECK(whole.incomplete_blocks.empty());
    CHECK(whole.unmerged_events.empty());
    CHECK_FALSE(sum.complete());
    CHECK(content_of(sum.take()) == assistant(""));
}

TEST_CASE("tool input that is missing, cut short or no JSON leaves a message that can be sent", "[model]") {
    auto const use = [](std::string const& input, bool stopped) {
        auto sum = fed({start(0, R"({"toolUse":{"toolUseId":"t","name":"f"}})"),
                        delta(0, R"({"toolUse":{"input":")" + input + "\"}}")});
        bedrock::stream_event event;
        std::string const end = stop(0).second;
        if (stopped) {
            REQUIRE(event.parse("contentBlockStop", end));
            sum.add(event);
        }
        auto whole = sum.take();
        REQUIRE(bedrock::json::write(whole));
        CHECK(whole.incomplete_blocks.size() == (stopped ? 0 : 1));
        auto const* const made = whole.message.content.at(0).get_if<bedrock::tool_use_block>();
        return made->input.text() + "|" + made->incomplete_input;
    };
    CHECK(use("", true) == "{}|");
    CHECK(use("  ", true) == "{}|");
    CHECK(use("", false) == "{}|");
    CHECK(use(R"({\"a\":1})", true) == R"({"a":1}|)");
    CHECK(use(R"({\"a\":1})", false) == R"({"a":1}|)");
    CHECK(use(R"({\"a\":1)", true) == R"({}|{"a":1)");
    CHECK(use(R"({\"a\":1)", false) == R"({}|{"a":1)");
    CHECK(use("12", false) == "{}|12");
    CHECK(use("12", true) == "12|");
}

TEST_CASE("reasoning keeps its text, signature and redacted parts apart", "[model]") {
    CHECK(
        content_of({delta(0, R"({"reasoningContent":{"text":"hm"}})"), delta(0, R"({"reasoningContent":{"text":"m"}})"),
                    delta(0, R"({"reasoningContent":{"signature":"s1"}})"),
                    delta(0, R"({"reasoningContent":{"signature":"s2"}})"), stop(0)}) ==
        assistant(R"({"reasoningContent":{"reasoningText":{"text":"hmm","signature":"s1s2"}}})"));
    CHECK(content_of({delta(0, R"({"reasoningContent":{"signature":"only"}})"), stop(0)}) ==
          assistant(R"({"reasoningContent":{"reasoningText":{"text":"","signature":"only"}}})"));
    CHECK(
        content_of({delta(0, R"({"reasoningContent":{"text":"a"}})"),
                    delta(0, R"({"reasoningContent":{"redactedContent":"AAEC"}})"),
                    delta(0, R"({"reasoningContent":{"redactedContent":"Aw=="}})"), stop(0)}) ==
        assistant(
            R"({"reasoningContent":{"reasoningText":{"text":"a"}}},{"reasoningContent":{"redactedContent":"AAECAw=="}})"));
}

TEST_CASE("blocks stand by their index and may be interleaved", "[model]") {
    CHECK(content_of({delta(2, R"({"text":"c"})"), delta(0, R"({"text":"a"})"),
                      delta(1, R"({"reasoningContent":{"text":"b"}})"), delta(0, R"({"text":"A"})"), stop(0),
                      delta(2, R"({"text":"C"})"), stop(2), stop(1)}) ==
          assistant(R"({"text":"aA"},{"reasoningContent":{"reasoningText":{"text":"b"}}},{"text":"cC"})"));
}

TEST_CASE("another kind of delta under the same index makes another block", "[model]") {
    CHECK(content_of({delta(0, R"({"reasoningContent":{"text":"b"}})"), delta(0, R"({"text":"a"})"), stop(0)}) ==
          assistant(R"({"reasoningContent":{"reasoningText":{"text":"b"}}},{"text":"a"})"));
}

TEST_CASE("citations turn their text into a citations block", "[model]") {
    CHECK(
        content_of(
            {delta(0, R"({"text":"It is blue"})"),
             delta(
                 0,
                 R"({"citation":{"title":"T","sourceContent":[{"text":"blue"}],"location":{"web":{"url":"u"}},"n":1}})"),
             delta(0, R"({"text":"."})"), delta(0, R"({"citation":{"source":"S"}})"), stop(0)}) ==
        assistant(R"({"citationsContent":{"content":[{"text":"It is blue."}],"citations":[{"title":"T",)"
                  R"("sourceContent":[{"text":"blue"}],"location":{"web":{"url":"u"}},"n":1},{"source":"S"}]}})"));
    CHECK(content_of({delta(0, R"({"citation":{"source":"S"}})"), delta(0, R"({"text":"after"})"), stop(0)}) ==
          assistant(R"({"citationsContent":{"content":[{"text":"after"}],"citations":[{"source":"S"}]}})"));
}

TEST_CASE("tool results and images of the service's own tools", "[model]") {
    CHECK(content_of({start(0, R"({"toolResult":{"toolUseId":"t","type":"x_result","status":"success"}})"),
                      delta(0, R"({"toolResult":[{"text":"a"},{"text":"b"}]})"),
                      delta(0, R"({"toolResult":[{"text":"c"}]})"),
                      delta(0, R"({"toolResult":[{"json":{"k":1}},{"text":"d"},{"future":2}]})"), stop(0)}) ==
          assistant(R"({"toolResult":{"toolUseId":"t","content":[{"text":"abc"},{"json":{"k":1}},{"text":"d"},)"
                    R"({"future":2}],"status":"success","type":"x_result"}})"));
    CHECK(content_of({start(0, R"({"image":{"format":"png"}})"), delta(0, R"({"image":{"source":{"bytes":"AAEC"}}})"),
                      delta(0, R"({"image":{"source":{"bytes":"Aw=="}}})"), stop(0)}) ==
          assistant(R"({"image":{"format":"png","source":{"bytes":"AAECAw=="}}})"));
    CHECK(content_of({start(0, R"({"image":{"format":"png"}})"), delta(0, R"({"image":{"error":{"message":"no"}}})"),
                      stop(0)}) == assistant(R"({"image":{"format":"png","error":{"message":"no"}}})"));
}

TEST_CASE("unknown members of tool uses, tool results and images survive a stream", "[model]") {
    CHECK(content_of({start(0, R"({"toolUse":{"toolUseId":"t","name":"f","type":"server_tool_use","x":1}})"), stop(0),
                      start(1, R"({"toolResult":{"toolUseId":"t","y":[2]}})"),
                      delta(1, R"({"toolResult":[{"future":3}]})"), stop(1),
                      start(2, R"({"image":{"format":"png","z":4}})"), delta(2, R"({"image":{"w":5}})"), stop(2)}) ==
          assistant(R"({"toolUse":{"toolUseId":"t","name":"f","input":{},"type":"server_tool_use","x":1}},)"
                    R"({"toolResult":{"toolUseId":"t","content":[{"future":3}],"y":[2]}},)"
                    R"({"image":{"format":"png","z":4,"w":5}})"));
}

TEST_CASE("a stream that broke off names its open blocks", "[model]") {
    auto const partial = fed({{"messageStart", R"({"role":"assistant"})"},
                              delta(0, R"({"text":"a"})"),
                              stop(0),
                              delta(1, R"({"text":"b"})")})
                             .take();
    CHECK(content_of(partial) == assistant(R"({"text":"a"},{"text":"b"})"));
    CHECK(partial.incomplete_blocks == std::vector<std::size_t>{1});
    CHECK_FALSE(partial.stop_reason.is_set());
}

TEST_CASE("what cannot be merged is kept aside", "[model]") {
    auto sum = fed({{"telepathy", "{\"x\":1}"},
                    start(0, R"({"hologram":{"size":3}})"),
                    delta(0, R"({"hologram":{"dx":1}})"),
                    delta(1, R"({"reasoningContent":{"mood":"odd"}})"),
                    stop(0)});
    auto const whole = sum.take();
    CHECK(content_of(whole) == assistant(R"({"hologram":{"size":3}})"));
    REQUIRE(whole.unmerged_events.size() == 3);
    CHECK(whole.unmerged_events[0].name == "telepathy");
    CHECK(whole.unmerged_events[1].value.text().find("\"dx\"") != std::string::npos);
    CHECK(whole.unmerged_events[2].value.text().find("\"mood\"") != std::string::npos);
}

TEST_CASE("recorded streams accumulate to messages that can be sent", "[model][vectors]") {
    auto const exchanges = recorded_calls("converse-stream");
    if (!exchanges) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    for (auto const& exchange : *exchanges) {
        INFO(exchange.id);
        bedrock::message_accumulator sum;
        bedrock::stream_event event;
        std::string text;
        for (auto const& recorded : exchange.events) {
            if (recorded.message_type != "event") continue;
            REQUIRE(event.parse(recorded.type, recorded.payload));
            text += event.text();
            sum.add(event);
        }
        CHECK(sum.complete());
        auto const whole = sum.take();
        CHECK(whole.text() == text);
        CHECK(whole.incomplete_blocks.empty());
        CHECK(whole.unmerged_events.empty());
        CHECK(whole.usage.total_tokens > 0);
        for (auto const& block : whole.message.content) {
            auto const* const use = block.get_if<bedrock::tool_use_block>();
            if (use != nullptr) CHECK(use->incomplete_input.empty());
        }
        auto const sent = bedrock::json::write(whole.message);
        INFO((sent ? *sent : sent.error().message));
        REQUIRE(sent);
        CHECK(bedrock::json::read<bedrock::message>(*sent));
    }
}

TEST_CASE("the input of a tool use is JSON while it comes, for who asks", "[model]") {
    bedrock::message_accumulator sum;
    bedrock::stream_event event;
    auto const add = [&](std::pair<char const*, std::string> const& next) {
        REQUIRE(event.parse(next.first, next.second));
        sum.add(event);
    };
    auto const shown = [&](std::int32_t index) {
        auto const* const input = sum.partial_tool_input(index);
        return input == nullptr ? "none" : std::string(input->text());
    };
    add(delta(0, R"({"text":"Let me see."})"));
    CHECK(shown(0) == "none");
    CHECK(shown(1) == "none");
    add(start(1, R"({"toolUse":{"toolUseId":"t1","name":"f"}})"));
    CHECK(shown(1).empty());
    add(delta(1, R"({"toolUse":{"input":"{\"city\":\"Lis"}})"));
    add(delta(2, R"({"toolUse":{"input":"[1,"}})"));  // interleaved, and without a start
    CHECK(shown(1) == R"({"city":"Lis"})");
    CHECK(shown(1) == R"({"city":"Lis"})");
    CHECK(shown(2) == "[1]");
    add(delta(1, R"({"toolUse":{"input":"bon\",\"da"}})"));
    add(delta(1, R"({"toolUse":{"input":"ys\":1"}})"));
    auto copy = sum;
    CHECK(shown(1) == R"({"city":"Lisbon","days":1})");
    add(delta(1, R"({"toolUse":{"input":"2}"}})"));
    add(delta(2, R"({"toolUse":{"input":"}"}})"));
    CHECK(sum.partial_tool_input(1)->complete());
    CHECK_FALSE(sum.partial_tool_input(2)->ok());
    CHECK(shown(2) == "[1]");
    CHECK(copy.partial_tool_input(1)->text() == R"({"city":"Lisbon","days":1})");
    auto const so_far = content_of(sum.snapshot());
    CHECK(so_far == content_of(sum.take()));
    CHECK(shown(1) == "none");
}

TEST_CASE("a character that is cut between two deltas is whole in its block", "[model]") {
    CHECK(content_of({delta(0, R"({"text":"a\ud83d"})"), delta(1, R"({"toolUse":{"input":"{\"t\":\"\ud83d"}})"),
                      delta(2, R"({"reasoningContent":{"text":"\ud83d"}})"), delta(0, R"({"text":"\ude00b"})"),
                      delta(1, R"({"toolUse":{"input":"\ude00\"}"}})"),
                      delta(2, R"({"reasoningContent":{"text":"\ude00"}})"), stop(0), stop(1), stop(2)}) ==
          assistant("{\"text\":\"a\U0001F600b\"},{\"toolUse\":{\"toolUseId\":\"\",\"name\":\"\",\"input\":{\"t\":"
                    "\"\U0001F600\"}}},"
                    "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"\U0001F600\"}}}"));
    CHECK(content_of({delta(0, R"({"text":"a\ud83d"})"), stop(0)}) == assistant("{\"text\":\"a\uFFFD\"}"));
    auto cut = fed({delta(0, R"({"text":"a\ud83d"})"), {"messageStop", R"({"stopReason":"end_turn"})"}});
    CHECK(content_of(cut.take()) == assistant("{\"text\":\"a\uFFFD\"}"));
}

TEST_CASE("nothing but metadata and unknown events changes a complete message", "[model]") {
    auto sum = fed({delta(0, R"({"text":"a"})"),
                    stop(0),
                    {"messageStop", R"({"stopReason":"end_turn"})"},
                    delta(0, R"({"text":"late"})"),
                    start(1, R"({"toolUse":{"toolUseId":"t","name":"f"}})"),
                    {"messageStart", R"({"role":"user"})"},
                    {"messageStop", R"({"stopReason":"max_tokens"})"},
                    {"metadata", R"({"usage":{"outputTokens":4},"metrics":{"latencyMs":1}})"}});
    auto const got = sum.take();
    CHECK(content_of(got) == assistant(R"({"text":"a"})"));
    CHECK(got.stop_reason == bedrock::stop_reason::end_turn);
    CHECK(got.usage.output_tokens == 4);
}

TEST_CASE("what a message accumulates is bounded", "[model]") {
    bedrock::stream_event event;
    bedrock::message_accumulator small({.max_bytes = 10, .max_blocks = 2});
    auto const add = [&](std::pair<char const*, std::string> const& one) {
        REQUIRE(event.parse(one.first, one.second));
        small.add(event);
    };
    add(delta(0, R"({"text":"0123456789"})"));
    CHECK_FALSE(small.is_full());
    CHECK(small.fault() == "");
    add(delta(0, R"({"text":"0"})"));
    CHECK(small.is_full());
    CHECK(small.fault().find("more than 10 bytes") != std::string::npos);
    add(delta(0, R"({"text":"never"})"));
    CHECK(small.take().text() == "01234567890");
    CHECK_FALSE(small.is_full());
    for (int i = 0; i != 3; ++i) add(delta(i, R"({"text":""})"));
    CHECK(small.is_full());
    CHECK(small.fault().find("more than 2 content blocks") != std::string::npos);
    small.take();
    for (int i = 0; i != 3; ++i) add({"novelty", R"("01234")"});
    CHECK(small.is_full());
    CHECK(small.take().unmerged_events.size() == 2);
}

TEST_CASE("a block of falling index costs what one of rising index costs", "[model]") {
    auto const cost_of_the_last = [](bool falling) {
        constexpr int blocks = 500;
        std::deque<std::string> payloads;
        std::deque<bedrock::stream_event> parsed;
        for (int i = 0; i != blocks; ++i) {
            payloads.push_back(delta(falling ? blocks - i : i, R"({"text":"a"})").second);
            REQUIRE(parsed.emplace_back().parse("contentBlockDelta", payloads.back()));
        }
        bedrock::message_accumulator sum;
        for (int i = 0; i + 1 != blocks; ++i) sum.add(parsed[static_cast<std::size_t>(i)]);
        return count_instructions([&] { sum.add(parsed.back()); });
    };
    auto const falling = cost_of_the_last(true), rising = cost_of_the_last(false);
    if (!falling || !rising) {
        WARN("skipped: processes may not be traced here");
        return;
    }
    CHECK(*falling < *rising * 3 / 2);
}
