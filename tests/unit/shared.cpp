#include "bedrock/shared.hpp"

#include "support/catch.hpp"
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace shared_tests {

using bedrock::detail::share_new;

struct counted {
    counted(int& living, std::unique_ptr<int> given) : living_(living), held(std::move(given)) { ++living_; }
    counted(counted const&) = delete;
    counted& operator=(counted const&) = delete;
    ~counted() { --living_; }
    int& living_;
    std::unique_ptr<int> held;
};

struct base {
    int value = 7;
};
struct derived : base {
    explicit derived(int& living) : count(living, nullptr) {}
    counted count;
};

TEST_CASE("shared: the last owner ends it, whoever that is", "[shared]") {
    int living = 0;
    auto one = share_new<counted>(living, std::make_unique<int>(5));
    CHECK(*one->held == 5);
    CHECK(one.use_count() == 1);
    std::weak_ptr<counted> const watched = one;
    auto two = one;
    one.reset();
    CHECK(living == 1);
    CHECK(watched.lock() == two);
    two.reset();
    CHECK(living == 0);
    CHECK(watched.expired());
}

TEST_CASE("shared: it is ended as what it was made, not as what it is held as", "[shared]") {
    int living = 0;
    std::shared_ptr<base const> held = share_new<derived>(living);
    CHECK(held->value == 7);
    CHECK(living == 1);
    held.reset();
    CHECK(living == 0);
}

TEST_CASE("shared: constants too", "[shared]") {
    auto const text = share_new<std::string const>(std::size_t{3}, 'x');
    static_assert(std::is_same_v<decltype(text), std::shared_ptr<std::string const> const>);
    CHECK(*text == "xxx");
}

}  // namespace shared_tests
