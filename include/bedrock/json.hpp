// Owns nothing: the umbrella of bedrock/json/.
// Never holds a declaration of its own.
#ifndef BEDROCK_JSON_HPP
#define BEDROCK_JSON_HPP

#include "bedrock/json/number.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/json/writer.hpp"

#endif
