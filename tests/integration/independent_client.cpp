// The loopback Bedrocks as an HTTP client sees them that nobody here wrote: requests are read and responses are framed as
// HTTP/1.1 has it, and not only as libcurl and the SDK take it.
#include "support/independent_client.hpp"

#include "bedrock/testing/loopback.hpp"

#include "support/catch.hpp"
#include "support/mock_server.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

constexpr auto hello = R"({"messages":[{"role":"user","content":[{"text":"hello there"}]}]})";
constexpr auto path = "/model/anthropic.claude-v2%3A1/converse";

mock::independent_client::headers with_key() {
    return {{"Authorization", "Bearer bedrock-api-key-good"}};
}

}  // namespace

TEST_CASE("independent client: the mock reads every kind of body and keeps the connection") {
    mock::server_options options;
    options.authorization.bearer_tokens = {"bedrock-api-key-good"};
    mock::server server(options);
    REQUIRE(server.running());
    mock::independent_client client(server.port());

    auto const whole = client.post(path, with_key(), hello);
    CHECK(whole.status == 200);
    CHECK(whole.content_type == "application/json");
    CHECK(whole.body.find(R"("stopReason":"end_turn")") != std::string::npos);

    std::string_view const text = hello;
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += 7) pieces.emplace_back(text.substr(at, 7));
    auto const chunked = client.post_chunks(path, with_key(), pieces);
    CHECK(chunked.status == 200);
    CHECK(chunked.body == whole.body);
    CHECK(server.requests().back().body == hello);
    CHECK(server.requests().back().head.target == path);

    CHECK(client.get("/foundation-models", with_key()).status == 200);
    CHECK(client.get("/nothing", with_key()).status == 404);
    CHECK(client.post(path, {}, hello).status == 403);
    CHECK(server.request_count() == 5);
    CHECK(server.accepted_connections() == 1);
}

TEST_CASE("independent client: a stream of the mock is chunked, and its body is the frames alone") {
    mock::server_options options;
    options.authorization.bearer_tokens = {"bedrock-api-key-good"};
    mock::server server(options);
    mock::independent_client client(server.port());
    auto const stream = client.post(std::string(path) + "-stream", with_key(), hello);
    CHECK(stream.status == 200);
    CHECK(stream.content_type == "application/vnd.amazon.eventstream");
    REQUIRE(stream.body.size() > 16);
    CHECK(stream.body.substr(0, 2) == std::string(2, '\0'));  // the length of the first frame
    CHECK(stream.body.find("messageStop") != std::string::npos);
    CHECK(client.post(path, with_key(), hello).status == 200);
    CHECK(server.accepted_connections() == 1);
}

TEST_CASE("independent client: the loopback of bedrock/testing answers, streams and refuses") {
    testing::loopback server({.check_authorization = false});
    REQUIRE(server.running());
    auto const url = server.url();
    mock::independent_client client(static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1))));
    server.enqueue(testing::text_reply("one"));
    server.enqueue(testing::text_reply("two three"));
    server.enqueue(testing::throttle_reply());
    auto const whole = client.post(path, {}, hello);
    CHECK(whole.status == 200);
    CHECK(whole.body.find(R"("text":"one")") != std::string::npos);
    auto const stream = client.post(std::string(path) + "-stream", {}, hello);
    CHECK(stream.status == 200);
    CHECK(stream.body.find("messageStop") != std::string::npos);
    CHECK(client.post(path, {}, hello).status == 429);
    CHECK(client.post(path, {}, hello).status == 400);  // nothing is scripted
    CHECK(server.requests().size() == 4);
    CHECK(server.requests().front().body == hello);
}
