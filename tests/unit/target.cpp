#include "bedrock/target.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr std::string_view key_id = "AKIAIOSFODNN7EXAMPLE";

fake_environment::variables keys_in_environment() {
    return {{"AWS_ACCESS_KEY_ID", std::string(key_id)}, {"AWS_SECRET_ACCESS_KEY", "secret-of-the-environment"}};
}

struct machine {
    fake_environment around;
    client_options options{};
    call_options call{};
    service_name service = runtime_service;

    explicit machine(fake_environment::variables set = {}) : around(std::move(set)) {}

    result<call_target> target(std::string_view model_id = {}) {
        recorded_runner runner({});
        client_state const state(filled());
        return runner.run(find_target(state, call, model_id, service));
    }
    explanation explain(std::string_view model_id = {}) {
        recorded_runner runner({});
        client_state const state(filled());
        return runner.run(explain_target(state, call, model_id)).value();
    }

  private:
    client_options filled() const {
        auto made = options;
        made.surroundings = around.get();
        return made;
    }
};

class broken_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "vault"; }
    exchange<provider_answer> load(environment const&) override {
        provider_answer answer;
        answer.outcome = provider_outcome::broken;
        answer.detail = "the vault is sealed";
        co_return answer;
    }
};

}  // namespace

TEST_CASE("target: the control plane has a host and a variable of its own, and the caller's endpoint", "[target]") {
    machine m(fake_environment::variables{{"AWS_REGION", "eu-west-1"}});
    m.options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    m.service = control_service;
    CHECK(m.target()->settings.endpoint.value == "https://bedrock.eu-west-1.amazonaws.com");
    (*m.around.values)["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = "http://runtime.test";
    CHECK(m.target()->settings.endpoint.value == "https://bedrock.eu-west-1.amazonaws.com");
    (*m.around.values)["AWS_ENDPOINT_URL_BEDROCK"] = "http://control.test";
    CHECK(m.target()->settings.endpoint.value == "http://control.test");
    CHECK(m.target()->settings.endpoint.source == "AWS_ENDPOINT_URL_BEDROCK");
    m.options.endpoint = "http://client.test";
    CHECK(m.target()->settings.endpoint.value == "http://client.test");
}

TEST_CASE("target: a call's options win over the client's, the client's over the machine's", "[target]") {
    machine m({{"AWS_REGION", "ap-south-1"}, {"AWS_ENDPOINT_URL", "http://machine.test"}});
    m.options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    CHECK(m.target()->settings.region.source == "AWS_REGION");
    CHECK(m.target()->settings.endpoint.source == "AWS_ENDPOINT_URL");
    m.options.region = "eu-west-1";
    m.options.endpoint = "http://client.test";
    CHECK(m.target("arn:aws:bedrock:us-west-2:1:inference-profile/x")->settings.region.value == "eu-west-1");
    CHECK(m.target()->settings.region.source == "client option");
    CHECK(m.target()->settings.endpoint.value == "http://client.test");
    m.call.region = "eu-west-2";
    m.call.endpoint = "http://call.test/p";
    auto const found = m.target();
    REQUIRE(found);
    CHECK(found->settings.region.value == "eu-west-2");
    CHECK(found->settings.region.source == "call option");
    CHECK(found->settings.endpoint.source == "call option");
    CHECK(found->settings.host == "call.test");
    CHECK(found->settings.path_prefix == "/p");
}

TEST_CASE("explain: proxy and authorities, and who named them, without the proxy's user", "[target]") {
    auto set = keys_in_environment();
    set["HTTPS_PROXY"] = "http://user:hidden@proxy.test:3128";
    set["AWS_CA_BUNDLE"] = "/etc/company.pem";
    machine m(set);
    auto const by_environment = m.explain();
    CHECK(by_environment.proxy.value == "http://proxy.test:3128");
    CHECK(by_environment.text().find("\nproxy: http://proxy.test:3128 (environment)\n"
                                     "authorities: /etc/company.pem (AWS_CA_BUNDLE)") != std::string::npos);
    CHECK(by_environment.text().find("hidden") == std::string::npos);
    m.options.network.tls.authorities = "/own.pem";
    m.options.network.proxy = "socks5h://own.test";
    CHECK(m.explain().proxy.value == "socks5h://own.test");
    CHECK(m.explain().proxy.source == "client option");
    CHECK(m.explain().ca_bundle.source == "client option");
    m.options.endpoint = "http://plain.test";
    m.options.network.proxy.reset();
    CHECK(m.explain().proxy.value.empty());
    CHECK(m.explain().text().find("proxy") == std::string::npos);
}

TEST_CASE("target: a runtime endpoint is the runtime's alone, a default region comes last", "[target]") {
    machine m(fake_environment::variables{{"AWS_ENDPOINT_URL", "http://machine.test"}});
    m.options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    m.options.runtime_endpoint = "http://runtime.test/p";
    m.options.default_region = "eu-west-3";
    CHECK(m.target()->settings.endpoint.value == "http://runtime.test/p");
    CHECK(m.target()->settings.endpoint.source == "client option");
    CHECK(m.target()->settings.region.value == "eu-west-3");
    CHECK(m.target()->settings.region.source == "client option for the default");
    CHECK(m.target("arn:aws:bedrock:us-west-2:1:inference-profile/x")->settings.region.value == "us-west-2");
    m.service = control_service;
    CHECK(m.target()->settings.endpoint.value == "http://machine.test");
    (*m.around.values)["AWS_DEFAULT_REGION"] = "eu-west-1";
    CHECK(m.target()->settings.region.value == "eu-west-1");
    m.service = runtime_service;
    m.options.endpoint = "http://client.test";
    CHECK(m.target()->settings.endpoint.value == "http://client.test");
    m.call.endpoint = "http://call.test";
    CHECK(m.target()->settings.endpoint.value == "http://call.test");
}

TEST_CASE("target: who makes the call", "[target]") {
    auto set = keys_in_environment();
    set["AWS_BEARER_TOKEN_BEDROCK"] = "token-of-the-environment";
    machine m(set);
    SECTION("a bearer token wins over the keys of the environment") {
        CHECK(m.target()->credentials.bearer_token.view() == "token-of-the-environment");
    }
    SECTION("unless SigV4 is asked for") {
        m.options.auth = auth_scheme::sigv4;
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.access_key_id == key_id);
    }
    SECTION("credentials given in code win") {
        m.options.credentials = credentials{.access_key_id = "CODE", .secret_access_key = "s"};
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.access_key_id == "CODE");
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.source == "given in code");
    }
    SECTION("SigV4 with credentials that have a bearer token too") {
        m.options.auth = auth_scheme::sigv4;
        m.options.credentials =
            credentials{.access_key_id = "CODE", .secret_access_key = "s", .bearer_token = "token in code"};
        auto const found = m.target();
        REQUIRE(found);
        CHECK(found->credentials.bearer_token.empty());
        CHECK(found->credentials.access_key_id == "CODE");
    }
    SECTION("a provider given in code wins, also where it is broken") {
        m.options.providers = {std::make_shared<broken_provider>()};
        auto const found = m.target();
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::credentials);
        CHECK(found.error().message == "vault: the vault is sealed");
    }
    SECTION("nobody, by option or variable") {
        (*m.around.values)["AWS_BEDROCK_SKIP_AUTH"] = " 1 ";
        CHECK(m.target()->anonymous);
        m.options.auth = auth_scheme::sigv4;
        CHECK_FALSE(m.target()->anonymous);
        m.options.auth = auth_scheme::automatic;
        m.options.credentials = credentials{.access_key_id = "CODE", .secret_access_key = "s"};
        CHECK_FALSE(m.target()->anonymous);
        m.options.credentials.reset();
        (*m.around.values)["AWS_BEDROCK_SKIP_AUTH"] = "0";
        CHECK_FALSE(m.target()->anonymous);
        m.options.auth = auth_scheme::none;
        CHECK(m.target()->anonymous);
    }
}

TEST_CASE("target: no credentials, or half of them", "[target]") {
    machine m;
    auto found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::credentials);
    CHECK(found.error().message.find("environment: AWS_ACCESS_KEY_ID and") != std::string::npos);
    (*m.around.values)["AWS_SECRET_ACCESS_KEY"] = "lonely-secret";
    found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().message == "environment: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
    CHECK(m.explain().text().find("lonely-secret") == std::string::npos);
}

TEST_CASE("target: the settings are judged before anybody is asked for credentials", "[target]") {
    machine m;
    m.options.region = "not a region";
    m.options.providers = {std::make_shared<broken_provider>()};
    auto const found = m.target();
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::invalid_input);
}

TEST_CASE("target: an explanation names every source and shows no secret", "[target]") {
    auto set = keys_in_environment();
    set["AWS_SESSION_TOKEN"] = "session-of-the-environment";
    set["AWS_ACCOUNT_ID"] = "123456789012";
    set["AWS_CREDENTIAL_EXPIRATION"] = "2026-01-02T04:00:00Z";
    set["AWS_DEFAULT_REGION"] = "eu-west-1";
    machine m(set);
    auto const why = m.explain();
    CHECK_FALSE(why.problem);
    CHECK(why.source == "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY");
    CHECK(why.access_key_id == "…MPLE");
    CHECK(why.account_id == "123456789012");
    REQUIRE(why.attempts.size() == 2);
    CHECK(why.attempts[0].name == "bearer token");
    CHECK(why.attempts[1].outcome == provider_outcome::found);
    CHECK(why.text() ==
          "credentials: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY, key …MPLE, account 123456789012, until "
          "2026-01-02T04:00:00Z\n"
          "region: eu-west-1 (AWS_DEFAULT_REGION)\n"
          "endpoint: https://bedrock-runtime.eu-west-1.amazonaws.com (standard for eu-west-1)\n"
          "providers:\n"
          "  bearer token: AWS_BEARER_TOKEN_BEDROCK is not set (0 ms)\n"
          "  environment: found (0 ms)");
    CHECK(m.explain("arn:aws:bedrock:us-west-2:1:inference-profile/x").region.source == "model ARN");

    (*m.around.values)["AWS_BEARER_TOKEN_BEDROCK"] = "token-of-the-environment";
    auto const bearer = m.explain();
    CHECK(bearer.source == "AWS_BEARER_TOKEN_BEDROCK");
    CHECK(bearer.access_key_id.empty());
    CHECK(bearer.text().find("token-of") == std::string::npos);
}

TEST_CASE("target: an explanation of what cannot work has the problem and all the rest", "[target]") {
    machine m(fake_environment::variables{{"AWS_REGION", "x/y"}});
    m.options.credentials = credentials{.access_key_id = std::string(key_id), .secret_access_key = "s"};
    auto why = m.explain();
    REQUIRE(why.problem);
    CHECK(why.problem->code == errc::invalid_input);
    CHECK(why.source == "given in code");
    CHECK(why.text().find("\nproblem: ") != std::string::npos);

    machine bare;
    why = bare.explain();
    REQUIRE(why.problem);
    CHECK(why.problem->code == errc::credentials);
    CHECK(why.region.value == "us-east-1");
    CHECK(why.text().starts_with("credentials: none\nregion: us-east-1 (default)\n"));

    bare.options.auth = auth_scheme::none;
    CHECK(bare.explain().source == "none (client option)");
    CHECK(bare.explain().attempts.empty());
    bare.options.auth = auth_scheme::automatic;
    (*bare.around.values)["AWS_BEDROCK_SKIP_AUTH"] = "1";
    CHECK(bare.explain().source == "none (AWS_BEDROCK_SKIP_AUTH)");
}

namespace {

/// One client for all its calls, with shared files and recorded traffic.
struct one_client {
    one_client(client_options options, fake_environment::variables set, std::vector<recorded_exchange> recording = {})
        : around(std::move(set)), runner(std::move(recording)), state(fill(std::move(options), around)) {}

    result<call_target> target() { return runner.run(find_target(state, call, {})); }
    explanation explain() { return runner.run(explain_target(state, call, {})).value(); }

    fake_environment around;
    recorded_runner runner;
    call_options call{};
    client_state const state;

  private:
    static client_options fill(client_options options, fake_environment const& around) {
        around.values->emplace("HOME", "/home/user");
        options.surroundings = around.get();
        return options;
    }
};

constexpr char config[] = "/home/user/.aws/config";

client_options profile_named(std::string name) {
    client_options options;
    options.profile = std::move(name);
    return options;
}

recorded_exchange answered(std::string method, std::string url, std::string body) {
    recorded_exchange made;
    made.method = std::move(method);
    made.url = std::move(url);
    made.head.status = 200;
    made.head.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    made.pieces = {std::move(body)};
    return made;
}

}  // namespace

TEST_CASE("target: a profile named in code gives credentials, region and endpoint", "[target]") {
    auto set = keys_in_environment();
    set["AWS_BEARER_TOKEN_BEDROCK"] = "token-of-the-environment";
    set["AWS_BEDROCK_SKIP_AUTH"] = "1";
    one_client c(profile_named("dev"), set);
    c.runner.files[config] =
        "[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = s\nregion = eu-west-1\n"
        "endpoint_url = https://gateway.test/x\n";
    auto const found = c.target();
    REQUIRE(found);
    CHECK_FALSE(found->anonymous);
    CHECK(found->credentials.access_key_id == "AKIDDEV");
    CHECK(found->credentials.bearer_token.empty());
    CHECK(found->settings.region.source == "profile dev");
    CHECK(found->settings.endpoint.value == "https://gateway.test/x");
    auto const why = c.explain();
    CHECK(why.source == "profile dev (static keys)");
    CHECK(why.text() ==
          "credentials: profile dev (static keys), key …DDEV\n"
          "region: eu-west-1 (profile dev)\n"
          "endpoint: https://gateway.test/x (profile dev)\n"
          "providers:\n"
          "  profile: found (0 ms)");

    auto with_keys = profile_named("dev");
    with_keys.credentials = credentials{.access_key_id = "CODE", .secret_access_key = "s"};
    one_client both(with_keys, {});
    both.runner.files = c.runner.files;
    CHECK(both.target()->credentials.access_key_id == "CODE");
    CHECK(both.target()->settings.region.value == "eu-west-1");
}

TEST_CASE("target: options for FIPS, dual-stack and configured endpoints", "[target]") {
    client_options options;
    options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    options.use_fips = true;
    options.use_dual_stack = true;
    options.ignore_configured_endpoints = true;
    one_client c(options, {{"AWS_ENDPOINT_URL", "https://gateway.test"}});
    CHECK(c.target()->settings.host == "bedrock-runtime-fips.us-east-1.api.aws");
}

TEST_CASE("target: what a client has fetched serves all its calls", "[target]") {
    constexpr char sts[] = "https://sts.eu-west-2.amazonaws.com/";
    client_options options;
    options.region = "eu-west-2";
    one_client c(options, {},
                 {answered("POST", sts,
                           "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
                           "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                           "<Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleResult>"
                           "</AssumeRoleResponse>")});
    c.runner.files[config] =
        "[default]\nrole_arn = r\nsource_profile = base\n[profile base]\naws_access_key_id = AKID\n"
        "aws_secret_access_key = s\n";
    for (int call = 0; call != 3; ++call) {
        auto const found = c.target();
        REQUIRE(found);
        CHECK(found->credentials.access_key_id == "ASIAROLE");
    }
    CHECK(c.explain().access_key_id == "…ROLE");
    CHECK(c.runner.requests().size() == 1);
}

TEST_CASE("target: the instance's region, where that is asked for", "[target]") {
    constexpr char base[] = "http://169.254.169.254/latest/";
    client_options options;
    options.credentials = credentials{.access_key_id = "A", .secret_access_key = "s"};
    options.region_of_instance = true;
    one_client c(options, {},
                 {answered("PUT", base + std::string("api/token"), "TOKEN"),
                  answered("GET", base + std::string("meta-data/placement/region"), "eu-north-1")});
    auto const found = c.target();
    REQUIRE(found);
    CHECK(found->settings.region.value == "eu-north-1");
    CHECK(found->settings.region.source == "instance metadata");
    options.region_of_instance = false;
    CHECK(one_client(options, {}).target()->settings.region.source == "default");
}

TEST_CASE("target: an explanation tells what was passed over", "[target]") {
    auto set = keys_in_environment();
    set["AWS_PROFILE"] = "dev";
    one_client c({}, set);
    c.runner.files[config] = "[dev]\nregion = eu-west-1\n";
    auto const why = c.explain();
    CHECK_FALSE(why.problem);
    CHECK(why.source == "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY");
    REQUIRE(why.notes.size() == 2);
    CHECK(why.notes[0] == "AWS_PROFILE=dev is in neither /home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(why.notes[1] ==
          "/home/user/.aws/config, line 1: section [dev] ignored: a profile of the config file is written [profile "
          "NAME]");
    CHECK(why.text().find("\nnote: " + why.notes[0] + "\nnote: " + why.notes[1] + "\nproviders:\n") !=
          std::string::npos);
}

TEST_CASE("target: the bearer cases of the conformance vectors", "[target][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("no vectors: -Dvectors=DIR");
        return;
    }
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, *vectors + "/extras/index.json");
    REQUIRE(index);
    int count = 0;
    for (auto const& one : json_file::list(*index, "cases")) {
        if (json_file::text(one, "kind") != "bearer-auth") continue;
        INFO(json_file::text_or_empty(one, "id"));
        ++count;
        machine m(keys_in_environment());
        for (auto const& [name, value] : json_file::members(json_file::member(one, "env"))) {
            bool const is_token = name == "AWS_BEARER_TOKEN_BEARER_SERVICE";  // the cases are of an invented service
            (*m.around.values)[is_token ? "AWS_BEARER_TOKEN_BEDROCK" : name] = json_file::text(value).value_or("");
        }
        auto const client = json_file::member(one, "client_config");
        REQUIRE(client);
        if (json_file::text(*client, "signature_version") == "v4" ||
            json_file::text(*client, "auth_scheme_preference") == "sigv4")
            m.options.auth = auth_scheme::sigv4;
        auto const found = m.target();
        REQUIRE(found);
        auto const token = found->credentials.bearer_token.view();
        CHECK(token.empty() != json_file::flag(one, "expect_bearer").value_or(false));
        if (!token.empty())
            CHECK("Bearer " + std::string(token) == json_file::text_or_empty(one, "expect_authorization"));
    }
    CHECK(count == 5);
}
