#include "bedrock/loop.hpp"

#include "bedrock/single_flight.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"
#include "support/temporary_file.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace bedrock;
using http_request::get;

namespace {

exchange<result<std::string>> fetch(http::request what) {
    http_ask sent(std::move(what));
    co_await sent;
    if (sent.failure) co_return unexpected{retry::make_error(sent.failure)};
    co_return sent.response.body;
}

exchange<result<std::string>> read_stream(http::request what) {
    open_ask opened(std::move(what));
    co_await opened;
    if (opened.failure) co_return unexpected{retry::make_error(opened.failure)};
    auto& body = *opened.transfer;
    std::string text;
    for (;;) {
        text += as_text(body.buffer.unread());
        body.buffer.consume(body.buffer.size());
        if (body.ended) break;
        receive_ask more(body, text.empty());
        co_await more;
    }
    if (body.end) co_return unexpected{retry::make_error(body.end)};
    co_return text;
}

exchange<result<std::string>> rest(std::int64_t milliseconds) {
    pause_ask nap(milliseconds);
    co_await nap;
    co_return std::string("rested");
}

exchange<result<process_ask>> run_command(std::string command, std::int64_t timeout_ms) {
    process_ask child(std::move(command));
    child.timeout_ms = timeout_ms;
    co_await child;
    co_return child;
}

exchange<result<std::string>> rewrite(std::string path) {
    replace_ask change(path, "new");
    co_await change;
    file_ask look(path);
    co_await look;
    co_return look.text;
}

struct fixture {
    engine on{std::make_shared<engine_share>()};
    environment here = environment::of_process();
    cancellation cancel;
    loop_runner loop{on, here};

    template <class T, class Done>
    std::shared_ptr<job_signals> start(exchange<result<T>> what, Done done, std::int64_t total_ms = 0) {
        auto job = std::make_shared<exchange_job<T, Done>>(loop, std::move(what), std::move(done), cancel, total_ms);
        auto signals = job->shared_signals();
        loop.start(std::move(job));
        return signals;
    }
    void pump() {
        while (loop.pump(10'000) != 0) {
        }
    }
    template <class T>
    result<T> run(exchange<result<T>> what, std::int64_t total_ms = 0) {
        std::optional<result<T>> got;
        start(
            std::move(what), [&](result<T> value) { got.emplace(std::move(value)); }, total_ms);
        pump();
        REQUIRE(got);
        return std::move(*got);
    }
};

/// Waits for another thread's work.
exchange<result<int>> follow(std::shared_ptr<awaited> what, std::int64_t at_most_ms) {
    wait_ask landing(what, at_most_ms);
    co_await landing;
    co_return what->ready() ? 1 : 0;
}

}  // namespace

TEST_CASE("loop: plain answers, streams, pauses, files and commands", "[loop]") {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty())
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    });
    fixture f;
    CHECK(*f.run(fetch(get(server.url()))) == "onetwo");
    CHECK(*f.run(read_stream(get(server.url()))) == "onetwo");
    CHECK(server.accepted() == 1);
    CHECK(*f.run(rest(1)) == "rested");
    temporary_file const file("name", "old");
    CHECK(*f.run(rewrite(file.path())) == "new");
    auto const ran = f.run(run_command("echo out; echo err >&2; exit 3", 20'000));
    REQUIRE(ran);
    CHECK(ran->output == "out\n");
    CHECK(ran->error_output == "err\n");
    CHECK(ran->exit_status == 3);
    CHECK(ran->failure == process_failure::none);
    CHECK(f.run(run_command("exec >&- 2>&-; sleep 0.05; exit 4", 20'000))->exit_status == 4);
    CHECK(f.run(run_command("sleep 100", 30))->failure == process_failure::timed_out);
    CHECK_FALSE(f.run(fetch(get("http://[bad"))));
}

TEST_CASE("loop: a command that cannot be started says why, and the next one runs", "[loop]") {
    fixture f;
    // No system passes an argument of this length to a program.
    auto const refused = f.run(run_command(": " + std::string(std::size_t{8} << 20, 'x'), 20'000));
    REQUIRE(refused);
    CHECK(refused->failure == process_failure::not_started);
    CHECK_FALSE(refused->error_output.empty());
    CHECK(refused->output.empty());
    CHECK(f.loop.jobs() == 0);
    for (auto const* const command : {"exec /nonexistent/program", "exec /dev/null"}) {  // missing, not executable
        INFO(command);
        auto const lost = f.run(run_command(command, 20'000));
        REQUIRE(lost);
        CHECK(lost->failure == process_failure::none);
        CHECK((lost->exit_status == 126 || lost->exit_status == 127));
        CHECK_FALSE(lost->error_output.empty());
    }
    CHECK(f.run(run_command("echo out", 20'000))->output == "out\n");
}

TEST_CASE("loop: nothing runs inside start, and an empty loop does not sleep", "[loop]") {
    fixture f;
    CHECK(f.loop.pump(1'000'000) == 0);
    bool done = false;
    auto const signals = f.start(rest(0), [&](auto) { done = true; });
    CHECK_FALSE(done);
    CHECK_FALSE(signals->over());
    CHECK(f.loop.jobs() == 1);
    f.pump();
    CHECK(done);
    CHECK(signals->over());
}

TEST_CASE("loop: many at once on one thread", "[loop]") {
    constexpr int count = 60;
    std::atomic<int> waiting{0};
    std::promise<void> all_here;
    auto const open = all_here.get_future().share();
    socket_server server([&](connection& peer) {
        auto const request = peer.read_request();
        if (++waiting == count) all_here.set_value();
        open.wait();  // answered only when all of them are connected
        auto const name = request.substr(5, request.find(' ', 5) - 5);
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + name);
    });
    fixture f;
    int right = 0;
    for (int i = 0; i < count; ++i) {
        auto const name = std::to_string(i);
        auto const check = [&right, name](result<std::string> got) { right += got && *got == name ? 1 : 0; };
        if (i % 2 == 0)
            f.start(fetch(get(server.url("/" + name))), check);
        else
            f.start(read_stream(get(server.url("/" + name))), check);
    }
    f.pump();
    CHECK(right == count);
}

TEST_CASE("loop: each clock ends the wait and is named", "[loop]") {
    fixture f;
    auto const expect_timeout = [](result<std::string> const& got, char const* clock, char const* limit) {
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::timeout);
        CHECK(got.error().message.find(std::string("(the ") + clock + " clock)") != std::string::npos);
        CHECK(got.error().message.find(limit) != std::string::npos);
    };
    SECTION("connect") {
        black_hole hole;
        auto what = get(hole.url());
        what.timeouts.connect_ms = 150;
        what.timeouts.first_byte_ms = 20;  // counts from the connection on, and does not make the loop spin
        expect_timeout(f.run(fetch(what)), "connect", "0.15 s");
    }
    SECTION("first byte, first event, idle and total") {
        socket_server server([](connection& peer) {
            auto const request = peer.read_request();
            if (request.starts_with("GET /head")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
            if (request.starts_with("GET /part")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
            peer.peer_closes();
        });
        auto what = get(server.url("/silent"));
        what.timeouts.first_byte_ms = 120;
        expect_timeout(f.run(fetch(what)), "first byte", "0.12 s");
        what.timeouts.first_event_ms = 130;
        expect_timeout(f.run(read_stream(what)), "first event", "0.13 s");
        what.url = server.url("/head");
        expect_timeout(f.run(read_stream(what)), "first event", "0.13 s");
        what.url = server.url("/part");
        what.timeouts.idle_ms = 140;
        expect_timeout(f.run(read_stream(what)), "idle", "0.14 s");
        expect_timeout(f.run(fetch(what)), "idle", "0.14 s");
        what.timeouts = {};
        expect_timeout(f.run(fetch(what), 160), "total", "0.16 s");
        expect_timeout(f.run(rest(60'000), 170), "total", "0.17 s");
        constexpr auto longest = (std::numeric_limits<std::int64_t>::max)();
        what.timeouts = {longest, longest, longest, 20, longest};
        expect_timeout(f.run(fetch(what), longest), "idle", "0.02 s");
    }
}

TEST_CASE("loop: cancelled from a second thread in every phase", "[loop][threads]") {
    fixture f;
    auto const expect_cancelled = [](auto const& got) {
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::cancelled);
    };
    SECTION("before it began") {
        f.cancel.cancel();
        expect_cancelled(f.run(fetch(get("http://127.0.0.1:1/"))));
    }
    SECTION("while connecting, pausing, running a command, waiting for another") {
        black_hole hole;
        std::thread other([cancel = f.cancel]() mutable { cancel.cancel(); });
        switch (GENERATE(0, 1, 2, 3)) {
            case 0:
                expect_cancelled(f.run(fetch(get(hole.url()))));
                break;
            case 1:
                expect_cancelled(f.run(rest(600'000)));
                break;
            case 2:
                expect_cancelled(f.run(run_command("sleep 600", 600'000)));
                break;
            default:
                expect_cancelled(f.run(follow(std::make_shared<flight<int>>(), 0)));
        }
        other.join();
    }
    SECTION("while waiting for the first byte, and mid-stream") {
        auto const* path = GENERATE("/silent", "/part");
        std::promise<bool> closed;
        socket_server server([&](connection& peer) {
            if (peer.read_request().starts_with("GET /part"))
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
            f.cancel.cancel();
            closed.set_value(peer.peer_closes());
        });
        expect_cancelled(f.run(read_stream(get(server.url(path)))));
        CHECK(closed.get_future().get());
    }
    SECTION("one alone, by its signals") {
        bool first = false, second = false;
        auto const signals = f.start(rest(600'000), [&](result<std::string> got) { first = !got; });
        f.start(rest(5), [&](result<std::string> got) { second = got.has_value(); });
        std::thread other([signals] { signals->cancel(); });
        f.pump();
        other.join();
        CHECK(first);
        CHECK(second);
    }
}

TEST_CASE("loop: waits for what other threads and other jobs bring about", "[loop][threads]") {
    fixture f;
    auto const landing = std::make_shared<flight<int>>();
    int landed = 0;
    for (int i = 0; i < 10; ++i) f.start(follow(landing, 0), [&](result<int> got) { landed += *got; });
    SECTION("another thread") {
        std::thread other([landing] { landing->end(7); });
        f.pump();
        other.join();
        CHECK(landed == 10);
    }
    SECTION("a job of the same loop") {
        f.start(rest(5), [&](auto) { landing->end(7); });
        f.pump();
        CHECK(landed == 10);
    }
    SECTION("it lands before, or never") {
        landing->end(7);
        CHECK(*f.run(follow(std::make_shared<flight<int>>(), 30)) == 0);
        CHECK(landed == 10);
    }
}

TEST_CASE("loop: two loops on two threads and one flight", "[loop][threads]") {
    struct shared_work {
        std::mutex guard;
        std::shared_ptr<flight<int>> slot;
        std::atomic<int> done{0};
    } work;
    struct protocol {
        static exchange<result<int>> run(shared_work& work) {
            std::shared_ptr<flight<int>> mine, others;
            {
                std::lock_guard const lock(work.guard);
                if (work.slot)
                    others = work.slot;
                else
                    mine = work.slot = std::make_shared<flight<int>>();
            }
            if (others) {
                wait_ask landing(others, 0);
                co_await landing;
                co_return others->answer().value_or(-1);
            }
            flight_lead lead(work.guard, work.slot, mine);
            pause_ask nap(20);
            co_await nap;
            ++work.done;
            lead.end(5);
            co_return 5;
        }
    };
    std::atomic<int> sum{0};
    std::atomic<int> arrived{0};
    auto const one_loop = [&] {
        fixture f;
        for (int i = 0; i < 20; ++i) f.start(protocol::run(work), [&](result<int> got) { sum += *got; });
        f.loop.pump(0);
        ++arrived;
        f.pump();
    };
    std::thread other(one_loop);
    one_loop();
    other.join();
    CHECK(sum == 200);
    CHECK(work.done >= 1);
    CHECK(work.done <= 2);  // a loop may come when the other has landed
}

TEST_CASE("loop: jobs start, cancel and end each other in their turns", "[loop]") {
    fixture f;
    int depth = 0;
    std::shared_ptr<job_signals> victim;
    result<std::string> victims_end = std::string();
    victim = f.start(rest(600'000), [&](result<std::string> got) { victims_end = std::move(got); });
    std::function<void(result<std::string>)> again = [&](result<std::string>) {
        CHECK(f.loop.pump(1'000'000) != 0);  // inside a turn: returns at once
        if (++depth < 5) f.start(rest(depth % 2), [&](result<std::string> got) { again(std::move(got)); });
        if (depth == 5) victim->cancel();
    };
    f.start(rest(0), [&](result<std::string> got) { again(std::move(got)); });
    f.pump();
    CHECK(depth == 5);
    REQUIRE_FALSE(victims_end);
    CHECK(victims_end.error().code == errc::cancelled);
}

TEST_CASE("loop: closed inside a turn, it calls nobody any more", "[loop]") {
    fixture f;
    int calls = 0;
    auto held = std::make_shared<int>(1);
    for (int i = 0; i < 3; ++i)
        f.start(rest(0), [&calls, &f, held](auto) {
            ++calls;
            f.loop.close();
        });
    auto const signals = f.start(rest(0), [&](auto) { ++calls; });
    CHECK(f.loop.pump(0) == 0);
    CHECK(calls == 1);
    CHECK(held.use_count() == 1);
    CHECK(signals->over());
    signals->cancel();  // is for nobody
    f.start(rest(0), [&](auto) { ++calls; });
    CHECK(f.loop.pump(0) == 0);
    CHECK(calls == 1);
}

#if BEDROCK_EXCEPTIONS
TEST_CASE("loop: what a callback throws comes out of the pump, and ends its job alone", "[loop]") {
    fixture f;
    int others = 0;
    f.start(rest(0), [](auto) { throw 7; });
    f.start(rest(0), [&](auto) { ++others; });
    CHECK_THROWS_AS(f.loop.pump(0), int);
    CHECK(f.loop.jobs() == 1);
    f.pump();
    CHECK(others == 1);
}
#endif

TEST_CASE("loop: dropped and destroyed with transfers and commands under way", "[loop]") {
    std::promise<void> both;
    std::atomic<int> connected{0};
    std::atomic<int> closed{0};
    socket_server server([&](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
        if (++connected == 2) both.set_value();
        if (peer.peer_closes()) ++closed;
    });
    {
        fixture f;
        bool called = false;
        for (int i = 0; i < 2; ++i) f.start(read_stream(get(server.url())), [&](auto) { called = true; });
        f.start(run_command("sleep 600", 600'000), [&](auto) { called = true; });
        auto waiting = both.get_future();
        while (waiting.wait_for(std::chrono::seconds(0)) != std::future_status::ready) f.loop.pump(5);
        CHECK(f.loop.jobs() == 3);
        f.loop.close();
        CHECK(f.loop.jobs() == 0);
        CHECK_FALSE(called);
    }
    while (closed != 2) std::this_thread::yield();
}

TEST_CASE("loop: hooks are told what to watch and when to call", "[loop]") {
    struct outer_loop {
        std::map<int, int> watched;
        std::int64_t timer = -1;
        std::int64_t told = 0;
        int rounds = 0;
        bool sockets_were_open = true;
    } outer;
    loop_hooks hooks;
    hooks.watch = [&](int which, int events) {
        if (events == 0) {
            if (outer.watched.erase(which) != 0 && ::fcntl(which, F_GETFD) < 0) outer.sockets_were_open = false;
        } else {
            outer.watched[which] = events;
        }
    };
    hooks.set_timer = [&](std::int64_t ms) { outer.told = outer.timer = ms; };
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhere");
    });
    engine on{std::make_shared<engine_share>()};
    auto const here = environment::of_process();
    std::vector<std::string> got;
    {
        loop_runner loop(on, here, hooks);
        CHECK(outer.watched.empty());
        auto const start = [&](exchange<result<std::string>> what) {
            auto done = [&](result<std::string> value) { got.push_back(*value); };
            loop.start(std::make_shared<exchange_job<std::string, decltype(done)>>(loop, std::move(what), done));
        };
        start(read_stream(get(server.url())));
        start(rest(20));
        auto command = [&](result<process_ask> value) { got.push_back(value->output); };
        loop.start(std::make_shared<exchange_job<process_ask, decltype(command)>>(loop, run_command("echo out", 20'000),
                                                                                  command));
        CHECK(outer.timer == 0);
        while (loop.jobs() != 0) {
            std::vector<pollfd> set;
            for (auto const& [which, events] : outer.watched)
                set.push_back({which, static_cast<short>((events & 1 ? POLLIN : 0) | (events & 2 ? POLLOUT : 0)), 0});
            int const ready = ::poll(set.data(), set.size(), static_cast<int>(outer.timer));
            ++outer.rounds;
            REQUIRE(outer.rounds < 1000);
            if (ready == 0) {
                outer.timer = -1;
                loop.on_timer();
            }
            for (auto const& one : set)
                if (one.revents != 0) loop.on_ready(one.fd, one.revents & POLLOUT ? 3 : 1);
        }
        CHECK(outer.timer == -1);
        CHECK(outer.watched.size() == 1);  // the bell
        auto ignore = [](result<std::string>) {};
        auto const sleeper = std::make_shared<exchange_job<std::string, decltype(ignore)>>(loop, rest(60'000), ignore);
        loop.start(sleeper);
        loop.on_timer();
        CHECK(outer.told > 50'000);
        sleeper->shared_signals()->cancel();
        loop.on_ready(12345, 1);  // late news of a descriptor that is gone
        CHECK(loop.jobs() == 0);
        CHECK(outer.told == -1);
    }
    CHECK(outer.watched.empty());
    CHECK(outer.sockets_were_open);
    CHECK(got.size() == 3);
}

TEST_CASE("loop: in a forked child hooks are told nothing, whose descriptors are the parent's", "[loop][fork]") {
    int told = 0;
    loop_hooks hooks;
    hooks.watch = [&](int, int) { ++told; };
    hooks.set_timer = [&](std::int64_t) { ++told; };
    engine on{std::make_shared<engine_share>()};
    auto const here = environment::of_process();
    std::optional<loop_runner> loop(std::in_place, on, here, hooks);
    auto ignore = [](result<std::string>) {};
    loop->start(std::make_shared<exchange_job<std::string, decltype(ignore)>>(*loop, rest(60'000), ignore));
    CHECK(told > 0);
    auto const child = ::fork();
    if (child == 0) {
        told = 0;
        loop->on_timer();
        loop.reset();
        ::_exit(told);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    told = 0;
    loop.reset();
    CHECK(told > 0);
}

TEST_CASE("loop: a job that always has something to do lets others have their turn", "[loop]") {
    struct busy final : loop_job {
        busy(loop_runner& loop, int& turns) : loop_job(loop, std::nullopt, 0), turns_(turns) {}
        void turn() override {
            ++turns_;
            again();
        }
        void stop(http::failure) override { finish(); }
        void release() noexcept override {}
        int& turns_;
    };
    socket_server server([](connection& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhere");
    });
    fixture f;
    int turns = 0;
    auto const hog = std::make_shared<busy>(f.loop, turns);
    f.loop.start(hog);
    bool done = false;
    f.start(fetch(get(server.url())), [&](result<std::string> got) { done = got && *got == "here"; });
    while (f.loop.pump(10'000) != 1) {
    }
    CHECK(done);
    auto const before = turns;
    f.loop.pump(10'000);
    CHECK(turns == before + 1);
    hog->shared_signals()->cancel();
    f.pump();
}
