// SPDX-License-Identifier: MIT
// Owns what the sso_... keys of a profile and its sso-session say: which sign-in to IAM Identity Center, and which
// role. Never does I/O.
#ifndef BEDROCK_CREDENTIALS_SSO_SETTINGS_HPP
#define BEDROCK_CREDENTIALS_SSO_SETTINGS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/result.hpp"

#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// A sign-in to IAM Identity Center, and the role that it is used for.
struct sso_settings {
    /// For messages; empty where no profile says this.
    std::string profile{};
    /// The name of the sso-session; empty for the older form, whose sign-in cannot be renewed.
    std::string session{};
    std::string start_url{};
    std::string region{};
    /// Both empty where only the sign-in is wanted.
    std::string account_id{};
    std::string role_name{};

    /// "sso-session corp", "profile dev": one clean line.
    std::string describe() const;
    /// The command that signs in: "aws sso login --sso-session corp", "aws sso login --profile dev".
    std::string login_command() const;

    friend bool operator==(sso_settings const&, sso_settings const&) = default;
};

/// What a profile says. Start URL and region are those of the sso-session where it names one, else its own; account and
/// role may be missing together where it names one.
/// **Errors:** credentials, naming profile, key and file: for a key that is missing, a session that does not exist, and
/// a start URL or region that is another one in the profile than in its session.
result<sso_settings> read_sso_settings(profile_snapshot const& files, profile_section const& from);

/// Where the AWS CLI keeps the token of a sign-in; "" where no home directory is known, or OpenSSL failed.
/// **Wire:** ~/.aws/sso/cache, SHA-1 in hexadecimal of the session's name or, without one, of the start URL.
std::string find_sso_token_file(sso_settings const& of, environment const& surroundings);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

class sso_reader {
  public:
    sso_reader(profile_snapshot const& files, profile_section const& from) : files_(files), profile_(from) {}

    result<sso_settings> read() {
        auto const named = profile_.value("sso_session");
        auto const* const session = named.empty() ? nullptr : files_.set.find_sso_session(named);
        if (!named.empty() && !session)
            return stop("has sso_session = " + quote(named) + ", but there is no [sso-session] section of that name");
        sso_settings found;
        found.profile = profile_.name();
        found.session = named;
        for (auto const& [key, value, is_of_session] :
             {entry{"sso_start_url", &found.start_url, true}, entry{"sso_region", &found.region, true},
              entry{"sso_account_id", &found.account_id, false}, entry{"sso_role_name", &found.role_name, false}}) {
            auto const own = profile_.value(key);
            auto const said = session && is_of_session ? session->value(key) : own;
            if (session && is_of_session && !own.empty() && !said.empty() && own != said)
                return stop("has another " + std::string(key) + " than its sso-session " + session->name() +
                            "; remove it from the profile");
            if (ascii::has_control(said))
                return stop("has a line break or another control character inside " + std::string(key) +
                            " (is the next line indented?)");
            *value = said;
        }
        if (found.start_url.empty()) return stop_missing("sso_start_url", session);
        if (found.region.empty()) return stop_missing("sso_region", session);
        if (session && found.account_id.empty() && found.role_name.empty()) return found;
        if (found.account_id.empty()) return stop_missing("sso_account_id", nullptr);
        if (found.role_name.empty()) return stop_missing("sso_role_name", nullptr);
        return found;
    }

  private:
    struct entry {
        std::string_view key;
        std::string* value;
        bool is_of_session;
    };

    unexpected stop(std::string_view why) const {
        std::string text = "profile " + profile_.name() + ' ';
        text += why;
        text += " (in ";
        append_clean_line(text, files_.set.file_name(find_file()), 4096);  // Linux's PATH_MAX
        return fail(errc::credentials, text + ')');
    }

    /// The one in which the profile says something of its sign-in.
    profile_file find_file() const noexcept {
        for (char const* const key : {"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"})
            if (auto const* const found = profile_.find(key)) return found->from;
        return profile_file::config;
    }

    unexpected stop_missing(std::string_view key, profile_section const* session) const {
        std::string why = "signs in with IAM Identity Center, but ";
        why += session ? "its sso-session " + session->name() : std::string("it");
        why += " has no ";
        why += key;
        return stop(why + "; \"aws configure sso\" sets it");
    }

    profile_snapshot const& files_;
    profile_section const& profile_;
};

inline std::string clean_name(std::string_view name) {
    return clean_line(name, 100);
}

}  // namespace detail

inline std::string sso_settings::describe() const {
    if (!session.empty()) return "sso-session " + detail::clean_name(session);
    return profile.empty() ? "start URL " + detail::clean_name(start_url) : "profile " + detail::clean_name(profile);
}

inline std::string sso_settings::login_command() const {
    if (!session.empty()) return "aws sso login --sso-session " + detail::clean_name(session);
    return profile.empty() ? "aws sso login" : "aws sso login --profile " + detail::clean_name(profile);
}

inline result<sso_settings> read_sso_settings(profile_snapshot const& files, profile_section const& from) {
    return detail::sso_reader(files, from).read();
}

inline std::string find_sso_token_file(sso_settings const& of, environment const& surroundings) {
    crypto::sha1_digest digest{};
    if (!crypto::hash_sha1(as_bytes(of.session.empty() ? of.start_url : of.session), digest)) return {};
    return expand_home(surroundings, "~/.aws/sso/cache/" + encode_hex(digest) + ".json");
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
