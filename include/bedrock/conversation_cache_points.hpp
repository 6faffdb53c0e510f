// SPDX-License-Identifier: MIT
// Rules of cache points in a conversation: where one may be, how many there are, which may follow which.
// It never adds one.
#ifndef BEDROCK_CONVERSATION_CACHE_POINTS_HPP
#define BEDROCK_CONVERSATION_CACHE_POINTS_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::detail {

/// No cache point may follow reasoning, or a document other than PDF.
inline bool bars_cache_point(content_block const& block) noexcept {
    auto const* const document = block.get_if<document_block>();
    return block.holds<reasoning_content_block>() || (document != nullptr && document->format != document_format::pdf);
}

class cache_point_repair {
  public:
    explicit cache_point_repair(conversation_draft& draft) : draft_(draft) {}

    /// Before all else: without them, tools or a turn may be empty.
    void drop_refused();
    void repair() {
        place_cache_points();
        limit_cache_points();
        order_cache_points();
    }

  private:
    void place_cache_points();
    void limit_cache_points();
    void order_cache_points();

    conversation_draft& draft_;
};

// ---------------------------------------------------------------------------------------------------------------------

// Of a family without explicit caching all points; of Nova those among the tools.
inline void cache_point_repair::drop_refused() {
    if (draft_.rules.cache_points == cache_point_rule::any) return;
    std::string const why = "cache point for a model that takes none there: dropped";
    auto const drop_from = [&](auto& blocks, conversation_part part) {
        std::size_t place = 0;
        std::erase_if(blocks, [&](auto const& block) {
            auto const here = place++;
            if (!block.template holds<cache_point_block>()) return false;
            draft_.found(conversation_issue::cache_point_not_taken, part, here, why);
            return true;
        });
    };
    drop_from(draft_.tools.tools, conversation_part::tools);
    if (draft_.rules.cache_points == cache_point_rule::no_tools) return;
    drop_from(draft_.system, conversation_part::system);
    for (auto& one : draft_.turns) {
        std::erase_if(one.blocks, [&](drafted_block const& block) {
            if (!block.is_cache_point()) return false;
            draft_.found(conversation_issue::cache_point_not_taken, block, why);
            return true;
        });
    }
}

inline void cache_point_repair::place_cache_points() {
    for (auto& one : draft_.turns) {
        if (!one.is_known()) continue;
        auto& blocks = one.blocks;
        std::size_t first = 0;
        while (first != blocks.size() && blocks[first].is_cache_point()) ++first;
        bool const reasons = first != blocks.size() && blocks[first].content.holds<reasoning_content_block>();
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            if (!blocks[b].is_cache_point()) continue;
            if (reasons) {
                draft_.drop(conversation_issue::misplaced_cache_point, blocks[b],
                            "cache point in a message that begins with reasoning");
                blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(b--));
                continue;
            }
            std::size_t to = b;
            while (to > 0 && bars_cache_point(blocks[to - 1].content)) --to;
            if (to == 0 || (to != b && blocks[to - 1].is_cache_point())) {
                draft_.drop(conversation_issue::misplaced_cache_point, blocks[b],
                            "cache point with nothing before it to cache");
                blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(b--));
            } else if (to != b) {
                draft_.found(conversation_issue::misplaced_cache_point, blocks[b],
                             "cache point behind reasoning or a document other than PDF: moved before it");
                auto point = std::move(blocks[b]);
                blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(b));
                blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(to), std::move(point));
            }
        }
    }
}

// The last ones cache the most: the first in the messages go, then those of the system prompt and of the tools.
inline void cache_point_repair::limit_cache_points() {
    std::size_t all = 0;
    for (auto const& one : draft_.tools.tools) all += one.holds<cache_point_block>();
    for (auto const& block : draft_.system) all += block.holds<cache_point_block>();
    for (auto const& one : draft_.turns)
        for (auto const& block : one.blocks) all += block.is_cache_point();
    auto excess = all > draft_.policy.max_cache_points ? all - draft_.policy.max_cache_points : 0;
    std::string const why = "more cache points than the service takes: dropped";
    for (auto& one : draft_.turns) {
        std::erase_if(one.blocks, [&](drafted_block const& block) {
            if (excess == 0 || !block.is_cache_point()) return false;
            draft_.found(conversation_issue::too_many_cache_points, block, why);
            --excess;
            return true;
        });
    }
    auto const drop_from = [&](auto& blocks, conversation_part part) {
        std::size_t place = 0;
        std::erase_if(blocks, [&](auto const& block) {
            auto const here = place++;
            if (excess == 0 || !block.template holds<cache_point_block>()) return false;
            draft_.found(conversation_issue::too_many_cache_points, part, here, why);
            --excess;
            return true;
        });
    };
    drop_from(draft_.system, conversation_part::system);
    drop_from(draft_.tools.tools, conversation_part::tools);
}

inline void cache_point_repair::order_cache_points() {
    bool short_before = false;
    // True when the point's hour had to be cut.
    auto const cut = [&](cache_point_block* point) {
        if (point == nullptr) return false;
        bool const is_short = !point->ttl.is_set() || point->ttl == cache_ttl::five_minutes;
        short_before = short_before || is_short;
        if (!short_before || point->ttl != cache_ttl::one_hour) return false;
        point->ttl = cache_ttl::five_minutes;
        return true;
    };
    std::string const why = "cache point of one hour behind one of five minutes: made five minutes";
    for (std::size_t i = 0; i < draft_.tools.tools.size(); ++i)
        if (cut(draft_.tools.tools[i].get_if<cache_point_block>()))
            draft_.found(conversation_issue::cache_point_order, conversation_part::tools, i, why);
    for (std::size_t i = 0; i < draft_.system.size(); ++i)
        if (cut(draft_.system[i].get_if<cache_point_block>()))
            draft_.found(conversation_issue::cache_point_order, conversation_part::system, i, why);
    for (auto& one : draft_.turns)
        for (auto& block : one.blocks)
            if (cut(block.content.get_if<cache_point_block>()))
                draft_.found(conversation_issue::cache_point_order, block, why);
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
