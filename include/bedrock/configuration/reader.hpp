// SPDX-License-Identifier: MIT
// Owns the reading of a configuration: from the JSON5 that OpenClaw's users have to values, with the place of whatever
// is wrong. Never takes a value of the wrong type for another, and never fails for a key that it does not know.
#ifndef BEDROCK_CONFIGURATION_READER_HPP
#define BEDROCK_CONFIGURATION_READER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/configuration/schema.hpp"
#include "bedrock/configuration/settings.hpp"
#include "bedrock/endpoint.hpp"
#include "bedrock/error.hpp"
#include "bedrock/json/complaint.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json5/document.hpp"
#include "bedrock/json5/edit.hpp"
#include "bedrock/json5/status.hpp"
#include "bedrock/result.hpp"
#include "bedrock/uri.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Reads what the text of a configuration says about Bedrock, and leaves the rest to others. White space and comments
/// alone are an empty configuration.
///
/// Keys: `models.bedrockDiscovery` and `plugins.entries.amazon-bedrock.config` (its `discovery` wins, key by key; its
/// `guardrail`), `models.providers.amazon-bedrock` (also named `bedrock` or `aws-bedrock`),
/// `agents.defaults.model.primary`, `agents.defaults.params` and `agents.defaults.models[...].params`. Of two members
/// of one name the last counts.
/// **Errors:** invalid_input for what is not JSON5, and for values of the wrong type or out of range, all of them at
/// once: the message has the first with its line and column, the hint what to do about it and the others.
result<configuration> parse_configuration(std::string text, std::string_view file_name = "the configuration");

// ---------------------------------------------------------------------------------------------------------------------

namespace configuration_detail {

/// An own host of AWS's runtime. **Wire:** OpenClaw's rule: `bedrock-runtime(-fips)?.REGION.amazonaws.com(.cn)?`.
struct standard_host {
    std::string_view region{};
    bool fips = false;
};
inline std::optional<standard_host> find_standard_host(url const& parts) noexcept {
    auto host = parts.host;
    standard_host found;
    constexpr std::string_view plain = "bedrock-runtime.", fips = "bedrock-runtime-fips.";
    if (host.starts_with(plain))
        host.remove_prefix(plain.size());
    else if ((found.fips = host.starts_with(fips)))
        host.remove_prefix(fips.size());
    else
        return std::nullopt;
    auto const dot = host.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    auto const suffix = host.substr(dot);
    if (suffix != ".amazonaws.com" && suffix != ".amazonaws.com.cn") return std::nullopt;
    bool const is_bare = parts.scheme == "https" && parts.port == 443 && parts.query.empty() &&
                         (parts.path.empty() || parts.path == "/");
    found.region = host.substr(0, dot);
    return is_bare ? std::optional(found) : std::nullopt;
}

/// Whether a model's provider, as people write it, is this one.
inline bool names_bedrock(std::string_view provider) noexcept {
    for (std::string_view const name : {"amazon-bedrock", "bedrock", "aws-bedrock"})
        if (ascii::equal_ignoring_case(provider, name)) return true;
    return false;
}

/// The model id of "amazon-bedrock/ID@auth-profile"; nothing where the provider is another or none.
inline std::optional<std::string> find_model_id(std::string_view reference) {
    reference = ascii::trim(reference);
    auto const slash = reference.find('/');
    if (slash == std::string_view::npos || !names_bedrock(reference.substr(0, slash))) return std::nullopt;
    auto const id = reference.substr(slash + 1);
    return std::string(id.substr(0, id.find('@')));
}

/// What OpenClaw's files have beside what is read here.
inline constexpr std::string_view sections_of_others[] = {
    "acp",     "approvals", "audio", "auth",        "bindings",  "broadcast", "browser",  "canvasHost", "channels",
    "cli",     "commands",  "cron",  "diagnostics", "discovery", "env",       "gateway",  "hooks",      "identity",
    "logging", "mcp",       "media", "memory",      "messages",  "meta",      "nodeHost", "secrets",    "session",
    "skills",  "talk",      "tools", "ui",          "update",    "web",       "wizard",   "$schema"};

inline constexpr std::string_view discovery_keys[] = {"enabled",
                                                      "region",
                                                      "providerFilter",
                                                      "refreshInterval",
                                                      "defaultContextWindow",
                                                      "defaultMaxTokens",
                                                      "includeInferenceProfiles"};

class reading {
  public:
    reading(json5::document const& from, configuration& into) : findings_{&from, &into.notes}, into_(into) {}

    void read(json5::value root) {
        section const top(findings_, root, "");
        if (!root.is_object())
            return top.complain_here("expected an object, found " + std::string(json::kind_name(root.kind())),
                                     "write { models: { ... } }");
        top.expect({"models", "plugins", "agents"}, sections_of_others);
        auto const models = top.object("models");
        models.expect_shared({"bedrockDiscovery", "providers"});
        auto const discovery = models.object("bedrockDiscovery");
        read_discovery(discovery);
        read_provider(models.object("providers"));
        auto const plugins = top.object("plugins");
        plugins.expect_shared({"entries"});
        auto const entry = plugins.object("entries").object("amazon-bedrock");
        entry.expect_shared({"config"});
        read_plugin(entry.object("config"), discovery);
        auto const agents = top.object("agents");
        agents.expect_shared({"defaults"});
        read_agents(agents.object("defaults"));
    }

    findings const& found() const noexcept { return findings_; }

  private:
    void read_discovery(section const& from) {
        from.expect(discovery_keys);
        auto& to = into_.discovery;
        from.read("enabled", to.enabled);
        if (auto region = from.text("region")) {
            if (endpoint::is_valid_region(*region))
                to.region = std::move(*region);
            else
                from.complain("region", quote(*region) + " is not a region", "write one such as us-east-1");
        }
        if (auto const filter = from.list("providerFilter", R"(write a list of names, such as ["anthropic"])")) {
            to.provider_filter.clear();
            for (auto name = filter.first(); name; name = name.next()) {
                std::string text;
                if (name.read(text) == json5::fault::none)
                    to.provider_filter.push_back(std::move(text));
                else
                    from.complain_of_type(name, "providerFilter", "a string",
                                          R"(write names in quotes, such as "anthropic")");
            }
        }
        from.whole("refreshInterval", 0, "write seconds, 0 for no cache", to.refresh_seconds);
        from.whole("defaultContextWindow", 1, "write a number of tokens", to.default_context_window);
        from.whole("defaultMaxTokens", 1, "write a number of tokens", to.default_max_tokens);
        from.read("includeInferenceProfiles", to.include_inference_profiles);
    }

    void read_plugin(section const& from, section const& older) {
        from.expect({"discovery", "guardrail"});
        auto const discovery = from.object("discovery");
        for (auto const key : discovery_keys) {
            auto const newer = discovery.find(key);
            auto const other = older.find(key);
            if (newer && other && other.text() != newer.text())
                older.note(key, "is overridden by " + discovery.path(), "keep one of the two");
        }
        read_discovery(discovery);
        read_guardrail(from.object("guardrail"));
    }

    void read_guardrail(section const& from) {
        if (!from) return;
        from.expect({"guardrailIdentifier", "guardrailVersion", "streamProcessingMode", "trace"});
        auto& to = into_.guardrail;
        for (auto const& [key, member] : {std::pair{"guardrailIdentifier", &to.guardrail_identifier},
                                          std::pair{"guardrailVersion", &to.guardrail_version}}) {
            if (auto text = from.text(key, key == std::string_view("guardrailVersion")
                                               ? "put quotes around the version: \"1\" or \"DRAFT\""
                                               : "write the guardrail's id or ARN"))
                *member = std::move(*text);
            else if (!from.find(key))
                from.complain_here(std::string(key) + " is missing",
                                   "a guardrail needs its identifier and its version");
        }
        from.one_of("streamProcessingMode", {"sync", "async"}, to.stream_processing_mode);
        from.one_of("trace", {"enabled", "disabled", "enabled_full"}, to.trace);
    }

    void read_provider(section const& providers) {
        section from;
        for (std::string_view const name : {"aws-bedrock", "bedrock", "amazon-bedrock"}) {
            auto const next = providers.object(name);
            if (!next) continue;
            if (from) from.note_here("is not read beside " + next.path(), "keep one of the two");
            from = next;
        }
        from.expect({"baseUrl", "api", "auth", "models", "timeoutSeconds", "maxTokens"});
        read_base_url(from);
        std::string only;
        from.one_of("api", {"bedrock-converse-stream"}, only);
        from.one_of("auth", {"aws-sdk"}, only,
                    "credentials come from AWS's chain, tokens from AWS_BEARER_TOKEN_BEDROCK");
        from.whole("timeoutSeconds", 1, "write seconds", into_.timeout_seconds, most_seconds);
        from.whole("maxTokens", 1, "write a number of tokens", into_.max_tokens, most_tokens);
        auto const models = from.list("models", "write a list of objects, such as [{ id: \"...\" }]");
        std::size_t index = 0;
        for (auto model = models.first(); model; model = model.next())
            read_model(from.element("models", index++, model));
    }

    void read_base_url(section const& from) {
        auto const text = from.text("baseUrl");
        if (!text) return;
        url parts;
        if (auto const state = parse_url(*text, parts); !state.ok())
            return from.complain("baseUrl", "not a URL that can be used: " + std::string(describe(state.code)),
                                 "write one such as https://bedrock-runtime.us-east-1.amazonaws.com");
        if (!parts.query.empty())
            return from.complain("baseUrl",
                                 "not a URL that can be used: has a query (?...), which an endpoint cannot have",
                                 "write scheme, host, port and path only");
        auto const standard = find_standard_host(parts);
        if (!standard) {
            into_.base_url = *text;
        } else if (endpoint::is_valid_region(standard->region)) {
            into_.standard_region = standard->region;
            into_.standard_fips = standard->fips;
        } else {
            from.complain("baseUrl", quote(standard->region) + " is not a region", "write one such as us-east-1");
        }
    }

    void read_model(section const& from) {
        if (!from) return;
        from.expect({"id", "name", "reasoning", "input", "cost", "contextWindow", "maxTokens", "params",
                     "thinkingLevelMap", "api", "baseUrl", "headers", "compat"});
        configured_model made;
        if (auto id = from.text("id"))
            made.id = std::move(*id);
        else if (!from.find("id"))
            from.complain_here("id is missing", "write the model id, inference profile or ARN");
        if (auto name = from.text("name")) made.name = std::move(*name);
        from.read("reasoning", made.reasoning);
        if (auto const input = from.list("input", R"(write ["text"] or ["text", "image"])"))
            for (auto one = input.first(); one; one = one.next()) read_input(from, one, made);
        read_cost(from.object("cost"), made);
        from.whole("contextWindow", 1, "write a number of tokens", made.context_window, most_tokens);
        from.whole("maxTokens", 1, "write a number of tokens", made.max_tokens, most_tokens);
        if (auto id = from.object("params").text("canonicalModelId")) made.canonical_model_id = std::move(*id);
        for (std::string_view const unused : {"baseUrl", "headers"})
            if (from.find(unused))
                from.note(unused, "has no effect on a single model",
                          unused == "baseUrl" ? "set models.providers.amazon-bedrock.baseUrl" : "");
        if (!made.id.empty() && !listed_.insert(made.id).second)
            return from.note_here(quote(made.id) + " is listed twice; the first counts", "");
        into_.models.push_back(std::move(made));
    }

    void read_input(section const& from, json5::value one, configured_model& made) {
        std::string text;
        if (one.read(text) != json5::fault::none)
            return from.complain_of_type(one, "input", "a string", R"(write "text" or "image")");
        if (text == "text")
            made.input.emplace_back(model_modality::text);
        else if (text == "image")
            made.input.emplace_back(model_modality::image);
        else
            from.complain_at(one, "input", quote(text) + " is no kind of input", R"(write "text" or "image")");
    }

    void read_cost(section const& from, configured_model& made) {
        if (!from) return;
        from.expect({"input", "output", "cacheRead", "cacheWrite"});
        constexpr auto price = "write US dollars per million tokens, such as 3.5";
        token_prices prices;
        from.number("input", 0, most_dollars, price, prices.input);
        from.number("output", 0, most_dollars, price, prices.output);
        from.number("cacheRead", 0, most_dollars, price, prices.cache_read);
        from.number("cacheWrite", 0, most_dollars, price, prices.cache_write);
        made.cost = prices;
    }

    void read_agents(section const& from) {
        from.expect_shared({"model", "models", "params"});
        read_parameters(from.object("params"), into_.parameters);
        auto const models = from.object("models");
        for (auto one = models.value().first(); one; one = one.next()) {
            auto const id = find_model_id(one.name());
            if (!id) continue;
            auto const entry = models.member(one);
            call_parameters own;
            read_parameters(entry.object("params"), own);
            into_.parameters_of_models.emplace_back(*id, std::move(own));
        }
        auto const model = from.find("model");
        if (model.kind() == json5::value_kind::string) return read_primary(from, "model", models);
        auto const choice = from.object("model");
        choice.expect({"primary"}, {"fallbacks"});
        read_primary(choice, "primary", models);
    }

    void read_primary(section const& from, std::string_view key, section const& models) {
        constexpr auto advice = "write amazon-bedrock/MODEL_ID";
        auto const reference = from.text(key, advice);
        if (!reference) return;
        if (auto id = find_model_id(*reference)) {
            if (ascii::trim(*id).empty()) return from.complain(key, "no model id", advice);
            into_.primary_model = std::move(*id);
            return;
        }
        for (auto one = models.value().first(); one; one = one.next()) {  // the name that somebody gave a model
            std::string alias;
            auto id = find_model_id(one.name());
            if (!id || one.find("alias").read(alias) != json5::fault::none || alias != *reference) continue;
            into_.primary_model = std::move(*id);
            return;
        }
        from.note(key, quote(*reference) + " is no model of amazon-bedrock", advice);
    }

    void read_parameters(section const& from, call_parameters& to) {
        from.expect_shared({"temperature", "serviceTier", "service_tier", "cacheRetention"});
        if (from.find("temperature"))
            from.number("temperature", 0, 1, "write a number from 0 to 1", to.temperature.emplace());
        for (std::string_view const key : {"service_tier", "serviceTier"}) {
            auto const tier = from.text(key);
            if (!tier) continue;
            json::open_enum<service_tier_type> const known{std::string_view(*tier)};
            if (known.value() != service_tier_type::unknown)
                to.service_tier = known;
            else
                from.note(key, quote(*tier) + " is no service tier and is not sent",
                          "write default, flex, priority or reserved");
        }
        from.one_of("cacheRetention", {"none", "short", "long"}, to.cache_retention);
    }

    static constexpr std::int64_t most_tokens = 2'147'483'647;  // Converse's maxTokens has 32 bits
    static constexpr double most_dollars = 1e9;
    static constexpr std::int64_t most_seconds = 1'000'000'000;

    findings findings_;
    std::set<std::string> listed_{};
    configuration& into_;
};

inline configuration_note make_syntax_note(json5::position at, json5::fault code) {
    std::string_view message = json5::describe(code);
    auto const colon = message.find(": ");
    configuration_note made{at.line, at.column, {}, std::string(message.substr(0, colon)), {}};
    if (colon != std::string_view::npos) made.advice = message.substr(colon + 2);
    return made;
}

inline error join_problems(std::vector<configuration_note> const& problems, std::string_view file_name,
                           std::size_t further = 0) {
    auto const& first = problems.front();
    auto short_of_advice = first;
    short_of_advice.advice.clear();
    auto made = make_error(errc::invalid_input, std::string(file_name) + ", " + short_of_advice.text());
    made.hint = first.advice;
    for (std::size_t i = 1; i < problems.size(); ++i) made.hint += (made.hint.empty() ? "" : "\n") + problems[i].text();
    if (further != 0) made.hint += "\nand " + std::to_string(further) + " more";
    return made;
}

}  // namespace configuration_detail

inline result<configuration> parse_configuration(std::string text, std::string_view file_name) {
    using namespace configuration_detail;
    configuration read;
    if (json5::is_blank(text)) return read;
    json5::document document;
    if (auto const state = document.parse(std::move(text)); !state.ok()) {
        auto const at = json5::locate(document.text(), state.offset);
        return unexpected{join_problems({make_syntax_note(at, state.code)}, file_name)};
    }
    reading values(document, read);
    values.read(document.root());
    auto const& found = values.found();
    if (!found.problems.empty()) return unexpected{join_problems(found.problems, file_name, found.further_problems)};
    return read;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
