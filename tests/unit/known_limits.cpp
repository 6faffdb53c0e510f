#include "bedrock/known_limits.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

TEST_CASE("known_limits: an id in every form is of its family", "[limits]") {
    for (std::string_view const id :
         {"claude-sonnet-4", "anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1:0",
          "apac.anthropic.claude-sonnet-4-20250514-v1:0", "us-gov.anthropic.claude-sonnet-4", "claude-sonnet-4:0",
          "global.anthropic.claude-sonnet-4-v1"})
        CHECK(is_of_family(id, "claude-sonnet-4"));
    for (std::string_view const id :
         {"anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5", "claude-sonnet-45", "claude-sonnet-4.5",
          "anthropic.claude-sonnet", "xclaude-sonnet-4", "", "us.", "."})
        CHECK_FALSE(is_of_family(id, "claude-sonnet-4"));
    CHECK(is_of_family("meta.llama3-1-70b-instruct-v1:0", "llama3-1"));
    CHECK_FALSE(is_of_family("anything", ""));
    CHECK(is_of_family("deepseek.r1-v1:0", "deepseek.r1"));
    CHECK_FALSE(is_of_family("other.r1-v1:0", "deepseek.r1"));
    CHECK(is_of_family("us.amazon.nova-lite-v1:0:300k", "amazon.nova-lite-v1:0"));
}

TEST_CASE("known_limits: what is known, and the caller's own before it", "[limits]") {
    CHECK(find_limits("us.anthropic.claude-opus-4-6-v1").context_window == 1'000'000);
    CHECK(find_limits("anthropic.claude-opus-4-5-20251101-v1:0").context_window == 200'000);
    CHECK(find_limits("global.anthropic.claude-sonnet-5").max_tokens == 128'000);
    CHECK(find_limits("meta.llama4-scout-17b-instruct-v1:0").context_window == 512'000);
    CHECK(find_limits("amazon.nova-lite-v1:0").reasoning == std::nullopt);
    CHECK(find_limits("unheard.of-v1:0").context_window == 0);
    CHECK(find_limits("minimax.minimax-m2.7").context_window == 0);

    std::vector<limit_rule> const own{{"nova-lite", {1, 0, {}}},
                                      {"amazon.nova-lite-v1:0", {0, 7, true}},
                                      {"us.anthropic.claude-opus-4-6-v1", {5, 0, false}}};
    CHECK(find_limits("amazon.nova-lite-v1:0", own).context_window == 300'000);  // the longest rule has no window
    CHECK(find_limits("amazon.nova-lite-v1:0", own).max_tokens == 7);
    CHECK(find_limits("amazon.nova-lite-v2:0", own).context_window == 1);
    CHECK(find_limits("us.anthropic.claude-opus-4-6-v1", own).reasoning == false);
    CHECK(find_limits("eu.anthropic.claude-opus-4-6-v1", own).reasoning == true);
}

TEST_CASE("known_limits: no family stands in the table twice, and each finds itself", "[limits]") {
    std::set<std::string_view> seen;
    for (auto const& known : known_models) {
        INFO(known.family);
        CHECK(seen.insert(known.family).second);
        CHECK(find_limits(known.family).context_window == known.limits.context_window);
    }
}

TEST_CASE("known_limits: geography and vendor", "[limits]") {
    CHECK(strip_geography("global.anthropic.claude-opus-5") == "anthropic.claude-opus-5");
    CHECK(strip_geography("usual.model") == "usual.model");
    CHECK(find_vendor("eu.mistral.pixtral-large-2502-v1:0") == "mistral");
    CHECK(find_vendor("a1b2c3") == "");
}
