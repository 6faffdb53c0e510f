#include "bedrock/network.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {

http::network network(fake_environment::variables set) {
    return network_of(fake_environment(std::move(set)).get());
}

http::proxy_server chosen(std::string url, http::network const& how) {
    http::request request;
    request.url = std::move(url);
    apply_network(how, request);
    return request.proxy;
}

}  // namespace

TEST_CASE("network: variables count as curl reads them", "[network]") {
    auto const none = network({});
    CHECK(none.https_proxy.url.empty());
    CHECK(none.http_proxy.url.empty());
    CHECK(none.https_proxy.exceptions.empty());
    CHECK(none.tls.authorities.empty());

    CHECK(network({{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}, {"all_proxy", "c"}}).https_proxy.url == "a");
    CHECK(network({{"https_proxy", " "}, {"HTTPS_PROXY", "b"}, {"all_proxy", "c"}}).https_proxy.url == "b");
    CHECK(network({{"all_proxy", "c"}, {"ALL_PROXY", "d"}}).https_proxy.url == "c");
    CHECK(network({{"ALL_PROXY", "d"}}).https_proxy.url == "d");
    CHECK(network({{"https_proxy", "a"}}).http_proxy.url.empty());
    CHECK(network({{"http_proxy", "a"}, {"all_proxy", "c"}}).http_proxy.url == "a");
    CHECK(network({{"http_proxy", "a"}}).https_proxy.url.empty());
    CHECK(network({{"HTTP_PROXY", "a"}}).http_proxy.url.empty());  // httpoxy
    CHECK(network({{"HTTP_PROXY", "a"}, {"ALL_PROXY", "d"}}).http_proxy.url == "d");
    auto const excepted = network({{"NO_PROXY", "x.test"}});
    CHECK(excepted.https_proxy.exceptions == "x.test");
    CHECK(excepted.http_proxy.exceptions == "x.test");
    CHECK(network({{"no_proxy", "y.test"}, {"NO_PROXY", "x.test"}}).http_proxy.exceptions == "y.test");
    CHECK(network({{"AWS_CA_BUNDLE", "/etc/company.pem"}}).tls.authorities == "/etc/company.pem");
}

TEST_CASE("network: the scheme chooses the proxy, and what a request says itself stays", "[network]") {
    http::network how;
    how.https_proxy = {"secure", "s.test", "s.pem"};
    how.http_proxy = {"plain", "p.test", ""};
    how.tls.authorities = "company.pem";
    CHECK(chosen("https://host/", how).url == "secure");
    CHECK(chosen("HTTPS://host/", how).authorities == "s.pem");
    CHECK(chosen("http://host/", how).url == "plain");
    CHECK(chosen("http://host/", how).exceptions == "p.test");
    CHECK(chosen("https", how).url == "plain");

    http::request request;
    request.url = "https://host/";
    request.proxy.url = "own";
    request.tls.authorities = "own.pem";
    apply_network(how, request);
    CHECK(request.proxy.url == "own");
    CHECK(request.tls.authorities == "own.pem");
    request = {};
    request.url = "https://host/";
    request.no_proxy = true;
    apply_network(how, request);
    CHECK(request.proxy.url.empty());
    CHECK(request.tls.authorities == "company.pem");
    request = {};
    request.url = "https://host/";
    request.unix_socket = "/run/gateway.sock";
    request.tls.authority_folder = "own-folder";
    apply_network(how, request);
    CHECK(request.proxy.url.empty());
    CHECK(request.tls.authorities.empty());
}
