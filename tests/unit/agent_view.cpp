#include "bedrock/agent_view.hpp"

#include "support/catch.hpp"

#include "support/agent_script.hpp"
#include "support/recorded_bedrock.hpp"
#include "support/stop_reasons.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace agent_events;

std::string written(bedrock::converse_response const& response) {
    auto const text = bedrock::json::write(response);
    return text ? *text : text.error().message;
}

}  // namespace

TEST_CASE("agent_view: text, thinking and a tool call, each with its place in the message", "[agent]") {
    agent_script script({begin(), thought(0, R"({"text":"hm"})"), thought(0, R"({"text":"m"})"),
                         thought(0, R"({"signature":"s1"})"), thought(0, R"({"signature":"s2"})"), stop(0),
                         text(1, "Hel"), text(1, "lo"), stop(1), call(2, "f"), input(2, ""), input(2, R"({\"a\":)"),
                         input(2, "1}"), stop(2), message_stop("tool_use"), usage()});
    CHECK_FALSE(script.fold.ended());
    script.complete();
    CHECK(script.fold.ended());
    CHECK(script.lines ==
          "start|thinking_start 0|thinking_delta 0 hm|thinking_delta 0 m|thinking_end 0=hmm|"
          "text_start 1|text_delta 1 Hel|text_delta 1 lo|text_end 1=Hello|"
          R"(toolcall_start 2|toolcall_delta 2|toolcall_delta 2 {"a":|toolcall_delta 2 1}|toolcall_end 2={"a":1}|)"
          "done toolUse");
    CHECK(script.content() ==
          R"({"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hmm","signature":"s1s2"}}},)"
          R"({"text":"Hello"},{"toolUse":{"toolUseId":"id-f","name":"f","input":{"a":1}}}]})");
    auto const whole = script.fold.take();
    CHECK(whole.response.request_id == "id");
    CHECK(whole.response.attempts == 2);
    CHECK(whole.response.stop_reason == bedrock::stop_reason::tool_use);
    CHECK(whole.response.metrics.latency_ms == 7);
    CHECK(whole.response.incomplete_blocks.empty());
    CHECK(whole.failure.code == bedrock::errc::none);
    CHECK(whole.error_message.empty());
}

TEST_CASE("agent_view: the message so far is there with every event", "[agent]") {
    bedrock::agent_fold fold;
    bedrock::stream_event event;
    std::string payload;  // an event's delta views it
    auto const add = [&](agent_script::sent const& one) {
        payload = one.second;
        REQUIRE(event.parse(one.first, payload));
        return fold.add(event);
    };
    add(begin());
    auto events = add(text(0, "Hel"));
    REQUIRE(events.size() == 2);
    CHECK(events[0].text() == "Hel");
    CHECK(events[1].delta == "Hel");
    CHECK(events[1].tool_call() == nullptr);
    CHECK(events[1].message->content().size() == 1);
    CHECK(events[1].message->response.message.role == bedrock::conversation_role::assistant);
    add(call(1, "f"));
    events = add(input(1, R"({\"ci)"));
    REQUIRE(events.size() == 1);
    CHECK(events[0].text() == R"({"ci)");
    REQUIRE(events[0].tool_call() != nullptr);
    CHECK(events[0].tool_call()->name == "f");
    CHECK(events[0].tool_call()->tool_use_id == "id-f");
    CHECK(events[0].tool_call()->input.text() == "{}");
    auto const* const message = events[0].message;
    add(usage());
    CHECK(fold.message().usage.input == 1000);

    auto const moved = std::move(fold);  // the message stays where it is
    CHECK(message == &moved.message());
    CHECK(message->content().size() == 2);
}

TEST_CASE("agent_view: one end, whatever follows", "[agent]") {
    auto const cut = bedrock::make_error(bedrock::errc::truncated, "cut");
    auto const check_silence = [&](agent_script& script, std::string const& lines) {
        script.feed("contentBlockDelta", text(5, "late").second).complete().fail(cut).complete();
        script.feed("messageStart", R"({"role":"user"})");
        CHECK(script.lines == lines);
        CHECK(script.ends == 1);
    };
    agent_script good({begin(), text(0, "a"), stop(0), message_stop("end_turn")});
    good.complete();
    check_silence(good, "start|text_start 0|text_delta 0 a|text_end 0=a|done stop");
    agent_script bad({begin(), text(0, "a")});
    bad.fail(cut);
    check_silence(bad, "start|text_start 0|text_delta 0 a|error error: cut");
    agent_script early;
    early.fail(cut);
    check_silence(early, "error error: cut");
    agent_script theirs({{"messageStart", R"({"role":"user"})"}});
    check_silence(theirs, "error error: the stream begins a message of the role \"user\", not one of the assistant's");
}

TEST_CASE("agent_view: a failure keeps what had come", "[agent]") {
    agent_script script({begin(), text(0, "whole"), stop(0), thought(1, R"({"text":"half"})"), call(2, "f"),
                         input(2, R"({\"a\":)"), start(3, R"({"image":{"format":"png"}})"),
                         delta(3, R"({"image":{"source":{"bytes":"AAEC"}}})"), usage()});
    auto why = bedrock::make_error(bedrock::errc::timeout, "no event within 5 s");
    why.request_id = "r";
    why.attempts = 3;
    script.fail(why);
    auto const& message = script.fold.message();
    CHECK(message.stop == bedrock::agent_stop::error);
    CHECK(message.error_message == "no event within 5 s");
    CHECK(message.failure.code == bedrock::errc::timeout);
    CHECK(message.response.request_id == "r");
    CHECK(message.response.attempts == 3);
    CHECK(message.usage.cache_read == 4000);
    CHECK(message.response.incomplete_blocks == std::vector<std::size_t>{1, 2, 3});
    CHECK_FALSE(message.response.stop_reason.is_set());
    REQUIRE(message.content().size() == 4);
    CHECK(message.content()[2].get_if<bedrock::tool_use_block>()->incomplete_input == R"({"a":)");
    CHECK(message.content()[2].get_if<bedrock::tool_use_block>()->input.text() == "{}");
    CHECK(message.content()[3].holds<bedrock::image_block>());

    agent_script shuffled({begin(), text(2, "b"), text(0, "a"), text(1, "c"), stop(1)});
    shuffled.fail(why);
    CHECK(shuffled.fold.message().response.incomplete_blocks == std::vector<std::size_t>{0, 1});

    agent_script stopped({begin(), text(0, "a")});
    stopped.fail(bedrock::make_error(bedrock::errc::cancelled, "the stream was cancelled"));
    CHECK(stopped.fold.message().stop == bedrock::agent_stop::aborted);
    CHECK(stopped.fold.message().error_message == "Request was aborted");
}

TEST_CASE("agent_view: what the service leaves out, out of order or twice", "[agent]") {
    agent_script no_start({text(0, "a"), message_stop("end_turn")});
    no_start.complete();
    CHECK(no_start.lines == "start|text_start 0|text_delta 0 a|text_end 0=a|done stop");

    agent_script twice({begin(), begin(), text(0, "a"), stop(0), stop(0), stop(9), text(0, "b"), stop(0),
                        message_stop("end_turn"), message_stop("end_turn")});
    twice.complete();
    CHECK(twice.lines ==
          "start|text_start 0|text_delta 0 a|text_end 0=a|text_start 1|text_delta 1 b|text_end 1=b|error error: the "
          "stream goes on after messageStop "
          "with \"messageStop\"");

    agent_script shuffled({begin(), text(2, "c"), text(0, "a"), text(2, "C"), thought(1, R"({"text":"b"})"), stop(0),
                           stop(2), stop(1), message_stop("end_turn")});
    shuffled.complete();  // places are in the order of coming, and stay
    CHECK(shuffled.lines ==
          "start|text_start 0|text_delta 0 c|text_start 1|text_delta 1 a|text_delta 0 C|thinking_start 2|"
          "thinking_delta 2 b|text_end 1=a|text_end 0=cC|thinking_end 2=b|done stop");

    agent_script changed({begin(), thought(0, R"({"text":"b"})"), text(0, "a"), call(0, "f"), call(0, "g"), stop(0),
                          message_stop("tool_use")});
    changed.complete();
    CHECK(changed.lines ==
          "start|thinking_start 0|thinking_delta 0 b|thinking_end 0=b|text_start 1|text_delta 1 a|text_end 1=a|"
          "toolcall_start 2|toolcall_end 2={}|toolcall_start 3|toolcall_end 3={}|done toolUse");

    agent_script nothing({message_stop("end_turn")});
    nothing.complete();
    CHECK(nothing.lines == "start|done stop");
    agent_script silent;
    silent.complete();
    CHECK(silent.lines == "error error: Bedrock stream ended before messageStop");
    CHECK(silent.fold.message().failure.code == bedrock::errc::truncated);
    agent_script after({begin(), message_stop("end_turn"), text(0, "late")});
    after.complete();
    CHECK(after.lines == "start|error error: the stream goes on after messageStop with \"contentBlockDelta\"");
}

TEST_CASE("agent_view: tool input that is no JSON object is never handed on", "[agent]") {
    auto const outcome = [](std::string const& escaped, bool stopped, std::string const& reason) {
        agent_script script({begin(), call(0, "f"), input(0, escaped)});
        if (stopped) script.feed("contentBlockStop", stop(0).second);
        script.feed("messageStop", message_stop(reason).second).complete();
        auto const* const use = script.fold.message().content()[0].get_if<bedrock::tool_use_block>();
        CHECK(bedrock::json::valid(use->input.text()));
        auto const last = script.lines.rfind("toolcall_delta 0");
        auto const rest = script.lines.find('|', last);
        return script.lines.substr(rest + 1) + "/" + use->input.text() + "/" + use->incomplete_input;
    };
    CHECK(outcome("  ", true, "tool_use") == "toolcall_end 0={}|done toolUse/{}/");
    CHECK(outcome("  ", true, "end_turn") == "toolcall_end 0={}|done toolUse/{}/");
    CHECK(outcome("  ", true, "stop_sequence") == "toolcall_end 0={}|done toolUse/{}/");
    CHECK(outcome(R"( {\"a\":1} )", true, "tool_use") == R"(toolcall_end 0= {"a":1} |done toolUse/ {"a":1} /)");
    CHECK(outcome(R"({\"a\":)", true, "tool_use") ==
          R"(error error: the input of the tool call "f" is not a JSON object/{}/{"a":)");
    CHECK(outcome("12", true, "tool_use") ==
          R"(error error: the input of the tool call "f" is not a JSON object/{}/12)");
    CHECK(outcome(R"({\"a\":1} x)", true, "end_turn") ==
          R"(error error: the input of the tool call "f" is not a JSON object/{}/{"a":1} x)");
    CHECK(outcome(R"({\"a\":1})", false, "tool_use") ==
          R"(error error: the input of the tool call "f" was cut short/{"a":1}/)");
    CHECK(outcome(R"({\"a\":)", true, "max_tokens") == R"(done length/{}/{"a":)");
    CHECK(outcome(R"({\"a\":)", false, "max_tokens") == R"(done length/{}/{"a":)");
    CHECK(outcome(R"({\"a\":)", true, "guardrail_intervened") == R"(error error: guardrail_intervened/{}/{"a":)");

    agent_script orphan({begin(), input(0, "{}"), stop(0), message_stop("tool_use")});
    orphan.complete();
    CHECK(orphan.lines == "start|error error: there is input of a tool call that has not begun");
}

TEST_CASE("agent_view: tool calls held back until all of them are known to be good", "[agent]") {
    bedrock::agent_options const held{.hold_tool_calls = true};
    agent_script good({begin(), call(0, "f"), stop(0), call(1, "g"), stop(1), message_stop("tool_use")}, held);
    CHECK(good.lines == "start|toolcall_start 0|toolcall_start 1");
    good.complete();
    CHECK(good.lines == "start|toolcall_start 0|toolcall_start 1|toolcall_end 0={}|toolcall_end 1={}|done toolUse");
    agent_script bad({begin(), call(0, "f"), stop(0), call(1, "g"), input(1, "["), stop(1), message_stop("tool_use")},
                     held);
    bad.complete();
    CHECK(bad.lines.find("toolcall_end") == std::string::npos);
    agent_script cut({begin(), call(0, "f"), stop(0)}, held);
    cut.fail(bedrock::make_error(bedrock::errc::truncated, "cut"));
    CHECK(cut.lines.find("toolcall_end") == std::string::npos);
}

TEST_CASE("agent_view: blocks that have no word in the vocabulary are kept without events", "[agent]") {
    agent_script script({begin(),
                         start(0, R"({"toolUse":{"toolUseId":"s","name":"code","type":"server_tool_use"}})"),
                         input(0, R"({\"x\":1})"),
                         stop(0),
                         start(1, R"({"toolResult":{"toolUseId":"s"}})"),
                         delta(1, R"({"toolResult":[{"text":"2"}]})"),
                         stop(1),
                         start(2, R"({"image":{"format":"png"}})"),
                         delta(2, R"({"image":{"source":{"bytes":"AAEC"}}})"),
                         stop(2),
                         start(3, R"({"hologram":{"n":3}})"),
                         stop(3),
                         text(4, "two"),
                         delta(4, R"({"citation":{"source":"S"}})"),
                         text(4, "!"),
                         stop(4),
                         delta(5, R"({"hologram":{"dx":1}})"),
                         {"telepathy", "{}"},
                         message_stop("end_turn")});
    script.complete();
    CHECK(script.lines == "start|text_start 4|text_delta 4 two|text_delta 4 !|text_end 4=two!|done stop");
    CHECK(script.content() ==
          R"({"role":"assistant","content":[{"toolUse":{"toolUseId":"s","name":"code","input":{"x":1},)"
          R"("type":"server_tool_use"}},{"toolResult":{"toolUseId":"s","content":[{"text":"2"}]}},)"
          R"({"image":{"format":"png","source":{"bytes":"AAEC"}}},{"hologram":{"n":3}},)"
          R"({"citationsContent":{"content":[{"text":"two!"}],"citations":[{"source":"S"}]}}]})");
    CHECK(script.fold.message().response.unmerged_events.size() == 2);

    agent_script mixed({begin(), start(0, R"({"image":{"format":"png"}})"),
                        delta(0, R"({"toolResult":[{"text":"2"}]})"), stop(0), text(1, "a"), message_stop("end_turn")});
    mixed.complete();
    CHECK(mixed.lines == "start|text_start 2|text_delta 2 a|text_end 2=a|done stop");
    CHECK(mixed.fold.message().content().size() == 3);
    CHECK(mixed.content().find("toolResult") != std::string::npos);

    agent_script alone({begin(), delta(0, R"({"citation":{"source":"S"}})"), stop(0), message_stop("end_turn")});
    alone.complete();
    CHECK(alone.lines == "start|text_start 0|text_end 0=|done stop");
}

TEST_CASE("agent_view: encrypted thoughts", "[agent]") {
    agent_script script({begin(), thought(0, R"({"text":"a"})"), thought(0, R"({"redactedContent":"AAEC"})"),
                         thought(0, R"({"redactedContent":"Aw=="})"), stop(0), thought(1, R"({"signature":"only"})"),
                         stop(1), thought(2, R"({"mood":"odd"})"), message_stop("end_turn")});
    script.complete();
    CHECK(script.lines ==
          "start|thinking_start 0|thinking_delta 0 a|thinking_end 0=a|thinking_start 1|"
          "thinking_delta 1 [Reasoning redacted]|thinking_end 1=[Reasoning redacted]|thinking_start 2|thinking_end "
          "2=|done stop");
    CHECK(script.content() == R"({"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"a"}}},)"
                              R"({"reasoningContent":{"redactedContent":"AAECAw=="}},)"
                              R"({"reasoningContent":{"reasoningText":{"text":"","signature":"only"}}}]})");
}

TEST_CASE("agent_view: an answer ends as its stop reason says", "[agent]") {
    using bedrock::agent_stop;
    for (auto const& [reason, meaning] : stop_reasons) {
        INFO(reason);
        agent_script script({begin(), text(0, "a"), agent_events::stop(0), message_stop(reason)});
        script.complete();
        auto const& message = script.fold.message();
        CHECK(message.stop == meaning);
        CHECK(message.error_message == (meaning == agent_stop::error ? reason : ""));
        CHECK((message.failure.code != bedrock::errc::none) == (meaning == agent_stop::error));
        CHECK(message.response.stop_reason.text() == reason);
        CHECK(message.response.text() == "a");
    }
}

TEST_CASE("agent_view: usage and cost arrive behind messageStop", "[agent]") {
    agent_script script({begin(), message_stop("end_turn"), usage()},
                        {.prices = {.input = 3, .output = 15, .cache_read = 0.3, .cache_write = 3.75}});
    script.complete();
    auto const& message = script.fold.message();
    CHECK(message.usage.total == 8200);
    CHECK(message.usage.cache_write_1h == 1000);
    CHECK(message.cost.total == Approx(0.003 + 0.003 + 0.0012 + 0.01125));
    CHECK(message.response.usage.total_tokens == 1200);
}

TEST_CASE("agent_view: recorded streams give what the accumulator gives, and events that add up to it",
          "[agent][vectors]") {
    auto const exchanges = recorded_calls("converse-stream");
    if (!exchanges) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t calls = 0;
    for (auto const& exchange : *exchanges) {
        INFO(exchange.id);
        bedrock::message_accumulator sum;
        bedrock::agent_fold fold;
        std::vector<std::string> texts, ended;
        std::string last;
        auto const take = [&](std::span<bedrock::agent_event const> events) {
            for (auto const& event : events) {
                last = describe(event.kind);
                if (event.block() == nullptr) continue;
                REQUIRE(event.content_index < event.message->content().size());
                texts.resize(event.message->content().size());
                ended.resize(texts.size());
                texts[event.content_index] += event.delta;
                if (last.ends_with("_end")) ended[event.content_index] = event.text();
                calls += event.kind == bedrock::agent_event_kind::toolcall_end;
            }
        };
        bedrock::stream_event event;
        for (auto const& recorded : exchange.events) {
            if (recorded.message_type != "event") continue;
            REQUIRE(event.parse(recorded.type, recorded.payload));
            sum.add(event);
            take(fold.add(event));
        }
        take(fold.complete());
        auto const whole = sum.take();
        CHECK(written(fold.message().response) == written(whole));
        CHECK(last == (bedrock::map_stop_reason(whole.stop_reason) == bedrock::agent_stop::error ? "error" : "done"));
        CHECK(texts == ended);
        CHECK(fold.message().usage.output == whole.usage.output_tokens);
    }
    CHECK(calls > 5);
}

TEST_CASE("agent_view: cut anywhere, a stream is an error with the accumulator's message", "[agent]") {
    std::vector<agent_script::sent> const all{begin(),
                                              thought(0, R"({"text":"h"})"),
                                              thought(0, R"({"signature":"s"})"),
                                              stop(0),
                                              text(1, "a"),
                                              delta(1, R"({"citation":{"source":"S"}})"),
                                              stop(1),
                                              start(2, R"({"toolResult":{"toolUseId":"s"}})"),
                                              delta(2, R"({"toolResult":[{"text":"2"}]})"),
                                              stop(2),
                                              call(3, "f"),
                                              input(3, "{"),
                                              input(3, "}"),
                                              stop(3),
                                              message_stop("tool_use"),
                                              usage()};
    for (std::size_t count = 0; count <= all.size(); ++count) {
        INFO(count);
        bedrock::message_accumulator sum;
        agent_script script;
        bedrock::stream_event event;
        for (std::size_t i = 0; i < count; ++i) {
            REQUIRE(event.parse(all[i].first, all[i].second));
            sum.add(event);
            script.note(script.fold.add(event));
        }
        auto const before = sum.snapshot();
        script.fail(bedrock::make_error(bedrock::errc::truncated, "cut"));
        CHECK(script.ends == 1);
        auto const& response = script.fold.message().response;
        CHECK(response.incomplete_blocks == before.incomplete_blocks);
        CHECK(response.message.content.size() == before.message.content.size());
        CHECK(written(response) == written(before));
    }
}

TEST_CASE("agent_view: very many blocks that never end", "[agent]") {
    bedrock::agent_fold fold;
    bedrock::stream_event event;
    constexpr int count = 100'000;
    for (int i = 0; i < count; ++i) {
        auto const one = text(i, "a");
        REQUIRE(event.parse(one.first, one.second));
        fold.add(event);
    }
    auto const end = message_stop("end_turn");
    REQUIRE(event.parse(end.first, end.second));
    CHECK(fold.add(event).size() == count);
    CHECK(fold.complete().size() == 1);
    CHECK(fold.message().content().size() == count);
}

TEST_CASE("agent_view: whatever comes in whatever order, the events fit the message", "[agent]") {
    std::uint32_t state = 20261123;
    auto const below = [&state](std::uint32_t limit) {
        state = state * 1664525u + 1013904223u;
        return (state >> 8) % limit;
    };
    bedrock::stream_event event;
    for (int round = 0; round < 3000; ++round) {
        bedrock::agent_fold fold({.hold_tool_calls = round % 3 == 0});
        std::vector<std::string> texts;
        std::vector<int> ends;
        int last_events = 0;
        auto const take = [&](std::span<bedrock::agent_event const> events) {
            for (auto const& one : events) {
                REQUIRE(last_events == 0);
                if (one.block() == nullptr) {
                    last_events += one.kind >= bedrock::agent_event_kind::done;
                    continue;
                }
                REQUIRE(one.content_index < one.message->content().size());
                texts.resize((std::max)(texts.size(), one.content_index + 1));
                ends.resize(texts.size());
                REQUIRE(ends[one.content_index] == 0);
                texts[one.content_index] += one.delta;
                if (!describe(one.kind).ends_with("_end")) continue;
                ++ends[one.content_index];
                auto const is_empty_input = one.tool_call() != nullptr && texts[one.content_index].empty();
                CHECK((is_empty_input ? "{}" : texts[one.content_index]) == one.text());
            }
        };
        std::string told;
        for (auto left = below(14); left != 0; --left) {
            auto const index = static_cast<int>(below(3));
            agent_script::sent const choices[] = {
                text(index, "a"),
                text(index, ""),
                thought(index, R"({"text":"h"})"),
                thought(index, R"({"signature":"s"})"),
                thought(index, R"({"redactedContent":"AAEC"})"),
                call(index, "f"),
                input(index, "{}"),
                input(index, "{"),
                stop(index),
                stop(index),
                start(index, R"({"toolUse":{"toolUseId":"s","name":"c","type":"server_tool_use"}})"),
                start(index, R"({"image":{"format":"png"}})"),
                delta(index, R"({"image":{"source":{"bytes":"AAEC"}}})"),
                delta(index, R"({"toolResult":[{"text":"r"}]})"),
                delta(index, R"({"citation":{"source":"S"}})"),
                delta(index, R"({"hologram":{}})"),
                start(index, R"({"hologram":{}})"),
                begin(),
                usage(),
                {"telepathy", "{}"},
                message_stop("end_turn"),
                message_stop("tool_use"),
                message_stop("max_tokens")};
            auto const& one = choices[below(static_cast<std::uint32_t>(std::size(choices)))];
            told += std::string(one.first) + one.second + "\n";
            REQUIRE(event.parse(one.first, one.second));
            take(fold.add(event));
        }
        INFO(told);
        take(below(2) == 0 ? fold.complete() : fold.fail(bedrock::make_error(bedrock::errc::truncated, "cut")));
        CHECK(last_events == 1);
        auto const& message = fold.message();
        for (auto const& block : message.content())
            CHECK((block.holds<bedrock::image_block>() || bedrock::json::write(block)));  // an image may lack its start
        if (message.stop != bedrock::agent_stop::tool_use) continue;
        for (auto const& block : message.content())
            if (auto const* const use = block.get_if<bedrock::tool_use_block>();
                use != nullptr && use->type != bedrock::tool_use_type::server_tool_use)
                CHECK(use->incomplete_input.empty());
    }
}

TEST_CASE("agent_view: the input of a call can be read while it comes", "[agent]") {
    agent_script script{agent_events::begin()};
    script.feed("contentBlockStart", R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t1","name":"draw"}}})");
    REQUIRE(script.fold.partial_tool_input(0));
    CHECK(script.fold.partial_tool_input(0)->text() == "");
    CHECK_FALSE(script.fold.partial_tool_input(1));
    script.feed("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"shape\":\"cir"}}})");
    script.feed("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"cl"}}})");
    CHECK(script.fold.partial_tool_input(0)->text() == R"({"shape":"circl"})");
    script.feed("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"e\"}"}}})");
    CHECK(script.fold.partial_tool_input(0)->complete());
    script.feed("contentBlockStop", R"({"contentBlockIndex":0})");
    CHECK_FALSE(script.fold.partial_tool_input(0));
}

TEST_CASE("agent_view: a character that is cut between two deltas of a block is whole in one of them", "[agent]") {
    agent_script script;
    bedrock::stream_event event;  // the one of the stream
    auto const feed = [&](agent_script::sent const& one) {
        REQUIRE(event.parse(one.first, one.second));
        script.note(script.fold.add(event));
    };
    for (auto const& one :
         {begin(), text(0, R"(a\ud83d)"), text(0, R"(\ude00b)"), stop(0), text(1, R"(c\ud83d)"), stop(1),
          thought(2, R"({"text":"\ud83d"})"), thought(2, R"({"text":"\ude00"})"), stop(2), call(3, "f"),
          input(3, R"({\"t\":\"\ud83d)"), input(3, R"(\ude00\"})"), stop(3), message_stop("tool_use")})
        feed(one);
    script.complete();
    CHECK(script.lines ==
          "start|text_start 0|text_delta 0 a|text_delta 0 \U0001F600b|text_end 0=a\U0001F600b|"
          "text_start 1|text_delta 1 c|text_delta 1 \uFFFD|text_end 1=c\uFFFD|"
          "thinking_start 2|thinking_delta 2 \U0001F600|thinking_end 2=\U0001F600|"
          "toolcall_start 3|toolcall_delta 3 {\"t\":\"|toolcall_delta 3 \U0001F600\"}|toolcall_end "
          "3={\"t\":\"\U0001F600\"}|"
          "done toolUse");
}

TEST_CASE("agent_view: a block that says nothing of its kind leaves nothing in the message", "[agent]") {
    agent_script script({begin(),
                         {"contentBlockStart", R"({"contentBlockIndex":0,"start":{}})"},
                         text(0, "a"),
                         stop(0),
                         {"contentBlockStart", R"({"contentBlockIndex":1,"start":{"type":"text"}})"},
                         text(1, "b"),
                         stop(1),
                         message_stop("end_turn")});
    script.complete();
    CHECK(script.content() == R"({"role":"assistant","content":[{"text":"a"},{"text":"b"}]})");
    CHECK(script.fold.message().response.notes.size() == 2);
}
