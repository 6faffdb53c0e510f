// Contained in another single header.
#include "default_chain.hpp"
