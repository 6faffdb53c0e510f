#include "bedrock/model_fit.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

converse_request request_for(std::string id) {
    converse_request request;
    request.model_id = std::move(id);
    request.inference = {.max_tokens = 5000, .temperature = 0.5f, .top_p = 0.9f};
    request.tools.choice = any_tool_choice{};
    request.service_tier.type = service_tier_type::flex;
    return request;
}

fitted_request fit(converse_request& request) {
    return fit_to_model(request, find_traits(request.model_id));
}

}  // namespace

TEST_CASE("model_fit: what no parameter is known of is left alone", "[agent]") {
    for (auto const* const id : {"amazon.nova-pro-v1:0", "anthropic.claude-opus-4-6-v1", "unheard.of"}) {
        auto request = request_for(id);
        CHECK_FALSE(fit(request).any());
        CHECK(request.inference.temperature == 0.5f);
        CHECK(request.inference.top_p == 0.9f);
        CHECK(request.tools.choice.holds<any_tool_choice>());
        CHECK(request.service_tier.type == service_tier_type::flex);
    }
    auto other = request_for("deepseek.r1-v1:0");  // thinks, but is no Claude
    other.additional_model_request_fields = R"({"thinking":{"type":"enabled"}})";
    CHECK_FALSE(fit(other).any());
}

TEST_CASE("model_fit: a model that thinks takes no temperature and no forced tool", "[agent]") {
    for (auto const* const id : {"anthropic.claude-opus-4-6-v1", "anthropic.claude-sonnet-4-20250514-v1:0"}) {
        INFO(id);
        auto request = request_for(id);
        REQUIRE(apply_reasoning(request, find_traits(id), {.level = reasoning_level::low}));
        auto const fitted = fit(request);
        CHECK(fitted.temperature);
        CHECK(fitted.tool_choice);
        CHECK_FALSE(fitted.top_p);
        CHECK_FALSE(fitted.service_tier);
        CHECK_FALSE(request.inference.temperature);
        CHECK(request.inference.top_p == 0.9f);
        CHECK(request.inference.max_tokens >= 5000);
        CHECK(request.tools.choice.holds<auto_tool_choice>());
        CHECK_FALSE(fit(request).any());
    }
    auto one = request_for("anthropic.claude-opus-4-6-v1");
    one.tools.choice = specific_tool_choice{.name = "f"};
    one.additional_model_request_fields = R"({"thinking":{"type":"adaptive"}})";
    CHECK(fit(one).tool_choice);
    one.tools.choice = {};
    CHECK_FALSE(fit(one).tool_choice);
    CHECK_FALSE(one.tools.choice.is_set());
}

TEST_CASE("model_fit: newer models take no temperature at all", "[agent]") {
    for (auto const* const id :
         {"anthropic.claude-opus-4-7", "anthropic.claude-opus-4-8", "anthropic.claude-opus-5",
          "anthropic.claude-fable-5", "anthropic.claude-mythos-5", "global.anthropic.claude-sonnet-5"}) {
        INFO(id);
        auto request = request_for(id);
        auto const fitted = fit(request);
        CHECK(fitted.temperature);
        CHECK(fitted.top_p);
        CHECK_FALSE(fitted.tool_choice);
        CHECK_FALSE(request.inference.temperature);
        CHECK_FALSE(request.inference.top_p);
    }
}

TEST_CASE("model_fit: tiers", "[agent]") {
    for (auto const* const id : {"anthropic.claude-opus-5", "anthropic.claude-fable-5", "anthropic.claude-sonnet-5"}) {
        auto request = request_for(id);
        CHECK(fit(request).service_tier);
        CHECK_FALSE(request.service_tier.type.is_set());
        request.service_tier.type = service_tier_type::default_;
        CHECK_FALSE(fit(request).service_tier);
        CHECK(request.service_tier.type == service_tier_type::default_);
        request.service_tier.type = json::open_enum<service_tier_type>(std::string_view("of_tomorrow"));
        CHECK(fit(request).service_tier);
    }
}

TEST_CASE("model_fit: reasoning of a model that signs, for one that does not", "[agent]") {
    reasoning_text_block const signed_text{.text = "hm", .signature = "s"};
    reasoning_text_block const plain{.text = "hm"};
    std::vector<message> messages{user("a"),
                                  assistant({reasoning_content_block(signed_text), reasoning_content_block(plain), "b",
                                             reasoning_content_block(redacted_reasoning{.content = {std::byte{1}}}),
                                             reasoning_content_block(reasoning_text_block{.signature = "only"}),
                                             reasoning_content_block(json::unknown_arm{"new", "1"})})};
    CHECK(drop_signatures(messages) == 3);
    CHECK(*json::write(messages[1]) ==
          R"({"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm"}}},)"
          R"({"reasoningContent":{"reasoningText":{"text":"hm"}}},{"text":"b"},{"reasoningContent":{"new":1}}]})");
    CHECK(messages[0].content.size() == 1);
    CHECK(drop_signatures(messages) == 0);
}

TEST_CASE("model_fit: images for a model that takes none", "[agent]") {
    image_block const image{.format = image_format::png, .source = byte_buffer{std::byte{1}}};
    std::vector<message> messages{
        user({"a", image, image, "b", image}),
        user({tool_result_block{.tool_use_id = "t", .content = {image, "r", image, image}}, image}),
        user({document_block{.format = document_format::txt, .name = "n", .source = text_block{"d"}}}),
    };
    CHECK(omit_images(messages) == 7);
    std::string const omitted = "{\"text\":\"(image omitted: model does not support images)\"}";
    std::string const from_tool = "{\"text\":\"(tool image omitted: model does not support images)\"}";
    CHECK(*json::write(messages[0]) ==
          R"({"role":"user","content":[{"text":"a"},)" + omitted + R"(,{"text":"b"},)" + omitted + "]}");
    CHECK(*json::write(messages[1]) == R"({"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[)" +
                                           from_tool + R"(,{"text":"r"},)" + from_tool + "]}}," + omitted + "]}");
    CHECK(messages[2].content[0].holds<document_block>());
    CHECK(omit_images(messages) == 0);
    messages[0].content.emplace_back(image);  // behind a placeholder of before
    CHECK(omit_images(messages) == 1);
    CHECK(messages[0].content.size() == 4);
}
