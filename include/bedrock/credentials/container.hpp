// SPDX-License-Identifier: MIT
// Owns the provider that takes credentials from the agent beside a container: ECS, EKS Pod Identity, Greengrass.
// Never sends the token to a plain http address that is not this machine's own, and never shows it.
#ifndef BEDROCK_CREDENTIALS_CONTAINER_HPP
#define BEDROCK_CREDENTIALS_CONTAINER_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/bounded_fetch.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/env.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/result.hpp"
#include "bedrock/uri.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

struct container_options {
    /// Connect 2 s, read 5 s (aws-config): the agent may have to ask a service before it answers.
    fetch_limits limits{2000, 5000, std::size_t{64} << 10};
    /// Requests in all, and the pause between them (botocore).
    int attempts = 3;
    std::int64_t pause_ms = 1000;
    /// Bytes of a token file: far above a web identity token, which has 1 to 2 KiB.
    std::size_t max_token = std::size_t{16} << 10;
};

/// Where a container's credentials are.
struct container_target {
    std::string url{};
    /// The variable that says so.
    std::string variable{};
    /// "http://169.254.170.23": what messages show of it. The path may be all that protects the keys.
    std::string origin{};
    /// An address of this machine alone, spoken to in plain http and past any proxy.
    bool local = false;
};

/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (behind http://169.254.170.2), else AWS_CONTAINER_CREDENTIALS_FULL_URI:
/// https, or http to 127.0.0.0/8, [::1], localhost, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23], in these
/// spellings: names are not resolved. nullopt where neither is set. **Errors:** errc::credentials, naming the variable.
result<std::optional<container_target>> find_container_target(environment const& surroundings);

/// The credentials of a container's role. The token (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, read anew at each load,
/// else AWS_CONTAINER_AUTHORIZATION_TOKEN) goes into the Authorization header as it is.
template <class>
class basic_container_provider final : public credentials_provider {
  public:
    explicit basic_container_provider(container_options options = {}) : options_(options) {}

    std::string_view name() const noexcept override { return "container"; }
    exchange<provider_answer> load(environment const& surroundings) override;

  private:
    container_options const options_;
};
using container_provider = basic_container_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

struct container_token {
    secret text{};
    /// Why there is none, though one was named; "" where all is well, also without any.
    std::string problem{};
};

template <class = void>
exchange<container_token> find_container_token(std::size_t max_bytes, environment const& surroundings) {
    container_token token;
    std::string source = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    auto const path = non_blank_variable(surroundings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (path) {
        source += "_FILE";
        file_ask file(*path);
        file.max_bytes = max_bytes;
        co_await file;
        secret const content(std::move(file.text));
        if (file.outcome != file_outcome::found) {
            token.problem = "the file that " + source + " names cannot be read: " + file.reason + ": ";
            append_clean_line(token.problem, *path, 512);
            co_return token;
        }
        token.text = ascii::trim(content.view());
        if (token.text.empty()) {
            token.problem = "the file that " + source + " names is empty: ";
            append_clean_line(token.problem, *path, 512);
            co_return token;
        }
    } else if (auto given = non_blank_variable(surroundings, source)) {
        token.text = std::move(*given);
    }
    if (ascii::has_control(token.text.view())) {
        token.text = {};
        token.problem = "the token of " + source + " has a line break or another control character inside";
    }
    co_return token;
}

inline http::request make_container_request(container_target const& target, secret const& token) {
    http::request made;
    made.url = target.url;
    made.no_proxy = target.local;
    made.headers.push_back({"Accept", "application/json"});
    if (!token.empty()) made.headers.push_back({"Authorization", std::string(token.view())});
    return made;
}

}  // namespace detail

inline result<std::optional<container_target>> find_container_target(environment const& surroundings) {
    container_target target;
    target.variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    if (auto const relative = non_blank_variable(surroundings, target.variable)) {
        if (relative->front() != '/') return fail(errc::credentials, target.variable + " does not begin with /");
        target.url = "http://169.254.170.2" + *relative;
    } else {
        target.variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        auto full = non_blank_variable(surroundings, target.variable);
        if (!full) return std::optional<container_target>();
        target.url = std::move(*full);
    }
    url parsed;
    if (auto const state = parse_url(target.url, parsed); !state.ok())
        return fail(errc::credentials, target.variable + " " + std::string(describe(state.code)));
    target.origin.append(parsed.scheme).append("://");
    append_authority(target.origin, parsed);
    target.local = parsed.scheme == "http";
    if (target.local && !allows_plain_http(parsed.host))
        return fail(errc::credentials,
                    target.variable + " names " + target.origin +
                        ": plain http is for this machine's own addresses (127.0.0.0/8, [::1], localhost, "
                        "169.254.170.2, 169.254.170.23, [fd00:ec2::23]); use https");
    return std::optional<container_target>(std::move(target));
}

template <class Use>
exchange<provider_answer> basic_container_provider<Use>::load(environment const& surroundings) {
    provider_answer answer;
    auto const found = find_container_target(surroundings);
    if (found && !*found) {
        answer.detail = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set";
        co_return answer;
    }
    answer.outcome = provider_outcome::broken;
    if (!found) {
        answer.detail = found.error().message;
        co_return answer;
    }
    auto const& target = **found;
    auto const token = co_await detail::find_container_token(options_.max_token, surroundings);
    if (!token.problem.empty()) {
        answer.detail = token.problem;
        co_return answer;
    }
    auto const started = surroundings.steady_milliseconds();
    for (int attempt = 1;; ++attempt) {
        auto request = detail::make_container_request(target, token.text);
        auto got = co_await fetch_bounded(std::move(request), options_.limits, surroundings);
        bool again = got.may_pass();
        std::string why;
        if (got.status() == 200) {
            secret const text(std::move(got.body));
            auto parsed = parse_credentials_document(text.view(), document_kind::temporary);
            if (parsed) {
                answer.outcome = provider_outcome::found;
                answer.credentials = std::move(*parsed);
                answer.credentials.source = "default chain: container";
                answer.detail.clear();
                co_return answer;
            }
            again = true;
            why = "no usable credentials: " + parsed.error().message;
        } else {
            why = got.describe();
        }
        if (!again || attempt >= options_.attempts) {
            answer.detail = target.variable + " is set, but its credentials cannot be had: " + target.origin + ": " +
                            why + " (" + describe_effort(attempt, surroundings.steady_milliseconds() - started) + ")";
            co_return answer;
        }
        pause_ask rest(options_.pause_ms);
        co_await rest;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
