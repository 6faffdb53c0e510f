#include "bedrock/sigv4/query.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>

using namespace bedrock;
using sigv4::fault;

TEST_CASE("a presigned request lives a second to seven days", "[sigv4]") {
    auto const fault_of = [](std::int64_t seconds) { return sigv4::validate_presigned("/", seconds, false).code; };
    CHECK(fault_of(INT64_MIN) == fault::invalid_expiry);
    CHECK(fault_of(-1) == fault::invalid_expiry);
    CHECK(fault_of(0) == fault::invalid_expiry);
    CHECK(fault_of(1) == fault::none);
    CHECK(fault_of(604800) == fault::none);
    CHECK(fault_of(604801) == fault::invalid_expiry);
    CHECK(fault_of(INT64_MAX) == fault::invalid_expiry);
    CHECK(sigv4::validate_presigned("/", 0, false).at == sigv4::stage::input);
}

TEST_CASE("a query that holds a parameter of presigned requests is refused, however it is spelt", "[sigv4]") {
    auto const fault_of = [](std::string const& target, bool adds_token = false) {
        return sigv4::validate_presigned(target, 60, adds_token).code;
    };
    for (std::string const name :
         {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires",
          "X-Amz-Signature", "x-amz-date", "X%2DAmz-%44ate", "%58-amz-date"}) {
        INFO(name);
        CHECK(fault_of("/?" + name) == fault::conflicting_query);
        CHECK(fault_of("/?" + name + "=1&a=b") == fault::conflicting_query);
        CHECK(fault_of("/?a=b&&" + name + "=1") == fault::conflicting_query);
        CHECK(fault_of("/?a=b&" + name) == fault::conflicting_query);
        CHECK(fault_of("/" + name) == fault::none);
        CHECK(fault_of("/?a=" + name) == fault::none);
        CHECK(fault_of("/?" + name + "x=1") == fault::none);
        CHECK(fault_of("/?x" + name + "=1") == fault::none);
        CHECK(fault_of("/?" + name.substr(0, name.size() - 1) + "=1") == fault::none);
    }
    CHECK(fault_of("/?X-Amz-Security-Token=t") == fault::none);
    CHECK(fault_of("/?X-Amz-Security-Token=t", true) == fault::conflicting_query);
    CHECK(fault_of("/?X-Amz-Dat%") == fault::none);
    CHECK(fault_of("/?X-Amz-Dat%6") == fault::none);
    CHECK(fault_of("/?X-Amz-Dat%65") == fault::conflicting_query);
    CHECK(fault_of("") == fault::none);
    CHECK(fault_of("?") == fault::none);
    CHECK(fault_of("/?a?X-Amz-Date=1") == fault::none);
    CHECK(fault_of("/a#b") == fault::invalid_target);
    CHECK(fault_of("/?a=b#c") == fault::invalid_target);
}

TEST_CASE("parameters of presigned requests are added behind what is there", "[sigv4]") {
    auto const presigned = [](std::string_view target) {
        std::string out;
        sigv4::append_presigned_target(out, target, "AK+ID", "20150830T123600Z", {"us~east", "s+", 0}, "a;host",
                                       604800);
        return out;
    };
    std::string const added =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2BID%2F20150830%2Fus~east%2Fs%2B%2Faws4_request"
        "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=a%3Bhost&X-Amz-Expires=604800";
    CHECK(presigned("") == "/?" + added);
    CHECK(presigned("/") == "/?" + added);
    CHECK(presigned("?") == "/?" + added);
    CHECK(presigned("?a") == "/?a&" + added);
    CHECK(presigned("/x y?") == "/x y?" + added);
    CHECK(presigned("/x?a=b") == "/x?a=b&" + added);
    CHECK(presigned("/x?a=b&") == "/x?a=b&" + added);
    CHECK(presigned("/x?a=b?") == "/x?a=b?&" + added);
    CHECK(presigned("/x??") == "/x??&" + added);
    CHECK(presigned("/x&") == "/x&?" + added);

    std::string out = "/?a";
    sigv4::append_query_parameter(out, "X-Amz-Security-Token", "a/b+c==");
    CHECK(out == "/?a&X-Amz-Security-Token=a%2Fb%2Bc%3D%3D");
}
