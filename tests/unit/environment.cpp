#include "bedrock/environment.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

using namespace bedrock;

TEST_CASE("environment: blank variables are unset, others are trimmed", "[environment]") {
    auto const here =
        fake_environment({{"BLANK", " \t "}, {"EMPTY", ""}, {"PADDED", "  value \n"}, {"INNER", "a b"}}).get();
    CHECK_FALSE(non_blank_variable(here, "MISSING"));
    CHECK_FALSE(non_blank_variable(here, "BLANK"));
    CHECK_FALSE(non_blank_variable(here, "EMPTY"));
    CHECK(non_blank_variable(here, "PADDED") == "value");
    CHECK(non_blank_variable(here, "INNER") == "a b");
}

TEST_CASE("environment: the process's own reads variables and both clocks", "[environment]") {
    auto const process = environment::of_process();
    ::setenv("BEDROCK_TEST_VARIABLE", "seen", 1);
    CHECK(process.variable("BEDROCK_TEST_VARIABLE") == "seen");
    ::unsetenv("BEDROCK_TEST_VARIABLE");
    CHECK_FALSE(process.variable("BEDROCK_TEST_VARIABLE"));

    auto const before = static_cast<std::int64_t>(std::time(nullptr));
    auto const now = process.unix_milliseconds() / 1000;
    CHECK(now >= before);
    CHECK(now <= before + 60);

    auto const first = process.steady_milliseconds();
    CHECK(process.steady_milliseconds() >= first);
    for (int i = 0; i < 100; ++i) {
        auto const value = process.random_unit();
        CHECK(value >= 0.0);
        CHECK(value < 1.0);
    }
}

TEST_CASE("environment: the home directory of an account, for a process without HOME", "[environment]") {
    auto const* const account = ::getpwuid(::geteuid());
    CHECK(environment::of_process().home() == (account ? account->pw_dir : ""));
}

TEST_CASE("environment: a clock that can be corrected keeps its correction and goes on", "[environment]") {
    fake_environment machine;
    auto const here = with_correctable_clock(machine.get());
    auto const copy = here;
    CHECK(here.unix_milliseconds() == *machine.unix_ms);
    copy.correct_clock(*machine.unix_ms + 7'200'000);
    CHECK(here.unix_milliseconds() == *machine.unix_ms + 7'200'000);
    *machine.unix_ms += 500;
    CHECK(copy.unix_milliseconds() == *machine.unix_ms + 7'200'000);
    here.correct_clock(*machine.unix_ms - 1'000);
    CHECK(here.unix_milliseconds() == *machine.unix_ms - 1'000);
    auto const other = with_correctable_clock(machine.get());
    CHECK(other.unix_milliseconds() == *machine.unix_ms);

    auto own = machine.get();
    std::int64_t told = 0;
    own.correct_clock = [&told](std::int64_t now) { told = now; };
    auto const kept = with_correctable_clock(own);
    kept.correct_clock(5);
    CHECK(told == 5);
    CHECK(kept.unix_milliseconds() == *machine.unix_ms);
}
