#include "bedrock/model_list.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

foundation_model_summary make_model(std::string id, std::string name = {}, std::string provider = {}) {
    foundation_model_summary made;
    made.model_arn = "arn:aws:bedrock:us-east-1::foundation-model/" + id;
    made.model_id = std::move(id);
    made.model_name = std::move(name);
    made.provider_name = std::move(provider);
    made.output_modalities.emplace_back(model_modality::text);
    made.response_streaming_supported = true;
    made.model_lifecycle.status = foundation_model_lifecycle_status::active;
    return made;
}

inference_profile_summary make_profile(std::string id, std::string_view base, std::string name = {}) {
    inference_profile_summary made;
    made.inference_profile_id = std::move(id);
    made.inference_profile_name = std::move(name);
    made.status = inference_profile_status::active;
    made.type = inference_profile_type::system_defined;
    if (!base.empty())
        made.models.push_back({.model_arn = "arn:aws:bedrock:us-west-2::foundation-model/" + std::string(base)});
    return made;
}

std::string ids_of(std::vector<available_model> const& list) {
    std::string all;
    for (auto const& one : list) all += (all.empty() ? "" : " ") + one.id;
    return all;
}

}  // namespace

TEST_CASE("model_list: what is not ACTIVE, does not stream or gives no text is left out, unless all is wanted",
          "[catalogue]") {
    std::vector<foundation_model_summary> models(9, make_model("a.good"));
    models[1] = make_model("a.legacy");
    models[1].model_lifecycle.status = foundation_model_lifecycle_status::legacy;
    models[2] = make_model("a.no-lifecycle");
    models[2].model_lifecycle = {};
    models[3] = make_model("a.whole");
    models[3].response_streaming_supported = false;
    models[4] = make_model("a.silent");
    models[4].response_streaming_supported.reset();
    models[5] = make_model("a.image");
    models[5].output_modalities = {model_modality::image};
    models[6] = make_model(" ");
    models[7] = make_model("A.Good");
    models[8] = make_model("a.both");
    models[8].output_modalities = {json::open_enum<model_modality>("MUSIC"), json::open_enum<model_modality>("text")};
    CHECK(ids_of(make_model_list(models, {})) == "a.both a.good");
    CHECK(ids_of(make_model_list(models, {}, {.all = true})) ==
          "a.both a.good a.image a.legacy a.no-lifecycle a.silent a.whole");
}

TEST_CASE("model_list: profiles inherit from their base models", "[catalogue]") {
    auto base = make_model("anthropic.claude-opus-4-6-v1", "Claude Opus 4.6", "Anthropic");
    base.input_modalities = {model_modality::text, model_modality::image};
    auto image = make_model("stability.image-v1");
    image.output_modalities = {model_modality::image};
    auto legacy = make_model("old.model-v1", "Old", "Old Ones");
    legacy.model_lifecycle.status = foundation_model_lifecycle_status::legacy;
    auto inactive = make_profile("us.gone", "old.model-v1");
    inactive.status = json::open_enum<inference_profile_status>("LEAVING");
    std::vector<inference_profile_summary> profiles{
        make_profile("us.anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6-v1", "US Opus"),
        make_profile("us.stability.image-v1", "stability.image-v1"),
        make_profile("us.old.model-v1", "old.model-v1"),
        inactive,
        make_profile("eu.elsewhere.deep-thinking-v1:0", "elsewhere.deep-thinking-v1:0"),
        make_profile("apac.amazon.nova-pro-v1:0", ""),
    };
    auto app = make_profile("a1b2c3", "");
    app.type = inference_profile_type::application;
    profiles.push_back(app);
    auto const list = make_model_list(std::vector{base, image, legacy}, profiles);
    CHECK(ids_of(list) ==
          "a1b2c3 apac.amazon.nova-pro-v1:0 anthropic.claude-opus-4-6-v1 eu.elsewhere.deep-thinking-v1:0 "
          "us.anthropic.claude-opus-4-6-v1 us.old.model-v1");
    auto const& opus = list[4];
    CHECK(opus.kind == model_kind::inference_profile);
    CHECK(opus.name == "US Opus");
    CHECK(opus.provider == "Anthropic");
    CHECK(opus.base_model == "anthropic.claude-opus-4-6-v1");
    CHECK(opus.takes_images());
    CHECK(opus.reasoning);
    CHECK(opus.context_window == 1'000'000);
    CHECK(opus.max_tokens == 4'096);
    auto const& elsewhere = list[3];
    CHECK(elsewhere.provider == "elsewhere");
    CHECK(elsewhere.reasoning);  // its name says so
    CHECK_FALSE(elsewhere.takes_images());
    REQUIRE(elsewhere.input.size() == 1);
    CHECK(elsewhere.input[0] == model_modality::text);
    CHECK(elsewhere.context_window == 32'000);
    CHECK(list[1].base_model == "amazon.nova-pro-v1:0");
    CHECK(list[1].context_window == 300'000);
    CHECK(list[0].base_model == "");
}

TEST_CASE("model_list: providers by name, first word or vendor", "[catalogue]") {
    std::vector<foundation_model_summary> const models{
        make_model("mistral.large", "Large", "Mistral AI"), make_model("amazon.nova", "Nova", "Amazon"),
        make_model("nameless.one"), make_model("meta.llama", "Llama", "Meta")};
    std::vector<inference_profile_summary> const profiles{make_profile("us.mistral.large", "mistral.large"),
                                                          make_profile("us.meta.far", "meta.far")};
    CHECK(ids_of(make_model_list(std::vector{make_model("kimi.k2", "K2", "Moonshot AI")}, {},
                                 {.providers = {"moonshot"}})) == "kimi.k2");
    auto const ids = [&](std::vector<std::string> wanted) {
        return ids_of(make_model_list(models, profiles, {.providers = std::move(wanted)}));
    };
    CHECK(ids({"mistral"}) == "mistral.large us.mistral.large");
    CHECK(ids({" Mistral AI "}) == "mistral.large us.mistral.large");
    CHECK(ids({"MISTRAL"}) == "mistral.large us.mistral.large");
    CHECK(ids({"meta", "nameless"}) == "meta.llama nameless.one us.meta.far");
    CHECK(ids({"mist"}) == "");
    CHECK(ids({"ai"}) == "");
    CHECK(ids({"", "  "}) == ids({}));
}

TEST_CASE("model_list: global first, then by name; defaults and rules of the caller's", "[catalogue]") {
    std::vector<foundation_model_summary> const models{make_model("b.two", "beta"), make_model("a.one", "Gamma"),
                                                       make_model("c.three", "alpha")};
    std::vector<inference_profile_summary> const profiles{make_profile("global.z.last", "z.last", "zz"),
                                                          make_profile("B.TWO", "b.two")};
    auto const list = make_model_list(models, profiles,
                                      {.default_context_window = 9,
                                       .default_max_tokens = -1,
                                       .limits = {{.family = "one", .limits = {.max_tokens = 5, .reasoning = true}}}});
    CHECK(ids_of(list) == "global.z.last c.three b.two a.one");
    CHECK(list[0].context_window == 9);
    CHECK(list[0].max_tokens == 4'096);
    CHECK(list[3].max_tokens == 5);
    CHECK(list[3].reasoning);
    CHECK_FALSE(list[0].reasoning);
}

TEST_CASE("model_list: ARNs", "[catalogue]") {
    CHECK(find_arn_resource("arn:aws:bedrock:us-east-1::foundation-model/a.b:0").name == "a.b:0");
    CHECK(find_arn_resource("arn:aws-cn:bedrock:x:1:inference-profile/us.a.b").kind == "inference-profile");
    for (std::string_view const none : {"", "arn:", "arn:aws:bedrock:us-east-1::", "arn:a:b:c:d:e", "a.b/c"}) {
        CHECK(find_arn_resource(none).kind == "");
        CHECK(find_arn_resource(none).name == "");
    }
}
