#include "bedrock/async_call.hpp"

#include "support/catch.hpp"

#include <memory>
#include <thread>

using bedrock::async_call;
using bedrock::bell;
using bedrock::job_signals;

TEST_CASE("async_call: one that never was is over, and nothing can be said to it", "[async_call]") {
    async_call const none;
    CHECK(none.over());
    none.cancel();
    none.pause();
    none.resume();
    CHECK(none.over());
}

TEST_CASE("async_call: what is said to it reaches the job, from any thread and every copy", "[async_call][threads]") {
    auto const signals = std::make_shared<job_signals>(std::make_shared<bell>());
    async_call const call(signals);
    auto const copy = call;
    CHECK_FALSE(call.over());
    call.pause();
    CHECK(signals->paused());
    copy.resume();
    CHECK_FALSE(signals->paused());
    std::thread([copy] { copy.cancel(); }).join();
    CHECK(signals->cancelled());
    CHECK_FALSE(call.over());  // the job has not been told yet
}

TEST_CASE("async_call: what calls share is made without asking the system for anything", "[async_call]") {
    bedrock::detail::async_core core({}, {});
    CHECK(core.loop.is_open());
    CHECK(core.loop.jobs() == 0);
    CHECK(core.loop.pump(0) == 0);
}
