// What costs every test the most to read.
#include "support/catch.hpp"
