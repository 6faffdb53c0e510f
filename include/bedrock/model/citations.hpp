// SPDX-License-Identifier: MIT
// Owns citations and the search results that they may point into.
// Never resolves a citation to the text that it names.
#ifndef BEDROCK_MODEL_CITATIONS_HPP
#define BEDROCK_MODEL_CITATIONS_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/media.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct web_location {
    std::string url{};
    std::string domain{};
    json::unknown_members unknown{};
};

/// Characters of a document of the request.
struct document_char_location {
    std::optional<std::int32_t> document_index{};
    std::optional<std::int32_t> start{};
    std::optional<std::int32_t> end{};
    json::unknown_members unknown{};
};

/// Pages of a document of the request.
struct document_page_location {
    std::optional<std::int32_t> document_index{};
    std::optional<std::int32_t> start{};
    std::optional<std::int32_t> end{};
    json::unknown_members unknown{};
};

/// Pieces of a document of the request.
struct document_chunk_location {
    std::optional<std::int32_t> document_index{};
    std::optional<std::int32_t> start{};
    std::optional<std::int32_t> end{};
    json::unknown_members unknown{};
};

/// Content blocks of a search result of the request.
struct search_result_location {
    std::optional<std::int32_t> search_result_index{};
    std::optional<std::int32_t> start{};
    std::optional<std::int32_t> end{};
    json::unknown_members unknown{};
};

struct citation_location : json::one_of<web_location, document_char_location, document_page_location,
                                        document_chunk_location, search_result_location> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"web", "documentChar", "documentPage", "documentChunk",
                                                     "searchResultLocation"};
};

/// The source's own words.
struct citation_source_content : json::one_of<text_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text"};
};

/// The model's words that the citations stand behind.
struct citation_generated_content : json::one_of<text_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text"};
};

struct citation {
    std::string title{};
    std::string source{};
    std::vector<citation_source_content> source_content{};
    citation_location location{};
    json::unknown_members unknown{};
};

/// Generated text with what it cites.
struct citations_content_block {
    std::vector<citation_generated_content> content{};
    std::vector<citation> citations{};
    json::unknown_members unknown{};
};

struct search_result_content_block {
    std::string text{};
    json::unknown_members unknown{};
};

/// A result of the caller's own search that the model may cite.
struct search_result_block {
    std::string source{};
    std::string title{};
    std::vector<search_result_content_block> content{};
    std::optional<citations_config> citations{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<web_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(web_location, url, "url", json::optional_field),
        BEDROCK_JSON_FIELD(web_location, domain, "domain", json::optional_field),
    };
};
template <>
struct json::fields_of<document_char_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(document_char_location, document_index, "documentIndex", json::optional_field),
        BEDROCK_JSON_FIELD(document_char_location, start, "start", json::optional_field),
        BEDROCK_JSON_FIELD(document_char_location, end, "end", json::optional_field),
    };
};
template <>
struct json::fields_of<document_page_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(document_page_location, document_index, "documentIndex", json::optional_field),
        BEDROCK_JSON_FIELD(document_page_location, start, "start", json::optional_field),
        BEDROCK_JSON_FIELD(document_page_location, end, "end", json::optional_field),
    };
};
template <>
struct json::fields_of<document_chunk_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(document_chunk_location, document_index, "documentIndex", json::optional_field),
        BEDROCK_JSON_FIELD(document_chunk_location, start, "start", json::optional_field),
        BEDROCK_JSON_FIELD(document_chunk_location, end, "end", json::optional_field),
    };
};
template <>
struct json::fields_of<search_result_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(search_result_location, search_result_index, "searchResultIndex", json::optional_field),
        BEDROCK_JSON_FIELD(search_result_location, start, "start", json::optional_field),
        BEDROCK_JSON_FIELD(search_result_location, end, "end", json::optional_field),
    };
};
template <>
struct json::fields_of<citation> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(citation, title, "title", json::optional_field),
        BEDROCK_JSON_FIELD(citation, source, "source", json::optional_field),
        BEDROCK_JSON_FIELD(citation, source_content, "sourceContent", json::optional_field),
        BEDROCK_JSON_FIELD(citation, location, "location", json::optional_field),
    };
};
template <>
struct json::fields_of<citations_content_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(citations_content_block, content, "content", json::optional_field),
        BEDROCK_JSON_FIELD(citations_content_block, citations, "citations", json::optional_field),
    };
};
template <>
struct json::fields_of<search_result_content_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(search_result_content_block, text, "text", json::required_field),
    };
};
template <>
struct json::fields_of<search_result_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(search_result_block, source, "source", json::required_field),
        BEDROCK_JSON_FIELD(search_result_block, title, "title", json::required_field),
        BEDROCK_JSON_FIELD(search_result_block, content, "content", json::required_field),
        BEDROCK_JSON_FIELD(search_result_block, citations, "citations", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
