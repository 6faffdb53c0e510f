#include "bedrock/conversation.hpp"

#include "support/history.hpp"
#include "support/recorded_bedrock.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace history;

namespace {

// Makes requests that Bedrock takes, and breaks them.
class random_request {
  public:
    explicit random_request(std::uint32_t seed, std::string_view model_id = strictest)
        : engine_(seed), model_id_(model_id) {}

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }
    bool one_in(std::size_t count) { return below(count) == 0; }

    bedrock::converse_request good() {
        bedrock::converse_request made;
        made.model_id = model_id_;
        made.tools.tools.emplace_back(bedrock::tool_specification{.name = "f", .input_schema = R"({"type":"object"})"});
        made.tools.tools.emplace_back(bedrock::tool_specification{.name = "g", .input_schema = R"({"type":"object"})"});
        if (one_in(3)) made.system.emplace_back("be brief");
        std::vector<bedrock::content_block> results;
        for (std::size_t turns = below(6) + 1; turns > 0; --turns) {
            auto blocks = std::exchange(results, {});
            if (blocks.empty() || one_in(2)) blocks.emplace_back("question");
            bool const answers = !blocks.empty() && blocks.front().holds<bedrock::tool_result_block>();
            if (one_in(4) && !answers) blocks.push_back(media());
            if (one_in(4)) blocks.emplace_back("and so on");
            if (blocks.back().holds<bedrock::document_block>() || one_in(8)) blocks.emplace_back("read it");
            if (one_in(8)) blocks.emplace_back(bedrock::cache_point_block{});
            made.messages.push_back(bedrock::user(std::move(blocks)));
            if (turns == 1) break;
            blocks = {};
            if (one_in(3)) blocks.push_back(thoughts("QUJD"));
            if (one_in(2)) blocks.emplace_back("answer");
            for (std::size_t uses = below(3); uses > 0; --uses) {
                blocks.push_back(use(std::to_string(++id_)));
                results.insert(results.begin() + static_cast<std::ptrdiff_t>(below(results.size() + 1)),
                               result(std::to_string(id_)));
            }
            if (blocks.empty() || blocks.back().holds<bedrock::reasoning_content_block>()) blocks.emplace_back("hm");
            made.messages.push_back(bedrock::assistant(std::move(blocks)));
        }
        return made;
    }

    void damage(bedrock::converse_request& request) {
        auto& messages = request.messages;
        if (one_in(12)) return damage_tools(request.tools);
        if (one_in(12)) return request.system.emplace_back(any_text()), void();
        if (messages.empty() || one_in(6)) {
            messages.insert(messages.begin() + static_cast<std::ptrdiff_t>(below(messages.size() + 1)), any_message());
            return;
        }
        auto const at = messages.begin() + static_cast<std::ptrdiff_t>(below(messages.size()));
        switch (below(5)) {
            case 0:
                messages.erase(at);
                return;
            case 1:
                std::swap(*at, messages[below(messages.size())]);
                return;
            case 2:
                messages.insert(at, bedrock::message(*at));
                return;
            case 3:
                if (!at->content.empty())
                    at->content.erase(at->content.begin() + static_cast<std::ptrdiff_t>(below(at->content.size())));
                return;
            default:
                at->content.insert(at->content.begin() + static_cast<std::ptrdiff_t>(below(at->content.size() + 1)),
                                   any_block());
        }
    }

    bedrock::normalize_policy policy() {
        bedrock::normalize_policy made;
        if (one_in(3)) made.orphan_tool_use = bedrock::orphan_tool_use_policy::drop;
        if (one_in(3)) made.missing_tools = bedrock::missing_tools_policy::flatten;
        if (one_in(3)) made.unsigned_reasoning = bedrock::unsigned_reasoning_policy::as_text;
        if (one_in(3)) made.empty_turn = bedrock::empty_turn_policy::placeholder;
        if (one_in(3)) made.reasoning_turn = bedrock::reasoning_turn_policy::drop;
        return made;
    }

  private:
    std::string pick(std::initializer_list<char const*> from) { return from.begin()[below(from.size())]; }
    std::string any_text() { return pick({"a", "words", "", " ", "\n\t", "\xe3\x80\x80", "bad \xff", "\xc2"}); }
    std::string any_id() { return one_in(2) ? std::to_string(below(8)) : pick({"", "a|b", "a_b", "call.0"}); }
    std::string any_name() { return pick({"f", "g", "x.y", "x_y", "", "nowhere", "\xff"}); }

    static bedrock::content_block thoughts(std::string signature) {
        return bedrock::reasoning_content_block(
            bedrock::reasoning_text_block{.text = "hm", .signature = std::move(signature)});
    }
    static bedrock::content_block use(std::string id) {
        return bedrock::tool_use_block{.tool_use_id = std::move(id), .name = "f"};
    }
    static bedrock::content_block result(std::string id) {
        return bedrock::tool_result_block{.tool_use_id = std::move(id), .content = {"ok"}};
    }
    bedrock::content_block media() {
        bedrock::byte_buffer const bytes(3);
        if (one_in(2)) return bedrock::image_block{.format = bedrock::image_format::png, .source = bytes};
        auto const name = "d" + std::to_string(++id_);
        return bedrock::document_block{.format = bedrock::document_format::pdf, .name = name, .source = bytes};
    }

    bedrock::content_block any_block() {
        bedrock::byte_buffer const bytes(3);
        switch (below(10)) {
            case 0:
                return bedrock::tool_use_block{
                    .tool_use_id = any_id(),
                    .name = any_name(),
                    .input = pick({"", "{}", "null", "[1]", "\"x\"", "{", "{\"a\":\"\\udc00\"}", "\"{}\"", "\xff",
                                   "{\"\":1}", "{\"a\":[{\"\":{}}]}", "\"{\\\"\\\":1}\""}),
                    .type = {}};
            case 1: {
                bedrock::tool_result_block made{.tool_use_id = any_id()};
                if (one_in(3)) made.status = bedrock::tool_result_status::error;
                if (one_in(6)) made.status = bedrock::tool_result_status::success;
                for (std::size_t pieces = below(3); pieces > 0; --pieces) made.content.push_back(any_piece());
                return made;
            }
            case 2:
                if (one_in(4)) return bedrock::reasoning_content_block(bedrock::reasoning_text_block{});
                if (one_in(4)) return bedrock::reasoning_content_block(bedrock::redacted_reasoning{bytes});
                return thoughts(pick({"", "QUJD", "QUJ", "reasoning_content"}));
            case 3:
                return bedrock::cache_point_block{.ttl = one_in(2) ? bedrock::cache_ttl::one_hour
                                                                   : bedrock::cache_ttl::unknown};
            case 4:
                return bedrock::document_block{
                    .format = one_in(2) ? bedrock::document_format::pdf : bedrock::document_format::md,
                    .name = pick({"d1", "d2", "d.1", "d-1", "", "a  b"}),
                    .source = bytes};
            case 5:
                return media();
            case 6:
                return {};
            default:
                return any_text();
        }
    }
    bedrock::tool_result_content_block any_piece() {
        switch (below(6)) {
            case 0:
                return bedrock::json_block{
                    pick({"", "{}", "1", "{", "\"\\ud800\"", "{\"a\":{\"__type\":1}}", "{\"\":1}"})};
            case 3:
                return bedrock::image_block{
                    .format = bedrock::json::open_enum<bedrock::image_format>(std::string_view(pick({"png", "jpg"}))),
                    .source = bedrock::byte_buffer(1)};
            case 1:
                return bedrock::document_block{
                    .format = one_in(2) ? bedrock::document_format::pdf : bedrock::document_format::csv,
                    .name = pick({"d1", "d.1", "x"}),
                    .source = bedrock::byte_buffer(1)};
            case 2:
                return {};
            default:
                return any_text();
        }
    }
    bedrock::message any_message() {
        bedrock::message made;
        if (!one_in(8))
            made.role = one_in(2) ? bedrock::conversation_role::user : bedrock::conversation_role::assistant;
        if (one_in(8)) made.role = bedrock::conversation_role::system;
        for (std::size_t blocks = below(4); blocks > 0; --blocks) made.content.push_back(any_block());
        return made;
    }
    void damage_tools(bedrock::tool_config& config) {
        switch (below(5)) {
            case 0:
                config.tools.clear();
                return;
            case 1:
                config.choice = bedrock::specific_tool_choice{.name = any_name()};
                return;
            case 2:
                config.tools.emplace_back();
                return;
            case 3:
                config.tools.emplace_back(bedrock::cache_point_block{});
                return;
            default:
                config.tools.emplace_back(bedrock::tool_specification{
                    .name = any_name(),
                    .description = pick({"", " ", "does"}),
                    .input_schema = pick(
                        {"{}", R"({"type":"object"})", R"({"anyOf":[{"properties":{"a":{}}},{"required":["a"]}]})",
                         R"({"type":"object","properties":{"a":{"maximum":9007199254740991,"enum":[1,-3000000000]}}})",
                         R"({"type":"array","allOf":[{"oneOf":[{}]}]})",
                         R"({"type":"object","properties":{"a":{"minItems":2,"maxItems":3,"minimum":1}}})"}),
                    .strict = one_in(2) ? std::optional(one_in(2)) : std::nullopt});
        }
    }

    std::mt19937 engine_;
    std::string model_id_;
    int id_ = 0;
};

}  // namespace

TEST_CASE("conversation: whatever the history, Bedrock takes what becomes of it") {
    random_request random(20261123);
    std::size_t taken_before = 0;
    std::size_t refused_before = 0;
    for (int i = 0; i < 6000; ++i) {
        auto const given = random.good();
        auto broken = given;
        for (auto faults = random.below(i % 2 == 0 ? 3 : 12); faults > 0; --faults) random.damage(broken);
        auto const before = written(broken);
        auto const policy = random.policy();
        INFO(i);
        INFO(before);
        auto const refused = refusal(before);
        INFO(refused);
        auto repaired = broken;
        auto const report = bedrock::normalize(repaired, policy);
        auto const after = written(repaired);
        INFO(after);
        INFO(issues_of(report));
        if (!repaired.messages.empty()) REQUIRE(refusal(after) == "");
        REQUIRE(report.clean() == (before == after));
        // What Bedrock takes is left alone, and what it refuses is not.
        if (!broken.messages.empty()) REQUIRE(report.clean() == refused.empty());
        (refused.empty() ? taken_before : refused_before) += 1;

        REQUIRE(issues_of(bedrock::lint(broken, policy)) == issues_of(report));
        auto again = repaired;
        REQUIRE(issues_of(bedrock::normalize(again, policy)) == "");
        REQUIRE(written(again) == after);
    }
    CHECK(taken_before > 1000);
    CHECK(refused_before > 1000);
}

TEST_CASE("conversation: whatever the history, a model of any family takes what becomes of it") {
    for (std::string_view const model :
         {"anthropic.claude-3-haiku-20240307-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
          "us.anthropic.claude-opus-4-6-v1", "global.anthropic.claude-opus-4-8", "jp.anthropic.claude-opus-5-5",
          "global.anthropic.claude-fable-5-1", "us.amazon.nova-pro-v1:0", "openai.gpt-oss-120b-1:0",
          "global.openai.gpt-6.1-sol", "us.meta.llama3-3-70b-instruct-v1:0", "us.meta.llama4-scout-17b-instruct-v1:0",
          "us.mistral.pixtral-large-2502-v1:0", "mistral.mistral-large-3-675b-instruct", "us.writer.palmyra-x5-v1:0",
          "qwen.qwen3-32b-v1:0", "zai.glm-5", "global.moonshotai.kimi-k3.1", "deepseek.v3.2"}) {
        random_request random(20261130, model);
        std::size_t refused_before = 0;
        for (int i = 0; i < 600; ++i) {
            auto broken = random.good();
            for (auto faults = random.below(8); faults > 0; --faults) random.damage(broken);
            if (random.one_in(8)) broken.inference.stop_sequences = {"x"};
            if (random.one_in(8)) broken.inference.temperature = 0.5f;
            if (random.one_in(8)) broken.inference.top_p = 0.5f;
            auto const before = written(broken);
            auto const policy = random.policy();
            INFO(model);
            INFO(before);
            auto const refused = refusal(before, model);
            INFO(refused);
            auto repaired = broken;
            auto const report = bedrock::normalize(repaired, policy);
            auto const after = written(repaired);
            INFO(after);
            INFO(issues_of(report));
            if (!repaired.messages.empty()) REQUIRE(refusal(after, model) == "");
            REQUIRE(report.clean() == (before == after));
            if (!refused.empty() && !broken.messages.empty()) REQUIRE_FALSE(report.clean());
            refused_before += !refused.empty();
            auto again = repaired;
            REQUIRE(issues_of(bedrock::normalize(again, policy)) == "");
        }
        CHECK(refused_before > 200);
    }
}

TEST_CASE("conversation: a good one is not touched") {
    random_request random(7);
    for (int i = 0; i < 500; ++i) {
        auto request = random.good();
        auto const before = written(request);
        INFO(before);
        REQUIRE(refusal(before) == "");
        REQUIRE(issues_of(bedrock::normalize(request)) == "");
        REQUIRE(written(request) == before);
    }
}

TEST_CASE("conversation: findings name the places of the messages as they were given") {
    auto const messages = read<std::vector<bedrock::message>>(
        "[" +
        list({user({text("a")}), user({text(" ")}), assistant({text("b"), use("t1"), use("t2", "f", "\"\"")}),
              user({text("c"), text("")}), assistant({text("d")}), user({result("t2"), document("x.y")})}) +
        "]");
    auto const config = read<bedrock::tool_config>(tools({tool_spec("f"), tool_spec("f")}));
    auto const report = bedrock::lint(messages, config);
    struct place {
        std::string issue;
        std::size_t message;
        std::size_t block;
    };
    place const expected[] = {
        {"duplicate_tool", bedrock::no_place, 1},
        {"blank_text", 1, 0},
        {"empty_tool_input", 2, 2},
        {"blank_text", 3, 1},
        {"empty_turn", 1, bedrock::no_place},
        {"orphan_tool_use", 2, 1},
        {"misplaced_tool_result", 5, 0},
        {"invalid_document_name", 5, 1},
        {"document_without_text", 5, 1},
    };
    REQUIRE(report.findings.size() == std::size(expected));
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        INFO(i);
        auto const& finding = report.findings[i];
        CHECK(bedrock::name(finding.issue) == expected[i].issue);
        CHECK(finding.message == expected[i].message);
        CHECK(finding.block == expected[i].block);
        CHECK(finding.text.size() > 10);
        auto const part = finding.issue == bedrock::conversation_issue::duplicate_tool
                              ? bedrock::conversation_part::tools
                              : bedrock::conversation_part::messages;
        CHECK(finding.part == part);
    }
}

TEST_CASE("conversation: parameters and lists of a request") {
    auto const body = [](std::string const& more) { return body_of("[" + user({text("a")}) + "]", "{}", more); };
    auto empty = read<bedrock::converse_request>(body(R"(,"toolConfig":{"tools":[]})"));
    CHECK(
        refusal(written(empty)) ==
        "1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have "
        "length greater than or equal to 1");
    CHECK(issues_of(bedrock::normalize(empty)) == "empty_tools");
    CHECK(written(empty) == body(""));

    auto stops = read<bedrock::converse_request>(body(R"(,"inferenceConfig":{"stopSequences":["x"]})"));
    CHECK(bedrock::lint(stops).clean());
    stops.model_id = "qwen.qwen3-coder-30b-a3b-v1:0";
    CHECK(refusal(written(stops), stops.model_id) ==
          "This model doesn't support the stopSequences field. Remove stopSequences and try again.");
    CHECK(issues_of(bedrock::lint(stops)) == "stop_sequences_not_taken");
    bedrock::normalize_policy policy;
    policy.rules = bedrock::find_history_rules(stops.model_id);
    policy.rules->stop_sequences = false;
    CHECK(bedrock::lint(stops, policy).clean());
    CHECK(issues_of(bedrock::normalize(stops)) == "stop_sequences_not_taken");
    CHECK(written(stops) == body(""));

    auto both = read<bedrock::converse_request>(body(R"(,"inferenceConfig":{"temperature":0.5,"topP":0.5})"));
    both.model_id = "us.anthropic.claude-3-5-haiku-20241022-v1:0";
    CHECK(bedrock::lint(both).clean());
    both.model_id = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    CHECK(refusal(written(both), both.model_id) ==
          "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. "
          "Please use only one.");
    CHECK(issues_of(bedrock::normalize(both)) == "temperature_with_top_p");
    CHECK(written(both) == body(R"(,"inferenceConfig":{"temperature":0.5})"));
}

TEST_CASE("conversation: a loop of answers, pushed as they came, can always be sent") {
    for (std::string const content :
         {"", R"({"text":""})", R"({"reasoningContent":{"reasoningText":{"text":""}}})",
          R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"QUJD"}}})",
          R"({"toolUse":{"toolUseId":"t","name":"f","input":{"":1}}})", R"({"text":"b"})"}) {
        INFO(content);
        auto const answer = read<bedrock::converse_response>(R"({"output":{"message":{"role":"assistant","content":[)" +
                                                             content + R"(]}},"stopReason":"end_turn"})");
        bedrock::converse_request request{.model_id = "global.anthropic.claude-fable-5-1",
                                          .messages = {bedrock::user("a")}};
        for (auto const& message : {answer.message, bedrock::replayable(answer)}) {
            request.messages.push_back(message);
            request.messages.push_back(bedrock::user("b"));
            bedrock::normalize(request);
            CHECK(refusal(written(request), request.model_id) == "");
        }
    }
}

TEST_CASE("conversation: long histories of nothing but faults take linear time") {
    std::vector<bedrock::message> messages;
    for (int i = 0; i < 20000; ++i) {
        messages.push_back(bedrock::assistant({bedrock::tool_use_block{.tool_use_id = "same", .name = "x.y"}}));
        messages.push_back(bedrock::user({" ", bedrock::tool_result_block{.tool_use_id = "other"}}));
    }
    auto const made = bedrock::normalize(std::move(messages));
    REQUIRE(made.messages.size() == 40001);
    CHECK(made.messages.back().content.size() == 1);
    CHECK(made.report.count(bedrock::conversation_issue::duplicate_tool_use_id) == 19999);
    CHECK(made.renamed_tools.size() == 1);
    CHECK(made.report.count(bedrock::conversation_issue::orphan_tool_use) == 20000);
}

TEST_CASE("conversation: what is left of a broken answer can be sent back") {
    bedrock::converse_response partial;
    partial.message = bedrock::assistant(
        {bedrock::reasoning_content_block(bedrock::reasoning_text_block{.text = "done", .signature = "QUJD"}),
         bedrock::reasoning_content_block(bedrock::reasoning_text_block{.text = "half", .signature = "QUJD"}), "I wi",
         bedrock::tool_use_block{.tool_use_id = "t", .name = "f", .incomplete_input = "{\"a"}});
    partial.incomplete_blocks = {1, 2, 3};
    auto made =
        bedrock::normalize({bedrock::user("a"), bedrock::replayable(std::move(partial)), bedrock::user("go on")});
    CHECK(issues_of(made.report) == "orphan_tool_use missing_tool_config");
    CHECK(written(made.messages) ==
          "[" +
              list({user({text("a")}), assistant({reasoning("done", "QUJD"), text("I wi"), use("t")}),
                    user({no_result("t"), text("go on")})}) +
              "]");
    CHECK(refusal(body_of(written(made.messages), written(made.tools))) == "");
}

// Two went to a model that takes two questions in a row.
TEST_CASE("conversation: requests that Bedrock once took are not touched") {
    std::size_t clean = 0;
    std::string issues;
    for (auto const* const wanted : {"converse", "converse-stream"}) {
        auto const calls = recorded_calls(wanted);
        if (!calls) {
            WARN("skipped: no vectors (-Dvectors=DIR)");
            return;
        }
        for (auto const& call : *calls) {
            INFO(call.id);
            if (!bedrock::json::valid(call.request_body)) continue;  // the recorder cut it
            auto request = read<bedrock::converse_request>(call.request_body);
            request.model_id = call.model_id;
            auto const before = written(request);
            auto const report = bedrock::normalize(request);
            if (!report.clean()) issues += call.model_id + " ";
            if (!report.clean()) issues += issues_of(report) + "\n";
            clean += report.clean();
            CHECK(report.clean() == (written(request) == before));
        }
    }
    CHECK(clean > 20);
    CHECK(issues == "amazon.titan-text-express-v1 consecutive_roles\namazon.titan-text-express-v1 consecutive_roles\n");
}
