#include "bedrock/model_traits.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

TEST_CASE("model_traits: ids, ARNs and names speak of their family", "[agent]") {
    for (std::string_view const text :
         {"anthropic.claude-opus-4-6-v1", "us.anthropic.claude-opus-4-6-v1", "Claude Opus 4.6",
          "AU Anthropic Claude Opus 4.6",
          "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
          "CLAUDE_OPUS__4.6 (test)", "claude-opus-4-6[1m]", "my claude\topus 4:6"})
        CHECK(mentions_family(text, "claude-opus-4-6"));
    for (std::string_view const text : {"claude-opus-4", "claude-opus-4-60", "claude-opus-4-6-1", "xclaude-opus-4-6",
                                        "claude-opus-4-5-20251101-v1:0", "", "opus-4-6", "claude-opus-4-6x"})
        CHECK_FALSE(mentions_family(text, "claude-opus-4-6"));
    CHECK(mentions_family("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4"));
    CHECK_FALSE(mentions_family("Claude Sonnet 4.5", "claude-sonnet-4"));
    CHECK(mentions_family("claude-sonnet-4-5 then claude-sonnet-4", "claude-sonnet-4"));
    CHECK(mentions_family("us.amazon.nova-2-lite-v1:0", "nova-2-lite-v1:0"));
    CHECK_FALSE(mentions_family("amazon.nova-2-lite-v1:0", "nova-lite-v1:0"));
    CHECK_FALSE(mentions_family("anything", ""));
}

TEST_CASE("model_traits: each family of the table finds itself, once", "[agent]") {
    std::set<std::string_view> seen;
    for (auto const& known : known_model_traits) {
        INFO(known.family);
        CHECK(seen.insert(known.family).second);
        auto const found = find_traits("us.vendor." + std::string(known.family));
        CHECK(found.thinking == known.traits.thinking);
        CHECK(found.default_level == known.traits.default_level);
        CHECK(found.caching == known.traits.caching);
        CHECK(found.signs_reasoning == known.traits.signs_reasoning);
    }
}

TEST_CASE("model_traits: an id that does not tell is known by its name", "[agent]") {
    constexpr char arn[] = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    CHECK(find_traits(arn).thinking == thinking_style::none);
    CHECK(find_traits(arn).caching == caching_style::none);
    CHECK(find_traits(arn, "Claude Haiku 4.5").thinking == thinking_style::budget);
    CHECK(find_traits("openai.gpt-oss-120b-1:0").signs_reasoning == false);
}

TEST_CASE("model_traits: the caller's rules stand first, the longest of them", "[agent]") {
    std::vector<trait_rule> const own{{"claude-opus-4-6", {.thinking = thinking_style::budget}},
                                      {"eu.anthropic.claude-opus-4-6", {.caching = caching_style::nova}},
                                      {"Of Tomorrow", {.always_thinks = true}}};
    CHECK(find_traits("us.anthropic.claude-opus-4-6-v1", {}, own).thinking == thinking_style::budget);
    CHECK(find_traits("us.anthropic.claude-opus-4-6-v1", {}, own).caching == caching_style::none);
    CHECK(find_traits("eu.anthropic.claude-opus-4-6-v1", {}, own).caching == caching_style::nova);
    CHECK(find_traits("x", "of_tomorrow v2", own).always_thinks);
    CHECK(find_traits("us.anthropic.claude-opus-4-7", {}, own).thinking == thinking_style::adaptive);
}

TEST_CASE("model_traits: a Claude that the table does not have", "[agent]") {
    CHECK(find_traits("anthropic.claude-haiku-4-9-v1").caching == caching_style::claude);
    CHECK(find_traits("anthropic.claude-haiku-4-9-v1").thinking == thinking_style::none);
    CHECK(find_traits("anthropic.claude-haiku-4-9-v1").signs_reasoning);
    CHECK(find_traits("anthropic.claude-3-opus-20240229-v1:0").caching == caching_style::none);
    CHECK(find_traits("anthropic.claude-v2:1").signs_reasoning);
    CHECK(find_traits("vendor.model-4-1").caching == caching_style::none);
}
