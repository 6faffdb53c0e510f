// Programs that use the library before main, after it, and from a library that is unloaded; under valgrind too, where
// that is installed; beside a resolver that never answers.
#include "support/client_fixture.hpp"
#include "support/process.hpp"

#include <curl/curl.h>
#include "support/catch.hpp"

#include <string>
#include <vector>

namespace {

using command = std::vector<std::string>;

command const under_valgrind{
    "/usr/bin/env", "valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=99"};
// A forked child leaves what is its parent's in memory, on purpose.
command const under_valgrind_without_leaks{"/usr/bin/env", "valgrind", "-q", "--error-exitcode=99"};

struct program_fixture : client_fixture {
    process::outcome run(command before, command const& program) const {
        before.insert(before.end(), program.begin(), program.end());
        process::options how;
        how.arguments = std::move(before);
        how.environment = {"AWS_ENDPOINT_URL=" + server.url(),
                           "AWS_ACCESS_KEY_ID=" + std::string(example_key_id),
                           "AWS_SECRET_ACCESS_KEY=" + std::string(example_secret),
                           "AWS_EC2_METADATA_DISABLED=true",
                           "AWS_REGION=us-east-1",
                           "PATH=/usr/bin:/bin"};
        return process::run(how);
    }
    void check_once(command const& before, command const& program, std::string const& expected) const {
        auto const done = run(before, program);
        INFO(done.out << done.err);
        CHECK(done.exit_status == 0);
        CHECK(done.out == expected);
        CHECK(done.err == "");
    }
    /// Plainly, and under valgrind.
    void check(command const& program, std::string const& expected, command const& valgrind = under_valgrind) const {
        check_once({}, program, expected);
#if defined(BEDROCK_TEST_SANITIZED)
        static_cast<void>(valgrind);
        WARN("not under valgrind: the program has sanitizers in it");
#else
        if (process::is_on_path("valgrind"))
            check_once(valgrind, program, expected);
        else
            WARN("not under valgrind: it is not installed");
#endif
    }
};

}  // namespace

TEST_CASE_METHOD(program_fixture, "processes: a client works before main and after it", "[processes]") {
    check({BEDROCK_TEST_PROGRAMS "/static-client"}, "before main: You said: hello\nafter main: You said: hello\n");
}

TEST_CASE_METHOD(program_fixture, "processes: a library that uses us is unmapped when it is closed, and can come again",
                 "[processes]") {
    std::string const once = "plugin: You said: hello\n";
    check({BEDROCK_TEST_PROGRAMS "/loader", BEDROCK_TEST_PROGRAMS "/libplugin.so"}, once + once + once + "unloaded\n");
}

TEST_CASE_METHOD(program_fixture, "processes: both sides of a fork go on", "[processes]") {
    check({BEDROCK_TEST_PROGRAMS "/forked"},
          "before: You said: hello\nchild: You said: hello\nparent: You said: hello\n", under_valgrind_without_leaks);
}

TEST_CASE("processes: a resolver that does not answer is not waited for", "[processes]") {
    if (curl_version_info(CURLVERSION_NOW)->version_num < 0x075700) {
        WARN("libcurl before 7.87 waits for its resolver");
        return;
    }
    process::options how;
    how.arguments = {BEDROCK_TEST_PROGRAMS "/slow-resolver"};
    how.environment = {"AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=us-east-1"};
    auto const done = process::run(how);
    INFO(done.out << done.err);
    CHECK(done.exit_status == 0);
}
