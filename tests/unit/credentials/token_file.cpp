#include "bedrock/credentials/token_file.hpp"

#include "bedrock/recorded.hpp"

#include "support/catch.hpp"

#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "support/real_run.hpp"
#include "support/temporary_file.hpp"

using namespace bedrock;

TEST_CASE("token file: what is there, under a name fit for a message", "[credentials]") {
    recorded_runner runner({});
    runner.files["/home/a\nb"] = "text";
    auto const found = runner.run(read_token_file("/home/a\nb"));
    CHECK(found.outcome == file_outcome::found);
    CHECK(found.path == "/home/a\nb");
    CHECK(found.name == "/home/a b");
    CHECK(found.text.view() == "text");
    CHECK(runner.run(read_token_file("/home/c")).outcome == file_outcome::missing);
}

TEST_CASE("token file: why there is no text", "[credentials]") {
    recorded_runner runner({});
    runner.files["/t"] = "text";
    CHECK(runner.run(read_token_file("/t")).describe_problem().empty());
    CHECK(runner.run(read_token_file("/gone")).describe_problem() == "is not there (no file /gone)");
    CHECK(runner.run(read_token_file("")).describe_problem() ==
          "is not known, because no home directory is: HOME is not set");
    token_file locked;
    locked.path = locked.name = "/locked";
    locked.outcome = file_outcome::unreadable;
    locked.reason = "Permission denied";
    CHECK(locked.describe_problem() ==
          "cannot be read from /locked (Permission denied): make it readable, or renew it");
}

TEST_CASE("token file: replaced at one stroke, but never by nothing", "[credentials]") {
    recorded_runner runner({});
    runner.files["/t"] = "old";
    auto const read = runner.run(read_token_file("/t"));
    CHECK_FALSE(runner.run(replace_token_file(read, "")).done);
    CHECK(runner.files["/t"] == "old");
    CHECK(runner.run(replace_token_file(read, "new")).done);
    CHECK(runner.files["/t"] == "new");
}

TEST_CASE("token file: real ones are known again, bounded, and may be impossible to write", "[credentials]") {
    temporary_file const small("small", "text"), large("large", std::string((1 << 20) + 1, 'x'));
    real_run run;
    auto const found = run(read_token_file(small.path()));
    CHECK(found.text.view() == "text");
    auto const again = run(read_token_file(small.path(), found.stamp));
    CHECK(again.outcome == file_outcome::unchanged);
    CHECK(again.text.empty());
    CHECK(run(replace_token_file(found, "other text")).done);
    CHECK(run(read_token_file(small.path(), found.stamp)).text.view() == "other text");
    CHECK(run(read_token_file(large.path())).outcome == file_outcome::unreadable);
    auto elsewhere = found;
    elsewhere.path = small.folder() + "/missing/folder";
    CHECK_FALSE(run(replace_token_file(elsewhere, "text")).done);
}

TEST_CASE("token file: one that has changed since it was read is not replaced", "[credentials]") {
    temporary_file const file("token", "old");
    real_run run;
    auto const read = run(read_token_file(file.path()));
    std::ofstream(file.path()) << "newer, by the AWS CLI";
    CHECK_FALSE(run(replace_token_file(read, "ours")).done);
    CHECK(run(read_token_file(file.path())).text.view() == "newer, by the AWS CLI");
    ::unlink(file.path().c_str());  // a sign-out
    CHECK_FALSE(run(replace_token_file(read, "ours")).done);
    CHECK(run(read_token_file(file.path())).outcome == file_outcome::missing);
}

TEST_CASE("token file: a new token is for the owner's eyes alone, and that is noted", "[credentials]") {
    temporary_file const file("token", "old");
    real_run run;
    REQUIRE(::chmod(file.path().c_str(), 0644) == 0);
    auto const first = run(replace_token_file(run(read_token_file(file.path())), "one"));
    CHECK(first.done);
    CHECK(first.note == "the mode of " + file.path() + " is now 0600: others had access to the token");
    struct stat info {};
    REQUIRE(::stat(file.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);
    auto const second = run(replace_token_file(run(read_token_file(file.path())), "two"));
    CHECK(second.done);
    CHECK(second.note == "");
}

TEST_CASE("token file: FIFOs and another user's links in a shared folder are not read", "[credentials]") {
    temporary_file const file("token", "text");
    auto const other = file.folder() + "/other";
    real_run run;
    REQUIRE(::mkfifo(other.c_str(), 0600) == 0);
    CHECK(run(read_token_file(other)).describe_problem() ==
          "cannot be read from " + other + " (it is not a regular file): make it readable, or renew it");
    ::unlink(other.c_str());
    if (::geteuid() == 0) {
        REQUIRE(::symlink("token", other.c_str()) == 0);
        CHECK(run(read_token_file(other)).text.view() == "text");
        REQUIRE(::chmod(file.folder().c_str(), 01777) == 0);
        REQUIRE(::lchown(other.c_str(), 1234, 1234) == 0);
        CHECK(run(read_token_file(other)).outcome == file_outcome::unreadable);
        ::unlink(other.c_str());
    } else {
        WARN("not tested: it takes root to give a link to another user");
    }
}
