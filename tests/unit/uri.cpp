#include "bedrock/uri.hpp"

#include <arpa/inet.h>

#include "support/catch.hpp"
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "support/guarded_buffer.hpp"

namespace {

// Python 3.11: urllib.parse.quote(text, safe="-_.~") and safe="-_.~/".
struct quotation {
    char const* text;
    char const* label;
    char const* path;
};
constexpr quotation quotations[] = {
    {"anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic.claude-3-5-sonnet-20241022-v2%3A0",
     "anthropic.claude-3-5-sonnet-20241022-v2%3A0"},
    {"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
     "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova-lite-v1%3A0",
     "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile/us.amazon.nova-lite-v1%3A0"},
    {"arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:provisioned-model/abc123",
     "arn%3Aaws-us-gov%3Abedrock%3Aus-gov-west-1%3A123456789012%3Aprovisioned-model%2Fabc123",
     "arn%3Aaws-us-gov%3Abedrock%3Aus-gov-west-1%3A123456789012%3Aprovisioned-model/abc123"},
    {"a b+c", "a%20b%2Bc", "a%20b%2Bc"},
    {"100%", "100%25", "100%25"},
    {"%41", "%2541", "%2541"},
    {"~-_.", "~-_.", "~-_."},
    {"", "", ""},
    {"/", "%2F", "/"},
    {"//", "%2F%2F", "//"},
    {"\303\274n\303\257c\303\266d\303\251", "%C3%BCn%C3%AFc%C3%B6d%C3%A9", "%C3%BCn%C3%AFc%C3%B6d%C3%A9"},
    {"\346\227\245\346\234\254\350\252\236", "%E6%97%A5%E6%9C%AC%E8%AA%9E", "%E6%97%A5%E6%9C%AC%E8%AA%9E"},
    {"\360\237\230\200", "%F0%9F%98%80", "%F0%9F%98%80"},
    {"\042quoted\042 & <tagged>", "%22quoted%22%20%26%20%3Ctagged%3E", "%22quoted%22%20%26%20%3Ctagged%3E"},
    {"[::1]", "%5B%3A%3A1%5D", "%5B%3A%3A1%5D"},
    {"a=b&c=d;e", "a%3Db%26c%3Dd%3Be", "a%3Db%26c%3Dd%3Be"},
    {"!$'()*+,;=:@", "%21%24%27%28%29%2A%2B%2C%3B%3D%3A%40", "%21%24%27%28%29%2A%2B%2C%3B%3D%3A%40"},
    {"tab\011here", "tab%09here", "tab%09here"},
    {"back\134slash", "back%5Cslash", "back%5Cslash"},
    {"`{|}^", "%60%7B%7C%7D%5E", "%60%7B%7C%7D%5E"},
    {"control\001", "control%01", "control%01"},
    {"delete\177", "delete%7F", "delete%7F"},
};

using bedrock::url_fault;

bedrock::url_status status_of(std::string_view text) {
    guarded_buffer const buffer(text);
    bedrock::url out;
    out.host = "untouched";
    auto const status = bedrock::parse_url(buffer.text(), out);
    if (!status.ok()) CHECK(out.host == "untouched");
    return status;
}

}  // namespace

TEST_CASE("encodings are those of another library", "[uri]") {
    for (auto const& row : quotations) {
        CHECK(bedrock::percent_encode(row.text) == row.label);
        std::string path = "/base";
        bedrock::append_percent_encoded_path(path, row.text);
        CHECK(path == std::string("/base") + row.path);
        std::string decoded = "replaced";
        REQUIRE(bedrock::percent_decode(row.label, decoded));
        CHECK(decoded == row.text);
        REQUIRE(bedrock::percent_decode(row.path, decoded));
        CHECK(decoded == row.text);
    }
}

TEST_CASE("every byte is kept or becomes three characters, and comes back", "[uri]") {
    std::string_view const kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    std::string all;
    for (int value = 0; value != 256; ++value) {
        char const c = static_cast<char>(value);
        all.push_back(c);
        auto const encoded = bedrock::percent_encode({&c, 1});
        CHECK(encoded.size() == (kept.find(c) != std::string_view::npos ? 1 : 3));
        CHECK(bedrock::is_unreserved(c) == (encoded.size() == 1));
    }
    std::string decoded;
    REQUIRE(bedrock::percent_decode(bedrock::percent_encode(all), decoded));
    CHECK(decoded == all);
}

TEST_CASE("a query grows by what is not empty", "[uri]") {
    std::string target = "/models";
    bedrock::append_query(target, "byProvider", "");
    CHECK(target == "/models");
    bedrock::append_query(target, "byProvider", "Mistral AI");
    bedrock::append_query(target, "nextToken", "a+/=&?");
    CHECK(target == "/models?byProvider=Mistral%20AI&nextToken=a%2B%2F%3D%26%3F");
}

TEST_CASE("decoding takes either case and leaves plus alone", "[uri]") {
    std::string out;
    CHECK(bedrock::percent_decode("%3a%3A+%2B%00x", out));
    CHECK(out == std::string_view("::++\0x", 6));
}

TEST_CASE("an escape without its two digits is refused", "[uri]") {
    for (std::string_view const wrong : {"%", "%4", "a%", "a%4", "%%41", "%4g", "%g4", "%-1", "% 1", "ok%20%"}) {
        INFO(wrong);
        guarded_buffer const buffer(wrong);
        std::string out = "old";
        CHECK_FALSE(bedrock::percent_decode(buffer.text(), out));
        CHECK(out.empty());
    }
}

TEST_CASE("the parts of an endpoint", "[uri]") {
    struct row {
        char const *text, *scheme, *host;
        unsigned port;
        char const *path, *query, *authority;
    };
    for (auto const& row : {
             row{"https://bedrock-runtime.us-east-1.amazonaws.com", "https", "bedrock-runtime.us-east-1.amazonaws.com",
                 443, "", "", "bedrock-runtime.us-east-1.amazonaws.com"},
             row{"http://localhost:8080/", "http", "localhost", 8080, "/", "", "localhost:8080"},
             row{"HTTPS://Proxy.Example:443/base/path?x=1&y=%2F", "https", "Proxy.Example", 443, "/base/path",
                 "x=1&y=%2F", "Proxy.Example"},
             row{"http://example.com:80", "http", "example.com", 80, "", "", "example.com"},
             row{"http://example.com:443", "http", "example.com", 443, "", "", "example.com:443"},
             row{"https://example.com:80", "https", "example.com", 80, "", "", "example.com:80"},
             row{"http://169.254.170.2?token", "http", "169.254.170.2", 80, "", "token", "169.254.170.2"},
             row{"http://[::1]:9911/v2", "http", "[::1]", 9911, "/v2", "", "[::1]:9911"},
             row{"https://[fd00:ec2::254]", "https", "[fd00:ec2::254]", 443, "", "", "[fd00:ec2::254]"},
             row{"http://a_b-c.internal.:65535/?", "http", "a_b-c.internal.", 65535, "/", "", "a_b-c.internal.:65535"},
             row{"http://h/p@q:r;s=t,u!$&'()*+~?a?b/c://d@e", "http", "h", 80, "/p@q:r;s=t,u!$&'()*+~", "a?b/c://d@e",
                 "h"},
             row{"http://host:0000080", "http", "host", 80, "", "", "host"},
         }) {
        INFO(row.text);
        bedrock::url out;
        REQUIRE(bedrock::parse_url(row.text, out).ok());
        CHECK(out.scheme == row.scheme);
        CHECK(out.host == row.host);
        CHECK(out.port == row.port);
        CHECK(out.path == row.path);
        CHECK(out.query == row.query);
        std::string authority;
        bedrock::append_authority(authority, out);
        CHECK(authority == row.authority);
    }
}

TEST_CASE("every fault is named at its place", "[uri]") {
    struct row {
        std::string_view text;
        url_fault fault;
        std::size_t offset;
    };
    std::string const long_label = "http://" + std::string(64, 'a') + ".com";
    std::string long_name = "http://";
    for (int i = 0; i != 64; ++i) long_name += "abc.";
    for (auto const& row : {
             row{"", url_fault::empty, 0},
             row{" https://a", url_fault::invalid_character, 0},
             row{"https://a ", url_fault::invalid_character, 9},
             row{"https://a\r\nHost: b", url_fault::invalid_character, 9},
             row{std::string_view("https://a\0b", 11), url_fault::invalid_character, 9},
             row{"https://a/\x7F", url_fault::invalid_character, 10},
             row{"https://m\xC3\xBCnchen.example", url_fault::invalid_character, 9},
             row{"https://a\\b", url_fault::invalid_character, 9},
             row{"https://a/{x}", url_fault::invalid_character, 10},
             row{"https://a/[x]", url_fault::invalid_character, 10},
             row{"https://a/?x[]=1", url_fault::invalid_character, 12},
             row{"localhost:8080", url_fault::missing_scheme, 0},
             row{"bedrock.example/x?u=http://b", url_fault::missing_scheme, 0},
             row{"https:/a", url_fault::missing_scheme, 0},
             row{"//a", url_fault::missing_scheme, 0},
             row{"://a", url_fault::missing_scheme, 0},
             row{"ftp://a", url_fault::unsupported_scheme, 0},
             row{"httpss://a", url_fault::unsupported_scheme, 0},
             row{"https://user:secret@a", url_fault::user_info, 19},
             row{"https://user@a", url_fault::user_info, 12},
             row{"https://@a", url_fault::user_info, 8},
             row{"https://", url_fault::missing_host, 8},
             row{"https:///path", url_fault::missing_host, 8},
             row{"https://?query", url_fault::missing_host, 8},
             row{"https://:443", url_fault::missing_host, 8},
             row{"https://bedrock-runtime..amazonaws.com", url_fault::invalid_host, 8},
             row{"https://.a", url_fault::invalid_host, 8},
             row{"https://.", url_fault::invalid_host, 8},
             row{"https://a..", url_fault::invalid_host, 8},
             row{"https://a%41", url_fault::invalid_host, 8},
             row{"https://a,b", url_fault::invalid_host, 8},
             row{"https://::1", url_fault::invalid_host, 8},
             row{"https://fe80::1:443", url_fault::invalid_host, 8},
             row{"https://[::1", url_fault::invalid_host, 8},
             row{"https://[]", url_fault::invalid_host, 8},
             row{"https://[", url_fault::invalid_host, 8},
             row{"https://[fe80::1%25eth0]", url_fault::invalid_host, 8},
             row{"https://[127.0.0.1]", url_fault::invalid_host, 8},
             row{long_label, url_fault::invalid_host, 7},
             row{long_name, url_fault::invalid_host, 7},
             row{"https://a:", url_fault::invalid_port, 9},
             row{"https://a:0", url_fault::invalid_port, 9},
             row{"https://a:65536", url_fault::invalid_port, 9},
             row{"https://a:99999999999999999999", url_fault::invalid_port, 9},
             row{"https://a:+80", url_fault::invalid_port, 9},
             row{"https://a:-1", url_fault::invalid_port, 9},
             row{"https://a:8o/", url_fault::invalid_port, 9},
             row{"https://[::1]8080", url_fault::invalid_port, 13},
             row{"https://[::1]:80:90", url_fault::invalid_port, 13},
             row{"https://a/%", url_fault::invalid_escape, 10},
             row{"https://a/%4", url_fault::invalid_escape, 10},
             row{"https://a/x%zz", url_fault::invalid_escape, 11},
             row{"https://a/?x=%4", url_fault::invalid_escape, 13},
             row{"https://a/#top", url_fault::fragment, 10},
         }) {
        INFO(row.text);
        auto const status = status_of(row.text);
        CHECK(static_cast<int>(status.code) == static_cast<int>(row.fault));
        CHECK(status.offset == row.offset);
        CHECK_FALSE(bedrock::describe(status.code).empty());
    }
}

TEST_CASE("every prefix of a URL is read within its end", "[uri]") {
    std::string_view const whole = "http://[fd00::1.2.3.4]:8080/a%20b?c=%2F";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        auto const status = status_of(whole.substr(0, size));
        if (!status.ok()) CHECK(status.offset <= size);
    }
    CHECK(status_of(whole).ok());
}

TEST_CASE("IPv6 addresses are those that inet_pton takes", "[uri]") {
    std::mt19937 random(6);
    std::string_view const pieces[] = {
        ":",        "::",        "1",     "ab", "0", "ffff", "1:",    "2:",  "3:4:5:6", "127.0.0.1",
        "1.2.3.04", "1.2.3.256", "12345", ":f", "g", ".",    "1.2.3", "7:8", ":9:10",   "a:b:c:d:e"};
    std::size_t taken = 0;
    for (int round = 0; round != 200000; ++round) {
        std::string address;
        for (auto count = 1 + random() % 5; count != 0; --count) address += pieces[random() % std::size(pieces)];
        unsigned char binary[16];
        bool const expected = ::inet_pton(AF_INET6, address.c_str(), binary) == 1;
        std::string const text = "http://[" + address + "]/";
        bedrock::url out;
        bool const ok = bedrock::parse_url(text, out).ok();
        taken += ok;
        if (ok != expected) FAIL_CHECK(address << (expected ? " was refused" : " was taken"));
    }
    CHECK(taken > 1000);
}

TEST_CASE("no description quotes the URL or is the same as another's", "[uri]") {
    for (int a = 0; a <= static_cast<int>(url_fault::fragment); ++a)
        for (int b = 0; b < a; ++b)
            CHECK(bedrock::describe(static_cast<url_fault>(a)) != bedrock::describe(static_cast<url_fault>(b)));
    CHECK(bedrock::describe(static_cast<url_fault>(200)).empty());
}

TEST_CASE("uri: dot segments are found in every spelling", "[uri]") {
    for (auto const* path : {".", "..", "/.", "/a/..", "/a/./b", "../b", "/%2e", "/%2E%2e/x", "/.%2e", "/%2E."})
        CHECK(bedrock::has_dot_segment(path));
    for (auto const* path : {"", "/", "//", "/...", "/a.", "/.a/b..", "/%2e%2e%2e", "/%2", "/%252e%252e", "/a..b", "/%2f."}) {
        INFO(path);
        CHECK_FALSE(bedrock::has_dot_segment(path));
    }
}

TEST_CASE("uri: this machine, and the hosts to which AWS allows plain http", "[uri]") {
    for (auto const* host : {"127.0.0.1", "127.255.255.255", "localhost", "LocalHost", "[::1]"}) {
        CHECK(bedrock::is_loopback_host(host));
        CHECK(bedrock::allows_plain_http(host));
    }
    for (auto const* host : {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[FD00:EC2::23]"}) {
        CHECK_FALSE(bedrock::is_loopback_host(host));
        CHECK(bedrock::allows_plain_http(host));
    }
    for (auto const* host : {"", "127.0.0.1.example", "127.1", "10.0.0.1", "169.254.169.254", "localhost.", "[::2]", "example"}) {
        INFO(host);
        CHECK_FALSE(bedrock::is_loopback_host(host));
        CHECK_FALSE(bedrock::allows_plain_http(host));
    }
}
