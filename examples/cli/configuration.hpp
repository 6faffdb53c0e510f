// Owns the configuration that the tool works with: which file it is, what it says, and what a person should know of it.
// Never overrides an option of the command line.
#pragma once

#include "sdk.hpp"

#include "arguments.hpp"
#include "io.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

/// The file of --config, else BEDROCK_CONFIG, else bedrock/config.json5 below XDG_CONFIG_HOME or ~/.config.
struct configuration_file {
    std::string path{};  ///< empty: there is no such place
    std::string named_by{};
    bool is_named() const noexcept { return !named_by.empty(); }
};
configuration_file find_configuration_file(arguments const& given);

/// What a command works with. A default file that does not exist says nothing.
class configured {
  public:
    /// **Errors:** invalid_input, naming the file.
    static bedrock::result<configured> load(arguments const& given);

    bedrock::configuration const* operator->() const noexcept { return &values_; }
    bedrock::configuration const& operator*() const noexcept { return values_; }

    /// The client that the common options and the configuration ask for.
    bedrock::client_options client_options(arguments const& given) const {
        return bedrock::make_client_options(values_, make_client_options(given));
    }

    /// Something to tell behind the call's own words: the first line on standard error is the call's.
    void warn(std::string text) { warnings_ += "bedrock: " + std::move(text) + '\n'; }
    void print_warnings() const { print_error(warnings_); }

  private:
    bedrock::configuration values_{};
    std::string warnings_{};
};

/// "FILE, line 4, column 12: ..." for each note.
std::string describe_notes(std::vector<bedrock::configuration_note> const& notes, std::string_view path);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::string path_for_people(std::string_view path) {
    std::string shown;
    bedrock::append_clean_line(shown, path, 300);
    return shown;
}

inline bool is_absolute(std::string_view path) {
#if defined(_WIN32)
    return path.substr(0, 1) == "\\" || path.substr(1, 1) == ":" || path.substr(0, 1) == "/";
#else
    return path.starts_with('/');
#endif
}

/// Where the XDG base directory specification has it: relative values do not count.
inline std::string find_default_configuration(bedrock::environment const& surroundings) {
    auto const own = bedrock::non_blank_variable(surroundings, "XDG_CONFIG_HOME");
    if (own && is_absolute(*own)) return *own + "/bedrock/config.json5";
    return bedrock::expand_home(surroundings, "~/.config/bedrock/config.json5");
}

}  // namespace detail

inline configuration_file find_configuration_file(arguments const& given) {
    auto const surroundings = bedrock::environment::of_process();
    if (given.has("--config")) return {given.value("--config"), "--config"};
    if (auto path = bedrock::non_blank_variable(surroundings, "BEDROCK_CONFIG"))
        return {std::move(*path), "BEDROCK_CONFIG"};
    return {detail::find_default_configuration(surroundings), {}};
}

inline std::string describe_notes(std::vector<bedrock::configuration_note> const& notes, std::string_view path) {
    std::string all;
    for (auto const& note : notes) all += "bedrock: " + detail::path_for_people(path) + ", " + note.text() + '\n';
    return all;
}

inline bedrock::result<configured> configured::load(arguments const& given) {
    configured made;
    auto const file = find_configuration_file(given);
    if (!file.is_named()) {
        bedrock::file_ask there(file.path);
        if (!file.path.empty()) bedrock::os::read_file(there);
        if (there.outcome == bedrock::file_outcome::missing) return made;
    }
    auto values = bedrock::load_configuration(file.path);
    if (!values) {
        auto why = std::move(values).error();
        if (why.hint.empty() && file.is_named()) why.hint = "the file is named by " + file.named_by;
        return bedrock::unexpected{std::move(why)};
    }
    made.values_ = std::move(*values);
    made.warnings_ = describe_notes(made.values_.notes, file.path);
    return made;
}

}  // namespace cli
