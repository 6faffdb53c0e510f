// Where the conformance vectors lie, when the build was told (-Dvectors=DIR). Without them a test skips visibly.
#pragma once

#include <optional>
#include <string>

inline std::optional<std::string> vectors_dir() {
#ifdef BEDROCK_TEST_VECTORS
    return std::string(BEDROCK_TEST_VECTORS);
#else
    return std::nullopt;
#endif
}
