// OpenClaw's discovery of models, behaviour by behaviour, and what the catalogue does: the same, or what is ruled.
#include "bedrock/catalogue.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string model_json(std::string_view id, std::string_view members) {
    return R"({"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/)" + std::string(id) + R"(","modelId":")" +
           std::string(id) + R"(","responseStreamingSupported":true,"outputModalities":["TEXT"],)" +
           R"("modelLifecycle":{"status":"ACTIVE"})" + std::string(members) + "}";
}

std::string profile_json(std::string_view id, std::string_view base, std::string_view members = {}) {
    return R"({"inferenceProfileId":")" + std::string(id) + R"(","status":"ACTIVE","type":"SYSTEM_DEFINED",)" +
           R"("models":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/)" + std::string(base) + R"("}])" +
           std::string(members) + "}";
}

struct account : client_fixture {
    std::string models{};
    std::string profiles{};

    result<model_listing> list(catalogue_options how = {}) {
        server.set_handler([this](mock::received_request const& request) {
            bool const is_models = request.head.target.starts_with("/foundation-models");
            return std::optional(mock::json_reply(200, is_models
                                                           ? R"({"modelSummaries":[)" + models + "]}"
                                                           : R"({"inferenceProfileSummaries":[)" + profiles + "]}"));
        });
        catalogue here(client(), std::move(how));
        return here.list();
    }
};

std::string ids_of(result<model_listing> const& list) {
    if (!list) return list.error().message;
    std::string all;
    for (auto const& one : list->models) all += (all.empty() ? "" : " ") + one.id;
    return all;
}

}  // namespace

TEST_CASE_METHOD(account, "discovery: APIs: both lists, without arguments", "[catalogue]") {
    REQUIRE(list());
    CHECK(server.requests().at(0).head.target == "/foundation-models");
    CHECK(server.requests().at(1).head.target == "/inference-profiles");
}

TEST_CASE_METHOD(account, "discovery: enabled: ruled: wherever credentials are found, without a marker",
                 "[catalogue]") {
    options.credentials.reset();
    CHECK(list().error().code == errc::credentials);
    (*set)["AWS_ACCESS_KEY_ID"] = example_key_id;
    (*set)["AWS_SECRET_ACCESS_KEY"] = example_secret;
    CHECK(list());
}

TEST_CASE_METHOD(account, "discovery: region: as of every call, and the catalogue's own", "[catalogue]") {
    auto const signed_region = [&] {
        auto const text = mock::header_value(server.requests().back().head.headers, "authorization");
        return text.substr(text.find('/', text.find('/') + 1) + 1, 9);
    };
    REQUIRE(list());
    CHECK(signed_region() == "us-east-1");
    (*set)["AWS_DEFAULT_REGION"] = "eu-west-3";
    REQUIRE(list());
    CHECK(signed_region() == "eu-west-3");
    catalogue_options how;
    how.call.region = "ap-east-1";
    REQUIRE(list(how));
    CHECK(signed_region() == "ap-east-1");
}

TEST_CASE_METHOD(account, "discovery: filter: ruled: no model's name is special", "[catalogue]") {
    models = model_json("anthropic.claude-mythos-preview", "") + ",{\"modelId\":\" \"}," +
             R"({"modelId":"a.b","responseStreamingSupported":true,"outputModalities":["Text"],)" +
             R"("modelLifecycle":{"status":"LEGACY"}},)" +
             R"({"modelId":"a.c","outputModalities":["Text"],"modelLifecycle":{"status":"ACTIVE"}},)" +
             R"({"modelId":"a.d","responseStreamingSupported":true,"outputModalities":["text"],)" +
             R"("modelLifecycle":{"status":"ACTIVE"}})";
    CHECK(ids_of(list()) == "a.d anthropic.claude-mythos-preview");
}

TEST_CASE_METHOD(account, "discovery: provider filter: ruled: also the first word, and the id's vendor",
                 "[catalogue]") {
    models = model_json("mistral.large", R"(,"providerName":"Mistral AI")") + "," +
             model_json("cohere.command", R"(,"providerName":"Cohere")") + "," + model_json("meta.llama", "");
    profiles = profile_json("us.meta.llama", "meta.llama") + "," + profile_json("us.cohere.x", "cohere.x");
    catalogue_options how;
    how.rules.providers = {" Mistral ", "META", "meta", ""};
    CHECK(ids_of(list(how)) == "meta.llama mistral.large us.meta.llama");
    how.rules.providers = {"mistral ai"};
    CHECK(ids_of(list(how)) == "mistral.large");
}

TEST_CASE_METHOD(account, "discovery: fields: name or id, text where nothing is said, defaults", "[catalogue]") {
    models = model_json("a.nameless", "") + "," +
             model_json("a.named", R"(,"modelName":"Named","inputModalities":["TEXT","IMAGE"])");
    catalogue_options how;
    how.rules.default_context_window = 0;
    how.rules.default_max_tokens = -5;
    auto const seen = list(how);
    REQUIRE(seen);
    auto const* const nameless = seen->find("a.nameless");
    REQUIRE(nameless);
    CHECK(nameless->name == "a.nameless");
    REQUIRE(nameless->input.size() == 1);
    CHECK(nameless->input[0] == model_modality::text);
    CHECK(nameless->context_window == 32'000);
    CHECK(nameless->max_tokens == 4'096);
    CHECK(seen->find("a.named")->name == "Named");
    CHECK(seen->find("a.named")->takes_images());
    CHECK_FALSE(nameless->takes_images());
}

TEST_CASE_METHOD(account, "discovery: reasoning: known families, or what a name says", "[catalogue]") {
    models = model_json("anthropic.claude-opus-4-7-v1", "") + "," +
             model_json("a.b", R"(,"modelName":"Big Thinking")") + "," + model_json("a.reasoning-1", "") + "," +
             model_json("a.plain", "");
    auto const seen = list();
    REQUIRE(seen);
    for (auto const& one : seen->models) CHECK(one.reasoning == (one.id != "a.plain"));
}

TEST_CASE_METHOD(account, "discovery: known limits: with and without geography and revision", "[catalogue]") {
    models = model_json("anthropic.claude-opus-4-6-v1", "") + "," + model_json("amazon.nova-micro-v1:0", "");
    profiles = profile_json("jp.anthropic.claude-opus-4-6-v1:0", "anthropic.claude-opus-4-6-v1:0");
    auto const seen = list();
    REQUIRE(seen);
    CHECK(seen->find("anthropic.claude-opus-4-6-v1")->context_window == 1'000'000);
    CHECK(seen->find("jp.anthropic.claude-opus-4-6-v1:0")->context_window == 1'000'000);
    CHECK(seen->find("amazon.nova-micro-v1:0")->context_window == 128'000);
    catalogue_options how;
    how.rules.limits = {{.family = "amazon.nova-micro-v1:0", .limits = {.context_window = 5, .max_tokens = 6}}};
    CHECK(list(how)->find("amazon.nova-micro-v1:0")->context_window == 5);
    CHECK(list(how)->find("amazon.nova-micro-v1:0")->max_tokens == 6);
}

TEST_CASE_METHOD(account, "discovery: profiles: inherit; ruled: not where the base model gives no text stream",
                 "[catalogue]") {
    models = model_json("a.seeing", R"(,"providerName":"A","inputModalities":["TEXT","IMAGE"])") + "," +
             R"({"modelId":"a.embedding","outputModalities":["EMBEDDING"],"modelLifecycle":{"status":"ACTIVE"}})";
    profiles = profile_json("us.a.seeing", "a.seeing", R"(,"inferenceProfileName":"US Seeing")") + "," +
               profile_json("us.a.embedding", "a.embedding") + "," + profile_json("us.a.elsewhere", "a.elsewhere") +
               R"(,{"inferenceProfileId":"eu.a.bare","status":"ACTIVE","type":"SYSTEM_DEFINED"})" +
               R"(,{"inferenceProfileId":"eu.a.gone","status":"RETIRED","type":"SYSTEM_DEFINED"})";
    auto const seen = list();
    CHECK(ids_of(seen) == "a.seeing eu.a.bare us.a.seeing us.a.elsewhere");
    REQUIRE(seen);
    CHECK(seen->find("us.a.seeing")->takes_images());
    CHECK(seen->find("us.a.seeing")->base_model == "a.seeing");
    CHECK(seen->find("us.a.elsewhere")->provider == "a");
    CHECK(seen->find("eu.a.bare")->base_model == "a.bare");
}

TEST_CASE_METHOD(account, "discovery: duplicates: any case, foundation first; order: global first, rest by name",
                 "[catalogue]") {
    models = model_json("z.one", R"(,"modelName":"alpha")") + "," + model_json("a.two", R"(,"modelName":"Beta")") +
             "," + model_json("Z.ONE", R"(,"modelName":"late")");
    profiles = profile_json("A.TWO", "a.two") + "," + profile_json("global.a.two", "a.two");
    auto const seen = list();
    CHECK(ids_of(seen) == "global.a.two z.one a.two");
    REQUIRE(seen);
    CHECK(seen->find("A.TWO")->kind == model_kind::foundation_model);
}

TEST_CASE_METHOD(account, "discovery: ids are sent as they are given", "[catalogue]") {
    catalogue here(client());
    CHECK(here.resolve("us.anthropic.claude-opus-4-6-v1:0").value() == "anthropic.claude-opus-4-6-v1:0");
    CHECK(here.resolve("us.anthropic.claude-opus-4-6-v1").value() == "anthropic.claude-opus-4-6-v1");
}
