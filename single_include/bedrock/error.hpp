// Contained in another single header.
#include "result.hpp"
