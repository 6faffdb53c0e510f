#include "bedrock/crc32/arm.hpp"

#include "support/crc32_checks.hpp"

TEST_CASE("ARM's CRC32 instructions give the value of the definition", "[crc32]") {
    if (!bedrock::crc32_detail::has_arm_crc()) {
        WARN("skipped: this processor has no CRC32 instructions of ARM's");
        return;
    }
    crc32_test::check_update(bedrock::crc32_detail::update_arm_crc);
}

TEST_CASE("ARM's PMULL gives the value of the definition", "[crc32]") {
    if (!bedrock::crc32_detail::has_arm_pmull()) {
        WARN("skipped: this processor has no PMULL");
        return;
    }
    crc32_test::check_update(bedrock::crc32_detail::update_arm_pmull);
}
