#include "bedrock/engine_pool.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

TEST_CASE("engine pool: the tools taken back last are given out first", "[engine_pool]") {
    auto const pool = std::make_shared<engine_pool>();
    auto* const first = [&] {
        auto const lease = pool->acquire();
        return lease.operator->();
    }();
    auto one = pool->acquire();
    CHECK(one.operator->() == first);
    auto two = pool->acquire();
    auto* const second = two.operator->();
    CHECK(second != first);
    one = {};
    CHECK_FALSE(one);
    two = {};
    auto const again = pool->acquire();
    CHECK(again.operator->() == second);
}

TEST_CASE("engine pool: a lease moves, swaps and returns its tools once", "[engine_pool]") {
    auto const pool = std::make_shared<engine_pool>();
    engine_pool::lease empty;
    CHECK_FALSE(empty);
    auto one = pool->acquire();
    auto* const tools = one.operator->();
    auto moved = std::move(one);
    CHECK_FALSE(one);  // NOLINT: moved from, on purpose
    CHECK(moved.operator->() == tools);
    auto* const before = tools;
    moved = pool->acquire();
    CHECK(moved);
    CHECK(moved.operator->() != before);
    CHECK(pool->acquire().operator->() == before);
}

TEST_CASE("engine pool: leases outlive the pool's owner", "[engine_pool]") {
    auto pool = std::make_shared<engine_pool>();
    std::weak_ptr<engine_pool> const watched = pool;
    auto one = pool->acquire();
    auto two = pool->acquire();
    pool.reset();
    CHECK_FALSE(watched.expired());
    one = {};
    CHECK_FALSE(watched.expired());
    two = {};
    CHECK(watched.expired());
}

TEST_CASE("engine pool: no more than so many idle tools are kept", "[engine_pool]") {
    auto const pool = std::make_shared<engine_pool>();
    std::set<call_tools*> held;
    std::vector<std::weak_ptr<waker>> beds;
    {
        std::vector<engine_pool::lease> leases;
        for (std::size_t i = 0; i < engine_pool::most_idle + 3; ++i) leases.push_back(pool->acquire());
        for (auto const& lease : leases) {
            held.insert(lease.operator->());
            beds.push_back(lease->engine.bed());
        }
        CHECK(held.size() == engine_pool::most_idle + 3);
    }
    auto const alive = std::count_if(beds.begin(), beds.end(), [](auto const& bed) { return !bed.expired(); });
    CHECK(static_cast<std::size_t>(alive) == engine_pool::most_idle);
    std::vector<engine_pool::lease> again;
    for (std::size_t i = 0; i < engine_pool::most_idle; ++i) {
        again.push_back(pool->acquire());
        held.erase(again.back().operator->());
    }
    CHECK(held.size() == 3);
}

TEST_CASE("engine pool: tools that nobody wanted for fifty seconds are not given out again", "[engine_pool]") {
    auto const pool = std::make_shared<engine_pool>();
    auto one = pool->acquire();
    auto two = pool->acquire();
    std::weak_ptr<waker> const first = one->engine.bed(), second = two->engine.bed();
    one = {};
    two = {};
    auto const now = steady_milliseconds_now();
    auto const warm = pool->acquire(now + engine_pool::longest_idle_ms - 1'000);
    CHECK(warm->engine.bed() == second.lock());
    CHECK_FALSE(first.expired());
    auto const cold = pool->acquire(now + engine_pool::longest_idle_ms + 1'000);
    CHECK(cold->engine.bed() != warm->engine.bed());
    CHECK(first.expired());
    CHECK_FALSE(second.expired());
}

TEST_CASE("engine pool: threads never share tools", "[engine_pool][threads]") {
    auto const pool = std::make_shared<engine_pool>();
    std::atomic<int> shared{0};
    std::mutex guard;
    std::set<call_tools*> in_use;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                auto const lease = pool->acquire();
                {
                    std::lock_guard const lock(guard);
                    if (!in_use.insert(lease.operator->()).second) ++shared;
                }
                std::lock_guard const lock(guard);
                in_use.erase(lease.operator->());
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(shared == 0);
}

TEST_CASE("engine pool: tools of a call that ended in an exception are not given out again", "[engine_pool]") {
    auto const pool = std::make_shared<engine_pool>();
    std::weak_ptr<waker> used;
    {
        auto const lease = pool->acquire();
        used = lease->engine.bed();
        lease->engine.spoil();
    }
    CHECK(used.expired());
#if BEDROCK_EXCEPTIONS
    try {
        auto const lease = pool->acquire();
        used = lease->engine.bed();
        throw 1;
    } catch (int) {
    }
    CHECK(used.expired());
    try {
        throw 1;
    } catch (int) {
        auto const lease = pool->acquire();
        used = lease->engine.bed();
    }
    CHECK_FALSE(used.expired());
#endif
}
