#include "support/converse_checks.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace mock {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;
using check_result = std::optional<service_error>;
using names = std::set<std::string, std::less<>>;

check_result invalid(std::string message) {
    return service_error{400, "ValidationException", std::move(message)};
}

check_result wrong_type(std::string const& path, std::string_view expected) {
    return service_error{400, "SerializationException",
                         "Value at '" + path + "' can not be converted to " + std::string(expected)};
}

check_result unmet(std::string const& path, std::string const& value, std::string const& constraint) {
    return invalid("1 validation error detected: Value " + value + " at '" + path +
                   "' failed to satisfy constraint: Member must " + constraint);
}

check_result missing(std::string const& path) {
    return unmet(path, "null", "not be null");
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

bool one_of(std::string_view value, std::initializer_list<std::string_view> values) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

/// A required string member that is not empty.
check_result require_string(object const& from, std::string_view name, std::string const& path) {
    element value;
    std::string_view text;
    if (from[name].get(value) != SUCCESS || value.is_null()) return missing(path);
    if (value.get(text) != SUCCESS) return wrong_type(path, "a string");
    if (text.empty()) return unmet(path, "''", "have length greater than or equal to 1");
    return {};
}

check_result check_number(object const& config, std::string_view name, double lowest, double highest) {
    element value;
    double number = 0;
    auto const path = "inferenceConfig." + std::string(name);
    if (config[name].get(value) != SUCCESS) return {};
    if (!value.is_number() || value.get(number) != SUCCESS) return wrong_type(path, "a number");
    auto const text = "'" + simdjson::to_string(value) + "'";
    if (number < lowest)
        return unmet(path, text, "have value greater than or equal to " + std::to_string(static_cast<int>(lowest)));
    if (number > highest)
        return unmet(path, text, "have value less than or equal to " + std::to_string(static_cast<int>(highest)));
    return {};
}

check_result check_inference_config(element request) {
    element value;
    object config;
    if (request["inferenceConfig"].get(value) != SUCCESS) return {};
    if (value.get(config) != SUCCESS) return wrong_type("inferenceConfig", "a structure");
    if (config["maxTokens"].get(value) == SUCCESS && !value.is_int64())
        return wrong_type("inferenceConfig.maxTokens", "an integer");
    if (auto error = check_number(config, "maxTokens", 1, 2147483647)) return error;
    if (auto error = check_number(config, "temperature", 0, 1)) return error;
    if (auto error = check_number(config, "topP", 0, 1)) return error;
    if (config["stopSequences"].get(value) != SUCCESS) return {};
    array sequences;
    if (value.get(sequences) != SUCCESS) return wrong_type("inferenceConfig.stopSequences", "a list");
    for (auto const sequence : sequences) {
        std::string_view text;
        if (sequence.get(text) != SUCCESS) return wrong_type("inferenceConfig.stopSequences", "a list of strings");
        if (text.empty()) return unmet("inferenceConfig.stopSequences", "''", "have length greater than or equal to 1");
    }
    return {};
}

check_result check_tool_config(element request, bool& present) {
    element value;
    if (request["toolConfig"].get(value) != SUCCESS) return {};
    present = true;
    object config;
    array tools;
    if (value.get(config) != SUCCESS) return wrong_type("toolConfig", "a structure");
    if (config["tools"].get(value) != SUCCESS) return missing("toolConfig.tools");
    if (value.get(tools) != SUCCESS) return wrong_type("toolConfig.tools", "a list");
    if (tools.size() == 0) return unmet("toolConfig.tools", "'[]'", "have length greater than or equal to 1");
    names known;
    std::size_t index = 0;
    for (auto const tool : tools) {
        auto const path = "toolConfig.tools." + std::to_string(index++);
        object member;
        if (tool.get(member) != SUCCESS || member.size() != 1)
            return invalid("The tool at " + path + " must set exactly one member.");
        object specification;
        if (member["toolSpec"].get(specification) != SUCCESS) continue;
        if (auto error = require_string(specification, "name", path + ".toolSpec.name")) return error;
        object schema;
        if (specification["inputSchema"]["json"].get(schema) != SUCCESS) {
            return invalid("The value at " + path + ".toolSpec.inputSchema.json must be a JSON object.");
        }
        std::string const name(specification["name"].get_string().value_unsafe());
        if (!known.insert(name).second)
            return invalid("The toolConfig field has more than one tool with the name '" + name + "'.");
    }
    std::string_view chosen;
    if (config["toolChoice"]["tool"]["name"].get(chosen) == SUCCESS && known.find(chosen) == known.end()) {
        return invalid("The toolChoice names the tool '" + std::string(chosen) +
                       "', which toolConfig.tools does not define.");
    }
    return {};
}

/// `source` of an image, document, video or audio block.
check_result check_source(object const& block, std::string const& path) {
    object source;
    if (block["source"].get(source) != SUCCESS) return missing(path + ".source");
    if (source.size() != 1) return invalid("The source field at " + path + " must set exactly one member.");
    element bytes;
    if (source["bytes"].get(bytes) != SUCCESS) return {};
    std::string_view text;
    if (bytes.get(text) != SUCCESS) return wrong_type(path + ".source.bytes", "a blob");
    auto const size = base64_decoded_size(text);
    if (!size) return wrong_type(path + ".source.bytes", "a blob: it is not base64");
    if (*size == 0) return unmet(path + ".source.bytes", "''", "have length greater than or equal to 1");
    return {};
}

check_result check_media(std::string_view kind, object const& block, std::string_view role, std::string const& path) {
    if (role != "user") {
        return invalid("The model returned the following errors: " + path + ": " + std::string(kind) +
                       " blocks are only allowed in user messages.");
    }
    if (kind == "document") {
        if (auto error = require_string(block, "name", path + ".document.name")) return error;
    } else if (auto error = require_string(block, "format", path + "." + std::string(kind) + ".format")) {
        return error;
    }
    return check_source(block, path + "." + std::string(kind));
}

struct conversation_state {
    std::string_view model_id{};
    bool tools_defined = false;
    std::string_view previous_role{};
    std::vector<std::string> open_tool_uses{};  ///< of the assistant turn just before
};

check_result check_tool_use(object const& use, std::string const& path, std::vector<std::string>& uses) {
    if (auto error = require_string(use, "toolUseId", path + ".toolUse.toolUseId")) return error;
    if (auto error = require_string(use, "name", path + ".toolUse.name")) return error;
    element input;
    if (use["input"].get(input) != SUCCESS) return missing(path + ".toolUse.input");
    if (!input.is_object()) {
        return invalid("The format of the value at " + path +
                       ".toolUse.input is invalid. Provide a json object for the field and try again.");
    }
    uses.emplace_back(use["toolUseId"].get_string().value_unsafe());
    return {};
}

check_result check_tool_result(object const& result, std::string const& path, std::vector<std::string>& results) {
    if (auto error = require_string(result, "toolUseId", path + ".toolResult.toolUseId")) return error;
    array content;
    if (result["content"].get(content) != SUCCESS) return missing(path + ".toolResult.content");
    results.emplace_back(result["toolUseId"].get_string().value_unsafe());
    return {};
}

check_result check_block(element block, std::string_view role, std::string const& path, conversation_state const& state,
                         std::vector<std::string>& uses, std::vector<std::string>& results) {
    object members;
    if (block.get(members) != SUCCESS) return wrong_type(path, "a structure");
    if (members.size() != 1) return invalid("The ContentBlock object at " + path + " must set exactly one member.");
    auto const [kind, value] = *members.begin();
    if (kind == "text") {
        std::string_view text;
        if (value.get(text) != SUCCESS) return wrong_type(path + ".text", "a string");
        if (!is_blank(text)) return {};
        return invalid("The text field in the ContentBlock object at " + path +
                       " is blank. Add text to the text field, and try again.");
    }
    object inner;
    if (!one_of(kind, {"image", "document", "video", "audio", "toolUse", "toolResult", "guardContent", "cachePoint",
                       "reasoningContent", "citationsContent", "searchResult", "toolAddition", "toolRemoval"})) {
        return invalid("The ContentBlock object at " + path + " has the unknown member '" + std::string(kind) + "'.");
    }
    if (value.get(inner) != SUCCESS) return wrong_type(path + "." + std::string(kind), "a structure");
    if (one_of(kind, {"image", "document", "video", "audio"})) return check_media(kind, inner, role, path);
    if (one_of(kind, {"toolUse", "toolResult"}) && !state.tools_defined) {
        return invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
    }
    if (kind == "toolUse") return check_tool_use(inner, path, uses);
    if (kind == "toolResult") return check_tool_result(inner, path, results);
    if (kind == "reasoningContent" && state.model_id.find("claude") != std::string_view::npos) {
        object text;
        std::string_view signature;
        if (inner["reasoningText"].get(text) == SUCCESS && text["signature"].get(signature) != SUCCESS) {
            return invalid("The model returned the following errors: " + path + ".thinking.signature: Field required");
        }
    }
    return {};
}

check_result check_tool_results(std::vector<std::string> const& results, conversation_state const& state,
                                std::string const& path) {
    std::string unanswered;
    for (auto const& use : state.open_tool_uses) {
        if (std::find(results.begin(), results.end(), use) != results.end()) continue;
        if (!unanswered.empty()) unanswered += ", ";
        unanswered += use;
    }
    if (!unanswered.empty())
        return invalid("Expected toolResult blocks at " + path + ".content for the following Ids: " + unanswered);
    if (results.size() > state.open_tool_uses.size()) {
        return invalid("The number of toolResult blocks at " + path +
                       ".content exceeds the number of toolUse blocks of previous turn.");
    }
    return {};
}

check_result check_message(element message, std::string const& path, conversation_state& state) {
    object fields;
    if (message.get(fields) != SUCCESS) return wrong_type(path, "a structure");
    if (auto error = require_string(fields, "role", path + ".role")) return error;
    auto const role = fields["role"].get_string().value_unsafe();
    if (!one_of(role, {"user", "assistant", "system"})) {
        return unmet(path + ".role", "'" + std::string(role) + "'",
                     "satisfy enum value set: [user, assistant, system]");
    }
    if (state.previous_role.empty() && role != "user") {
        return invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message.");
    }
    if (role == state.previous_role) {
        return invalid(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
            "between user and "
            "assistant roles and try again.");
    }
    element value;
    array content;
    if (fields["content"].get(value) != SUCCESS) return missing(path + ".content");
    if (value.get(content) != SUCCESS) return wrong_type(path + ".content", "a list");
    if (content.size() == 0) {
        return invalid("The content field in the Message object at " + path +
                       " is empty. Add a ContentBlock object to the content field and try again.");
    }
    std::vector<std::string> uses;
    std::vector<std::string> results;
    std::size_t index = 0;
    for (auto const block : content) {
        if (auto error = check_block(block, role, path + ".content." + std::to_string(index++), state, uses, results))
            return error;
    }
    if (role == "user") {
        if (auto error = check_tool_results(results, state, path)) return error;
    }
    if (role != "system") {
        state.previous_role = role;
        state.open_tool_uses = std::move(uses);
    }
    return {};
}

check_result check_system(element request) {
    element value;
    array blocks;
    if (request["system"].get(value) != SUCCESS) return {};
    if (value.get(blocks) != SUCCESS) return wrong_type("system", "a list");
    std::size_t index = 0;
    for (auto const block : blocks) {
        auto const path = "system." + std::to_string(index++);
        object members;
        if (block.get(members) != SUCCESS || members.size() != 1) {
            return invalid("The SystemContentBlock object at " + path + " must set exactly one member.");
        }
        std::string_view text;
        if (members["text"].get(text) == SUCCESS && is_blank(text)) {
            return invalid("The text field in the SystemContentBlock object at " + path +
                           " is blank. Add text to the text field, and try again.");
        }
    }
    return {};
}

}  // namespace

check_result check_converse_request(element request, std::string_view model_id) {
    if (!request.is_object()) return wrong_type("$", "a structure");
    if (auto error = check_inference_config(request)) return error;
    conversation_state state;
    state.model_id = model_id;
    if (auto error = check_tool_config(request, state.tools_defined)) return error;
    if (auto error = check_system(request)) return error;
    element value;
    if (request["additionalModelRequestFields"].get(value) == SUCCESS && !value.is_object()) {
        return wrong_type("additionalModelRequestFields", "a JSON object");
    }
    bool const stored_prompt = model_id.find(":prompt/") != std::string_view::npos;
    array messages;
    if (request["messages"].get(value) != SUCCESS || value.is_null())
        return stored_prompt ? check_result() : missing("messages");
    if (value.get(messages) != SUCCESS) return wrong_type("messages", "a list");
    std::size_t index = 0;
    for (auto const message : messages) {
        if (auto error = check_message(message, "messages." + std::to_string(index++), state)) return error;
    }
    if (state.previous_role.empty()) {
        return invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message.");
    }
    if (state.previous_role != "user") {
        return invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message.");
    }
    return {};
}

std::optional<std::size_t> base64_decoded_size(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    for (char const c : text.substr(0, text.size() - padding)) {
        bool const letter =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!letter) return std::nullopt;
    }
    return text.size() / 4 * 3 - padding;
}

}  // namespace mock
