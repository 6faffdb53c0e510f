#include "bedrock/toolbox.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

struct tool_fixture : client_fixture {
    tool_fixture() {
        tools.add("weather", "The current weather of a city", R"({"type":"object","properties":{"city":{}}})",
                  [this](tool_call const& call) {
                      rounds.push_back(call.round);
                      if (on_call) on_call(call);
                      return "21 degrees";
                  });
        request = ask_for("use the weather tool");
    }

    /// The reply to the request of this number, from 1; the others get the mock's own.
    void answer(std::size_t number, mock::reply with) {
        server.set_handler([number, with = std::move(with)](mock::received_request const& received) {
            return received.number == number ? std::optional(with) : std::nullopt;
        });
    }

    toolbox tools;
    converse_request request;
    std::vector<int> rounds;
    std::function<void(tool_call const&)> on_call;
};

mock::reply held_at(mock::gate const& gate, std::size_t part) {
    auto made = mock::stream_reply(mock::golden_frames());
    made.parts[part].hold = gate;
    return made;
}

void check_second_round_kept(result<tool_answer> const& got) {
    REQUIRE_FALSE(got);
    REQUIRE(got.error().tool_rounds);
    auto const& so_far = *got.error().tool_rounds;
    CHECK(so_far.rounds == 1);
    REQUIRE(so_far.messages.size() == 3);
    CHECK(so_far.messages[1].content.back().holds<tool_use_block>());
    CHECK(so_far.messages[2].content.front().holds<tool_result_block>());
    CHECK(so_far.usage.total_tokens > 0);
}

}  // namespace

TEST_CASE("toolbox: a question answered with the help of a function", "[tools][client]") {
    tool_fixture f;
    auto client = f.client();
    auto const got = client.converse(f.request, f.tools);
    REQUIRE(got);
    CHECK(contains(got->text(), "21 degrees"));
    CHECK(got->last.stop_reason == stop_reason::end_turn);
    CHECK(got->rounds == 2);
    CHECK(got->messages.size() == 4);
    CHECK(got->usage.total_tokens > got->last.usage.total_tokens);
    CHECK(f.rounds == std::vector<int>{1});
    CHECK(f.server.request_count() == 2);
    CHECK(f.server.accepted_connections() == 1);

    auto next = f.request;
    next.messages = got->messages;
    next.messages.push_back(user("and the weather of tomorrow?"));
    auto const again = client.converse(next, f.tools, {.rounds = 3}, {});
    REQUIRE(again);
    CHECK(again->messages.size() == 8);
}

TEST_CASE("toolbox: the streaming twin gives every event of every round, and the same answer", "[tools][client]") {
    tool_fixture f;
    auto client = f.client();
    auto const plain = client.converse(f.request, f.tools);
    REQUIRE(plain);
    std::vector<std::string> ends;
    std::string text;
    std::string input;
    auto const got = client.converse_stream(f.request, f.tools, [&](stream_event const& event, int round) {
        if (event.kind() == event_kind::message_stop) ends.push_back(std::to_string(round));
        if (round == 2) text += event.text();
        input += event.tool_input();
    });
    REQUIRE(got);
    CHECK(ends == std::vector<std::string>{"1", "2"});
    CHECK(text == got->text());
    CHECK(text == plain->text());
    CHECK(json::valid(input));
    CHECK(*json::write(got->messages[1]) == *json::write(plain->messages[1]));
    CHECK(got->usage.total_tokens == plain->usage.total_tokens);
    CHECK(client.converse_stream({.model_id = "m", .messages = {user("hello")}}, f.tools,
                                 [](stream_event const&) { return true; }, {.rounds = 1}));
}

TEST_CASE("toolbox: a forced choice does not loop for ever", "[tools][client]") {
    tool_fixture f;
    f.request.tools.choice = any_tool_choice{};
    auto const got = f.client().converse(f.request, f.tools);
    REQUIRE(got);
    CHECK(got->rounds == 2);
    auto const requests = f.server.requests();
    CHECK(contains(requests.at(0).body, "toolChoice"));
    CHECK_FALSE(contains(requests.at(1).body, "toolChoice"));
}

TEST_CASE("toolbox: each call is repeated as ever", "[tools][client]") {
    tool_fixture f;
    f.answer(2, mock::error_reply(429, "ThrottlingException", "slow down"));
    auto const got = f.client().converse(f.request, f.tools);
    REQUIRE(got);
    CHECK(got->last.attempts == 2);
    CHECK(f.server.request_count() == 3);
    CHECK(f.rounds == std::vector<int>{1});
}

TEST_CASE("toolbox: a call that is refused in the second round keeps the first", "[tools][client]") {
    tool_fixture f;
    f.answer(2, mock::error_reply(400, "ValidationException", "no"));
    auto const got = f.client().converse(f.request, f.tools);
    check_second_round_kept(got);
    CHECK(got.error().code == errc::validation);
    CHECK(got.error().message.starts_with("round 2 with tools: "));
}

TEST_CASE("toolbox: a stream that is cut in the second round keeps the first, and what came", "[tools][client]") {
    tool_fixture f;
    auto const frames = mock::golden_frames();
    f.answer(2, mock::cut_after(mock::stream_reply(frames), frames[0].size() + frames[1].size() + 5));
    auto const got = f.client().converse_stream(f.request, f.tools, [](stream_event const&) {});
    check_second_round_kept(got);
    CHECK(got.error().code == errc::truncated);
    REQUIRE(got.error().partial);
    CHECK(got.error().partial->text() == "Hello, ");

    f.server.set_handler({});
    f.request.messages = got.error().tool_rounds->messages;
    CHECK(f.client().converse(f.request, f.tools));
}

TEST_CASE("toolbox: on_event may stop in any round", "[tools][client]") {
    tool_fixture f;
    auto const got =
        f.client().converse_stream(f.request, f.tools, [](stream_event const&, int round) { return round != 2; });
    check_second_round_kept(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().partial);
}

TEST_CASE("toolbox: cancelled by another thread, in a tool and in a call", "[tools][client][threads]") {
    auto const in_tool = GENERATE(true, false);
    auto const streaming = GENERATE(false, true);
    tool_fixture f;
    cancellation handle;
    std::promise<void> reached;
    std::promise<void> cancelled;
    mock::gate held;
    if (in_tool) {
        f.on_call = [&](tool_call const& call) {
            reached.set_value();
            cancelled.get_future().wait();
            CHECK(call.cancel.cancelled());
        };
    } else {
        auto silent = mock::json_reply(200, "{}");
        silent.hold_head = held;
        f.answer(2, streaming ? held_at(held, 2) : silent);
    }
    std::thread other([&] {
        if (in_tool)
            reached.get_future().wait();
        else
            (void)held.wait_until_reached();
        handle.cancel();
        cancelled.set_value();
    });
    call_options options;
    options.cancel = handle;
    auto client = f.client();
    auto const got = streaming ? client.converse_stream(
                                     f.request, f.tools, [](stream_event const&) {}, {}, options)
                               : client.converse(f.request, f.tools, {}, options);
    other.join();
    check_second_round_kept(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(f.server.request_count() == (in_tool ? 1 : 2));
}

TEST_CASE("toolbox: one clock bounds all rounds", "[tools][client]") {
    tool_fixture f;
    mock::gate held;
    auto silent = mock::json_reply(200, "{}");
    silent.hold_head = held;
    f.answer(2, silent);
    auto client = f.client();
    auto const got = client.converse(f.request, f.tools, {.total_ms = 1500});
    check_second_round_kept(got);
    CHECK(got.error().code == errc::timeout);
    CHECK(contains(got.error().message, "the total clock"));

    f.options.timeouts.first_byte_ms = 200;  // the other clocks stay the client's
    f.answer(f.server.request_count() + 2, silent);
    auto const by_other = f.client().converse(f.request, f.tools, {.total_ms = 60000});
    check_second_round_kept(by_other);
    CHECK(contains(by_other.error().message, "the first byte clock"));
}

TEST_CASE("toolbox: a problem of the toolbox is told before anything is sent", "[tools][client]") {
    tool_fixture f;
    f.tools.add("bad name", "", "{}", [](std::string_view) {});
    auto const got = f.client().converse(f.request, f.tools);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(f.server.accepted_connections() == 0);
}
