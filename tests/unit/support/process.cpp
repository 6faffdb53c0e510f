#include "support/process.hpp"

#include "support/catch.hpp"

#include <string>

TEST_CASE("test support: a program that cannot be started has neither output nor status, and gets no signal") {
    for (std::string const program : {"/nonexistent/program", "/dev/null", "/"}) {
        INFO(program);
        process::options given;
        given.arguments = {program};
        given.input = std::string(1 << 20, 'x');
        process::child child(given);
        CHECK_FALSE(child.started());
        CHECK_FALSE(child.send(0));
        CHECK_FALSE(child.wait_for_output("anything"));
        auto const seen = child.wait();
        CHECK(seen.exit_status == -1);
        CHECK(seen.signal == 0);
        CHECK_FALSE(seen.hung);
        CHECK(seen.out.empty());
        CHECK(seen.err.empty());
    }
}
