// Owns the command line: options from one table each command, which also makes its help.
// Never knows what an option means.
#pragma once

#include <bedrock/bedrock.hpp>

#include "io.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cli {

struct option {
    std::string_view name{};   ///< "--model"
    std::string_view value{};  ///< the placeholder of its value; empty: it takes none
    std::string_view help{};
    char letter = 0;  ///< 'H' for -H
};

class arguments;

struct command {
    std::string_view name{};
    std::string_view synopsis{};  ///< what follows the name on the usage line
    std::string_view summary{};   ///< one line
    std::string_view details{};
    std::span<option const> options{};
    std::size_t max_operands = 1;
    int (*run)(arguments const&) = nullptr;
};

/// Options that every command takes.
inline constexpr option common_options[] = {
    {"--config", "FILE", "JSON5 configuration; else BEDROCK_CONFIG, else bedrock/config.json5 in XDG_CONFIG_HOME"},
    {"--region", "R", "AWS region; else the model's ARN, AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1"},
    {"--profile", "P", "profile of the shared files: wins over keys and tokens of the environment"},
    {"--endpoint", "URL", "instead of AWS's own hosts (AWS_ENDPOINT_URL_BEDROCK[_RUNTIME], AWS_ENDPOINT_URL)"},
    {"--verbose", "", "a line for each request on standard error"},
    {"--help", "", "this text", 'h'},
};

/// What was given to a command.
class arguments {
  public:
    /// **Errors:** invalid_input: the command line is not what the command takes.
    static bedrock::result<arguments> parse(command const& of, std::span<std::string_view const> words);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// The last value of an option, or "".
    std::string value(std::string_view name) const {
        auto const* const found = find(name);
        return found ? *found : std::string();
    }
    std::vector<std::string> values(std::string_view name) const;
    std::vector<std::string> const& operands() const noexcept { return operands_; }
    /// The only operand, a file name; "-" where there is none.
    std::string file() const { return operands_.empty() ? "-" : operands_.front(); }

  private:
    std::string const* find(std::string_view name) const;
    std::vector<std::pair<std::string_view, std::string>> given_{};
    std::vector<std::string> operands_{};
};

/// The text of `bedrock COMMAND --help`.
std::string describe(command const& one);

/// How many of `words` stand before the command: common options and their values.
std::size_t count_leading_options(std::span<std::string_view const> words);

/// What the common options say of a client.
bedrock::client_options make_client_options(arguments const& given);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bedrock::unexpected bad_usage(std::string message) {
    return bedrock::fail(bedrock::errc::invalid_input, std::move(message));
}

inline bedrock::result<std::int32_t> parse_count(std::string const& text, std::string_view option) {
    std::int32_t value = 0;
    auto const [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault == std::errc{} && stop == text.data() + text.size() && value > 0) return value;
    return bad_usage(std::string(option) + " takes a whole number above 0, not " + quoted(text));
}

inline bedrock::result<bedrock::guardrail_config> parse_guardrail(std::string const& text) {
    auto const colon = text.rfind(':');  // an ARN has colons of its own
    auto const version = colon == std::string::npos ? std::string() : text.substr(colon + 1);
    bool const is_number = version.find_first_not_of("0123456789") == std::string::npos;
    if (colon == 0 || version.empty() || (!is_number && version != "DRAFT"))
        return bad_usage("--guardrail takes ID:VERSION, the version a number or DRAFT, not " + quoted(text));
    return bedrock::guardrail_config{.guardrail_identifier = text.substr(0, colon), .guardrail_version = version};
}

inline bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

inline bedrock::error no_model() {
    return bedrock::make_error(bedrock::errc::invalid_input, "no model: name one with --model ID");
}

inline bedrock::error no_primary_model() {
    auto why = no_model();
    why.message += ", or set agents.defaults.model.primary of the configuration to amazon-bedrock/ID";
    return why;
}

inline option const* find_option(std::span<option const> among, std::string_view word) {
    for (auto const& one : among) {
        if (word == one.name) return &one;
        if (one.letter != 0 && word.size() == 2 && word[0] == '-' && word[1] == one.letter) return &one;
    }
    return nullptr;
}

inline option const* find_option(command const& of, std::string_view word) {
    auto const* const found = find_option(of.options, word);
    return found ? found : find_option(common_options, word);
}

/// "--name=value" or "-Hvalue" in its two halves.
inline std::pair<std::string_view, std::optional<std::string_view>> split_option(std::string_view word) {
    if (word.starts_with("--")) {
        auto const equals = word.find('=');
        if (equals == std::string_view::npos) return {word, std::nullopt};
        return {word.substr(0, equals), word.substr(equals + 1)};
    }
    if (word.size() > 2) return {word.substr(0, 2), word.substr(2)};
    return {word, std::nullopt};
}

inline void describe_options(std::string& text, std::span<option const> options) {
    constexpr std::size_t column = 28;
    for (auto const& one : options) {
        std::string line = "  ";
        if (one.letter != 0) line.append("-").append(1, one.letter).append(", ");
        line += one.name;
        if (!one.value.empty()) line.append(" ").append(one.value);
        line.resize((std::max)(column, line.size() + 2), ' ');
        text.append(line).append(one.help).append("\n");
    }
}

}  // namespace detail

inline bedrock::result<arguments> arguments::parse(command const& of, std::span<std::string_view const> words) {
    arguments parsed;
    for (std::size_t at = 0; at != words.size(); ++at) {
        auto const word = words[at];
        if (word.size() < 2 || word.front() != '-') {
            parsed.operands_.emplace_back(word);
            continue;
        }
        if (word == "--") {
            for (++at; at != words.size(); ++at) parsed.operands_.emplace_back(words[at]);
            break;
        }
        auto const [name, attached] = detail::split_option(word);
        auto const* const found = detail::find_option(of, name);
        if (!found) return detail::bad_usage("unknown option " + quoted(name));
        if (found->value.empty()) {
            if (attached) return detail::bad_usage("option " + std::string(found->name) + " takes no value");
            parsed.given_.emplace_back(found->name, "");
        } else if (attached) {
            parsed.given_.emplace_back(found->name, *attached);
        } else if (at + 1 != words.size()) {
            parsed.given_.emplace_back(found->name, words[++at]);
        } else {
            return detail::bad_usage("option " + std::string(found->name) +
                                     " needs a value: " + std::string(found->name) + ' ' + std::string(found->value));
        }
    }
    if (parsed.has("--config") && parsed.value("--config").empty())
        return detail::bad_usage("--config needs the name of a file");
    if (parsed.operands_.size() > of.max_operands && !parsed.has("--help"))
        return detail::bad_usage("unexpected argument " + quoted(parsed.operands_[of.max_operands]) +
                                 (of.max_operands == 1 ? "; put quotes around what belongs together" : ""));
    return parsed;
}

inline std::vector<std::string> arguments::values(std::string_view name) const {
    std::vector<std::string> all;
    for (auto const& [given, value] : given_)
        if (given == name) all.push_back(value);
    return all;
}

inline std::string const* arguments::find(std::string_view name) const {
    std::string const* last = nullptr;
    for (auto const& [given, value] : given_)
        if (given == name) last = &value;
    return last;
}

inline std::string describe(command const& one) {
    std::string text = "usage: bedrock ";
    text.append(one.name).append(" ").append(one.synopsis).append("\n").append(one.summary).append("\n");
    if (!one.details.empty()) text.append("\n").append(one.details);
    if (!one.options.empty()) {
        text += "\nOptions:\n";
        detail::describe_options(text, one.options);
    }
    text += "\nCommon options:\n";
    detail::describe_options(text, common_options);
    return text;
}

inline std::size_t count_leading_options(std::span<std::string_view const> words) {
    std::size_t at = 0;
    while (at < words.size() && words[at].size() > 1 && words[at].front() == '-') {
        auto const [name, attached] = detail::split_option(words[at]);
        auto const* const found = detail::find_option(common_options, name);
        at += found && !found->value.empty() && !attached ? 2 : 1;
    }
    return (std::min)(at, words.size());
}

inline bedrock::client_options make_client_options(arguments const& given) {
    bedrock::client_options options;
    options.region = given.value("--region");
    options.endpoint = given.value("--endpoint");
    options.profile = given.value("--profile");
    options.user_agent_suffix = "bedrock-cli";
    return options;
}

}  // namespace cli
