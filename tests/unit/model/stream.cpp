#include "bedrock/model/stream.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"
#include "support/recorded_bedrock.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

struct probe {
    explicit probe(std::string type, std::string payload) : type_(std::move(type)), payload_(std::move(payload)) {
        auto const parsed = event.parse(type_, payload_);
        if (!parsed) message = parsed.error().message;
    }
    bedrock::stream_event event;
    std::string message;

  private:
    std::string type_;
    std::string payload_;
};

// The same event with a member that only the interpreter takes.
std::string by_the_long_way(std::string payload) {
    payload.insert(payload.rfind('}'), ",\"memberOfTomorrow\":1");
    return payload;
}

}  // namespace

TEST_CASE("every type of stream survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::message_start_event>();
    check_random_round_trips<bedrock::content_block_start>();
    check_random_round_trips<bedrock::content_block_start_event>();
    check_random_round_trips<bedrock::content_block_delta>();
    check_random_round_trips<bedrock::content_block_delta_event>();
    check_random_round_trips<bedrock::content_block_stop_event>();
    check_random_round_trips<bedrock::message_stop_event>();
    check_random_round_trips<bedrock::metadata_event>();
}

TEST_CASE("common deltas are the same by the scan and by the interpreter", "[model]") {
    struct row {
        char const* payload;
        bedrock::delta_kind kind;
        char const* text;
    };
    row const rows[] = {
        {R"({"contentBlockIndex":3,"delta":{"text":"abc"},"p":"xyz"})", bedrock::delta_kind::text, "abc"},
        {R"( { "p" : [1] , "delta" : { "text" : "a\nb\u00e9" } , "contentBlockIndex" : 3 } )",
         bedrock::delta_kind::text, "a\nb\xc3\xa9"},
        {R"({"delta":{"text":""},"contentBlockIndex":3})", bedrock::delta_kind::text, ""},
        {R"({"delta":{"toolUse":{"input":"{\"a\":"}},"contentBlockIndex":3})", bedrock::delta_kind::tool_input,
         "{\"a\":"},
        {R"({"delta":{"reasoningContent":{"text":"hm"}},"contentBlockIndex":3})", bedrock::delta_kind::reasoning_text,
         "hm"},
    };
    for (auto const& one : rows) {
        for (std::string const& payload : {std::string(one.payload), by_the_long_way(one.payload)}) {
            INFO(payload);
            probe const seen("contentBlockDelta", payload);
            CHECK(seen.message == "");
            CHECK(seen.event.kind() == bedrock::event_kind::content_block_delta);
            CHECK(seen.event.index() == 3);
            CHECK(seen.event.delta() == one.kind);
            CHECK(seen.event.text() == (one.kind == bedrock::delta_kind::text ? one.text : ""));
            CHECK(seen.event.tool_input() == (one.kind == bedrock::delta_kind::tool_input ? one.text : ""));
            CHECK(seen.event.reasoning_text() == (one.kind == bedrock::delta_kind::reasoning_text ? one.text : ""));
            auto const* const typed = seen.event.get_if<bedrock::content_block_delta_event>();
            REQUIRE(typed != nullptr);
            CHECK(typed->content_block_index == 3);
            CHECK(typed->delta.is_set());
            CHECK(seen.event.get_if<bedrock::metadata_event>() == nullptr);
            CHECK(seen.event.payload() == payload);
        }
    }
}

TEST_CASE("text without escapes is a view of the payload", "[model]") {
    std::string const payload = R"({"contentBlockIndex":0,"delta":{"text":"straight"}})";
    bedrock::stream_event event;
    REQUIRE(event.parse("contentBlockDelta", payload));
    CHECK(event.text().data() == payload.data() + payload.find("straight"));
}

TEST_CASE("an event object takes one event behind the other", "[model]") {
    bedrock::stream_event event;
    REQUIRE(event.parse("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"a\tb"}})"));
    CHECK(event.text() == "a\tb");
    REQUIRE(event.parse("messageStop", R"({"stopReason":"end_turn","p":"a"})"));
    CHECK(event.text() == "");
    CHECK(event.index() == -1);
    CHECK(event.get_if<bedrock::message_stop_event>()->stop_reason == bedrock::stop_reason::end_turn);
    CHECK(event.get_if<bedrock::message_stop_event>()->unknown.empty());
    REQUIRE(event.parse("contentBlockStop", R"({"contentBlockIndex":7})"));
    CHECK(event.index() == 7);
    CHECK(event.get_if<bedrock::message_stop_event>() == nullptr);
    REQUIRE(event.parse("contentBlockStart", R"({"contentBlockIndex":8,"start":{"image":{"format":"png"}}})"));
    CHECK(event.index() == 8);
}

TEST_CASE("events, deltas and members of tomorrow are no error", "[model]") {
    probe const unknown("somethingNew", "not even JSON");
    CHECK(unknown.message == "");
    CHECK(unknown.event.kind() == bedrock::event_kind::unknown);
    CHECK(unknown.event.type() == "somethingNew");
    CHECK(unknown.event.payload() == "not even JSON");

    probe const delta("contentBlockDelta", R"({"contentBlockIndex":2,"delta":{"hologram":{"x":1}}})");
    CHECK(delta.message == "");
    CHECK(delta.event.delta() == bedrock::delta_kind::other);
    CHECK(delta.event.index() == 2);
    auto const* const typed = delta.event.get_if<bedrock::content_block_delta_event>();
    REQUIRE(typed != nullptr);
    REQUIRE(typed->delta.get_if<bedrock::json::unknown_arm>() != nullptr);
    CHECK(typed->delta.get_if<bedrock::json::unknown_arm>()->name == "hologram");
}

TEST_CASE("bad payloads name the event and the member", "[model]") {
    CHECK(probe("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":7}})")
              .message.find("event contentBlockDelta: delta.text: expected a string, found a number; received: ") == 0);
    CHECK(probe("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"a"})")
              .message.find("event contentBlockDelta: ") == 0);
    CHECK(probe("contentBlockDelta", R"({"contentBlockIndex":99999999999,"delta":{"text":"a"}})")
              .message.find("event contentBlockDelta: contentBlockIndex: expected an integer of 32 bits; ") == 0);
    CHECK(probe("messageStart", "").message.find("event messageStart: invalid JSON") == 0);
    probe const bad("metadata", "[]");
    CHECK(bad.message.find("event metadata: expected an object, found an array; received: []; check") == 0);
    CHECK(bad.event.kind() == bedrock::event_kind::unknown);
    CHECK(bad.event.payload() == "[]");
}

TEST_CASE("recorded streams parse, by the scan and by the interpreter alike", "[model][vectors]") {
    auto const exchanges = recorded_calls("converse-stream");
    if (!exchanges) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t texts = 0;
    for (auto const& exchange : *exchanges) {
        INFO(exchange.id);
        REQUIRE_FALSE(exchange.events.empty());
        for (auto const& recorded : exchange.events) {
            if (recorded.message_type != "event") continue;
            INFO(recorded.payload);
            probe const seen(recorded.type, recorded.payload);
            probe const other(recorded.type, by_the_long_way(recorded.payload));
            CHECK(seen.message == "");
            CHECK(seen.event.kind() != bedrock::event_kind::unknown);
            CHECK(seen.event.kind() == other.event.kind());
            CHECK(seen.event.index() == other.event.index());
            CHECK(seen.event.delta() == other.event.delta());
            CHECK(seen.event.text() == other.event.text());
            CHECK(seen.event.tool_input() == other.event.tool_input());
            CHECK(seen.event.reasoning_text() == other.event.reasoning_text());
            texts += seen.event.text().empty() ? 0 : 1;
        }
    }
    CHECK(texts > 100);
}

namespace {

// The texts of a stream's events: what a caller sees who prints them as they come.
std::vector<std::string> texts_of(std::vector<std::pair<std::string, std::string>> const& all) {
    std::vector<std::string> texts;
    bedrock::stream_event event;
    for (auto const& [type, payload] : all) {
        INFO(payload);
        REQUIRE(event.parse(type, payload));
        texts.push_back(std::string(event.text()) + std::string(event.tool_input()) +
                        std::string(event.reasoning_text()));
    }
    return texts;
}

std::pair<std::string, std::string> delta_of(int index, std::string const& text, std::string const& shape = "text") {
    auto const value = shape == "toolUse"     ? R"({"toolUse":{"input":")" + text + R"("}})"
                       : shape == "reasoning" ? R"({"reasoningContent":{"text":")" + text + R"("}})"
                       : shape == "typed"     ? R"({"type":"text","text":")" + text + R"("})"
                       : shape == "spaced"    ? R"( { "text" : ")" + text + R"(" })"
                                              : R"({"text":")" + text + R"("})";
    return {"contentBlockDelta", R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" + value + "}"};
}

std::pair<std::string, std::string> end_of(int index) {
    return {"contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + "}"};
}

}  // namespace

TEST_CASE("a character that is cut between two deltas of a block is given whole", "[model]") {
    using texts = std::vector<std::string>;
    for (std::string const shape : {"text", "toolUse", "reasoning", "typed", "spaced"}) {
        INFO(shape);
        auto const part = [&](std::string const& text, int index = 0) { return delta_of(index, text, shape); };
        CHECK(texts_of({part(R"(a\ud83d)"), part(R"(\ude00b)"), end_of(0)}) == texts{"a", "\U0001F600b", ""});
        CHECK(texts_of({part(R"(\uD83D)"), part(R"(\uDE00)"), part("x")}) == texts{"", "\U0001F600", "x"});
        // Two characters, each cut.
        CHECK(texts_of({part(R"(\ud83d)"), part(R"(\ude00\ud83d)"), part(R"(\ude01)")}) ==
              texts{"", "\U0001F600", "\U0001F601"});
        // Between two blocks.
        CHECK(texts_of({part(R"(\ud83d)"), part(R"(\ud83e)", 1), part("x", 2), part(R"(\ude00)"),
                        part(R"(\udd14)", 1)}) == texts{"", "", "x", "\U0001F600", "\U0001F914"});
        // What stays alone is U+FFFD, once: where the block goes on without it, where it ends, where all ends.
        CHECK(texts_of({part(R"(a\ud83d)"), part("b"), end_of(0)}) == texts{"a", "\uFFFDb", ""});
        CHECK(texts_of({part(R"(a\ud83d)"), end_of(0), end_of(0)}) == texts{"a", "\uFFFD", ""});
        CHECK(texts_of({part(R"(a\ud83d)"), {"messageStop", R"({"stopReason":"end_turn"})"}}) == texts{"a", "\uFFFD"});
        CHECK(texts_of({part(R"(a\ud83d)"), part(R"(\ud83db)")}) == texts{"a", "\uFFFD\uFFFDb"});
        CHECK(texts_of({part("a"), part(R"(\ude00b)")}) == texts{"a", "\uFFFDb"});
        // No halves: an escaped backslash, U+FFFD itself, a half in the middle.
        CHECK(texts_of({part(R"(a\\ud83d)"), part(R"(\\ude00)")}) == texts{R"(a\ud83d)", R"(\ude00)"});
        CHECK(texts_of({part(R"(a\ufffd)"), part(R"(b)")}) == texts{"a\uFFFD", "b"});
        CHECK(texts_of({part("a\uFFFD"), part(R"(\n)")}) == texts{"a\uFFFD", "\n"});
        CHECK(texts_of({part(R"(\ud83dx)"), part(R"(\ude00)")}) == texts{"\uFFFDx", "\uFFFD"});
    }
    // A stream that begins anew has no half of the one before.
    CHECK(texts_of({delta_of(0, R"(\ud83d)"), {"messageStart", R"({"role":"assistant"})"}, delta_of(0, R"(\ude00)")}) ==
          texts{"", "", "\uFFFD"});
    // Blocks without end that all leave a half: 16 of them are waited for.
    std::vector<std::pair<std::string, std::string>> many;
    for (int i = 0; i != 40; ++i) many.push_back(delta_of(i, R"(\ud83d)"));
    auto const given = texts_of(many);
    CHECK(std::count(given.begin(), given.end(), "\uFFFD") == 24);
}
