// An EC2 instance on loopback that speaks IMDSv2 alone, and the tool on it: no key, no profile, no marker.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/mock_server.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

struct instance {
    instance() {
        auto accepted = mock::default_authorization();
        accepted.keys = {{"ASIAINSTANCE", "instance-secret", "instance-token"}};
        accepted.region = "eu-west-1";
        bedrock.set_authorization(accepted);
        REQUIRE(bedrock.running());
    }

    static void answer(connection& peer) {
        constexpr std::string_view token = "x-aws-ec2-metadata-token: TOKEN\r\n";
        std::string const roles = "GET /latest/meta-data/iam/security-credentials/";
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            if (request.starts_with("PUT /latest/api/token "))
                peer.send(
                    "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\nContent-Length: 5\r\n\r\nTOKEN");
            else if (request.find(token) == std::string::npos)
                peer.send(plain_answer("", "401 Unauthorized"));
            else if (request.starts_with(roles + " "))
                peer.send(plain_answer("bedrock-role"));
            else if (request.starts_with(roles + "bedrock-role "))
                peer.send(plain_answer(R"({"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":)"
                                       R"("instance-secret","Token":"instance-token","Expiration":)"
                                       R"("2099-01-01T00:00:00Z"})"));
            else if (request.starts_with("GET /latest/meta-data/placement/region "))
                peer.send(plain_answer("eu-west-1"));
            else
                peer.send(plain_answer("", "404 Not Found"));
        }
    }

    process::outcome run(words arguments, words environment = {}) const {
        auto given = tool::call(std::move(arguments));
        given.environment = std::move(environment);
        given.environment.push_back("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + metadata.url(""));
        given.environment.push_back("AWS_ENDPOINT_URL_BEDROCK_RUNTIME=" + bedrock.url());
        given.environment.push_back("AWS_ENDPOINT_URL_BEDROCK=" + bedrock.url());
        given.environment.push_back("HOME=/nonexistent");
        auto seen = process::run(std::move(given));
        CHECK_FALSE(seen.hung);
        for (auto const* const secret : {"instance-secret", "instance-token", "ASIAINSTANCE"}) {
            CHECK(seen.out.find(secret) == std::string::npos);
            CHECK(seen.err.find(secret) == std::string::npos);
        }
        return seen;
    }

    mock::server bedrock{};
    socket_server metadata{&instance::answer};
};

}  // namespace

TEST_CASE_METHOD(instance, "on an instance nothing has to be set", "[cli]") {
    auto const asked = run({"converse", "--model", "m", "--region", "eu-west-1", "Hello"});
    INFO(asked.err);
    CHECK(asked.exit_status == 0);
    CHECK(asked.out == "You said: Hello\n");

    auto const who = run({"whoami", "--json", "--region", "eu-west-1"});
    INFO(who.err);
    REQUIRE(who.exit_status == 0);
    tool::parsed_json said(who.out);
    CHECK(said.at("/source") == R"("default chain: imds")");
    CHECK(said.at("/access_key_id") == R"("…ANCE")");
    CHECK(said.at("/expires_at") == R"("2099-01-01T00:00:00Z")");
}

TEST_CASE_METHOD(instance, "on an instance models are found without a marker", "[cli]") {
    auto const seen = run({"models", "--json", "--region", "eu-west-1"});
    INFO(seen.err);
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    tool::parsed_json list(seen.out);
    CHECK(list.at("/0/id") == R"("global.anthropic.claude-sonnet-5")");
    CHECK(list.at("/6/id") == R"("us.anthropic.claude-opus-4-6-v1")");
    CHECK(bedrock.request_count() == 3);
}

TEST_CASE_METHOD(instance, "on an instance the marker AWS_PROFILE=default changes nothing but the note", "[cli]") {
    words const marker{"AWS_PROFILE=default", "AWS_REGION=eu-west-1"};
    auto const asked = run({"converse", "--model", "m", "Hello"}, marker);
    INFO(asked.err);
    CHECK(asked.exit_status == 0);
    CHECK(asked.out == "You said: Hello\n");
    auto const who = run({"whoami", "--json"}, marker);
    REQUIRE(who.exit_status == 0);
    tool::parsed_json said(who.out);
    CHECK(said.at("/source") == R"x("default chain: imds (AWS_PROFILE=default has no file)")x");
}

TEST_CASE_METHOD(instance, "instance metadata that is switched off is not connected to", "[cli]") {
    auto const who = run({"whoami", "--explain"}, {"AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-west-1"});
    CHECK(who.exit_status == 1);
    CHECK((who.out + who.err).find("AWS_EC2_METADATA_DISABLED") != std::string::npos);
    CHECK(metadata.accepted() == 0);
}

TEST_CASE("an address of instance metadata that takes connections and never answers costs under five seconds",
          "[cli]") {
    socket_server const silent([](connection& peer) { peer.peer_closes(); });
    auto given = tool::call({"converse", "--model", "m", "--region", "us-east-1", "Hello"});
    given.environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT=" + silent.url(""), "HOME=/nonexistent"};
    auto const started = bedrock::steady_milliseconds_now();
    auto const seen = process::run(std::move(given));
    CHECK(bedrock::steady_milliseconds_now() - started < 5'000);
    INFO(seen.err);
    CHECK(seen.exit_status == 1);
    CHECK(tool::is_failure(seen, "Credentials"));
    for (auto const* const part : {"no credentials found", "AWS_BEARER_TOKEN_BEDROCK is not set", "AWS_ACCESS_KEY_ID",
                                   "connected, but no answer", "hop limit", "Set AWS_BEARER_TOKEN_BEDROCK"})
        CHECK(seen.err.find(part) != std::string::npos);
}
