#include "bedrock/configuration/reader.hpp"

#include "support/openclaw_configuration.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

configuration read(std::string_view text) {
    auto parsed = parse_configuration(std::string(text));
    INFO(text);
    if (!parsed) INFO(parsed.error().message);
    CHECK((parsed ? "" : parsed.error().message) == std::string());
    return parsed ? *parsed : configuration();
}

std::vector<std::string> notes(std::string_view text) {
    std::vector<std::string> all;
    for (auto const& note : read(text).notes) all.push_back(note.text());
    return all;
}

using texts = std::vector<std::string>;

error refused(std::string_view text) {
    auto const parsed = parse_configuration(std::string(text), "conf.json5");
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == errc::invalid_input);
    return parsed.error();
}

// A member of the provider, of its first model, of discovery.
std::string provider(std::string_view members) {
    return "{models: {providers: {\"amazon-bedrock\": {" + std::string(members) + "}}}}";
}
std::string model(std::string_view members) {
    return provider("models: [{id: 'm', " + std::string(members) + "}]");
}
std::string discovery(std::string_view members) {
    return "{models: {bedrockDiscovery: {" + std::string(members) + "}}}";
}

}  // namespace

TEST_CASE("configuration: the older form of OpenClaw's page", "[configuration]") {
    auto const found = read(openclaw::classic_discovery);
    CHECK(found.notes.empty());
    CHECK(found.discovery.enabled == true);
    CHECK(found.discovery.region == "us-east-1");
    CHECK(found.discovery.provider_filter == texts{"anthropic", "amazon"});
    CHECK(found.discovery.refresh_seconds == 3600);
    CHECK(found.discovery.default_context_window == 32000);
    CHECK(found.discovery.default_max_tokens == 4096);

    auto const listed = read(openclaw::classic_provider);
    CHECK(listed.notes.empty());
    CHECK(listed.base_url == "");
    CHECK(listed.standard_region == "us-east-1");
    CHECK(listed.primary_model == "us.anthropic.claude-opus-4-6-v1");
    REQUIRE(listed.models.size() == 1);
    auto const& opus = listed.models[0];
    CHECK(&opus == listed.find_model("us.anthropic.claude-opus-4-6-v1"));
    CHECK(opus.name == "Claude Opus 4.6 (Bedrock)");
    CHECK(opus.reasoning == true);
    CHECK(opus.takes_images());
    CHECK(opus.context_window == 200000);
    CHECK(opus.max_tokens == 8192);
    REQUIRE(opus.cost);
    CHECK(opus.cost->output == 0.0);
}

TEST_CASE("configuration: the newer form of OpenClaw's page", "[configuration]") {
    auto const found = read(openclaw::newer);
    CHECK(found.notes.empty());
    CHECK(found.discovery.region == "us-west-2");
    CHECK(found.discovery.refresh_seconds == 0);
    CHECK(found.discovery.default_context_window == 64000);
    CHECK(found.guardrail.guardrail_identifier == "abc123");
    CHECK(found.guardrail.guardrail_version == "1");
    CHECK(found.guardrail.stream_processing_mode == guardrail_stream_processing_mode::sync);
    CHECK(found.guardrail.trace == guardrail_trace::enabled);
    CHECK(found.primary_model == "anthropic.claude-opus-4-6-v1");
    auto const all = found.find_parameters("other");
    CHECK(all.temperature == 0.5);
    CHECK(all.service_tier == service_tier_type::flex);
    auto const own = found.find_parameters("anthropic.claude-opus-4-6-v1");
    CHECK(own.temperature == 0.5);
    CHECK(own.service_tier == service_tier_type::priority);
    CHECK(own.cache_retention == "none");
}

TEST_CASE("configuration: nothing said is nothing set", "[configuration]") {
    for (std::string_view const text :
         {"", " // nothing\n", "{}", "{gateway: {}, models: {}}", "{agents: {defaults: {}}}"}) {
        auto const found = read(text);
        CHECK(found.notes.empty());
        CHECK_FALSE(found.discovery.enabled);
        CHECK(found.discovery.is_on());
        CHECK(found.models.empty());
        CHECK(found.primary_model.empty());
        CHECK_FALSE(found.find_parameters("m").temperature);
    }
    CHECK_FALSE(read(discovery("enabled: false")).discovery.is_on());
    CHECK_FALSE(read(discovery("includeInferenceProfiles: false")).discovery.include_inference_profiles);
}

TEST_CASE("configuration: the newer place of discovery wins, key by key", "[configuration]") {
    auto const text =
        "{models: {bedrockDiscovery: {region: 'eu-west-1', refreshInterval: 9, providerFilter: ['meta'], enabled: "
        "true}},\n"
        " plugins: {entries: {'amazon-bedrock': {config: {discovery: {region: 'us-west-2', providerFilter: [], "
        "enabled: true}}}}}}";
    auto const found = read(text);
    CHECK(found.discovery.region == "us-west-2");
    CHECK(found.discovery.refresh_seconds == 9);
    CHECK(found.discovery.provider_filter.empty());
    CHECK(notes(text) == texts{"line 1, column 30: models.bedrockDiscovery.region: is overridden by "
                               "plugins.entries.amazon-bedrock.config.discovery; keep one of the two",
                               "line 1, column 71: models.bedrockDiscovery.providerFilter: is overridden by "
                               "plugins.entries.amazon-bedrock.config.discovery; keep one of the two"});
}

TEST_CASE("configuration: unknown keys are named, with what was probably meant", "[configuration]") {
    CHECK(notes("{\n  modells: {},\n  gateway: {},\n  frobnicate: 1,\n}") ==
          texts{"line 2, column 3: modells: unknown key, not read; did you mean models?",
                "line 4, column 3: frobnicate: unknown key, not read; known here: models, plugins and agents"});
    CHECK(notes(discovery("refreshIntervall: 1, 'a.b\\n': 2")) ==
          texts{"line 1, column 30: models.bedrockDiscovery.refreshIntervall: unknown key, not read; did you mean "
                "refreshInterval?",
                "line 1, column 51: models.bedrockDiscovery[\"a.b\"]: unknown key, not read; known here: enabled, "
                "region, providerFilter, refreshInterval, defaultContextWindow, defaultMaxTokens and "
                "includeInferenceProfiles"});
    CHECK(notes("{models: {mode: 'merge', bedrockDiscover: {}}}") ==
          texts{"line 1, column 26: models.bedrockDiscover: unknown key, not read; did you mean bedrockDiscovery?"});
    CHECK(notes(provider("baseURL: 'x'")) == texts{"line 1, column 42: models.providers.amazon-bedrock.baseURL: "
                                                   "unknown key, not read; did you mean baseUrl?"});
    CHECK(
        notes(model("context: 1, baseUrl: 'x'"))[0].starts_with("line 1, column 61: "
                                                                "models.providers.amazon-bedrock.models[0].context: "
                                                                "unknown key"));
    CHECK(notes(model("baseUrl: 'x'")).size() == 1);
    CHECK(notes("{agents: {defaults: {model: {primry: 'x'}, workspace: '~'}}}").size() == 1);
    CHECK(notes("{models: {}, models: {}}") ==
          texts{"line 1, column 2: models: is there twice; the last one counts; keep one of them"});
    CHECK(notes(provider("models: [{id: 'a'}, {id: 'a'}]")).size() == 1);
    CHECK(read(provider("models: [{id: 'a', maxTokens: 1}, {id: 'a', maxTokens: 2}]")).models.size() == 1);
}

TEST_CASE("configuration: wrong types and values say where, what and what to do", "[configuration]") {
    struct mistake {
        std::string text;
        char const* at;  // the value that is wrong
        char const* message;
        char const* hint;
    };
    for (auto const& [text, at, message, hint] : {
             mistake{"[]", "[]", "expected an object, found an array", "write { models: { ... } }"},
             mistake{"{models: []}", "[]", "models: expected an object, found an array",
                     "write { ... }, or leave it out"},
             mistake{discovery("enabled: 'true'"), "'true'",
                     "models.bedrockDiscovery.enabled: expected true or false, found "
                     "a string",
                     "write true or false, without quotes"},
             mistake{discovery("region: 'mars'"), "x", nullptr, nullptr},
             mistake{discovery("region: 'EU west'"), "'EU west'",
                     "models.bedrockDiscovery.region: \"EU west\" is not a region", "write one such as us-east-1"},
             mistake{discovery("region: ' '"), "' '", "models.bedrockDiscovery.region: is empty",
                     "write something, or leave it out"},
             mistake{discovery("region: 5"), "5", "models.bedrockDiscovery.region: expected a string, found a number",
                     "put quotes around it"},
             mistake{discovery("providerFilter: 'anthropic'"), "'anthropic'",
                     "models.bedrockDiscovery.providerFilter: expected an array, found a string",
                     R"(write a list of names, such as ["anthropic"])"},
             mistake{discovery("providerFilter: [1]"), "1]",
                     "models.bedrockDiscovery.providerFilter: expected a string, found a number",
                     R"(write names in quotes, such as "anthropic")"},
             mistake{discovery("refreshInterval: '1h'"), "'1h'",
                     "models.bedrockDiscovery.refreshInterval: expected a whole number, found a string",
                     "write seconds, 0 for no cache"},
             mistake{discovery("refreshInterval: -1"), "-1",
                     "models.bedrockDiscovery.refreshInterval: \"-1\" is not a whole number of 0 or more",
                     "write seconds, 0 for no cache"},
             mistake{discovery("refreshInterval: Infinity"), "Infinity",
                     "models.bedrockDiscovery.refreshInterval: \"Infinity\" is not a whole number of 0 or more",
                     "write seconds, 0 for no cache"},
             mistake{discovery("defaultMaxTokens: 1.5"), "1.5",
                     "models.bedrockDiscovery.defaultMaxTokens: \"1.5\" is not a whole number of 1 or more",
                     "write a number of tokens"},
             mistake{provider("baseUrl: 'bedrock'"), "'bedrock'",
                     "models.providers.amazon-bedrock.baseUrl: not a URL that can be used: ", nullptr},
             mistake{provider("baseUrl: 'http://h/p?token=1'"), "'http:",
                     "models.providers.amazon-bedrock.baseUrl: not a URL that can be used: has a query", nullptr},
             mistake{provider("api: 'openai'"), "'openai'",
                     "models.providers.amazon-bedrock.api: \"openai\" is not bedrock-converse-stream",
                     "write bedrock-converse-stream"},
             mistake{provider("auth: 'api-key'"), "'api-key'",
                     "models.providers.amazon-bedrock.auth: \"api-key\" is not aws-sdk",
                     "credentials come from AWS's chain, tokens from AWS_BEARER_TOKEN_BEDROCK"},
             mistake{provider("models: {}"), "{}",
                     "models.providers.amazon-bedrock.models: expected an array, found an object", nullptr},
             mistake{provider("models: ['m']"), "'m'",
                     "models.providers.amazon-bedrock.models[0]: expected an object, found a string", "write { ... }"},
             mistake{provider("models: [{id: 'a'}, {name: 'x'}]"), "{name",
                     "models.providers.amazon-bedrock.models[1]: id is missing",
                     "write the model id, inference profile or ARN"},
             mistake{model("maxTokens: 0"), "0}",
                     "models.providers.amazon-bedrock.models[0].maxTokens: \"0\" is not a whole number from 1 to "
                     "2147483647",
                     "write a number of tokens"},
             mistake{model("maxTokens: 4294967296"), "4294967296",
                     "models.providers.amazon-bedrock.models[0].maxTokens: \"4294967296\" is not", nullptr},
             mistake{model("input: ['text', 'smell']"), "'smell'",
                     "models.providers.amazon-bedrock.models[0].input: \"smell\" is no kind of input",
                     R"(write "text" or "image")"},
             mistake{model("cost: {input: '3'}"), "'3'",
                     "models.providers.amazon-bedrock.models[0].cost.input: expected a number, found a string",
                     "write US dollars per million tokens, such as 3.5"},
             mistake{model("cost: {output: -1}"), "-1",
                     "models.providers.amazon-bedrock.models[0].cost.output: \"-1\" is out of range", nullptr},
             mistake{model("cost: {output: NaN}"), "NaN",
                     "models.providers.amazon-bedrock.models[0].cost.output: \"NaN\" is out of range", nullptr},
             mistake{"{agents: {defaults: {params: {temperature: 2}}}}", "2",
                     "agents.defaults.params.temperature: \"2\" is out of range", "write a number from 0 to 1"},
             mistake{"{agents: {defaults: {model: {primary: 7}}}}", "7",
                     "agents.defaults.model.primary: expected a string, found a number",
                     "write amazon-bedrock/MODEL_ID"},
             mistake{"{agents: {defaults: {model: {primary: 'bedrock/ '}}}}", "'bedrock/ '",
                     "agents.defaults.model.primary: no model id", nullptr},
             mistake{"{plugins: {entries: {'amazon-bedrock': {config: {guardrail: {guardrailVersion: 1}}}}}}",
                     "{guardrailVersion",
                     "plugins.entries.amazon-bedrock.config.guardrail: guardrailIdentifier is missing", nullptr},
         }) {
        if (message == nullptr) {
            CHECK(read(text).discovery.region == "mars");
            continue;
        }
        auto const why = refused(text);
        auto const column = std::to_string(text.find(at) + 1);
        auto const begin = "conf.json5, line 1, column " + column + ": " + message;
        CHECK(why.message.substr(0, begin.size()) == begin);
        if (hint != nullptr) CHECK(why.hint == hint);
    }
}

TEST_CASE("configuration: all that is wrong is said at once", "[configuration]") {
    auto const why =
        refused("{\n  models: {\n    bedrockDiscovery: { enabled: 1, region: 2, refreshInterval: 3.5 },\n  },\n}");
    CHECK(why.message ==
          "conf.json5, line 3, column 34: models.bedrockDiscovery.enabled: expected true or false, found "
          "a number");
    CHECK(why.hint ==
          "write true or false, without quotes\n"
          "line 3, column 45: models.bedrockDiscovery.region: expected a string, found a number; put quotes around it\n"
          "line 3, column 65: models.bedrockDiscovery.refreshInterval: \"3.5\" is not a whole number of 0 or more; "
          "write seconds, 0 for no cache");
    std::string many = "providerFilter: [";
    for (int i = 0; i != 30; ++i) many += "1,";
    CHECK(refused(discovery(many + "]")).hint.ends_with("\nand 10 more"));
}

TEST_CASE("configuration: broken syntax says line, column and what to do", "[configuration]") {
    auto const why = refused("{\n  models: {\n    bedrockDiscovery: { enabled: true\n    region: \"x\" },\n  },\n}");
    CHECK(why.message == "conf.json5, line 4, column 5: expected a comma or the closing bracket");
    auto const text = refused("{\n  a: us-east-1\n}");
    CHECK(text.message == "conf.json5, line 2, column 6: a word that is no value");
    CHECK(text.hint == "put quotes around a text");
    CHECK(refused("{\n \"a\": \"\xFF\"\n}").message == "conf.json5, line 2, column 8: this is not UTF-8");
    CHECK(refused("{").message == "conf.json5, line 1, column 2: the text ends too early");
}

TEST_CASE("configuration: an endpoint of AWS's own gives its region, another one is pinned", "[configuration]") {
    struct place {
        char const* url;
        char const* pinned;
        char const* region;
        bool fips = false;
    };
    for (auto const& [url, pinned, region, fips] : {
             place{"https://bedrock-runtime.eu-west-1.amazonaws.com", "", "eu-west-1"},
             place{"https://bedrock-runtime.eu-west-1.amazonaws.com/", "", "eu-west-1"},
             place{"https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "", "us-gov-west-1", true},
             place{"https://bedrock-runtime.cn-north-1.amazonaws.com.cn", "", "cn-north-1"},
             place{"http://bedrock-runtime.eu-west-1.amazonaws.com", "http://bedrock-runtime.eu-west-1.amazonaws.com",
                   ""},
             place{"https://bedrock-runtime.eu-west-1.amazonaws.com/proxy",
                   "https://bedrock-runtime.eu-west-1.amazonaws.com/proxy", ""},
             place{"https://bedrock-runtime.eu-west-1.amazonaws.com:8443",
                   "https://bedrock-runtime.eu-west-1.amazonaws.com:8443", ""},
             place{"https://bedrock-runtime.eu-west-1.amazonaws.com.evil.test",
                   "https://bedrock-runtime.eu-west-1.amazonaws.com.evil.test", ""},
             place{"https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com",
                   "https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", ""},
             place{"http://127.0.0.1:8080/base", "http://127.0.0.1:8080/base", ""},
         }) {
        auto const found = read(provider("baseUrl: '" + std::string(url) + "'"));
        INFO(url);
        CHECK(found.base_url == pinned);
        CHECK(found.standard_region == region);
        CHECK(found.standard_fips == fips);
    }
    auto const secret = refused(provider("baseUrl: 'https://me:hunter2@proxy.test'"));
    CHECK((secret.message + secret.hint).find("hunter2") == std::string::npos);
}

TEST_CASE("configuration: names of the provider and of the primary model", "[configuration]") {
    for (std::string_view const name : {"amazon-bedrock", "bedrock", "aws-bedrock", "Bedrock"}) {
        auto const found = read("{agents: {defaults: {model: {primary: '" + std::string(name) + "/m:0@work'}}}}");
        CHECK(found.primary_model == "m:0");
        CHECK(found.notes.empty());
    }
    CHECK(read("{agents: {defaults: {model: 'amazon-bedrock/arn:aws:bedrock:us-east-1:1:inference-profile/x'}}}")
              .primary_model == "arn:aws:bedrock:us-east-1:1:inference-profile/x");
    CHECK(read("{agents: {defaults: {model: {primary: 'opus'}, models: {'bedrock/m': {alias: 'opus'}}}}}")
              .primary_model == "m");
    auto const other = "{agents: {defaults: {model: {primary: 'anthropic/claude'}}}}";
    CHECK(read(other).primary_model.empty());
    CHECK(notes(other) == texts{"line 1, column 30: agents.defaults.model.primary: \"anthropic/claude\" is no model of "
                                "amazon-bedrock; write amazon-bedrock/MODEL_ID"});
    CHECK(notes("{models: {providers: {bedrock: {models: [{id: 'a'}]}, 'amazon-bedrock': {models: [{id: 'b'}]}}}}") ==
          texts{"line 1, column 32: models.providers.bedrock: is not read beside models.providers.amazon-bedrock; keep "
                "one of the two"});
    CHECK(read("{models: {providers: {bedrock: {models: [{id: 'a'}]}}}}").models[0].id == "a");
    CHECK(notes("{agents: {defaults: {params: {serviceTier: 'gold'}}}}") ==
          texts{"line 1, column 31: agents.defaults.params.serviceTier: \"gold\" is no service tier and is not sent; "
                "write default, flex, priority or reserved"});
}
