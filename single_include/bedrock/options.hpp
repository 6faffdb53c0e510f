// Contained in another single header.
#include "bedrock.hpp"
