#include "bedrock/json/document.hpp"

#include "support/catch.hpp"

#include <string>

using bedrock::json::document;
using bedrock::json::unknown_members;

TEST_CASE("a document is its text", "[json]") {
    CHECK(document().empty());
    CHECK(document("{}").text() == "{}");
    CHECK(document(std::string_view("[1]")) == document(std::string("[1]")));
    CHECK_FALSE(document("[1]") == document("[ 1]"));
    document moved("[1,2]");
    CHECK(std::move(moved).text() == "[1,2]");
    document cleared("1");
    cleared.clear();
    CHECK(cleared.empty());
}

TEST_CASE("unknown members keep their order and are found by name", "[json]") {
    unknown_members members;
    CHECK(members.empty());
    members.set("b", "1");
    members.set("a", "2");
    members.set("b", "3");
    REQUIRE(members.size() == 2);
    CHECK(members.begin()->name == "b");
    REQUIRE(members.find("b") != nullptr);
    CHECK(members.find("b")->text() == "3");
    CHECK(members.find("c") == nullptr);
    members.erase("b");
    members.erase("c");
    CHECK(members.find("b") == nullptr);
    CHECK(members.size() == 1);
    members.add("a", "4");
    CHECK(members.size() == 2);
    CHECK(members.find("a")->text() == "2");
    members.clear();
    CHECK(members.empty());
}
