// SPDX-License-Identifier: MIT
// Owns nothing: the umbrella of bedrock/json/.
// Never holds a declaration of its own.
#ifndef BEDROCK_JSON_HPP
#define BEDROCK_JSON_HPP

#include "bedrock/json/document.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/lazy.hpp"
#include "bedrock/json/number.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json/partial.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/json/writer.hpp"

#endif
