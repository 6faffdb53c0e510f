#include "bedrock/conversation_policy.hpp"

#include "bedrock/conversation_rules.hpp"

#include "support/catch.hpp"

TEST_CASE("conversation policy: no text of the default is blank, and no choice loses what was said") {
    bedrock::normalize_policy const policy;
    for (auto const* text : {&policy.missing_result_text, &policy.empty_text, &policy.opening_text,
                             &policy.continue_text, &policy.document_text, &policy.parting_text})
        CHECK_FALSE(bedrock::converse_rules::is_blank(*text));
    CHECK(policy.orphan_tool_use == bedrock::orphan_tool_use_policy::answer_with_error);
    CHECK(policy.missing_tools == bedrock::missing_tools_policy::declare);
    CHECK(policy.last_assistant == bedrock::last_assistant_policy::by_model);
    CHECK(policy.max_cache_points == 4);
}
