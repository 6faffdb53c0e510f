// SPDX-License-Identifier: MIT
// Owns the provider that trades an identity provider's token for a role's credentials, as pods on EKS do.
// Never keeps the token: its file is read anew at every fetch, since whoever wrote it replaces it.
#ifndef BEDROCK_CREDENTIALS_WEB_IDENTITY_HPP
#define BEDROCK_CREDENTIALS_WEB_IDENTITY_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/sts.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/settings.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Where the token lies and what it is traded for.
struct web_identity_options {
    std::string token_file{};
    std::string role_arn{};
    /// Empty: one is made.
    std::string session_name{};
    /// Where STS is, as far as the caller knows.
    settings_request place{};
};

/// Reads the token and trades it. **Errors:** broken for a missing, unreadable or empty file, and for what STS refuses.
template <class = void>
exchange<provider_answer> load_web_identity(web_identity_options wanted, environment const& surroundings);

/// AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN and, optional, AWS_ROLE_SESSION_NAME.
template <class>
class basic_web_identity_provider final : public credentials_provider {
  public:
    /// `place` says where STS is, as far as the caller knows.
    explicit basic_web_identity_provider(settings_request place = {}) : place_(std::move(place)) {}

    std::string_view name() const noexcept override { return "web identity"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    settings_request const place_;
};
using web_identity_provider = basic_web_identity_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class>
exchange<provider_answer> load_web_identity(web_identity_options wanted, environment const& surroundings) {
    provider_answer answer;
    answer.outcome = provider_outcome::broken;
    constexpr std::size_t longest_token = 20'000;  // STS: WebIdentityToken
    file_ask file(wanted.token_file);
    file.max_bytes = longest_token + 2;
    co_await file;
    std::string name;
    append_clean_line(name, wanted.token_file, 4096);  // Linux's PATH_MAX
    if (file.outcome != file_outcome::found) {
        answer.detail = "cannot read the web identity token " + name + ": " + file.reason;
        co_return answer;
    }
    secret const proof(ascii::trim(file.text));
    crypto::secure_wipe(file.text);
    if (proof.empty()) {
        answer.detail = "the web identity token file " + name + " is empty";
        co_return answer;
    }
    sts::role role;
    role.arn = wanted.role_arn;
    role.session_name = wanted.session_name;
    auto traded =
        co_await sts::assume_role_with_web_identity(std::move(role), proof, std::move(wanted.place), surroundings);
    co_return traded;
}

template <class Use>
exchange<provider_answer> basic_web_identity_provider<Use>::load(environment const& surroundings) {
    provider_answer answer;
    auto const file = non_blank_variable(surroundings, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!file) {
        answer.detail = "AWS_WEB_IDENTITY_TOKEN_FILE is not set";
        co_return answer;
    }
    auto const role = non_blank_variable(surroundings, "AWS_ROLE_ARN");
    if (!role) {
        answer.outcome = provider_outcome::broken;
        answer.detail = "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not";
        co_return answer;
    }
    web_identity_options wanted;
    wanted.token_file = *file;
    wanted.role_arn = *role;
    wanted.session_name = non_blank_variable(surroundings, "AWS_ROLE_SESSION_NAME").value_or("");
    wanted.place = place_;
    answer = co_await load_web_identity(std::move(wanted), surroundings);
    if (answer.outcome == provider_outcome::found) answer.credentials.source = "default chain: web identity";
    co_return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
