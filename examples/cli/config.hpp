// Owns `bedrock config`: one value of the configuration file, read or set in place.
// Never formats the file anew.
#pragma once

#include "sdk.hpp"

#include "arguments.hpp"
#include "configuration.hpp"
#include "io.hpp"
#include "report.hpp"

#include <string>
#include <utility>

namespace cli {

int run_config(arguments const& given);

inline constexpr command config_command{
    .name = "config",
    .synopsis = "get KEY | set KEY VALUE",
    .summary = "Reads or sets one value of the configuration file, in place.",
    .details =
        "KEY has points between its names: models.bedrockDiscovery.enabled. Elements of arrays are models[0]; names "
        "with\n"
        "points of their own stand in brackets and quotes: agents.defaults.models[\"amazon-bedrock/ID\"].\n"
        "VALUE is JSON5 (true, 3600, [\"anthropic\"], {...}), and a string where it is not. Put -- before a VALUE "
        "that\n"
        "begins with a hyphen. Comments and formatting stay, and so do mode and owner; a missing file is made.\n"
        "The file is that of --config, else of BEDROCK_CONFIG, else bedrock/config.json5 in XDG_CONFIG_HOME or "
        "~/.config.\n",
    .max_operands = 3,
    .run = run_config,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline int get_value(std::string const& path, std::string const& key) {
    bedrock::file_ask file(path);
    bedrock::os::read_file(file);
    if (file.outcome != bedrock::file_outcome::found)
        return report(bedrock::make_error(bedrock::errc::invalid_input,
                                          "cannot read " + path_for_people(path) + ": " + file.reason));
    auto const value = bedrock::find_in_configuration(std::move(file.text), key, path_for_people(path));
    if (!value) return report(value.error());
    output out;
    out.write(*value + '\n');
    return finish(out);
}

inline int set_value(std::string const& path, std::string const& key, std::string const& value) {
    auto const notes = bedrock::set_in_configuration(path, key, value);
    if (!notes) return report(notes.error());
    print_error(describe_notes(*notes, path));
    return exit_success;
}

}  // namespace detail

inline int run_config(arguments const& given) {
    auto const refuse = [](std::string message) {
        return report_usage(bedrock::make_error(bedrock::errc::invalid_input, std::move(message)), config_command.name);
    };
    auto const& words = given.operands();
    bool const sets = !words.empty() && words[0] == "set";
    if (words.empty() || (!sets && words[0] != "get")) return refuse("get or set is needed");
    if (words.size() != (sets ? 3 : 2)) return refuse(sets ? "set takes a KEY and a VALUE" : "get takes one KEY");
    auto const file = find_configuration_file(given);
    if (file.path.empty()) return refuse("no place for a configuration file: name one with --config FILE");
    return sets ? detail::set_value(file.path, words[1], words[2]) : detail::get_value(file.path, words[1]);
}

}  // namespace cli
