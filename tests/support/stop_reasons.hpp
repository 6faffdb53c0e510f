// The stop reasons of the service, one of tomorrow among them, and what each means to an agent.
#pragma once

#include "bedrock/agent_event.hpp"

#include <utility>

inline constexpr std::pair<char const*, bedrock::agent_stop> stop_reasons[] = {
    {"end_turn", bedrock::agent_stop::stop},
    {"stop_sequence", bedrock::agent_stop::stop},
    {"max_tokens", bedrock::agent_stop::length},
    {"model_context_window_exceeded", bedrock::agent_stop::length},
    {"tool_use", bedrock::agent_stop::tool_use},
    {"guardrail_intervened", bedrock::agent_stop::error},
    {"content_filtered", bedrock::agent_stop::error},
    {"malformed_model_output", bedrock::agent_stop::error},
    {"malformed_tool_use", bedrock::agent_stop::error},
    {"refusal", bedrock::agent_stop::error},
    {"of_tomorrow", bedrock::agent_stop::error},
};
