#include "bedrock/os/windows.hpp"

#include "support/catch.hpp"
#include <string>

#if defined(_WIN32)

#include "bedrock/environment.hpp"

namespace windows = bedrock::os::windows;

TEST_CASE("variables of the process are wide", "[windows]") {
    std::string const value = "C:\\Users\\\xd0\x94\xd0\xbc\xd0\xb8\xd1\x82\xd1\x80\xd0\xb8\xd0\xb9";
    REQUIRE(::SetEnvironmentVariableW(L"BEDROCK_TEST_\x0416", windows::wide(value).c_str()));
    CHECK(windows::find_variable("BEDROCK_TEST_\xd0\x96") == value);
    CHECK(bedrock::environment::of_process().variable("BEDROCK_TEST_\xd0\x96") == value);
    ::SetEnvironmentVariableW(L"BEDROCK_TEST_\x0416", nullptr);
    CHECK(windows::find_variable("BEDROCK_TEST_\xd0\x96") == std::nullopt);
}

TEST_CASE("a variable may be empty, and long", "[windows]") {
    REQUIRE(::SetEnvironmentVariableW(L"BEDROCK_TEST", L""));
    CHECK(windows::find_variable("BEDROCK_TEST") == "");
    for (std::size_t const size : {255u, 256u, 257u, 20000u}) {
        std::string const value(size, 'x');
        REQUIRE(::SetEnvironmentVariableW(L"BEDROCK_TEST", windows::wide(value).c_str()));
        CHECK(windows::find_variable("BEDROCK_TEST") == value);
    }
    ::SetEnvironmentVariableW(L"BEDROCK_TEST", nullptr);
}

TEST_CASE("the system knows the home directory without a variable", "[windows]") {
    auto const home = windows::find_home();
    CHECK(home.find(":\\") == 1);
    CHECK(bedrock::environment::of_process().home() == home);
}

TEST_CASE("a socket of ours is not inherited", "[windows]") {
    auto const made = windows::open_socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(made != INVALID_SOCKET);
    DWORD flags = 0;
    REQUIRE(::GetHandleInformation(reinterpret_cast<HANDLE>(made), &flags));
    CHECK((flags & HANDLE_FLAG_INHERIT) == 0);
    CHECK(windows::set_nonblocking(made));
    ::closesocket(made);
}

TEST_CASE("errors of Windows have the words of errno", "[windows]") {
    CHECK(windows::errno_of(ERROR_FILE_NOT_FOUND) == ENOENT);
    CHECK(windows::errno_of(ERROR_SHARING_VIOLATION) == EACCES);
    CHECK(windows::errno_of(ERROR_DISK_FULL) == ENOSPC);
    CHECK(windows::errno_of(ERROR_INVALID_FUNCTION) == EIO);
}

// The macros that headers of Windows define unless they are told not to.
#if defined(min) || defined(max)
#error "bedrock/os/windows.hpp lets min and max through"
#endif

#else

TEST_CASE("what is of Windows is not here", "[windows]") {
    WARN("skipped: this is not Windows");
}

#endif
