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

TEST_CASE("environment: signatures use the offset of their host's clock, and nothing else does", "[environment]") {
    fake_environment machine;
    machine.offsets = std::make_shared<clock_offsets>();
    auto const here = machine.get();
    auto const copy = here;
    http::header_list const two_hours_on{{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}};
    CHECK(learn_clock_offset(here, "https://a.example/x", "a.example", "RequestExpired", two_hours_on, *machine.unix_ms));
    CHECK(signing_time_ms(copy, "a.example") == *machine.unix_ms + 7'200'000);
    CHECK(signing_time_ms(copy, "b.example") == *machine.unix_ms);
    CHECK(copy.unix_milliseconds() == *machine.unix_ms);
    *machine.unix_ms += 500;
    CHECK(signing_time_ms(copy, "a.example") == *machine.unix_ms + 7'200'000);
    CHECK(signing_time_ms(fake_environment().get(), "a.example") == *machine.unix_ms - 500);
}

TEST_CASE("environment: a response over plain http, or a day off, does not correct the clock", "[environment]") {
    fake_environment machine;
    machine.offsets = std::make_shared<clock_offsets>();
    auto const here = machine.get();
    auto const learns = [&](std::string_view url, char const* date) {
        return learn_clock_offset(here, url, "h", "RequestExpired", {{"Date", date}}, *machine.unix_ms);
    };
    auto const* const two_hours_on = "Fri, 02 Jan 2026 05:04:05 GMT";
    CHECK_FALSE(learns("http://a.example", two_hours_on));
    CHECK_FALSE(learns("http://169.254.170.2", two_hours_on));
    CHECK_FALSE(learns("not a URL", two_hours_on));
    CHECK(learns("http://127.0.0.1:8080", two_hours_on));
    CHECK(learns("https://a.example", "Sat, 03 Jan 2026 03:04:05 GMT"));
    CHECK_FALSE(learns("https://a.example", "Sat, 03 Jan 2026 03:04:06 GMT"));
    CHECK(learns("https://a.example", "Thu, 01 Jan 2026 03:04:05 GMT"));
    CHECK_FALSE(learns("https://a.example", "Thu, 01 Jan 2026 03:04:04 GMT"));
    CHECK(here.clock_offsets->find_ms("h") == -86'400'000);
}

TEST_CASE("environment: clock offsets are kept by host, 64 of them", "[environment]") {
    clock_offsets offsets;
    CHECK(offsets.find_ms("a") == 0);
    offsets.set_ms("a", 5);
    offsets.set_ms("b", -7);
    offsets.set_ms("a", 6);
    CHECK(offsets.find_ms("a") == 6);
    CHECK(offsets.find_ms("b") == -7);
    for (int i = 0; i != 62; ++i) offsets.set_ms("host" + std::to_string(i), 1);
    CHECK(offsets.find_ms("a") == 6);
    offsets.set_ms("one more", 2);
    CHECK(offsets.find_ms("a") == 0);
    CHECK(offsets.find_ms("b") == -7);
    CHECK(offsets.find_ms("one more") == 2);
}
