// SPDX-License-Identifier: MIT
// Owns the list of the headers that read and edit JSON5.
// Never declares anything.
#ifndef BEDROCK_JSON5_HPP
#define BEDROCK_JSON5_HPP

#include "bedrock/json5/document.hpp"
#include "bedrock/json5/edit.hpp"
#include "bedrock/json5/identifier.hpp"
#include "bedrock/json5/path.hpp"
#include "bedrock/json5/scanner.hpp"
#include "bedrock/json5/status.hpp"

#endif
