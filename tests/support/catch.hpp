// The Catch2 of this machine, version 2.13 or 3, under the names of version 2. Every test includes this header instead.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using Catch::Approx;

namespace Catch {

namespace Matchers {
inline auto Contains(std::string const& text) {
    return ContainsSubstring(text);
}
}  // namespace Matchers

using Matchers::Contains;
using Matchers::EndsWith;
using Matchers::StartsWith;

}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif
