#include "bedrock/control.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace bedrock;

TEST_CASE("control: every filter of ListFoundationModels is in the query", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const all = client.list_foundation_models({});
    REQUIRE(all);
    CHECK(all->model_summaries.size() == 8);
    CHECK(all->attempts == 1);
    CHECK_FALSE(all->request_id.empty());
    auto const plain = f.server.requests().at(0);
    CHECK(plain.head.method == "GET");
    CHECK(plain.head.target == "/foundation-models");
    CHECK(plain.body == "");
    CHECK(mock::header_value(plain.head.headers, "content-type") == "");

    auto const mistral = client.list_foundation_models({.by_provider = "Mistral AI"});
    REQUIRE(mistral);
    REQUIRE(mistral->model_summaries.size() == 1);
    CHECK(mistral->model_summaries[0].model_id == "mistral.mistral-large-2407-v1:0");
    auto const tuned = client.list_foundation_models({.by_customization_type = model_customization::fine_tuning,
                                                      .by_output_modality = model_modality::text,
                                                      .by_inference_type = inference_type::provisioned});
    REQUIRE(tuned);
    REQUIRE(tuned->model_summaries.size() == 1);
    CHECK(tuned->model_summaries[0].model_id == "amazon.nova-lite-v1:0");
    CHECK(tuned->model_summaries[0].input_modalities.at(2).text() == "VIDEO");
    auto const requests = f.server.requests();
    CHECK(requests.at(1).head.target == "/foundation-models?byProvider=Mistral%20AI");
    CHECK(requests.at(2).head.target ==
          "/foundation-models?byCustomizationType=FINE_TUNING&byOutputModality=TEXT&byInferenceType=PROVISIONED");
}

TEST_CASE("control: a model and a profile by id and ARN", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const model = client.get_foundation_model({.model_identifier = "amazon.nova-lite-v1:0"});
    REQUIRE(model);
    CHECK(model->model_details.model_name == "Nova Lite");
    CHECK(f.server.requests().at(0).head.target == "/foundation-models/amazon.nova-lite-v1%3A0");
    auto const same = client.get_foundation_model({.model_identifier = model->model_details.model_arn});
    REQUIRE(same);
    CHECK(same->model_details.model_id == "amazon.nova-lite-v1:0");

    auto const profile = client.get_inference_profile(
        {.inference_profile_identifier =
             "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"});
    REQUIRE(profile);
    CHECK(profile->type == inference_profile_type::application);
    CHECK(profile->inference_profile_name == "team-red");
    CHECK(f.server.requests().at(2).head.target ==
          "/inference-profiles/"
          "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2c3d4e5f6");

    auto const missing = client.get_foundation_model({.model_identifier = "nobody.knows"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::resource_not_found);
    CHECK(client.get_foundation_model({}).error().code == errc::invalid_input);
    CHECK(client.get_inference_profile({}).error().message.find("inference_profile_identifier") == 0);
    CHECK(f.server.request_count() == 4);
}

TEST_CASE("control: profiles come in pages and by type", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const first = client.list_inference_profiles({});
    REQUIRE(first);
    CHECK(first->inference_profile_summaries.size() == 2);
    REQUIRE(first->next_token == "after+/2");
    auto const second = client.list_inference_profiles({.next_token = first->next_token});
    REQUIRE(second);
    CHECK(second->inference_profile_summaries.size() == 2);
    CHECK(second->next_token == "");
    CHECK(f.server.requests().at(1).head.target == "/inference-profiles?nextToken=after%2B%2F2");
    auto const of_applications =
        client.list_inference_profiles({.max_results = 1000, .type_equals = inference_profile_type::application});
    REQUIRE(of_applications);
    REQUIRE(of_applications->inference_profile_summaries.size() == 1);
    CHECK(f.server.requests().at(2).head.target == "/inference-profiles?maxResults=1000&type=APPLICATION");
}

TEST_CASE("control: its own endpoint variable, and a permission that is missing", "[client]") {
    client_fixture f;
    mock::server runtime;
    REQUIRE(runtime.running());
    f.options.endpoint = {};
    *f.set = {{"AWS_EC2_METADATA_DISABLED", "true"},
              {"AWS_ENDPOINT_URL_BEDROCK", f.server.url()},
              {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME", runtime.url()}};
    auto client = f.client();
    REQUIRE(client.list_inference_profiles({}));
    CHECK(f.server.request_count() == 1);
    CHECK(runtime.request_count() == 0);
    REQUIRE(client.converse(ask_for("hello")));
    CHECK(runtime.request_count() == 1);

    struct denial {
        std::string_view action;
        errc seen;
        std::string hint;
    };
    f.server.set_handler([](auto const&) {
        return mock::error_reply(403, "AccessDeniedException", "User is not authorized to perform that");
    });
    auto const note = [](std::string_view action, auto const& answer) {
        return denial{action, answer ? errc::none : answer.error().code, answer ? "" : answer.error().hint};
    };
    for (auto const& [action, seen, hint] :
         {note("bedrock:ListFoundationModels", client.list_foundation_models({})),
          note("bedrock:ListInferenceProfiles", client.list_inference_profiles({})),
          note("bedrock:GetFoundationModel", client.get_foundation_model({.model_identifier = "m"})),
          note("bedrock:GetInferenceProfile", client.get_inference_profile({.inference_profile_identifier = "p"}))}) {
        CHECK(seen == errc::access_denied);
        CHECK(hint == "needs the permission " + std::string(action));
    }
}
