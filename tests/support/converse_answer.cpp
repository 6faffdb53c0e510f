#include "support/converse_answer.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "support/frames.hpp"

namespace mock {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view blanks = " \t\r\n";

struct content_block {
    enum class kind { text, reasoning, tool_use };
    kind what = kind::text;
    std::string text{};  ///< of a text or reasoning block; a tool's input as JSON
    std::string signature{};
    std::string tool_name{};
    std::string tool_use_id{};
};

struct assistant_turn {
    std::vector<content_block> blocks{};
    std::string stop_reason = "end_turn";
    std::size_t input_tokens = 0;
    std::size_t output_tokens = 0;
    /// Members that the service repeats from the request, as JSON text.
    std::vector<std::pair<std::string, std::string>> echoed{};
};

/// The text in words, each with the blanks before it, so that they add up to the text again.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        auto const start = text.find_first_not_of(blanks);
        auto const end = start == std::string_view::npos ? start : text.find_first_of(blanks, start);
        words.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end);
    }
    return words;
}

bool is_continuation_byte(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// The first `size` bytes, fewer where that would split a character.
std::string_view prefix(std::string_view text, std::size_t size) {
    if (size >= text.size()) return text;
    while (size > 0 && is_continuation_byte(text[size])) --size;
    return text.substr(0, size);
}

bool contains_ignoring_case(std::string_view text, std::string_view wanted) {
    auto const lower = [](std::string_view from) {
        std::string lowered(from);
        for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        return lowered;
    };
    return lower(text).find(lower(wanted)) != std::string::npos;
}

std::string text_at(simdjson::simdjson_result<element> value) {
    std::string_view text;
    return value.get(text) == SUCCESS ? std::string(text) : std::string();
}

std::string text_at(element value) {
    std::string_view text;
    return value.get(text) == SUCCESS ? std::string(text) : std::string();
}

std::size_t count_words(element value) {
    std::size_t count = 0;
    if (array list; value.get(list) == SUCCESS) {
        for (auto const item : list) count += count_words(item);
    } else if (object members; value.get(members) == SUCCESS) {
        for (auto const [name, member] : members) {
            if (name != "bytes") count += count_words(member);
        }
    } else if (std::string_view text; value.get(text) == SUCCESS) {
        count = words_of(text).size();
    }
    return count;
}

std::string describe_source(object const& source) {
    std::string_view text;
    if (source["bytes"].get(text) == SUCCESS)
        return "of " + std::to_string(base64_decoded_size(text).value_or(0)) + " bytes";
    if (source["text"].get(text) == SUCCESS) return "of " + std::to_string(text.size()) + " bytes";
    if (source["s3Location"]["uri"].get(text) == SUCCESS) return "at " + std::string(text);
    return "of parts";
}

std::string describe_tool_result(object const& result) {
    std::string said = "The tool answered " + text_at(result["toolUseId"]) + ":";
    array content;
    if (result["content"].get(content) != SUCCESS) return said;
    for (auto const block : content) {
        std::string_view text;
        element json;
        if (block["text"].get(text) == SUCCESS) {
            said.append(" ").append(text);
        } else if (block["json"].get(json) == SUCCESS) {
            said += " " + simdjson::minify(json);
        }
    }
    return said;
}

/// What the answer is made from: the last user message, taken apart.
struct last_message {
    std::string prompt{};
    std::string about_the_rest{};  ///< sentences on its images, documents and tool results
    bool has_tool_results = false;
};

last_message read_last_message(element request) {
    last_message last;
    array messages;
    if (request["messages"].get(messages) != SUCCESS || messages.size() == 0) return last;
    array content;
    if (messages.at(messages.size() - 1)["content"].get(content) != SUCCESS) return last;
    auto const say = [&](std::string const& sentence) {
        if (!last.about_the_rest.empty()) last.about_the_rest += ' ';
        last.about_the_rest += sentence;
    };
    for (auto const block : content) {
        std::string_view text;
        object inner;
        if (block["text"].get(text) == SUCCESS) {
            if (!last.prompt.empty()) last.prompt += ' ';
            last.prompt += text;
        } else if (block["image"].get(inner) == SUCCESS) {
            say("I see a " + text_at(inner["format"]) + " image " +
                describe_source(inner["source"].get_object().value_unsafe()) + ".");
        } else if (block["document"].get(inner) == SUCCESS) {
            say("I read the document \"" + text_at(inner["name"]) + "\" " +
                describe_source(inner["source"].get_object().value_unsafe()) + ".");
        } else if (block["toolResult"].get(inner) == SUCCESS) {
            last.has_tool_results = true;
            say(describe_tool_result(inner));
        }
    }
    return last;
}

/// The N of "count to N" in the prompt, at most 100000; 0 where there is none.
unsigned count_wanted(std::string_view prompt) {
    constexpr std::string_view phrase = "count to ";
    constexpr unsigned highest = 100000;
    auto const at = prompt.find(phrase);
    if (at == std::string_view::npos) return 0;
    unsigned wanted = 0;
    auto const* const digits = prompt.data() + at + phrase.size();
    auto const parsed = std::from_chars(digits, prompt.data() + prompt.size(), wanted);
    if (parsed.ec == std::errc::result_out_of_range) return highest;
    return wanted < highest ? wanted : highest;
}

std::string compose_text(last_message const& last) {
    if (unsigned const wanted = count_wanted(last.prompt)) {
        std::string counted = "1";
        for (unsigned number = 2; number <= wanted; ++number) counted += " " + std::to_string(number);
        return counted;
    }
    constexpr std::size_t longest_echo = 65536;
    std::string said;
    if (!last.prompt.empty()) said = "You said: " + std::string(prefix(last.prompt, longest_echo));
    if (!last.about_the_rest.empty())
        said += (said.empty() ? "" : " ") + std::string(prefix(last.about_the_rest, longest_echo));
    return said.empty() ? "You said nothing." : said;
}

/// Cuts the text before the first stop sequence and after `maxTokens` words.
void apply_limits(element request, std::string& text, assistant_turn& turn) {
    array sequences;
    if (request["inferenceConfig"]["stopSequences"].get(sequences) == SUCCESS) {
        for (auto const sequence : sequences) {
            auto const at = text.find(text_at(sequence));
            if (at == std::string::npos) continue;
            text.resize(at);
            turn.stop_reason = "stop_sequence";
        }
    }
    std::uint64_t limit = 0;
    auto const words = words_of(text);
    if (request["inferenceConfig"]["maxTokens"].get(limit) == SUCCESS && words.size() > limit) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < limit; ++i) size += words[i].size();
        text.resize(size);
        turn.stop_reason = "max_tokens";
    }
}

std::string sample_value(element schema, std::string_view word, int depth);

std::string sample_object(object const& schema, std::string_view word, int depth) {
    object properties;
    array required;
    bool const choosy = schema["required"].get(required) == SUCCESS;
    std::string made = "{";
    if (schema["properties"].get(properties) == SUCCESS && depth < 16) {
        for (auto const [name, property] : properties) {
            bool wanted = !choosy;
            if (choosy) {
                for (auto const one : required) wanted = wanted || text_at(one) == name;
            }
            if (!wanted) continue;
            if (made.size() > 1) made += ',';
            made += json_string(name) + ':' + sample_value(property, word, depth + 1);
        }
    }
    return made + '}';
}

std::string sample_value(element schema, std::string_view word, int depth) {
    object fields;
    if (schema.get(fields) != SUCCESS) return "null";
    array choices;
    if (fields["enum"].get(choices) == SUCCESS && choices.size() > 0)
        return simdjson::minify(choices.at(0).value_unsafe());
    auto const type = text_at(fields["type"]);
    if (type == "object") return sample_object(fields, word, depth);
    if (type == "array") return "[]";
    if (type == "boolean") return "true";
    if (type == "number" || type == "integer") return "1";
    if (type == "null") return "null";
    return json_string(word);
}

std::string_view last_word(std::string_view prompt) {
    constexpr std::string_view ends = " \t\r\n.,;:!?\"'";
    auto const last = prompt.find_last_not_of(ends);
    if (last == std::string_view::npos) return "example";
    auto const before = prompt.substr(0, last + 1).find_last_of(blanks);
    auto const first = before == std::string_view::npos ? 0 : before + 1;
    return prompt.substr(first, last + 1 - first);
}

/// The tool that the model decides to use; none for an ordinary answer.
std::optional<content_block> choose_tool(element request, last_message const& last, std::string_view request_body,
                                         bool& forced) {
    array tools;
    if (last.has_tool_results || request["toolConfig"]["tools"].get(tools) != SUCCESS) return std::nullopt;
    element ignored;
    auto const demanded = text_at(request["toolConfig"]["toolChoice"]["tool"]["name"]);
    forced = !demanded.empty() || request["toolConfig"]["toolChoice"]["any"].get(ignored) == SUCCESS;
    object chosen;
    bool found = false;
    bool named = false;
    for (auto const tool : tools) {
        object specification;
        if (tool["toolSpec"].get(specification) != SUCCESS) continue;
        auto const name = text_at(specification["name"]);
        bool const wanted = demanded.empty() ? last.prompt.find(name) != std::string::npos : name == demanded;
        if (!found || (wanted && !named)) chosen = specification;
        found = true;
        named = named || wanted;
    }
    if (!found || (!forced && !named && !contains_ignoring_case(last.prompt, "tool"))) return std::nullopt;
    content_block use;
    use.what = content_block::kind::tool_use;
    use.tool_name = text_at(chosen["name"]);
    use.tool_use_id = "tooluse_mock" + std::to_string(table_crc32(request_body));
    object schema;
    use.text =
        chosen["inputSchema"]["json"].get(schema) == SUCCESS ? sample_object(schema, last_word(last.prompt), 0) : "{}";
    return use;
}

bool wants_reasoning(element request) {
    object thinking;
    if (request["additionalModelRequestFields"]["thinking"].get(thinking) != SUCCESS) return false;
    return text_at(thinking["type"]) != "disabled";
}

assistant_turn think(element request, std::string_view request_body) {
    assistant_turn turn;
    auto const last = read_last_message(request);
    if (wants_reasoning(request)) {
        content_block reasoning;
        reasoning.what = content_block::kind::reasoning;
        reasoning.text =
            "The user wrote " + std::to_string(words_of(last.prompt).size()) + " words. I will answer them.";
        auto digits = std::to_string(table_crc32(request_body));
        digits.insert(0, 12 - digits.size(), '0');  // whole base64 in all
        reasoning.signature = "bW9ja3NpZ25hdHVyZQ" + digits + "==";
        turn.blocks.push_back(std::move(reasoning));
    }
    bool forced = false;
    auto tool = choose_tool(request, last, request_body, forced);
    if (!tool || !forced) {
        content_block said;
        said.text = tool ? "I will use " + tool->tool_name + "." : compose_text(last);
        if (!tool) apply_limits(request, said.text, turn);
        if (!said.text.empty()) turn.blocks.push_back(std::move(said));
    }
    if (tool) {
        turn.stop_reason = "tool_use";
        turn.blocks.push_back(std::move(*tool));
    }
    for (auto const& block : turn.blocks) turn.output_tokens += words_of(block.text).size();
    for (auto const* const part : {"messages", "system", "toolConfig"}) {
        if (element value; request[part].get(value) == SUCCESS) turn.input_tokens += count_words(value);
    }
    for (auto const* const part : {"performanceConfig", "serviceTier"}) {
        if (element value; request[part].get(value) == SUCCESS) turn.echoed.emplace_back(part, simdjson::minify(value));
    }
    return turn;
}

std::string usage_and_metrics(assistant_turn const& turn) {
    return R"("usage":{"inputTokens":)" + std::to_string(turn.input_tokens) + R"(,"outputTokens":)" +
           std::to_string(turn.output_tokens) + R"(,"totalTokens":)" +
           std::to_string(turn.input_tokens + turn.output_tokens) + R"(},"metrics":{"latencyMs":100})";
}

std::string echoed_members(assistant_turn const& turn) {
    std::string members;
    for (auto const& [name, json] : turn.echoed) members += "," + json_string(name) + ":" + json;
    return members;
}

std::string block_json(content_block const& block) {
    switch (block.what) {
        case content_block::kind::reasoning:
            return R"({"reasoningContent":{"reasoningText":{"signature":)" + json_string(block.signature) +
                   R"(,"text":)" + json_string(block.text) + "}}}";
        case content_block::kind::tool_use:
            return R"({"toolUse":{"input":)" + block.text + R"(,"name":)" + json_string(block.tool_name) +
                   R"(,"toolUseId":)" + json_string(block.tool_use_id) + "}}";
        case content_block::kind::text:
            break;
    }
    return R"({"text":)" + json_string(block.text) + "}";
}

std::string as_body(assistant_turn const& turn) {
    std::string content;
    for (auto const& block : turn.blocks) content += (content.empty() ? "" : ",") + block_json(block);
    return R"({"output":{"message":{"content":[)" + content + R"(],"role":"assistant"}},"stopReason":)" +
           json_string(turn.stop_reason) + "," + usage_and_metrics(turn) + echoed_members(turn) + "}";
}

/// Writes the events of one stream; the padding of each depends on its place only.
class frame_list {
  public:
    void add(std::string_view event_type, std::string const& members) {
        frames_.push_back(frame(event_type, "{" + members + "," + padding_member(frames_.size()) + "}"));
    }
    void add_delta(std::size_t block, std::string const& delta) {
        add("contentBlockDelta", index_member(block) + R"(,"delta":{)" + delta + "}");
    }
    static std::string index_member(std::size_t block) { return R"("contentBlockIndex":)" + std::to_string(block); }
    std::vector<std::string> take() { return std::move(frames_); }

  private:
    std::vector<std::string> frames_{};
};

void add_block(frame_list& frames, std::size_t index, content_block const& block) {
    if (block.what == content_block::kind::tool_use) {
        frames.add("contentBlockStart", frame_list::index_member(index) + R"(,"start":{"toolUse":{"name":)" +
                                            json_string(block.tool_name) + R"(,"toolUseId":)" +
                                            json_string(block.tool_use_id) + "}}");
        // Models begin a tool's input with an empty fragment, and cut it without regard for its grammar.
        constexpr std::size_t fragment_size = 7;
        frames.add_delta(index, R"("toolUse":{"input":""})");
        for (std::string_view rest = block.text; !rest.empty();) {
            auto fragment = prefix(rest, fragment_size);
            frames.add_delta(index, R"("toolUse":{"input":)" + json_string(fragment) + "}");
            rest.remove_prefix(fragment.size());
        }
    } else {
        for (auto const word : words_of(block.text)) {
            auto const text = R"("text":)" + json_string(word);
            frames.add_delta(index,
                             block.what == content_block::kind::text ? text : R"("reasoningContent":{)" + text + "}");
        }
        if (!block.signature.empty()) {
            frames.add_delta(index, R"("reasoningContent":{"signature":)" + json_string(block.signature) + "}");
        }
    }
    frames.add("contentBlockStop", frame_list::index_member(index));
}

std::vector<std::string> as_frames(assistant_turn const& turn) {
    frame_list frames;
    frames.add("messageStart", R"("role":"assistant")");
    for (std::size_t index = 0; index < turn.blocks.size(); ++index) add_block(frames, index, turn.blocks[index]);
    frames.add("messageStop", R"("stopReason":)" + json_string(turn.stop_reason));
    frames.add("metadata", usage_and_metrics(turn) + echoed_members(turn));
    return frames.take();
}

}  // namespace

converse_answer answer_converse(std::string_view model_id, std::string_view request_body) {
    converse_answer answer;
    simdjson::dom::parser parser;
    element request;
    if (parser.parse(request_body.data(), request_body.size()).get(request) != SUCCESS) {
        answer.error = service_error{400, "ValidationException",
                                     "Malformed input request, please reformat your input and try again."};
        return answer;
    }
    answer.error = check_converse_request(request, model_id);
    if (answer.error) return answer;
    auto const turn = think(request, request_body);
    answer.body = as_body(turn);
    answer.frames = as_frames(turn);
    return answer;
}

}  // namespace mock
