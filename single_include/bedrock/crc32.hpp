// SPDX-License-Identifier: MIT
// Contained in another single header.
#include "event_stream.hpp"
