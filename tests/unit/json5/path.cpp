#include "bedrock/json5/path.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace json5 = bedrock::json5;
using json5::fault;

namespace {

json5::path parsed(std::string_view text) {
    json5::path steps;
    CHECK(json5::parse_path(text, steps).ok());
    json5::path again;
    CHECK(json5::parse_path(json5::format_path(steps), again).ok());
    CHECK(again == steps);
    return steps;
}

}  // namespace

TEST_CASE("a place in a document is named by points and brackets", "[json5][path]") {
    CHECK(parsed("a") == json5::path{"a"});
    CHECK(parsed("models.providers.amazon-bedrock.models[0].id") ==
          json5::path{"models", "providers", "amazon-bedrock", "models", "0", "id"});
    CHECK(parsed("models[\"amazon-bedrock/us.x-v1:0\"].alias") ==
          json5::path{"models", "amazon-bedrock/us.x-v1:0", "alias"});
    CHECK(parsed("['it\\'s']['']") == json5::path{"it's", ""});
    CHECK(parsed("a.0.b c") == json5::path{"a", "0", "b c"});
    CHECK(json5::format_path(json5::path{"a", "b.c", "0", "d"}) == "a[\"b.c\"].0.d");
}

TEST_CASE("what names no place says where it breaks", "[json5][path]") {
    struct mistake {
        std::string_view text;
        json5::status state;
    };
    for (auto const& [text, state] : {
             mistake{"", {fault::unexpected_end, 0}},
             mistake{".", {fault::unexpected_character, 0}},
             mistake{"a.", {fault::unexpected_end, 2}},
             mistake{"a..b", {fault::unexpected_character, 2}},
             mistake{"a[", {fault::unexpected_end, 2}},
             mistake{"a[1", {fault::unexpected_end, 3}},
             mistake{"a[x]", {fault::unexpected_character, 2}},
             mistake{"a[]", {fault::unexpected_character, 2}},
             mistake{"a[1]b", {fault::unexpected_character, 4}},
             mistake{"a]", {fault::unexpected_character, 1}},
             mistake{"a['x", {fault::unclosed_string, 2}},
             mistake{"a['\\1']", {fault::invalid_escape, 3}},
             mistake{"a['x'", {fault::unexpected_end, 5}},
             mistake{"a['x'}", {fault::unexpected_character, 5}},
             mistake{"a\nb", {fault::unexpected_character, 1}},
         }) {
        json5::path steps{"kept"};
        INFO(text);
        CHECK(json5::parse_path(text, steps) == state);
        CHECK(steps == json5::path{"kept"});
    }
}
