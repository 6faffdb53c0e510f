#include "bedrock/json/descriptor.hpp"

#include "support/catch.hpp"

#include "support/described.hpp"

#include <cstddef>

using namespace bedrock::json;

TEST_CASE("types are described by their shape", "[json]") {
    CHECK(type_of<std::string>.kind == shape::text);
    CHECK(type_of<bedrock::byte_buffer>.kind == shape::blob);
    CHECK(type_of<std::optional<bool>>.inner == &type_of<bool>);
    CHECK(type_of<std::vector<double>>.stride == sizeof(double));
    CHECK(type_of<lazy<described::leaf>>.kind == shape::lazy);
    CHECK(type_of<described::wrapped>.kind == shape::text);
    CHECK(type_of<described::either>.count == 3);
    CHECK(type_of<described::either>.arms[1] == &type_of<described::leaf>);
    CHECK(type_of<open_enum<described::colour>>.count == 2);
    CHECK(type_of<described::closed>.offset == no_unknown);

    auto const& of = type_of<described::everything>;
    CHECK(of.kind == shape::structure);
    CHECK(of.count == 16);
    described::everything value;
    CHECK(static_cast<void*>(detail::member_at(&value, of.offset)) == &value.unknown);
    auto const* const list = detail::find_field(of, "list");
    REQUIRE(list != nullptr);
    CHECK(static_cast<void*>(detail::member_at(&value, list->offset)) == &value.list);
    CHECK(detail::find_field(of, "list", 15) == list);
    CHECK(detail::find_field(of, "lis") == nullptr);
}

TEST_CASE("containers are reached through their descriptors", "[json]") {
    std::vector<std::pair<std::string, std::int32_t>> map;
    auto const& of = type_of<decltype(map)>;
    auto* const entry = detail::add_element(of, &map);
    CHECK(static_cast<void*>(detail::member_at(entry, of.offset)) == &map[0].second);
    CHECK(detail::elements_of(of, &map).first == map.data());
    CHECK(detail::elements_of(of, &map).count == 1);

    std::optional<std::int32_t> maybe;
    auto const& optional = type_of<decltype(maybe)>;
    CHECK(detail::elements_of(optional, &maybe).count == 0);
    auto* const added = detail::add_element(optional, &maybe);
    REQUIRE(maybe);
    CHECK(added == &*maybe);
    CHECK(detail::elements_of(optional, &maybe).first == &*maybe);

    described::either either;
    auto const& choice = type_of<described::either>;
    CHECK(detail::elements_of(choice, &either).count == 0);
    void* const leaf = detail::add_element(choice, &either, 2);
    CHECK(leaf == either.get_if<described::leaf>());
    CHECK(detail::elements_of(choice, &either).count == 2);
}

TEST_CASE("every shape has an empty form", "[json]") {
    auto const empty = [](described::everything const& value) {
        return detail::is_empty(type_of<described::everything>, &value);
    };
    CHECK(empty({}));
    CHECK_FALSE(empty({.text = "a"}));
    CHECK_FALSE(empty({.bytes = bedrock::byte_buffer(1)}));
    CHECK_FALSE(empty({.flag = true}));
    CHECK_FALSE(empty({.small = 1}));
    CHECK_FALSE(empty({.large = 1}));
    CHECK_FALSE(empty({.single = 1}));
    CHECK_FALSE(empty({.twice = 1}));
    CHECK_FALSE(empty({.any = "1"}));
    CHECK_FALSE(empty({.later = lazy<described::leaf>("1")}));
    CHECK_FALSE(empty({.colour = described::colour::red}));
    CHECK_FALSE(empty({.maybe = 0}));
    CHECK_FALSE(empty({.list = {""}}));
    CHECK_FALSE(empty({.map = {{"", 0}}}));
    CHECK_FALSE(empty({.nested = {.name = "a"}}));
    CHECK_FALSE(empty({.one = described::wrapped{}}));
    CHECK_FALSE(empty({.boxed = {.name = "a"}}));
    described::everything unknown;
    unknown.unknown.add("a", "1");
    CHECK_FALSE(empty(unknown));
}
