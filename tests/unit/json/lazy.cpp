#include "bedrock/json/lazy.hpp"

#include "support/catch.hpp"

#include "support/described.hpp"

using bedrock::json::lazy;

TEST_CASE("a lazy value is parsed when asked for", "[json]") {
    lazy<described::leaf> const later(R"({"name":"n","more":1})");
    CHECK_FALSE(later.empty());
    CHECK(later.text() == R"({"name":"n","more":1})");
    auto const parsed = later.parse();
    REQUIRE(parsed);
    CHECK(parsed->name == "n");
    CHECK(parsed->unknown.size() == 1);
}

TEST_CASE("a lazy value reports absence and wrong types", "[json]") {
    CHECK(lazy<described::leaf>().parse().error().code == bedrock::errc::protocol);
    auto const wrong = lazy<described::leaf>("[1]").parse();
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message.find("expected an object, found an array") != std::string::npos);
}
