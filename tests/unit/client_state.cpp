#include "bedrock/client_state.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

using namespace bedrock;

TEST_CASE("client state: the surroundings are those given, or the process's", "[client_state]") {
    fake_environment const machine(fake_environment::variables{{"ONE", "1"}});
    client_state const given(client_options{.surroundings = machine.get()});
    CHECK(given.surroundings.variable("ONE") == "1");
    CHECK(given.surroundings.steady_milliseconds() == 1'000'000);

    client_state const own(client_options{});
    CHECK(own.surroundings.variable("PATH") == std::string(std::getenv("PATH")));
    CHECK(own.surroundings.home() == environment::of_process().home());
    CHECK(own.surroundings.steady_milliseconds() <= steady_milliseconds_now());
}

TEST_CASE("client state: members that were not given are the process's", "[client_state]") {
    environment partial;
    partial.variable = [](std::string const&) -> std::optional<std::string> { return "mine"; };
    client_state const state(client_options{.surroundings = partial});
    CHECK(state.surroundings.variable("PATH") == "mine");
    CHECK_FALSE(state.surroundings.home);
    CHECK(state.surroundings.unix_milliseconds() > 1'700'000'000'000);
    CHECK(state.surroundings.steady_milliseconds() <= steady_milliseconds_now());
    auto const drawn = state.surroundings.random_unit();
    CHECK(drawn >= 0.0);
    CHECK(drawn < 1.0);
}

TEST_CASE("client state: a full retry budget", "[client_state]") {
    client_state const state(client_options{});
    CHECK(state.bucket.available() == state.bucket.capacity());
    CHECK(state.bucket.capacity() == 500);
}

TEST_CASE("client state: the sources of credentials follow the options, and nothing is asked", "[client_state]") {
    auto const names = [](client_options options) {
        environment silent;
        silent.variable = [](std::string const& name) -> std::optional<std::string> {
            FAIL("asked for " << name);
            return std::nullopt;
        };
        options.surroundings = silent;
        client_state const state(std::move(options));
        std::string all;
        for (auto const& provider : state.providers) all += std::string(provider->name()) + ' ';
        return all;
    };
    CHECK(names({}) == "bearer token environment profile web identity container imds ");
    CHECK(names({.auth = auth_scheme::sigv4}) == "environment profile web identity container imds ");
    CHECK(names({.profile = "dev"}) == "profile web identity container imds ");
    CHECK(names({.profile = "dev", .providers = {default_chain().front()}}) == "bearer token ");
    CHECK(names({.profile = "dev", .credentials = credentials{}, .providers = {default_chain().front()}}) == "static ");
}

TEST_CASE("client state: what the options say of a place", "[client_state]") {
    client_state const plain(client_options{.region = "eu-west-1", .profile = "dev"});
    auto const wanted = plain.make_settings_request();
    CHECK(wanted.region.value == "eu-west-1");
    CHECK(wanted.region.source == "client option");
    CHECK(wanted.profile == "dev");
    CHECK(wanted.files == plain.files);
    CHECK_FALSE(wanted.use_fips);
    CHECK_FALSE(wanted.last_region_source);
    client_state const other(client_options{.region_of_instance = true, .use_fips = true, .use_dual_stack = false});
    CHECK(other.make_settings_request().last_region_source == other.instance);
    CHECK(other.make_settings_request().use_fips == true);
    CHECK(other.make_settings_request().use_dual_stack == false);
}

TEST_CASE("client state: the network is the environment's where the options say nothing", "[client_state]") {
    fake_environment const machine({{"HTTPS_PROXY", "http://env:1"},
                                    {"http_proxy", "http://plain:1"},
                                    {"NO_PROXY", "env.test"},
                                    {"AWS_CA_BUNDLE", "env.pem"}});
    client_options options;
    options.surroundings = machine.get();
    auto const by_environment = client_state(options).make_network({"profile.pem", "profile default"});
    CHECK(by_environment.https_proxy.url == "http://env:1");
    CHECK(by_environment.http_proxy.url == "http://plain:1");
    CHECK(by_environment.http_proxy.exceptions == "env.test");
    CHECK(by_environment.tls.authorities == "profile.pem");  // the settings have weighed both

    options.network.proxy = "http://own:1";
    options.network.no_proxy = "";
    options.network.proxy_authorities = "proxy.pem";
    options.network.tls = {"own.pem", "certificate.pem", "key.pem", ""};
    auto const own = client_state(options).make_network({"profile.pem", "profile default"});
    CHECK(own.https_proxy.url == "http://own:1");
    CHECK(own.http_proxy.url == "http://own:1");
    CHECK(own.https_proxy.exceptions.empty());
    CHECK(own.https_proxy.authorities == "proxy.pem");
    CHECK(own.tls.authorities == "own.pem");
    CHECK(own.tls.certificate.empty());  // the services' alone
    CHECK(own.tls.key.empty());
    options.network.tls = {"", "", "", "folder"};
    CHECK(client_state(options).make_network({"profile.pem", "profile default"}).tls.authorities.empty());
    options.network.proxy = "";
    CHECK(client_state(options).make_network({}).https_proxy.url.empty());
}
