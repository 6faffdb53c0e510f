// SPDX-License-Identifier: MIT
// Owns the provider that gives the token of a profile's sign-in to IAM Identity Center as a bearer token.
// Never part of a default chain: Bedrock takes API keys as bearer tokens, and only gateways in front of it may take
// these.
#ifndef BEDROCK_CREDENTIALS_SSO_BEARER_HPP
#define BEDROCK_CREDENTIALS_SSO_BEARER_HPP

#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/profile.hpp"
#include "bedrock/credentials/sso_settings.hpp"
#include "bedrock/credentials/sso_token.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// The token of the sso-session that the selected profile names: the profile named in code, that of AWS_PROFILE, or
/// "default". Files and token are read at each load; the token is renewed as `sso_token_source` does.
/// **Errors:** not_here for a profile without sso_session, and for a profile "default" that does not exist; broken for
/// any other profile that does not exist, for files that cannot be read, and for a token that cannot be had.
/// **Thread safety:** full.
template <class>
class basic_sso_bearer_provider final : public credentials_provider {
  public:
    /// The profile that is named in code, the files, FIPS and dual-stack.
    explicit basic_sso_bearer_provider(settings_request place = {});

    std::string_view name() const noexcept override { return "sso token"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    std::shared_ptr<sso_token_source> find_source(sso_settings wanted);

    settings_request place_;
    std::mutex guard_;
    std::shared_ptr<sso_token_source> source_;  // of the settings that were found last
};
using sso_bearer_provider = basic_sso_bearer_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
basic_sso_bearer_provider<Use>::basic_sso_bearer_provider(settings_request place) : place_(std::move(place)) {
    if (!place_.files) place_.files = detail::share_new<profile_files>();
}

template <class Use>
std::shared_ptr<sso_token_source> basic_sso_bearer_provider<Use>::find_source(sso_settings wanted) {
    std::lock_guard const lock(guard_);
    if (!source_ || source_->settings() != wanted)
        source_ = detail::share_new<sso_token_source>(std::move(wanted), place_);
    return source_;
}

template <class Use>
exchange<provider_answer> basic_sso_bearer_provider<Use>::load(environment const& surroundings) {
    auto const choice = choose_profile(place_.profile, surroundings);
    auto const files = co_await place_.files->read(surroundings);
    if (!files) co_return detail::broken_profile(files.error().message);
    auto const* const section = (*files)->set.find(choice.name);
    if (!section) co_return detail::describe_missing_profile(choice, **files);
    provider_answer answer;
    if (section->value("sso_session").empty()) {
        answer.detail = "profile " + section->name() + " has no sso_session";
        co_return answer;
    }
    auto wanted = read_sso_settings(**files, *section);
    if (!wanted) co_return detail::broken_profile(wanted.error().message);
    auto const source = find_source(std::move(*wanted));
    auto token = co_await source->load(surroundings);
    if (!token) co_return detail::broken_profile(token.error().message);
    answer.outcome = provider_outcome::found;
    answer.credentials.bearer_token = std::move(token->access_token);
    answer.credentials.expires_at_ms = token->expires_at_ms;
    answer.credentials.source = choice.describe() + " (sso token)";
    if (!token->note.empty()) answer.credentials.source += " (" + token->note + ")";
    co_return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
