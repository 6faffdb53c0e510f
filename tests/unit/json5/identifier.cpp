#include "bedrock/json5/identifier.hpp"

#include "support/catch.hpp"

namespace json5 = bedrock::json5;

TEST_CASE("names without quotes are ECMAScript's identifiers", "[json5][identifier]") {
    for (char32_t const c : {U'a', U'Z', U'$', U'_', U'é', U'ª', U'ǅ', U'ʰ', U'中', U'ⅷ', U'𝒳', U'Ω', U'ไ'}) {
        CHECK(json5::begins_name(c));
        CHECK(json5::continues_name(c));
    }
    // Digits, combining marks, connectors, joiners.
    for (char32_t const c : {U'0', U'9', U'٣', U'\u0301', U'\u0903', U'\u203f', U'\u200c', U'\u200d'}) {
        CHECK_FALSE(json5::begins_name(c));
        CHECK(json5::continues_name(c));
    }
    for (char32_t const c :
         {U'-', U' ', U'.', U'@', U'`', U'{',      U'\x7f',   U'\u0080', U'\u00a0',     U'×',
          U'÷', U'€', U'→', U'😀', U'²', U'\u2028', U'\ufeff', U'\ufffd', U'\U000e0001', U'\U0010ffff'}) {
        CHECK_FALSE(json5::begins_name(c));
        CHECK_FALSE(json5::continues_name(c));
    }
}
