#include "bedrock/home_process.hpp"

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace bedrock;

TEST_CASE("home_process: a forked child is not where its parent is", "[fork]") {
    home_process const mark;
    CHECK(mark.is_here());
    auto const child = ::fork();
    if (child == 0) ::_exit(mark.is_here() ? 1 : home_process().is_here() ? 0 : 2);
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(mark.is_here());
}
