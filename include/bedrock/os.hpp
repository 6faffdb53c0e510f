// SPDX-License-Identifier: MIT
// Owns nothing: the umbrella of bedrock/os/, the hands that runners have beside HTTP.
// Never holds a declaration of its own.
#ifndef BEDROCK_OS_HPP
#define BEDROCK_OS_HPP

#include "bedrock/os/error_text.hpp"
#include "bedrock/os/file.hpp"
#include "bedrock/os/process.hpp"

#endif
