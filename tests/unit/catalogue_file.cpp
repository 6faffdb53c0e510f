#include "bedrock/catalogue_file.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>

using namespace bedrock;

namespace {

constexpr std::int64_t now_ms = 1'767'323'045'000;

std::string kept_at(std::int64_t models_ms, std::int64_t profiles_ms) {
    kept_catalogue kept;
    kept.version = kept_catalogue::current_version;
    kept.place = "here";
    kept.foundation_models_fetched_at_ms = models_ms;
    kept.foundation_models.push_back({.model_id = "amazon.nova-lite-v1:0"});
    kept.inference_profiles_fetched_at_ms = profiles_ms;
    return *json::write(kept);
}

}  // namespace

TEST_CASE("catalogue_file: what was kept is there again, unknown members too", "[catalogue]") {
    auto const text = std::string(R"({"version":1,"place":"here","foundationModelsFetchedAtMs":5,)"
                                  R"("foundationModels":[{"modelArn":"a","modelId":"m","tomorrow":[1]}]})");
    auto const read = parse_kept_catalogue(text, "here", now_ms);
    REQUIRE(read);
    REQUIRE(*read);
    CHECK((*read)->foundation_models.at(0).model_id == "m");
    CHECK((*read)->foundation_models_fetched_at_ms == 5);
    CHECK_FALSE((*read)->inference_profiles_fetched_at_ms);
    CHECK(*json::write(**read) == text);
}

TEST_CASE("catalogue_file: of another version, place or future it is nothing", "[catalogue]") {
    auto const good = kept_at(now_ms, now_ms - 1);
    REQUIRE(*parse_kept_catalogue(good, "here", now_ms));
    CHECK_FALSE(*parse_kept_catalogue(good, "there", now_ms));
    CHECK_FALSE(*parse_kept_catalogue(R"({"version":2,"place":"here"})", "here", now_ms));
    CHECK_FALSE(*parse_kept_catalogue("{}", "", now_ms));
    auto const early = parse_kept_catalogue(good, "here", now_ms - 1);
    CHECK_FALSE((*early)->foundation_models_fetched_at_ms);
    CHECK((*early)->inference_profiles_fetched_at_ms == now_ms - 1);
    auto const strange = parse_kept_catalogue(kept_at((std::numeric_limits<std::int64_t>::min)(), -1), "here", now_ms);
    CHECK_FALSE((*strange)->foundation_models_fetched_at_ms);  // an age of it would overflow
    CHECK_FALSE((*strange)->inference_profiles_fetched_at_ms);
}

TEST_CASE("catalogue_file: what is no such JSON is an error", "[catalogue]") {
    for (auto const* const text : {"", "nonsense", R"({"version":"1"})", R"([])",
                                   R"({"version":1,"place":"here","foundationModels":[{"modelId":3}]})"}) {
        INFO(text);
        auto const read = parse_kept_catalogue(text, "here", now_ms);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == errc::invalid_input);
    }
}
