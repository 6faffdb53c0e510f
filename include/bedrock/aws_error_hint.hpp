// SPDX-License-Identifier: MIT
// Owns the advice that goes with a service's error: what the person at the terminal can do about it.
// Never decides anything by it, and never quotes the answer.
#ifndef BEDROCK_AWS_ERROR_HINT_HPP
#define BEDROCK_AWS_ERROR_HINT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"

#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// What is known about the call that failed; all of it may be empty. **Lifetime:** of the texts, as long as the call.
struct error_context {
    /// The IAM action that the operation needs: "bedrock:InvokeModel".
    std::string_view action{};
    std::string_view model_id{};
    std::string_view region{};
    /// The request carried a bearer token, not a signature.
    bool bearer = false;
};

/// The IAM action of a runtime operation by its name ("Converse"), or of one that is named like its action
/// ("bedrock:CountTokens"). "" for an empty name.
/// **Wire:** Converse and its streaming twin are allowed by the actions of InvokeModel.
std::string find_iam_action(std::string_view operation);

/// The advice for an error of a service, one line without a full stop, or "".
std::string make_error_hint(error const& failure, error_context const& context);

// ---------------------------------------------------------------------------------------------------------------------

namespace aws_error_detail {

// Fit to be shown: what AWS allows in ids, ARNs and regions.
inline bool is_identifier(std::string_view text) noexcept {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/";
    return !text.empty() && text.size() <= 2048 && text.find_first_not_of(allowed) == std::string_view::npos;
}

// The geographies of the system-defined inference profiles.
inline std::string_view profile_prefix(std::string_view region) noexcept {
    if (region.starts_with("us-gov-")) return "us-gov.";
    if (region.starts_with("us-")) return "us.";
    if (region.starts_with("eu-")) return "eu.";
    if (region.starts_with("ap-")) return "apac.";
    return "global.";
}

inline std::string hint_permission(error const& failure, error_context const& context) {
    if (ascii::contains_ignoring_case(failure.message, "access to the model") ||
        ascii::contains_ignoring_case(failure.message, "model access"))
        return "request access to the model on the Bedrock console's model access page, in this region";
    std::string hint;
    if (!context.action.empty()) hint = "needs the permission " + std::string(context.action);
    if (context.bearer)
        hint += (hint.empty() ? "needs the permission " : " and ") + std::string("bedrock:CallWithBearerToken");
    return hint;
}

inline std::string hint_authentication(error const& failure, error_context const& context) {
    if (context.bearer)
        return "check the Bedrock API key (AWS_BEARER_TOKEN_BEDROCK): it is wrong, expired or of another region";
    if (ascii::contains_ignoring_case(failure.name, "skew") || failure.name == "RequestExpired" ||
        ascii::contains_ignoring_case(failure.message, "signature expired") ||
        ascii::contains_ignoring_case(failure.message, "not yet current"))
        return "set this machine's clock: AWS refuses signatures that are more than five minutes off";
    if (ascii::contains_ignoring_case(failure.name, "signature"))
        return "check the secret access key for a typing error or a stray blank, and proxies that change the request";
    return "check the access key id, and that a temporary key comes with its session token (AWS_SESSION_TOKEN)";
}

inline std::string hint_validation(error const& failure, error_context const& context) {
    if (ascii::contains_ignoring_case(failure.message, "on-demand throughput")) {
        std::string hint = "use the id of an inference profile";
        bool const is_arn = context.model_id.starts_with("arn:");
        if (is_identifier(context.model_id) && !is_arn) {
            hint.append(", for example ").append(profile_prefix(context.region)).append(context.model_id);
            hint += "; ListInferenceProfiles shows those of the account";
        } else {
            hint += " (us., eu., apac. or global. before the model id), or its ARN";
        }
        return hint;
    }
    if (ascii::contains_ignoring_case(failure.message, "model identifier is invalid"))
        return "check the model id and whether this region offers it; ListFoundationModels shows what it has";
    if (ascii::contains_ignoring_case(failure.message, "too long") ||
        ascii::contains_ignoring_case(failure.message, "too many") ||
        ascii::contains_ignoring_case(failure.message, "max input token"))
        return "shorten the conversation or the documents: the model's context window is full";
    return {};
}

}  // namespace aws_error_detail

inline std::string find_iam_action(std::string_view operation) {
    if (operation.empty()) return {};
    if (operation == "Converse") return "bedrock:InvokeModel";
    if (operation == "ConverseStream") return "bedrock:InvokeModelWithResponseStream";
    return "bedrock:" + std::string(operation);
}

inline std::string make_error_hint(error const& failure, error_context const& context) {
    using namespace aws_error_detail;
    if (failure.http_status == 407)
        return "the proxy wants a user name and password, in its URL: http://USER:PASSWORD@HOST:PORT";
    switch (failure.code) {
        case errc::access_denied:
            return hint_permission(failure, context);
        case errc::authentication:
            return hint_authentication(failure, context);
        case errc::expired_credentials:
            return context.bearer
                       ? "the Bedrock API key has expired: make a new one (AWS_BEARER_TOKEN_BEDROCK)"
                       : "renew the credentials: they had an end (aws sso login, or a new AWS_SESSION_TOKEN)";
        case errc::validation:
            return hint_validation(failure, context);
        case errc::resource_not_found: {
            if (ascii::contains_ignoring_case(failure.message, "use case"))
                return "fill in the model's use case form on the Bedrock console";
            std::string hint = "check the id, and whether the region has it";
            if (is_identifier(context.region)) hint.append(" (").append(context.region).append(")");
            return hint;
        }
        case errc::throttling:
            return "wait and repeat; a cross-region inference profile or a higher quota lasts";
        case errc::service_quota_exceeded:
            return "ask for a higher limit on the Service Quotas console";
        case errc::model_not_ready:
            return "the model is being loaded: repeat in a minute";
        case errc::model_timeout:
            return "ask for fewer tokens, or stream the answer";
        case errc::protocol:
            return "check the endpoint URL and the proxy settings";
        case errc::other_service:
            if (failure.name == "UnknownOperationException")
                return "check the endpoint: bedrock-runtime runs models, bedrock lists them";
            return {};
        default:
            return {};
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
