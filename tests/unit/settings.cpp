#include "bedrock/settings.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

result<settings> find(fake_environment const& machine, settings_request wanted = {}) {
    auto const here = machine.get();
    recorded_runner runner({});
    return runner.run(find_settings(here, std::move(wanted)));
}

fake_environment with(std::string name, std::string value) {
    return fake_environment(fake_environment::variables{{std::move(name), std::move(value)}});
}

}  // namespace

TEST_CASE("settings: the first source of a region that says something wins", "[settings]") {
    constexpr char arn[] = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/a1b2";
    fake_environment machine({{"AWS_REGION", "ap-south-1"}, {"AWS_DEFAULT_REGION", "ca-central-1"}});
    settings_request wanted;
    wanted.region = {"sa-east-1", "call option"};
    wanted.model_id = arn;
    auto const expect = [&](char const* region, char const* source) {
        auto const found = find(machine, wanted);
        REQUIRE(found);
        CHECK(found->region.value == region);
        CHECK(found->region.source == source);
        CHECK(found->endpoint.value == "https://bedrock-runtime." + std::string(region) + ".amazonaws.com");
        CHECK(found->endpoint.source == "standard for " + std::string(region));
        CHECK(found->host == "bedrock-runtime." + std::string(region) + ".amazonaws.com");
        CHECK(found->path_prefix.empty());
    };
    expect("sa-east-1", "call option");
    wanted.region = {"", "client option"};
    expect("eu-west-3", "model ARN");
    wanted.model_id = "anthropic.claude-v2:1";
    expect("ap-south-1", "AWS_REGION");
    (*machine.values)["AWS_REGION"] = " \t\n";
    expect("ca-central-1", "AWS_DEFAULT_REGION");
    (*machine.values)["AWS_DEFAULT_REGION"] = "";
    expect("us-east-1", "default");
    (*machine.values)["AWS_DEFAULT_REGION"] = "  eu-north-1\n";
    expect("eu-north-1", "AWS_DEFAULT_REGION");
}

TEST_CASE("settings: regions of other partitions, and pseudo regions", "[settings]") {
    settings_request wanted;
    wanted.region = {"cn-north-1", "call option"};
    CHECK(find(fake_environment(), wanted)->host == "bedrock-runtime.cn-north-1.amazonaws.com.cn");
    wanted.service = "bedrock";
    CHECK(find(fake_environment(), wanted)->host == "bedrock.cn-north-1.amazonaws.com.cn");
    wanted.region.value = "fips-us-east-1";
    auto const found = find(fake_environment(), wanted);
    CHECK(found->host == "bedrock-fips.us-east-1.amazonaws.com");
    CHECK(found->region.value == "us-east-1");
}

TEST_CASE("settings: the first source of an endpoint that says something wins", "[settings]") {
    fake_environment machine({{"AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://runtime.test:8080/base//"},
                              {"AWS_ENDPOINT_URL", "http://all.test"},
                              {"AWS_ENDPOINT_URL_BEDROCK", "http://control.test"}});
    settings_request wanted;
    wanted.endpoint = {"HTTPS://call.test:443/", "call option"};
    auto found = find(machine, wanted);
    REQUIRE(found);
    CHECK(found->host == "call.test");
    CHECK(found->endpoint.source == "call option");
    CHECK(found->region.value == "us-east-1");

    wanted.endpoint = {};
    found = find(machine, wanted);
    REQUIRE(found);
    CHECK(found->endpoint.value == "http://runtime.test:8080/base");
    CHECK(found->endpoint.source == "AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
    CHECK(found->host == "runtime.test:8080");
    CHECK(found->path_prefix == "/base");

    wanted.endpoint_variable = "AWS_ENDPOINT_URL_BEDROCK";
    CHECK(find(machine, wanted)->endpoint.value == "http://control.test");

    wanted.endpoint_variable = "AWS_ENDPOINT_URL_NOBODY";
    found = find(machine, wanted);
    CHECK(found->endpoint.value == "http://all.test");
    CHECK(found->endpoint.source == "AWS_ENDPOINT_URL");
    (*machine.values)["AWS_ENDPOINT_URL"] = " ";
    CHECK(find(machine, wanted)->endpoint.source == "standard for us-east-1");
}

TEST_CASE("settings: what is refused names the setting at fault", "[settings]") {
    settings_request wanted;
    auto const refusal = [&](fake_environment const& machine) {
        auto const found = find(machine, wanted);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::invalid_input);
        return found.error().message;
    };
    using Catch::EndsWith;
    CHECK_THAT(refusal(with("AWS_REGION", "evil.example/")), EndsWith("(set by AWS_REGION)"));
    CHECK_THAT(refusal(with("AWS_ENDPOINT_URL", "ftp://x")), EndsWith("(set by AWS_ENDPOINT_URL)"));
    wanted.region = {"us east 1", "client option"};
    CHECK_THAT(refusal(fake_environment()), EndsWith("(set by client option)"));
    CHECK_THAT(refusal(with("AWS_ENDPOINT_URL", "http://good.test")), EndsWith("(set by client option)"));
    wanted.region = {"fips-us-east-1", "client option"};
    CHECK_THAT(refusal(with("AWS_ENDPOINT_URL", "http://good.test")), EndsWith("(set by AWS_ENDPOINT_URL)"));
    wanted.region = {};
    wanted.endpoint = {"http://user:hunter2@host/", "call option"};
    auto const message = refusal(fake_environment());
    CHECK_THAT(message, EndsWith("(set by call option)"));
    CHECK(message.find("hunter2") == std::string::npos);
}

namespace {

constexpr char config[] = "/home/user/.aws/config";

/// A machine with shared files.
struct profiled {
    explicit profiled(std::string text, fake_environment::variables set = {}) : machine(std::move(set)) {
        machine.values->emplace("HOME", "/home/user");
        runner.files[config] = std::move(text);
    }
    result<settings> find(settings_request wanted = {}) {
        auto const here = machine.get();
        return runner.run(find_settings(here, std::move(wanted)));
    }
    std::string refusal(settings_request wanted = {}) {
        auto const found = find(std::move(wanted));
        return found ? "" : found.error().message;
    }
    fake_environment machine;
    recorded_runner runner{std::vector<recorded_exchange>{}};
};

class fixed_region final : public region_source {
  public:
    explicit fixed_region(std::string value) : value_(std::move(value)) {}
    exchange<setting> find_region(environment const&) override {
        setting found{value_, "instance metadata"};
        co_return found;
    }

  private:
    std::string value_;
};

}  // namespace

TEST_CASE("settings: the profile's region stands behind the variables, the credentials file first", "[settings]") {
    profiled m(
        "[default]\nregion = eu-west-1\n[profile dev]\nregion = eu-west-2\n[profile code]\nregion = eu-west-3\n");
    auto found = m.find();
    REQUIRE(found);
    CHECK(found->region.value == "eu-west-1");
    CHECK(found->region.source == "profile default");
    m.runner.files["/home/user/.aws/credentials"] = "[default]\nregion = eu-north-1\n";
    CHECK(m.find()->region.value == "eu-north-1");

    (*m.machine.values)["AWS_PROFILE"] = "dev";
    found = m.find();
    CHECK(found->region.value == "eu-west-2");
    CHECK(found->region.source == "profile dev");
    settings_request named;
    named.profile = "code";
    CHECK(m.find(named)->region.value == "eu-west-3");
    (*m.machine.values)["AWS_DEFAULT_REGION"] = "ap-south-1";
    CHECK(m.find(named)->region.source == "AWS_DEFAULT_REGION");
}

TEST_CASE("settings: the last source of a region is asked only before the default", "[settings]") {
    settings_request wanted;
    wanted.last_region_source = std::make_shared<fixed_region>("us-west-1");
    auto found = profiled("").find(wanted);
    REQUIRE(found);
    CHECK(found->region.value == "us-west-1");
    CHECK(found->region.source == "instance metadata");
    CHECK(profiled("[default]\nregion = eu-west-1\n").find(wanted)->region.source == "profile default");
    wanted.last_region_source = std::make_shared<fixed_region>("");
    CHECK(profiled("").find(wanted)->region.source == "default");
}

TEST_CASE("settings: endpoints of the profile and of its services section", "[settings]") {
    profiled m(
        "[default]\nservices = mine\nendpoint_url = https://all.test\n"
        "[services mine]\nbedrock_runtime =\n  endpoint_url = https://runtime.test/p\ns3 =\n  x = y\n");
    auto found = m.find();
    REQUIRE(found);
    CHECK(found->endpoint.value == "https://runtime.test/p");
    CHECK(found->endpoint.source == "services mine of profile default");
    settings_request control;
    control.service = "bedrock";
    control.endpoint_variable = "AWS_ENDPOINT_URL_BEDROCK";
    found = m.find(control);
    CHECK(found->endpoint.value == "https://all.test");
    CHECK(found->endpoint.source == "profile default");

    settings_request ignoring;
    ignoring.ignore_configured_endpoints = true;
    CHECK(m.find(ignoring)->endpoint.source == "standard for us-east-1");
    (*m.machine.values)["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
    CHECK(m.find()->endpoint.source == "standard for us-east-1");
    ignoring.ignore_configured_endpoints = false;
    CHECK(m.find(ignoring)->endpoint.source == "services mine of profile default");
    (*m.machine.values)["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "1";
    CHECK(m.refusal() == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is \"1\": it must be true or false");
}

TEST_CASE("settings: an endpoint without a scheme is refused wherever it comes from", "[settings]") {
    std::string const problem =
        "the endpoint URL \"localhost:4010\" has no scheme: write http://... or https://... (set by ";
    profiled in_profile("[default]\nendpoint_url = localhost:4010\n");
    CHECK(in_profile.refusal() == problem + "profile default)");
    profiled in_services(
        "[default]\nservices = mine\n[services mine]\nbedrock_runtime =\n  endpoint_url = localhost:4010\n");
    CHECK(in_services.refusal() == problem + "services mine of profile default)");
    for (std::string const variable : {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"}) {
        profiled in_variable("");
        (*in_variable.machine.values)[variable] = "localhost:4010";
        CHECK(in_variable.refusal() == problem + variable + ")");
    }
    for (std::string const source : {"call option", "client option"}) {
        settings_request wanted;
        wanted.endpoint = {"localhost:4010", source};
        auto const found = find(fake_environment(), wanted);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::invalid_input);
        CHECK(found.error().message == problem + source + ")");
    }
}

TEST_CASE("settings: a service is found in any usual spelling, or it is noted that it is not", "[settings]") {
    for (auto const* const id :
         {"bedrock_runtime", "bedrock-runtime", "bedrock runtime", "Bedrock Runtime", "BEDROCK-RUNTIME"}) {
        INFO(id);
        profiled m("[default]\nservices = mine\n[services mine]\n" + std::string(id) +
                   " =\n  endpoint_url = https://runtime.test\n");
        auto const found = m.find();
        REQUIRE(found);
        CHECK(found->endpoint.value == "https://runtime.test");
        CHECK(found->notes.empty());
    }
    profiled m(
        "[default]\nservices = mine\n[services mine]\nbedrockruntime =\n  endpoint_url = https://x.test\ns3 =\n  a = "
        "b\n");
    auto const found = m.find();
    REQUIRE(found);
    CHECK(found->endpoint.source == "standard for us-east-1");
    REQUIRE(found->notes.size() == 1);
    CHECK(found->notes[0] ==
          "services \"mine\" of profile default has no endpoint_url for bedrock_runtime; it has bedrockruntime, s3");
}

TEST_CASE("settings: AWS_EC2_METADATA_DISABLED with another value than true or false is noted", "[settings]") {
    for (auto const* const value : {"1", "yes", "disabled"}) {
        profiled m("");
        (*m.machine.values)["AWS_EC2_METADATA_DISABLED"] = value;
        auto const found = m.find();
        REQUIRE(found->notes.size() == 1);
        CHECK(found->notes[0] == "AWS_EC2_METADATA_DISABLED is \"" + std::string(value) +
                                     "\", which does not count: only true switches instance metadata off");
    }
    for (auto const* const value : {"true", "TRUE", "false", "False", ""}) {
        profiled m("");
        (*m.machine.values)["AWS_EC2_METADATA_DISABLED"] = value;
        CHECK(m.find()->notes.empty());
    }
}

TEST_CASE("settings: a services section that does not exist", "[settings]") {
    profiled m("[default]\nservices = gone\nendpoint_url = https://all.test\n");
    CHECK(m.refusal() ==
          "services of profile default names \"gone\", but /home/user/.aws/config has no such [services] section");
    (*m.machine.values)["AWS_ENDPOINT_URL"] = "https://all.test";
    CHECK(m.find()->endpoint.source == "AWS_ENDPOINT_URL");
}

TEST_CASE("settings: FIPS and dual-stack from caller, variable, profile and pseudo region", "[settings]") {
    profiled m("[default]\nuse_fips_endpoint = TRUE\nuse_dualstack_endpoint = false\n");
    auto found = m.find();
    REQUIRE(found);
    CHECK(found->host == "bedrock-runtime-fips.us-east-1.amazonaws.com");
    CHECK(found->use_fips.on);
    CHECK(found->use_fips.source == "profile default");
    CHECK(found->endpoint.source == "standard for us-east-1, FIPS by profile default");
    CHECK_FALSE(found->use_dual_stack.on);

    (*m.machine.values)["AWS_USE_FIPS_ENDPOINT"] = "false";
    (*m.machine.values)["AWS_USE_DUALSTACK_ENDPOINT"] = "true";
    found = m.find();
    CHECK(found->host == "bedrock-runtime.us-east-1.api.aws");
    CHECK(found->endpoint.source == "standard for us-east-1, dual-stack by AWS_USE_DUALSTACK_ENDPOINT");
    settings_request wanted;
    wanted.use_fips = true;
    wanted.use_dual_stack = false;
    CHECK(m.find(wanted)->host == "bedrock-runtime-fips.us-east-1.amazonaws.com");
    CHECK(m.find(wanted)->use_fips.source == "client option");

    profiled pseudo("[default]\nregion = fips-us-gov-west-1\n");
    found = pseudo.find();
    CHECK(found->host == "bedrock-runtime-fips.us-gov-west-1.amazonaws.com");
    CHECK(found->region.value == "us-gov-west-1");

    CHECK(profiled("[default]\nuse_fips_endpoint = yes\n").refusal() ==
          "use_fips_endpoint of profile default is \"yes\": it must be true or false");
    CHECK(profiled("", {{"AWS_USE_DUALSTACK_ENDPOINT", "on"}}).refusal() ==
          "AWS_USE_DUALSTACK_ENDPOINT is \"on\": it must be true or false");
    // Of several that are wrong, the first is named.
    CHECK(profiled("[default]\nuse_fips_endpoint = yes\nretry_mode = 3\n", {{"AWS_USE_DUALSTACK_ENDPOINT", "on"}})
              .refusal() == "use_fips_endpoint of profile default is \"yes\": it must be true or false");
}

TEST_CASE("settings: FIPS and dual-stack exclude a custom endpoint, and the message names both", "[settings]") {
    using Catch::EndsWith;
    profiled m("[default]\nuse_fips_endpoint = true\nendpoint_url = https://all.test\n");
    CHECK_THAT(m.refusal(), EndsWith("(set by profile default, FIPS by profile default)"));
    (*m.machine.values)["AWS_USE_FIPS_ENDPOINT"] = "false";
    (*m.machine.values)["AWS_USE_DUALSTACK_ENDPOINT"] = "true";
    (*m.machine.values)["AWS_ENDPOINT_URL"] = "https://all.test";
    CHECK_THAT(m.refusal(), EndsWith("(set by AWS_ENDPOINT_URL, dual-stack by AWS_USE_DUALSTACK_ENDPOINT)"));
}

TEST_CASE("settings: attempts from the variable or the profile, where they are a positive number", "[settings]") {
    profiled m("[default]\nmax_attempts = 7\n");
    CHECK(m.find()->max_attempts.value == "7");
    CHECK(m.find()->max_attempts.source == "profile default");
    (*m.machine.values)["AWS_MAX_ATTEMPTS"] = "2";
    CHECK(m.find()->max_attempts.source == "AWS_MAX_ATTEMPTS");
    for (char const* const none : {"0", "-1", "2.5", "many", "99999999999"}) {
        (*m.machine.values)["AWS_MAX_ATTEMPTS"] = none;
        CHECK(m.find()->max_attempts.source == "profile default");
    }
    CHECK(profiled("[default]\nmax_attempts = x\n").find()->max_attempts.value.empty());
    CHECK(profiled("[default]\nmax_attempts = x\n").find()->notes ==
          std::vector<std::string>{
              "the attempts of profile default are \"x\", which is no positive number and does not count"});
}

TEST_CASE("settings: the retry mode of the variable or the profile is one of AWS's, or an error", "[settings]") {
    profiled m("[default]\nretry_mode = legacy\n");
    CHECK(m.find()->retry_mode.value == "legacy");
    CHECK(m.find()->notes == std::vector<std::string>{"the retry mode of profile default is legacy; calls are repeated "
                                                      "by the standard mode"});
    (*m.machine.values)["AWS_RETRY_MODE"] = " Standard ";
    CHECK(m.find()->retry_mode.value == "standard");
    CHECK(m.find()->retry_mode.source == "AWS_RETRY_MODE");
    CHECK(m.find()->notes.empty());
    (*m.machine.values)["AWS_RETRY_MODE"] = "standards";
    CHECK(m.refusal() == "AWS_RETRY_MODE is \"standards\": it must be standard, adaptive or legacy");
    CHECK(profiled("[default]\nretry_mode = 3\n").refusal() ==
          "retry_mode of profile default is \"3\": it must be standard, adaptive or legacy");
    CHECK(profiled("[default]\n").find()->retry_mode.value.empty());
}

TEST_CASE("settings: the authorities' file of the variable, else of the profile", "[settings]") {
    profiled m("[default]\nca_bundle = /etc/profile.pem\n");
    CHECK(m.find()->ca_bundle.value == "/etc/profile.pem");
    CHECK(m.find()->ca_bundle.source == "profile default");
    (*m.machine.values)["AWS_CA_BUNDLE"] = " /etc/variable.pem ";
    CHECK(m.find()->ca_bundle.value == "/etc/variable.pem");
    CHECK(m.find()->ca_bundle.source == "AWS_CA_BUNDLE");
}

TEST_CASE("settings: shared files that cannot be used matter where something must come from them", "[settings]") {
    auto const broken = "[default]" + std::string(200'000, ' ') + "\n";  // a line over the limit
    using Catch::StartsWith;
    CHECK_THAT(profiled(broken).refusal(), StartsWith("/home/user/.aws/config, line 1: "));
    CHECK(profiled(broken).find().error().code == errc::credentials);
    CHECK_THAT(profiled(broken, {{"AWS_REGION", "eu-west-1"}, {"AWS_PROFILE", "dev"}}).refusal(),
               StartsWith("/home/user/.aws/config, line 1: "));
    auto const without = profiled(broken, {{"AWS_REGION", "eu-west-1"}}).find();
    REQUIRE(without);
    REQUIRE(without->notes.size() == 1);
    CHECK_THAT(without->notes[0], StartsWith("without the shared files: /home/user/.aws/config, line 1: "));

    auto const absent = profiled("[default]\n", {{"AWS_PROFILE", "dev"}}).find();
    REQUIRE(absent);
    CHECK(absent->region.source == "default");
    REQUIRE(absent->notes.size() == 1);
    CHECK(absent->notes[0] == "AWS_PROFILE=dev is in neither /home/user/.aws/config nor /home/user/.aws/credentials");
    CHECK(profiled("[default]\n").find()->notes.empty());
}

TEST_CASE("settings: the configured endpoints of the conformance vectors", "[settings][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("no vectors: -Dvectors=DIR");
        return;
    }
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, *vectors + "/endpoints/index.json");
    REQUIRE(index);
    int count = 0;
    for (auto const& one : json_file::list(*index, "cases")) {
        if (json_file::text(one, "class") != "configured-url") continue;
        INFO(json_file::text_or_empty(one, "id"));
        ++count;
        fake_environment::variables set;
        for (auto const& [name, value] : json_file::members(json_file::member(one, "env")))
            set[name] = json_file::text(value).value_or("");
        set["AWS_PROFILE"] = json_file::text_or_empty(one, "profile");
        profiled m(json_file::text_or_empty(one, "config_text"), set);

        settings_request wanted;
        wanted.service = json_file::text_or_empty(one, "service");
        wanted.endpoint_variable = "AWS_ENDPOINT_URL_";
        for (char const c : wanted.service) wanted.endpoint_variable += static_cast<char>(c - 'a' + 'A');
        if (wanted.service == "s3") wanted.endpoint_variable = "AWS_ENDPOINT_URL_S3";
        auto const client = json_file::member(one, "client_config");
        REQUIRE(client);
        wanted.endpoint = {json_file::text_or_empty(*client, "endpoint_url"), "client option"};
        wanted.ignore_configured_endpoints = json_file::flag(*client, "ignore_configured_endpoint_urls");
        auto const found = m.find(wanted);
        REQUIRE(found);
        auto const expect = json_file::member(one, "expect");
        REQUIRE(expect);
        auto const url = json_file::text(*expect, "configured_url");
        CHECK(found->endpoint.value == url.value_or("https://" + wanted.service + ".fake-region-10.amazonaws.com"));
    }
    CHECK(count >= 20);
}

TEST_CASE("settings: a model ARN cannot move a request to another partition", "[settings]") {
    struct sample {
        std::string arn, region, message;  // no message: allowed
    };
    std::string const account = ":123456789012:inference-profile/x", set = "set the region of the client";
    for (auto const& one : std::vector<sample>{
             {"arn:aws:bedrock:eu-west-3" + account, "", ""},
             {"arn:aws:bedrock:eu-west-3" + account, "ap-south-1", ""},
             {"arn:aws-cn:bedrock:cn-north-1" + account, "cn-northwest-1", ""},
             {"arn:aws-us-gov:bedrock:us-gov-west-1" + account, "fips-us-gov-east-1", ""},
             {"arn:aws-cn:bedrock:cn-north-1" + account, "", set},
             {"arn:aws-cn:bedrock:cn-north-1" + account, "us-east-1", set},
             {"arn:aws:bedrock:eu-west-3" + account, "us-gov-west-1", set},
             {"arn:aws-eusc:sagemaker:eusc-de-east-1:123456789012:endpoint/x", "eu-central-1", set},
             {"arn:aws:bedrock:cn-north-1" + account, "cn-north-1", "check the ARN"},
             {"arn:aws-cn:bedrock:us-east-1" + account, "us-east-1", "check the ARN"},
             {"arn:aws-us-gov:bedrock:us-east-1" + account, "", "check the ARN"}}) {
        INFO(one.arn << " from " << one.region);
        for (bool const by_option : {true, false}) {
            settings_request wanted;
            wanted.model_id = one.arn;
            fake_environment machine;
            if (by_option)
                wanted.region = {one.region, "client option"};
            else
                machine.values->emplace("AWS_REGION", one.region);
            auto const found = find(machine, wanted);
            if (one.message.empty()) {
                CHECK(found);
                continue;
            }
            REQUIRE_FALSE(found);
            CHECK(found.error().code == errc::invalid_input);
            CHECK_THAT(found.error().message, Catch::Contains(one.message));
        }
    }
}

TEST_CASE("settings: allowed regions bind calls, variables and model ARNs", "[settings]") {
    settings_request wanted;
    wanted.allowed_regions = {"eu-west-1", "eu-central-1"};
    CHECK(find(with("AWS_REGION", "eu-west-1"), wanted));
    CHECK(find(with("AWS_REGION", "fips-eu-west-1"), wanted));
    auto const refusal = [&](fake_environment const& machine) {
        auto const found = find(machine, wanted);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::invalid_input);
        return found.error().message;
    };
    CHECK(refusal(with("AWS_REGION", "us-east-1")) ==
          "the region \"us-east-1\" (AWS_REGION) is not among the allowed_regions of the client");
    CHECK_THAT(refusal(fake_environment()), Catch::Contains("\"us-east-1\" (default)"));
    wanted.model_id = "arn:aws:bedrock:us-west-2:123456789012:inference-profile/x";
    CHECK_THAT(refusal(with("AWS_REGION", "eu-west-1")), Catch::Contains("\"us-west-2\" (model ARN)"));
    wanted.region = {"eu-west-1", "call option"};  // wins over the ARN, whose region is still not allowed
    CHECK_THAT(refusal(fake_environment()), Catch::Contains("\"us-west-2\" (model ARN)"));
    wanted.model_id = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/x";
    CHECK(find(fake_environment(), wanted)->region.value == "eu-west-1");
    wanted.region = {};
    CHECK(find(with("AWS_REGION", "us-east-1"), wanted)->region.value == "eu-central-1");
}

TEST_CASE("settings: secrets go over plain http to this machine alone, unless the code allows it", "[settings]") {
    settings_request wanted;
    wanted.needs_privacy = true;
    for (auto const* url : {"https://sts.example", "http://127.0.0.1:4566", "http://localhost", "http://[::1]:80/x",
                            "http://169.254.170.2", "http://169.254.170.23", "http://[fd00:ec2::23]"}) {
        INFO(url);
        CHECK(find(with("AWS_ENDPOINT_URL", url), wanted));
    }
    for (auto const* url : {"http://sts.example", "http://10.0.0.1", "http://127.0.0.1.example", "http://localhost.example"}) {
        INFO(url);
        wanted.allow_plain_http = false;
        auto const found = find(with("AWS_ENDPOINT_URL", url), wanted);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::invalid_input);
        CHECK(found.error().message ==
              "the endpoint \"" + std::string(url) + "\" (set by AWS_ENDPOINT_URL) would get secrets over plain http: use "
              "https, or set allow_plain_http in code if the network is trusted");
        wanted.allow_plain_http = true;
        CHECK(find(with("AWS_ENDPOINT_URL", url), wanted));
    }
    wanted = {};
    CHECK(find(with("AWS_ENDPOINT_URL", "http://sts.example"), wanted));
}
