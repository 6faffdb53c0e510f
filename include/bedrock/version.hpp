// SPDX-License-Identifier: MIT
// Owns the version numbers of this copy of bedrock.
// Never anything else: the User-Agent is made elsewhere.
#ifndef BEDROCK_VERSION_HPP
#define BEDROCK_VERSION_HPP

#include "bedrock/config.hpp"

namespace bedrock::inline BEDROCK_ABI {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

/// "major.minor.patch", as Semantic Versioning 2.0 writes it.
inline constexpr char version_text[] = "0.1.0";

}  // namespace bedrock::inline BEDROCK_ABI

#endif
