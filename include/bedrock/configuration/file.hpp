// SPDX-License-Identifier: MIT
// Owns configuration files: reading one, and setting one value in it without touching anything else.
// Never leaves a file half written, or one that cannot be read any more, and never overwrites what somebody else wrote.
#ifndef BEDROCK_CONFIGURATION_FILE_HPP
#define BEDROCK_CONFIGURATION_FILE_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/configuration/reader.hpp"
#include "bedrock/configuration/settings.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/json5/document.hpp"
#include "bedrock/json5/edit.hpp"
#include "bedrock/json5/path.hpp"
#include "bedrock/json5/scanner.hpp"
#include "bedrock/os/file.hpp"
#include "bedrock/result.hpp"
#include "bedrock/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// What a configuration file says about Bedrock; see `parse_configuration`.
/// **Errors:** invalid_input, naming the file: it is missing or cannot be read, or what it says is wrong.
result<configuration> load_configuration(std::string const& path);

/// A value at a key ("models.bedrockDiscovery.enabled", "models.providers.amazon-bedrock.models[0].name") of a
/// configuration's text: a string as it is, anything else as JSON. Of Infinity and NaN, which JSON does not have, the
/// text.
/// **Errors:** invalid_input: the text is not JSON5, the key is none, or nothing is there.
result<std::string> find_in_configuration(std::string text, std::string_view key,
                                          std::string_view file_name = "the configuration");

/// Sets one value in a configuration file, and answers the notes that its new text calls for. `value` is JSON5, and a
/// string where it is not. Comments, formatting, owner and mode stay, links are followed, objects that are missing are
/// made, and so are the file and its folder.
/// **Errors:** invalid_input, naming the file, which is then as it was: it cannot be read or replaced (a full disk),
/// was changed meanwhile, is not JSON5, has something in the way of the key, or would say something wrong.
result<std::vector<configuration_note>> set_in_configuration(std::string const& path, std::string_view key,
                                                             std::string_view value);

// ---------------------------------------------------------------------------------------------------------------------

namespace configuration_detail {

inline std::string shown_path(std::string_view path) {
    std::string shown;
    append_clean_line(shown, path, 300);
    return shown;
}

inline unexpected cannot(std::string_view what, std::string const& path, std::string const& reason) {
    return fail(errc::invalid_input, "cannot " + std::string(what) + " " + shown_path(path) + ": " + reason);
}

inline result<json5::path> parse_key(std::string_view key) {
    json5::path steps;
    auto const state = json5::parse_path(key, steps);
    if (state.ok() && valid_utf8(key)) return steps;
    auto why = make_error(errc::invalid_input, quote(key) + " is not a key");
    why.hint =
        "write names with points between them, such as models.bedrockDiscovery.enabled; put names with points of "
        "their own into brackets and quotes: agents.defaults.models[\"amazon-bedrock/ID\"]";
    return unexpected{std::move(why)};
}

inline result<void> parse_document(json5::document& into, std::string text, std::string_view file_name) {
    auto const state = into.parse(std::move(text));
    if (state.ok()) return {};
    auto const at = json5::locate(into.text(), state.offset);
    return unexpected{join_problems({make_syntax_note(at, state.code)}, file_name)};
}

inline result<std::string> make_value(std::string_view value) {
    if (!valid_utf8(value)) return fail(errc::invalid_input, "the value is not UTF-8");
    json5::document read;
    if (read.parse(std::string(value)).ok()) return std::string(read.root().text());
    std::string quoted;
    json5::append_quoted(quoted, value);
    return quoted;
}

inline result<std::string> edit(std::string text, json5::path const& steps, std::string_view value,
                                std::string const& file_name) {
    if (json5::is_blank(text)) {
        if (!text.empty() && text.back() != '\n') text.push_back('\n');
        text += "{}\n";
    }
    json5::document document;
    if (auto read = parse_document(document, std::move(text), file_name); !read)
        return unexpected{std::move(read).error()};
    std::string edited;
    auto const state = json5::append_with_value(edited, document, steps, value);
    if (state.ok()) {
        json5::document again;
        if (auto read = parse_document(again, edited, file_name); !read) return unexpected{std::move(read).error()};
        return edited;
    }
    auto const at = json5::locate(document.text(), state.offset);
    configuration_note problem{at.line, at.column, json5::format_path(steps), {}, {}};
    problem.message = state.code == json5::fault::no_such_element ? "the array here has no such element"
                                                                  : "what stands here is no object";
    problem.advice = "set or remove it first";
    return unexpected{join_problems({problem}, file_name)};
}

}  // namespace configuration_detail

inline result<configuration> load_configuration(std::string const& path) {
    file_ask file(path);
    os::read_file(file);
    if (file.outcome != file_outcome::found) return configuration_detail::cannot("read", path, file.reason);
    return parse_configuration(std::move(file.text), configuration_detail::shown_path(path));
}

inline result<std::string> find_in_configuration(std::string text, std::string_view key, std::string_view file_name) {
    auto const steps = configuration_detail::parse_key(key);
    if (!steps) return unexpected{steps.error()};
    json5::document document;
    json5::value found;
    if (!json5::is_blank(text)) {
        auto read = configuration_detail::parse_document(document, std::move(text), file_name);
        if (!read) return unexpected{std::move(read).error()};
        found = document.root().find(*steps);
    }
    if (!found) return fail(errc::invalid_input, std::string(key) + " is not set in " + std::string(file_name));
    std::string value;
    if (found.read(value) == json5::fault::none) return value;
    if (!json5::append_json(value, found).ok()) value = found.text();
    return value;
}

inline result<std::vector<configuration_note>> set_in_configuration(std::string const& path, std::string_view key,
                                                                    std::string_view value) {
    using namespace configuration_detail;
    auto const steps = parse_key(key);
    if (!steps) return unexpected{steps.error()};
    auto const written = make_value(value);
    if (!written) return unexpected{written.error()};
    file_ask file(path);
    os::read_file(file);
    if (file.outcome == file_outcome::unreadable) return cannot("read", path, file.reason);

    auto const name = shown_path(path);
    auto edited = edit(file.text, *steps, *written, name);
    if (!edited) return unexpected{std::move(edited).error()};
    auto const after = parse_configuration(*edited, name);
    // Who repairs a file that says several things wrong does so one by one.
    if (!after && parse_configuration(file.text)) {
        auto why = after.error();
        why.message = "not changed: it would be wrong in " + why.message;
        return unexpected{std::move(why)};
    }
    replace_ask change(path, std::move(*edited));
    change.known = file.stamp;
    change.make_directories = true;
    os::replace_file(change);
    if (change.done) return after ? after->notes : std::vector<configuration_note>();
    if (!change.changed) return cannot("write", path, change.reason);
    auto why = make_error(errc::invalid_input, "not changed: somebody else changed " + name + " meanwhile");
    why.hint = "try again";
    return unexpected{std::move(why)};
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
