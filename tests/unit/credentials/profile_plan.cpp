#include "bedrock/credentials/profile_plan.hpp"

#include "support/json_file.hpp"
#include "support/shared_config_vectors.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::StartsWith;

namespace {

profile_snapshot parse(std::string_view config) {
    profile_snapshot made;
    profile_texts texts;
    texts.config = config;
    auto parsed = parse_profiles(texts);
    REQUIRE(parsed);
    made.set = std::move(*parsed);
    made.has_config = true;
    return made;
}

profile_plan_answer plan(std::string_view config, std::string_view name = "A") {
    auto const files = parse(config);
    auto const* const selected = files.set.find(name);
    REQUIRE(selected);
    return plan_profile(files, *selected);
}

std::string refusal(std::string_view config) {
    auto const answer = plan(config);
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail.find("hidden") == std::string::npos);
    return answer.detail;
}

profile_base base_of(std::string_view config) {
    auto const answer = plan(config);
    CHECK(answer.detail == "");
    REQUIRE(answer.outcome == provider_outcome::found);
    return answer.plan.base;
}

std::string const sso_session = "[sso-session s]\nsso_start_url = u\nsso_region = eu-west-1\n";
constexpr char keys[] = "aws_access_key_id = AKID\naws_secret_access_key = hidden\n";

}  // namespace

TEST_CASE("profile plan: each kind of base", "[credentials]") {
    auto const fixed = plan(
        "[profile A]\naws_access_key_id = AKID\naws_secret_access_key = s\naws_session_token = t\n"
        "aws_account_id = 123456789012\n");
    REQUIRE(fixed.outcome == provider_outcome::found);
    CHECK(fixed.plan.base == profile_base::static_keys);
    CHECK(fixed.plan.keys.access_key_id == "AKID");
    CHECK(fixed.plan.keys.secret_access_key.view() == "s");
    CHECK(fixed.plan.keys.session_token.view() == "t");
    CHECK(fixed.plan.keys.account_id == "123456789012");
    CHECK(fixed.plan.kind() == "static keys");

    auto const process = plan("[profile A]\ncredential_process = /bin/x --a\naws_account_id = 1\n");
    CHECK(process.plan.base == profile_base::process);
    CHECK(process.plan.command.view() == "/bin/x --a");
    CHECK(process.plan.account_id == "1");

    auto const web = plan("[profile A]\nrole_arn = r\nweb_identity_token_file = /t\nrole_session_name = n\n");
    CHECK(web.plan.base == profile_base::web_identity);
    CHECK(web.plan.web_identity.arn == "r");
    CHECK(web.plan.web_identity.session_name == "n");
    CHECK(web.plan.token_file == "/t");
    CHECK(web.plan.roles.empty());

    for (char const* const key : {"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"})
        CHECK_THAT(refusal("[profile A]\n" + std::string(key) + " = x\n"), StartsWith("profile A "));
    auto const sso = plan("[profile A]\nsso_session = s\nsso_account_id = 01\nsso_role_name = r\n" + sso_session);
    CHECK(sso.plan.base == profile_base::sso);
    CHECK(sso.plan.sso.profile == "A");
    CHECK(sso.plan.sso.session == "s");
    CHECK(sso.plan.sso.start_url == "u");
    CHECK(sso.plan.sso.account_id == "01");
    auto const login = plan("[profile A]\nlogin_session = arn\nregion = eu-west-1\n");
    CHECK(login.plan.base == profile_base::login);
    CHECK(login.plan.login.profile == "A");
    CHECK(login.plan.login.name == "arn");
    CHECK(login.plan.login.region == "eu-west-1");
    CHECK(base_of("[profile A]\ncredential_source = Environment\n") == profile_base::environment);
    CHECK(base_of("[profile A]\nrole_arn = r\ncredential_source = Environment\n") == profile_base::environment);
    CHECK(base_of("[profile A]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n") == profile_base::instance);
    CHECK(base_of("[profile A]\nrole_arn = r\ncredential_source = EcsContainer\n") == profile_base::container);
}

TEST_CASE("profile plan: what comes first in one profile", "[credentials]") {
    std::string all = sso_session + "[profile A]\nsso_session = s\nlogin_session = arn\n";
    CHECK(base_of(all) == profile_base::sso);
    all += "credential_process = x\n";
    CHECK(base_of(all) == profile_base::process);
    all += keys;
    CHECK(base_of(all) == profile_base::static_keys);
    CHECK(plan(all).plan.roles.empty());
    all += "role_arn = r\ncredential_source = EcsContainer\n";
    CHECK(base_of(all) == profile_base::container);
    CHECK(plan(all).plan.kind() == "assume role");
}

TEST_CASE("profile plan: a role with all that it may say", "[credentials]") {
    auto const answer = plan(
        "[profile A]\nrole_arn = arn:a\nsource_profile = B\nexternal_id = e\nrole_session_name = n\n"
        "duration_seconds = 900\nmfa_serial = arn:mfa\n[profile B]\nrole_arn = arn:b\nsource_profile = C\n"
        "[profile C]\n" +
        std::string(keys));
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.plan.base_profile == "C");
    REQUIRE(answer.plan.roles.size() == 2);
    CHECK(answer.plan.roles[0].profile == "B");
    CHECK(answer.plan.roles[0].role.arn == "arn:b");
    CHECK_FALSE(answer.plan.roles[0].role.duration_seconds);
    auto const& last = answer.plan.roles[1];
    CHECK(last.profile == "A");
    CHECK(last.role.arn == "arn:a");
    CHECK(last.role.external_id == "e");
    CHECK(last.role.session_name == "n");
    CHECK(last.role.duration_seconds == 900);
    CHECK(last.role.mfa_serial == "arn:mfa");
    CHECK(last.role.mfa_code.empty());
}

TEST_CASE("profile plan: a profile that names itself gives its other credentials", "[credentials]") {
    auto const answer = plan("[profile A]\nrole_arn = r\nsource_profile = A\ncredential_process = x\n");
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.plan.base == profile_base::process);
    CHECK(answer.plan.roles.size() == 1);
    CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = A\n") ==
          "profile A names itself as source_profile, but has no other credentials than its role");
}

TEST_CASE("profile plan: settings alone are no credentials, but a source profile needs some", "[credentials]") {
    auto const answer = plan("[profile A]\nregion = eu-west-1\nsource_profile = B\n");
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "profile A has no credentials");
    CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = B\n[profile B]\nregion = x\n") ==
          "profile B has no credentials (it is the source_profile of A)");
}

TEST_CASE("profile plan: what is refused, and in which words", "[credentials]") {
    CHECK(refusal("[profile A]\naws_access_key_id = AKID\n") ==
          "profile A has aws_access_key_id, but no aws_secret_access_key");
    CHECK(refusal("[profile A]\naws_secret_access_key = hidden\n") ==
          "profile A has aws_secret_access_key, but no aws_access_key_id");
    CHECK(refusal("[profile A]\naws_access_key_id = AKID\naws_secret_access_key = hidden\n  region = x\n") ==
          "profile A: a line break or another control character stands inside aws_access_key_id, "
          "aws_secret_access_key or aws_session_token (is the next line indented?)");
    CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = B\ncredential_source = Environment\n") ==
          "profile A has both source_profile and credential_source; keep one of them");
    CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = B\nweb_identity_token_file = t\n") ==
          "profile A has both web_identity_token_file and source_profile; keep one of them");
    CHECK(refusal("[profile A]\nrole_arn = r\n" + std::string(keys)) ==
          "profile A has role_arn, but nothing to take the role with: add source_profile, credential_source or "
          "web_identity_token_file");
    CHECK(refusal("[profile A]\nweb_identity_token_file = t\n") ==
          "profile A has web_identity_token_file, but no role_arn");
    CHECK(refusal("[profile A]\nrole_arn = r\ncredential_source = environment\n") ==
          "profile A has credential_source = \"environment\": it must be Environment, Ec2InstanceMetadata or "
          "EcsContainer");
    CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = B\n") ==
          "profile A has source_profile = \"B\", which is in neither ~/.aws/config nor ~/.aws/credentials");
    for (char const* const seconds : {"899", "43201", "1h", "-900", "99999999999"})
        CHECK(refusal("[profile A]\nrole_arn = r\nsource_profile = A\nduration_seconds = " + std::string(seconds) +
                      "\n" + keys) == "profile A has duration_seconds = \"" + std::string(seconds) +
                                          "\": it must be a number from 900 to 43200");
}

TEST_CASE("profile plan: a circle of profiles is shown", "[credentials]") {
    CHECK(refusal("[profile A]\nrole_arn = a\nsource_profile = B\n[profile B]\nrole_arn = b\nsource_profile = C\n"
                  "[profile C]\nrole_arn = c\nsource_profile = B\n") ==
          "profiles name each other as source_profile, in a circle: A -> B -> C -> B");
}

TEST_CASE("profile plan: at most 16 profiles follow each other as source_profile", "[credentials]") {
    auto const chain = [](int sources) {
        std::string text;
        for (int i = 0; i != sources; ++i)
            text += (i == 0 ? std::string("[profile A") : "[profile P" + std::to_string(i)) + "]\nrole_arn = r\nsource_profile = P" +
                    std::to_string(i + 1) + "\n";
        return text + "[profile P" + std::to_string(sources) + "]\n" + keys;
    };
    CHECK(plan(chain(16)).outcome == provider_outcome::found);
    CHECK(refusal(chain(17)) ==
          "profile A has more than 16 profiles behind it, each the source_profile of another: shorten the chain");
}

TEST_CASE("profile plan: the fingerprint follows what the plan was made from, and nothing else", "[credentials]") {
    std::string const text = "[profile A]\nrole_arn = a\nsource_profile = B\n[profile B]\nsso_session = s\n";
    std::string const rest = "[profile C]\nregion = x\n" + sso_session;
    auto const before = plan(text + rest).plan.fingerprint;
    CHECK(before.size() == 64);
    CHECK(plan(text + rest).plan.fingerprint == before);
    CHECK(plan(text + "[profile C]\nregion = y\n" + sso_session).plan.fingerprint == before);
    CHECK(plan(text + rest + "sso_region = eu-west-2\n").plan.fingerprint != before);
    CHECK(plan(text + "region = x\n" + rest).plan.fingerprint != before);
    // Lengths are part of it: a key cannot borrow from its value.
    CHECK(plan("[profile A]\nab = c\nlogin_session = x\n").plan.fingerprint !=
          plan("[profile A]\na = bc\nlogin_session = x\n").plan.fingerprint);
}

TEST_CASE("profile plan: the chains of the conformance vectors", "[credentials][vectors]") {
    int count = 0;
    shared_config_vectors::for_each([&](shared_config_vectors::vector_case const& one) {
        if (one.kind != "profile-chain") return;
        auto const input = json_file::member(one.root, "input");
        auto const expect = json_file::member(one.root, "expect");
        REQUIRE(input);
        REQUIRE(expect);
        ++count;
        auto const files = parse(shared_config_vectors::config_text(*input));
        auto const* const selected = files.set.find(json_file::text_or_empty(*input, "selected_profile"));
        auto const answer = selected ? plan_profile(files, *selected) : profile_plan_answer();
        if (json_file::flag(*expect, "error").value_or(false)) {
            CHECK(answer.outcome != provider_outcome::found);
            return;
        }
        REQUIRE(answer.outcome == provider_outcome::found);
        auto const chain = json_file::list(*expect, "chain");
        REQUIRE(chain.size() == answer.plan.roles.size() + 1);
        auto const& made = answer.plan;
        if (auto const access = json_file::member(chain[0], "AccessKey")) {
            CHECK(made.base == profile_base::static_keys);
            CHECK(made.keys.access_key_id == json_file::text_or_empty(*access, "access_key_id"));
            CHECK(made.keys.secret_access_key.view() == json_file::text_or_empty(*access, "secret_access_key"));
            CHECK(made.keys.account_id == json_file::text_or_empty(*access, "account_id"));
        } else if (auto const web = json_file::member(chain[0], "WebIdentityToken")) {
            CHECK(made.base == profile_base::web_identity);
            CHECK(made.web_identity.arn == json_file::text_or_empty(*web, "role_arn"));
            CHECK(made.web_identity.session_name == json_file::text_or_empty(*web, "role_session_name"));
            CHECK(made.token_file == json_file::text_or_empty(*web, "web_identity_token_file"));
        } else if (auto const source = json_file::text(chain[0], "NamedSource")) {
            CHECK(files.set.find(made.base_profile)->value("credential_source") == *source);
        } else {
            auto const sso = json_file::member(chain[0], "Sso");
            REQUIRE(sso);
            CHECK(made.base == profile_base::sso);
            CHECK(made.sso.session == json_file::text_or_empty(*sso, "sso_session"));
            CHECK(made.sso.start_url == json_file::text_or_empty(*sso, "sso_start_url"));
            CHECK(made.sso.region == json_file::text_or_empty(*sso, "sso_region"));
            CHECK(made.sso.account_id == json_file::text_or_empty(*sso, "sso_account_id"));
            CHECK(made.sso.role_name == json_file::text_or_empty(*sso, "sso_role_name"));
        }
        for (std::size_t i = 1; i != chain.size(); ++i) {
            auto const role = json_file::member(chain[i], "AssumeRole");
            REQUIRE(role);
            CHECK(made.roles[i - 1].role.arn == json_file::text_or_empty(*role, "role_arn"));
            CHECK(made.roles[i - 1].role.external_id == json_file::text_or_empty(*role, "external_id"));
            CHECK(made.roles[i - 1].role.session_name == json_file::text_or_empty(*role, "role_session_name"));
        }
    });
    if (vectors_dir()) CHECK(count == 18);
}
