// SPDX-License-Identifier: MIT
// Repair of conversations that Converse would refuse, and with them every later turn of the session.
// It never changes what the model takes already.
#ifndef BEDROCK_CONVERSATION_HPP
#define BEDROCK_CONVERSATION_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_blocks.hpp"
#include "bedrock/conversation_cache_points.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_media.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/conversation_results.hpp"
#include "bedrock/conversation_rules.hpp"
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

/// The same conversation as Converse takes it, by the rules of `normalize_policy::rules` or else of the strictest
/// models: two questions in a row, which some models take, are joined. Idempotent; if the report is clean, messages and
/// tools are as they were given, to the byte of their JSON. Blocks, roles and members that this version does not know
/// are left alone. Names and ids are unique over the whole conversation, which is to be given whole. May leave no
/// message at all, when none held anything that can be sent.
normalized_conversation normalize(std::vector<message> messages, tool_config tools = {},
                                  normalize_policy const& policy = {});

/// What normalize would do. **Allocates:** a copy of the conversation, its media included.
conversation_report lint(std::vector<message> const& messages, tool_config const& tools = {},
                         normalize_policy const& policy = {});

/// Repairs a request in place, its system prompt and parameters included, by the rules of its model's family
/// (`find_history_rules`): cache points are counted and ordered over all of it.
/// `renamed`, where given, gets the names of tools that had to be changed.
conversation_report normalize(converse_request& request, normalize_policy const& policy = {},
                              std::vector<renamed_tool>* renamed = nullptr);
conversation_report lint(converse_request const& request, normalize_policy const& policy = {});

/// The message of an answer as far as it can be sent back, also of one whose stream broke (`error::partial`): without
/// blank texts, empty reasoning, and reasoning that was not finished, whose signature is not whole. Its tool uses stay;
/// `normalize` answers them. May be left without content, for `normalize` to drop.
message replayable(converse_response response);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline conversation_report normalize(std::vector<message>& messages, std::vector<system_content_block>& system,
                                     tool_config& tools, normalize_policy const& policy, history_rules const& rules,
                                     std::vector<renamed_tool>& renamed) {
    conversation_draft draft{.system = system, .tools = tools, .policy = policy, .rules = rules};
    draft.take(std::move(messages));
    cache_point_repair points(draft);
    points.drop_refused();
    block_repair blocks(draft);
    blocks.repair();
    turn_repair(draft).repair();
    media_repair(draft).repair();
    blocks.finish();
    points.repair();
    messages = draft.give_back();
    renamed = std::move(blocks.renamed_tools);
    return std::move(draft.report);
}

/// Members of a request beside its messages and tools.
inline void repair_parameters(converse_request& request, history_rules const& rules, conversation_report& report) {
    auto const found = [&report](conversation_issue what, conversation_part part, std::string text) {
        report.findings.push_back({what, part, no_place, no_place, std::move(text)});
    };
    // An empty list that was read, not left out, would be sent as it is.
    if (request.tools.tools.empty() && request.unknown.find("toolConfig") != nullptr) {
        found(conversation_issue::empty_tools, conversation_part::tools, "a list of tools without a tool: left out");
        request.unknown.erase("toolConfig");
    }
    auto& inference = request.inference;
    if (rules.stop_sequences && !inference.stop_sequences.empty()) {
        found(conversation_issue::stop_sequences_not_taken, conversation_part::parameters,
              "stop sequences for a model that refuses them: left out");
        inference.stop_sequences.clear();
    }
    if (rules.temperature_with_top_p && inference.temperature && inference.top_p) {
        found(conversation_issue::temperature_with_top_p, conversation_part::parameters,
              "temperature and topP for a model that takes one of them: topP left out");
        inference.top_p.reset();
    }
}

}  // namespace detail

inline conversation_report normalize(converse_request& request, normalize_policy const& policy,
                                     std::vector<renamed_tool>* renamed) {
    std::vector<renamed_tool> unwanted;
    auto const rules = policy.rules ? *policy.rules : find_history_rules(request.model_id);
    auto report = detail::normalize(request.messages, request.system, request.tools, policy, rules,
                                    renamed != nullptr ? *renamed : unwanted);
    detail::repair_parameters(request, rules, report);
    return report;
}

inline normalized_conversation normalize(std::vector<message> messages, tool_config tools,
                                         normalize_policy const& policy) {
    normalized_conversation made;
    made.messages = std::move(messages);
    made.tools = std::move(tools);
    std::vector<system_content_block> no_system;
    made.report = detail::normalize(made.messages, no_system, made.tools, policy,
                                    policy.rules.value_or(history_rules()), made.renamed_tools);
    return made;
}

inline conversation_report lint(std::vector<message> const& messages, tool_config const& tools,
                                normalize_policy const& policy) {
    return normalize(messages, tools, policy).report;
}

inline conversation_report lint(converse_request const& request, normalize_policy const& policy) {
    auto copy = request;
    return normalize(copy, policy);
}

inline message replayable(converse_response response) {
    std::size_t place = 0;
    std::erase_if(response.message.content, [&](content_block const& block) {
        auto const here = place++;
        if (auto const* const text = block.get_if<text_block>()) return converse_rules::is_blank(text->text);
        auto const* const reasoning = block.get_if<reasoning_content_block>();
        if (reasoning == nullptr) return !block.is_set();
        if (detail::judge_reasoning(*reasoning, reasoning_rule::unsigned_only) == detail::reasoning_verdict::empty)
            return true;
        for (auto const incomplete : response.incomplete_blocks)
            if (incomplete == here) return true;
        return false;
    });
    return std::move(response.message);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
