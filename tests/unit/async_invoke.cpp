#include "bedrock/async_invoke.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

namespace {

start_async_invoke_request start() {
    start_async_invoke_request request;
    request.model_id = "amazon.nova-reel-v1:0";
    request.model_input = R"({"taskType":"TEXT_VIDEO"})";
    request.output_data_config = async_invoke_s3_output_data_config{.s3_uri = "s3://bucket/out"};
    return request;
}

std::string token_of(mock::received_request const& request) {
    auto const body = json::read<start_async_invoke_request>(request.body);
    return body ? body->client_request_token : body.error().message;
}

}  // namespace

TEST_CASE("async_invoke: started once, whatever is repeated", "[client]") {
    client_fixture f;
    f.server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    auto client = f.client();
    auto const started = client.start_async_invoke(start());
    REQUIRE(started);
    CHECK(started->attempts == 2);
    CHECK(contains(started->invocation_arn, ":async-invoke/"));
    auto const requests = f.server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].head.target == "/async-invoke");
    auto const token = token_of(requests[0]);
    CHECK(token.size() == 36);  // a UUID
    CHECK(token_of(requests[1]) == token);
    CHECK(requests[0].body == R"({"clientRequestToken":")" + token +
                                  R"(","modelId":"amazon.nova-reel-v1:0","modelInput":{"taskType":"TEXT_VIDEO"},)"
                                  R"("outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://bucket/out"}}})");
    REQUIRE(client.start_async_invoke(start()));
    CHECK(token_of(f.server.requests().at(2)) != token);
}

TEST_CASE("async_invoke: the caller's own token names an invocation", "[client]") {
    client_fixture f;
    auto client = f.client();
    auto request = start();
    request.client_request_token = "mine";
    request.tags = {{.key = "team", .value = "red"}};
    auto const one = client.start_async_invoke(request);
    auto const two = client.start_async_invoke(request);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->invocation_arn == two->invocation_arn);
    CHECK(token_of(f.server.requests().at(1)) == "mine");
    CHECK(contains(f.server.requests()[1].body, R"("tags":[{"key":"team","value":"red"}])"));
}

TEST_CASE("async_invoke: asked after by its ARN", "[client]") {
    client_fixture f;
    auto client = f.client();
    std::string const arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl";
    auto const found = client.get_async_invoke({.invocation_arn = arn});
    REQUIRE(found);
    CHECK(found->invocation_arn == arn);
    CHECK(found->status == async_invoke_status::completed);
    CHECK(found->submit_time == "2026-01-02T03:04:05Z");
    REQUIRE(found->output_data_config.get_if<async_invoke_s3_output_data_config>());
    CHECK(found->output_data_config.get_if<async_invoke_s3_output_data_config>()->s3_uri == "s3://bucket/out");
    auto const request = f.server.requests().at(0);
    CHECK(request.head.method == "GET");
    CHECK(request.head.target ==
          "/async-invoke/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aasync-invoke%2Fabcdefghijkl");
    CHECK(request.body.empty());
    CHECK_FALSE(mock::has_header(request.head.headers, "content-type"));
}

TEST_CASE("async_invoke: listed page by page", "[client]") {
    client_fixture f;
    auto client = f.client();
    list_async_invokes_request request;
    std::size_t count = 0;
    int pages = 0;
    do {
        auto const page = client.list_async_invokes(request);
        REQUIRE(page);
        count += page->async_invoke_summaries.size();
        request.next_token = page->next_token;
        ++pages;
    } while (!request.next_token.empty() && pages < 5);
    CHECK(pages == 2);
    CHECK(count == 2);
    CHECK(f.server.requests().at(0).head.target == "/async-invoke");
    CHECK(f.server.requests().at(1).head.target == "/async-invoke?nextToken=page%2B2%2F%3D");

    request.submit_time_after = "2026-01-02T03:04:05Z";
    request.submit_time_before = "2026-02-02T03:04:05Z";
    request.status_equals = async_invoke_status::failed;
    request.max_results = 7;
    request.sort_by = sort_async_invocation_by::submission_time;
    request.sort_order = sort_order::descending;
    auto const none = client.list_async_invokes(request);
    REQUIRE(none);
    CHECK(none->async_invoke_summaries.empty());
    CHECK(f.server.requests().at(2).head.target ==
          "/async-invoke?submitTimeAfter=2026-01-02T03%3A04%3A05Z&submitTimeBefore=2026-02-02T03%3A04%3A05Z"
          "&statusEquals=Failed&maxResults=7&sortBy=SubmissionTime&sortOrder=Descending");
}

TEST_CASE("async_invoke: what cannot be sent", "[client]") {
    client_fixture f;
    auto client = f.client();
    CHECK(client.get_async_invoke({}).error().code == errc::invalid_input);
    CHECK(client.get_async_invoke({}).error().message == "invocation_arn is empty; StartAsyncInvoke gives it");
    auto request = start();
    request.model_id.clear();
    CHECK(client.start_async_invoke(request).error().code == errc::invalid_input);
    request = start();
    request.model_input = "{";
    CHECK(client.start_async_invoke(request).error().code == errc::invalid_input);
    request = start();
    request.output_data_config = {};
    CHECK(contains(client.start_async_invoke(request).error().message, "outputDataConfig"));
    CHECK(f.server.accepted_connections() == 0);
}
