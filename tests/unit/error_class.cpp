#include "bedrock/error_class.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {

error service(errc code, std::string name, std::string message) {
    auto made = make_error(code, std::move(message));
    made.name = std::move(name);
    return made;
}

}  // namespace

TEST_CASE("error_class: prefixes that others match", "[agent]") {
    CHECK(describe_failure(service(errc::internal_server, "InternalServerException", "x")) ==
          "Internal server error: x");
    CHECK(describe_failure(service(errc::model_stream_error, "ModelStreamErrorException", "x")) ==
          "Model stream error: x");
    CHECK(describe_failure(service(errc::validation, "ValidationException", "x")) == "Validation error: x");
    CHECK(describe_failure(service(errc::throttling, "ThrottlingException", "x")) == "Throttling error: x");
    CHECK(describe_failure(service(errc::service_unavailable, "ServiceUnavailableException", "x")) ==
          "Service unavailable: x");
    CHECK(describe_failure(service(errc::access_denied, "AccessDeniedException", "x")) == "AccessDeniedException: x");
    CHECK(describe_failure(service(errc::throttling, "TooManyRequestsException", "x")) ==
          "TooManyRequestsException: x");
    CHECK(describe_failure(service(errc::other_service, "BrandNewException", "")) == "BrandNewException: ");
    CHECK(describe_failure(make_error(errc::truncated, "x")) == "x");
    CHECK(describe_failure(make_error(errc::transport, "x")) == "x");
    CHECK(describe_failure(make_error(errc::cancelled, "the stream was cancelled")) == "Request was aborted");
    CHECK(describe_failure({}) == "");
}

TEST_CASE("error_class: a full context window in the models' words", "[agent]") {
    for (auto const* const text :
         {"Input is too long for requested model.", "input is too long for requested model",
          "The model returned the following errors: Input is too long for requested model.",
          "prompt is too long: 213462 tokens > 200000 maximum", "too many tokens",
          "The model returned the following errors: prompt is too long: 3 tokens > 2 maximum",
          "Malformed input request: expected maxLength, max input tokens: 8192",
          "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.",
          "input token count (12) exceeds the maximum number of tokens allowed (8)",
          "This request exceeds the maximum allowed tokens", "it exceed the max number of tokens"}) {
        INFO(text);
        CHECK(is_context_overflow(service(errc::validation, "ValidationException", text)));
        CHECK(is_context_overflow(service(errc::model_stream_error, "ModelStreamErrorException", text)));
        CHECK(classify_failure(service(errc::validation, "ValidationException", text)) ==
              error_class::context_overflow);
        CHECK(is_context_overflow(describe_failure(service(errc::validation, "ValidationException", text))));
        CHECK(is_context_overflow("ValidationException: " + std::string(text)));
        CHECK_FALSE(is_context_overflow(service(errc::throttling, "ThrottlingException", text)));
        CHECK_FALSE(is_context_overflow(service(errc::service_unavailable, "ServiceUnavailableException", text)));
        CHECK_FALSE(is_context_overflow("Throttling error: " + std::string(text)));
        CHECK_FALSE(is_context_overflow("ThrottlingException: " + std::string(text)));
        CHECK_FALSE(is_context_overflow("service unavailable: " + std::string(text)));
        CHECK_FALSE(is_context_overflow(make_error(errc::truncated, text)));
    }
    for (auto const* const text :
         {"", "input", "The provided model identifier is invalid.", "rate limit: too many tokens a minute",
          "Too many requests, too many tokens", "exceeds the number of images", "tokens exceed",
          "The maximum tokens you requested exceeds the model limit of 4096."})
        CHECK_FALSE(is_context_overflow(service(errc::validation, "ValidationException", text)));
    CHECK(classify_failure(service(errc::throttling, "ThrottlingException",
                                   "Too many tokens, please wait before trying again.")) == error_class::rate_limit);
}

TEST_CASE("error_class: what to do about a failure", "[agent]") {
    std::pair<errc, error_class> const known[] = {
        {errc::none, error_class::other},
        {errc::invalid_input, error_class::format},
        {errc::credentials, error_class::authentication},
        {errc::transport, error_class::broken},
        {errc::timeout, error_class::timeout},
        {errc::cancelled, error_class::aborted},
        {errc::truncated, error_class::broken},
        {errc::protocol, error_class::broken},
        {errc::access_denied, error_class::authentication},
        {errc::authentication, error_class::authentication},
        {errc::expired_credentials, error_class::authentication},
        {errc::validation, error_class::format},
        {errc::resource_not_found, error_class::format},
        {errc::throttling, error_class::rate_limit},
        {errc::service_quota_exceeded, error_class::rate_limit},
        {errc::conflict, error_class::format},
        {errc::model_timeout, error_class::timeout},
        {errc::model_not_ready, error_class::overloaded},
        {errc::model_error, error_class::server},
        {errc::model_stream_error, error_class::server},
        {errc::internal_server, error_class::server},
        {errc::service_unavailable, error_class::overloaded},
        {errc::other_service, error_class::other},
        {errc::too_many_rounds, error_class::other},
        {errc::callback_failed, error_class::other},
        {errc::out_of_memory, error_class::other},
    };
    for (auto const& [code, wanted] : known) {
        INFO(static_cast<int>(code));
        CHECK(classify_failure(service(code, "SomeException", "x")) == wanted);
    }
    CHECK(classify_failure(service(errc::validation, "ValidationException",
                                   "`temperature` is deprecated for this model.")) == error_class::format);
    for (auto const code : {errc::validation, errc::other_service})
        CHECK(classify_failure(service(code, "X", "Too many concurrent requests")) == error_class::rate_limit);
}
