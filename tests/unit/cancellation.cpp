#include "bedrock/cancellation.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace bedrock;

namespace {
class counting_waker final : public waker {
  public:
    void wake() noexcept override { ++count; }
    std::atomic<int> count{0};
};
}  // namespace

TEST_CASE("cancellation: copies share one state, and it stays cancelled", "[cancellation]") {
    cancellation const mine;
    cancellation const theirs = mine;  // a handle: what a function is given by const reference cancels too
    CHECK_FALSE(mine.cancelled());
    theirs.cancel();
    CHECK(mine.cancelled());
    theirs.cancel();
    CHECK(mine.cancelled());
    CHECK_FALSE(cancellation().cancelled());
}

TEST_CASE("cancellation: wakes those who sleep, and nobody who has left", "[cancellation]") {
    cancellation cancel;
    auto const first = std::make_shared<counting_waker>();
    auto const second = std::make_shared<counting_waker>();
    cancellation::sleeper const stays(cancel, first);
    { cancellation::sleeper const leaves(cancel, second); }
    cancel.cancel();
    CHECK(first->count == 1);
    CHECK(second->count == 0);
}

TEST_CASE("cancellation: one sleeper registered twice leaves once at a time", "[cancellation]") {
    cancellation cancel;
    auto const bed = std::make_shared<counting_waker>();
    cancellation::sleeper const outer(cancel, bed);
    { cancellation::sleeper const inner(cancel, bed); }
    cancel.cancel();
    CHECK(bed->count == 1);
}

TEST_CASE("cancellation: they leave in any order", "[cancellation]") {
    std::array<std::size_t, 4> order{0, 1, 2, 3};
    do {
        cancellation const cancel;
        std::array<std::shared_ptr<counting_waker>, 4> beds;
        std::array<std::optional<cancellation::sleeper>, 4> sleepers;
        for (std::size_t i = 0; i < 4; ++i) sleepers[i].emplace(cancel, beds[i] = std::make_shared<counting_waker>());
        for (int left = 1; auto const leaver : order) {
            sleepers[leaver].reset();
            cancel.cancel();
            CHECK(beds[leaver]->count == left - 1);
            for (std::size_t i = 0; i < 4; ++i)
                if (sleepers[i]) CHECK(beds[i]->count == left);
            ++left;
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("cancellation: cancelling races with coming and going", "[cancellation][threads]") {
    for (int round = 0; round < 200; ++round) {
        cancellation cancel;
        auto const bed = std::make_shared<counting_waker>();
        std::atomic<bool> seen{false};
        std::thread sleeper([&] {
            cancellation::sleeper const guard(cancel, bed);
            while (!cancel.cancelled()) std::this_thread::yield();
            seen = true;
        });
        std::thread canceller([cancel]() mutable { cancel.cancel(); });
        sleeper.join();
        canceller.join();
        REQUIRE(seen);
    }
}
