#include "bedrock/sigv4.hpp"

#include "support/allocations.hpp"
#include "support/sigv4_random.hpp"
#include "support/sigv4_reference.hpp"
#include "support/sigv4_sample.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using sigv4_test::bedrock_sample;
using sigv4_test::sample;

namespace {

using header_set = std::vector<std::pair<std::string, std::string>>;

header_set to_set(http::header_list const& list) {
    header_set set;
    for (auto const& header : list) {
        std::string name;
        for (char const c : header.name) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        auto const first = header.value.find_first_not_of(' ');
        auto const last = header.value.find_last_not_of(' ');
        set.emplace_back(name, first == std::string::npos ? "" : header.value.substr(first, last - first + 1));
    }
    std::sort(set.begin(), set.end());
    return set;
}

std::string hex_of(sample const& given) {
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    return out.hex;
}

void check_same(sigv4::signature const& left, sigv4::signature const& right) {
    CHECK(left.canonical_request == right.canonical_request);
    CHECK(left.string_to_sign == right.string_to_sign);
    CHECK(left.signed_headers == right.signed_headers);
    CHECK(left.hex == right.hex);
    CHECK(left.target == right.target);
    CHECK((to_set(left.headers) == to_set(right.headers)));
}

void check_stages(sigv4::signature const& out, json_file::value const& expected) {
    CHECK(out.canonical_request == json_file::text_or_empty(expected, "canonical_request"));
    CHECK(out.string_to_sign == json_file::text_or_empty(expected, "string_to_sign"));
    CHECK(out.hex == json_file::text_or_empty(expected, "signature"));
}

void check_header_variant(sample const& given, sigv4::signature const& out, json_file::value const& expected) {
    check_stages(out, expected);
    CHECK(out.target.empty());
    if (auto const authorization = json_file::text(expected, "authorization"))
        CHECK(out.authorization() == *authorization);
    auto const published = json_file::member(expected, "signed_request");
    if (!published) return;
    auto sent = given.headers;
    sent.insert(sent.end(), out.headers.begin(), out.headers.end());
    auto const headers = sigv4_test::read_headers(json_file::list(*published, "headers"));
    REQUIRE(headers);
    auto wanted = to_set(*headers);
    // botocore's case with a session token ends in another signature than the one it publishes beside it.
    for (auto& [name, value] : wanted)
        if (name == "authorization" && !value.ends_with(json_file::text_or_empty(expected, "signature")))
            value = out.authorization();
    CHECK((to_set(sent) == wanted));
    CHECK(given.target == json_file::text_or_empty(*published, "target"));
}

void check_query_variant(sample const& given, sigv4::signature const& out, json_file::value const& expected) {
    check_stages(out, expected);
    CHECK(out.headers.empty());
    CHECK(out.authorization().empty());
    auto const published = json_file::member(expected, "signed_request");
    if (!published) return;
    CHECK(out.target == json_file::text_or_empty(*published, "target"));
    auto const headers = sigv4_test::read_headers(json_file::list(*published, "headers"));
    REQUIRE(headers);
    CHECK((to_set(given.headers) == to_set(*headers)));
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
    sigv4::signer by;
    sigv4::signature reused;
    int checked = 0;
    int listed = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        simdjson::dom::parser parser;
        auto const file = json_file::load(parser, *dir + "/sigv4/" + json_file::text_or_empty(entry, "file"));
        REQUIRE(file);
        auto const variants = json_file::member(*file, "variants");
        if (!variants) continue;  // the signed events
        listed += static_cast<int>(json_file::members(variants).size());
        INFO(json_file::text_or_empty(entry, "id"));
        auto const given = sigv4_test::read_sample(*file);
        REQUIRE(given);
        if (auto const expected = json_file::member(*variants, "header")) {
            INFO("in headers");
            sigv4::signature out;
            REQUIRE(given->sign(out).ok());
            check_header_variant(*given, out, *expected);
            for (int round = 0; round < 2; ++round) {  // derived, then from the cache
                REQUIRE(given->sign(by, reused).ok());
                check_same(reused, out);
            }
            ++checked;
        }
        if (auto const expected = json_file::member(*variants, "query")) {
            INFO("in the query");
            sigv4::signature out;
            REQUIRE(given->presign(out).ok());
            check_query_variant(*given, out, *expected);
            for (int round = 0; round < 2; ++round) {
                REQUIRE(given->presign(by, reused).ok());
                check_same(reused, out);
            }
            ++checked;
        }
    }
    CHECK(checked > 0);
    CHECK(checked == listed);
}

// Made with AWS's JavaScript signer.
TEST_CASE("Bedrock's paths are signed encoded twice", "[sigv4]") {
    auto given = bedrock_sample();
    CHECK(hex_of(given) == "1e5a547d3e41fb639fdfb3514f2a24f3592b8d1b8c739404f9e3b8ccbba3235e");

    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    CHECK(out.signed_headers == "content-type;host;x-amz-content-sha256;x-amz-date");
    CHECK(out.canonical_request.find("/model/us.anthropic.claude-sonnet-4-20250514-v1%253A0/converse\n") !=
          std::string::npos);

    given.target =
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2/converse-stream";
    given.body = "{}";
    CHECK(hex_of(given) == "fdf7b1daed91e5f4c9b6759f438f7819de884015f3c565ffd12c634ba7a2af99");
}

TEST_CASE("random requests are signed as a second implementation signs them", "[sigv4]") {
    namespace ref = sigv4_reference;
    sigv4::signer by;
    sigv4::signature out;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        INFO("seed " << seed);
        sigv4_test::random_request const one(seed);
        auto const& wire = one.wire;
        bool const signs_token = !wire.token.empty() && !wire.options.omit_session_token;
        auto const time = one.expected.date + 'T' + one.expected.time + 'Z';

        auto in_headers = one.expected;
        in_headers.headers["x-amz-date"] = {{time}};
        if (signs_token) in_headers.headers["x-amz-security-token"] = {{wire.token}};
        if (wire.options.sign_body) in_headers.headers["x-amz-content-sha256"] = {{in_headers.payload_hash}};
        auto expected = ref::sign(in_headers);
        REQUIRE(wire.sign(by, out).ok());
        CHECK(out.canonical_request == expected.canonical_request);
        CHECK(out.string_to_sign == expected.string_to_sign);
        CHECK(out.hex == expected.signature);
        CHECK(out.authorization() == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + ref::scope(in_headers) +
                                         ", SignedHeaders=" + ref::signed_headers(in_headers) +
                                         ", Signature=" + expected.signature);
        CHECK(http::find_header(out.headers, "x-amz-security-token") == wire.token);
        crypto::sha256 hash;
        crypto::sha256_digest key{};
        REQUIRE(sigv4::derive_signing_key(hash, wire.secret, one.expected.date, wire.scope(), key));
        CHECK(as_text(key) == expected.signing_key);

        auto in_query = one.expected;
        auto const add = [&](std::string name, std::string value) {
            in_query.parameters.emplace_back(std::move(name), std::move(value));
        };
        add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        add("X-Amz-Credential", "AKIDEXAMPLE/" + ref::scope(in_query));
        add("X-Amz-Date", time);
        add("X-Amz-Expires", std::to_string(wire.expires_seconds));
        add("X-Amz-SignedHeaders", ref::signed_headers(in_query));
        if (signs_token) add("X-Amz-Security-Token", wire.token);
        expected = ref::sign(in_query);
        REQUIRE(wire.presign(by, out).ok());
        CHECK(out.canonical_request == expected.canonical_request);
        CHECK(out.string_to_sign == expected.string_to_sign);
        CHECK(out.hex == expected.signature);
        CHECK(out.target.starts_with(wire.target));
        CHECK(out.target.ends_with("&X-Amz-Signature=" + expected.signature));
        auto const token = "&X-Amz-Security-Token=" + ref::uri_encode(wire.token) + '&';
        CHECK((out.target.find(token) != std::string::npos) == !wire.token.empty());
    }
}

TEST_CASE("a signer answers as the free function does, whatever it signed before", "[sigv4]") {
    sigv4::signer by;
    sigv4::signature out;
    auto given = bedrock_sample();
    auto const first_day = hex_of(given);
    // More keys than the signer keeps, the first one asked for again and again.
    for (int i = 0; i < 40; ++i) {
        auto other = given;
        other.unix_seconds += 86400 * (i % 11);
        if (i % 3 == 1) other.region = "eu-west-" + std::to_string(i);
        if (i % 5 == 2) other.service = "sts";
        if (i % 7 == 3) other.secret += std::to_string(i);
        if (i % 4 == 1) other.token = std::string(static_cast<std::size_t>(i), 't');
        REQUIRE((i % 2 == 0 ? other.sign(by, out) : other.presign(by, out)).ok());
        sigv4::signature once;
        REQUIRE((i % 2 == 0 ? other.sign(once) : other.presign(once)).ok());
        check_same(out, once);
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
    CHECK(out.hex == hex_of(given));
    CHECK(out.hex != before);

    auto rotated = given;
    rotated.secret.back() = 'X';
    REQUIRE(rotated.sign(by, out).ok());
    CHECK(out.hex == hex_of(rotated));
    CHECK(out.hex != hex_of(given));
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
    CHECK(out.headers[3].value == "the/token==");
    CHECK(out.hex == hex_of(bedrock_sample()));

    given.options.sign_body = false;
    given.token.clear();
    REQUIRE(given.sign(out).ok());
    CHECK(out.signed_headers == "content-type;host;x-amz-date");
    CHECK(out.headers.size() == 2);
}

// The targets and signatures of awslabs/aws-c-auth, tests/aws-signing-test-suite/v4/post-sts-header-{before,after}.
TEST_CASE("a presigned request carries its session token signed or unsigned", "[sigv4]") {
    sample given;
    given.service = "service";
    given.unix_seconds = 1440938160;  // 2015-08-30T12:36:00Z
    given.token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu"
        "wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQc"
        "HNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/o"
        "LxBA==";
    sigv4::signature out;
    REQUIRE(given.presign(out).ok());
    CHECK(out.hex == "46c2e3c63c1dbe7d39f8ada16fe7f001c1f56c5791441565323677f96308871c");
    auto const signature_at = out.target.rfind("&X-Amz-Signature=");
    auto const before = out.target.substr(0, signature_at);

    given.options.omit_session_token = true;
    REQUIRE(given.presign(out).ok());
    CHECK(out.hex == "2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b");
    CHECK(out.target == before + "&X-Amz-Signature=" + out.hex);
    CHECK(out.canonical_request.find("Security-Token") == std::string::npos);
}

TEST_CASE("a presigned request is refused for its seconds and its query", "[sigv4]") {
    sigv4::signature out;
    auto const found = [&](std::string target, std::int64_t seconds, std::string token = {}) {
        auto given = bedrock_sample();
        REQUIRE(given.presign(out).ok());
        given.target = std::move(target);
        given.expires_seconds = seconds;
        given.token = std::move(token);
        auto const status = given.presign(out);
        CHECK(status.at == (status.ok() ? sigv4::stage::none : sigv4::stage::input));
        CHECK(out.target.empty() != status.ok());
        CHECK(out.canonical_request.empty() != status.ok());
        return status.code;
    };
    CHECK(found("/", 604800) == sigv4::fault::none);
    CHECK(found("/", 604801) == sigv4::fault::invalid_expiry);
    CHECK(found("/", 0) == sigv4::fault::invalid_expiry);
    CHECK(found("/?x-amz-DATE=1", 60) == sigv4::fault::conflicting_query);
    CHECK(found("/?X-Amz-Security-Token=1", 60) == sigv4::fault::none);
    CHECK(found("/?X-Amz-Security-Token=1", 60, "t") == sigv4::fault::conflicting_query);
    CHECK(found("/#", 60) == sigv4::fault::invalid_target);
}

TEST_CASE("a signature can be used for either kind in turn", "[sigv4]") {
    auto given = bedrock_sample();
    given.token = "token";
    sigv4::signature in_headers;
    sigv4::signature in_query;
    REQUIRE(given.sign(in_headers).ok());
    REQUIRE(given.presign(in_query).ok());
    sigv4::signer by;
    sigv4::signature out;
    for (int round = 0; round < 3; ++round) {
        REQUIRE(given.presign(by, out).ok());
        check_same(out, in_query);
        REQUIRE(given.sign(by, out).ok());
        check_same(out, in_headers);
    }
    out.clear();
    check_same(out, {});
}

TEST_CASE("the payload hash comes from the caller's header, the caller, or the body", "[sigv4]") {
    auto const from_body = bedrock_sample();
    auto given = from_body;
    crypto::sha256_digest digest{};
    REQUIRE(crypto::hash_sha256(as_bytes(given.body), digest));
    auto const hash = encode_hex(digest);

    given.body = "not looked at";
    given.payload_hash = hash;
    CHECK(hex_of(given) == hex_of(from_body));

    given.payload_hash = "0";
    given.headers.push_back({"X-Amz-Content-SHA256", " " + hash + " "});
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    CHECK(out.hex == hex_of(from_body));
    CHECK(out.headers.size() == 2);  // not added a second time
    REQUIRE(given.presign(out).ok());
    CHECK(out.canonical_request.ends_with("\n" + hash));

    given = from_body;
    given.payload_hash = sigv4::unsigned_payload;
    REQUIRE(given.sign(out).ok());
    CHECK(out.canonical_request.ends_with("\nUNSIGNED-PAYLOAD"));
    CHECK(out.headers[1].value == "UNSIGNED-PAYLOAD");
    REQUIRE(given.presign(out).ok());
    CHECK(out.canonical_request.ends_with("\nUNSIGNED-PAYLOAD"));
}

TEST_CASE("a fault after a success leaves nothing of the success", "[sigv4]") {
    sigv4::signer by;
    sigv4::signature out;
    auto given = bedrock_sample();
    for (bool const in_query : {false, true}) {
        given.method = "POST";
        REQUIRE((in_query ? given.presign(by, out) : given.sign(by, out)).ok());
        given.method = "";
        CHECK((in_query ? given.presign(by, out) : given.sign(by, out)).code == sigv4::fault::invalid_method);
        check_same(out, {});
    }
}

TEST_CASE("no secret stands in any stage", "[sigv4]") {
    auto given = bedrock_sample();
    given.token = "tokentoken";
    for (bool const omit : {false, true}) {
        given.options.omit_session_token = omit;
        sigv4::signature out;
        REQUIRE(given.sign(out).ok());
        std::string all = out.canonical_request + out.string_to_sign + out.signed_headers + out.hex;
        for (auto const& header : out.headers) all += header.name + header.value;
        CHECK(all.find(given.secret) == std::string::npos);
        CHECK(out.string_to_sign.find(given.token) == std::string::npos);
        CHECK(out.authorization().find(given.token) == std::string::npos);
        CHECK((out.canonical_request.find(given.token) == std::string::npos) == omit);
        REQUIRE(given.presign(out).ok());
        all = out.canonical_request + out.string_to_sign + out.signed_headers + out.hex + out.target;
        CHECK(all.find(given.secret) == std::string::npos);
        CHECK((out.canonical_request.find(given.token) == std::string::npos) == omit);
    }
}

TEST_CASE("no memory goes back with a secret or a session token in it", "[sigv4]") {
    auto given = bedrock_sample();
    given.secret = std::string(40, 'S') + "secret";
    given.token = std::string(700, 'T') + "token";
    auto small = given;
    small.token = std::string(100, 'T') + "token";
    auto const sign_all = [&] {
        std::optional<sigv4::signer> by(std::in_place);
        std::optional<sigv4::signature> out(std::in_place);
        for (bool const omit : {false, true}) {
            given.options.omit_session_token = small.options.omit_session_token = omit;
            for (auto const* one : {&small, &given, &small}) {
                REQUIRE(one->sign(*by, *out).ok());
                REQUIRE(one->presign(*by, *out).ok());
                REQUIRE(one->sign(*out).ok());
                REQUIRE(one->presign(*out).ok());
            }
        }
        out.emplace();
        for (bool const omit : {false, true, false}) {  // a token over the last one's memory, too small or too large
            given.options.omit_session_token = small.options.omit_session_token = omit;
            for (auto const* one : {&small, &given, &small}) REQUIRE(one->sign(*by, *out).ok());
        }
        for (int i = 0; i < 20; ++i) {  // pushes the key out of the cache
            REQUIRE(given.sign(*by, *out).ok());
            given.unix_seconds += 86400;
        }
        out.reset();
        by.reset();
    };
    for (std::string const needle : {"SSSSsecret", "TTTTtoken"}) {
        allocations::watch const watch(needle);
        sign_all();
        CHECK(watch.found() == 0);
        { std::string const proof = std::string(100, ' ') + needle; }
        CHECK(watch.found() > 0);  // it does look
    }
}

TEST_CASE("a signer that has signed the like before allocates nothing", "[sigv4]") {
    auto given = bedrock_sample();
    given.token = std::string(900, 't');
    given.target += "?b=2&a=1";
    given.headers.push_back({"X-Folded", "a\r\n  b"});
    sigv4::signer by;
    sigv4::signature out;
    auto const what = given.request();
    auto const allocated_by = [](auto call) {
        auto const before = allocations::count();
        auto const found = call();
        auto const count = allocations::count() - before;
        REQUIRE(found.ok());
        return count;
    };
    auto const sign = [&] { return by.sign(what, given.credentials(), given.scope(), given.options, out); };
    auto const presign = [&] { return by.presign(what, 60, given.credentials(), given.scope(), given.options, out); };
    auto const first = allocated_by(sign);
    CHECK(first > 0);
    CHECK(allocated_by(sign) == 0);
    CHECK(allocated_by(sign) == 0);

    // What a client does: a signature of its own for each request, and its headers moved on. Eleven texts and lists are
    // returned and allocated then, and nothing else.
    auto const sign_once = [&] {
        sigv4::signature fresh;
        auto const found = by.sign(what, given.credentials(), given.scope(), given.options, fresh);
        auto const moved = std::move(fresh.headers);
        return found;
    };
    CHECK(allocated_by(sign_once) <= 11);

    CHECK(allocated_by(presign) > 0);
    CHECK(allocated_by(presign) == 0);

    sigv4::event_signature event;
    event.hex = out.hex;
    auto const sign_event = [&] {
        return by.sign_event({what.body, what.body, event.hex}, given.credentials(), given.scope(), event);
    };
    CHECK(allocated_by(sign_event) <= 1);
    CHECK(allocated_by(sign_event) == 0);
    INFO("first " << first);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER)
TEST_CASE("a failure of OpenSSL is a fault with its stage, not a wrong signature", "[sigv4]") {
    auto given = bedrock_sample();
    auto hashed = given;
    hashed.payload_hash = sigv4::unsigned_payload;
    sigv4::signature out;
    sigv4::event_signature event;
    REQUIRE(given.sign(out).ok());
    event.hex = out.hex;
    REQUIRE(EVP_set_default_properties(nullptr, "provider=nobody") == 1);
    auto const by = std::make_unique<sigv4::signer>();
    auto const of_function = given.sign(out);
    auto const of_signer = given.sign(*by, out);
    auto const of_presign = given.presign(*by, out);
    auto const of_hashed = hashed.sign(*by, out);
    auto const of_event = by->sign_event({{}, {}, event.hex}, given.credentials(), given.scope(), event);
    crypto::sha256_digest key{};
    crypto::sha256 hash;
    bool const derived = sigv4::derive_signing_key(hash, given.secret, "20260102", given.scope(), key);
    EVP_set_default_properties(nullptr, "");
    using sigv4::stage;
    CHECK((of_function == sigv4::status{sigv4::fault::crypto, stage::canonical_request}));
    CHECK((of_signer == sigv4::status{sigv4::fault::crypto, stage::canonical_request}));
    CHECK((of_presign == sigv4::status{sigv4::fault::crypto, stage::canonical_request}));
    CHECK((of_hashed == sigv4::status{sigv4::fault::crypto, stage::string_to_sign}));
    CHECK((of_event == sigv4::status{sigv4::fault::crypto, stage::string_to_sign}));
    CHECK_FALSE(derived);
    check_same(out, {});
    CHECK(event.hex.empty());
}
#endif
