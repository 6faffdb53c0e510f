// SPDX-License-Identifier: MIT
// Owns the messages of a conversation and every kind of block that they are made of.
// Never checks the order or number of blocks: the service's rules are the service's.
#ifndef BEDROCK_MODEL_CONTENT_HPP
#define BEDROCK_MODEL_CONTENT_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/citations.hpp"
#include "bedrock/model/guardrail.hpp"
#include "bedrock/model/media.hpp"
#include "bedrock/model/tool.hpp"

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// `system` inside the messages changes the rules or the tools in mid conversation.
enum class conversation_role : unsigned char { unknown, user, assistant, system };

/// Thoughts of the model. Sent back as they came, signature included.
struct reasoning_text_block {
    std::string text{};  ///< may be empty beside a signature
    std::string signature{};
    json::unknown_members unknown{};
};

/// Thoughts that the provider encrypted: bytes on the wire, opaque.
struct redacted_reasoning {
    byte_buffer content{};
};

struct reasoning_content_block : json::one_of<reasoning_text_block, redacted_reasoning> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"reasoningText", "redactedContent"};
};

/// One block of a message; a text makes a text block.
struct content_block
    : json::one_of<text_block, image_block, document_block, video_block, audio_block, tool_use_block, tool_result_block,
                   guardrail_content_block, cache_point_block, reasoning_content_block, citations_content_block,
                   search_result_block, tool_addition_block, tool_removal_block> {
    using one_of::one_of;
    template <class = void>
    content_block(std::string&& text) : one_of(text_block{std::move(text)}) {}
    template <std::convertible_to<std::string_view> Text>
    content_block(Text const& text) : one_of(text_block{std::string(std::string_view(text))}) {}
    static constexpr std::string_view arm_names[] = {"text",
                                                     "image",
                                                     "document",
                                                     "video",
                                                     "audio",
                                                     "toolUse",
                                                     "toolResult",
                                                     "guardContent",
                                                     "cachePoint",
                                                     "reasoningContent",
                                                     "citationsContent",
                                                     "searchResult",
                                                     "toolAddition",
                                                     "toolRemoval"};
};

/// A block of the system prompt; a text makes a text block.
struct system_content_block : json::one_of<text_block, guardrail_content_block, cache_point_block> {
    using one_of::one_of;
    template <class = void>
    system_content_block(std::string&& text) : one_of(text_block{std::move(text)}) {}
    template <std::convertible_to<std::string_view> Text>
    system_content_block(Text const& text) : one_of(text_block{std::string(std::string_view(text))}) {}
    static constexpr std::string_view arm_names[] = {"text", "guardContent", "cachePoint"};
};

/// A turn of one side.
struct message {
    json::open_enum<conversation_role> role{};
    std::vector<content_block> content{};
    json::unknown_members unknown{};

    /// The text blocks and the texts with citations, one behind the other.
    std::string text() const;
};

/// A user's message: from a text, one block, or several: `user({"What is this?", image_block{...}})`.
template <class = void>
message user(content_block content);
template <class = void>
message user(std::initializer_list<content_block> content);
template <class = void>
message user(std::vector<content_block> content);

/// A message of the model's, to show it how it answered or shall begin.
template <class = void>
message assistant(content_block content);
template <class = void>
message assistant(std::initializer_list<content_block> content);
template <class = void>
message assistant(std::vector<content_block> content);

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<conversation_role> {
    static constexpr std::string_view table[] = {"user", "assistant", "system"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<reasoning_text_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(reasoning_text_block, text, "text", json::required_field | json::advisory_field),
        BEDROCK_JSON_FIELD(reasoning_text_block, signature, "signature", json::optional_field),
    };
};
template <>
struct json::fields_of<redacted_reasoning> {
    using same_as = byte_buffer;
};
template <>
struct json::fields_of<message> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(message, role, "role", json::required_field),
        BEDROCK_JSON_FIELD(message, content, "content", json::required_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

inline std::string message::text() const {
    std::string all;
    for (auto const& block : content) {
        if (auto const* const plain = block.get_if<text_block>()) all += plain->text;
        auto const* const cited = block.get_if<citations_content_block>();
        if (cited == nullptr) continue;
        for (auto const& piece : cited->content)
            if (auto const* const words = piece.get_if<text_block>()) all += words->text;
    }
    return all;
}

template <class>
message user(std::vector<content_block> content) {
    return {.role = conversation_role::user, .content = std::move(content)};
}
template <class>
message user(std::initializer_list<content_block> content) {
    return user(std::vector<content_block>(content));
}
template <class>
message user(content_block content) {
    message made{.role = conversation_role::user};
    made.content.push_back(std::move(content));
    return made;
}

template <class>
message assistant(std::vector<content_block> content) {
    return {.role = conversation_role::assistant, .content = std::move(content)};
}
template <class>
message assistant(std::initializer_list<content_block> content) {
    return assistant(std::vector<content_block>(content));
}
template <class>
message assistant(content_block content) {
    message made{.role = conversation_role::assistant};
    made.content.push_back(std::move(content));
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
