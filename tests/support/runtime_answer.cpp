#include "support/runtime_answer.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/converse_answer.hpp"
#include "support/frames.hpp"

namespace mock {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;

runtime_answer rejected(std::string message) {
    return {service_error{400, "ValidationException", std::move(message)}, {}};
}

runtime_answer with_json(std::string body) {
    return {std::nullopt, json_reply(200, std::move(body))};
}

std::string text_of(simdjson::simdjson_result<element> value) {
    std::string_view text;
    return value.get(text) == SUCCESS ? std::string(text) : std::string();
}

bool is_one_of(std::string_view text, std::vector<std::string_view> const& allowed) {
    for (auto const one : allowed)
        if (text == one) return true;
    return false;
}

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<unsigned char const*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    text.pop_back();  // its final zero
    return text;
}

// ---- CountTokens

runtime_answer count_tokens(std::string_view model_id, element request) {
    auto const counted = [](std::uint64_t tokens) {
        return with_json(R"({"inputTokens":)" + std::to_string(tokens) + "}");
    };
    simdjson::dom::object input;
    if (request["input"].get(input) != SUCCESS || input.size() != 1)
        return rejected("The CountTokensInput object at input must set exactly one member.");
    if (element raw; input["invokeModel"].get(raw) == SUCCESS) {
        std::string_view text;
        auto const size =
            raw["body"].get(text) == SUCCESS ? base64_decoded_size(text) : std::optional<std::size_t>(std::nullopt);
        if (!size) return rejected("input.invokeModel.body is no base64.");
        return counted((*size + 3) / 4);
    }
    element converse;
    if (input["converse"].get(converse) != SUCCESS)
        return rejected("The CountTokensInput object at input must set exactly one member.");
    auto const answer = answer_converse(model_id, simdjson::minify(converse));
    if (answer.error) return {answer.error, {}};
    simdjson::dom::parser parser;
    element response;
    std::uint64_t tokens = 0;
    if (parser.parse(answer.body).get(response) != SUCCESS ||
        response.at_pointer("/usage/inputTokens").get(tokens) != SUCCESS)
        return {service_error{500, "InternalServerException", "The mock cannot read its own answer."}, {}};
    return counted(tokens);
}

// ---- ApplyGuardrail

constexpr std::string_view forbidden = "forbidden";

std::string masked(std::string text) {
    for (auto at = text.find(forbidden); at != std::string::npos; at = text.find(forbidden, at))
        text.replace(at, forbidden.size(), "{WORD}");
    return text;
}

runtime_answer apply_guardrail(std::string_view version, element request) {
    bool const is_number = !version.empty() && version.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number && version != "DRAFT") return rejected("The guardrail version must be a number or DRAFT.");
    if (!is_one_of(text_of(request["source"]), {"INPUT", "OUTPUT"})) return rejected("source must be INPUT or OUTPUT.");
    array content;
    if (request["content"].get(content) != SUCCESS || content.size() == 0)
        return rejected("content must have at least one block.");
    std::string outputs;
    std::size_t characters = 0;
    bool found = false;
    for (auto const block : content) {
        auto const text = text_of(block["text"]["text"]);
        if (text.empty() && block["image"].error() != SUCCESS) return rejected("A block of content is empty.");
        characters += text.size();
        found = found || text.find(forbidden) != std::string::npos;
        if (!text.empty())
            outputs += (outputs.empty() ? R"({"text":)" : R"(,{"text":)") + json_string(masked(text)) + "}";
    }
    auto const count = std::to_string(characters);
    return with_json(
        R"({"usage":{"topicPolicyUnits":0,"contentPolicyUnits":0,"wordPolicyUnits":1,"sensitiveInformationPolicyUnits":0,)"
        R"("sensitiveInformationPolicyFreeUnits":0,"contextualGroundingPolicyUnits":0},"action":)" +
        std::string(found ? R"("GUARDRAIL_INTERVENED","actionReason":"Guardrail blocked.","outputs":[)" + outputs + "]"
                          : R"("NONE","outputs":[])") +
        R"(,"assessments":[)" +
        (found ? R"({"wordPolicy":{"customWords":[{"match":"forbidden","action":"BLOCKED","detected":true}],)"
                 R"("managedWordLists":[]}})"
               : "") +
        R"(],"guardrailCoverage":{"textCharacters":{"guarded":)" + count + R"(,"total":)" + count + "}}}");
}

// ---- InvokeModel, InvokeModelWithResponseStream

constexpr std::string_view latency_header = "X-Amzn-Bedrock-PerformanceConfig-Latency";
constexpr std::string_view tier_header = "X-Amzn-Bedrock-Service-Tier";

std::optional<runtime_answer> refuse_invocation(header_list const& headers) {
    struct rule {
        std::string_view name;
        std::vector<std::string_view> allowed;
    };
    for (auto const& [name, allowed] : {rule{"X-Amzn-Bedrock-Trace", {"ENABLED", "DISABLED", "ENABLED_FULL"}},
                                        rule{latency_header, {"standard", "optimized"}},
                                        rule{tier_header, {"priority", "default", "flex", "reserved"}}}) {
        auto const value = header_value(headers, name);
        if (has_header(headers, name) && !is_one_of(value, allowed))
            return rejected("Value '" + value + "' of the header " + std::string(name) + " is not one of its values.");
    }
    if (has_header(headers, "X-Amzn-Bedrock-GuardrailIdentifier") !=
        has_header(headers, "X-Amzn-Bedrock-GuardrailVersion"))
        return rejected("A guardrail needs its identifier and its version.");
    if (auto const metadata = header_value(headers, "X-Amzn-Bedrock-Request-Metadata"); !metadata.empty()) {
        simdjson::dom::parser parser;
        element parsed;
        if (metadata.size() > 8500 || parser.parse(metadata).get(parsed) != SUCCESS || !parsed.is_object())
            return rejected("The request metadata is no JSON object of at most 8500 characters.");
    }
    return std::nullopt;
}

runtime_answer invoke(header_list const& headers, std::string_view body, bool streamed) {
    if (auto refused = refuse_invocation(headers)) return *refused;
    auto const accepted = header_value(headers, streamed ? "X-Amzn-Bedrock-Accept" : "Accept");
    auto const type = accepted.empty() || accepted == "*/*" ? header_value(headers, "Content-Type") : accepted;
    runtime_answer made;
    if (streamed) {
        std::vector<std::string> frames;
        for (std::size_t at = 0; at == 0 || at < body.size(); at += 16)
            frames.push_back(
                frame("chunk", R"({"bytes":")" + base64(body.substr(at, 16)) + R"(",)" + padding_member(at) + "}"));
        made.answer = stream_reply(frames);
        made.answer.headers.emplace_back("X-Amzn-Bedrock-Content-Type", type);
    } else {
        made.answer.headers = {{"Content-Type", type}};
        made.answer.parts.push_back({std::string(body), std::nullopt});
        made.answer.headers.emplace_back("X-Amzn-Bedrock-Input-Token-Count", std::to_string((body.size() + 3) / 4));
    }
    for (auto const name : {latency_header, tier_header})
        if (has_header(headers, name)) made.answer.headers.emplace_back(name, header_value(headers, name));
    return made;
}

// ---- asynchronous invocations

std::string invocation(std::string_view arn, std::string_view token) {
    return R"({"invocationArn":)" + json_string(arn) +
           R"(,"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-reel-v1:0")" +
           (token.empty() ? std::string() : R"(,"clientRequestToken":)" + json_string(token)) +
           R"(,"status":"Completed","submitTime":"2026-01-02T03:04:05Z","lastModifiedTime":"2026-01-02T03:05:05Z",)"
           R"("endTime":"2026-01-02T03:05:05Z","outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://bucket/out"}}})";
}

std::string arn_of(std::string const& seed) {
    std::string name;
    for (auto rest = std::uint64_t{table_crc32(seed)} * 0x9E3779B97F4A7C15u; name.size() < 12; rest = rest / 31 + 7)
        name += "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
    return "arn:aws:bedrock:us-east-1:123456789012:async-invoke/" + name;
}

runtime_answer start_async(element request) {
    auto const token = text_of(request["clientRequestToken"]);
    auto const model = text_of(request["modelId"]);
    if (token.empty() || token.size() > 256) return rejected("clientRequestToken must have 1 to 256 characters.");
    if (model.empty()) return rejected("modelId is missing.");
    if (request["modelInput"].error() != SUCCESS) return rejected("modelInput is missing.");
    auto const to = text_of(request["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]);
    if (to.rfind("s3://", 0) != 0) return rejected("outputDataConfig.s3OutputDataConfig.s3Uri is no S3 URI.");
    return with_json(R"({"invocationArn":")" + arn_of(model + '\n' + token) + "\"}");
}

runtime_answer get_async(std::string const& arn) {
    if (arn.find(":async-invoke/") == std::string::npos) return rejected("invocationArn is no ARN of an invocation.");
    return with_json(invocation(arn, "a-token"));
}

runtime_answer list_async(std::string_view target) {
    auto const status = query_value(target, "statusEquals");
    if (!is_one_of(status, {"", "InProgress", "Completed", "Failed"})) return rejected("statusEquals is no status.");
    if (status == "Failed" || status == "InProgress") return with_json(R"({"asyncInvokeSummaries":[]})");
    auto const page = query_value(target, "nextToken");
    if (page != "" && page != "page+2/=") return rejected("nextToken is not one that was given.");
    return with_json(std::string("{") + (page.empty() ? R"("nextToken":"page+2/=",)" : "") +
                     R"("asyncInvokeSummaries":[)" + invocation(arn_of(page), "") + "]}");
}

// ---- InvokeGuardrailChecks

/// The places in `text` of a name as the request has it ("EMAIL").
std::vector<std::size_t> places_of(std::string const& text, std::string const& name) {
    std::vector<std::size_t> places;
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) places.push_back(at);
    return places;
}

struct checked_text {
    std::string text{};
    std::size_t message = 0;
    std::size_t block = 0;
};

std::string scores(element categories, std::vector<checked_text> const& texts) {
    std::string entries;
    array list;
    if (categories.get(list) != SUCCESS) return entries;
    for (auto const one : list) {
        auto const name = text_of(one["category"]);
        bool found = false;
        for (auto const& each : texts) found = found || !places_of(each.text, name).empty();
        entries += (entries.empty() ? R"({"category":)" : R"(,{"category":)") + json_string(name) +
                   R"(,"severityScore":)" + (found ? "0.75" : "0.0") + "}";
    }
    return entries;
}

std::string entities(element types, std::vector<checked_text> const& texts) {
    std::string entries;
    array list;
    if (types.get(list) != SUCCESS) return entries;
    for (auto const one : list) {
        auto const name = text_of(one["type"]);
        for (auto const& each : texts)
            for (auto const place : places_of(each.text, name))
                entries += (entries.empty() ? R"({"type":)" : R"(,{"type":)") + json_string(name) +
                           R"(,"confidenceScore":0.5,"beginOffset":)" + std::to_string(place) + R"(,"endOffset":)" +
                           std::to_string(place + name.size()) + R"(,"messageIndex":)" + std::to_string(each.message) +
                           R"(,"contentIndex":)" + std::to_string(each.block) + "}";
    }
    return entries;
}

runtime_answer check_guardrails(element request) {
    std::vector<checked_text> texts;
    array messages;
    if (request["messages"].get(messages) != SUCCESS || messages.size() == 0) return rejected("messages is empty.");
    std::size_t message_index = 0;
    for (auto const message : messages) {
        if (!is_one_of(text_of(message["role"]), {"user", "assistant", "system"}))
            return rejected("A role is unknown.");
        array content;
        if (message["content"].get(content) != SUCCESS || content.size() == 0) return rejected("A message is empty.");
        std::size_t block_index = 0;
        for (auto const block : content) texts.push_back({text_of(block["text"]), message_index, block_index++});
        ++message_index;
    }
    element checks;
    if (request["checks"].get(checks) != SUCCESS) return rejected("checks is missing.");
    std::string results;
    std::string usage;
    struct check {
        std::string_view name;
        std::string_view list;
    };
    for (auto const& [name, list] : {check{"contentFilter", "categories"}, check{"promptAttack", "categories"},
                                     check{"sensitiveInformation", "entities"}}) {
        element wanted;
        if (checks[name][list].get(wanted) != SUCCESS) continue;
        auto const key = std::string(results.empty() ? "\"" : ",\"") + std::string(name) + "\":";
        results += key + R"({"results":[)" + (list == "entities" ? entities(wanted, texts) : scores(wanted, texts)) +
                   (list == "entities" ? R"(],"truncated":false})" : "]}");
        usage += key + R"({"textUnits":1})";
    }
    if (results.empty()) return rejected("checks names none.");
    return with_json(R"({"results":{)" + results + R"(},"usage":{)" + usage + "}}");
}

}  // namespace

std::optional<runtime_answer> answer_runtime(request_head const& head, std::string_view body) {
    auto const path = std::string_view(head.target).substr(0, head.target.find('?'));
    auto const parts = segments_of(path);
    auto const is = [&](std::string_view method, std::vector<std::string_view> const& form) {
        if (head.method != method || parts.size() != form.size()) return false;
        for (std::size_t i = 0; i != parts.size(); ++i)
            if (form[i] == "*" ? parts[i].empty() : parts[i] != form[i]) return false;
        return true;
    };
    if (is("POST", {"model", "*", "invoke"})) return invoke(head.headers, body, false);
    if (is("POST", {"model", "*", "invoke-with-response-stream"})) return invoke(head.headers, body, true);
    if (is("GET", {"async-invoke"})) return list_async(head.target);
    if (is("GET", {"async-invoke", "*"})) return get_async(parts[1]);

    bool const counts = is("POST", {"model", "*", "count-tokens"});
    bool const guards = is("POST", {"guardrail", "*", "version", "*", "apply"});
    bool const starts = is("POST", {"async-invoke"});
    bool const checks = is("POST", {"guardrail-checks", "invoke"});
    if (!counts && !guards && !starts && !checks) return std::nullopt;
    simdjson::dom::parser parser;
    element request;
    if (parser.parse(body).get(request) != SUCCESS || !request.is_object())
        return runtime_answer{service_error{400, "SerializationException", "The body is no JSON object."}, {}};
    if (counts) return count_tokens(parts[1], request);
    if (guards) return apply_guardrail(parts[3], request);
    return starts ? start_async(request) : check_guardrails(request);
}

}  // namespace mock
