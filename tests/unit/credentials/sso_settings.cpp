#include "bedrock/credentials/sso_settings.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;

namespace {

constexpr char session[] = "[sso-session corp]\nsso_start_url = https://corp.test/start\nsso_region = eu-west-1\n";
constexpr char role[] = "sso_account_id = 012345678901\nsso_role_name = Reader\n";

profile_snapshot parse(std::string_view config, std::string_view keys = {}) {
    profile_snapshot files;
    auto parsed = parse_profiles({config, keys, "/c", "/k"});
    REQUIRE(parsed);
    files.set = std::move(*parsed);
    return files;
}

result<sso_settings> read(std::string_view config, std::string_view keys = {}) {
    auto const files = parse(config, keys);
    auto const* const from = files.set.find("dev");
    REQUIRE(from);
    return read_sso_settings(files, *from);
}

std::string refusal(std::string_view config, std::string_view keys = {}) {
    auto const got = read(config, keys);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::credentials);
    return got.error().message;
}

}  // namespace

TEST_CASE("sso settings: start URL and region of the profile itself", "[credentials]") {
    auto const got =
        read(std::string("[profile dev]\nsso_start_url = https://a.test/start\nsso_region = us-east-2\n") + role);
    REQUIRE(got);
    CHECK(got->profile == "dev");
    CHECK(got->session.empty());
    CHECK(got->start_url == "https://a.test/start");
    CHECK(got->region == "us-east-2");
    CHECK(got->account_id == "012345678901");
    CHECK(got->role_name == "Reader");
    CHECK(got->describe() == "profile dev");
    CHECK(got->login_command() == "aws sso login --profile dev");
}

TEST_CASE("sso settings: those of the sso-session", "[credentials]") {
    auto const got = read(std::string("[profile dev]\nsso_session = corp\n") + role + session);
    REQUIRE(got);
    CHECK(got->session == "corp");
    CHECK(got->start_url == "https://corp.test/start");
    CHECK(got->region == "eu-west-1");
    CHECK(got->account_id == "012345678901");
    CHECK(got->describe() == "sso-session corp");
    CHECK(got->login_command() == "aws sso login --sso-session corp");

    auto const token_only = read(std::string("[profile dev]\nsso_session = corp\n") + session);
    REQUIRE(token_only);
    CHECK(token_only->account_id.empty());
    CHECK(token_only->role_name.empty());

    // The AWS CLI leaves the older keys beside the new one.
    CHECK(read(std::string("[profile dev]\nsso_session = corp\nsso_region = eu-west-1\n") + role + session));
}

TEST_CASE("sso settings: what is missing or contradicts is told with profile, key and file", "[credentials]") {
    constexpr char advice[] = "; \"aws configure sso\" sets it (in /c)";
    std::string const own = "[profile dev]\nsso_start_url = https://a.test\nsso_region = us-east-2\n";
    CHECK(refusal("[profile dev]\nsso_region = us-east-2\n") ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_start_url") + advice);
    CHECK(refusal("[profile dev]\nsso_start_url = https://a.test\n") ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_region") + advice);
    CHECK(refusal(own + "sso_role_name = Reader\n") ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_account_id") + advice);
    CHECK(refusal(own + "sso_account_id = 1\n") ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_role_name") + advice);
    CHECK(refusal(own) ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_account_id") + advice);
    CHECK(refusal(std::string("[profile dev]\nsso_session = corp\nsso_account_id = 1\n") + session) ==
          std::string("profile dev signs in with IAM Identity Center, but it has no sso_role_name") + advice);
    CHECK(refusal("[profile dev]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n") ==
          std::string("profile dev signs in with IAM Identity Center, but its sso-session corp has no sso_start_url") +
              advice);
    // One in the profile does not stand for that of the session.
    CHECK(refusal("[profile dev]\nsso_session = corp\nsso_region = x\n[sso-session corp]\nsso_start_url = u\n") ==
          std::string("profile dev signs in with IAM Identity Center, but its sso-session corp has no sso_region") +
              advice);
    CHECK(refusal(std::string("[profile dev]\nsso_session = other\n") + session) ==
          "profile dev has sso_session = \"other\", but there is no [sso-session] section of that name (in /c)");
    CHECK(refusal(std::string("[profile dev]\nsso_session = corp\nsso_start_url = https://a.test\n") + session) ==
          "profile dev has another sso_start_url than its sso-session corp; remove it from the profile (in /c)");
    CHECK(refusal(own + "sso_account_id = 1\n  sso_role_name = Reader\n") ==
          "profile dev has a line break or another control character inside sso_account_id (is the next line "
          "indented?) (in /c)");
    CHECK(refusal("", "[dev]\nsso_region = x\n") ==
          "profile dev signs in with IAM Identity Center, but it has no sso_start_url; \"aws configure sso\" sets it "
          "(in /k)");
}

TEST_CASE("sso settings: without a profile, and strange names", "[credentials]") {
    sso_settings given;
    given.start_url = "https://a.test/start";
    CHECK(given.describe() == "start URL https://a.test/start");
    CHECK(given.login_command() == "aws sso login");
    given.session = "two\nlines\x1b[2J";
    CHECK(given.describe() == "sso-session two lines [2J");
}

TEST_CASE("sso settings: the token's file is named by the session, else by the start URL", "[credentials]") {
    fake_environment const machine(fake_environment::variables{{"HOME", "/home"}});
    sso_settings of;
    of.start_url = "https://ssotest.awsapps.com/start";
    // Both digests by coreutils' sha1sum.
    CHECK(find_sso_token_file(of, machine.get()) ==
          "/home/.aws/sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json");
    of.session = "dev";
    CHECK(find_sso_token_file(of, machine.get()) ==
          "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json");
    CHECK(find_sso_token_file(of, fake_environment().get()).empty());
}
