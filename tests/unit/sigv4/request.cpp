#include "bedrock/sigv4/request.hpp"

#include "support/sigv4_sample.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>

using namespace bedrock;
using sigv4::fault;
using sigv4_test::sample;

namespace {

// What is wrong with the default sample after the change, which `validate`, `sign` and `presign` must agree on.
template <class Change>
fault fault_with(Change change) {
    sample given;
    change(given);
    auto const found = sigv4::validate(given.request(), given.credentials(), given.scope());
    CHECK(found.at == (found.ok() ? sigv4::stage::none : sigv4::stage::input));
    for (bool const in_query : {false, true}) {
        sigv4::signature out;
        CHECK(((in_query ? given.presign(out) : given.sign(out)) == found));
        CHECK(out.hex.empty() != found.ok());
        if (!found.ok()) CHECK((out.canonical_request + out.string_to_sign + out.signed_headers + out.target).empty());
        if (!found.ok()) CHECK(out.headers.empty());
    }
    return found.code;
}

}  // namespace

TEST_CASE("methods and targets that cannot be signed are refused", "[sigv4]") {
    CHECK(fault_with([](sample&) {}) == fault::none);
    CHECK(fault_with([](sample& s) { s.method = ""; }) == fault::invalid_method);
    CHECK(fault_with([](sample& s) { s.method = "PO ST"; }) == fault::invalid_method);
    CHECK(fault_with([](sample& s) { s.method = "POST\n"; }) == fault::invalid_method);
    CHECK(fault_with([](sample& s) { s.method = "BREW-!#$%&'*+.^_`|~"; }) == fault::none);
    CHECK(fault_with([](sample& s) { s.target = "model"; }) == fault::invalid_target);
    CHECK(fault_with([](sample& s) { s.target = "https://host/"; }) == fault::invalid_target);
    CHECK(fault_with([](sample& s) { s.target = "/a\r\nb"; }) == fault::invalid_target);
    CHECK(fault_with([](sample& s) { s.target = std::string("/\0", 2); }) == fault::invalid_target);
    CHECK(fault_with([](sample& s) { s.target = "/\x7f"; }) == fault::invalid_target);
    CHECK(fault_with([](sample& s) { s.target = ""; }) == fault::none);
    CHECK(fault_with([](sample& s) { s.target = "?a=b"; }) == fault::none);
    CHECK(fault_with([](sample& s) { s.target = "/\xE1\x88\xB4 x"; }) == fault::none);
}

TEST_CASE("headers that cannot be signed are refused", "[sigv4]") {
    auto const fault_of = [](char const* name, std::string const& value, char const* token = "") {
        return fault_with([&](sample& s) {
            s.headers.push_back({name, value});
            s.token = token;
        });
    };
    CHECK(fault_with([](sample& s) { s.headers.clear(); }) == fault::missing_host);
    CHECK(fault_with([](sample& s) { s.headers[0].name = "hOST"; }) == fault::none);
    CHECK(fault_of("host", "other.example") == fault::repeated_host);
    CHECK(fault_of("HOST", "") == fault::repeated_host);
    for (auto const* name : {"", "a b", "a:", "a\n", "\xC3\xA9", "x,y"})
        CHECK(fault_of(name, "v") == fault::invalid_header);
    for (auto const* value : {"a\nb", "a\n", "a\r", "a\r\n", "\r\rb", "a\r\nInjected: b", "a\n b", "a\n\tb", "a\r b", "a\r\n b\n c"})
        CHECK(fault_of("n", value) == fault::invalid_header);
    for (auto const* value : {"a\r\n b", "a\r\n\tb\r\n c", "", "\xE1\x88\xB4"}) CHECK(fault_of("n", value) == fault::none);
    CHECK(fault_of("n", std::string("\0", 1)) == fault::invalid_header);
    CHECK(fault_of("authorization", "") == fault::conflicting_header);
    CHECK(fault_of("x-amz-date", "") == fault::conflicting_header);
    CHECK(fault_of("x-amz-security-token", "") == fault::none);
    CHECK(fault_of("x-amz-security-token", "", "t") == fault::conflicting_header);
    CHECK(fault_of("X-Amz-Content-Sha256", " UNSIGNED-PAYLOAD ") == fault::none);
    CHECK(fault_of("X-Amz-Content-Sha256", " ") == fault::invalid_payload_hash);
    CHECK(fault_of("X-Amz-Content-Sha256", "a b") == fault::invalid_payload_hash);
    CHECK(fault_of("X-Amz-Content-Sha256", "a\r\n b") == fault::invalid_payload_hash);
}

TEST_CASE("credentials, scopes and hashes that cannot be signed with are refused", "[sigv4]") {
    CHECK(fault_with([](sample& s) { s.payload_hash = "a\nb"; }) == fault::invalid_payload_hash);
    CHECK(fault_with([](sample& s) { s.payload_hash = "\x7f"; }) == fault::invalid_payload_hash);
    CHECK(fault_with([](sample& s) { s.access_key_id = ""; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.access_key_id = "A/B"; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.access_key_id = "A,B"; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.access_key_id = "A B"; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.secret = ""; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.token = "a\r\nX: y"; }) == fault::invalid_credentials);
    CHECK(fault_with([](sample& s) { s.region = ""; }) == fault::invalid_scope);
    CHECK(fault_with([](sample& s) { s.region = "us/east"; }) == fault::invalid_scope);
    CHECK(fault_with([](sample& s) { s.service = "bed rock"; }) == fault::invalid_scope);
    CHECK(fault_with([](sample& s) { s.service = "bed\"rock"; }) == fault::none);
}

TEST_CASE("a time outside of the years that can be written is refused", "[sigv4]") {
    for (auto const seconds : {std::int64_t{253402300800}, std::int64_t{-62167219201}, INT64_MIN, INT64_MAX}) {
        sample given;
        given.unix_seconds = seconds;
        sigv4::signature out;
        CHECK((given.sign(out) == sigv4::status{fault::invalid_time, sigv4::stage::input}));
        CHECK(out.headers.empty());
        CHECK((given.presign(out) == sigv4::status{fault::invalid_time, sigv4::stage::input}));
        CHECK(out.target.empty());
    }
    sample given;
    given.unix_seconds = 253402300799;
    sigv4::signature out;
    REQUIRE(given.sign(out).ok());
    CHECK(out.headers[0].value == "99991231T235959Z");
}
