// Owns `bedrock converse`: a prompt and its files become a request, its answer text, events or one JSON object.
// Never takes an answer that was cut short for a whole one.
#pragma once

#include "sdk.hpp"

#include "answer.hpp"
#include "arguments.hpp"
#include "attachments.hpp"
#include "call.hpp"
#include "configuration.hpp"
#include "interrupt.hpp"
#include "io.hpp"
#include "report.hpp"
#include "request_file.hpp"
#include "terminal.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

int run_converse(arguments const& given);

inline constexpr option converse_options[] = {
    {"--model", "ID", "model id, profile or ARN; else --request's modelId, else the configured primary model"},
    {"--system", "TEXT", "system prompt"},
    {"--max-tokens", "N", "longest answer; also reserves that much of the token quota"},
    {"--temperature", "X", "0 to 1"},
    {"--top-p", "X", "0 to 1"},
    {"--stop", "S", "text that ends the answer; may be repeated"},
    {"--image", "FILE", "PNG, JPEG, GIF or WebP; may be repeated"},
    {"--document", "FILE", "pdf csv doc docx xls xlsx html txt md; may be repeated"},
    {"--reasoning", "LEVEL", "off, minimal, low, medium, high, xhigh, max or adaptive: how much to think first"},
    {"--guardrail", "ID:VERSION", "guardrail to apply; VERSION is a number or DRAFT"},
    {"--service-tier", "T", "priority, default, flex or reserved"},
    {"--request", "FILE", "a whole Converse request body as JSON instead of all the above but --model"},
    {"--no-stream", "", "Converse instead of ConverseStream: the whole answer at once"},
    {"--events", "", "a JSON object a line for each event instead of the text"},
    {"--json", "",
     "the answer as one Converse response object; status 1 if a tool input is not JSON"},
};

inline constexpr command converse_command{
    .name = "converse",
    .synopsis = "[--model ID] [OPTION]... [PROMPT | -]",
    .summary = "Asks a model and prints its answer while it is being written.",
    .details =
        "The prompt is read from standard input where it is \"-\" or not given. Ctrl-C cancels the request\n"
        "(exit status 130). The exit status is 0 only for an answer that is complete.\n"
        "What options and body leave open, the configuration may say: maxTokens and input of the model, temperature,\n"
        "service tier, guardrail. On a terminal, usage stands on standard error, with the cost where it is "
        "configured.\n",
    .options = converse_options,
    .max_operands = 1,
    .run = run_converse,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

enum class answer_form { text, events, json };

struct converse_plan {
    bedrock::converse_request request{};
    std::string prompt{};
    std::string prompt_file{};  // instead of `prompt`, where not empty
    std::string request_file{};
    std::vector<std::string> images{};
    std::vector<std::string> documents{};
    bedrock::reasoning_level reasoning = bedrock::reasoning_level::off;
    answer_form form = answer_form::text;
    bool stream = true;
    bool verbose = false;
};

inline bedrock::result<float> parse_fraction(std::string text, std::string_view option) {
    auto const shown = quoted(text);
    if (text.starts_with('.')) text.insert(0, 1, '0');
    double value = 0;
    bedrock::json::reader reader(text);
    bool const is_number = reader.read_double(value) && reader.finish();
    bool const fits = std::abs(value) <= double{(std::numeric_limits<float>::max)()};
    if (is_number && fits) return static_cast<float>(value);
    return bad_usage(std::string(option) + " takes a number such as 0.5, not " + shown);
}

/// The members of the request that options set.
inline bedrock::result<void> set_members(bedrock::converse_request& request, arguments const& given) {
    if (given.has("--system")) request.system = {given.value("--system")};
    if (given.has("--max-tokens")) {
        auto const count = parse_count(given.value("--max-tokens"), "--max-tokens");
        if (!count) return bedrock::unexpected{count.error()};
        request.inference.max_tokens = *count;
    }
    for (auto const& [name, member] :
         {std::pair{"--temperature", &request.inference.temperature}, std::pair{"--top-p", &request.inference.top_p}}) {
        if (!given.has(name)) continue;
        auto const value = parse_fraction(given.value(name), name);
        if (!value) return bedrock::unexpected{value.error()};
        *member = *value;
    }
    request.inference.stop_sequences = given.values("--stop");
    if (given.has("--guardrail")) {
        auto guardrail = parse_guardrail(given.value("--guardrail"));
        if (!guardrail) return bedrock::unexpected{guardrail.error()};
        request.guardrail = std::move(*guardrail);
    }
    if (given.has("--service-tier")) {
        auto const tier = given.value("--service-tier");
        if (is_blank(tier)) return bad_usage("--service-tier takes a name such as flex, not " + quoted(tier));
        request.service_tier.type = bedrock::json::open_enum<bedrock::service_tier_type>(std::string_view(tier));
    }
    return {};
}

inline bedrock::result<void> check_combinations(arguments const& given) {
    if (given.has("--model") && is_blank(given.value("--model"))) return bedrock::unexpected{no_model()};
    if (given.has("--events") && given.has("--json")) return bad_usage("--events and --json exclude each other");
    if (given.has("--events") && given.has("--no-stream"))
        return bad_usage("--events needs a stream: leave --no-stream out");
    if (!given.has("--request")) return {};
    for (std::string_view const member : {"--system", "--max-tokens", "--temperature", "--top-p", "--stop", "--image",
                                          "--document", "--reasoning", "--guardrail", "--service-tier"})
        if (given.has(member))
            return bad_usage("--request has the whole body: put into the file what " + std::string(member) + " says");
    if (!given.operands().empty()) return bad_usage("--request has the whole body: leave the prompt out");
    return {};
}

inline bedrock::result<converse_plan> plan_converse(arguments const& given) {
    if (auto checked = check_combinations(given); !checked) return bedrock::unexpected{checked.error()};
    converse_plan plan;
    if (auto set = set_members(plan.request, given); !set) return bedrock::unexpected{set.error()};
    plan.request.model_id = given.value("--model");
    if (given.has("--reasoning")) {
        auto const level = bedrock::parse_reasoning_level(given.value("--reasoning"));
        if (!level)
            return bad_usage("--reasoning takes off, minimal, low, medium, high, xhigh, max or adaptive, not " +
                             quoted(given.value("--reasoning")));
        plan.reasoning = *level;
    }
    plan.request_file = given.value("--request");
    plan.images = given.values("--image");
    plan.documents = given.values("--document");
    plan.stream = !given.has("--no-stream");
    plan.verbose = given.has("--verbose");
    if (given.has("--events")) plan.form = answer_form::events;
    if (given.has("--json")) plan.form = answer_form::json;
    if (given.has("--request")) {
        if (plan.request_file.empty()) return bad_usage("--request needs the name of a file");
        return plan;
    }
    if (given.file() == "-")
        plan.prompt_file = "-";
    else
        plan.prompt = given.file();
    bool const needs_text = plan.images.empty() || !plan.documents.empty();
    if (plan.prompt_file.empty() && is_blank(plan.prompt) && needs_text)
        return bad_usage(plan.documents.empty() ? "the prompt is empty"
                                                : "a document needs a prompt beside it, and this one is empty");
    return plan;
}

inline bedrock::result<void> load_body(converse_plan& plan) {
    auto body = load_request<bedrock::converse_request>(plan.request_file, "Converse");
    if (!body) return bedrock::unexpected{body.error()};
    auto named = take_text(body->unknown, "modelId");
    body->model_id = plan.request.model_id.empty() ? std::move(named) : std::move(plan.request.model_id);
    plan.request = std::move(*body);
    return {};
}

#if defined(_WIN32)
inline constexpr std::string_view end_of_input_advice = "Type the prompt, then Ctrl-Z and Enter.\n";
#else
inline constexpr std::string_view end_of_input_advice = "Type the prompt, then Ctrl-D.\n";
#endif

inline bedrock::result<void> load_prompt(converse_plan& plan) {
    if (plan.prompt_file.empty()) return {};
    if (is_terminal(0)) print_error(end_of_input_advice);
    auto text = read_text_file(plan.prompt_file);
    if (!text) return bedrock::unexpected{text.error()};
    plan.prompt = std::move(*text);
    if (plan.prompt.ends_with('\n')) plan.prompt.pop_back();
    if (plan.prompt.ends_with('\r')) plan.prompt.pop_back();
    if (is_blank(plan.prompt) && (plan.images.empty() || !plan.documents.empty()))
        return bedrock::fail(bedrock::errc::invalid_input, "the prompt on standard input is empty");
    return {};
}

/// Makes the request's message of what the plan names.
inline bedrock::result<void> load_message(converse_plan& plan) {
    std::vector<bedrock::content_block> content;
    std::vector<std::string> names;
    for (auto const& path : plan.documents) {
        auto document = load_document(path, names);
        if (!document) return bedrock::unexpected{document.error()};
        names.push_back(document->name);
        content.emplace_back(std::move(*document));
    }
    for (auto const& path : plan.images) {
        auto image = load_image(path);
        if (!image) return bedrock::unexpected{image.error()};
        content.emplace_back(std::move(*image));
    }
    if (auto loaded = load_prompt(plan); !loaded) return loaded;
    if (!is_blank(plan.prompt)) content.emplace_back(std::move(plan.prompt));
    plan.request.messages = {bedrock::user(std::move(content))};
    return {};
}

/// Asks the model to think, and takes out what it then refuses.
inline bedrock::result<void> ask_for_reasoning(converse_plan& plan, configured& settings,
                                               bedrock::model_traits const& traits) {
    auto const* const model = settings->find_model(plan.request.model_id);
    if (plan.reasoning == bedrock::reasoning_level::off && !traits.always_thinks) return {};
    if (model && model->reasoning == false) {
        settings.warn("--reasoning is not sent: the configuration says that the model has none (reasoning: false)");
        return {};
    }
    if (traits.thinking == bedrock::thinking_style::none) {
        settings.warn("--reasoning is not sent: it is not known how " + quoted(plan.request.model_id) +
                      " is asked to think");
        return {};
    }
    auto const applied = bedrock::apply_reasoning(
        plan.request, traits, {.level = plan.reasoning, .model_max_tokens = model ? model->max_tokens : 0});
    if (!applied) return bedrock::unexpected{applied.error()};
    auto const fitted = bedrock::fit_to_model(plan.request, traits);
    if (fitted.temperature || fitted.top_p)
        settings.warn("temperature and top-p are not sent: a model that thinks refuses them");
    if (fitted.service_tier) settings.warn("the service tier is not sent: the model refuses it");
    return {};
}

/// Completes the request by what the configuration says of its model.
inline bedrock::result<void> apply_configuration(converse_plan& plan, configured& settings, bool wants_reasoning) {
    auto& request = plan.request;
    auto const* const model = settings->find_model(request.model_id);
    settings->complete(request);
    if (model && !model->takes_images() && bedrock::omit_images(request.messages) != 0)
        settings.warn(
            "the image is not sent: the configuration says that the model takes none (input); a text says so");
    auto const traits = model && !model->canonical_model_id.empty()
                            ? bedrock::find_traits(model->canonical_model_id)
                            : bedrock::find_traits(request.model_id, model ? model->name : std::string());
    if (wants_reasoning)
        if (auto asked = ask_for_reasoning(plan, settings, traits); !asked) return asked;
    auto const retention = bedrock::parse_cache_retention(settings->find_parameters(request.model_id).cache_retention);
    if (retention) bedrock::place_cache_points(request, traits, {.retention = retention});
    return {};
}

inline void write_event(output& out, bedrock::stream_event const& event) {
    std::string line;
    bedrock::json::writer writer(line);
    writer.begin_object();
    writer.key("event");
    writer.string(event.type());
    writer.key("data");
    if (bedrock::json::valid(event.payload())) {
        std::string data(event.payload());
        for (auto& c : data)
            if (c == '\n' || c == '\r') c = ' ';  // between tokens: inside a string they are escaped
        writer.raw(data);
    } else {
        writer.string(event.payload());  // of an event that nobody knows
    }
    writer.end_object();
    out.write(line += '\n');
}

inline bedrock::result<bedrock::converse_response> converse_streaming(bedrock::client& client,
                                                                      converse_plan const& plan,
                                                                      bedrock::cancellation const& cancel, output& out,
                                                                      answer_display& display) {
    auto events = client.open_stream(plan.request, {.cancel = cancel});
    while (auto const* const event = events.next()) {
        if (plan.form == answer_form::json) continue;
        if (plan.form == answer_form::events) {
            write_event(out, *event);
        } else {
            display.reasoning(event->reasoning_text());
            display.text(event->text());
        }
        out.flush();
        if (!out.ok()) events.cancel();
    }
    return std::move(events).finish();
}

inline bedrock::result<bedrock::converse_response> converse_whole(bedrock::client& client, converse_plan const& plan,
                                                                  bedrock::cancellation const& cancel,
                                                                  answer_display& display) {
    auto answer = client.converse(plan.request, {.cancel = cancel});
    if (!answer || plan.form != answer_form::text) return answer;
    for (auto const& block : answer->message.content) {
        auto const* const thought = block.get_if<bedrock::reasoning_content_block>();
        auto const* const words = thought ? thought->get_if<bedrock::reasoning_text_block>() : nullptr;
        if (words) display.reasoning(words->text);
    }
    display.text(answer->text());
    return answer;
}

/// Prices of nothing, as samples have them, are not known ones.
inline bool is_priced(bedrock::token_prices const& prices) {
    return prices.input > 0 || prices.output > 0 || prices.cache_read > 0 || prices.cache_write > 0;
}

inline std::string describe_cost(bedrock::converse_response const& answer, bedrock::token_prices const& prices) {
    char text[64];
    auto const cost = bedrock::compute_cost(bedrock::count_usage(answer.usage), prices);
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, ", $%.6f", cost.total))};
}

inline void print_usage(bedrock::converse_response const& answer, bedrock::configured_model const* model) {
    auto const& usage = answer.usage;
    std::string line = std::to_string(usage.input_tokens) + " tokens in";
    if (usage.cache_read_input_tokens) line += " + " + std::to_string(*usage.cache_read_input_tokens) + " from cache";
    if (usage.cache_write_input_tokens) line += " + " + std::to_string(*usage.cache_write_input_tokens) + " to cache";
    line += ", " + std::to_string(usage.output_tokens) + " out, " + std::string(answer.stop_reason.text());
    if (model && model->cost && is_priced(*model->cost)) line += describe_cost(answer, *model->cost);
    line += '\n';
    print_error(line);
}

/// Ends the output of a complete answer.
inline int finish_answer(converse_plan const& plan, bedrock::configuration const& settings,
                         bedrock::converse_response const& answer, output& out, answer_display& display) {
    if (plan.form == answer_form::json) {
        auto const text = write_answer(answer);
        if (!text) return report(text.error());
        out.write(*text);
        out.write("\n");
    } else if (plan.form == answer_form::text) {
        display.end();
    }
    auto const status = finish(out);
    if (status != exit_success) return status;
    if (plan.form != answer_form::text)
        if (auto text = describe_bad_inputs(answer); !text.empty())
            return report(bedrock::make_error(bedrock::errc::protocol, std::move(text)));
    if (display.on_terminal()) print_usage(answer, settings.find_model(plan.request.model_id));
    return status;
}

}  // namespace detail

inline int run_converse(arguments const& given) {
    auto plan = detail::plan_converse(given);
    if (!plan) return report_usage(plan.error(), converse_command.name);
    auto settings = configured::load(given);
    if (!settings) return report(settings.error());
    catch_interrupts();
    bool const has_body = !plan->request_file.empty();
    auto loaded = has_body ? detail::load_body(*plan) : bedrock::result<void>();
    if (!loaded) return report(loaded.error());
    if (plan->request.model_id.empty()) plan->request.model_id = (*settings)->primary_model;
    if (plan->request.model_id.empty()) return report_usage(detail::no_primary_model(), converse_command.name);
    if (!has_body) loaded = detail::load_message(*plan);
    if (loaded) loaded = detail::apply_configuration(*plan, *settings, given.has("--reasoning"));
    if (!loaded) return report(loaded.error());

    request_log const requests(plan->verbose);
    bedrock::client client(requests.watched(settings->client_options(given)));
    bedrock::cancellation const cancel;
    interrupt_watch const cancels_on_interrupt(cancel);
    output out;
    answer_display display(out);
    auto const answer = plan->stream ? detail::converse_streaming(client, *plan, cancel, out, display)
                                     : detail::converse_whole(client, *plan, cancel, display);
    int status = exit_success;
    if (answer) {
        status = detail::finish_answer(*plan, **settings, *answer, out, display);
    } else {
        display.abandon();
        out.finish();
        status = report(out.ok() ? answer.error() : out.failure());
    }
    settings->print_warnings();
    if (answer && plan->verbose) print_notes(answer->notes);
    requests.print();
    return status;
}

}  // namespace cli
