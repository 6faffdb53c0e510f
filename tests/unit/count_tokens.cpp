#include "bedrock/count_tokens.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

TEST_CASE("count_tokens: of a Converse request and of a raw body", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const asked = ask_for("three small words");
    auto const counted = client.count_tokens({.model_id = asked.model_id, .input = asked});
    REQUIRE(counted);
    CHECK(counted->input_tokens == 4);
    CHECK(counted->attempts == 1);
    CHECK(counted->request_id == "00000000-0000-4000-8000-000000000001");
    CHECK(client.converse(asked)->usage.input_tokens == 4);

    auto const body = as_bytes(R"({"inputText":"hi"})");
    auto const raw = client.count_tokens(
        {.model_id = "m", .input = invoke_model_tokens_request{.body = byte_buffer(body.begin(), body.end())}});
    REQUIRE(raw);
    CHECK(raw->input_tokens == 5);

    auto const requests = f.server.requests();
    CHECK(requests.at(0).head.target == "/model/anthropic.claude-v2%3A1/count-tokens");
    CHECK(requests[0].body ==
          R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"three small words"}]}]}}})");
    CHECK(requests.at(2).body == R"({"input":{"invokeModel":{"body":"eyJpbnB1dFRleHQiOiJoaSJ9"}}})");
}

TEST_CASE("count_tokens: what cannot be sent, and what cannot be read", "[client]") {
    client_fixture f;
    auto client = f.client();
    CHECK(client.count_tokens({.input = ask_for("x")}).error().code == errc::invalid_input);
    auto const unset = client.count_tokens({.model_id = "m"});
    REQUIRE_FALSE(unset);
    CHECK(unset.error().code == errc::invalid_input);
    CHECK(contains(unset.error().message, "input"));
    CHECK(f.server.accepted_connections() == 0);

    f.server.enqueue(mock::json_reply(200, R"({"inputTokens":"many"})"));
    auto const got = client.count_tokens({.model_id = "m", .input = ask_for("x")});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::protocol);
    CHECK(got.error().message ==
          "this is not a response of CountTokens: inputTokens: expected a number, found a string; received: "
          R"({"inputTokens":"many"}; check that the endpoint is Bedrock's, and what a gateway in between sends)");
    CHECK(got.error().http_status == 200);
    CHECK(got.error().attempts == 1);
    CHECK(got.error().request_id == "00000000-0000-4000-8000-000000000001");
}

TEST_CASE("count_tokens: the service's refusal comes with its permission", "[client]") {
    client_fixture f;
    f.server.enqueue(mock::error_reply(403, "AccessDeniedException", "not allowed"));
    auto const got = f.client().count_tokens({.model_id = "m", .input = ask_for("x")});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::access_denied);
    CHECK(got.error().hint == "needs the permission bedrock:CountTokens");
}
