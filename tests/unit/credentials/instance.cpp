#include "bedrock/credentials/instance.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

recorded_exchange answered(std::string method, std::string url, int status, std::string body) {
    recorded_exchange made;
    made.method = std::move(method);
    made.url = std::move(url);
    made.head.status = status;
    made.head.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    made.pieces = {std::move(body)};
    return made;
}

std::vector<recorded_exchange> role_traffic(std::string const& base) {
    auto const roles = base + "/latest/meta-data/iam/security-credentials/";
    return {answered("PUT", base + "/latest/api/token", 200, "TOKEN"), answered("GET", roles, 200, "role"),
            answered("GET", roles + "role", 200,
                     R"({"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t",)"
                     R"("Expiration":"2026-01-02T09:04:05Z"})")};
}

constexpr char standard[] = "http://169.254.169.254";
constexpr char config[] = "/home/user/.aws/config";

fake_environment home() {
    return fake_environment(fake_environment::variables{{"HOME", "/home/user"}});
}

}  // namespace

TEST_CASE("instance: credentials and region share one token", "[credentials]") {
    auto const here = home().get();
    auto traffic = role_traffic(standard);
    traffic.push_back(
        answered("GET", std::string(standard) + "/latest/meta-data/placement/region", 200, "eu-west-1\n"));
    recorded_runner runner(traffic);
    instance_provider instance;
    CHECK(instance.name() == "imds");
    auto const answer = runner.run(instance.load(here));
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.source == "default chain: imds");
    auto const region = runner.run(instance.find_region(here));
    CHECK(region.value == "eu-west-1");
    CHECK(region.source == "instance metadata");
    CHECK(runner.exhausted());
}

TEST_CASE("instance: the selected profile says where the service is", "[credentials]") {
    auto const machine = home();
    auto const here = machine.get();
    auto traffic = role_traffic("http://profile.test");
    for (auto& more : role_traffic("http://[fd00:ec2::254]")) traffic.push_back(std::move(more));
    recorded_runner runner(traffic);
    runner.files[config] =
        "[default]\nec2_metadata_service_endpoint = http://profile.test\n"
        "[profile six]\nec2_metadata_service_endpoint_mode = ipv6\n";
    instance_provider instance;
    CHECK(runner.run(instance.load(here)).outcome == provider_outcome::found);
    (*machine.values)["AWS_PROFILE"] = "six";
    CHECK(runner.run(instance.load(here)).outcome == provider_outcome::found);
    CHECK(runner.exhausted());

    recorded_runner again(role_traffic("http://profile.test"));
    again.files = runner.files;
    instance_provider named({}, "default");
    CHECK(again.run(named.load(here)).outcome == provider_outcome::found);
}

TEST_CASE("instance: files that cannot be read set nothing up", "[credentials]") {
    auto const here = home().get();
    recorded_runner runner(role_traffic(standard));
    runner.files[config] = "no section\n";
    instance_provider instance;
    CHECK(runner.run(instance.load(here)).outcome == provider_outcome::found);
}

TEST_CASE("instance: no region where there is no service", "[credentials]") {
    auto const machine = home();
    auto const here = machine.get();
    (*machine.values)["AWS_EC2_METADATA_DISABLED"] = "true";
    recorded_runner runner({});
    instance_provider instance;
    CHECK(runner.run(instance.find_region(here)).value.empty());
    CHECK(runner.requests().empty());
}
