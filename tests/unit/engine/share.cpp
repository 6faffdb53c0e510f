#include "bedrock/engine/share.hpp"

#include "support/catch.hpp"

#include <thread>

TEST_CASE("engine/share: handles of two threads come and go on it", "[engine][threads]") {
    bedrock::engine_share share;
    REQUIRE(share.handle());
    CHECK(bedrock::detail::curl_ready());
    auto const use = [&share] {
        int bound = 0;
        for (int i = 0; i != 100; ++i) {
            auto* const easy = curl_easy_init();
            bound += curl_easy_setopt(easy, CURLOPT_SHARE, share.handle()) == CURLE_OK ? 1 : 0;
            curl_easy_cleanup(easy);
        }
        return bound;
    };
    int there = 0;
    std::thread other([&] { there = use(); });
    int const here = use();
    other.join();
    CHECK(here == 100);
    CHECK(there == 100);
}

TEST_CASE("engine/share: two of them are two", "[engine]") {
    bedrock::engine_share const one, another;
    CHECK(one.handle() != another.handle());
}
