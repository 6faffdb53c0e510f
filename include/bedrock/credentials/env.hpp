// SPDX-License-Identifier: MIT
// Owns the provider that reads access keys from environment variables.
// Never falls through on a half-set pair: that would sign as somebody else.
#ifndef BEDROCK_CREDENTIALS_ENV_HPP
#define BEDROCK_CREDENTIALS_ENV_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/time.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION (ISO 8601), AWS_ACCOUNT_ID.
/// A blank variable is unset.
template <class>
class basic_environment_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "environment"; }
    exchange<provider_answer> load(environment const& surroundings) override {
        return detail::answer_by(find, surroundings);
    }

  private:
    static provider_answer find(environment const& surroundings);
};
using environment_provider = basic_environment_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
provider_answer basic_environment_provider<Use>::find(environment const& surroundings) {
    provider_answer answer;
    auto const key = non_blank_variable(surroundings, "AWS_ACCESS_KEY_ID");
    auto const secret_key = non_blank_variable(surroundings, "AWS_SECRET_ACCESS_KEY");
    if (!key && !secret_key) {
        answer.detail = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
        return answer;
    }
    answer.outcome = provider_outcome::broken;
    if (!key || !secret_key) {
        answer.detail = key ? "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"
                            : "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not";
        return answer;
    }
    auto const token = non_blank_variable(surroundings, "AWS_SESSION_TOKEN");
    if (ascii::has_control(*key) || ascii::has_control(*secret_key) || (token && ascii::has_control(*token))) {
        answer.detail =
            "a line break or another control character stands inside AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN; set them again without it";
        return answer;
    }
    if (auto const expiration = non_blank_variable(surroundings, "AWS_CREDENTIAL_EXPIRATION")) {
        auto const end = parse_iso8601(*expiration);
        if (!end) {
            answer.detail = "AWS_CREDENTIAL_EXPIRATION is not an ISO 8601 time such as 2026-01-02T03:04:05Z";
            return answer;
        }
        answer.credentials.expires_at_ms = to_unix_milliseconds(*end);
        if (*answer.credentials.expires_at_ms <= surroundings.unix_milliseconds()) {
            answer.detail = "the keys expired at " + *expiration + " (AWS_CREDENTIAL_EXPIRATION); get new ones";
            return answer;
        }
    }
    answer.outcome = provider_outcome::found;
    answer.credentials.access_key_id = *key;
    answer.credentials.secret_access_key = *secret_key;
    if (token) answer.credentials.session_token = *token;
    if (auto const account = non_blank_variable(surroundings, "AWS_ACCOUNT_ID"))
        answer.credentials.account_id = *account;
    answer.credentials.source = "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY";
    return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
