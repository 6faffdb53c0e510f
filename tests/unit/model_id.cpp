#include "bedrock/model_id.hpp"

#include "support/catch.hpp"

#include <span>
#include <string_view>

using namespace bedrock;

TEST_CASE("model_id: an id in every form is of its family", "[model]") {
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

TEST_CASE("model_id: geography and vendor", "[model]") {
    CHECK(strip_geography("global.anthropic.claude-opus-5") == "anthropic.claude-opus-5");
    CHECK(strip_geography("usual.model") == "usual.model");
    CHECK(find_vendor("eu.mistral.pixtral-large-2502-v1:0") == "mistral");
    CHECK(find_vendor("a1b2c3") == "");
}

TEST_CASE("model_id: of several families that fit, the longest counts, the first of equals", "[model]") {
    struct rule {
        std::string_view family;
        int number;
    };
    rule const rules[] = {{"a", 1}, {"", 2}, {"abc", 3}, {"abd", 4}, {"ab", 5}, {"abc", 6}};
    auto const begins = [](std::string_view id) {
        return [id](std::string_view family) { return id.starts_with(family); };
    };
    using bedrock::model_id_detail::find_longest;
    CHECK(find_longest(rules, begins("abcd"))->number == 3);
    CHECK(find_longest(rules, begins("abx"))->number == 5);
    CHECK(find_longest(rules, begins("ax"))->number == 1);
    CHECK(find_longest(rules, begins("x")) == nullptr);
    CHECK(find_longest(std::span<rule const>(), begins("a")) == nullptr);
}
