// SPDX-License-Identifier: MIT
// Owns what a profile means for credentials: where the first ones come from, and which roles are taken with them.
// Never does I/O, and never quotes a key or a command.
#ifndef BEDROCK_CREDENTIALS_PROFILE_PLAN_HPP
#define BEDROCK_CREDENTIALS_PROFILE_PLAN_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/credentials/login_token.hpp"
#include "bedrock/credentials/sso_settings.hpp"
#include "bedrock/credentials/sts.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/endpoint.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_source.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Where the first credentials come from.
enum class profile_base : unsigned char {
    static_keys,   ///< aws_access_key_id, aws_secret_access_key
    environment,   ///< credential_source = Environment
    instance,      ///< credential_source = Ec2InstanceMetadata
    container,     ///< credential_source = EcsContainer
    web_identity,  ///< web_identity_token_file with role_arn
    process,       ///< credential_process
    sso,           ///< sso_session, sso_start_url, sso_region, sso_account_id or sso_role_name
    login,         ///< login_session
};

/// "static keys", "imds".
std::string_view describe(profile_base from) noexcept;

/// One role_arn on the way.
struct profile_role {
    /// Whose it is.
    std::string profile{};
    /// Without the code of the MFA device.
    sts::role role{};
};

struct profile_plan {
    profile_base base = profile_base::static_keys;
    /// The profile that has the base.
    std::string base_profile{};
    /// Of static keys.
    credentials keys{};
    /// Of a web identity.
    sts::role web_identity{};
    std::string token_file{};
    /// Of a process.
    secret command{};
    /// Of SSO.
    sso_settings sso{};
    /// Of a login.
    login_session login{};
    /// aws_account_id of the base's profile.
    std::string account_id{};
    /// In the order in which they are taken: the selected profile's is the last one.
    std::vector<profile_role> roles{};
    /// SHA-256 of all that the plan was made from: another one where any of it has changed. Empty where OpenSSL failed.
    std::string fingerprint{};

    /// In the words of `whoami`: "assume role", or what the base is.
    std::string_view kind() const noexcept { return roles.empty() ? describe(base) : "assume role"; }
};

struct profile_plan_answer {
    /// not_here for a profile without any credentials; broken for one that says what cannot be.
    provider_outcome outcome = provider_outcome::not_here;
    profile_plan plan{};
    /// Why not, for a person; no secrets.
    std::string detail{};
};

/// The plan of a profile in a snapshot.
///
/// In a profile, a role comes first (with exactly one of source_profile, credential_source and
/// web_identity_token_file), then static keys, credential_source, credential_process, SSO, login_session: the
/// JavaScript SDK's order. A profile that another one names as its source_profile gives its static keys where it has
/// some, whatever else it has; one that names itself gives its other credentials. At most 16 profiles follow each other.
template <class = void>
profile_plan_answer plan_profile(profile_snapshot const& files, profile_section const& selected);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string_view describe(profile_base from) noexcept {
    switch (from) {
        case profile_base::static_keys:
            return "static keys";
        case profile_base::environment:
            return "environment";
        case profile_base::instance:
            return "imds";
        case profile_base::container:
            return "container";
        case profile_base::web_identity:
            return "web identity";
        case profile_base::process:
            return "process";
        case profile_base::sso:
            return "sso";
        case profile_base::login:
            return "login";
    }
    return "unknown";
}

namespace detail {

// A template of nothing, as protocols are (exchange.hpp): not compiled where no profile is planned.
template <class>
class basic_profile_planner {
  public:
    explicit basic_profile_planner(profile_snapshot const& files) : files_(files) {}

    profile_plan_answer plan(profile_section const& selected) {
        bool const usable = follow(selected);
        profile_plan_answer answer;
        answer.outcome = usable ? provider_outcome::found : outcome_;
        answer.detail = std::move(detail_);
        if (!usable) return answer;
        std::reverse(plan_.roles.begin(), plan_.roles.end());
        crypto::sha256_digest digest;
        if (hash_.finish(digest)) append_hex(plan_.fingerprint, digest);
        answer.plan = std::move(plan_);
        return answer;
    }

  private:
    bool follow(profile_section const& selected) {
        for (auto const* at = &selected;;) {
            visited_.push_back(at->name());
            note(*at);
            bool const is_source = visited_.size() > 1;
            if (is_source && has_keys(*at)) return take_keys(*at);
            if (at->value("role_arn").empty()) return take_base(*at, is_source);
            if (!at->value("web_identity_token_file").empty()) return take_web_identity(*at);
            if (!take_role(*at)) return false;
            auto const source = at->value("source_profile");
            if (source.empty()) return take_named_source(*at);
            if (source == at->name())
                return take_base(*at, true,
                                 "names itself as source_profile, but has no other credentials than its role");
            auto const* const next = files_.set.find(source);
            if (!next)
                return stop("profile " + at->name() + " has source_profile = " + quote(source) +
                            ", which is in neither " + files_.describe_files());
            for (auto const& name : visited_)
                if (name == source) return stop(describe_loop(source));
            if (visited_.size() > max_sources)
                return stop("profile " + visited_.front() + " has more than " + std::to_string(max_sources) +
                            " profiles behind it, each the source_profile of another: shorten the chain");
            at = next;
        }
    }

    bool take_role(profile_section const& at) {
        bool const has_source = !at.value("source_profile").empty();
        bool const has_named = !at.value("credential_source").empty();
        if (has_source && has_named)
            return stop("profile " + at.name() + " has both source_profile and credential_source; keep one of them");
        if (!has_source && !has_named)
            return stop("profile " + at.name() +
                        " has role_arn, but nothing to take the role with: add source_profile, credential_source or "
                        "web_identity_token_file");
        profile_role step;
        step.profile = at.name();
        auto& role = step.role;
        role.arn = at.value("role_arn");
        role.session_name = at.value("role_session_name");
        role.external_id = at.value("external_id");
        role.mfa_serial = at.value("mfa_serial");
        if (auto const text = at.value("duration_seconds"); !text.empty()) {
            std::int64_t seconds = 0;
            auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
            constexpr std::int64_t shortest = 900, longest = 43'200;  // STS: AssumeRole, DurationSeconds
            if (fault != std::errc{} || end != text.data() + text.size() || seconds < shortest || seconds > longest)
                return stop("profile " + at.name() + " has duration_seconds = " + quote(text) +
                            ": it must be a number from 900 to 43200");
            role.duration_seconds = static_cast<int>(seconds);
        }
        plan_.roles.push_back(std::move(step));
        return true;
    }

    bool take_web_identity(profile_section const& at) {
        for (char const* const other : {"source_profile", "credential_source"})
            if (!at.value(other).empty())
                return stop("profile " + at.name() + " has both web_identity_token_file and " + other +
                            "; keep one of them");
        plan_.web_identity.arn = at.value("role_arn");
        plan_.web_identity.session_name = at.value("role_session_name");
        plan_.token_file = at.value("web_identity_token_file");
        return settle(profile_base::web_identity, at);
    }

    bool take_named_source(profile_section const& at) {
        auto const source = at.value("credential_source");
        if (source == "Environment") return settle(profile_base::environment, at);
        if (source == "Ec2InstanceMetadata") return settle(profile_base::instance, at);
        if (source == "EcsContainer") return settle(profile_base::container, at);
        return stop("profile " + at.name() + " has credential_source = " + quote(source) +
                    ": it must be Environment, Ec2InstanceMetadata or EcsContainer");
    }

    static bool has_keys(profile_section const& at) noexcept {
        return !at.value("aws_access_key_id").empty() || !at.value("aws_secret_access_key").empty();
    }

    bool take_keys(profile_section const& at) {
        auto const key = at.value("aws_access_key_id");
        auto const secret_key = at.value("aws_secret_access_key");
        auto const token = at.value("aws_session_token");
        if (key.empty() || secret_key.empty())
            return stop("profile " + at.name() +
                        (key.empty() ? " has aws_secret_access_key, but no aws_access_key_id"
                                     : " has aws_access_key_id, but no aws_secret_access_key"));
        for (auto const text : {key, secret_key, token})
            if (ascii::has_control(text))
                return stop("profile " + at.name() +
                            ": a line break or another control character stands inside aws_access_key_id, "
                            "aws_secret_access_key or aws_session_token (is the next line indented?)");
        plan_.keys.access_key_id = key;
        plan_.keys.secret_access_key = secret_key;
        plan_.keys.session_token = token;
        plan_.keys.account_id = at.value("aws_account_id");
        return settle(profile_base::static_keys, at);
    }

    /// What a profile has beside a role.
    bool take_base(profile_section const& at, bool needed, std::string_view nothing = "has no credentials") {
        if (at.value("role_arn").empty() && !at.value("web_identity_token_file").empty())
            return stop("profile " + at.name() + " has web_identity_token_file, but no role_arn");
        if (has_keys(at)) return take_keys(at);
        if (!at.value("credential_source").empty()) return take_named_source(at);
        if (auto const command = at.value("credential_process"); !command.empty()) {
            plan_.command = command;
            return settle(profile_base::process, at);
        }
        for (char const* const key : {"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"})
            if (!at.value(key).empty()) return take_sso(at);
        if (!at.value("login_session").empty()) return take_login(at);
        std::string why = "profile " + at.name() + " " + std::string(nothing);
        if (visited_.size() > 1) why += " (it is the source_profile of " + visited_[visited_.size() - 2] + ")";
        stop(std::move(why));
        if (!needed) outcome_ = provider_outcome::not_here;
        return false;
    }

    bool take_sso(profile_section const& at) {
        auto read = read_sso_settings(files_, at);
        if (!read) return stop(std::move(read).error().message);
        plan_.sso = std::move(*read);
        if (auto const* const session = files_.set.find_sso_session(plan_.sso.session)) note(*session);
        return settle(profile_base::sso, at);
    }

    bool take_login(profile_section const& at) {
        plan_.login.profile = at.name();
        plan_.login.name = at.value("login_session");
        plan_.login.region = at.value("region");
        return settle(profile_base::login, at);
    }

    bool settle(profile_base base, profile_section const& at) {
        plan_.base = base;
        plan_.base_profile = at.name();
        plan_.account_id = at.value("aws_account_id");
        return true;
    }

    bool stop(std::string why) {
        outcome_ = provider_outcome::broken;
        detail_ = std::move(why);
        return false;
    }

    std::string describe_loop(std::string_view again) const {
        std::string text = "profiles name each other as source_profile, in a circle: ";
        for (auto const& name : visited_) text += name + " -> ";
        return text.append(again);
    }

    /// Makes a section part of the fingerprint.
    void note(profile_section const& section) {
        auto const add = [this](std::string_view text) {
            hash_.update(std::to_string(text.size()) + ':');
            hash_.update(text);
        };
        add(section.name());
        for (auto const& property : section.properties()) {
            add(property.key);
            add(property.value);
        }
    }

    static constexpr std::size_t max_sources = 16;

    profile_snapshot const& files_;
    std::vector<std::string> visited_;
    profile_plan plan_;
    provider_outcome outcome_ = provider_outcome::not_here;
    std::string detail_;
    crypto::sha256 hash_;
};
using profile_planner = basic_profile_planner<void>;

}  // namespace detail

template <class>
profile_plan_answer plan_profile(profile_snapshot const& files, profile_section const& selected) {
    return detail::profile_planner(files).plan(selected);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
