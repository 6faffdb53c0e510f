#include "support/converse_checks.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
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

/// Of nothing but white space, by the list of Unicode's White_Space.
bool is_blank(std::string_view text) {
    static constexpr std::string_view spaces[] = {" ",      "\t",     "\r",     "\n",     "\f",     "\v",     "\u0085",
                                                  "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                                  "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                                  "\u2029", "\u202f", "\u205f", "\u3000"};
    while (!text.empty()) {
        auto const* const space =
            std::find_if(std::begin(spaces), std::end(spaces), [&](auto one) { return text.starts_with(one); });
        if (space == std::end(spaces)) return false;
        text.remove_prefix(space->size());
    }
    return true;
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

constexpr std::string_view alphanumerics = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A required string member of 1..64 characters among alphanumerics and `others`.
check_result require_identifier(object const& from, std::string_view name, std::string_view others,
                                std::string const& path) {
    if (auto error = require_string(from, name, path)) return error;
    auto const text = std::string(from[name].get_string().value_unsafe());
    if (text.size() > 64) return unmet(path, "'" + text + "'", "have length less than or equal to 64");
    if (text.find_first_not_of(std::string(alphanumerics) + std::string(others)) != std::string::npos)
        return unmet(path, "'" + text + "'",
                     "satisfy regular expression pattern: [a-zA-Z0-9" + std::string(others) + "]+");
    return {};
}

/// What a model refuses beside what Converse itself does. Written by substrings of ids, apart from the SDK's table.
struct family {
    bool claude = true;  ///< also of ids that do not tell their model: the strictest
    bool first_assistant = true, prefill = true, reasoning_alone = true;
    bool signature = false, reasoning_text = false, reasoning = false;
    bool result_images = false, result_documents = false, result_binary_documents = false;
    bool siblings = false, attachments = true, status = false, documents = false;
    bool strict = false, tool_cache = false, message_cache = false, stop_sequences = false;
    bool both_samplings = true, nine_letters = false;
};

bool has(std::string_view id, std::string_view part) {
    return id.find(part) != std::string_view::npos;
}

int claude_version(std::string_view id) {  // 4.6 is 406
    auto const at = id.find("claude-");
    std::string digits;
    for (auto const c : id.substr(at + 7)) {
        bool const digit = c >= '0' && c <= '9';
        if (digit) digits += c;
        if (!digit && !digits.empty() && digits.back() != '-') digits += '-';
    }
    int numbers[2] = {0, 0};
    std::size_t which = 0, length = 0;
    for (auto const c : digits + "-") {
        if (c != '-') {
            if (which < 2 && length < 2) numbers[which] = numbers[which] * 10 + (c - '0');
            ++length;
            continue;
        }
        if (which < 2 && length > 2) numbers[which] = 0;  // a date
        ++which;
        length = 0;
    }
    if (has(id, "claude-v2")) return 200;
    bool const minor_is_revision = has(id, "-v" + std::to_string(numbers[1]));
    return numbers[0] * 100 + (minor_is_revision ? 0 : numbers[1]);
}

family family_of(std::string_view id) {
    family made;
    auto const dot = id.find('.');
    bool const opaque = id.starts_with("arn:") && !has(id, ":inference-profile/") && !has(id, "::foundation-model/");
    if (dot == std::string_view::npos || opaque) return made;
    if (has(id, "claude-")) {
        auto const version = claude_version(id);
        made.first_assistant = false;
        made.prefill = version >= 406;
        made.reasoning_alone = version >= 500;
        made.strict = version >= 407;
        made.both_samplings = version >= 401;
        return made;
    }
    made.claude = made.prefill = made.reasoning_alone = made.attachments = made.both_samplings = false;
    made.signature = made.result_images = made.result_documents = made.tool_cache = made.message_cache = true;
    if (has(id, "amazon.nova")) {
        made.result_images = made.result_documents = made.message_cache = false;
        made.result_binary_documents = made.reasoning = true;
    }
    if (has(id, "meta.")) made.siblings = true;
    if (has(id, "meta.llama4")) made.result_images = made.result_documents = false;
    if (has(id, "mistral.")) made.siblings = true, made.result_documents = false;
    made.nine_letters = has(id, "pixtral-large") || has(id, "mistral-large-24") || has(id, "mistral-small-24");
    if (has(id, "writer.")) made.siblings = made.status = true;
    if (has(id, "openai.gpt-") && !has(id, "gpt-oss")) made.documents = made.reasoning_text = true;
    if (has(id, "qwen.") || has(id, "zai.") || has(id, "moonshot")) made.first_assistant = false;
    made.stop_sequences = has(id, "qwen3");
    return made;
}

check_result unsupported(std::string const& field) {
    return invalid("This model doesn't support the " + field + " field. Remove " + field + " and try again.");
}

/// Whether a member of this name is anywhere in a value.
bool has_name(element value, std::string_view name) {
    object members;
    array items;
    if (value.get(members) == SUCCESS) {
        for (auto const one : members)
            if (one.key == name || has_name(one.value, name)) return true;
    } else if (value.get(items) == SUCCESS) {
        for (auto const one : items)
            if (has_name(one, name)) return true;
    }
    return false;
}

bool has_big_integer(element value) {
    object members;
    array items;
    std::int64_t number = 0;
    if (value.is_uint64() && !value.is_int64()) return true;
    if (value.is_int64() && value.get(number) == SUCCESS) return number > 2147483647 || number < -2147483648LL;
    if (value.get(members) == SUCCESS) {
        for (auto const one : members)
            if (has_big_integer(one.value)) return true;
    } else if (value.get(items) == SUCCESS) {
        for (auto const one : items)
            if (has_big_integer(one)) return true;
    }
    return false;
}

/// The name of a bound that strict tools may not have; "" where there is none.
std::string_view strict_bound(element value) {
    object members;
    array items;
    if (value.get(members) == SUCCESS) {
        for (auto const one : members) {
            std::int64_t number = 0;
            if (one.key == "minItems" && one.value.get(number) == SUCCESS && number > 1) return one.key;
            if (one.value.is_number() && one_of(one.key, {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                                                          "multipleOf", "maxItems"}))
                return one.key;
            if (auto const inner = strict_bound(one.value); !inner.empty()) return inner;
        }
    } else if (value.get(items) == SUCCESS) {
        for (auto const one : items)
            if (auto const inner = strict_bound(one); !inner.empty()) return inner;
    }
    return {};
}

std::size_t loose_parameters(element value) {
    object members, properties;
    array items, required;
    std::size_t count = 0;
    if (value.get(members) == SUCCESS) {
        if (members["properties"].get(properties) == SUCCESS) {
            for (auto const one : properties) {
                bool needed = false;
                if (members["required"].get(required) == SUCCESS)
                    for (auto const name : required) {
                        std::string_view text;
                        needed = needed || (name.get(text) == SUCCESS && text == one.key);
                    }
                object schema;
                array types;
                element ignored;
                bool const several = one.value.get(schema) == SUCCESS &&
                                     (schema["type"].get(types) == SUCCESS || schema["anyOf"].get(ignored) == SUCCESS ||
                                      schema["oneOf"].get(ignored) == SUCCESS);
                count += !needed || several;
            }
        }
        for (auto const one : members) count += loose_parameters(one.value);
    } else if (value.get(items) == SUCCESS) {
        for (auto const one : items) count += loose_parameters(one);
    }
    return count;
}

/// What the conversation has shown so far, from the tools over the system prompt to the messages.
struct conversation_state {
    family model{};
    bool tools_defined = false;
    std::string_view previous_role{};
    std::vector<std::string> open_tool_uses{};  ///< of the assistant turn just before
    names tool_use_ids{};
    names service_tool_use_ids{};
    names document_names{};
    int cache_points = 0;
    bool cached_for_minutes = false;

    std::size_t strict_tools = 0;
    std::size_t strict_parameters = 0;
    bool reasoned_alone = false;  ///< the last turn held reasoning only

    /// Some rules are the model's, and the other models do not have them.
    bool is_claude() const { return model.claude; }
};

check_result refused_by_model(std::string const& message) {
    return invalid("The model returned the following errors: " + message);
}

check_result check_cache_point(element point, std::string const& path, conversation_state& state) {
    std::string_view type;
    bool const in_tools = path.starts_with("toolConfig");
    if (state.model.message_cache) return unsupported("cachePoint");
    if (in_tools && state.model.tool_cache)
        return invalid("Malformed input request: #/" + path +
                       ": extraneous key [cachePoint] is not permitted, please reformat your input and try again.");
    if (point["type"].get(type) != SUCCESS) return missing(path + ".cachePoint.type");
    if (type != "default")
        return unmet(path + ".cachePoint.type", "'" + std::string(type) + "'", "satisfy enum value set: [default]");
    if (++state.cache_points > 4) {
        return refused_by_model("A maximum of 4 blocks with cache_control may be provided. Found " +
                                std::to_string(state.cache_points) + ".");
    }
    std::string_view ttl = "5m";
    if (point["ttl"].get(ttl) != SUCCESS) ttl = "5m";
    if (!one_of(ttl, {"5m", "1h"}))
        return unmet(path + ".cachePoint.ttl", "'" + std::string(ttl) + "'", "satisfy enum value set: [5m, 1h]");
    if (ttl == "1h" && state.cached_for_minutes) {
        return refused_by_model(path +
                                ".cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                                "cache_control block. Note that blocks are processed in the following order: `tools`, "
                                "`system`, `messages`.");
    }
    state.cached_for_minutes = state.cached_for_minutes || ttl == "5m";
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

/// Rules of the description and the schema of a tool.
check_result check_tool_specification(object const& specification, std::size_t index, std::string const& path,
                                      conversation_state& state) {
    std::string_view description;
    element schema;
    std::string_view type;
    auto const custom = "tools." + std::to_string(index) + ".custom";
    if (specification["description"].get(description) == SUCCESS && is_blank(description))
        return unmet(path + ".toolSpec.description", "'" + std::string(description) + "'",
                     "have length greater than or equal to 1");
    if (specification["inputSchema"]["json"].get(schema) != SUCCESS) return {};
    if (schema["type"].get(type) != SUCCESS || type != "object")
        return invalid("The value at " + path +
                       ".toolSpec.inputSchema.json.type must be one of the following: object.");
    if (state.is_claude()) {
        element ignored;
        for (auto const* const name : {"oneOf", "allOf", "anyOf"})
            if (schema[name].get(ignored) == SUCCESS)
                return refused_by_model(
                    custom + ".input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level");
        if (has_big_integer(schema)) return refused_by_model(custom + ".input_schema: int too big to convert");
    }
    bool strict = false;
    if (!state.is_claude() || specification["strict"].get(strict) != SUCCESS || !strict) return {};
    if (state.model.strict) return refused_by_model(custom + ".strict: Extra inputs are not permitted");
    if (auto const bound = strict_bound(schema); !bound.empty())
        return refused_by_model(custom + ": property '" + std::string(bound) + "' is not supported");
    if (++state.strict_tools > 20)
        return refused_by_model("Too many strict tools (" + std::to_string(state.strict_tools) +
                                "). The maximum is 20.");
    state.strict_parameters += loose_parameters(schema);
    if (state.strict_parameters > 16)
        return refused_by_model("Schemas contains too many parameters with union types (" +
                                std::to_string(state.strict_parameters) + " parameters).");
    return {};
}

check_result check_tool_config(element request, conversation_state& state) {
    element value;
    if (request["toolConfig"].get(value) != SUCCESS) return {};
    state.tools_defined = true;
    object config;
    array tools;
    if (value.get(config) != SUCCESS) return wrong_type("toolConfig", "a structure");
    if (config["tools"].get(value) != SUCCESS) return missing("toolConfig.tools");
    if (value.get(tools) != SUCCESS) return wrong_type("toolConfig.tools", "a list");
    if (tools.size() == 0) return unmet("toolConfig.tools", "'[]'", "have length greater than or equal to 1");
    names known;
    std::size_t index = 0;
    for (auto const tool : tools) {
        auto const place = index;
        auto const path = "toolConfig.tools." + std::to_string(index++);
        object member;
        if (tool.get(member) != SUCCESS || member.size() != 1)
            return invalid("The tool at " + path + " must set exactly one member.");
        element point;
        if (member["cachePoint"].get(point) == SUCCESS) {
            if (auto error = check_cache_point(point, path, state)) return error;
        }
        object specification;
        if (member["toolSpec"].get(specification) != SUCCESS) continue;
        if (auto error = require_identifier(specification, "name", "_-", path + ".toolSpec.name")) return error;
        object schema;
        if (specification["inputSchema"]["json"].get(schema) != SUCCESS) {
            return invalid("The value at " + path + ".toolSpec.inputSchema.json must be a JSON object.");
        }
        if (auto error = check_tool_specification(specification, place, path, state)) return error;
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

check_result check_document_name(object const& block, std::string const& path, conversation_state& state) {
    if (auto error = require_string(block, "name", path + ".document.name")) return error;
    auto const name = std::string(block["name"].get_string().value_unsafe());
    if (name.size() > 200)
        return unmet(path + ".document.name", "'" + name + "'", "have length less than or equal to 200");
    bool const known = name.find_first_not_of(std::string(alphanumerics) + " _-()[]") == std::string::npos;
    if (!known || name.find("  ") != std::string::npos) {
        return invalid(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, "
            "parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. "
            "Check that the file name conforms to these restrictions and retry your request.");
    }
    if (state.document_names.insert(name).second) return {};
    return invalid("Messages can't contain duplicate document names. Rename the document and retry your request.");
}

check_result check_media(std::string_view kind, object const& block, std::string_view role, std::string const& path,
                         conversation_state& state) {
    if (role != "user") {
        return invalid("The model returned the following errors: " + path + ": " + std::string(kind) +
                       " blocks are only allowed in user messages.");
    }
    if (kind == "document" && state.model.documents) return invalid("This model doesn't support documents.");
    std::string_view format;
    if (kind == "image" && block["format"].get(format) == SUCCESS && format == "jpg")
        return unmet(path + ".image.format", "'jpg'", "satisfy enum value set: [png, jpeg, gif, webp]");
    if (kind == "document") {
        if (auto error = check_document_name(block, path, state)) return error;
    } else if (auto error = require_string(block, "format", path + "." + std::string(kind) + ".format")) {
        return error;
    }
    return check_source(block, path + "." + std::string(kind));
}

check_result check_tool_use(object const& use, std::string_view role, std::string const& path,
                            conversation_state& state, std::vector<std::string>& uses) {
    if (role != "assistant") return refused_by_model(path + ": `tool_use` blocks can only be in `assistant` messages");
    if (auto error = require_identifier(use, "toolUseId", "_.:-", path + ".toolUse.toolUseId")) return error;
    if (auto error = require_identifier(use, "name", "_-", path + ".toolUse.name")) return error;
    element input;
    if (use["input"].get(input) != SUCCESS) return missing(path + ".toolUse.input");
    if (!input.is_object()) {
        return invalid("The format of the value at " + path +
                       ".toolUse.input is invalid. Provide a json object for the field and try again.");
    }
    if (has_name(input, ""))
        return invalid("The format of the value at " + path +
                       ".toolUse.input is invalid. Provide a json object for the field and try again.");
    std::string const id(use["toolUseId"].get_string().value_unsafe());
    if (state.is_claude() && id.find_first_of(".:") != std::string::npos)
        return refused_by_model(path + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
    if (state.model.nine_letters && !id.starts_with("tooluse_") &&
        (id.size() != 9 || id.find_first_not_of(alphanumerics) != std::string::npos))
        return refused_by_model("Tool call id was " + id + " but must be a-z, A-Z, 0-9, with a length of 9.");
    if (std::find(uses.begin(), uses.end(), id) != uses.end()) {
        return invalid("The toolUse blocks at " + path.substr(0, path.rfind('.')) + " contain duplicate Ids: " + id);
    }
    if (!state.tool_use_ids.insert(id).second) return refused_by_model(path + ": `tool_use` ids must be unique");
    std::string_view type;
    if (use["type"].get(type) == SUCCESS && type == "server_tool_use")
        state.service_tool_use_ids.insert(id);
    else
        uses.push_back(id);
    return {};
}

check_result check_result_content(element piece, std::string const& path, conversation_state& state) {
    object members;
    if (piece.get(members) != SUCCESS) return wrong_type(path, "a structure");
    if (members.size() != 1)
        return invalid("The ToolResultContentBlock object at " + path + " must set exactly one member.");
    auto const [kind, value] = *members.begin();
    if (!one_of(kind, {"json", "text", "image", "document", "video", "searchResult"})) {
        return invalid("The ToolResultContentBlock object at " + path + " has the unknown member '" +
                       std::string(kind) + "'.");
    }
    std::string_view text;
    if (kind == "text" && value.get(text) == SUCCESS && is_blank(text)) {
        return invalid("The text field in the ContentBlock object at " + path +
                       " is blank. Add text to the text field, and try again.");
    }
    object inner;
    if (kind == "json" && value.get(inner) != SUCCESS) {  // aws-sdk-js-v3 issue 7330
        return invalid("The format of the value at " + path +
                       ".json is invalid. Provide a json object for the field and try again.");
    }
    if (kind == "json" && (has_name(value, "") || has_name(value, "__type"))) {
        return invalid("The format of the value at " + path +
                       ".json is invalid. Provide a json object for the field and try again.");
    }
    if (!one_of(kind, {"image", "document", "video"})) return {};
    if (value.get(inner) != SUCCESS) return wrong_type(path + "." + std::string(kind), "a structure");
    if (kind == "image" && state.model.result_images)
        return invalid(
            "This model doesn't support the image field for user messages. Remove the image field from the user "
            "messages and try again.");
    std::string_view format;
    bool const plain = inner["format"].get(format) == SUCCESS && one_of(format, {"csv", "txt"});
    if (kind == "document" && (state.model.result_documents || (state.model.result_binary_documents && !plain)))
        return unsupported("document");
    return check_media(kind, inner, "user", path, state);
}

check_result check_tool_result(object const& result, std::string_view role, std::string const& path,
                               conversation_state& state, std::vector<std::string>& results) {
    if (auto error = require_identifier(result, "toolUseId", "_.:-", path + ".toolResult.toolUseId")) return error;
    array content;
    if (result["content"].get(content) != SUCCESS) return missing(path + ".toolResult.content");
    if (content.size() == 0)
        return unmet(path + ".toolResult.content", "'[]'", "have length greater than or equal to 1");
    std::size_t index = 0;
    for (auto const piece : content) {
        auto const place = path + ".toolResult.content." + std::to_string(index++);
        if (auto error = check_result_content(piece, place, state)) return error;
    }
    std::string_view status;
    if (result["status"].get(status) == SUCCESS) {
        if (state.model.status) return unsupported("status");
        for (auto const piece : content) {
            auto const kind = (*piece.get_object().value_unsafe().begin()).key;
            if (status == "error" && state.is_claude() && one_of(kind, {"image", "document", "video", "searchResult"}))
                return refused_by_model(path + ".tool_result: all content must be type text if is_error is true");
        }
    }
    std::string const id(result["toolUseId"].get_string().value_unsafe());
    if (role != "user") {
        if (state.service_tool_use_ids.find(id) != state.service_tool_use_ids.end()) return {};
        return refused_by_model(path + ": `tool_result` blocks can only be in `user` messages");
    }
    if (std::find(results.begin(), results.end(), id) != results.end()) {
        return invalid("The toolResult blocks at " + path.substr(0, path.rfind('.')) + " contain duplicate Ids: " + id);
    }
    results.push_back(id);
    return {};
}

check_result check_reasoning(object const& reasoning, std::string_view role, std::string const& path,
                             conversation_state const& state) {
    if (reasoning.size() != 1)
        return invalid("The ReasoningContentBlock object at " + path + " must set exactly one member.");
    if (role != "assistant") return refused_by_model(path + ": `thinking` blocks can only be in `assistant` messages");
    object text;
    if (state.model.reasoning) return refused_by_model("User messages cannot contain reasoning content. Please fix.");
    std::string_view hidden;
    if (reasoning["redactedContent"].get(hidden) == SUCCESS && hidden.empty())
        return unmet(path + ".reasoningContent.redactedContent", "''", "have length greater than or equal to 1");
    if (reasoning["reasoningText"].get(text) != SUCCESS) return {};
    std::string_view words;
    std::string_view signature;
    element given;
    if (text["text"].get(words) != SUCCESS) return missing(path + ".reasoningContent.reasoningText.text");
    bool const has_signature = text["signature"].get(given) == SUCCESS;
    if (state.model.reasoning_text || (words.empty() && !has_signature))
        return unsupported("reasoningContent.reasoningText.text");
    if (has_signature && state.model.signature) return unsupported("reasoningContent.reasoningText.signature");
    if (!state.is_claude()) return {};
    if (text["signature"].get(signature) != SUCCESS || signature.empty())
        return refused_by_model(path + ".thinking.signature: Field required");
    if (!base64_decoded_size(signature)) return refused_by_model(path + ": Invalid `signature` in `thinking` block");
    return {};
}

check_result check_block(element block, std::string_view role, std::string const& path, conversation_state& state,
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
    if (one_of(kind, {"image", "document", "video", "audio"})) return check_media(kind, inner, role, path, state);
    if (kind == "cachePoint") return check_cache_point(value, path, state);
    if (one_of(kind, {"toolUse", "toolResult"}) && !state.tools_defined) {
        return invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
    }
    if (kind == "toolUse") return check_tool_use(inner, role, path, state, uses);
    if (kind == "toolResult") return check_tool_result(inner, role, path, state, results);
    if (kind == "reasoningContent") return check_reasoning(inner, role, path, state);
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

/// What has to stand before what in one message.
check_result check_order(array const& content, std::string_view role, std::string const& path,
                         conversation_state const& state) {
    std::size_t index = 0;
    std::string use;  // the last tool use of the caller's
    bool result_may_follow = true;
    bool text = false;
    bool document = false;
    std::string_view before{};
    bool before_can_be_cached = true;
    bool reasons = false;  // the message began with reasoning
    std::string_view result;
    std::string_view sibling;
    for (auto const block : content) {
        auto const place = path + ".content." + std::to_string(index++);
        auto const member = *block.get_object().value_unsafe().begin();
        auto const kind = member.key;
        if (kind == "cachePoint") {
            if (before.empty()) return invalid("There is nothing available to cache.");
            if (reasons || before == "reasoningContent") {
                return invalid(
                    "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and "
                    "try again.");
            }
            if (!before_can_be_cached && state.is_claude()) return refused_by_model(place + ".type: Field required");
        }
        if (before.empty()) reasons = kind == "reasoningContent";
        if (kind == "toolResult") result = member.value["toolUseId"].get_string().value_unsafe();
        bool const attached = kind == "document" || kind == "video";
        if (kind != "toolResult" && kind != "cachePoint" &&
            (state.model.siblings || (state.model.attachments && attached)))
            sibling = kind;
        std::string_view type;
        bool const of_service = member.value["type"].get(type) == SUCCESS && type == "server_tool_use";
        bool const words = kind == "text" || kind == "citationsContent";
        bool const misplaced = (role == "assistant" && words && !use.empty()) ||
                               (role == "user" && kind == "toolResult" && !result_may_follow);
        if (misplaced && state.is_claude()) {
            if (kind == "toolResult") use = member.value["toolUseId"].get_string().value_unsafe();
            return refused_by_model(
                path + ": `tool_use` ids were found without `tool_result` blocks immediately after: " + use +
                ". Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
        if (kind == "toolUse" && !of_service) use = member.value["toolUseId"].get_string().value_unsafe();
        result_may_follow = result_may_follow && (kind == "toolResult" || kind == "cachePoint");
        text = text || kind == "text";
        document = document || kind == "document";
        std::string_view format;
        before = kind;
        before_can_be_cached = kind != "document" || (member.value["format"].get(format) == SUCCESS && format == "pdf");
    }
    if (role == "user" && !result.empty() && !sibling.empty()) {
        return refused_by_model(
            path +
            ": `tool_use` ids were found without `tool_result` blocks immediately after: " + std::string(result) +
            ". Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
    }
    if (document && !text) {
        return invalid("If you include a ContentBlock with a document field in the array at " + path +
                       ".content, you must also include a ContentBlock with a text field.");
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
    if (state.previous_role.empty() && role != "user" && (role != "assistant" || state.model.first_assistant)) {
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
    if (auto error = check_order(content, role, path, state)) return error;
    if (role == "assistant" && state.model.reasoning_alone) {
        bool alone = true, reasons = false;
        for (auto const block : content) {
            auto const kind = (*block.get_object().value_unsafe().begin()).key;
            alone = alone && (kind == "reasoningContent" || kind == "cachePoint");
            reasons = reasons || kind == "reasoningContent";
        }
        if (alone && reasons) state.reasoned_alone = true;
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

check_result check_system(element request, conversation_state& state) {
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
        element point;
        if (members["cachePoint"].get(point) == SUCCESS) {
            if (auto error = check_cache_point(point, path, state)) return error;
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
    state.model = family_of(model_id);
    element sampling;
    if (state.model.stop_sequences && request["inferenceConfig"]["stopSequences"].get(sampling) == SUCCESS)
        return unsupported("stopSequences");
    if (state.model.both_samplings && request["inferenceConfig"]["temperature"].get(sampling) == SUCCESS &&
        request["inferenceConfig"]["topP"].get(sampling) == SUCCESS)
        return refused_by_model(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
    if (auto error = check_tool_config(request, state)) return error;
    if (auto error = check_system(request, state)) return error;
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
    if ((state.previous_role != "user" && state.model.prefill) || state.reasoned_alone) {
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
