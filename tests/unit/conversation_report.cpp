#include "bedrock/conversation_report.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>

using bedrock::conversation_issue;

TEST_CASE("conversation report: every issue has a name of its own") {
    CHECK(bedrock::name(conversation_issue::invalid_utf8) == "invalid_utf8");
    CHECK(bedrock::name(conversation_issue::misplaced_block) == "misplaced_block");
    CHECK(bedrock::name(conversation_issue::broken_signature) == "broken_signature");
    CHECK(bedrock::name(conversation_issue::orphan_tool_use) == "orphan_tool_use");
    CHECK(bedrock::name(conversation_issue::tool_use_order) == "tool_use_order");
    CHECK(bedrock::name(conversation_issue::missing_tool_config) == "missing_tool_config");
    CHECK(bedrock::name(conversation_issue::document_without_text) == "document_without_text");
    CHECK(bedrock::name(conversation_issue::cache_point_order) == "cache_point_order");
    std::set<std::string> names;
    auto const last = static_cast<unsigned char>(conversation_issue::cache_point_order);
    for (unsigned char i = 0; i <= last; ++i) names.emplace(bedrock::name(static_cast<conversation_issue>(i)));
    CHECK(names.size() == last + 1u);
    CHECK(bedrock::name(static_cast<conversation_issue>(last + 1)) == "unknown");
    CHECK(bedrock::name(static_cast<conversation_issue>(255)) == "unknown");
}

TEST_CASE("conversation report: counts") {
    bedrock::conversation_report report;
    CHECK(report.clean());
    report.findings.push_back({.issue = conversation_issue::blank_text});
    report.findings.push_back({.issue = conversation_issue::blank_text, .message = 1});
    CHECK_FALSE(report.clean());
    CHECK(report.count(conversation_issue::blank_text) == 2);
    CHECK(report.has(conversation_issue::blank_text));
    CHECK_FALSE(report.has(conversation_issue::empty_turn));
    CHECK(report.findings[0].message == bedrock::no_place);
}
