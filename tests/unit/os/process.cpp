#include "bedrock/os/process.hpp"

#include "bedrock/blocking.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
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
