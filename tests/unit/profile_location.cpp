#include "bedrock/profile_location.hpp"

#include "support/fake_environment.hpp"
#include "support/json_file.hpp"
#include "support/shared_config_vectors.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>

using bedrock::path_style;

namespace {

bedrock::environment with(std::initializer_list<fake_environment::variables::value_type> set) {
    return fake_environment(fake_environment::variables(set)).get();
}

}  // namespace

TEST_CASE("profile_location: where the files are, by vectors", "[profile_location]") {
    std::size_t checked = 0;
    shared_config_vectors::for_each([&](shared_config_vectors::vector_case const& one) {
        if (one.kind != "file-location") return;
        fake_environment::variables set;
        for (auto const& [name, value] : json_file::members(json_file::member(one.root, "env")))
            set[name] = json_file::text(value).value_or("");
        auto const here = fake_environment(set).get();
        auto const style =
            json_file::text(one.root, "platform") == "windows" ? path_style::windows : path_style::posix;
        auto const expect = json_file::member(one.root, "expect");
        REQUIRE(expect);
        CHECK(bedrock::config_location(here, style).path == json_file::text(*expect, "config_path"));
        CHECK(bedrock::credentials_location(here, style).path == json_file::text(*expect, "credentials_path"));
        if (auto const profile = json_file::text(*expect, "profile"))
            CHECK(bedrock::selected_profile(here) == *profile);
        ++checked;
    });
    if (vectors_dir()) CHECK(checked != 0);
}

TEST_CASE("profile_location: the home directory", "[profile_location]") {
    auto const home = [](std::initializer_list<fake_environment::variables::value_type> set) {
        return bedrock::home_directory(with(set));
    };
    CHECK(home({{"HOME", "/h"}, {"USERPROFILE", "/u"}, {"HOMEDRIVE", "C:"}, {"HOMEPATH", "\\p"}}) == "/h");
    CHECK(home({{"HOME", " "}, {"USERPROFILE", "/u"}, {"HOMEDRIVE", "C:"}, {"HOMEPATH", "\\p"}}) == "/u");
    CHECK(home({{"HOMEDRIVE", "C:"}, {"HOMEPATH", "\\p"}}) == "C:\\p");
    CHECK(home({{"HOMEDRIVE", "C:"}}).empty());
    CHECK(home({{"HOMEPATH", "\\p"}}).empty());
    CHECK(home({}).empty());

    auto with_account = with({});
    with_account.home = [] { return std::string("/accounts/u"); };
    CHECK(bedrock::home_directory(with_account) == "/accounts/u");
    CHECK(bedrock::expand_home(with_account, "~/x", path_style::posix) == "/accounts/u/x");
    auto with_both = with({{"HOME", "/h"}});
    with_both.home = with_account.home;
    CHECK(bedrock::home_directory(with_both) == "/h");
}

TEST_CASE("profile_location: a tilde is the home directory only where it is a path's first part",
          "[profile_location]") {
    auto const at = [](std::string const& home) { return with({{"HOME", home}}); };
    auto const user = at("/home/u");
    CHECK(bedrock::expand_home(user, "~/x/y", path_style::posix) == "/home/u/x/y");
    CHECK(bedrock::expand_home(user, "~//x", path_style::posix) == "/home/u/x");
    CHECK(bedrock::expand_home(user, "~", path_style::posix) == "/home/u");
    CHECK(bedrock::expand_home(user, "~/", path_style::posix) == "/home/u");
    CHECK(bedrock::expand_home(at("/"), "~/x", path_style::posix) == "/x");
    CHECK(bedrock::expand_home(at("/h/"), "~/x", path_style::posix) == "/h/x");
    for (auto const* const same : {"", "/x/~/y", "x", "~other/x", "./~/x", "~\\x"})
        CHECK(bedrock::expand_home(user, same, path_style::posix) == same);
    auto const windows = at("C:\\Users\\u");
    CHECK(bedrock::expand_home(windows, "~/a/b", path_style::windows) == "C:\\Users\\u\\a\\b");
    CHECK(bedrock::expand_home(windows, "~\\a", path_style::windows) == "C:\\Users\\u\\a");
    CHECK(bedrock::expand_home(windows, "D:/a/b", path_style::windows) == "D:/a/b");
    auto const nowhere = with({});
    CHECK(bedrock::expand_home(nowhere, "~/x", path_style::posix).empty());
    CHECK(bedrock::expand_home(nowhere, "/x", path_style::posix) == "/x");
}

TEST_CASE("profile_location: where the files are, and what said so", "[profile_location]") {
    auto const standard = with({{"HOME", "/h"}});
    CHECK(bedrock::config_location(standard, path_style::posix).path == "/h/.aws/config");
    CHECK(bedrock::config_location(standard, path_style::posix).source == "default");
    CHECK(bedrock::credentials_location(standard, path_style::posix).path == "/h/.aws/credentials");
    CHECK(bedrock::selected_profile(standard) == "default");

    auto const named = with({{"HOME", "/h"},
                             {"AWS_CONFIG_FILE", "~/c"},
                             {"AWS_SHARED_CREDENTIALS_FILE", "/s"},
                             {"AWS_PROFILE", " dev "},
                             {"AWS_DEFAULT_PROFILE", "not read"}});
    CHECK(bedrock::config_location(named, path_style::posix).path == "/h/c");
    CHECK(bedrock::config_location(named, path_style::posix).source == "AWS_CONFIG_FILE");
    CHECK(bedrock::credentials_location(named, path_style::posix).path == "/s");
    CHECK(bedrock::credentials_location(named, path_style::posix).source == "AWS_SHARED_CREDENTIALS_FILE");
    CHECK(bedrock::selected_profile(named) == "dev");

    auto const blank = with({{"HOME", "/h"}, {"AWS_CONFIG_FILE", " "}, {"AWS_PROFILE", "\t"}});
    CHECK(bedrock::config_location(blank, path_style::posix).source == "default");
    CHECK(bedrock::selected_profile(blank) == "default");
    CHECK(bedrock::config_location(with({}), path_style::posix).path.empty());
}
