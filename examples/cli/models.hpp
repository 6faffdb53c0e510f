// Owns `bedrock models`: what can be invoked here, as a table or as JSON.
// Never hides that a part of the list is missing: standard error says which, and why.
#pragma once

#include "sdk.hpp"

#include "arguments.hpp"
#include "call.hpp"
#include "configuration.hpp"
#include "interrupt.hpp"
#include "io.hpp"
#include "report.hpp"
#include "terminal.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

int run_models(arguments const& given);

inline constexpr option models_options[] = {
    {"--provider", "NAME", "only this provider's, by name or by its first word; may be given more than once"},
    {"--json", "", "a JSON array instead of a table"},
    {"--all", "", "also what is not active, does not stream or gives no text"},
    {"--refresh-seconds", "N",
     "how long a list is good for (3600); the tool asks once, so that it changes nothing here"},
    {"--default-context", "N", "context window in tokens where none is known (32000)"},
    {"--default-max-tokens", "N", "tokens of an answer where no limit is known (4096)"},
};

inline constexpr command models_command{
    .name = "models",
    .synopsis = "[--provider NAME]... [--json] [--all]",
    .summary = "Lists the models that stream text, and the inference profiles. Prints a table, or JSON.",
    .details =
        "Needs the permissions bedrock:ListFoundationModels and bedrock:ListInferenceProfiles; with one of them half "
        "of\n"
        "the list is printed, and standard error says what is missing. Limits are what is known: no API tells them.\n"
        "Models that the configuration lists are shown instead of the discovered ones, with --all beside them; its\n"
        "settings for discovery apply where no option says otherwise.\n",
    .options = models_options,
    .max_operands = 0,
    .run = run_models,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The options of the command line before the configuration's settings.
inline bedrock::result<bedrock::catalogue_options> plan_models(arguments const& given,
                                                               bedrock::configuration const& settings) {
    bedrock::catalogue_options options;
    options.call.region = given.value("--region");
    auto plan = bedrock::make_catalogue_options(settings, std::move(options));
    if (given.has("--provider")) plan.rules.providers = given.values("--provider");
    for (auto const& provider : plan.rules.providers)
        if (is_blank(provider)) return bad_usage("--provider needs a name");
    plan.rules.all = given.has("--all");
    for (auto const& [option, into] : {std::pair{"--default-context", &plan.rules.default_context_window},
                                       std::pair{"--default-max-tokens", &plan.rules.default_max_tokens}}) {
        if (!given.has(option)) continue;
        auto const count = parse_count(given.value(option), option);
        if (!count) return bedrock::unexpected{count.error()};
        *into = *count;
    }
    if (given.has("--refresh-seconds") && given.value("--refresh-seconds") != "0") {
        auto const seconds = parse_count(given.value("--refresh-seconds"), "--refresh-seconds");
        if (!seconds)
            return bad_usage("--refresh-seconds takes a whole number, 0 for none, not " +
                             quoted(given.value("--refresh-seconds")));
        plan.refresh_seconds = *seconds;
    } else if (given.has("--refresh-seconds")) {
        plan.refresh_seconds = 0;
    }
    return plan;
}

/// Adds what --all shows beside the models that the configuration lists.
inline void add_unlisted(std::vector<bedrock::available_model>& list,
                         std::vector<bedrock::available_model> const& discovered) {
    auto const listed = list.size();
    for (auto const& one : discovered) {
        auto const same = [&](auto const& other) { return bedrock::ascii::equal_ignoring_case(one.id, other.id); };
        auto const end = list.begin() + static_cast<std::ptrdiff_t>(listed);
        if (std::find_if(list.begin(), end, same) == end) list.push_back(one);
    }
}

/// What is offered. Discovery may be off, and may fail where the configuration lists models itself.
inline bedrock::result<std::vector<bedrock::available_model>> find_models(arguments const& given, configured& settings,
                                                                          bedrock::catalogue_options plan,
                                                                          bedrock::cancellation const& cancel,
                                                                          request_log const& requests) {
    auto const rules = plan.rules;
    if (!settings->discovery.is_on()) {
        settings.warn("discovery is off in the configuration (enabled: false): only models that it lists are shown");
        return settings->merge({}, rules);
    }
    bedrock::catalogue models(bedrock::client(requests.watched(settings.client_options(given))), std::move(plan));
    auto const list = models.list(cancel);
    if (!list) {
        if (settings->models.empty() || list.error().code == bedrock::errc::cancelled)
            return bedrock::unexpected{list.error()};
        settings.warn("only what the configuration says, discovery failed: " + list.error().message);
        return settings->merge({}, rules);
    }
    for (auto const& note : list->notes()) settings.warn(note);
    auto merged = settings->merge(list->models, rules);
    if (given.has("--all")) add_unlisted(merged, list->models);
    return merged;
}

inline std::vector<std::string> input_names(bedrock::available_model const& model) {
    std::vector<std::string> names;
    for (auto const& one : model.input) {
        auto& name = names.emplace_back(one.text());
        for (char& c : name) c = bedrock::ascii::to_lower(c);
    }
    return names;
}

inline std::string make_models_json(std::vector<bedrock::available_model> const& models) {
    std::string text;
    bedrock::json::writer writer(text);
    auto const member = [&](std::string_view key, std::string_view value) {
        writer.key(key);
        writer.string(value);
    };
    writer.begin_array();
    for (auto const& model : models) {
        bool const is_profile = model.kind == bedrock::model_kind::inference_profile;
        writer.begin_object();
        member("id", model.id);
        member("name", model.name);
        member("provider", model.provider);
        member("kind", is_profile ? "inference-profile" : "foundation-model");
        writer.key("input");
        writer.begin_array();
        for (auto const& name : input_names(model)) writer.string(name);
        writer.end_array();
        writer.key("reasoning");
        writer.boolean(model.reasoning);
        writer.key("context_window");
        writer.number(model.context_window);
        writer.key("max_tokens");
        writer.number(model.max_tokens);
        if (!model.base_model.empty()) member("base_model", model.base_model);
        writer.end_object();
    }
    writer.end_array();
    return text += '\n';
}

/// Characters, as far as a terminal gives each the same width.
inline std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

inline std::string make_models_table(std::vector<bedrock::available_model> const& models) {
    using row = std::array<std::string, 7>;
    std::vector<row> rows{{"ID", "NAME", "PROVIDER", "INPUT", "REASONING", "CONTEXT", "MAX TOKENS"}};
    for (auto const& model : models) {
        std::string input;
        for (auto const& name : input_names(model)) input += (input.empty() ? "" : ",") + name;
        rows.push_back({model.id, model.name, model.provider, input, model.reasoning ? "yes" : "no",
                        std::to_string(model.context_window), std::to_string(model.max_tokens)});
    }
    std::array<std::size_t, 7> widths{};
    for (auto& cells : rows)
        for (std::size_t i = 0; i != cells.size(); ++i) {
            std::string clean;
            bedrock::append_clean_line(clean, cells[i], 200);
            cells[i] = std::move(clean);
            widths[i] = (std::max)(widths[i], width_of(cells[i]));
        }
    std::string text;
    for (auto const& cells : rows) {
        std::string line;
        for (std::size_t i = 0; i != cells.size(); ++i) {
            auto const padding = std::string(widths[i] - width_of(cells[i]), ' ');
            bool const is_number = i >= 5;
            line.append(i == 0 ? "" : "  ").append(is_number ? padding + cells[i] : cells[i] + padding);
        }
        text += line + '\n';
    }
    return text;
}

}  // namespace detail

inline int run_models(arguments const& given) {
    auto settings = configured::load(given);
    if (!settings) return report(settings.error());
    auto plan = detail::plan_models(given, **settings);
    if (!plan) return report_usage(plan.error(), models_command.name);
    catch_interrupts();
    bedrock::cancellation const cancel;
    interrupt_watch const cancels_on_interrupt(cancel);
    request_log const requests(given.has("--verbose"));
    auto const list = detail::find_models(given, *settings, std::move(*plan), cancel, requests);
    int status = exit_success;
    if (list) {
        if (list->empty())
            settings->warn("no model passes: drop --provider, or list what is inactive or does not stream with --all");
        output out;
        out.write(given.has("--json") ? detail::make_models_json(*list) : detail::make_models_table(*list));
        status = finish(out);
    } else {
        status = report(list.error());
    }
    settings->print_warnings();
    requests.print();
    return status;
}

}  // namespace cli
