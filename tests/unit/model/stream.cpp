#include "bedrock/model/stream.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"
#include "support/recorded_bedrock.hpp"

#include <string>

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
