#include "bedrock/os/windows_process.hpp"

#include "support/catch.hpp"
#include <string>

#if defined(_WIN32)

#include "bedrock/os/process.hpp"

namespace {

namespace windows = bedrock::os::windows;

/// Runs a command to its end, 20 s at most.
bedrock::process_ask run(std::string const& command, std::size_t max_output = std::size_t{1} << 20) {
    bedrock::process_ask wanted(command);
    wanted.max_output = max_output;
    bedrock::os::child_process child;
    auto const problem = child.start(command);
    INFO(problem);
    REQUIRE(problem.empty());
    for (int i = 0; !child.collect(wanted); ++i) {
        REQUIRE(i != 2000);
        ::Sleep(10);
    }
    return wanted;
}

}  // namespace

TEST_CASE("a command's output, errors and exit status are taken", "[windows]") {
    auto const seen = run("echo one& echo two 1>&2& exit /b 7");
    CHECK(seen.output == "one\r\n");
    CHECK(seen.error_output == "two \r\n");
    CHECK(seen.exit_status == 7);
    CHECK(seen.failure == bedrock::process_failure::none);
}

TEST_CASE("quotation marks of a command line stay as they are", "[windows]") {
    CHECK(run("echo \"a b\" c").output == "\"a b\" c\r\n");
    CHECK(run("cmd.exe /d /c \"exit 3\"").exit_status == 3);
}

TEST_CASE("a command with too much output is ended", "[windows]") {
    auto const seen = run("for /l %i in (1,1,100000) do @echo 0123456789", 1000);
    CHECK(seen.failure == bedrock::process_failure::too_much_output);
    CHECK(seen.output.size() > 1000);
}

TEST_CASE("a command that does not exist says so in its exit status", "[windows]") {
    auto const seen = run("no-such-program-of-bedrock");
    CHECK(seen.exit_status != 0);
    CHECK_FALSE(seen.error_output.empty());
}

TEST_CASE("a command line longer than cmd.exe takes is refused", "[windows]") {
    bedrock::os::child_process child;
    CHECK(child.start(std::string(9000, 'x')) == "the command line is too long");
}

TEST_CASE("a command inherits its standard handles and no other", "[windows]") {
    HANDLE ends[2] = {};
    REQUIRE(::CreatePipe(&ends[0], &ends[1], nullptr, 0));
    windows::unique_handle const read_end(ends[0]);
    windows::unique_handle write_end(ends[1]);
    ::SetHandleInformation(ends[1], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    bedrock::os::child_process child;
    REQUIRE(child.start("ping -n 60 127.0.0.1") == "");
    write_end.reset();
    DWORD ready = 0;
    CHECK_FALSE(::PeekNamedPipe(read_end.get(), nullptr, 0, nullptr, &ready, nullptr));  // nobody has the other end
    CHECK(::GetLastError() == ERROR_BROKEN_PIPE);
}

TEST_CASE("a command dies with its owner, and what it started too", "[windows]") {
    HANDLE const job = ::CreateJobObjectW(nullptr, nullptr);
    windows::unique_handle const ours(job);
    bedrock::process_ask wanted("");
    {
        bedrock::os::child_process child;
        REQUIRE(child.start("echo begun& ping -n 60 127.0.0.1 >NUL") == "");
        for (int i = 0; wanted.output.find("begun") == std::string::npos; ++i) {
            REQUIRE(i != 2000);
            REQUIRE_FALSE(child.collect(wanted));
            ::Sleep(10);
        }
    }
    SUCCEED("the destructor did not wait for it");
}

#else

TEST_CASE("processes of Windows are not here", "[windows]") {
    WARN("skipped: this is not Windows");
}

#endif
