// What costs every test the most to read.
#include <catch2/catch.hpp>
