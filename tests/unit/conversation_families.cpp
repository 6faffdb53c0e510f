#include "bedrock/conversation_families.hpp"

#include "support/catch.hpp"

#include <string_view>

using namespace bedrock;

TEST_CASE("conversation families: Claude by version") {
    struct row {
        std::string_view id;
        bool prefill, alone, both;
        strict_tool_rule strict;
    };
    using enum strict_tool_rule;
    for (auto const& one : {
             row{"anthropic.claude-v2:1", false, false, false, limited},
             row{"anthropic.claude-instant-v1", false, false, false, limited},
             row{"anthropic.claude-3-haiku-20240307-v1:0", false, false, false, limited},
             row{"us.anthropic.claude-3-7-sonnet-20250219-v1:0", false, false, false, limited},
             row{"us.anthropic.claude-sonnet-4-20250514-v1:0", false, false, false, limited},
             row{"us.anthropic.claude-opus-4-1-20250805-v1:0", false, false, true, limited},
             row{"us.anthropic.claude-haiku-4-5-20251001-v1:0", false, false, true, limited},
             row{"us.anthropic.claude-opus-4-6-v1", true, false, true, limited},
             row{"global.anthropic.claude-sonnet-4-6", true, false, true, limited},
             row{"au.anthropic.claude-opus-4-7", true, false, true, none},
             row{"in.anthropic.claude-opus-5", true, true, true, none},
             row{"us.anthropic.claude-haiku-5-5", true, true, true, none},
             row{"global.anthropic.claude-fable-5-1", true, true, true, none},
             row{"anthropic.claude-something-new", true, true, true, none},
             row{"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0",
                 false, false, false, limited},
             row{"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1", true, false, true,
                 limited},
         }) {
        INFO(one.id);
        auto const rules = find_history_rules(one.id);
        CHECK(rules.last_assistant == one.prefill);
        CHECK(rules.reasoning_alone == one.alone);
        CHECK(rules.temperature_with_top_p == one.both);
        CHECK(rules.strict_tools == one.strict);
        CHECK_FALSE(rules.first_assistant);
        CHECK(rules.reasoning == reasoning_rule::signed_only);
        CHECK(rules.result_siblings == result_sibling_rule::text_and_images);
    }
}

TEST_CASE("conversation families: an id that does not tell its model has the strictest rules") {
    for (std::string_view const id :
         {"", "m", "my.own", "arn:aws:bedrock:us-east-1:1:application-inference-profile/a.b",
          "arn:aws:bedrock:us-east-1:1:prompt/P:1", "arn:aws:bedrock:us-east-1:1:provisioned-model/x"}) {
        INFO(id);
        auto const rules = find_history_rules(id);
        CHECK(rules.first_assistant);
        CHECK(rules.last_assistant);
        CHECK(rules.reasoning == reasoning_rule::signed_only);
        CHECK_FALSE(rules.result_images);
    }
}

TEST_CASE("conversation families: other vendors") {
    CHECK(find_history_rules("ca.amazon.nova-lite-v1:0").reasoning == reasoning_rule::none);
    CHECK_FALSE(find_history_rules("amazon.nova-pro-v1:0:300k").result_images);
    CHECK(find_history_rules("us.meta.llama3-3-70b-instruct-v1:0").result_images);
    CHECK_FALSE(find_history_rules("us.meta.llama4-maverick-17b-instruct-v1:0").result_images);
    CHECK(find_history_rules("mistral.mistral-large-2407-v1:0").tool_use_ids == tool_use_id_rule::nine_letters);
    CHECK(find_history_rules("mistral.mistral-large-3-675b-instruct").tool_use_ids == tool_use_id_rule::converse);
    CHECK(find_history_rules("us.writer.palmyra-x5-v1:0").result_status);
    CHECK(find_history_rules("GLOBAL.openai.gpt-6.2-astra").documents);
    CHECK_FALSE(find_history_rules("openai.gpt-oss-120b-1:0").documents);
    CHECK(find_history_rules("openai.gpt-oss-120b-1:0").reasoning == reasoning_rule::unsigned_only);
    CHECK(find_history_rules("qwen.qwen3-32b-v1:0").stop_sequences);
    CHECK_FALSE(find_history_rules("us.moonshotai.kimi-k3").first_assistant);
    CHECK(find_history_rules("us.xai.grok-4.7").first_assistant);
}
