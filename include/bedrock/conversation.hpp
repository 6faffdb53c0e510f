// Owns the repair of conversations that Converse would refuse, and with them every later turn of the session.
// Never changes what Converse takes already, never knows a model by name, and is never run behind the caller's back.
#ifndef BEDROCK_CONVERSATION_HPP
#define BEDROCK_CONVERSATION_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_blocks.hpp"
#include "bedrock/conversation_cache_points.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/conversation_turns.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct normalized_conversation {
    std::vector<message> messages{};
    tool_config tools{};
    conversation_report report{};
    std::vector<renamed_tool> renamed_tools{};
};

/// The same conversation as Converse takes it, by the rules of the strictest models, Claude's: two questions in a row,
/// which some models take, are joined. Idempotent; where the report is clean, messages and tools are as they
/// were given, to the byte of their JSON. Blocks, roles and members that this version does not know are left alone.
/// Names and ids are unique over the whole conversation, which is to be given whole. May leave no message at all, when
/// none held anything that can be sent.
normalized_conversation normalize(std::vector<message> messages, tool_config tools = {},
                                  normalize_policy const& policy = {});

/// What normalize would do. **Allocates:** a copy of the conversation, its media included.
conversation_report lint(std::vector<message> const& messages, tool_config const& tools = {},
                         normalize_policy const& policy = {});

/// Repairs a request in place, its system prompt included: cache points are counted and ordered over all of it.
/// `renamed`, where given, gets the names of tools that had to be changed.
conversation_report normalize(converse_request& request, normalize_policy const& policy = {},
                              std::vector<renamed_tool>* renamed = nullptr);
conversation_report lint(converse_request const& request, normalize_policy const& policy = {});

/// The message of an answer as far as it can be sent back, also of one whose stream broke (`error::partial`): without
/// the reasoning that was not finished, because its signature is none. Its tool uses stay; normalize answers them.
message replayable(converse_response response);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline conversation_report normalize(std::vector<message>& messages, std::vector<system_content_block>& system,
                                     tool_config& tools, normalize_policy const& policy,
                                     std::vector<renamed_tool>& renamed) {
    conversation_draft draft{.system = system, .tools = tools, .policy = policy};
    draft.take(std::move(messages));
    block_repair blocks(draft);
    blocks.repair();
    turn_repair(draft).repair();
    blocks.finish();
    cache_point_repair(draft).repair();
    messages = draft.give_back();
    renamed = std::move(blocks.renamed_tools);
    return std::move(draft.report);
}

}  // namespace detail

inline conversation_report normalize(converse_request& request, normalize_policy const& policy,
                                     std::vector<renamed_tool>* renamed) {
    std::vector<renamed_tool> unwanted;
    return detail::normalize(request.messages, request.system, request.tools, policy,
                             renamed != nullptr ? *renamed : unwanted);
}

inline normalized_conversation normalize(std::vector<message> messages, tool_config tools,
                                         normalize_policy const& policy) {
    normalized_conversation made;
    made.messages = std::move(messages);
    made.tools = std::move(tools);
    std::vector<system_content_block> no_system;
    made.report = detail::normalize(made.messages, no_system, made.tools, policy, made.renamed_tools);
    return made;
}

inline conversation_report lint(std::vector<message> const& messages, tool_config const& tools,
                                normalize_policy const& policy) {
    return normalize(messages, tools, policy).report;
}

inline conversation_report lint(converse_request const& request, normalize_policy const& policy) {
    converse_request copy;
    copy.messages = request.messages;
    copy.system = request.system;
    copy.tools = request.tools;
    return normalize(copy, policy);
}

inline message replayable(converse_response response) {
    std::size_t place = 0;
    std::erase_if(response.message.content, [&](content_block const& block) {
        auto const here = place++;
        if (!block.holds<reasoning_content_block>()) return false;
        for (auto const incomplete : response.incomplete_blocks)
            if (incomplete == here) return true;
        return false;
    });
    return std::move(response.message);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
