// SPDX-License-Identifier: MIT
// Contained in another single header.
#include "default_chain.hpp"
