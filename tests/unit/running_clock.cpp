#include "bedrock/running_clock.hpp"

#include "support/catch.hpp"

using namespace bedrock;
using namespace bedrock::deadline;

TEST_CASE("a sum that does not fit is never reached", "[running_clock]") {
    CHECK(after_ms(5, 7) == 12);
    CHECK(after_ms(-5, 7) == 2);
    CHECK(after_ms(0, never) == never);
    CHECK(after_ms(1, never) == never);
    CHECK(after_ms(1, never - 1) == never);
    CHECK(after_ms(2, never - 1) == never);
    CHECK(left_ms(12, 5) == 7);
    CHECK(left_ms(5, 12) == -7);
    CHECK(left_ms(never, 12) == never);
}

TEST_CASE("seconds are told without needless digits", "[running_clock]") {
    CHECK(seconds_text(900'000) == "900 s");
    CHECK(seconds_text(250) == "0.25 s");
    CHECK(seconds_text(1'001) == "1.001 s");
    CHECK(seconds_text(0) == "0 s");
}

TEST_CASE("the limit that runs out first gives the deadline and the text", "[running_clock]") {
    running_clock clock;
    clock.also(100, 0, "off", "nothing");
    CHECK(clock.deadline_ms == never);
    clock.also(100, 5'000, "total", "the call did not end");
    clock.also(2'000, 1'500, "idle", "nothing more arrived");
    clock.also(3'000, 60'000, "late", "nothing");
    CHECK(clock.deadline_ms == 3'500);
    auto const why = clock.expired("http://localhost:1", true);
    CHECK(why.code == errc::timeout);
    CHECK(why.request_sent);
    CHECK(why.message == "nothing more arrived from http://localhost:1 within 1.5 s (the idle clock)");
    CHECK(clock.expired({}, false).message == "nothing more arrived within 1.5 s (the idle clock)");
}

TEST_CASE("the total clock says the same wherever it runs out, and is never to be repeated", "[running_clock]") {
    running_clock clock;
    clock.also(0, 200, total, "the call did not end");
    for (bool const sent : {false, true}) {
        auto const why = clock.expired(sent ? "http://localhost:1" : "", sent);
        CHECK(why.message == "the call did not end within 0.2 s (the total clock)");
        CHECK(why.permanent);
    }
    running_clock other;
    other.also(0, 200, "connect", "no connection");
    CHECK_FALSE(other.expired("http://localhost:1", false).permanent);
}
