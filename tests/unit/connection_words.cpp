#include "bedrock/connection_words.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;
using namespace bedrock::connection_words;

TEST_CASE("connection words: an origin has no path, no query and no user", "[connection_words]") {
    CHECK(origin_of("https://host.test:8443/path?query#fragment") == "https://host.test:8443");
    CHECK(origin_of("https://host.test?query") == "https://host.test");
    CHECK(origin_of("https://user:pass@host.test/a@b") == "https://host.test");
    CHECK(origin_of("http://[::1]:80/") == "http://[::1]:80");
    CHECK(origin_of("host/path") == "host");
    CHECK(origin_of("").empty());
}

TEST_CASE("connection words: a proxy's origin hides whatever stands before its host", "[connection_words]") {
    CHECK(proxy_origin_of("http://proxy.test:3128") == "http://proxy.test:3128");
    CHECK(proxy_origin_of("proxy.test:3128") == "http://proxy.test:3128");
    CHECK(proxy_origin_of("user:pass@proxy.test:3128/") == "http://proxy.test:3128");
    CHECK(proxy_origin_of("socks5h://user:pa/ss@proxy.test") == "socks5h://proxy.test");
    CHECK(proxy_origin_of("http://user:p@ss@proxy.test") == "http://proxy.test");
    CHECK(proxy_origin_of("http://user:p#s?s@proxy.test:1/x") == "http://proxy.test:1");
    CHECK(has_user("http://u@h"));
    CHECK_FALSE(has_user("http://h:1"));
}

TEST_CASE("connection words: what cannot be a proxy's URL", "[connection_words]") {
    for (auto const* good : {"http://proxy.test:3128", "proxy.test", "http://user:p%2Fss@proxy.test", "http://[::1]:1/",
                             "socks5h://h", "http://user:p@ss@proxy.test"}) {
        INFO(good);
        CHECK(find_proxy_fault(good).empty());
    }
    for (auto const* bad :
         {"http://user:pa/ss@proxy.test", "http://user:pa?ss@proxy.test", "user:pa#ss@proxy.test", "http://",
          "http:///x", "http://:80", "http://user@", "http://user@:80", "a b", "a\nb", "http://a\x7f"}) {
        INFO(bad);
        CHECK_FALSE(find_proxy_fault(bad).empty());
        CHECK(find_proxy_fault(bad).find("ss@") == std::string_view::npos);
    }
}

TEST_CASE("connection words: a library's text loses what it quotes of the proxy", "[connection_words]") {
    std::string const proxy = "http://user:pass@proxy.test:1";
    CHECK(hide_proxy("Unsupported proxy syntax in 'http://user:pass@proxy.test:1'", proxy) ==
          "Unsupported proxy syntax in 'http://proxy.test:1'");
    CHECK(hide_proxy("user:pass twice, user:pass", proxy) == "*** twice, ***");
    CHECK(hide_proxy("Could not resolve proxy: proxy.test", proxy) == "Could not resolve proxy: proxy.test");
    CHECK(hide_proxy("text", "") == "text");
    CHECK(hide_proxy("http://h:1 and http://h:1", "http://h:1") == "http://h:1 and http://h:1");
    CHECK(hide_proxy("@", "@h") == "@");
}

TEST_CASE("connection words: advice follows what was said", "[connection_words]") {
    auto const asked = describe_proxy_refusal(407, "https://host", "http://proxy.test:1");
    CHECK(asked ==
          "the proxy http://proxy.test:1 did not connect to https://host (status 407): it wants a user name "
          "and password, in its URL: http://USER:PASSWORD@HOST:PORT");
    auto const refused = describe_proxy_refusal(407, "https://host", "http://user:pass@proxy.test:1");
    CHECK(refused.ends_with("(status 407): check the user name and password in its URL"));
    CHECK(refused.find("pass@") == std::string::npos);
    CHECK(describe_proxy_refusal(403, "https://host", "p").find("NO_PROXY") != std::string::npos);
    CHECK(advise_on_certificate("certificate has expired").starts_with("renew"));
    CHECK(advise_on_certificate("certificate is not yet valid").starts_with("renew"));
    CHECK(advise_on_certificate("no alternative certificate subject name matches").starts_with("check the host"));
    CHECK(advise_on_certificate("").find("AWS_CA_BUNDLE") != std::string_view::npos);
    CHECK(wants_client_certificate("tlsv13 alert certificate required"));
    CHECK_FALSE(wants_client_certificate("unable to get local issuer certificate"));
}
