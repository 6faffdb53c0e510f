// Contained in another single header.
#include "credentials.hpp"
