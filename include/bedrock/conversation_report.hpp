// Owns the report on a conversation: which rule of Converse it breaks, where, and what was or would be done about it.
// Never decides what is a breach: that is bedrock/conversation.hpp.
#ifndef BEDROCK_CONVERSATION_REPORT_HPP
#define BEDROCK_CONVERSATION_REPORT_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// What Converse, or the model behind it, refuses.
enum class conversation_issue : unsigned char {
    invalid_utf8,             ///< bytes that are not UTF-8, or an escape of a lone surrogate in JSON
    blank_text,               ///< a text that is empty or all white space
    empty_block,              ///< a block without content, or a role that is not set
    empty_turn,               ///< a message without a block that can be sent
    misplaced_block,          ///< a block that the other side may send alone
    consecutive_roles,        ///< two messages of one side in a row, parallel tool results among them
    first_role_not_user,      ///< the first message is not the user's
    last_role_not_user,       ///< the last message is not the user's, and the policy asks for it
    unsigned_reasoning,       ///< reasoning without its signature
    broken_signature,         ///< reasoning with half a signature, or with a text that cannot be what was signed
    empty_tool_input,         ///< no input where `{}` is meant
    invalid_tool_input,       ///< an input that is no JSON object
    invalid_json,             ///< JSON of a tool's result that is no JSON object
    empty_tool_result,        ///< a result without content
    orphan_tool_use,          ///< a tool use that has no result
    orphan_tool_result,       ///< a result that has no tool use before it
    duplicate_tool_result,    ///< a second result of one tool use
    misplaced_tool_result,    ///< a result that is not in the message behind its tool use
    tool_result_order,        ///< a result behind other content of its message
    tool_use_order,           ///< a text behind a tool use of its message
    invalid_tool_use_id,      ///< not 1..64 of a-z A-Z 0-9 _ . : -
    duplicate_tool_use_id,    ///< an id that an earlier tool use has
    invalid_tool_name,        ///< not 1..64 of a-z A-Z 0-9 _ -
    duplicate_tool,           ///< a tool whose name an earlier one has
    missing_tool_config,      ///< tool uses or results in the messages, and no tools
    unknown_tool_choice,      ///< a choice of a tool that there is not
    invalid_document_name,    ///< not 1..200 letters, digits, single spaces, - _ ( ) [ ]
    duplicate_document_name,  ///< a name that an earlier document of the conversation has
    document_without_text,    ///< a message that holds a document and no text
    misplaced_cache_point,    ///< first in its message, in a tool result, or behind reasoning or a document but PDF
    too_many_cache_points,    ///< more than the policy allows
    cache_point_order,        ///< one hour behind five minutes, in the order tools, system prompt, messages
};

/// "blank_text": the enumerator's name, for logs and other programs.
std::string_view name(conversation_issue issue) noexcept;

/// Where in a request something stands.
enum class conversation_part : unsigned char { messages, system, tools };

/// Stands for no message or no block in particular.
inline constexpr std::size_t no_place = static_cast<std::size_t>(-1);

struct conversation_finding {
    conversation_issue issue{};
    conversation_part part{};
    /// Place among the messages as they were given; `no_place` for what is not in a message.
    std::size_t message = no_place;
    /// Place in the message, the system prompt or the tools as they were given; `no_place` for the whole.
    std::size_t block = no_place;
    /// What is wrong and what normalize does about it, for people: "duplicate tool use id t1: renamed t1_2". Holds
    /// names and ids, never what was said.
    std::string text{};
};

/// Findings in the order in which they were met, rule by rule.
struct conversation_report {
    std::vector<conversation_finding> findings{};

    /// True when there was nothing to find: the conversation is sent as it is.
    bool clean() const noexcept { return findings.empty(); }
    std::size_t count(conversation_issue issue) const noexcept;
    bool has(conversation_issue issue) const noexcept { return count(issue) != 0; }
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::string_view name(conversation_issue issue) noexcept {
    static constexpr std::string_view names[] = {"invalid_utf8",          "blank_text",
                                                 "empty_block",           "empty_turn",
                                                 "misplaced_block",       "consecutive_roles",
                                                 "first_role_not_user",   "last_role_not_user",
                                                 "unsigned_reasoning",    "broken_signature",
                                                 "empty_tool_input",      "invalid_tool_input",
                                                 "invalid_json",          "empty_tool_result",
                                                 "orphan_tool_use",       "orphan_tool_result",
                                                 "duplicate_tool_result", "misplaced_tool_result",
                                                 "tool_result_order",     "tool_use_order",
                                                 "invalid_tool_use_id",   "duplicate_tool_use_id",
                                                 "invalid_tool_name",     "duplicate_tool",
                                                 "missing_tool_config",   "unknown_tool_choice",
                                                 "invalid_document_name", "duplicate_document_name",
                                                 "document_without_text", "misplaced_cache_point",
                                                 "too_many_cache_points", "cache_point_order"};
    auto const place = static_cast<std::size_t>(issue);
    return place < sizeof(names) / sizeof(names[0]) ? names[place] : std::string_view("unknown");
}

inline std::size_t conversation_report::count(conversation_issue issue) const noexcept {
    std::size_t found = 0;
    for (auto const& finding : findings) found += finding.issue == issue;
    return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
