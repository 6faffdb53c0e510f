#include "bedrock/aws_error_hint.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace bedrock;

namespace {

std::string hint(errc code, std::string_view name, std::string_view message, error_context const& context = {}) {
    error made;
    made.code = code;
    made.name = name;
    made.message = message;
    return make_error_hint(made, context);
}

error_context context(std::string_view action, std::string_view model = {}, std::string_view region = {},
                      bool bearer = false) {
    error_context made;
    made.action = action;
    made.model_id = model;
    made.region = region;
    made.bearer = bearer;
    return made;
}

bool has(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a refused call names the permission it needs", "[aws_error_hint]") {
    CHECK(find_iam_action("Converse") == "bedrock:InvokeModel");
    CHECK(find_iam_action("InvokeModel") == "bedrock:InvokeModel");
    CHECK(find_iam_action("ConverseStream") == "bedrock:InvokeModelWithResponseStream");
    CHECK(find_iam_action("InvokeModelWithResponseStream") == "bedrock:InvokeModelWithResponseStream");
    CHECK(find_iam_action("CountTokens") == "bedrock:CountTokens");
    CHECK(find_iam_action("").empty());

    auto const action = find_iam_action("ConverseStream");
    CHECK(hint(errc::access_denied, "AccessDeniedException", "no", context(action)) ==
          "needs the permission bedrock:InvokeModelWithResponseStream");
    CHECK(hint(errc::access_denied, "AccessDeniedException", "no", context("bedrock:InvokeModel", "", "", true)) ==
          "needs the permission bedrock:InvokeModel and bedrock:CallWithBearerToken");
    CHECK(hint(errc::access_denied, "AccessDeniedException", "no", context("", "", "", true)) ==
          "needs the permission bedrock:CallWithBearerToken");
    CHECK(hint(errc::access_denied, "AccessDeniedException", "no").empty());
    CHECK(has(hint(errc::access_denied, "AccessDeniedException",
                   "You don't have access to the model with the specified model ID.", context(action)),
              "model access page"));
}

TEST_CASE("a model that is not invoked on demand leads to its inference profile", "[aws_error_hint]") {
    std::string_view const said =
        "Invocation of model ID anthropic.claude-x-v1:0 with on-demand throughput isn\xE2\x80\x99t supported.";
    auto const suggest = [&](std::string_view model, std::string_view region) {
        return hint(errc::validation, "ValidationException", said, context("", model, region));
    };
    CHECK(has(suggest("anthropic.claude-x-v1:0", "us-east-1"), "us.anthropic.claude-x-v1:0"));
    CHECK(has(suggest("anthropic.claude-x-v1:0", "eu-west-3"), " eu.anthropic.claude-x-v1:0"));
    CHECK(has(suggest("anthropic.claude-x-v1:0", "ap-south-1"), "apac.anthropic.claude-x-v1:0"));
    CHECK(has(suggest("anthropic.claude-x-v1:0", "us-gov-west-1"), "us-gov.anthropic.claude-x-v1:0"));
    CHECK(has(suggest("anthropic.claude-x-v1:0", "sa-east-1"), "global.anthropic.claude-x-v1:0"));
    auto const arn = suggest("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0", "us-east-1");
    CHECK(has(arn, "inference profile"));
    CHECK_FALSE(has(arn, "us.arn"));
    CHECK_FALSE(has(suggest("evil\x1b[2J", "us-east-1"), "\x1b"));
}

TEST_CASE("advice by what went wrong", "[aws_error_hint]") {
    CHECK(has(hint(errc::validation, "", "The provided model identifier is invalid."), "ListFoundationModels"));
    CHECK(has(hint(errc::validation, "", "Input is too long for requested model."), "shorten"));
    CHECK(hint(errc::validation, "", "temperature is deprecated").empty());
    CHECK(has(hint(errc::authentication, "InvalidSignatureException", "Signature expired: 2026 is now earlier"),
              "clock"));
    CHECK(has(hint(errc::authentication, "RequestTimeTooSkewed", ""), "clock"));
    auto of_proxy = make_error(errc::authentication, "HTTP 407");
    of_proxy.http_status = 407;
    CHECK(has(make_error_hint(of_proxy, {}), "the proxy wants a user name and password"));
    CHECK(has(hint(errc::authentication, "InvalidSignatureException", "does not match"), "secret access key"));
    CHECK(has(hint(errc::authentication, "UnrecognizedClientException", ""), "AWS_SESSION_TOKEN"));
    CHECK(has(hint(errc::authentication, "UnrecognizedClientException", "", context("", "", "", true)),
              "AWS_BEARER_TOKEN_BEDROCK"));
    CHECK(has(hint(errc::expired_credentials, "ExpiredTokenException", ""), "renew"));
    CHECK(has(hint(errc::expired_credentials, "ExpiredTokenException", "", context("", "", "", true)),
              "AWS_BEARER_TOKEN_BEDROCK"));
    CHECK(has(hint(errc::resource_not_found, "", "", context("", "", "eu-west-1")), "(eu-west-1)"));
    CHECK_FALSE(has(hint(errc::resource_not_found, "", "", context("", "", "e\x1b")), "\x1b"));
    CHECK(has(hint(errc::resource_not_found, "", "Model use case details have not been submitted"), "form"));
    CHECK(has(hint(errc::other_service, "UnknownOperationException", ""), "endpoint"));
    CHECK(hint(errc::other_service, "FooError", "").empty());
    for (auto const code :
         {errc::throttling, errc::service_quota_exceeded, errc::model_not_ready, errc::model_timeout, errc::protocol})
        CHECK_FALSE(hint(code, "", "").empty());
    for (auto const code : {errc::none, errc::internal_server, errc::service_unavailable, errc::conflict})
        CHECK(hint(code, "", "").empty());
}

TEST_CASE("each row of the advice is reached by its own words", "[aws_error_hint]") {
    for (auto const* const said : {"Input is too long", "TOO MANY tokens", "exceeds the max input token count"})
        CHECK(has(hint(errc::validation, "", said), "context window is full"));
    CHECK(has(hint(errc::authentication, "RequestExpired", ""), "this machine's clock"));
    CHECK(has(hint(errc::authentication, "", "Signature not yet current: 2026"), "this machine's clock"));
    CHECK(has(hint(errc::authentication, "", "SIGNATURE EXPIRED"), "this machine's clock"));
    CHECK(has(hint(errc::access_denied, "", "no model access"), "model access page"));
    CHECK(has(hint(errc::throttling, "", ""), "wait and repeat"));
    CHECK(has(hint(errc::service_quota_exceeded, "", ""), "Service Quotas"));
    CHECK(has(hint(errc::model_not_ready, "", ""), "being loaded"));
    CHECK(has(hint(errc::model_timeout, "", ""), "fewer tokens"));
    CHECK(has(hint(errc::protocol, "", ""), "endpoint URL"));
    CHECK(has(hint(errc::resource_not_found, "", ""), "check the id"));
    CHECK(hint(errc::validation, "", "").empty());
}
