#include "bedrock/json/open_enum.hpp"

#include "support/catch.hpp"

#include <string_view>

namespace {
enum class metal : unsigned char { unknown, iron, tin };
}

template <>
struct bedrock::json::enum_texts<metal> {
    static constexpr std::string_view table[] = {"IRON", "x-tin"};
};

using open_metal = bedrock::json::open_enum<metal>;

TEST_CASE("an open enum knows its texts and keeps those of others", "[json]") {
    open_metal const unset;
    CHECK_FALSE(unset.is_set());
    CHECK(unset.text() == "");
    CHECK(unset.value() == metal::unknown);

    open_metal const tin = metal::tin;
    CHECK(tin == metal::tin);
    CHECK(tin != metal::iron);
    CHECK(tin.text() == "x-tin");
    CHECK(open_metal("x-tin") == tin);

    open_metal const other("mithril");
    CHECK(other.is_set());
    CHECK(other.value() == metal::unknown);
    CHECK(other.text() == "mithril");
    CHECK(other != tin);
    CHECK(other == open_metal("mithril"));
    CHECK(open_metal("iron").value() == metal::unknown);  // texts are exact

    CHECK_FALSE(open_metal(metal::unknown).is_set());
    CHECK(open_metal(static_cast<metal>(200)).text() == "");
}

TEST_CASE("an open enum can be assigned over", "[json]") {
    open_metal value("mithril");
    value = metal::iron;
    CHECK(value.text() == "IRON");
    value.set_text("adamant", bedrock::json::enum_texts<metal>::table);
    CHECK(value.text() == "adamant");
    value.set_text("x-tin", bedrock::json::enum_texts<metal>::table);
    CHECK(value == metal::tin);
    value = open_metal();
    CHECK_FALSE(value.is_set());
}
