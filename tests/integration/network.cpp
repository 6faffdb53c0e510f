// How a client's requests reach their hosts: proxies of the environment and of code, authorities, certificates,
// sockets.
#include "bedrock/control.hpp"

#include "support/client_fixture.hpp"
#include "support/proxy_server.hpp"
#include "support/socket_server.hpp"
#include "support/tls_server.hpp"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char proxy_user[] = "user:pa%2Fss";
constexpr char user_header[] = "Basic dXNlcjpwYS9zcw==";
constexpr char document[] =
    R"({"output":{"message":{"role":"assistant","content":[{"text":"hello"}]}},"stopReason":"end_turn",)"
    R"("usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}})";

/// A service behind TLS, of a name that only a proxy finds.
struct tls_service {
    explicit tls_service(bool asks_for_certificate = false)
        : server([](mock::tls_request const&) { return plain_answer(document); },
                 {.asks_for_certificate = asks_for_certificate}) {
        options.credentials = example_keys();
        options.endpoint = "https://bedrock.test:" + std::to_string(server.port());
        environment here;
        here.variable = [this](std::string const& name) -> std::optional<std::string> {
            auto const found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        here.random_unit = [] { return 0.0; };
        options.surroundings = std::move(here);
    }
    result<converse_response> ask() const { return client(options).converse(ask_for("hello")); }
    error refusal() const {
        auto const got = ask();
        REQUIRE_FALSE(got);
        CHECK_FALSE(contains(got.error().message, "pa%2Fss"));
        CHECK_FALSE(contains(got.error().message, "pa/ss"));
        return got.error();
    }

    mock::tls_server server;
    std::map<std::string, std::string> variables;
    client_options options;
};

}  // namespace

TEST_CASE("network: plain requests go through the proxy of the environment or of code, past it or nowhere") {
    client_fixture f;
    proxy_server const proxy, other;
    f.options.endpoint = "http://bedrock.test:" + std::to_string(f.server.port());
    auto const attempts = [&] {
        auto once = f.options;
        once.retry.max_attempts = 1;
        auto const got = client(std::move(once)).converse(ask_for("hello"));
        return got ? std::string("ok") : got.error().message;
    };
    CHECK(contains(attempts(), "cannot resolve the host of http://bedrock.test"));
    (*f.set)["HTTP_PROXY"] = proxy.url();
    CHECK(contains(attempts(), "cannot resolve"));
    (*f.set)["http_proxy"] = proxy.url();
    CHECK(attempts() == "ok");
    CHECK(proxy.heads().size() == 1);
    CHECK(proxy.heads()[0].starts_with("POST http://bedrock.test:"));
    (*f.set)["NO_PROXY"] = "elsewhere.test, .test";
    CHECK(contains(attempts(), "cannot resolve"));
    f.options.network.no_proxy = "elsewhere.test";
    CHECK(attempts() == "ok");
    f.options.network.proxy = other.url();
    CHECK(attempts() == "ok");
    CHECK(proxy.heads().size() == 2);
    CHECK(other.heads().size() == 1);
    f.options.network.proxy = "";
    CHECK(contains(attempts(), "cannot resolve"));
}

TEST_CASE("network: a plain proxy's own words are told as its own") {
    client_fixture f;
    proxy_server const proxy({.authorization = user_header});
    f.options.endpoint = "http://bedrock.test:" + std::to_string(f.server.port());
    f.options.network.proxy = proxy.url();
    auto const got = f.one_attempt_client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().http_status == 407);
    CHECK(contains(got.error().hint, "proxy"));
    f.options.network.proxy = proxy.url(proxy_user);
    CHECK(f.one_attempt_client().converse(ask_for("hello")));
    for (auto const& request : f.server.requests())
        CHECK(mock::header_value(request.head.headers, "proxy-authorization").empty());
}

TEST_CASE("network: TLS goes through a tunnel, with and without a user") {
    tls_service s;
    proxy_server const open, closed({.authorization = user_header});
    s.variables["HTTPS_PROXY"] = open.url();
    s.variables["AWS_CA_BUNDLE"] = s.server.authority_file();
    CHECK(s.ask());
    REQUIRE(open.heads().size() == 1);
    CHECK(open.heads()[0].starts_with("CONNECT bedrock.test:"));
    CHECK_FALSE(contains(open.heads()[0], "Authorization"));
    CHECK_FALSE(contains(open.heads()[0], "X-Amz"));

    s.variables["HTTPS_PROXY"] = closed.url(proxy_user);
    CHECK(s.ask());
    s.variables["HTTPS_PROXY"] = closed.url();
    auto const unknown = s.refusal();
    CHECK(unknown.code == errc::transport);
    CHECK_FALSE(unknown.retryable);
    CHECK(unknown.attempts == 1);
    CHECK(contains(unknown.message, "the proxy " + closed.url() + " did not connect to https://bedrock.test:"));
    CHECK(contains(unknown.message, "wants a user name and password"));
    s.variables["HTTPS_PROXY"] = closed.url("stranger:pa%2Fss");
    auto const refused = s.refusal();
    CHECK(refused.attempts == 1);
    CHECK(contains(refused.message, "check the user name and password"));
    CHECK(contains(refused.message, "the proxy " + closed.url() + " "));
}

TEST_CASE("network: a proxy that refuses, babbles, hangs or is not there is named") {
    tls_service s;
    s.options.network.tls.authorities = s.server.authority_file();
    SECTION("502, which may pass") {
        proxy_server const proxy({.answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad"});
        s.options.network.proxy = proxy.url(proxy_user);
        auto const why = s.refusal();
        CHECK(why.code == errc::transport);
        CHECK(why.attempts == 3);
        CHECK(contains(why.message, "the proxy " + proxy.url() + " did not connect"));
        CHECK(contains(why.message, "502"));
    }
    SECTION("what carries nothing was not sent either, and a silent proxy may be asked again") {
        proxy_server const proxy({.is_silent = true});
        s.options.network.proxy = proxy.url(proxy_user);
        s.options.timeouts.connect_ms = 60;
        auto const got = client(s.options).list_foundation_models({});
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::timeout);
        CHECK(got.error().attempts == 3);
        CHECK(proxy.heads().size() == 3);
    }
    SECTION("403, which will not") {
        proxy_server const proxy({.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"});
        s.options.network.proxy = proxy.url(proxy_user);
        CHECK(s.refusal().attempts == 1);
    }
    SECTION("another protocol") {
        for (auto const* greeting : {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x00\x02\x02\x46", "\r\n\r\n\r\n"}) {
            proxy_server const proxy({.answer = greeting});
            s.options.network.proxy = proxy.url(proxy_user);
            s.options.retry.max_attempts = 1;
            auto const why = s.refusal();
            CHECK((why.code == errc::transport || why.code == errc::protocol || why.code == errc::truncated));
            CHECK(contains(why.message, "the proxy " + proxy.url()));
        }
    }
    SECTION("silence") {
        proxy_server const proxy({.is_silent = true});
        s.options.network.proxy = proxy.url(proxy_user);
        s.options.timeouts.connect_ms = 150;
        s.options.retry.max_attempts = 1;
        auto const why = s.refusal();
        CHECK(why.code == errc::timeout);
        CHECK(contains(why.message, "the connect clock"));
        CHECK(contains(why.message, "through the proxy " + proxy.url()));
    }
    SECTION("nobody") {
        std::uint16_t port = 0;
        ::close(socket_server::listen_on_loopback(1, port));
        s.options.network.proxy = "http://" + std::string(proxy_user) + "@127.0.0.1:" + std::to_string(port);
        s.options.retry.max_attempts = 1;
        auto const why = s.refusal();
        CHECK(why.code == errc::transport);
        CHECK(contains(why.message, "through the proxy http://127.0.0.1:" + std::to_string(port)));
        s.options.network.proxy = "http://" + std::string(proxy_user) + "@no-such-proxy.invalid:1";
        CHECK(contains(s.refusal().message, "cannot resolve the proxy http://no-such-proxy.invalid:1"));
    }
    SECTION("no proxy's URL at all") {
        for (auto const* bad : {"http://user:pa/ss@host", "gopher://user:pa%2Fss@host", "http://user:pa%2Fss@",
                                "http://user:pa%2Fss@host:99999", "http://user:pa%2Fss@ho st"}) {
            INFO(bad);
            s.options.network.proxy = bad;
            s.options.retry.max_attempts = 1;
            CHECK(s.refusal().code != errc::none);
        }
    }
}

TEST_CASE("network: the profile's ca_bundle is trusted, behind the variable and the option") {
    tls_service s;
    s.options.endpoint = "https://" + s.server.authority();
    auto const config = s.server.authority_folder() + "/config";
    std::FILE* const file = std::fopen(config.c_str(), "w");
    REQUIRE(file);
    std::fprintf(file, "[default]\nca_bundle = %s\n", s.server.authority_file().c_str());
    std::fclose(file);
    s.variables["AWS_CONFIG_FILE"] = config;
    CHECK(s.ask());
    s.variables["AWS_CA_BUNDLE"] = s.server.stranger_certificate_file();
    auto const why = s.refusal();
    CHECK(why.code == errc::transport);
    CHECK_FALSE(why.retryable);
    CHECK(why.attempts == 1);
    s.options.network.tls.authority_folder = s.server.authority_folder();
    CHECK(s.ask());
    ::unlink(config.c_str());
}

TEST_CASE("network: the certificate of this side is shown to the service") {
    tls_service s(true);
    s.options.endpoint = "https://" + s.server.authority();
    s.options.network.tls.authorities = s.server.authority_file();
    s.options.network.tls.certificate = s.server.certificate_file();
    s.options.network.tls.key = s.server.key_file();
    CHECK(s.ask());
    CHECK(s.server.requests().at(0).client_name == "device-1");
}

TEST_CASE("network: calls for credentials go the same way, a container's own address never through a proxy") {
    client_fixture f;
    proxy_server const proxy;
    f.options.credentials.reset();
    f.options.network.proxy = proxy.url();
    SECTION("STS") {
        std::string const expiration = "2099-01-01T00:00:00Z";
        socket_server sts([&](connection& peer) {
            if (peer.read_request().empty()) return;
            peer.send(plain_answer(
                "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>" +
                std::string(example_key_id) + "</AccessKeyId><SecretAccessKey>" + example_secret +
                "</SecretAccessKey><SessionToken>token</SessionToken><Expiration>" + expiration +
                "</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"));
        });
        char path[] = "/tmp/bedrock-token-XXXXXX";
        int const token = ::mkstemp(path);
        REQUIRE(token >= 0);
        REQUIRE(::write(token, "a.web.token", 11) == 11);
        ::close(token);
        (*f.set)["AWS_WEB_IDENTITY_TOKEN_FILE"] = path;
        (*f.set)["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/r";
        f.options.allow_plain_http = true;
        (*f.set)["AWS_ENDPOINT_URL_STS"] = "http://sts.test:" + std::to_string(sts.port());
        (void)f.one_attempt_client().converse(ask_for("hello"));
        ::unlink(path);
        REQUIRE(proxy.heads().size() >= 1);
        CHECK(proxy.heads()[0].starts_with("POST http://sts.test:"));
        CHECK(sts.accepted() == 1);
    }
    SECTION("a container") {
        socket_server container([&](connection& peer) {
            if (peer.read_request().empty()) return;
            peer.send(plain_answer(R"({"AccessKeyId":")" + std::string(example_key_id) + R"(","SecretAccessKey":")" +
                                   example_secret + R"(","Token":"t","Expiration":"2099-01-01T00:00:00Z"})"));
        });
        (*f.set)["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url("/creds");
        (void)f.one_attempt_client().converse(ask_for("hello"));
        CHECK(container.accepted() == 1);
        for (auto const& head : proxy.heads()) CHECK_FALSE(contains(head, "/creds"));
    }
}

TEST_CASE("network: a unix-domain socket carries the service's requests") {
    char folder[] = "/tmp/bedrock-unix-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    {
        socket_server gateway(std::string(folder) + "/s", [](connection& peer) {
            while (!peer.read_request().empty()) peer.send(plain_answer(document));
        });
        client_fixture f;
        f.options.endpoint = "http://gateway.invalid";
        f.options.network.unix_socket = std::string(folder) + "/s";
        f.options.network.proxy = "http://127.0.0.1:1";
        CHECK(f.client().converse(ask_for("hello")));
        CHECK(gateway.accepted() == 1);
    }
    ::rmdir(folder);
}
