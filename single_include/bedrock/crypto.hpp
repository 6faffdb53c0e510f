// SPDX-License-Identifier: MIT
// Contained in another single header.
#include "sigv4.hpp"
