#include "bedrock/credentials/token_file.hpp"

#include "bedrock/recorded.hpp"

#include "support/catch.hpp"

#include <string>

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
    CHECK_FALSE(runner.run(replace_token_file("/t", "")));
    CHECK(runner.files["/t"] == "old");
    CHECK(runner.run(replace_token_file("/t", "new")));
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
    CHECK(run(replace_token_file(small.path(), "other text")));
    CHECK(run(read_token_file(small.path(), found.stamp)).text.view() == "other text");
    CHECK(run(read_token_file(large.path())).outcome == file_outcome::unreadable);
    CHECK_FALSE(run(replace_token_file(small.folder() + "/missing/folder", "text")));
}
