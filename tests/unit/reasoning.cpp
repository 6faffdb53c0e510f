#include "bedrock/reasoning.hpp"

#include "support/catch.hpp"

#include <limits>
#include <optional>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

constexpr char adaptive_id[] = "us.anthropic.claude-opus-4-6-v1";
constexpr char budget_id[] = "anthropic.claude-opus-4-5-20251101-v1:0";

struct outcome {
    std::string fields;
    std::optional<std::int32_t> max_tokens;
    applied_reasoning applied;
};

outcome ask(std::string id, reasoning_options const& options, std::optional<std::int32_t> max_tokens = 4096,
            std::string fields = {}) {
    converse_request request;
    request.model_id = std::move(id);
    request.inference.max_tokens = max_tokens;
    request.additional_model_request_fields = std::move(fields);
    auto const applied = apply_reasoning(request, find_traits(request.model_id), options);
    if (!applied) return {applied.error().message, request.inference.max_tokens, {}};
    return {request.additional_model_request_fields.text(), request.inference.max_tokens, *applied};
}

std::string fields(std::string id, reasoning_level level) {
    return ask(std::move(id), {.level = level}).fields;
}

std::string effort(std::string const& word) {
    return R"({"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":")" + word + "\"}}";
}

std::string budget(std::string const& tokens) {
    return R"({"thinking":{"type":"enabled","budget_tokens":)" + tokens +
           R"(,"display":"summarized"},"anthropic_beta":["interleaved-thinking-2025-05-14"]})";
}

}  // namespace

TEST_CASE("reasoning: adaptive models take an effort", "[agent]") {
    CHECK(fields(adaptive_id, reasoning_level::off) == "");
    CHECK(fields(adaptive_id, reasoning_level::minimal) == effort("low"));
    CHECK(fields(adaptive_id, reasoning_level::low) == effort("low"));
    CHECK(fields(adaptive_id, reasoning_level::medium) == effort("medium"));
    CHECK(fields(adaptive_id, reasoning_level::high) == effort("high"));
    CHECK(fields(adaptive_id, reasoning_level::xhigh) == effort("max"));
    CHECK(fields(adaptive_id, reasoning_level::max) == effort("max"));
    CHECK(fields(adaptive_id, reasoning_level::adaptive) ==
          R"({"thinking":{"type":"adaptive","display":"summarized"}})");
    CHECK(fields("anthropic.claude-opus-4-7", reasoning_level::xhigh) == effort("xhigh"));
    CHECK(fields("anthropic.claude-sonnet-4-6", reasoning_level::xhigh) == effort("high"));
    auto const high = ask(adaptive_id, {.level = reasoning_level::high});
    CHECK(high.max_tokens == 4096);
    CHECK(high.applied.effort == "high");
    CHECK(high.applied.budget_tokens == 0);
    CHECK(ask(adaptive_id, {.level = reasoning_level::high}, std::nullopt).max_tokens == std::nullopt);
}

TEST_CASE("reasoning: models that always think", "[agent]") {
    for (auto const* const id : {"anthropic.claude-fable-5", "anthropic.claude-mythos-5",
                                 "anthropic.claude-mythos-preview", "us.anthropic.claude-sonnet-5"}) {
        INFO(id);
        CHECK(fields(id, reasoning_level::off) == effort("low"));
        CHECK(fields(id, reasoning_level::minimal) == effort("low"));
        CHECK(fields(id, reasoning_level::medium) == effort("medium"));
        CHECK(ask(id, {}).applied.level == reasoning_level::low);
        CHECK(ask(id, {.level = reasoning_level::minimal}).applied.level == reasoning_level::low);
    }
    CHECK(fields("anthropic.claude-opus-5", reasoning_level::off) == "");
}

TEST_CASE("reasoning: budgets, beside the answer's tokens", "[agent]") {
    CHECK(fields(budget_id, reasoning_level::off) == "");
    std::pair<reasoning_level, int> const levels[] = {{reasoning_level::minimal, 1024}, {reasoning_level::low, 2048},
                                                      {reasoning_level::medium, 8192},  {reasoning_level::high, 16384},
                                                      {reasoning_level::xhigh, 16384},  {reasoning_level::max, 16384},
                                                      {reasoning_level::adaptive, 8192}};
    for (auto const& [level, tokens] : levels) {
        INFO(tokens);
        auto const got = ask(budget_id, {.level = level});
        CHECK(got.fields == budget(std::to_string(tokens)));
        CHECK(got.max_tokens == 4096 + tokens);
        CHECK(got.applied.budget_tokens == tokens);
        CHECK(got.applied.level == level);
    }
    auto const own = ask(budget_id, {.level = reasoning_level::low, .budgets = {.low = 5000}});
    CHECK(own.fields == budget("5000"));
    CHECK(ask(budget_id, {.level = reasoning_level::low}, std::nullopt).max_tokens == 4096 + 2048);
    CHECK(ask(budget_id, {.level = reasoning_level::low, .model_max_tokens = 64000}, std::nullopt).max_tokens == 34048);
    CHECK(ask(budget_id, {.level = reasoning_level::low, .model_max_tokens = 8000}, std::nullopt).max_tokens == 8000);
    CHECK(ask(budget_id, {.level = reasoning_level::low, .interleaved = false}).fields ==
          R"({"thinking":{"type":"enabled","budget_tokens":2048,"display":"summarized"}})");
}

TEST_CASE("reasoning: a budget leaves the answer something", "[agent]") {
    auto const tight = ask(budget_id, {.level = reasoning_level::high, .model_max_tokens = 8192});
    CHECK(tight.fields == budget("7168"));
    CHECK(tight.max_tokens == 8192);
    auto const none = ask(budget_id, {.level = reasoning_level::high, .model_max_tokens = 2047}, 1000);
    CHECK(none.fields == "");
    CHECK(none.max_tokens == 1000);
    CHECK(none.applied.level == reasoning_level::off);
    CHECK(ask(budget_id, {.level = reasoning_level::high, .model_max_tokens = 2048}).applied.budget_tokens == 1024);
    for (auto const tokens : {1023, 0, -5, (std::numeric_limits<int>::min)()})
        CHECK(ask(budget_id, {.level = reasoning_level::low, .budgets = {.low = tokens}}).fields == "");
    constexpr auto most = (std::numeric_limits<std::int32_t>::max)();
    auto const huge = ask(budget_id, {.level = reasoning_level::low, .budgets = {.low = most}}, most);
    CHECK(huge.max_tokens == most);
    CHECK(huge.applied.budget_tokens == most - 1024);
}

TEST_CASE("reasoning: what the thoughts look like, and where that cannot be said", "[agent]") {
    auto const display = [](std::string id, reasoning_options options) {
        options.level = reasoning_level::adaptive;
        return ask(std::move(id), options).fields;
    };
    CHECK(display(adaptive_id, {.display = thinking_display::omitted}) ==
          R"({"thinking":{"type":"adaptive","display":"omitted"}})");
    CHECK(display(adaptive_id, {.display = thinking_display::unsaid}) == R"({"thinking":{"type":"adaptive"}})");
    CHECK(display(adaptive_id, {.region = "us-gov-west-1"}) == R"({"thinking":{"type":"adaptive"}})");
    CHECK(display(adaptive_id, {.region = "us-west-2"}).find("display") != std::string::npos);
    CHECK(display("us-gov.anthropic.claude-opus-4-6-v1", {}) == R"({"thinking":{"type":"adaptive"}})");
    CHECK(display("arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/claude-opus-4-6", {}) ==
          R"({"thinking":{"type":"adaptive"}})");
}

TEST_CASE("reasoning: the caller's own fields stay", "[agent]") {
    reasoning_options const high{.level = reasoning_level::high};
    CHECK(ask(adaptive_id, high, 1, R"({ "top_k": 5 })").fields ==
          R"({ "top_k": 5 ,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}})");
    CHECK(ask(adaptive_id, high, 1, R"({"output_config":{"x":1}})").fields ==
          R"({"output_config":{"x":1,"effort":"high"},"thinking":{"type":"adaptive","display":"summarized"}})");
    auto const theirs = ask(adaptive_id, high, 1, R"({"output_config":{"effort":"low"}})");
    CHECK(theirs.fields ==
          R"({"output_config":{"effort":"low"},"thinking":{"type":"adaptive","display":"summarized"}})");
    CHECK(theirs.applied.effort == "");
    auto const own = ask(budget_id, high, 77, R"({"thinking":{"type":"disabled"}})");
    CHECK(own.fields == R"({"thinking":{"type":"disabled"}})");
    CHECK(own.max_tokens == 77);
    CHECK(own.applied.level == reasoning_level::off);
    auto const betas = [&](std::string const& list) {
        auto const got = ask(budget_id, high, 1, "{\"anthropic_beta\":" + list + "}").fields;
        return got.substr(0, got.find(']') + 1);
    };
    CHECK(betas(R"(["a\u0062"])") == R"({"anthropic_beta":["ab","interleaved-thinking-2025-05-14"])");
    CHECK(betas(R"(["interleaved-thinking-2025-05-14","b"])") ==
          R"({"anthropic_beta":["interleaved-thinking-2025-05-14","b"])");
    CHECK(betas("[]") == R"({"anthropic_beta":["interleaved-thinking-2025-05-14"])");
}

TEST_CASE("reasoning: fields that are not what they must be change nothing", "[agent]") {
    for (auto const* const bad : {"[]", "{", "nonsense", "{}x", "1", "\xff"}) {
        INFO(bad);
        converse_request request;
        request.inference.max_tokens = 5000;
        request.additional_model_request_fields = bad;
        auto const got = apply_reasoning(request, find_traits(budget_id), {.level = reasoning_level::low});
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(request.additional_model_request_fields.text() == bad);
        CHECK(request.inference.max_tokens == 5000);
        CHECK(apply_reasoning(request, find_traits(budget_id), {}));  // nothing asked, nothing looked at
    }
    for (auto const* const bad : {R"({"anthropic_beta":"a"})", R"({"anthropic_beta":[1]})", R"({"anthropic_beta":{}})"})
        CHECK(ask(budget_id, {.level = reasoning_level::low}, 1, bad).fields ==
              "anthropic_beta in additional_model_request_fields is not a list of strings");
    CHECK(ask(adaptive_id, {.level = reasoning_level::low}, 1, R"({"output_config":[]})").fields ==
          "output_config in additional_model_request_fields is no object");
}

TEST_CASE("reasoning: models that take no parameter are asked nothing", "[agent]") {
    for (auto const* const id :
         {"deepseek.r1-v1:0", "amazon.nova-pro-v1:0", "anthropic.claude-3-5-haiku-20241022-v1:0", ""})
        CHECK(fields(id, reasoning_level::high) == "");
}

TEST_CASE("reasoning: whether a request asks for it", "[agent]") {
    converse_request request;
    auto const asks = [&](char const* given) {
        request.additional_model_request_fields = given;
        return asks_for_thinking(request);
    };
    CHECK_FALSE(asks(""));
    CHECK_FALSE(asks("{}"));
    CHECK_FALSE(asks(R"({"thinking":{"type":"disabled"}})"));
    CHECK_FALSE(asks(R"({"thinking":null})"));
    CHECK_FALSE(asks(R"({"thinking":{"type":"enabled")"));
    CHECK(asks(R"({"thinking":{"type":"enabled","budget_tokens":1024}})"));
    CHECK(asks(R"({"a":1,"thinking":{"type":"adaptive"}})"));
}

TEST_CASE("reasoning: levels by name", "[agent]") {
    for (auto const* const name : {"off", "minimal", "low", "medium", "high", "xhigh", "max", "adaptive"}) {
        auto const level = parse_reasoning_level(name);
        REQUIRE(level);
        CHECK(describe(*level) == name);
    }
    CHECK_FALSE(parse_reasoning_level(""));
    CHECK_FALSE(parse_reasoning_level("High"));
}
