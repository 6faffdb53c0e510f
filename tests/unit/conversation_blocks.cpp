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
             row{"a member without a name", called(R"({"path":"a","edits":[{"old":"x","":""}]})"),
                 called(R"({"path":"a","edits":[{"old":"x"}]})"), "empty_member_name"},
             row{"members without names at every depth", called(R"({"":{"a":1},"b":{"":[1],"c":"\"\":"}})"),
                 called(R"({"b":{"c":"\"\":"}})"), "empty_member_name"},
             row{"a member without a name in a string", called(R"("{\"\":1}")"), called("{}"),
                 "invalid_tool_input empty_member_name"},
             row{"an empty text", called(R"({"a":""})")},
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
             row{"a member __type", answered(R"({"json":{"a":{"__type":"x"}}})"),
                 answered(R"({"text":"{\"a\":{\"__type\":\"x\"}}"})"), "invalid_json"},
             row{"a member without a name", answered(R"({"json":{"a":[{"":1}]}})"),
                 answered(R"({"text":"{\"a\":[{\"\":1}]}"})"), "empty_member_name"},
         })
        check(one);
}

TEST_CASE("conversation blocks: an unknown block in a tool result is sent as it came") {
    auto const given = "[" + answered(list({R"({"hologram":{"size":[3]}})", text("x")})) + "]";
    auto const made = bedrock::normalize(read<std::vector<bedrock::message>>(given),
                                         read<bedrock::tool_config>(tools({tool_spec("f")})));
    CHECK(written(made.messages) == given);
    CHECK(issues_of(made.report).empty());
}

TEST_CASE("conversation blocks: reasoning") {
    auto const without = list({user({text("a")}), assistant({text("b")}), user({text("c")})});
    for (auto const& one : {
             row{"signed", thought(reasoning("hm", "RXFrQ0Nr"))},
             row{"the signature alone", thought(reasoning("", "RXFrQ0Nr"))},
             row{"encrypted", thought(R"({"reasoningContent":{"redactedContent":"AAEC"}})")},
             row{"unsigned", thought(reasoning("hm")), without, "unsigned_reasoning"},
             row{"empty", thought(reasoning("")), without, "empty_reasoning"},
             row{"empty with an empty signature",
                 thought(R"({"reasoningContent":{"reasoningText":{"text":"","signature":""}}})"), without,
                 "empty_reasoning"},
             row{"encrypted, and empty", thought(R"({"reasoningContent":{"redactedContent":""}})"), without,
                 "empty_reasoning"},
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

TEST_CASE("conversation blocks: reasoning by family") {
    auto const hidden = R"({"reasoningContent":{"redactedContent":"AAEC"}})";
    auto const without = thought(text("x"));
    struct expected {
        std::string_view model;
        std::string issues;
        std::string messages;
    };
    auto const given = thought(list({reasoning("a"), reasoning("b", "QUJD"), hidden, reasoning(""), text("x")}));
    for (auto const& one : {
             expected{"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "unsigned_reasoning empty_reasoning",
                      thought(list({reasoning("b", "QUJD"), hidden, text("x")}))},
             expected{"deepseek.v3.2", "foreign_signature empty_reasoning",
                      thought(list({reasoning("a"), reasoning("b"), hidden, text("x")}))},
             expected{"global.openai.gpt-6.1-sol", "reasoning_not_taken reasoning_not_taken empty_reasoning",
                      thought(list({hidden, text("x")}))},
             expected{"us.amazon.nova-2-lite-v1:0",
                      "reasoning_not_taken reasoning_not_taken reasoning_not_taken empty_reasoning", without},
         }) {
        INFO(one.model);
        check({.name = "by family",
               .messages = given,
               .expected = one.messages,
               .issues = one.issues,
               .model_id = one.model});
    }
    check({.name = "a signature alone",
           .messages = thought(list({reasoning("", "QUJD"), text("x")})),
           .expected = without,
           .issues = "reasoning_not_taken",
           .model_id = "deepseek.v3.2"});
    auto const said = [](std::string_view model, std::string const& block) {
        return refusal(body_of("[" + thought(block) + "]", "{}"), model);
    };
    CHECK(
        said("anthropic.claude-3-haiku-20240307-v1:0", reasoning("a")).ends_with("thinking.signature: Field required"));
    CHECK(said("deepseek.v3.2", reasoning("b", "QUJD")) ==
          "This model doesn't support the reasoningContent.reasoningText.signature field. Remove "
          "reasoningContent.reasoningText.signature and try again.");
    CHECK(said("global.openai.gpt-6.1-sol", reasoning("")) ==
          "This model doesn't support the reasoningContent.reasoningText.text field. Remove "
          "reasoningContent.reasoningText.text and try again.");
    CHECK(said("us.amazon.nova-2-lite-v1:0", hidden).find("User messages cannot contain reasoning content") !=
          std::string::npos);
}

TEST_CASE("conversation blocks: tools that Converse or the family refuses") {
    auto const tool = [](std::string const& members) { return R"({"toolSpec":{"name":"f")" + members + "}}"; };
    auto const schema = [&](std::string const& json, std::string const& more = "") {
        return tool(more + R"(,"inputSchema":{"json":)" + json + "}");
    };
    auto const object = std::string(R"({"type":"object"})");
    struct tool_row {
        std::string name, given, expected, issue, refused;
        std::string_view taken_by;
    };
    for (
        auto const& one : {
            tool_row{"blank description", schema(object, R"(,"description":"  ")"), schema(object),
                     "blank_tool_description",
                     "1 validation error detected: Value '  ' at 'toolConfig.tools.0.toolSpec.description' failed to "
                     "satisfy constraint: Member must have length greater than or equal to 1",
                     ""},
            tool_row{"empty description", schema(object, R"(,"description":"")"), schema(object),
                     "blank_tool_description",
                     "1 validation error detected: Value '' at 'toolConfig.tools.0.toolSpec.description' failed to "
                     "satisfy constraint: Member must have length greater than or equal to 1",
                     ""},
            tool_row{"no type", schema("{}"), schema(object), "schema_without_type",
                     "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: "
                     "object.",
                     ""},
            tool_row{"another type", schema(R"({"type":["object","null"]})"), schema(object), "schema_without_type",
                     "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: "
                     "object.",
                     ""},
            tool_row{
                "a union at the root",
                schema(
                    R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"properties":{"b":{}}}]})"),
                schema(R"({"type":"object","properties":{"a":{"type":"string"},"b":{}}})"), "schema_root_union",
                "The model returned the following errors: tools.0.custom.input_schema: input_schema does not "
                "support oneOf, allOf, or anyOf at the top level",
                "deepseek.v3.2"},
            tool_row{
                "an integer beyond 32 bits",
                schema(
                    R"({"type":"object","properties":{"a":{"type":"integer","maximum":9007199254740991,"minimum":-2147483648}}})"),
                schema(R"({"type":"object","properties":{"a":{"type":"integer","minimum":-2147483648}}})"),
                "schema_big_integer",
                "The model returned the following errors: tools.0.custom.input_schema: int too big to convert",
                "global.openai.gpt-6.1-sol"},
            tool_row{
                "bounds in a strict tool",
                schema(R"({"type":"object","properties":{"a":{"minimum":1}},"required":["a"]})", R"(,"strict":true)"),
                schema(R"({"type":"object","properties":{"a":{}},"required":["a"]})", R"(,"strict":true)"),
                "strict_tool",
                "The model returned the following errors: tools.0.custom: property 'minimum' is not supported",
                "deepseek.v3.2"},
        }) {
        INFO(one.name);
        auto const with_tool = [&](std::string const& one_tool, std::string_view model) {
            auto request = read<bedrock::converse_request>(body_of("[" + user({text("a")}) + "]", tools({one_tool})));
            request.model_id = model;
            return request;
        };
        auto request = with_tool(one.given, "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
        CHECK(refusal(written(request), request.model_id) == one.refused);
        CHECK(issues_of(bedrock::normalize(request)) == one.issue);
        // The order of members is the writer's.
        CHECK(written(request) == written(with_tool(one.expected, request.model_id)));
        CHECK(refusal(written(request), request.model_id) == "");
        if (one.taken_by.empty()) continue;
        auto taken = with_tool(one.given, one.taken_by);
        CHECK(refusal(written(taken), one.taken_by) == "");
        CHECK(bedrock::lint(taken).clean());
    }
}

TEST_CASE("conversation blocks: few strict tools, and none for newer Claude models") {
    bedrock::converse_request request{.messages = {bedrock::user("a")}};
    for (int i = 0; i < 22; ++i)
        request.tools.tools.emplace_back(bedrock::tool_specification{
            .name = "f" + std::to_string(i), .input_schema = R"({"type":"object"})", .strict = true});
    CHECK(refusal(written(request)).find("Too many strict tools (21)") != std::string::npos);
    CHECK(bedrock::normalize(request).count(bedrock::conversation_issue::strict_tool) == 2);
    CHECK(refusal(written(request)) == "");
    CHECK(bedrock::lint(request).clean());
    request.model_id = "global.anthropic.claude-opus-4-8";
    CHECK(refusal(written(request), request.model_id) ==
          "The model returned the following errors: tools.0.custom.strict: Extra inputs are not permitted");
    CHECK(bedrock::normalize(request).count(bedrock::conversation_issue::strict_tool) == 20);
    CHECK(refusal(written(request), request.model_id) == "");

    request.model_id.clear();
    request.tools.tools.clear();
    std::string properties;
    for (int i = 0; i < 17; ++i) properties += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\":{}";
    request.tools.tools.emplace_back(bedrock::tool_specification{
        .name = "f", .input_schema = R"({"type":"object","properties":{)" + properties + "}}", .strict = true});
    CHECK(refusal(written(request)).find("Schemas contains too many parameters with union types (17") !=
          std::string::npos);
    CHECK(issues_of(bedrock::normalize(request)) == "strict_tool");
    CHECK(refusal(written(request)) == "");
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
    request.tools.tools.emplace_back(bedrock::tool_specification{.name = "f", .input_schema = R"({"type":"object"})"});
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
