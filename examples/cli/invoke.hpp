// Owns `bedrock invoke`: a body of the model's own goes out as it is, and the answer comes back as it is.
// Never adds a byte to either, and never takes a stream that was cut short for a whole one.
#pragma once

#include "sdk.hpp"

#include "arguments.hpp"
#include "call.hpp"
#include "configuration.hpp"
#include "interrupt.hpp"
#include "io.hpp"
#include "report.hpp"

#include <string>
#include <utility>

namespace cli {

int run_invoke(arguments const& given);

inline constexpr option invoke_options[] = {
    {"--model", "ID", "model id, inference profile or ARN (required)"},
    {"--stream", "", "InvokeModelWithResponseStream: each chunk's bytes as they arrive"},
    {"--content-type", "T", "media type of the body (application/json)"},
    {"--accept", "T", "media type of the answer"},
};

inline constexpr command invoke_command{
    .name = "invoke",
    .synopsis = "--model ID [OPTION]... [FILE | -]",
    .summary = "Sends a model a body in its own format and prints the answer, both byte for byte.",
    .details =
        "The body is read from standard input where FILE is \"-\" or not given. Ctrl-C cancels the request\n"
        "(exit status 130). The exit status is 0 only for an answer that is complete.\n",
    .options = invoke_options,
    .run = run_invoke,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bedrock::result<bedrock::invoke_stream_response> invoke_streaming(bedrock::client& client,
                                                                         bedrock::invoke_model_request const& request,
                                                                         bedrock::cancellation const& cancel,
                                                                         output& out) {
    auto chunks = client.open_invoke_stream(request, {.cancel = cancel});
    while (auto const* const chunk = chunks.next()) {
        out.write(chunk->text());
        out.flush();
        if (!out.ok()) chunks.cancel();
    }
    return std::move(chunks).finish();
}

/// What both forms of the call end in.
template <class Response>
int finish_invoke(bedrock::result<Response> const& answer, output& out) {
    if (answer) return finish(out);
    out.finish();
    return report(out.ok() ? answer.error() : out.failure());
}

}  // namespace detail

inline int run_invoke(arguments const& given) {
    bedrock::invoke_model_request request{.model_id = given.value("--model"), .accept = given.value("--accept")};
    if (detail::is_blank(request.model_id)) return report_usage(detail::no_model(), invoke_command.name);
    if (given.has("--content-type")) request.content_type = given.value("--content-type");
    auto settings = configured::load(given);
    if (!settings) return report(settings.error());
    catch_interrupts();
    auto body = read_text_file(given.file());
    if (!body) return report(body.error());
    request.body = std::move(*body);

    request_log const requests(given.has("--verbose"));
    bedrock::client client(requests.watched(settings->client_options(given)));
    bedrock::cancellation const cancel;
    interrupt_watch const cancels_on_interrupt(cancel);
    output out;
    int status = exit_success;
    if (given.has("--stream")) {
        auto const answer = detail::invoke_streaming(client, request, cancel, out);
        status = detail::finish_invoke(answer, out);
    } else {
        auto const answer = client.invoke_model(request, {.cancel = cancel});
        if (answer) out.write(answer->body);
        status = detail::finish_invoke(answer, out);
    }
    settings->print_warnings();
    requests.print();
    return status;
}

}  // namespace cli
