#include "bedrock/os.hpp"

#include "bedrock/blocking.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace bedrock;

namespace {

struct scratch_folder {
    scratch_folder() {
        std::string pattern = "/tmp/bedrock-os-XXXXXX";
        path = ::mkdtemp(pattern.data());
    }
    ~scratch_folder() {
        for (auto const* name : {"a", "b", "alive"}) ::unlink((path + "/" + name).c_str());
        ::rmdir(path.c_str());
    }
    std::string write(std::string const& name, std::string const& text) const {
        std::ofstream(path + "/" + name, std::ios::binary) << text;
        return path + "/" + name;
    }
    std::string path;
};

std::string slurp(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

file_ask read(std::string path, file_stamp known = {}, std::size_t most = 1 << 20) {
    file_ask ask(std::move(path));
    ask.known = known;
    ask.max_bytes = most;
    os::read_file(ask);
    return ask;
}

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

TEST_CASE("os: a file is found, unchanged, changed, missing, unreadable", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", std::string("bytes\0here", 10));
    auto const first = read(path);
    CHECK(first.outcome == file_outcome::found);
    CHECK(first.text == std::string("bytes\0here", 10));
    auto const again = read(path, first.stamp);
    CHECK(again.outcome == file_outcome::unchanged);
    CHECK(again.text.empty());
    folder.write("a", "other text");
    CHECK(read(path, first.stamp).outcome == file_outcome::found);

    auto const missing = read(folder.path + "/none");
    CHECK(missing.outcome == file_outcome::missing);
    CHECK(missing.reason == "no such file or directory");
    auto const directory = read(folder.path);
    CHECK(directory.outcome == file_outcome::unreadable);
    CHECK(directory.reason == "is a directory");
    auto const large = read(path, {}, 9);
    CHECK(large.outcome == file_outcome::unreadable);
    CHECK(large.reason == "larger than 9 bytes");
    CHECK(large.text.empty());
    CHECK(read(path, {}, 10).outcome == file_outcome::found);
    if (::geteuid() != 0) {
        ::chmod(path.c_str(), 0);
        CHECK(read(path).reason == "permission denied");
    }
}

TEST_CASE("os: a file is replaced at one stroke and keeps its mode", "[os]") {
    scratch_folder const folder;
    auto const fresh = folder.path + "/b";
    replace_ask made(fresh, "one");
    os::replace_file(made);
    REQUIRE(made.done);
    CHECK(slurp(fresh) == "one");
    struct stat info {};
    REQUIRE(::stat(fresh.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);

    ::chmod(fresh.c_str(), 0640);
    auto const inode = info.st_ino;
    replace_ask changed(fresh, std::string(100'000, 'x'));
    os::replace_file(changed);
    REQUIRE(changed.done);
    REQUIRE(::stat(fresh.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0640);
    CHECK(info.st_ino != inode);
    CHECK(slurp(fresh).size() == 100'000);

    replace_ask nowhere(folder.path + "/none/b", "x");
    os::replace_file(nowhere);
    CHECK_FALSE(nowhere.done);
    CHECK(nowhere.reason == "no such file or directory");
}

TEST_CASE("os: a process gives its output, its errors and its status", "[os]") {
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

TEST_CASE("os: a process that hangs, floods or is not wanted any more is killed with its children", "[os]") {
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
