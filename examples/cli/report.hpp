// Owns what a person is told when something fails: the line `bedrock: KIND: message`, advice below it, an exit status.
// Never prints a secret: it prints what the SDK's errors say, which hold none.
#pragma once

#include <bedrock/bedrock.hpp>

#include "interrupt.hpp"
#include "io.hpp"

#include <string>
#include <string_view>

namespace cli {

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// Prints a failure and answers the exit status that it ends in.
int report(bedrock::error const& why);

/// Prints what is wrong with the command line.
int report_usage(bedrock::error const& why, std::string_view command);

/// Prints what was skipped in a response.
void print_notes(bedrock::json::note_list const& notes);

/// Ends a command that wrote to `out` and else succeeded.
int finish(output& out);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void print_failure(bedrock::error const& why, std::string const& advice) {
    auto const text = "bedrock: " + (why.name.empty() ? "Error" : why.name) + ": " + why.message + '\n' + advice;
    print_error(text);
}

}  // namespace detail

inline int report(bedrock::error const& why) {
    std::string advice;
    if (!why.hint.empty()) advice += why.hint + '\n';
    if (why.attempts > 1) advice += "sent " + std::to_string(why.attempts) + " times\n";
    if (!why.request_id.empty()) advice += "request id " + why.request_id + '\n';
    detail::print_failure(why, advice);
    return why.code == bedrock::errc::cancelled ? exit_interrupted : exit_failure;
}

inline int report_usage(bedrock::error const& why, std::string_view command) {
    std::string const called = command.empty() ? "bedrock" : "bedrock " + std::string(command);
    detail::print_failure(why, "try `" + called + " --help`\n");
    return exit_usage;
}

inline void print_notes(bedrock::json::note_list const& notes) {
    for (auto const& note : notes) {
        auto const line =
            "skipped in the response: " + bedrock::clean_line(note.path + ": " + note.problem, 300) + '\n';
        print_error(line);
    }
}

inline int finish(output& out) {
    out.finish();
    return out.ok() ? exit_success : report(out.failure());
}

}  // namespace cli
