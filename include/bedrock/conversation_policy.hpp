// SPDX-License-Identifier: MIT
// Choices in the repair of a conversation, and the texts that it adds.
// It never holds the name of a model.
#ifndef BEDROCK_CONVERSATION_POLICY_HPP
#define BEDROCK_CONVERSATION_POLICY_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_families.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace bedrock::inline BEDROCK_ABI {

/// What becomes of a tool use that nobody answered.
enum class orphan_tool_use_policy : unsigned char { answer_with_error, drop };
/// What is done about tool uses and results when the request offers no tools: the tools' names are declared, with a
/// description that says that they are gone, or the blocks become texts: "[Assistant tool call]: name({...})".
enum class missing_tools_policy : unsigned char { declare, flatten };
/// What becomes of reasoning that the model's family does not take: without a whole signature for Claude, with one for
/// other models, any reasoning for Nova. `keep` switches these rules off.
enum class unsigned_reasoning_policy : unsigned char { drop, as_text, keep };
/// What becomes of a message in which nothing is left.
enum class empty_turn_policy : unsigned char { drop, placeholder };
/// What becomes of a last message that is the model's. Older models continue it, Claude from 4.6 on refuses it.
enum class last_assistant_policy : unsigned char { by_model, keep, add_user_turn };
/// What becomes of a turn of the model's that holds reasoning only, which the newest models take for a prefill.
enum class reasoning_turn_policy : unsigned char { add_text, drop };

/// How a conversation is repaired where there is a choice. No text may be blank.
struct normalize_policy {
    /// What the model refuses. Unset: the rules of the family that the request's model id names, and the strictest
    /// rules for messages without a request. To switch one rule: `auto rules = find_history_rules(id);
    /// rules.stop_sequences = false; policy.rules = rules;`
    std::optional<history_rules> rules{};
    orphan_tool_use_policy orphan_tool_use = orphan_tool_use_policy::answer_with_error;
    missing_tools_policy missing_tools = missing_tools_policy::declare;
    unsigned_reasoning_policy unsigned_reasoning = unsigned_reasoning_policy::drop;
    empty_turn_policy empty_turn = empty_turn_policy::drop;
    last_assistant_policy last_assistant = last_assistant_policy::by_model;
    reasoning_turn_policy reasoning_turn = reasoning_turn_policy::add_text;
    std::size_t max_cache_points = 4;  ///< in tools, system prompt and messages together: Claude, Nova
    std::string missing_result_text = "No result provided";
    std::string empty_text = "[no output]";  ///< in an empty tool result or turn, and behind reasoning alone
    std::string opening_text = "[start of the conversation]";  ///< the user's turn before a first one of the model's
    std::string continue_text = "[continue]";                  ///< the user's turn behind a last one of the model's
    std::string parting_text = "[continue with the attachments]";  ///< the model's turn between results and attachments
    std::string document_text = "See the attached document.";      ///< beside a document without a text
};

}  // namespace bedrock::inline BEDROCK_ABI

#endif
