#include "bedrock/configuration.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace bedrock;

TEST_CASE("configuration: options of a client are completed, never overridden", "[configuration]") {
    configuration said;
    auto const plain = make_client_options(said);
    CHECK(plain.runtime_endpoint.empty());
    CHECK(plain.default_region.empty());
    CHECK_FALSE(plain.use_fips);
    CHECK(plain.timeouts.total_ms == 0);

    said.discovery.region = "eu-west-1";
    said.base_url = "http://proxy.test";
    said.timeout_seconds = 5;
    auto const pinned = make_client_options(said);
    CHECK(pinned.runtime_endpoint == "http://proxy.test");
    CHECK(pinned.region.empty());
    CHECK(pinned.default_region == "eu-west-1");
    CHECK(pinned.timeouts.total_ms == 5000);

    said.base_url.clear();
    said.standard_region = "us-gov-west-1";
    said.standard_fips = true;
    auto const standard = make_client_options(said);
    CHECK(standard.default_region == "us-gov-west-1");
    CHECK(standard.use_fips == true);

    client_options own;
    own.runtime_endpoint = "http://own.test";
    own.default_region = "ap-south-1";
    own.use_fips = false;
    own.timeouts.total_ms = 1;
    auto const kept = make_client_options(said, own);
    CHECK(kept.runtime_endpoint == "http://own.test");
    CHECK(kept.default_region == "ap-south-1");
    CHECK(kept.use_fips == false);
    CHECK(kept.timeouts.total_ms == 1);
    client_options elsewhere;
    elsewhere.endpoint = "http://elsewhere.test";
    CHECK_FALSE(make_client_options(said, elsewhere).use_fips);
}

TEST_CASE("configuration: a catalogue is made as discovery is configured", "[configuration]") {
    configuration said;
    auto const plain = make_catalogue_options(said);
    CHECK(plain.refresh_seconds == 3600);
    CHECK(plain.rules.default_context_window == 32000);
    said.discovery.region = "eu-west-1";
    said.discovery.provider_filter = {"meta"};
    said.discovery.refresh_seconds = 0;
    said.discovery.default_context_window = 1;
    said.discovery.default_max_tokens = 2;
    auto const made = make_catalogue_options(said);
    CHECK(made.call.region == "eu-west-1");
    CHECK(made.rules.providers == std::vector<std::string>{"meta"});
    CHECK(made.refresh_seconds == 0);
    CHECK(made.rules.default_context_window == 1);
    CHECK(made.rules.default_max_tokens == 2);
    catalogue_options own;
    own.call.region = "us-west-2";
    CHECK(make_catalogue_options(said, own).call.region == "us-west-2");
}
