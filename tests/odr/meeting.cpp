// A unit in which everything meets: a part of the tree, some single headers, and the rest of the tree, some of it
// twice.
#include <bedrock/json/reader.hpp>

#include "../../single_include/bedrock/event_stream.hpp"
//
#include "../../single_include/bedrock/types.hpp"
//
#include "../../single_include/bedrock/catalogue.hpp"
//
#include <bedrock/event_stream.hpp>
#include <bedrock/sigv4.hpp>
//
#include "../../single_include/bedrock/bedrock.hpp"
//
#include <bedrock/bedrock.hpp>
#include <bedrock/core.hpp>

#include "odr/answers.hpp"
