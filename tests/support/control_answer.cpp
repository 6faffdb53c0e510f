#include "support/control_answer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mock {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;

constexpr std::string_view foundation_models = R"json([
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1",
 "modelId":"anthropic.claude-opus-4-6-v1","modelName":"Claude Opus 4.6","providerName":"Anthropic",
 "inputModalities":["TEXT","IMAGE"],"outputModalities":["TEXT"],"responseStreamingSupported":true,
 "customizationsSupported":[],"inferenceTypesSupported":["INFERENCE_PROFILE"],
 "modelLifecycle":{"status":"ACTIVE","startOfLifeTime":"2026-02-05T00:00:00Z"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
 "modelId":"anthropic.claude-3-haiku-20240307-v1:0","modelName":"Claude 3 Haiku","providerName":"Anthropic",
 "inputModalities":["TEXT","IMAGE"],"outputModalities":["TEXT"],"responseStreamingSupported":true,
 "customizationsSupported":[],"inferenceTypesSupported":["ON_DEMAND"],
 "modelLifecycle":{"status":"LEGACY","legacyTime":"2026-03-10T00:00:00Z"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
 "modelId":"amazon.nova-lite-v1:0","modelName":"Nova Lite","providerName":"Amazon",
 "inputModalities":["TEXT","IMAGE","VIDEO"],"outputModalities":["TEXT"],"responseStreamingSupported":true,
 "customizationsSupported":["FINE_TUNING","DISTILLATION"],"inferenceTypesSupported":["ON_DEMAND","PROVISIONED"],
 "modelLifecycle":{"status":"ACTIVE"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0",
 "modelId":"amazon.titan-embed-text-v2:0","modelName":"Titan Text Embeddings V2",
 "providerName":"Amazon","inputModalities":["TEXT"],"outputModalities":["EMBEDDING"],
 "responseStreamingSupported":false,"customizationsSupported":[],"inferenceTypesSupported":["ON_DEMAND"],
 "modelLifecycle":{"status":"ACTIVE"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/stability.stable-image-core-v1:1",
 "modelId":"stability.stable-image-core-v1:1","modelName":"Stable Image Core",
 "providerName":"Stability AI","inputModalities":["TEXT"],"outputModalities":["IMAGE"],
 "inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{"status":"ACTIVE"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/mistral.mistral-large-2407-v1:0",
 "modelId":"mistral.mistral-large-2407-v1:0","modelName":"Mistral Large (24.07)",
 "providerName":"Mistral AI","inputModalities":["TEXT"],"outputModalities":["TEXT"],
 "responseStreamingSupported":true,"inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{"status":"ACTIVE"}},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/example.deep-thinking-v1:0",
 "modelId":"example.deep-thinking-v1:0","inputModalities":["TEXT","SMELL"],
 "outputModalities":["TEXT","MUSIC"],"responseStreamingSupported":true,
 "customizationsSupported":["PERSUASION"],
 "inferenceTypesSupported":["ON_DEMAND","TELEPATHY"],"modelLifecycle":{"status":"ACTIVE"},"moodSupported":["SUNNY"]},
{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/example.future-v1:0",
 "modelId":"example.future-v1:0","modelName":"Future","providerName":"Example","inputModalities":["TEXT"],
 "outputModalities":["TEXT"],"responseStreamingSupported":true,"modelLifecycle":{"status":"EXPECTED"}}
])json";

constexpr std::string_view inference_profiles = R"json([
{"inferenceProfileName":"US Anthropic Claude Opus 4.6","description":"Routes requests in the US.",
 "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z",
 "inferenceProfileArn":"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
 "models":[{"modelArn":"arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-opus-4-6-v1"},
           {"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1"}],
 "inferenceProfileId":"us.anthropic.claude-opus-4-6-v1","status":"ACTIVE","type":"SYSTEM_DEFINED"},
{"inferenceProfileName":"US Stable Image Core",
 "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z",
 "inferenceProfileArn":"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.stability.stable-image-core-v1:1",
 "models":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/stability.stable-image-core-v1:1"}],
 "inferenceProfileId":"us.stability.stable-image-core-v1:1","status":"ACTIVE","type":"SYSTEM_DEFINED"},
{"inferenceProfileName":"Global Anthropic Claude Sonnet 5",
 "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z",
 "inferenceProfileArn":"arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-sonnet-5",
 "models":[{"modelArn":"arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-5"}],
 "inferenceProfileId":"global.anthropic.claude-sonnet-5","status":"ACTIVE","type":"SYSTEM_DEFINED"},
{"inferenceProfileName":"team-red",
 "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z",
 "inferenceProfileArn":"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6",
 "models":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"}],
 "inferenceProfileId":"a1b2c3d4e5f6","status":"ACTIVE","type":"APPLICATION"}
])json";

runtime_answer refused(int status, std::string type, std::string message) {
    return {service_error{status, std::move(type), std::move(message)}, {}};
}

std::string name_of(simdjson::simdjson_result<element> value) {
    std::string_view text;
    return value.get(text) == SUCCESS ? std::string(text) : std::string();
}

bool has(simdjson::simdjson_result<element> list, std::string_view wanted) {
    array texts;
    if (list.get(texts) != SUCCESS) return false;
    for (auto const one : texts) {
        std::string_view text;
        if (one.get(text) == SUCCESS && text == wanted) return true;
    }
    return false;
}

std::string joined(std::vector<element> const& entries) {
    std::string text;
    for (auto const& one : entries) text += (text.empty() ? "" : ",") + std::string(simdjson::minify(one));
    return text;
}

/// The entries of one of the texts above that pass.
template <class Passes>
std::vector<element> select(simdjson::dom::parser& parser, std::string_view all, Passes passes) {
    std::vector<element> found;
    array entries;
    if (parser.parse(simdjson::padded_string(all)).get(entries) != SUCCESS) return found;
    for (auto const one : entries)
        if (passes(one)) found.push_back(one);
    return found;
}

runtime_answer list_models(std::string_view target) {
    simdjson::dom::parser parser;
    auto const passes = [&](element one) {
        auto const is = [&](std::string_view name, auto const& holds) {
            auto const wanted = query_value(target, name);
            return wanted.empty() || holds(wanted);
        };
        return is("byProvider", [&](auto const& wanted) { return name_of(one["providerName"]) == wanted; }) &&
               is("byCustomizationType",
                  [&](auto const& wanted) { return has(one["customizationsSupported"], wanted); }) &&
               is("byOutputModality", [&](auto const& wanted) { return has(one["outputModalities"], wanted); }) &&
               is("byInferenceType", [&](auto const& wanted) { return has(one["inferenceTypesSupported"], wanted); });
    };
    return {std::nullopt,
            json_reply(200, R"({"modelSummaries":[)" + joined(select(parser, foundation_models, passes)) + "]}")};
}

runtime_answer get_model(std::string const& wanted) {
    simdjson::dom::parser parser;
    auto const found = select(parser, foundation_models, [&](element one) {
        return name_of(one["modelId"]) == wanted || name_of(one["modelArn"]) == wanted;
    });
    if (found.empty())
        return refused(404, "ResourceNotFoundException", "Could not resolve the foundation model: " + wanted);
    return {std::nullopt, json_reply(200, R"({"modelDetails":)" + joined({found.front()}) + "}")};
}

runtime_answer list_profiles(std::string_view target) {
    auto const type = query_value(target, "type");
    if (type != "" && type != "SYSTEM_DEFINED" && type != "APPLICATION")
        return refused(400, "ValidationException", "type is none of SYSTEM_DEFINED, APPLICATION.");
    auto const number = [](std::string const& text, std::size_t otherwise) {
        std::size_t value = 0;
        auto const [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        return text.empty() ? otherwise : fault == std::errc{} && stop == text.data() + text.size() ? value : 0;
    };
    auto const most = number(query_value(target, "maxResults"), 2);
    if (most < 1 || most > 1000) return refused(400, "ValidationException", "maxResults must be 1 to 1000.");
    auto token = query_value(target, "nextToken");
    std::size_t begin = 0;
    if (!token.empty()) {
        begin = token.rfind("after+/", 0) == 0 ? number(token.substr(7), 0) : 0;
        if (begin == 0) return refused(400, "ValidationException", "nextToken is not one that was given.");
    }
    simdjson::dom::parser parser;
    auto found =
        select(parser, inference_profiles, [&](element one) { return type.empty() || name_of(one["type"]) == type; });
    auto const end = begin + most;
    std::string const next = end < found.size() ? R"(,"nextToken":"after+/)" + std::to_string(end) + "\"" : "";
    found.resize((std::min)(end, found.size()));
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>((std::min)(begin, found.size())));
    return {std::nullopt, json_reply(200, R"({"inferenceProfileSummaries":[)" + joined(found) + "]" + next + "}")};
}

runtime_answer get_profile(std::string const& wanted) {
    simdjson::dom::parser parser;
    auto const found = select(parser, inference_profiles, [&](element one) {
        return name_of(one["inferenceProfileId"]) == wanted || name_of(one["inferenceProfileArn"]) == wanted;
    });
    if (found.empty()) return refused(404, "ResourceNotFoundException", "Inference profile not found: " + wanted);
    return {std::nullopt, json_reply(200, joined({found.front()}))};
}

}  // namespace

std::optional<runtime_answer> answer_control(request_head const& head) {
    auto const path = std::string_view(head.target).substr(0, head.target.find('?'));
    auto const parts = segments_of(path);
    if (head.method != "GET" || parts.empty() || parts.size() > 2 || parts.back().empty()) return std::nullopt;
    if (parts[0] == "foundation-models") return parts.size() == 1 ? list_models(head.target) : get_model(parts[1]);
    if (parts[0] == "inference-profiles") return parts.size() == 1 ? list_profiles(head.target) : get_profile(parts[1]);
    return std::nullopt;
}

}  // namespace mock
