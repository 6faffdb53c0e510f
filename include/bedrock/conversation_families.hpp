// SPDX-License-Identifier: MIT
// Rules of model families for a conversation: what each family refuses in a history, as data with sources.
// It never changes a request.
#ifndef BEDROCK_CONVERSATION_FAMILIES_HPP
#define BEDROCK_CONVERSATION_FAMILIES_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/model_id.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// Which reasoning blocks a family takes back.
enum class reasoning_rule : unsigned char {
    signed_only,     ///< Claude: text with its signature, and encrypted reasoning
    unsigned_only,   ///< text without a signature, and encrypted reasoning
    encrypted_only,  ///< GPT: no reasoning text at all
    none,            ///< Nova
};
/// Which ids of tool uses a family takes.
enum class tool_use_id_rule : unsigned char {
    converse,     ///< 1..64 of a-z A-Z 0-9 _ . : -
    claude,       ///< 1..64 of a-z A-Z 0-9 _ -
    nine_letters  ///< Mistral models of 2024: 9 of a-z A-Z 0-9, or an id that Bedrock made
};
/// Which documents a family takes in a tool result.
enum class result_document_rule : unsigned char { any, plain_text, none };
/// What a family takes beside the tool results of a message.
enum class result_sibling_rule : unsigned char { any, text_and_images, none };
/// Which tools a family takes as strict.
enum class strict_tool_rule : unsigned char { any, limited, none };
/// Where a family takes cache points.
enum class cache_point_rule : unsigned char { any, no_tools, none };

/// What a family refuses in a request; `true` means refused, and repaired by `normalize`. The defaults are the
/// strictest rules that do not contradict each other: those of the newest Claude models and, for the first turn, of
/// most others.
struct history_rules {
    bool first_assistant = true;  ///< a first message of the model's
    bool last_assistant = true;   ///< a last message of the model's (prefill)
    bool reasoning_alone = true;  ///< a turn of the model's that holds reasoning only
    reasoning_rule reasoning = reasoning_rule::signed_only;
    tool_use_id_rule tool_use_ids = tool_use_id_rule::claude;
    bool empty_member_names = true;  ///< `""` as a name in JSON of tool inputs and results, at any depth
    bool type_members = true;        ///< `__type` as a name in JSON of tool results
    bool result_images = false;      ///< images in a tool result
    result_document_rule result_documents = result_document_rule::any;
    result_sibling_rule result_siblings = result_sibling_rule::text_and_images;
    bool error_result_media = true;   ///< anything but text in a tool result with the status "error"
    bool result_status = false;       ///< the member `status` of a tool result
    bool documents = false;           ///< documents anywhere
    bool blank_description = true;    ///< a tool description without words
    bool schema_without_type = true;  ///< a tool schema whose root does not have `"type": "object"`
    bool schema_root_union = true;    ///< a tool schema with oneOf, anyOf or allOf at its root
    bool schema_big_integers = true;  ///< integers beyond 32 bits in a tool schema
    strict_tool_rule strict_tools = strict_tool_rule::limited;
    cache_point_rule cache_points = cache_point_rule::any;
    bool stop_sequences = false;
    bool temperature_with_top_p = true;
};

/// The rules of the family that a model id names. An id that does not tell its model (an application inference
/// profile, a prompt, a provisioned model, an empty id) gets the strictest rules.
history_rules find_history_rules(std::string_view model_id);

// ---------------------------------------------------------------------------------------------------------------------

namespace families_detail {

/// A version such as 4.6; 0.0 if the text does not have one.
struct model_version {
    int number = 0;
    int revision = 0;

    constexpr bool at_least(int wanted_major, int wanted_minor) const noexcept {
        return number != wanted_major ? number > wanted_major : revision >= wanted_minor;
    }
};

/// The number at the start of a text, at most two digits; -1 if there is none. Longer numbers are dates.
constexpr int take_number(std::string_view& text) noexcept {
    std::size_t digits = 0;
    int value = 0;
    while (digits != text.size() && ascii::is_digit(text[digits])) {
        if (digits < 2) value = value * 10 + (text[digits] - '0');
        ++digits;
    }
    if (digits == 0 || digits > 2) return -1;
    text.remove_prefix(digits);
    return value;
}

/// "4-6-v1" is 4.6, "3-5-haiku" is 3.5, "5" is 5.0, "6.2-sol" is 6.2.
constexpr model_version parse_version(std::string_view text) noexcept {
    model_version found;
    int const number = take_number(text);
    if (number < 0) return found;
    found.number = number;
    if (text.empty() || (text[0] != '-' && text[0] != '.')) return found;
    text.remove_prefix(1);
    int const revision = take_number(text);
    if (revision >= 0 && (text.empty() || !ascii::is_letter(text[0]))) found.revision = revision;
    return found;
}

/// Of "claude-opus-4-6-v1", "claude-3-5-haiku-20241022-v1:0", "claude-v2:1". A name without a version is newer than
/// all: enforcement spreads to every later model.
constexpr model_version parse_claude(std::string_view name) noexcept {
    auto rest = name.substr(std::string_view("claude-").size());
    if (rest.starts_with('v') || rest.starts_with("instant")) return {2, 0};
    if (!rest.empty() && !ascii::is_digit(rest[0])) {
        auto const dash = rest.find('-');
        rest = dash == std::string_view::npos ? std::string_view() : rest.substr(dash + 1);
    }
    auto const version = parse_version(rest);
    return version.number == 0 ? model_version{99, 0} : version;
}

/// Rules that hold for every family but Claude, as far as it has none of its own.
constexpr history_rules other_rules() noexcept {
    history_rules rules;
    rules.last_assistant = false;
    rules.reasoning_alone = false;
    rules.reasoning = reasoning_rule::unsigned_only;
    rules.tool_use_ids = tool_use_id_rule::converse;
    rules.result_images = true;
    rules.result_documents = result_document_rule::none;
    rules.result_siblings = result_sibling_rule::any;
    rules.error_result_media = false;
    rules.schema_root_union = false;
    rules.schema_big_integers = false;
    rules.strict_tools = strict_tool_rule::any;
    rules.cache_points = cache_point_rule::none;
    rules.temperature_with_top_p = false;
    return rules;
}

/// Floors, because what one Claude model refuses every later one refuses. Sources: opencode#29760 (prefill from 4.6),
/// hermes#105780 (reasoning alone: Sonnet 5, Fable 5.1), amazon-bedrock 5.0 of the AI SDK (strict refused from 4.7),
/// bedrock-access-gateway#191 (temperature with top_p).
constexpr history_rules claude_rules(model_version version) noexcept {
    history_rules rules;
    rules.first_assistant = false;
    rules.last_assistant = version.at_least(4, 6);
    rules.reasoning_alone = version.at_least(5, 0);
    rules.strict_tools = version.at_least(4, 7) ? strict_tool_rule::none : strict_tool_rule::limited;
    rules.temperature_with_top_p = version.at_least(4, 1);
    return rules;
}

/// Source for what may be in and beside tool results: pydantic-ai#6098 and opencode#49443, measured.
inline history_rules vendor_rules(std::string_view vendor, std::string_view name) {
    auto rules = other_rules();
    if (vendor == "amazon") {
        rules.result_images = false;
        rules.result_documents = result_document_rule::plain_text;
        rules.reasoning = reasoning_rule::none;
        rules.cache_points = cache_point_rule::no_tools;
    } else if (vendor == "meta") {
        bool const is_four = name.starts_with("llama4");
        rules.result_images = !is_four;
        if (is_four) rules.result_documents = result_document_rule::any;
        rules.result_siblings = result_sibling_rule::none;
    } else if (vendor == "mistral") {
        rules.result_documents = result_document_rule::any;
        rules.result_siblings = result_sibling_rule::none;
        for (std::string_view const old : {"pixtral", "mistral-large-24", "mistral-small-24"})
            if (name.starts_with(old)) rules.tool_use_ids = tool_use_id_rule::nine_letters;
    } else if (vendor == "writer") {
        rules.result_siblings = result_sibling_rule::none;
        rules.result_status = true;
    } else if (vendor == "openai" && name.starts_with("gpt-") && !name.starts_with("gpt-oss")) {
        rules.documents = true;
        rules.reasoning = reasoning_rule::encrypted_only;
    } else if (vendor == "qwen") {
        rules.first_assistant = false;
        rules.stop_sequences = name.starts_with("qwen3");
    } else if (vendor == "zai" || vendor == "moonshot" || vendor == "moonshotai") {
        rules.first_assistant = false;
    }
    return rules;
}

}  // namespace families_detail

inline history_rules find_history_rules(std::string_view model_id) {
    using namespace families_detail;
    std::string lower;
    for (char const c : model_id) lower.push_back(ascii::to_lower(c));
    std::string_view id = lower;
    if (id.starts_with("arn:")) {
        bool const is_readable = id.find(":inference-profile/") != std::string_view::npos ||
                                 id.find("::foundation-model/") != std::string_view::npos;
        if (!is_readable) return {};
        id.remove_prefix(id.rfind('/') + 1);
    }
    if (auto const claude = id.find("claude-"); claude != std::string_view::npos)
        return claude_rules(parse_claude(id.substr(claude)));
    auto const bare = strip_geography(id);
    auto const dot = bare.find('.');
    auto const is_known = [](std::string_view vendor) {
        for (std::string_view const one :
             {"amazon", "ai21", "cohere", "deepseek", "google", "meta", "minimax", "mistral", "moonshot", "moonshotai",
              "nvidia", "openai", "qwen", "writer", "xai", "zai"})
            if (vendor == one) return true;
        return false;
    };
    // What comes before the vendor is a geography that is not in the list yet.
    auto vendor = bare.substr(0, dot);
    auto name = dot == std::string_view::npos ? std::string_view() : bare.substr(dot + 1);
    if (dot != std::string_view::npos && !is_known(vendor)) {
        auto const next = name.find('.');
        if (next == std::string_view::npos || !is_known(name.substr(0, next))) return {};
        vendor = name.substr(0, next);
        name = name.substr(next + 1);
    }
    return dot == std::string_view::npos ? history_rules{} : vendor_rules(vendor, name);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
