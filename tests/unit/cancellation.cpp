#include "bedrock/cancellation.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
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
