#include "bedrock/sigv4/canonical.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

TEST_CASE("canonical paths", "[sigv4]") {
    auto const canonical = [](std::string_view path, bool normalize, bool twice) {
        std::string out = "kept/";
        sigv4::options how;
        how.normalize_path = normalize;
        how.double_uri_encode = twice;
        sigv4::append_canonical_path(out, path, how);
        REQUIRE(out.starts_with("kept/"));
        return out.substr(5);
    };
    CHECK(canonical("", true, true) == "/");
    CHECK(canonical("", false, true) == "/");
    CHECK(canonical("/", true, true) == "/");
    CHECK(canonical("//", true, true) == "/");
    CHECK(canonical("//", false, true) == "//");
    CHECK(canonical("/../..", true, true) == "/");
    CHECK(canonical("/../a/./b/../c//d/", true, true) == "/a/c/d/");
    CHECK(canonical("/a/..", true, true) == "/");
    CHECK(canonical("/a/../", true, true) == "/");
    CHECK(canonical("/a/...", true, true) == "/a/...");
    CHECK(canonical("/%2F/%2E%2E", true, true) == "/%252F/%252E%252E");
    CHECK(canonical("/%3A", true, false) == "/%3A");
    CHECK(canonical("/a:b %zz%4/%e1\xE1", true, false) == "/a%3Ab%20%25zz%254/%e1%E1");
    CHECK(canonical("/a/./b", false, false) == "/a/./b");
    CHECK(canonical("/%", true, false) == "/%25");
    CHECK(canonical("/%%41%", true, false) == "/%25%41%25");
}

TEST_CASE("canonical queries", "[sigv4]") {
    auto const canonical = [](std::string_view query) {
        std::string out;
        sigv4::append_canonical_query(out, query);
        return out;
    };
    CHECK(canonical("").empty());
    CHECK(canonical("&&").empty());
    CHECK(canonical("a") == "a=");
    CHECK(canonical("a=") == "a=");
    CHECK(canonical("=a") == "=a");
    CHECK(canonical("=") == "=");
    CHECK(canonical("a&a&a=1&a") == "a=&a=&a=&a=1");
    CHECK(canonical("b=2&a=1&a=0&B=3") == "B=3&a=0&a=1&b=2");
    CHECK(canonical("a=b=c") == "a=b%3Dc");
    CHECK(canonical("a=%41+%2b%2B") == "a=A%2B%2B%2B");
    CHECK(canonical("a=%zz") == "a=%25zz");
    CHECK(canonical("a=%41%zz%4") == "a=A%25zz%254");
    CHECK(canonical("%=%%41%") == "%25=%25A%25");
    CHECK(canonical("a=%00") == "a=%00");
    CHECK(canonical("a=x?y/z") == "a=x%3Fy%2Fz");
    CHECK(canonical("%26=%3D") == "%26=%3D");
    // Sorted as encoded: '%' comes before the letters and digits, '~' behind them.
    CHECK(canonical("~=1&%C3%A9=2&a=3&-=4") == "%C3%A9=2&-=4&a=3&~=1");
    // By name first: a name that begins another one precedes it whatever follows.
    CHECK(canonical("a-b=1&a=2") == "a=2&a-b=1");
}

TEST_CASE("canonical headers join what is repeated, fold blanks, and leave out the hops' own", "[sigv4]") {
    http::header_list const sent{
        {"Zeta", "last"},       {"My-Header", "  b \t c\r\n   d  "},
        {"User-Agent", "curl"}, {"my-header", "a"},
        {"Empty", "   "},       {"Expect", "100-continue"},
        {"Sec-Fetch", "x"},     {"Secret", "kept"},
        {"Proxy-Auth", ""},     {"MY-HEADER", ""},
    };
    http::header_list const added{{"My-Header", "z"}};
    std::string out;
    std::string names;
    sigv4::append_canonical_headers(out, names, sent, added);
    CHECK(out == "empty:\nmy-header:b c d,a,,z\nsecret:kept\nzeta:last\n");
    CHECK(names == "empty;my-header;secret;zeta");

    for (auto const* name : {"authorization", "Cache-Control", "connection", "expect", "from", "keep-alive",
                             "max-forwards", "pragma", "referer", "te", "trailer", "transfer-encoding", "upgrade",
                             "User-Agent", "X-Amzn-Trace-Id", "proxy-connection", "SEC-websocket-key"})
        CHECK_FALSE(sigv4::is_signed_header(name));
    for (auto const* name : {"host", "content-length", "content-type", "x-amz-date", "proxy", "sec", "t", "froms"})
        CHECK(sigv4::is_signed_header(name));
}

TEST_CASE("a canonical request is written from its parts, by a writer that was used before too", "[sigv4]") {
    sigv4::canonical_writer writer;
    std::string out;
    for (int round = 0; round < 3; ++round) {
        http::header_list const headers{{"Host", "h"}, {"X", std::string(static_cast<std::size_t>(round) * 50, 'x')}};
        sigv4::request what;
        what.method = "PUT";
        what.target = round == 1 ? "/a/../b%20c" : "/a/../b%20c?z=1&y";
        std::string names;
        writer.take_headers(headers);
        writer.append_signed_names(names);
        CHECK(names == "host;x");
        out.clear();
        writer.append_request(out, what, names, "HASH", {});
        CHECK(out == "PUT\n/b%2520c\n" + std::string(round == 1 ? "" : "y=&z=1") + "\nhost:h\nx:" + headers[1].value +
                         "\n\nhost;x\nHASH");
    }
    writer.take_headers({});
    out.clear();
    writer.append_headers(out);
    writer.append_signed_names(out);
    CHECK(out.empty());
}
