// SPDX-License-Identifier: MIT
// A conversation while it is repaired: its blocks, where each of them came from, and the report so far.
// It never judges a block.
#ifndef BEDROCK_CONVERSATION_DRAFT_HPP
#define BEDROCK_CONVERSATION_DRAFT_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::detail {

/// A block and its place in the messages as they were given; `no_place` for a block that was put in.
struct drafted_block {
    content_block content{};
    std::size_t message = no_place;
    std::size_t block = no_place;
    bool dropped = false;

    bool is_cache_point() const noexcept { return content.holds<cache_point_block>(); }
    bool is_tool_result() const noexcept { return content.holds<tool_result_block>(); }
    /// The tool use that it is, when the caller is to answer it and not the service itself.
    tool_use_block* own_tool_use() noexcept {
        auto* const use = content.get_if<tool_use_block>();
        return use != nullptr && use->type != tool_use_type::server_tool_use ? use : nullptr;
    }
};

struct drafted_turn {
    message value{};  ///< without its content, which is in `blocks`
    std::size_t from = no_place;
    std::vector<drafted_block> blocks{};

    bool is_user() const noexcept { return value.role == conversation_role::user; }
    bool is_assistant() const noexcept { return value.role == conversation_role::assistant; }
    bool is_system() const noexcept { return value.role == conversation_role::system; }
    /// True of the two roles that alternate.
    bool speaks() const noexcept { return is_user() || is_assistant(); }
    /// False of a role of tomorrow, whose turns are not touched.
    bool is_known() const noexcept { return speaks() || is_system(); }
    /// Takes out the blocks that were dropped.
    void sweep() {
        std::erase_if(blocks, [](drafted_block const& block) { return block.dropped; });
    }
};

/// **Lifetime:** what it was made from outlives it.
struct conversation_draft {
    std::vector<drafted_turn> turns{};
    std::vector<system_content_block>& system;
    tool_config& tools;
    normalize_policy const& policy;
    history_rules const& rules;
    conversation_report report{};

    void take(std::vector<message>&& messages);
    std::vector<message> give_back();

    void found(conversation_issue what, drafted_block const& block, std::string text) {
        report.findings.push_back({what, conversation_part::messages, block.message, block.block, std::move(text)});
    }
    void found(conversation_issue what, drafted_turn const& in, std::string text) {
        report.findings.push_back({what, conversation_part::messages, in.from, no_place, std::move(text)});
    }
    void found(conversation_issue what, conversation_part part, std::size_t block, std::string text) {
        report.findings.push_back({what, part, no_place, block, std::move(text)});
    }
    void drop(conversation_issue what, drafted_block& block, std::string text) {
        found(what, block, std::move(text) + ": dropped");
        block.dropped = true;
    }
};

drafted_turn make_turn(conversation_role role, std::string const& text);

// ---------------------------------------------------------------------------------------------------------------------

inline void conversation_draft::take(std::vector<message>&& messages) {
    turns.reserve(messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto& made = turns.emplace_back();
        auto content = std::exchange(messages[i].content, {});
        made.value = std::move(messages[i]);
        made.from = i;
        made.blocks.reserve(content.size());
        for (std::size_t j = 0; j < content.size(); ++j) made.blocks.push_back({std::move(content[j]), i, j});
    }
}

inline std::vector<message> conversation_draft::give_back() {
    std::vector<message> messages;
    messages.reserve(turns.size());
    for (auto& one : turns) {
        auto& back = messages.emplace_back(std::move(one.value));
        back.content.reserve(one.blocks.size());
        for (auto& block : one.blocks) back.content.push_back(std::move(block.content));
    }
    return messages;
}

inline drafted_turn make_turn(conversation_role role, std::string const& text) {
    drafted_turn made;
    made.value.role = role;
    made.blocks.push_back({text_block{text}});
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
