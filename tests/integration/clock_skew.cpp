// A machine whose clock is wrong: the client learns the service's time from a refusal, signs anew once, and keeps it.
#include "support/client_fixture.hpp"
#include "support/socket_server.hpp"

#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string http_date_in(std::time_t seconds) {
    auto const then = std::time(nullptr) + seconds;
    std::tm parts{};
    ::gmtime_r(&then, &parts);
    // Not by strftime: the suite runs under a German locale too.
    constexpr char const* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[96];
    auto const size = std::snprintf(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", days[parts.tm_wday % 7],
                                    parts.tm_mday, months[parts.tm_mon % 12], parts.tm_year + 1900, parts.tm_hour,
                                    parts.tm_min, parts.tm_sec);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("clock skew: two hours either way cost one request in a client's life") {
    for (std::int64_t const hours : {2, -2}) {
        client_fixture f;
        f.server.set_clock_offset(hours * 3600);
        auto client = f.client();
        auto const first = client.converse(ask_for("hello"));
        REQUIRE(first);
        CHECK(first->attempts == 2);
        CHECK(f.server.request_count() == 2);
        auto const whole = client.open_stream(ask_for("again")).finish();
        REQUIRE(whole);
        CHECK(whole->attempts == 1);
        CHECK(f.server.request_count() == 3);
        auto streamed_first = f.client().open_stream(ask_for("anew")).finish();
        REQUIRE(streamed_first);
        CHECK(streamed_first->attempts == 2);

        f.server.set_clock_offset(0);  // somebody sets the clock
        auto const back = client.converse(ask_for("back"));
        REQUIRE(back);
        CHECK(back->attempts == 2);
    }
}

TEST_CASE("clock skew: an offset of more than a day is not believed, and the hint says to set the clock") {
    for (std::int64_t const off_by_s : {86'000, 87'000, -86'000, -87'000}) {
        INFO(off_by_s);
        client_fixture f;
        f.server.set_clock_offset(off_by_s);
        auto const got = f.client().converse(ask_for("hello"));
        if (off_by_s == 86'000 || off_by_s == -86'000) {
            REQUIRE(got);
            CHECK(got->attempts == 2);
        } else {
            REQUIRE_FALSE(got);
            CHECK(got.error().attempts == 1);
            CHECK(contains(got.error().hint, "clock"));
        }
    }
}

TEST_CASE("clock skew: the time of one host is not used for another, nor for anything but signatures") {
    client_fixture f, other;
    f.server.set_clock_offset(7200);
    auto client = f.client();
    REQUIRE(client.converse(ask_for("hello")));
    call_options elsewhere;
    elsewhere.endpoint = other.server.url();
    auto const got = client.converse(ask_for("hello"), elsewhere);
    REQUIRE(got);
    CHECK(got->attempts == 1);
    auto const back = client.converse(ask_for("hello"));
    REQUIRE(back);
    CHECK(back->attempts == 1);
}

TEST_CASE("clock skew: a wrong key on a right clock is not tried twice") {
    client_fixture f;
    f.options.credentials->secret_access_key = "wrong";
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().attempts == 1);
}

TEST_CASE("clock skew: no Date, an absurd one, and a server that refuses whatever is signed") {
    struct sample {
        std::string date;
        int requests;
    };
    for (auto const& one : std::vector<sample>{{"", 1},
                                               {"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 1},
                                               {"Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 1},
                                               {"Date: tomorrow\r\n", 1},
                                               {"Date: " + http_date_in(7200) + "\r\n", 2},
                                               {"Date: Thu, 02 Jan 2031 00:00:00 GMT\r\n", 1}}) {
        INFO(one.date);
        std::string const body = R"({"message":"Signature expired"})";
        socket_server server([&](connection& peer) {
            while (!peer.read_request().empty())
                peer.send("HTTP/1.1 403 Forbidden\r\nx-amzn-ErrorType: InvalidSignatureException\r\n" + one.date +
                          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        });
        client_options options;
        options.endpoint = server.url("");
        options.credentials = example_keys();
        auto const got = client(options).converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(got.error().attempts == one.requests);
        CHECK(got.error().code == errc::authentication);
        CHECK(contains(got.error().message, "Signature expired"));
    }
}
