// SPDX-License-Identifier: MIT
// Owns the media of a conversation: images, documents, videos, audio and where their bytes are.
// Never looks into the bytes, and never checks a format against them.
#ifndef BEDROCK_MODEL_MEDIA_HPP
#define BEDROCK_MODEL_MEDIA_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class image_format : unsigned char { unknown, png, jpeg, gif, webp };
enum class document_format : unsigned char { unknown, pdf, csv, doc, docx, xls, xlsx, html, txt, md };
enum class video_format : unsigned char { unknown, mkv, mov, mp4, webm, flv, mpeg, mpg, wmv, three_gp };
enum class audio_format : unsigned char {
    unknown,
    mp3,
    opus,
    wav,
    aac,
    flac,
    mp4,
    ogg,
    mkv,
    mka,
    x_aac,
    m4a,
    mpeg,
    mpga,
    pcm,
    webm,
};

/// An object in Amazon S3 that the service fetches itself.
struct s3_location {
    std::string uri{};           ///< s3://bucket/key
    std::string bucket_owner{};  ///< account id of 12 digits, when the bucket is another account's
    json::unknown_members unknown{};
};

/// What went wrong with one block, in the service's words.
struct error_block {
    std::string message{};
    json::unknown_members unknown{};
};

/// A text as an arm of a union: a bare string on the wire.
struct text_block {
    std::string text{};
};

/// Bytes (base64 on the wire, encoded straight into the body) or a place in S3.
struct media_source : json::one_of<byte_buffer, s3_location> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"bytes", "s3Location"};
};
using image_source = media_source;
using video_source = media_source;
using audio_source = media_source;

/// An image. **Wire:** up to 20 images a message, each at most 3.75 MB and 8000 x 8000 pixels, in user messages only
/// (Converse API reference).
struct image_block {
    json::open_enum<image_format> format{};
    image_source source{};
    std::optional<error_block> error{};
    json::unknown_members unknown{};
};

/// A piece of a document given as pieces.
struct document_content_block : json::one_of<text_block> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"text"};
};

/// A document given as pieces.
struct document_pieces {
    std::vector<document_content_block> content{};
};

/// Bytes, a place in S3, plain text, or pieces of text (the unit of citations).
struct document_source : json::one_of<byte_buffer, s3_location, text_block, document_pieces> {
    using one_of::one_of;
    static constexpr std::string_view arm_names[] = {"bytes", "s3Location", "text", "content"};
};

struct citations_config {
    bool enabled = false;
    json::unknown_members unknown{};
};

/// A document. **Wire:** up to 5 a message, each at most 4.5 MB, beside a text block in the same user message; the
/// name has 1..200 alphanumerics, single white space, hyphens, parentheses and square brackets (Converse API
/// reference).
struct document_block {
    json::open_enum<document_format> format{};
    std::string name{};
    document_source source{};
    std::string context{};
    std::optional<citations_config> citations{};
    json::unknown_members unknown{};
};

struct video_block {
    json::open_enum<video_format> format{};
    video_source source{};
    json::unknown_members unknown{};
};

struct audio_block {
    json::open_enum<audio_format> format{};
    audio_source source{};
    std::optional<error_block> error{};
    json::unknown_members unknown{};
};

// ---------------------------------------------------------------------------------------------------------------------

template <>
struct json::enum_texts<image_format> {
    static constexpr std::string_view table[] = {"png", "jpeg", "gif", "webp"};
};
template <>
struct json::enum_texts<document_format> {
    static constexpr std::string_view table[] = {"pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"};
};
template <>
struct json::enum_texts<video_format> {
    static constexpr std::string_view table[] = {"mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"};
};
template <>
struct json::enum_texts<audio_format> {
    static constexpr std::string_view table[] = {"mp3", "opus",  "wav", "aac",  "flac", "mp4", "ogg", "mkv",
                                                 "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"};
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<s3_location> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(s3_location, uri, "uri", json::required_field),
        BEDROCK_JSON_FIELD(s3_location, bucket_owner, "bucketOwner", json::optional_field),
    };
};
template <>
struct json::fields_of<error_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(error_block, message, "message", json::optional_field),
    };
};
template <>
struct json::fields_of<text_block> {
    using same_as = std::string;
};
template <>
struct json::fields_of<document_pieces> {
    using same_as = std::vector<document_content_block>;
};
template <>
struct json::fields_of<image_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(image_block, format, "format", json::required_field),
        BEDROCK_JSON_FIELD(image_block, source, "source", json::optional_field),
        BEDROCK_JSON_FIELD(image_block, error, "error", json::optional_field),
    };
};
template <>
struct json::fields_of<citations_config> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(citations_config, enabled, "enabled", json::required_field),
    };
};
template <>
struct json::fields_of<document_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(document_block, format, "format", json::optional_field),
        BEDROCK_JSON_FIELD(document_block, name, "name", json::required_field),
        BEDROCK_JSON_FIELD(document_block, source, "source", json::required_field),
        BEDROCK_JSON_FIELD(document_block, context, "context", json::optional_field),
        BEDROCK_JSON_FIELD(document_block, citations, "citations", json::optional_field),
    };
};
template <>
struct json::fields_of<video_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(video_block, format, "format", json::required_field),
        BEDROCK_JSON_FIELD(video_block, source, "source", json::required_field),
    };
};
template <>
struct json::fields_of<audio_block> {
    template <class = void>
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(audio_block, format, "format", json::required_field),
        BEDROCK_JSON_FIELD(audio_block, source, "source", json::optional_field),
        BEDROCK_JSON_FIELD(audio_block, error, "error", json::optional_field),
    };
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

}  // namespace bedrock::inline BEDROCK_ABI

#endif
