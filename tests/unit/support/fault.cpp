#include "support/fault.hpp"

#include "support/catch.hpp"

#include <string>

using mock::fault;
using mock::parse_fault;

TEST_CASE("fault: every kind is read with its arguments") {
    auto const status = parse_fault("status:429");
    REQUIRE(status);
    CHECK(status->what == fault::kind::status);
    CHECK(status->number == 429);
    CHECK(status->name.empty());
    CHECK_FALSE(status->on_connection());
    CHECK(parse_fault("status:400:ServiceQuotaExceededException")->name == "ServiceQuotaExceededException");

    auto const exception = parse_fault("exception:throttlingException:5");
    REQUIRE(exception);
    CHECK(exception->what == fault::kind::exception);
    CHECK(exception->name == "throttlingException");
    CHECK(exception->number == 5);
    CHECK(parse_fault("exception:x")->number == 3);

    CHECK(parse_fault("cut:1234")->what == fault::kind::cut);
    CHECK(parse_fault("cut:1234")->number == 1234);
    CHECK(parse_fault("reset:0")->what == fault::kind::reset);
    CHECK(parse_fault("stall:7")->what == fault::kind::stall);
    CHECK(parse_fault("drip:3")->what == fault::kind::drip);
    CHECK(parse_fault("corrupt:99")->what == fault::kind::corrupt);
    CHECK(parse_fault("silent")->what == fault::kind::silent);
    CHECK(parse_fault("close")->what == fault::kind::close);
    CHECK(parse_fault("close")->on_connection());
}

TEST_CASE("fault: the range says which requests or connections it covers") {
    auto const all = parse_fault("cut:1");
    CHECK(all->covers(1));
    CHECK(all->covers(1000000));
    auto const third = parse_fault("cut:1@3");
    CHECK_FALSE(third->covers(2));
    CHECK(third->covers(3));
    CHECK_FALSE(third->covers(4));
    auto const some = parse_fault("silent@2-4");
    CHECK_FALSE(some->covers(1));
    CHECK(some->covers(2));
    CHECK(some->covers(4));
    CHECK_FALSE(some->covers(5));
}

TEST_CASE("fault: anything else is refused") {
    for (auto const* const text : {"",
                                   "unknown",
                                   "cut",
                                   "cut:",
                                   "cut:x",
                                   "cut:1:2",
                                   "cut:-1",
                                   "cut:1@",
                                   "cut:1@0",
                                   "cut:1@4-2",
                                   "cut:1@a",
                                   "drip:0",
                                   "status",
                                   "status:99",
                                   "status:600",
                                   "status:4x",
                                   "exception",
                                   "exception::1",
                                   "exception:a:b",
                                   "silent:1",
                                   "close:",
                                   "cut:99999999999999999999999"}) {
        INFO(text);
        CHECK_FALSE(parse_fault(text));
    }
}

TEST_CASE("fault: the help names every kind") {
    std::string const help(mock::describe_faults());
    for (auto const* const kind :
         {"status:", "exception:", "cut:", "reset:", "stall:", "drip:", "corrupt:", "silent", "close", "@"}) {
        INFO(kind);
        CHECK(help.find(kind) != std::string::npos);
    }
}
