#include "bedrock/configuration/settings.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

available_model discovered(std::string id, model_kind kind = model_kind::foundation_model) {
    available_model made;
    made.id = id;
    made.arn = "arn:of:" + id;
    made.name = "Discovered " + id;
    made.provider = "Maker";
    made.kind = kind;
    made.input = {model_modality::text, model_modality::image};
    made.reasoning = true;
    made.context_window = 11;
    made.max_tokens = 22;
    return made;
}

}  // namespace

TEST_CASE("configuration: a note is one line for a person", "[configuration]") {
    CHECK(configuration_note{4, 12, "a.b", "is wrong", "do this"}.text() ==
          "line 4, column 12: a.b: is wrong; do this");
    CHECK(configuration_note{.message = "is wrong"}.text() == "is wrong");
}

TEST_CASE("configuration: completes what a request leaves open", "[configuration]") {
    configuration said;
    said.max_tokens = 100;
    said.models.push_back({.id = "m", .max_tokens = 8192});
    said.models.push_back({.id = "n"});
    said.parameters.temperature = 0.25;
    said.parameters.service_tier = service_tier_type::flex;
    said.parameters_of_models.emplace_back("m", call_parameters{.service_tier = service_tier_type::priority});
    said.guardrail = {.guardrail_identifier = "g", .guardrail_version = "1"};

    converse_request open{.model_id = "m"};
    said.complete(open);
    CHECK(open.inference.max_tokens == 8192);
    CHECK(open.inference.temperature == 0.25F);
    CHECK(open.service_tier.type == service_tier_type::priority);
    CHECK(open.guardrail.guardrail_identifier == "g");

    converse_request other{.model_id = "n"};
    said.complete(other);
    CHECK(other.inference.max_tokens == 100);
    CHECK(other.service_tier.type == service_tier_type::flex);

    converse_request closed{.model_id = "m", .inference = {.max_tokens = 5, .temperature = 1.0F}};
    closed.guardrail = {.guardrail_identifier = "own", .guardrail_version = "DRAFT"};
    closed.service_tier.type = service_tier_type::reserved;
    said.complete(closed);
    CHECK(closed.inference.max_tokens == 5);
    CHECK(closed.inference.temperature == 1.0F);
    CHECK(closed.guardrail.guardrail_version == "DRAFT");
    CHECK(closed.service_tier.type == service_tier_type::reserved);

    converse_request untouched{.model_id = "m"};
    configuration().complete(untouched);
    CHECK_FALSE(untouched.inference.max_tokens);
    CHECK_FALSE(untouched.inference.temperature);
    CHECK_FALSE(untouched.service_tier.type.is_set());
    CHECK(untouched.guardrail.guardrail_identifier.empty());
}

TEST_CASE("configuration: listed models are offered instead of the discovered ones", "[configuration]") {
    configuration said;
    auto const all = said.merge({discovered("a"), discovered("us.a", model_kind::inference_profile)});
    CHECK(all.size() == 2);
    said.discovery.include_inference_profiles = false;
    CHECK(said.merge({discovered("a"), discovered("us.a", model_kind::inference_profile)}).size() == 1);

    said.max_tokens = 7;
    said.models.push_back(
        {.id = "B", .name = "Mine", .reasoning = false, .input = {model_modality::text}, .context_window = 3});
    said.models.push_back({.id = "us.anthropic.claude-opus-4-6-v1", .max_tokens = 9});
    said.models.push_back({.id = "arn:of:c"});
    said.models.push_back({.id = "arn:x", .canonical_model_id = "anthropic.claude-opus-4-6-v1"});
    auto const merged = said.merge({discovered("a"), discovered("b"), discovered("c")}, {.default_context_window = 5});
    REQUIRE(merged.size() == 4);
    CHECK(merged[0].id == "B");
    CHECK(merged[0].name == "Mine");
    CHECK(merged[0].provider == "Maker");
    CHECK_FALSE(merged[0].reasoning);
    CHECK_FALSE(merged[0].takes_images());
    CHECK(merged[0].context_window == 3);
    CHECK(merged[0].max_tokens == 7);
    CHECK(merged[1].kind == model_kind::inference_profile);
    CHECK(merged[1].base_model == "anthropic.claude-opus-4-6-v1");
    CHECK(merged[1].provider == "anthropic");
    CHECK(merged[1].reasoning);
    CHECK(merged[1].context_window == 1'000'000);
    CHECK(merged[1].max_tokens == 9);
    CHECK(merged[2].name == "Discovered c");
    CHECK(merged[2].takes_images());
    CHECK(merged[2].context_window == 11);
    CHECK(merged[3].context_window == 1'000'000);
}

TEST_CASE("configuration: a model takes images unless it is said to take others only", "[configuration]") {
    configured_model model{.id = "m"};
    CHECK(model.takes_images());
    model.input = {model_modality::text};
    CHECK_FALSE(model.takes_images());
    model.input.emplace_back(model_modality::image);
    CHECK(model.takes_images());
}
