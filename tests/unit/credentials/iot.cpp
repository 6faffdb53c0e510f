#include "bedrock/credentials/iot.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <utility>

#include "support/fake_environment.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"
#include "support/tls_server.hpp"

using namespace bedrock;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr char document[] = R"({"credentials":{"accessKeyId":"ASIADEVICE","secretAccessKey":"device-secret",)"
                            R"("sessionToken":"device-token","expiration":"2026-01-02T03:04:05Z"}})";

iot_options make_options(mock::tls_server const& server) {
    iot_options made;
    made.endpoint = server.authority();
    made.role_alias = "bedrock caller";
    made.thing_name = "thing-1";
    made.tls = {server.authority_file(), server.certificate_file(), server.key_file()};
    return made;
}

provider_answer load(iot_options options) {
    real_run run;
    iot_provider provider(std::move(options));
    return run(provider.load(run.here));
}

std::string refused_document(std::string_view text) {
    auto const got = parse_iot_credentials(text);
    return got ? "accepted" : got.error().message;
}

}  // namespace

TEST_CASE("iot: a device's certificate becomes a role's credentials", "[credentials]") {
    mock::tls_server server([](auto const&) { return plain_answer(document); });
    auto const answer = load(make_options(server));
    INFO(answer.detail);
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIADEVICE");
    CHECK(answer.credentials.secret_access_key.view() == "device-secret");
    CHECK(answer.credentials.session_token.view() == "device-token");
    CHECK(answer.credentials.expires_at_ms == 1'767'323'045'000);
    CHECK(answer.credentials.source == "AWS IoT (role alias bedrock caller)");
    auto const requests = server.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].client_name == "device-1");
    CHECK_THAT(requests[0].text, StartsWith("GET /role-aliases/bedrock%20caller/credentials HTTP/1.1\r\n"));
    CHECK_THAT(requests[0].text, Contains("\r\nHost: " + server.authority() + "\r\n"));
    CHECK_THAT(requests[0].text, Contains("\r\nx-amzn-iot-thingname: thing-1\r\n"));
}

TEST_CASE("iot: each certificate has a connection of its own, and no thing has no name", "[credentials]") {
    mock::tls_server server([](auto const&) { return plain_answer(document); });
    auto options = make_options(server);
    options.thing_name.clear();
    real_run run;
    iot_provider provider(options);
    for (int i = 0; i < 2; ++i) CHECK(run(provider.load(run.here)).outcome == provider_outcome::found);
    REQUIRE(server.requests().size() == 2);
    CHECK(server.requests()[0].text.find("thingname") == std::string::npos);
}

TEST_CASE("iot: what TLS refuses is told with its side", "[credentials]") {
    mock::tls_server server([](auto const&) { return plain_answer(document); });
    auto const failing = [&](auto change) {
        auto options = make_options(server);
        change(options);
        auto answer = load(std::move(options));
        CHECK(answer.outcome == provider_outcome::broken);
        CHECK_THAT(answer.detail, StartsWith("AWS IoT gave no credentials for the role alias bedrock caller: "));
        return answer.detail;
    };
    auto const origin = "https://" + server.authority();
    CHECK_THAT(failing([&](iot_options& o) { o.tls.authorities = server.stranger_certificate_file(); }),
               Contains(origin + " is not who it should be: "));
    CHECK_THAT(failing([&](iot_options& o) { o.tls.authorities.clear(); }),
               Contains(origin + " is not who it should be: "));
    CHECK_THAT(failing([&](iot_options& o) { o.tls.authorities = "/nowhere/ca.pem"; }),
               Contains("the file of certificate authorities for " + origin + " cannot be used: "));
    CHECK_THAT(failing([&](iot_options& o) { o.tls.certificate = "/nowhere/device.pem"; }),
               Contains("the certificate or key to show to " + origin + " cannot be used: "));
    CHECK_THAT(failing([&](iot_options& o) { o.tls.key = server.stranger_key_file(); }),
               Contains("the certificate or key to show to " + origin + " cannot be used: "));
    CHECK(server.requests().empty());
    failing([&](iot_options& o) {
        o.tls.certificate = server.stranger_certificate_file();
        o.tls.key = server.stranger_key_file();
    });
    CHECK(server.requests().empty());
}

TEST_CASE("iot: what the service refuses is told with what to look at", "[credentials]") {
    std::string said = plain_answer(R"({"message":"Access Denied"})", "403 Forbidden");
    mock::tls_server server([&](auto const&) { return said; });
    CHECK(load(make_options(server)).detail ==
          "AWS IoT gave no credentials for the role alias bedrock caller: HTTP 403: Access Denied; is the certificate "
          "active, and does a policy of it allow iot:AssumeRoleWithCertificate?");
    said = plain_answer("<html>", "404 Not Found");
    CHECK(load(make_options(server)).detail ==
          "AWS IoT gave no credentials for the role alias bedrock caller: HTTP 404");
    said = plain_answer("{}");
    CHECK(
        load(make_options(server)).detail ==
        "AWS IoT gave no credentials for the role alias bedrock caller: no usable credentials: accessKeyId is missing");
}

TEST_CASE("iot: a service that stumbles is asked again", "[credentials]") {
    int asked = 0;
    mock::tls_server server([&](auto const&) {
        return ++asked == 1 ? plain_answer("", "503 Service Unavailable") : plain_answer(document);
    });
    CHECK(load(make_options(server)).outcome == provider_outcome::found);
    CHECK(asked == 2);
}

TEST_CASE("iot: options that cannot work are refused before anything is sent", "[credentials]") {
    iot_options good;
    good.endpoint = "id.credentials.iot.us-east-1.amazonaws.com";
    good.role_alias = "r";
    good.tls = {"", "device.pem", "device.key"};
    auto const mistake = [&](auto change) {
        auto options = good;
        change(options);
        fake_environment machine;
        auto const here = machine.get();
        iot_provider provider(options);
        auto protocol = provider.load(here);
        REQUIRE(protocol.step() == nullptr);
        return protocol.take().detail;
    };
    std::string const front = "AWS IoT gave no credentials for the role alias r: ";
    for (char const* const wrong : {"", "https://host", "host/path", "host?x=1", "a b", "user@host"})
        CHECK(mistake([&](iot_options& o) { o.endpoint = wrong; }) ==
              front + "endpoint = \"" + wrong +
                  "\" is no host name: it must look like ID.credentials.iot.REGION.amazonaws.com");
    CHECK(mistake([](iot_options& o) { o.role_alias.clear(); }) ==
          "AWS IoT gave no credentials for the role alias : role_alias is empty");
    for (auto const member : {&http::tls_files::certificate, &http::tls_files::key})
        CHECK(mistake([&](iot_options& o) { (o.tls.*member).clear(); }) ==
              front + "tls.certificate and tls.key must name the PEM files of the device");
    CHECK(mistake([](iot_options& o) { o.thing_name = "a\r\nb"; }) ==
          front + "thing_name has a control character in it");
}

TEST_CASE("iot: a document that lacks something names it", "[credentials]") {
    CHECK(refused_document(document) == "accepted");
    for (char const* const name : {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}) {
        std::string text = document;
        text.replace(text.find(name), 1, "x");
        CHECK(refused_document(text) == std::string(name) + " is missing");
    }
    std::string text = document;
    text.replace(text.find("2026-01"), 4, "last");
    CHECK(refused_document(text) == "expiration is not a time such as 2026-01-02T03:04:05Z");
    text = document;
    text.replace(text.find("device-secret"), 1, "\\n");
    CHECK(refused_document(text) == "secretAccessKey has a line break or another control character");
    CHECK(refused_document("<html>").find("html") == std::string::npos);
    CHECK(refused_document(R"({"credentials":7})") != "accepted");
}
