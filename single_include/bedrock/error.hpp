// SPDX-License-Identifier: MIT
// Contained in another single header.
#include "result.hpp"
