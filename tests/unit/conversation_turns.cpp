#include "bedrock/conversation_turns.hpp"

#include "support/history.hpp"

using namespace history;

TEST_CASE("conversation turns: what is in order stays as it is") {
    for (auto const& one : {
             row{"one question", user({text("hi")})},
             row{"question and answer", list({user({text("hi")}), assistant({text("hello")}), user({text("so?")})})},
             row{"the model may be continued", list({user({text("hi")}), assistant({text("Once upon")})})},
             row{"parallel tool uses, results in another order",
                 list({user({text("hi")}), assistant({text("let me see"), use("t1"), use("t2", "g")}),
                       user({result("t2"), result("t1")})})},
             row{"words behind the results",
                 list({user({text("hi")}), assistant({use("t1")}), user({result("t1"), text("go on"), image})})},
             row{"a cache point among the results",
                 list({user({text("hi")}), assistant({use("t1"), use("t2")}),
                       user({result("t1"), cache_point(), result("t2"), cache_point()})})},
             row{"the service runs its own tool",
                 list({user({text("hi")}),
                       assistant({R"({"toolUse":{"toolUseId":"s1","name":"web","input":{},"type":"server_tool_use"}})",
                                  R"({"toolResult":{"toolUseId":"s1","content":[{"text":"x"}],"type":"web_result"}})",
                                  text("found")}),
                       user({text("more")})})},
             row{"a system message changes the tools",
                 list({user({text("hi")}), assistant({use("t1")}),
                       message("system", {R"({"toolAddition":{"tool":{"name":"h"}}})"}), user({result("t1")})})},
         })
        check(one);
}

TEST_CASE("conversation turns: roles take turns and the user begins") {
    for (auto const& one : {
             row{"two questions", list({user({text("a")}), user({text("b"), image})}),
                 user({text("a"), text("b"), image}), "consecutive_roles"},
             row{"two answers", list({user({text("a")}), assistant({text("b")}), assistant({text("c")})}),
                 list({user({text("a")}), assistant({text("b"), text("c")})}), "consecutive_roles"},
             row{"an answer that was empty", list({user({text("a")}), assistant({}), user({text("b")})}),
                 user({text("a"), text("b")}), "empty_turn consecutive_roles"},
             row{"an answer of blanks",
                 list({user({text("a")}), assistant({text(" "), text("\\n")}), user({text("b")})}),
                 user({text("a"), text("b")}), "blank_text blank_text empty_turn consecutive_roles"},
             row{"a cache point is no content",
                 list({user({text("a")}), assistant({cache_point()}), user({text("b")})}), user({text("a"), text("b")}),
                 "empty_turn consecutive_roles"},
             row{"the model begins", list({assistant({text("Hello!")}), user({text("hi")})}),
                 list({user({text("[start of the conversation]")}), assistant({text("Hello!")}), user({text("hi")})}),
                 "first_role_not_user"},
             row{"a history cut at its front", list({user({result("t1")}), assistant({text("so")}), user({text("b")})}),
                 list({user({text("[start of the conversation]")}), assistant({text("so")}), user({text("b")})}),
                 "orphan_tool_result empty_turn first_role_not_user"},
             row{"a system message begins",
                 list({message("system", {R"({"toolRemoval":{"tool":{"name":"f"}}})"}), user({text("a")})}),
                 list({user({text("a")}), message("system", {R"({"toolRemoval":{"tool":{"name":"f"}}})"})}),
                 "first_role_not_user"},
             row{"questions around a system message",
                 list({user({text("a")}), message("system", {R"({"toolRemoval":{"tool":{"name":"f"}}})"}),
                       user({text("b")})}),
                 list({user({text("a"), text("b")}), message("system", {R"({"toolRemoval":{"tool":{"name":"f"}}})"})}),
                 "consecutive_roles"},
             row{"nothing at all", "", "", ""},
             row{"nothing that can be sent", list({user({text("")}), assistant({})}), "",
                 "blank_text empty_turn empty_turn"},
         })
        check(one);
}

TEST_CASE("conversation turns: an empty turn may get a placeholder instead") {
    bedrock::normalize_policy policy;
    policy.empty_turn = bedrock::empty_turn_policy::placeholder;
    check({.name = "an empty answer",
           .messages = list({user({text("a")}), assistant({text(" ")}), user({text("b")})}),
           .expected = list({user({text("a")}), assistant({text("[no output]")}), user({text("b")})}),
           .issues = "blank_text empty_turn",
           .policy = policy});
    check({.name = "an empty question where a result is missing",
           .messages = list({user({text("a")}), assistant({use("t1")}), user({})}),
           .expected = list({user({text("a")}), assistant({use("t1")}), user({no_result("t1")})}),
           .issues = "orphan_tool_use",
           .policy = policy});
}

TEST_CASE("conversation turns: the model's last word may get an answer") {
    bedrock::normalize_policy policy;
    policy.last_assistant = bedrock::last_assistant_policy::add_user_turn;
    check({.name = "prefill",
           .messages = list({user({text("a")}), assistant({text("b")})}),
           .expected = list({user({text("a")}), assistant({text("b")}), user({text("[continue]")})}),
           .issues = "last_role_not_user",
           .policy = policy});
    check({.name = "it is the user's", .messages = user({text("a")}), .policy = policy});
}

TEST_CASE("conversation turns: results stand in one message behind their uses") {
    auto const asked_twice = list({user({text("a")}), assistant({use("t1"), use("t2")})});
    for (auto const& one : {
             row{"parallel results in messages of their own",
                 list({asked_twice, user({result("t1")}), user({result("t2")}), assistant({text("b")})}),
                 list({asked_twice, user({result("t1"), result("t2")}), assistant({text("b")})}), "consecutive_roles"},
             row{"parallel uses in messages of their own, too",
                 list({user({text("a")}), assistant({use("t1")}), assistant({use("t2")}), user({result("t1")}),
                       user({result("t2")})}),
                 list({asked_twice, user({result("t1"), result("t2")})}), "consecutive_roles consecutive_roles"},
             row{"a use that was never answered", list({asked_twice, user({result("t2"), text("go on")})}),
                 list({asked_twice, user({result("t2"), no_result("t1"), text("go on")})}), "orphan_tool_use"},
             row{"the user interrupted", list({asked_twice, user({text("stop")})}),
                 list({asked_twice, user({no_result("t1"), no_result("t2"), text("stop")})}),
                 "orphan_tool_use orphan_tool_use"},
             row{"the process died", asked_twice, list({asked_twice, user({no_result("t1"), no_result("t2")})}),
                 "orphan_tool_use orphan_tool_use"},
             row{"the model went on", list({asked_twice, assistant({text("hm")}), user({text("b")})}),
                 list({user({text("a")}), assistant({text("hm"), use("t1"), use("t2")}),
                       user({no_result("t1"), no_result("t2"), text("b")})}),
                 "consecutive_roles orphan_tool_use orphan_tool_use tool_use_order"},
             row{"a result of a use that was compacted away",
                 list({user({text("a"), result("t0")}), assistant({text("b")})}),
                 list({user({text("a")}), assistant({text("b")})}), "orphan_tool_result"},
             row{"one result too many",
                 list({asked_twice, user({result("t1"), result("t2"), result("t1", R"({"text":"again"})")})}),
                 list({asked_twice, user({result("t1"), result("t2")})}), "duplicate_tool_result"},
             row{"a result of somebody else's", list({asked_twice, user({result("t1"), result("t2"), result("x")})}),
                 list({asked_twice, user({result("t1"), result("t2")})}), "orphan_tool_result"},
             row{"a late result",
                 list({asked_twice, user({result("t1"), text("wait")}), assistant({text("I do")}),
                       user({result("t2"), text("now")})}),
                 list({asked_twice, user({result("t1"), result("t2"), text("wait")}), assistant({text("I do")}),
                       user({text("now")})}),
                 "misplaced_tool_result"},
             row{"a result in the model's message",
                 list({user({text("a")}), assistant({use("t1"), result("t1")}), user({text("b")})}),
                 list({user({text("a")}), assistant({use("t1")}), user({result("t1"), text("b")})}),
                 "misplaced_tool_result"},
             row{"a result before its use",
                 list({user({text("a"), result("t1")}), assistant({use("t1")}), user({text("b")})}),
                 list({user({text("a")}), assistant({use("t1")}), user({no_result("t1"), text("b")})}),
                 "orphan_tool_result orphan_tool_use"},
             row{"a reminder before the results",
                 list({asked_twice, user({text("reminder"), result("t1"), result("t2")})}),
                 list({asked_twice, user({result("t1"), result("t2"), text("reminder")})}),
                 "tool_result_order tool_result_order"},
             row{"words behind a tool use",
                 list({user({text("a")}), assistant({reasoning("hm", "QUJD"), use("t1"), text("so")}),
                       user({result("t1")})}),
                 list({user({text("a")}), assistant({reasoning("hm", "QUJD"), text("so"), use("t1")}),
                       user({result("t1")})}),
                 "tool_use_order"},
             row{"a tool use of the user's", list({user({text("a"), use("t1")}), assistant({text("b")})}),
                 list({user({text("a")}), assistant({text("b")})}), "misplaced_block"},
             row{"a result of the user's for the service's use",
                 list({user({text("a")}),
                       assistant({R"({"toolUse":{"toolUseId":"s1","name":"web","input":{},"type":"server_tool_use"}})",
                                  text("b")}),
                       user({result("s1"), text("c")})}),
                 list({user({text("a")}),
                       assistant({R"({"toolUse":{"toolUseId":"s1","name":"web","input":{},"type":"server_tool_use"}})",
                                  text("b")}),
                       user({text("c")})}),
                 "orphan_tool_result"},
             row{"a result of the service's without its use",
                 list({user({text("a")}),
                       assistant({R"({"toolResult":{"toolUseId":"s1","content":[{"text":"x"}],"type":"web_result"}})",
                                  text("b")})}),
                 list({user({text("a")}), assistant({text("b")})}), "orphan_tool_result"},
         })
        check(one);
}

TEST_CASE("conversation turns: tool uses without results may be dropped instead") {
    bedrock::normalize_policy policy;
    policy.orphan_tool_use = bedrock::orphan_tool_use_policy::drop;
    check({.name = "one of two",
           .messages = list({user({text("a")}), assistant({use("t1"), use("t2")}), user({result("t2")})}),
           .expected = list({user({text("a")}), assistant({use("t2")}), user({result("t2")})}),
           .issues = "orphan_tool_use",
           .policy = policy});
    check({.name = "the whole turn",
           .messages = list({user({text("a")}), assistant({use("t1")}), user({text("stop")})}),
           .expected = user({text("a"), text("stop")}),
           .issues = "orphan_tool_use empty_turn consecutive_roles",
           .policy = policy});
}

TEST_CASE("conversation turns: tool use ids") {
    auto const long_id = std::string(65, 'x');
    for (auto const& one : {
             row{"characters of another service",
                 list({user({text("a")}), assistant({use("call_1|fc_2")}), user({result("call_1|fc_2")})}),
                 list({user({text("a")}), assistant({use("call_1_fc_2")}), user({result("call_1_fc_2")})}),
                 "invalid_tool_use_id"},
             row{"too long, and the short form is taken",
                 list({user({text("a")}), assistant({use(long_id), use(std::string(64, 'x'))}),
                       user({result(std::string(64, 'x')), result(long_id)})}),
                 list({user({text("a")}), assistant({use(std::string(62, 'x') + "_2"), use(std::string(64, 'x'))}),
                       user({result(std::string(64, 'x')), result(std::string(62, 'x') + "_2")})}),
                 "invalid_tool_use_id"},
             row{"none", list({user({text("a")}), assistant({use("")}), user({result("")})}),
                 list({user({text("a")}), assistant({use("unnamed")}), user({result("unnamed")})}),
                 "invalid_tool_use_id"},
             row{"parallel uses of one id, answered in order",
                 list({user({text("a")}), assistant({use("c"), use("c", "g")}),
                       user({result("c", text("1")), result("c", text("2"))})}),
                 list({user({text("a")}), assistant({use("c"), use("c_2", "g")}),
                       user({result("c", text("1")), result("c_2", text("2"))})}),
                 "duplicate_tool_use_id"},
             row{"an id used again later",
                 list({user({text("a")}), assistant({use("c")}), user({result("c")}), assistant({use("c")}),
                       user({result("c", text("2"))})}),
                 list({user({text("a")}), assistant({use("c")}), user({result("c")}), assistant({use("c_2")}),
                       user({result("c_2", text("2"))})}),
                 "duplicate_tool_use_id"},
             row{"an unanswered use does not take the later one's result",
                 list({user({text("a")}), assistant({use("c")}), user({text("stop")}), assistant({use("c")}),
                       user({result("c")})}),
                 list({user({text("a")}), assistant({use("c")}), user({no_result("c"), text("stop")}),
                       assistant({use("c_2")}), user({result("c_2")})}),
                 "duplicate_tool_use_id orphan_tool_use"},
             row{"all that Claude takes", list({user({text("a")}), assistant({use("functions_get_0-A_z")}),
                                                user({result("functions_get_0-A_z")})})},
             row{"what Claude refuses",
                 list({user({text("a")}), assistant({use("functions.get:0")}), user({result("functions.get:0")})}),
                 list({user({text("a")}), assistant({use("functions_get_0")}), user({result("functions_get_0")})}),
                 "invalid_tool_use_id"},
             row{.name = "all that Converse takes",
             .messages = list(
                 {user({text("a")}), assistant({use("functions.get:0-A_z")}), user({result("functions.get:0-A_z")})}),
             .model_id = "qwen.qwen3-32b-v1:0"},
             row{.name = "nine letters for Mistral",
             .messages = list({user({text("a")}), assistant({use("t1"), use("tooluse_xyz"), use("abcdefghi")}),
                               user({result("t1"), result("tooluse_xyz"), result("abcdefghi")})}),
             .expected = list({user({text("a")}), assistant({use("0000000t1"), use("tooluse_xyz"), use("abcdefghi")}),
                               user({result("0000000t1"), result("tooluse_xyz"), result("abcdefghi")})}),
             .issues = "invalid_tool_use_id",
             .model_id = "us.mistral.pixtral-large-2502-v1:0"},
         })
        check(one);
}

TEST_CASE("conversation turns: a last or first turn of the model's, by family") {
    auto const last = list({user({text("a")}), assistant({text("b")})});
    auto const first = list({assistant({text("b")}), user({text("a")})});
    struct taken {
        std::string_view model;
        bool last, first;
    };
    for (auto const& one :
         {taken{"strictest", false, false}, taken{"us.anthropic.claude-sonnet-4-5-20250929-v1:0", true, true},
          taken{"us.anthropic.claude-opus-4-6-v1", false, true},
          taken{"global.anthropic.claude-haiku-5-5", false, true}, taken{"us.amazon.nova-pro-v1:0", true, false},
          taken{"qwen.qwen3-32b-v1:0", true, true}, taken{"global.zai.glm-5.3", true, true},
          taken{"us.moonshotai.kimi-k3", true, true}, taken{"deepseek.v3.2", true, false}}) {
        INFO(one.model);
        for (bool const is_last : {true, false}) {
            auto request = read<bedrock::converse_request>(body_of("[" + (is_last ? last : first) + "]", "{}"));
            request.model_id = one.model;
            bool const is_taken = is_last ? one.last : one.first;
            CHECK(refusal(written(request), one.model) ==
                  (is_taken  ? ""
                   : is_last ? "This model does not support assistant message prefill. The conversation must end with "
                               "a user message."
                             : "A conversation must start with a user message. Try again with a conversation that "
                               "starts with a user message."));
            CHECK(issues_of(bedrock::normalize(request)) == (is_taken  ? ""
                                                             : is_last ? "last_role_not_user"
                                                                       : "first_role_not_user"));
            CHECK(refusal(written(request), one.model) == "");
        }
    }
    auto request = read<bedrock::converse_request>(body_of("[" + last + "]", "{}"));
    CHECK(bedrock::lint(request, {.last_assistant = bedrock::last_assistant_policy::keep}).clean());
    request.model_id = "deepseek.v3.2";
    CHECK_FALSE(bedrock::lint(request, {.last_assistant = bedrock::last_assistant_policy::add_user_turn}).clean());
}

TEST_CASE("conversation turns: reasoning alone in a turn of the model's") {
    auto const alone = list({user({text("a")}), assistant({reasoning("hm", "QUJD")}), user({text("c")})});
    check({"given a text", alone,
           list({user({text("a")}), assistant({reasoning("hm", "QUJD"), text("[no output]")}), user({text("c")})}),
           "reasoning_alone"});
    check({.name = "dropped",
           .messages = alone,
           .expected = user({text("a"), text("c")}),
           .issues = "reasoning_alone empty_turn consecutive_roles",
           .policy = {.reasoning_turn = bedrock::reasoning_turn_policy::drop}});
    check({.name = "taken by 4.6", .messages = alone, .model_id = "us.anthropic.claude-opus-4-6-v1"});
    check({"joined with what follows",
           list({user({text("a")}), assistant({reasoning("hm", "QUJD")}), assistant({text("b")}), user({text("c")})}),
           list({user({text("a")}), assistant({reasoning("hm", "QUJD"), text("b")}), user({text("c")})}),
           "consecutive_roles"});
}
