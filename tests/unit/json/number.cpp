#include "bedrock/json/number.hpp"

#include "support/catch.hpp"

#include <locale.h>
#include <stdlib.h>

#include <cfloat>
#include <clocale>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace json = bedrock::json;
using json::fault;

namespace {

std::uint64_t bits(double value) {
    std::uint64_t result = 0;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

std::uint32_t bits(float value) {
    std::uint32_t result = 0;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

template <class T>
T from_bits(std::uint64_t pattern) {
    T value = 0;
    if constexpr (sizeof value == 4) {
        auto const narrow = static_cast<std::uint32_t>(pattern);
        std::memcpy(&value, &narrow, 4);
    } else {
        std::memcpy(&value, &pattern, 8);
    }
    return value;
}

double read(std::string_view text) {
    double value = -1;
    REQUIRE(json::parse_double(text, value) == fault::none);
    return value;
}

double read_by_strtod(std::string_view text) {
    double value = -1;
    REQUIRE(json::number_detail::parse_double_by_strtod(text, value) == fault::none);
    return value;
}

template <class T>
std::string written(T value) {
    char text[json::number_capacity];
    return {text, json::write_number(text, value)};
}

std::string random_number(std::mt19937_64& random) {
    std::string text;
    auto const digits = [&](std::uint64_t count) {
        for (; count != 0; --count) text += static_cast<char>('0' + random() % 10);
    };
    if (random() % 2) text += '-';
    if (random() % 4 == 0) {
        text += '0';
    } else {
        text += static_cast<char>('1' + random() % 9);
        digits(random() % 24);
    }
    if (random() % 2) {
        text += '.';
        digits(1 + random() % (random() % 16 == 0 ? 900 : 24));
    }
    if (random() % 2) {
        text += random() % 2 ? 'e' : 'E';
        if (random() % 2) text += random() % 2 ? '-' : '+';
        text += std::to_string(random() % 330);
    }
    return text;
}

// Digits of (2^54 - 1) * 2^-1075 * 10^1075: the point halfway between the two largest doubles of the smallest normal
// exponent, and the longest expansion of all.
std::string longest_halfway() {
    std::string digits = "18014398509481983";  // 2^54 - 1
    for (int i = 0; i != 1075; ++i) {          // times 5, least significant digit last
        int carry = 0;
        for (auto at = digits.size(); at-- != 0;) {
            int const product = (digits[at] - '0') * 5 + carry;
            digits[at] = static_cast<char>('0' + product % 10);
            carry = product / 10;
        }
        if (carry != 0) digits.insert(digits.begin(), static_cast<char>('0' + carry));
    }
    return digits;
}

// Restores the locale when the test ends, however it ends.
struct comma_locale {
    char const* name = nullptr;
    comma_locale() {
        for (auto const* candidate : {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "es_ES.UTF-8", "German"}) {
            if (std::setlocale(LC_ALL, candidate) == nullptr) continue;
            if (std::strcmp(std::localeconv()->decimal_point, ",") == 0) {
                name = candidate;
                return;
            }
        }
        std::setlocale(LC_ALL, "C");
    }
    comma_locale(comma_locale const&) = delete;
    comma_locale& operator=(comma_locale const&) = delete;
    ~comma_locale() { std::setlocale(LC_ALL, "C"); }
};

}  // namespace

TEST_CASE("numbers end where the grammar says", "[json][number]") {
    struct example {
        std::string_view text;
        std::size_t size;
        fault code;
    };
    example const examples[] = {
        {"0", 1, fault::none},
        {"-0", 2, fault::none},
        {"10,", 2, fault::none},
        {"01", 1, fault::none},  // the reader refuses what follows
        {"1.50]", 4, fault::none},
        {"1e5", 3, fault::none},
        {"1E+05 ", 5, fault::none},
        {"-1.2e-3}", 7, fault::none},
        {"", 0, fault::unexpected_end},
        {"-", 1, fault::unexpected_end},
        {"1.", 2, fault::unexpected_end},
        {"1e", 2, fault::unexpected_end},
        {"1e-", 3, fault::unexpected_end},
        {"+1", 0, fault::invalid_number},
        {".5", 0, fault::invalid_number},
        {"--1", 1, fault::invalid_number},
        {"1.e1", 2, fault::invalid_number},
        {"1e+-1", 3, fault::invalid_number},
        {"-Infinity", 1, fault::invalid_number},
    };
    for (auto const& example : examples) {
        CAPTURE(example.text);
        auto const end = json::scan_number(example.text.data(), example.text.data() + example.text.size());
        CHECK(end.code == example.code);
        CHECK(end.at == example.text.data() + example.size);
    }
}

TEST_CASE("integers are exact up to their limits", "[json][number]") {
    struct example {
        std::string_view text;
        fault code;
        std::int64_t value;
    };
    auto const largest = (std::numeric_limits<std::int64_t>::max)();
    auto const smallest = (std::numeric_limits<std::int64_t>::min)();
    std::string const long_one = "1." + std::string(2000, '0');
    std::string const long_fraction = "1." + std::string(2000, '0') + "1";
    std::string const shifted = "0." + std::string(1999, '0') + "42e2001";
    std::string const huge_exponent = "1e" + std::string(400, '9');
    std::string const tiny_exponent = "1e-" + std::string(400, '9');
    std::string const zero_huge = "-0.000e" + std::string(400, '9');
    example const examples[] = {
        {"0", fault::none, 0},
        {"-0", fault::none, 0},
        {"-0.0", fault::none, 0},
        {"0e999999999999999999999", fault::none, 0},
        {zero_huge, fault::none, 0},
        {"1.0", fault::none, 1},
        {"1e2", fault::none, 100},
        {"-1.25e2", fault::none, -125},
        {"100e-2", fault::none, 1},
        {"12.50e1", fault::none, 125},
        {long_one, fault::none, 1},
        {shifted, fault::none, 42},
        {"9007199254740993", fault::none, 9007199254740993},
        {"9007199254740993.0", fault::none, 9007199254740993},
        {"9223372036854775807", fault::none, largest},
        {"9223372036854775807.0", fault::none, largest},
        {"9.223372036854775807e18", fault::none, largest},
        {"922337203685477580700e-2", fault::none, largest},
        {"-9223372036854775808", fault::none, smallest},
        {"-9223372036854775808.0", fault::none, smallest},
        {"-9.223372036854775808E+18", fault::none, smallest},
        {"9223372036854775808", fault::number_out_of_range, 0},
        {"9223372036854775808.0", fault::number_out_of_range, 0},
        {"9.223372036854775808e18", fault::number_out_of_range, 0},
        {"-9223372036854775809", fault::number_out_of_range, 0},
        {"-9223372036854775809.0", fault::number_out_of_range, 0},
        {"18446744073709551616", fault::number_out_of_range, 0},
        {"18446744073709551617.0", fault::number_out_of_range, 0},
        {"1e19", fault::number_out_of_range, 0},
        {"10e18", fault::number_out_of_range, 0},
        {"1e400", fault::number_out_of_range, 0},
        {huge_exponent, fault::number_out_of_range, 0},
        {"1.5", fault::wrong_type, 0},
        {"1e-1", fault::wrong_type, 0},
        {"9223372036854775807.5", fault::wrong_type, 0},
        {"99999999999999999999.5", fault::wrong_type, 0},
        {long_fraction, fault::wrong_type, 0},
        {tiny_exponent, fault::wrong_type, 0},
    };
    for (auto const& example : examples) {
        CAPTURE(example.text);
        std::int64_t value = 77;
        CHECK(json::parse_int64(example.text, value) == example.code);
        CHECK(value == (example.code == fault::none ? example.value : 77));
    }
}

TEST_CASE("doubles are the nearest ones", "[json][number]") {
    struct example {
        std::string_view text;
        double value;
    };
    example const examples[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"-0.0e5", -0.0},
        {"1.5", 1.5},
        {"0.1", 0.1},
        {"123456789012345678", 123456789012345678.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623158e308", DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},  // hung PHP in 2011
        {"5e-324", 0x1p-1074},
        {"2.5e-324", 0x1p-1074},
        {"2.4e-324", 0.0},
        {"-1e-999", -0.0},
        {"1e-99999999999999999999", 0.0},
        {"0e99999999999999999999", 0.0},
        {"9007199254740993", 9007199254740992.0},  // a tie, to even
        {"9007199254740993.0000000000000000000000000000001", 9007199254740994.0},
        {"1.000000000000000005", 1.0},
    };
    for (auto const& example : examples) {
        CAPTURE(example.text);
        CHECK(bits(read(example.text)) == bits(example.value));
        CHECK(bits(read_by_strtod(example.text)) == bits(example.value));
    }
}

TEST_CASE("numbers beyond every double are out of range", "[json][number]") {
    std::string const long_exponent = "1e" + std::string(400, '9');
    std::string const many_digits = "-" + std::string(400, '9');
    for (std::string_view const text :
         {std::string_view("1e400"), std::string_view("-1e309"), std::string_view("1.7976931348623159e308"),
          std::string_view(long_exponent), std::string_view(many_digits)}) {
        CAPTURE(text);
        double value = 77;
        CHECK(json::parse_double(text, value) == fault::number_out_of_range);
        CHECK(json::number_detail::parse_double_by_strtod(text, value) == fault::number_out_of_range);
        CHECK(value == 77);
    }
}

TEST_CASE("no digit is lost when a double is rounded", "[json][number]") {
    auto const digits = longest_halfway();
    REQUIRE(digits.size() == json::number_detail::decimal::capacity);
    double const even = from_bits<double>(0x0020000000000000);
    double const odd = from_bits<double>(0x001fffffffffffff);
    struct example {
        std::string text;
        double value;
    };
    auto below = digits;
    --below.back();
    example const examples[] = {
        {digits + "e-1075", even},
        {digits + std::string(2000, '0') + "e-3075", even},
        {digits + std::string(2000, '0') + "1e-3076", even},
        {below + std::string(2000, '9') + "e-3075", odd},
        {"0." + std::string(500, '0') + below + "e193", odd},
        {"0." + std::string(500, '0') + digits + "e193", even},
    };
    for (auto const& example : examples) {
        CAPTURE(example.text);
        CHECK(bits(read(example.text)) == bits(example.value));
        CHECK(bits(read_by_strtod(example.text)) == bits(example.value));
    }
    // The same with a tie whose even side is the lower one, so that the trace alone decides.
    std::string const tie = "9007199254740993.";
    CHECK(read_by_strtod(tie + std::string(3000, '0')) == 9007199254740992.0);
    CHECK(read_by_strtod(tie + std::string(3000, '0') + "1") == 9007199254740994.0);
}

TEST_CASE("both ways to a double agree with strtod", "[json][number]") {
    std::mt19937_64 random(20260101);
    // The oracle keeps to the point also where the tests run under a decimal comma.
    auto* const plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
    REQUIRE(plain != nullptr);
    for (int i = 0; i != 20000; ++i) {
        auto const text = random_number(random);
        CAPTURE(text);
        double const expected = ::strtod_l(text.c_str(), nullptr, plain);
        double value = 0;
        auto const code = json::parse_double(text, value);
        double other = 0;
        REQUIRE(json::number_detail::parse_double_by_strtod(text, other) == code);
        if (code != fault::none) {
            REQUIRE(!(expected >= -DBL_MAX && expected <= DBL_MAX));
        } else {
            REQUIRE(bits(value) == bits(expected));
            REQUIRE(bits(other) == bits(expected));
        }
    }
    ::freelocale(plain);
}

TEST_CASE("numbers are written as short as they can be", "[json][number]") {
    CHECK(written(0.1f) == "0.1");
    CHECK(written(0.1) == "0.1");
    CHECK(written(static_cast<double>(0.1f)) == "0.10000000149011612");
    CHECK(written(1.0) == "1");
    CHECK(written(-0.0) == "-0");
    CHECK(written(0.7f) == "0.7");
    CHECK(written(1e300) == "1e+300");
    CHECK(written(-DBL_MAX) == "-1.7976931348623157e+308");
    CHECK(written(0x1p-1074) == "5e-324");
    CHECK(written(FLT_MAX) == "3.4028235e+38");
    CHECK(written((std::numeric_limits<std::int64_t>::min)()) == "-9223372036854775808");
    CHECK(written((std::numeric_limits<std::uint64_t>::max)()) == "18446744073709551615");
    CHECK(written(std::numeric_limits<double>::quiet_NaN()).empty());
    CHECK(written(-std::numeric_limits<double>::infinity()).empty());
    CHECK(written(std::numeric_limits<float>::quiet_NaN()).empty());
    CHECK(written(std::numeric_limits<float>::infinity()).empty());
}

TEST_CASE("what is written reads back bit by bit", "[json][number]") {
    std::mt19937_64 random(20260102);
    for (int i = 0; i != 50000; ++i) {
        auto const pattern = random();
        auto const value = from_bits<double>(pattern);
        auto const text = written(value);
        if (text.empty()) continue;
        CAPTURE(text);
        auto const end = json::scan_number(text.data(), text.data() + text.size());
        REQUIRE(end.code == fault::none);
        REQUIRE(end.at == text.data() + text.size());
        REQUIRE(bits(read(text)) == pattern);
        REQUIRE(bits(read_by_strtod(text)) == pattern);

        auto const single = from_bits<float>(pattern & 0xffffffff);
        auto const short_text = written(single);
        if (short_text.empty()) continue;
        CAPTURE(short_text);
        REQUIRE(bits(static_cast<float>(read(short_text))) == bits(single));
        REQUIRE(short_text.size() <= 16);
    }
}

TEST_CASE("a locale with a decimal comma changes nothing", "[json][number][locale]") {
    comma_locale const locale;
    if (locale.name == nullptr) {
        WARN("skipped: no locale with a decimal comma is installed");
        return;
    }
    CHECK(std::strtod("1,5", nullptr) == 1.5);  // the locale is in force
    CHECK(read("1.5") == 1.5);
    CHECK(read_by_strtod("1.5") == 1.5);
    CHECK(read_by_strtod("-12345.678e-2") == -123.45678);
    CHECK(written(1.5) == "1.5");
    CHECK(written(0.1f) == "0.1");
    CHECK(written(1234567.25) == "1234567.25");
    std::int64_t value = 0;
    CHECK(json::parse_int64("12.5e1", value) == fault::none);
    CHECK(value == 125);
}
