// The command-line tool `bedrock`: asks models and lists them, says which credentials apply, reads and writes event
// streams, signs. Built on the SDK's public API alone, as anybody's program would be.
#include <bedrock/bedrock.hpp>

#include "cli/arguments.hpp"
#include "cli/config.hpp"
#include "cli/converse.hpp"
#include "cli/decode.hpp"
#include "cli/encode.hpp"
#include "cli/invoke.hpp"
#include "cli/io.hpp"
#include "cli/models.hpp"
#include "cli/operations.hpp"
#include "cli/report.hpp"
#include "cli/sign.hpp"
#include "cli/whoami.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr cli::command const* commands[] = {
    &cli::converse_command,        &cli::models_command, &cli::invoke_command, &cli::count_tokens_command,
    &cli::apply_guardrail_command, &cli::whoami_command, &cli::config_command, &cli::decode_command,
    &cli::encode_command,          &cli::sign_command,
};

std::string describe_tool() {
    std::string text = "usage: bedrock COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n";
    for (auto const* const one : commands) {
        std::string line = "  " + std::string(one->name);
        line.resize(18, ' ');
        text.append(line).append(one->summary).append("\n");
    }
    text += "\nCommon options:\n";
    cli::detail::describe_options(text, cli::common_options);
    return text +=
           "\n`bedrock COMMAND --help` has the rest. `bedrock --version` says which version this is.\n"
           "Exit status: 0 success, 1 failure (the first line on standard error names it), 2 bad usage,\n"
           "130 cancelled by Ctrl-C.\n";
}

int print(std::string_view text) {
    cli::output out;
    out.write(text);
    return cli::finish(out);
}

cli::command const* find_command(std::string_view name) {
    for (auto const* const one : commands)
        if (one->name == name) return one;
    return nullptr;
}

int refuse_command(std::string_view name) {
    auto const message = "unknown command " + cli::quoted(name);
    return cli::report_usage(bedrock::make_error(bedrock::errc::invalid_input, message), {});
}

int run_without_command(std::span<std::string_view const> words) {
    for (auto const word : words) {
        if (word == "--help" || word == "-h") return print(describe_tool());
        if (word == "--version") return print(std::string("bedrock ") + bedrock::version_text + '\n');
    }
    cli::command const none{.max_operands = 0};
    auto const parsed = cli::arguments::parse(none, words);
    auto const why = parsed ? bedrock::make_error(bedrock::errc::invalid_input, "no command given") : parsed.error();
    return cli::report_usage(why, {});
}

// Needs no memory to say so: standard error has no buffer.
[[noreturn]] void report_no_memory() {
    constexpr std::string_view text = "bedrock: OutOfMemory: out of memory\n";
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::_Exit(cli::exit_failure);
}

int run(std::vector<std::string_view> words) {
    std::set_new_handler(report_no_memory);
    cli::prepare_standard_streams();
    auto const before = cli::count_leading_options(words);
    if (before == words.size()) return run_without_command(words);

    auto const name = words[before];
    auto const* const wanted = find_command(name);
    if (!wanted) return refuse_command(name);
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(before));
    auto const parsed = cli::arguments::parse(*wanted, words);
    if (!parsed) return cli::report_usage(parsed.error(), name);
    return parsed->has("--help") ? print(cli::describe(*wanted)) : wanted->run(*parsed);
}

}  // namespace

#if defined(_WIN32)

int main() {
    auto const given = cli::windows::find_arguments();
    return run({given.begin() + (given.empty() ? 0 : 1), given.end()});
}

#else

int main(int count, char** given) {
    return run({given + (count > 0 ? 1 : 0), given + count});
}

#endif
