// SPDX-License-Identifier: MIT
// Owns what embedding models take and give: their table, the bodies of InvokeModel for texts, the vectors in its
// answers. Never sends anything, and never cuts a text: what is too long, the model is told to cut at its end.
#ifndef BEDROCK_MODEL_EMBED_HPP
#define BEDROCK_MODEL_EMBED_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/model_id.hpp"
#include "bedrock/result.hpp"
#include "bedrock/utf8.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// How a family of models writes its requests and answers.
enum class embedding_format : unsigned char { by_model, titan_v1, titan_v2, cohere_v3, cohere_v4, nova, twelvelabs };

/// What the vectors are for; Cohere and Nova make other ones of what is searched than of what is searched for.
enum class embedding_purpose : unsigned char { document, query };

struct embedding_model {
    /// As `is_of_family` has it.
    std::string_view family{};
    embedding_format format = embedding_format::by_model;
    std::int32_t max_input_tokens = 0;  ///< of each text
    std::int32_t dimensions = 0;        ///< of a vector, unless another is asked for
    /// What can be asked for; zeros behind the last; none where the model has no choice.
    std::array<std::int32_t, 6> choices{};
};

/// Source: the memory search of OpenClaw 2026.9.6 (September 2026).
inline constexpr embedding_model embedding_models[] = {
    {"titan-embed-text-v2", embedding_format::titan_v2, 8192, 1024, {256, 512, 1024}},
    {"titan-embed-text-v1", embedding_format::titan_v1, 8000, 1536, {}},
    {"titan-embed-g1-text-02", embedding_format::titan_v1, 8000, 1536, {}},
    {"titan-embed-image-v1", embedding_format::titan_v1, 128, 1024, {}},
    {"embed-english-v3", embedding_format::cohere_v3, 512, 1024, {}},
    {"embed-multilingual-v3", embedding_format::cohere_v3, 512, 1024, {}},
    {"embed-v4", embedding_format::cohere_v4, 128'000, 1536, {256, 384, 512, 768, 1024, 1536}},
    {"nova-2-multimodal-embeddings", embedding_format::nova, 8192, 1024, {256, 384, 1024, 3072}},
    {"marengo-embed-2-7", embedding_format::twelvelabs, 512, 1024, {}},
    {"marengo-embed-3-0", embedding_format::twelvelabs, 512, 512, {}},
};

/// Texts to be embedded.
struct embed_request {
    /// Id, inference profile or ARN. "bedrock/", "amazon-bedrock/" and "aws/" before it, which other programs put
    /// there, are taken off.
    std::string model_id{"amazon.titan-embed-text-v2:0"};
    std::vector<std::string> texts{};
    /// Of the vectors; 0: the model's in `embedding_models`, and for models that are not there what they do unasked.
    std::int32_t dimensions = 0;
    embedding_purpose purpose = embedding_purpose::document;
    /// Vectors of length 1, whatever the model gives.
    bool normalize = true;
    /// For an ARN that does not name its model, and for models that are not in `embedding_models`.
    embedding_format format = embedding_format::by_model;
};

/// A vector for each text.
struct embed_response {
    /// In the order of the texts; empty for a text of only white space, for which nothing was sent.
    std::vector<std::vector<float>> embeddings{};
    /// As the service counted them in the header X-Amzn-Bedrock-Input-Token-Count; 0 where it did not.
    std::int64_t input_tokens = 0;
    /// Calls of InvokeModel that it took, and requests sent for them, repeats included.
    int calls = 0;
    int attempts = 0;
};

/// The id as it goes over the wire, without what other programs put before it. **Lifetime:** of the text.
std::string_view strip_provider_prefix(std::string_view model_id) noexcept;

/// The model of an id or ARN, null where `embedding_models` has none. **Lifetime:** static.
embedding_model const* find_embedding_model(std::string_view model_id) noexcept;

/// One call of InvokeModel.
struct embed_call {
    std::vector<std::size_t> texts{};  ///< those that it embeds, as indices into the request's
    std::string body{};
};

/// The calls that a request takes: one a text; for Cohere one for each 96 (the service's limit, model-parameters-embed
/// in the user guide). Blank texts are in none.
/// **Errors:** invalid_input for a model without a known format, for dimensions that it does not have (the message
/// lists those it has), for text that is no UTF-8.
result<std::vector<embed_call>> make_embed_calls(embed_request const& request);

/// The vectors of an answer of any of the formats, in order: numbers under "embedding", "embeddings", "float", "data".
/// null, and what a double can hold but no float, reads as 0.
/// **Errors:** protocol for an answer that is not JSON, has something else than numbers in a vector, or that has not
/// `count` vectors of `dimensions` numbers (0: of any equal size).
result<std::vector<std::vector<float>>> read_embeddings(std::string_view body, std::size_t count,
                                                        std::size_t dimensions);

/// Scales a vector to length 1; one of zeros stays.
void normalize_embedding(std::span<float> vector) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace embed_detail {

inline constexpr std::size_t cohere_texts_a_call = 96;

constexpr bool takes_many(embedding_format format) noexcept {
    return format == embedding_format::cohere_v3 || format == embedding_format::cohere_v4;
}

inline std::string list_choices(embedding_model const& model) {
    std::string made;
    for (auto const choice : model.choices) {
        if (choice == 0) break;
        made += (made.empty() ? "" : ", ") + std::to_string(choice);
    }
    return made.empty() ? std::to_string(model.dimensions) : made;
}

/// Which vectors are asked for.
struct shape {
    embedding_format format = embedding_format::by_model;
    std::int32_t dimensions = 0;  ///< of the vectors; 0: as the model does unasked
    std::int32_t asked_for = 0;   ///< the same for models that have a choice; 0: they are not told
};

inline result<shape> choose_shape(embed_request const& request) {
    auto const* const known = find_embedding_model(request.model_id);
    shape made{request.format, request.dimensions, request.dimensions};
    if (made.format == embedding_format::by_model) {
        if (!known)
            return fail(errc::invalid_input, "no embedding model is known by the id " + quote(request.model_id) +
                                                 "; set embed_request::format, or invoke it with a body of your own");
        made.format = known->format;
    }
    if (made.dimensions < 0) return fail(errc::invalid_input, "dimensions must not be negative");
    if (!known) return made;
    if (made.dimensions == 0) made.dimensions = known->dimensions;
    made.asked_for = known->choices[0] != 0 ? made.dimensions : 0;
    bool has = made.dimensions == known->dimensions;
    for (auto const choice : known->choices) has = has || (choice != 0 && choice == made.dimensions);
    if (has) return made;
    return fail(errc::invalid_input, quote(request.model_id) + " has no vectors of " + std::to_string(made.dimensions) +
                                         " dimensions; it has " + list_choices(*known));
}

inline void write_cohere(json::writer& out, embed_request const& request, shape const& of,
                         std::span<std::size_t const> texts) {
    out.key("texts");
    out.begin_array();
    for (auto const index : texts) out.string(request.texts[index]);
    out.end_array();
    out.key("input_type");
    out.string(request.purpose == embedding_purpose::query ? "search_query" : "search_document");
    out.key("truncate");
    out.string("END");
    if (of.format == embedding_format::cohere_v3) return;
    out.key("embedding_types");
    out.begin_array();
    out.string("float");
    out.end_array();
    if (of.asked_for == 0) return;
    out.key("output_dimension");
    out.number(std::int64_t{of.asked_for});
}

inline void write_nova(json::writer& out, embed_request const& request, shape const& of, std::string_view text) {
    out.key("taskType");
    out.string("SINGLE_EMBEDDING");
    out.key("singleEmbeddingParams");
    out.begin_object();
    out.key("embeddingPurpose");
    out.string(request.purpose == embedding_purpose::query ? "GENERIC_RETRIEVAL" : "GENERIC_INDEX");
    if (of.asked_for != 0) {
        out.key("embeddingDimension");
        out.number(std::int64_t{of.asked_for});
    }
    out.key("text");
    out.begin_object();
    out.key("truncationMode");
    out.string("END");
    out.key("value");
    out.string(text);
    out.end_object();
    out.end_object();
}

inline void write_titan(json::writer& out, embed_request const& request, shape const& of, std::string_view text) {
    out.key("inputText");
    out.string(text);
    if (of.format == embedding_format::titan_v1) return;
    if (of.asked_for != 0) {
        out.key("dimensions");
        out.number(std::int64_t{of.asked_for});
    }
    out.key("normalize");
    out.boolean(request.normalize);
}

inline void write_twelvelabs(json::writer& out, std::string_view text) {
    out.key("inputType");
    out.string("text");
    out.key("text");
    out.begin_object();
    out.key("inputText");
    out.string(text);
    out.end_object();
}

/// As `make_embed_calls`, of vectors that were chosen before.
result<std::vector<embed_call>> make_calls(embed_request const& request, shape const& of);

inline result<std::string> write_body(embed_request const& request, shape const& of,
                                      std::span<std::size_t const> texts) {
    std::string body;
    json::writer out(body, {.on_invalid_utf8 = json::invalid_utf8::fail});
    auto const& text = request.texts[texts.front()];
    out.begin_object();
    switch (of.format) {
        case embedding_format::cohere_v3:
        case embedding_format::cohere_v4:
            write_cohere(out, request, of, texts);
            break;
        case embedding_format::nova:
            write_nova(out, request, of, text);
            break;
        case embedding_format::twelvelabs:
            write_twelvelabs(out, text);
            break;
        case embedding_format::by_model:
        case embedding_format::titan_v1:
        case embedding_format::titan_v2:
            write_titan(out, request, of, text);
            break;
    }
    out.end_object();
    if (out.ok()) return body;
    return fail(errc::invalid_input, "texts[" + std::to_string(texts.front()) + "]" +
                                         (texts.size() > 1 ? " or one of the next of its call" : "") +
                                         ": invalid UTF-8");
}

/// 0 for what no float can be.
inline float narrow(double number) noexcept {
    return std::abs(number) > double{(std::numeric_limits<float>::max)()} ? 0 : static_cast<float>(number);
}

/// Reads the value that is due: a vector, or what may hold vectors.
inline void collect(json::reader& in, std::vector<std::vector<float>>& found, unsigned depth);

inline void collect_array(json::reader& in, std::vector<std::vector<float>>& found, unsigned depth) {
    std::vector<float> vector;
    in.begin_array();
    while (in.next_element()) {
        double number = 0;
        auto const kind = in.peek();
        if (kind == json::value_kind::number && in.read_double(number))
            vector.push_back(narrow(number));
        else if (kind == json::value_kind::null && in.read_null())
            vector.push_back(0);
        else if (kind == json::value_kind::string || kind == json::value_kind::boolean)
            in.fail(json::fault::wrong_type, in.offset());
        else
            collect(in, found, depth + 1);
    }
    if (!vector.empty()) found.push_back(std::move(vector));
}

inline void collect(json::reader& in, std::vector<std::vector<float>>& found, unsigned depth) {
    constexpr unsigned deepest = 5;  // of the known formats: data, [], embedding, [] or embeddings, float, [], []
    auto const kind = in.peek();
    if (depth > deepest || (kind != json::value_kind::array && kind != json::value_kind::object)) {
        in.skip();
    } else if (kind == json::value_kind::array) {
        collect_array(in, found, depth);
    } else {
        in.begin_object();
        for (std::string_view name; in.next_member(name);) {
            if (name == "embedding" || name == "embeddings" || name == "float" || name == "data")
                collect(in, found, depth + 1);
            else
                in.skip();
        }
    }
}

}  // namespace embed_detail

inline std::string_view strip_provider_prefix(std::string_view model_id) noexcept {
    for (std::string_view const prefix : {"bedrock/", "amazon-bedrock/", "aws/"})
        if (model_id.starts_with(prefix)) return model_id.substr(prefix.size());
    return model_id;
}

inline embedding_model const* find_embedding_model(std::string_view model_id) noexcept {
    auto id = strip_provider_prefix(model_id);
    if (auto const slash = id.rfind('/'); slash != std::string_view::npos) id.remove_prefix(slash + 1);
    for (auto const& known : embedding_models)
        if (is_of_family(id, known.family)) return &known;
    return nullptr;
}

inline result<std::vector<embed_call>> make_embed_calls(embed_request const& request) {
    auto const of = embed_detail::choose_shape(request);
    if (!of) return unexpected{of.error()};
    return embed_detail::make_calls(request, *of);
}

inline result<std::vector<embed_call>> embed_detail::make_calls(embed_request const& request, shape const& of) {
    std::size_t const most = takes_many(of.format) ? cohere_texts_a_call : 1;
    std::vector<embed_call> calls;
    for (std::size_t index = 0; index != request.texts.size(); ++index) {
        if (ascii::trim(request.texts[index]).empty()) continue;
        if (calls.empty() || calls.back().texts.size() == most) calls.emplace_back();
        calls.back().texts.push_back(index);
    }
    for (auto& call : calls) {
        auto body = write_body(request, of, call.texts);
        if (!body) return unexpected{std::move(body).error()};
        call.body = std::move(*body);
    }
    return calls;
}

inline result<std::vector<std::vector<float>>> read_embeddings(std::string_view body, std::size_t count,
                                                               std::size_t dimensions) {
    std::vector<std::vector<float>> found;
    json::reader in(skip_byte_order_mark(body));
    embed_detail::collect(in, found, 0);
    if (!in.finish())
        return fail(errc::protocol,
                    "the answer with embeddings cannot be read: " + std::string(json::describe(in.state().code)) +
                        " at byte " + std::to_string(in.state().offset));
    if (found.size() != count)
        return fail(errc::protocol, "the answer has " + std::to_string(found.size()) + " embeddings for " +
                                        std::to_string(count) + " texts");
    for (auto const& vector : found) {
        auto const wanted = dimensions == 0 ? found.front().size() : dimensions;
        if (vector.size() != wanted)
            return fail(errc::protocol, "the answer has an embedding of " + std::to_string(vector.size()) +
                                            " dimensions where " + std::to_string(wanted) + " are due");
    }
    return found;
}

inline void normalize_embedding(std::span<float> vector) noexcept {
    double sum = 0;
    for (auto const number : vector) sum += double{number} * number;
    if (!(sum > 0) || !std::isfinite(sum)) return;
    auto const scale = 1 / std::sqrt(sum);
    for (auto& number : vector) number = static_cast<float>(number * scale);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
