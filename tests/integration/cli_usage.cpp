// The command line of `bedrock` and its `whoami`, as a child process in environments of the test's making.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("bad usage ends in status 2 and says what is wrong", "[cli]") {
    struct mistake {
        words arguments;
        char const* text;
    };
    for (auto const& [arguments, text] : {
             mistake{{}, "no command given"},
             mistake{{"--verbose"}, "no command given"},
             mistake{{"--bogus"}, "unknown option '--bogus'"},
             mistake{{"frobnicate"}, "unknown command 'frobnicate'"},
             mistake{{"config"}, "get or set is needed"},
             mistake{{"config", "put", "x"}, "get or set is needed"},
             mistake{{"config", "get"}, "get takes one KEY"},
             mistake{{"config", "get", "a", "b"}, "get takes one KEY"},
             mistake{{"config", "set", "a"}, "set takes a KEY and a VALUE"},
             mistake{{"config", "set", "a", "1", "2"}, "unexpected argument '2'"},
             mistake{{"config", "get", "x", "--config", ""}, "--config needs the name of a file"},
             mistake{{"whoami", "--config", ""}, "--config needs the name of a file"},
             mistake{{"converse", "--config=", "--model", "m", "Hello"}, "--config needs the name of a file"},
             mistake{{"converse", "--model", "m", "--service-tier", "", "Hello"}, "--service-tier takes a name"},
             mistake{{"invoke"}, "no model: name one with --model ID"},
             mistake{{"invoke", "--model", "m", "a", "b"}, "unexpected argument 'b'"},
             mistake{{"apply-guardrail", "--guardrail", "abc"}, "--guardrail takes ID:VERSION"},
             mistake{{"count-tokens", "--guardrail", "abc:1"}, "unknown option '--guardrail'"},
             mistake{{"converse", "Hello"},
                     "no model: name one with --model ID, or set agents.defaults.model.primary of the configuration"},
             mistake{{"converse", "--model", " ", "Hello"}, "no model: name one with --model ID"},
             mistake{{"converse", "--model"}, "option --model needs a value: --model ID"},
             mistake{{"converse", "--model", "m", "--bogus", "Hello"}, "unknown option '--bogus'"},
             mistake{{"converse", "--model", "m", "--json=1", "Hello"}, "option --json takes no value"},
             mistake{{"converse", "--model", "m", "two", "words"}, "unexpected argument 'words'"},
             mistake{{"converse", "--model", "m", ""}, "the prompt is empty"},
             mistake{{"converse", "--model", "m", "--max-tokens", "0", "Hello"}, "--max-tokens takes a whole number"},
             mistake{{"converse", "--model", "m", "--max-tokens", "5x", "Hello"}, "--max-tokens takes a whole number"},
             mistake{{"converse", "--model", "m", "--max-tokens", "99999999999", "Hello"}, "--max-tokens takes"},
             mistake{{"converse", "--model", "m", "--temperature", "warm", "Hello"}, "--temperature takes a number"},
             mistake{{"converse", "--model", "m", "--temperature", "nan", "Hello"}, "--temperature takes a number"},
             mistake{{"converse", "--model", "m", "--temperature", "1e39", "Hello"}, "--temperature takes a number"},
             mistake{{"converse", "--model", "m", "--top-p=", "Hello"}, "--top-p takes a number"},
             mistake{{"converse", "--model", "m", "--guardrail", "abc", "Hello"}, "--guardrail takes ID:VERSION"},
             mistake{{"converse", "--model", "m", "--guardrail", "arn:aws:x:guardrail/abc", "Hello"},
                     "--guardrail takes ID:VERSION"},
             mistake{{"converse", "--model", "m", "--events", "--json", "Hello"}, "--events and --json exclude"},
             mistake{{"converse", "--model", "m", "--events", "--no-stream", "Hello"}, "--events needs a stream"},
             mistake{{"converse", "--model", "m", "--request", "f", "Hello"}, "--request has the whole body"},
             mistake{{"converse", "--model", "m", "--request", "f", "--top-p", "1"}, "--request has the whole body"},
             mistake{{"converse", "--model", "m", "--request", ""}, "--request needs the name of a file"},
             mistake{{"converse", "--model", "m", "--reasoning", "much", "Hello"},
                     "--reasoning takes off, minimal, low, medium, high, xhigh, max or adaptive, not 'much'"},
             mistake{{"converse", "--model", "m", "--request", "f", "--reasoning", "low"},
                     "--request has the whole body"},
             mistake{{"whoami", "--config"}, "option --config needs a value: --config FILE"},
             mistake{{"whoami", "extra"}, "unexpected argument 'extra'"},
             mistake{{"decode", "a", "b"}, "unexpected argument 'b'"},
             mistake{{"sign", "GET"}, "a METHOD and a URL are needed"},
         }) {
        auto const seen = tool::run(arguments);
        INFO(seen.err);
        CHECK(seen.exit_status == 2);
        CHECK(seen.out == "");
        CHECK(tool::first_line(seen.err).starts_with("bedrock: InvalidInput: " + std::string(text)));
        CHECK(tool::lines(seen.err).back().starts_with("try `bedrock"));
    }
}

TEST_CASE("a caller without a home, by HOME or by account, is asked for --config", "[cli]") {
    constexpr char const* setpriv = "/usr/bin/setpriv";
    if (::geteuid() != 0 || ::access(setpriv, X_OK) != 0) {
        WARN("not tried: root and setpriv are needed to become somebody without an account");
        return;
    }
    auto given = tool::call({"config", "get", "x"});
    std::erase(given.environment, "HOME=/nonexistent");
    given.arguments.insert(given.arguments.begin(), {setpriv, "--reuid=54321", "--clear-groups"});
    auto const seen = tool::run(given);
    if (seen.err.starts_with("setpriv: ")) {
        WARN("not tried: " + seen.err);
        return;
    }
    CHECK(seen.exit_status == 2);
    CHECK(tool::first_line(seen.err) ==
          "bedrock: InvalidInput: no place for a configuration file: name one with --config FILE");
}

TEST_CASE("--help stands on standard output everywhere and offers nothing that does not work", "[cli]") {
    for (words const& arguments :
         {words{"--help"}, words{"-h"}, words{"converse", "--help"}, words{"converse", "a", "b", "-h"},
          words{"whoami", "--help"}, words{"decode", "--help"}, words{"encode", "--help"}, words{"sign", "--help"},
          words{"invoke", "--help"}, words{"models", "--help"}, words{"count-tokens", "--help"},
          words{"apply-guardrail", "--help"}, words{"config", "--help"}}) {
        auto const seen = tool::run(arguments);
        CHECK(seen.exit_status == 0);
        CHECK(seen.out.starts_with("usage: bedrock "));
        CHECK(seen.err == "");
        for (auto const& line : tool::lines(seen.out)) CHECK(line.size() <= 120);
    }
    CHECK(tool::run({"--version"}).out.starts_with("bedrock "));
}

TEST_CASE("whoami says what would be used in every situation of the environment", "[cli][whoami]") {
    std::string const id = "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE";
    std::string const secret = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    std::string const bearer = "AWS_BEARER_TOKEN_BEDROCK=bearer-token-that-nobody-may-see";
    struct situation {
        words environment;
        char const* json;  // source, region, region_source, endpoint, access_key_id ...
    };
    std::string const standard = "https://bedrock-runtime.us-east-1.amazonaws.com";
    for (auto const& [environment, json] : {
             situation{{id, secret},
                       R"({"source":"AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY","region":"us-east-1",)"
                       R"("region_source":"default","endpoint":"https://bedrock-runtime.us-east-1.amazonaws.com",)"
                       R"("access_key_id":"…MPLE"})"},
             situation{{id, secret, "AWS_SESSION_TOKEN=session-token-that-nobody-may-see", "AWS_REGION=eu-west-1",
                        "AWS_CREDENTIAL_EXPIRATION=2999-01-02T03:04:05Z", "AWS_ACCOUNT_ID=123456789012"},
                       R"({"source":"AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY","region":"eu-west-1",)"
                       R"("region_source":"AWS_REGION","endpoint":"https://bedrock-runtime.eu-west-1.amazonaws.com",)"
                       R"("access_key_id":"…MPLE","expires_at":"2999-01-02T03:04:05Z","account_id":"123456789012"})"},
             situation{{id, secret, bearer, "AWS_DEFAULT_REGION=eu-west-3", "AWS_REGION= "},
                       R"({"source":"AWS_BEARER_TOKEN_BEDROCK","region":"eu-west-3",)"
                       R"("region_source":"AWS_DEFAULT_REGION","endpoint":)"
                       R"("https://bedrock-runtime.eu-west-3.amazonaws.com","access_key_id":null})"},
             situation{{id, secret, "AWS_BEARER_TOKEN_BEDROCK= \t", "AWS_ENDPOINT_URL=http://127.0.0.1:9/base/"},
                       R"({"source":"AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY","region":"us-east-1",)"
                       R"("region_source":"default","endpoint":"http://127.0.0.1:9/base","access_key_id":"…MPLE"})"},
             situation{{"AWS_BEDROCK_SKIP_AUTH=1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://127.0.0.1:8",
                        "AWS_ENDPOINT_URL=http://127.0.0.1:9"},
                       R"~({"source":"none (AWS_BEDROCK_SKIP_AUTH)","region":"us-east-1","region_source":"default",)~"
                       R"("endpoint":"http://127.0.0.1:8","access_key_id":null})"},
         }) {
        auto const seen = tool::run({"whoami", "--json"}, environment);
        INFO(seen.err);
        CHECK(seen.exit_status == 0);
        CHECK(seen.out == std::string(json) + '\n');
        auto const plain = tool::run({"whoami"}, environment);
        CHECK(plain.exit_status == 0);
        tool::parsed_json expected(json);
        for (char const* const member : {"/source", "/region", "/endpoint"}) {
            auto const quoted = expected.at(member);
            CHECK(plain.out.find(quoted.substr(1, quoted.size() - 2)) != std::string::npos);
        }
        CHECK(plain.out.find("providers") == std::string::npos);
    }
}

TEST_CASE("whoami without usable credentials ends in status 1 and says what to do", "[cli][whoami]") {
    std::string const id = "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE";
    std::string const secret = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    struct situation {
        words environment;
        words mentioned;
    };
    for (auto const& [environment, mentioned] : {
             situation{{}, {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK", "Set "}},
             situation{{"AWS_ACCESS_KEY_ID= ", "AWS_SECRET_ACCESS_KEY=\t"}, {"AWS_ACCESS_KEY_ID", "Set "}},
             situation{{id}, {"AWS_SECRET_ACCESS_KEY is not"}},
             situation{{secret}, {"AWS_ACCESS_KEY_ID is not"}},
             situation{{id, "AWS_SECRET_ACCESS_KEY=broken\nsecret"}, {"control character"}},
             situation{{"AWS_BEARER_TOKEN_BEDROCK=broken\nsecret"}, {"AWS_BEARER_TOKEN_BEDROCK", "control character"}},
             situation{{id, secret, "AWS_CREDENTIAL_EXPIRATION=2001-01-01T00:00:00Z"}, {"expired"}},
             situation{{id, secret, "AWS_CREDENTIAL_EXPIRATION=soon"}, {"AWS_CREDENTIAL_EXPIRATION"}},
         }) {
        for (words const& arguments :
             {words{"whoami"}, words{"whoami", "--json", "--explain"},
              words{"converse", "--model", "m", "--endpoint", "http://127.0.0.1:1", "Hello"}}) {
            auto const seen = tool::run(arguments, environment);
            INFO(seen.err);
            CHECK(seen.exit_status == 1);
            CHECK(tool::is_failure(seen, "Credentials"));
            for (auto const& text : mentioned) CHECK(seen.err.find(text) != std::string::npos);
            if (arguments.size() == 3) CHECK(tool::parsed_json(seen.out).at("/source") == "null");
        }
    }
    auto const bad_region = tool::run({"whoami", "--region", "evil.example/x"});
    CHECK(bad_region.exit_status == 1);
    CHECK(tool::is_failure(bad_region, "InvalidInput"));
    auto const bad_endpoint = tool::run({"whoami", "--endpoint", "ftp://example"});
    CHECK(bad_endpoint.exit_status == 1);
    CHECK(tool::is_failure(bad_endpoint, "InvalidInput"));
}

TEST_CASE("whoami --explain lists every provider asked", "[cli][whoami]") {
    auto const plain = tool::run({"whoami", "--explain"});
    CHECK(plain.out.find("bearer token: AWS_BEARER_TOKEN_BEDROCK is not set (") != std::string::npos);
    CHECK(plain.out.find("environment: found (") != std::string::npos);
    auto const json = tool::run({"whoami", "--explain", "--json", "--region", "us-west-2"});
    tool::parsed_json answer(json.out);
    CHECK(answer.at("/region_source") == R"("--region")");
    CHECK(answer.at("/providers/0/outcome") == R"("not here")");
    CHECK(answer.at("/providers/1/outcome") == R"("found")");
    CHECK(answer.at("/providers/1/milliseconds") != "");
    CHECK(answer.at("/providers/2") == "");
    CHECK(answer.at("/notes") == "[]");
}

TEST_CASE("profiles of the shared files are found by variable and by option", "[cli][whoami]") {
    tool::temporary_file const file("credentials",
                                    "[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
                                    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
    std::string const files = "AWS_SHARED_CREDENTIALS_FILE=" + file.path();
    auto const by_variable = tool::run({"whoami", "--json"}, {files, "AWS_PROFILE=work"});
    CHECK(by_variable.exit_status == 0);
    CHECK(tool::parsed_json(by_variable.out).at("/source").starts_with("\"AWS_PROFILE=work ("));
    for (words const& arguments :
         {words{"whoami", "--json", "--profile", "work"}, words{"--profile=work", "whoami", "--json"}}) {
        auto const by_option =
            tool::run(arguments, {files, "AWS_BEARER_TOKEN_BEDROCK=bearer-token-that-nobody-may-see"});
        CHECK(by_option.exit_status == 0);
        tool::parsed_json answer(by_option.out);
        CHECK(answer.at("/source").starts_with("\"profile work ("));
        CHECK(answer.at("/access_key_id") == "\"…MPLE\"");
    }
    auto const wrong = tool::run({"whoami", "--profile", "wrok"}, {files});
    CHECK(wrong.exit_status == 1);
    CHECK(tool::is_failure(wrong, "Credentials"));
    CHECK(wrong.err.find("wrok") != std::string::npos);
    CHECK(wrong.err.find(file.path()) != std::string::npos);
    auto const signature = tool::run(
        {"sign", "GET", "https://a/", "--service", "s", "--region", "r", "--profile", "work", "--print", "signature"},
        {files});
    CHECK(signature.exit_status == 0);
    CHECK(signature.out.size() == 65);
}

TEST_CASE("cli: without memory it ends with one line and 1") {
    auto const limited = [](std::vector<std::string> arguments) {
        auto made = tool::call(std::move(arguments));
        made.arguments.insert(made.arguments.begin(), {"/bin/sh", "-c", R"(ulimit -v 140000; exec "$0" "$@")"});
        return made;
    };
    if (process::run(limited({"--version"})).exit_status != 0) {
        WARN("not tried: the program does not start with so little memory (sanitizers?)");
        return;
    }
    auto given = limited({"converse", "--model", "m", "--endpoint", "http://127.0.0.1:9", "--region", "us-east-1", "-"});
    given.input.assign(60'000'000, 'a');
    auto const seen = tool::run(given);
    CHECK(seen.exit_status == 1);
    CHECK(seen.out.empty());
    CHECK(seen.err == "bedrock: OutOfMemory: out of memory\n");
}
