#include "bedrock/result.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using bedrock::errc;
using bedrock::fail;
using bedrock::result;

namespace {

// Counts what is alive, so that a union that forgets or repeats a destructor shows.
struct counted {
    inline static int alive = 0;
    int value = 0;
    explicit counted(int v) : value(v) { ++alive; }
    counted(counted const& other) : value(other.value) { ++alive; }
    counted(counted&& other) noexcept : value(std::exchange(other.value, -1)) { ++alive; }
    counted& operator=(counted const&) = default;
    ~counted() { --alive; }
};

result<int> half(int value) {
    if (value % 2 != 0) return fail(errc::invalid_input, std::to_string(value) + " is odd");
    return value / 2;
}

result<void> nothing_to_report(bool fine) {
    if (!fine) return fail(errc::transport, "no route");
    return {};
}

#if !BEDROCK_EXCEPTIONS
// How a child ends that runs `body`: its exit code, or minus the signal that ended it.
template <class F>
int end_of_child(F body) {
    ::pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // Catch2's handler would report the child as a failed test
        body();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
#endif

}  // namespace

TEST_CASE("a value", "[result]") {
    auto good = half(8);
    REQUIRE(good);
    CHECK(good.has_value());
    CHECK(*good == 4);
    CHECK(good.value() == 4);
    *good = 5;
    CHECK(std::as_const(good).value() == 5);
    CHECK(good.value_or(7) == 5);
    result<std::string> text = "abc";
    CHECK(text->size() == 3);
    CHECK(std::as_const(text)->size() == 3);
    CHECK(std::move(text).value() == "abc");
}

TEST_CASE("a failure", "[result]") {
    auto bad = half(7);
    REQUIRE_FALSE(bad);
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error().code == errc::invalid_input);
    CHECK(bad.error().name == "InvalidInput");
    CHECK(std::as_const(bad).error().message == "7 is odd");
    CHECK(bad.value_or(9) == 9);
    CHECK(std::move(bad).value_or(9) == 9);
    bedrock::error const taken = half(9).error();
    CHECK(taken.message == "9 is odd");
}

TEST_CASE("results without a value", "[result]") {
    auto good = nothing_to_report(true);
    CHECK(good);
    good.value();
    auto bad = nothing_to_report(false);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message == "no route");
    auto const copy = bad;
    CHECK(copy.error().message == "no route");
    good = bad;
    CHECK_FALSE(good);
    bad = nothing_to_report(true);
    CHECK(bad);
    CHECK_FALSE(good);
    good = std::move(bad);
    CHECK(good.has_value());
}

TEST_CASE("copies, moves and assignments across both sides keep every life paired", "[result]") {
    REQUIRE(counted::alive == 0);
    {
        result<counted> a = counted(1);
        result<counted> b = fail(errc::protocol, "broken frame of some length");
        CHECK(counted::alive == 1);
        auto c = a;
        auto d = b;
        CHECK(c->value == 1);
        CHECK(d.error().message == "broken frame of some length");
        c = b;
        CHECK_FALSE(c);
        CHECK(counted::alive == 1);
        d = a;
        CHECK(d->value == 1);
        CHECK(counted::alive == 2);
        auto e = std::move(a);
        CHECK(e->value == 1);
        CHECK(a.has_value());
        CHECK(a->value == -1);
        b = std::move(e);
        CHECK(b->value == 1);
        auto& same = b;
        b = same;
        CHECK(b->value == 1);
        c = fail(errc::timeout, "idle");
        CHECK(c.error().code == errc::timeout);
    }
    CHECK(counted::alive == 0);
}

TEST_CASE("types that only move", "[result]") {
    result<std::unique_ptr<int>> pointer = std::make_unique<int>(3);
    REQUIRE(pointer);
    auto const taken = *std::move(pointer);
    CHECK(*taken == 3);
    static_assert(!std::is_copy_constructible_v<std::unique_ptr<int>>);
    static_assert(std::is_nothrow_move_constructible_v<result<std::unique_ptr<int>>>);
    static_assert(std::is_nothrow_move_constructible_v<result<std::string>>);
    static_assert(std::is_nothrow_move_constructible_v<result<void>>);
}

TEST_CASE("only what makes a value converts", "[result]") {
    static_assert(std::is_convertible_v<char const*, result<std::string>>);
    static_assert(!std::is_convertible_v<std::vector<int>, result<std::string>>);
    static_assert(std::is_convertible_v<bedrock::unexpected, result<std::string>>);
    static_assert(!std::is_default_constructible_v<result<int>>);
    static_assert(std::is_same_v<result<int>::value_type, int>);
    static_assert(std::is_same_v<result<void>::error_type, bedrock::error>);
    SUCCEED();
}

TEST_CASE("chains stop at the first failure and carry it on", "[result]") {
    int calls = 0;
    auto const count = [&](int value) {
        ++calls;
        return value + 1;
    };
    auto const good = half(8).and_then(half).transform(count);
    REQUIRE(good);
    CHECK(*good == 3);
    CHECK(calls == 1);
    auto const bad = half(6).and_then(half).and_then(half).transform(count);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message == "3 is odd");
    CHECK(calls == 1);
    auto const text = half(4).transform([](int value) { return std::to_string(value); });
    REQUIRE(text);
    CHECK(*text == "2");
}

TEST_CASE("the fatal hook is handed back when it is replaced", "[result]") {
    bedrock::fatal_hook const mine = [](bedrock::error const&) {};
    auto const before = bedrock::set_fatal_hook(mine);
    CHECK(before != nullptr);
    CHECK(bedrock::set_fatal_hook(before) == mine);
}

#if BEDROCK_EXCEPTIONS

TEST_CASE("value() of a failure throws what failed", "[result]") {
    auto const bad = half(3);
    CHECK_THROWS_AS(bad.value(), bedrock::exception);
    CHECK_THROWS_AS(half(3).value(), bedrock::exception);
    CHECK_THROWS_AS(nothing_to_report(false).value(), std::exception);
    try {
        auto copy = bad;
        copy.value();
        FAIL("it did not throw");
    } catch (bedrock::exception const& thrown) {
        CHECK(std::string(thrown.what()) == "3 is odd");
        CHECK(thrown.reason().code == errc::invalid_input);
        static_assert(std::is_nothrow_copy_constructible_v<bedrock::exception>);
        auto const kept = thrown;
        CHECK(&kept.reason() == &thrown.reason());
    }
    CHECK(bad.error().message == "3 is odd");
}

#else

TEST_CASE("value() of a failure calls the hook with what failed, and never returns", "[result]") {
    CHECK(end_of_child([] {
              bedrock::set_fatal_hook([](bedrock::error const& reason) {
                  ::_exit(reason.code == errc::invalid_input && reason.message == "3 is odd" ? 42 : 1);
              });
              static_cast<void>(half(3).value());
          }) == 42);
    CHECK(end_of_child([] {
              bedrock::set_fatal_hook(
                  [](bedrock::error const& reason) { ::_exit(reason.code == errc::transport ? 43 : 1); });
              nothing_to_report(false).value();
          }) == 43);
    CHECK(end_of_child([] {
              bedrock::set_fatal_hook([](bedrock::error const&) {});
              auto bad = half(3);
              static_cast<void>(bad.value());
          }) == -SIGABRT);
    CHECK(end_of_child([] { static_cast<void>(half(4).value()); }) == 0);
}

TEST_CASE("without a hook the failure is printed and the process aborted", "[result]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    CHECK(end_of_child([&] {
              ::dup2(ends[1], STDERR_FILENO);
              static_cast<void>(half(3).value());
          }) == -SIGABRT);
    ::close(ends[1]);
    std::string printed(200, '\0');
    auto const count = ::read(ends[0], printed.data(), printed.size());
    ::close(ends[0]);
    REQUIRE(count > 0);
    printed.resize(static_cast<std::size_t>(count));
    CHECK(printed == "bedrock: InvalidInput: 3 is odd\n");
}

#endif
