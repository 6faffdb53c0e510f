#include "bedrock/conversation_blocks.hpp"

#include "support/history.hpp"

#include <string>
#include <utility>

using namespace history;

namespace {

std::string called(std::string const& input) {
    return list({user({text("a")}), assistant({use("t1", "f", input)}), user({result("t1")})});
}

std::string answered(std::string const& content) {
    return list({user({text("a")}), assistant({use("t1")}), user({result("t1", content)})});
}

std::string thought(std::string const& block) {
    return list({user({text("a")}), assistant({block, text("b")}), user({text("c")})});
}

}  // namespace

TEST_CASE("conversation blocks: texts") {
    for (auto const& one : {
             row{"a blank block beside another", user({text("hi"), text("  ")}), user({text("hi")}), "blank_text"},
             row{"an empty block of a model's", list({user({text("a")}), assistant({text(""), text("b")})}),
                 list({user({text("a")}), assistant({text("b")})}), "blank_text"},
             row{"white space beyond ASCII", user({text("a"), text("\xe3\x80\x80\xc2\xa0\xe2\x80\xaf")}),
                 user({text("a")}), "blank_text"},
             row{"a zero-width space is no white space", user({text("\xe2\x80\x8b")})},
             row{"a text around blanks", user({text(" a ")})},
             row{"an image of the model's", list({user({text("a")}), assistant({text("b"), image}), user({text("c")})}),
                 list({user({text("a")}), assistant({text("b")}), user({text("c")})}), "misplaced_block"},
             row{"an image alone", user({image})},
         })
        check(one);
}

TEST_CASE("conversation blocks: tool inputs") {
    for (auto const& one : {
             row{"no fragment came", called(R"("")"), called("{}"), "empty_tool_input"},
             row{"blanks", called(R"(" ")"), called("{}"), "empty_tool_input"},
             row{"null", called("null"), called("{}"), "empty_tool_input"},
             row{"an object as a string", called(R"("{\"a\":1}")"), called(R"({"a":1})"), "invalid_tool_input"},
             row{"a list", called("[1,2]"), called(R"({"input":[1,2]})"), "invalid_tool_input"},
             row{"a text", called(R"("Lisbon")"), called(R"({"input":"Lisbon"})"), "invalid_tool_input"},
             row{"its exact text is kept", called(R"({ "a" : 1.0e2, "\u0041": [ ] })")},
             row{"a lone surrogate", called(R"({"a":"\ud99c"})"), called(R"({"a":"\ufffd"})"), "invalid_utf8"},
             row{"a pair is none", called(R"({"a":"\ud83d\ude00\\ud99c"})")},
         })
        check(one);
}

TEST_CASE("conversation blocks: tool results") {
    auto const cache = R"({"cachePoint":{"type":"default"}})";
    for (auto const& one : {
             row{"no content", answered(""), answered(text("[no output]")), "empty_tool_result"},
             row{"blank content", answered(text(" ")), answered(text("[no output]")), "blank_text empty_tool_result"},
             row{"blank beside another", answered(list({text(""), text("x")})), answered(text("x")), "blank_text"},
             row{"JSON", answered(R"({"json":{"a":[1]}})")},
             row{"a lone surrogate", answered(R"({"json":{"a":"\udc00x"}})"), answered(R"({"json":{"a":"\ufffdx"}})"),
                 "invalid_utf8"},
             row{"a cache point in it", answered(list({text("x"), cache})), answered(text("x")),
                 "misplaced_cache_point"},
             row{"a document in it", answered(document("a.txt", "txt")), answered(document("a-txt", "txt")),
                 "invalid_document_name"},
             row{"an image in it", answered(image)},
         })
        check(one);
}

TEST_CASE("conversation blocks: reasoning") {
    auto const without = list({user({text("a")}), assistant({text("b")}), user({text("c")})});
    for (auto const& one : {
             row{"signed", thought(reasoning("hm", "RXFrQ0Nr"))},
             row{"the signature alone", thought(reasoning("", "RXFrQ0Nr"))},
             row{"encrypted", thought(R"({"reasoningContent":{"redactedContent":"AAEC"}})")},
             row{"unsigned", thought(reasoning("hm")), without, "unsigned_reasoning"},
             row{"half a signature", thought(reasoning("hm", "RXFrQ")), without, "broken_signature"},
             row{"another provider's mark", thought(reasoning("hm", "reasoning_content")), without, "broken_signature"},
             row{"of the user's", list({user({text("a"), reasoning("hm", "RXFrQ0Nr")})}), user({text("a")}),
                 "misplaced_block"},
             row{"alone in its turn", list({user({text("a")}), assistant({reasoning("hm")}), user({text("c")})}),
                 user({text("a"), text("c")}), "unsigned_reasoning empty_turn consecutive_roles"},
         })
        check(one);

    bedrock::normalize_policy policy;
    policy.unsigned_reasoning = bedrock::unsigned_reasoning_policy::as_text;
    check({.name = "as a text",
           .messages = thought(list({reasoning("hm"), reasoning("so", "RXF"), reasoning(" ")})),
           .expected = thought(list({text("hm"), text("so")})),
           .issues = "unsigned_reasoning broken_signature unsigned_reasoning",
           .policy = policy});
    policy.unsigned_reasoning = bedrock::unsigned_reasoning_policy::keep;
    check({.name = "for a model that signs nothing", .messages = thought(reasoning("hm")), .policy = policy});
}

TEST_CASE("conversation blocks: names of tools") {
    auto const history = [](std::string const& a, std::string const& b) {
        return list({user({text("a")}), assistant({use("t1", a), use("t2", b)}), user({result("t1"), result("t2")})});
    };
    auto const longest = std::string(64, 'n');
    for (auto const& one : {
             row{"characters that may not stand there", history("mcp.fs/read", "f"), history("mcp_fs_read", "f"),
                 "invalid_tool_name invalid_tool_name", tools({tool_spec("mcp.fs/read"), tool_spec("f")}),
                 tools({tool_spec("mcp_fs_read"), tool_spec("f")})},
             row{"beyond ASCII", history("caf\xc3\xa9", "f"), history("caf_", "f"), "invalid_tool_name"},
             row{"too long", history(longest + "x", "f"), history(longest, "f"), "invalid_tool_name"},
             row{"none", history("", "f"), history("unnamed", "f"), "invalid_tool_name"},
             row{"the valid form is another's", history("a.b", "a_b"), history("a_b_2", "a_b"),
                 "invalid_tool_name invalid_tool_name", tools({tool_spec("a.b"), tool_spec("a_b")}),
                 tools({tool_spec("a_b_2"), tool_spec("a_b")})},
             row{"too long twice", history(longest + "x", longest + "y"), history(longest, std::string(62, 'n') + "_2"),
                 "invalid_tool_name invalid_tool_name"},
             row{"a tool twice", history("f", "f"), "=", "duplicate_tool", tools({tool_spec("f"), tool_spec("f")}),
                 tools({tool_spec("f")})},
         })
        check(one);
}

TEST_CASE("conversation blocks: a history with tools in a request without") {
    auto const history = list({user({text("a")}), assistant({text("b"), use("t1", "f", R"({"x":1})")}),
                               user({result("t1", list({text("1"), R"({"json":{"n":2}})", image})), text("c")})});
    auto const gone = [](std::string const& name) {
        return R"({"toolSpec":{"name":")" + name +
               R"(","description":"No longer available: do not use.","inputSchema":{"json":{"type":"object"}}}})";
    };
    check({"declared", history, "=", "missing_tool_config", "{}", tools({gone("f")})});
    check({"no tools at all", user({text("a")}), "=", "", "{}", "{}"});
    check({"two tools, one of the service's",
           list({user({text("a")}),
                 assistant({R"({"toolUse":{"toolUseId":"s","name":"web","input":{},"type":"server_tool_use"}})",
                            use("t1", "f"), use("t2", "f")}),
                 user({result("t1"), result("t2")})}),
           "=", "missing_tool_config missing_tool_config", "{}",
           tools({R"({"systemTool":{"name":"web"}})", gone("f")})});

    bedrock::normalize_policy policy;
    policy.missing_tools = bedrock::missing_tools_policy::flatten;
    check({.name = "flattened",
           .messages = history,
           .expected = list({user({text("a")}), assistant({text("b"), text(R"([Assistant tool call]: f({\"x\":1}))")}),
                             user({text(R"([Tool result: f]:\n1\n{\"n\":2})"), image, text("c")})}),
           .issues = "missing_tool_config missing_tool_config",
           .tools = "{}",
           .policy = policy});
    auto const of_service = R"({"toolUse":{"toolUseId":"s","name":"web","input":{},"type":"server_tool_use"}})";
    check({.name = "an image in the model's own turn",
           .messages = list({user({text("a")}), assistant({of_service, result("s", list({text("x"), image}))})}),
           .expected = list({user({text("a")}),
                             assistant({text("[Assistant tool call]: web({})"), text(R"([Tool result: web]:\nx)")})}),
           .issues = "missing_tool_config missing_tool_config",
           .tools = "{}",
           .policy = policy});
    check({.name = "a result of nothing",
           .messages = user({result("t9"), text("c")}),
           .expected = user({text(R"([Tool result: t9]:\nok)"), text("c")}),
           .issues = "missing_tool_config",
           .tools = "{}",
           .policy = policy});
}

TEST_CASE("conversation blocks: choice of a tool") {
    auto const with = [](std::string config, std::string_view choice) {
        config.pop_back();
        return config + (config == "{" ? "" : ",") + R"("toolChoice":)" + std::string(choice) + "}";
    };
    auto const question = user({text("a")});
    check({"any", question, "=", "", with(tools({tool_spec("f")}), R"({"any":{}})")});
    check({"one that there is", question, "=", "", with(tools({tool_spec("f")}), R"({"tool":{"name":"f"}})")});
    check({"one that there is not", question, "=", "unknown_tool_choice",
           with(tools({tool_spec("f")}), R"({"tool":{"name":"g"}})"), tools({tool_spec("f")})});
    check({"among none", question, "=", "unknown_tool_choice", with("{}", R"({"auto":{}})"), "{}"});
    check({"by a name that cannot be sent", question, "=", "invalid_tool_name",
           with(tools({tool_spec("a.b")}), R"({"tool":{"name":"a.b"}})"),
           with(tools({tool_spec("a_b")}), R"({"tool":{"name":"a_b"}})")});
}

TEST_CASE("conversation blocks: documents") {
    auto const sent = [](std::string const& name) { return user({text("read"), document(name)}); };
    for (auto const& one : {
             row{"its extension", sent("report.pdf"), sent("report-pdf"), "invalid_document_name"},
             row{"an apostrophe", sent("John's  report"), sent("John-s report"), "invalid_document_name"},
             row{"a wide space",
                 sent("a\xe3\x80\x80"
                      "b"),
                 sent("a-b"), "invalid_document_name"},
             row{"a tab", sent("a\\tb"), sent("a-b"), "invalid_document_name"},
             row{"nothing that may stand there", sent("\xeb\xb6\x84\xea\xb8\xb0"), sent("document"),
                 "invalid_document_name"},
             row{"a path", sent("slack-file://F0X"), sent("slack-file-F0X"), "invalid_document_name"},
             row{"none", sent(""), sent("document"), "invalid_document_name"},
             row{"too long", sent(std::string(201, 'a')), sent(std::string(200, 'a')), "invalid_document_name"},
             row{"all that may stand there", sent(" Q3_report-(v2) [final] ")},
             row{"a name again in a later turn",
                 list({sent("report"), assistant({text("b")}), user({text("and"), document("report", "docx")})}),
                 list({sent("report"), assistant({text("b")}), user({text("and"), document("report-2", "docx")})}),
                 "duplicate_document_name"},
             row{"a name again in a tool result",
                 list({sent("report"), assistant({use("t1")}), user({result("t1", document("report"))})}),
                 list({sent("report"), assistant({use("t1")}), user({result("t1", document("report-2"))})}),
                 "duplicate_document_name"},
             row{"two that become the same", user({text("a"), document("x.y"), document("x-y"), document("x,y")}),
                 user({text("a"), document("x-y-2"), document("x-y"), document("x-y-3")}),
                 "invalid_document_name invalid_document_name"},
             row{"no text beside it", user({document("report")}),
                 user({text("See the attached document."), document("report")}), "document_without_text"},
             row{"a blank text beside it", user({text(" "), document("report")}),
                 user({text("See the attached document."), document("report")}), "blank_text document_without_text"},
         })
        check(one);
}

TEST_CASE("conversation blocks: texts that are not UTF-8 are repaired, wherever they stand") {
    std::string const bad = "a\xff";
    bedrock::converse_request request;
    bedrock::document_block document{.name = "d", .source = bedrock::text_block{bad}, .context = bad};
    bedrock::document_pieces pieces;
    pieces.content.emplace_back(bedrock::text_block{bad});
    bedrock::document_block in_pieces{.name = "p", .source = std::move(pieces)};
    request.system.emplace_back(bad);
    request.system.emplace_back(" ");
    request.system.emplace_back();
    request.messages = {
        bedrock::user({bad, document, in_pieces}),
        bedrock::assistant(
            {bedrock::reasoning_content_block(bedrock::reasoning_text_block{.text = bad, .signature = "QUJD"}),
             bedrock::tool_use_block{.tool_use_id = "t", .name = "f", .input = R"({"a":")" + bad + "\"}"},
             bedrock::tool_use_block{.tool_use_id = "u", .name = "f", .input = "not JSON"},
             bedrock::tool_use_block{.tool_use_id = "v", .name = "f", .input = ""}}),
        bedrock::user({bedrock::tool_result_block{
                           .tool_use_id = "t",
                           .content = {bad, bedrock::json_block{"\"" + bad + "\""}, bedrock::json_block{" {}"}}},
                       bedrock::tool_result_block{.tool_use_id = "u", .content = {bedrock::json_block{"{"}}},
                       bedrock::tool_result_block{.tool_use_id = "v", .content = {bedrock::json_block{""}, {}}}}),
    };
    request.tools.tools.emplace_back(bedrock::tool_specification{.name = "f", .input_schema = "{}"});
    request.tools.tools.emplace_back();
    auto const report = bedrock::normalize(request);
    CHECK(issues_of(report) ==
          "empty_block invalid_utf8 blank_text empty_block "      // tools, system prompt
          "invalid_utf8 invalid_utf8 invalid_utf8 invalid_utf8 "  // text, document, pieces
          "broken_signature invalid_utf8 invalid_tool_input empty_tool_input "
          "invalid_utf8 invalid_utf8 invalid_json invalid_json empty_block empty_block empty_tool_result");
    std::string const good = "a\xef\xbf\xbd";
    CHECK(written(request.messages) ==
          "[" +
              list({user({text(good),
                          R"({"document":{"name":"d","source":{"text":")" + good + R"("},"context":")" + good + "\"}}",
                          R"({"document":{"name":"p","source":{"content":[{"text":")" + good + R"("}]}}})"}),
                    assistant({use("t", "f", R"({"a":")" + good + "\"}"), use("u", "f", R"({"input":"not JSON"})"),
                               use("v")}),
                    user({result("t", list({text(good), R"({"text":"\")" + good + R"(\""})", R"({"json": {}})"})),
                          result("u", text("{")), result("v", text("[no output]"))})}) +
              "]");
    CHECK(written(request.system) == "[" + text(good) + "]");
    CHECK(refusal(written(request)) == "");
}

TEST_CASE("conversation blocks: what this version does not know is left alone") {
    auto const strange = R"({"hologram":{"x":[" "]}})";
    auto const messages = list({user({text("a"), strange}), message("narrator", {strange, text(" ")}),
                                assistant({strange}), user({text("c")})});
    auto const given = read<std::vector<bedrock::message>>("[" + messages + "]");
    auto const made = bedrock::normalize(given);
    CHECK(made.report.clean());
    CHECK(written(made.messages) == written(given));
}

TEST_CASE("conversation blocks: a message without a role is the user's") {
    std::vector<bedrock::message> messages(1);
    messages[0].content.emplace_back("a");
    auto const made = bedrock::normalize(messages);
    CHECK(issues_of(made.report) == "empty_block");
    CHECK(written(made.messages) == "[" + user({text("a")}) + "]");
}

TEST_CASE("conversation blocks: names that had to be changed are told") {
    auto request = read<bedrock::converse_request>(
        body_of("[" + user({text("a")}) + "]", tools({tool_spec("a.b"), tool_spec("c")})));
    std::vector<bedrock::renamed_tool> renamed;
    bedrock::normalize(request, {}, &renamed);
    REQUIRE(renamed.size() == 1);
    CHECK(renamed[0].original == "a.b");
    CHECK(renamed[0].sent == "a_b");
    CHECK(bedrock::normalize(request.messages, request.tools).renamed_tools.empty());
}
