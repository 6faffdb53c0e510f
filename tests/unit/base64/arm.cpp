#include "bedrock/base64/arm.hpp"

#include "support/base64_checks.hpp"

TEST_CASE("base64 by NEON is what OpenSSL writes and reads", "[base64]") {
    if (!bedrock::base64_detail::has_neon()) {
        WARN("skipped: this is no 64-bit ARM");
        return;
    }
    base64_test::check_encode(bedrock::base64_detail::encode_neon);
    base64_test::check_decode(bedrock::base64_detail::decode_neon);
}
