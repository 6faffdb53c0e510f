// SPDX-License-Identifier: MIT
// Owns the joining of the event-stream codec (application/vnd.amazon.eventstream): headers, frames, decoder, encoder.
// Never needs a network, a crypto or a JSON library: it stands alone on the C++ standard library.
#ifndef BEDROCK_EVENT_STREAM_HPP
#define BEDROCK_EVENT_STREAM_HPP

#include "bedrock/event_stream/decoder.hpp"
#include "bedrock/event_stream/encoder.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/event_stream/header.hpp"

#endif
