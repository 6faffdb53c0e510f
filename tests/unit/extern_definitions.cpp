#include "bedrock/extern_definitions.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

using namespace bedrock;

TEST_CASE("extern_definitions: the file that compiles the client may use it too", "[client]") {
    client_fixture f;
    auto const reply = f.client().converse(ask_for("one two"));
    REQUIRE(reply);
    CHECK_FALSE(reply->text().empty());
}
