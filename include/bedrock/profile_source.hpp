// SPDX-License-Identifier: MIT
// Owns the shared config and credentials files as they are at the moment: which profile is meant, and both files read
// through asks and parsed again when one has changed. Never decides what a profile stands for.
#ifndef BEDROCK_PROFILE_SOURCE_HPP
#define BEDROCK_PROFILE_SOURCE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/ini.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_location.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

enum class profile_naming : unsigned char {
    by_default,   ///< nobody named one: it is "default"
    by_variable,  ///< AWS_PROFILE
    in_code,      ///< an option
};

/// Which profile is meant, and who says so.
struct profile_choice {
    std::string name{"default"};
    profile_naming named = profile_naming::by_default;

    /// "AWS_PROFILE=dev", "profile dev": one clean line.
    std::string describe() const;
};

/// The profile named in code, else that of AWS_PROFILE, else "default". A blank name is none.
profile_choice choose_profile(std::string_view named_in_code, environment const& surroundings);

/// What both files said when they were read.
struct profile_snapshot {
    profile_set set{};
    bool has_config = false;
    bool has_credentials = false;

    /// "~/.aws/config nor ~/.aws/credentials", the paths as they are.
    std::string describe_files() const;
};

/// The files of one client.
/// **Thread safety:** full: one object serves any number of reads at a time.
template <class>
class basic_profile_files {
  public:
    /// What the files say now: parsed anew where one of them has changed, been added or removed since the last read.
    /// A file that does not exist is empty. **Errors:** credentials for a file that cannot be read, is too large or
    /// breaks the grammar, naming it. **Lifetime:** of the object and `surroundings`, as long as the exchange.
    exchange<result<std::shared_ptr<profile_snapshot const>>> read(environment const& surroundings);

  private:
    struct seen_file {
        std::string path{};
        file_stamp stamp{};  // that of no file where there is none
        friend bool operator==(seen_file const&, seen_file const&) = default;
    };
    struct reading {
        seen_file config{};
        seen_file credentials{};
        std::shared_ptr<profile_snapshot const> snapshot{};
    };
    reading recall();
    void keep(reading latest);

    std::mutex guard_;
    reading last_;
};
using profile_files = basic_profile_files<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A file as a `file_ask` found it; the text is wiped.
struct profile_text {
    profile_text() = default;
    profile_text(profile_text&&) noexcept = default;
    profile_text& operator=(profile_text&&) = delete;
    ~profile_text() { crypto::secure_wipe(text); }

    file_outcome outcome = file_outcome::missing;
    file_stamp stamp{};
    std::string text{};
    std::string reason{};
};

template <class = void>
exchange<profile_text> read_profile_text(std::string path, file_stamp known) {
    profile_text read;
    if (path.empty()) co_return read;
    file_ask file(std::move(path));
    file.max_bytes = ini::limits{}.text;
    file.known = known;
    co_await file;
    read.outcome = file.outcome;
    if (file.outcome == file_outcome::found) read.stamp = file.stamp;
    if (file.outcome == file_outcome::unchanged) read.stamp = known;
    read.text.swap(file.text);
    read.reason.swap(file.reason);
    co_return read;
}

inline std::string name_file(profile_location const& where, std::string_view standard) {
    return where.path.empty() ? std::string(standard) + " (no home directory is known: HOME is not set)" : where.path;
}

inline error describe_unreadable(std::string const& name, char const* variable, std::string_view reason) {
    std::string why = "cannot read ";
    append_clean_line(why, name, 4096);  // Linux's PATH_MAX
    why += ": ";
    append_clean_line(why, reason, 200);
    return make_error(errc::credentials, why + "; make it readable, or name another file in " + variable);
}

}  // namespace detail

inline std::string profile_choice::describe() const {
    std::string text = named == profile_naming::by_variable ? "AWS_PROFILE=" : "profile ";
    append_clean_line(text, name, 100);
    return text;
}

inline profile_choice choose_profile(std::string_view named_in_code, environment const& surroundings) {
    if (auto const name = ascii::trim(named_in_code); !name.empty())
        return {std::string(name), profile_naming::in_code};
    if (auto name = non_blank_variable(surroundings, "AWS_PROFILE"))
        return {std::move(*name), profile_naming::by_variable};
    return {};
}

inline std::string profile_snapshot::describe_files() const {
    std::string text;
    append_clean_line(text, set.file_name(profile_file::config), 4096);
    text += " nor ";
    append_clean_line(text, set.file_name(profile_file::credentials), 4096);
    return text;
}

template <class Use>
typename basic_profile_files<Use>::reading basic_profile_files<Use>::recall() {
    std::lock_guard const lock(guard_);
    return last_;
}

template <class Use>
void basic_profile_files<Use>::keep(reading latest) {
    std::lock_guard const lock(guard_);
    std::swap(last_, latest);
}

template <class Use>
exchange<result<std::shared_ptr<profile_snapshot const>>> basic_profile_files<Use>::read(
    environment const& surroundings) {
    auto const config_place = config_location(surroundings);
    auto const credentials_place = credentials_location(surroundings);
    auto const config_name = detail::name_file(config_place, "~/.aws/config");
    auto const credentials_name = detail::name_file(credentials_place, "~/.aws/credentials");

    auto const before = recall();
    bool const comparable =
        before.snapshot && before.config.path == config_place.path && before.credentials.path == credentials_place.path;
    for (bool whole = !comparable;; whole = true) {
        auto const known_config = whole ? file_stamp() : before.config.stamp;
        auto const known_credentials = whole ? file_stamp() : before.credentials.stamp;
        auto const config = co_await detail::read_profile_text(config_place.path, known_config);
        if (config.outcome == file_outcome::unreadable)
            co_return unexpected{detail::describe_unreadable(config_name, "AWS_CONFIG_FILE", config.reason)};
        auto const credentials = co_await detail::read_profile_text(credentials_place.path, known_credentials);
        if (credentials.outcome == file_outcome::unreadable)
            co_return unexpected{
                detail::describe_unreadable(credentials_name, "AWS_SHARED_CREDENTIALS_FILE", credentials.reason)};
        reading now;
        now.config = {config_place.path, config.stamp};
        now.credentials = {credentials_place.path, credentials.stamp};
        if (!whole) {
            if (now.config == before.config && now.credentials == before.credentials) co_return before.snapshot;
            continue;  // the text of the one that has not changed is needed again
        }
        auto parsed = parse_profiles({config.text, credentials.text, config_name, credentials_name});
        if (!parsed) co_return unexpected{std::move(parsed).error()};
        auto snapshot = detail::share_new<profile_snapshot>();
        snapshot->set = std::move(*parsed);
        snapshot->has_config = config.outcome == file_outcome::found;
        snapshot->has_credentials = credentials.outcome == file_outcome::found;
        now.snapshot = std::move(snapshot);
        keep(now);
        co_return now.snapshot;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
