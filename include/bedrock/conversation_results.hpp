// SPDX-License-Identifier: MIT
// Answers of a model and results of tools, block by block, as a model's family takes them back.
// It never moves a block into another message.
#ifndef BEDROCK_CONVERSATION_RESULTS_HPP
#define BEDROCK_CONVERSATION_RESULTS_HPP

#include "bedrock/config.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_json.hpp"
#include "bedrock/conversation_rules.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/tool.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::detail {

/// What a family makes of a reasoning block.
enum class reasoning_verdict : unsigned char {
    taken,
    empty,              ///< neither text, signature nor encrypted content
    without_signature,  ///< Claude requires one
    broken_signature,   ///< not whole base64
    with_signature,     ///< the family takes the text without it
    not_taken,          ///< the family takes none of it back
};

inline reasoning_verdict judge_reasoning(reasoning_content_block const& reasoning, reasoning_rule rule) noexcept {
    using enum reasoning_verdict;
    if (auto const* const hidden = reasoning.get_if<redacted_reasoning>())
        return hidden->content.empty() ? empty : rule == reasoning_rule::none ? not_taken : taken;
    auto const* const thoughts = reasoning.get_if<reasoning_text_block>();
    if (thoughts == nullptr) return reasoning.is_set() ? taken : empty;
    auto const& signature = thoughts->signature;
    if (thoughts->text.empty() && signature.empty()) return empty;
    switch (rule) {
        case reasoning_rule::signed_only:
            if (signature.empty()) return without_signature;
            return converse_rules::whole_signature(signature) ? taken : broken_signature;
        case reasoning_rule::unsigned_only:
            // An empty signature that was read, not left out, would be sent as it is.
            if (!signature.empty() || thoughts->unknown.find("signature") != nullptr)
                return thoughts->text.empty() ? not_taken : with_signature;
            return taken;
        case reasoning_rule::encrypted_only:
        case reasoning_rule::none:
            break;
    }
    return not_taken;
}

inline void drop_signature(reasoning_text_block& reasoning) {
    reasoning.signature.clear();
    reasoning.unknown.erase("signature");
}

/// What was done to a tool, in the order of the rules.
struct tool_repairs {
    bool blank_description = false;
    conversation_json::schema_repairs schema{};
    std::string_view not_strict{};  ///< why it is not strict any more
    bool strict_bounds = false;     ///< taken out of the schema
};

/// Makes the tools of one request, in their order, ones that the family takes.
class tool_repair {
  public:
    explicit tool_repair(history_rules const& rules) : rules_(rules) {}
    tool_repairs repair(tool_specification& tool);

  private:
    void repair_strict(tool_specification& tool, tool_repairs& made);

    history_rules rules_;
    std::size_t strict_tools_ = 0;
    std::size_t loose_parameters_ = 0;
};

inline tool_repairs tool_repair::repair(tool_specification& tool) {
    tool_repairs made;
    // An empty description that was read, not left out, would be sent as it is.
    bool const has_description = !tool.description.empty() || tool.unknown.find("description") != nullptr;
    if (rules_.blank_description && has_description && converse_rules::is_blank(tool.description)) {
        made.blank_description = true;
        tool.description.clear();
        tool.unknown.erase("description");
    }
    auto schema = tool.input_schema.text();
    made.schema = conversation_json::repair_schema(
        schema, {rules_.schema_without_type, rules_.schema_root_union, rules_.schema_big_integers});
    if (made.schema.any()) tool.input_schema = std::move(schema);
    if (rules_.strict_tools != strict_tool_rule::any && tool.strict.value_or(false)) repair_strict(tool, made);
    return made;
}

// Source of the limits: pi-ai 1.6.0, which repeats without `strict` at these refusals; pydantic-ai for the bounds.
inline void tool_repair::repair_strict(tool_specification& tool, tool_repairs& made) {
    constexpr std::size_t most_tools = 20, most_loose = 16;
    auto const loose = conversation_json::count_loose_parameters(tool.input_schema.text());
    if (rules_.strict_tools == strict_tool_rule::none)
        made.not_strict = "the model takes no strict tools";
    else if (strict_tools_ == most_tools)
        made.not_strict = "more than 20 strict tools";
    else if (loose_parameters_ + loose > most_loose)
        made.not_strict = "more than 16 optional parameters, or of several types, in strict tools";
    if (!made.not_strict.empty()) return tool.strict.reset();
    ++strict_tools_;
    loose_parameters_ += loose;
    auto schema = tool.input_schema.text();
    made.strict_bounds = conversation_json::drop_strict_bounds(schema);
    if (made.strict_bounds) tool.input_schema = std::move(schema);
}

/// "jpg" is called jpeg; false if there was nothing to do.
inline bool name_jpeg(image_block& image) {
    if (image.format.text() != "jpg") return false;
    image.format = image_format::jpeg;
    return true;
}

/// What a document says if its source is text; else "".
inline std::string document_words(document_block const& document) {
    std::string words;
    if (auto const* const text = document.source.get_if<text_block>()) words = text->text;
    if (auto const* const pieces = document.source.get_if<document_pieces>())
        for (auto const& piece : pieces->content)
            if (auto const* const text = piece.get_if<text_block>()) words += text->text;
    return converse_rules::is_blank(words) ? std::string() : document.name + ":\n" + words;
}

/// A document as a text: its own, or a placeholder.
inline text_block document_as_text(document_block const& document) {
    auto words = document_words(document);
    return {words.empty() ? "(document omitted: the model does not take it)" : std::move(words)};
}

/// True if one of the rules for tool results may change a result.
inline bool may_change_results(history_rules const& rules) noexcept {
    return rules.result_images || rules.result_documents != result_document_rule::any || rules.error_result_media ||
           rules.result_status || rules.documents;
}

/// What was done to a tool result.
struct result_repairs {
    bool image = false;     ///< an image taken out
    bool document = false;  ///< a document taken out
    bool error_media = false;
    bool status = false;
};

/// Makes a result one that the family takes. What may stand beside the result goes to `beside`, with a caption.
inline result_repairs repair_result(tool_result_block& result, history_rules const& rules,
                                    std::vector<content_block>& beside) {
    result_repairs made;
    bool const is_error = result.status == tool_result_status::error;
    auto const caption = [&result](std::string_view what) {
        return content_block(text_block{std::string(what) + " of the tool result " + result.tool_use_id + ":"});
    };
    std::vector<tool_result_content_block> kept;
    kept.reserve(result.content.size());
    std::string_view moved;
    for (auto& piece : result.content) {
        auto* const image = piece.get_if<image_block>();
        auto* const document = piece.get_if<document_block>();
        if (image != nullptr) name_jpeg(*image);
        bool const only_text = rules.error_result_media && is_error;
        if (image != nullptr && (rules.result_images || only_text)) {
            (rules.result_images ? made.image : made.error_media) = true;
            if (rules.result_siblings == result_sibling_rule::none) {
                kept.emplace_back("(image omitted: the model does not take it in a tool result)");
                continue;
            }
            beside.push_back(caption("Image"));
            beside.emplace_back(std::move(*image));
            moved = "(image below)";
            continue;
        }
        bool const is_refused =
            document != nullptr &&
            (rules.documents || rules.result_documents == result_document_rule::none ||
             (rules.result_documents == result_document_rule::plain_text && document->format != document_format::csv &&
              document->format != document_format::txt));
        if (is_refused) {
            made.document = true;
            bool const has_words = !document_words(*document).empty();
            if (has_words || rules.documents || rules.result_siblings != result_sibling_rule::any) {
                kept.emplace_back(document_as_text(*document));
                continue;
            }
            beside.push_back(caption("Document"));
            beside.emplace_back(std::move(*document));
            moved = "(document below)";
            continue;
        }
        kept.push_back(std::move(piece));
    }
    if (kept.empty() && !moved.empty()) kept.emplace_back(moved);
    result.content = std::move(kept);
    if (rules.error_result_media && is_error) {
        for (auto const& piece : result.content)
            made.status = made.status || piece.holds<document_block>() || piece.holds<video_block>() ||
                          piece.holds<search_result_block>();
    }
    if (rules.result_status && (result.status.is_set() || result.unknown.find("status") != nullptr)) made.status = true;
    if (made.status) {
        result.status = {};
        result.unknown.erase("status");
    }
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
