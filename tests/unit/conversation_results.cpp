#include "bedrock/conversation_results.hpp"

#include "support/history.hpp"

#include <string>
#include <vector>

using namespace bedrock;

TEST_CASE("conversation results: reasoning is judged by the family's rule") {
    using detail::judge_reasoning;
    using enum detail::reasoning_verdict;
    reasoning_content_block const text(reasoning_text_block{.text = "a"});
    reasoning_content_block const signed_text(reasoning_text_block{.text = "a", .signature = "QUJD"});
    reasoning_content_block const half(reasoning_text_block{.text = "a", .signature = "QUJ"});
    reasoning_content_block const signature(reasoning_text_block{.signature = "QUJD"});
    reasoning_content_block const hidden(redacted_reasoning{byte_buffer(3)});
    CHECK(judge_reasoning(signed_text, reasoning_rule::signed_only) == taken);
    CHECK(judge_reasoning(signature, reasoning_rule::signed_only) == taken);
    CHECK(judge_reasoning(text, reasoning_rule::signed_only) == without_signature);
    CHECK(judge_reasoning(half, reasoning_rule::signed_only) == broken_signature);
    CHECK(judge_reasoning(hidden, reasoning_rule::signed_only) == taken);
    CHECK(judge_reasoning(text, reasoning_rule::unsigned_only) == taken);
    CHECK(judge_reasoning(signed_text, reasoning_rule::unsigned_only) == with_signature);
    CHECK(judge_reasoning(signature, reasoning_rule::unsigned_only) == not_taken);
    CHECK(judge_reasoning(text, reasoning_rule::encrypted_only) == not_taken);
    CHECK(judge_reasoning(hidden, reasoning_rule::encrypted_only) == taken);
    CHECK(judge_reasoning(hidden, reasoning_rule::none) == not_taken);
    for (auto const rule : {reasoning_rule::signed_only, reasoning_rule::unsigned_only, reasoning_rule::encrypted_only,
                            reasoning_rule::none}) {
        CHECK(judge_reasoning(reasoning_content_block(reasoning_text_block{}), rule) == empty);
        CHECK(judge_reasoning(reasoning_content_block(redacted_reasoning{}), rule) == empty);
        CHECK(judge_reasoning({}, rule) == empty);
    }
}

TEST_CASE("conversation results: a result without rules is left alone") {
    auto made = history::read<tool_result_block>(R"({"toolUseId":"t","content":[)" + history::image + "," +
                                                 history::document("d") + R"(],"status":"error"})");
    auto const before = history::written(made);
    auto rules = find_history_rules("us.meta.llama4-scout-17b-instruct-v1:0");
    std::vector<content_block> beside;
    auto const done = detail::repair_result(made, rules, beside);
    CHECK_FALSE((done.image || done.document || done.error_media || done.status));
    CHECK(beside.empty());
    CHECK(history::written(made) == before);
    CHECK_FALSE(detail::may_change_results(rules));
}

TEST_CASE("conversation results: an unknown block of a result stays where it is") {
    std::string const unknown = R"({"hologram":{"size":[3]}})";
    auto made = history::read<tool_result_block>(R"({"toolUseId":"t","content":[)" + history::image + "," + unknown + "]}");
    history_rules rules;
    rules.result_images = true;
    rules.result_siblings = result_sibling_rule::none;
    std::vector<content_block> beside;
    CHECK(detail::repair_result(made, rules, beside).image);
    CHECK(beside.empty());
    auto const rewritten = history::written(made);
    CHECK(rewritten.find(unknown) != std::string::npos);
    CHECK(rewritten.find("(image omitted") < rewritten.find(unknown));
}
