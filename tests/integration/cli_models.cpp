// `bedrock models` as a child process against the loopback Bedrock.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/mock_server.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

struct control_on_loopback {
    control_on_loopback() { REQUIRE(server.running()); }

    process::outcome run(words arguments) const {
        auto environment = tool::keys();
        environment.push_back("AWS_ENDPOINT_URL_BEDROCK=" + server.url());
        environment.emplace_back("AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://127.0.0.1:1");
        environment.emplace_back("AWS_MAX_ATTEMPTS=1");
        arguments.insert(arguments.begin(), "models");
        return tool::run(tool::call(std::move(arguments), std::move(environment)));
    }
    void refuse(std::string path) {
        server.set_handler([path = std::move(path)](mock::received_request const& request) {
            return request.head.target.starts_with(path)
                       ? std::optional(mock::error_reply(403, "AccessDeniedException", "You may not"))
                       : std::nullopt;
        });
    }

    mock::server server{};
};

}  // namespace

TEST_CASE_METHOD(control_on_loopback, "models: a JSON array of what can be invoked", "[cli]") {
    auto const seen = run({"--json"});
    INFO(seen.err);
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    tool::parsed_json list(seen.out);
    CHECK(list.at("/0") == R"({"id":"global.anthropic.claude-sonnet-5","name":"Global Anthropic Claude Sonnet 5",)"
                           R"("provider":"anthropic","kind":"inference-profile","input":["text"],"reasoning":true,)"
                           R"("context_window":1000000,"max_tokens":128000,"base_model":"anthropic.claude-sonnet-5"})");
    CHECK(list.at("/1") ==
          R"({"id":"anthropic.claude-opus-4-6-v1","name":"Claude Opus 4.6","provider":"Anthropic",)"
          R"("kind":"foundation-model","input":["text","image"],"reasoning":true,"context_window":1000000,)"
          R"("max_tokens":4096})");
    CHECK(list.at("/6/base_model") == R"("anthropic.claude-opus-4-6-v1")");
    CHECK(list.at("/7") == "");
}

TEST_CASE_METHOD(control_on_loopback, "models: a table, providers, defaults, all", "[cli]") {
    auto const mistral = run({"--provider", "mistral"});
    CHECK(
        mistral.out ==
        "ID                               NAME                   PROVIDER    INPUT  REASONING  CONTEXT  MAX TOKENS\n"
        "mistral.mistral-large-2407-v1:0  Mistral Large (24.07)  Mistral AI  text   no          128000        4096\n");
    tool::parsed_json two(run({"--json", "--provider", "example", "--provider=Mistral AI", "--default-context", "7",
                               "--default-max-tokens", "8", "--refresh-seconds", "0"})
                              .out);
    CHECK(two.at("/0/context_window") == "7");
    CHECK(two.at("/0/max_tokens") == "8");
    CHECK(two.at("/0/input") == R"(["text","smell"])");
    CHECK(two.at("/1/context_window") == "128000");
    CHECK(two.at("/2") == "");
    CHECK(tool::lines(run({"--all"}).out).size() == 1 + 8 + 4);
    auto const none = run({"--json", "--provider", "nobody"});
    CHECK(none.out == "[]\n");
    CHECK(none.exit_status == 0);
    CHECK(tool::first_line(none.err).find("no model passes: drop --provider") != std::string::npos);
}

TEST_CASE_METHOD(control_on_loopback, "models: half a list names what is missing, none is a failure", "[cli]") {
    refuse("/inference-profiles");
    auto const half = run({"--json"});
    CHECK(half.exit_status == 0);
    tool::parsed_json list(half.out);
    CHECK(list.at("/3/id") != "");
    CHECK(list.at("/4/id") == "");
    CHECK(half.err ==
          "bedrock: inference profiles are missing: You may not (needs the permission "
          "bedrock:ListInferenceProfiles)\n");
    refuse("/");
    auto const none = run({"--verbose"});
    CHECK(none.exit_status == 1);
    CHECK(none.out == "");
    CHECK(tool::first_line(none.err) == "bedrock: AccessDeniedException: You may not");
    CHECK(none.err.find("bedrock:ListFoundationModels") != std::string::npos);
    CHECK(none.err.find("bedrock:ListInferenceProfiles") != std::string::npos);
    CHECK(none.err.find("\nListFoundationModels: attempt 1, status 403 AccessDeniedException, ") != std::string::npos);
    CHECK(none.err.find("\nListInferenceProfiles: attempt 1, status 403 AccessDeniedException, ") != std::string::npos);
}

TEST_CASE_METHOD(control_on_loopback, "models: bad usage", "[cli]") {
    for (words const& bad : {words{"--provider", " "}, words{"--default-context", "0"},
                             words{"--refresh-seconds", "-1"}, words{"--default-max-tokens", "x"}, words{"more"}}) {
        auto const seen = run(bad);
        CHECK(seen.exit_status == 2);
        CHECK(tool::is_failure(seen, "InvalidInput"));
    }
    CHECK(server.request_count() == 0);
}
