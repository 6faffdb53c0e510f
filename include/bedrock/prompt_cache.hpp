// SPDX-License-Identifier: MIT
// Owns the placing of cache points in a request, where they make the next turn of a conversation cheap.
// Never places one where the model has no cache, and never moves or takes away one of the caller's.
#ifndef BEDROCK_PROMPT_CACHE_HPP
#define BEDROCK_PROMPT_CACHE_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_cache_points.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"
#include "bedrock/model_traits.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// How long a prompt stays in the cache.
enum class cache_retention : unsigned char {
    none,
    brief,   ///< the service's default, five minutes; "short" in configurations
    lasting  ///< an hour; "long" in configurations
};

struct prompt_cache_options {
    /// Where not set: brief for Claude, none for Nova, whose caching is strictly opt-in.
    std::optional<cache_retention> retention{};
    /// Behind the tools too. Not for Nova.
    bool in_tools = false;
    /// Treats a model that has no known cache as Claude: for ids that do not tell the model behind them.
    bool force = false;
    /// Blocks at the end of the system prompt, and of the last message, that change with every request: the cache point
    /// stands before them.
    std::size_t changing_system_blocks = 0;
    std::size_t changing_message_blocks = 0;
    std::size_t max_cache_points = 4;  ///< in tools, system prompt and messages together: Claude, Nova
};

/// "none", "short" or "long", as configurations have it.
std::optional<cache_retention> parse_cache_retention(std::string_view text) noexcept;

/// Places a cache point behind the system prompt, one at the end of the last message if it is the user's, and one
/// behind the tools if asked. What is there already counts: nothing is placed beside another cache point, beyond the
/// limit, behind what Converse allows none after, or for longer than a point before it. Returns how many were placed.
std::size_t place_cache_points(converse_request& request, model_traits const& traits,
                               prompt_cache_options const& options = {});

/// Sorts the tools by name, between the cache points among them: a cached prefix holds only while their order does.
void sort_tools(tool_config& tools);

// ---------------------------------------------------------------------------------------------------------------------

namespace prompt_cache_detail {

class placing {
  public:
    placing(converse_request const& request, bool lasting, std::size_t limit) : lasting_(lasting) {
        std::size_t there = 0;
        auto const count = [&there](auto const& blocks) {
            for (auto const& block : blocks) there += block.template holds<cache_point_block>();
        };
        count(request.tools.tools);
        count(request.system);
        for (auto const& one : request.messages) count(one.content);
        left_ = limit > there ? limit - there : 0;
    }

    std::size_t placed() const noexcept { return placed_; }

    /// Takes note of the points in blocks that stand before the next place.
    template <class Blocks>
    void pass(Blocks const& blocks) {
        for (auto const& block : blocks)
            if (auto const* const point = block.template get_if<cache_point_block>())
                lasting_ = lasting_ && point->ttl == cache_ttl::one_hour;
    }

    /// Behind the first `at` blocks.
    template <class Block>
    void place(std::vector<Block>& blocks, std::size_t at) {
        if (at == 0 || left_ == 0 || blocks[at - 1].template holds<cache_point_block>()) return;
        if (at != blocks.size() && blocks[at].template holds<cache_point_block>()) return;
        cache_point_block point;
        if (lasting_) point.ttl = cache_ttl::one_hour;
        blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(at), Block(std::move(point)));
        --left_;
        ++placed_;
    }

  private:
    bool lasting_;  // an hour must not stand behind five minutes
    std::size_t left_ = 0;
    std::size_t placed_ = 0;
};

template <class Block>
std::size_t without_last(std::vector<Block> const& blocks, std::size_t changing) noexcept {
    return changing < blocks.size() ? blocks.size() - changing : 0;
}

inline std::string_view name_of(tool const& one) noexcept {
    if (auto const* const own = one.get_if<tool_specification>()) return own->name;
    auto const* const provided = one.get_if<system_tool>();
    return provided != nullptr ? std::string_view(provided->name) : std::string_view();
}

}  // namespace prompt_cache_detail

inline std::optional<cache_retention> parse_cache_retention(std::string_view text) noexcept {
    if (text == "none") return cache_retention::none;
    if (text == "short") return cache_retention::brief;
    if (text == "long") return cache_retention::lasting;
    return std::nullopt;
}

inline std::size_t place_cache_points(converse_request& request, model_traits const& traits,
                                      prompt_cache_options const& options) {
    using namespace prompt_cache_detail;
    auto style = traits.caching;
    if (style == caching_style::none && options.force) style = caching_style::claude;
    bool const is_claude = style == caching_style::claude;
    auto const retention = options.retention.value_or(is_claude ? cache_retention::brief : cache_retention::none);
    if (style == caching_style::none || retention == cache_retention::none) return 0;

    placing points(request, is_claude && retention == cache_retention::lasting, options.max_cache_points);
    points.pass(request.tools.tools);
    if (options.in_tools && is_claude) points.place(request.tools.tools, request.tools.tools.size());
    points.pass(request.system);
    points.place(request.system, without_last(request.system, options.changing_system_blocks));
    for (auto const& one : request.messages) points.pass(one.content);
    if (request.messages.empty() || request.messages.back().role != conversation_role::user) return points.placed();
    auto& blocks = request.messages.back().content;
    auto at = without_last(blocks, options.changing_message_blocks);
    while (at != 0 && detail::bars_cache_point(blocks[at - 1])) --at;
    points.place(blocks, at);
    return points.placed();
}

inline void sort_tools(tool_config& tools) {
    auto const by_name = [](tool const& left, tool const& right) {
        return prompt_cache_detail::name_of(left) < prompt_cache_detail::name_of(right);
    };
    auto const is_point = [](tool const& one) { return one.holds<cache_point_block>(); };
    for (auto from = tools.tools.begin();;) {
        auto const to = std::find_if(from, tools.tools.end(), is_point);
        std::stable_sort(from, to, by_name);
        if (to == tools.tools.end()) return;
        from = std::next(to);
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
