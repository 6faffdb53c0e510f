#include "bedrock/sigv4.hpp"

#include "bedrock/base64.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? ""
                                           : std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

using header_set = std::vector<std::pair<std::string, std::string>>;

header_set to_set(http::header_list const& list) {
    header_set set;
    for (auto const& header : list) set.emplace_back(lower(header.name), trimmed(header.value));
    std::sort(set.begin(), set.end());
    return set;
}

http::header_list read_headers(std::vector<json_file::value> const& pairs) {
    http::header_list list;
    for (auto const& pair : pairs) {
        auto const parts = json_file::list(pair);
        REQUIRE(parts.size() == 2);
        list.push_back({*json_file::text(parts[0]), *json_file::text(parts[1])});
    }
    return list;
}

// A request with memory of its own.
struct sample {
    std::string method = "POST";
    std::string target = "/";
    http::header_list headers{{"Host", "example.amazonaws.com"}};
    std::string body{};
    std::string payload_hash{};
    std::string access_key_id = "AKIDEXAMPLE";
    std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    std::string token{};
    std::string region = "us-east-1";
    std::string service = "bedrock";
    std::int64_t unix_seconds = 1767323045;  // 2026-01-02T03:04:05Z
    sigv4::options options{};

    sigv4::request request() const {
        sigv4::request made;
        made.method = method;
        made.target = target;
        made.headers = headers;
        made.body = as_bytes(body);
        made.payload_hash = payload_hash;
        return made;
    }
    sigv4::credentials_view credentials() const { return {access_key_id, secret, token}; }
    sigv4::scope scope() const { return {region, service, unix_seconds}; }
    sigv4::status sign(sigv4::signature& out) const {
        return sigv4::sign(request(), credentials(), scope(), options, out);
    }
    sigv4::status sign(sigv4::signer& by, sigv4::signature& out) const {
        return by.sign(request(), credentials(), scope(), options, out);
    }
    sigv4::fault fault() const {
        sigv4::signature out;
        auto const code = sign(out).code;
        if (code != sigv4::fault::none) {
            CHECK(out.headers.empty());
            CHECK(out.canonical_request.empty());
            CHECK(out.hex.empty());
            CHECK(out.authorization().empty());
        }
        return code;
    }
    std::string hex() const {
        sigv4::signature out;
        REQUIRE(sign(out).ok());
        return out.hex;
    }
};

sample bedrock_sample() {
    sample made;
    made.target = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse";
    made.headers = {{"host", "bedrock-runtime.us-east-1.amazonaws.com"}, {"content-type", "application/json"}};
    made.body = R"({"messages":[]})";
    return made;
}

}  // namespace

TEST_CASE("every stage of the published signing vectors", "[sigv4][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    simdjson::dom::parser index_parser;
    auto const index = json_file::load(index_parser, *dir + "/sigv4/index.json");
    REQUIRE(index);
    sigv4::signer reused;
    sigv4::signature reused_out;
    int checked = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        simdjson::dom::parser parser;
        auto const file = json_file::load(parser, *dir + "/sigv4/" + json_file::text_or_empty(entry, "file"));
        REQUIRE(file);
        auto const variants = json_file::member(*file, "variants");
        auto const expected = variants ? json_file::member(*variants, "header") : std::nullopt;
        if (!expected) continue;
        INFO(json_file::text_or_empty(entry, "id"));
        auto const context = json_file::member(*file, "context").value();
        auto const request = json_file::member(*file, "request").value();

        sample given;
        given.method = json_file::text_or_empty(request, "method");
        given.target = json_file::text_or_empty(request, "target");
        given.headers = read_headers(json_file::list(request, "headers"));
        byte_buffer body;
        REQUIRE(decode_base64(json_file::text_or_empty(request, "body_b64"), body));
        given.body = as_text(body);
        given.access_key_id = json_file::text_or_empty(context, "access_key_id");
        given.secret = json_file::text_or_empty(context, "secret_access_key");
        given.token = json_file::text_or_empty(context, "session_token");
        given.region = json_file::text_or_empty(context, "region");
        given.service = json_file::text_or_empty(context, "service");
        given.unix_seconds = parse_iso8601(json_file::text_or_empty(context, "timestamp")).value().seconds;
        given.options.normalize_path = json_file::flag(context, "normalize_path").value();
        given.options.double_uri_encode = json_file::flag(context, "double_uri_encode").value();
        given.options.sign_body = json_file::flag(context, "sign_body").value();
        given.options.omit_session_token = json_file::flag(context, "omit_session_token").value();

        sigv4::signature out;
        REQUIRE(given.sign(out).ok());
        CHECK(out.canonical_request == json_file::text_or_empty(*expected, "canonical_request"));
        CHECK(out.string_to_sign == json_file::text_or_empty(*expected, "string_to_sign"));
        CHECK(out.hex == json_file::text_or_empty(*expected, "signature"));
        if (auto const authorization = json_file::text(*expected, "authorization"))
            CHECK(out.authorization() == *authorization);
        if (auto const signed_request = json_file::member(*expected, "signed_request")) {
            auto sent = given.headers;
            sent.insert(sent.end(), out.headers.begin(), out.headers.end());
            auto const mine = to_set(sent);
            auto published = to_set(read_headers(json_file::list(*signed_request, "headers")));
            // botocore's case with a session token ends in another signature than the one it publishes beside it.
            for (auto& [name, value] : published)
                if (name == "authorization" && !value.ends_with(json_file::text_or_empty(*expected, "signature")))
                    value = out.authorization();
            CHECK((mine == published));
            CHECK(given.target == json_file::text_or_empty(*signed_request, "target"));
        }
        for (int round = 0; round < 2; ++round) {  // derived, then from the cache
            REQUIRE(given.sign(reused, reused_out).ok());
            CHECK(reused_out.canonical_request == out.canonical_request);
            CHECK(reused_out.string_to_sign == out.string_to_sign);
            CHECK(reused_out.signed_headers == out.signed_headers);
            CHECK(reused_out.authorization() == out.authorization());
            CHECK((to_set(reused_out.headers) == to_set(out.headers)));
        }
        ++checked;
    }
    CHECK(checked > 0);
}

// Made with AWS's JavaScript signer.
TEST_CASE("Bedrock's paths are signed encoded twice", "[sigv4]") {
    auto given = bedrock_sample();
    CHECK(given.hex() == "1e5a547d3e41fb639fdfb3514f2a24f3592b8d1b8c739404f9e3b8ccbba3235e");

    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    CHECK(out.signed_headers == "content-type;host;x-amz-content-sha256;x-amz-date");
    CHECK(out.canonical_request.find("/model/us.anthropic.claude-sonnet-4-20250514-v1%253A0/converse\n") !=
          std::string::npos);

    given.target =
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2/converse-stream";
    given.body = "{}";
    CHECK(given.hex() == "fdf7b1daed91e5f4c9b6759f438f7819de884015f3c565ffd12c634ba7a2af99");
}

TEST_CASE("a signer answers as the free function does, whatever it signed before", "[sigv4]") {
    sigv4::signer by;
    sigv4::signature out;
    auto given = bedrock_sample();
    auto const first_day = given.hex();
    // More keys than the signer keeps, the first one asked for again and again.
    for (int i = 0; i < 40; ++i) {
        auto other = given;
        other.unix_seconds += 86400 * (i % 11);
        if (i % 3 == 1) other.region = "eu-west-" + std::to_string(i);
        if (i % 5 == 2) other.service = "sts";
        if (i % 7 == 3) other.secret += std::to_string(i);
        REQUIRE(other.sign(by, out).ok());
        CHECK(out.hex == other.hex());
        REQUIRE(given.sign(by, out).ok());
        CHECK(out.hex == first_day);
    }
    by.forget();
    REQUIRE(given.sign(by, out).ok());
    CHECK(out.hex == first_day);
}

TEST_CASE("a signer notices midnight and a new secret of the same key id", "[sigv4]") {
    sigv4::signer by;
    sigv4::signature out;
    auto given = bedrock_sample();
    given.unix_seconds = 1767398399;  // 2026-01-02T23:59:59Z
    REQUIRE(given.sign(by, out).ok());
    auto const before = out.hex;
    CHECK(out.authorization().find("/20260102/") != std::string_view::npos);
    given.unix_seconds += 1;
    REQUIRE(given.sign(by, out).ok());
    CHECK(out.authorization().find("/20260103/") != std::string_view::npos);
    CHECK(out.hex == given.hex());
    CHECK(out.hex != before);

    auto rotated = given;
    rotated.secret.back() = 'X';
    REQUIRE(rotated.sign(by, out).ok());
    CHECK(out.hex == rotated.hex());
    CHECK(out.hex != given.hex());
}

TEST_CASE("headers to add come in a known order", "[sigv4]") {
    auto given = bedrock_sample();
    given.token = "the/token==";
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    REQUIRE(out.headers.size() == 4);
    CHECK(out.headers[0].name == "X-Amz-Security-Token");
    CHECK(out.headers[0].value == "the/token==");
    CHECK(out.headers[1].name == "X-Amz-Date");
    CHECK(out.headers[1].value == "20260102T030405Z");
    CHECK(out.headers[2].name == "x-amz-content-sha256");
    CHECK(out.headers[3].name == "Authorization");
    CHECK(out.signed_headers == "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token");

    given.options.omit_session_token = true;
    REQUIRE(given.sign(out).ok());
    CHECK(out.signed_headers == "content-type;host;x-amz-content-sha256;x-amz-date");
    REQUIRE(out.headers.size() == 4);
    CHECK(out.headers[3].name == "X-Amz-Security-Token");
    auto without = bedrock_sample();
    CHECK(out.hex == without.hex());

    given.options.sign_body = false;
    given.token.clear();
    REQUIRE(given.sign(out).ok());
    CHECK(out.signed_headers == "content-type;host;x-amz-date");
    CHECK(out.headers.size() == 2);
}

TEST_CASE("the payload hash comes from the caller's header, the caller, or the body", "[sigv4]") {
    auto const from_body = bedrock_sample();
    auto given = from_body;
    crypto::sha256_digest digest{};
    REQUIRE(crypto::hash_sha256(as_bytes(given.body), digest));
    auto const hash = encode_hex(digest);

    given.body = "not looked at";
    given.payload_hash = hash;
    CHECK(given.hex() == from_body.hex());

    given.payload_hash = "0";
    given.headers.push_back({"X-Amz-Content-SHA256", " " + hash + " "});
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    CHECK(out.hex == from_body.hex());
    CHECK(out.headers.size() == 2);  // not added a second time

    given = from_body;
    given.payload_hash = sigv4::unsigned_payload;
    REQUIRE(given.sign(out).ok());
    CHECK(out.canonical_request.ends_with("\nUNSIGNED-PAYLOAD"));
    CHECK(out.headers[1].value == "UNSIGNED-PAYLOAD");
}

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
    CHECK(canonical("b=2&a=1&a=0&B=3") == "B=3&a=0&a=1&b=2");
    CHECK(canonical("a=b=c") == "a=b%3Dc");
    CHECK(canonical("a=%41+%2b%2B") == "a=A%2B%2B%2B");
    CHECK(canonical("a=%zz") == "a=%25zz");
    CHECK(canonical("a=x?y/z") == "a=x%3Fy%2Fz");
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

TEST_CASE("what cannot be signed is refused by name", "[sigv4]") {
    using sigv4::fault;
    CHECK(sample{}.fault() == fault::none);
    auto const with = [](auto change) {
        sample given;
        change(given);
        return given.fault();
    };
    CHECK(with([](sample& s) { s.method = ""; }) == fault::invalid_method);
    CHECK(with([](sample& s) { s.method = "PO ST"; }) == fault::invalid_method);
    CHECK(with([](sample& s) { s.method = "POST\n"; }) == fault::invalid_method);
    CHECK(with([](sample& s) { s.target = "model"; }) == fault::invalid_target);
    CHECK(with([](sample& s) { s.target = "https://host/"; }) == fault::invalid_target);
    CHECK(with([](sample& s) { s.target = "/a\r\nb"; }) == fault::invalid_target);
    CHECK(with([](sample& s) { s.target = std::string("/\0", 2); }) == fault::invalid_target);
    CHECK(with([](sample& s) { s.target = "/\x7f"; }) == fault::invalid_target);
    CHECK(with([](sample& s) { s.target = ""; }) == fault::none);
    CHECK(with([](sample& s) { s.target = "?a=b"; }) == fault::none);
    CHECK(with([](sample& s) { s.target = "/\xE1\x88\xB4 x"; }) == fault::none);
    CHECK(with([](sample& s) { s.headers.clear(); }) == fault::missing_host);
    for (auto const* name : {"", "a b", "a:", "a\n", "\xC3\xA9", "x,y"})
        CHECK(with([&](sample& s) { s.headers.push_back({name, "v"}); }) == fault::invalid_header);
    for (auto const* value : {"a\nb", "a\n", "a\r", "a\r\n", "\r\rb", "a\r\nInjected: b"})
        CHECK(with([&](sample& s) { s.headers.push_back({"n", value}); }) == fault::invalid_header);
    for (auto const* value : {"a\n b", "a\r\n\tb", "", "\xE1\x88\xB4"})
        CHECK(with([&](sample& s) { s.headers.push_back({"n", value}); }) == fault::none);
    CHECK(with([](sample& s) { s.headers.push_back({"n", std::string("\0", 1)}); }) == fault::invalid_header);
    CHECK(with([](sample& s) { s.headers.push_back({"authorization", ""}); }) == fault::conflicting_header);
    CHECK(with([](sample& s) { s.headers.push_back({"x-amz-date", ""}); }) == fault::conflicting_header);
    CHECK(with([](sample& s) { s.headers.push_back({"x-amz-security-token", ""}); }) == fault::none);
    CHECK(with([](sample& s) {
              s.headers.push_back({"x-amz-security-token", ""});
              s.token = "t";
          }) == fault::conflicting_header);
    CHECK(with([](sample& s) { s.payload_hash = "a\nb"; }) == fault::invalid_payload_hash);
    CHECK(with([](sample& s) { s.access_key_id = ""; }) == fault::invalid_credentials);
    CHECK(with([](sample& s) { s.access_key_id = "A/B"; }) == fault::invalid_credentials);
    CHECK(with([](sample& s) { s.access_key_id = "A B"; }) == fault::invalid_credentials);
    CHECK(with([](sample& s) { s.secret = ""; }) == fault::invalid_credentials);
    CHECK(with([](sample& s) { s.token = "a\r\nX: y"; }) == fault::invalid_credentials);
    CHECK(with([](sample& s) { s.region = ""; }) == fault::invalid_scope);
    CHECK(with([](sample& s) { s.region = "us/east"; }) == fault::invalid_scope);
    CHECK(with([](sample& s) { s.service = "bed rock"; }) == fault::invalid_scope);
    CHECK(with([](sample& s) { s.unix_seconds = 253402300800; }) == fault::invalid_time);
    CHECK(with([](sample& s) { s.unix_seconds = INT64_MIN; }) == fault::invalid_time);
}

TEST_CASE("a fault after a success leaves nothing of the success", "[sigv4]") {
    sigv4::signer by;
    sigv4::signature out;
    auto given = bedrock_sample();
    REQUIRE(given.sign(by, out).ok());
    given.method = "";
    CHECK(given.sign(by, out).code == sigv4::fault::invalid_method);
    CHECK(out.canonical_request.empty());
    CHECK(out.string_to_sign.empty());
    CHECK(out.signed_headers.empty());
    CHECK(out.hex.empty());
    CHECK(out.headers.empty());
}

TEST_CASE("every fault has words, and none speaks of what was given", "[sigv4]") {
    std::vector<std::string_view> seen;
    for (int code = 0; code <= static_cast<int>(sigv4::fault::crypto); ++code) {
        auto const words = sigv4::describe(static_cast<sigv4::fault>(code));
        CHECK(words != "unknown");
        CHECK(std::count(seen.begin(), seen.end(), words) == 0);
        seen.push_back(words);
    }
    CHECK(sigv4::describe(static_cast<sigv4::fault>(200)) == "unknown");
}

TEST_CASE("no secret stands in any stage", "[sigv4]") {
    auto given = bedrock_sample();
    given.token = "tokentoken";
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    std::string all = out.canonical_request + out.string_to_sign + out.signed_headers + out.hex;
    for (auto const& header : out.headers) all += header.name + header.value;
    CHECK(all.find(given.secret) == std::string::npos);
    CHECK(out.string_to_sign.find(given.token) == std::string::npos);
    CHECK(out.authorization().find(given.token) == std::string::npos);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER)
TEST_CASE("a failure of OpenSSL is a fault, not a wrong signature", "[sigv4]") {
    auto const given = bedrock_sample();
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    REQUIRE(EVP_set_default_properties(nullptr, "provider=nobody") == 1);
    auto const by = std::make_unique<sigv4::signer>();
    auto const free_result = given.sign(out);
    auto const signer_result = given.sign(*by, out);
    EVP_set_default_properties(nullptr, "");
    CHECK(free_result.code == sigv4::fault::crypto);
    CHECK(signer_result.code == sigv4::fault::crypto);
    CHECK(out.headers.empty());
}
#endif
