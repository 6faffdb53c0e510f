// Catch2 and the whole SDK.
#include <catch2/catch.hpp>

#include <bedrock/bedrock.hpp>
