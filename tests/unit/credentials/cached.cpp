#include "bedrock/credentials/cached.hpp"

#include "bedrock/blocking.hpp"
#include "bedrock/recorded.hpp"
#include "support/allocations.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr std::int64_t minute = 60'000;

provider_answer keys(std::string id, std::optional<std::int64_t> expires = {}) {
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials.access_key_id = std::move(id);
    answer.credentials.secret_access_key = "s";
    answer.credentials.expires_at_ms = expires;
    return answer;
}

provider_answer broken() {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = "down";
    return answer;
}

// Answers what the test says, counts, and may hold every fetch at a gate.
class source final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "source"; }
    exchange<provider_answer> load(environment const&) override {
        ++fetches;
        for (;;) {
            if (open) break;
            pause_ask nap(1);
            co_await nap;
        }
        co_return answer(fetches);
    }
    void forget(credentials const&) noexcept override { ++forgotten; }

    std::function<provider_answer(int)> answer = [](int) { return keys("AKIDONE"); };
    std::atomic<int> fetches{0};
    std::atomic<int> forgotten{0};
    std::atomic<bool> open{true};
};

struct fixture {
    fake_environment world;
    environment here = world.get();
    std::shared_ptr<source> behind = std::make_shared<source>();
    cache_rules rules{};
    std::optional<cached_provider> cache;

    provider_answer load() {
        if (!cache) cache.emplace(behind, rules);
        return recorded_runner({}).run(cache->load(here));
    }
    std::string load_id() { return load().credentials.access_key_id; }
    void at(std::int64_t milliseconds_later) { *world.unix_ms += milliseconds_later; }
    std::int64_t in(std::int64_t milliseconds) { return *world.unix_ms + milliseconds; }
};

exchange<result<provider_answer>> as_result(cached_provider& cache, environment const& here) {
    auto answer = co_await cache.load(here);
    co_return answer;
}

}  // namespace

TEST_CASE("cached: nothing is fetched before the first load, and once for all loads", "[credentials]") {
    fixture f;
    f.cache.emplace(f.behind, f.rules);
    CHECK(f.behind->fetches == 0);
    for (int i = 0; i < 5; ++i) CHECK(f.load_id() == "AKIDONE");
    f.at(1000 * 24 * 60 * minute);
    CHECK(f.load_id() == "AKIDONE");
    CHECK(f.behind->fetches == 1);
}

TEST_CASE("cached: renewed ahead of the end, with jitter", "[credentials]") {
    fixture f;
    auto const end = f.in(60 * minute);
    f.behind->answer = [&](int n) { return keys("AKID" + std::to_string(n), n == 1 ? end : f.in(60 * minute)); };
    CHECK(f.load_id() == "AKID1");
    f.at(54 * minute + 29'999);  // 5 minutes and half of the jitter before the end, minus a bit
    CHECK(f.load_id() == "AKID1");
    f.at(1);
    CHECK(f.load_id() == "AKID2");
    CHECK(f.behind->fetches == 2);
}

TEST_CASE("cached: a short life is used for half of it", "[credentials]") {
    fixture f;
    f.behind->answer = [&](int n) { return keys("AKID" + std::to_string(n), f.in(4 * minute)); };
    CHECK(f.load_id() == "AKID1");
    f.at(2 * minute - 1);
    CHECK(f.load_id() == "AKID1");
    f.at(1);
    CHECK(f.load_id() == "AKID2");
}

TEST_CASE("cached: working credentials are served while renewal fails, dead ones are not", "[credentials]") {
    fixture f;
    auto const end = f.in(60 * minute);
    f.behind->answer = [&](int n) { return n == 1 ? keys("AKIDOLD", end) : broken(); };
    CHECK(f.load_id() == "AKIDOLD");
    f.at(56 * minute);
    CHECK(f.load_id() == "AKIDOLD");
    CHECK(f.behind->fetches == 2);
    CHECK(f.load_id() == "AKIDOLD");  // not asked again at once
    CHECK(f.behind->fetches == 2);
    f.at(30'000);
    CHECK(f.load_id() == "AKIDOLD");
    CHECK(f.behind->fetches == 3);
    f.at(4 * minute);
    auto const over = f.load();
    CHECK(over.outcome == provider_outcome::broken);
    CHECK(over.detail == "down");
}

TEST_CASE("cached: a failure is not kept, a refused key is forgotten", "[credentials]") {
    fixture f;
    f.behind->answer = [](int n) { return n == 1 ? broken() : keys("AKID" + std::to_string(n)); };
    CHECK(f.load().outcome == provider_outcome::broken);
    CHECK(f.load_id() == "AKID2");
    credentials refused;
    refused.access_key_id = "AKIDOTHER";
    f.cache->forget(refused);
    CHECK(f.load_id() == "AKID2");
    refused.access_key_id = "AKID2";
    f.cache->forget(refused);
    CHECK(f.load_id() == "AKID3");
    CHECK(f.behind->forgotten == 2);
}

TEST_CASE("cached: 64 threads on dead credentials cause one fetch", "[credentials][threads]") {
    auto const behind = std::make_shared<source>();
    behind->open = false;
    cached_provider cache(behind);
    auto const here = environment::of_process();
    auto const share = std::make_shared<engine_share>();
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 64; ++i)
        threads.emplace_back([&] {
            engine on(share);
            blocking_runner run(on, here, cancellation(), 0);
            auto const answer = run.run(as_result(cache, here));
            if (answer && answer->credentials.access_key_id == "AKIDONE") ++right;
        });
    while (behind->fetches == 0) std::this_thread::yield();
    behind->open = true;
    for (auto& thread : threads) thread.join();
    CHECK(right == 64);
    CHECK(behind->fetches == 1);
}

TEST_CASE("cached: when the fetching call is cancelled another takes over", "[credentials][threads]") {
    auto const behind = std::make_shared<source>();
    behind->open = false;
    cached_provider cache(behind);
    auto const here = environment::of_process();
    auto const share = std::make_shared<engine_share>();
    cancellation stop;
    std::thread leader([&] {
        engine on(share);
        blocking_runner run(on, here, stop, 0);
        auto const answer = run.run(as_result(cache, here));
        CHECK(answer.error().code == errc::cancelled);
    });
    while (behind->fetches == 0) std::this_thread::yield();
    std::thread follower([&] {
        engine on(share);
        blocking_runner run(on, here, cancellation(), 0);
        auto const answer = run.run(as_result(cache, here));
        REQUIRE(answer);
        CHECK(answer->credentials.access_key_id == "AKIDONE");
    });
    stop.cancel();
    leader.join();
    while (behind->fetches == 1) std::this_thread::yield();
    behind->open = true;
    follower.join();
    CHECK(behind->fetches == 2);
}

TEST_CASE("cached: a fetch whose caller never goes on is given up on", "[credentials]") {
    fixture f;
    f.behind->open = false;
    f.rules.longest_flight_ms = 50;
    f.cache.emplace(f.behind, f.rules);
    auto stuck = f.cache->load(f.here);  // a leader on a loop that nobody pumps
    REQUIRE(stuck.step() != nullptr);
    f.behind->open = true;
    auto const real = environment::of_process();
    engine on(std::make_shared<engine_share>());
    blocking_runner run(on, real, cancellation(), 0);
    auto const answer = run.run(as_result(*f.cache, f.here));
    REQUIRE(answer);
    CHECK(answer->credentials.access_key_id == "AKIDONE");
    CHECK(f.behind->fetches == 2);
}

TEST_CASE("cached: one who waits has a deadline and a cancellation of its own", "[credentials][threads]") {
    fixture f;
    f.behind->open = false;
    f.cache.emplace(f.behind, f.rules);
    auto stuck = f.cache->load(f.here);
    REQUIRE(stuck.step() != nullptr);
    auto const real = environment::of_process();
    engine on(std::make_shared<engine_share>());
    SECTION("deadline") {
        blocking_runner run(on, real, cancellation(), 100);
        auto const answer = run.run(as_result(*f.cache, f.here));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::timeout);
    }
    SECTION("cancellation") {
        cancellation stop;
        blocking_runner run(on, real, stop, 0);
        std::thread other([&] { stop.cancel(); });
        auto const answer = run.run(as_result(*f.cache, f.here));
        other.join();
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::cancelled);
    }
    CHECK(f.behind->fetches == 1);
}

TEST_CASE("cached: while one renews, the others go on with what works", "[credentials]") {
    fixture f;
    f.behind->answer = [&](int n) { return keys("AKID" + std::to_string(n), f.in(60 * minute)); };
    f.load();
    f.at(56 * minute);
    f.behind->open = false;
    auto renewing = f.cache->load(f.here);
    REQUIRE(renewing.step() != nullptr);
    CHECK(f.load_id() == "AKID1");
    CHECK(f.behind->fetches == 2);
}

#if BEDROCK_EXCEPTIONS

TEST_CASE("cached: whichever allocation fails, no key is given with the secret of another", "[credentials]") {
    std::string const long_enough(40, '-');  // for no short string
    bool has_come = true;
    int failures = 0;
    for (std::size_t nth = 1; has_come; ++nth) {
        fixture f;
        f.behind->answer = [&](int fetch) {
            auto answer = keys("AKI" + std::to_string(fetch) + long_enough, f.in(10 * minute));
            answer.credentials.secret_access_key = "AKI" + std::to_string(fetch) + long_enough;
            return answer;
        };
        REQUIRE(f.load().outcome == provider_outcome::found);
        f.at(11 * minute);
        {
            allocations::failure const failing(nth);
            try {
                f.load();
            } catch (std::bad_alloc const&) {
                ++failures;
            }
            has_come = failing.has_come();
        }
        auto const next = f.load();
        CHECK(next.outcome == provider_outcome::found);
        CHECK(next.credentials.access_key_id == next.credentials.secret_access_key.view());
    }
    CHECK(failures > 5);
}

#endif
