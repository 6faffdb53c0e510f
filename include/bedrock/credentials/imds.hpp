// SPDX-License-Identifier: MIT
// Owns the provider that takes the credentials of an EC2 instance's role from instance metadata (version 2).
// Never gives up credentials that it once had while the service fails: static stability.
#ifndef BEDROCK_CREDENTIALS_IMDS_HPP
#define BEDROCK_CREDENTIALS_IMDS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/credentials/imds_client.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/time.hpp"
#include "bedrock/uri.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// The credentials of the instance's role. Role and credentials are asked for anew at each load; the token, and that
/// there is no service, are remembered.
///
/// Static stability: where a load fails after one that did not, the credentials of that one are found again; and
/// credentials that have expired, served so or kept, get a new end 10 to 15 minutes from now (aws-config), so that a
/// cache asks again by then. `detail` says so. They are
/// dropped by a load that learns that the instance has no role (any more) or that the service was switched off, and by
/// `forget`.
template <class>
class basic_imds_provider final : public credentials_provider {
  public:
    explicit basic_imds_provider(imds_options options = {}) : client_(std::move(options)) {}

    std::string_view name() const noexcept override { return "imds"; }
    exchange<provider_answer> load(environment const& surroundings) override;
    void forget(credentials const& refused) noexcept override;

    /// For other documents (`/latest/meta-data/placement/region`), with the same token.
    imds_client& client() noexcept { return client_; }

  private:
    /// `settled`: that there is no role is no failure.
    exchange<provider_answer> ask(environment const& surroundings, bool& settled);
    provider_answer settle(provider_answer answer, bool settled, environment const& surroundings);

    imds_client client_;
    std::mutex guard_;
    std::optional<credentials> kept_;
};
using imds_provider = basic_imds_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view imds_role_path = "/latest/meta-data/iam/security-credentials/";

/// A role's name as a label of a path: what IAM allows in it stays, all else is escaped.
inline std::string encode_role(std::string_view role) {
    std::string label;
    for (char const c : role) {
        if (std::string_view("+=,@").find(c) != std::string_view::npos)
            label.push_back(c);
        else
            append_percent_encoded(label, {&c, 1});
    }
    return label;
}

inline bool is_role_name(std::string_view role) noexcept {
    constexpr std::size_t longest = 512;
    return role.size() <= longest && role.front() != '<' && role != "." && role != ".." && !ascii::has_control(role);
}

}  // namespace detail

template <class Use>
exchange<provider_answer> basic_imds_provider<Use>::ask(environment const& surroundings, bool& settled) {
    provider_answer answer;
    std::string path(detail::imds_role_path);
    auto const list = co_await client_.get(path, surroundings);
    auto const role = ascii::trim(list.text);
    if (list.outcome == imds_outcome::disabled || list.outcome == imds_outcome::absent) {
        settled = list.outcome == imds_outcome::disabled;
        answer.detail = list.detail;
        co_return answer;
    }
    if (list.outcome == imds_outcome::not_found || (list.outcome == imds_outcome::found && role.empty())) {
        settled = true;
        answer.detail = "this instance has no role: ";
        answer.detail += role.empty() && list.detail.empty() ? "the list of roles is empty" : list.detail;
        co_return answer;
    }
    answer.outcome = provider_outcome::broken;
    if (list.outcome != imds_outcome::found) {
        answer.detail = list.detail;
        co_return answer;
    }
    std::string shown;
    append_clean_line(shown, role, 64);
    if (!detail::is_role_name(role)) {
        answer.detail = "instance metadata gives no usable name for the instance's role: " + shown;
        co_return answer;
    }
    path += detail::encode_role(role);
    auto document = co_await client_.get(path, surroundings);
    if (document.outcome != imds_outcome::found) {
        answer.detail = "role " + shown + " has no credentials: " + document.detail;
        co_return answer;
    }
    secret const text(std::move(document.text));
    auto parsed = parse_credentials_document(text.view(), document_kind::temporary);
    if (!parsed) {
        answer.detail = "role " + shown + " has no usable credentials: " + parsed.error().message;
        if (parsed.error().name == "AssumeRoleUnauthorizedAccess")
            answer.detail += "; the role's trust policy must let ec2.amazonaws.com assume it";
        co_return answer;
    }
    answer.outcome = provider_outcome::found;
    answer.credentials = std::move(*parsed);
    answer.credentials.source = "default chain: imds";
    co_return answer;
}

template <class Use>
provider_answer basic_imds_provider<Use>::settle(provider_answer answer, bool settled,
                                                 environment const& surroundings) {
    {
        auto copy = answer.credentials;  // member by member, an assignment that fails leaves keys of two kinds
        std::lock_guard const lock(guard_);
        if (settled) kept_.reset();
        if (answer.outcome == provider_outcome::found) {
            kept_ = std::move(copy);
        } else if (kept_) {
            answer.outcome = provider_outcome::found;
            answer.credentials = *kept_;
            answer.detail = "the credentials of an earlier load, because this one failed: " + answer.detail;
        }
    }
    if (answer.outcome != provider_outcome::found) return answer;
    constexpr std::int64_t extension_ms = 600'000;
    constexpr double jitter_ms = 300'000;
    auto const now = surroundings.unix_milliseconds();
    auto& end = answer.credentials.expires_at_ms;
    if (!end || *end > now) return answer;
    if (!answer.detail.empty()) answer.detail += "; ";
    answer.detail += "they expired at " + format_iso8601(from_unix_milliseconds(*end)) + " and are used on meanwhile";
    end = now + extension_ms + static_cast<std::int64_t>(surroundings.random_unit() * jitter_ms);
    return answer;
}

template <class Use>
exchange<provider_answer> basic_imds_provider<Use>::load(environment const& surroundings) {
    bool settled = false;
    auto answer = co_await ask(surroundings, settled);
    co_return settle(std::move(answer), settled, surroundings);
}

template <class Use>
void basic_imds_provider<Use>::forget(credentials const& refused) noexcept {
    std::lock_guard const lock(guard_);
    if (kept_ && kept_->access_key_id == refused.access_key_id) kept_.reset();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
