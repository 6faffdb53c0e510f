#include "bedrock/conversation_draft.hpp"

#include "support/catch.hpp"

#include <utility>

using namespace bedrock::detail;

TEST_CASE("conversation draft: messages come back as they were, and blocks know where they came from") {
    std::vector<bedrock::message> messages = {bedrock::user({"a", "b"}), bedrock::assistant("c")};
    messages[1].unknown.add("x", "1");
    std::vector<bedrock::system_content_block> system;
    bedrock::tool_config tools;
    bedrock::normalize_policy const policy;
    bedrock::history_rules const rules;
    conversation_draft draft{.system = system, .tools = tools, .policy = policy, .rules = rules};
    draft.take(std::move(messages));
    REQUIRE(draft.turns.size() == 2);
    CHECK(draft.turns[0].is_user());
    CHECK(draft.turns[1].is_assistant());
    CHECK(draft.turns[1].from == 1);
    REQUIRE(draft.turns[0].blocks.size() == 2);
    CHECK(draft.turns[0].blocks[1].message == 0);
    CHECK(draft.turns[0].blocks[1].block == 1);
    CHECK(draft.turns[0].value.content.empty());

    draft.drop(bedrock::conversation_issue::blank_text, draft.turns[0].blocks[0], "why");
    draft.turns[0].sweep();
    REQUIRE(draft.report.findings.size() == 1);
    CHECK(draft.report.findings[0].message == 0);
    CHECK(draft.report.findings[0].block == 0);
    CHECK(draft.report.findings[0].text == "why: dropped");
    draft.found(bedrock::conversation_issue::empty_turn, draft.turns[1], "x");
    CHECK(draft.report.findings[1].message == 1);
    CHECK(draft.report.findings[1].block == bedrock::no_place);

    auto const back = draft.give_back();
    REQUIRE(back.size() == 2);
    CHECK(back[0].text() == "b");
    CHECK(back[1].text() == "c");
    CHECK(back[1].unknown.find("x") != nullptr);
}

TEST_CASE("conversation draft: a block that is put in has no place of its own") {
    auto const made = make_turn(bedrock::conversation_role::system, "words");
    CHECK(made.is_system());
    CHECK_FALSE(made.speaks());
    REQUIRE(made.blocks.size() == 1);
    CHECK(made.blocks[0].message == bedrock::no_place);
    CHECK(made.blocks[0].content.get_if<bedrock::text_block>()->text == "words");
}

TEST_CASE("conversation draft: the service answers its own tool uses") {
    drafted_block block{bedrock::tool_use_block{.name = "f"}};
    CHECK(block.own_tool_use() != nullptr);
    block.content.get_if<bedrock::tool_use_block>()->type = bedrock::tool_use_type::server_tool_use;
    CHECK(block.own_tool_use() == nullptr);
    CHECK(drafted_block{bedrock::tool_result_block{}}.is_tool_result());
    CHECK(drafted_block{bedrock::cache_point_block{}}.is_cache_point());
    CHECK(drafted_block{bedrock::text_block{}}.own_tool_use() == nullptr);
}
