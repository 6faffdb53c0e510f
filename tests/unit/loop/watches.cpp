#include "bedrock/loop/watches.hpp"

#include "support/catch.hpp"

#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace {

using bedrock::descriptor;
using bedrock::loop_watches;
using bedrock::poll_set;

struct pipe_pair {
    pipe_pair() { REQUIRE(::pipe(ends) == 0); }
    ~pipe_pair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int ends[2]{-1, -1};
};

bool is_open(int which) {
    return ::fcntl(which, F_GETFD) >= 0;
}

}  // namespace

TEST_CASE("loop/watches: nothing is told before its time, then all in order", "[loop]") {
    pipe_pair const a, b;
    std::string told;
    loop_watches watches({.watch = [&](descriptor which, int events) {
        told += (which == a.ends[0] ? "a" : "b") + std::to_string(events) + ' ';
    }});
    watches.note(a.ends[0], poll_set::readable);
    watches.note(b.ends[0], poll_set::readable);
    watches.note(a.ends[0], 0);
    CHECK(told.empty());
    CHECK(watches.wait(0).empty());
    watches.tell(true);
    CHECK(told == "a1 b1 a0 ");
    watches.tell(true);
    CHECK(told == "a1 b1 a0 ");

    REQUIRE(::write(a.ends[1], "x", 1) == 1);
    REQUIRE(::write(b.ends[1], "x", 1) == 1);
    auto const found = watches.wait(1000);
    REQUIRE(found.size() == 1);
    CHECK(found[0].which == b.ends[0]);

    watches.tell_end(true);
    CHECK(told == "a1 b1 a0 b0 ");
    CHECK(watches.wait(0).empty());
}

TEST_CASE("loop/watches: without a listener the loop's own sleep is told alone", "[loop]") {
    pipe_pair const a;
    int told = 0;
    loop_watches watches({.watch = [&](descriptor, int) { ++told; }});
    watches.note(a.ends[0], poll_set::readable);
    watches.tell(false);
    REQUIRE(::write(a.ends[1], "x", 1) == 1);
    CHECK(watches.wait(1000).size() == 1);
    watches.tell_end(false);
    CHECK(told == 0);
}

TEST_CASE("loop/watches: a socket is closed when all have heard that it is not watched", "[loop]") {
    int const socket = ::dup(0);
    REQUIRE(socket >= 0);
    bool was_open = false;
    loop_watches watches({.watch = [&](descriptor which, int events) { was_open = events == 0 && is_open(which); }});
    watches.note(socket, poll_set::readable);
    watches.tell(true);
    watches.note(socket, 0);
    watches.release(socket);
    CHECK(is_open(socket));
    watches.tell(true);
    CHECK(was_open);
    CHECK_FALSE(is_open(socket));
}

TEST_CASE("loop/watches: what is noted while it tells is told behind it", "[loop]") {
    pipe_pair const a, b;
    std::string told;
    loop_watches* self = nullptr;
    loop_watches watches({.watch = [&](descriptor which, int events) {
        told += (which == a.ends[0] ? "a" : "b") + std::to_string(events) + ' ';
        if (which == a.ends[0]) self->note(b.ends[0], poll_set::writable);
        self->tell(true);  // the one outside goes on with it
    }});
    self = &watches;
    watches.note(a.ends[0], poll_set::readable);
    watches.tell(true);
    CHECK(told == "a1 b2 ");
}
