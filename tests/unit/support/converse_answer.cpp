#include "support/converse_answer.hpp"

#include "support/catch.hpp"

#include "support/frame_reader.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

std::string text_at(simdjson::simdjson_result<simdjson::dom::element> value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// Type and payload of each event.
std::vector<std::pair<std::string, std::string>> events_of(mock::converse_answer const& answer) {
    std::vector<std::pair<std::string, std::string>> events;
    for (auto const& bytes : answer.frames) {
        for (auto const& frame : mock::read_frames(bytes))
            events.emplace_back(frame.header(":event-type"), frame.payload);
    }
    return events;
}

/// The blocks of a stream put together again as a client would: one line each.
std::vector<std::string> blocks_of(mock::converse_answer const& answer) {
    std::map<std::int64_t, std::string> blocks;
    simdjson::dom::parser parser;
    for (auto const& [type, payload] : events_of(answer)) {
        simdjson::dom::element event;
        REQUIRE(parser.parse(payload).get(event) == simdjson::SUCCESS);
        REQUIRE_FALSE(text_at(event["p"]).empty());
        std::int64_t index = -1;
        if (event["contentBlockIndex"].get(index) != simdjson::SUCCESS) continue;
        auto const name = text_at(event["start"]["toolUse"]["name"]);
        auto& block = blocks[index];
        if (!name.empty()) block += name + " ";
        block += text_at(event["delta"]["text"]) + text_at(event["delta"]["toolUse"]["input"]) +
                 text_at(event["delta"]["reasoningContent"]["text"]);
        if (!text_at(event["delta"]["reasoningContent"]["signature"]).empty()) block += " (signed)";
    }
    std::vector<std::string> texts;
    for (auto const& [index, text] : blocks) {
        CHECK(index == static_cast<std::int64_t>(texts.size()));
        texts.push_back(text);
    }
    return texts;
}

std::string with_prompt(std::string const& prompt, std::string const& more = {}) {
    return R"({"messages":[{"role":"user","content":[{"text":")" + prompt + R"("}]}])" + more + "}";
}

std::string stop_reason(mock::converse_answer const& answer) {
    simdjson::dom::parser parser;
    auto const from_body = text_at(parser.parse(answer.body)["stopReason"]);
    for (auto const& [type, payload] : events_of(answer)) {
        if (type == "messageStop") CHECK(text_at(parser.parse(payload)["stopReason"]) == from_body);
    }
    return from_body;
}

mock::service_error error_of(std::string const& body, std::string_view model_id = "m") {
    auto const answer = mock::answer_converse(model_id, body);
    CHECK(answer.body.empty());
    CHECK(answer.frames.empty());
    return answer.error.value_or(mock::service_error{});
}

constexpr auto weather_tool =
    R"(,"toolConfig":{"tools":[{"toolSpec":{"name":"get_weather","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"},)"
    R"("days":{"type":"integer"},"unit":{"enum":["C","F"]},"note":{"type":"string"}},"required":["city","days","unit"]}}}}]})";

}  // namespace

TEST_CASE("converse answer: repeats the prompt, word by word, in Bedrock's order of events") {
    auto const answer = mock::answer_converse("any", with_prompt("Gr\xc3\xbc\xc3\x9f  dich\\n\\\"x\\\""));
    REQUIRE_FALSE(answer.error);
    std::vector<std::string> types;
    for (auto const& [type, payload] : events_of(answer)) types.push_back(type);
    CHECK(types == std::vector<std::string>{"messageStart", "contentBlockDelta", "contentBlockDelta",
                                            "contentBlockDelta", "contentBlockDelta", "contentBlockDelta",
                                            "contentBlockStop", "messageStop", "metadata"});
    CHECK(blocks_of(answer) == std::vector<std::string>{"You said: Gr\xc3\xbc\xc3\x9f  dich\n\"x\""});
    simdjson::dom::parser parser;
    CHECK(text_at(parser.parse(answer.body)["output"]["message"]["content"].at(0)["text"]) ==
          "You said: Gr\xc3\xbc\xc3\x9f  dich\n\"x\"");
    CHECK(stop_reason(answer) == "end_turn");
    CHECK(mock::answer_converse("any", with_prompt("a")).frames ==
          mock::answer_converse("any", with_prompt("a")).frames);
}

TEST_CASE("converse answer: both shapes report the same usage, and it adds up") {
    auto const answer = mock::answer_converse("any", with_prompt("one two three"));
    simdjson::dom::parser body_parser;
    simdjson::dom::parser event_parser;
    auto const from_body = body_parser.parse(answer.body)["usage"];
    auto const from_stream = event_parser.parse(events_of(answer).back().second)["usage"];
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t total = 0;
    REQUIRE(from_body["inputTokens"].get(in) == simdjson::SUCCESS);
    REQUIRE(from_body["outputTokens"].get(out) == simdjson::SUCCESS);
    REQUIRE(from_body["totalTokens"].get(total) == simdjson::SUCCESS);
    CHECK(in > 0);
    CHECK(out == 5);
    CHECK(total == in + out);
    CHECK(simdjson::minify(from_body.value_unsafe()) == simdjson::minify(from_stream.value_unsafe()));
}

TEST_CASE("converse answer: limits end it early") {
    auto const short_answer =
        mock::answer_converse("any", with_prompt("a b c", R"(,"inferenceConfig":{"maxTokens":3})"));
    CHECK(blocks_of(short_answer) == std::vector<std::string>{"You said: a"});
    CHECK(stop_reason(short_answer) == "max_tokens");
    auto const stopped =
        mock::answer_converse("any", with_prompt("a b c", R"(,"inferenceConfig":{"stopSequences":["b"," c"]})"));
    CHECK(blocks_of(stopped) == std::vector<std::string>{"You said: a "});
    CHECK(stop_reason(stopped) == "stop_sequence");
    auto const counted = mock::answer_converse("any", with_prompt("count to 300"));
    CHECK(counted.frames.size() == 304);
    CHECK(stop_reason(counted) == "end_turn");
}

TEST_CASE("converse answer: tools are used when asked for") {
    auto const used = mock::answer_converse("any", with_prompt("use a tool for Stra\xc3\x9f"
                                                               "burg?",
                                                               weather_tool));
    CHECK(blocks_of(used) == std::vector<std::string>{"I will use get_weather.",
                                                      "get_weather {\"city\":\"Stra\xc3\x9f"
                                                      "burg\",\"days\":1,\"unit\":\"C\"}"});
    CHECK(stop_reason(used) == "tool_use");
    simdjson::dom::parser parser;
    CHECK(text_at(parser.parse(used.body)["output"]["message"]["content"].at(1)["toolUse"]["input"]["city"]) ==
          "Stra\xc3\x9f"
          "burg");
    CHECK(stop_reason(mock::answer_converse("any", with_prompt("hello", weather_tool))) == "end_turn");

    std::string forced = weather_tool;
    forced.insert(forced.size() - 1, R"(,"toolChoice":{"any":{}})");
    CHECK(blocks_of(mock::answer_converse("any", with_prompt("hello", forced))).size() == 1);

    auto const answered = mock::answer_converse(
        "any",
        std::string(
            R"({"messages":[{"role":"user","content":[{"text":"tool"}]},{"role":"assistant","content":[{"toolUse":)") +
            R"({"toolUseId":"t1","name":"get_weather","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":)" +
            R"([{"json":{"sun":true}},{"text":"warm"}]}}]}])" + weather_tool + "}");
    CHECK(blocks_of(answered) == std::vector<std::string>{"The tool answered t1: {\"sun\":true} warm"});
    CHECK(stop_reason(answered) == "end_turn");
}

TEST_CASE("converse answer: reasoning comes first and is signed") {
    auto const answer = mock::answer_converse(
        "any",
        with_prompt("hi", R"(,"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}})"));
    CHECK(blocks_of(answer) ==
          std::vector<std::string>{"The user wrote 1 words. I will answer them. (signed)", "You said: hi"});
    simdjson::dom::parser parser;
    auto const signature = text_at(parser.parse(answer.body)["output"]["message"]["content"].at(
        0)["reasoningContent"]["reasoningText"]["signature"]);
    CHECK(mock::base64_decoded_size(signature) > 0u);
    auto const off = mock::answer_converse(
        "any", with_prompt("hi", R"(,"additionalModelRequestFields":{"thinking":{"type":"disabled"}})"));
    CHECK(blocks_of(off).size() == 1);
}

TEST_CASE("converse answer: names images and documents with their decoded sizes") {
    auto const answer = mock::answer_converse(
        "any",
        R"({"messages":[{"role":"user","content":[{"text":"see"},{"image":{"format":"png","source":{"bytes":"AAECAw=="}}},)"
        R"({"document":{"format":"pdf","name":"plan","source":{"bytes":"AAEC"}}}]}],"serviceTier":{"type":"flex"}})");
    CHECK(blocks_of(answer) ==
          std::vector<std::string>{
              "You said: see I see a png image of 4 bytes. I read the document \"plan\" of 3 bytes."});
    simdjson::dom::parser parser;
    CHECK(text_at(parser.parse(answer.body)["serviceTier"]["type"]) == "flex");
    CHECK(text_at(parser.parse(events_of(answer).back().second)["serviceTier"]["type"]) == "flex");
}

TEST_CASE("converse answer: what Bedrock refuses is refused in its words") {
    auto const user = [](std::string const& blocks) {
        return R"({"messages":[{"role":"user","content":[)" + blocks + "]}]}";
    };
    struct refusal {
        std::string body;
        std::string type;
        std::string words;
    };
    std::vector<refusal> const refusals = {
        {"", "ValidationException", "Malformed input request"},
        {"{", "ValidationException", "Malformed input request"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"\xff\"}]}]}", "ValidationException",
         "Malformed input request"},
        {"[]", "SerializationException", "can not be converted"},
        {"{}", "ValidationException", "Value null at 'messages'"},
        {R"({"messages":7})", "SerializationException", "messages"},
        {R"({"messages":[]})", "ValidationException", "must start with a user message"},
        {R"({"messages":[{"role":"assistant","content":[{"text":"x"}]}]})", "ValidationException",
         "must start with a user message"},
        {R"({"messages":[{"role":"robot","content":[{"text":"x"}]}]})", "ValidationException",
         "satisfy enum value set"},
        {R"({"messages":[{"role":"user","content":[]}]})", "ValidationException",
         "The content field in the Message object at messages.0 is empty"},
        {R"({"messages":[{"role":"user"}]})", "ValidationException", "messages.0.content"},
        {R"({"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"user","content":[{"text":"b"}]}]})",
         "ValidationException", "must alternate"},
        {R"({"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]}]})",
         "ValidationException", "must end with a user message"},
        {user(R"({"text":" \n"})"), "ValidationException", "messages.0.content.0 is blank"},
        {user(R"({"text":7})"), "SerializationException", "messages.0.content.0.text"},
        {user(R"({"text":"a","image":{}})"), "ValidationException", "exactly one member"},
        {user(R"({"txt":"a"})"), "ValidationException", "unknown member 'txt'"},
        {user(R"({"image":{"format":"png","source":{"bytes":"AAE"}}})"), "SerializationException", "base64"},
        {user(R"({"image":{"format":"png","source":{"bytes":""}}})"), "ValidationException", "length"},
        {user(R"({"image":{"source":{"bytes":"AAEC"}}})"), "ValidationException", "format"},
        {user(R"({"document":{"format":"pdf","source":{"bytes":"AAEC"}}})"), "ValidationException", "document.name"},
        {user(R"({"toolResult":{"toolUseId":"t","content":[]}})"), "ValidationException",
         "toolConfig field must be defined"},
        {with_prompt("a", R"(,"inferenceConfig":{"maxTokens":0})"), "ValidationException",
         "greater than or equal to 1"},
        {with_prompt("a", R"(,"inferenceConfig":{"maxTokens":"5"})"), "SerializationException", "maxTokens"},
        {with_prompt("a", R"(,"inferenceConfig":{"temperature":1.5})"), "ValidationException",
         "less than or equal to 1"},
        {with_prompt("a", R"(,"toolConfig":{"tools":[]})"), "ValidationException", "toolConfig.tools"},
        {with_prompt("a", R"(,"toolConfig":{"tools":[{"toolSpec":{"name":"t","inputSchema":{"json":"{}"}}}]})"),
         "ValidationException", "JSON object"},
        {with_prompt("a", R"(,"system":[{"text":""}])"), "ValidationException", "system.0"},
        {with_prompt("a", R"(,"additionalModelRequestFields":"{}")"), "SerializationException",
         "additionalModelRequestFields"},
    };
    for (auto const& refusal : refusals) {
        INFO(refusal.body);
        auto const error = error_of(refusal.body);
        CHECK(error.status == 400);
        CHECK(error.type == refusal.type);
        CHECK_THAT(error.message, Catch::Contains(refusal.words));
    }
}

TEST_CASE("converse answer: tool results must answer the turn before") {
    auto const conversation = [](std::string const& result_blocks) {
        return R"({"messages":[{"role":"user","content":[{"text":"x"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"n","input":{}}}]},)"
               R"({"role":"user","content":[)" +
               result_blocks + R"(]}])" + weather_tool + "}";
    };
    CHECK(error_of(conversation(R"({"text":"no result"})")).message ==
          "Expected toolResult blocks at messages.2.content for the following Ids: t1");
    CHECK_THAT(
        error_of(
            conversation(
                R"({"toolResult":{"toolUseId":"t1","content":[{"text":"x"}]}},{"toolResult":{"toolUseId":"t2","content":[{"text":"x"}]}})"))
            .message,
        Catch::Contains("exceeds the number of toolUse blocks"));
    CHECK_FALSE(
        mock::answer_converse("any", conversation(R"({"toolResult":{"toolUseId":"t1","content":[{"json":{"a":1}}]}})"))
            .error);
}

TEST_CASE("converse answer: replayed reasoning needs its signature with Claude only") {
    std::string const body =
        R"({"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t"}}},)"
        R"({"text":"b"}]},{"role":"user","content":[{"text":"c"}]}]})";
    CHECK_THAT(error_of(body).message, Catch::Contains("signature: Field required"));
    CHECK_FALSE(mock::answer_converse("deepseek.r1", body).error);
}

TEST_CASE("converse answer: base64 sizes") {
    CHECK(mock::base64_decoded_size("") == 0u);
    CHECK(mock::base64_decoded_size("AA==") == 1u);
    CHECK(mock::base64_decoded_size("AAE=") == 2u);
    CHECK(mock::base64_decoded_size("AAEC") == 3u);
    for (auto const* const text : {"A", "AA", "AAE", "====", "A===", "AA-_", "AA=A", "AA\n="}) {
        INFO(text);
        CHECK_FALSE(mock::base64_decoded_size(text));
    }
}
