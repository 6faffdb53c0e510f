// A unit on the single headers, smaller ones after the one that includes them.
#include "../../single_include/bedrock/bedrock.hpp"
//
#include "../../single_include/bedrock/event_stream.hpp"
#include "../../single_include/bedrock/types.hpp"

#include "odr/answers.hpp"
