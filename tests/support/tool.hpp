// Runs the command-line tool that the build names (-DBEDROCK_TOOL="path"), or the environment variable BEDROCK_TOOL, in
// a bare environment of the test's making.
// Never lets a secret pass: every output is searched for those that the environment holds.
#pragma once

#include "support/process.hpp"
#include "support/temporary_file.hpp"

#include "support/catch.hpp"

#include <simdjson.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

inline constexpr std::string_view secrets[] = {
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE", "session-token-that-nobody-may-see",
    "bearer-token-that-nobody-may-see",         "broken\nsecret",
};

/// The key pair that the mock server accepts.
inline std::vector<std::string> keys() {
    return {"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
}

/// The program to run: another system's build of it may be tried by a wrapper. Ends the test case where there is none.
inline std::string path() {
    char const* const named = std::getenv("BEDROCK_TOOL");
    std::string program = named ? named : BEDROCK_TOOL;
    INFO("the command-line tool is not built, or BEDROCK_TOOL names another file: " << program);
    REQUIRE(::access(program.c_str(), X_OK) == 0);
    return program;
}

inline process::options call(std::vector<std::string> arguments, std::vector<std::string> environment = keys()) {
    process::options made;
    made.arguments = std::move(arguments);
    made.arguments.insert(made.arguments.begin(), path());
    made.environment = std::move(environment);
    // The machine's own role and files are none of the test's.
    made.environment.insert(made.environment.end(), {"AWS_EC2_METADATA_DISABLED=true", "HOME=/nonexistent"});
    return made;
}

inline void check_for_secrets(process::outcome const& seen) {
    for (auto const secret : secrets) {
        CHECK(seen.out.find(secret) == std::string::npos);
        CHECK(seen.err.find(secret) == std::string::npos);
    }
}

inline process::outcome run(process::options given) {
    INFO("the command-line tool: " << (given.arguments.empty() ? std::string() : given.arguments.front()));
    auto seen = process::run(std::move(given));
    bool const was_started = seen.exit_status >= 0 || seen.signal != 0;
    REQUIRE(was_started);
    CHECK_FALSE(seen.hung);
    CHECK(seen.signal == 0);
    check_for_secrets(seen);
    return seen;
}

inline process::outcome run(std::vector<std::string> arguments, std::vector<std::string> environment = keys()) {
    return tool::run(call(std::move(arguments), std::move(environment)));
}

inline process::outcome run_with_input(std::vector<std::string> arguments, std::string input) {
    auto given = call(std::move(arguments));
    given.input = std::move(input);
    return tool::run(std::move(given));
}

inline std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

/// True where the first line on standard error is `bedrock: KIND: ...`.
inline bool is_failure(process::outcome const& seen, std::string_view kind) {
    return seen.err.starts_with("bedrock: " + std::string(kind) + ": ");
}

inline std::vector<std::string> lines(std::string_view text) {
    std::vector<std::string> all;
    while (!text.empty()) {
        auto const end = (std::min)(text.find('\n'), text.size());
        all.emplace_back(text.substr(0, end));
        text.remove_prefix((std::min)(end + 1, text.size()));
    }
    return all;
}

/// JSON that a test looks into by pointers (RFC 6901).
struct parsed_json {
    explicit parsed_json(std::string_view given) : text(given) {
        INFO(given);
        REQUIRE(parser.parse(text).get(root) == simdjson::SUCCESS);
    }
    std::string at(std::string_view pointer) {
        simdjson::dom::element found;
        return root.at_pointer(pointer).get(found) == simdjson::SUCCESS ? std::string(simdjson::minify(found)) : "";
    }
    simdjson::padded_string text;
    simdjson::dom::parser parser{};
    simdjson::dom::element root{};
};

using ::temporary_file;

}  // namespace tool
