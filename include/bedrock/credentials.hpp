// SPDX-License-Identifier: MIT
// Owns what a caller proves itself with, the provider interface, and the chain that asks one provider after another.
// Never shows a secret: what is printed of credentials is their source and the last four characters of the key id.
#ifndef BEDROCK_CREDENTIALS_HPP
#define BEDROCK_CREDENTIALS_HPP

#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// A text that is wiped from memory when it is destroyed or replaced. Copies are wiped on their own.
class secret {
  public:
    secret() = default;
    secret(std::string text) : text_(std::move(text)) {}  // NOLINT: implicit, a string is what callers have
    secret(std::string_view text) : text_(text) {}        // NOLINT
    secret(char const* text) : text_(text) {}             // NOLINT
    secret(secret const&) = default;
    secret(secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    secret& operator=(secret other) noexcept {
        wipe();
        text_ = std::move(other.text_);
        return *this;
    }
    ~secret() { wipe(); }

    std::string_view view() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

  private:
    void wipe() noexcept {
        text_.resize(text_.capacity());  // a short text that was moved from still stands in the object itself
        crypto::secure_wipe(text_.data(), text_.size());
        text_.clear();
    }
    std::string text_;
};

/// Access keys for SigV4, or a Bedrock API key (bearer token).
struct credentials {
    std::string access_key_id{};
    secret secret_access_key{};
    /// Empty for long-lived keys.
    secret session_token{};
    /// When set, requests carry this instead of a signature.
    secret bearer_token{};
    /// Milliseconds since 1970; absent: no known end.
    std::optional<std::int64_t> expires_at_ms{};
    std::string account_id{};
    /// Where they came from, in the words of `whoami`: "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY".
    std::string source{};
};

/// "…WXYZ": the last four characters of a key id, all that is ever shown of it.
std::string shorten_key_id(std::string_view access_key_id);

enum class provider_outcome : unsigned char {
    found,
    not_here,  ///< this source is not set up on this machine: the next one is asked
    broken,    ///< it is set up and does not work: the chain stops, or a typo would sign as somebody else
};

struct provider_answer {
    provider_outcome outcome = provider_outcome::not_here;
    bedrock::credentials credentials{};
    /// Why not, for a person; no secrets.
    std::string detail{};
    /// Of one that is not here although something points at it, "AWS_PROFILE=default has no file": it is added to the
    /// source of what is found after it.
    std::string note{};
};

/// Gives the six digits that an MFA device shows, the device named by its serial number or ARN; "" where nobody gave
/// any. It may block, as a question to a person does. What it throws ends the call with errc::callback_failed.
using mfa_code_source = std::function<std::string(std::string const& serial)>;

/// One source of credentials, written as a protocol. What `load` throws ends the call with errc::callback_failed.
/// **Thread safety:** `load` may be called from several threads at once.
class credentials_provider {
  public:
    virtual ~credentials_provider() = default;
    /// Short and stable: "environment", "imds".
    virtual std::string_view name() const noexcept = 0;
    /// **Lifetime:** the provider and `surroundings` must outlive the exchange.
    virtual exchange<provider_answer> load(environment const& surroundings) = 0;
    /// The service refused these as expired: a provider that keeps credentials does not give them again.
    virtual void forget(credentials const& refused) noexcept { static_cast<void>(refused); }
};

using provider_list = std::vector<std::shared_ptr<credentials_provider>>;

/// As `std::make_shared<Provider>`, but of the type that chains have: all of them share the code of one control block.
template <class Provider, class... Args>
std::shared_ptr<credentials_provider> make_provider(Args&&... args);

/// A provider that always answers the same credentials.
template <class = void>
std::shared_ptr<credentials_provider> static_credentials(credentials fixed);

/// A provider that asks a function, on the thread of the call and at each call: wrap it in a `cached_provider` where
/// that costs something. `name` is also the source of credentials that name none. An error of the function stops the
/// chain, and so does what it throws: the call ends with errc::credentials. It may destroy the client.
/// **Thread safety:** `ask` is called from several threads at once.
template <class = void>
std::shared_ptr<credentials_provider> credentials_from(std::string name, std::function<result<credentials>()> ask);

/// How one provider of a chain fared.
struct provider_attempt {
    std::string name{};
    provider_outcome outcome = provider_outcome::not_here;
    std::int64_t milliseconds = 0;
    std::string detail{};
};

struct chain_answer {
    /// errc::credentials with every attempt in the message when none had any, or one was broken.
    result<bedrock::credentials> credentials;
    std::vector<provider_attempt> attempts{};
};

/// Asks the providers in order until one has credentials or is broken.
/// **Lifetime:** both arguments must outlive the exchange.
template <class = void>
exchange<chain_answer> load_credentials(provider_list const& providers, environment const& surroundings);

/// One line an attempt: `  environment: AWS_ACCESS_KEY_ID is not set (0 ms)`.
std::string describe_attempts(std::vector<provider_attempt> const& attempts);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string shorten_key_id(std::string_view access_key_id) {
    constexpr std::size_t shown = 4;
    if (access_key_id.size() <= shown) return "\xE2\x80\xA6";
    return "\xE2\x80\xA6" + std::string(access_key_id.substr(access_key_id.size() - shown));
}

template <class Provider, class... Args>
std::shared_ptr<credentials_provider> make_provider(Args&&... args) {
    return detail::share_new<Provider>(std::forward<Args>(args)...);
}

namespace detail {

/// A provider's answer that needs nothing but the surroundings.
template <class = void>
exchange<provider_answer> answer_by(provider_answer (*find)(environment const&), environment const& surroundings) {
    co_return find(surroundings);
}

template <class>
class basic_static_provider final : public credentials_provider {
  public:
    explicit basic_static_provider(credentials fixed) : fixed_(std::move(fixed)) {
        if (fixed_.source.empty()) fixed_.source = "given in code";
    }
    std::string_view name() const noexcept override { return "static"; }
    exchange<provider_answer> load(environment const&) override {
        provider_answer answer;
        answer.outcome = provider_outcome::found;
        answer.credentials = fixed_;
        co_return answer;
    }

  private:
    credentials fixed_;
};
using static_provider = basic_static_provider<void>;

template <class>
class basic_function_provider final : public credentials_provider {
  public:
    basic_function_provider(std::string name, std::function<result<credentials>()> ask)
        : name_(std::move(name)), ask_(std::move(ask)) {}
    std::string_view name() const noexcept override { return name_; }
    exchange<provider_answer> load(environment const&) override {
        provider_answer answer;
        auto got = call();
        answer.outcome = got ? provider_outcome::found : provider_outcome::broken;
        if (got)
            answer.credentials = std::move(*got);
        else
            answer.detail = std::move(got).error().message;
        if (answer.credentials.source.empty()) answer.credentials.source = name_;
        co_return answer;
    }

  private:
    result<credentials> call() const {
#if BEDROCK_EXCEPTIONS
        try {
            return ask_();
        } catch (std::bad_alloc const&) {
            throw;
        } catch (...) {
            return unexpected{current_exception_error()};
        }
#else
        return ask_();
#endif
    }
    std::string const name_;
    std::function<result<credentials>()> const ask_;
};
using function_provider = basic_function_provider<void>;

}  // namespace detail

template <class>
std::shared_ptr<credentials_provider> static_credentials(credentials fixed) {
    return make_provider<detail::static_provider>(std::move(fixed));
}

template <class>
std::shared_ptr<credentials_provider> credentials_from(std::string name, std::function<result<credentials>()> ask) {
    return make_provider<detail::function_provider>(std::move(name), std::move(ask));
}

inline std::string describe_attempts(std::vector<provider_attempt> const& attempts) {
    std::string text;
    for (auto const& attempt : attempts) {
        if (!text.empty()) text += '\n';
        text += "  " + attempt.name + ": ";
        text += attempt.outcome == provider_outcome::found ? "found" : attempt.detail;
        text += " (" + std::to_string(attempt.milliseconds) + " ms)";
    }
    return text;
}

template <class>
exchange<chain_answer> load_credentials(provider_list const& providers, environment const& surroundings) {
    std::vector<provider_attempt> attempts;
    std::string notes, why;
    for (auto const& provider : providers) {
        auto const started = surroundings.steady_milliseconds();
        auto answer = co_await provider->load(surroundings);
        provider_attempt attempt;
        attempt.name = provider->name();
        attempt.outcome = answer.outcome;
        attempt.milliseconds = surroundings.steady_milliseconds() - started;
        attempt.detail = answer.detail;
        attempts.push_back(std::move(attempt));
        if (!answer.note.empty()) notes += (notes.empty() ? "" : "; ") + answer.note;
        if (answer.outcome == provider_outcome::found && !notes.empty())
            answer.credentials.source += " (" + notes + ")";
        if (answer.outcome == provider_outcome::found)
            co_return chain_answer{std::move(answer.credentials), std::move(attempts)};
        if (answer.outcome == provider_outcome::broken) {
            why = std::string(provider->name()) + ": " + answer.detail;
            break;
        }
    }
    if (why.empty())
        why = "no credentials found; tried\n" + describe_attempts(attempts) +
              "\nSet AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in "
              "AWS_PROFILE";
    co_return chain_answer{fail(errc::credentials, std::move(why)), std::move(attempts)};
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
