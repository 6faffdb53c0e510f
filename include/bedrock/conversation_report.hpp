// SPDX-License-Identifier: MIT
// The report on a conversation: which rule of Converse it breaks, where, and what was or would be done about it.
// It never decides what breaks a rule.
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
    invalid_utf8,                  ///< bytes that are not UTF-8, or an escape of a lone surrogate in JSON
    blank_text,                    ///< a text that is empty or all white space
    empty_block,                   ///< a block without content, or a role that is not set
    empty_turn,                    ///< a message without a block that can be sent
    misplaced_block,               ///< a block that the other side may send alone
    consecutive_roles,             ///< two messages of one side in a row, parallel tool results among them
    first_role_not_user,           ///< the first message is not the user's
    last_role_not_user,            ///< the last message is the model's, and its family refuses a prefill
    reasoning_alone,               ///< a turn of the model's that holds reasoning only
    unsigned_reasoning,            ///< reasoning without its signature
    empty_reasoning,               ///< reasoning with neither text, signature nor encrypted content
    foreign_signature,             ///< a signature for a model that takes none
    reasoning_not_taken,           ///< reasoning for a model that takes none back, or encrypted only
    broken_signature,              ///< reasoning with half a signature, or with a text that cannot be what was signed
    empty_tool_input,              ///< no input where `{}` is meant
    invalid_tool_input,            ///< an input that is no JSON object
    empty_member_name,             ///< a member name "" in a tool's input or result, at any depth
    invalid_json,                  ///< JSON of a tool's result that is not an object, or has a member `__type`
    empty_tool_result,             ///< a result without content
    orphan_tool_use,               ///< a tool use that has no result
    orphan_tool_result,            ///< a result that has no tool use before it
    duplicate_tool_result,         ///< a second result of one tool use
    misplaced_tool_result,         ///< a result that is not in the message behind its tool use
    tool_result_order,             ///< a result behind other content of its message
    tool_use_order,                ///< a text behind a tool use of its message
    tool_result_sibling,           ///< content that may not be beside a tool result
    tool_result_status_not_taken,  ///< the member `status` for a model that refuses it
    image_in_tool_result,          ///< an image in a tool result for a model that refuses it there
    document_in_tool_result,       ///< a document in a tool result for a model that refuses it there
    media_in_error_result,         ///< anything but text in a tool result that is an error
    image_format,                  ///< "jpg", which is called jpeg
    document_not_taken,            ///< a document for a model that takes none
    invalid_tool_use_id,           ///< an id with other characters, or of another length, than the family takes
    duplicate_tool_use_id,         ///< an id that an earlier tool use has
    invalid_tool_name,             ///< not 1..64 of a-z A-Z 0-9 _ -
    duplicate_tool,                ///< a tool whose name an earlier one has
    blank_tool_description,        ///< a description without words
    schema_without_type,           ///< a schema whose root does not have `"type": "object"`
    schema_root_union,             ///< a schema with oneOf, anyOf or allOf at its root
    schema_big_integer,            ///< integers beyond 32 bits in a schema
    strict_tool,                   ///< a tool that may not be strict, or one more than may
    empty_tools,                   ///< a list of tools without a tool
    missing_tool_config,           ///< tool uses or results in the messages, and no tools
    unknown_tool_choice,           ///< a choice of a tool that there is not
    invalid_document_name,         ///< not 1..200 letters, digits, single spaces, - _ ( ) [ ]
    duplicate_document_name,       ///< a name that an earlier document of the conversation has
    document_without_text,         ///< a message that holds a document and no text
    misplaced_cache_point,     ///< first in its message, in a tool result, or behind reasoning or a document but PDF
    too_many_cache_points,     ///< more than the policy allows
    cache_point_not_taken,     ///< a cache point for a model that takes none there
    stop_sequences_not_taken,  ///< stop sequences for a model that refuses them
    temperature_with_top_p,    ///< both parameters for a model that takes one of them
    cache_point_order,         ///< one hour behind five minutes, in the order tools, system prompt, messages
};

/// "blank_text": the enumerator's name, for logs and other programs.
std::string_view name(conversation_issue issue) noexcept;

/// Where in a request something stands.
enum class conversation_part : unsigned char { messages, system, tools, parameters };

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
    static constexpr std::string_view names[] = {"invalid_utf8",
                                                 "blank_text",
                                                 "empty_block",
                                                 "empty_turn",
                                                 "misplaced_block",
                                                 "consecutive_roles",
                                                 "first_role_not_user",
                                                 "last_role_not_user",
                                                 "reasoning_alone",
                                                 "unsigned_reasoning",
                                                 "empty_reasoning",
                                                 "foreign_signature",
                                                 "reasoning_not_taken",
                                                 "broken_signature",
                                                 "empty_tool_input",
                                                 "invalid_tool_input",
                                                 "empty_member_name",
                                                 "invalid_json",
                                                 "empty_tool_result",
                                                 "orphan_tool_use",
                                                 "orphan_tool_result",
                                                 "duplicate_tool_result",
                                                 "misplaced_tool_result",
                                                 "tool_result_order",
                                                 "tool_use_order",
                                                 "tool_result_sibling",
                                                 "tool_result_status_not_taken",
                                                 "image_in_tool_result",
                                                 "document_in_tool_result",
                                                 "media_in_error_result",
                                                 "image_format",
                                                 "document_not_taken",
                                                 "invalid_tool_use_id",
                                                 "duplicate_tool_use_id",
                                                 "invalid_tool_name",
                                                 "duplicate_tool",
                                                 "blank_tool_description",
                                                 "schema_without_type",
                                                 "schema_root_union",
                                                 "schema_big_integer",
                                                 "strict_tool",
                                                 "empty_tools",
                                                 "missing_tool_config",
                                                 "unknown_tool_choice",
                                                 "invalid_document_name",
                                                 "duplicate_document_name",
                                                 "document_without_text",
                                                 "misplaced_cache_point",
                                                 "too_many_cache_points",
                                                 "cache_point_not_taken",
                                                 "stop_sequences_not_taken",
                                                 "temperature_with_top_p",
                                                 "cache_point_order"};
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
