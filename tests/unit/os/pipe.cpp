#include "bedrock/os/pipe.hpp"

#include "support/catch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cerrno>

using namespace bedrock;

TEST_CASE("os/pipe: both ends are close-on-exec and connected", "[os]") {
    int ends[2] = {-1, -1};
    REQUIRE(os::open_pipe(ends) == 0);
    for (int const end : ends) CHECK((::fcntl(end, F_GETFD) & FD_CLOEXEC) != 0);
    char byte = 0;
    CHECK(::write(ends[1], "x", 1) == 1);
    CHECK(::read(ends[0], &byte, 1) == 1);
    CHECK(byte == 'x');
    for (int const end : ends) ::close(end);
}

TEST_CASE("os/pipe: without a free descriptor the error is returned and no end is left", "[os]") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 3;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    int ends[2] = {7, 7};
    int const code = os::open_pipe(ends);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(code == EMFILE);
    CHECK(ends[0] == -1);
    CHECK(ends[1] == -1);
}
