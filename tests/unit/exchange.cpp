#include "bedrock/exchange.hpp"

#include "bedrock/result.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;

namespace {

exchange<std::string> count_down(int from) {
    pause_ask tick(from);
    co_await tick;
    if (from == 0) co_return "0";
    auto rest = co_await count_down(from - 1);
    co_return std::to_string(from) + rest;
}

exchange<result<std::string>> outer(int rounds) {
    std::string all;
    for (int i = 0; i < rounds; ++i) {
        auto const part = co_await count_down(i);
        all += part + ' ';
    }
    if (all.empty()) co_return fail(errc::invalid_input, "no rounds");
    co_return all;
}

struct witness {
    int& alive;
    explicit witness(int& count) : alive(count) { ++alive; }
    witness(witness const&) = delete;
    witness& operator=(witness const&) = delete;
    ~witness() { --alive; }
};

exchange<int> nested_with_witness(int& alive, int depth) {
    witness const held(alive);
    if (depth == 0) {
        pause_ask tick(1);
        co_await tick;
        co_return 0;
    }
    auto const below = co_await nested_with_witness(alive, depth - 1);
    co_return below + 1;
}

exchange<std::unique_ptr<int>> move_only() {
    co_return std::make_unique<int>(7);
}

exchange<std::shared_ptr<int>> shared(std::shared_ptr<int> value) {
    co_return std::move(value);
}

exchange<int> many_children(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) {
        auto const value = co_await move_only();
        sum += *value;
    }
    co_return sum;
}

}  // namespace

TEST_CASE("exchange: nothing runs before the first step", "[exchange]") {
    int alive = 0;
    auto idle = nested_with_witness(alive, 0);
    CHECK(alive == 0);
    REQUIRE(idle.step() != nullptr);
    CHECK(alive == 1);
}

TEST_CASE("exchange: asks surface one by one, in order, from any depth", "[exchange]") {
    auto protocol = outer(4);
    std::string order;
    while (ask* const wanted = protocol.step()) {
        REQUIRE(wanted->kind == ask_kind::pause);
        order += std::to_string(static_cast<pause_ask*>(wanted)->milliseconds);
    }
    CHECK(order == "0102103210");
    auto const done = protocol.take();
    REQUIRE(done);
    CHECK(*done == "0 10 210 3210 ");
}

TEST_CASE("exchange: a failure is a value like any other", "[exchange]") {
    auto protocol = outer(0);
    REQUIRE(protocol.step() == nullptr);
    auto const done = protocol.take();
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::invalid_input);
}

TEST_CASE("exchange: destroying the root destroys every nested frame, wherever it stands", "[exchange]") {
    int alive = 0;
    {
        auto protocol = nested_with_witness(alive, 10);
        REQUIRE(protocol.step() != nullptr);
        CHECK(alive == 11);
    }
    CHECK(alive == 0);
}

TEST_CASE("exchange: a value is destroyed with it, taken or not, and there is none before the end", "[exchange]") {
    auto const value = std::make_shared<int>(1);
    {
        auto const unstarted = shared(value);
        auto untaken = shared(value);
        CHECK(untaken.step() == nullptr);
        auto taken = shared(value);
        CHECK(taken.step() == nullptr);
        CHECK(taken.take() == value);
        untaken = std::move(taken);
    }
    CHECK(value.use_count() == 1);
}

TEST_CASE("exchange: may move between steps", "[exchange]") {
    auto first = outer(3);
    REQUIRE(first.step() != nullptr);
    auto second = std::move(first);
    REQUIRE(second.step() != nullptr);
    first = std::move(second);
    while (first.step()) {
    }
    CHECK(*first.take() == "0 10 210 ");
}

TEST_CASE("exchange: many children in a row do not grow the stack", "[exchange]") {
    auto protocol = many_children(200'000);
    REQUIRE(protocol.step() == nullptr);
    CHECK(protocol.take() == 1'400'000);
}

#if BEDROCK_EXCEPTIONS
namespace {
exchange<int> throws_below(int depth) {
    pause_ask tick(1);
    co_await tick;
    if (depth == 0) throw std::string("from below");
    auto const value = co_await throws_below(depth - 1);
    co_return value;
}
}  // namespace

TEST_CASE("exchange: what a protocol throws leaves step()", "[exchange]") {
    auto protocol = throws_below(2);
    REQUIRE(protocol.step());
    REQUIRE(protocol.step());
    REQUIRE(protocol.step());
    CHECK_THROWS_AS(protocol.step(), std::string);
}
#endif

TEST_CASE("a wiped text leaves nothing in its memory, its spare capacity included", "[exchange]") {
    for (std::size_t const size : {0u, 1u, 15u, 16u, 64u, 5000u}) {
        std::string secret(size, 's');
        secret.reserve(size + 40);
        secret.append(20, 't');
        secret.resize(size);
        auto const* const memory = secret.data();
        auto const capacity = secret.capacity();
        bedrock::detail::wipe(secret);
        CHECK(secret.empty());
        REQUIRE(secret.capacity() == capacity);
        secret.resize(capacity, 'x');  // the memory is the text's again; what was there is not
        CHECK(secret.data() == memory);
        secret.clear();
        bedrock::detail::wipe(secret);
        CHECK(std::string_view(memory, capacity) == std::string(capacity, '\0'));
    }
}
