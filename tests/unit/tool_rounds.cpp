#include "bedrock/tool_rounds.hpp"

#include "support/converse_checks.hpp"

#include <simdjson.h>
#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#if BEDROCK_EXCEPTIONS
#include <stdexcept>
#endif

using namespace bedrock;

namespace {

constexpr char model[] = "anthropic.claude-v2:1";
constexpr char any_object[] = R"({"type":"object"})";

std::string use(std::string_view id, std::string_view name = "f", std::string_view input = "{}") {
    return R"({"toolUse":{"toolUseId":")" + std::string(id) + R"(","name":")" + std::string(name) + R"(","input":)" +
           std::string(input) + "}}";
}

std::string text(std::string_view words) {
    return R"({"text":")" + std::string(words) + R"("})";
}

std::string answer(std::string const& blocks, std::string const& stop = "tool_use") {
    return R"({"output":{"message":{"role":"assistant","content":[)" + blocks + R"(]}},"stopReason":")" + stop +
           R"(","usage":{"inputTokens":10,"outputTokens":2,"totalTokens":12},"metrics":{"latencyMs":1}})";
}

converse_response parsed(std::string const& body) {
    auto read = json::read<converse_response>(body);
    INFO((read ? std::string() : read.error().message));
    REQUIRE(read);
    return std::move(*read);
}

// The blocks of a message as JSON.
std::string content(message const& of) {
    auto const whole = json::write(of);
    REQUIRE(whole);
    return *whole;
}

// "" for a request that Bedrock takes, else what it says.
std::string refused(converse_request const& request) {
    std::string body;
    REQUIRE(write_converse_body(request, body));
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    REQUIRE(parser.parse(body).get(root) == simdjson::SUCCESS);
    auto const why = mock::check_converse_request(root, model);
    return why ? why->message : "";
}

// Plays a model that says these things, and checks that Bedrock would take what it is asked.
struct scripted {
    std::vector<result<converse_response>> answers;
    std::vector<converse_request> asked{};

    result<tool_answer> play(tool_rounds rounds) {
        while (auto const* const request = rounds.next()) {
            CHECK(refused(*request) == "");
            CHECK(rounds.next() == request);
            asked.push_back(*request);
            CHECK(rounds.round() == static_cast<int>(asked.size()));
            REQUIRE(asked.size() <= answers.size());
            rounds.take(answers[asked.size() - 1]);
        }
        rounds.take(parsed(answer(text("too late"), "end_turn")));
        CHECK(asked.size() == answers.size());
        return std::move(rounds).finish();
    }
};

scripted model_that_says(std::initializer_list<std::string> bodies) {
    scripted made;
    for (auto const& body : bodies) made.answers.emplace_back(parsed(body));
    return made;
}

struct fixture {
    fixture() {
        tools.add("f", "", any_object, [this](tool_call const& call) {
            ran.push_back(call.use.tool_use_id + call.input());
            return "f of " + call.input();
        });
        tools.add("g", "", any_object, [this](tool_call const& call) {
            ran.push_back(call.use.tool_use_id + call.input());
            return tool_failure("g is closed");
        });
        request.model_id = model;
        request.messages = {user("help me")};
        how.on_message = [this](tool_progress const& said) {
            told.push_back(std::to_string(said.round) + (said.answer != nullptr ? "<" : ">") + content(said.added));
            used = said.usage.total_tokens;
        };
    }

    toolbox tools;
    converse_request request;
    tool_options how;
    call_options options;
    std::vector<std::string> ran;
    std::vector<std::string> told;
    std::int32_t used = 0;

    result<tool_answer> play(scripted& with) { return with.play(tool_rounds(request, tools, how, options)); }
    // What was answered to the uses of the first answer.
    std::string first_results(scripted& with) {
        auto const got = play(with);
        auto messages = got ? got->messages : got.error().tool_rounds->messages;
        REQUIRE(messages.size() >= 3);
        if (messages.back().role == conversation_role::assistant) messages.push_back(user("go on"));
        CHECK(refused({.model_id = model, .messages = messages, .tools = {.tools = tools.specifications()}}) == "");
        return content(messages[2]);
    }
};

std::string result_text(std::string_view id, std::string_view words, bool failed) {
    return R"({"toolResult":{"toolUseId":")" + std::string(id) + R"(","content":[)" + text(words) +
           (failed ? R"(],"status":"error"}})" : "]}}");
}

std::string user_message(std::string const& blocks) {
    return R"({"role":"user","content":[)" + blocks + "]}";
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("tool rounds: two rounds, and the messages to go on with", "[tools]") {
    fixture f;
    auto says = model_that_says({answer(text("I look.") + "," + use("t1", "f", R"({"a":1})")),
                                 answer(use("t2", "f", R"({"b":2})")), answer(text("Done."), "end_turn")});
    auto const got = f.play(says);
    REQUIRE(got);
    CHECK(got->text() == "Done.");
    CHECK(got->rounds == 3);
    CHECK(got->usage.input_tokens == 30);
    CHECK(got->usage.output_tokens == 6);
    CHECK(got->usage.total_tokens == 36);
    CHECK(got->last.usage.total_tokens == 12);
    CHECK(f.ran == strings{R"(t1{"a":1})", R"(t2{"b":2})"});
    REQUIRE(got->messages.size() == 6);
    CHECK(content(got->messages[2]) == user_message(result_text("t1", R"(f of {\"a\":1})", false)));
    CHECK(content(got->messages[5]) == R"({"role":"assistant","content":[{"text":"Done."}]})");
    REQUIRE(f.told.size() == 5);
    for (std::size_t i = 0; i != f.told.size(); ++i)
        CHECK(f.told[i] == std::to_string(1 + i / 2) + (i % 2 == 0 ? "<" : ">") + content(got->messages[i + 1]));
    CHECK(f.used == 36);
    CHECK(f.request.messages.size() == 1);
    CHECK(says.asked[2].messages.size() == 5);
    auto const first = json::write(says.asked[0]);
    CHECK(*first == R"({"messages":[{"role":"user","content":[{"text":"help me"}]}],"toolConfig":{"tools":[)"
                    R"({"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},)"
                    R"({"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object"}}}}]}})");
}

TEST_CASE("tool rounds: parallel uses are answered in one message, in their order, failed or not", "[tools]") {
    fixture f;
    auto says = model_that_says(
        {answer(use("t1", "g") + "," + use("t2", "nope") + "," + use("t3") + "," + use("t4", "f", "12")),
         answer(text("Done."), "end_turn")});
    CHECK(f.first_results(says) ==
          user_message(result_text("t1", "g is closed", true) + "," +
                       result_text("t2", R"(there is no tool \"nope\"; there are: f, g)", true) + "," +
                       result_text("t3", "f of {}", false) + "," +
                       result_text("t4",
                                   "the input is no JSON object; use the tool again with one JSON object that fits its "
                                   "schema",
                                   true)));
    CHECK(f.ran == strings{"t1{}", "t3{}"});
}

TEST_CASE("tool rounds: results can be sent to models that know no status", "[tools]") {
    fixture f;
    f.how.with_error_status = false;
    auto says = model_that_says({answer(use("t1", "g") + "," + use("t2", "nope")), answer(text("Done."), "end_turn")});
    CHECK(f.first_results(says) ==
          user_message(result_text("t1", "g is closed", false) + "," +
                       result_text("t2", R"(there is no tool \"nope\"; there are: f, g)", false)));
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("tool rounds: a tool that throws fails alone", "[tools]") {
    fixture f;
    f.tools.add("h", "", any_object, [](std::string_view) { throw std::runtime_error("disk full"); });
    auto says = model_that_says({answer(use("t1", "h") + "," + use("t2")), answer(text("Done."), "end_turn")});
    CHECK(f.first_results(says) == user_message(result_text("t1", "the tool failed: disk full", true) + "," +
                                                result_text("t2", "f of {}", false)));
}
#endif

TEST_CASE("tool rounds: ids and names that cannot be sent, or were there before", "[tools]") {
    fixture f;
    f.request.messages = {user("help me"), assistant(tool_use_block{.tool_use_id = "t1", .name = "f"}),
                          user(tool_result_block{.tool_use_id = "t1", .content = {"ok"}})};
    auto says =
        model_that_says({answer(use("t1") + "," + use("") + "," + use("a b") + "," + use("t2") + "," + use("t2") + "," +
                                use("t3", "two words") + "," + use("t4", "f", R"({"a":"\ud800"})")),
                         answer(text("Done."), "end_turn")});
    auto const got = f.play(says);
    REQUIRE(got);
    REQUIRE(got->messages.size() == 6);
    constexpr char no_id[] = "not run: this use had no id of its own; use the tool again";
    CHECK(content(got->messages[4]) ==
          user_message(result_text("t1_2", no_id, true) + "," + result_text("unnamed", no_id, true) + "," +
                       result_text("a_b", no_id, true) + "," + result_text("t2", "f of {}", false) + "," +
                       result_text("t2_2", no_id, true) + "," +
                       result_text("t3", R"(there is no tool \"two words\"; there are: f, g)", true) + "," +
                       result_text("t4", R"(f of {\"a\":\"\\ud800\"})", false)));
    CHECK(content(got->messages[3]) == R"({"role":"assistant","content":[)" + use("t1_2") + "," + use("unnamed") + "," +
                                           use("a_b") + "," + use("t2") + "," + use("t2_2") + "," +
                                           use("t3", "two_words") + "," + use("t4", "f", R"({"a":"\ufffd"})") + "]}");
    CHECK(f.ran == strings{"t2{}", R"(t4{"a":"\ud800"})"});
}

TEST_CASE("tool rounds: too many rounds, with everything so far", "[tools]") {
    fixture f;
    f.how.rounds = 2;
    auto says = model_that_says({answer(use("t1")), answer(use("t2"))});
    auto const got = f.play(says);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::too_many_rounds);
    CHECK(got.error().name == "TooManyRounds");
    CHECK(got.error().message ==
          "the model used tools in each of 2 rounds; allow more of them (tool_options::rounds), or go on with "
          "error::tool_rounds");
    REQUIRE(got.error().tool_rounds);
    auto const& so_far = *got.error().tool_rounds;
    CHECK(so_far.rounds == 2);
    CHECK(so_far.usage.total_tokens == 24);
    REQUIRE(so_far.messages.size() == 5);
    CHECK(content(so_far.messages[4]) ==
          user_message(result_text("t2", "not run: the limit of 2 rounds was reached", true)));
    CHECK(f.ran == strings{"t1{}"});

    f.request.messages = so_far.messages;
    auto later = model_that_says({answer(text("Done."), "end_turn")});
    CHECK(f.play(later));
}

TEST_CASE("tool rounds: uses past the limit of one answer do not run", "[tools]") {
    fixture f;
    f.how.uses_per_round = 1;
    auto says = model_that_says({answer(use("t1") + "," + use("t2")), answer(text("Done."), "end_turn")});
    CHECK(f.first_results(says) ==
          user_message(result_text("t1", "f of {}", false) + "," +
                       result_text("t2", "not run: more than 1 tool uses in one answer; use fewer at a time", true)));
}

TEST_CASE("tool rounds: end_turn and stop_sequence beside tool uses run them", "[tools]") {
    auto const* const stop = GENERATE("end_turn", "stop_sequence");
    fixture f;
    auto says = model_that_says(
        {answer(text("I look.") + "," + use("t1") + "," + use("t2", "f", "12"), stop), answer(text("Done."), stop)});
    auto const got = f.play(says);
    REQUIRE(got);
    CHECK(got->text() == "Done.");
    CHECK(got->rounds == 2);
    CHECK(f.ran == strings{"t1{}"});
    CHECK(says.asked[1].messages.size() == 3);
}

TEST_CASE("tool rounds: any other stop reason than those ends them, and runs nothing", "[tools]") {
    auto const* const stop = GENERATE("max_tokens", "guardrail_intervened", "content_filtered", "malformed_tool_use",
                                      "malformed_model_output", "model_context_window_exceeded", "of_tomorrow");
    fixture f;
    auto says = model_that_says({answer(text("I look.") + "," + use("t1"), stop)});
    auto const got = f.play(says);
    REQUIRE(got);
    CHECK(got->last.stop_reason.text() == stop);
    CHECK(got->last.tool_uses().size() == 1);
    CHECK(f.ran.empty());
    REQUIRE(got->messages.size() == 3);
    CHECK(content(got->messages[2]) ==
          user_message(result_text("t1", "not run: the answer ended with " + std::string(stop), true)));
    auto again = f.request;
    again.messages = got->messages;
    again.tools.tools = f.tools.specifications();
    CHECK(refused(again) == "");
}

TEST_CASE("tool rounds: an answer without a use of ours is the last", "[tools]") {
    fixture f;
    auto const server_use = R"({"toolUse":{"toolUseId":"s1","name":"search","input":{},"type":"server_tool_use"}})";
    auto says = model_that_says({answer(GENERATE_COPY(std::string(), std::string(server_use), text("Hm.")))});
    auto const got = f.play(says);
    REQUIRE(got);
    CHECK(got->rounds == 1);
    CHECK(got->messages.size() == (says.answers[0]->message.content.empty() ? 1 : 2));
}

TEST_CASE("tool rounds: a stream's uses that did not arrive whole do not run", "[tools]") {
    fixture f;
    auto cut = parsed(answer(use("t1") + "," + use("t2", "f", R"({"a":1})") + "," + use("t3")));
    cut.message.content[0].get_if<tool_use_block>()->incomplete_input = R"({"a":)";
    cut.incomplete_blocks = {1};
    scripted says{{cut, parsed(answer(text("Done."), "end_turn"))}};
    CHECK(f.first_results(says) ==
          user_message(result_text("t1",
                                   "the input is not JSON: the text ends too early at byte 5; use the tool again with "
                                   "one JSON object that fits its schema",
                                   true) +
                       "," + result_text("t2", "not run: the input did not arrive whole; use the tool again", true) +
                       "," + result_text("t3", "f of {}", false)));
    CHECK(f.ran == strings{"t3{}"});
}

TEST_CASE("tool rounds: a forced choice holds for the first answer", "[tools]") {
    fixture f;
    auto says = model_that_says({answer(use("t1")), answer(use("t2")), answer(text("Done."), "end_turn")});
    auto const play = [&] {
        REQUIRE(f.play(says));
        strings choices;
        for (auto const& asked : says.asked) {
            auto const written = json::write(asked.tools);
            choices.push_back(written->substr(written->find("toolChoice") + 12));
            if (written->find("toolChoice") == std::string::npos) choices.back() = "none";
        }
        return choices;
    };
    SECTION("any") {
        f.request.tools.choice = any_tool_choice{};
        CHECK(play() == strings{R"({"any":{}}})", "none", "none"});
    }
    SECTION("one tool") {
        f.request.tools.choice = specific_tool_choice{.name = "f"};
        CHECK(play() == strings{R"({"tool":{"name":"f"}}})", "none", "none"});
    }
    SECTION("auto") {
        f.request.tools.choice = auto_tool_choice{};
        CHECK(play() == strings{R"({"auto":{}}})", R"({"auto":{}}})", R"({"auto":{}}})"});
    }
}

TEST_CASE("tool rounds: answers go back as they came, but for blank texts", "[tools]") {
    fixture f;
    auto const thought = R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln","new":1}}})";
    auto const hidden = R"({"reasoningContent":{"redactedContent":"AAEC"}})";
    auto says = model_that_says(
        {answer(std::string(thought) + "," + hidden + "," + text(" ") + "," + use("t1", "f", R"({ "a" : 1 })")),
         answer(text(""), "end_turn")});
    auto const got = f.play(says);
    REQUIRE(got);
    REQUIRE(got->messages.size() == 3);
    CHECK(content(got->messages[1]) == R"({"role":"assistant","content":[)" + std::string(thought) + "," + hidden +
                                           "," + use("t1", "f", R"({ "a" : 1 })") + "]}");
    CHECK(got->last.message.content.size() == 1);
}

TEST_CASE("tool rounds: the request's own tools", "[tools]") {
    fixture f;
    SECTION("cache points and tools of the service stand behind the toolbox's") {
        f.request.tools.tools = {system_tool{.name = "search"}, cache_point_block{}};
        auto says = model_that_says({answer(text("Done."), "end_turn")});
        REQUIRE(f.play(says));
        auto const& sent = says.asked[0].tools.tools;
        REQUIRE(sent.size() == 4);
        CHECK(sent[0].holds<tool_specification>());
        CHECK(sent[3].holds<cache_point_block>());
    }
    SECTION("a specification of the request's wins") {
        f.request.tools.tools = {tool_specification{.name = "f", .description = "mine", .input_schema = any_object}};
        auto says = model_that_says({answer(text("Done."), "end_turn")});
        REQUIRE(f.play(says));
        auto const& sent = says.asked[0].tools.tools;
        REQUIRE(sent.size() == 2);
        CHECK(sent[1].get_if<tool_specification>()->description == "mine");
    }
    SECTION("one without a function is refused") {
        f.request.tools.tools = {tool_specification{.name = "h", .input_schema = any_object}};
        scripted says;
        auto const got = f.play(says);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(got.error().message ==
              "the request offers the tool \"h\", for which the toolbox has no function; add it there, or leave it out "
              "of the request");
        REQUIRE(got.error().tool_rounds);
        CHECK(got.error().tool_rounds->messages.size() == 1);
    }
}

TEST_CASE("tool rounds: what cannot begin", "[tools]") {
    fixture f;
    scripted says;
    SECTION("a toolbox with a problem") {
        f.tools.add("f", "", any_object, [](std::string_view) {});
        auto const got = f.play(says);
        REQUIRE_FALSE(got);
        CHECK(got.error().message == "the tool \"f\" is there already; give each tool a name of its own");
    }
    SECTION("no rounds") {
        f.how.rounds = 0;
        auto const got = f.play(says);
        REQUIRE_FALSE(got);
        CHECK(got.error().message == "tool_options::rounds is 0; 1 is the least");
        CHECK(got.error().code == errc::invalid_input);
    }
    SECTION("cancelled") {
        f.options.cancel.emplace().cancel();
        auto const got = f.play(says);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::cancelled);
        CHECK(got.error().tool_rounds->messages.size() == 1);
    }
}

TEST_CASE("tool rounds: a call that fails keeps what was before, and says in which round", "[tools]") {
    fixture f;
    auto broken = make_error(errc::truncated, "the stream was cut short");
    broken.partial = std::make_shared<converse_response const>();
    auto says = model_that_says({answer(use("t1"))});
    says.answers.emplace_back(unexpected{broken});
    auto const got = f.play(says);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::truncated);
    CHECK(got.error().message == "round 2 with tools: the stream was cut short");
    CHECK(got.error().partial == broken.partial);
    REQUIRE(got.error().tool_rounds);
    CHECK(got.error().tool_rounds->rounds == 1);
    CHECK(got.error().tool_rounds->messages.size() == 3);
    CHECK(got.error().tool_rounds->last.tool_uses().size() == 1);
    CHECK(got.error().content_emitted);

    scripted first{{unexpected{broken}}};
    auto const at_once = f.play(first);
    REQUIRE_FALSE(at_once);
    CHECK(at_once.error().message == "the stream was cut short");
    CHECK_FALSE(at_once.error().content_emitted);
    CHECK(at_once.error().tool_rounds->messages.size() == 1);
}

TEST_CASE("tool rounds: cancelled by a tool, the others do not run", "[tools]") {
    fixture f;
    f.tools.add("stop", "", any_object, [](tool_call const& call) {
        auto handle = call.cancel;
        handle.cancel();
        return "stopping";
    });
    auto const with_handle = GENERATE(false, true);
    if (with_handle) f.options.cancel.emplace();
    auto says = model_that_says({answer(use("t1") + "," + use("t2", "stop") + "," + use("t3"))});
    auto const got = f.play(says);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().message == "the rounds with tools were cancelled");
    if (with_handle) CHECK(f.options.cancel->cancelled());
    CHECK(f.ran == strings{"t1{}"});
    auto const& messages = got.error().tool_rounds->messages;
    REQUIRE(messages.size() == 3);
    CHECK(content(messages[2]) ==
          user_message(result_text("t1", "f of {}", false) + "," + result_text("t2", "stopping", false) + "," +
                       result_text("t3", "not run: the call was cancelled", true)));
}

TEST_CASE("tool rounds: one clock for all of them", "[tools]") {
    fixture f;
    std::int64_t now = 1000;
    f.how.total_ms = 500;
    f.tools.add("slow", "", any_object, [&](std::string_view) {
        now += 300;
        return "at last";
    });
    auto const steady = [&] { return now; };
    SECTION("calls have what is left") {
        auto const own = GENERATE(std::int64_t{0}, std::int64_t{350}, std::int64_t{90});
        f.options.timeouts.emplace().total_ms = own;
        f.options.timeouts->idle_ms = 77;
        tool_rounds rounds(f.request, f.tools, f.how, f.options, steady);
        REQUIRE(rounds.next());
        CHECK(rounds.options().timeouts->total_ms == (own == 0 ? 500 : own));
        CHECK(rounds.options().timeouts->idle_ms == 77);
        now += 100;
        rounds.take(parsed(answer(use("t1", "slow"))));
        REQUIRE(rounds.next());
        CHECK(rounds.options().timeouts->total_ms == (own == 90 ? 90 : 100));
    }
    SECTION("tools behind its end do not run") {
        auto says = model_that_says({answer(use("t1", "slow") + "," + use("t2", "slow") + "," + use("t3", "slow"))});
        auto const got = says.play(tool_rounds(f.request, f.tools, f.how, f.options, steady));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::timeout);
        CHECK(got.error().message == "the rounds with tools did not end within 0.5 s (the total clock)");
        CHECK(now == 1600);
        CHECK(content(got.error().tool_rounds->messages.at(2)) ==
              user_message(result_text("t1", "at last", false) + "," + result_text("t2", "at last", false) + "," +
                           result_text("t3", "not run: there was no time left", true)));
    }
}

TEST_CASE("tool rounds: left in the middle, they say so", "[tools]") {
    fixture f;
    tool_rounds rounds(f.request, f.tools);
    REQUIRE(rounds.next());
    auto const got = std::move(rounds).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(got.error().tool_rounds->messages.size() == 1);
}

TEST_CASE("tool rounds: usage is summed, and stays in its type", "[tools]") {
    token_usage sum;
    token_usage more{.input_tokens = 1, .output_tokens = 2, .total_tokens = 3, .cache_read_input_tokens = 4};
    more.cache_details = {{.ttl = cache_ttl::one_hour, .input_tokens = 5}};
    add_usage(sum, more);
    CHECK_FALSE(sum.cache_write_input_tokens);
    more.cache_details.push_back({.ttl = cache_ttl::five_minutes, .input_tokens = 6});
    more.total_tokens = (std::numeric_limits<std::int32_t>::max)();
    more.cache_write_input_tokens = 0;
    add_usage(sum, more);
    CHECK(*json::write(sum) ==
          R"({"inputTokens":2,"outputTokens":4,"totalTokens":2147483647,"cacheReadInputTokens":8,)"
          R"("cacheWriteInputTokens":0,"cacheDetails":[{"ttl":"1h","inputTokens":10},{"ttl":"5m","inputTokens":6}]})");
}

TEST_CASE("tool rounds: nothing goes back that the model's family would refuse", "[tools]") {
    auto const image = R"({"image":{"format":"png","source":{"bytes":"AAEC"}}})";
    auto const thought = R"({"reasoningContent":{"reasoningText":{"text":"hm"}}})";
    auto const nothing = R"({"reasoningContent":{"reasoningText":{"text":""}}})";
    struct row {
        std::string model, said, expected, results;
    };
    auto const shown = [&](std::string_view id, bool failed) {
        return R"({"toolResult":{"toolUseId":")" + std::string(id) + R"(","content":[{"text":"x"},)" + image +
               (failed ? R"(],"status":"error"}})" : "]}}");
    };
    auto const caption = text("Image of the tool result t1:");
    auto const plain = [&](bool failed) { return result_text("t1", "x", failed); };
    for (auto const& one : {
             row{"us.anthropic.claude-opus-4-6-v1",
                 std::string(nothing) + "," + thought + "," + use("t1", "show") + "," + text("so"),
                 text("so") + "," + use("t1", "show"), shown("t1", false)},
             row{"us.anthropic.claude-opus-4-6-v1", use("t1", "fail_with_image"), use("t1", "fail_with_image"),
                 plain(true) + "," + caption + "," + image},
             row{"global.openai.gpt-6.1-sol", std::string(thought) + "," + use("t1", "show"), use("t1", "show"),
                 plain(false) + "," + caption + "," + image},
             row{"deepseek.v3.2", std::string(thought) + "," + use("t1", "f", R"({"a":[{"":1,"b":2}]})"),
                 std::string(thought) + "," + use("t1", "f", R"({"a":[{"b":2}]})"),
                 result_text("t1", R"(f of {\"a\":[{\"\":1,\"b\":2}]})", false)},
             row{"us.writer.palmyra-x5-v1:0", use("t1", "g"), use("t1", "g"), result_text("t1", "g is closed", false)},
         }) {
        INFO(one.model);
        fixture f;
        std::vector<tool_result_content_block> const blocks{
            "x",
            image_block{.format = image_format::png, .source = byte_buffer{std::byte{0}, std::byte{1}, std::byte{2}}}};
        f.tools.add("show", " ", "{}", [&](std::string_view) { return tool_output(blocks); });
        f.tools.add("fail_with_image", "", R"({"type":"object","properties":{"n":{"maximum":9007199254740991}}})",
                    [&](std::string_view) {
                        tool_output made(blocks);
                        made.failed = true;
                        return made;
                    });
        f.request.model_id = one.model;
        tool_rounds rounds(f.request, f.tools, f.how, f.options);
        while (auto const* const asked = rounds.next()) {
            std::string body;
            REQUIRE(write_converse_body(*asked, body));
            simdjson::dom::parser parser;
            simdjson::dom::element root;
            REQUIRE(parser.parse(body).get(root) == simdjson::SUCCESS);
            auto const why = mock::check_converse_request(root, one.model);
            CHECK((why ? why->message : "") == "");
            rounds.take(parsed(rounds.round() == 1 ? answer(one.said, "end_turn") : answer(text("Done."), "end_turn")));
        }
        auto const got = std::move(rounds).finish();
        REQUIRE(got);
        REQUIRE(got->messages.size() == 4);
        CHECK(content(got->messages[1]) == R"({"role":"assistant","content":[)" + one.expected + "]}");
        CHECK(content(got->messages[2]) == user_message(one.results));
    }
}

TEST_CASE("tool rounds: documents of results have names of their own", "[tools]") {
    fixture f;
    f.tools.add("read", "", any_object, [](std::string_view) {
        return tool_output(
            document_block{.format = document_format::pdf, .name = "report", .source = byte_buffer{std::byte{1}}});
    });
    auto says = model_that_says({answer(use("t1", "read") + "," + use("t2", "read")), answer(use("t3", "read")),
                                 answer(text("Done."), "end_turn")});
    REQUIRE(f.play(says));
    CHECK(content(says.asked[2].messages[2]).find(R"("name":"report-2")") != std::string::npos);
    CHECK(content(says.asked[2].messages[4]).find(R"("name":"report-3")") != std::string::npos);
}
