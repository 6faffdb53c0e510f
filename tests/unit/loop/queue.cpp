#include "bedrock/loop/queue.hpp"

#include "support/allocations.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>

namespace {

using bedrock::loop_queue;

struct person : loop_queue::entry {
    explicit person(char letter) : name(letter) {}
    char name;
};

std::string serve(loop_queue& queue) {
    std::string served;
    while (auto* const next = queue.next()) {
        queue.dequeue(*next);
        served += static_cast<person*>(next)->name;
    }
    return served;
}

}  // namespace

TEST_CASE("loop/queue: turns come in order, one for each", "[loop]") {
    loop_queue queue;
    person a('a'), b('b'), c('c');
    for (auto* const who : {&b, &a, &b, &c, &a}) queue.enqueue(*who);
    CHECK(queue.turns() == 3);
    queue.dequeue(c);
    queue.dequeue(c);
    CHECK(serve(queue) == "ba");
    CHECK(queue.turns() == 0);
    CHECK(queue.next() == nullptr);
    queue.enqueue(a);
    CHECK(serve(queue) == "a");
}

TEST_CASE("loop/queue: whose time has come gets a turn, the earliest first", "[loop]") {
    loop_queue queue;
    person a('a'), b('b'), c('c');
    for (auto* const who : {&a, &b, &c}) queue.prepare(*who);
    CHECK(queue.first_due_ms() == bedrock::deadline::never);
    queue.arm(a, 30);
    queue.arm(b, 10);
    queue.arm(c, 20);
    CHECK(queue.first_due_ms() == 10);
    queue.ring(9);
    CHECK(queue.turns() == 0);
    queue.ring(20);
    CHECK(serve(queue) == "bc");
    CHECK(queue.first_due_ms() == 30);
    queue.enqueue(a);
    queue.ring(30);  // has its turn already
    CHECK(serve(queue) == "a");
    CHECK(queue.first_due_ms() == bedrock::deadline::never);
}

TEST_CASE("loop/queue: a time is made earlier, never later", "[loop]") {
    loop_queue queue;
    person a('a'), b('b');
    for (auto* const who : {&a, &b}) queue.prepare(*who);
    queue.arm(a, 20);
    queue.arm(b, 15);
    queue.arm(a, 30);
    CHECK(queue.first_due_ms() == 15);
    queue.arm(a, 10);
    CHECK(queue.first_due_ms() == 10);
    queue.disarm(a);
    queue.disarm(a);
    CHECK(queue.first_due_ms() == 15);
    queue.disarm(b);
    queue.arm(b, bedrock::deadline::never);
    CHECK(queue.first_due_ms() == bedrock::deadline::never);
    queue.ring(bedrock::deadline::never);
    CHECK(queue.turns() == 0);
}

TEST_CASE("loop/queue: behind the first time of an entry nothing is allocated", "[loop]") {
    loop_queue queue;
    person a('a'), b('b');
    for (auto* const who : {&a, &b}) queue.prepare(*who);
    queue.arm(a, 1);
    queue.arm(b, 1);
    queue.disarm(b);
    bool served_all = true;
    auto const before = allocations::count();
    for (std::int64_t now = 1; now != 100; ++now) {
        queue.arm(b, now);
        queue.ring(now);
        served_all = served_all && serve(queue).size() == (now == 1 ? 2U : 1U);
        queue.arm(a, now + 1);
        queue.disarm(a);
    }
    auto const after = allocations::count();
    CHECK(after == before);
    CHECK(served_all);
}
