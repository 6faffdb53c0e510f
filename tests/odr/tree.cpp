// A unit on the headers of the tree.
#include <bedrock/bedrock.hpp>

#include "odr/answers.hpp"
