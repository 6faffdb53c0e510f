// SPDX-License-Identifier: MIT
// The umbrella of the runtime: everything that a program needs to talk to models.
// Never includes what few programs need: take those headers by name.
#ifndef BEDROCK_BEDROCK_HPP
#define BEDROCK_BEDROCK_HPP

#include "bedrock/client.hpp"
#include "bedrock/core.hpp"
#include "bedrock/model/accumulator.hpp"
#include "bedrock/stream.hpp"

#endif
