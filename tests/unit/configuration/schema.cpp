#include "bedrock/configuration/schema.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace bedrock;
namespace conf = bedrock::configuration_detail;

namespace {

struct looked_at {
    explicit looked_at(std::string text) {
        REQUIRE(document.parse(std::move(text)).ok());
        found.document = &document;
        found.notes = &notes;
    }
    conf::section top() { return {found, document.root(), ""}; }

    json5::document document{};
    std::vector<configuration_note> notes{};
    conf::findings found{};
};

}  // namespace

TEST_CASE("configuration: the key that was probably meant", "[configuration][schema]") {
    CHECK(conf::find_near("refreshIntervall", {"refreshInterval", "region"}) == "refreshInterval");
    CHECK(conf::find_near("REGION", {"refreshInterval", "region"}) == "region");
    CHECK(conf::find_near("regoin", {"region"}) == "region");
    CHECK(conf::find_near("foo", {"region", "api"}) == "");
    CHECK(conf::find_near("ap", {"api"}) == "api");
    CHECK(conf::find_near("", {"api"}) == "");
    CHECK(conf::find_near(std::string(1000, 'a'), {"api"}) == "");
}

TEST_CASE("configuration: a section gives members of the type that is asked for", "[configuration][schema]") {
    looked_at seen("{a: {b: 1, c: 'x', d: [1], e: true, f: 2.5}, n: null}");
    auto const a = seen.top().object("a");
    CHECK(a.path() == "a");
    std::int64_t whole = 0;
    bool flag = false;
    double number = 0;
    std::string text;
    a.whole("b", 0, "", whole);
    a.read("e", flag);
    a.number("f", 0, 3, "", number);
    a.one_of("c", {"x", "y"}, text);
    CHECK(whole == 1);
    CHECK(flag);
    CHECK(number == 2.5);
    CHECK(text == "x");
    CHECK(a.list("d", "").first().text() == "1");
    CHECK(a.text("c") == "x");
    CHECK_FALSE(a.text("nothing"));
    CHECK(seen.found.problems.empty());

    CHECK_FALSE(seen.top().object("n"));
    CHECK_FALSE(seen.top().object("nothing").object("nothing"));
    CHECK(seen.found.problems.size() == 1);
    CHECK(seen.found.problems[0].text() ==
          "line 1, column 49: n: expected an object, found null; write { ... }, or leave it out");
    a.whole("b", 2, "more", whole, 9);
    CHECK(seen.found.problems[1].text() == "line 1, column 9: a.b: \"1\" is not a whole number from 2 to 9; more");
    a.one_of("c", {"y", "z", "w"}, text);
    CHECK(seen.found.problems[2].text() == "line 1, column 15: a.c: \"x\" is not y, z or w; write y, z or w");
    CHECK(text == "x");
    CHECK(whole == 1);
}

TEST_CASE("configuration: nothing is found in nothing", "[configuration][schema]") {
    conf::section const nothing;
    bool flag = true;
    nothing.expect({"a"});
    nothing.expect_shared({"a"});
    nothing.read("a", flag);
    CHECK_FALSE(nothing);
    CHECK_FALSE(nothing.text("a"));
    CHECK_FALSE(nothing.list("a", ""));
    CHECK(flag);
}
