// The tool with a configuration file: what it says drives `models` and `converse`, what is wrong in it is named with
// its place, and `config` edits it in place.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/frames.hpp"
#include "support/mock_server.hpp"
#include "support/openclaw_configuration.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

std::string slurp(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct configured_tool {
    configured_tool() { REQUIRE(server.running()); }

    /// Runs the tool with this configuration; both services are the server unless `environment` says otherwise.
    process::outcome run(std::string_view configuration, words arguments, words environment = {}) const {
        tool::temporary_file const file("config.json5", configuration);
        arguments.insert(arguments.end(), {"--config", file.path()});
        auto all = tool::keys();
        all.emplace_back("AWS_MAX_ATTEMPTS=1");
        if (environment.empty()) environment = {"AWS_ENDPOINT_URL=" + server.url()};
        all.insert(all.end(), environment.begin(), environment.end());
        auto given = tool::call(std::move(arguments), std::move(all));
        given.terminal = on_terminal;
        return tool::run(std::move(given));
    }
    mock::received_request last() const {
        auto const all = server.requests();
        REQUIRE_FALSE(all.empty());
        return all.back();
    }
    std::string body_at(std::string_view pointer) const { return tool::parsed_json(last().body).at(pointer); }
    /// The region that the last request is signed for.
    std::string region() const {
        auto const authorization = mock::header_value(last().head.headers, "Authorization");
        auto const key = authorization.find("AKIAIOSFODNN7EXAMPLE/");
        REQUIRE(key != std::string::npos);
        auto const begin = authorization.find('/', authorization.find('/', key) + 1) + 1;
        return authorization.substr(begin, authorization.find('/', begin) - begin);
    }

    mock::server server{};
    bool on_terminal = false;
};

std::string with_model(std::string_view members) {
    return "{models: {providers: {'amazon-bedrock': {models: [{id: 'm', " + std::string(members) + "}]}}}}";
}

std::string with_base_url(std::string_view url) {
    return "{models: {providers: {'amazon-bedrock': {baseUrl: '" + std::string(url) + "'}}}}";
}

}  // namespace

TEST_CASE_METHOD(configured_tool, "configuration: the older form of OpenClaw's page drives models",
                 "[cli][configuration]") {
    auto const seen = run(openclaw::classic_discovery, {"models", "--json"},
                          {"AWS_ENDPOINT_URL=" + server.url(), "AWS_REGION=eu-west-3"});
    INFO(seen.err);
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    tool::parsed_json list(seen.out);
    for (std::size_t i = 0; !list.at("/" + std::to_string(i)).empty(); ++i) {
        auto const provider = list.at("/" + std::to_string(i) + "/provider");
        INFO(provider);
        CHECK((provider == R"("Anthropic")" || provider == R"("anthropic")" || provider == R"("Amazon")"));
    }
    CHECK(list.at("/0/id") != "");
    CHECK(region() == "us-east-1");  // discovery's own, before the environment's

    auto const flags =
        run(openclaw::classic_discovery, {"models", "--json", "--provider", "mistral", "--region", "eu-west-1"});
    tool::parsed_json mistral(flags.out);
    CHECK(mistral.at("/0/id") == R"("mistral.mistral-large-2407-v1:0")");
    CHECK(mistral.at("/1") == "");
    CHECK(region() == "eu-west-1");
}

TEST_CASE_METHOD(configured_tool, "configuration: the older form of OpenClaw's page drives converse",
                 "[cli][configuration]") {
    auto const seen = run(openclaw::classic_provider, {"converse", "Hello"},
                          {"AWS_ENDPOINT_URL=" + server.url(), "AWS_REGION=eu-central-1"});
    INFO(seen.err);
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "You said: Hello\n");
    CHECK(seen.err == "");
    CHECK(last().head.target == "/model/us.anthropic.claude-opus-4-6-v1/converse-stream");
    CHECK(last().body ==
          R"({"messages":[{"role":"user","content":[{"text":"Hello"}]}],"inferenceConfig":{"maxTokens":8192}})");
    CHECK(region() == "eu-central-1");  // a standard baseUrl does not override it

    run(openclaw::classic_provider, {"converse", "--max-tokens", "5", "Hello"});
    CHECK(body_at("/inferenceConfig") == R"({"maxTokens":5})");
    CHECK(region() == "us-east-1");
    run(openclaw::classic_provider, {"converse", "--model", "other", "Hello"});
    CHECK(last().head.target == "/model/other/converse-stream");
    CHECK(body_at("/inferenceConfig") == "");

    auto const listed = run(openclaw::classic_provider, {"models", "--json"});
    tool::parsed_json list(listed.out);
    CHECK(list.at("/0/name") == R"json("Claude Opus 4.6 (Bedrock)")json");
    CHECK(list.at("/0/context_window") == "200000");
    CHECK(list.at("/0/max_tokens") == "8192");
    CHECK(list.at("/1") == "");
    CHECK(tool::lines(run(openclaw::classic_provider, {"models", "--all"}).out).size() > 10);
}

TEST_CASE_METHOD(configured_tool, "configuration: the newer form of OpenClaw's page drives both",
                 "[cli][configuration]") {
    auto const seen = run(openclaw::newer, {"converse", "Hello"});
    INFO(seen.err);
    CHECK(seen.out == "You said: Hello\n");
    CHECK(seen.err == "");
    CHECK(last().head.target == "/model/anthropic.claude-opus-4-6-v1/converse-stream");
    CHECK(body_at("/guardrailConfig") == R"({"guardrailIdentifier":"abc123","guardrailVersion":"1","trace":"enabled",)"
                                         R"("streamProcessingMode":"sync"})");
    CHECK(body_at("/serviceTier/type") == R"("priority")");
    CHECK(body_at("/inferenceConfig") == R"({"temperature":0.5})");
    CHECK(region() == "us-west-2");  // where nothing else says one
    run(openclaw::newer, {"converse", "--guardrail", "own:2", "--service-tier", "flex", "--temperature", "1", "Hello"});
    CHECK(body_at("/guardrailConfig") == R"({"guardrailIdentifier":"own","guardrailVersion":"2"})");
    CHECK(body_at("/serviceTier/type") == R"("flex")");
    CHECK(body_at("/inferenceConfig") == R"({"temperature":1})");

    auto const models = run(openclaw::newer, {"models", "--json"});
    CHECK(region() == "us-west-2");
    tool::parsed_json list(models.out);
    CHECK(list.at("/0/id") == R"("global.anthropic.claude-sonnet-5")");
    CHECK(models.out.find("mistral") == std::string::npos);
}

TEST_CASE_METHOD(configured_tool, "configuration: a custom baseUrl is pinned for the runtime, options win",
                 "[cli][configuration]") {
    auto const text = with_base_url(server.url());
    words const elsewhere{"AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://127.0.0.1:1",
                          "AWS_ENDPOINT_URL_BEDROCK=http://127.0.0.1:1"};
    CHECK(run(text, {"converse", "--model", "m", "Hello"}, elsewhere).out == "You said: Hello\n");
    CHECK(run(text, {"models"}, elsewhere).exit_status == 1);  // the control plane is not there
    CHECK(run(text, {"converse", "--model", "m", "--endpoint", "http://127.0.0.1:1", "Hello"}, elsewhere).exit_status ==
          1);
    CHECK(run(with_base_url("http://127.0.0.1:1"), {"models"}).exit_status == 0);
    auto const who = run(text, {"whoami"}, elsewhere);
    CHECK(who.out.find("endpoint: " + server.url() + " (configuration: baseUrl)") != std::string::npos);
    auto const region = run(with_base_url("https://bedrock-runtime.eu-west-3.amazonaws.com"), {"whoami"}, {"A=b"});
    CHECK(region.out.find("region: eu-west-3 (configuration: baseUrl)") != std::string::npos);
}

TEST_CASE_METHOD(configured_tool, "configuration: discovery that is off asks nobody", "[cli][configuration]") {
    std::string const off =
        "{models: {bedrockDiscovery: {enabled: false}, providers: {bedrock: {models: [{id: 'mine'}]}}}}";
    auto const seen = run(off, {"models", "--json"});
    CHECK(seen.exit_status == 0);
    CHECK(tool::parsed_json(seen.out).at("/0/id") == R"("mine")");
    CHECK(seen.err ==
          "bedrock: discovery is off in the configuration (enabled: false): only models that it lists are shown\n");
    CHECK(server.request_count() == 0);

    server.set_handler([](auto const&) { return mock::error_reply(403, "AccessDeniedException", "You may not"); });
    auto const failed = run("{models: {providers: {bedrock: {models: [{id: 'mine'}]}}}}", {"models", "--json"});
    CHECK(failed.exit_status == 0);
    CHECK(tool::parsed_json(failed.out).at("/0/id") == R"("mine")");
    CHECK(failed.err.starts_with("bedrock: only what the configuration says, discovery failed: You may not"));
}

TEST_CASE_METHOD(configured_tool, "configuration: an image to a model without image input becomes a text",
                 "[cli][configuration]") {
    tool::temporary_file const image("a.png", "\x89PNG\r\n\x1a\n and so on");
    words const ask{"converse", "--model", "m", "--image", image.path(), "--image", image.path(), "Look"};
    auto const seen = run(with_model("input: ['text']"), ask);
    CHECK(seen.exit_status == 0);
    CHECK(body_at("/messages/0/content") ==
          R"~([{"text":"(image omitted: model does not support images)"},{"text":"Look"}])~");
    CHECK(seen.err ==
          "bedrock: the image is not sent: the configuration says that the model takes none (input); a text says so\n");
    CHECK(run(with_model("input: ['text', 'image']"), ask).err == "");
    CHECK(body_at("/messages/0/content/0/image/format") == R"("png")");
    CHECK(run(with_model("name: 'M'"), ask).err == "");
    CHECK(body_at("/messages/0/content/0/image/format") == R"("png")");
}

TEST_CASE_METHOD(configured_tool, "configuration: cost stands beside usage", "[cli][configuration]") {
    if (!process::has_terminals()) {
        WARN("skipped: this machine has no pseudo-terminals (devpts is not mounted)");
        return;
    }
    on_terminal = true;
    server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto const priced =
        run(with_model("cost: {input: 1000, output: 2500, cacheRead: 1}"), {"converse", "--model", "m", "Hi"});
    CHECK(priced.out == "Hello, world!\r\n9 tokens in, 4 out, end_turn, $0.019000\r\n");
    server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto const free = run(with_model("cost: {input: 0, output: 0}"), {"converse", "--model", "m", "Hi"});
    CHECK(free.out == "Hello, world!\r\n9 tokens in, 4 out, end_turn\r\n");
}

TEST_CASE_METHOD(configured_tool, "configuration: a level of reasoning becomes what the model takes",
                 "[cli][configuration]") {
    words const ask{"converse", "--model", "us.anthropic.claude-opus-4-6-v1", "--reasoning", "high", "Think"};
    CHECK(run("{}", ask).err == "");
    CHECK(body_at("/additionalModelRequestFields/thinking/type") == R"("adaptive")");
    CHECK(body_at("/additionalModelRequestFields/output_config/effort") == R"("high")");
    run("{agents: {defaults: {params: {temperature: 1}}}}", ask);
    CHECK(body_at("/inferenceConfig/temperature") == "");

    auto const refused = run(
        "{models: {providers: {bedrock: {models: [{id: 'us.anthropic.claude-opus-4-6-v1', reasoning: false}]}}}}", ask);
    CHECK(refused.err.starts_with("bedrock: --reasoning is not sent: the configuration says"));
    CHECK(body_at("/additionalModelRequestFields") == "");
    auto const unknown = run("{}", {"converse", "--model", "m", "--reasoning", "low", "Think"});
    CHECK(unknown.err == "bedrock: --reasoning is not sent: it is not known how 'm' is asked to think\n");
    run(with_model("params: {canonicalModelId: 'anthropic.claude-opus-4-6-v1'}"),
        {"converse", "--model", "m", "--reasoning", "low", "Think"});
    CHECK(body_at("/additionalModelRequestFields/output_config/effort") == R"("low")");
    run(openclaw::newer, {"converse", "--reasoning", "off", "Hello"});
    CHECK(body_at("/additionalModelRequestFields") == "");
}

TEST_CASE_METHOD(configured_tool, "configuration: what is wrong is named with line, column and advice",
                 "[cli][configuration]") {
    struct mistake {
        char const* text;
        char const* place;
        char const* advice;
    };
    for (auto const& [text, place, advice] : {
             mistake{"{\n  models: {\n    bedrockDiscovery: { enabled: 'yes' },\n  },\n}",
                     ", line 3, column 34: models.bedrockDiscovery.enabled: expected true or false, found a string",
                     "write true or false, without quotes"},
             mistake{"{\n  models: {\n    bedrockDiscovery: { enabled: true\n    region: 'x' },\n  },\n}",
                     ", line 4, column 5: expected a comma or the closing bracket", ""},
             mistake{"{\n  model: us-east-1\n}", ", line 2, column 10: a word that is no value",
                     "put quotes around a text"},
         }) {
        for (words const& command : {words{"converse", "--model", "m", "Hello"}, words{"models"}, words{"whoami"}}) {
            auto const seen = run(text, command);
            CHECK(seen.exit_status == 1);
            CHECK(seen.out == "");
            CHECK(tool::is_failure(seen, "InvalidInput"));
            CHECK(tool::first_line(seen.err).ends_with(place));
            CHECK(seen.err.find(advice) != std::string::npos);
        }
    }
    CHECK(server.request_count() == 0);
    auto const unknown = run("{\n  models: {\n    bedrockDiscovery: { refreshIntervall: 1 },\n  },\n}",
                             {"converse", "--model", "m", "Hello"});
    CHECK(unknown.exit_status == 0);
    CHECK(unknown.out == "You said: Hello\n");
    CHECK(unknown.err.ends_with(
        ", line 3, column 25: models.bedrockDiscovery.refreshIntervall: unknown key, not read; did "
        "you mean refreshInterval?\n"));
    // The first line on standard error is the failure's.
    server.set_handler([](auto const&) { return mock::error_reply(403, "AccessDeniedException", "You may not"); });
    auto const failed = run("{modells: {}}", {"converse", "--model", "m", "Hello"});
    CHECK(tool::is_failure(failed, "AccessDeniedException"));
    CHECK(failed.err.find("did you mean models?") != std::string::npos);
}

TEST_CASE_METHOD(configured_tool, "configuration: it is found where it is named, or in its place",
                 "[cli][configuration]") {
    tool::temporary_file const file("config.json5", "{agents: {defaults: {model: {primary: 'bedrock/of-the-file'}}}}");
    words environment = tool::keys();
    environment.push_back("AWS_ENDPOINT_URL=" + server.url());
    auto const target = [&](std::string const& variable, words arguments = {"converse", "Hello"}) {
        auto all = environment;
        all.push_back(variable);
        auto const seen = tool::run(tool::call(std::move(arguments), std::move(all)));
        return seen.exit_status == 0 ? last().head.target : tool::first_line(seen.err);
    };
    CHECK(target("BEDROCK_CONFIG=" + file.path()) == "/model/of-the-file/converse-stream");
    CHECK(
        target("BEDROCK_CONFIG=/nowhere/c").starts_with("bedrock: InvalidInput: cannot read /nowhere/c: no such file"));
    CHECK(target("BEDROCK_CONFIG=/nowhere/c", {"--config", file.path(), "converse", "Hello"}) ==
          "/model/of-the-file/converse-stream");
    std::string const no_model = "bedrock: InvalidInput: no model: name one with --model ID, or set agents.defaults";
    CHECK(target("XDG_CONFIG_HOME=" + file.folder()).starts_with(no_model));
    auto const home = file.folder() + "/bedrock";
    REQUIRE(::mkdir(home.c_str(), 0700) == 0);
    REQUIRE(::symlink(file.path().c_str(), (home + "/config.json5").c_str()) == 0);
    CHECK(target("XDG_CONFIG_HOME=" + file.folder()) == "/model/of-the-file/converse-stream");
    ::unlink((home + "/config.json5").c_str());
    ::rmdir(home.c_str());
    CHECK(target("XDG_CONFIG_HOME=relative").starts_with(no_model));
}

TEST_CASE("configuration: config set changes one value of a commented file", "[cli][configuration]") {
    std::string const before =
        "// Ours, do not touch\n{\n    models: {\n        // what the instance may see\n        bedrockDiscovery: {\n"
        "            enabled: false, /* until the role is there */\n            region: 'us-east-1'\n        }\n    }, "
        "// end\n}\n";
    tool::temporary_file const file("config.json5", before);
    REQUIRE(::chmod(file.path().c_str(), 0640) == 0);
    auto const link = file.folder() + "/link";
    REQUIRE(::symlink("config.json5", link.c_str()) == 0);
    auto const set = [&](words arguments) {
        arguments.insert(arguments.begin(), {"config", "set"});
        arguments.insert(arguments.begin(), {"--config", link});
        return tool::run(std::move(arguments), {});
    };
    auto const get = [&](std::string key) {
        return tool::run({"config", "get", std::move(key), "--config", link}, {}).out;
    };

    auto const seen = set({"models.bedrockDiscovery.enabled", "true"});
    CHECK(seen.exit_status == 0);
    CHECK(seen.out == "");
    CHECK(seen.err == "");
    auto expected = before;
    expected.replace(expected.find("false"), 5, "true");
    CHECK(slurp(file.path()) == expected);
    struct stat info {};
    REQUIRE(::lstat(link.c_str(), &info) == 0);
    CHECK(S_ISLNK(info.st_mode));
    REQUIRE(::stat(link.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0640);
    CHECK(get("models.bedrockDiscovery.enabled") == "true\n");

    CHECK(set({"models.bedrockDiscovery.defaultMaxTokens", "0x1000"}).exit_status == 0);
    expected.replace(expected.find("'us-east-1'"), 11, "'us-east-1',\n            defaultMaxTokens: 0x1000");
    CHECK(slurp(file.path()) == expected);
    CHECK(get("models.bedrockDiscovery.defaultMaxTokens") == "4096\n");
    CHECK(set({"agents.defaults.model.primary", "amazon-bedrock/m"}).exit_status == 0);
    expected.insert(expected.rfind("}\n"),
                    "    agents: {\n        defaults: {\n            model: {\n                primary: "
                    "\"amazon-bedrock/m\",\n            },\n        },\n    },\n");
    CHECK(slurp(file.path()) == expected);
    CHECK(get("agents.defaults.model.primary") == "amazon-bedrock/m\n");
    CHECK(get("agents") == "{\"defaults\":{\"model\":{\"primary\":\"amazon-bedrock/m\"}}}\n");

    auto const wrong = set({"models.bedrockDiscovery.refreshInterval", "soon"});
    CHECK(wrong.exit_status == 1);
    CHECK(tool::is_failure(wrong, "InvalidInput"));
    CHECK(wrong.err.find("expected a whole number, found a string\nwrite seconds, 0 for no cache\n") !=
          std::string::npos);
    auto const missing = tool::run({"config", "get", "models.nothing", "--config", link}, {});
    CHECK(missing.exit_status == 1);
    CHECK(tool::first_line(missing.err) == "bedrock: InvalidInput: models.nothing is not set in " + link);
    // As on a full disk: the file may not grow.
    auto full = tool::call({}, {});
    full.arguments = {"/bin/sh", "-c", "ulimit -f 0; exec \"$0\" config set a 1 --config \"$1\"", BEDROCK_TOOL, link};
    auto const failed = tool::run(full);
    CHECK(failed.exit_status == 1);
    CHECK(tool::first_line(failed.err) ==
          "bedrock: InvalidInput: cannot write " + link + ": the file would be too large");
    CHECK(slurp(file.path()) == expected);
    ::unlink(link.c_str());
}

TEST_CASE("configuration: config set makes the file and its folder", "[cli][configuration]") {
    tool::temporary_file const beside("x", "");
    words const environment{"XDG_CONFIG_HOME=" + beside.folder() + "/conf"};
    auto const path = beside.folder() + "/conf/bedrock/config.json5";
    CHECK(tool::run({"config", "get", "a"}, environment).exit_status == 1);
    CHECK(tool::run({"config", "set", "models.bedrockDiscovery.enabled", "true"}, environment).exit_status == 0);
    CHECK(slurp(path) == "{\n  models: {\n    bedrockDiscovery: {\n      enabled: true\n    }\n  }\n}\n");
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);
    ::unlink(path.c_str());
    ::rmdir((beside.folder() + "/conf/bedrock").c_str());
    ::rmdir((beside.folder() + "/conf").c_str());
}
