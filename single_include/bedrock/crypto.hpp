// Contained in another single header.
#include "core.hpp"
