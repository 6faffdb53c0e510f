// SPDX-License-Identifier: MIT
// Owns the way from a level of reasoning to what a model takes: budgets of tokens, adaptive effort, the interleaved
// beta. Never sends anything, and never changes what the caller says about thinking himself.
#ifndef BEDROCK_REASONING_HPP
#define BEDROCK_REASONING_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/known_limits.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model_traits.hpp"
#include "bedrock/result.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Whether the thoughts come back. **Wire:** `thinking.display`; never sent to GovCloud, which refuses it.
enum class thinking_display : unsigned char { summarized, omitted, unsaid };

/// Tokens to think with, of models that take a budget. Source of the numbers: pi-ai 0.73.1.
struct thinking_budgets {
    std::int32_t minimal = 1024;
    std::int32_t low = 2048;
    std::int32_t medium = 8192;  ///< and `adaptive`
    std::int32_t high = 16384;   ///< and all above
};

struct reasoning_options {
    reasoning_level level = reasoning_level::off;
    thinking_budgets budgets{};
    /// The longest answer of the model in tokens; 0: what `find_limits` knows, if anything.
    std::int64_t model_max_tokens = 0;
    /// Lets a model that takes a budget think between tool calls too.
    bool interleaved = true;
    thinking_display display = thinking_display::summarized;
    /// Where the request goes, for GovCloud; ids and ARNs of GovCloud say it themselves.
    std::string_view region{};
};

/// What was asked for in the end.
struct applied_reasoning {
    reasoning_level level = reasoning_level::off;
    std::int32_t budget_tokens = 0;  ///< 0: no budget
    std::string_view effort{};       ///< "low" to "max"; empty: not sent
};

/// "off", "minimal", "low", "medium", "high", "xhigh", "max" or "adaptive".
std::optional<reasoning_level> parse_reasoning_level(std::string_view text) noexcept;
std::string_view describe(reasoning_level level) noexcept;

/// Writes a level into the request's `additional_model_request_fields`, as the model takes it; nothing for a model that
/// takes none, for `off`, or where the caller has set `thinking`.
/// A budget is added to `inference.max_tokens`, as far as the model's longest answer goes; where the caller set none,
/// to that longest answer, 32,000 tokens at most (pi-ai), or to 4,096 where it is not known (OpenClaw's default). What
/// is left below 1,024 tokens, the least that Claude takes, turns thinking off.
/// **Errors:** errc::invalid_input where the fields are not a JSON object, or a member of theirs is not of the kind
/// that it must be; the request is then as it was.
result<applied_reasoning> apply_reasoning(converse_request& request, model_traits const& traits,
                                          reasoning_options const& options = {});

/// Whether a request asks its model to think, by `apply_reasoning` or by itself.
bool asks_for_thinking(converse_request const& request);

// ---------------------------------------------------------------------------------------------------------------------

namespace reasoning_detail {

inline constexpr std::string_view level_names[] = {"off",  "minimal", "low", "medium",
                                                   "high", "xhigh",   "max", "adaptive"};

inline constexpr std::string_view interleaved_beta = "interleaved-thinking-2025-05-14";

// The least that Claude takes, and what an answer keeps beside its thoughts.
inline constexpr std::int64_t least_budget = 1024;

/// The raw value of a member of a JSON object; empty where there is none. The last of several counts.
inline std::string_view find_member(std::string_view object, std::string_view wanted) {
    json::reader in(object);
    std::string_view key, value, found;
    for (in.begin_object(); in.next_member(key);)
        if (bool const here = key == wanted; in.read_raw(value) && here) found = value;
    return in.ok() ? found : std::string_view();
}

inline bool is_object(std::string_view text) {
    json::reader in(text);
    return in.peek() == json::value_kind::object && in.skip() && in.finish();
}

inline bool is_gov_cloud(std::string_view model_id, std::string_view region) noexcept {
    return region.starts_with("us-gov-") || model_id.starts_with("us-gov.") || model_id.starts_with("arn:aws-us-gov:");
}

inline std::string_view effort_of(reasoning_level level, model_traits const& traits) noexcept {
    switch (level) {
        case reasoning_level::off:
        case reasoning_level::adaptive:
            return {};
        case reasoning_level::minimal:
            return "low";
        case reasoning_level::xhigh:
            return describe(traits.xhigh_as);
        default:
            return describe(level);
    }
}

inline std::int32_t budget_of(reasoning_level level, thinking_budgets const& budgets) noexcept {
    switch (level) {
        case reasoning_level::off:
            return 0;
        case reasoning_level::minimal:
            return budgets.minimal;
        case reasoning_level::low:
            return budgets.low;
        case reasoning_level::medium:
        case reasoning_level::adaptive:
            return budgets.medium;
        default:
            return budgets.high;
    }
}

struct token_plan {
    std::int64_t max_tokens = 0;
    std::int64_t budget = 0;
};

inline token_plan plan_tokens(std::optional<std::int32_t> asked, std::int64_t model_max, std::int64_t budget) noexcept {
    constexpr std::int64_t longest_by_default = 32'000;
    constexpr std::int64_t unknown_longest = 4096;
    auto const base = asked ? *asked : model_max > 0 ? (std::min)(model_max, longest_by_default) : unknown_longest;
    auto all = (std::min)(base + budget, std::int64_t{(std::numeric_limits<std::int32_t>::max)()});
    if (model_max > 0) all = (std::min)(all, model_max);
    if (all <= budget) budget = all - least_budget;
    return {all, budget};
}

/// The caller's list of betas with ours in it; nothing where theirs is no list of strings.
inline std::optional<std::string> add_beta(std::string_view listed) {
    std::string all;
    json::writer out(all);
    out.begin_array();
    bool there = false;
    if (!listed.empty()) {
        json::reader in(listed);
        std::string_view beta;
        for (in.begin_array(); in.next_element();) {
            if (!in.read_string(beta)) break;
            there = there || beta == interleaved_beta;
            out.string(beta);
        }
        if (!in.finish()) return std::nullopt;
    }
    if (!there) out.string(interleaved_beta);
    out.end_array();
    return all;
}

inline std::optional<std::string> add_effort(std::string_view config, std::string_view effort) {
    std::string const quoted = '"' + std::string(effort) + '"';
    json::member_change const change[] = {{"effort", quoted}};
    std::string all;
    if (!json::append_with_members(all, config.empty() ? "{}" : config, change)) return std::nullopt;
    return all;
}

inline std::string write_thinking(std::string_view type, std::int64_t budget, std::string_view display) {
    std::string text;
    json::writer out(text);
    out.begin_object();
    out.key("type");
    out.string(type);
    if (budget > 0) {
        out.key("budget_tokens");
        out.number(budget);
    }
    if (!display.empty()) {
        out.key("display");
        out.string(display);
    }
    out.end_object();
    return text;
}

}  // namespace reasoning_detail

inline std::optional<reasoning_level> parse_reasoning_level(std::string_view text) noexcept {
    unsigned char place = 0;
    for (auto const name : reasoning_detail::level_names) {
        if (name == text) return static_cast<reasoning_level>(place);
        ++place;
    }
    return std::nullopt;
}

inline std::string_view describe(reasoning_level level) noexcept {
    return reasoning_detail::level_names[static_cast<unsigned char>(level)];
}

inline result<applied_reasoning> apply_reasoning(converse_request& request, model_traits const& traits,
                                                 reasoning_options const& options) {
    using namespace reasoning_detail;
    applied_reasoning applied{.level = options.level};
    if (traits.always_thinks && applied.level <= reasoning_level::minimal) applied.level = reasoning_level::low;
    if (traits.thinking == thinking_style::none || applied.level == reasoning_level::off) return applied_reasoning();

    auto const& given = request.additional_model_request_fields.text();
    std::string_view const fields = given.empty() ? std::string_view("{}") : given;
    if (!is_object(fields)) return fail(errc::invalid_input, "additional_model_request_fields is not a JSON object");
    if (!find_member(fields, "thinking").empty()) return applied_reasoning();

    std::string_view display;
    if (options.display != thinking_display::unsaid && !is_gov_cloud(request.model_id, options.region))
        display = options.display == thinking_display::omitted ? "omitted" : "summarized";

    std::string thinking, second;
    std::vector<json::member_change> changes;
    token_plan plan;
    if (traits.thinking == thinking_style::adaptive) {
        thinking = write_thinking("adaptive", 0, display);
        changes.push_back({"thinking", thinking});
        auto const config = find_member(fields, "output_config");
        applied.effort = effort_of(applied.level, traits);
        if (!config.empty() && !find_member(config, "effort").empty()) applied.effort = {};
        if (!applied.effort.empty()) {
            auto with = add_effort(config, applied.effort);
            if (!with)
                return fail(errc::invalid_input, "output_config in additional_model_request_fields is no object");
            second = std::move(*with);
            changes.push_back({"output_config", second});
        }
    } else {
        auto const known = find_limits(request.model_id).max_tokens;
        plan =
            plan_tokens(request.inference.max_tokens, options.model_max_tokens > 0 ? options.model_max_tokens : known,
                        budget_of(applied.level, options.budgets));
        if (plan.budget < least_budget) return applied_reasoning();
        applied.budget_tokens = static_cast<std::int32_t>(plan.budget);
        thinking = write_thinking("enabled", plan.budget, display);
        changes.push_back({"thinking", thinking});
        if (options.interleaved) {
            auto with = add_beta(find_member(fields, "anthropic_beta"));
            if (!with)
                return fail(errc::invalid_input,
                            "anthropic_beta in additional_model_request_fields is not a list of strings");
            second = std::move(*with);
            changes.push_back({"anthropic_beta", second});
        }
    }
    std::string changed;
    json::append_with_members(changed, fields, changes);
    request.additional_model_request_fields = std::move(changed);
    if (applied.budget_tokens != 0) request.inference.max_tokens = static_cast<std::int32_t>(plan.max_tokens);
    return applied;
}

inline bool asks_for_thinking(converse_request const& request) {
    using namespace reasoning_detail;
    auto const thinking = find_member(request.additional_model_request_fields.text(), "thinking");
    return !thinking.empty() && is_object(thinking) && find_member(thinking, "type") != "\"disabled\"";
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
