#include "bedrock/sigv4/status.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace bedrock;

TEST_CASE("every fault and every stage of signing has words of its own", "[sigv4]") {
    std::vector<std::string_view> seen;
    auto const check = [&](std::string_view words) {
        CHECK(words != "unknown");
        CHECK_FALSE(words.empty());
        CHECK(std::count(seen.begin(), seen.end(), words) == 0);
        seen.push_back(words);
    };
    for (int code = 0; code <= static_cast<int>(sigv4::fault::crypto); ++code)
        check(sigv4::describe(static_cast<sigv4::fault>(code)));
    for (int at = 0; at <= static_cast<int>(sigv4::stage::signature); ++at)
        check(sigv4::describe(static_cast<sigv4::stage>(at)));
    CHECK(seen.size() == 21);
    CHECK(sigv4::describe(static_cast<sigv4::fault>(200)) == "unknown");
    CHECK(sigv4::describe(static_cast<sigv4::stage>(200)) == "unknown");
}

TEST_CASE("a status of signing is good without a fault", "[sigv4]") {
    CHECK(sigv4::status{}.ok());
    CHECK_FALSE(sigv4::status{sigv4::fault::crypto}.ok());
    CHECK(sigv4::status{sigv4::fault::crypto, sigv4::stage::signature} !=
          sigv4::status{sigv4::fault::crypto, sigv4::stage::signing_key});
}
