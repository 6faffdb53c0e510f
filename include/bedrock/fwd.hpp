// Owns the forward declarations that let a header name a type without its definition.
// Never includes a standard header.
#ifndef BEDROCK_FWD_HPP
#define BEDROCK_FWD_HPP

#include "bedrock/config.hpp"

namespace bedrock::inline BEDROCK_ABI {

enum class errc : unsigned char;
struct error;
template <class T>
class result;

struct message;
struct converse_request;
struct converse_response;
class stream_event;
class event_reader;
class client;

}  // namespace bedrock::inline BEDROCK_ABI

#endif
