// SPDX-License-Identifier: MIT
// The provider that takes credentials from the selected profile of the shared files, whatever kind it is.
// It never keeps credentials when the profile has other ones, only when it has none.
#ifndef BEDROCK_CREDENTIALS_PROFILE_HPP
#define BEDROCK_CREDENTIALS_PROFILE_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/cached.hpp"
#include "bedrock/credentials/container.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/credentials/instance.hpp"
#include "bedrock/credentials/login.hpp"
#include "bedrock/credentials/process.hpp"
#include "bedrock/credentials/profile_plan.hpp"
#include "bedrock/credentials/sso.hpp"
#include "bedrock/credentials/sts.hpp"
#include "bedrock/credentials/web_identity.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

struct profile_options {
    /// The profile that is named in code, the files, and what is known of the place of STS: region, FIPS, dual-stack.
    settings_request place{};
    /// Asked for the code of a profile's mfa_serial; without it such a profile is an error.
    mfa_code_source mfa_code{};
    /// For `credential_source = Ec2InstanceMetadata`; null: one of its own.
    std::shared_ptr<credentials_provider> instance{};
};

/// The selected profile: the one named in code, that of AWS_PROFILE, or "default".
///
/// The files are read at each load, as far as they have changed. Credentials that are fetched for a profile are kept by
/// a `cached_provider` as long as everything in the files that they depend on stays as it is.
/// If a profile that had credentials is gone, or its file is gone or half-written, the last credentials stay in use
/// until they expire or are refused: editors and tools replace files. The note of the answer says so. Their source is
/// "profile dev (assume role)", "AWS_PROFILE=dev (static keys)" or "default chain: profile default (sso)", by who named
/// the profile.
/// **Errors:** not_here for a profile without credentials, and for a profile "default" that does not exist; broken for
/// any other profile that does not exist, for files that cannot be read, and for credentials that cannot be had.
/// **Thread safety:** full.
template <class>
class basic_profile_provider final : public credentials_provider {
  public:
    explicit basic_profile_provider(profile_options options = {});

    std::string_view name() const noexcept override { return "profile"; }
    exchange<provider_answer> load(environment const& surroundings) override;
    void forget(credentials const& refused) noexcept override;

  private:
    struct kept_source {
        std::shared_ptr<profile_snapshot const> files{};
        std::string profile{};
        std::string fingerprint{};
        std::string kind{};
        std::shared_ptr<credentials_provider> provider{};  // null where there is no plan
        provider_answer failure{};
    };
    /// The last credentials that were found.
    struct held_credentials {
        std::string profile{};
        bedrock::credentials value{};
    };
    exchange<provider_answer> load_now(profile_choice const& choice, environment const& surroundings);
    provider_answer hold(profile_choice const& choice, provider_answer latest, environment const& surroundings);
    kept_source find_source(std::shared_ptr<profile_snapshot const> const& files, profile_section const& section);
    std::shared_ptr<credentials_provider> make_source(profile_plan plan, std::string const& selected) const;

    profile_options options_;
    std::mutex guard_;
    kept_source kept_;
    held_credentials held_;
};
using profile_provider = basic_profile_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline provider_answer broken_profile(std::string why) {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    answer.detail = std::move(why);
    return answer;
}

/// Where a plan's first credentials come from; null for a web identity, whose token is traded as a role is taken.
/// What a person has signed in to keeps from load to load when it was last renewed.
template <class = void>
std::shared_ptr<credentials_provider> make_base(profile_plan const& plan, profile_options const& options) {
    switch (plan.base) {
        case profile_base::static_keys:
            return static_credentials(plan.keys);
        case profile_base::environment:
            return make_provider<environment_provider>();
        case profile_base::instance:
            return options.instance;
        case profile_base::container:
            return make_provider<container_provider>();
        case profile_base::web_identity:
            break;
        case profile_base::process: {
            process_options wanted;
            wanted.command = plan.command.view();
            wanted.account_id = plan.account_id;
            return make_provider<process_provider>(std::move(wanted));
        }
        case profile_base::sso:
            return make_provider<sso_provider>(plan.sso, options.place);
        case profile_base::login:
            return make_provider<login_provider>(plan.login, options.place);
    }
    return nullptr;
}

/// Carries a plan out, at each load anew.
template <class>
class basic_planned_provider final : public credentials_provider {
  public:
    basic_planned_provider(profile_plan plan, profile_options options)
        : plan_(std::move(plan)), options_(std::move(options)), base_(make_base(plan_, options_)) {}

    std::string_view name() const noexcept override { return "profile"; }
    exchange<provider_answer> load(environment const& surroundings) override;
    void forget(credentials const& refused) noexcept override {
        if (base_) base_->forget(refused);
    }

  private:
    exchange<provider_answer> load_base(environment const& surroundings) const;
    /// Empty, or why there is none.
    std::string find_mfa_code(profile_role const& step, std::string& code) const;

    profile_plan const plan_;
    profile_options const options_;
    std::shared_ptr<credentials_provider> const base_;
};
using planned_provider = basic_planned_provider<void>;

template <class Use>
exchange<provider_answer> basic_planned_provider<Use>::load_base(environment const& surroundings) const {
    if (base_) return base_->load(surroundings);
    web_identity_options wanted;
    wanted.token_file = plan_.token_file;
    wanted.role_arn = plan_.web_identity.arn;
    wanted.session_name = plan_.web_identity.session_name;
    wanted.place = options_.place;
    return load_web_identity(std::move(wanted), surroundings);
}

template <class Use>
std::string basic_planned_provider<Use>::find_mfa_code(profile_role const& step, std::string& code) const {
    std::string device;
    append_clean_line(device, step.role.mfa_serial, 300);
    auto const needs = "profile " + step.profile + " needs a code of the MFA device " + device;
    if (!options_.mfa_code)
        return needs +
               ", and there is nobody to ask for it: set client_options::mfa_code, or use a profile without "
               "mfa_serial";
    code = options_.mfa_code(step.role.mfa_serial);
    if (code.empty()) return needs + ", but none was given";
    constexpr std::size_t digits = 6;  // STS: AssumeRole, TokenCode
    if (code.size() != digits || code.find_first_not_of("0123456789") != std::string::npos)
        return needs + ": it must be six digits, and what was given is not";
    return {};
}

template <class Use>
exchange<provider_answer> basic_planned_provider<Use>::load(environment const& surroundings) {
    auto answer = co_await load_base(surroundings);
    if (answer.outcome == provider_outcome::not_here) {
        answer.outcome = provider_outcome::broken;
        answer.detail = "profile " + plan_.base_profile + " takes its credentials from " +
                        std::string(describe(plan_.base)) + ", but: " + answer.detail;
    }
    for (auto const& step : plan_.roles) {
        if (answer.outcome != provider_outcome::found) break;
        auto role = step.role;
        if (!role.mfa_serial.empty())
            if (auto why = find_mfa_code(step, role.mfa_code); !why.empty()) co_return broken_profile(std::move(why));
        auto place = options_.place;
        answer =
            co_await sts::assume_role(std::move(role), std::move(answer.credentials), std::move(place), surroundings);
        if (answer.outcome != provider_outcome::found) answer.detail += " (profile " + step.profile + ")";
    }
    co_return answer;
}

inline provider_answer describe_missing_profile(profile_choice const& choice, profile_snapshot const& files) {
    provider_answer answer;
    bool const has_file = files.has_config || files.has_credentials;
    answer.detail = has_file ? choice.describe() + " is in neither " + files.describe_files()
                             : "there is neither " + files.describe_files();
    if (choice.name == "default") {
        if (choice.named != profile_naming::by_default)
            answer.note = choice.describe() + (has_file ? " is in no file" : " has no file");
        return answer;
    }
    answer.outcome = provider_outcome::broken;
    if (!has_file) answer.detail = choice.describe() + " does not exist: " + answer.detail;
    bool is_explained = false;
    for (auto const& warning : files.set.warnings()) {
        if (warning.message.find(choice.name + ']') == std::string::npos) continue;
        answer.detail += "; " + warning.message;
        is_explained = true;
    }
    if (!is_explained && !files.set.warnings().empty()) answer.detail += "; " + files.set.warnings()[0].message;
    constexpr std::size_t shown = 10;
    std::size_t count = 0;
    for (auto const& profile : files.set.profiles()) {
        if (count == shown) answer.detail += ", ...";
        if (count++ >= shown) break;
        answer.detail += (count == 1 ? "; there is " : ", ") + profile.name();
    }
    return answer;
}

/// True for keys that were cut short while a file was written.
inline bool are_cut_short(credentials const& latest, credentials const& held) noexcept {
    auto const is_cut = [](std::string_view part, std::string_view whole) {
        return part.size() < whole.size() && whole.starts_with(part);
    };
    if (latest.access_key_id != held.access_key_id) return is_cut(latest.access_key_id, held.access_key_id);
    return is_cut(latest.secret_access_key.view(), held.secret_access_key.view()) ||
           is_cut(latest.session_token.view(), held.session_token.view());
}

}  // namespace detail

template <class Use>
basic_profile_provider<Use>::basic_profile_provider(profile_options options) : options_(std::move(options)) {
    if (!options_.place.files) options_.place.files = detail::share_new<profile_files>();
    if (!options_.instance)
        options_.instance = make_provider<instance_provider>(options_.place.files, options_.place.profile);
}

template <class Use>
std::shared_ptr<credentials_provider> basic_profile_provider<Use>::make_source(profile_plan plan,
                                                                               std::string const& selected) const {
    auto options = options_;
    options.place.profile = selected;
    bool const is_at_hand =
        plan.roles.empty() && (plan.base == profile_base::static_keys || plan.base == profile_base::environment);
    cache_rules rules;
    constexpr std::int64_t human_ms = 120'000;  // somebody may have to read a code, or log in
    rules.longest_flight_ms = human_ms;
    if (plan.base == profile_base::login && plan.roles.empty())
        rules.jitter_ms = 0;  // a login renews in its last 5 minutes, and not before
    auto planned = make_provider<detail::planned_provider>(std::move(plan), std::move(options));
    if (is_at_hand) return planned;
    return make_provider<cached_provider>(std::move(planned), rules);
}

template <class Use>
typename basic_profile_provider<Use>::kept_source basic_profile_provider<Use>::find_source(
    std::shared_ptr<profile_snapshot const> const& files, profile_section const& section) {
    std::lock_guard const lock(guard_);
    if (kept_.files == files && kept_.profile == section.name()) return kept_;
    auto planned = plan_profile(*files, section);
    auto const& fingerprint = planned.plan.fingerprint;
    bool const is_same =
        kept_.provider && kept_.profile == section.name() && !fingerprint.empty() && kept_.fingerprint == fingerprint;
    kept_source fresh;
    if (is_same) fresh.provider = kept_.provider;
    fresh.files = files;
    fresh.profile = section.name();
    fresh.fingerprint = fingerprint;
    fresh.kind = planned.plan.kind();
    fresh.failure.outcome = planned.outcome;
    fresh.failure.detail = std::move(planned.detail);
    if (planned.outcome == provider_outcome::found && !is_same)
        fresh.provider = make_source(std::move(planned.plan), section.name());
    kept_ = std::move(fresh);  // last: a part of it would be taken for the whole
    return kept_;
}

// The latest answer, or the credentials that are held if it has none.
template <class Use>
provider_answer basic_profile_provider<Use>::hold(profile_choice const& choice, provider_answer latest,
                                                  environment const& surroundings) {
    std::lock_guard const lock(guard_);
    auto& held = held_.value;
    bool const is_found = latest.outcome == provider_outcome::found;
    auto const now = surroundings.unix_milliseconds();
    bool const holds = !held.access_key_id.empty() && held_.profile == choice.name &&
                       (!held.expires_at_ms || now < *held.expires_at_ms);
    if (!holds || (is_found && !detail::are_cut_short(latest.credentials, held))) {
        if (!is_found) return latest;
        held_.profile = choice.name;
        held = latest.credentials;
        return latest;
    }
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials = held;
    answer.note = "held in memory";
    answer.detail = "credentials held in memory, because " +
                    (is_found ? "the file has them cut short: it is being written" : latest.detail);
    return answer;
}

template <class Use>
exchange<provider_answer> basic_profile_provider<Use>::load(environment const& surroundings) {
    auto const choice = choose_profile(options_.place.profile, surroundings);
    auto latest = co_await load_now(choice, surroundings);
    co_return hold(choice, std::move(latest), surroundings);
}

template <class Use>
exchange<provider_answer> basic_profile_provider<Use>::load_now(profile_choice const& choice,
                                                                environment const& surroundings) {
    auto const files = co_await options_.place.files->read(surroundings);
    if (!files) co_return detail::broken_profile(files.error().message);
    auto const* const section = (*files)->set.find(choice.name);
    if (!section) co_return detail::describe_missing_profile(choice, **files);

    auto source = find_source(*files, *section);
    if (!source.provider) {
        auto const warnings = (*files)->set.warnings();
        if (source.failure.outcome == provider_outcome::not_here && !warnings.empty())
            source.failure.detail += "; " + warnings[0].message;
        if (source.failure.outcome == provider_outcome::not_here && choice.named != profile_naming::by_default)
            source.failure.note = choice.describe() + " has no credentials";
        co_return source.failure;
    }
    auto answer = co_await source.provider->load(surroundings);
    bool const by_default = choice.named == profile_naming::by_default;
    answer.credentials.source = (by_default ? "default chain: " : "") + choice.describe() + " (" + source.kind + ")";
    co_return answer;
}

template <class Use>
void basic_profile_provider<Use>::forget(credentials const& refused) noexcept {
    std::shared_ptr<credentials_provider> provider;
    {
        std::lock_guard const lock(guard_);
        provider = kept_.provider;
        if (held_.value.access_key_id == refused.access_key_id) held_ = {};
    }
    if (provider) provider->forget(refused);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
