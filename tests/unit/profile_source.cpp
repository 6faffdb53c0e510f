#include "bedrock/profile_source.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;

namespace {

constexpr char config[] = "/home/user/.aws/config";
constexpr char keys[] = "/home/user/.aws/credentials";

using snapshot = std::shared_ptr<profile_snapshot const>;

struct machine {
    machine() { around.values->emplace("HOME", "/home/user"); }
    result<snapshot> read() {
        auto const here = around.get();
        return runner.run(files.read(here));
    }
    fake_environment around;
    recorded_runner runner{std::vector<recorded_exchange>{}};
    profile_files files;
};

/// Answers every file the same way, and counts.
struct stubborn_runner {
    file_outcome outcome = file_outcome::unreadable;
    std::string reason = "Permission denied";
    std::vector<std::string> asked{};

    template <class T>
    T run(exchange<T> protocol) {
        while (ask* const wanted = protocol.step()) {
            auto& file = static_cast<file_ask&>(*wanted);
            asked.push_back(file.path);
            file.outcome = outcome;
            file.reason = reason;
        }
        return protocol.take();
    }
};

}  // namespace

TEST_CASE("profile source: which profile, and who says so", "[profile]") {
    fake_environment machine;
    auto choice = choose_profile("", machine.get());
    CHECK(choice.name == "default");
    CHECK(choice.named == profile_naming::by_default);
    CHECK(choice.describe() == "profile default");
    (*machine.values)["AWS_PROFILE"] = " \t";
    CHECK(choose_profile(" ", machine.get()).named == profile_naming::by_default);
    (*machine.values)["AWS_PROFILE"] = " dev\n";
    choice = choose_profile("", machine.get());
    CHECK(choice.named == profile_naming::by_variable);
    CHECK(choice.describe() == "AWS_PROFILE=dev");
    choice = choose_profile("code", machine.get());
    CHECK(choice.named == profile_naming::in_code);
    CHECK(choice.describe() == "profile code");
    (*machine.values)["AWS_PROFILE"] = "a\x1b[2J\nb";
    CHECK(choose_profile("", machine.get()).describe() == "AWS_PROFILE=a [2J b");
}

TEST_CASE("profile source: no file, one file, both; a file that changes is read again", "[profile]") {
    machine m;
    auto const none = m.read();
    REQUIRE(none);
    CHECK_FALSE((*none)->has_config);
    CHECK_FALSE((*none)->has_credentials);
    CHECK((*none)->set.profiles().empty());
    CHECK((*none)->describe_files() == "/home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(m.read().value() == *none);  // nothing was parsed again

    m.runner.files[config] = "[profile dev]\nregion = eu-west-1\n";
    auto const first = m.read();
    REQUIRE(first);
    CHECK((*first)->has_config);
    CHECK_FALSE((*first)->has_credentials);
    CHECK((*first)->set.find("dev")->value("region") == "eu-west-1");
    CHECK(m.read().value() == *first);

    m.runner.files[keys] = "[dev]\nregion = eu-west-2\n";
    auto const second = m.read();
    REQUIRE(second);
    CHECK((*second)->has_credentials);
    CHECK((*second)->set.find("dev")->value("region") == "eu-west-2");
    CHECK((*first)->set.find("dev")->value("region") == "eu-west-1");  // a snapshot stays what it is

    m.runner.files[config] = "[profile dev]\nregion = eu-west-1\noutput = json\n";
    auto const third = m.read();
    REQUIRE(third);
    CHECK((*third)->set.find("dev")->value("output") == "json");
    CHECK((*third)->set.find("dev")->value("region") == "eu-west-2");

    m.runner.files.erase(keys);
    CHECK((*m.read())->set.find("dev")->value("region") == "eu-west-1");
}

TEST_CASE("profile source: the variables that name the files count at each read", "[profile]") {
    machine m;
    m.runner.files[config] = "[profile here]\n";
    m.runner.files["/etc/aws"] = "[profile there]\n";
    CHECK((*m.read())->set.find("here"));
    (*m.around.values)["AWS_CONFIG_FILE"] = "/etc/aws";
    auto const moved = m.read();
    REQUIRE(moved);
    CHECK((*moved)->set.find("there"));
    CHECK_FALSE((*moved)->set.find("here"));
    CHECK((*moved)->set.file_name(profile_file::config) == "/etc/aws");
}

TEST_CASE("profile source: without a home directory nothing is asked for", "[profile]") {
    fake_environment const nowhere;
    auto const here = nowhere.get();
    stubborn_runner runner;
    profile_files files;
    auto const read = runner.run(files.read(here));
    REQUIRE(read);
    CHECK(runner.asked.empty());
    CHECK((*read)->describe_files() ==
          "~/.aws/config (no home directory is known: HOME is not set) nor ~/.aws/credentials (no home directory is "
          "known: HOME is not set)");
}

TEST_CASE("profile source: a file that cannot be used says which, why and what to do", "[profile]") {
    machine m;
    auto const here = m.around.get();
    stubborn_runner closed;
    auto read = closed.run(m.files.read(here));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::credentials);
    CHECK(read.error().message ==
          "cannot read /home/user/.aws/config: Permission denied; make it readable, or name another file in "
          "AWS_CONFIG_FILE");

    (*m.around.values)["AWS_CONFIG_FILE"] = " ";  // unset
    m.runner.files[config] = "[default]\nregion = eu-west-1\n";
    m.runner.files[keys] = "[default]\naws_secret_access_key hidden-secret" + std::string(200'000, ' ') + "\n";
    read = m.read();
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::credentials);
    CHECK_THAT(read.error().message, Contains("/home/user/.aws/credentials, line 2: "));
    CHECK_THAT(read.error().message, !Contains("hidden-secret"));

    m.runner.files[keys] = "[default]\naws_access_key_id = AKID\n";
    CHECK((*m.read())->set.find("default")->value("aws_access_key_id") == "AKID");
}

TEST_CASE("profile source: an unreadable credentials file names its own variable", "[profile]") {
    fake_environment const machine(
        fake_environment::variables{{"AWS_CONFIG_FILE", "~/x"}, {"AWS_SHARED_CREDENTIALS_FILE", "/root/keys"}});
    auto const here = machine.get();
    stubborn_runner closed;
    profile_files files;
    auto const read = closed.run(files.read(here));
    REQUIRE_FALSE(read);
    CHECK(closed.asked == std::vector<std::string>{"/root/keys"});
    CHECK(read.error().message ==
          "cannot read /root/keys: Permission denied; make it readable, or name another file in "
          "AWS_SHARED_CREDENTIALS_FILE");
}
