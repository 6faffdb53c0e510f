// Opt-in in the tree: the joined header has it already.
#include "bedrock.hpp"
