// SPDX-License-Identifier: MIT
// Owns the provider that reads a Bedrock API key (bearer token) from the environment.
// Never sends it anywhere: the client puts it into the Authorization header.
#ifndef BEDROCK_CREDENTIALS_BEARER_HPP
#define BEDROCK_CREDENTIALS_BEARER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"

#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// AWS_BEARER_TOKEN_BEDROCK. A blank variable is unset.
template <class>
class basic_bearer_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "bearer token"; }
    exchange<provider_answer> load(environment const& surroundings) override {
        return detail::answer_by(find, surroundings);
    }

  private:
    static provider_answer find(environment const& surroundings);
};
using bearer_provider = basic_bearer_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
provider_answer basic_bearer_provider<Use>::find(environment const& surroundings) {
    provider_answer answer;
    auto const token = non_blank_variable(surroundings, "AWS_BEARER_TOKEN_BEDROCK");
    if (!token) {
        answer.detail = "AWS_BEARER_TOKEN_BEDROCK is not set";
        return answer;
    }
    if (ascii::has_control(*token)) {
        answer.outcome = provider_outcome::broken;
        answer.detail =
            "a line break or another control character stands inside AWS_BEARER_TOKEN_BEDROCK; set it again";
        return answer;
    }
    answer.outcome = provider_outcome::found;
    answer.credentials.bearer_token = *token;
    answer.credentials.source = "AWS_BEARER_TOKEN_BEDROCK";
    return answer;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
