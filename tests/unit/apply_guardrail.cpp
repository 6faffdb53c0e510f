#include "bedrock/apply_guardrail.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

namespace {

apply_guardrail_request judge(std::string text) {
    apply_guardrail_request request;
    request.guardrail_identifier = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc";
    request.guardrail_version = "DRAFT";
    request.source = guardrail_content_source::output;
    request.content.push_back(guardrail_text_block{.text = std::move(text)});
    return request;
}

}  // namespace

TEST_CASE("apply_guardrail: content that passes, and content that does not", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const passed = client.apply_guardrail(judge("a fine day"));
    REQUIRE(passed);
    CHECK(passed->action == guardrail_action::none);
    CHECK(passed->outputs.empty());
    REQUIRE(passed->guardrail_coverage);
    CHECK(passed->request_id == "00000000-0000-4000-8000-000000000001");

    auto const stopped = client.apply_guardrail(judge("a forbidden day"));
    REQUIRE(stopped);
    CHECK(stopped->action == guardrail_action::guardrail_intervened);
    REQUIRE(stopped->outputs.size() == 1);
    CHECK(stopped->outputs[0].text == "a {WORD} day");
    REQUIRE(stopped->assessments.size() == 1);
    REQUIRE(stopped->assessments[0].word_policy);
    CHECK(stopped->assessments[0].word_policy->custom_words.at(0).match == "forbidden");
    CHECK(stopped->usage.word_policy_units == 1);

    auto const request = f.server.requests().at(0);
    CHECK(request.head.target ==
          "/guardrail/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aguardrail%2Fabc/version/DRAFT/apply");
    CHECK(request.body == R"({"source":"OUTPUT","content":[{"text":{"text":"a fine day"}}]})");
}

TEST_CASE("apply_guardrail: an empty part of the path is not sent", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto unnamed = judge("x");
    unnamed.guardrail_identifier.clear();
    CHECK(client.apply_guardrail(unnamed).error().code == errc::invalid_input);
    CHECK(client.apply_guardrail(unnamed).error().message ==
          "guardrail_identifier is empty; name a guardrail by its id or ARN");
    auto unversioned = judge("x");
    unversioned.guardrail_version.clear();
    CHECK(client.apply_guardrail(unversioned).error().code == errc::invalid_input);
    CHECK(client.apply_guardrail(unversioned).error().message == "guardrail_version is empty; give a number or DRAFT");
    CHECK(f.server.accepted_connections() == 0);
    CHECK(client.apply_guardrail({.guardrail_identifier = "abc", .guardrail_version = "one"}).error().code ==
          errc::invalid_input);
}
