// A unit on the joined header.
#include "../../single_include/bedrock/bedrock.hpp"

#include "odr/answers.hpp"
