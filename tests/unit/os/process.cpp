#include "bedrock/os/process.hpp"

#include "bedrock/blocking.hpp"
#include "bedrock/loop.hpp"

#include "support/http_request.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace bedrock;

namespace {

struct scratch_folder {
    scratch_folder() {
        std::string pattern = "/tmp/bedrock-process-XXXXXX";
        path = ::mkdtemp(pattern.data());
    }
    ~scratch_folder() {
        ::unlink((path + "/alive").c_str());
        ::rmdir(path.c_str());
    }
    std::string path;
};

exchange<result<bool>> run_ask(process_ask& ask) {
    co_await ask;
    co_return true;
}

struct shell {
    engine on{std::make_shared<engine_share>()};
    environment here = environment::of_process();
    cancellation cancel;

    result<bool> run(process_ask& ask, std::int64_t total_ms = 0) {
        return blocking_runner(on, here, cancel, total_ms).run(run_ask(ask));
    }
};

}  // namespace

TEST_CASE("os/process: a process gives its output, its errors and its status", "[os]") {
    shell s;
    process_ask ask("printf out; printf err >&2; exit 3");
    REQUIRE(s.run(ask));
    CHECK(ask.failure == process_failure::none);
    CHECK(ask.output == "out");
    CHECK(ask.error_output == "err");
    CHECK(ask.exit_status == 3);

    process_ask killed("kill -9 $$");
    REQUIRE(s.run(killed));
    CHECK(killed.exit_status == 137);

    process_ask quiet("exec >&- 2>&-; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done");
    REQUIRE(s.run(quiet));
    CHECK(quiet.failure == process_failure::none);
    CHECK(quiet.exit_status == 0);

    process_ask reader("cat; echo done");  // nothing to read: stdin is empty, not the terminal
    REQUIRE(s.run(reader));
    CHECK(reader.output == "done\n");
}

TEST_CASE("os/process: a process that hangs, floods or is not wanted any more is killed with its children",
          "[os][threads]") {
    shell s;
    scratch_folder const folder;
    // The grandchild holds a pipe open for as long as it lives.
    auto const alive = folder.path + "/alive";
    REQUIRE(::mkfifo(alive.c_str(), 0600) == 0);
    int const pipe = ::open(alive.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(pipe >= 0);
    auto const reads = [pipe](ssize_t count) {
        pollfd watched{pipe, POLLIN, 0};
        char byte = 0;
        return ::poll(&watched, 1, 10'000) == 1 && ::read(pipe, &byte, 1) == count;
    };
    auto const began = [&] { return reads(1); };
    auto const gone = [&] { return reads(0); };
    auto const hang = "{ printf x; exec sleep 600; } > " + alive + " & echo started; wait";
    SECTION("hangs") {
        process_ask ask(hang);
        ask.timeout_ms = 1000;
        REQUIRE(s.run(ask));
        CHECK(ask.failure == process_failure::timed_out);
        CHECK(ask.output == "started\n");
        CHECK(began());
        CHECK(gone());
    }
    SECTION("the total clock") {
        process_ask ask(hang);
        auto const got = s.run(ask, 1000);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::timeout);
        CHECK(began());
        CHECK(gone());
    }
    SECTION("cancelled") {
        process_ask ask(hang);
        bool has_begun = false;
        std::thread other([&] {
            has_begun = began();
            s.cancel.cancel();
        });
        auto const got = s.run(ask);
        other.join();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::cancelled);
        CHECK(has_begun);
        CHECK(gone());
    }
    SECTION("floods") {
        process_ask ask("while :; do echo 0123456789012345678901234567890123456789; done");
        ask.max_output = 100'000;
        REQUIRE(s.run(ask));
        CHECK(ask.failure == process_failure::too_much_output);
    }
    ::close(pipe);
}

namespace {

/// What a program that knows nothing of close-on-exec leaves open.
struct careless_pipe {
    careless_pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~careless_pipe() {
        for (int const end : ends) ::close(end);
    }
    std::array<int, 2> ends{};
};

/// The descriptor with which the shell reads the folder is closed again when it looks.
constexpr char const* list_descriptors = "for f in /proc/$$/fd/*; do [ -e $f ] && echo ${f##*/}; done";

exchange<result<bool>> run_while_streaming(http::request what, process_ask& ask) {
    open_ask opened(std::move(what));
    co_await opened;
    co_await ask;
    co_return opened.transfer && !opened.transfer->ended;
}

struct signal_action {
    explicit signal_action(void (*handler)(int)) : before(::signal(SIGCHLD, handler)) {}
    ~signal_action() { ::signal(SIGCHLD, before); }
    void (*before)(int);
};

void reap_everything(int) {
    int const problem = errno;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    errno = problem;
}

/// What a loop's run of a command gave.
process_ask run_on_loop(std::string command) {
    engine on{std::make_shared<engine_share>()};
    auto const here = environment::of_process();
    loop_runner loop{on, here};
    process_ask ask(std::move(command));
    auto const ignore = [](result<bool>) {};
    loop.start(
        std::make_shared<exchange_job<bool, decltype(ignore)>>(loop, run_ask(ask), ignore, cancellation(), 0));
    while (loop.pump(10'000) != 0) {
    }
    return ask;
}

}  // namespace

TEST_CASE("os/process: a command inherits 0, 1 and 2 alone", "[os]") {
    if (::access("/proc/self/fd", R_OK) != 0) {
        WARN("not tested: the system has no /proc/self/fd");
        return;
    }
    careless_pipe const other;
    SECTION("while a stream is open") {
        socket_server server([](connection& peer) {
            while (!peer.read_request().empty())
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        });
        shell s;
        process_ask ask(list_descriptors);
        auto const was_open =
            blocking_runner(s.on, s.here, s.cancel, 0).run(run_while_streaming(http_request::get(server.url()), ask));
        REQUIRE(was_open);
        CHECK(*was_open);
        CHECK(ask.output == "0\n1\n2\n");
    }
    SECTION("on a loop") { CHECK(run_on_loop(list_descriptors).output == "0\n1\n2\n"); }
    SECTION("on a system that cannot close the others by itself") {
        int out[2] = {-1, -1};
        REQUIRE(os::open_pipe(out) == 0);
        posix_spawn_file_actions_t actions;
        REQUIRE(::posix_spawn_file_actions_init(&actions) == 0);
        REQUIRE(::posix_spawn_file_actions_adddup2(&actions, out[1], 1) == 0);
        REQUIRE(os::detail::add_closes(actions) == 0);
        std::string shell = "sh", option = "-c", text = list_descriptors;
        std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
        ::pid_t child = -1;
        REQUIRE(::posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments.data(), ::environ) == 0);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(out[1]);
        std::string listed(100, '\0');
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        auto const size = ::read(out[0], listed.data(), listed.size());
        ::close(out[0]);
        REQUIRE(size > 0);
        listed.resize(static_cast<std::size_t>(size));
        CHECK(listed == "0\n1\n2\n");
    }
}

TEST_CASE("os/process: a daemon that a command leaves behind is neither waited for nor killed", "[os]") {
    bool const on_loop = GENERATE(false, true);
    std::string const command = "sleep 600 & echo $!";
    process_ask ask(command);
    if (on_loop) {
        ask.output = run_on_loop(command).output;
    } else {
        shell s;
        REQUIRE(s.run(ask));
    }
    CHECK(ask.failure == process_failure::none);
    CHECK(ask.exit_status == 0);
    auto const daemon = static_cast<::pid_t>(std::atoi(ask.output.c_str()));
    REQUIRE(daemon > 1);
    CHECK(::kill(daemon, SIGKILL) == 0);
}

TEST_CASE("os/process: the exit status is known whatever the program does with SIGCHLD", "[os]") {
    auto* const handler = GENERATE(SIG_DFL, SIG_IGN, &reap_everything);
    signal_action const changed(handler);
    shell s;
    process_ask good("printf out");
    REQUIRE(s.run(good));
    CHECK(good.failure == process_failure::none);
    CHECK(good.exit_status == 0);
    CHECK(good.output == "out");
    process_ask bad("echo out; (exit 4); echo $?; exit 3");
    REQUIRE(s.run(bad));
    CHECK(bad.failure == process_failure::none);
    CHECK(bad.exit_status == 3);
    CHECK(bad.output == "out\n4\n");
    process_ask quoted("printf '%s' \"it's \\$HOME\"");
    REQUIRE(s.run(quoted));
    CHECK(quoted.output == "it's $HOME");
    CHECK(run_on_loop("exit 7").exit_status == 7);
}

TEST_CASE("os/process: a status that another part of the program took is unknown, not 0", "[os]") {
    os::child_process child;
    process_ask ask("echo out; exit 3");
    REQUIRE(child.start(ask.command) == "");
    REQUIRE(::waitpid(-1, nullptr, 0) > 0);
    REQUIRE(child.collect(ask));
    CHECK(ask.failure == process_failure::unknown_status);
    CHECK(ask.output == "out\n");
}
