#include "bedrock/json/fields.hpp"

#include "support/catch.hpp"

#include "support/described.hpp"
#include "support/random_json.hpp"

#include <string>

namespace json = bedrock::json;

TEST_CASE("described types survive reading and writing", "[json]") {
    check_random_round_trips<described::everything>(300);
    check_random_round_trips<described::strict>(300);
    check_random_round_trips<described::tree>(300);
    check_random_round_trips<described::either>(100);
}

TEST_CASE("errors carry the code that was asked for", "[json]") {
    auto const answer = json::read<described::leaf>("[]");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == bedrock::errc::protocol);
    CHECK(answer.error().name == "Protocol");
    auto const own = json::read<described::leaf>("[]", {.code = bedrock::errc::invalid_input});
    REQUIRE_FALSE(own);
    CHECK(own.error().code == bedrock::errc::invalid_input);
    auto const deep = json::read<json::document>("[[1]]", {.reader = {.max_depth = 1}});
    CHECK_FALSE(deep);
}

TEST_CASE("writing appends, and takes back what it appended before a failure", "[json]") {
    std::string out = "x=";
    REQUIRE(json::write(described::leaf{.name = "n"}, out));
    CHECK(out == R"(x={"name":"n"})");
    auto const failed = json::write(described::everything{.text = "long enough", .any = "{"}, out);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == bedrock::errc::invalid_input);
    CHECK(failed.error().message == "any: not a valid JSON document");
    CHECK(out == R"(x={"name":"n"})");
    CHECK(*json::write(described::leaf{}) == "{}");
    CHECK_FALSE(json::write(described::everything{.any = "{"}));
}

TEST_CASE("any described type can stand at the top", "[json]") {
    CHECK(*json::read<std::int32_t>(" 7 ") == 7);
    CHECK(json::read<std::vector<std::string>>(R"(["a"])")->at(0) == "a");
    CHECK(*json::write(std::vector<std::pair<std::string, bool>>{{"k", true}}) == R"({"k":true})");
    CHECK(json::read<json::document>("{").error().message.find("invalid JSON: ") == 0);
}
