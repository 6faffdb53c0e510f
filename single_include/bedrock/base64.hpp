// Contained in another single header.
#include "json.hpp"
