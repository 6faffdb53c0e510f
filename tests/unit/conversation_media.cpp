#include "bedrock/conversation_media.hpp"

#include "support/history.hpp"

#include <string>
#include <string_view>

using namespace history;

namespace {

constexpr std::string_view claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
constexpr std::string_view gpt = "global.openai.gpt-6.1-sol";
constexpr std::string_view kimi = "us.moonshotai.kimi-k3";
constexpr std::string_view nova = "us.amazon.nova-pro-v1:0";
constexpr std::string_view llama3 = "us.meta.llama3-3-70b-instruct-v1:0";
constexpr std::string_view llama4 = "us.meta.llama4-scout-17b-instruct-v1:0";
constexpr std::string_view pixtral = "us.mistral.pixtral-large-2502-v1:0";
constexpr std::string_view palmyra = "us.writer.palmyra-x5-v1:0";
constexpr std::string_view qwen = "qwen.qwen3-vl-235b-a22b";

std::string const id = "tooluse_1";

std::string error_result(std::string const& content) {
    return R"({"toolResult":{"toolUseId":")" + id + R"(","content":[)" + content + R"(],"status":"error"}})";
}

std::string with_results(std::initializer_list<std::string> blocks) {
    return list({user({text("a")}), assistant({use(id)}), user(blocks)});
}

std::string refused(std::string const& messages, std::string_view model) {
    return refusal(body_of("[" + messages + "]", tools({tool_spec("f")})), model);
}

std::string const image_caption = text("Image of the tool result tooluse_1:");
std::string const document_caption = text("Document of the tool result tooluse_1:");

}  // namespace

TEST_CASE("conversation media: images in a tool result") {
    auto const alone = with_results({result(id, image), text("see?")});
    for (auto const model : {claude, nova}) check({.name = "taken", .messages = alone, .model_id = model});
    check({.name = "taken by Llama 4", .messages = with_results({result(id, image)}), .model_id = llama4});
    for (auto const model : {gpt, kimi, qwen})
        check({.name = "moved behind the results",
               .messages = alone,
               .expected = with_results({result(id, text("(image below)")), image_caption, image, text("see?")}),
               .issues = "image_in_tool_result",
               .model_id = model});
    check({.name = "beside a text",
           .messages = with_results({result(id, list({text("x"), image}))}),
           .expected = with_results({result(id, text("x")), image_caption, image}),
           .issues = "image_in_tool_result",
           .model_id = gpt});
    for (auto const model : {llama3, pixtral, palmyra})
        check({.name = "where nothing may be beside a result",
               .messages = with_results({result(id, image)}),
               .expected =
                   with_results({result(id, text("(image omitted: the model does not take it in a tool result)"))}),
               .issues = "image_in_tool_result",
               .model_id = model});
    CHECK(refused(alone, gpt) ==
          "This model doesn't support the image field for user messages. Remove the image field from the user messages "
          "and try again.");
}

TEST_CASE("conversation media: results that are errors hold text only for Claude") {
    auto const given = with_results({error_result(list({text("no"), image})), text("b")});
    check({.name = "an image",
           .messages = given,
           .expected = with_results({error_result(text("no")), image_caption, image, text("b")}),
           .issues = "media_in_error_result",
           .model_id = claude});
    check({.name = "a document, which may not be beside it",
           .messages = with_results({error_result(list({text("no"), document("d")}))}),
           .expected = with_results({result(id, list({text("no"), document("d")}))}),
           .issues = "media_in_error_result",
           .model_id = claude});
    check({.name = "JSON", .messages = with_results({error_result(R"({"json":{"a":1}})")}), .model_id = claude});
    check({.name = "taken by Nova", .messages = given, .model_id = nova});
    CHECK(refused(given, claude) ==
          "The model returned the following errors: messages.2.content.0.tool_result: all content must be type text if "
          "is_error is true");
}

TEST_CASE("conversation media: documents in a tool result") {
    auto const pdf = with_results({result(id, document("d")), text("b")});
    auto const csv = with_results({result(id, document("d", "csv")), text("b")});
    check({.name = "taken by Claude", .messages = pdf, .model_id = claude});
    for (auto const model : {llama4, pixtral})
        check({.name = "taken alone", .messages = with_results({result(id, document("d"))}), .model_id = model});
    check({.name = "plain text for Nova", .messages = csv, .model_id = nova});
    auto const moved = with_results({result(id, text("(document below)")), document_caption, document("d"), text("b")});
    check({.name = "a PDF for Nova",
           .messages = pdf,
           .expected = moved,
           .issues = "document_in_tool_result",
           .model_id = nova});
    check({.name = "Qwen", .messages = pdf, .expected = moved, .issues = "document_in_tool_result", .model_id = qwen});
    auto const omitted = text("(document omitted: the model does not take it)");
    check({.name = "where nothing may be beside a result",
           .messages = with_results({result(id, document("d"))}),
           .expected = with_results({result(id, omitted)}),
           .issues = "document_in_tool_result",
           .model_id = palmyra});
    check({.name = "a text",
           .messages =
               with_results({result(id, R"({"document":{"format":"txt","name":"d","source":{"text":"words"}}})")}),
           .expected = with_results({result(id, text(R"(d:\nwords)"))}),
           .issues = "document_in_tool_result",
           .model_id = qwen});
    CHECK(refused(pdf, qwen) == "This model doesn't support the document field. Remove document and try again.");
}

TEST_CASE("conversation media: what may be beside a tool result") {
    auto const pause = assistant({text("[continue with the attachments]")});
    auto const with_text = with_results({result(id), text("b")});
    auto const with_document = with_results({result(id), text("b"), document("d")});
    for (auto const model : {claude, nova, qwen}) check({.name = "a text", .messages = with_text, .model_id = model});
    check({.name = "an image for Claude", .messages = with_results({result(id), image}), .model_id = claude});
    check({.name = "a document for Nova", .messages = with_document, .model_id = nova});
    check({.name = "a document for Claude",
           .messages = with_document,
           .expected = list({with_results({result(id), text("b")}), pause,
                             user({text("See the attached document."), document("d")})}),
           .issues = "tool_result_sibling document_without_text",
           .model_id = claude});
    for (auto const model : {llama3, llama4, pixtral, palmyra})
        check({.name = "nothing at all",
               .messages = with_text,
               .expected = list({with_results({result(id)}), pause, user({text("b")})}),
               .issues = "tool_result_sibling",
               .model_id = model});
    CHECK(refused(with_document, claude)
              .find("`tool_use` ids were found without `tool_result` blocks immediately after: "
                    "tooluse_1.") != std::string::npos);
}

TEST_CASE("conversation media: the status of a tool result") {
    auto const given = with_results({error_result(text("no"))});
    check({.name = "Palmyra",
           .messages = given,
           .expected = with_results({result(id, text("no"))}),
           .issues = "tool_result_status_not_taken",
           .model_id = palmyra});
    for (auto const model : {claude, nova, gpt, kimi}) check({.name = "others", .messages = given, .model_id = model});
    CHECK(refused(given, palmyra) == "This model doesn't support the status field. Remove status and try again.");
}

TEST_CASE("conversation media: documents for GPT, and the name of JPEG") {
    auto const given = user({text("a"), document("d")});
    check({.name = "omitted",
           .messages = given,
           .expected = user({text("a"), text("(document omitted: the model does not take it)")}),
           .issues = "document_not_taken",
           .model_id = gpt});
    check({.name = "a text",
           .messages = user({R"({"document":{"format":"txt","name":"d","source":{"content":[{"text":"words"}]}}})"}),
           .expected = user({text(R"(d:\nwords)")}),
           .issues = "document_not_taken",
           .model_id = gpt});
    check({.name = "taken", .messages = given, .model_id = claude});
    CHECK(refused(given, gpt) == "This model doesn't support documents.");

    std::string const jpg = R"({"image":{"format":"jpg","source":{"bytes":"AAEC"}}})";
    std::string const jpeg = R"({"image":{"format":"jpeg","source":{"bytes":"AAEC"}}})";
    check({.name = "jpg",
           .messages = with_results({result(id, jpg), jpg}),
           .expected = with_results({result(id, jpeg), jpeg}),
           .issues = "image_format image_format",
           .model_id = claude});
    CHECK(
        refused(user({jpg}), claude) ==
        "1 validation error detected: Value 'jpg' at 'messages.0.content.0.image.format' failed to satisfy constraint: "
        "Member must satisfy enum value set: [png, jpeg, gif, webp]");
}
