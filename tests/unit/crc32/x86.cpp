#include "bedrock/crc32/x86.hpp"

#include "support/crc32_checks.hpp"

TEST_CASE("PCLMULQDQ gives the value of the definition", "[crc32]") {
    if (!bedrock::crc32_detail::has_pclmul()) {
        WARN("skipped: this processor has no AVX with PCLMULQDQ");
        return;
    }
    crc32_test::check_update(bedrock::crc32_detail::update_pclmul);
}

TEST_CASE("VPCLMULQDQ gives the value of the definition", "[crc32]") {
    if (!bedrock::crc32_detail::has_vpclmul()) {
        WARN("skipped: this processor has no AVX-512 with VPCLMULQDQ");
        return;
    }
    crc32_test::check_update(bedrock::crc32_detail::update_vpclmul);
}
