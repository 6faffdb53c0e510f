// SPDX-License-Identifier: MIT
// Owns where AWS's shared config and credentials files are, and which profile is meant, as the surroundings say it.
// Never opens a file, and never asks whether there is one.
#ifndef BEDROCK_PROFILE_LOCATION_HPP
#define BEDROCK_PROFILE_LOCATION_HPP

#include "bedrock/config.hpp"
#include "bedrock/environment.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

enum class path_style : unsigned char { posix, windows };

#if defined(_WIN32)
inline constexpr path_style native_path_style = path_style::windows;
#else
inline constexpr path_style native_path_style = path_style::posix;
#endif

struct profile_location {
    /// "" where it lies in a home directory that is not known.
    std::string path{};
    /// The variable that named it, or "default".
    std::string source{};
};

/// AWS_CONFIG_FILE, or `~/.aws/config`.
profile_location config_location(environment const& surroundings, path_style style = native_path_style);

/// AWS_SHARED_CREDENTIALS_FILE, or `~/.aws/credentials`.
profile_location credentials_location(environment const& surroundings, path_style style = native_path_style);

/// HOME, USERPROFILE, HOMEDRIVE with HOMEPATH, or what the system knows; "" where none of them does.
std::string home_directory(environment const& surroundings);

/// `path` with the home directory for a `~` that is its first part; "" where that is not known. `~name` stays.
std::string expand_home(environment const& surroundings, std::string_view path, path_style style = native_path_style);

/// AWS_PROFILE, or "default".
std::string selected_profile(environment const& surroundings);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

constexpr bool is_path_separator(char c, path_style style) noexcept {
    return c == '/' || (c == '\\' && style == path_style::windows);
}

inline profile_location locate(environment const& surroundings, std::string_view variable, std::string_view standard,
                               path_style style) {
    auto const named = non_blank_variable(surroundings, variable);
    return {expand_home(surroundings, named ? std::string_view(*named) : standard, style),
            std::string(named ? variable : "default")};
}

}  // namespace detail

inline profile_location config_location(environment const& surroundings, path_style style) {
    return detail::locate(surroundings, "AWS_CONFIG_FILE", "~/.aws/config", style);
}

inline profile_location credentials_location(environment const& surroundings, path_style style) {
    return detail::locate(surroundings, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", style);
}

inline std::string home_directory(environment const& surroundings) {
    for (auto const* const variable : {"HOME", "USERPROFILE"})
        if (auto home = non_blank_variable(surroundings, variable)) return std::move(*home);
    auto const drive = non_blank_variable(surroundings, "HOMEDRIVE");
    auto const path = non_blank_variable(surroundings, "HOMEPATH");
    if (drive && path) return *drive + *path;
    return surroundings.home ? surroundings.home() : std::string();
}

inline std::string expand_home(environment const& surroundings, std::string_view path, path_style style) {
    auto const separates = [style](char c) { return detail::is_path_separator(c, style); };
    bool const in_home = path.starts_with('~') && (path.size() == 1 || separates(path[1]));
    if (!in_home) return std::string(path);
    path.remove_prefix(1);
    while (!path.empty() && separates(path.front())) path.remove_prefix(1);
    auto expanded = home_directory(surroundings);
    if (expanded.empty() || path.empty()) return expanded;
    char const separator = style == path_style::windows ? '\\' : '/';
    if (!separates(expanded.back())) expanded.push_back(separator);
    for (char const c : path) expanded.push_back(separates(c) ? separator : c);
    return expanded;
}

inline std::string selected_profile(environment const& surroundings) {
    return non_blank_variable(surroundings, "AWS_PROFILE").value_or("default");
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
