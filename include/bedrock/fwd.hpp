// SPDX-License-Identifier: MIT
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
template <class Kind>
class basic_event_reader;
struct converse_stream_kind;
using event_reader = basic_event_reader<converse_stream_kind>;

struct count_tokens_request;
struct count_tokens_response;
struct apply_guardrail_request;
struct apply_guardrail_response;
struct invoke_model_request;
struct invoke_model_response;
struct invoke_stream_response;
struct invoke_stream_kind;
using chunk_reader = basic_event_reader<invoke_stream_kind>;
struct embed_request;
struct embed_response;
struct start_async_invoke_request;
struct start_async_invoke_response;
struct get_async_invoke_request;
struct get_async_invoke_response;
struct list_async_invokes_request;
struct list_async_invokes_response;
struct invoke_guardrail_checks_request;
struct invoke_guardrail_checks_response;
struct list_foundation_models_request;
struct list_foundation_models_response;
struct get_foundation_model_request;
struct get_foundation_model_response;
struct list_inference_profiles_request;
struct list_inference_profiles_response;
struct get_inference_profile_request;
struct get_inference_profile_response;

class toolbox;
struct tool_options;
struct tool_answer;

class client;
class async_client;
class catalogue;

}  // namespace bedrock::inline BEDROCK_ABI

#endif
