// Writes conversations as short JSON texts, and checks what normalize makes of them: the messages to the byte, what the
// report says, that the loopback Bedrock takes them, and that a second time changes nothing.
#pragma once

#include "bedrock/conversation.hpp"
#include "bedrock/json.hpp"
#include "support/converse_checks.hpp"

#include <simdjson.h>
#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace history {

inline std::string list(std::initializer_list<std::string> parts) {
    std::string out;
    for (auto const& part : parts) out += (out.empty() ? "" : ",") + part;
    return out;
}

inline std::string message(std::string_view role, std::initializer_list<std::string> blocks) {
    return R"({"role":")" + std::string(role) + R"(","content":[)" + list(blocks) + "]}";
}
inline std::string user(std::initializer_list<std::string> blocks) {
    return message("user", blocks);
}
inline std::string assistant(std::initializer_list<std::string> blocks) {
    return message("assistant", blocks);
}
inline std::string text(std::string_view words) {
    return R"({"text":")" + std::string(words) + R"("})";
}
inline std::string use(std::string_view id, std::string_view name = "f", std::string_view input = "{}") {
    return R"({"toolUse":{"toolUseId":")" + std::string(id) + R"(","name":")" + std::string(name) + R"(","input":)" +
           std::string(input) + "}}";
}
inline std::string result(std::string_view id, std::string_view content = R"({"text":"ok"})") {
    return R"({"toolResult":{"toolUseId":")" + std::string(id) + R"(","content":[)" + std::string(content) + "]}}";
}
inline std::string no_result(std::string_view id) {
    return R"({"toolResult":{"toolUseId":")" + std::string(id) +
           R"(","content":[{"text":"No result provided"}],"status":"error"}})";
}
inline std::string reasoning(std::string_view words, std::string_view signature = "") {
    auto const tail = signature.empty() ? std::string() : R"(,"signature":")" + std::string(signature) + "\"";
    return R"({"reasoningContent":{"reasoningText":{"text":")" + std::string(words) + "\"" + tail + "}}}";
}
inline std::string document(std::string_view name, std::string_view format = "pdf") {
    return R"({"document":{"format":")" + std::string(format) + R"(","name":")" + std::string(name) +
           R"(","source":{"bytes":"AAEC"}}})";
}
inline std::string const image = R"({"image":{"format":"png","source":{"bytes":"AAEC"}}})";
inline std::string cache_point(std::string_view ttl = "") {
    auto const tail = ttl.empty() ? std::string() : R"(,"ttl":")" + std::string(ttl) + "\"";
    return R"({"cachePoint":{"type":"default")" + tail + "}}";
}
inline std::string tool_spec(std::string_view name) {
    return R"({"toolSpec":{"name":")" + std::string(name) + R"(","inputSchema":{"json":{"type":"object"}}}})";
}
inline std::string tools(std::initializer_list<std::string> all) {
    return R"({"tools":[)" + list(all) + "]}";
}

/// An id that does not tell its model, which has the strictest rules.
inline constexpr std::string_view strictest = "strictest";

/// A history, what is to become of it, and the names of the findings in order. An `expected` of "=" is the same.
struct row {
    std::string name{};
    std::string messages{};
    std::string expected = "=";
    std::string issues{};
    std::string tools = history::tools({tool_spec("f"), tool_spec("g")});
    std::string expected_tools = "=";
    bedrock::normalize_policy policy{};
    std::string_view model_id = strictest;
};

inline std::string issues_of(bedrock::conversation_report const& report) {
    std::string out;
    for (auto const& finding : report.findings)
        out += (out.empty() ? "" : " ") + std::string(bedrock::name(finding.issue));
    return out;
}

template <class T>
T read(std::string_view json) {
    auto value = bedrock::json::read<T>(json);
    INFO(json);
    INFO((value ? std::string() : value.error().message));
    REQUIRE(value.has_value());
    return *std::move(value);
}

/// Without the repair of texts that the client makes on its way out.
template <class T>
std::string written(T const& value) {
    auto const out = bedrock::json::write(value, {.on_invalid_utf8 = bedrock::json::invalid_utf8::fail});
    return out ? *out : "cannot be written: " + out.error().message;
}

/// Empty tools are not sent.
inline std::string written_tools(bedrock::tool_config const& config) {
    return config.tools.empty() && !config.choice.is_set() ? "{}" : written(config);
}

/// Bedrock's answer to a request, empty when it takes it.
inline std::string refusal(std::string const& body, std::string_view model_id = strictest) {
    simdjson::dom::parser parser;
    simdjson::dom::element request;
    if (parser.parse(simdjson::padded_string(body)).get(request) != simdjson::SUCCESS) return "no JSON: " + body;
    auto const error = mock::check_converse_request(request, model_id);
    return error ? error->message : std::string();
}

inline std::string body_of(std::string const& messages, std::string const& tool_config, std::string const& more = "") {
    return R"({"messages":)" + messages + (tool_config == "{}" ? "" : R"(,"toolConfig":)" + tool_config) + more + "}";
}

/// The messages with a question behind them where the model spoke last: whether that is taken depends on the model.
inline std::string asked(std::string messages) {
    simdjson::dom::parser parser;
    simdjson::dom::array all;
    std::string_view role = "user";
    if (parser.parse(simdjson::padded_string(messages)).get(all) == simdjson::SUCCESS)
        for (auto const one : all)
            if (one["role"].get(role) != simdjson::SUCCESS) role = "none";
    if (role != "assistant") return messages;
    messages.pop_back();
    return messages + "," + user({text("and now?")}) + "]";
}

/// A last turn of the model's is kept where the row does not say otherwise: it has rows of its own.
inline void check(row row) {
    INFO(row.name);
    if (row.policy.last_assistant == bedrock::last_assistant_policy::by_model)
        row.policy.last_assistant = bedrock::last_assistant_policy::keep;
    if (row.model_id != strictest) row.policy.rules = bedrock::find_history_rules(row.model_id);
    auto const given = "[" + row.messages + "]";
    auto const expected = row.expected == "=" ? given : "[" + row.expected + "]";
    auto const expected_tools = row.expected_tools == "=" ? row.tools : row.expected_tools;
    auto const messages = read<std::vector<bedrock::message>>(given);
    auto const tool_config = read<bedrock::tool_config>(row.tools);

    auto const made = bedrock::normalize(messages, tool_config, row.policy);
    auto const out = written(made.messages);
    CHECK(out == expected);
    CHECK(written_tools(made.tools) == expected_tools);
    CHECK(issues_of(made.report) == row.issues);
    CHECK(made.report.clean() == (given == expected && row.tools == expected_tools));
    CHECK(issues_of(bedrock::lint(messages, tool_config, row.policy)) == row.issues);

    auto const again = bedrock::normalize(made.messages, made.tools, row.policy);
    CHECK(issues_of(again.report) == "");
    CHECK(written(again.messages) == out);

    auto const sends_unsigned = row.policy.unsigned_reasoning == bedrock::unsigned_reasoning_policy::keep;
    if (expected != "[]")
        CHECK(refusal(body_of(asked(out), written_tools(made.tools)),
                      sends_unsigned ? "deepseek.model" : row.model_id) == "");
    auto const wants_question = row.policy.last_assistant == bedrock::last_assistant_policy::add_user_turn;
    if (!made.report.clean())
        CHECK(refusal(body_of(wants_question ? given : asked(given), row.tools), row.model_id) != "");
}

}  // namespace history
