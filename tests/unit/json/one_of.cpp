#include "bedrock/json/one_of.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

// Counts the objects alive, so that a lost or doubled destructor shows.
struct counted {
    counted() { ++alive; }
    counted(counted const&) { ++alive; }
    counted(counted&&) noexcept { ++alive; }
    counted& operator=(counted const&) = default;
    ~counted() { --alive; }
    static inline int alive = 0;
};

struct alignas(32) wide {
    double value = 0;
};

struct choice : bedrock::json::one_of<std::string, std::vector<int>, counted, wide> {
    using one_of::one_of;
};

}  // namespace

TEST_CASE("a union holds nothing or exactly one arm", "[json]") {
    choice value;
    CHECK_FALSE(value.is_set());
    CHECK(value.index() == 0);
    CHECK(value.get_if<std::string>() == nullptr);

    value = std::string("a text that is too long for the small buffer");
    CHECK(value.index() == 1);
    CHECK(value.holds<std::string>());
    CHECK_FALSE(value.holds<counted>());
    REQUIRE(value.get_if<std::string>() != nullptr);
    CHECK(value.get_if<std::string>()->size() == 44);

    value.emplace<std::vector<int>>().push_back(7);
    CHECK(value.index() == 2);
    CHECK(value.get_if<std::string>() == nullptr);
    CHECK(std::as_const(value).get_if<std::vector<int>>()->at(0) == 7);

    value = bedrock::json::unknown_arm{"new", "1"};
    CHECK(value.index() == 5);
    CHECK(value.get_if<bedrock::json::unknown_arm>()->name == "new");

    value.reset();
    CHECK_FALSE(value.is_set());
}

TEST_CASE("copies are deep, moves keep the arm, every object is destroyed once", "[json]") {
    {
        choice first = counted();
        CHECK(counted::alive == 1);
        choice second = first;
        CHECK(counted::alive == 2);
        choice third = std::move(first);
        CHECK(counted::alive == 3);
        CHECK(first.index() == 3);
        second = third;
        CHECK(counted::alive == 3);
        auto& same = second;
        second = same;
        second = std::move(same);
        CHECK(second.holds<counted>());
        second = std::string("x");
        CHECK(counted::alive == 2);
        third = choice();
        CHECK_FALSE(third.is_set());
        CHECK(counted::alive == 1);
    }
    CHECK(counted::alive == 0);

    choice const text = std::string("original");
    choice copy = text;
    *copy.get_if<std::string>() += "!";
    CHECK(*text.get_if<std::string>() == "original");
}

TEST_CASE("arms keep their alignment inside containers", "[json]") {
    std::vector<choice> many;
    for (int i = 0; i < 50; ++i) many.emplace_back(wide{static_cast<double>(i)});
    for (auto const& one : many) {
        REQUIRE(one.get_if<wide>() != nullptr);
        CHECK(reinterpret_cast<std::uintptr_t>(one.get_if<wide>()) % alignof(wide) == 0);
    }
    CHECK(many[49].get_if<wide>()->value == 49);
}

TEST_CASE("an interpreter reaches the arms by index", "[json]") {
    choice value;
    auto* const text = static_cast<std::string*>(value.emplace_at(1));
    *text = "by index";
    CHECK(value.held() == text);
    CHECK(*value.get_if<std::string>() == "by index");
}
