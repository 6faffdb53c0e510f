#include "bedrock/loop/signals.hpp"

#include "support/catch.hpp"

#include <memory>
#include <thread>

using bedrock::bell;
using bedrock::job_signals;

TEST_CASE("loop/signals: what has to be heard rings the bell", "[loop]") {
    auto const rings = std::make_shared<bell>();
    job_signals signals(rings);
    CHECK_FALSE(signals.cancelled());
    CHECK_FALSE(signals.paused());
    CHECK_FALSE(signals.over());

    signals.set_paused(true);  // nobody needs to hear that
    CHECK(signals.paused());
    CHECK_FALSE(rings->take());
    signals.set_paused(false);
    CHECK_FALSE(signals.paused());
    CHECK(rings->take());
    signals.wake();
    CHECK(rings->take());
    CHECK_FALSE(signals.cancelled());
    signals.cancel();
    CHECK(rings->take());
    CHECK(signals.cancelled());
}

TEST_CASE("loop/signals: heard from another thread, and when the loop has gone", "[loop][threads]") {
    auto rings = std::make_shared<bell>();
    auto const signals = std::make_shared<job_signals>(rings);
    std::thread([signals] { signals->cancel(); }).join();
    CHECK(rings->take());
    CHECK(signals->cancelled());
    rings.reset();
    signals->wake();
}
