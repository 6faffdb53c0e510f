// SPDX-License-Identifier: MIT
// Repair of what a conversation is made of, each piece by itself: texts, names, inputs, results, reasoning, tools.
// It never moves a block.
#ifndef BEDROCK_CONVERSATION_BLOCKS_HPP
#define BEDROCK_CONVERSATION_BLOCKS_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_draft.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_json.hpp"
#include "bedrock/conversation_policy.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/conversation_results.hpp"
#include "bedrock/conversation_rules.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// A tool's name that could not be sent: a model that calls `sent` means the tool `original`.
struct renamed_tool {
    std::string original{};
    std::string sent{};
};

namespace detail {

class block_repair {
  public:
    explicit block_repair(conversation_draft& draft) : draft_(draft) {}

    /// Before the turns are put in order.
    void repair();
    /// Behind that: documents, and the tools that are still spoken of.
    void finish();

    std::vector<renamed_tool> renamed_tools{};

  private:
    void repair_tools();
    void repair_tool(tool_specification& tool, std::size_t place);
    std::string sendable_tool_name(std::string const& name);
    void repair_system();
    void repair_blocks();
    void repair_block(drafted_turn const& in, drafted_block& block);
    void repair_text(std::string& text, drafted_block const& block);
    void repair_reasoning(drafted_block& block, reasoning_content_block& reasoning);
    void drop_or_say(conversation_issue what, drafted_block& block, reasoning_text_block* thoughts, std::string why);
    void repair_tool_use(drafted_block& block, tool_use_block& use);
    void repair_tool_result(drafted_block& block, tool_result_block& result);
    bool repair_result_content(drafted_block const& block, tool_result_content_block& content);
    void repair_document_text(drafted_block const& block, document_block& document);
    void flatten_tools();
    void name_documents();
    void name_document(drafted_block const& block, document_block& document);
    void add_document_texts();
    void declare_tools();
    void check_tool_choice();

    /// The rule that JSON of a tool result breaks by the names of its members; a text breaks none.
    std::optional<conversation_issue> why_text_is_better(std::string_view json) const {
        if (draft_.rules.empty_member_names && conversation_json::has_member(json, ""))
            return conversation_issue::empty_member_name;
        if (draft_.rules.type_members && conversation_json::has_member(json, "__type"))
            return conversation_issue::invalid_json;
        return std::nullopt;
    }

    static bool is_object(std::string_view json) noexcept {
        auto const first = json.find_first_not_of(" \t\r\n");
        return first != std::string_view::npos && json[first] == '{' && json::valid(json);
    }

    conversation_draft& draft_;
    converse_rules::unique_names tool_names_;
    std::map<std::string, std::string, std::less<>> sendable_names_;
    converse_rules::unique_names document_names_;
    converse_rules::unique_names documents_met_;
    tool_repair tool_repair_{draft_.rules};
};

// ---------------------------------------------------------------------------------------------------------------------

inline void block_repair::repair() {
    repair_tools();
    repair_system();
    repair_blocks();
    bool const flatten = draft_.policy.missing_tools == missing_tools_policy::flatten;
    if (flatten && draft_.tools.tools.empty()) flatten_tools();
}

inline void block_repair::finish() {
    name_documents();
    add_document_texts();
    declare_tools();
    check_tool_choice();
}

inline std::string block_repair::sendable_tool_name(std::string const& name) {
    if (converse_rules::valid_tool_name(name)) return name;
    auto const known = sendable_names_.find(name);
    if (known != sendable_names_.end()) return known->second;
    auto made = tool_names_.make(converse_rules::make_tool_name(name), '_', converse_rules::longest_tool_name);
    renamed_tools.push_back({name, made});
    return sendable_names_.emplace(name, std::move(made)).first->second;
}

inline void block_repair::repair_tools() {
    auto const reserve = [this](std::string const& name) {
        if (converse_rules::valid_tool_name(name)) tool_names_.take(name);
    };
    for (auto const& one : draft_.tools.tools) {
        if (auto const* const own = one.get_if<tool_specification>()) reserve(own->name);
        if (auto const* const system = one.get_if<system_tool>()) reserve(system->name);
    }
    for (auto const& in : draft_.turns)
        for (auto const& block : in.blocks)
            if (auto const* const use = block.content.get_if<tool_use_block>()) reserve(use->name);

    converse_rules::unique_names met;
    std::vector<bedrock::tool> kept;
    kept.reserve(draft_.tools.tools.size());
    for (std::size_t i = 0; i < draft_.tools.tools.size(); ++i) {
        auto& one = draft_.tools.tools[i];
        if (!one.is_set()) {
            draft_.found(conversation_issue::empty_block, conversation_part::tools, i, "empty tool: dropped");
            continue;
        }
        if (auto* const own = one.get_if<tool_specification>()) {
            if (!met.take(own->name)) {
                draft_.found(conversation_issue::duplicate_tool, conversation_part::tools, i,
                             "a second tool of the same name: dropped");
                continue;
            }
            if (auto const sent = sendable_tool_name(own->name); sent != own->name) {
                draft_.found(conversation_issue::invalid_tool_name, conversation_part::tools, i,
                             "tool name that cannot be sent: renamed " + sent);
                own->name = sent;
            }
            repair_tool(*own, i);
        }
        kept.push_back(std::move(one));
    }
    draft_.tools.tools = std::move(kept);
}

inline void block_repair::repair_tool(tool_specification& tool, std::size_t place) {
    auto const made = tool_repair_.repair(tool);
    auto const found = [&](bool what_is, conversation_issue what, std::string text) {
        if (what_is) draft_.found(what, conversation_part::tools, place, "tool " + tool.name + ": " + std::move(text));
    };
    found(made.blank_description, conversation_issue::blank_tool_description, "blank description: left out");
    found(made.schema.root_union, conversation_issue::schema_root_union,
          "oneOf, anyOf or allOf at the root of the schema: merged into it");
    found(made.schema.big_integers, conversation_issue::schema_big_integer,
          "integers beyond 32 bits in the schema: left out");
    found(made.schema.type, conversation_issue::schema_without_type,
          R"(the root of the schema is not of the type "object": made so)");
    found(!made.not_strict.empty(), conversation_issue::strict_tool,
          std::string(made.not_strict) + ": made one that is not strict");
    found(made.strict_bounds, conversation_issue::strict_tool,
          "bounds of numbers and lists in the schema of a strict tool: left out");
}

inline void block_repair::repair_system() {
    std::vector<system_content_block> kept;
    kept.reserve(draft_.system.size());
    for (std::size_t i = 0; i < draft_.system.size(); ++i) {
        auto& block = draft_.system[i];
        auto* const text = block.get_if<text_block>();
        if (text != nullptr && converse_rules::repair_utf8(text->text))
            draft_.found(conversation_issue::invalid_utf8, conversation_part::system, i,
                         "invalid UTF-8: replaced by U+FFFD");
        if (!block.is_set())
            draft_.found(conversation_issue::empty_block, conversation_part::system, i, "empty block: dropped");
        else if (text != nullptr && converse_rules::is_blank(text->text))
            draft_.found(conversation_issue::blank_text, conversation_part::system, i, "blank text: dropped");
        else
            kept.push_back(std::move(block));
    }
    draft_.system = std::move(kept);
}

inline void block_repair::repair_blocks() {
    for (auto& one : draft_.turns) {
        if (!one.value.role.is_set()) {
            draft_.found(conversation_issue::empty_block, one, "no role: taken for the user's");
            one.value.role = conversation_role::user;
        }
        if (!one.is_known()) continue;
        for (auto& block : one.blocks) repair_block(one, block);
        one.sweep();
    }
}

inline void block_repair::repair_block(drafted_turn const& in, drafted_block& block) {
    auto& content = block.content;
    if (!content.is_set()) return draft_.drop(conversation_issue::empty_block, block, "empty block");
    bool const media = content.holds<image_block>() || content.holds<document_block>() ||
                       content.holds<video_block>() || content.holds<audio_block>();
    bool const models_alone = content.holds<tool_use_block>() || content.holds<reasoning_content_block>();
    if ((media && !in.is_user()) || (models_alone && !in.is_assistant()))
        return draft_.drop(conversation_issue::misplaced_block, block,
                           media ? "media in a message that is not the user's"
                                 : "a block of the model's in a message that is not the model's");
    if (auto* const text = content.get_if<text_block>()) {
        repair_text(text->text, block);
        if (converse_rules::is_blank(text->text)) draft_.drop(conversation_issue::blank_text, block, "blank text");
    } else if (auto* const use = content.get_if<tool_use_block>()) {
        repair_tool_use(block, *use);
    } else if (auto* const result = content.get_if<tool_result_block>()) {
        repair_tool_result(block, *result);
    } else if (auto* const document = content.get_if<document_block>()) {
        repair_document_text(block, *document);
    } else if (auto* const reasoning = content.get_if<reasoning_content_block>()) {
        repair_reasoning(block, *reasoning);
    }
}

inline void block_repair::repair_text(std::string& text, drafted_block const& block) {
    if (converse_rules::repair_utf8(text))
        draft_.found(conversation_issue::invalid_utf8, block, "invalid UTF-8: replaced by U+FFFD");
}

inline void block_repair::repair_reasoning(drafted_block& block, reasoning_content_block& reasoning) {
    if (!reasoning.is_set()) return draft_.drop(conversation_issue::empty_block, block, "empty block");
    auto* const thoughts = reasoning.get_if<reasoning_text_block>();
    // Another text than the one that was signed is refused: a signed text that cannot be sent has lost its signature.
    bool const repaired = thoughts != nullptr && converse_rules::repair_utf8(thoughts->text);
    auto verdict = judge_reasoning(reasoning, draft_.rules.reasoning);
    if (draft_.policy.unsigned_reasoning == unsigned_reasoning_policy::keep && verdict != reasoning_verdict::empty)
        verdict = reasoning_verdict::taken;
    else if (repaired && verdict == reasoning_verdict::taken && !thoughts->signature.empty())
        verdict = reasoning_verdict::broken_signature;
    switch (verdict) {
        case reasoning_verdict::taken:
            if (repaired) draft_.found(conversation_issue::invalid_utf8, block, "invalid UTF-8: replaced by U+FFFD");
            return;
        case reasoning_verdict::empty:
            return draft_.drop(conversation_issue::empty_reasoning, block, "reasoning without content");
        case reasoning_verdict::without_signature:
            return drop_or_say(conversation_issue::unsigned_reasoning, block, thoughts,
                               "reasoning without a signature");
        case reasoning_verdict::broken_signature:
            return drop_or_say(conversation_issue::broken_signature, block, thoughts,
                               "reasoning with a broken signature");
        case reasoning_verdict::with_signature:
            draft_.found(conversation_issue::foreign_signature, block,
                         "a signature for a model that takes none: left out");
            return drop_signature(*thoughts);
        case reasoning_verdict::not_taken:
            return drop_or_say(conversation_issue::reasoning_not_taken, block, thoughts,
                               "reasoning that the model does not take back");
    }
}

inline void block_repair::drop_or_say(conversation_issue what, drafted_block& block, reasoning_text_block* thoughts,
                                      std::string why) {
    bool const is_said = draft_.policy.unsigned_reasoning == unsigned_reasoning_policy::as_text &&
                         thoughts != nullptr && !converse_rules::is_blank(thoughts->text);
    if (!is_said) return draft_.drop(what, block, std::move(why));
    draft_.found(what, block, std::move(why) + ": made a text");
    auto text = std::move(thoughts->text);
    block.content = text_block{std::move(text)};
}

inline void block_repair::repair_tool_use(drafted_block& block, tool_use_block& use) {
    if (auto const sent = sendable_tool_name(use.name); sent != use.name) {
        draft_.found(conversation_issue::invalid_tool_name, block, "tool name that cannot be sent: renamed " + sent);
        use.name = sent;
    }
    auto text = use.input.text();
    if (converse_rules::repair_json(text)) {
        draft_.found(conversation_issue::invalid_utf8, block, "invalid text in a tool's input: replaced by U+FFFD");
        use.input = text;
    }
    if (draft_.rules.empty_member_names && conversation_json::drop_empty_names(text)) {
        draft_.found(conversation_issue::empty_member_name, block,
                     "a member without a name in a tool's input: left out");
        use.input = text;
    }
    if (is_object(text)) return;
    std::string inner;
    json::reader in(text);
    bool const is_string = in.peek() == json::value_kind::string && in.read_string(inner) && in.finish();
    if (converse_rules::is_blank(text) || text == "null" || (is_string && converse_rules::is_blank(inner))) {
        draft_.found(conversation_issue::empty_tool_input, block, "empty tool input: made {}");
        use.input = "{}";
    } else if (is_string && is_object(inner)) {
        draft_.found(conversation_issue::invalid_tool_input, block,
                     "tool input that is an object in a string: unwrapped");
        if (draft_.rules.empty_member_names && conversation_json::drop_empty_names(inner))
            draft_.found(conversation_issue::empty_member_name, block,
                         "a member without a name in a tool's input: left out");
        use.input = std::move(inner);
    } else {
        draft_.found(conversation_issue::invalid_tool_input, block,
                     "tool input that is no JSON object: wrapped in one as \"input\"");
        std::string wrapped;
        json::writer out(wrapped);
        out.begin_object();
        out.key("input");
        if (json::valid(text))
            out.raw(text);
        else
            out.string(text);
        out.end_object();
        use.input = std::move(wrapped);
    }
}

inline void block_repair::repair_tool_result(drafted_block& block, tool_result_block& result) {
    std::erase_if(result.content, [&](auto& content) { return !repair_result_content(block, content); });
    if (!result.content.empty()) return;
    draft_.found(conversation_issue::empty_tool_result, block, "tool result without content: given a placeholder");
    result.content.emplace_back(text_block{draft_.policy.empty_text});
}

// False when nothing is left of the piece.
inline bool block_repair::repair_result_content(drafted_block const& block, tool_result_content_block& content) {
    if (auto* const json = content.get_if<json_block>()) {
        auto text = json->json.text();
        if (converse_rules::repair_json(text)) {
            draft_.found(conversation_issue::invalid_utf8, block,
                         "invalid text in a tool's result: replaced by U+FFFD");
            json->json = text;
        }
        auto const refused = why_text_is_better(text);
        if (refused) {
            draft_.found(*refused, block,
                         *refused == conversation_issue::empty_member_name
                             ? "a member without a name in JSON of a tool result: made a text"
                             : "a member __type in JSON of a tool result: made a text");
            content = text_block{std::move(text)};
            return true;
        }
        if (is_object(text)) return true;
        if (!converse_rules::is_blank(text)) {
            draft_.found(conversation_issue::invalid_json, block,
                         "JSON of a tool result that is no JSON object: made a text");
            content = text_block{std::move(text)};
            return true;
        }
    } else if (auto* const words = content.get_if<text_block>()) {
        repair_text(words->text, block);
        if (!converse_rules::is_blank(words->text)) return true;
        draft_.found(conversation_issue::blank_text, block, "blank text in a tool result: dropped");
        return false;
    } else if (auto* const document = content.get_if<document_block>()) {
        repair_document_text(block, *document);
        return true;
    } else if (auto const* const other = content.get_if<json::unknown_arm>()) {
        if (other->name != "cachePoint") return true;
        draft_.found(conversation_issue::misplaced_cache_point, block, "cache point in a tool result: dropped");
        return false;
    } else if (content.is_set()) {
        return true;
    }
    draft_.found(conversation_issue::empty_block, block, "empty block in a tool result: dropped");
    return false;
}

inline void block_repair::repair_document_text(drafted_block const& block, document_block& document) {
    repair_text(document.context, block);
    if (auto* const text = document.source.get_if<text_block>()) repair_text(text->text, block);
    if (auto* const pieces = document.source.get_if<document_pieces>())
        for (auto& piece : pieces->content)
            if (auto* const text = piece.get_if<text_block>()) repair_text(text->text, block);
}

inline void block_repair::flatten_tools() {
    std::map<std::string, std::string, std::less<>> names;
    for (auto& one : draft_.turns) {
        if (!one.is_known()) continue;
        std::vector<drafted_block> flat;
        flat.reserve(one.blocks.size());
        for (auto& block : one.blocks) {
            if (auto const* const use = block.content.get_if<tool_use_block>()) {
                names[use->tool_use_id] = use->name;
                draft_.found(conversation_issue::missing_tool_config, block,
                             "tool use in a request without tools: made a text");
                auto text = "[Assistant tool call]: " + use->name + "(" + use->input.text() + ")";
                flat.push_back({text_block{std::move(text)}, block.message, block.block});
                continue;
            }
            auto* const result = block.content.get_if<tool_result_block>();
            if (result == nullptr) {
                flat.push_back(std::move(block));
                continue;
            }
            draft_.found(conversation_issue::missing_tool_config, block,
                         "tool result in a request without tools: made a text");
            auto const known = names.find(result->tool_use_id);
            auto text = "[Tool result: " + (known != names.end() ? known->second : result->tool_use_id) + "]:";
            std::vector<drafted_block> media;
            for (auto& piece : result->content) {
                if (auto const* const words = piece.get_if<text_block>()) text += "\n" + words->text;
                if (auto const* const json = piece.get_if<json_block>()) text += "\n" + json->json.text();
                if (!one.is_user()) continue;
                auto const keep = [&](auto* held) {
                    if (held != nullptr) media.push_back({std::move(*held), block.message, block.block});
                };
                keep(piece.get_if<image_block>());
                keep(piece.get_if<document_block>());
                keep(piece.get_if<video_block>());
                keep(piece.get_if<search_result_block>());
            }
            flat.push_back({text_block{std::move(text)}, block.message, block.block});
            std::move(media.begin(), media.end(), std::back_inserter(flat));
        }
        one.blocks = std::move(flat);
    }
}

inline void block_repair::declare_tools() {
    if (!draft_.tools.tools.empty()) return;
    converse_rules::unique_names declared;
    auto const declare = [&](std::string const& name, bool of_service, drafted_block const& block) {
        if (!declared.take(name)) return;
        draft_.found(conversation_issue::missing_tool_config, block,
                     "the tool " + name + " is not among the request's: declared");
        if (of_service)
            draft_.tools.tools.emplace_back(system_tool{.name = name});
        else
            draft_.tools.tools.emplace_back(tool_specification{.name = name,
                                                               .description = "No longer available: do not use.",
                                                               .input_schema = R"({"type":"object"})"});
    };
    for (auto& one : draft_.turns)
        for (auto& block : one.blocks)
            if (auto const* const use = block.content.get_if<tool_use_block>())
                declare(use->name, block.own_tool_use() == nullptr, block);
}

inline void block_repair::check_tool_choice() {
    if (!draft_.tools.choice.is_set()) return;
    auto* const specific = draft_.tools.choice.get_if<specific_tool_choice>();
    bool known = false;
    if (specific != nullptr) specific->name = sendable_tool_name(specific->name);
    for (auto const& one : draft_.tools.tools) {
        auto const* const own = one.get_if<tool_specification>();
        auto const* const system = one.get_if<system_tool>();
        known = known || (specific == nullptr ? !one.holds<cache_point_block>()
                                              : (own != nullptr && own->name == specific->name) ||
                                                    (system != nullptr && system->name == specific->name));
    }
    if (known) return;
    draft_.found(conversation_issue::unknown_tool_choice, conversation_part::tools, no_place,
                 "choice of a tool that there is not: dropped");
    draft_.tools.choice.reset();
}

inline void block_repair::name_documents() {
    auto const each_document = [this](auto const& visit) {
        for (auto& one : draft_.turns) {
            for (auto& block : one.blocks) {
                if (auto* const document = block.content.get_if<document_block>()) visit(block, *document);
                if (auto* const result = block.content.get_if<tool_result_block>())
                    for (auto& piece : result->content)
                        if (auto* const document = piece.get_if<document_block>()) visit(block, *document);
            }
        }
    };
    each_document([this](drafted_block const&, document_block const& document) {
        if (converse_rules::valid_document_name(document.name)) document_names_.take(document.name);
    });
    each_document([this](drafted_block const& block, document_block& document) { name_document(block, document); });
}

inline void block_repair::name_document(drafted_block const& block, document_block& document) {
    bool const valid = converse_rules::valid_document_name(document.name);
    if (valid && documents_met_.take(document.name)) return;
    auto made = document_names_.make(converse_rules::make_document_name(document.name), '-',
                                     converse_rules::longest_document_name);
    draft_.found(valid ? conversation_issue::duplicate_document_name : conversation_issue::invalid_document_name, block,
                 (valid ? "document name of an earlier document: renamed " : "document name: renamed ") + made);
    document.name = std::move(made);
}

inline void block_repair::add_document_texts() {
    for (auto& one : draft_.turns) {
        std::size_t first = no_place;
        bool has_text = false;
        for (std::size_t b = 0; b < one.blocks.size(); ++b) {
            if (first == no_place && one.blocks[b].content.holds<document_block>()) first = b;
            has_text = has_text || one.blocks[b].content.holds<text_block>();
        }
        if (first == no_place || has_text) continue;
        draft_.found(conversation_issue::document_without_text, one.blocks[first],
                     "a document without a text beside it: one added");
        one.blocks.insert(one.blocks.begin() + static_cast<std::ptrdiff_t>(first),
                          drafted_block{text_block{draft_.policy.document_text}});
    }
}

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI

#endif
