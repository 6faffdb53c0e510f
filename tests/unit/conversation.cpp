#include "bedrock/conversation.hpp"

#include "support/history.hpp"
#include "support/recorded_bedrock.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace history;

namespace {

// Makes requests that Bedrock takes, and breaks them.
class random_request {
  public:
    explicit random_request(std::uint32_t seed) : engine_(seed) {}

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }
    bool one_in(std::size_t count) { return below(count) == 0; }

    bedrock::converse_request good() {
        bedrock::converse_request made;
        made.model_id = claude;
        made.tools.tools.emplace_back(bedrock::tool_specification{.name = "f", .input_schema = "{}"});
        made.tools.tools.emplace_back(bedrock::tool_specification{.name = "g", .input_schema = "{}"});
        if (one_in(3)) made.system.emplace_back("be brief");
        std::vector<bedrock::content_block> results;
        for (std::size_t turns = below(6) + 1; turns > 0; --turns) {
            auto blocks = std::exchange(results, {});
            if (blocks.empty() || one_in(2)) blocks.emplace_back("question");
            if (one_in(4)) blocks.push_back(media());
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
            if (blocks.empty()) blocks.emplace_back("hm");
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
        made.last_assistant = bedrock::last_assistant_policy::add_user_turn;  // what this model wants
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
                    .input = pick({"", "{}", "null", "[1]", "\"x\"", "{", "{\"a\":\"\\udc00\"}", "\"{}\"", "\xff"}),
                    .type = {}};
            case 1: {
                bedrock::tool_result_block made{.tool_use_id = any_id()};
                for (std::size_t pieces = below(3); pieces > 0; --pieces) made.content.push_back(any_piece());
                return made;
            }
            case 2:
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
        switch (below(5)) {
            case 0:
                return bedrock::json_block{pick({"", "{}", "1", "{", "\"\\ud800\""})};
            case 1:
                return bedrock::document_block{.format = bedrock::document_format::pdf,
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
                config.tools.emplace_back(bedrock::tool_specification{.name = any_name(), .input_schema = "{}"});
        }
    }

    std::mt19937 engine_;
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

// Some went to models that are less strict than Claude: one begins with the model, two ask twice.
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
            auto const before = written(request);
            auto const report = bedrock::normalize(request);
            if (!report.clean()) issues += issues_of(report) + "\n";
            clean += report.clean();
            CHECK(report.clean() == (written(request) == before));
        }
    }
    CHECK(clean > 20);
    CHECK(issues == "consecutive_roles\nfirst_role_not_user\nconsecutive_roles\n");
}
