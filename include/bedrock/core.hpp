// SPDX-License-Identifier: MIT
// The umbrella of what needs neither libcurl nor OpenSSL: codecs, JSON, the model of Converse.
// Never includes a header that does I/O.
#ifndef BEDROCK_CORE_HPP
#define BEDROCK_CORE_HPP

#include "bedrock/aws_error.hpp"
#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/endpoint.hpp"
#include "bedrock/error.hpp"
#include "bedrock/event_stream.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/http.hpp"
#include "bedrock/json.hpp"
#include "bedrock/result.hpp"
#include "bedrock/retry.hpp"
#include "bedrock/time.hpp"
#include "bedrock/types.hpp"
#include "bedrock/uri.hpp"
#include "bedrock/utf8.hpp"
#include "bedrock/version.hpp"

#endif
