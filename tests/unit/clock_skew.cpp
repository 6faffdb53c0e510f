#include "bedrock/clock_skew.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

using namespace bedrock;

namespace {

constexpr std::int64_t noon = 1'767'355'200'000;  // Fri, 02 Jan 2026 12:00:00 GMT

std::optional<std::int64_t> find(std::string date, std::int64_t signed_at, std::string_view name = "RequestExpired") {
    return find_true_time(name, {{"X", "y"}, {"date", std::move(date)}}, signed_at);
}

}  // namespace

TEST_CASE("clock skew: more than four minutes either way count", "[clock_skew]") {
    std::string const date = "Fri, 02 Jan 2026 12:00:00 GMT";
    for (std::int64_t const sign : {1, -1}) {
        CHECK_FALSE(find(date, noon));
        CHECK_FALSE(find(date, noon + sign * 240'000));
        CHECK(find(date, noon + sign * 240'001) == noon);
        CHECK(find(date, noon + sign * 7'200'000) == noon);
    }
    CHECK(find(date, 0) == noon);  // a machine without a clock of its own begins in 1970
    CHECK(find(date, (std::numeric_limits<std::int64_t>::max)()) == noon);
}

TEST_CASE("clock skew: a Date that is missing, none or absurd does not count", "[clock_skew]") {
    CHECK_FALSE(find_true_time("RequestExpired", {}, 0));
    for (auto const* date :
         {"", "yesterday", "1767355200", "Thu, 01 Jan 1970 00:00:00 GMT", "Tue, 31 Dec 2019 23:59:59 GMT",
          "Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 32 Jan 2026 12:00:00 GMT"}) {
        INFO(date);
        CHECK_FALSE(find(date, 0));
    }
    CHECK(find("Wed, 01 Jan 2020 00:00:00 GMT", 0) == 1'577'836'800'000);
    CHECK(find("Thu, 31 Dec 2099 23:59:59 GMT", 0) == 4'102'444'799'000);
}

TEST_CASE("clock skew: only what a wrong time can cause is taken for it", "[clock_skew]") {
    std::string const date = "Fri, 02 Jan 2026 12:00:00 GMT";
    for (auto const* name : {"InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired",
                             "RequestTimeTooSkewed", "RequestInTheFuture"})
        CHECK(find(date, 0, name) == noon);
    for (auto const* name : {"", "AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException",
                             "IncompleteSignatureException", "ThrottlingException", "requestexpired"}) {
        INFO(name);
        CHECK_FALSE(find(date, 0, name));
    }
}

TEST_CASE("clock skew: only TLS and this machine may correct the clock", "[clock_skew]") {
    for (auto const* url : {"https://bedrock-runtime.us-east-1.amazonaws.com", "http://127.0.0.1:80/x", "http://[::1]", "http://LOCALHOST"})
        CHECK(may_correct_clock(url));
    for (auto const* url : {"http://example.com", "http://127.0.0.1.example.com", "http://169.254.170.2", "", "ftp://localhost"}) {
        INFO(url);
        CHECK_FALSE(may_correct_clock(url));
    }
}
