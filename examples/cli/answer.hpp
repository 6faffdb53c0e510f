// The JSON form of a whole answer, with tool inputs that are not JSON made visible.
#pragma once

#include "sdk.hpp"

#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One Converse response object. A tool input that is not JSON is `null`, and its text is the member `inputText` beside
/// `toolUse`. Usage and metrics are always there, zeros too.
bedrock::result<std::string> write_answer(bedrock::converse_response const& answer);

/// Names the tool uses whose input is not JSON; empty if there are none.
std::string describe_bad_inputs(bedrock::converse_response const& answer);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// True for an input that the model did not finish, or that is not JSON.
inline bool is_bad_input(bedrock::converse_response const& answer, std::size_t place) {
    auto const* const use = answer.message.content[place].get_if<bedrock::tool_use_block>();
    if (use == nullptr) return false;
    if (!use->incomplete_input.empty()) return true;
    auto const& cut = answer.incomplete_blocks;
    return use->input.text() == "{}" && std::find(cut.begin(), cut.end(), place) != cut.end();
}

inline bedrock::result<std::string> write_block(bedrock::content_block const& block, bool is_bad) {
    auto const* const use = block.get_if<bedrock::tool_use_block>();
    if (!is_bad || use == nullptr) return bedrock::json::write(block);
    auto shown = *use;
    shown.input = "null";
    auto const text = bedrock::json::write(bedrock::content_block(shown));
    if (!text) return text;
    auto const raw = bedrock::json::quoted(use->incomplete_input);
    bedrock::json::member_change const change{"inputText", raw};
    std::string made;
    bedrock::json::append_with_members(made, *text, {&change, 1});
    return made;
}

}  // namespace detail

inline bedrock::result<std::string> write_answer(bedrock::converse_response const& answer) {
    std::string content = "[";
    for (std::size_t i = 0; i != answer.message.content.size(); ++i) {
        auto const block = detail::write_block(answer.message.content[i], detail::is_bad_input(answer, i));
        if (!block) return block;
        if (i != 0) content += ',';
        content += *block;
    }
    content += ']';

    auto rest = answer;
    rest.message.content.clear();
    auto const message = bedrock::json::write(rest.message);
    if (!message) return message;
    bedrock::json::member_change const with_content{"content", content};
    std::string output = R"({"message":)";
    bedrock::json::append_with_members(output, *message, {&with_content, 1});
    output += '}';

    auto const body = bedrock::json::write(rest);
    auto const usage = bedrock::json::write(answer.usage);
    if (!body) return body;
    if (!usage) return usage;
    auto const metrics = R"({"latencyMs":)" + std::to_string(answer.metrics.latency_ms) + "}";
    std::vector<bedrock::json::member_change> changes{{"output", output}};
    if (answer.unknown.find("usage") == nullptr) changes.push_back({"usage", *usage});
    if (answer.metrics.latency_ms == 0 && answer.unknown.find("metrics") == nullptr)
        changes.push_back({"metrics", metrics});
    std::string made;
    bedrock::json::append_with_members(made, *body, changes);
    return made;
}

inline std::string describe_bad_inputs(bedrock::converse_response const& answer) {
    std::string text;
    for (std::size_t i = 0; i != answer.message.content.size(); ++i) {
        if (!detail::is_bad_input(answer, i)) continue;
        auto const& use = *answer.message.content[i].get_if<bedrock::tool_use_block>();
        text += text.empty() ? "the input of the tool use " : ", ";
        text += bedrock::quote(use.tool_use_id) + " of " + bedrock::quote(use.name);
    }
    if (text.empty()) return text;
    return text + " is not JSON (stop reason " + std::string(answer.stop_reason.text()) +
           "); do not run the tool with it";
}

}  // namespace cli
