#include "bedrock/model/embed.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string body_for(std::string model_id, embed_request request = {}) {
    request.model_id = std::move(model_id);
    if (request.texts.empty()) request.texts = {"a \"b\""};
    auto const calls = make_embed_calls(request);
    INFO(request.model_id);
    if (!calls) return calls.error().message;
    REQUIRE(calls->size() == 1);
    return calls->front().body;
}

std::string problem(result<std::vector<std::vector<float>>> const& read) {
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::protocol);
    return read.error().message;
}

}  // namespace

TEST_CASE("model/embed: an id in every form finds its model", "[embed]") {
    struct row {
        std::string_view id, family;
    };
    for (auto const& [id, family] : {
             row{"amazon.titan-embed-text-v2:0", "titan-embed-text-v2"},
             row{"bedrock/amazon.titan-embed-text-v2:0", "titan-embed-text-v2"},
             row{"amazon-bedrock/amazon.titan-embed-text-v1:2:8k", "titan-embed-text-v1"},
             row{"aws/amazon.titan-embed-g1-text-02", "titan-embed-g1-text-02"},
             row{"amazon.titan-embed-image-v1:0", "titan-embed-image-v1"},
             row{"cohere.embed-english-v3", "embed-english-v3"},
             row{"cohere.embed-multilingual-v3:0:512", "embed-multilingual-v3"},
             row{"global.cohere.embed-v4:0", "embed-v4"},
             row{"amazon.nova-2-multimodal-embeddings-v1:0", "nova-2-multimodal-embeddings"},
             row{"us.twelvelabs.marengo-embed-2-7-v1:0", "marengo-embed-2-7"},
             row{"twelvelabs.marengo-embed-3-0-v1:0", "marengo-embed-3-0"},
             row{"arn:aws:bedrock:eu-west-1::foundation-model/cohere.embed-v4:0", "embed-v4"},
         }) {
        INFO(id);
        auto const* const found = find_embedding_model(id);
        REQUIRE(found != nullptr);
        CHECK(found->family == family);
    }
    for (std::string_view const id :
         {"", "amazon.titan-text-express-v1", "cohere.command-r-v1:0", "titan-embed-text-v22",
          "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"})
        CHECK(find_embedding_model(id) == nullptr);
}

TEST_CASE("model/embed: the body of each format", "[embed]") {
    auto const query = embed_request{.purpose = embedding_purpose::query};
    struct row {
        std::string made, expected;
    };
    for (auto const& [made, expected] : {
             row{body_for("amazon.titan-embed-text-v2:0"),
                 R"({"inputText":"a \"b\"","dimensions":1024,"normalize":true})"},
             row{body_for("amazon.titan-embed-text-v2:0", {.dimensions = 256, .normalize = false}),
                 R"({"inputText":"a \"b\"","dimensions":256,"normalize":false})"},
             row{body_for("amazon.titan-embed-text-v1", {.dimensions = 1536}), R"({"inputText":"a \"b\""})"},
             row{body_for("amazon.titan-embed-text-v1", {.format = embedding_format::titan_v2}),
                 R"({"inputText":"a \"b\"","normalize":true})"},  // has no choice, in whatever format it is asked
             row{body_for("cohere.embed-english-v3"),
                 R"({"texts":["a \"b\""],"input_type":"search_document","truncate":"END"})"},
             row{body_for("cohere.embed-v4:0", query),
                 R"({"texts":["a \"b\""],"input_type":"search_query","truncate":"END","embedding_types":["float"],)"
                 R"("output_dimension":1536})"},
             row{body_for("amazon.nova-2-multimodal-embeddings-v1:0"),
                 R"({"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX",)"
                 R"("embeddingDimension":1024,"text":{"truncationMode":"END","value":"a \"b\""}}})"},
             row{body_for("amazon.nova-2-multimodal-embeddings-v1:0", query),
                 R"({"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_RETRIEVAL",)"
                 R"("embeddingDimension":1024,"text":{"truncationMode":"END","value":"a \"b\""}}})"},
             row{body_for("twelvelabs.marengo-embed-3-0-v1:0"),
                 R"({"inputType":"text","text":{"inputText":"a \"b\""}})"},
             row{body_for("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
                          {.format = embedding_format::titan_v2}),
                 R"({"inputText":"a \"b\"","normalize":true})"},
         })
        CHECK(made == expected);
}

TEST_CASE("model/embed: what cannot be asked for", "[embed]") {
    CHECK(body_for("amazon.titan-embed-text-v2:0", {.dimensions = 300}) ==
          "\"amazon.titan-embed-text-v2:0\" has no vectors of 300 dimensions; it has 256, 512, 1024");
    CHECK(body_for("amazon.titan-embed-text-v1", {.dimensions = 256}) ==
          "\"amazon.titan-embed-text-v1\" has no vectors of 256 dimensions; it has 1536");
    CHECK(body_for("amazon.titan-embed-text-v2:0", {.dimensions = -1}) == "dimensions must not be negative");
    CHECK(body_for("anthropic.claude-v2").find("embed_request::format") != std::string::npos);
    CHECK(body_for("cohere.embed-v4:0", {.texts = {"good", "\xff"}}) ==
          "texts[0] or one of the next of its call: invalid UTF-8");
    CHECK(body_for("amazon.titan-embed-text-v1", {.texts = {" ", "\xff"}}) == "texts[1]: invalid UTF-8");
    CHECK(make_embed_calls({.texts = {"a"}, .dimensions = 300}).error().code == errc::invalid_input);
}

TEST_CASE("model/embed: one call a text, but 96 texts a call for Cohere; blank ones in none", "[embed]") {
    embed_request request{.texts = {"a", " \n", "b", ""}};
    auto const titan = make_embed_calls(request);
    REQUIRE(titan);
    REQUIRE(titan->size() == 2);
    CHECK((*titan)[1].texts == std::vector<std::size_t>{2});
    request.model_id = "cohere.embed-english-v3";
    request.texts.assign(194, "x");
    request.texts[1] = "";
    auto const cohere = make_embed_calls(request);
    REQUIRE(cohere);
    REQUIRE(cohere->size() == 3);
    CHECK((*cohere)[0].texts.size() == 96);
    CHECK((*cohere)[0].texts[1] == 2);
    CHECK((*cohere)[2].texts == std::vector<std::size_t>{193});
    request.texts = {"\t"};
    CHECK(make_embed_calls(request)->empty());
    request.texts.clear();
    CHECK(make_embed_calls(request)->empty());
}

TEST_CASE("model/embed: the vectors of each answer", "[embed]") {
    std::vector<std::vector<float>> const one{{1, -0.5f}}, two{{1, -0.5f}, {0, 2}};
    struct row {
        std::string_view body;
        std::vector<std::vector<float>> expected;
    };
    for (auto const& [body, expected] : {
             row{R"({"embedding":[1,-0.5],"inputTextTokenCount":3,"embeddingsByType":{"binary":[1,0]}})", one},
             row{R"({"embeddings":[{"embeddingType":"TEXT","embedding":[1,-0.5],"truncatedCharLength":5}]})", one},
             row{R"({"data":[{"embedding":[1,-0.5],"embeddingOption":["visual"]}]})", one},
             row{R"({"data":{"embedding":[1,-0.5]}})", one},
             row{R"({"id":"x","texts":["a","b"],"embeddings":[[1,-0.5],[0,2]],"response_type":"embeddings_floats"})",
                 two},
             row{R"({"embeddings":{"float":[[1,-0.5],[0,2]],"int8":[[1,2],[3,4]]},"texts":["a","b"]})", two},
             row{R"({"embedding":[1e0,-5e-1]})", one},
         }) {
        INFO(body);
        auto const read = read_embeddings(body, expected.size(), 2);
        REQUIRE(read);
        CHECK(*read == expected);
    }
    auto const odd = read_embeddings(R"({"embedding":[null,1e300,-1e300,1e-60]})", 1, 0);
    REQUIRE(odd);
    CHECK(*odd == std::vector<std::vector<float>>{{0, 0, 0, 0}});
}

TEST_CASE("model/embed: answers that are none", "[embed]") {
    CHECK(problem(read_embeddings("<html>", 1, 2)).starts_with("the answer with embeddings cannot be read: "));
    CHECK(problem(read_embeddings(R"({"embedding":[1,2])", 1, 2))
              .starts_with("the answer with embeddings cannot be read"));
    CHECK(problem(read_embeddings(R"({"embedding":[1e999]})", 1, 1)).starts_with("the answer with embeddings cannot"));
    for (auto const* const odd :
         {R"({"embedding":[1,2,"3"]})", R"({"embedding":["x",1,2]})", R"({"embedding":[1,true,2]})"})
        CHECK(problem(read_embeddings(odd, 1, 2)).starts_with("the answer with embeddings cannot be read: "));
    CHECK(problem(read_embeddings("{}", 1, 2)) == "the answer has 0 embeddings for 1 texts");
    CHECK(problem(read_embeddings(R"({"embedding":[]})", 1, 2)) == "the answer has 0 embeddings for 1 texts");
    CHECK(problem(read_embeddings(R"({"embeddings":[[1],[2]]})", 1, 1)) == "the answer has 2 embeddings for 1 texts");
    CHECK(problem(read_embeddings(R"({"embedding":[1,2,3]})", 1, 2)) ==
          "the answer has an embedding of 3 dimensions where 2 are due");
    CHECK(problem(read_embeddings(R"({"embeddings":[[1],[2,3]]})", 2, 0)) ==
          "the answer has an embedding of 2 dimensions where 1 are due");
    std::string deep = R"({"embedding":)" + std::string(300, '[') + "1" + std::string(300, ']') + "}";
    CHECK(problem(read_embeddings(deep, 1, 1)) == "the answer has 0 embeddings for 1 texts");
}

TEST_CASE("model/embed: a vector of length 1", "[embed]") {
    std::vector<float> vector{3, 4};
    normalize_embedding(vector);
    CHECK(vector == std::vector<float>{0.6f, 0.8f});
    std::vector<float> zeros{0, 0};
    normalize_embedding(zeros);
    CHECK(zeros == std::vector<float>{0, 0});
    auto const huge = (std::numeric_limits<float>::max)();
    std::vector<float> large{huge, huge};
    normalize_embedding(large);
    CHECK(large[0] == Approx(std::sqrt(0.5)));
    normalize_embedding({});
}
