#include "bedrock/endpoint.hpp"

#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <string_view>

using namespace bedrock;

namespace {

endpoint::parameters custom(std::string_view url, std::string_view region = "us-east-1") {
    endpoint::parameters made;
    made.custom_url = url;
    made.region = region;
    return made;
}

std::string url_of(endpoint::parameters const& from) {
    auto const got = endpoint::resolve(from);
    return got ? got->url : "error: " + got.error().message;
}

int check_vectors(std::string const& path) {
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, path);
    REQUIRE(index);
    int checked = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        auto const service = json_file::text_or_empty(entry, "service");
        static std::map<std::string, std::string> const hosts{
            {"bedrock", "bedrock"}, {"bedrock-runtime", "bedrock-runtime"},
            {"signin", "signin"},   {"sts", "sts"},
            {"sso", "portal.sso"},  {"sso-oidc", "oidc"}};
        auto const host = hosts.find(service);
        if (host == hosts.end()) continue;  // other services have rules of their own
        INFO(json_file::text_or_empty(entry, "id"));
        auto const given = json_file::member(entry, "params").value();
        if (json_file::flag(given, "IsControlPlane").value_or(false) ||
            json_file::flag(given, "IsOAuthEndpoint").value_or(false))
            continue;  // hosts for other calls than Sign-In's token
        auto const region = json_file::text_or_empty(given, "Region");
        if (json_file::flag(given, "UseGlobalEndpoint").value_or(false) || region == "aws-global")
            continue;  // STS's old host is not used
        auto const url = json_file::text_or_empty(given, "Endpoint");
        endpoint::parameters from;
        from.service = host->second;
        from.region = region;
        from.custom_url = url;
        from.use_fips = json_file::flag(given, "UseFIPS").value_or(false);
        from.use_dual_stack = json_file::flag(given, "UseDualStack").value_or(false);
        auto const expected = json_file::member(entry, "expect").value();
        auto const got = endpoint::resolve(from);
        if (auto const expected_url = json_file::text(expected, "url")) {
            CHECK(url_of(from) == *expected_url);
            if (got) CHECK(got->region == region);
            if (got) CHECK("https://" + got->host == *expected_url);
        } else {
            REQUIRE_FALSE(got);
            CHECK(got.error().code == errc::invalid_input);
        }
        ++checked;
    }
    return checked;
}

}  // namespace

TEST_CASE("hosts as AWS's rule tests have them", "[endpoint][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    CHECK(check_vectors(*dir + "/endpoints/index.json") > 0);
}

TEST_CASE("every region of every partition, FIPS and dual-stack", "[endpoint][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    CHECK(check_vectors(*dir + "/endpoints/matrix.json") > 0);
}

TEST_CASE("partitions", "[endpoint]") {
    auto const name = [](std::string_view region) { return endpoint::find_partition(region).name; };
    CHECK(name("us-east-1") == "aws");
    CHECK(name("cn-north-1") == "aws-cn");
    CHECK(name("us-gov-west-1") == "aws-us-gov");
    CHECK(name("eusc-de-east-1") == "aws-eusc");
    CHECK(name("us-iso-east-1") == "aws-iso");
    CHECK(name("us-isob-east-1") == "aws-iso-b");
    CHECK(name("eu-isoe-west-1") == "aws-iso-e");
    CHECK(name("us-isof-south-1") == "aws-iso-f");
    CHECK(name("aws-cn-global") == "aws-cn");
    CHECK(name("aws-global") == "aws");
    CHECK(name("mars-north-1") == "aws");
    CHECK(name("") == "aws");
    // What only begins like another partition's region.
    for (auto const* region : {"cn", "cn-", "cn-north", "cn-north-", "cn-north-x", "cn--1", "us-gov", "eusc-fr-east-1"})
        CHECK(name(region) == "aws");
}

TEST_CASE("region names", "[endpoint]") {
    for (auto const* region : {"us-east-1", "eusc-de-east-1", "x", "1"}) CHECK(endpoint::is_valid_region(region));
    for (auto const* region :
         {"", "-", "us-east-1-", "-us", "US-EAST-1", "us_east_1", "us-east-1.evil.example", "us-east-1/", "us east",
          "us-east-1\n", "us-east-1#", "us-east-1@host", "\xC3\xA9", "us-east-1:80", "%2e"}) {
        CHECK_FALSE(endpoint::is_valid_region(region));
        if (*region == '\0') continue;
        endpoint::parameters from;
        from.region = region;
        auto const got = endpoint::resolve(from);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(got.error().message.find('\n') == std::string::npos);
        from.custom_url = "https://example.com";
        CHECK_FALSE(endpoint::resolve(from));
    }
    CHECK(endpoint::is_valid_region(std::string(63, 'a')));
    CHECK_FALSE(endpoint::is_valid_region(std::string(64, 'a')));
    endpoint::parameters long_one;
    std::string const region(100'000, '.');
    long_one.region = region;
    CHECK(endpoint::resolve(long_one).error().message.size() < 200);
}

TEST_CASE("pseudo regions ask for FIPS", "[endpoint]") {
    endpoint::parameters from;
    from.region = "fips-us-east-1";
    auto const got = endpoint::resolve(from);
    REQUIRE(got);
    CHECK(got->url == "https://bedrock-runtime-fips.us-east-1.amazonaws.com");
    CHECK(got->region == "us-east-1");
    from.region = "us-gov-west-1-fips";
    CHECK(url_of(from) == "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com");
    from.region = "fips-";
    CHECK_FALSE(endpoint::resolve(from));
    from.region = "fips-us-east-1";
    from.custom_url = "https://example.com";
    CHECK_FALSE(endpoint::resolve(from));
}

TEST_CASE("hosts of AWS Sign-In", "[endpoint]") {
    struct place {
        char const* region;
        bool use_fips, use_dual_stack;
        char const* url;
    };
    for (auto const& at :
         {place{"us-east-1", false, false, "https://us-east-1.signin.aws.amazon.com"},
          place{"cn-north-1", false, false, "https://cn-north-1.signin.amazonaws.cn"},
          place{"us-gov-west-1", false, false, "https://us-gov-west-1.signin.amazonaws-us-gov.com"},
          place{"eusc-de-east-1", false, false, "https://eusc-de-east-1.signin.amazonaws-eusc.eu"},
          place{"us-iso-east-1", false, false, "https://us-iso-east-1.signin.c2shome.ic.gov"},
          place{"us-isob-east-1", false, false, "https://us-isob-east-1.signin.sc2shome.sgov.gov"},
          place{"us-isof-south-1", false, false, "https://us-isof-south-1.signin.csphome.hci.ic.gov"},
          place{"eu-isoe-west-1", false, false, "https://eu-isoe-west-1.signin.csphome.adc-e.uk"},
          place{"eu-west-1", true, false, "https://signin-fips.eu-west-1.amazonaws.com"},
          place{"eusc-de-east-1", true, false, "https://signin-fips.eusc-de-east-1.amazonaws.eu"},
          place{"us-gov-west-1", true, false, "https://signin-fips.amazonaws-us-gov.com"},
          place{"us-gov-east-1", true, false, "https://us-gov-east-1.signin-fips.amazonaws-us-gov.com"},
          place{"eu-west-1", false, true, "https://signin.eu-west-1.api.aws"},
          place{"us-gov-west-1", true, true, "https://signin-fips.us-gov-west-1.api.aws"}}) {
        endpoint::parameters from;
        from.service = "signin";
        from.region = at.region;
        from.use_fips = at.use_fips;
        from.use_dual_stack = at.use_dual_stack;
        CHECK(url_of(from) == at.url);
    }
}

TEST_CASE("custom endpoints keep their port and path", "[endpoint]") {
    auto const got = endpoint::resolve(custom("HTTP://Proxy.Example:8080/base/path//"));
    REQUIRE(got);
    CHECK(got->url == "http://Proxy.Example:8080/base/path");
    CHECK(got->host == "Proxy.Example:8080");
    CHECK(got->path_prefix == "/base/path");
    CHECK(got->region == "us-east-1");

    CHECK(url_of(custom("https://example.com/")) == "https://example.com");
    CHECK(url_of(custom("https://example.com:443")) == "https://example.com");
    CHECK(url_of(custom("http://127.0.0.1:4010")) == "http://127.0.0.1:4010");
    CHECK(url_of(custom("http://[::1]:80/a%2Fb")) == "http://[::1]/a%2Fb");
    CHECK(endpoint::resolve(custom("https://example.com", ""))->region.empty());
}

TEST_CASE("endpoints that cannot be used", "[endpoint]") {
    for (auto const* url : {"example.com", "ftp://example.com", "https://", "https://a b", "https://u:p@h",
                            "https://h?x=1", "https://h:0", "https://h/#f", "https://h\r\nX: y"}) {
        INFO(url);
        auto const got = endpoint::resolve(custom(url));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(got.error().message.starts_with("the endpoint URL "));
    }
    for (auto const* url : {"example.com", "localhost:8080", "//example.com", "https:/example.com/base"})
        CHECK(endpoint::resolve(custom(url)).error().message ==
              "the endpoint URL \"" + std::string(url) + "\" has no scheme: write http://... or https://...");
    auto const secret = endpoint::resolve(custom("user:pa55word@h")).error().message;
    CHECK(secret == "the endpoint URL has no scheme: write http://... or https://... (at byte 0)");
    CHECK(endpoint::resolve(custom("https://user:pa55word@h")).error().message.find("pa55") == std::string::npos);

    auto from = custom("https://example.com");
    from.use_fips = true;
    CHECK(endpoint::resolve(from).error().message.starts_with("FIPS and a custom endpoint"));
    from.use_fips = false;
    from.use_dual_stack = true;
    CHECK(endpoint::resolve(from).error().message.starts_with("dual-stack and a custom endpoint"));

    CHECK(endpoint::resolve({}).error().message.find("AWS_REGION") != std::string::npos);
}

TEST_CASE("the region of an ARN", "[endpoint]") {
    using endpoint::find_region_in_arn;
    CHECK(find_region_in_arn("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.x") == "eu-west-1");
    CHECK(find_region_in_arn("arn:aws:bedrock:us-east-1::foundation-model/x") == "us-east-1");
    CHECK(find_region_in_arn("arn:aws-us-gov:bedrock:us-gov-west-1:1:x/y") == "us-gov-west-1");
    CHECK(find_region_in_arn("arn:aws:sagemaker:us-west-2:1:endpoint/e") == "us-west-2");
    for (auto const* id :
         {"", "arn", "arn:", "arn:aws:bedrock", "arn:aws:bedrock:us-east-1",
          "arn:aws:bedrock:us-east-1:", "arn:aws:bedrock::1:x", "arn:aws:s3:us-east-1:1:x",
          "arn:gcp:bedrock:us-east-1:1:x", "arn:awsx:bedrock:us-east-1:1:x", "arn:aws:bedrock:US-EAST-1:1:x",
          "arn:aws:bedrock:a.b:1:x", "us.anthropic.claude-sonnet-4-20250514-v1:0", "xarn:aws:bedrock:us-east-1:1:x"})
        CHECK(find_region_in_arn(id).empty());
}

TEST_CASE("the partition of an ARN", "[endpoint]") {
    using endpoint::find_partition_in_arn;
    CHECK(find_partition_in_arn("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.x") == "aws");
    CHECK(find_partition_in_arn("arn:aws-us-gov:bedrock:us-gov-west-1:1:x/y") == "aws-us-gov");
    for (auto const* id : {"", "us.anthropic.claude", "arn:aws:s3:::bucket", "arn:other:bedrock:us-east-1:1:x"})
        CHECK(find_partition_in_arn(id).empty());
}

TEST_CASE("a custom endpoint has no dot segments", "[endpoint]") {
    endpoint::parameters from;
    from.region = "us-east-1";
    for (auto const* url : {"https://x.test/a/../b", "https://x.test/./a", "https://x.test/%2e%2E/a"}) {
        INFO(url);
        from.custom_url = url;
        auto const got = endpoint::resolve(from);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(got.error().message.find("segment of its path") != std::string::npos);
    }
    from.custom_url = "https://x.test/.well-known/a..b";
    CHECK(endpoint::resolve(from));
}
