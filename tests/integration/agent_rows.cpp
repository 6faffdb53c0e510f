// What pi-ai and OpenClaw do around a model, row by row, and what is done here: with the reason where it differs.
#include "bedrock/agent_view.hpp"
#include "bedrock/conversation.hpp"
#include "bedrock/model_fit.hpp"
#include "bedrock/prompt_cache.hpp"
#include "bedrock/reasoning.hpp"

#include "support/catch.hpp"

#include "support/agent_script.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;
using namespace agent_events;

namespace {

struct row {
    char const* id;       // section and row
    char const* here;     // what is done
    char const* differs;  // from whom and why; empty where all agree
    bool (*holds)();
};

std::string lines_of(std::initializer_list<agent_script::sent> events) {
    agent_script script(events);
    script.complete();
    return script.lines;
}

bool ends_with(std::string const& lines, std::string_view end) {
    return lines.size() >= end.size() && lines.compare(lines.size() - end.size(), end.size(), end) == 0;
}

converse_request request_for(char const* model_id) {
    converse_request request;
    request.model_id = model_id;
    request.system = {"stable", "changing"};
    request.messages = {user("a")};
    request.inference = {.max_tokens = 4096, .temperature = 0.5f};
    return request;
}

std::string reasoned(char const* model_id, reasoning_options const& options) {
    auto request = request_for(model_id);
    if (!apply_reasoning(request, find_traits(model_id), options)) return "failed";
    return request.additional_model_request_fields.text() + " " + std::to_string(*request.inference.max_tokens);
}

bool has(std::string const& text, char const* part) {
    return text.find(part) != std::string::npos;
}

error service(errc code, char const* name, char const* message) {
    auto made = make_error(code, message);
    made.name = name;
    return made;
}

constexpr char opus_4_6[] = "us.anthropic.claude-opus-4-6-v1";
constexpr char opus_4_5[] = "anthropic.claude-opus-4-5-20251101-v1:0";
constexpr char sonnet_5[] = "anthropic.claude-sonnet-5";

row const rows[] = {
    {"C system", "a cache point between the stable and the changing blocks of the system prompt", "",
     [] {
         auto request = request_for(opus_4_6);
         place_cache_points(request, find_traits(opus_4_6), {.changing_system_blocks = 1});
         return request.system.size() == 3 && request.system[1].holds<cache_point_block>();
     }},
    {"C non-vision model", "images become pi-ai's placeholder, one a row, when asked", "",
     [] {
         image_block const image{.format = image_format::png, .source = byte_buffer{std::byte{1}}};
         std::vector<message> messages{user({image, image, "a"})};
         return omit_images(messages) == 2 && messages[0].content.size() == 2 &&
                has(*json::write(messages), "(image omitted: model does not support images)");
     }},
    {"C no toolConfig with tool history", "flattened to texts by normalize, when asked",
     "pi-ai sends it and is refused",
     [] {
         auto request = request_for(opus_4_6);
         request.messages.push_back(assistant(tool_use_block{.tool_use_id = "t", .name = "f"}));
         request.messages.push_back(user(tool_result_block{.tool_use_id = "t", .content = {"r"}}));
         normalize(request, {.missing_tools = missing_tools_policy::flatten});
         return request.tools.tools.empty() && has(*json::write(request.messages), "[Assistant tool call]: f");
     }},
    {"C inferenceConfig: temperature", "left out where the model refuses it, and said so",
     "pi-ai sends it and is refused",
     [] {
         auto request = request_for(sonnet_5);
         return fit_to_model(request, find_traits(sonnet_5)).temperature && !request.inference.temperature;
     }},
    {"C inferenceConfig: maxTokens", "never set but for a budget of thinking", "pi-ai: 32000 at most, always",
     [] {
         auto request = request_for(opus_4_6);
         request.inference.max_tokens.reset();
         return apply_reasoning(request, find_traits(opus_4_6), {.level = reasoning_level::high}) &&
                !request.inference.max_tokens;
     }},
    {"D high-level events", "start, three of text, thinking and toolcall each, done or error", "",
     [] {
         std::set<std::string_view> names;
         for (int i = 0; i <= static_cast<int>(agent_event_kind::error); ++i)
             names.insert(describe(static_cast<agent_event_kind>(i)));
         return names == std::set<std::string_view>{"start",        "text_start",     "text_delta",
                                                    "text_end",     "thinking_start", "thinking_delta",
                                                    "thinking_end", "toolcall_start", "toolcall_delta",
                                                    "toolcall_end", "done",           "error"};
     }},
    {"D text and thinking start", "with the first delta", "",
     [] {
         return has(lines_of({begin(), text(0, "a")}), "start|text_start 0|text_delta 0 a") &&
                has(lines_of({begin(), thought(0, R"({"text":"a"})")}), "start|thinking_start 0|thinking_delta 0 a");
     }},
    {"D tool input", "the text so far with every delta, JSON at the end; a call that was not whole is an error",
     "pi-ai completes broken JSON and hands it on to be run",
     [] {
         return has(lines_of({begin(), call(0, "f"), input(0, "{"), input(0, "}"), stop(0), message_stop("tool_use")}),
                    "toolcall_delta 0 {|toolcall_delta 0 }|toolcall_end 0={}|done toolUse") &&
                has(lines_of({begin(), call(0, "f"), input(0, "{"), stop(0), message_stop("tool_use")}),
                    "|error error: the input of the tool call \"f\" is not a JSON object");
     }},
    {"D reasoning", "text and signature concatenated; encrypted thoughts kept as bytes, shown as [Reasoning redacted]",
     "pi-ai ignores encrypted thoughts",
     [] {
         return has(lines_of({begin(), thought(0, R"({"redactedContent":"AAEC"})"), stop(0)}),
                    "thinking_start 0|thinking_delta 0 [Reasoning redacted]|thinking_end 0=[Reasoning redacted]");
     }},
    {"D messageStart role", "another role than the assistant's is an error", "",
     [] {
         return has(lines_of({{"messageStart", R"({"role":"user"})"}}), "error error: ");
     }},
    {"D missing messageStop", "an error with the partial message", "pi-ai takes it for an answer",
     [] {
         return ends_with(lines_of({begin(), text(0, "a"), stop(0)}),
                          "|error error: Bedrock stream ended before messageStop");
     }},
    {"D missing contentBlockStop", "text and thinking end with the message; a tool call is an error", "",
     [] {
         return ends_with(lines_of({begin(), text(0, "a"), message_stop("end_turn")}), "|text_end 0=a|done stop") &&
                ends_with(lines_of({begin(), call(0, "f"), message_stop("tool_use")}), "was cut short");
     }},
    {"D refusals", "an error named refusal, with the stop details where they were asked for",
     "OpenClaw buffers Claude 5's events until it knows: a caller that must not show them waits for the end",
     [] {
         agent_script script({begin(),
                              text(0, "a"),
                              {"messageStop", R"({"stopReason":"refusal","additionalModelResponseFields":)"
                                              R"({"stop_details":{"category":"x"}}})"}});
         script.complete();
         return ends_with(script.lines, "|error error: refusal") &&
                has(script.fold.message().response.additional_model_response_fields.text(), "category");
     }},
    {"D stop mapping", "stop, length, toolUse; all else an error that says the reason",
     "pi-ai: \"An unknown error occurred\"",
     [] {
         return ends_with(lines_of({begin(), message_stop("stop_sequence")}), "done stop") &&
                ends_with(lines_of({begin(), message_stop("model_context_window_exceeded")}), "done length") &&
                ends_with(lines_of({begin(), message_stop("tool_use")}), "done toolUse") &&
                ends_with(lines_of({begin(), message_stop("content_filtered")}), "error error: content_filtered");
     }},
    {"D metadata", "usage with the share of an hour's cache, and all else in the response", "pi-ai keeps usage only",
     [] {
         agent_script script({begin(), message_stop("end_turn"), usage()});
         script.complete();
         return script.fold.message().usage.cache_write_1h == 1000 &&
                script.fold.message().response.metrics.latency_ms == 7;
     }},
    {"E prefixes", "pi-ai's five, the name for other services' errors, none for our own", "",
     [] {
         return describe_failure(service(errc::throttling, "ThrottlingException", "x")) == "Throttling error: x" &&
                describe_failure(service(errc::conflict, "ConflictException", "x")) == "ConflictException: x" &&
                describe_failure(make_error(errc::timeout, "x")) == "x";
     }},
    {"E context overflow", "by the texts of both, of validation and model errors; never of a throttling", "",
     [] {
         return is_context_overflow(
                    service(errc::validation, "ValidationException", "Input is too long for requested model.")) &&
                !is_context_overflow(service(errc::throttling, "ThrottlingException", "Too many tokens"));
     }},
    {"E failover class", "rate_limit, overloaded, format", "",
     [] {
         return classify_failure(service(errc::throttling, "ThrottlingException", "")) == error_class::rate_limit &&
                classify_failure(service(errc::model_not_ready, "ModelNotReadyException", "")) ==
                    error_class::overloaded &&
                classify_failure(service(errc::validation, "ValidationException",
                                         "`temperature` is deprecated for this model")) == error_class::format;
     }},
    {"E abort", "reason aborted, \"Request was aborted\"", "",
     [] {
         agent_script script({begin()});
         script.fail(make_error(errc::cancelled, "the stream was cancelled"));
         return ends_with(script.lines, "error aborted: Request was aborted");
     }},
    {"H usage", "the total is the service's or the sum of all four, whichever is more", "pi-ai: without the cache",
     [] {
         return count_usage({.input_tokens = 1, .output_tokens = 2, .total_tokens = 3, .cache_read_input_tokens = 4})
                    .total == 7;
     }},
    {"H cost", "per million of each kind; an hour's cache writes by their own price where it is given", "",
     [] {
         return compute_cost({.cache_write = 2'000'000, .cache_write_1h = 1'000'000},
                             {.cache_write = 3, .cache_write_1h = 5})
                    .total == 8;
     }},
    {"H catalog", "no price is known here: the caller gives them", "pi-ai has a table, which goes out of date",
     [] { return compute_cost({.input = 1'000'000}, {}).total == 0; }},
    {"I flag", "levels from off to max, and adaptive", "",
     [] {
         return parse_reasoning_level("xhigh") && parse_reasoning_level("adaptive") && !parse_reasoning_level("on");
     }},
    {"I budget models", "1024, 2048, 8192, 16384 beside the answer's tokens; below 1024 thinking is off", "",
     [] {
         return has(reasoned(opus_4_5, {.level = reasoning_level::medium}), "\"budget_tokens\":8192") &&
                ends_with(reasoned(opus_4_5, {.level = reasoning_level::medium}), " 12288") &&
                reasoned(opus_4_5, {.level = reasoning_level::high, .model_max_tokens = 2000}) == " 4096";
     }},
    {"I interleaved", "the beta for budget models, unless refused", "",
     [] {
         return has(reasoned(opus_4_5, {.level = reasoning_level::low}), "interleaved-thinking-2025-05-14") &&
                !has(reasoned(opus_4_5, {.level = reasoning_level::low, .interleaved = false}), "interleaved") &&
                !has(reasoned(opus_4_6, {.level = reasoning_level::low}), "interleaved");
     }},
    {"I adaptive", "thinking adaptive with an effort; low at least where a model always thinks", "",
     [] {
         return has(reasoned(opus_4_6, {.level = reasoning_level::xhigh}), R"("output_config":{"effort":"max"})") &&
                has(reasoned("anthropic.claude-opus-4-7", {.level = reasoning_level::xhigh}), R"("effort":"xhigh")") &&
                has(reasoned(sonnet_5, {}), R"("effort":"low")") &&
                find_traits("anthropic.claude-fable-5").default_level == reasoning_level::medium;
     }},
    {"I display", "summarized by default, nothing for GovCloud", "",
     [] {
         return has(reasoned(opus_4_6, {.level = reasoning_level::low}), R"("display":"summarized")") &&
                !has(reasoned(opus_4_6, {.level = reasoning_level::low, .region = "us-gov-east-1"}), "display");
     }},
    {"I tool choice", "a forced tool becomes auto where the model thinks", "pi-ai sends it and is refused",
     [] {
         auto request = request_for(opus_4_6);
         request.tools.choice = any_tool_choice{};
         request.additional_model_request_fields = R"({"thinking":{"type":"adaptive"}})";
         return fit_to_model(request, find_traits(opus_4_6)).tool_choice &&
                request.tools.choice.holds<auto_tool_choice>();
     }},
    {"I replay", "signatures for Claude only: normalize for what is unsigned, drop_signatures for other models", "",
     [] {
         std::vector<message> messages{
             assistant(reasoning_content_block(reasoning_text_block{.text = "t", .signature = "s"}))};
         return drop_signatures(messages) == 1 && !has(*json::write(messages), "signature") &&
                !find_traits("deepseek.r1-v1:0").signs_reasoning;
     }},
    {"I model matching", "id, ARN or name, in lower case, with - for white space, _ . and :", "",
     [] { return mentions_family("My Claude_Opus 4.6", "claude-opus-4-6"); }},
    {"J retention", "none, short or long; short for Claude, none for Nova unless asked",
     "pi-ai and OpenClaw read an environment variable: that is the caller's",
     [] {
         auto request = request_for("amazon.nova-lite-v1:0");
         return place_cache_points(request, find_traits(request.model_id)) == 0 &&
                place_cache_points(request, find_traits(request.model_id),
                                   {.retention = parse_cache_retention("long")}) == 2;
     }},
    {"J placement", "behind the system prompt and a last message of the user's; before what changes", "",
     [] {
         auto request = request_for(opus_4_6);
         request.messages.back() = user({"a", "context"});
         place_cache_points(request, find_traits(opus_4_6), {.changing_message_blocks = 1});
         return request.messages.back().content[1].holds<cache_point_block>() &&
                request.system.back().holds<cache_point_block>();
     }},
    {"J eligible", "Claude 3.5 Haiku, 3.7 Sonnet, 4 and later; five Nova models; others by force", "",
     [] {
         auto const caching = [](char const* id) { return find_traits(id).caching; };
         return caching("anthropic.claude-3-5-haiku-20241022-v1:0") == caching_style::claude &&
                caching("anthropic.claude-3-7-sonnet-20250219-v1:0") == caching_style::claude &&
                caching("anthropic.claude-haiku-4-5-20251001-v1:0") == caching_style::claude &&
                caching("anthropic.claude-fable-5") == caching_style::claude &&
                caching("anthropic.claude-3-5-sonnet-20240620-v1:0") == caching_style::none &&
                caching("us.amazon.nova-premier-v1:0") == caching_style::nova &&
                caching("amazon.titan-text-lite-v1") == caching_style::none;
     }},
    {"J ttl", "an hour for Claude only", "",
     [] {
         auto request = request_for(opus_4_6);
         auto other = request_for("amazon.nova-lite-v1:0");
         for (auto* const one : {&request, &other})
             place_cache_points(*one, find_traits(one->model_id), {.retention = cache_retention::lasting});
         return has(*json::write(request), R"("ttl":"1h")") && !has(*json::write(other), "ttl");
     }},
    {"J tool order", "sorted by name when asked", "pi-ai: as given; OpenClaw: always",
     [] {
         tool_config tools{.tools = {tool_specification{.name = "b"}, tool_specification{.name = "a"}}};
         sort_tools(tools);
         return tools.tools[0].get_if<tool_specification>()->name == "a";
     }},
    {"K toolChoice none", "leave the tools out; normalize flattens what the history has of them", "",
     [] {
         auto request = request_for(opus_4_6);
         request.tools = {.tools = {tool_specification{.name = "f", .input_schema = "{}"}}};
         request.tools = {};
         return !has(*json::write(request), "toolConfig");
     }},
    {"K tool id", "characters that Converse refuses become _, by normalize", "",
     [] {
         auto request = request_for(opus_4_6);
         request.messages.push_back(assistant(tool_use_block{.tool_use_id = "a b", .name = "f"}));
         request.messages.push_back(user(tool_result_block{.tool_use_id = "a b", .content = {"r"}}));
         normalize(request);
         return has(*json::write(request.messages), R"("toolUseId":"a_b")");
     }},
    {"K service tier", "left out, and said so, where the model takes the default only", "OpenClaw warns and ignores",
     [] {
         auto request = request_for(sonnet_5);
         request.service_tier.type = service_tier_type::priority;
         return fit_to_model(request, find_traits(sonnet_5)).service_tier && !request.service_tier.type.is_set();
     }},
};

}  // namespace

TEST_CASE("agent rows: what others do around a model, and what is done here", "[agent]") {
    std::set<std::string_view> seen;
    for (auto const& one : rows) {
        INFO(one.id << ": " << one.here << (*one.differs ? "; differs: " : "") << one.differs);
        CHECK(seen.insert(one.id).second);
        CHECK(one.holds());
    }
}
