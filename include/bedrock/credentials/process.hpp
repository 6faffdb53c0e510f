// SPDX-License-Identifier: MIT
// Owns the provider that runs a profile's credential_process and reads the access keys that it prints.
// Never shows what the command printed on its standard output, nor its arguments.
#ifndef BEDROCK_CREDENTIALS_PROCESS_HPP
#define BEDROCK_CREDENTIALS_PROCESS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/result.hpp"
#include "bedrock/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

struct process_options {
    /// Run by the system's shell.
    std::string command{};
    /// The profile's aws_account_id, for output without an AccountId.
    std::string account_id{};
    /// What `credentials::source` says.
    std::string source{"credential_process"};
    /// No AWS SDK has a limit; a command that waits for somebody to log in must have the time.
    std::int64_t timeout_ms = 60'000;
    /// Node's limit, which AWS's JavaScript SDK inherits. Bytes.
    std::size_t max_output = std::size_t{1} << 20;
};

/// The credentials that a credential_process printed; `source` is left empty. **Errors:** errc::credentials; output
/// that expired at `now_unix_ms` or before is one.
/// **Wire:** {Version: 1, AccessKeyId, SecretAccessKey, SessionToken?, Expiration?, AccountId?}.
template <class = void>
result<credentials> parse_process_credentials(std::string_view output, std::int64_t now_unix_ms);

/// Runs the command at each load: whoever caches its credentials decides when.
template <class>
class basic_process_provider final : public credentials_provider {
  public:
    explicit basic_process_provider(process_options options) : options_(std::move(options)) {}

    std::string_view name() const noexcept override { return "process"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    process_options const options_;
};
using process_provider = basic_process_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view shell_separators = " \t\r\n\"'`=;|&()<>$";

/// "aws-vault" of `'/opt/bin/aws-vault' exec --json`; "" where the first word says more than a program.
inline std::string find_program(std::string_view command) {
    command = ascii::trim(command);
    bool const quoted = command.starts_with('"') || command.starts_with('\'');
    auto const end = quoted ? command.find(command.front(), 1) : command.find_first_of(" \t\r\n");
    if (quoted && end == std::string_view::npos) return {};
    auto word = command.substr(0, end).substr(quoted ? 1 : 0);
    word.remove_prefix(word.find_last_of("/\\") + 1);  // npos + 1 is 0
    if (word.find_first_of(shell_separators) != std::string_view::npos) return {};
    std::string program;
    append_clean_line(program, word, 64);
    return program;
}

/// Marks the words of a command behind its first, plain options such as `--profile` apart, wherever they stand in
/// `text`: asterisks in `marks`, a copy of it.
inline void mark_arguments(std::string_view text, std::string_view command, std::string& marks) {
    constexpr std::size_t shortest = 4;  // shorter ones stand in any text
    bool first = true;
    while (!command.empty()) {
        command.remove_prefix((std::min)(command.find_first_not_of(shell_separators), command.size()));
        auto const word = command.substr(0, command.find_first_of(shell_separators));
        command.remove_prefix(word.size());
        if (std::exchange(first, false) || word.starts_with("--") || word.size() < shortest) continue;
        for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size()))
            marks.replace(at, word.size(), word.size(), '*');
    }
}

/// Marks what looks like a key or a token: 20 characters of base64 or more, with a digit and a capital among them.
inline void mark_keys(std::string_view text, std::string& marks) {
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-";
    constexpr std::size_t shortest = 20;  // an access key id
    for (std::size_t at = text.find_first_of(base64); at != std::string_view::npos;) {
        auto const end = (std::min)(text.find_first_not_of(base64, at), text.size());
        auto const run = text.substr(at, end - at);
        if (run.size() >= shortest && run.find_first_of(digits) != std::string_view::npos &&
            run.find_first_of(capitals) != std::string_view::npos)
            marks.replace(at, run.size(), run.size(), '*');
        at = text.find_first_of(base64, end);
    }
}

/// What a command wrote to stderr, fit for a message: ": text", or "".
inline std::string clean_complaint(std::string_view text, std::string_view command) {
    constexpr std::size_t longest = 512;
    std::string marked(text);
    mark_arguments(text, command, marked);
    mark_keys(text, marked);
    std::string shown;  // three asterisks, however long the word is
    for (char const c : marked)
        if (c != '*' || !shown.ends_with("***")) shown.push_back(c);
    std::string line;
    append_clean_line(line, shown, longest);
    return line.empty() ? line : ": " + line;
}

/// Why a command that ran has no output worth reading; "" where it has.
inline std::string describe_process_failure(process_ask const& asked) {
    auto const complaint = clean_complaint(asked.error_output, asked.command);
    switch (asked.failure) {
        case process_failure::not_started:
            return "could not be started" + complaint;
        case process_failure::timed_out:
            return "did not end within " + std::to_string(asked.timeout_ms) + " ms and was stopped" + complaint;
        case process_failure::too_much_output:
            return "printed more than " + std::to_string(asked.max_output) + " bytes and was stopped" + complaint;
        case process_failure::unknown_status:
            return "ended, but its exit status is unknown, because another part of this program waits for every child "
                   "process (does it ignore SIGCHLD, or call wait()?)" +
                   complaint;
        case process_failure::none:
            break;
    }
    if (asked.exit_status == 0) return {};
    return "ended with status " + std::to_string(asked.exit_status) + complaint;
}

}  // namespace detail

template <class>
result<credentials> parse_process_credentials(std::string_view output, std::int64_t now_unix_ms) {
    auto parsed = parse_credentials_document(output, document_kind::process);
    if (parsed && parsed->expires_at_ms && *parsed->expires_at_ms <= now_unix_ms)
        return fail(errc::credentials,
                    "they expired at " + format_iso8601(from_unix_milliseconds(*parsed->expires_at_ms)));
    return parsed;
}

template <class Use>
exchange<provider_answer> basic_process_provider<Use>::load(environment const& surroundings) {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    auto const& command = options_.command;
    if (ascii::trim(command).empty() || command.find('\0') != std::string::npos) {
        answer.detail = "credential_process is empty, or has a zero byte";
        co_return answer;
    }
    process_ask asked(command);
    asked.timeout_ms = options_.timeout_ms;
    asked.max_output = options_.max_output;
    co_await asked;
    secret const output(std::move(asked.output));
    auto const program = detail::find_program(command);
    auto const subject = program.empty() ? std::string("credential_process") : "credential_process " + program;
    if (auto const failure = detail::describe_process_failure(asked); !failure.empty()) {
        answer.detail = subject + " " + failure;
        co_return answer;
    }
    auto parsed = parse_process_credentials(output.view(), surroundings.unix_milliseconds());
    if (!parsed) {
        answer.detail = subject + " printed no usable credentials: " + parsed.error().message;
        co_return answer;
    }
    answer.outcome = provider_outcome::found;
    answer.credentials = std::move(*parsed);
    if (answer.credentials.account_id.empty()) answer.credentials.account_id = options_.account_id;
    answer.credentials.source = options_.source;
    co_return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
