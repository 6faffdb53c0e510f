// Catch2 and the whole SDK.
#include "support/catch.hpp"

#include <bedrock/bedrock.hpp>
