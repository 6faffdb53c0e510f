#include "bedrock/base64/x86.hpp"

#include "support/base64_checks.hpp"

TEST_CASE("base64 by SSSE3 is what OpenSSL writes and reads", "[base64]") {
    if (!bedrock::base64_detail::has_ssse3()) {
        WARN("skipped: this processor has no SSSE3");
        return;
    }
    base64_test::check_encode(bedrock::base64_detail::encode_ssse3);
    base64_test::check_decode(bedrock::base64_detail::decode_ssse3);
}

TEST_CASE("base64 by AVX2 is what OpenSSL writes and reads", "[base64]") {
    if (!bedrock::base64_detail::has_avx2()) {
        WARN("skipped: this processor has no AVX2");
        return;
    }
    base64_test::check_encode(bedrock::base64_detail::encode_avx2);
    base64_test::check_decode(bedrock::base64_detail::decode_avx2);
}
