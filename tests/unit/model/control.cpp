#include "bedrock/model/control.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

using namespace bedrock;

TEST_CASE("every type of control survives reading and writing", "[model]") {
    check_random_round_trips<foundation_model_lifecycle>();
    check_random_round_trips<foundation_model_summary>();
    check_random_round_trips<list_foundation_models_response>();
    check_random_round_trips<get_foundation_model_response>();
    check_random_round_trips<inference_profile_model>();
    check_random_round_trips<inference_profile_summary>();
    check_random_round_trips<list_inference_profiles_response>();
    check_random_round_trips<get_inference_profile_response>();
}

TEST_CASE("control: values that no enumeration has, and members that nobody knows, are kept", "[model]") {
    auto const text = R"({"modelSummaries":[{"modelArn":"a","modelId":"m","inputModalities":["TEXT","SMELL"],)"
                      R"("responseStreamingSupported":false,"modelLifecycle":{"status":"EXPECTED"},"mood":[1]}]})";
    auto const read = json::read<list_foundation_models_response>(text);
    REQUIRE(read);
    auto const& model = read->model_summaries.at(0);
    CHECK(model.input_modalities.at(0) == model_modality::text);
    CHECK(model.input_modalities.at(1).text() == "SMELL");
    CHECK(model.response_streaming_supported == false);
    CHECK(model.model_lifecycle.status.value() == foundation_model_lifecycle_status::unknown);
    CHECK(json::write(*read).value() == text);
}
