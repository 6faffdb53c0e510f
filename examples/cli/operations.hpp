// Owns `bedrock count-tokens` and `bedrock apply-guardrail`: a request body as JSON in, the response as JSON out.
// Never sends a body that the typed API could not read.
#pragma once

#include "sdk.hpp"

#include "arguments.hpp"
#include "call.hpp"
#include "configuration.hpp"
#include "interrupt.hpp"
#include "io.hpp"
#include "report.hpp"
#include "request_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

int run_count_tokens(arguments const& given);
int run_apply_guardrail(arguments const& given);

inline constexpr option count_tokens_options[] = {
    {"--model", "ID", "model id, inference profile or ARN; else the member \"modelId\" of the body"},
};

inline constexpr command count_tokens_command{
    .name = "count-tokens",
    .synopsis = "--model ID [FILE | -]",
    .summary = "Asks how many input tokens a request would be. Prints {\"inputTokens\":N}.",
    .details =
        "The body of the CountTokens request is read from standard input where FILE is \"-\" or not given:\n"
        "{\"input\":{\"converse\":{\"messages\":[...]}}} or {\"input\":{\"invokeModel\":{\"body\":\"<base64>\"}}}.\n",
    .options = count_tokens_options,
    .run = run_count_tokens,
};

inline constexpr option apply_guardrail_options[] = {
    {"--guardrail", "ID:VERSION", "else the body's guardrailIdentifier and guardrailVersion, else the configured one"},
};

inline constexpr command apply_guardrail_command{
    .name = "apply-guardrail",
    .synopsis = "--guardrail ID:VERSION [FILE | -]",
    .summary = "Asks a guardrail about content, without a model. Prints the response as JSON.",
    .details =
        "The body of the ApplyGuardrail request is read from standard input where FILE is \"-\" or not given:\n"
        "{\"source\":\"INPUT\",\"content\":[{\"text\":{\"text\":\"...\"}}]}.\n",
    .options = apply_guardrail_options,
    .run = run_apply_guardrail,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bedrock::error no_guardrail() {
    return bedrock::make_error(bedrock::errc::invalid_input, "no guardrail: name one with --guardrail ID:VERSION");
}

/// Calls `ask` with a client and options, and prints what is answered.
template <class Ask>
int print_answer(arguments const& given, configured const& settings, Ask ask) {
    request_log const requests(given.has("--verbose"));
    bedrock::client client(requests.watched(settings.client_options(given)));
    bedrock::cancellation const cancel;
    interrupt_watch const cancels_on_interrupt(cancel);
    auto const answer = ask(client, bedrock::call_options{.cancel = cancel});
    int status = exit_success;
    if (auto const text = answer ? bedrock::json::write(*answer) : bedrock::unexpected{answer.error()}) {
        output out;
        out.write(*text + '\n');
        status = finish(out);
    } else {
        status = report(text.error());
    }
    settings.print_warnings();
    if (answer && given.has("--verbose")) print_notes(answer->notes);
    requests.print();
    return status;
}

}  // namespace detail

inline int run_count_tokens(arguments const& given) {
    auto const settings = configured::load(given);
    if (!settings) return report(settings.error());
    catch_interrupts();
    auto request = detail::load_request<bedrock::count_tokens_request>(given.file(), "CountTokens");
    if (!request) return report(request.error());
    request->model_id = detail::take_text(request->unknown, "modelId");
    if (given.has("--model")) request->model_id = given.value("--model");
    if (detail::is_blank(request->model_id)) return report_usage(detail::no_model(), count_tokens_command.name);
    return detail::print_answer(given, *settings, [&](bedrock::client& client, bedrock::call_options const& how) {
        return client.count_tokens(*request, how);
    });
}

inline int run_apply_guardrail(arguments const& given) {
    std::optional<bedrock::guardrail_config> named;
    if (given.has("--guardrail")) {
        auto parsed = detail::parse_guardrail(given.value("--guardrail"));
        if (!parsed) return report_usage(parsed.error(), apply_guardrail_command.name);
        named = std::move(*parsed);
    }
    auto const settings = configured::load(given);
    if (!settings) return report(settings.error());
    catch_interrupts();
    auto request = detail::load_request<bedrock::apply_guardrail_request>(given.file(), "ApplyGuardrail");
    if (!request) return report(request.error());
    request->guardrail_identifier = detail::take_text(request->unknown, "guardrailIdentifier");
    request->guardrail_version = detail::take_text(request->unknown, "guardrailVersion");
    if (named) {
        request->guardrail_identifier = std::move(named->guardrail_identifier);
        request->guardrail_version = std::move(named->guardrail_version);
    }
    if (request->guardrail_identifier.empty()) {
        request->guardrail_identifier = (*settings)->guardrail.guardrail_identifier;
        if (request->guardrail_version.empty()) request->guardrail_version = (*settings)->guardrail.guardrail_version;
    }
    if (request->guardrail_identifier.empty() || request->guardrail_version.empty())
        return report_usage(detail::no_guardrail(), apply_guardrail_command.name);
    return detail::print_answer(given, *settings, [&](bedrock::client& client, bedrock::call_options const& how) {
        return client.apply_guardrail(*request, how);
    });
}

}  // namespace cli
