#include "bedrock/credentials/process.hpp"

#include "bedrock/recorded.hpp"
#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/real_run.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

constexpr char const* document =
    R"({"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"hidden-secret","SessionToken":"hidden-token",)"
    R"("Expiration":"2026-01-02T09:04:05Z","AccountId":"123456789012"})";

process_options with(std::string command) {
    process_options options;
    options.command = std::move(command);
    return options;
}

provider_answer load(process_options options, recorded_process answer) {
    auto const here = fake_environment().get();
    recorded_runner runner({});
    runner.processes[options.command] = std::move(answer);
    process_provider provider(std::move(options));
    return runner.run(provider.load(here));
}

std::string broken(std::string command, recorded_process answer) {
    auto const answered = load(with(std::move(command)), std::move(answer));
    CHECK(answered.outcome == provider_outcome::broken);
    CHECK(answered.detail.find("hidden") == std::string::npos);
    return answered.detail;
}

recorded_process failed(int status, std::string complaint) {
    recorded_process made;
    made.exit_status = status;
    made.error_output = std::move(complaint);
    return made;
}

recorded_process printed(std::string output) {
    recorded_process made;
    made.output = std::move(output);
    return made;
}

}  // namespace

TEST_CASE("process provider: the credentials that a command prints", "[credentials]") {
    auto const answer = load(with("vault get"), printed(document));
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAEXAMPLE");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-secret");
    CHECK(answer.credentials.session_token.view() == "hidden-token");
    CHECK(answer.credentials.expires_at_ms == 1'767'344'645'000);
    CHECK(answer.credentials.account_id == "123456789012");
    CHECK(answer.credentials.source == "credential_process");
    CHECK(process_provider(with("x")).name() == "process");
}

TEST_CASE("process provider: account and source of the options", "[credentials]") {
    auto options = with("vault");
    options.account_id = "999999999999";
    options.source = "AWS_PROFILE=dev (process)";
    auto const own = load(options, printed(document));
    CHECK(own.credentials.account_id == "123456789012");
    CHECK(own.credentials.source == "AWS_PROFILE=dev (process)");
    auto const none = load(options, printed(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B"})"));
    CHECK(none.credentials.account_id == "999999999999");
    CHECK_FALSE(none.credentials.expires_at_ms);
}

TEST_CASE("process provider: output that is no use is named, never shown", "[credentials]") {
    CHECK(broken("/opt/vault get", printed("")) ==
          "credential_process vault printed no usable credentials: it is empty");
    CHECK(broken("vault get", printed("hidden")) ==
          "credential_process vault printed no usable credentials: invalid JSON: unexpected character, at byte 0");
    CHECK(broken("vault get", printed(std::string(document) + " hidden")).find("at byte") != std::string::npos);
    CHECK(broken("vault", printed(R"({"Version":"1","AccessKeyId":"A","SecretAccessKey":"hidden"})")) ==
          "credential_process vault printed no usable credentials: Version: expected a number, found a string");
    CHECK(broken("vault", printed(R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"hidden"})")) ==
          "credential_process vault printed no usable credentials: Version is 2: it must be the number 1");
    CHECK(broken("vault", printed(R"({"AccessKeyId":"A","SecretAccessKey":"hidden"})")) ==
          "credential_process vault printed no usable credentials: Version is missing: it must be the number 1");
    CHECK(broken("vault", printed(R"({"Version":1,"SecretAccessKey":"hidden"})")) ==
          "credential_process vault printed no usable credentials: AccessKeyId is missing");
    CHECK(broken("vault", printed(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","Expiration":"hidden"})")) ==
          "credential_process vault printed no usable credentials: Expiration is not a time such as "
          "2026-01-02T03:04:05Z");
}

TEST_CASE("process provider: output that has expired, to the millisecond", "[credentials]") {
    std::string const start = R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","Expiration":")";
    CHECK(broken("vault", printed(start + "2026-01-02T03:04:05Z\"}")) ==
          "credential_process vault printed no usable credentials: they expired at 2026-01-02T03:04:05Z");
    CHECK(load(with("vault"), printed(start + "2026-01-02T04:04:05.001+01:00\"}")).outcome == provider_outcome::found);
}

TEST_CASE("process provider: each way to fail has its words", "[credentials]") {
    CHECK(broken("vault get", failed(3, "no such\n\x1b[31mentry\xff")) ==
          "credential_process vault ended with status 3: no such [31mentry\xEF\xBF\xBD");
    CHECK(broken("vault get", failed(1, "")) == "credential_process vault ended with status 1");
    auto answer = failed(0, "out of processes");
    answer.failure = process_failure::not_started;
    CHECK(broken("vault", answer) == "credential_process vault could not be started: out of processes");
    answer.failure = process_failure::timed_out;
    answer.error_output = "waiting";
    CHECK(broken("vault", answer) == "credential_process vault did not end within 60000 ms and was stopped: waiting");
    answer.failure = process_failure::too_much_output;
    CHECK(broken("vault", answer) ==
          "credential_process vault printed more than 1048576 bytes and was stopped: waiting");
    answer.failure = process_failure::unknown_status;
    CHECK(broken("vault", answer) ==
          "credential_process vault ended, but its exit status is unknown, because another part of this program waits "
          "for every child process (does it ignore SIGCHLD, or call wait()?): waiting");
    for (std::string const& command : {std::string(), std::string(" \t"), std::string("vault\0 x", 8)})
        CHECK(broken(command, printed(document)) == "credential_process is empty, or has a zero byte");
}

TEST_CASE("process provider: what a command says on stderr is shown without arguments, keys and tokens",
          "[credentials]") {
    CHECK(broken("login --password hidden --user='hiddenuser' -k=hiddenkey",
                 failed(1, "login --password hidden: bad hiddenuser, hiddenkey. hiddenhidden!")) ==
          "credential_process login ended with status 1: login --password ***: bad ***, ***. ***!");
    CHECK(broken("login", failed(1,
                                 "key AKIAIOSFODNN7EXAMPLE secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY "
                                 "jwt eyJhbGciOiJIUzI1NiIsInR5.cCI6 request 8c9f0d4e-aaaa-bbbb-cccc-0123456789ab "
                                 "of ReadTheManualOfThisCommand")) ==
          "credential_process login ended with status 1: key *** secret *** jwt ***.cCI6 request "
          "8c9f0d4e-aaaa-bbbb-cccc-0123456789ab of ReadTheManualOfThisCommand");
    CHECK(broken("login", failed(1, std::string(4096, 'x'))).size() < 600);
    CHECK(broken("x a b c", failed(1, "a b c")) == "credential_process x ended with status 1: a b c");
}

TEST_CASE("process provider: of the command only a program's name is shown", "[credentials]") {
    auto const shown = [](std::string command) { return broken(std::move(command), failed(1, "")); };
    CHECK(shown("  /opt/bin/vault hidden") == "credential_process vault ended with status 1");
    CHECK(shown("'/opt/my tools/vault' hidden") == "credential_process vault ended with status 1");
    CHECK(shown("\"C:\\tools\\vault.exe\" hidden") == "credential_process vault.exe ended with status 1");
    CHECK(shown("PASSWORD=hidden vault") == "credential_process ended with status 1");
    CHECK(shown("'hidden") == "credential_process ended with status 1");
    CHECK(shown("$(hidden) x") == "credential_process ended with status 1");
    CHECK(shown(std::string(500, 'v')).size() < 120);
}

TEST_CASE("process output: the vectors", "[credentials][vectors]") {
    // Where the vectors say otherwise than we do:
    std::map<std::string, std::string> const ours{
        // Found there, and marked as expired. Here output that has expired is an error, as in the JavaScript SDK.
        {"process-output-expired", "they expired at 2000-01-01T00:00:00Z"},
        // Whole and valid. In its own project it belongs to a profile whose static keys win, so that it is never run.
        {"process-output-verybad", ""},
    };
    auto const count = credential_vectors::for_each("process-output", [&](std::string const& id, auto const& one) {
        INFO(id);
        auto const parsed = parse_process_credentials(json_file::text_or_empty(one, "stdout"), 1'767'323'045'000);
        if (auto const other = ours.find(id); other != ours.end()) {
            CHECK((parsed ? std::string() : parsed.error().message) == other->second);
            return;
        }
        auto const expected = *json_file::member(one, "expect");
        CHECK(parsed.has_value() == json_file::flag(expected, "ok"));
        if (!parsed) return;
        CHECK(parsed->access_key_id == json_file::text_or_empty(expected, "access_key_id"));
        CHECK(parsed->secret_access_key.view() == json_file::text_or_empty(expected, "secret_access_key"));
        CHECK(parsed->session_token.view() == json_file::text_or_empty(expected, "session_token"));
        auto const end = json_file::text(expected, "expiration");
        REQUIRE(parsed->expires_at_ms.has_value() == end.has_value());
        if (end) CHECK(format_iso8601(from_unix_milliseconds(*parsed->expires_at_ms)) == *end);
    });
    if (!count)
        WARN("no vectors: skipped");
    else
        CHECK(*count == 6);
}

TEST_CASE("process provider: real commands", "[credentials]") {
    real_run run;
    auto const load = [&](process_options options) {
        process_provider provider(std::move(options));
        return run(provider.load(run.here));
    };
    auto const good =
        load(with(R"(echo '{"Version": 1, "AccessKeyId": "ASIA", "SecretAccessKey": "B"}' && echo noise >&2)"));
    INFO(good.detail);
    REQUIRE(good.outcome == provider_outcome::found);
    CHECK(good.credentials.access_key_id == "ASIA");

    auto const absent = load(with("/nonexistent/vault hidden-argument"));
    CHECK(absent.outcome == provider_outcome::broken);
    CHECK(absent.detail.starts_with("credential_process vault ended with status 127: "));
    CHECK(absent.detail.find("hidden") == std::string::npos);

    auto slow = with("sleep 60");
    slow.timeout_ms = 150;
    CHECK(load(slow).detail == "credential_process sleep did not end within 150 ms and was stopped");

    auto wordy = with("yes");
    wordy.max_output = 1000;
    CHECK(load(wordy).detail == "credential_process yes printed more than 1000 bytes and was stopped");
}
