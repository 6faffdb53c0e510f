// SPDX-License-Identifier: MIT
// The order of a conversation: whose turn it is, which result answers which tool use, and what comes before what.
// It never looks into a block further than its kind and its tool use id.
#ifndef BEDROCK_CONVERSATION_TURNS_HPP
#define BEDROCK_CONVERSATION_TURNS_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/conversation_rules.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::detail {

class turn_repair {
  public:
    explicit turn_repair(conversation_draft& draft) : draft_(draft) {}

    void repair();

  private:
    struct place {
        std::size_t turn = no_place;
        std::size_t block = no_place;
    };
    struct tool_exchange {
        place use{};
        place answer{};
        bool answered() const noexcept { return answer.turn != no_place; }
    };
    // The tool uses of one id in one turn, and how many of them have been answered.
    struct open_uses {
        std::size_t turn = no_place;
        std::vector<std::size_t> exchanges{};
        std::size_t answered = 0;
    };

    void join_turns(bool fill_empty);
    bool part_reasoning();
    void pair(std::vector<tool_exchange>& exchanges);
    void name_tool_uses(std::vector<tool_exchange> const& exchanges);
    void answer_tool_uses(std::vector<tool_exchange> const& exchanges);
    void begin_with_user();
    void order_blocks();
    void end_with_user();

    static bool is_words(content_block const& block) noexcept {
        return block.holds<text_block>() || block.holds<citations_content_block>();
    }

    conversation_draft& draft_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void turn_repair::repair() {
    join_turns(false);
    std::vector<tool_exchange> exchanges;
    pair(exchanges);
    name_tool_uses(exchanges);
    answer_tool_uses(exchanges);
    join_turns(true);
    if (draft_.rules.reasoning_alone && part_reasoning()) join_turns(true);
    begin_with_user();
    order_blocks();
    end_with_user();
}

// Drops or fills turns that hold nothing, then joins neighbours of one role. Other roles stand between without parting.
inline void turn_repair::join_turns(bool fill_empty) {
    std::vector<drafted_turn> joined;
    joined.reserve(draft_.turns.size());
    std::size_t last = no_place;  // the last turn of `joined` that speaks
    for (auto& one : draft_.turns) {
        bool empty = one.is_known();
        for (auto const& block : one.blocks) empty = empty && block.is_cache_point();
        if (empty && draft_.policy.empty_turn == empty_turn_policy::drop) {
            draft_.found(conversation_issue::empty_turn, one, "nothing in the message: dropped");
            continue;
        }
        if (empty && fill_empty) {
            draft_.found(conversation_issue::empty_turn, one, "nothing in the message: given a placeholder");
            one.blocks.clear();
            one.blocks.push_back({text_block{draft_.policy.empty_text}});
        }
        if (one.speaks() && last != no_place && joined[last].value.role == one.value.role) {
            draft_.found(conversation_issue::consecutive_roles, one,
                         "the same role as the message before: joined with it");
            auto& into = joined[last];
            std::move(one.blocks.begin(), one.blocks.end(), std::back_inserter(into.blocks));
            for (auto const& member : one.value.unknown)
                if (into.value.unknown.find(member.name) == nullptr) into.value.unknown.add(member.name, member.value);
            continue;
        }
        if (one.speaks()) last = joined.size();
        joined.push_back(std::move(one));
    }
    draft_.turns = std::move(joined);
}

// True if a turn has lost all that it held.
inline bool turn_repair::part_reasoning() {
    bool dropped = false;
    for (auto& one : draft_.turns) {
        bool has_reasoning = false, has_other = false;
        for (auto const& block : one.blocks) {
            bool const is_reasoning = block.content.holds<reasoning_content_block>();
            has_reasoning = has_reasoning || is_reasoning;
            has_other = has_other || (!is_reasoning && !block.is_cache_point());
        }
        if (!one.is_assistant() || !has_reasoning || has_other) continue;
        if (draft_.policy.reasoning_turn == reasoning_turn_policy::drop) {
            draft_.found(conversation_issue::reasoning_alone, one, "nothing but reasoning in the message: dropped");
            one.blocks.clear();
            dropped = true;
            continue;
        }
        draft_.found(conversation_issue::reasoning_alone, one,
                     "nothing but reasoning in the message: given a placeholder");
        one.blocks.push_back({text_block{draft_.policy.empty_text}});
    }
    return dropped;
}

inline void turn_repair::begin_with_user() {
    if (!draft_.rules.first_assistant && !draft_.turns.empty() && draft_.turns[0].is_assistant()) return;
    std::size_t first = 0;
    while (first < draft_.turns.size() && !draft_.turns[first].speaks()) {
        if (!draft_.turns[first].is_system()) return;  // who knows what it may precede
        ++first;
    }
    if (draft_.turns.empty() || (first == 0 && draft_.turns[0].is_user())) return;
    if (first < draft_.turns.size() && draft_.turns[first].is_user()) {
        draft_.found(conversation_issue::first_role_not_user, draft_.turns[0],
                     "the first message is not the user's: moved behind it");
        auto opening = std::move(draft_.turns[first]);
        draft_.turns.erase(draft_.turns.begin() + static_cast<std::ptrdiff_t>(first));
        draft_.turns.insert(draft_.turns.begin(), std::move(opening));
        return;
    }
    draft_.found(conversation_issue::first_role_not_user, draft_.turns[0],
                 "the first message is not the user's: one put before it");
    draft_.turns.insert(draft_.turns.begin(), make_turn(conversation_role::user, draft_.policy.opening_text));
}

inline void turn_repair::end_with_user() {
    auto const wanted = draft_.policy.last_assistant;
    if (wanted == last_assistant_policy::keep) return;
    if (wanted == last_assistant_policy::by_model && !draft_.rules.last_assistant) return;
    std::size_t last = draft_.turns.size();
    while (last > 0 && draft_.turns[last - 1].is_system()) --last;
    if (last == 0 || !draft_.turns[last - 1].is_assistant()) return;
    draft_.found(conversation_issue::last_role_not_user, draft_.turns[last - 1],
                 "the last message is the model's: one put behind it");
    draft_.turns.push_back(make_turn(conversation_role::user, draft_.policy.continue_text));
}

// One walk: a result answers the oldest open use of its id, as long as no later turn has used the id again.
inline void turn_repair::pair(std::vector<tool_exchange>& exchanges) {
    std::map<std::string, open_uses, std::less<>> open;
    converse_rules::unique_names uses_of_service;
    for (std::size_t t = 0; t < draft_.turns.size(); ++t) {
        auto& in = draft_.turns[t];
        if (!in.is_known()) continue;
        for (std::size_t b = 0; b < in.blocks.size(); ++b) {
            auto& block = in.blocks[b];
            if (auto const* const use = block.own_tool_use()) {
                auto& uses = open[use->tool_use_id];
                if (uses.turn != t) uses = {t, {}, 0};
                uses.exchanges.push_back(exchanges.size());
                exchanges.push_back({{t, b}, {}});
                continue;
            }
            if (auto const* const use = block.content.get_if<tool_use_block>()) uses_of_service.take(use->tool_use_id);
            auto const* const result = block.content.get_if<tool_result_block>();
            if (result == nullptr) continue;
            if (!in.is_user() && uses_of_service.taken(result->tool_use_id)) continue;  // it answers itself
            auto const uses = open.find(result->tool_use_id);
            if (uses == open.end()) {
                draft_.drop(conversation_issue::orphan_tool_result, block, "tool result without a tool use before it");
            } else if (uses->second.answered == uses->second.exchanges.size()) {
                draft_.drop(conversation_issue::duplicate_tool_result, block, "a second result of one tool use");
            } else {
                exchanges[uses->second.exchanges[uses->second.answered++]].answer = {t, b};
            }
        }
    }
}

inline void turn_repair::name_tool_uses(std::vector<tool_exchange> const& exchanges) {
    converse_rules::unique_names given;  // with those that are still to come
    converse_rules::unique_names met;
    for (auto& in : draft_.turns) {
        for (auto& block : in.blocks) {
            auto const* const use = block.content.get_if<tool_use_block>();
            if (use == nullptr) continue;
            if (converse_rules::valid_tool_use_id(use->tool_use_id, draft_.rules.tool_use_ids))
                given.take(use->tool_use_id);
            if (block.own_tool_use() == nullptr) met.take(use->tool_use_id);
        }
    }
    for (auto const& one : exchanges) {
        auto& block = draft_.turns[one.use.turn].blocks[one.use.block];
        if (!one.answered() && draft_.policy.orphan_tool_use == orphan_tool_use_policy::drop) {
            draft_.drop(conversation_issue::orphan_tool_use, block, "tool use without a result");
            continue;
        }
        auto& id = block.content.get_if<tool_use_block>()->tool_use_id;
        bool const valid = converse_rules::valid_tool_use_id(id, draft_.rules.tool_use_ids);
        if (valid && met.take(id)) continue;
        auto made = converse_rules::make_tool_use_id(id, draft_.rules.tool_use_ids, given);
        draft_.found(
            valid ? conversation_issue::duplicate_tool_use_id : conversation_issue::invalid_tool_use_id, block,
            (valid ? "tool use id " + id + " of an earlier tool use: renamed " : "tool use id: renamed ") + made);
        if (one.answered())
            draft_.turns[one.answer.turn].blocks[one.answer.block].content.get_if<tool_result_block>()->tool_use_id =
                made;
        id = std::move(made);
    }
}

// Brings each result into the user's turn behind its use, and makes those that there are not.
inline void turn_repair::answer_tool_uses(std::vector<tool_exchange> const& exchanges) {
    std::vector<std::vector<drafted_block>> brought(draft_.turns.size());
    auto const home_of = [this](std::size_t of) {
        do ++of;
        while (of < draft_.turns.size() && !draft_.turns[of].speaks());
        return of < draft_.turns.size() && draft_.turns[of].is_user() ? of : no_place;
    };
    for (auto const& one : exchanges) {
        auto& use = draft_.turns[one.use.turn].blocks[one.use.block];
        if (use.dropped) continue;
        if (!one.answered()) {
            auto const& id = use.content.get_if<tool_use_block>()->tool_use_id;
            draft_.found(conversation_issue::orphan_tool_use, use,
                         "tool use " + id + " without a result: given one that is an error");
            tool_result_block made{.tool_use_id = id, .status = tool_result_status::error};
            made.content.emplace_back(text_block{draft_.policy.missing_result_text});
            brought[one.use.turn].push_back({std::move(made)});
        } else if (one.answer.turn != home_of(one.use.turn)) {
            auto& answer = draft_.turns[one.answer.turn].blocks[one.answer.block];
            draft_.found(conversation_issue::misplaced_tool_result, answer,
                         "tool result far from its tool use: moved behind it");
            brought[one.use.turn].push_back({std::move(answer.content), answer.message, answer.block});
            answer.dropped = true;
        }
    }

    std::vector<drafted_turn> all;
    all.reserve(draft_.turns.size());
    for (std::size_t t = 0; t < draft_.turns.size(); ++t) {
        auto const home = brought[t].empty() ? no_place : home_of(t);
        all.push_back(std::move(draft_.turns[t]));
        if (home != no_place) {
            auto& blocks = draft_.turns[home].blocks;
            std::size_t behind = 0;
            for (std::size_t b = 0; b < blocks.size(); ++b)
                if (blocks[b].is_tool_result() && !blocks[b].dropped) behind = b + 1;
            blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(behind),
                          std::make_move_iterator(brought[t].begin()), std::make_move_iterator(brought[t].end()));
        } else if (!brought[t].empty()) {
            auto& added = all.emplace_back();
            added.value.role = conversation_role::user;
            added.blocks = std::move(brought[t]);
        }
    }
    draft_.turns = std::move(all);
    for (auto& one : draft_.turns) one.sweep();
}

// Claude wants results before all else in the user's turn, and no words behind the tool uses in its own.
inline void turn_repair::order_blocks() {
    for (auto& one : draft_.turns) {
        if (!one.speaks()) continue;
        auto& blocks = one.blocks;
        std::size_t first_use = 0;
        if (one.is_assistant())
            while (first_use < blocks.size() && blocks[first_use].own_tool_use() == nullptr) ++first_use;
        auto const belongs_in_front = [&](std::size_t b) {
            return one.is_user() ? blocks[b].is_tool_result() : b < first_use || is_words(blocks[b].content);
        };
        bool late = false;  // what belongs behind has been seen; a cache point may stand among what belongs in front
        bool in_order = true;
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            if (!belongs_in_front(b)) {
                late = late || !blocks[b].is_cache_point();
            } else if (late) {
                in_order = false;
                if (one.is_user())
                    draft_.found(conversation_issue::tool_result_order, blocks[b],
                                 "tool result behind other content: moved before it");
                else
                    draft_.found(conversation_issue::tool_use_order, blocks[b],
                                 "text behind a tool use: moved before it");
            }
        }
        if (in_order) continue;
        std::vector<drafted_block> ordered;
        ordered.reserve(blocks.size());
        std::vector<bool> in_front(blocks.size());
        for (std::size_t b = 0; b < blocks.size(); ++b) in_front[b] = belongs_in_front(b);
        for (bool const front : {true, false})
            for (std::size_t b = 0; b < blocks.size(); ++b)
                if (in_front[b] == front) ordered.push_back(std::move(blocks[b]));
        blocks = std::move(ordered);
    }
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
