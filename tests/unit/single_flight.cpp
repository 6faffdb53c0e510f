#include "bedrock/single_flight.hpp"

#include "support/catch.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

using namespace bedrock;

namespace {

struct counting_bed : waker {
    void wake() noexcept override { ++woken; }
    int woken = 0;
};

}  // namespace

TEST_CASE("single_flight: whoever sleeps is woken once, with the answer", "[flight]") {
    flight<std::string> work;
    auto const stays = std::make_shared<counting_bed>();
    auto const goes = std::make_shared<counting_bed>();
    REQUIRE(work.add_sleeper(stays));
    REQUIRE(work.add_sleeper(goes));
    work.remove_sleeper(goes);
    CHECK_FALSE(work.ready());
    CHECK(work.answer() == std::nullopt);
    work.end("done");
    work.end("again");
    CHECK(work.ready());
    CHECK(work.answer() == "done");
    CHECK(stays->woken == 1);
    CHECK(goes->woken == 0);
    CHECK_FALSE(work.add_sleeper(goes));
}

TEST_CASE("single_flight: who leads and goes leaves the place to another", "[flight]") {
    std::mutex guard;
    auto const work = std::make_shared<flight<int>>();
    auto slot = work;
    { flight_lead const held(guard, slot, work); }
    CHECK(slot == nullptr);
    CHECK(work->ready());
    CHECK(work->answer() == std::nullopt);

    auto const overdue = std::make_shared<flight<int>>();
    auto const next = std::make_shared<flight<int>>();
    slot = next;
    {
        flight_lead held(guard, slot, overdue);
        held.end(7);
    }
    CHECK(slot == next);  // somebody else's by now
    CHECK(overdue->answer() == 7);
}
