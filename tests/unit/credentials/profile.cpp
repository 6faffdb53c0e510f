#include "bedrock/credentials/profile.hpp"

#include "bedrock/recorded.hpp"

#include "support/es256_keys.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

constexpr char config[] = "/home/user/.aws/config";
constexpr char keys_of_base[] = "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = hidden-base\n";

recorded_exchange role(std::string id, std::string end = "2026-01-02T04:04:05Z", std::string region = "us-east-1") {
    recorded_exchange made;
    made.method = "POST";
    made.url = "https://sts." + region + ".amazonaws.com/";
    made.head.status = 200;
    made.pieces = {"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + id +
                   "</AccessKeyId><SecretAccessKey>hidden-key</SecretAccessKey><SessionToken>hidden-token"
                   "</SessionToken><Expiration>" +
                   end + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"};
    return made;
}

struct machine {
    explicit machine(std::string text, std::vector<recorded_exchange> recording = {}, profile_options options = {},
                     fake_environment::variables set = {})
        : around(std::move(set)), runner(std::move(recording)), provider(std::move(options)) {
        around.values->emplace("HOME", "/home/user");
        if (!text.empty()) runner.files[config] = std::move(text);
    }
    provider_answer load() {
        auto const here = around.get();
        return runner.run(provider.load(here));
    }
    /// What a broken profile says.
    std::string broken() {
        auto const answer = load();
        CHECK(answer.outcome == provider_outcome::broken);
        CHECK_THAT(answer.detail, !Contains("hidden"));
        return answer.detail;
    }
    /// The key that the request signed with.
    std::string signer(std::size_t request) const {
        auto const header = std::string(http::find_header(runner.requests()[request].headers, "authorization"));
        auto const begin = header.find("Credential=") + 11;
        return header.substr(begin, header.find('/', begin) - begin);
    }
    fake_environment around;
    recorded_runner runner;
    profile_provider provider;
};

profile_options named(std::string profile) {
    profile_options options;
    options.place.profile = std::move(profile);
    return options;
}

profile_options with_code(std::string code, std::string* asked_for = nullptr) {
    profile_options options;
    options.mfa_code = [code, asked_for](std::string const& serial) {
        if (asked_for) *asked_for += serial;
        return code;
    };
    return options;
}

/// A key of tests on one line of JSON.
std::string es256_key_line() {
    std::string line;
    for (char const c : std::string_view(es256_keys::sec1)) line += c == '\n' ? "\\n" : std::string(1, c);
    return line;
}

constexpr char mfa_profile[] =
    "[default]\nrole_arn = arn:role\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n";

}  // namespace

TEST_CASE("profile: static keys, and in whose name they are told", "[credentials]") {
    std::string const text =
        "[default]\naws_access_key_id = AKID1\naws_secret_access_key = s\naws_session_token = t\n"
        "aws_account_id = 123456789012\n[profile dev]\naws_access_key_id = AKID2\naws_secret_access_key = s\n";
    machine m(text);
    auto answer = m.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "AKID1");
    CHECK(answer.credentials.secret_access_key.view() == "s");
    CHECK(answer.credentials.session_token.view() == "t");
    CHECK(answer.credentials.account_id == "123456789012");
    CHECK(answer.credentials.source == "default chain: profile default (static keys)");

    (*m.around.values)["AWS_PROFILE"] = "dev";
    answer = m.load();
    CHECK(answer.credentials.access_key_id == "AKID2");
    CHECK(answer.credentials.source == "AWS_PROFILE=dev (static keys)");
    (*m.around.values)["AWS_PROFILE"] = "default";
    CHECK(m.load().credentials.source == "AWS_PROFILE=default (static keys)");

    machine code(text, {}, named("dev"), fake_environment::variables{{"AWS_PROFILE", "default"}});
    CHECK(code.load().credentials.source == "profile dev (static keys)");
}

TEST_CASE("profile: none where none is needed", "[credentials]") {
    machine empty("");
    auto answer = empty.load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "there is neither /home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(answer.note.empty());
    (*empty.around.values)["AWS_PROFILE"] = "default";
    answer = empty.load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.note == "AWS_PROFILE=default has no file");

    machine other("[profile dev]\nregion = eu-west-1\n");
    answer = other.load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "profile default is in neither /home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(answer.note.empty());
    (*other.around.values)["AWS_PROFILE"] = "default";
    CHECK(other.load().note == "AWS_PROFILE=default is in no file");
    (*other.around.values)["AWS_PROFILE"] = "dev";
    answer = other.load();
    CHECK(answer.outcome == provider_outcome::not_here);
    CHECK(answer.detail == "profile dev has no credentials");
    CHECK(answer.note == "AWS_PROFILE=dev has no credentials");

    CHECK(machine("[default]\nregion = eu-west-1\n").load().note.empty());
}

TEST_CASE("profile: one that does not exist, or files that cannot be read, are broken", "[credentials]") {
    fake_environment::variables const set{{"AWS_PROFILE", "other"}};
    CHECK(machine("", {}, {}, set).broken() ==
          "AWS_PROFILE=other does not exist: there is neither /home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(machine("[default]\n", {}, {}, set).broken() ==
          "AWS_PROFILE=other is in neither /home/user/.aws/config nor /home/user/.aws/credentials; there is default");
    CHECK(machine("[default]\n[profile dev]\n", {}, named("code"), set).broken() ==
          "profile code is in neither /home/user/.aws/config nor /home/user/.aws/credentials; there is default, dev");
    // The usual mistake.
    CHECK(machine("[other]\nregion = x\n", {}, {}, set).broken() ==
          "AWS_PROFILE=other is in neither /home/user/.aws/config nor /home/user/.aws/credentials; "
          "/home/user/.aws/config, line 1: section [other] ignored: a profile of the config file is written [profile "
          "NAME]");
    std::string many;
    for (char c = 'a'; c <= 'k'; ++c) many += std::string("[profile ") + c + "]\n";
    CHECK_THAT(machine(many, {}, {}, set).broken(), EndsWith("; there is a, b, c, d, e, f, g, h, i, j, ..."));
    auto const noted = machine("[default]\nhidden\n").load();
    CHECK(noted.outcome == provider_outcome::not_here);
    CHECK(noted.detail ==
          "profile default has no credentials; /home/user/.aws/config, line 2: the line is passed over: expected "
          "\"name = "
          "value\", but the line has no '='");
    CHECK_THAT(machine("[profile dev\naws_access_key_id = hidden\n", {}, {}, set).broken(),
               Contains("/home/user/.aws/config, line 1: the line is passed over"));
}

TEST_CASE("profile: what a plan refuses is broken", "[credentials]") {
    CHECK(machine("[default]\naws_access_key_id = AKID\n").broken() ==
          "profile default has aws_access_key_id, but no aws_secret_access_key");
}

TEST_CASE("profile: a chain of roles, each taken with the one before", "[credentials]") {
    machine m(std::string("[default]\nrole_arn = arn:a\nsource_profile = middle\nregion = eu-west-1\nexternal_id = e\n"
                          "duration_seconds = 3600\n[profile middle]\nrole_arn = arn:b\nsource_profile = base\n") +
                  keys_of_base,
              {role("ASIAMIDDLE", "2026-01-02T04:04:05Z", "eu-west-1"),
               role("ASIALAST", "2026-01-02T04:04:05Z", "eu-west-1")});
    auto const answer = m.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIALAST");
    CHECK(answer.credentials.source == "default chain: profile default (assume role)");
    REQUIRE(m.runner.requests().size() == 2);
    CHECK(m.signer(0) == "AKIDBASE");
    CHECK(m.signer(1) == "ASIAMIDDLE");
    CHECK_THAT(std::string(m.runner.requests()[0].body.view()), Contains("RoleArn=arn%3Ab&"));
    CHECK_THAT(std::string(m.runner.requests()[1].body.view()), Contains("RoleArn=arn%3Aa&"));
    CHECK_THAT(std::string(m.runner.requests()[1].body.view()), EndsWith("&ExternalId=e&DurationSeconds=3600"));
}

TEST_CASE("profile: STS is where the client's option says, before environment and profile", "[credentials]") {
    profile_options options;
    options.place.region = {"ap-south-1", "client option"};
    machine m(std::string("[default]\nrole_arn = arn:a\nsource_profile = base\nregion = eu-west-1\n") + keys_of_base,
              {role("ASIA", "2026-01-02T04:04:05Z", "ap-south-1")}, options,
              fake_environment::variables{{"AWS_REGION", "eu-west-2"}});
    CHECK(m.load().outcome == provider_outcome::found);
}

TEST_CASE("profile: a role that is refused is broken, and says whose it is", "[credentials]") {
    auto refused = role("");
    refused.head.status = 403;
    refused.pieces = {"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"};
    machine m(std::string("[default]\nrole_arn = arn:a\nsource_profile = base\n") + keys_of_base, {refused});
    CHECK(m.broken() == "AssumeRole of arn:a failed: AccessDenied: no (profile default)");
}

TEST_CASE("profile: credential_source Environment does not fall back on anything", "[credentials]") {
    constexpr char text[] = "[default]\nrole_arn = arn:a\ncredential_source = Environment\n";
    CHECK(machine(text).broken() ==
          "profile default takes its credentials from environment, but: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
          "are not set");
    machine m(text, {role("ASIA")}, {},
              fake_environment::variables{{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}});
    REQUIRE(m.load().outcome == provider_outcome::found);
    CHECK(m.signer(0) == "AKIDENV");
    CHECK(machine("[default]\nrole_arn = a\ncredential_source = EcsContainer\n").broken() ==
          "profile default takes its credentials from container, but: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
          "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
}

TEST_CASE("profile: credential_source Ec2InstanceMetadata is the instance that was given", "[credentials]") {
    profile_options options;
    credentials of_instance;
    of_instance.access_key_id = "ASIAINSTANCE";
    of_instance.secret_access_key = "s";
    options.instance = static_credentials(of_instance);
    machine m("[default]\nrole_arn = arn:a\ncredential_source = Ec2InstanceMetadata\n", {role("ASIA")}, options);
    REQUIRE(m.load().outcome == provider_outcome::found);
    CHECK(m.signer(0) == "ASIAINSTANCE");
}

TEST_CASE("profile: web identity and process", "[credentials]") {
    auto traded = role("ASIAWEB");
    auto& text = traded.pieces[0];
    for (std::size_t at = 0; (at = text.find("AssumeRoleRe", at)) != std::string::npos; at += 20)
        text.replace(at, 10, "AssumeRoleWithWebIdentity");
    machine web("[default]\nrole_arn = arn:a\nweb_identity_token_file = /token\nrole_session_name = n\n", {traded});
    web.runner.files["/token"] = "jwt";
    auto answer = web.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.source == "default chain: profile default (web identity)");
    CHECK_THAT(std::string(web.runner.requests()[0].body.view()), Contains("&RoleSessionName=n&WebIdentityToken=jwt"));

    machine process("[default]\ncredential_process = /bin/keys --all\naws_account_id = 42\n");
    process.runner.processes["/bin/keys --all"].output =
        R"({"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"})";
    answer = process.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "AKIDPROCESS");
    CHECK(answer.credentials.account_id == "42");
    CHECK(answer.credentials.source == "default chain: profile default (process)");
}

TEST_CASE("profile: a role of IAM Identity Center", "[credentials]") {
    std::string const text =
        "[default]\nsso_session = corp\nsso_account_id = 012345678901\nsso_role_name = Reader\n"
        "[profile above]\nrole_arn = arn:a\nsource_profile = default\n"
        "[sso-session corp]\nsso_start_url = https://corp.test\nsso_region = eu-west-1\n";
    constexpr char token_file[] = "/home/user/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    recorded_exchange given;
    given.url =
        "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?account_id=012345678901&role_name=Reader";
    given.head.status = 200;
    given.pieces = {R"({"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"hidden","sessionToken":"hidden",)"
                    R"("expiration":1767326645000}})"};
    machine m(text, {given});
    m.runner.files[token_file] = R"({"accessToken":"hidden","expiresAt":"2026-01-02T09:00:00Z"})";
    auto answer = m.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIASSO");
    CHECK(answer.credentials.account_id == "012345678901");
    CHECK(answer.credentials.source == "default chain: profile default (sso)");
    CHECK(m.load().credentials.access_key_id == "ASIASSO");
    CHECK(m.runner.requests().size() == 1);  // kept

    machine above(text, {given, role("ASIAROLE")}, named("above"));
    above.runner.files[token_file] = m.runner.files[token_file];
    answer = above.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAROLE");
    CHECK(above.signer(1) == "ASIASSO");

    CHECK_THAT(machine(text).broken(), EndsWith("; run \"aws sso login --sso-session corp\""));
    CHECK(machine("[default]\nsso_session = s\n").broken() ==
          "profile default has sso_session = \"s\", but there is no [sso-session] section of that name (in "
          "/home/user/.aws/config)");
}

TEST_CASE("profile: a login session", "[credentials]") {
    std::string const text =
        "[default]\nlogin_session = arn\nregion = eu-west-2\n[profile above]\nrole_arn = arn:a\nsource_profile = "
        "default\n";
    constexpr char token_file[] =
        "/home/user/.aws/login/cache/42e7ab5b52beca9d20fbc05fa6b72c0a48755ada50d340472ab6f1832cbf42ac.json";
    auto const token = [](std::string const& end) {
        return R"({"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"hidden-key","sessionToken":"hidden",)"
               R"("accountId":"012345678901","expiresAt":"2026-01-02T03:)" +
               end + R"(Z"},"clientId":"c","refreshToken":"hidden-refresh","dpopKey":")" + es256_key_line() + "\"}";
    };
    recorded_exchange given;
    given.method = "POST";
    given.url = "https://eu-west-2.signin.aws.amazon.com/v1/token";
    given.head.status = 200;
    given.pieces = {
        R"({"accessToken":{"accessKeyId":"ASIANEW","secretAccessKey":"hidden-key","sessionToken":"hidden"},)"
        R"("tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"hidden-next"})"};
    machine m(text, {given, given});
    m.runner.files[token_file] = token("14:05");  // ten minutes from now
    auto answer = m.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIALOGIN");
    CHECK(answer.credentials.account_id == "012345678901");
    CHECK(answer.credentials.source == "default chain: profile default (login)");
    *m.around.unix_ms += 299'999;
    CHECK(m.load().credentials.access_key_id == "ASIALOGIN");
    CHECK(m.runner.requests().empty());
    *m.around.unix_ms += 1;  // five minutes remain
    CHECK(m.load().credentials.access_key_id == "ASIANEW");
    CHECK(m.runner.requests().size() == 1);
    m.provider.forget(m.load().credentials);  // the service refused them: renewed at once, not read from the file
    *m.around.steady_ms += 30'000;
    CHECK(m.load().credentials.access_key_id == "ASIANEW");
    CHECK(m.runner.exhausted());

    machine above(text, {role("ASIAROLE", "2026-01-02T04:04:05Z", "us-east-1")}, named("above"));
    above.runner.files[token_file] = token("14:05");
    answer = above.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAROLE");
    CHECK(above.signer(0) == "ASIALOGIN");

    CHECK(machine(text).broken() == "the login session of profile default is not there (no file " +
                                        std::string(token_file) + "); run \"aws login --profile default\"");
}

TEST_CASE("profile: the code of an MFA device", "[credentials]") {
    std::string asked_for;
    machine m(std::string(mfa_profile) + keys_of_base, {role("ASIA")}, with_code("012345", &asked_for));
    REQUIRE(m.load().outcome == provider_outcome::found);
    CHECK(asked_for == "arn:aws:iam::1:mfa/me");
    CHECK_THAT(std::string(m.runner.requests()[0].body.view()),
               EndsWith("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=012345"));
    m.load();
    CHECK(asked_for == "arn:aws:iam::1:mfa/me");  // the credentials are kept

    auto const text = std::string(mfa_profile) + keys_of_base;
    constexpr char needs[] = "profile default needs a code of the MFA device arn:aws:iam::1:mfa/me";
    CHECK(machine(text).broken() == std::string(needs) +
                                        ", and there is nobody to ask for it: set client_options::mfa_code, or use a "
                                        "profile without mfa_serial");
    CHECK(machine(text, {}, with_code("")).broken() == std::string(needs) + ", but none was given");
    for (char const* const odd : {"12345", "1234567", "12345a", "hidden"})
        CHECK(machine(text, {}, with_code(odd)).broken() ==
              std::string(needs) + ": it must be six digits, and what was given is not");
}

TEST_CASE("profile: fetched credentials are kept as long as the profile stays as it is", "[credentials]") {
    auto const text = std::string("[default]\nrole_arn = arn:a\nsource_profile = base\n") + keys_of_base;
    machine m(text, {role("ASIAFIRST"), role("ASIASECOND"), role("ASIATHIRD"), role("ASIAFOURTH")});
    auto const id = [&] { return m.load().credentials.access_key_id; };
    CHECK(id() == "ASIAFIRST");
    CHECK(id() == "ASIAFIRST");
    m.runner.files[config] = text + "[profile unrelated]\nregion = x\n";
    CHECK(id() == "ASIAFIRST");
    m.runner.files[config] = text + "[profile base]\naws_session_token = t\n";
    CHECK(id() == "ASIASECOND");
    CHECK(id() == "ASIASECOND");

    credentials refused;
    refused.access_key_id = "ASIAFIRST";
    m.provider.forget(refused);
    CHECK(id() == "ASIASECOND");  // others were refused
    refused.access_key_id = "ASIASECOND";
    m.provider.forget(refused);
    CHECK(id() == "ASIATHIRD");

    *m.around.unix_ms += 3'600'000;  // past their end
    CHECK(id() == "ASIAFOURTH");
    CHECK(m.runner.exhausted());
}

TEST_CASE("profile: another selection is another source", "[credentials]") {
    machine m(std::string("[default]\nrole_arn = arn:a\nsource_profile = base\n[profile dev]\nrole_arn = arn:b\n"
                          "source_profile = base\n") +
                  keys_of_base,
              {role("ASIADEFAULT"), role("ASIADEV")});
    CHECK(m.load().credentials.access_key_id == "ASIADEFAULT");
    (*m.around.values)["AWS_PROFILE"] = "dev";
    CHECK(m.load().credentials.access_key_id == "ASIADEV");
}

TEST_CASE("profile: loads from several threads while the file changes", "[credentials][threads]") {
    profile_provider provider;
    std::atomic<int> found = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number != 4; ++number)
        threads.emplace_back([&provider, &found] {
            fake_environment const machine(fake_environment::variables{{"HOME", "/home/user"}});
            auto const here = machine.get();
            recorded_runner runner(std::vector<recorded_exchange>(50, role("ASIA")));
            for (int round = 0; round != 50; ++round) {
                runner.files[config] =
                    std::string("[default]\nrole_arn = arn:a\nsource_profile = base\nexternal_id = ") +
                    std::to_string(round % 3) + "\n" + keys_of_base;
                auto const answer = runner.run(provider.load(here));
                if (answer.credentials.access_key_id == "ASIA") ++found;
                if (round % 7 == 0) provider.forget(answer.credentials);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(found == 200);
}

TEST_CASE("profile: nothing is forgotten before anything was loaded", "[credentials]") {
    profile_provider provider;
    provider.forget({});
    CHECK(provider.name() == "profile");
}

TEST_CASE("profile: credentials are held while the file is gone or half-written", "[credentials]") {
    std::string const whole = "[default]\naws_access_key_id = AKIDHELD\naws_secret_access_key = hidden-whole\n";
    for (std::string const half :
         {"", "[default]\n", "[def", "[default]\naws_access_key_id = AKIDHELD\n",
          "[default]\naws_access_key_id = AKIDHELD\naws_secret_access_key = hidden-wh",
          "[default]\naws_access_key_id = AKID\naws_secret_access_key = x\n", "[other]\nregion = x\n"}) {
        INFO(half);
        machine m(whole);
        REQUIRE(m.load().outcome == provider_outcome::found);
        m.runner.files[config] = half;
        if (half.empty()) m.runner.files.erase(config);
        auto const answer = m.load();
        REQUIRE(answer.outcome == provider_outcome::found);
        CHECK(answer.credentials.access_key_id == "AKIDHELD");
        CHECK(answer.credentials.secret_access_key.view() == "hidden-whole");
        CHECK(answer.note == "held in memory");
        CHECK_THAT(answer.detail, StartsWith("credentials held in memory, because ") && !Contains("hidden-"));
        // New ones count at once.
        m.runner.files[config] = "[default]\naws_access_key_id = AKIDNEW\naws_secret_access_key = s\n";
        auto const renewed = m.load();
        CHECK(renewed.credentials.access_key_id == "AKIDNEW");
        CHECK(renewed.note.empty());
        // Refused ones are not held.
        m.provider.forget(renewed.credentials);
        m.runner.files.erase(config);
        CHECK(m.load().outcome == provider_outcome::not_here);
    }
}

TEST_CASE("profile: held credentials end when they expire, and are another profile's for nobody", "[credentials]") {
    machine m(std::string("[profile dev]\nrole_arn = arn:role\nsource_profile = base\n") + keys_of_base,
              {role("ASIA1")}, named("dev"));
    REQUIRE(m.load().credentials.access_key_id == "ASIA1");
    m.runner.files.erase(config);
    CHECK(m.load().credentials.access_key_id == "ASIA1");
    *m.around.unix_ms = *m.load().credentials.expires_at_ms;
    CHECK(m.load().outcome == provider_outcome::broken);
}
