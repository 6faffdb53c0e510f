// SPDX-License-Identifier: MIT
// Media, results and documents of a conversation as the model's family takes them.
// It never changes what the family takes.
#ifndef BEDROCK_CONVERSATION_MEDIA_HPP
#define BEDROCK_CONVERSATION_MEDIA_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/conversation_results.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::detail {

class media_repair {
  public:
    explicit media_repair(conversation_draft& draft) : draft_(draft) {}

    void repair() {
        for (auto& one : draft_.turns) {
            if (!one.is_known()) continue;
            for (auto& block : one.blocks) {
                if (auto* const image = block.content.get_if<image_block>()) name_format(block, *image);
                if (auto* const result = block.content.get_if<tool_result_block>())
                    for (auto& piece : result->content)
                        if (auto* const image = piece.get_if<image_block>()) name_format(block, *image);
                omit_document(block);
            }
            if (one.is_user() && may_change_results(draft_.rules)) repair_results(one);
        }
        part_results();
    }

  private:
    void name_format(drafted_block const& block, image_block& image) {
        if (name_jpeg(image)) draft_.found(conversation_issue::image_format, block, "image format jpg: made jpeg");
    }
    void omit_document(drafted_block& block) {
        auto const* const document = block.content.get_if<document_block>();
        if (document == nullptr || !draft_.rules.documents) return;
        draft_.found(conversation_issue::document_not_taken, block,
                     "a document for a model that takes none: made a text");
        block.content = document_as_text(*document);
    }
    void repair_results(drafted_turn& in);
    void part_results();
    bool may_be_beside(drafted_block const& block) const noexcept;

    conversation_draft& draft_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void media_repair::repair_results(drafted_turn& in) {
    std::vector<drafted_block> all;
    std::size_t behind = 0;  // the last result
    for (auto& block : in.blocks) {
        auto* const result = block.content.get_if<tool_result_block>();
        if (result == nullptr) continue;
        behind = static_cast<std::size_t>(&block - in.blocks.data()) + 1;
        std::vector<content_block> beside;
        auto const made = repair_result(*result, draft_.rules, beside);
        auto const id = " in the tool result " + result->tool_use_id;
        bool const is_moved = !beside.empty();
        if (made.image)
            draft_.found(conversation_issue::image_in_tool_result, block,
                         "image" + id + (is_moved ? ": moved behind the results" : ": omitted"));
        if (made.document)
            draft_.found(conversation_issue::document_in_tool_result, block,
                         "document" + id + (is_moved ? ": moved behind the results" : ": made a text"));
        if (made.error_media)
            draft_.found(conversation_issue::media_in_error_result, block,
                         "image" + id + ", which is an error: moved behind the results");
        if (made.status)
            draft_.found(draft_.rules.result_status ? conversation_issue::tool_result_status_not_taken
                                                    : conversation_issue::media_in_error_result,
                         block, "the status" + id + ": left out");
        for (auto& one : beside) all.push_back({std::move(one), block.message, block.block});
    }
    in.blocks.insert(in.blocks.begin() + static_cast<std::ptrdiff_t>(behind), std::make_move_iterator(all.begin()),
                     std::make_move_iterator(all.end()));
}

inline bool media_repair::may_be_beside(drafted_block const& block) const noexcept {
    if (block.is_tool_result() || block.is_cache_point()) return true;
    if (draft_.rules.result_siblings == result_sibling_rule::any) return true;
    if (draft_.rules.result_siblings == result_sibling_rule::none) return false;
    return !block.content.holds<document_block>() && !block.content.holds<video_block>();
}

// Moves what may not be beside tool results into a turn of its own, behind a short one of the model's.
inline void media_repair::part_results() {
    if (draft_.rules.result_siblings == result_sibling_rule::any) return;
    std::vector<drafted_turn> all;
    all.reserve(draft_.turns.size());
    for (auto& one : draft_.turns) {
        bool has_result = false, has_other = false;
        for (auto const& block : one.blocks) {
            has_result = has_result || block.is_tool_result();
            has_other = has_other || !may_be_beside(block);
        }
        if (!one.is_user() || !has_result || !has_other) {
            all.push_back(std::move(one));
            continue;
        }
        drafted_turn rest;
        rest.value.role = conversation_role::user;
        std::vector<drafted_block> kept;
        bool parted = false;  // what follows stays together
        for (auto& block : one.blocks) {
            if (!parted && !may_be_beside(block)) {
                parted = true;
                draft_.found(conversation_issue::tool_result_sibling, block,
                             "content that may not be beside a tool result: moved to a message of its own");
            }
            bool const stays = block.is_tool_result() || (!parted && may_be_beside(block));
            (stays ? kept : rest.blocks).push_back(std::move(block));
        }
        one.blocks = std::move(kept);
        all.push_back(std::move(one));
        all.push_back(make_turn(conversation_role::assistant, draft_.policy.parting_text));
        all.push_back(std::move(rest));
    }
    draft_.turns = std::move(all);
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
