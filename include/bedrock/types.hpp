// SPDX-License-Identifier: MIT
// The types of Converse without the client: messages, requests, responses, stream events, and the accumulator of a
// stream. Never includes a header that does I/O, and needs the standard library alone.
#ifndef BEDROCK_TYPES_HPP
#define BEDROCK_TYPES_HPP

#include "bedrock/error.hpp"
#include "bedrock/model/accumulator.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/result.hpp"

#endif
