// SPDX-License-Identifier: MIT
// What AWS's shared config and credentials files say: profiles, sso-sessions and services, the merge of both files.
// It never does I/O, and never decides which credentials a profile stands for.
#ifndef BEDROCK_PROFILE_FILE_HPP
#define BEDROCK_PROFILE_FILE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/error.hpp"
#include "bedrock/ini.hpp"
#include "bedrock/profile_location.hpp"
#include "bedrock/result.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

enum class profile_file : unsigned char { config, credentials };

/// Both files' texts. **Lifetime:** of the texts, as long as the call.
struct profile_texts {
    /// Empty for a file that does not exist.
    std::string_view config{};
    std::string_view credentials{};
    /// For messages.
    std::string_view config_name = "~/.aws/config";
    std::string_view credentials_name = "~/.aws/credentials";
};

/// What is believed of the files. No AWS SDK has limits here.
struct profile_limits {
    /// Of each of the files.
    ini::limits file{};
    /// Section lines of both files: above what `ini::limits::text` is measured by, 50,000.
    std::size_t sections = 65536;
    /// Properties and nested ones of both files: eight a section, where `aws configure sso` writes six.
    std::size_t properties = 524288;
    /// Warnings kept; further ones are counted.
    std::size_t warnings = 64;
};

/// `name = value` of a block.
struct nested_property {
    /// In lower case.
    std::string key{};
    std::string value{};
};

/// `name = value` of a section, with the lines that belong to it. Its value is wiped when it is destroyed.
struct profile_property {
    profile_property() = default;
    profile_property(profile_property const&) = default;
    profile_property(profile_property&&) noexcept = default;
    profile_property& operator=(profile_property other) noexcept;
    ~profile_property();

    /// In lower case.
    std::string key{};
    /// Continuations, and the lines of a block, follow after a line feed each, without the blanks at their ends.
    std::string value{};
    /// Of a value that is empty but for its lines: these lines, sorted, the last one of each key.
    std::vector<nested_property> block{};
    profile_file from = profile_file::config;
    /// In that file, from 1.
    std::size_t line = 0;
};

namespace detail {
template <class>
class basic_profile_reader;
}

/// A profile, sso-session or services section: all sections of that name and kind in both files together.
/// Keys are the same in any case; names are not. Where a key stands twice, the last one counts, with all its block, and
/// the credentials file counts as the last.
/// **Lifetime:** of what it returns, its own.
class profile_section {
  public:
    std::string const& name() const noexcept { return name_; }
    /// Sorted by key, each key once.
    std::span<profile_property const> properties() const noexcept { return properties_; }

    /// Null where there is no such key.
    profile_property const* find(std::string_view key) const noexcept;
    /// What one of the files says, even where the other one overrides it.
    profile_property const* find(std::string_view key, profile_file from) const noexcept;
    /// "" where there is no such key.
    std::string_view value(std::string_view key) const noexcept;
    /// Of a block: `endpoint_url` below `bedrock_runtime =`.
    std::string_view value(std::string_view key, std::string_view nested_key) const noexcept;

  private:
    template <class>
    friend class detail::basic_profile_reader;

    std::string name_;
    std::vector<profile_property> properties_;
    std::vector<profile_property> overridden_;  // of the config file, sorted: the credentials file has them too
};

/// Something in a file that was passed over, and why. Never a key or value: who mistypes one may have pasted a secret.
struct profile_warning {
    profile_file from = profile_file::config;
    std::size_t line = 0;
    /// With file and line.
    std::string message{};
};

/// What both files say.
class profile_set {
  public:
    /// Null where there is none. **Lifetime:** of the set, also when that is moved.
    profile_section const* find(std::string_view profile) const noexcept;
    profile_section const* find_sso_session(std::string_view name) const noexcept;
    profile_section const* find_services(std::string_view name) const noexcept;

    /// Sorted by name.
    std::span<profile_section const> profiles() const noexcept { return profiles_; }
    std::span<profile_section const> sso_sessions() const noexcept { return sso_sessions_; }
    std::span<profile_section const> services() const noexcept { return services_; }

    /// In the order of the files, config first.
    std::span<profile_warning const> warnings() const noexcept { return warnings_; }
    /// Those above `profile_limits::warnings`.
    std::size_t warnings_left_out() const noexcept { return warnings_left_out_; }
    /// As it was given to `parse_profiles`.
    std::string const& file_name(profile_file which) const noexcept {
        return which == profile_file::config ? config_name_ : credentials_name_;
    }

  private:
    template <class>
    friend class detail::basic_profile_reader;

    std::vector<profile_section> profiles_;
    std::vector<profile_section> sso_sessions_;
    std::vector<profile_section> services_;
    std::vector<profile_warning> warnings_;
    std::size_t warnings_left_out_ = 0;
    std::string config_name_;
    std::string credentials_name_;
};

/// Reads both files. In the config file sections are `[default]`, `[profile NAME]`, `[sso-session NAME]` and
/// `[services NAME]`; a name with blanks is quoted as in a shell, as botocore has it. In the credentials file sections
/// are profiles, `[NAME]`, whose name may have blanks. Other sections, lines that are not understood, and keys that are
/// not an `ini::is_identifier` are passed over with a warning, and so is `[default]` if there is a `[profile default]`.
/// Keys in a `[services NAME]` section may have blanks.
/// **Errors:** credentials, with file and line, for limits.
template <class = void>
result<profile_set> parse_profiles(profile_texts const& from, profile_limits const& limits = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

// Below, at or above zero as the stored key, which is in lower case, stands before, at or behind the wanted one.
inline int compare_keys(std::string_view stored, std::string_view wanted) noexcept {
    auto const common = (std::min)(stored.size(), wanted.size());
    for (std::size_t i = 0; i != common; ++i) {
        int const difference =
            static_cast<unsigned char>(stored[i]) - static_cast<unsigned char>(ascii::to_lower(wanted[i]));
        if (difference != 0) return difference;
    }
    return stored.size() == wanted.size() ? 0 : stored.size() < wanted.size() ? -1 : 1;
}

inline int compare_entry(nested_property const& entry, std::string_view key) noexcept {
    return compare_keys(entry.key, key);
}
inline int compare_entry(profile_property const& entry, std::string_view key) noexcept {
    return compare_keys(entry.key, key);
}
inline int compare_entry(profile_section const& entry, std::string_view name) noexcept {
    return entry.name().compare(name);
}

/// Null where there is none. Not std::lower_bound, which is a dozen functions more for each kind of entry.
template <class Entry>
Entry const* find_entry(std::vector<Entry> const& sorted, std::string_view wanted) noexcept {
    auto const* from = sorted.data();
    for (auto left = sorted.size(); left != 0;) {
        auto const half = left / 2;
        int const order = compare_entry(from[half], wanted);
        if (order == 0) return from + half;
        if (order < 0) from += half + 1;
        left = order < 0 ? left - half - 1 : half;
    }
    return nullptr;
}

struct named_place {
    std::string_view name{};
    std::size_t place = 0;
};

/// Where the names stand when they are sorted, equal ones as they stood. One function sorts whatever has a name.
template <class = void>
void sort_places(std::vector<named_place>& places) {
    auto const before = [](named_place const& left, named_place const& right) noexcept {
        auto const order = left.name.compare(right.name);
        return order != 0 ? order < 0 : left.place < right.place;
    };
    std::make_heap(places.begin(), places.end(), before);  // half the code of std::sort
    std::sort_heap(places.begin(), places.end(), before);
}

inline std::string_view sort_name(nested_property const& entry) noexcept {
    return entry.key;
}
inline std::string_view sort_name(profile_property const& entry) noexcept {
    return entry.key;
}
inline std::string_view sort_name(profile_section const& entry) noexcept {
    return entry.name();
}

/// Stable.
template <class Entry>
void sort_by_name(std::vector<Entry>& entries) {
    std::vector<named_place> places;
    places.reserve(entries.size());
    for (auto const& entry : entries) places.push_back({sort_name(entry), places.size()});
    sort_places(places);
    std::vector<Entry> sorted;
    sorted.reserve(entries.size());
    for (auto const& from : places) sorted.push_back(std::move(entries[from.place]));
    entries = std::move(sorted);
}

/// Sorts by key and keeps the last of each; the others are given to `drop`, with the one that followed.
template <class Entry, class Drop>
void keep_last(std::vector<Entry>& entries, Drop&& drop) {
    sort_by_name(entries);
    std::size_t kept = 0;
    for (std::size_t i = 0; i != entries.size(); ++i) {
        if (i + 1 != entries.size() && entries[i].key == entries[i + 1].key) {
            drop(entries[i], entries[i + 1]);
            continue;
        }
        if (kept != i) entries[kept] = std::move(entries[i]);
        ++kept;
    }
    while (entries.size() != kept) entries.pop_back();
}

/// A section line's inner text: "profile", "name" of `profile "name"`; "", "name" of `name`.
struct section_title {
    std::string_view kind{};
    std::string_view name{};
};

inline section_title split_title(std::string_view title) noexcept {
    auto const blank = title.find_first_of(" \t\r");
    if (blank == std::string_view::npos) return {{}, title};
    return {title.substr(0, blank), ascii::trim(title.substr(blank))};
}

/// The one word that a text is for a shell, without its quotes, as botocore reads names; false for none or several.
inline bool unquote_name(std::string_view text, std::string& name) {
    char quote = 0;
    for (std::size_t i = 0; i != text.size(); ++i) {
        char const c = text[i];
        if (quote == 0 && ascii::is_blank(c)) return false;
        bool const escapes = c == '\\' && quote != '\'';
        if (escapes) {
            if (i + 1 == text.size()) return false;
            char const next = text[i + 1];
            if (quote == 0 || next == '"' || next == '\\') {
                name += next;
                ++i;
                continue;
            }
        }
        if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = 0;
        else
            name += c;
    }
    return quote == 0 && !name.empty();
}

// A template of nothing, as protocols are (exchange.hpp): not compiled where no files are read.
template <class>
class basic_profile_reader {
  public:
    basic_profile_reader(profile_texts const& from, profile_limits const& limits) : limits_(limits) {
        set_.config_name_ = from.config_name;
        set_.credentials_name_ = from.credentials_name;
    }

    /// Config first.
    result<void> read(profile_file file, std::string_view text);
    profile_set finish() &&;

  private:
    result<void> begin_section(std::string_view title);
    result<void> take_property(ini::line const& line);
    result<void> take_nested(ini::line const& line);
    void take_continuation(ini::line const& line);
    std::vector<profile_section>* find_place(section_title title, std::string& name);
    void note_line(ini::line const& line);
    bool is_key(std::string_view key) const noexcept;
    void warn(std::string_view text);
    result<void> stop(std::string_view text, std::size_t line) const;
    std::string at_line(std::size_t line) const;
    static void settle(std::vector<profile_section>& sections);
    static void settle(profile_section& section);

    profile_limits const& limits_;
    profile_set set_;
    profile_file file_ = profile_file::config;
    std::size_t line_ = 0;
    std::size_t sections_ = 0;
    std::size_t properties_ = 0;
    profile_section* section_ = nullptr;    // null in one that is passed over
    profile_property* property_ = nullptr;  // null below one that is passed over
    std::vector<profile_section> plain_defaults_;
    std::size_t plain_default_line_ = 0;
    bool prefixed_default_ = false;
    bool in_services_ = false;
    bool indentation_noted_ = false;
};
using profile_reader = basic_profile_reader<void>;

template <class Use>
result<void> basic_profile_reader<Use>::read(profile_file file, std::string_view text) {
    file_ = file;
    section_ = nullptr;
    property_ = nullptr;
    ini::reader reader(text, limits_.file);
    indentation_noted_ = false;
    for (ini::line line; reader.next(line);) {
        line_ = line.number;
        note_line(line);
        result<void> taken;
        switch (line.kind) {
            case ini::line_kind::skipped:
                if (line.problem == ini::fault::missing_nested_equals || line.problem == ini::fault::missing_nested_key)
                    break;
                property_ = nullptr;
                if (line.is_section) section_ = nullptr;
                break;
            case ini::line_kind::section:
                taken = begin_section(line.key);
                break;
            case ini::line_kind::property:
                taken = take_property(line);
                break;
            case ini::line_kind::nested:
                taken = take_nested(line);
                break;
            default:
                take_continuation(line);
        }
        if (!taken) return taken;
    }
    if (auto const state = reader.state(); !state.ok())
        return stop(std::string(ini::describe(state.code)) + " (profile_limits::file)", state.line);
    if (file == profile_file::credentials) return {};
    if (prefixed_default_ && !plain_defaults_.empty()) {
        line_ = plain_default_line_;
        warn("[default] ignored, because [profile default] is there too and counts alone; keep one of them");
    } else {
        for (auto& section : plain_defaults_) set_.profiles_.push_back(std::move(section));
    }
    plain_defaults_.clear();
    return {};
}

template <class Use>
result<void> basic_profile_reader<Use>::begin_section(std::string_view title) {
    if (sections_++ == limits_.sections) return stop("too many sections (profile_limits::sections)", line_);
    property_ = nullptr;
    section_ = nullptr;
    auto const split = split_title(title);
    std::string name;
    bool const is_credentials = file_ == profile_file::credentials;
    bool const has_kind = split.kind == "profile" || split.kind == "sso-session" || split.kind == "services";
    bool const is_plain = is_credentials && !has_kind;  // the whole title is the name
    if (is_plain) name = title;
    auto* const place = find_place(is_plain ? section_title{{}, title} : split, name);
    in_services_ = place == &set_.services_;
    if (!place) return {};
    section_ = &place->emplace_back();
    section_->name_ = std::move(name);
    return {};
}

// What is wrong with a line, or was read although it is not at its line's start: that once a file.
template <class Use>
void basic_profile_reader<Use>::note_line(ini::line const& line) {
    if (line.problem == ini::fault::text_after_section)
        warn("the text behind the section's ']' is passed over");
    else if (line.problem != ini::fault::none)
        warn("the line is passed over: " + std::string(ini::describe(line.problem)));
    if (!line.indented || indentation_noted_) return;
    indentation_noted_ = true;
    warn("an indented section or key is read; some AWS tools want it at the line's start");
}

template <class Use>
bool basic_profile_reader<Use>::is_key(std::string_view key) const noexcept {
    if (!in_services_) return ini::is_identifier(key);
    auto const first = key.find_first_not_of(' ');
    for (char const c : key)
        if (c != ' ' && !ini::is_identifier({&c, 1})) return false;
    return first != std::string_view::npos;
}

// Null, and a warning, for a section that is none here.
template <class Use>
std::vector<profile_section>* basic_profile_reader<Use>::find_place(section_title title, std::string& name) {
    bool const in_config = file_ == profile_file::config;
    char const* why = nullptr;
    if (!in_config && !title.kind.empty()) {
        why = "the credentials file has profiles only, as [NAME] without \"profile\"";
    } else if (!in_config) {
        if (!name.empty()) return &set_.profiles_;
        why = "the section has no name";
    } else if (title.kind.empty() ? (name = title.name).empty() : !unquote_name(title.name, name)) {
        why = "a name is one word, or quoted: [profile \"two words\"]";
    } else if (title.kind == "profile") {
        prefixed_default_ = prefixed_default_ || name == "default";
        return &set_.profiles_;
    } else if (title.kind == "sso-session") {
        return &set_.sso_sessions_;
    } else if (title.kind == "services") {
        return &set_.services_;
    } else if (!title.kind.empty()) {
        why = "expected profile, sso-session or services before the name";
    } else if (name != "default") {
        why = "a profile of the config file is written [profile NAME]";
    } else {
        plain_default_line_ = line_;
        return &plain_defaults_;
    }
    constexpr std::size_t shown = 64;
    std::string message = "section [";
    append_clean_line(message, title.kind, shown);
    if (!title.kind.empty()) message += ' ';
    append_clean_line(message, title.name, shown);
    warn(message.append("] ignored: ").append(why));
    return nullptr;
}

inline void append_lower(std::string& out, std::string_view text) {
    for (char const c : text) out.push_back(ascii::to_lower(c));
}

template <class Use>
result<void> basic_profile_reader<Use>::take_property(ini::line const& line) {
    property_ = nullptr;
    if (!section_) return {};
    if (!is_key(line.key)) {
        warn("a property ignored: its name has other characters than letters, digits and _ - / . % @ : +");
        return {};
    }
    if (properties_++ == limits_.properties) return stop("too many properties (profile_limits::properties)", line_);
    property_ = &section_->properties_.emplace_back();
    append_lower(property_->key, line.key);
    property_->value = line.value;
    property_->from = file_;
    property_->line = line_;
    return {};
}

template <class Use>
result<void> basic_profile_reader<Use>::take_nested(ini::line const& line) {
    if (!property_) return {};
    property_->value += '\n';
    property_->value += line.text;
    if (!ini::is_identifier(line.key)) {
        warn("an indented property ignored: its name has other characters than letters, digits and _ - / . % @ : +");
        return {};
    }
    if (properties_++ == limits_.properties) return stop("too many properties (profile_limits::properties)", line_);
    auto& nested = property_->block.emplace_back();
    append_lower(nested.key, line.key);
    nested.value = line.value;
    return {};
}

template <class Use>
void basic_profile_reader<Use>::take_continuation(ini::line const& line) {
    if (!property_) return;
    property_->value += '\n';
    property_->value += line.value;
    if (ini::is_comment_mark(line.value.front()))
        warn(
            "an indented line that looks like a comment continues the value above; a comment begins at the line's "
            "start");
}

template <class Use>
void basic_profile_reader<Use>::warn(std::string_view text) {
    if (set_.warnings_.size() == limits_.warnings) {
        ++set_.warnings_left_out_;
        return;
    }
    set_.warnings_.push_back({file_, line_, at_line(line_).append(text)});
}

template <class Use>
result<void> basic_profile_reader<Use>::stop(std::string_view text, std::size_t line) const {
    return fail(errc::credentials, at_line(line).append(text));
}

template <class Use>
std::string basic_profile_reader<Use>::at_line(std::size_t line) const {
    constexpr std::size_t longest_path = 4096;  // Linux's PATH_MAX
    std::string at;
    append_clean_line(at, set_.file_name(file_), longest_path);
    if (line != 0) at += ", line " + std::to_string(line);
    return at += ": ";
}

template <class Use>
profile_set basic_profile_reader<Use>::finish() && {
    for (auto* const sections : {&set_.profiles_, &set_.sso_sessions_, &set_.services_}) settle(*sections);
    return std::move(set_);
}

// Sections of the same name become one, config's properties before those of the credentials file.
template <class Use>
void basic_profile_reader<Use>::settle(std::vector<profile_section>& sections) {
    sort_by_name(sections);
    std::size_t kept = 0;
    for (std::size_t i = 0; i != sections.size(); ++i) {
        if (kept != 0 && sections[kept - 1].name_ == sections[i].name_) {
            auto& all = sections[kept - 1].properties_;
            for (auto& more : sections[i].properties_) all.push_back(std::move(more));
            continue;
        }
        if (kept != i) sections[kept] = std::move(sections[i]);
        ++kept;
    }
    while (sections.size() != kept) sections.pop_back();
    for (auto& section : sections) settle(section);
}

template <class Use>
void basic_profile_reader<Use>::settle(profile_section& section) {
    keep_last(section.properties_, [&](profile_property& dropped, profile_property const& next) {
        if (dropped.from != next.from) section.overridden_.push_back(std::move(dropped));
    });
    for (auto* const properties : {&section.properties_, &section.overridden_})
        for (auto& property : *properties) keep_last(property.block, [](auto const&, auto const&) noexcept {});
}

}  // namespace detail

inline profile_property& profile_property::operator=(profile_property other) noexcept {
    key.swap(other.key);
    value.swap(other.value);  // the old one is wiped with `other`
    block.swap(other.block);
    from = other.from;
    line = other.line;
    return *this;
}

inline profile_property::~profile_property() {
    crypto::secure_wipe(value);
}

inline profile_property const* profile_section::find(std::string_view key) const noexcept {
    return detail::find_entry(properties_, key);
}

inline profile_property const* profile_section::find(std::string_view key, profile_file from) const noexcept {
    auto const* const found = detail::find_entry(properties_, key);
    if (!found || found->from == from) return found;
    return from == profile_file::config ? detail::find_entry(overridden_, key) : nullptr;
}

inline std::string_view profile_section::value(std::string_view key) const noexcept {
    auto const* const found = find(key);
    return found ? std::string_view(found->value) : std::string_view();
}

inline std::string_view profile_section::value(std::string_view key, std::string_view nested_key) const noexcept {
    auto const* const found = find(key);
    auto const* const nested = found ? detail::find_entry(found->block, nested_key) : nullptr;
    return nested ? std::string_view(nested->value) : std::string_view();
}

inline profile_section const* profile_set::find(std::string_view profile) const noexcept {
    return detail::find_entry(profiles_, profile);
}

inline profile_section const* profile_set::find_sso_session(std::string_view name) const noexcept {
    return detail::find_entry(sso_sessions_, name);
}

inline profile_section const* profile_set::find_services(std::string_view name) const noexcept {
    return detail::find_entry(services_, name);
}

template <class>
result<profile_set> parse_profiles(profile_texts const& from, profile_limits const& limits) {
    detail::profile_reader reader(from, limits);
    if (auto read = reader.read(profile_file::config, from.config); !read) return unexpected{std::move(read).error()};
    if (auto read = reader.read(profile_file::credentials, from.credentials); !read)
        return unexpected{std::move(read).error()};
    return std::move(reader).finish();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
