// Owns `bedrock whoami`: which credentials, region and endpoint a call would use, and why.
// Never sends a request to Bedrock, and never prints a secret.
#pragma once

#include <bedrock/bedrock.hpp>

#include "arguments.hpp"
#include "configuration.hpp"
#include "io.hpp"
#include "report.hpp"

#include <string>
#include <string_view>

namespace cli {

int run_whoami(arguments const& given);

inline constexpr option whoami_options[] = {
    {"--json", "", "one JSON object"},
    {"--explain", "", "also every credential source that was asked, its outcome and the milliseconds"},
};

inline constexpr command whoami_command{
    .name = "whoami",
    .synopsis = "[--json] [--explain]",
    .summary = "Says which credentials, region and endpoint would be used and why. No request is sent to Bedrock.",
    .details = "The exit status is 1 where there are no usable credentials.\n",
    .options = whoami_options,
    .max_operands = 0,
    .run = run_whoami,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::string_view outcome_name(bedrock::provider_outcome outcome) {
    switch (outcome) {
        case bedrock::provider_outcome::found:
            return "found";
        case bedrock::provider_outcome::not_here:
            return "not here";
        case bedrock::provider_outcome::broken:
            return "broken";
    }
    return "unknown";
}

inline std::string make_whoami_json(bedrock::explanation const& why, bool with_providers) {
    std::string text;
    bedrock::json::writer writer(text);
    auto const text_or_null = [&](std::string_view key, std::string_view value) {
        writer.key(key);
        if (value.empty())
            writer.null();
        else
            writer.string(value);
    };
    writer.begin_object();
    text_or_null("source", why.source);
    text_or_null("region", why.region.value);
    text_or_null("region_source", why.region.source);
    text_or_null("endpoint", why.endpoint.value);
    text_or_null("access_key_id", why.access_key_id);
    if (why.expires_at_ms)
        text_or_null("expires_at", bedrock::format_iso8601(bedrock::from_unix_milliseconds(*why.expires_at_ms)));
    if (!why.account_id.empty()) text_or_null("account_id", why.account_id);
    if (with_providers) {
        writer.key("providers");
        writer.begin_array();
        for (auto const& attempt : why.attempts) {
            writer.begin_object();
            text_or_null("name", attempt.name);
            text_or_null("outcome", outcome_name(attempt.outcome));
            writer.key("milliseconds");
            writer.number(attempt.milliseconds);
            if (!attempt.detail.empty()) text_or_null("detail", attempt.detail);
            writer.end_object();
        }
        writer.end_array();
        writer.key("notes");
        writer.begin_array();
        for (auto const& note : why.notes) writer.string(note);
        writer.end_array();
    }
    writer.end_object();
    return text;
}

}  // namespace detail

inline int run_whoami(arguments const& given) {
    auto const settings = configured::load(given);
    if (!settings) return report(settings.error());
    bedrock::client client(settings->client_options(given));
    auto why = client.explain();
    auto const from_file = [](std::string_view key) { return "configuration: " + std::string(key); };
    if (why.region.source == "client option for the default")
        why.region.source = from_file((*settings)->standard_region.empty() ? "discovery.region" : "baseUrl");
    if (!given.has("--endpoint") && why.endpoint.source == "client option") why.endpoint.source = from_file("baseUrl");
    if (given.has("--region") && why.region.source == "client option") why.region.source = "--region";
    if (given.has("--endpoint") && why.endpoint.source == "client option") why.endpoint.source = "--endpoint";
    auto const problem = why.problem;
    why.problem.reset();

    output out;
    if (given.has("--json")) {
        out.write(detail::make_whoami_json(why, given.has("--explain")));
    } else {
        if (!given.has("--explain")) why.attempts.clear();
        out.write(why.text());
    }
    out.write("\n");
    auto const status = finish(out);
    auto const ends = status == exit_success && problem ? report(*problem) : status;
    settings->print_warnings();
    return ends;
}

}  // namespace cli
