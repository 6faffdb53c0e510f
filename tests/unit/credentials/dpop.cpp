#include "bedrock/credentials/dpop.hpp"

#include "support/dpop_check.hpp"
#include "support/es256_keys.hpp"

#include "support/catch.hpp"

#include <limits>
#include <string>

using namespace bedrock;

namespace {

crypto::es256_key key_of(char const* pem) {
    crypto::es256_key key;
    REQUIRE(key.read_pem(pem) == crypto::key_fault::none);
    return key;
}

constexpr dpop_claims claims{"POST", "https://us-east-1.signin.aws.amazon.com/v1/token",
                             "00010203-0405-4607-8809-0a0b0c0d0e0f", 1'763'510'400};

}  // namespace

TEST_CASE("dpop: a proof that a server accepts", "[credentials]") {
    auto const key = key_of(es256_keys::sec1);
    dpop_check const seen(make_dpop_proof(key, claims));
    CHECK(seen.fault == "");
    CHECK(seen.x == as_text(key.public_point().x));
    CHECK(seen.y == as_text(key.public_point().y));
    CHECK(seen.id == claims.id);
    CHECK(seen.method == "POST");
    CHECK(seen.url == claims.url);
    CHECK(seen.issued_at == 1'763'510'400);
}

TEST_CASE("dpop: head and payload are as RFC 9449 has them", "[credentials]") {
    auto const proof = make_dpop_proof(key_of(es256_keys::rfc6979), claims);
    auto const head = es256_check::decode_base64url(proof.substr(0, proof.find('.')));
    REQUIRE(head);
    CHECK(*head ==
          R"({"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256",)"
          R"("x":"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y","y":"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk"}})");
    auto const rest = proof.substr(proof.find('.') + 1);
    auto const payload = es256_check::decode_base64url(rest.substr(0, rest.find('.')));
    REQUIRE(payload);
    CHECK(*payload == R"({"jti":"00010203-0405-4607-8809-0a0b0c0d0e0f","htm":"POST",)"
                      R"("htu":"https://us-east-1.signin.aws.amazon.com/v1/token","iat":1763510400})");
}

TEST_CASE("dpop: the check itself sees what is wrong", "[credentials]") {
    auto const key = key_of(es256_keys::sec1);
    auto proof = make_dpop_proof(key, claims);
    CHECK(dpop_check(proof + "=").fault == "not base64url without padding");
    CHECK(dpop_check(proof + ".").fault == "not three parts");
    auto other = claims;
    other.url = "https://us-east-2.signin.aws.amazon.com/v1/token";
    auto const second = make_dpop_proof(key, other);
    auto const mixed = second.substr(0, second.rfind('.')) + proof.substr(proof.rfind('.'));
    CHECK(dpop_check(mixed).fault == "the signature is wrong");
}

TEST_CASE("dpop: any claims make valid JSON; without a key there is no proof", "[credentials]") {
    dpop_claims odd{"P\"OST", "https://x/\n\x80", "i\\d", (std::numeric_limits<std::int64_t>::min)()};
    dpop_check const seen(make_dpop_proof(key_of(es256_keys::pkcs8), odd));
    CHECK(seen.fault == "");
    CHECK(seen.method == "P\"OST");
    CHECK(seen.url == "https://x/\n\xEF\xBF\xBD");
    CHECK(make_dpop_proof({}, claims).empty());
}
