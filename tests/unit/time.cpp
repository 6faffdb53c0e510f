#include "bedrock/time.hpp"

#include <simdjson.h>
#include <time.h>

#include "support/catch.hpp"
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "support/guarded_buffer.hpp"
#include "support/vectors.hpp"

namespace {

using bedrock::unix_time;

using parser = std::optional<unix_time> (*)(std::string_view);

std::optional<unix_time> parse_http_date_today(std::string_view text) {
    return bedrock::parse_http_date(text);
}

bool append_epoch_seconds(std::string& out, unix_time time) {
    bedrock::append_epoch_seconds(out, time);
    return true;
}

struct format {
    std::string_view name;
    bool (*append)(std::string&, unix_time);
    parser parse;
};
constexpr format formats[] = {
    {"date-time", bedrock::append_iso8601, bedrock::parse_iso8601},
    {"http-date", bedrock::append_http_date, parse_http_date_today},
    {"epoch-seconds", append_epoch_seconds, bedrock::parse_epoch_seconds},
};

// Any 64-bit number of seconds that the C library takes.
bedrock::civil_time oracle(std::int64_t seconds) {
    ::time_t const time = seconds;
    ::tm parts{};
    REQUIRE(::gmtime_r(&time, &parts) != nullptr);
    return {parts.tm_year + std::int64_t{1900},
            parts.tm_mon + 1,
            parts.tm_mday,
            parts.tm_hour,
            parts.tm_min,
            parts.tm_sec,
            parts.tm_wday,
            0};
}

std::int64_t seconds_of(std::optional<unix_time> time) {
    REQUIRE(time.has_value());
    REQUIRE(time->nanoseconds == 0);
    return time->seconds;
}

// Neither the text nor any of its prefixes may be read past its end, and no prefix is a moment of its own.
void check_split_points(parser parse, std::string_view text) {
    for (std::size_t size = 0; size < text.size(); ++size) {
        guarded_buffer const buffer(text.substr(0, size));
        INFO(buffer.text());
        CHECK_FALSE(parse(buffer.text()).has_value());
    }
    guarded_buffer const buffer(text);
    CHECK(parse(buffer.text()).has_value());
    for (char const behind : {' ', 'Z', '0', '\0'}) CHECK_FALSE(parse(std::string(text) + behind).has_value());
}

}  // namespace

TEST_CASE("Smithy's timestamps", "[time]") {
    auto const directory = vectors_dir();
    if (!directory) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    simdjson::dom::parser file;
    simdjson::dom::array cases;
    REQUIRE(file.load(*directory + "/extras/index.json")["cases"].get(cases) == simdjson::SUCCESS);
    std::map<std::string, int> counts;
    for (auto const one : cases) {
        std::string_view kind;
        if (one["kind"].get(kind) != simdjson::SUCCESS || kind != "timestamp") continue;
        std::string_view id, op, name, digits, text;
        std::int64_t nanoseconds = 0;
        bool error = false;
        REQUIRE(one["id"].get(id) == simdjson::SUCCESS);
        REQUIRE(one["op"].get(op) == simdjson::SUCCESS);
        REQUIRE(one["format"].get(name) == simdjson::SUCCESS);
        REQUIRE(one["seconds"].get(digits) == simdjson::SUCCESS);
        REQUIRE(one["nanos"].get(nanoseconds) == simdjson::SUCCESS);
        REQUIRE(one["error"].get(error) == simdjson::SUCCESS);
        unix_time time{0, static_cast<std::int32_t>(nanoseconds)};
        REQUIRE(std::from_chars(digits.data(), digits.data() + digits.size(), time.seconds).ec == std::errc{});
        if (!error) REQUIRE(one["text"].get(text) == simdjson::SUCCESS);
        INFO(id);
        bool known = false;
        for (auto const& format : formats) {
            if (format.name != name) continue;
            known = true;
            if (op == "format") {
                std::string out = "at ";
                CHECK(format.append(out, time) == !error);
                CHECK(out == "at " + std::string(text));
            } else {
                REQUIRE(op == "parse");
                guarded_buffer const buffer(text);
                auto const read = format.parse(buffer.text());
                CHECK(read.has_value() == !error);
                if (read) CHECK(*read == time);
            }
        }
        CHECK(known);
        ++counts[std::string(op) + ' ' + std::string(name)];
    }
    CHECK(counts.size() == 6);
    for (auto const& [which, count] : counts) {
        INFO(which);
        CHECK(count > 50);
    }
}

TEST_CASE("the calendar is that of the C library", "[time]") {
    std::mt19937_64 random(1970);
    std::size_t differences = 0;
    auto const compare = [&](std::int64_t seconds) {
        auto const expected = oracle(seconds);
        differences += !(bedrock::to_civil_time({seconds, 0}) == expected);
        differences += bedrock::to_unix_time(expected).seconds != seconds;
    };
    // The first and the last second of every day of four hundred years, then anything within a million years.
    for (std::int64_t day = -370 * 365; day != 30 * 366; ++day) {
        compare(day * 86400);
        compare(day * 86400 + 86399);
    }
    std::uniform_int_distribution<std::int64_t> anywhere(-31556952000000, 31556952000000);
    for (int round = 0; round != 100000; ++round) compare(anywhere(random));
    CHECK(differences == 0);
}

TEST_CASE("the calendar at compile time, and at the ends of the integers", "[time]") {
    static_assert(bedrock::to_civil_time({}) == bedrock::civil_time{});
    static_assert(bedrock::to_unix_time({2000, 2, 29, 23, 59, 59}) == unix_time{951868799, 0});
    static_assert(bedrock::to_civil_time({INT64_MAX, 0}).year == 292277026596);
    static_assert(bedrock::to_civil_time({INT64_MIN, 0}).year == -292277022657);
    SUCCEED();
}

TEST_CASE("milliseconds round down and saturate", "[time]") {
    using bedrock::from_unix_milliseconds;
    using bedrock::to_unix_milliseconds;
    CHECK(from_unix_milliseconds(1500) == unix_time{1, 500000000});
    CHECK(from_unix_milliseconds(-1) == unix_time{-1, 999000000});
    CHECK(from_unix_milliseconds(-1000) == unix_time{-1, 0});
    CHECK(to_unix_milliseconds({1, 1999999}) == 1001);
    CHECK(to_unix_milliseconds({-1, 999999999}) == -1);
    for (std::int64_t const exact : {INT64_MIN, INT64_MIN + 1, INT64_MIN + 807, INT64_MIN + 808, INT64_MIN + 809,
                                     INT64_MAX, INT64_MAX - 807, INT64_MAX - 808, std::int64_t{0}, std::int64_t{-1}}) {
        CHECK(to_unix_milliseconds(from_unix_milliseconds(exact)) == exact);
    }
    // At compile time, where an overflow is an error.
    static_assert(to_unix_milliseconds({INT64_MAX, 999999999}) == INT64_MAX);
    static_assert(to_unix_milliseconds({INT64_MAX / 1000, 999999999}) == INT64_MAX);
    static_assert(to_unix_milliseconds({INT64_MIN / 1000 - 1, 0}) == INT64_MIN);
    static_assert(to_unix_milliseconds({INT64_MIN, 0}) == INT64_MIN);
    static_assert(to_unix_milliseconds(from_unix_milliseconds(INT64_MIN)) == INT64_MIN);
}

TEST_CASE("times are ordered", "[time]") {
    CHECK(unix_time{1, 0} < unix_time{1, 1});
    CHECK(unix_time{-1, 999999999} < unix_time{});
}

TEST_CASE("every format writes what it reads", "[time]") {
    std::mt19937_64 random(8601);
    std::uniform_int_distribution<std::int64_t> seconds(-62167219200, 253402300799);
    for (int round = 0; round != 5000; ++round) {
        unix_time const whole{seconds(random), 0};
        unix_time const exact{whole.seconds, static_cast<std::int32_t>(random() % 1000000) * 1000};
        std::string iso, basic, http;
        REQUIRE(bedrock::append_iso8601(iso, exact));
        REQUIRE(bedrock::append_basic_iso8601(basic, whole));
        REQUIRE(bedrock::append_http_date(http, whole));
        REQUIRE(bedrock::parse_iso8601(iso) == exact);
        REQUIRE(bedrock::parse_basic_iso8601(basic) == whole);
        REQUIRE(bedrock::parse_http_date(http) == whole);
        REQUIRE(basic.size() == 16);
    }
}

TEST_CASE("formats as the C library writes them", "[time]") {
    std::mt19937_64 random(9110);
    std::uniform_int_distribution<std::int64_t> seconds(-30610224000, 253402300799);  // from the year 1000
    for (int round = 0; round != 2000; ++round) {
        ::time_t const time = seconds(random);
        ::tm parts{};
        REQUIRE(::gmtime_r(&time, &parts) != nullptr);
        auto const expected = [&](char const* pattern) {
            char text[64];
            return std::string(text, ::strftime(text, sizeof text, pattern, &parts));
        };
        std::string basic, http;
        REQUIRE(bedrock::append_basic_iso8601(basic, {time, 0}));
        REQUIRE(bedrock::append_http_date(http, {time, 0}));
        REQUIRE(bedrock::format_iso8601({time, 0}) == expected("%Y-%m-%dT%H:%M:%SZ"));
        REQUIRE(basic == expected("%Y%m%dT%H%M%SZ"));
        // Names of days and months depend on the locale there, numbers do not.
        REQUIRE(http.substr(5, 3) == expected("%d "));
        REQUIRE(http.substr(11) == expected(" %Y %H:%M:%S GMT"));
        REQUIRE(bedrock::parse_http_date(expected("Mon, %d Jan %Y %H:%M:%S GMT")).has_value());
    }
}

TEST_CASE("years of more or less than four digits are not written", "[time]") {
    for (auto const seconds : {INT64_MIN, std::int64_t{-62167219201}, std::int64_t{253402300800}, INT64_MAX}) {
        std::string out = "x";
        CHECK_FALSE(bedrock::append_iso8601(out, {seconds, 0}));
        CHECK_FALSE(bedrock::append_basic_iso8601(out, {seconds, 0}));
        CHECK_FALSE(bedrock::append_http_date(out, {seconds, 0}));
        CHECK(out == "x");
        CHECK(bedrock::format_iso8601({seconds, 0}).empty());
    }
    CHECK(bedrock::format_iso8601({-62167219200, 0}) == "0000-01-01T00:00:00Z");
    CHECK(bedrock::format_iso8601({253402300799, 999999999}) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("ISO 8601 with fractions and offsets", "[time]") {
    using bedrock::parse_iso8601;
    auto const base = seconds_of(parse_iso8601("2015-08-30T12:36:00Z"));
    CHECK(base == 1440938160);
    CHECK(seconds_of(parse_iso8601("2015-08-30t12:36:00z")) == base);
    CHECK(seconds_of(parse_iso8601("2015-08-30 12:36:00+00:00")) == base);
    CHECK(seconds_of(parse_iso8601("2015-08-30T14:36:00+02:00")) == base);
    CHECK(seconds_of(parse_iso8601("2015-08-30T07:06:00-0530")) == base);
    CHECK(seconds_of(parse_iso8601("2015-08-31T02:36:00+14:00")) == base);
    CHECK(seconds_of(parse_iso8601("2015-08-30T12:35:60Z")) == base);
    CHECK(parse_iso8601("2015-08-30T12:36:00.5Z") == unix_time{base, 500000000});
    CHECK(parse_iso8601("2015-08-30T12:36:00,000000001-00:00") == unix_time{base, 1});
    CHECK(parse_iso8601("2015-08-30T12:36:00.1234567899999999999999Z") == unix_time{base, 123456789});
    CHECK(seconds_of(parse_iso8601("2016-02-29T00:00:00Z")) == 1456704000);

    check_split_points(parse_iso8601, "2015-08-30T12:36:00Z");
    check_split_points(parse_iso8601, "2015-08-30T12:36:00.25+05:30");
    for (std::string_view const wrong : {"2015-08-30",
                                         "2015-08-30T12:36Z",
                                         "2015-08-30T12:36:00",
                                         "2015-08-30T12:36:00.Z",
                                         "2015-08-30T12:36:00.+01:00",
                                         "2015-8-30T12:36:00Z",
                                         "15-08-30T12:36:00Z",
                                         "20150830T123600Z",
                                         "2015-00-30T12:36:00Z",
                                         "2015-13-30T12:36:00Z",
                                         "2015-08-00T12:36:00Z",
                                         "2015-08-32T12:36:00Z",
                                         "2015-06-31T12:36:00Z",
                                         "2015-02-29T12:36:00Z",
                                         "1900-02-29T12:36:00Z",
                                         "2015-08-30T24:00:00Z",
                                         "2015-08-30T12:60:00Z",
                                         "2015-08-30T12:36:61Z",
                                         "2015-08-30T12:36:00+24:00",
                                         "2015-08-30T12:36:00+01:60",
                                         "2015-08-30T12:36:00+1:00",
                                         "2015-08-30T12:36:00+01",
                                         "2015-08-30T12:36:00 Z",
                                         "-2015-08-30T12:36:00Z",
                                         "+2015-08-30T12:36:00Z",
                                         "2015/08/30T12:36:00Z",
                                         "2015-08-30T12:36:0xZ",
                                         "2015-08-30X12:36:00Z",
                                         "2015-08-30T12:36:00UTC",
                                         "\xff"}) {
        INFO(wrong);
        CHECK_FALSE(parse_iso8601(wrong).has_value());
    }
}

TEST_CASE("the basic format of SigV4", "[time]") {
    CHECK(seconds_of(bedrock::parse_basic_iso8601("20150830T123600Z")) == 1440938160);
    check_split_points(bedrock::parse_basic_iso8601, "20150830T123600Z");
    for (std::string_view const wrong : {"20150830T123600z", "20150830t123600Z", "20150830T123600+", "20151330T123600Z",
                                         "20150230T123600Z", "20150830T253600Z", "2015083OT123600Z"}) {
        INFO(wrong);
        CHECK_FALSE(bedrock::parse_basic_iso8601(wrong).has_value());
    }
}

TEST_CASE("the three dates of HTTP", "[time]") {
    using bedrock::parse_http_date;
    // RFC 9110, 5.6.7 gives these three for the same moment.
    for (std::string_view const text :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        INFO(text);
        CHECK(seconds_of(parse_http_date(text)) == 784111777);
        check_split_points(parse_http_date_today, text);
    }
    CHECK(seconds_of(parse_http_date("Wed Nov 16 08:49:37 1994")) == 784975777);
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37.25 GMT") == unix_time{784111777, 250000000});
    // The name of the day is not compared with the date.
    CHECK(seconds_of(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT")) == 784111777);

    for (std::string_view const wrong : {"",
                                         "Sun",
                                         "Sun,",
                                         "Sunday",
                                         "06 Nov 1994 08:49:37 GMT",
                                         "Xxx, 06 Nov 1994 08:49:37 GMT",
                                         "sun, 06 nov 1994 08:49:37 GMT",
                                         "Sun, 6 Nov 1994 08:49:37 GMT",
                                         "Sun, 06 Nov 94 08:49:37 GMT",
                                         "Sun, 06 Nov 1994 08:49:37 UTC",
                                         "Sun, 06 Nov 1994 08:49:37",
                                         "Sun, 06 Nov 1994 08:49:37 +0000",
                                         "Sun, 31 Nov 1994 08:49:37 GMT",
                                         "Sun, 00 Nov 1994 08:49:37 GMT",
                                         "Sun, 06 Nov 1994 24:49:37 GMT",
                                         "Sun, 06 Nov 1994 08:49:37. GMT",
                                         "Sunday, 06-Nov-1994 08:49:37 GMT",
                                         "Sunday, 06 Nov 94 08:49:37 GMT",
                                         "Sunday, 31-Apr-94 08:49:37 GMT",
                                         "Sun Nov 6 08:49:37 1994",
                                         "Sun Nov  0 08:49:37 1994",
                                         "Sun Nov  6 08:49:37 94",
                                         "Sun Nov 32 08:49:37 1994",
                                         "Sun  Nov  6 08:49:37 1994",
                                         "\xff\xff"}) {
        INFO(wrong);
        CHECK_FALSE(parse_http_date(wrong).has_value());
    }
}

TEST_CASE("a year of two digits is at most fifty years ahead", "[time]") {
    auto const year_of = [](std::string_view text, std::string_view now) {
        auto const read = bedrock::parse_http_date(text, bedrock::parse_iso8601(now).value_or(unix_time{}));
        return read ? bedrock::to_civil_time(*read).year : -1;
    };
    CHECK(year_of("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T00:00:00Z") == 1994);
    CHECK(year_of("Sunday, 06-Nov-02 08:49:37 GMT", "1999-01-01T00:00:00Z") == 2002);
    CHECK(year_of("Sunday, 06-Nov-94 08:49:37 GMT", "2026-01-01T00:00:00Z") == 1994);
    CHECK(year_of("Sunday, 06-Nov-75 08:49:37 GMT", "2026-01-01T00:00:00Z") == 2075);
    CHECK(year_of("Sunday, 06-Nov-76 08:49:37 GMT", "2026-11-06T08:49:37Z") == 2076);
    CHECK(year_of("Sunday, 06-Nov-76 08:49:37 GMT", "2026-11-06T08:49:36Z") == 1976);
    CHECK(year_of("Sunday, 06-Nov-77 08:49:37 GMT", "2026-11-06T08:49:37Z") == 1977);
    CHECK(year_of("Sunday, 06-Nov-00 08:49:37 GMT", "2026-01-01T00:00:00Z") == 2000);
    // 2000 was a leap year, 1900 was not.
    CHECK(year_of("Tuesday, 29-Feb-00 00:00:00 GMT", "1999-12-31T00:00:00Z") == 2000);
    CHECK(year_of("Thursday, 29-Feb-00 00:00:00 GMT", "1949-01-01T00:00:00Z") == -1);
    CHECK(bedrock::format_iso8601(bedrock::http_date_now) == "2026-01-01T00:00:00Z");
}

TEST_CASE("numbers of seconds, however a JSON writer spells them", "[time]") {
    using bedrock::parse_epoch_seconds;
    CHECK(parse_epoch_seconds("0") == unix_time{});
    CHECK(parse_epoch_seconds("-0") == unix_time{});
    CHECK(parse_epoch_seconds("1440938160") == unix_time{1440938160, 0});
    CHECK(parse_epoch_seconds("1.44093816E9") == unix_time{1440938160, 0});
    CHECK(parse_epoch_seconds("1.440938160123e+9") == unix_time{1440938160, 123000000});
    CHECK(parse_epoch_seconds("14409381605e-1") == unix_time{1440938160, 500000000});
    CHECK(parse_epoch_seconds("5e-9") == unix_time{0, 5});
    CHECK(parse_epoch_seconds("5e-10") == unix_time{0, 0});
    CHECK(parse_epoch_seconds("5e-2147483648") == unix_time{0, 0});
    CHECK(parse_epoch_seconds("0e2147483647") == unix_time{0, 0});
    CHECK(parse_epoch_seconds("1.0000000009999999999") == unix_time{1, 0});
    CHECK(parse_epoch_seconds("-1.5") == unix_time{-1, 500000000});
    CHECK(parse_epoch_seconds("9223372036854775807") == unix_time{INT64_MAX, 0});
    CHECK(parse_epoch_seconds("-9223372036854775808") == unix_time{INT64_MIN, 0});
    for (std::string_view const wrong : {"",
                                         "-",
                                         "+1",
                                         ".5",
                                         "1.",
                                         "1.e3",
                                         "1e",
                                         "1e+",
                                         "1e-",
                                         "1e+-1",
                                         "1 ",
                                         " 1",
                                         "0x10",
                                         "nan",
                                         "inf",
                                         "1,5",
                                         "--1",
                                         "1-",
                                         "1e3.0",
                                         "-0.5",
                                         "-5e-1",
                                         "1e19",
                                         "1e2147483647",
                                         "1e99999999999",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "1\xff"}) {
        INFO(wrong);
        guarded_buffer const buffer(wrong);
        CHECK_FALSE(parse_epoch_seconds(buffer.text()).has_value());
    }
    for (auto const seconds : {INT64_MIN, INT64_MAX, std::int64_t{-1}}) {
        std::string text;
        bedrock::append_epoch_seconds(text, {seconds, 120000000});
        CHECK(text == std::to_string(seconds) + ".12");
        CHECK(parse_epoch_seconds(text) == unix_time{seconds, 120000000});
    }
}
