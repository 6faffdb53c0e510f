#include "bedrock/poll_set.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace bedrock;

namespace {

struct pipe_ends {
    pipe_ends() { REQUIRE(::pipe(ends) == 0); }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;
    ~pipe_ends() {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    void write() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
    void close_writer() { ::close(std::exchange(ends[1], -1)); }
    int ends[2]{};
};

std::map<int, int> found(poll_set& set, int milliseconds = 0) {
    std::map<int, int> all;
    for (auto const& one : set.wait(milliseconds)) all[one.which] = one.events;
    return all;
}

}  // namespace

TEST_CASE("poll_set: says what is ready, for what", "[poll_set]") {
    poll_set set;
    CHECK_FALSE(set.any());
    CHECK(found(set).empty());
    pipe_ends one, two;
    set.watch(one.ends[0], poll_set::readable);
    set.watch(two.ends[0], poll_set::readable);
    set.watch(two.ends[1], poll_set::writable);
    CHECK(found(set) == std::map<int, int>{{two.ends[1], poll_set::writable}});
    one.write();
    CHECK(found(set, 1'000'000).size() == 2);
    set.watch(two.ends[1], 0);
    CHECK(found(set) == std::map<int, int>{{one.ends[0], poll_set::readable}});
    set.watch(one.ends[0], 0);
    set.watch(one.ends[0], 0);  // again, and one that never was there
    set.watch(12'345, 0);
    CHECK(found(set).empty());
    CHECK(*set.any() == two.ends[0]);
}

TEST_CASE("poll_set: events are replaced, and a hang-up is readable", "[poll_set]") {
    poll_set set;
    pipe_ends ends;
    set.watch(ends.ends[1], poll_set::writable);
    set.watch(ends.ends[1], poll_set::readable);
    CHECK(found(set).empty());
    set.watch(ends.ends[1], poll_set::readable | poll_set::writable);
    CHECK(found(set).at(ends.ends[1]) == poll_set::writable);
    set.watch(ends.ends[1], 0);
    set.watch(ends.ends[0], poll_set::readable);
    ends.close_writer();
    CHECK(found(set, 1'000'000).at(ends.ends[0]) == poll_set::readable);
}

TEST_CASE("poll_set: any number, removed in any order", "[poll_set]") {
    poll_set set;
    std::vector<pipe_ends> pipes(100);
    for (auto const& one : pipes) {
        one.write();
        set.watch(one.ends[0], poll_set::readable);
    }
    for (std::size_t left = pipes.size(); left != 0; --left) {
        REQUIRE(found(set).size() == left);
        auto const at = (left * 37) % pipes.size();
        auto const victim = pipes[at].ends[0];
        set.watch(found(set).count(victim) != 0 ? victim : *set.any(), 0);
    }
    CHECK_FALSE(set.any());
}

TEST_CASE("poll_set: a bell ends the sleep, from any thread", "[poll_set][threads]") {
    bell rung;
    REQUIRE(rung.is_open());
    poll_set set;
    set.watch(rung.ear(), poll_set::readable);
    CHECK_FALSE(rung.take());
    std::vector<std::thread> others;
    for (int i = 0; i < 4; ++i)
        others.emplace_back([&] {
            for (int n = 0; n < 100'000; ++n) rung.ring();
        });
    CHECK(found(set, 1'000'000).count(rung.ear()) == 1);
    for (int n = 0; n < 1000; ++n) {
        rung.take();
        rung.silence();
    }
    for (auto& other : others) other.join();
    rung.silence();
    rung.take();
    CHECK(found(set).empty());
    // Nothing is lost between a ring and a silence: the mark or the byte is there.
    rung.ring();
    rung.silence();
    CHECK(rung.take());
    CHECK_FALSE(rung.take());
    rung.ring();
    CHECK(found(set).count(rung.ear()) == 1);
}
