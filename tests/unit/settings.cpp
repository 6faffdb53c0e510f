#include "bedrock/settings.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

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
    CHECK_THAT(refusal(with("AWS_ENDPOINT_URL", "http://good.test")),
               EndsWith("(set by client option)"));
    wanted.region = {"fips-us-east-1", "client option"};
    CHECK_THAT(refusal(with("AWS_ENDPOINT_URL", "http://good.test")),
               EndsWith("(set by AWS_ENDPOINT_URL)"));
    wanted.region = {};
    wanted.endpoint = {"http://user:hunter2@host/", "call option"};
    auto const message = refusal(fake_environment());
    CHECK_THAT(message, EndsWith("(set by call option)"));
    CHECK(message.find("hunter2") == std::string::npos);
}
