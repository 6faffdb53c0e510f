#include "bedrock/guardrail_checks.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

using namespace bedrock;

namespace {

invoke_guardrail_checks_request check(std::string text) {
    invoke_guardrail_checks_request request;
    request.messages.push_back({.role = guardrail_checks_role::user, .content = {"first", std::move(text)}});
    request.checks.content_filter = guardrail_checks_content_filter_config{
        .categories = {{.category = guardrail_checks_content_filter_category::hate}}};
    request.checks.sensitive_information = guardrail_checks_sensitive_information_config{
        .entities = {{.type = guardrail_checks_sensitive_information_entity_type::email}}};
    return request;
}

}  // namespace

TEST_CASE("guardrail_checks: scores and places", "[client]") {
    client_fixture f;
    auto const found = f.client().invoke_guardrail_checks(check("an EMAIL of HATE"));
    REQUIRE(found);
    REQUIRE(found->results.content_filter);
    CHECK(found->results.content_filter->results.at(0).severity_score == 0.75);
    CHECK_FALSE(found->results.prompt_attack);
    REQUIRE(found->results.sensitive_information);
    auto const& place = found->results.sensitive_information->results.at(0);
    CHECK(place.type == guardrail_checks_sensitive_information_entity_type::email);
    CHECK(place.begin_offset == 3);
    CHECK(place.end_offset == 8);
    CHECK(place.message_index == 0);
    CHECK(place.content_index == 1);
    CHECK(found->results.sensitive_information->truncated == false);
    CHECK(found->usage.content_filter->text_units == 1);
    CHECK_FALSE(found->usage.prompt_attack);
    CHECK(found->attempts == 1);
    auto const request = f.server.requests().at(0);
    CHECK(request.head.target == "/guardrail-checks/invoke");
    CHECK(request.body ==
          R"({"messages":[{"role":"user","content":[{"text":"first"},{"text":"an EMAIL of HATE"}]}],"checks":)"
          R"({"contentFilter":{"categories":[{"category":"HATE"}]},)"
          R"("sensitiveInformation":{"entities":[{"type":"EMAIL"}]}}})");
}

TEST_CASE("guardrail_checks: no check is no request that the service takes", "[client]") {
    client_fixture f;
    auto request = check("x");
    request.checks = {};
    auto const got = f.client().invoke_guardrail_checks(request);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::validation);
    auto unset = check("x");
    unset.messages[0].role = {};
    CHECK(f.client().invoke_guardrail_checks(unset).error().code == errc::invalid_input);
    CHECK(f.server.request_count() == 1);
}
