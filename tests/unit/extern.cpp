#include "bedrock/extern.hpp"

#include "bedrock/apply_guardrail.hpp"
#include "bedrock/async_invoke.hpp"
#include "bedrock/control.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/embed.hpp"
#include "bedrock/guardrail_checks.hpp"
#include "bedrock/invoke.hpp"
#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

// Linked with the definitions' test alone: what that file does not compile does not link here.

TEST_CASE("extern: converse, pushed and pulled streams and explain are compiled elsewhere", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const asked = ask_for("one two");
    auto const plain = client.converse(asked);
    REQUIRE(plain);
    auto const text = plain->text();
    CHECK_FALSE(text.empty());

    std::string pushed;
    auto const reply = client.converse_stream(asked, [&](stream_event const& event) { pushed += event.text(); });
    REQUIRE(reply);
    CHECK(pushed == text);

    std::string pulled;
    auto events = client.open_stream(asked);
    for (auto const& event : events) pulled += event.text();
    CHECK(std::move(events).finish());
    CHECK(pulled == text);

    CHECK(client.explain().endpoint.value == f.server.url());
}

TEST_CASE("extern: every other operation is compiled elsewhere too", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto const name_of = [](auto const& answer) { return answer ? std::string("answered") : answer.error().name; };
    CHECK(name_of(client.apply_guardrail({})) == "InvalidInput");
    CHECK(name_of(client.count_tokens({})) == "InvalidInput");
    CHECK(name_of(client.embed({})) == "answered");  // no texts, no vectors
    CHECK(name_of(client.get_async_invoke({})) == "InvalidInput");
    CHECK(name_of(client.get_foundation_model({})) == "InvalidInput");
    CHECK(name_of(client.get_inference_profile({})) == "InvalidInput");
    CHECK(name_of(client.invoke_guardrail_checks({})) == "ValidationException");
    CHECK(name_of(client.invoke_model({})) == "InvalidInput");
    CHECK(name_of(client.invoke_model_stream({}, [](auto const&) {})) == "InvalidInput");
    CHECK(name_of(client.list_async_invokes({})) == "answered");
    CHECK(name_of(client.list_foundation_models({})) == "answered");
    CHECK(name_of(client.list_inference_profiles({})) == "answered");
    CHECK(name_of(client.open_invoke_stream({}).finish()) == "InvalidInput");
    CHECK(name_of(client.start_async_invoke({})) == "InvalidInput");
}
