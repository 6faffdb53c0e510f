#include "bedrock/known_limits.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

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
